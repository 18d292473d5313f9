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

#include "nic.h"

struct json_t;

struct mac *mac_new(struct nic *nic);
void mac_free(struct mac *mac);

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

/** mac_read()/mac_write() - engine registers 0x200 to 0x6ff; false: fault */
bool mac_read(struct mac *mac, uint32_t off, uint32_t *val);
bool mac_write(struct mac *mac, uint32_t off, uint32_t val);

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
 *	which to fetch, hif_tx_gate() notwithstanding; one that is not within
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

#endif /* SKUA_DEVICE_MAC_H */
