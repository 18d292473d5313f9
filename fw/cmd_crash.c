// SPDX-License-Identifier: GPL-2.0-only
/*
 * SKUA_CMD_CRASH: the firmware crashes in the way that the host chooses
 */
#include "cmd.h"

u16 crash_cmd(struct cmd *c)
{
	const struct skua_cmd_u32 *p = c->data;

	switch (p->val) {
	case SKUA_CRASH_ASSERT:
		fw_panic(__FILE__, __LINE__);
	case SKUA_CRASH_TRAP:
		cpu_illegal();
	case SKUA_CRASH_LOOP:
		cpu_spin();
	case SKUA_CRASH_SILENT:
		reg_write(ENG_SYS_WDOG, 0);
		cpu_stop();
	default:
		return SKUA_ST_INVALID;
	}
}
