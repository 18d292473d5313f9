// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text of addresses and octets
 */
#include <stdio.h>
#include <string.h>

#include "base/util.h"

bool addr_parse(const char *text, uint8_t addr[6])
{
	char end;

	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &addr[0],
		      &addr[1], &addr[2], &addr[3], &addr[4], &addr[5],
		      &end) == 6;
}

void addr_format(const uint8_t addr[6], char text[ADDR_TEXT_LEN])
{
	snprintf(text, ADDR_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", addr[0],
		 addr[1], addr[2], addr[3], addr[4], addr[5]);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

int hex_parse(const char *text, uint8_t *to, size_t room)
{
	size_t n;

	for (n = 0; *text; n++, text += 2) {
		int hi = hex_digit(text[0]);
		int lo = hi < 0 ? -1 : hex_digit(text[1]);

		if (lo < 0 || n == room)
			return -1;
		to[n] = (uint8_t)(hi << 4 | lo);
	}
	return (int)n;
}
