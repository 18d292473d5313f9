/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only access to the engines: registers, and addresses in SRAM
 *
 * On the control processor an access is a load or a store. Tests that run on the
 * build machine define SKUA_FW_HOST and supply functions of the same names, with
 * a model of the engines behind them.
 */
#ifndef SKUA_FW_REG_H
#define SKUA_FW_REG_H

#include "engine.h"

typedef int32_t s32;
typedef int64_t s64;

#ifdef SKUA_FW_HOST

u32 reg_read(u32 off);
void reg_write(u32 off, u32 val);
u32 sram_addr(const void *p);
void cpu_sleep(void);
void cpu_stop(void) __attribute__((noreturn));
void cpu_illegal(void) __attribute__((noreturn));
void cpu_spin(void) __attribute__((noreturn));

#else

/** reg_read() - load an engine register */
static inline u32 reg_read(u32 off)
{
	return *(volatile u32 *)(ENG_REG_BASE + off);
}

/**
 * reg_write() - store to an engine register
 *
 * The engine reads and writes SRAM while the store executes. So earlier stores to
 * SRAM have to be in memory before, and later loads come after.
 */
static inline void reg_write(u32 off, u32 val)
{
	__asm__ volatile("" ::: "memory");
	*(volatile u32 *)(ENG_REG_BASE + off) = val;
	__asm__ volatile("" ::: "memory");
}

/** sram_addr() - an address as an engine's register takes it */
static inline u32 sram_addr(const void *p)
{
	return (u32)(uintptr_t)p;
}

/** cpu_sleep() - sleeps until an interrupt that is enabled in mie is pending */
static inline void cpu_sleep(void)
{
	__asm__ volatile("wfi" ::: "memory");
}

/** cpu_stop() - sleeps for ever: no interrupt wakes the hart any more */
static inline void __attribute__((noreturn)) cpu_stop(void)
{
	__asm__ volatile("csrw mie, zero");
	for (;;)
		__asm__ volatile("wfi");
}

/** cpu_illegal() - executes an instruction that does not exist */
static inline void __attribute__((noreturn)) cpu_illegal(void)
{
	__asm__ volatile(".word 0");
	__builtin_unreachable();
}

/** cpu_spin() - an endless loop */
static inline void __attribute__((noreturn)) cpu_spin(void)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
}

#endif /* SKUA_FW_HOST */

#endif /* SKUA_FW_REG_H */
