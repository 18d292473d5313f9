/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control processor, its boot ROM and its host interface, as the layers
 * above see them
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_CP_H
#define SKUA_DEVICE_CP_H

#include <stdbool.h>
#include <stdint.h>

#include "cp/eng.h"
#include "hw.h"

struct cp;
struct dma;
struct hif;
struct log;
struct loop;
struct ring_set;

/**
 * struct cp_env - surroundings of the control processor and host interface
 * @log: the NIC's log
 * @loop: the loop, whose time is the NIC's clock
 * @dma: the NIC's view of guest memory
 * @rings: the NIC's rings
 * @bus: engine bus
 *
 * All of it must outlive them.
 */
struct cp_env {
	struct log *log;
	struct loop *loop;
	struct dma *dma;
	struct ring_set *rings;
	struct eng_bus *bus;
};

/* Control processor */

/**
 * struct cp_host_ops - operations of the NIC for the control processor
 * @alive: the firmware says that boot is complete
 * @fatal: the control processor must stop; may be called from within the hart
 * @booted: the boot ROM has ended; without an error the firmware runs from now on
 * @dumped: the crash record is complete
 */
struct cp_host_ops {
	void (*booted)(void *priv, enum skua_boot_err err);
	void (*dumped)(void *priv);
	void (*alive)(void *priv);
	void (*fatal)(void *priv, enum skua_fatal cause);
};

/**
 * cp_new() - make a control processor: the master of the engine bus
 * @env: its surroundings
 * @hif: the NIC's host interface engine; must outlive it
 * @ops: the NIC
 * @priv: first argument of @ops
 *
 * Return: the control processor, or NULL when out of memory.
 */
struct cp *cp_new(const struct cp_env *env, struct hif *hif,
		  const struct cp_host_ops *ops, void *priv);
void cp_free(struct cp *cp);

/**
 * cp_start() - carry out SKUA_CTRL_BOOT: load the firmware, and run it
 * @cp: control processor, stopped
 * @boot_addr: bus address of the boot context
 * @nonce: the value that it must have
 *
 * @booted of struct cp_host_ops tells the result, unless cp_stop() comes first. Rings may
 * be attached afterwards even if it failed, because of another ring.
 */
void cp_start(struct cp *cp, uint64_t boot_addr, uint32_t nonce);

/**
 * cp_stop() - stop the hart, wipe SRAM and the fields of the boot context
 * @cp: control processor
 *
 * Must not be called from within the hart.
 */
void cp_stop(struct cp *cp);

/** cp_cancel() - end a boot or a crash record that is under way */
void cp_cancel(struct cp *cp);

/** cp_halt() - stop the hart, keep its state for the crash record */
void cp_halt(struct cp *cp);

/** cp_pc() - program counter, of the instruction that trapped if one did */
uint32_t cp_pc(const struct cp *cp);

/** cp_instret() - instructions executed since the NIC was made */
uint64_t cp_instret(const struct cp *cp);

/**
 * cp_crash_record() - write the crash record into the host's dump buffer
 * @cp: control processor, halted
 * @cause: why it has died
 *
 * @dumped of struct cp_host_ops tells the end, unless cp_stop() comes first.
 */
void cp_crash_record(struct cp *cp, enum skua_fatal cause);

/**
 * struct cp_stats - counters since the NIC was made
 * @boots: boots that have begun
 * @boots_delayed: boots that had to wait, since there were too many before
 * @dumps: crash records
 */
struct cp_stats {
	uint64_t boots;
	uint64_t boots_delayed;
	uint64_t dumps;
};

/** cp_get_stats() - read the counters */
void cp_get_stats(const struct cp *cp, struct cp_stats *s);

/* Host interface engine */

/**
 * struct hif_client_ops - requests of the host interface to the engines that send
 *	and receive
 * @tx_sync: a command is about to be handed to the firmware: fetch the transmit
 *	descriptors before it. For each transmit ring, @prod is the index up to
 *	which to fetch, hif_tx_gate() notwithstanding. Returns false if it is to be
 *	called again, since fetching all of them would take too long
 * @inband: post an in-band event behind all completions so far
 * @settle: an event is about to be published: publish all completions so far. False
 *	if some wait for room; the event waits behind them, then.
 */
struct hif_client_ops {
	bool (*tx_sync)(void *priv, const uint32_t prod[SKUA_NUM_TX_RINGS]);
	void (*inband)(void *priv, const struct skua_cpl_inband *cpl);
	bool (*settle)(void *priv);
};

/**
 * struct hif_fault_ops - faults on purpose
 * @event: the firmware posts an event. The hook may change the event; it returns
 *	true if the event is not to be posted now.
 */
struct hif_fault_ops {
	bool (*event)(void *priv, struct skua_evt *evt);
};

/** hif_new() - make a host interface engine; NULL when out of memory */
struct hif *hif_new(const struct cp_env *env);
void hif_free(struct hif *hif);

/** hif_set_client() - the engines that send and receive; before any command */
void hif_set_client(struct hif *hif, const struct hif_client_ops *ops,
		    void *priv);

/** hif_set_fault() - faults on purpose; @ops NULL for none */
void hif_set_fault(struct hif *hif, const struct hif_fault_ops *ops,
		   void *priv);

/** hif_reset() - forget everything but clients and faults */
void hif_reset(struct hif *hif);

/** hif_booting() - the firmware has been started, and owes an ALIVE */
void hif_booting(struct hif *hif);

/** hif_alive() - the firmware has said ALIVE, and owes answers to commands */
void hif_alive(struct hif *hif);

/** hif_stop() - fatal: the firmware owes nothing any more */
void hif_stop(struct hif *hif);

/** hif_poll() - look at the command ring; true if there was anything new */
bool hif_poll(struct hif *hif);

/**
 * hif_fw_idle_ms() - how long the firmware has owed a sign of life
 * @hif: host interface
 *
 * Return: milliseconds since it was started and has not said ALIVE, or for
 * which a command has waited, or was under way, and none has been fetched. Only
 * those count during which this process ran and the control processor with it.
 */
uint32_t hif_fw_idle_ms(const struct hif *hif);

/** hif_fetched() - commands fetched since the last reset */
uint64_t hif_fetched(const struct hif *hif);

/**
 * hif_tx_gate() - may frames be fetched now?
 * @hif: host interface
 *
 * Return: false while a command is published that has not been retired: it has
 * to take effect before any frame published after it. The transmit engine asks
 * after it loaded a ring's prod, and before it copies the entries.
 */
bool hif_tx_gate(struct hif *hif);

/**
 * hif_event() - post an event to the host
 * @hif: host interface
 * @id: enum skua_evt_id
 * @data: its structure
 * @len: at most SKUA_EVT_INLINE
 *
 * Events wait inside the NIC while the ring is full.
 */
void hif_event(struct hif *hif, uint16_t id, const void *data, uint16_t len);

#endif /* SKUA_DEVICE_CP_H */
