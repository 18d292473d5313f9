// SPDX-License-Identifier: GPL-2.0-only
/*
 * Crashes: assertions and traps
 *
 * The NIC writes the crash record when ENG_SYS_FATAL is written: registers and
 * a copy of SRAM. Therefore buffers with secrets are wiped first.
 */
#include "base.h"

/* start.S cannot include the headers. */
static_assert(ENG_REG_BASE == 0x40000000u, "start.S: REG_BASE");
static_assert(ENG_SYS_FATAL == 0x028, "start.S: REG_FATAL");
static_assert(SKUA_FATAL_TRAP == 2, "start.S: FATAL_TRAP");
static_assert(ENG_SRAM_BASE == 0x10000000u && ENG_SRAM_SIZE == 512u * 1024u,
	      "link.ld: MEMORY");

/* The linker defines the bounds of the __secret buffers. */
extern u8 __start_secret[], __stop_secret[];

void crash_wipe(void)
{
	wipe(__start_secret, (uintptr_t)__stop_secret - (uintptr_t)__start_secret);
}

void fw_panic(const char *file, u32 line)
{
	crash_wipe();
	reg_write(ENG_SYS_FATAL_FILE, sram_addr(file));
	reg_write(ENG_SYS_FATAL_LINE, line);
	reg_write(ENG_SYS_FATAL, SKUA_FATAL_ASSERT);
	cpu_stop();
}
