// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines that accept and record every call, so that the control plane of
 * the NIC can be tested alone
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fake_mac.h"

static bool reg_read(void *owner, uint32_t off, uint32_t *val)
{
	struct fake_mac *f = owner;

	*val = f->reg[off / 4 % FAKE_MAC_REGS];
	return true;
}

static bool reg_write(void *owner, uint32_t off, uint32_t val)
{
	struct fake_mac *f = owner;

	f->writes++;
	if (off != ENG_TBL_STATUS)
		f->reg[off / 4 % FAKE_MAC_REGS] = val;
	return true;
}

static const struct eng_block block = {
	.base = ENG_TBL_SEL, .len = 0x500, .read = reg_read, .write = reg_write,
};

static struct mac *fake_new(const struct mac_env *env)
{
	struct fake_mac *f = calloc(1, sizeof(*f));

	if (f)
		eng_add(env->bus, &block, f);
	return (struct mac *)(void *)f;
}

static void fake_free(struct mac *mac)
{
	free(fake_mac(mac));
}

static void fake_set_fault(struct mac *mac, const struct mac_fault_ops *ops,
			   void *priv)
{
	(void)mac;
	(void)ops;
	(void)priv;
}

static void fake_start(struct mac *mac)
{
	fake_mac(mac)->starts++;
}

static void fake_reset(struct mac *mac)
{
	fake_mac(mac)->resets++;
}

static bool fake_wipe(struct mac *mac)
{
	struct fake_mac *f = fake_mac(mac);

	return f->wiping <= 0 || !f->wiping--;
}

static void fake_stop(struct mac *mac)
{
	fake_mac(mac)->stops++;
}

static bool fake_poll(struct mac *mac)
{
	(void)mac;
	return false;
}

static void fake_disarm(struct mac *mac)
{
	(void)mac;
}

static bool fake_tx_sync(struct mac *mac,
			 const uint32_t prod[SKUA_NUM_TX_RINGS])
{
	struct fake_mac *f = fake_mac(mac);

	f->syncs++;
	memcpy(f->sync_prod, prod, sizeof(f->sync_prod));
	return f->busy <= 0 || !f->busy--;
}

static void fake_inband(struct mac *mac, const struct skua_cpl_inband *cpl)
{
	struct fake_mac *f = fake_mac(mac);

	f->inbands++;
	f->inband = *cpl;
}

static bool fake_settle(struct mac *mac)
{
	struct fake_mac *f = fake_mac(mac);

	f->settles++;
	return !f->unsettled;
}

static bool fake_counters_more(const struct mac *mac, struct json_t *o,
			       uint32_t *at)
{
	(void)mac;
	(void)o;
	(void)at;
	return true;
}

static json_t *fake_counters(const struct mac *mac)
{
	(void)mac;
	return json_object();
}

const struct mac_ops fake_mac_ops = {
	.new = fake_new,
	.free = fake_free,
	.set_fault = fake_set_fault,
	.start = fake_start,
	.reset = fake_reset,
	.wipe = fake_wipe,
	.stop = fake_stop,
	.poll = fake_poll,
	.arm = fake_poll,
	.disarm = fake_disarm,
	.tx_sync = fake_tx_sync,
	.inband = fake_inband,
	.settle = fake_settle,
	.counters = fake_counters,
	.counters_more = fake_counters_more,
};
