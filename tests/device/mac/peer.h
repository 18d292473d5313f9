/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A station made of a script: it answers an A-MPDU by Block Ack, loses what it likes, and
 * puts frames in order
 */
#ifndef TEST_MAC_PEER_H
#define TEST_MAC_PEER_H

#include "host.h"
#include "mac/ba_rx.h"

#define PEER_PPDUS	64
#define PEER_TOKEN_OFF	34	/* of the token in a clear frame: QoS header and LLC */

/* A PPDU as the peer has heard it: the first ones since peer_clear() */
struct peer_ppdu {
	bool ampdu;
	uint32_t rate;
	uint32_t airtime_us;
	unsigned int n;
	struct {
		uint16_t fc;
		uint16_t sn;
		uint16_t len;
	} mpdu[64];
};

struct peer {
	struct air *air;
	struct air_radio *radio;
	struct air_chan chan;
	uint8_t addr[6];
	bool deaf;		/* it hears nothing */
	bool mute;		/* it answers nothing */
	unsigned int lose;	/* per cent of MPDUs */
	unsigned int lose_ba;	/* per cent of answers */
	uint64_t lose_sns;	/* bit n: SN first + n is not heard */
	uint16_t first;
	uint32_t seed;
	/* Session: one TID has it */
	bool on;
	uint16_t size;
	struct ba_score score;
	uint16_t start;
	uint32_t held[BA_MAX_WIN];
	/* What has come */
	unsigned int n;
	struct peer_ppdu ppdu[PEER_PPDUS];
	struct peer_ppdu now;
	bool data, bar, rts;	/* of this PPDU */
	uint16_t bar_ssn;
	uint8_t tid;
	unsigned int bars, bas, mpdus, retries;
	unsigned int longest;
	uint32_t last;		/* token that was delivered last */
	unsigned int delivered;
	unsigned int replays;	/* inside a session */
	unsigned int jumps;	/* beyond the window */
	uint32_t token;		/* of this MPDU: @mpdu may find another one */
	/* Changes an answer; returns its length without FCS */
	unsigned int (*forge)(struct peer *p, uint8_t *frame, unsigned int len);
	void (*mpdu)(struct peer *p, const uint8_t *frame, uint16_t len);
};

void peer_new(struct peer *p, struct air *air, const uint8_t *addr,
	      uint16_t freq);
void peer_clear(struct peer *p);
void peer_session(struct peer *p, uint16_t ssn, uint16_t size);
void peer_no_session(struct peer *p);

#endif /* TEST_MAC_PEER_H */
