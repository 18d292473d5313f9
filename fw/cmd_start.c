// SPDX-License-Identifier: GPL-2.0-only
/*
 * START and STOP of the NIC
 */
#include "cmd.h"
#include "mac.h"
#include "policy.h"

u16 mac_cmd_start(struct cmd *c)
{
	(void)c;
	if (mac_started())
		return SKUA_ST_OK;
	mac_start();
	radio_tune(chan_home());
	return SKUA_ST_OK;
}

u16 mac_cmd_stop(struct cmd *c)
{
	(void)c;
	scan_stop();
	roc_stop();
	offchan_reset();
	flush_drop(SKUA_VIF_NONE, SKUA_STA_NONE, 0, 0xff);
	flush_poll();
	radio_tune(NULL);
	mac_stop();
	return SKUA_ST_OK;
}
