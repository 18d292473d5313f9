// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: a TCP packet is cut into segments
 *
 * The headers are copied out of the host's memory once, and looked at there. Each segment
 * gets them with other numbers, and its share of the payload, which is copied from the
 * host's memory into its place in the frame.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/priv.h"
#include "mac/txd.h"
#include "mac/txe_gso.h"
#include "mac/txq.h"

/* Mesh Control (9.2.4.7.3): the flags say how many addresses it has */
#define MESH_LEN	6
#define MESH_AE		0x03

static const uint8_t mesh_len[] = {
	MESH_LEN, MESH_LEN + IEEE80211_ADDR_LEN, MESH_LEN + 2 * IEEE80211_ADDR_LEN, 0,
};

/* Headers */

/* Find the IP header behind LLC/SNAP. Return: the fault, or NULL */
static const char *find_ip(struct gso *g)
{
	uint16_t fc = dot11_fc(g->head);
	uint32_t at = dot11_fc_hdrlen(fc);
	uint16_t qos;

	if (!at || !dot11_fc_is_data_present(fc) || at + IEEE80211_QOS_LEN > g->tcp)
		return "segments of what is no data frame";
	qos = dot11_qos_ctl(g->head);
	if (dot11_is_fragment(g->head) || (qos & IEEE80211_QOS_AMSDU) ||
	    dot11_addr_is_group(dot11_addr1(g->head)))
		return "segments of a fragment, an A-MSDU or a frame to a group";
	if (qos & IEEE80211_QOS_MESH_CONTROL)
		at += mesh_len[g->head[at] & MESH_AE];
	g->ip = at + IEEE80211_SNAP_LEN;
	if (g->ip >= g->tcp)
		return "TCP begins before IP ends";
	switch (dot11_snap_type(g->head + at)) {
	case ETHERTYPE_IPV4:
		g->v6 = false;
		return NULL;
	case ETHERTYPE_IPV6:
		g->v6 = true;
		return NULL;
	default:
		return "no IP packet behind LLC";
	}
}

/* @len: octets of the packet. Return: the fault of an IPv4 header, or NULL */
static const char *ip4_fault(const struct gso *g, uint32_t len)
{
	const uint8_t *ip = g->head + g->ip;

	if (g->tcp - g->ip < IPV4_HDR_LEN || ip[0] >> 4 != 4 ||
	    (ip[0] & 15) * 4u != g->tcp - g->ip)
		return "TCP does not begin where the IPv4 header ends";
	if (ip[IPV4_OFF_PROTO] != IPPROTO_NR_TCP ||
	    (inet_get_be16(ip + IPV4_OFF_FRAG) & IPV4_FRAG_PART))
		return "the IPv4 packet is none of TCP, or a fragment";
	if (inet_get_be16(ip + IPV4_OFF_LEN) != len)
		return "the total length is not that of the packet";
	return NULL;
}

/* The extension headers lead to TCP's */
static bool ip6_leads(const struct gso *g)
{
	uint8_t next = g->head[g->ip + IPV6_OFF_NEXT];
	uint32_t at = g->ip + IPV6_HDR_LEN;

	while (at < g->tcp) {
		if (next != IPV6_EXT_HOP_BY_HOP && next != IPV6_EXT_ROUTING &&
		    next != IPV6_EXT_DEST)
			return false;
		next = g->head[at];
		at += (g->head[at + 1] + 1u) * IPV6_EXT_UNIT;
	}
	return at == g->tcp && next == IPPROTO_NR_TCP;
}

static const char *ip6_fault(const struct gso *g, uint32_t len)
{
	const uint8_t *ip = g->head + g->ip;

	if (g->tcp - g->ip < IPV6_HDR_LEN || ip[0] >> 4 != 6 || !ip6_leads(g))
		return "TCP does not begin where the IPv6 headers end";
	if (inet_get_be16(ip + IPV6_OFF_LEN) != len - IPV6_HDR_LEN)
		return "the payload length is not that of the packet";
	return NULL;
}

