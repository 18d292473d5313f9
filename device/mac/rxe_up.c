// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: the way up to the guest
 *
 * A frame is copied once, into buffers that the guest has posted.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

#define UP_MAX_BUFS	(SKUA_MAX_MPDU / SKUA_RXBUF_MIN_LEN + 2)
#define UP_WORDS	(SKUA_CPL_UNIT / sizeof(__le32))
#define UP_COST		1000	/* of a frame, see eng_charge() */
#define UP_BAD_BUFS	64	/* useless buffers that are skipped for a frame */
#define UP_MAX_UNITS	(1 + (UP_MAX_BUFS + UP_WORDS - 1) / UP_WORDS)

/* Posted buffers for a frame, copied from the ring and checked */
struct rx_bufs {
	unsigned int n;
	struct {
		uint64_t addr;
		uint32_t len;
		uint16_t id;
	} buf[UP_MAX_BUFS];
};

static bool take_bufs(struct mac *mac, uint32_t need, uint32_t *taken,
		      struct rx_bufs *bufs)
{
	struct ring *ring = &mac->rings->ring[SKUA_RING_RXBUF];
	uint32_t avail = ring_avail(ring), at = *taken, room = 0, bad = 0;
	struct skua_rx_buf raw;

	bufs->n = 0;
	while (room < need) {
		uint32_t len;

		/* a ring that has just broken has none available */
		if (at >= avail || bufs->n == UP_MAX_BUFS)
			return false;
		ring_peek(ring, at++, &raw);
		len = le32toh(raw.len);
		if (len < SKUA_RXBUF_MIN_LEN || len > UINT16_MAX) {
			mac->c.rx_bad_buffer++;
			log_warn(mac->log,
				 "receive: a buffer of %u bytes was posted", len);
			/* Buffers before it still wait for a frame */
			if (!bufs->n)
				*taken = at;
			if (++bad == UP_BAD_BUFS)
				return false;
			continue;
		}
		bufs->buf[bufs->n].addr = le64toh(raw.addr);
		bufs->buf[bufs->n].len = len;
		bufs->buf[bufs->n].id = le16toh(raw.id);
		bufs->n++;
		room += len;
	}
	*taken = at;
	return true;
}

static uint32_t buf_word(uint16_t id, uint32_t len)
{
	return HW_PUT(SKUA_RX_BUF_ID, id) | HW_PUT(SKUA_RX_BUF_LEN, len);
}

/* Copy the frame; the words of its buffers go to @rec and @more */
static bool scatter(struct mac *mac, const struct rx_item *item,
		    const struct rx_bufs *bufs, unsigned int offset,
		    struct skua_cpl_rx *rec, __le32 *more)
{
	const uint8_t *from = item->data + item->start;
	uint32_t left = item->len;

	for (unsigned int i = 0; i < bufs->n; i++) {
		uint32_t n = bufs->buf[i].len - offset;
		uint32_t word;

		if (n > left)
			n = left;
		if (!dma_write(mac->dma, bufs->buf[i].addr + offset, from,
			       n)) {
			mac->c.rx_bad_buffer++;
			return false;
		}
		word = buf_word(bufs->buf[i].id, n + offset);
		if (i)
			more[i - 1] = htole32(word);
		else
			rec->buf0 = htole32(word);
		from += n;
		left -= n;
		offset = 0;
	}
	return true;
}

static void fill_signal(const struct mac *mac, const struct rx_item *item,
			struct skua_cpl_rx *rec)
{
	/* Each of several chains has a part of the power, so many dB less */
	static const int8_t part[] = { 0, 0, 3, 5, 6 };
	unsigned int chains = mac->cfg->chains;

	if (chains > 4)
		chains = 4;
	rec->signal = item->signal;
	rec->noise = item->noise;
	rec->chains = (uint8_t)((1u << chains) - 1);
	for (unsigned int i = 0; i < chains; i++)
		rec->chain_signal[i] = (int8_t)(item->signal - part[chains]);
}

/* Difference between the NIC's time and the TSF of the frame's interface */
static uint64_t tsf_offset(const struct mac *mac, const struct rx_item *item)
{
	return item->vif < MAC_VIFS ?
		(uint64_t)mac->vif[item->vif].tsf_offset : 0;
}

static void fill_record(const struct mac *mac, const struct rx_item *item,
			struct skua_cpl_rx *rec)
{
	uint32_t flags = item->flags;

