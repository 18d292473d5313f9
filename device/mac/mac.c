// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MAC engines: life, and one turn of work
 */
#include <stdlib.h>
#include <string.h>

#include "mac/beacon.h"
#include "mac/cpl.h"
#include "mac/mac.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"
#include "mac/tbl.h"
#include "mac/txe.h"
#include "mac/txq.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "hw.h's types are native integers in user space");

/* One turn */

static void tbtt(struct loop_timer *t)
{
	struct mac_vif *vif = container_of(t, struct mac_vif, beacon.timer);

	if (beacon_tbtt(vif))
		txe_kick(vif->mac);
}

/* The radio */

static void radio_rx(void *priv, const struct air_frame *af,
		     const struct air_rx *rx)
{
	rxe_rx(priv, af, rx);
}

static void radio_rx_end(void *priv, const struct air_ppdu *ppdu,
			 const struct air_rx *rx)
{
	(void)rx;
	rxe_respond_end(priv, ppdu->ampdu_ref);
}

static void radio_tx_end(void *priv, struct air_ppdu *ppdu)
{
	(void)ppdu;
	txe_sent(priv);
}

/* A burst has ended: decrypt what has come, and publish what has been written */
static void radio_flush(void *priv)
{
	rxe_flush(priv);
	cpl_publish(priv);
}

static void radio_pulse(void *priv, const struct air_pulse *pulse)
{
	mac_radar_pulse(priv, pulse);
}

static const struct air_radio_ops radio_ops = {
	.rx = radio_rx,
	.rx_end = radio_rx_end,
	.tx_end = radio_tx_end,
	.flush = radio_flush,
	.pulse = radio_pulse,
};

/* Life */

/* Transmit and receive engine do not call each other */
static const struct rxe_ops rx_ops = {
	.answer = txe_heard,
};

static void init_vifs(struct mac *mac)
{
	for (unsigned int i = 0; i < MAC_VIFS; i++) {
		struct mac_vif *vif = &mac->vif[i];

		vif->mac = mac;
		vif->idx = (uint8_t)i;
		for (unsigned int q = 0; q < VIF_QUEUES; q++)
			txq_init(&vif->q[q], q == VIF_Q_DTIM ? TXQ_DTIM :
				 q == VIF_Q_OFFCHAN ? TXQ_OFFCHAN :
				 q == VIF_Q_FW ? TXQ_FW : TXQ_VIF, vif, NULL);
		loop_timer_init(&vif->beacon.timer, tbtt);
	}
}

void mac_set_fault(struct mac *mac, const struct mac_fault_ops *ops,
		   void *priv)
{
	mac->fault = ops;
	mac->fault_priv = priv;
}

static void init_env(struct mac *mac, const struct mac_env *env)
{
	mac->cfg = env->bus->cfg;
	mac->log = env->log;
	mac->loop = env->loop;
	mac->dma = env->dma;
	mac->rings = env->rings;
	mac->bus = env->bus;
	mac->ops = env->ops;
	mac->ops_priv = env->priv;
	mac->air = env->air;
}

struct mac *mac_new(const struct mac_env *env)
{
	struct mac *mac = calloc(1, sizeof(*mac));

	if (!mac)
		return NULL;
	init_env(mac, env);
	mac->rx.ops = &rx_ops;
	txe_init(mac);
	init_vifs(mac);
	mac_regs_reset(mac);
	txq_lists_init(mac);
	if (mac_obj_init(mac) && rxe_init(mac) && cpl_init(mac))
		mac->radio = air_join(env->air, &radio_ops, mac, env->name);
	if (!mac->radio) {
		mac_free(mac);
		return NULL;
	}
	mac_regs_init(mac);
	return mac;
}

void mac_free(struct mac *mac)
{
	if (!mac)
		return;
	if (mac->radio) {
		mac_reset(mac);
		while (!mac_wipe(mac))
			;
	}
	air_leave(mac->radio);
	cpl_free(mac);
	rxe_free(mac);
	mac_obj_free(mac);
	free(mac);
}

void mac_start(struct mac *mac)
{
	mac->running = true;
	rxe_order_run(mac);
}

void mac_stop(struct mac *mac)
{
	mac->running = false;
	rxe_forget(mac);
	if (mac->radio)
		txe_halt(mac);
}

static void forget_counts(struct mac *mac)
{
	memset(&mac->c, 0, sizeof(mac->c));
	memset(mac->ciphers, 0, sizeof(mac->ciphers));
	memset(&mac->rx.share.c, 0, sizeof(mac->rx.share.c));
}

void mac_reset(struct mac *mac)
{
	mac_stop(mac);
	txe_abort(mac);
	cpl_reset(mac);
	mac->tx.sync_valid = false;
	mac_regs_reset(mac);
	air_tune(mac->radio, &mac->chan);
	forget_counts(mac);
	mac->wiped = 0;
}

bool mac_wipe(struct mac *mac)
{
	if (!mac_tbl_wipe(mac, &mac->wiped) || !txf_free_all(mac))
		return false;
	/* The frames that ended with their stations are of the time before */
	forget_counts(mac);
	return true;
}

/* Work */

bool mac_poll(struct mac *mac)
{
	bool busy;

	if (!mac->running)
		return false;
	busy = cpl_poll(mac);
	busy |= txe_fetch(mac);
	txe_kick(mac);
	busy |= air_run(mac->air);
	cpl_publish(mac);
	return busy;
}

bool mac_arm(struct mac *mac)
{
	bool busy = false;

	if (!mac->running || cpl_waiting(mac))
		return false;
	/* While the queues are full, no more frames can be fetched */
	if (mac->tx.count >= mac->cfg->max_txq)
		return false;
	/* Nor can those of a class that waits for more room than there is */
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		if (ring_arm(&mac->rings->ring[SKUA_RING_TX_VO + i]))
			busy |= !(mac->tx.blocked & 1u << i);
	return busy;
}

void mac_disarm(struct mac *mac)
{
	if (!mac->running)
		return;
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		ring_disarm(&mac->rings->ring[SKUA_RING_TX_VO + i]);
}

void mac_inband(struct mac *mac, const struct skua_cpl_inband *cpl)
{
	rxe_flush(mac);
	cpl_event(mac, cpl);
	cpl_publish(mac);
}

bool mac_settle(struct mac *mac)
{
	if (!mac->running)
		return true;
	rxe_flush(mac);
	cpl_publish(mac);
	return !cpl_waiting(mac);
}

const struct mac_ops mac_engines = {
	.new = mac_new,
	.free = mac_free,
	.set_fault = mac_set_fault,
	.start = mac_start,
	.reset = mac_reset,
	.wipe = mac_wipe,
	.stop = mac_stop,
	.poll = mac_poll,
	.arm = mac_arm,
	.disarm = mac_disarm,
	.tx_sync = mac_tx_sync,
	.inband = mac_inband,
	.settle = mac_settle,
	.counters = mac_counters,
	.counters_more = mac_counters_more,
};
