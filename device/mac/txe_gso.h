/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transmit engine: a TCP packet is cut into segments
 */
#ifndef SKUA_DEVICE_MAC_TXE_GSO_H
#define SKUA_DEVICE_MAC_TXE_GSO_H

#include <stdbool.h>
#include <stdint.h>

#include "../hw.h"

struct mac;
struct txd;
struct txd_head;
struct txf;

/**
 * struct gso - a packet that is to be cut
 * @head: its headers, from the MAC header to the end of TCP's
 * @ip: offset of the IP header
 * @tcp: offset of the TCP header
 * @payload: offset of the payload: octets of @head
 * @len: octets of payload
 * @size: of these, in a segment
 * @n: number of segments
 * @v6: it is a packet of IPv6
 */
struct gso {
	const uint8_t *head;
	uint32_t ip;
	uint32_t tcp;
	uint32_t payload;
	uint32_t len;
	uint32_t size;
	uint32_t n;
	bool v6;
};

/**
 * txe_gso_look() - take the headers of a packet, and check them
 * @mac: the engines
 * @d: its descriptor
 * @head: start of the frame; with SKUA_TXF_ENCAP the headers of 802.11 stand there already
 * @g: to be filled in
 *
 * Return: SENT; or why the packet cannot be cut.
 */
enum skua_tx_status txe_gso_look(struct mac *mac, struct txd *d,
				 struct txd_head *head, struct gso *g);

/** gso_frame_len() - octets of a segment, its headers included */
uint32_t gso_frame_len(const struct gso *g, uint32_t i);

/**
 * txe_gso_cut() - make the frames of a packet
 * @mac: the engines
 * @d: its descriptor; the payload is still in the host's memory
 * @g: the packet
 * @first: the first frame, of the right length, and checked
 *
 * Return: SENT, and the other frames follow the first one in a list; or why there is none
 * but the first one.
 */
enum skua_tx_status txe_gso_cut(struct mac *mac, struct txd *d,
				const struct gso *g, struct txf *first);

#endif /* SKUA_DEVICE_MAC_TXE_GSO_H */
