/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of addresses and octets
 */
#ifndef SKUA_DEVICE_UTIL_H
#define SKUA_DEVICE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDR_TEXT_LEN	18	/* of a MAC address, with the NUL */

/** addr_parse() - a MAC address from its text; false if it is none */
bool addr_parse(const char *text, uint8_t addr[6]);

/** addr_format() - the text of a MAC address */
void addr_format(const uint8_t addr[6], char text[ADDR_TEXT_LEN]);

/**
 * hex_parse() - octets from hexadecimal text in lower case
 * @text: two digits an octet, nothing between them
 * @to: where to
 * @room: octets there
 *
 * Return: the number of octets, or -1 if the text is longer or is none.
 */
int hex_parse(const char *text, uint8_t *to, size_t room);

#endif /* SKUA_DEVICE_UTIL_H */
