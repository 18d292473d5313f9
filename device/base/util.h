/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small things that the language lacks, and text of addresses and octets
 */
#ifndef SKUA_DEVICE_UTIL_H
#define SKUA_DEVICE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/** set_lo32() - a word with another low half: registers have 32 bits */
static inline uint64_t set_lo32(uint64_t word, uint32_t val)
{
	return (word & ~0xffffffffull) | val;
}

/** set_hi32() - a word with another high half */
static inline uint64_t set_hi32(uint64_t word, uint32_t val)
{
	return (word & 0xffffffffull) | (uint64_t)val << 32;
}

#define ADDR_TEXT_LEN	18	/* of a MAC address, with the NUL */

/** addr_parse() - a MAC address from its text; false if the text is not one */
bool addr_parse(const char *text, uint8_t addr[6]);

/** addr_format() - the text of a MAC address */
void addr_format(const uint8_t addr[6], char text[ADDR_TEXT_LEN]);

/**
 * hex_parse() - octets from hexadecimal text in lower case
 * @text: two digits an octet, nothing between them
 * @to: where to
 * @room: octets there
 *
 * Return: the number of octets, or -1 if the text is no such text or does not
 * fit.
 */
int hex_parse(const char *text, uint8_t *to, size_t room);

#endif /* SKUA_DEVICE_UTIL_H */
