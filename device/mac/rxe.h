/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receive engine: from a frame on the air to the guest's buffers
 *
 * rxe.c         FCS, address match, answers, duplicates, choice of interfaces
 * rxe_filter.c  which frames an interface wants
 * rxe_ps.c      power save of stations
 * rxe_batch.c   frames that wait for the end of the sender's burst
 * rxe_dec.c     decryption, replay check
 * rxe_up.c      buffers, records
 */
#ifndef SKUA_DEVICE_MAC_RXE_H
#define SKUA_DEVICE_MAC_RXE_H

#include <stdbool.h>
#include <stdint.h>

#include "../hw.h"
#include "air/air.h"
#include "crypto/crypto.h"
#include "mac/key.h"

struct mac;
struct mac_sta;
struct mac_vif;

#define RXE_BATCH		32	/* frames decrypted together */
#define RXE_BATCH_BYTES		65536	/* and their octets, about */

/**
 * struct rx_arrival - a frame that is being received
 * @mac: the engines
 * @af: the frame on the air
 * @rx: signal and noise
 * @frame: octets of @af
 * @len: octets of @frame without FCS
 * @fc: Frame Control
 * @hdr_len: octets of the MAC header
 * @group: the receiver address is a group address
 * @promisc: a monitor gets all frames
 */
struct rx_arrival {
	struct mac *mac;
	const struct air_frame *af;
	const struct air_rx *rx;
	const uint8_t *frame;
	uint16_t len;
	uint16_t fc;
	uint16_t hdr_len;
	bool group;
	bool promisc;
};

/**
 * struct rx_item - a frame or an event that waits for rxe_flush()
 * @inband: the item is an in-band event and not a frame
 * @event: the event
 * @vif: interface, or SKUA_VIF_NONE
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of the station
 * @flags: SKUA_RXF_* so far
 * @len: octets of @data, without FCS
 * @hdr_len: octets of the MAC header
 * @tid: TID or MAC_TID_NONE
 * @monitor: a monitor gets the frame even if it cannot be decrypted
 * @key: key of the frame, or NULL
 * @slot: slot of @key
 * @job: index in rxe.jobs
 * @rate: rate word
 * @freq: MHz
 * @signal: dBm
 * @noise: dBm
 * @time_us: NIC's time at the start of the frame
 * @ampdu_ref: see struct air_frame
 * @ampdu_last: see struct air_frame
 * @drop: the frame is not passed up
 * @start: offset of the frame in @data after decryption
 * @pn: packet number, with SKUA_RXF_PN_VALID
 * @data: the frame
 * @raw: the frame as it was received, for monitors
 * @raw_len: octets of @raw
 */
struct rx_item {
	bool inband;
	struct skua_cpl_inband event;
	uint8_t vif;
	uint16_t sta;
	uint16_t sta_gen;
	uint32_t flags;
	uint16_t len;
	uint16_t hdr_len;
	uint8_t tid;
	bool monitor;
	struct mac_key *key;
	uint16_t slot;
	uint16_t job;
	uint32_t rate;
	uint16_t freq;
	int8_t signal;
	int8_t noise;
	uint64_t time_us;
	uint32_t ampdu_ref;
	bool ampdu_last;
	bool drop;
	uint16_t start;
	uint64_t pn;
	uint8_t *data;
	uint8_t *raw;
	uint16_t raw_len;
};

/**
 * struct rxe - receive engine
 * @item: batch
 * @n: number of items in @item
 * @bytes: octets of these
 * @jobs: decryption of @item
 * @mem: memory of the frames
 */
struct rxe {
	struct rx_item item[RXE_BATCH];
	unsigned int n;
	uint32_t bytes;
	struct crypto_job jobs[RXE_BATCH];
	uint8_t *mem;
};

/* rxe.c */

extern const struct air_radio_ops rxe_ops;

/** rxe_answer() - pass an answer to a frame that was sent on to a monitor */
void rxe_answer(struct mac *mac, const uint8_t *frame, uint16_t len,
		const struct air_rx *rx, uint32_t rate);

/* rxe_filter.c */

/** rxe_vif_wants() - whether a frame is for an interface, or for all of its BSS */
bool rxe_vif_wants(const struct rx_arrival *a, const struct mac_vif *vif);

/**
 * rxe_filter_passes() - whether a frame goes up though no interface wants it
 * @a: the frame
 * @to_us: the receiver address is that of an interface
 *
 * Return: true if ENG_MAC_FILTER lets the frame pass.
 */
bool rxe_filter_passes(const struct rx_arrival *a, bool to_us);

/* rxe_ps.c */

/** rxe_track_ps() - follow the Power Management bit of a station */
void rxe_track_ps(const struct rx_arrival *a, struct mac_sta *sta);

/** rxe_ps_poll() - release a frame for a PS-Poll, or tell the host of it */
void rxe_ps_poll(const struct rx_arrival *a, struct mac_vif *vif);

/* rxe_batch.c */

/** rxe_init() - allocate the batch; false without memory */
bool rxe_init(struct mac *mac);
void rxe_free(struct mac *mac);

/** rxe_queue_event() - queue an in-band event behind the frames so far */
void rxe_queue_event(struct mac *mac, enum skua_inband_id id,
		     const struct mac_sta *sta, uint8_t tid);

/**
 * rxe_queue_frame() - copy a frame into the batch
 * @a: the frame
 * @vif: interface that the frame is for, or NULL
 * @sta: sender, or NULL
 * @flags: SKUA_RXF_* so far
 */
void rxe_queue_frame(const struct rx_arrival *a, const struct mac_vif *vif,
		     const struct mac_sta *sta, uint32_t flags);

/* rxe_dec.c */

/** rxe_decrypt() - find the keys of the batch's frames, and decrypt these */
void rxe_decrypt(struct mac *mac);

/** rxe_decrypted() - look at the result of decryption: MIC, replay, parts to strip */
void rxe_decrypted(struct mac *mac, struct rx_item *item);

/* rxe_up.c */

/** rxe_flush() - decrypt the batch and pass it up */
void rxe_flush(struct mac *mac);

#endif /* SKUA_DEVICE_MAC_RXE_H */
