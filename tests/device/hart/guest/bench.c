// SPDX-License-Identifier: GPL-2.0-only
/*
 * Typical work of firmware, to measure the hart's speed: walk linked stations, look keys up by
 * hash, average rates with divisions, build and parse elements.
 */
#include "guest.h"

#define STATIONS 64

struct station {
	struct station *next;
	uint8_t addr[6];
	uint16_t aid;
	uint32_t tries[8], good[8];
	uint32_t best;
};

static struct station stations[STATIONS];
static struct station *buckets[16];
static uint8_t frame[512];

static uint32_t hash(const uint8_t *addr)
{
	return (addr[3] ^ addr[4] ^ addr[5]) & 15;
}

static struct station *lookup(const uint8_t *addr)
{
	struct station *s;

	for (s = buckets[hash(addr)]; s; s = s->next)
		if (!memcmp(s->addr, addr, 6))
			return s;
	return NULL;
}

static void pick_rate(struct station *s)
{
	uint32_t best = 0, i;

	for (i = 0; i < 8; i++) {
		uint32_t share = s->tries[i] ? s->good[i] * 1000 / s->tries[i] : 0;
		uint32_t speed = share * (i + 1);

		if (speed > best) {
			best = speed;
			s->best = i;
		}
	}
}

static size_t build(uint8_t *p, uint32_t seed)
{
	size_t at = 0, i;

	while (at < sizeof(frame) - 40) {
		size_t len = xorshift(&seed) % 32;

		p[at++] = (uint8_t)seed;
		p[at++] = (uint8_t)len;
		for (i = 0; i < len; i++)
			p[at++] = (uint8_t)(seed >> (i & 7));
	}
	return at;
}

static uint32_t parse(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;
	size_t at = 0, i;

	while (at + 2 <= len && at + 2 + p[at + 1] <= len) {
		for (i = 0; i < p[at + 1]; i++)
			sum = sum * 5 + p[at + 2 + i];
		at += 2 + (size_t)p[at + 1];
	}
	return sum;
}

int main(void)
{
	uint32_t seed = 11, sum = 0, i, j;

	for (i = 0; i < STATIONS; i++) {
		for (j = 0; j < 6; j++)
			stations[i].addr[j] = (uint8_t)xorshift(&seed);
		stations[i].next = buckets[hash(stations[i].addr)];
		buckets[hash(stations[i].addr)] = &stations[i];
	}
	for (i = 0; i < 20000; i++) {
		struct station *s = lookup(stations[xorshift(&seed) % STATIONS].addr);

		s->tries[i % 8] += 4;
		s->good[i % 8] += seed % 5;
		pick_rate(s);
		sum += s->best + parse(frame, build(frame, seed | 1));
	}
	put_line("sum", sum);
	return 0;
}
