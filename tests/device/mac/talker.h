/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of a link, which sends what a test wants: it numbers and encrypts frames
 * as a station does, or not, and puts them into A-MPDUs or sends them alone
 */
#ifndef TEST_MAC_TALKER_H
#define TEST_MAC_TALKER_H

#include "host.h"

#define TALKER_MPDUS	64
#define TALKER_ROOM	(SKUA_MAX_MPDU + IEEE80211_FCS_LEN)

struct talker {
	struct scene *s;
	struct host *h;		/* who is talked to */
	struct crypto_key key;
	bool keyed;		/* frames are encrypted, with @pn */
	uint64_t pn;
	uint16_t sn;		/* of the next frame */
	unsigned int n;
	struct air_mpdu mpdu[TALKER_MPDUS];
	uint8_t room[TALKER_MPDUS][TALKER_ROOM];
};

/* The features of a NIC that takes frames apart and puts them together */
#define TALKER_FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |	\
			 SKUA_FEAT_AP_PS | SKUA_FEAT_RX_AMPDU |		\
			 SKUA_FEAT_RX_REORDER | SKUA_FEAT_RX_DECAP |	\
			 SKUA_FEAT_RX_CSUM)

/* To the station in the name of the access point, or the other way */
struct talker *talker_new(const struct host_cfg *cfg, bool to_ap);
void talker_free(struct talker *t);
void talker_key(struct talker *t, uint32_t cipher);
void talker_flags(struct talker *t, uint32_t set, uint32_t clear);
void talker_session(struct talker *t, uint8_t tid, uint16_t size);
/* Add a frame to the A-MPDU; its number and protection are filled in */
void talker_add(struct talker *t, const uint8_t *f, unsigned int len);
void talker_go(struct talker *t);	/* send it */
void talker_send(struct talker *t, const uint8_t *f, unsigned int len);
void talker_skip(struct talker *t);	/* a number that does not arrive */

#endif /* TEST_MAC_TALKER_H */
