// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's own frames, one at a time
 *
 * The end is told by an interrupt cause. A frame that never ends (the channel
 * is busy for ever) must not hold up a scan for ever: a timer gives up on it.
 */
#include "fw.h"

#define GIVE_UP_US	(30 * MSEC_US)
#define UNDER_WAY	(~0u)

static void fwtx_check(void);
static void fwtx_give_up(void);

static struct timer give_up = { .fn = fwtx_give_up };
static void (*on_done)(void);

static void fwtx_end(void)
{
	void (*done)(void) = on_done;

	timer_cancel(&give_up);
	on_done = NULL;
	if (done)
		done();
}

static void fwtx_check(void)
{
	if (on_done && reg_read(ENG_FWTX_STATUS) != UNDER_WAY)
		fwtx_end();
}

static void fwtx_give_up(void)
{
	if (on_done && reg_read(ENG_FWTX_STATUS) == UNDER_WAY)
		log_text("own frame did not leave");
	fwtx_end();
}

bool fwtx_send(const void *frame, u32 len, u8 vif, u32 flags, u32 rate,
	       void (*done)(void))
{
	if (on_done)
		return false;
	on_done = done;
	reg_write(ENG_FWTX_ADDR, sram_addr(frame));
	reg_write(ENG_FWTX_LEN, len);
	reg_write(ENG_FWTX_VIF, vif);
	reg_write(ENG_FWTX_FLAGS, flags);
	reg_write(ENG_FWTX_RATE, rate);
	reg_write(ENG_FWTX_GO, 1);
	/* Never call back from here: one that has ended already ends soon. */
	timer_set(&give_up, reg_read(ENG_FWTX_STATUS) == UNDER_WAY ? GIVE_UP_US : 0);
	return true;
}

void fwtx_cancel(void)
{
	on_done = NULL;
	timer_cancel(&give_up);
}

void fwtx_irq(void)
{
	fwtx_check();
}
