// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's own frames, one at a time
 *
 * An interrupt cause reports the end of a frame. A frame that never ends (the
 * channel is always busy) must not stop a scan: a timer gives the frame up, while
 * the engine goes on. So a frame that was given up or cancelled may still be in
 * the engine when the next frame comes, and the next frame then waits.
 */
#include "mac.h"

#define GIVE_UP_US	(30 * MSEC_US)
#define UNDER_WAY	(~0u)

#define FC0_NULL	0x48
#define FC1_TO_DS	0x01
#define FC1_PM		0x10

static void fwtx_give_up(void);

static struct timer give_up = { .fn = fwtx_give_up };
static void (*on_done)(void);
static bool waiting;	/* the engine does not have @next yet */
static bool handed_over;

static struct {
	const void *frame;
	u32 len;
	u8 vif;
	u32 flags;
	u32 rate;
} next;

static bool engine_busy(void)
{
	return handed_over && reg_read(ENG_FWTX_STATUS) == UNDER_WAY;
}

static void hand_over(void)
{
	waiting = false;
	handed_over = true;
	reg_write(ENG_FWTX_ADDR, sram_addr(next.frame));
	reg_write(ENG_FWTX_LEN, next.len);
	reg_write(ENG_FWTX_VIF, next.vif);
	reg_write(ENG_FWTX_FLAGS, next.flags);
	reg_write(ENG_FWTX_RATE, next.rate);
	reg_write(ENG_FWTX_GO, 1);
	/* No callback from here: the interrupt or the timer calls it soon. */
	timer_set(&give_up, engine_busy() ? GIVE_UP_US : 0);
}

static void fwtx_end(void)
{
	void (*done)(void) = on_done;

	timer_cancel(&give_up);
	waiting = false;
	on_done = NULL;
	if (done)
		done();
}

static void fwtx_give_up(void)
{
	if (engine_busy())
		log_text("own frame did not leave");
	fwtx_end();
}

bool fwtx_send(const void *frame, u32 len, u8 vif, u32 flags, u32 rate,
	       void (*done)(void))
{
	if (on_done)
		return false;
	on_done = done;
	next.frame = frame;
	next.len = len;
	next.vif = vif;
	next.flags = flags;
	next.rate = rate;
	if (engine_busy()) {
		waiting = true;
		timer_set(&give_up, GIVE_UP_US);
	} else {
		hand_over();
	}
	return true;
}

bool fwtx_null(const struct vif *v, bool sleeps, void (*done)(void))
{
	static u8 frame[24];

	/* The frame before may still be in this place. */
	if (on_done)
		return false;
	memset(frame, 0, sizeof(frame));
	frame[0] = FC0_NULL;
	frame[1] = sleeps ? FC1_TO_DS | FC1_PM : FC1_TO_DS;
	memcpy(frame + 4, v->cmd.bssid, 6);
	memcpy(frame + 10, v->cmd.addr, 6);
	memcpy(frame + 16, v->cmd.bssid, 6);
	return fwtx_send(frame, sizeof(frame), vif_index(v), 0, 0, done);
}

u32 fwtx_status(void)
{
	return reg_read(ENG_FWTX_STATUS);
}

void fwtx_cancel(void)
{
	on_done = NULL;
	waiting = false;
	timer_cancel(&give_up);
}

void fwtx_irq(void)
{
	if (engine_busy())
		return;
	if (waiting)
		hand_over();
	else
		fwtx_end();
}
