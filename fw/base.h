/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ground that all modules stand on: registers, memory, time, the end
 */
#ifndef SKUA_FW_BASE_H
#define SKUA_FW_BASE_H

#include "reg.h"

#define TU_US			1024u
#define MSEC_US			1000u
#define SEC_US			1000000u

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define FIELD_SHIFT(mask)	((u32)__builtin_ctz(mask))
#define FIELD_PREP(mask, val)	(((u32)(val) << FIELD_SHIFT(mask)) & (mask))
#define FIELD_GET(mask, val)	(((u32)(val) & (mask)) >> FIELD_SHIFT(mask))

static inline u32 min_u32(u32 a, u32 b)
{
	return a < b ? a : b;
}

/* ------------------------------------------------------------------ */
/* libc.c: functions that the compiler expects, and a few more		*/

#ifdef SKUA_FW_HOST
#include <string.h>
#else
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
#endif

/** wipe() - zero secrets; the compiler cannot leave it out */
void wipe(void *p, size_t n);

/** is_unicast() - is this a MAC address that a single station can have? */
bool is_unicast(const u8 *addr);

/* ------------------------------------------------------------------ */
/* crash.c								*/

/** fw_panic() - write the crash record, post the fatal event, stop the hart */
void fw_panic(const char *file, u32 line) __attribute__((noreturn));

#define fw_assert(cond)							\
	do {								\
		if (!(cond))						\
			fw_panic(__FILE__, __LINE__);			\
	} while (0)

/* A buffer that may hold secrets: crash_wipe() finds it, wherever it is defined. */
#ifdef SKUA_FW_HOST
#define __secret	__attribute__((section("secret")))
#else
#define __secret	__attribute__((section(".bss.secret")))
#endif

/** crash_wipe() - wipe all __secret buffers: no key may reach the crash record */
void crash_wipe(void);

/* ------------------------------------------------------------------ */
/* timer.c								*/

/**
 * struct timer - a function that is called later
 * @next: the next timer to fire
 * @when: microseconds of the NIC's time
 * @fn: called once, from the main loop
 * @armed: the timer is in the list
 */
struct timer {
	struct timer *next;
	u64 when;
	void (*fn)(void);
	bool armed;
};

/** time_us() - the NIC's free-running microseconds */
u64 time_us(void);

/** timer_set() - let the timer fire @us from now, also if it is armed already */
void timer_set(struct timer *t, u32 us);

/** timer_cancel() - harmless if the timer is not armed */
void timer_cancel(struct timer *t);

/** timer_run() - call the functions of all timers that are due, each at most once */
void timer_run(void);

/** timer_program() - have the machine timer wake the hart for the first timer */
void timer_program(void);

/** timer_reset() - forget all timers (boot) */
void timer_reset(void);

#endif /* SKUA_FW_BASE_H */
