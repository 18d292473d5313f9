/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MAC engines of one NIC, as the rest of the NIC sees them
 *
 * They send the frames of the transmit rings and of the firmware, receive frames
 * from the air into the guest's buffers, and keep the tables that the firmware
 * writes. Their files are listed in mac/priv.h.
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
 * struct mac_host_ops - operations of the NIC that the MAC engines need
 * @tx_gate: whether descriptors may be fetched now. The engines call it after
 *	they have loaded a producer index, and before they copy the entries; see
 *	hif_tx_gate()
 */
struct mac_host_ops {
	bool (*tx_gate)(void *priv);
};

/**
 * struct mac_fault_ops - faults on purpose
 * @tx_hold: whether the next descriptor is to stay in its ring
 */
struct mac_fault_ops {
	bool (*tx_hold)(void *priv);
};

/**
 * struct mac_env - the parts of a NIC that the MAC engines work with
 * @name: name of the NIC
 * @log: log of the NIC
 * @loop: event loop, whose time is the NIC's clock
 * @dma: the NIC's view of guest memory
 * @rings: the NIC's rings
 * @bus: engine bus, with the engines' configuration and the features in force
 * @air: medium that the NIC is on
 * @ops: operations of the NIC
 * @priv: first argument of @ops
 *
 * All these parts must outlive the engines.
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
 * @env: parts of the NIC; copied
 *
 * The blocks of registers 0x200 to 0x6ff are registered on the engine bus.
 *
 * Return: the engines, or NULL when out of memory.
 */
struct mac *mac_new(const struct mac_env *env);
void mac_free(struct mac *mac);

/** mac_set_fault() - set the operations for faults on purpose; NULL for none */
void mac_set_fault(struct mac *mac, const struct mac_fault_ops *ops,
		   void *priv);

/** mac_start() - begin to work: the NIC is alive, and its rings are attached */
void mac_start(struct mac *mac);

/**
 * mac_reset() - stop, and forget all but the tables
 * @mac: the engines
 *
 * No guest memory is held, the radio is off. The NIC calls this before it detaches
 * the rings, and mac_wipe() afterwards.
 */
void mac_reset(struct mac *mac);

/**
 * mac_wipe() - wipe tables, queues and keys, as far as a turn has time
 * @mac: the engines, after mac_reset()
 *
 * Return: true if nothing is left; only then the engines may start again.
 */
bool mac_wipe(struct mac *mac);

/**
 * mac_stop() - the NIC is dead: send, receive and complete nothing any more
 * @mac: the engines
 *
 * Tables stay as they are, for a crash record.
 */
void mac_stop(struct mac *mac);

/**
 * mac_poll() - one turn: fetch, send, complete; a bounded amount of work
 * @mac: the engines
 *
 * Return: true if there was work.
 */
bool mac_poll(struct mac *mac);

/** mac_arm()/mac_disarm() - before and after the loop sleeps; see struct loop_poll */
bool mac_arm(struct mac *mac);
void mac_disarm(struct mac *mac);

/**
 * mac_tx_sync() - fetch the transmit descriptors before a command
 * @mac: the engines
 * @prod: the command's skua_cmd.tx_prod: for each transmit ring the index up to
 *	which to fetch, even while the gate is closed. An index outside of the
 *	published entries is ignored.
 *
 * The host interface calls this before it hands a command to the firmware. Frames
 * that were published before the command are then in the queues when the command
 * takes effect, as far as there is room, and later frames are not.
 *
 * Return: false if there are more to fetch than a turn has time for: call again.
 */
bool mac_tx_sync(struct mac *mac, const uint32_t prod[SKUA_NUM_TX_RINGS]);

/**
 * mac_inband() - post an in-band event behind all completions so far
 * @mac: the engines
 * @cpl: the record
 */
void mac_inband(struct mac *mac, const struct skua_cpl_inband *cpl);

/**
 * mac_settle() - publish all completions so far
 * @mac: the engines
 *
 * Return: false if some wait for room in the ring; engines that have stopped have none.
 */
bool mac_settle(struct mac *mac);

/**
 * mac_counters() - counters as a JSON object (new reference)
 * @mac: the engines
 *
 * The lists of keys and stations are empty: mac_counters_more() fills them.
 *
 * Return: the object.
 */
struct json_t *mac_counters(const struct mac *mac);

/**
 * mac_counters_more() - add keys and stations, as far as a turn has time
 * @mac: the engines
 * @o: from mac_counters()
 * @at: how far it has come, 0 to begin with
 *
 * Return: true if the lists are complete.
 */
bool mac_counters_more(const struct mac *mac, struct json_t *o, uint32_t *at);

/**
 * struct mac_ops - the engines as a table, which a test of the rest of the NIC
 *	can replace
 * @new: mac_new()
 * @free: mac_free()
 * @set_fault: mac_set_fault()
 * @start: mac_start()
 * @reset: mac_reset()
 * @wipe: mac_wipe()
 * @stop: mac_stop()
 * @poll: mac_poll()
 * @arm: mac_arm()
 * @disarm: mac_disarm()
 * @tx_sync: mac_tx_sync()
 * @inband: mac_inband()
 * @settle: mac_settle()
 * @counters: mac_counters()
 * @counters_more: mac_counters_more()
 */
struct mac_ops {
	struct mac *(*new)(const struct mac_env *env);
	void (*free)(struct mac *mac);
	void (*set_fault)(struct mac *mac, const struct mac_fault_ops *ops,
			  void *priv);
	void (*start)(struct mac *mac);
	void (*reset)(struct mac *mac);
	bool (*wipe)(struct mac *mac);
	void (*stop)(struct mac *mac);
	bool (*poll)(struct mac *mac);
	bool (*arm)(struct mac *mac);
	void (*disarm)(struct mac *mac);
	bool (*tx_sync)(struct mac *mac, const uint32_t prod[SKUA_NUM_TX_RINGS]);
	void (*inband)(struct mac *mac, const struct skua_cpl_inband *cpl);
	bool (*settle)(struct mac *mac);
	struct json_t *(*counters)(const struct mac *mac);
	bool (*counters_more)(const struct mac *mac, struct json_t *o,
			      uint32_t *at);
};

/* The MAC engines of this folder */
extern const struct mac_ops mac_engines;

#endif /* SKUA_DEVICE_MAC_H */
