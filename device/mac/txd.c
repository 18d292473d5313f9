// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit descriptors, copied out of the host's rings and checked
 */
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txd.h"

/* Flags that need a feature in force */
static const struct {
	uint32_t flag;
	uint64_t feature;
} flag_features[] = {
	{ SKUA_TXF_ENCAP, SKUA_FEAT_TX_ENCAP },
	{ SKUA_TXF_CSUM, SKUA_FEAT_TX_CSUM },
	{ SKUA_TXF_GSO, SKUA_FEAT_TX_GSO },
};

#define OFFLOADS	(SKUA_TXF_ENCAP | SKUA_TXF_CSUM | SKUA_TXF_GSO)

/* Not for frames whose header the NIC writes, nor for several frames made of one */
#define NOT_BUILT	(SKUA_TXF_KEEP_SEQ | SKUA_TXF_INSERT_TS |	\
			 SKUA_TXF_AFTER_DTIM | SKUA_TXF_OFFCHAN |	\
			 SKUA_TXF_MGMT_PROT)

static void take_seg(struct txd *d, unsigned int i, const struct skua_seg *seg)
{
	if (i >= d->nseg)
		return;
	d->seg[i].addr = le64toh(seg->addr);
	d->seg[i].len = le32toh(seg->len);
}

void txd_words(struct txd *d, const struct skua_tx_desc *raw)
{
	uint32_t w0 = le32toh(raw->w0), w2 = le32toh(raw->w2);
	uint32_t w3 = le32toh(raw->w3), w4 = le32toh(raw->w4);
	uint32_t w6 = le32toh(raw->w6);

	d->token = (uint16_t)HW_GET(SKUA_TXD_W0_TOKEN, w0);
	d->nseg = HW_GET(SKUA_TXD_W0_NSEG, w0);
	d->flags = le32toh(raw->flags);
	d->sta = (uint16_t)HW_GET(SKUA_TXD_W2_STA, w2);
	d->sta_gen = (uint16_t)HW_GET(SKUA_TXD_W2_STA_GEN, w2);
	d->vif = (uint8_t)HW_GET(SKUA_TXD_W3_VIF, w3);
	d->link = (uint8_t)HW_GET(SKUA_TXD_W3_LINK, w3);
	d->tid = (uint8_t)HW_GET(SKUA_TXD_W3_TID, w3);
	d->tries = (uint8_t)HW_GET(SKUA_TXD_W3_TRIES, w3);
	d->key.slot = (uint16_t)HW_GET(SKUA_TXD_W4_KEY, w4);
	d->key.gen = (uint16_t)HW_GET(SKUA_TXD_W4_KEY_GEN, w4);
	d->pn = le32toh(raw->pn_lo) |
		(uint64_t)HW_GET(SKUA_TXD_W6_PN_HI, w6) << 32;
	d->gso_size = (uint16_t)HW_GET(SKUA_TXD_W6_GSO_SIZE, w6);
	d->w7 = le32toh(raw->w7);
	d->slots = 1;
	if (d->nseg > SKUA_TXD_SEGS && d->nseg <= SKUA_TXD_MAX_SEGS)
		d->slots += (d->nseg - SKUA_TXD_SEGS + SKUA_TXD_CONT_SEGS - 1) /
			    SKUA_TXD_CONT_SEGS;
}

void txd_read(struct ring *ring, uint32_t at, uint32_t avail, struct txd *d)
{
	struct skua_tx_desc raw;
	struct skua_tx_cont cont;

	ring_peek(ring, at, &raw);
	txd_words(d, &raw);
	d->piece = 0;
	d->piece_off = 0;
	d->whole = d->slots <= avail;
	if (!d->whole)
		d->slots = avail;
	if (!d->nseg || d->nseg > SKUA_TXD_MAX_SEGS)
		return;
	for (unsigned int i = 0; i < SKUA_TXD_SEGS; i++)
		take_seg(d, i, &raw.seg[i]);
	for (uint32_t s = 1; s < d->slots; s++) {
		ring_peek(ring, at + s, &cont);
		for (unsigned int i = 0; i < SKUA_TXD_CONT_SEGS; i++)
			take_seg(d, SKUA_TXD_SEGS +
				 (s - 1) * SKUA_TXD_CONT_SEGS + i, &cont.seg[i]);
	}
}

static const char *offload_fault(const struct mac *mac, const struct txd *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_features); i++)
		if ((d->flags & flag_features[i].flag) &&
		    !(mac->bus->features & flag_features[i].feature))
			return "flags of a feature that was not negotiated";
	if ((d->flags & SKUA_TXF_CSUM) && (d->flags & SKUA_TXF_RATE))
		return "word 7 is a rate or a checksum";
	if ((d->flags & (SKUA_TXF_ENCAP | SKUA_TXF_GSO)) && (d->flags & NOT_BUILT))
		return "flags that do not go together";
	if (!(d->flags & SKUA_TXF_GSO))
		return NULL;
	if (!(d->flags & SKUA_TXF_CSUM))
		return "segments without a checksum";
	if (!d->gso_size)
		return "segments without payload";
	return NULL;
}

static uint32_t longest(const struct txd *d)
{
	if (d->flags & SKUA_TXF_GSO)
		return SKUA_MAX_GSO;
	if (d->flags & SKUA_TXF_ENCAP)
		return ETHER_HDR_LEN + IEEE80211_MAX_MSDU_LEN;
	return SKUA_MAX_MPDU;
}

static uint32_t shortest(const struct txd *d)
{
	return d->flags & SKUA_TXF_ENCAP ? ETHER_HDR_LEN : IEEE80211_ACK_LEN;
}

const char *txd_fault(struct mac *mac, struct txd *d)
{
	uint64_t len = 0;
	const char *fault;

	if (!d->nseg || d->nseg > SKUA_TXD_MAX_SEGS)
		return "impossible number of segments";
	if (!d->whole)
		return "a continuation slot was not published";
	if (d->flags & ~SKUA_TXF_VALID)
		return "unknown flags";
	fault = d->flags & OFFLOADS ? offload_fault(mac, d) : NULL;
	if (fault)
		return fault;
	if (d->link)
		return "no such link";
	if (!mac_vif(mac, d->vif))
		return "no such interface";
	if ((d->flags & SKUA_TXF_RATE) &&
	    (!d->w7 || !mac_rate_ok(mac, d->w7)))
		return "the rate is none";
	for (uint32_t i = 0; i < d->nseg; i++) {
		if (!d->seg[i].len)
			return "an empty segment";
		len += d->seg[i].len;
	}
	if (len > longest(d))
		return "too long";
	if (len < shortest(d))
		return "too short";
	d->len = (uint32_t)len;
	return NULL;
}

bool txd_take(struct mac *mac, struct txd *d, uint8_t *to, uint32_t len)
{
	while (len) {
		uint32_t n = d->seg[d->piece].len - d->piece_off;

		if (n > len)
			n = len;
		if (!dma_read(mac->dma, d->seg[d->piece].addr + d->piece_off, to, n)) {
			mac->c.tx_dma_error++;
			return false;
		}
		to += n;
		len -= n;
		d->piece_off += n;
		if (d->piece_off == d->seg[d->piece].len) {
			d->piece++;
			d->piece_off = 0;
		}
	}
	return true;
}

bool txd_extend(struct mac *mac, struct txd *d, struct txd_head *head, uint32_t len)
{
	if (!txd_take(mac, d, head->buf + head->len, len))
		return false;
	head->len += len;
	head->taken += len;
	return true;
}
