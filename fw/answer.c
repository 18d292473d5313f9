// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to commands: at once from the dispatcher, or later from a handler
 */
#include "host.h"

void cmd_done(u16 op, u16 seq, u16 flags, u16 status, const void *ans, u16 ans_len)
{
	struct skua_evt_cmd_done done = { .op = op, .seq = seq, .status = status };

	if (status == SKUA_ST_OK && flags & SKUA_CMDF_NO_ACK)
		return;
	/* The host ignores the answer to this command: log a failure. */
	if (status != SKUA_ST_OK && flags & SKUA_CMDF_NO_ACK)
		log_text("command 0x%x: status %u", (unsigned int)op, (unsigned int)status);
	evt_post2(SKUA_EVT_CMD_DONE, &done, sizeof(done), ans, ans_len);
}
