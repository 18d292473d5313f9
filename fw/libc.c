// SPDX-License-Identifier: GPL-2.0-only
/*
 * C library functions that the compiler expects, and wipe()
 */
#include "base.h"

#ifndef SKUA_FW_HOST

void *memcpy(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	if (!(((uintptr_t)d | (uintptr_t)s) & 3)) {
		for (; n >= 4; n -= 4, d += 4, s += 4)
			*(u32 *)(void *)d = *(const u32 *)(const void *)s;
	}
	while (n--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	if (d <= s)
		return memcpy(dst, src, n);
	while (n--)
		d[n] = s[n];
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u8 *d = dst;

	if (!((uintptr_t)d & 3)) {
		u32 word = (u8)c * 0x01010101u;

		for (; n >= 4; n -= 4, d += 4)
			*(u32 *)(void *)d = word;
	}
	while (n--)
		*d++ = (u8)c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a;
	const u8 *y = b;

	for (; n; n--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

#endif /* !SKUA_FW_HOST */

void wipe(void *p, size_t n)
{
	memset(p, 0, n);
	/* For the compiler, this statement reads *p. */
	__asm__ volatile("" : : "r" (p) : "memory");
}

bool is_unicast(const u8 *addr)
{
	u8 any = 0;

	for (unsigned int i = 0; i < 6; i++)
		any |= addr[i];
	return any && !(addr[0] & 1);
}
