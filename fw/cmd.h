/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands that change several modules at once: the files cmd_*.c
 *
 * The handlers of commands that concern one module stand in that module.
 */
#ifndef SKUA_FW_CMD_H
#define SKUA_FW_CMD_H

#include "tables.h"

/* ------------------------------------------------------------------ */
/* cmd_vif.c								*/

u16 vif_cmd_add(struct cmd *c);
u16 vif_cmd_update(struct cmd *c);
u16 vif_cmd_remove(struct cmd *c);

/* ------------------------------------------------------------------ */
/* cmd_chan.c								*/

/** chan_vif_gone() - the interface no longer uses its context */
void chan_vif_gone(struct vif *v);

u16 chan_cmd_set(struct cmd *c);
u16 chan_cmd_remove(struct cmd *c);
u16 chan_cmd_vif(struct cmd *c);
u16 chan_cmd_txpower(struct cmd *c);

/* ------------------------------------------------------------------ */
/* cmd_sta.c								*/

/** sta_vif_gone() - remove all stations of an interface */
void sta_vif_gone(u8 vif);

u16 sta_cmd_add(struct cmd *c);
u16 sta_cmd_update(struct cmd *c);
u16 sta_cmd_remove(struct cmd *c);
u16 sta_cmd_stats(struct cmd *c);

/* ------------------------------------------------------------------ */
/* cmd_start.c, cmd_crash.c						*/

u16 mac_cmd_start(struct cmd *c);
u16 mac_cmd_stop(struct cmd *c);
u16 crash_cmd(struct cmd *c);

#endif /* SKUA_FW_CMD_H */
