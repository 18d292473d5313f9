// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: buffers that the guest has posted, and memory of records
 */
#include <stdlib.h>

#include "mac/count.h"
#include "mac/priv.h"
#include "mac/rxe.h"

#define MSDUS		4	/* of a usual A-MSDU, for each buffer that it fills */
#define BAD_BUFS	64	/* useless buffers that are skipped for a frame */

/* The next posted buffer, at @at of the ring. Return: false if there is none */
static bool peek(struct mac *mac, uint32_t at, struct rx_buf *buf)
{
	struct ring *ring = &mac->rings->ring[SKUA_RING_RXBUF];
	struct skua_rx_buf raw;

	/* a ring that has just broken has none available */
	if (at >= ring_avail(ring))
		return false;
	ring_peek(ring, at, &raw);
	buf->addr = le64toh(raw.addr);
	buf->len = le32toh(raw.len);
	buf->id = le16toh(raw.id);
	return true;
}

static bool is_useful(const struct rx_buf *buf)
{
	return buf->len >= SKUA_RXBUF_MIN_LEN && buf->len <= UINT16_MAX;
}

static bool is_useless(struct mac *mac, const struct rx_buf *buf)
{
	if (is_useful(buf))
		return false;
	mac->c.rx_bad_buffer++;
	log_warn(mac->log, "receive: a buffer of %u bytes was posted", buf->len);
	return true;
}

uint32_t rxe_bufs_of(const struct rx_arrival *a)
{
	const struct mac *mac = a->mac;
	uint32_t buf = mac->rx.buf_len ? mac->rx.buf_len : SKUA_RXBUF_MIN_LEN;
	uint32_t most = mac->rings->ring[SKUA_RING_RXBUF].entries / 2;
	uint32_t need = a->len + RX_OFFSET_MAX;
	uint32_t n = need <= buf ? 1 : (need + buf - 1) / buf;

	if (!dot11_fc_is_data_qos(a->fc) ||
	    !(dot11_qos_ctl(a->frame) & IEEE80211_QOS_AMSDU))
		return n;
	/* Each MSDU may go up by itself; a small ring must not keep all A-MSDUs out */
	if (n * MSDUS <= most)
		return n * MSDUS;
	return n > most ? n : most;
}

uint32_t rxe_bufs_left(struct mac *mac)
{
	struct rxe *rx = &mac->rx;
	uint32_t avail = ring_avail(&mac->rings->ring[SKUA_RING_RXBUF]);
	struct rx_buf next;

	if (!rx->buf_len && peek(mac, rx->taken, &next) && is_useful(&next))
		rx->buf_len = next.len;
	return rx->spares + (avail > rx->taken ? avail - rx->taken : 0);
}

bool rxe_take_bufs(struct mac *mac, uint32_t need, struct rx_bufs *bufs)
{
	unsigned int spares = mac->rx.spares;
	uint32_t at = mac->rx.taken, room = 0, bad = 0;

	bufs->n = 0;
	while (room < need) {
		struct rx_buf *buf = &bufs->buf[bufs->n];

		if (bufs->n == SKUA_RX_MAX_BUFS)
			return false;
		if (spares) {
			*buf = mac->rx.spare[--spares];
		} else if (!peek(mac, at++, buf)) {
			return false;
		} else if (is_useless(mac, buf)) {
			/* Buffers before it still wait for a frame */
			if (!bufs->n)
				mac->rx.taken = at;
			if (++bad == BAD_BUFS)
				return false;
			continue;
		}
		bufs->n++;
		room += buf->len;
		mac->rx.buf_len = buf->len;
	}
	mac->rx.spares = spares;
	mac->rx.taken = at;
	return true;
}

void rxe_spare_bufs(struct mac *mac, const struct rx_bufs *bufs)
{
	for (unsigned int i = 0; i < bufs->n; i++)
		mac->rx.spare[mac->rx.spares++] = bufs->buf[i];
}

struct rx_up *rxe_up_alloc(struct mac *mac)
{
	struct rx_up *up = mac->rx.free;

	if (!up)
		return malloc(sizeof(*up));
	mac->rx.free = up->next;
	return up;
}

void rxe_up_free(struct mac *mac, struct rx_up *up)
{
	up->next = mac->rx.free;
	mac->rx.free = up;
}
