// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands: fetch, check against the table, carry out, retire, answer
 *
 * Sizes and features are checked against the table alone, so a handler gets a
 * structure of exactly the size that it expects. The handlers check its fields.
 * A command is retired when it has taken effect; frames that the host published
 * after it may leave from then on. FLUSH takes effect at once, since it only waits,
 * and is answered later.
 */
#include "cmd.h"
#include "fw.h"
#include "mac.h"
#include "policy.h"

/* One turn of the loop must leave time for timers and the watchdog. */
#define CMDS_A_TURN	16

#define OPF_ANY_LEN	BIT(0)	/* any length */
#define OPF_EXT		BIT(1)	/* takes further data */
#define OPF_SECRET	BIT(2)	/* wiped even without SKUA_CMDF_SECRET */
#define OPF_NEVER	BIT(3)	/* not in this image, which does not offer the feature */

/**
 * struct op - form of a command
 * @op: enum skua_cmd_op
 * @flags: OPF_*
 * @len: bytes of its structure
 * @ext_max: most bytes of further data
 * @feat: feature that the command needs, or 0
 * @fn: handler; returns enum skua_status or CMD_LATER
 */
struct op {
	u8 op;
	u8 flags;
	u16 len;
	u16 ext_max;
	u64 feat;
	u16 (*fn)(struct cmd *c);
};

#define SCAN_EXT_MAX	(SKUA_SCAN_MAX_SSIDS * sizeof(struct skua_scan_ssid) +	\
			 SKUA_SCAN_MAX_CHANS * sizeof(struct skua_scan_chan) +	\
			 SKUA_SCAN_MAX_IES)
static_assert(SCAN_EXT_MAX <= SKUA_CMD_MAX_EXT, "a scan fits");

static struct skua_cmd cmd __secret __attribute__((aligned(8)));
static u8 ext[SKUA_CMD_MAX_EXT] __attribute__((aligned(8)));
static u64 answer[SKUA_CMD_INLINE / 8] __secret;

static u16 nop(struct cmd *c)
{
	memcpy(c->ans, c->data, c->len);
	c->ans_len = c->len;
	return SKUA_ST_OK;
}

static const struct op ops[] = {
	{ SKUA_CMD_NOP, OPF_ANY_LEN, 0, 0, 0, nop },
	{ SKUA_CMD_START, 0, 0, 0, 0, mac_cmd_start },
	{ SKUA_CMD_STOP, 0, 0, 0, 0, mac_cmd_stop },
	{ SKUA_CMD_CRASH, 0, sizeof(struct skua_cmd_u32), 0, 0, crash_cmd },
	{ SKUA_CMD_VIF_ADD, 0, sizeof(struct skua_cmd_vif), 0, 0, vif_cmd_add },
	{ SKUA_CMD_VIF_UPDATE, 0, sizeof(struct skua_cmd_vif), 0, 0, vif_cmd_update },
	{ SKUA_CMD_VIF_REMOVE, 0, sizeof(struct skua_cmd_u32), 0, 0, vif_cmd_remove },
	{ SKUA_CMD_CHANCTX_SET, 0, sizeof(struct skua_cmd_chanctx), 0, 0, chan_cmd_set },
	{ SKUA_CMD_CHANCTX_REMOVE, 0, sizeof(struct skua_cmd_u32), 0, 0, chan_cmd_remove },
	{ SKUA_CMD_VIF_CHANCTX, 0, sizeof(struct skua_cmd_vif_chanctx), 0, 0, chan_cmd_vif },
	{ SKUA_CMD_EDCA, 0, sizeof(struct skua_cmd_edca), 0, 0, mac_cmd_edca },
	{ SKUA_CMD_RX_FILTER, 0, sizeof(struct skua_cmd_u32), 0, 0, mac_cmd_filter },
	{ SKUA_CMD_RTS_THRESHOLD, 0, sizeof(struct skua_cmd_u32), 0, 0, mac_cmd_rts },
	{ SKUA_CMD_RETRY_LIMITS, 0, sizeof(struct skua_cmd_u32), 0, 0, mac_cmd_retry },
	{ SKUA_CMD_TXPOWER, 0, sizeof(struct skua_cmd_u32), 0, 0, chan_cmd_txpower },
	{ SKUA_CMD_STA_ADD, 0, sizeof(struct skua_cmd_sta), 0, 0, sta_cmd_add },
	{ SKUA_CMD_STA_UPDATE, 0, sizeof(struct skua_cmd_sta), 0, 0, sta_cmd_update },
	{ SKUA_CMD_STA_REMOVE, 0, sizeof(struct skua_cmd_sta_ref), 0, 0, sta_cmd_remove },
	{ SKUA_CMD_STA_STATS, 0, sizeof(struct skua_cmd_sta_ref), 0, 0, sta_cmd_stats },
	{ SKUA_CMD_STA_SEQ, 0, sizeof(struct skua_cmd_sta_seq), 0, 0, ba_cmd_seq },
	{ SKUA_CMD_KEY_SET, OPF_SECRET, sizeof(struct skua_cmd_key), 0, 0, key_cmd_set },
	{ SKUA_CMD_KEY_DEL, 0, sizeof(struct skua_cmd_key_ref), 0, 0, key_cmd_del },
	{ SKUA_CMD_KEY_DEFAULT, 0, sizeof(struct skua_cmd_key_ref), 0, 0, key_cmd_default },
	{ SKUA_CMD_KEY_TKIP_PHASE1, OPF_SECRET, sizeof(struct skua_cmd_tkip_phase1), 0,
	  SKUA_FEAT_TKIP_PHASE1_HOST, key_cmd_phase1 },
	{ SKUA_CMD_KEY_LEASE, 0, sizeof(struct skua_cmd_key_ref), 0, 0, key_cmd_lease },
	{ SKUA_CMD_BEACON_SET, OPF_EXT, sizeof(struct skua_cmd_beacon), FW_MAX_BEACON, 0,
	  beacon_cmd_set },
	{ SKUA_CMD_TIM_SET, 0, sizeof(struct skua_cmd_tim), 0, 0, beacon_cmd_tim },
	{ SKUA_CMD_PROBE_RESP_SET, OPF_EXT | OPF_NEVER, sizeof(struct skua_cmd_beacon),
	  FW_MAX_BEACON, 0, NULL },
	{ SKUA_CMD_SCAN, OPF_EXT, sizeof(struct skua_cmd_scan), SCAN_EXT_MAX,
	  SKUA_FEAT_HW_SCAN, scan_cmd },
	{ SKUA_CMD_SCAN_CANCEL, 0, sizeof(struct skua_cmd_u32), 0, SKUA_FEAT_HW_SCAN,
	  scan_cmd_cancel },
	{ SKUA_CMD_ROC, 0, sizeof(struct skua_cmd_roc), 0, SKUA_FEAT_ROC, roc_cmd },
	{ SKUA_CMD_ROC_CANCEL, 0, 0, 0, SKUA_FEAT_ROC, roc_cmd_cancel },
	{ SKUA_CMD_FLUSH, 0, sizeof(struct skua_cmd_flush), 0, 0, flush_cmd },
	{ SKUA_CMD_SURVEY, 0, sizeof(struct skua_cmd_u32), 0, 0, stats_cmd_survey },
	{ SKUA_CMD_TSF_GET, 0, sizeof(struct skua_cmd_tsf), 0, 0, stats_cmd_tsf_get },
	{ SKUA_CMD_TSF_SET, 0, sizeof(struct skua_cmd_tsf), 0, 0, stats_cmd_tsf_set },
	{ SKUA_CMD_TSF_OFFSET, 0, sizeof(struct skua_cmd_tsf), 0, 0, stats_cmd_tsf_offset },
	{ SKUA_CMD_BA, 0, sizeof(struct skua_cmd_ba), 0, 0, ba_cmd },
	{ SKUA_CMD_PS, OPF_NEVER, sizeof(struct skua_cmd_ps), 0, 0, NULL },
	{ SKUA_CMD_PS_RELEASE, 0, sizeof(struct skua_cmd_ps_release), 0, SKUA_FEAT_AP_PS,
	  ps_cmd_release },
};

