// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: TCP segments that share a record
 *
 * Segments of a flow that follow one another become a run, whose record grows. What joins
 * is what GRO of the stack would join, so that the stack can tell no difference. Runs
 * exist only while frames go up: whoever lets them go up ends all runs before the host is
 * told, so no segment waits for another one.
 *
 * In a flow, order is kept. Frames that are surely of another flow pass a run; before any
 * other frame, and before each event, all runs end.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/priv.h"
#include "mac/rxe.h"

/* A record's flags that may differ from frame to frame */
#define OWN_FLAGS	(SKUA_RXF_AMPDU | SKUA_RXF_AMPDU_LAST |		\
			 SKUA_RXF_AMPDU_LAST_KNOWN |			\
			 SKUA_RXF_AMPDU_DELIM_CRC_ERR |			\
			 SKUA_RXF_AMPDU_EOF | SKUA_RXF_AMPDU_EOF_KNOWN)

static const uint8_t *tcp_of(const struct rx_up *up)
{
	return up->flow.hdr + up->flow.l4;
}

static const uint8_t *ip_of(const struct rx_up *up)
{
	return up->flow.hdr + ETHER_HDR_LEN;
}

static bool is_ipv4(const struct rx_up *up)
{
	return up->flow.l4 == ETHER_HDR_LEN + IPV4_HDR_LEN;
}

static bool same(const uint8_t *a, const uint8_t *b, unsigned int from,
		 unsigned int to)
{
	return !memcmp(a + from, b + from, to - from);
}

/* End of a run */

/* The first segment's header tells of PSH, and the stack takes it from there */
static void put_psh(struct mac *mac, struct rx_up *up)
{
	uint64_t at = up->bufs.buf[0].addr + up->rec.offset + up->flow.l4 +
		      TCP_OFF_FLAGS;
	uint8_t flags = tcp_of(up)[TCP_OFF_FLAGS] | TCP_FLAG_PSH;

	if (!dma_write(mac->dma, at, &flags, sizeof(flags)))
		mac->c.rx_bad_buffer++;
}

static void finish(struct mac *mac, struct rx_run *run)
{
	struct rx_up *up = run->up;
	struct skua_cpl_rx *rec = &up->rec;

	rx_set_bufs(up, run->n);
	rec->flags |= htole32(SKUA_RXF_COALESCED);
	rec->more_off = (uint8_t)(rec->offset + up->flow.hdr_len);
	rec->gso_size = htole16(up->flow.payload);
	if (run->psh)
		put_psh(mac, up);
	mac->c.rx_coalesced++;
	mac->c.rx_coalesced_segs += run->n;
}

static void end_run(struct mac *mac, struct rx_run *run)
{
	struct rxe_join *j = &mac->rx.join;
	struct rx_up *up = run->up;

	if (run->n > 1)
		finish(mac, run);
	j->n--;
	memmove(run, run + 1, (size_t)(j->run + j->n - run) * sizeof(*run));
	cpl_put(mac, up->unit, up->n);
	rxe_up_free(mac, up);
}

void rxe_join_end(struct mac *mac)
{
	while (mac->rx.join.n)
		end_run(mac, mac->rx.join.run);
}

/* Growth */

/* Addresses and ports are the same */
static bool same_flow(const struct rx_up *a, const struct rx_up *b)
{
	unsigned int from = is_ipv4(a) ? IPV4_OFF_SRC : IPV6_OFF_SRC;

	return a->flow.l4 == b->flow.l4 && same(tcp_of(a), tcp_of(b), 0, TCP_OFF_SEQ) &&
	       same(ip_of(a), ip_of(b), from, a->flow.l4 - ETHER_HDR_LEN);
}

/* Station, key and all that makes the frames alike for the host */
static bool same_sender(const struct rx_up *a, const struct rx_up *b)
{
	const struct skua_cpl_rx *ra = &a->rec, *rb = &b->rec;

	return ra->sta == rb->sta && ra->sta_gen == rb->sta_gen &&
	       ra->vif == rb->vif && ra->tid == rb->tid && ra->key == rb->key &&
	       ra->key_gen == rb->key_gen &&
	       !((ra->flags ^ rb->flags) & htole32(~OWN_FLAGS)) &&
	       same(a->flow.hdr, b->flow.hdr, 0, ETHER_HDR_LEN);
}

