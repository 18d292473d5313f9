/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest for attacks: a whole NIC on the real clock, guest memory with rings as
 * long as they can be, and firmware that is written register by register; and the
 * clock that measures an attack
 */
#ifndef TEST_TURN_GUEST_H
#define TEST_TURN_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "air/air.h"
#include "nic_priv.h"

#define G_BASE		0x20000000ull
#define G_MEM		(64u << 20)
#define G_DATA		(48u << 20)	/* for the test's own use, to the end */
#define G_ENTRIES	65536u		/* of transmit, receive and completion rings */
#define G_CTRL_ENTRIES	64u		/* of the command and event rings */
#define G_CODE_DATA	0x8000u		/* where code_entry() puts table entries, in SRAM */

struct guest {
	struct loop *loop;
	struct nic *nic;
	struct bus_dev *bd;
	int fd;
	uint8_t *mem;
	uint32_t word[4096];
	unsigned int words;
};

/** guest_new() - a NIC and its guest; memory space and bus mastering are on */
struct guest *guest_new(struct loop *loop, struct air *air, const char *name);
void guest_free(struct guest *g);

/** guest_reg() - write a register of BAR 0 */
void guest_reg(struct guest *g, uint32_t off, uint32_t val);

/* Firmware: begin, add accesses, and end in a loop back to a mark */

/** code_begin() - firmware that first says ALIVE */
void code_begin(struct guest *g);

/** code_write(), code_read() - an access to an engine register */
void code_write(struct guest *g, uint32_t reg, uint32_t val);
void code_read(struct guest *g, uint32_t reg);

/** code_mark() - where a loop begins */
unsigned int code_mark(const struct guest *g);

/** code_word() - any instruction */
void code_word(struct guest *g, uint32_t word);

/** code_loop() - go back to a mark for ever */
void code_loop(struct guest *g, unsigned int mark);

/** guest_boot() - write context and image, and begin to boot the code */
void guest_boot(struct guest *g);

/** guest_alive() - let the loop run until the firmware is alive */
void guest_alive(struct guest *g);

/** guest_idx() - the indices of a ring */
struct skua_ring_idx *guest_idx(struct guest *g, unsigned int ring);

/** guest_entry() - an entry of a ring */
void *guest_entry(struct guest *g, unsigned int ring, uint32_t index);

/** guest_table() - write a table entry, as the firmware would */
uint32_t guest_table(struct guest *g, enum eng_tbl tbl, uint32_t index,
		     const void *entry, uint32_t len);

/** guest_vif() - interface 0, an access point on @freq */
void guest_vif(struct guest *g, uint16_t freq);

/** guest_tune() - the radio's channel, 20 MHz wide, engines on */
void guest_tune(struct guest *g, uint16_t freq);

/** guest_radio() - boot firmware that sleeps; interface 0 and the radio on @freq */
void guest_radio(struct guest *g, uint16_t freq);

/** guest_frames() - fill all transmit rings with data frames of @len octets */
void guest_frames(struct guest *g, uint32_t len, uint32_t flags);

/** guest_packets() - packets to be cut in all rings; @vain: their last octet cannot be read */
void guest_packets(struct guest *g, bool vain);

/** guest_frames_again() - publish all of them anew */
void guest_frames_again(struct guest *g);

/** guest_take() - take all completions */
void guest_take(struct guest *g);

/** cpu_now() - processor time of this thread, ns */
uint64_t cpu_now(void);

#endif /* TEST_TURN_GUEST_H */
