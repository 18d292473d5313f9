// SPDX-License-Identifier: GPL-2.0-only
/*
 * The crash record, written in parts between which the buses are served
 */
#include "base/base.h"
#include "cp/priv.h"
#include "pcie/pcie.h"

#define DUMP_PIECE	(32u << 10)

static bool dump_sram(struct cp_dump *dump)
{
	uint32_t left = dump->len - dump->at;
	uint32_t n = left < DUMP_PIECE ? left : DUMP_PIECE;
	uint32_t more = ENG_SRAM_SIZE - dump->at;
	uint8_t *sram = dump->env->bus->sram + dump->at;

	/* A secret may go on into the next part */
	if (more > n + HIF_SECRET_MAX)
		more = n + HIF_SECRET_MAX;
	hif_scrub(dump->hif, sram, more);
	if (!dma_write(dump->env->dma, dump->addr + sizeof(dump->hdr) + dump->at,
		       sram, n))
		return false;
	dump->at += n;
	return true;
}

static bool dump_part(struct cp_dump *dump)
{
	if (dump->at < dump->len)
		return dump_sram(dump);
	return dma_write(dump->env->dma, dump->addr, &dump->hdr,
			 sizeof(dump->hdr));
}

static void dump_work(struct loop_work *w)
{
	struct cp_dump *dump = container_of(w, struct cp_dump, work);
	struct turn *turn = loop_turn(dump->env->loop);
	enum turn_cause was = turn_switch(turn, TURN_DUMP);
	bool more = dump->at < dump->len;

	if (dump->hdr.magic && !dump_part(dump)) {
		log_warn(dump->env->log,
			 "the crash record cannot be written to the host");
		more = false;
	}
	if (more)
		loop_defer(dump->env->loop, &dump->work);
	else
		dump->done(dump);
	turn_switch(turn, was);
}

void cp_dump_init(struct cp_dump *dump, const struct cp_env *env,
		  struct hif *hif, void (*done)(struct cp_dump *dump))
{
	dump->env = env;
	dump->hif = hif;
	dump->done = done;
	loop_work_init(&dump->work, dump_work);
}

void cp_dump_start(struct cp_dump *dump, uint64_t addr, uint32_t room,
		   const struct skua_crash_hdr *hdr)
{
	dump->addr = addr;
	dump->hdr = *hdr;
	dump->at = 0;
	dump->len = 0;
	if (room < sizeof(*hdr))
		dump->hdr.magic = 0;
	else
		dump->len = room - (uint32_t)sizeof(*hdr);
	if (dump->len > ENG_SRAM_SIZE)
		dump->len = ENG_SRAM_SIZE;
	dump->hdr.len = htole32((uint32_t)sizeof(*hdr) + dump->len);
	dump->hdr.sram_base = htole32(ENG_SRAM_BASE);
	dump->hdr.sram_len = htole32(dump->len);
	dump->dumps++;
	loop_defer(dump->env->loop, &dump->work);
}

void cp_dump_cancel(struct cp_dump *dump)
{
	loop_work_cancel(dump->env->loop, &dump->work);
}
