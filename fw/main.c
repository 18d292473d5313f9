// SPDX-License-Identifier: GPL-2.0-only
/*
 * Start and main loop
 *
 * A turn of the loop handles interrupt causes, then timers, then commands. Causes
 * come first, since timers and commands need their news (a frame has ended). Then
 * the machine timer is set for the earliest timer and the hart sleeps. A cause or
 * a command that comes between the last check and WFI keeps the interrupt
 * pending, so WFI does not wait.
 */
#include "fw.h"
#include "mac.h"
#include "policy.h"

/* A dead firmware has to be noticed within 200 ms. */
#define WDOG_MS		120
#define WDOG_FEED_MS	50

static void wdog_feed(void);

static struct timer wdog_timer = { .fn = wdog_feed };

static void wdog_feed(void)
{
	reg_write(ENG_SYS_WDOG, WDOG_MS);
	timer_set(&wdog_timer, WDOG_FEED_MS * MSEC_US);
}

void fw_init(void)
{
	wdog_feed();
	reg_write(ENG_RF_ROC_VIF, SKUA_VIF_NONE);
	reg_write(ENG_MAC_SCAN_HI, SKUA_VIF_NONE << 16);
	radio_tune(NULL);
	reg_write(ENG_SYS_IRQ_ACK, ~0u);
	reg_write(ENG_SYS_IRQ_ENABLE, ENG_IRQ_CMD | ENG_IRQ_FWTX | ENG_IRQ_CSA |
		  ENG_IRQ_RADAR | ENG_IRQ_BA);
	alive_post();
}

void fw_round(void)
{
	u32 irq = reg_read(ENG_SYS_IRQ);

	/* Acknowledged before they are served, so that no later cause is lost. */
	if (irq & ~ENG_IRQ_CMD)
		reg_write(ENG_SYS_IRQ_ACK, irq & ~ENG_IRQ_CMD);
	if (irq & ENG_IRQ_FWTX)
		fwtx_irq();
	if (irq & ENG_IRQ_CSA)
		beacon_csa_irq();
	if (irq & ENG_IRQ_RADAR)
		radar_irq();
	if (irq & ENG_IRQ_BA)
		ba_irq();
	timer_run();
	if (irq & ENG_IRQ_CMD)
		cmd_poll();
}

#ifndef SKUA_FW_HOST
#define MIE_MTI		BIT(7)
#define MIE_MEI		BIT(11)

void main(void);

void main(void)
{
	fw_init();
	__asm__ volatile("csrw mie, %0" : : "r" (MIE_MTI | MIE_MEI));
	for (;;) {
		fw_round();
		timer_program();
		cpu_sleep();
	}
}
#endif
