// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flush: wait until frames have left, or drop them
 *
 * Several flushes may wait at the same time. The command is retired at once:
 * otherwise the frames that it waits for would stay in the rings.
 */
#include "policy.h"

#define FLUSHES		8
#define POLL_US		(2 * MSEC_US)
#define TIMEOUT_MOST_MS	10000u
#define END_US		(20 * MSEC_US)	/* for frames that are on the air, after a drop */

static struct flush {
	bool used;
	bool dropped;
	u16 seq;
	u16 flags;
	struct skua_cmd_flush cmd;
	u64 deadline;
} flushes[FLUSHES];

static void flush_timeout(void);

static struct timer timer = { .fn = flush_timeout };

static void select_frames(u8 vif, u16 sta, u16 gen, u8 ac_mask)
{
	reg_write(ENG_TXQ_VIF, vif);
	reg_write(ENG_TXQ_STA, sta | (u32)gen << 16);
	reg_write(ENG_TXQ_ACS, ac_mask);
}

void flush_drop(u8 vif, u16 sta, u16 gen, u8 ac_mask)
{
	u32 left, before;

	select_frames(vif, sta, sta == SKUA_STA_NONE ? 0 : gen, ac_mask);
	left = reg_read(ENG_TXQ_COUNT);
	/* Of the frames in the rings, the engine drops some at a time */
	do {
		before = left;
		reg_write(ENG_TXQ_DROP, 1);
		left = reg_read(ENG_TXQ_COUNT);
	} while (left && left < before);
}

static void flush_end(struct flush *f)
{
	f->used = false;
	/* Behind the records of the frames that it waited for. */
	inband_post(SKUA_INB_TX_DRAINED, f->cmd.vif, f->cmd.sta, f->cmd.sta_gen, 0,
		    f->seq);
	cmd_done(SKUA_CMD_FLUSH, f->seq, f->flags, SKUA_ST_OK, NULL, 0);
}

static void flush_look(struct flush *f, u64 now)
{
	const struct skua_cmd_flush *p = &f->cmd;
	u16 gen = p->sta == SKUA_STA_NONE ? 0 : p->sta_gen;

	if (now >= f->deadline && !f->dropped) {
		flush_drop(p->vif, p->sta, gen, p->ac_mask);
		f->dropped = true;
	}
	select_frames(p->vif, p->sta, gen, p->ac_mask);
	if (!reg_read(ENG_TXQ_COUNT) || now >= f->deadline + END_US)
		flush_end(f);
}

void flush_poll(void)
{
	u64 now = time_us();
	bool more = false;

	for (u32 i = 0; i < FLUSHES; i++) {
		if (flushes[i].used)
			flush_look(&flushes[i], now);
		more |= flushes[i].used;
	}
	if (more)
		timer_set(&timer, POLL_US);
}

static void flush_timeout(void)
{
	flush_poll();
}

static u16 flush_check(const struct skua_cmd_flush *p)
{
	struct sta *s;

	if (p->vif != SKUA_VIF_NONE && !vif_get(p->vif))
		return SKUA_ST_NO_ENTRY;
	if (p->drop > 1)
		return SKUA_ST_INVALID;
	if (p->sta == SKUA_STA_NONE)
		return SKUA_ST_OK;
	return sta_ref(p->sta, p->sta_gen, &s);
}

u16 flush_cmd(struct cmd *c)
{
	const struct skua_cmd_flush *p = c->data;
	u16 status = flush_check(p);
	u32 ms = p->drop ? 0 : p->timeout_ms;

	if (status != SKUA_ST_OK)
		return status;
	if (ms > TIMEOUT_MOST_MS)
		ms = TIMEOUT_MOST_MS;
	for (u32 i = 0; i < FLUSHES; i++) {
		struct flush *f = &flushes[i];

		if (f->used)
			continue;
		f->used = true;
		f->dropped = false;
		f->seq = c->seq;
		f->flags = c->flags;
		f->cmd = *p;
		f->deadline = time_us() + ms * MSEC_US;
		/* The check runs in this turn or the next one; the command retires first. */
		timer_set(&timer, 0);
		return CMD_LATER;
	}
	return SKUA_ST_BUSY;
}
