// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boots: one at a time, in parts between which the buses are served, and not too
 * often
 */
#include <string.h>

#include "base/base.h"
#include "cp/priv.h"

/* Far more than a driver needs that restarts a firmware again and again */
#define BOOT_BURST	16
#define BOOT_REFILL_NS	(50 * LOOP_NS_PER_MS)

static void boot_work(struct loop_work *w)
{
	struct cp_boot *boot = container_of(w, struct cp_boot, work);
	struct turn *turn = loop_turn(boot->env->loop);
	enum turn_cause was = turn_switch(turn, TURN_BOOT);
	enum skua_boot_err err = rom_step(boot->env, &boot->rom);

	if (err == SKUA_BOOT_OK && boot->rom.stage != ROM_OFF)
		loop_defer(boot->env->loop, &boot->work);
	else
		boot->done(boot, err);
	turn_switch(turn, was);
}

static void boot_refill(struct cp_boot *boot)
{
	uint64_t now = loop_now(boot->env->loop);
	uint64_t n = (now - boot->credit_time) / BOOT_REFILL_NS;

	if (n >= BOOT_BURST - boot->credit) {
		boot->credit = BOOT_BURST;
		boot->credit_time = now;
		return;
	}
	boot->credit += (uint32_t)n;
	boot->credit_time += n * BOOT_REFILL_NS;
}

static void boot_begin(struct cp_boot *boot)
{
	boot->credit--;
	boot->boots++;
	loop_defer(boot->env->loop, &boot->work);
}

static void boot_timer(struct loop_timer *t)
{
	struct cp_boot *boot = container_of(t, struct cp_boot, timer);

	boot_refill(boot);
	boot_begin(boot);
}

void cp_boot_init(struct cp_boot *boot, const struct cp_env *env,
		  void (*done)(struct cp_boot *boot, enum skua_boot_err err))
{
	boot->env = env;
	boot->done = done;
	boot->credit = BOOT_BURST;
	boot->credit_time = loop_now(env->loop);
	loop_work_init(&boot->work, boot_work);
	loop_timer_init(&boot->timer, boot_timer);
}

void cp_boot_start(struct cp_boot *boot, uint64_t addr, uint32_t nonce)
{
	rom_begin(&boot->rom, addr, nonce);
	boot_refill(boot);
	if (boot->credit) {
		boot_begin(boot);
		return;
	}
	boot->delayed++;
	log_warn(boot->env->log,
		 "boot: the driver boots too often: this boot has to wait");
	loop_timer_set(boot->env->loop, &boot->timer,
		       boot->credit_time + BOOT_REFILL_NS);
}

void cp_boot_cancel(struct cp_boot *boot)
{
	loop_work_cancel(boot->env->loop, &boot->work);
	loop_timer_cancel(boot->env->loop, &boot->timer);
	rom_end(&boot->rom);
	memset(&boot->rom, 0, sizeof(boot->rom));
}
