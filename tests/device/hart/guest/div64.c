// SPDX-License-Identifier: GPL-2.0-only
/* Multiplication and division of 32 and 64 bits, corner values and random ones. */
#include "guest.h"

static uint64_t hash = 0xcbf29ce484222325u;

static void mix(uint64_t val)
{
	hash = (hash ^ val) * 0x100000001b3u;
}

static const uint64_t corners[] = {
	0, 1, 2, 3, 10, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0x100000000,
	0x100000001, 0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
	0xfffffffffffffffe, 0xffffffffffffffff,
};

static void both(uint64_t a, uint64_t b)
{
	mix(a * b);
	mix((uint64_t)(uint32_t)a * (uint32_t)b);
	mix((uint64_t)((int64_t)(int32_t)a * (int32_t)b));
	mix((uint64_t)((int64_t)(int32_t)a * (int64_t)(uint32_t)b));
	if (!b)
		return;
	mix(a / b);
	mix(a % b);
	/* The quotient of these two does not exist in C. */
	if (a == 0x8000000000000000u && b == ~0ull)
		return;
	mix((uint64_t)((int64_t)a / (int64_t)b));
	mix((uint64_t)((int64_t)a % (int64_t)b));
}

/* The processor's own instructions, with the operands that C leaves undefined. */
static void native(uint32_t a, uint32_t b)
{
	uint32_t r;

	asm volatile("div %0, %1, %2" : "=r" (r) : "r" (a), "r" (b));
	mix(r);
	asm volatile("divu %0, %1, %2" : "=r" (r) : "r" (a), "r" (b));
	mix(r);
	asm volatile("rem %0, %1, %2" : "=r" (r) : "r" (a), "r" (b));
	mix(r);
	asm volatile("remu %0, %1, %2" : "=r" (r) : "r" (a), "r" (b));
	mix(r);
}

int main(void)
{
	uint32_t seed = 99, i, j;

	for (i = 0; i < sizeof(corners) / sizeof(corners[0]); i++) {
		for (j = 0; j < sizeof(corners) / sizeof(corners[0]); j++) {
			both(corners[i], corners[j]);
			native((uint32_t)corners[i], (uint32_t)corners[j]);
		}
		put_line("low", (uint32_t)hash);
		put_line("high", (uint32_t)(hash >> 32));
	}
	for (i = 0; i < 3000; i++) {
		uint64_t a = (uint64_t)xorshift(&seed) << 32 | xorshift(&seed);
		uint64_t b = (uint64_t)xorshift(&seed) << 32 | xorshift(&seed);

		both(a, b >> (xorshift(&seed) % 64));
		native((uint32_t)a, (uint32_t)b >> (i % 32));
	}
	put_line("low", (uint32_t)hash);
	put_line("high", (uint32_t)(hash >> 32));
	return 5;
}
