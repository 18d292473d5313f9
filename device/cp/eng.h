/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine bus: how engines hang on the control processor
 *
 * An engine registers its blocks of registers here, raises interrupt causes and
 * reaches SRAM through the bus. An engine knows nothing of the hart that runs the
 * firmware, so a test can stand in for the hart.
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_ENG_H
#define SKUA_DEVICE_ENG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fw/engine.h"
#include "hw.h"

#define ENG_MAX_VIFS	32
#define ENG_MAX_POWER	20	/* dBm */

/**
 * struct eng_config - abilities and limits of a NIC's engines
 * @mac: MAC address
 * @bands: SKUA_BAND_*
 * @chains: antennas
 * @max_bw: enum skua_bw
 * @features: features that are offered
 * @ciphers: bit n: the crypto engine has cipher suite 00-0F-AC:n
 * @max_stas: size of the station table
 * @max_keys: size of the key table
 * @max_txq: frames held by the transmit engine
 */
struct eng_config {
	uint8_t mac[6];
	uint8_t bands;
	uint8_t chains;
	uint8_t max_bw;
	uint64_t features;
	uint32_t ciphers;
	uint32_t max_stas;
	uint32_t max_keys;
	uint32_t max_txq;
};

/**
 * struct eng_reg - one register
 * @read: returns its value
 * @write: carries out a write
 * @access: ENG_REG_R, ENG_REG_W: a read or write without a function reaches a
 *	variable
 * @var: offset of the variable in the owner of the block
 *
 * A register without @access and functions does not exist.
 */
struct eng_reg {
	uint32_t (*read)(void *owner);
	void (*write)(void *owner, uint32_t val);
	uint8_t access;
	uint32_t var;
};

#define ENG_REG_R	1
#define ENG_REG_W	2

/* Rows of a table of registers: by functions, or of a variable of @type */
#define ENG_REG_RO(fn)		{ .read = (fn) }
#define ENG_REG_WO(fn)		{ .write = (fn) }
#define ENG_REG_RW(r, w)	{ .read = (r), .write = (w) }
#define ENG_REG_RO_VAR(type, field)	\
	{ .access = ENG_REG_R, .var = offsetof(type, field) }
#define ENG_REG_WO_VAR(type, field)	\
	{ .access = ENG_REG_W, .var = offsetof(type, field) }
#define ENG_REG_RW_VAR(type, field)	\
	{ .access = ENG_REG_R | ENG_REG_W, .var = offsetof(type, field) }
/* A variable that is read as it is; a function carries out a write */
#define ENG_REG_RW_FN(type, field, fn)	\
	{ .write = (fn), .access = ENG_REG_R, .var = offsetof(type, field) }

/**
 * struct eng_block - the registers of an engine
 * @base: offset of the first one from ENG_REG_BASE, a multiple of ENG_PAGE
 * @len: bytes; a block has its pages to itself
 * @regs: the registers by number, @len / 4 of them; or NULL
 * @read: without @regs: reads the register at @off from ENG_REG_BASE; returns
 *	false if it does not exist, which is an access fault
 * @write: without @regs: the same for writing
 */
struct eng_block {
	uint32_t base;
	uint32_t len;
	const struct eng_reg *regs;
	bool (*read)(void *owner, uint32_t off, uint32_t *val);
	bool (*write)(void *owner, uint32_t off, uint32_t val);
};

/* A block whose first register is @first, and the place of @reg in its table */
#define ENG_BLOCK(first, table)	\
	{ .base = (first), .len = sizeof(table) / sizeof((table)[0]) * 4, \
	  .regs = (table) }
#define ENG_REG_AT(first, reg)	(((reg) - (first)) / 4)

/* Blocks begin at multiples of this many bytes */
#define ENG_PAGE	0x80
#define ENG_PAGES	(ENG_REG_SIZE / ENG_PAGE)

/**
 * struct eng_cp_ops - operations of the control processor for engines
 * @irq: raise interrupt causes, ENG_IRQ_*; latched until acknowledged
 * @sram_written: an engine wrote into SRAM: code decoded from there is stale
 */
struct eng_cp_ops {
	void (*irq)(void *cp, uint32_t causes);
	void (*sram_written)(void *cp, uint32_t addr, uint32_t len);
};

/**
 * struct eng_bus - the engine bus of a NIC
 * @cfg: abilities and limits of its engines
 * @features: features in force, as the firmware set them
 * @sram: memory of the control processor
 * @sram_len: its size
 * @ops: the control processor
 * @cp: first argument of @ops
 * @spent: cost of the slice of the control processor under way, see eng_charge()
 * @slot: block and its owner, by page of registers
 */
struct eng_bus {
	const struct eng_config *cfg;
	uint64_t features;
	uint8_t *sram;
	uint32_t sram_len;
	const struct eng_cp_ops *ops;
	void *cp;
	uint32_t spent;
	struct {
		const struct eng_block *block;
		void *owner;
	} slot[ENG_PAGES];
};

/** eng_bus_init() - a bus without control processor and engines */
void eng_bus_init(struct eng_bus *bus, const struct eng_config *cfg);

/**
 * eng_add() - an engine registers a block
 * @bus: the bus
 * @block: its registers; must outlive the bus
 * @owner: first argument of its functions, or the structure of its variables
 *
 * Blocks of one bus that overlap are a programming error, which ends the
 * process.
 */
void eng_add(struct eng_bus *bus, const struct eng_block *block, void *owner);

/** eng_read() - read the register at @off; false if that cannot be read */
bool eng_read(struct eng_bus *bus, uint32_t off, uint32_t *val);

/** eng_write() - write the register at @off; false if that cannot be written */
bool eng_write(struct eng_bus *bus, uint32_t off, uint32_t val);

/** eng_irq() - raise interrupt causes for the firmware, see struct eng_cp_ops */
static inline void eng_irq(struct eng_bus *bus, uint32_t causes)
{
	bus->ops->irq(bus->cp, causes);
}

/**
 * eng_charge() - an access to a register costs processor time
 * @bus: the bus
 * @cost: in the time of an instruction, about 5 ns
 *
 * The firmware pays for the work of its engines out of its own slice: the slice
 * ends after the access that uses it up. No access may cost more than a
 * millisecond: longer work goes on in the next access, or in the engine's own turn.
 */
static inline void eng_charge(struct eng_bus *bus, uint32_t cost)
{
	bus->spent += cost;
}

/** eng_sram() - @len bytes of SRAM at the firmware's address @addr, or NULL */
uint8_t *eng_sram(struct eng_bus *bus, uint32_t addr, uint32_t len);

/** eng_sram_written() - the caller wrote into SRAM, see struct eng_cp_ops */
static inline void eng_sram_written(struct eng_bus *bus, uint32_t addr,
				    uint32_t len)
{
	bus->ops->sram_written(bus->cp, addr, len);
}

#endif /* SKUA_DEVICE_ENG_H */