static const struct op *op_find(u16 op)
{
	for (u32 i = 0; i < ARRAY_SIZE(ops); i++) {
		if (ops[i].op == op)
			return &ops[i];
	}
	return NULL;
}

static u16 op_check(const struct op *op)
{
	if (!op || op->flags & OPF_NEVER)
		return SKUA_ST_UNSUPPORTED;
	if (op->feat & ~limits.feat)
		return SKUA_ST_UNSUPPORTED;
	if (cmd.flags & ~(SKUA_CMDF_NO_ACK | SKUA_CMDF_SECRET))
		return SKUA_ST_INVALID;
	if (cmd.len > SKUA_CMD_INLINE)
		return SKUA_ST_INVALID;
	if (!(op->flags & OPF_ANY_LEN) && cmd.len != op->len)
		return SKUA_ST_INVALID;
	if (cmd.ext_len > ((op->flags & OPF_EXT) ? op->ext_max : 0u))
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

static u16 ext_fetch(void)
{
	u64 addr;

	if (!cmd.ext_len)
		return SKUA_ST_OK;
	memcpy(&addr, cmd.data + SKUA_CMD_EXT_ADDR, sizeof(addr));
	return hif_dma_in(ext, addr, cmd.ext_len) ? SKUA_ST_DMA : SKUA_ST_OK;
}

static void cmd_wipe(void)
{
	wipe(&cmd, sizeof(cmd));
	wipe(answer, sizeof(answer));
}

static void cmd_one(void)
{
	struct cmd c = { .data = cmd.data, .ext = ext, .ans = answer };
	const struct op *op;
	u16 status;

	reg_write(ENG_HIF_CMD_ADDR, sram_addr(&cmd));
	reg_write(ENG_HIF_CMD_FETCH, 1);
	if (reg_read(ENG_HIF_STATUS) != SKUA_ST_OK)
		return;

	op = op_find(cmd.op);
	status = op_check(op);
	if (status == SKUA_ST_OK)
		status = ext_fetch();
	c.op = cmd.op;
	c.seq = cmd.seq;
	c.flags = cmd.flags;
	c.len = cmd.len;
	c.ext_len = cmd.ext_len;
	if (status == SKUA_ST_OK)
		status = op->fn(&c);
	reg_write(ENG_HIF_CMD_RETIRE, 1);
	if (status != CMD_LATER)
		cmd_done(c.op, c.seq, c.flags, status, answer,
			 status == SKUA_ST_OK ? c.ans_len : 0);
	if (c.flags & SKUA_CMDF_SECRET || (op && op->flags & OPF_SECRET))
		cmd_wipe();
}

void cmd_poll(void)
{
	for (u32 i = 0; i < CMDS_A_TURN && reg_read(ENG_HIF_CMD_AVAIL); i++) {
		if (!evt_room(ENG_EVT_ROOM_CMD))
			break;
		cmd_one();
	}
}
