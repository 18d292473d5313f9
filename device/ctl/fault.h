/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on purpose: what a NIC does that is broken, late, deaf or hostile
 *
 * Asked for over the control socket (docs/nic.rst, "Faults"), so that tests see
 * what the driver makes of it. They belong to the NIC, not to its firmware or
 * its guest, and so outlive a reset. Without any, each hook is one test of a
 * word.
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_FAULT_H
#define SKUA_DEVICE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

struct nic;
struct skua_evt;

/**
 * enum fault_cmd - what becomes of the answer to a command
 * @FAULT_CMD_NONE: nothing special
 * @FAULT_CMD_ERROR: it says fault.status
 * @FAULT_CMD_LATE: it comes fault.ms later, behind others
 * @FAULT_CMD_TWICE: it comes twice
 * @FAULT_CMD_NEVER: it does not come
 * @FAULT_CMD_FATAL: the NIC dies in place of the last of them; the others come
 */
enum fault_cmd {
	FAULT_CMD_NONE,
	FAULT_CMD_ERROR,
	FAULT_CMD_LATE,
	FAULT_CMD_TWICE,
	FAULT_CMD_NEVER,
	FAULT_CMD_FATAL,
};

#define FAULT_LATE_MAX	16	/* answers under way at a time */
#define FAULT_ANY_OP	(-1)

/**
 * struct fault - faults of one NIC
 * @doorbells: doorbells still to lose
 * @deaf: one was lost: rings are not looked at until the next comes
 * @tx_stall: no descriptor is taken from the transmit rings
 * @tx_fatal: descriptors until one that is not taken: the NIC dies; 0 for none
 * @dying: that one has been met
 * @boot_silent: the control processor does not start
 * @reset_never: STATUS does not say RESET_DONE
 * @cmd: what becomes of answers
 * @op: of the commands meant, or FAULT_ANY_OP
 * @count: answers still to come
 * @status: for FAULT_CMD_ERROR
 * @ms: for FAULT_CMD_LATE
 * @late: answers under way
 * @mutate: of a million entries written to the host's rings, how many are
 *	changed at random
 * @random: state of the generator
 * @mutated: entries changed
 */
struct fault {
	uint32_t doorbells;
	bool deaf;
	bool tx_stall;
	uint32_t tx_fatal;
	bool dying;
	bool boot_silent;
	bool reset_never;
	enum fault_cmd cmd;
	int op;
	uint32_t count;
	uint16_t status;
	uint32_t ms;
	struct fault_late *late[FAULT_LATE_MAX];
	uint32_t mutate;
	uint64_t random;
	uint64_t mutated;
};

/** fault_free() - forget all faults of a NIC, and answers under way */
void fault_free(struct nic *nic);

/** fault_doorbell() - a doorbell comes; true if it is lost */
bool fault_doorbell(struct nic *nic);

/** fault_tx() - a descriptor would be taken; true if it is to be left alone */
bool fault_tx(struct nic *nic);

/** fault_poll() - once a turn of the loop; true if the NIC has just died */
bool fault_poll(struct nic *nic);

/**
 * fault_answer() - the firmware posts CMD_DONE
 * @nic: the NIC
 * @evt: the event; may be changed
 *
 * Return: true if the caller is not to post it.
 */
bool fault_answer(struct nic *nic, struct skua_evt *evt);

/** fault_entry() - an entry of @len bytes is about to be put into a ring */
void fault_entry(struct nic *nic, void *entry, uint32_t len);

#endif /* SKUA_DEVICE_FAULT_H */
