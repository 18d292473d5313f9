/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transmit engine: from descriptors to frames on the air
 *
 * txe_fetch.c  descriptors are copied, checked, and become frames in queues
 * txe_sched.c  the order of frames
 * txe_prep.c   sequence numbers, protection
 * txe_send.c   rates, protection of the medium, retries
 */
#ifndef SKUA_DEVICE_MAC_TXE_H
#define SKUA_DEVICE_MAC_TXE_H

#include <stdbool.h>
#include <stdint.h>

#include "air/air.h"
#include "crypto/crypto.h"
#include "mac/obj.h"
#include "mac/txq.h"

struct mac;

#define TXE_BATCH		32	/* frames of a round */
#define TXE_BATCH_BYTES		65536	/* and their octets, about */
#define TXE_QUANTUM_US		300	/* airtime of a turn */
#define TXE_MAX_STAGES		(ENG_RATE_STAGES + 1)

/**
 * struct txe_ops - how the transmit engine hands answers up
 * @answer: an ACK, CTS or Block Ack has come for a frame that was sent at rate
 *	word @rate; FCS included
 */
struct txe_ops {
	void (*answer)(struct mac *mac, const uint8_t *frame, uint16_t len,
		       const struct air_rx *rx, uint32_t rate);
};

/**
 * struct txe - transmit engine
 * @ops: operations of mac.c
 * @pool: free frames, small and large
 * @count: number of frames in queues
 * @active: queues that may send, by class
 * @parked: queues that wait for the radio to return to their channel
 * @sync_prod: indices up to which to fetch until the command is retired, see
 *	mac_tx_sync()
 * @sync_valid: @sync_prod holds
 * @full: as many frames as the NIC holds waited, and not much fewer do now
 * @batch: frames of the round
 * @jobs: encryption of @batch
 */
struct txe {
	const struct txe_ops *ops;
	struct txf *pool[2];
	uint32_t count;
	struct txq_list active[TXE_CLASSES];
	struct txq_list parked;
	uint32_t sync_prod[SKUA_NUM_TX_RINGS];
	bool sync_valid;
	bool full;
	struct txf *batch[TXE_BATCH];
	struct crypto_job jobs[TXE_BATCH];
};

/* txe_sched.c */

/** txe_collect() - the next frames to send, at most @max */
unsigned int txe_collect(struct mac *mac, struct txf **batch, unsigned int max);

/** txe_put_back() - the round has no time for a frame that txe_collect() chose */
void txe_put_back(struct mac *mac, struct txf *f);

/** txe_pending() - whether there is a frame that may be sent now */
bool txe_pending(const struct mac *mac);

/* txe_fetch.c */

/** txe_fetch() - fetch published descriptors, a bounded number; true if there were any */
bool txe_fetch(struct mac *mac);

/**
 * txe_fetch_sync() - fetch the descriptors that precede the command under way
 * @mac: the engines
 *
 * Return: false if there are more than a turn has time for.
 */
bool txe_fetch_sync(struct mac *mac);

/**
 * txe_ring_count() - number of frames in the rings, not fetched yet, that match
 * @mac: the engines
 * @m: which frames
 *
 * Looks at 8192 entries at most. Further ones count as if they matched: no driver
 * that works has so many frames before a command.
 */
uint32_t txe_ring_count(struct mac *mac, const struct txq_match *m);

/* txe_prep.c */

/** txe_assign_seq() - number a frame, unless the host has done so */
void txe_assign_seq(struct mac_vif *vif, struct mac_sta *sta, struct txf *f);

/**
 * txe_prepare() - number and protect the frames of a round
 * @mac: the engines
 * @n: number of frames in txe.batch
 *
 * A frame that cannot be sent ends here.
 *
 * Return: number of frames that are left in txe.batch.
 */
unsigned int txe_prepare(struct mac *mac, unsigned int n);

/* txe_send.c */

/** txe_round() - send a batch; true if there was a frame */
bool txe_round(struct mac *mac);

/** txe_fw_send() - send a frame of the firmware now */
enum skua_tx_status txe_fw_send(struct mac *mac, uint8_t *frame, uint32_t len,
				struct mac_vif *vif, bool no_ack, uint32_t rate);

/** txe_stamp() - write the TSF into a beacon or probe response that is sent now at @rate */
void txe_stamp(const struct mac_vif *vif, uint8_t *frame, uint32_t rate);

/**
 * txe_transmit() - put a frame on the air once
 * @mac: the engines
 * @vif: interface that sends
 * @frame: MPDU, with room for the FCS behind it
 * @len: octets of @frame without FCS
 * @rate: rate word
 * @response: room for the answer, or NULL
 * @response_len: octets of @response, then of the answer
 * @rx: how the answer was received
 *
 * Return: airtime in microseconds.
 */
uint32_t txe_transmit(struct mac *mac, const struct mac_vif *vif,
		      uint8_t *frame, uint16_t len, uint32_t rate,
		      uint8_t *response, uint16_t *response_len,
		      struct air_rx *rx);

/** txe_vif_rate() - @wanted if it can be used now, else the lowest basic rate */
uint32_t txe_vif_rate(struct mac *mac, const struct mac_vif *vif,
		      uint32_t wanted);

#endif /* SKUA_DEVICE_MAC_TXE_H */
