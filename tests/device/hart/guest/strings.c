// SPDX-License-Identifier: GPL-2.0-only
/* Copies of every size and alignment, overlapping ones, comparisons, bytes and halfwords. */
#include "guest.h"

static uint8_t src[256], dst[256];
static uint32_t hash = 0x811c9dc5;

static void mix(const void *p, size_t n)
{
	const uint8_t *b = p;

	while (n--)
		hash = (hash ^ *b++) * 16777619;
}

static void copies(void)
{
	size_t from, to, n;

	for (from = 0; from < 5; from++) {
		for (to = 0; to < 5; to++) {
			for (n = 0; n < 40; n++) {
				memset(dst, (int)n, sizeof(dst));
				memcpy(dst + to, src + from, n);
				mix(dst, 64);
				memmove(dst + to, dst + from, n);
				mix(dst, 64);
			}
		}
	}
	put_line("copies", hash);
}

static void comparisons(void)
{
	static const char *const words[] = { "", "a", "ab", "abc", "abd", "b", "\xff" };
	size_t i, j;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			int c = strcmp(words[i], words[j]);

			mix(&c, sizeof(c));
		}
		put_line(words[i], (uint32_t)strlen(words[i]));
	}
	put_line("comparisons", hash);
}

static void narrow(void)
{
	volatile int8_t sb;
	volatile uint8_t ub;
	volatile int16_t sh;
	volatile uint16_t uh;
	int i;

	for (i = -40000; i < 40000; i += 111) {
		int32_t sum;

		sb = (int8_t)i;
		ub = (uint8_t)i;
		sh = (int16_t)i;
		uh = (uint16_t)i;
		sum = sb * 3 + ub * 5 + sh * 7 + uh * 11;
		mix(&sum, sizeof(sum));
	}
	put_line("narrow", hash);
}

int main(void)
{
	uint32_t seed = 5, i;

	for (i = 0; i < sizeof(src); i++)
		src[i] = (uint8_t)xorshift(&seed);
	copies();
	comparisons();
	narrow();
	return 6;
}
