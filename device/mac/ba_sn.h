/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sequence numbers in the windows of a Block Ack session, and maps with a bit for each
 */
#ifndef SKUA_DEVICE_BA_SN_H
#define SKUA_DEVICE_BA_SN_H

#include <stdbool.h>
#include <stdint.h>

#include "dot11/dot11.h"

#define BA_MAX_WIN	1024	/* MPDUs; a divisor of the numbers' modulo */
#define BA_WORDS	(BA_MAX_WIN / 64)
#define BA_BEHIND	(IEEE80211_SN_MODULO / 2)	/* see ba_sn_ahead() */

/* SN of @n numbers further on; @n may be negative */
static inline uint16_t ba_sn_add(uint16_t sn, int n)
{
	return (uint16_t)((unsigned int)(sn + n) & (IEEE80211_SN_MODULO - 1));
}

/* How far @b is ahead of @a; what is BA_BEHIND or more is behind it */
static inline uint16_t ba_sn_ahead(uint16_t a, uint16_t b)
{
	return ba_sn_add(b, -(int)a);
}

/* Maps have BA_WORDS words, and the bit of a number at its place modulo BA_MAX_WIN */

static inline uint64_t ba_bit(uint16_t sn)
{
	return 1ull << sn % 64;
}

static inline bool ba_map_has(const uint64_t *map, uint16_t sn)
{
	return map[sn % BA_MAX_WIN / 64] & ba_bit(sn);
}

static inline void ba_map_set(uint64_t *map, uint16_t sn)
{
	map[sn % BA_MAX_WIN / 64] |= ba_bit(sn);
}

static inline void ba_map_clear(uint64_t *map, uint16_t sn)
{
	map[sn % BA_MAX_WIN / 64] &= ~ba_bit(sn);
}

#endif /* SKUA_DEVICE_BA_SN_H */
