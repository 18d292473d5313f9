/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An access point whose station is a script that keeps what it hears, for tests of frames
 * that the NIC writes
 */
#ifndef TEST_MAC_RIG_H
#define TEST_MAC_RIG_H

#include "packet.h"
#include "peer.h"

#define RIG_HEARD_MAX	300
#define RIG_FRAME_MAX	2560
#define RIG_TID		5
#define RIG_FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE | SKUA_FEAT_AP_PS | \
			 SKUA_FEAT_UAPSD | SKUA_FEAT_TX_AMPDU | SKUA_FEAT_TX_ENCAP |	\
			 SKUA_FEAT_TX_CSUM | SKUA_FEAT_TX_GSO)

/**
 * enum rig_head - what stands before LLC
 * @HEAD_ETH: the host writes an 802.3 header
 * @HEAD_QOS: a header of 802.11, as the others
 * @HEAD_PLAIN: one without QoS
 * @HEAD_4ADDR: with four addresses
 * @HEAD_HTC: with HT Control
 * @HEAD_MESH: with four addresses and a Mesh Control of two more
 * @HEADS: how many
 */
enum rig_head {
	HEAD_ETH,
	HEAD_QOS,
	HEAD_PLAIN,
	HEAD_4ADDR,
	HEAD_HTC,
	HEAD_MESH,
	HEADS,
};

struct rig {
	struct scene *s;
	struct host *ap;
	struct peer peer;
	unsigned int n;		/* frames heard, retries not counted */
	struct {
		uint16_t len;	/* without FCS */
		uint8_t data[RIG_FRAME_MAX];
	} heard[RIG_HEARD_MAX];
	/* Words of transmit records */
	unsigned int words;
	uint16_t token;
	enum skua_tx_status status;
	unsigned int tries;
	unsigned int eosps;
	struct tx tx;		/* what rig_send() begins with */
};

struct rig *rig_new_on(const struct air_medium_ops *medium, const struct host_cfg *cfg);
int rig_setup(void **state);
int rig_teardown(void **state);
/* On a medium on which all lasts as long as the standard says */
int rig_setup_timed(void **state);
/* What the AP's entry of the station says, besides that */
void rig_sta_flags(struct rig *r, uint32_t flags);
void rig_session(struct rig *r, uint16_t size);

/* The octets before LLC; @air: as they are to be heard. Return: their number */
unsigned int rig_head(uint8_t *f, enum rig_head head, bool air);

/* A frame of the host: header, LLC where that has one, packet. Return: octets */
unsigned int rig_frame(uint8_t *f, enum rig_head head, const struct packet *k);

/* Descriptor fields of that, with a checksum and, if @size is not 0, segments of it */
struct tx rig_tx(struct rig *r, enum rig_head head, const struct packet *k,
		 unsigned int size);

/* The frame that is to be heard for a segment or a packet. Return: octets without FCS */
unsigned int rig_expect(uint8_t *f, enum rig_head head, const struct packet *k);

/* The i-th frame heard is this one, but for Duration, sequence number and Retry */
void rig_check(struct rig *r, unsigned int i, const uint8_t *f, unsigned int len);

/* Let the NIC run, and take its records */
void rig_run(struct rig *r);
void rig_take(struct rig *r);
void rig_clear(struct rig *r);

#endif /* TEST_MAC_RIG_H */