	if (item->ampdu_ref)
		flags |= SKUA_RXF_AMPDU | SKUA_RXF_AMPDU_LAST_KNOWN |
			 (item->ampdu_last ? SKUA_RXF_AMPDU_LAST : 0);
	rec->flags = htole32(flags);
	rec->frame_len = htole16(item->len);
	rec->vif = item->vif;
	rec->tid = item->tid;
	rec->sta = htole16(item->sta);
	rec->sta_gen = htole16(item->sta_gen);
	rec->key = htole16(SKUA_KEY_NONE);
	if (item->key) {
		rec->key = htole16(item->slot);
		rec->key_gen = htole16(item->key->gen);
	}
	if (flags & SKUA_RXF_PN_VALID) {
		rec->pn_lo = htole32((uint32_t)item->pn);
		rec->pn_hi = htole16((uint16_t)(item->pn >> 32));
	}
	rec->rate = htole32(item->rate);
	rec->freq = htole16(item->freq);
	rec->ampdu_ref = htole32(item->ampdu_ref);
	rec->tsf = htole64(item->time_us + tsf_offset(mac, item));
	fill_signal(mac, item, rec);
}

static void count_up(struct mac *mac, const struct rx_item *item)
{
	uint16_t fc = dot11_fc(item->data + item->start);

	if (dot11_fc_is_mgmt(fc))
		mac->c.rx_mgmt++;
	else if (dot11_fc_is_data(fc))
		mac->c.rx_data++;
	else
		mac->c.rx_ctl++;
	mac->c.rx_group += dot11_addr_is_group(item->data + item->start +
					       IEEE80211_OFF_ADDR1);
	mac->c.rx_bytes += item->len;
}

static void pass_up(struct mac *mac, const struct rx_item *item,
		    uint32_t *taken)
{
	/* The body of the frame is aligned to four octets */
	unsigned int offset = item->hdr_len % 4 ? 2 : 0;
	_Alignas(8) struct skua_cpl unit[UP_MAX_UNITS] = { 0 };
	struct skua_cpl_rx *rec = (struct skua_cpl_rx *)unit;
	struct rx_bufs bufs;
	unsigned int n;

	if (!cpl_room(mac, UP_MAX_UNITS)) {
		mac->c.rx_no_cpl++;
		return;
	}
	if (!take_bufs(mac, item->len + offset, taken, &bufs)) {
		mac->c.rx_no_buffer++;
		return;
	}
	if (!scatter(mac, item, &bufs, offset, rec,
		     (__le32 *)unit + UP_WORDS)) {
		log_warn(mac->log,
			 "receive: a posted buffer cannot be written: frame dropped");
		return;
	}
	fill_record(mac, item, rec);
	rec->offset = (uint8_t)offset;
	n = 1 + (bufs.n - 1 + UP_WORDS - 1) / UP_WORDS;
	rec->w0 = htole32(HW_PUT(SKUA_CPL_W0_TYPE, SKUA_CPL_RX) |
			  HW_PUT(SKUA_CPL_W0_UNITS, n) |
			  HW_PUT(SKUA_CPL_W0_COUNT, bufs.n));
	cpl_put(mac, unit, n);
	count_up(mac, item);
}

static void flush(struct mac *mac)
{
	uint32_t taken = 0;

	eng_charge(mac->bus, mac->rx.n * UP_COST);
	rxe_decrypt(mac);
	for (unsigned int i = 0; i < mac->rx.n; i++) {
		struct rx_item *item = &mac->rx.item[i];

		if (item->inband) {
			cpl_event(mac, &item->event);
			continue;
		}
		if (item->key)
			rxe_decrypted(mac, item);
		if (!item->drop)
			pass_up(mac, item, &taken);
	}
	mac->rx.n = 0;
	if (taken)
		ring_consume(&mac->rings->ring[SKUA_RING_RXBUF], taken);
	cpl_publish(mac);
}

void rxe_flush(struct mac *mac)
{
	struct turn *turn = loop_turn(mac->loop);
	enum turn_cause was;

	if (!mac->rx.n)
		return;
	if (!mac->running) {
		mac->rx.n = 0;
		return;
	}
	was = turn_switch(turn, TURN_RECEIVE);
	flush(mac);
	turn_switch(turn, was);
}
