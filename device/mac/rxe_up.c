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

static uint32_t buf_word(uint16_t id, uint32_t len)
{
	return HW_PUT(SKUA_RX_BUF_ID, id) | HW_PUT(SKUA_RX_BUF_LEN, len);
}

/* Copy @left octets to the buffers of @up, and name these in its record */
static bool scatter(struct mac *mac, const uint8_t *from, uint32_t left,
		    unsigned int offset, struct rx_up *up)
{
	const struct rx_bufs *bufs = &up->bufs;

	for (unsigned int i = 0; i < bufs->n; i++) {
		uint32_t n = bufs->buf[i].len - offset;

		if (n > left)
			n = left;
		if (!dma_write(mac->dma, bufs->buf[i].addr + offset, from,
			       n)) {
			mac->c.rx_bad_buffer++;
			return false;
		}
		*rx_buf_word(up, i) = htole32(buf_word(bufs->buf[i].id, n + offset));
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
	rec->flags = htole32(item->flags);
	rec->vif = item->vif;
	rec->tid = item->tid;
	rec->sta = htole16(item->sta);
	rec->sta_gen = htole16(item->sta_gen);
	rec->key = htole16(SKUA_KEY_NONE);
	if (item->key) {
		rec->key = htole16(item->slot);
		rec->key_gen = htole16(item->key->gen);
	}
	if (item->flags & SKUA_RXF_PN_VALID) {
		rec->pn_lo = htole32((uint32_t)item->pn);
		rec->pn_hi = htole16((uint16_t)(item->pn >> 32));
	}
	rec->rate = htole32(item->rate);
	rec->freq = htole16(item->freq);
	rec->ampdu_ref = htole32(item->ampdu_ref);
	rec->tsf = htole64(item->time_us + tsf_offset(mac, item));
	fill_signal(mac, item, rec);
}

static void count_up(struct mac *mac, const struct rx_up *up)
{
	if (dot11_fc_is_mgmt(up->fc))
		mac->c.rx_mgmt++;
	else if (dot11_fc_is_data(up->fc))
		mac->c.rx_data++;
	else
		mac->c.rx_ctl++;
	mac->c.rx_decap += up->decap;
	mac->c.rx_csum_ok += !!(up->rec.flags & htole32(SKUA_RXF_CSUM_OK));
	mac->c.rx_group += up->group;
	mac->c.rx_bytes += up->len;
}

static void fill_up(const struct mac *mac, const struct rx_item *item,
		    const struct rx_part *part, unsigned int offset,
		    struct rx_up *up)
{
	struct skua_cpl_rx *rec = &up->rec;
	const uint8_t *frame = item->data + part->at;

	fill_record(mac, item, rec);
	rec->frame_len = htole16(part->len);
	rec->offset = (uint8_t)offset;
	rx_set_bufs(up, up->bufs.n);
	up->monitor = item->monitor;
	up->check = item->check;
	up->key.slot = SKUA_KEY_NONE;
	if (item->key)
		up->key = (struct key_ref){ item->slot, item->key->gen };
	up->pn = item->pn;
	up->decap = item->flags & SKUA_RXF_8023;
	up->fc = up->decap ? IEEE80211_DATA : dot11_fc(frame);
	up->group = !up->decap && dot11_addr_is_group(dot11_addr1(frame));
	up->len = part->len;
	rxe_inet(mac, item, up, frame);
}

/* What follows the header, or the 802.3 header, is aligned to four octets */
static unsigned int offset_of(const struct rx_item *item)
{
	if (item->flags & SKUA_RXF_8023)
		return 2;
	return item->hdr_len % 4 ? 2 : 0;
}

static struct rx_up *up_new(struct mac *mac, const struct rx_item *item,
			    const struct rx_part *part)
{
	unsigned int offset = offset_of(item);
	struct rx_up *up = rxe_up_alloc(mac);

	if (!up) {
		mac->c.rx_no_cpl++;
	} else if (!rxe_take_bufs(mac, part->len + offset, &up->bufs)) {
		mac->c.rx_no_buffer++;
	} else {
		memset(up->unit, 0, sizeof(up->unit));
		up->more = NULL;
		if (scatter(mac, item->data + part->at, part->len, offset, up)) {
			fill_up(mac, item, part, offset, up);
			return up;
		}
		log_warn(mac->log,
			 "receive: a posted buffer cannot be written: frame dropped");
	}
	if (up)
		rxe_up_free(mac, up);
	return NULL;
}

void rxe_up_drop(struct mac *mac, struct rx_up *up)
{
	while (up) {
		struct rx_up *more = up->more;

		rxe_up_free(mac, up);
		up = more;
	}
}

static void spare_bufs(struct mac *mac, const struct rx_up *up)
{
	for (; up; up = up->more)
		rxe_spare_bufs(mac, &up->bufs);
}

/* All parts, or none */
static struct rx_up *up_parts(struct mac *mac, const struct rx_item *item,
			      const struct rx_part *part, unsigned int n)
{
	struct rx_up *first = NULL, **end = &first;

	if (!cpl_room(mac, n * RX_MAX_UNITS + rxe_join_units(&mac->rx))) {
		mac->c.rx_no_cpl++;
		return NULL;
	}
	while (n--) {
		*end = up_new(mac, item, part++);
		if (!*end) {
			spare_bufs(mac, first);
			rxe_up_drop(mac, first);
			return NULL;
		}
		end = &(*end)->more;
	}
	return first;
}

struct rx_up *rxe_up_new(struct mac *mac, struct rx_item *item)
{
	const struct rx_part whole = { .at = item->start, .len = item->len };
	int n = rxe_8023(mac, item);

	if (n == RXE_REFUSED)
		return NULL;
	return n ? up_parts(mac, item, mac->rx.part, (unsigned int)n) :
		   up_parts(mac, item, &whole, 1);
}

unsigned int rxe_up_bufs(const struct rx_up *up)
{
	unsigned int n = 0;

	for (; up; up = up->more)
		n += up->bufs.n;
	return n;
}

/* A monitor gets the frame, the stack does not get it. Return: false if nobody does */
static bool refuse(struct mac *mac, struct rx_up *up)
{
	uint32_t flags = le32toh(up->rec.flags);

	if (!up->monitor) {
		spare_bufs(mac, up);
		return false;
	}
	flags &= ~(SKUA_RXF_PN_VALID | SKUA_RXF_PN_VALIDATED |
		   SKUA_RXF_DUP_VALIDATED | SKUA_RXF_CSUM_OK);
	up->rec.flags = htole32(flags | SKUA_RXF_MONITOR_ONLY);
	return true;
}

void rxe_up_put(struct mac *mac, struct rx_up *up)
{
	if (up->check && !rxe_pn_in_turn(mac, up) && !refuse(mac, up)) {
		rxe_up_drop(mac, up);
		return;
	}
	while (up) {
		struct rx_up *more = up->more;

		count_up(mac, up);
		rxe_join(mac, up);
		up = more;
	}
}

void rxe_up_end(struct mac *mac)
{
	rxe_join_end(mac);
	cpl_publish(mac);
}

void rxe_up_now(struct mac *mac, struct rx_item *item)
{
	struct rx_up *up = rxe_up_new(mac, item);

	if (up)
		rxe_up_put(mac, up);
}

void rxe_up_frame(struct mac *mac, struct rx_item *item)
{
	if (item->key)
		rxe_decrypted(mac, item);
	if (!item->drop)
		rxe_up_now(mac, item);
}
