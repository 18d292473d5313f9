// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on purpose: doorbells, and entries that are written to the host
 */
#include <string.h>

#include "base/base.h"
#include "cp/cp.h"
#include "ctl/fault.h"
#include "mac/mac.h"
#include "pcie/pcie.h"

static bool fault_tx(void *priv);
static void fault_entry(void *priv, void *entry, uint32_t len);

static const struct mac_fault_ops mac_hook = { .tx_hold = fault_tx };
static const struct ring_fault_ops ring_hook = { .entry = fault_entry };

void fault_init(struct fault *f, const struct fault_env *env)
{
	memset(f, 0, sizeof(*f));
	f->env = *env;
}

void fault_clear(struct fault *f)
{
	struct fault_env env = f->env;

	if (!env.mac)
		return;
	fault_drop_late(f);
	fault_init(f, &env);
	fault_changed(f);
}

void fault_changed(struct fault *f)
{
	struct fault_env *env = &f->env;

	env->rings->fault = f->mutate ? &ring_hook : NULL;
	env->rings->fault_priv = f;
	hif_set_fault(env->hif, f->cmd == FAULT_CMD_NONE && !f->events ? NULL :
		      &fault_hif_ops, f);
	env->mac_ops->set_fault(env->mac, f->tx_stall || f->tx_fatal ||
				f->dying ? &mac_hook : NULL, f);
}

void fault_reset(struct fault *f)
{
	f->dying = false;
	fault_changed(f);
}

bool fault_doorbell(struct fault *f)
{
	f->deaf = f->doorbells != 0;
	if (f->doorbells)
		f->doorbells--;
	return f->deaf;
}

static bool fault_tx(void *priv)
{
	struct fault *f = priv;

	if (f->tx_fatal && !--f->tx_fatal)
		f->dying = true;
	return f->tx_stall || f->dying;
}

/* The NIC dies here, and not in fault_tx(), whose callers work on the queues. */
bool fault_poll(struct fault *f)
{
	if (!f->dying)
		return false;
	f->dying = false;
	fault_changed(f);
	log_info(f->env.log, "fault: dies before a frame");
	f->env.ops->fatal(f->env.priv, SKUA_FATAL_TRAP);
	return true;
}

/* xorshift64*: the same seed gives the same changes */
static uint32_t fault_random(struct fault *f, uint32_t below)
{
	f->random ^= f->random >> 12;
	f->random ^= f->random << 25;
	f->random ^= f->random >> 27;
	return (uint32_t)((f->random * 0x2545f4914f6cdd1dull >> 32) % below);
}

static void mutate_once(struct fault *f, uint8_t *entry, uint32_t len)
{
	static const uint32_t odd[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000,
		0x7fffffff, 0x80000000, 0xffffffff,
	};
	/* The first bytes of an entry decide more than the last ones. */
	uint32_t at = fault_random(f, fault_random(f, 2) ? len : 16);
	uint32_t word = odd[fault_random(f, ARRAY_SIZE(odd))];
	uint32_t size = 1u << fault_random(f, 3);

	switch (fault_random(f, 4)) {
	case 0:
		entry[at] ^= (uint8_t)(1u << fault_random(f, 8));
		break;
	case 1:
		entry[at] = (uint8_t)fault_random(f, 256);
		break;
	case 2:
		entry[at] = (uint8_t)(entry[at] + fault_random(f, 5) - 2);
		break;
	default:
		at &= ~(size - 1);
		memcpy(entry + at, &word, size);
		break;
	}
}

static void fault_entry(void *priv, void *entry, uint32_t len)
{
	struct fault *f = priv;

	if (fault_random(f, 1000000) >= f->mutate)
		return;
	f->mutated++;
	do
		mutate_once(f, entry, len);
	while (fault_random(f, 3) == 0);
}
