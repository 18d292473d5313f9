/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MAC engines of one NIC, as the rest of the NIC sees them
 *
 * mac.c     tables that the firmware writes, engine registers 0x200-0x6ff
 * txe.c     transmit: descriptors, queues per station and TID, EDCA order,
 *           protection, retries, records
 * rxe.c     receive: address and filter, duplicates, decryption, replay,
 *           buffers, completions
 * cpl.c     the completion ring: units, in order, waiting while it is full
 * beacon.c  TBTT, TIM, DTIM, countdown
 * air.c     the medium
 *
 * Everything belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_MAC_H
#define SKUA_DEVICE_MAC_H

#include <stdbool.h>
#include <stdint.h>

#include "cp/cp.h"
#include "pcie/pcie.h"

struct air;
struct dma;
struct json_t;
struct log;
struct loop;
struct mac;

/**
 * struct mac_host_ops - operations of the NIC for the MAC engines
 * @tx_gate: may descriptors be fetched now? Asked after the producer index was
 *	loaded, and before the entries are copied; see hif_tx_gate()
 */
struct mac_host_ops {
	bool (*tx_gate)(void *priv);
};

/**
 * struct mac_fault_ops - faults on purpose
 * @tx_hold: a descriptor would be taken; true if it is to stay in its ring
 */
struct mac_fault_ops {
	bool (*tx_hold)(void *priv);
};

/**
 * struct mac_env - surroundings of the MAC engines of a NIC
 * @name: of the NIC
 * @log: its log
 * @loop: the loop, whose time is the NIC's clock
 * @dma: its view of guest memory
 * @rings: its rings
 * @bus: engine bus, with the engines' configuration and the features in force
 * @air: the medium that the NIC is on
 * @ops: the NIC
 * @priv: first argument of @ops
 *
 * All of it must outlive the engines.
 */
struct mac_env {
	const char *name;
	struct log *log;
	struct loop *loop;
	struct dma *dma;
	struct ring_set *rings;
	struct eng_bus *bus;
	struct air *air;
	const struct mac_host_ops *ops;
	void *priv;
};

/**
 * mac_new() - make the engines
 * @env: their surroundings; copied
 *
 * Their blocks of registers (0x200 to 0x6ff) are registered on the engine bus.
 *
 * Return: the engines, or NULL when out of memory.
 */
struct mac *mac_new(const struct mac_env *env);
void mac_free(struct mac *mac);

/** mac_set_fault() - faults on purpose; @ops NULL for none */
void mac_set_fault(struct mac *mac, const struct mac_fault_ops *ops,
		   void *priv);

/** mac_start() - the NIC has become alive: rings are attached */
void mac_start(struct mac *mac);

/**
 * mac_reset() - forget everything
 *
 * Tables, queues and keys are wiped, no guest memory is held, the radio is off.
 * Called before rings are detached.
 */
void mac_reset(struct mac *mac);

/** mac_stop() - fatal: no more sending, receiving or completions; no wiping */
void mac_stop(struct mac *mac);

/**
 * mac_poll() - look at transmit, buffer and completion rings and do a bounded
 *	amount of work
 *
 * Return: true if there was anything.
 */
bool mac_poll(struct mac *mac);

/** mac_arm()/mac_disarm() - before and after the loop sleeps; see struct loop_poll */
bool mac_arm(struct mac *mac);
void mac_disarm(struct mac *mac);

/**
 * mac_tx_sync() - fetch the transmit descriptors before a command
 * @mac: the engines
 * @prod: the command's skua_cmd.tx_prod: for each transmit ring the index up to
 *	which to fetch, the gate notwithstanding; one that is not within
 *	what is published is ignored
 *
 * Called before a command is handed to the firmware, so that frames published
 * before the command are in the queues when it takes effect (as far as there
 * is room), and none that was published after it.
 */
void mac_tx_sync(struct mac *mac, const uint32_t prod[SKUA_NUM_TX_RINGS]);

/**
 * mac_inband() - post an in-band event behind all completions so far
 * @mac: the engines
 * @cpl: the record
 */
void mac_inband(struct mac *mac, const struct skua_cpl_inband *cpl);

/** mac_counters() - all counters as a JSON object (new reference) */
struct json_t *mac_counters(const struct mac *mac);

/**
 * struct mac_ops - the engines as a table, so that a test of the rest of the NIC
 *	can bring others
 * @new: mac_new()
 * @free: mac_free()
 * @set_fault: mac_set_fault()
 * @start: mac_start()
 * @reset: mac_reset()
 * @stop: mac_stop()
 * @poll: mac_poll()
 * @arm: mac_arm()
 * @disarm: mac_disarm()
 * @tx_sync: mac_tx_sync()
 * @inband: mac_inband()
 * @counters: mac_counters()
 */
struct mac_ops {
	struct mac *(*new)(const struct mac_env *env);
	void (*free)(struct mac *mac);
	void (*set_fault)(struct mac *mac, const struct mac_fault_ops *ops,
			  void *priv);
	void (*start)(struct mac *mac);
	void (*reset)(struct mac *mac);
	void (*stop)(struct mac *mac);
	bool (*poll)(struct mac *mac);
	bool (*arm)(struct mac *mac);
	void (*disarm)(struct mac *mac);
	void (*tx_sync)(struct mac *mac, const uint32_t prod[SKUA_NUM_TX_RINGS]);
	void (*inband)(struct mac *mac, const struct skua_cpl_inband *cpl);
	struct json_t *(*counters)(const struct mac *mac);
};

/* The MAC engines of this folder */
extern const struct mac_ops mac_engines;

#endif /* SKUA_DEVICE_MAC_H */
