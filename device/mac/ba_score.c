// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scoreboard with full state (IEEE 802.11-2020, 10.25.6.3), and the compressed
 * Block Ack that shows it (9.3.1.8.2, 10.25.6.5)
 */
#include <string.h>

#include "mac/ba_rx.h"

void ba_score_init(struct ba_score *s, uint16_t ssn, uint16_t size)
{
	memset(s, 0, sizeof(*s));
	s->start = ssn;
	s->size = size;
}

/* Numbers that leave the window are forgotten, so that those that enter have no bit */
static void move_to(struct ba_score *s, uint16_t start)
{
	if (ba_sn_ahead(s->start, start) >= s->size)
		memset(s->bits, 0, sizeof(s->bits));
	else
		for (uint16_t sn = s->start; sn != start; sn = ba_sn_add(sn, 1))
			ba_map_clear(s->bits, sn);
	s->start = start;
}

void ba_score_mpdu(struct ba_score *s, uint16_t sn)
{
	uint16_t ahead = ba_sn_ahead(s->start, sn);

	if (ahead >= BA_BEHIND)
		return;
	if (ahead >= s->size)
		move_to(s, ba_sn_add(sn, 1 - s->size));
	ba_map_set(s->bits, sn);
}

void ba_score_bar(struct ba_score *s, uint16_t ssn)
{
	if (ba_sn_ahead(s->start, ssn) < BA_BEHIND)
		move_to(s, ssn);
}

bool ba_score_has(const struct ba_score *s, uint16_t sn)
{
	return ba_sn_ahead(s->start, sn) < s->size &&
	       ba_map_has(s->bits, sn);
}

unsigned int ba_score_answer(const struct ba_score *s, uint16_t ssn,
			     uint8_t tid, uint8_t *buf)
{
	uint8_t *map = buf + IEEE80211_BA_OFF_BITMAP;
	uint16_t frag = IEEE80211_BA_FRAG_BITMAP_64;
	unsigned int len = IEEE80211_BA_LEN_64;

	if (s->size > 256) {
		frag = IEEE80211_BA_FRAG_BITMAP_1024;
		len = IEEE80211_BA_LEN_1024;
	} else if (s->size > 64) {
		frag = IEEE80211_BA_FRAG_BITMAP_256;
		len = IEEE80211_BA_LEN_256;
	}
	dot11_put_le16(buf + IEEE80211_BA_OFF_CONTROL,
		       (uint16_t)(IEEE80211_BA_CTL_COMPRESSED |
				  tid << IEEE80211_BA_CTL_TID_SHIFT));
	dot11_put_le16(buf + IEEE80211_BA_OFF_SSC,
		       (uint16_t)(ssn << IEEE80211_SEQ_SN_SHIFT | frag));
	memset(map, 0, len - IEEE80211_BA_OFF_BITMAP);
	for (unsigned int i = 0; i < 8 * (len - IEEE80211_BA_OFF_BITMAP); i++)
		if (ba_score_has(s, ba_sn_add(ssn, (int)i)))
			map[i / 8] |= (uint8_t)(1u << i % 8);
	return len;
}
