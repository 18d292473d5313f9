/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on purpose: a NIC that is broken, late, deaf or hostile
 *
 * Tests ask for faults over the control socket (docs/nic.rst, "Faults"), to see
 * how the driver reacts. The faults belong to the NIC, not to its firmware or its
 * guest, and so outlive a reset. Without faults, each hook is NULL.
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_FAULT_H
#define SKUA_DEVICE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "hw.h"

struct hif;
struct log;
struct loop;
struct mac;
struct mac_ops;
struct pci_dev;
struct ring_set;

/**
 * enum fault_cmd - treatment of the answer to a command
 * @FAULT_CMD_NONE: no fault
 * @FAULT_CMD_ERROR: the answer says fault.status
 * @FAULT_CMD_LATE: the answer comes fault.ms later, behind others
 * @FAULT_CMD_TWICE: the answer comes twice
 * @FAULT_CMD_NEVER: the answer does not come
 * @FAULT_CMD_FATAL: the NIC dies in place of the last answer; the others come
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
 * struct fault_host_ops - operations of the NIC for its faults
 * @alive: the NIC is in operation
 * @fatal: the NIC shall die; returns false if it does not run
 */
struct fault_host_ops {
	bool (*alive)(void *priv);
	bool (*fatal)(void *priv, enum skua_fatal cause);
};

/**
 * struct fault_env - the NIC that is to be broken
 * @log: its log
 * @loop: the loop
 * @pci: its PCI function
 * @rings: its rings
 * @hif: its host interface
 * @mac: its MAC engines
 * @mac_ops: their operations
 * @ops: the NIC
 * @priv: first argument of @ops
 */
struct fault_env {
	struct log *log;
	struct loop *loop;
	struct pci_dev *pci;
	struct ring_set *rings;
	struct hif *hif;
	struct mac *mac;
	const struct mac_ops *mac_ops;
	const struct fault_host_ops *ops;
	void *priv;
};

/**
 * struct fault - faults of one NIC
 * @env: the NIC
 * @doorbells: doorbells still to lose
 * @deaf: a doorbell was lost: rings are not looked at until the next doorbell
 * @tx_stall: no descriptor is taken from the transmit rings
 * @tx_fatal: number of the descriptor at which the NIC dies; 0 for none
 * @dying: that descriptor has been met
 * @boot_silent: the control processor does not start
 * @reset_never: STATUS does not say RESET_DONE
 * @cmd: treatment of answers
 * @op: operation of the commands concerned, or FAULT_ANY_OP
 * @count: answers that the fault is still for
 * @status: for FAULT_CMD_ERROR
 * @ms: for FAULT_CMD_LATE
 * @late: answers under way
 * @event: enum skua_evt_id of the events to lose
 * @events: how many of them
 * @mutate: entries, of a million written to the host's rings, that are changed
 *	at random
 * @random: state of the generator
 * @mutated: entries changed
 */
struct fault {
	struct fault_env env;
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
	uint16_t event;
	uint32_t events;
	uint32_t mutate;
	uint64_t random;
	uint64_t mutated;
};

/** fault_init() - a NIC without faults */
void fault_init(struct fault *f, const struct fault_env *env);

/** fault_clear() - forget all faults of a NIC, and answers under way */
void fault_clear(struct fault *f);

/** fault_reset() - the NIC is reset: if it was to die, it does not */
void fault_reset(struct fault *f);

/**
 * fault_changed() - a field was set
 * @f: the faults
 *
 * Hooks into the parts of the NIC that a fault concerns, and leaves the others.
 */
void fault_changed(struct fault *f);

/** fault_doorbell() - a doorbell has come; true if it is lost */
bool fault_doorbell(struct fault *f);

/** fault_poll() - once a turn of the loop; true if the NIC has just died */
bool fault_poll(struct fault *f);

/* Hooks of fault_cmd.c and fault.c */
extern const struct hif_fault_ops fault_hif_ops;

/** fault_drop_late() - forget the answers under way */
void fault_drop_late(struct fault *f);

#endif /* SKUA_DEVICE_FAULT_H */
