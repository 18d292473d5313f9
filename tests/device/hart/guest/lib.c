// SPDX-License-Identifier: GPL-2.0-only
/* The guest programs' library. */
#include "guest.h"

#define SYS_READ	63
#define SYS_WRITE	64

void *memcpy(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	while (n--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (d < s)
		return memcpy(dst, src, n);
	while (n--)
		d[n] = s[n];
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	unsigned char *d = dst;

	while (n--)
		*d++ = (unsigned char)c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

size_t get(void *buf, size_t n)
{
	long got = guest_syscall(0, (long)buf, (long)n, SYS_READ);

	return got > 0 ? (size_t)got : 0;
}

void put(const char *s)
{
	guest_syscall(1, (long)s, (long)strlen(s), SYS_WRITE);
}

void put_hex(uint32_t val)
{
	char text[9];
	int i;

	for (i = 7; i >= 0; i--, val >>= 4)
		text[i] = "0123456789abcdef"[val & 15];
	text[8] = '\0';
	put(text);
}

void put_line(const char *what, uint32_t val)
{
	put(what);
	put(" ");
	put_hex(val);
	put("\n");
}

uint32_t xorshift(uint32_t *state)
{
	uint32_t s = *state;

	s ^= s << 13;
	s ^= s >> 17;
	s ^= s << 5;
	*state = s;
	return s;
}
