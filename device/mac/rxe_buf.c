// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: buffers that the guest has posted, and memory of records
 */
#include <stdlib.h>

#include "mac/count.h"
#include "mac/priv.h"
#include "mac/rxe.h"

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

static bool is_useless(struct mac *mac, const struct rx_buf *buf)
{
	if (buf->len >= SKUA_RXBUF_MIN_LEN && buf->len <= UINT16_MAX)
		return false;
	mac->c.rx_bad_buffer++;
	log_warn(mac->log, "receive: a buffer of %u bytes was posted", buf->len);
	return true;
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
