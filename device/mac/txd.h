/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transmit descriptors: what the host's slots say, and the octets that they point to
 */
#ifndef SKUA_DEVICE_MAC_TXD_H
#define SKUA_DEVICE_MAC_TXD_H

#include <stdbool.h>
#include <stdint.h>

#include "../hw.h"
#include "dot11/dot11.h"
#include "mac/key.h"

struct mac;
struct ring;

/**
 * struct txd - a descriptor, copied out of its slots
 * @token: opaque; the record gives it back to the host
 * @nseg: number of pieces of host memory
 * @slots: ring slots, that of the descriptor included
 * @flags: SKUA_TXF_*
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of the station
 * @vif: interface
 * @link: its link
 * @tid: TID, with SKUA_TXF_QOS
 * @tries: most transmissions, 0 for the default
 * @key: with SKUA_TXF_PROTECT
 * @pn: packet number
 * @gso_size: octets of payload of a segment, with SKUA_TXF_GSO
 * @w7: rate word, or where the checksum is
 * @len: octets of the frame, once txd_fault() has found none
 * @whole: all slots had been published
 * @piece: the piece that txd_take() is at
 * @piece_off: octets of it that were taken
 * @seg: the pieces
 */
struct txd {
	uint16_t token;
	uint32_t nseg;
	uint32_t slots;
	uint32_t flags;
	uint16_t sta;
	uint16_t sta_gen;
	uint8_t vif;
	uint8_t link;
	uint8_t tid;
	uint8_t tries;
	struct key_ref key;
	uint64_t pn;
	uint16_t gso_size;
	uint32_t w7;
	uint32_t len;
	bool whole;
	uint32_t piece;
	uint32_t piece_off;
	struct {
		uint64_t addr;
		uint32_t len;
	} seg[SKUA_TXD_MAX_SEGS];
};

/* Octets that the NIC may look at and change before it copies a frame */
#define TXD_HEAD_MAX	(SKUA_MAX_GSO_HDR + IEEE80211_HDR_LEN_MAX)

/**
 * struct txd_head - the start of a frame, as it will be sent
 * @buf: octets
 * @len: their number
 * @taken: octets of the host's frame in whose place they stand
 */
struct txd_head {
	uint8_t buf[TXD_HEAD_MAX];
	uint32_t len;
	uint32_t taken;
};

/** txd_words() - take all fields but the pieces, which are not needed to count frames */
void txd_words(struct txd *d, const struct skua_tx_desc *raw);

/**
 * txd_read() - copy a descriptor out
 * @ring: the ring
 * @at: slot, counted from the ring's own index
 * @avail: slots from there on
 * @d: to be filled in; check it by txd_fault()
 */
void txd_read(struct ring *ring, uint32_t at, uint32_t avail, struct txd *d);

/** txd_fault() - the fault of a descriptor in words, or NULL; finds its length */
const char *txd_fault(struct mac *mac, struct txd *d);

/**
 * txd_take() - copy the next octets of the frame out of the host's memory
 * @mac: the engines
 * @d: descriptor without a fault
 * @to: where to
 * @len: their number; together at most those of the frame
 *
 * What was taken once is not read again: the host may have changed it.
 *
 * Return: false if the host's memory cannot be read, which was counted.
 */
bool txd_take(struct mac *mac, struct txd *d, uint8_t *to, uint32_t len);

/** txd_extend() - take the next octets of the frame to the end of its head */
bool txd_extend(struct mac *mac, struct txd *d, struct txd_head *head, uint32_t len);

/* Octets of the frame as it will be sent, without the NIC's own */
static inline uint32_t txd_frame_len(const struct txd *d, const struct txd_head *head)
{
	return head->len + d->len - head->taken;
}

/* Where the checksum begins, from the frame's first octet */
static inline uint32_t txd_csum_start(const struct txd *d)
{
	return HW_GET(SKUA_TXD_W7_CSUM_START, d->w7);
}

/* Where its field is, from there */
static inline uint32_t txd_csum_off(const struct txd *d)
{
	return HW_GET(SKUA_TXD_W7_CSUM_OFF, d->w7);
}

#endif /* SKUA_DEVICE_MAC_TXD_H */