static uint32_t segment(const struct gso *g, uint32_t i)
{
	return i + 1 < g->n ? g->size : g->len - i * g->size;
}

uint32_t gso_frame_len(const struct gso *g, uint32_t i)
{
	return g->payload + segment(g, i);
}

/* Return: the fault of a packet whose headers are there, or NULL */
static const char *packet_fault(const struct mac *mac, const struct txd *d,
				struct gso *g)
{
	const char *fault = find_ip(g);

	if (!fault)
		fault = g->v6 ? ip6_fault(g, g->payload - g->ip + g->len) :
				ip4_fault(g, g->payload - g->ip + g->len);
	if (fault)
		return fault;
	g->n = (g->len + g->size - 1) / g->size;
	if (g->n > SKUA_MAX_GSO_SEGS || g->n > mac->cfg->max_txq)
		return "too many segments";
	if (gso_frame_len(g, 0) - g->ip > IEEE80211_MAX_MSDU_LEN)
		return "too long segments";
	if ((d->flags & SKUA_TXF_PROTECT) && d->pn + g->n - 1 >= 1ull << 48)
		return "too few packet numbers";
	return NULL;
}

static enum skua_tx_status bad(struct mac *mac, const char *why)
{
	mac->c.tx_bad_frame++;
	log_warn(mac->log, "transmit: bad packet: %s", why);
	return SKUA_TXS_BAD;
}

enum skua_tx_status txe_gso_look(struct mac *mac, struct txd *d,
				 struct txd_head *head, struct gso *g)
{
	uint32_t tcp = txd_csum_start(d), all;
	const char *fault;

	if (tcp < head->taken || tcp + TCP_HDR_LEN > d->len || tcp + TCP_HDR_LEN > SKUA_MAX_GSO_HDR ||
	    txd_csum_off(d) != TCP_OFF_CSUM)
		return bad(mac, "no place for a TCP header");
	g->head = head->buf;
	g->tcp = head->len + tcp - head->taken;
	if (!txd_extend(mac, d, head, tcp + TCP_HDR_LEN - head->taken))
		return SKUA_TXS_DMA;
	all = inet_tcp_hdr_len(head->buf + g->tcp);
	if (all < TCP_HDR_LEN || tcp + all >= d->len || tcp + all > SKUA_MAX_GSO_HDR)
		return bad(mac, "the TCP header leaves no payload");
	if (!txd_extend(mac, d, head, all - TCP_HDR_LEN))
		return SKUA_TXS_DMA;
	g->payload = head->len;
	g->len = d->len - head->taken;
	g->size = d->gso_size;
	fault = packet_fault(mac, d, g);
	return fault ? bad(mac, fault) : SKUA_TXS_SENT;
}

/* Segments */

static void set_ip4(uint8_t *ip, uint32_t len, uint32_t i)
{
	uint16_t csum;

	inet_put_be16(ip + IPV4_OFF_LEN, (uint16_t)len);
	inet_put_be16(ip + IPV4_OFF_ID,
		      (uint16_t)(inet_get_be16(ip + IPV4_OFF_ID) + i));
	inet_put_be16(ip + IPV4_OFF_CSUM, 0);
	csum = inet_csum(ip, (ip[0] & 15) * 4u);
	memcpy(ip + IPV4_OFF_CSUM, &csum, sizeof(csum));
}

/* In the sum of the pseudo header, the segment's length takes the place of the packet's */
static void set_pseudo(uint8_t *tcp, uint32_t packet, uint32_t len)
{
	uint64_t sum = inet_sum(tcp + TCP_OFF_CSUM, sizeof(uint16_t), 0);
	uint16_t part;

	sum = inet_sum_word((uint16_t)~packet, sum);
	part = inet_fold(inet_sum_word((uint16_t)len, sum));
	memcpy(tcp + TCP_OFF_CSUM, &part, sizeof(part));
}