/* What may differ are lengths, the checksum, and the identification in its way */
static bool ipv4_joins(struct rx_run *run, const struct rx_up *up)
{
	const uint8_t *a = ip_of(run->up), *b = ip_of(up);
	uint16_t ahead = (uint16_t)(inet_get_be16(b + IPV4_OFF_ID) -
				    inet_get_be16(a + IPV4_OFF_ID));

	if (!same(a, b, 0, IPV4_OFF_LEN) ||
	    !same(a, b, IPV4_OFF_FRAG, IPV4_OFF_CSUM))
		return false;
	if (run->n == 1)
		run->fixed_id = !ahead && inet_get_be16(a + IPV4_OFF_FRAG);
	return ahead == (run->fixed_id ? 0 : run->n);
}

static bool ipv6_joins(const struct rx_up *first, const struct rx_up *up)
{
	const uint8_t *a = ip_of(first), *b = ip_of(up);

	return same(a, b, 0, IPV6_OFF_LEN) &&
	       same(a, b, IPV6_OFF_NEXT, IPV6_OFF_SRC);
}

static bool tcp_joins(const struct rx_run *run, const struct rx_up *up)
{
	const uint8_t *a = tcp_of(run->up), *b = tcp_of(up);

	return inet_get_be32(b + TCP_OFF_SEQ) == run->next &&
	       same(a, b, TCP_OFF_ACK, TCP_OFF_FLAGS) &&
	       a[TCP_OFF_FLAGS] == (b[TCP_OFF_FLAGS] & ~TCP_FLAG_PSH) &&
	       same(a, b, TCP_OFF_WINDOW, TCP_OFF_CSUM) &&
	       same(a, b, TCP_OFF_URG, up->flow.hdr_len - up->flow.l4);
}

/* The 16 bits of a record's length count the 802.3 header too: they are full before those of IP */
static bool has_room(const struct rx_up *first, unsigned int payload)
{
	return le16toh(first->rec.frame_len) + payload <= UINT16_MAX;
}

static bool joins(struct rx_run *run, const struct rx_up *up)
{
	return up->flow.plain && up->flow.payload <= run->up->flow.payload &&
	       has_room(run->up, up->flow.payload) &&
	       tcp_joins(run, up) && same_sender(run->up, up) &&
	       (is_ipv4(up) ? ipv4_joins(run, up) : ipv6_joins(run->up, up));
}

static void grow(struct mac *mac, struct rx_run *run, struct rx_up *up)
{
	struct skua_cpl_rx *rec = &run->up->rec, last = up->rec;

	*rx_buf_word(run->up, run->n++) = last.buf0;
	last.buf0 = rec->buf0;
	last.offset = rec->offset;
	last.frame_len = htole16((uint16_t)(le16toh(rec->frame_len) +
					    up->flow.payload));
	*rec = last;
	run->next += up->flow.payload;
	run->psh = tcp_of(up)[TCP_OFF_FLAGS] & TCP_FLAG_PSH;
	if (run->psh || up->flow.payload < run->up->flow.payload ||
	    run->n == SKUA_RX_MAX_BUFS)
		end_run(mac, run);
	rxe_up_free(mac, up);
}

static bool can_begin(const struct rx_up *up)
{
	uint8_t flags = tcp_of(up)[TCP_OFF_FLAGS];

	/* A reserved bit that IPv4 packets of one flow have nowhere */
	if (is_ipv4(up) &&
	    (inet_get_be16(ip_of(up) + IPV4_OFF_FRAG) & ~IPV4_FRAG_DF))
		return false;
	return up->flow.plain && (flags & TCP_FLAG_ACK) &&
	       !(flags & ~(TCP_FLAG_ACK | TCP_FLAG_ECE));
}

static void begin(struct mac *mac, struct rx_up *up)
{
	struct rxe_join *j = &mac->rx.join;

	if (j->n == RXE_FLOWS)
		end_run(mac, j->run);
	j->run[j->n++] = (struct rx_run){
		.up = up,
		.next = inet_get_be32(tcp_of(up) + TCP_OFF_SEQ) +
			up->flow.payload,
		.n = 1,
	};
}

static struct rx_run *find_run(struct mac *mac, const struct rx_up *up)
{
	struct rxe_join *j = &mac->rx.join;

	for (unsigned int i = 0; i < j->n; i++)
		if (same_flow(j->run[i].up, up))
			return &j->run[i];
	return NULL;
}

void rxe_join(struct mac *mac, struct rx_up *up)
{
	struct rx_run *run = NULL;

	if (up->flow.kind == RX_FLOW_TCP)
		run = find_run(mac, up);
	else if (up->flow.kind == RX_FLOW_NONE)
		rxe_join_end(mac);
	if (run && joins(run, up)) {
		grow(mac, run, up);
		return;
	}
	if (run)
		end_run(mac, run);
	if (up->flow.kind == RX_FLOW_TCP && can_begin(up)) {
		begin(mac, up);
		return;
	}
	cpl_put(mac, up->unit, up->n);
	rxe_up_free(mac, up);
}
