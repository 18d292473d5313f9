// SPDX-License-Identifier: GPL-2.0-only
/* CRC-32 bit by bit and by table, and Adler-32 (a remainder by a constant). */
#include "guest.h"

static uint32_t table[256];
static uint8_t data[20000];

static uint32_t step(uint32_t crc)
{
	return crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
}

static uint32_t crc_bits(const uint8_t *p, uint32_t n)
{
	uint32_t crc = ~0u;
	int i;

	while (n--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = step(crc);
	}
	return ~crc;
}

static uint32_t crc_table(const uint8_t *p, uint32_t n)
{
	uint32_t crc = ~0u;

	while (n--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 255];
	return ~crc;
}

static uint32_t adler(const uint8_t *p, uint32_t n)
{
	uint32_t a = 1, b = 0;

	while (n--) {
		a = (a + *p++) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

int main(void)
{
	uint32_t seed = 7, i, j;

	for (i = 0; i < 256; i++) {
		table[i] = i;
		for (j = 0; j < 8; j++)
			table[i] = step(table[i]);
	}
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)xorshift(&seed);
	put_line("check", crc_bits((const uint8_t *)"123456789", 9));
	put_line("bits", crc_bits(data, sizeof(data)));
	put_line("table", crc_table(data, sizeof(data)));
	put_line("adler", adler(data, sizeof(data)));
	return 4;
}