static void set_tcp(const struct gso *g, uint8_t *tcp, uint32_t i)
{
	uint32_t seq = inet_get_be32(tcp + TCP_OFF_SEQ);

	inet_put_be32(tcp + TCP_OFF_SEQ, seq + i * g->size);
	if (i)
		tcp[TCP_OFF_FLAGS] &= (uint8_t)~TCP_FLAG_CWR;
	if (i + 1 < g->n)
		tcp[TCP_OFF_FLAGS] &= (uint8_t)~(TCP_FLAG_FIN | TCP_FLAG_PSH);
	set_pseudo(tcp, g->payload - g->tcp + g->len, g->payload - g->tcp + segment(g, i));
}

/* What the descriptor says of the packet's last frame is not for the others */
static void set_power_save(const struct gso *g, const struct txd *d, struct txf *f,
			   uint32_t i)
{
	bool last = i + 1 == g->n;

	f->eosp = last && (d->flags & SKUA_TXF_EOSP);
	f->more_data = d->flags & (last ? SKUA_TXF_MORE_DATA :
					  SKUA_TXF_MORE_DATA | SKUA_TXF_EOSP);
	if (!last && dot11_fc_is_data_qos(f->fc))
		txf_data(f)[dot11_fc_qos_off(f->fc)] &= (uint8_t)~IEEE80211_QOS_EOSP;
}

/* All headers, with the sum of the pseudo header for a checksum of TCP */
static void set_headers(const struct gso *g, struct txf *f, uint32_t i)
{
	uint8_t *ip = txf_data(f) + g->ip;
	uint32_t len = gso_frame_len(g, i) - g->ip;

	memcpy(txf_data(f), g->head, g->payload);
	if (g->v6)
		inet_put_be16(ip + IPV6_OFF_LEN, (uint16_t)(len - IPV6_HDR_LEN));
	else
		set_ip4(ip, len, i);
	set_tcp(g, txf_data(f) + g->tcp, i);
}

static enum skua_tx_status make(struct mac *mac, struct txd *d, const struct gso *g,
				struct txf *f, uint32_t i)
{
	uint8_t *tcp = txf_data(f) + g->tcp;
	uint16_t csum;

	set_headers(g, f, i);
	set_power_save(g, d, f, i);
	f->pn = d->pn + i;
	if (!txd_take(mac, d, txf_data(f) + g->payload, segment(g, i)))
		return SKUA_TXS_DMA;
	csum = inet_csum(tcp, f->len - g->tcp);
	memcpy(tcp + TCP_OFF_CSUM, &csum, sizeof(csum));
	return SKUA_TXS_SENT;
}

static enum skua_tx_status make_all(struct mac *mac, struct txd *d,
				    const struct gso *g, struct txf *first)
{
	enum skua_tx_status status = make(mac, d, g, first, 0);
	struct txf *f = first;

	for (uint32_t i = 1; i < g->n && status == SKUA_TXS_SENT; i++) {
		f->next = txf_like(mac, first, gso_frame_len(g, i));
		f = f->next;
		if (!f) {
			mac->c.tx_no_mem++;
			return SKUA_TXS_NO_MEM;
		}
		status = make(mac, d, g, f, i);
	}
	return status;
}

enum skua_tx_status txe_gso_cut(struct mac *mac, struct txd *d,
				const struct gso *g, struct txf *first)
{
	enum skua_tx_status status;

	first->next = NULL;
	if (!txf_share(mac, first, g->n)) {
		mac->c.tx_no_mem++;
		return SKUA_TXS_NO_MEM;
	}
	status = make_all(mac, d, g, first);
	if (status == SKUA_TXS_SENT) {
		mac->c.tx_gso++;
		mac->c.tx_gso_segs += g->n;
		return status;
	}
	while (first->next) {
		struct txf *f = first->next;

		first->next = f->next;
		txf_free(mac, f);
	}
	txf_unshare(mac, first);
	return status;
}
