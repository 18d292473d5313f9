// SPDX-License-Identifier: GPL-2.0-only
/*
 * One NIC: registers of BAR 0, reset, life cycle
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "nic_priv.h"
#include "pcie/pcie.h"

/* Engines may work. */
static bool nic_running(const struct nic *nic)
{
	return nic->state == NIC_ALIVE && dma_enabled(nic->dma);
}

/* Tables can be long: what a turn has no time for is wiped in later ones. */
static void nic_wipe(struct nic *nic)
{
	struct turn *turn = loop_turn(nic->loop);
	enum turn_cause was = turn_switch(turn, TURN_RESET);

	nic->wiping = !nic->mac_ops->wipe(nic->mac);
	turn_switch(turn, was);
	if (nic->wiping) {
		loop_defer(nic->loop, &nic->wipe_work);
	} else if (nic->boot_waits) {
		nic->boot_waits = false;
		cp_start(nic->cp, nic->boot_addr, nic->nonce);
	}
}

static void nic_wipe_work(struct loop_work *w)
{
	nic_wipe(container_of(w, struct nic, wipe_work));
}

/* Afterwards no guest memory is held. */
static void nic_stop_all(struct nic *nic)
{
	struct turn *turn = loop_turn(nic->loop);
	enum turn_cause was = turn_switch(turn, TURN_RESET);

	cp_stop(nic->cp);
	nic->mac_ops->reset(nic->mac);
	hif_reset(nic->hif);
	ring_detach_all(&nic->rings);
	nic->used = false;
	nic->wiping = true;
	turn_switch(turn, was);
}

static void nic_reset(struct nic *nic)
{
	cp_cancel(nic->cp);
	nic->boot_waits = false;
	nic->state = NIC_RESET;
	nic->boot_err = SKUA_BOOT_OK;
	nic->fatal = SKUA_FATAL_NONE;
	fault_reset(&nic->fault);
	/* What no firmware has touched need not be wiped: resets may come often */
	if (nic->used) {
		nic_stop_all(nic);
		nic_wipe(nic);
	}
}

static void nic_boot(struct nic *nic)
{
	if (nic->state != NIC_RESET) {
		log_warn(&nic->log, "boot without a reset before it: ignored");
		return;
	}
	nic->state = NIC_BOOTING;
	if (nic->wiping)
		nic->boot_waits = true;
	else
		cp_start(nic->cp, nic->boot_addr, nic->nonce);
}

/**
 * nic_die() - stop the control processor and tell the host
 * @nic: the NIC
 * @cause: why
 *
 * Engines stop sending and receiving. Writes the crash record to the host's dump
 * buffer, which takes some turns; then nic_dead() tells the host.
 *
 * Return: false if the NIC is neither booting nor alive, so that there is
 * nothing to stop.
 */
static bool nic_die(struct nic *nic, enum skua_fatal cause)
{
	if (nic->state != NIC_BOOTING && nic->state != NIC_ALIVE)
		return false;
	nic->was_alive = nic->state == NIC_ALIVE;
	nic->state = NIC_DYING;
	nic->boot_waits = false;
	nic->fatal = cause;
	log_err(&nic->log, "fatal: cause %u; waits for a reset by the driver",
		cause);
	hif_stop(nic->hif);
	cp_halt(nic->cp);
	nic->fatal_pc = cp_pc(nic->cp);
	nic->mac_ops->stop(nic->mac);
	cp_crash_record(nic->cp, cause);
	return true;
}

/* The record is complete: post SKUA_EVT_FATAL, raise the event ring's vector. */
static void nic_dead(struct nic *nic)
{
	struct skua_evt_fatal evt = {
		.cause = htole32(nic->fatal),
		.pc = htole32(nic->fatal_pc),
	};

	nic->state = NIC_FATAL;
	/* Even if no firmware has run: the event must not outlive the next reset */
	nic->used = true;
	hif_event(nic->hif, SKUA_EVT_FATAL, &evt, sizeof(evt));
	pci_irq_raise_now(nic->pci, nic->rings.ring[SKUA_RING_EVT].vector);
}

/* Operations for the parts of the NIC */

static void host_alive(void *priv)
{
	struct nic *nic = priv;

	if (nic->state != NIC_BOOTING)
		return;
	nic->state = NIC_ALIVE;
	hif_alive(nic->hif);
	nic->mac_ops->start(nic->mac);
	log_info(&nic->log, "alive, features %#llx",
		 (unsigned long long)nic->bus.features);
}

static void host_fatal(void *priv, enum skua_fatal cause)
{
	nic_die(priv, cause);
}

static void host_booted(void *priv, enum skua_boot_err err)
{
	struct nic *nic = priv;

	nic->used = true;
	nic->boot_err = err;
	if (err != SKUA_BOOT_OK) {
		ring_detach_all(&nic->rings);
		nic->state = NIC_BOOT_FAILED;
		return;
	}
	hif_booting(nic->hif);
	if (nic->fault.boot_silent)
		cp_halt(nic->cp);
}

static void host_dumped(void *priv)
{
	nic_dead(priv);
}

static const struct cp_host_ops cp_host = {
	.booted = host_booted,
	.dumped = host_dumped,
	.alive = host_alive,
	.fatal = host_fatal,
};

static void host_ring_broken(void *priv)
{
	nic_die(priv, SKUA_FATAL_RING);
}

static const struct ring_host_ops ring_host = {
	.broken = host_ring_broken,
};

static bool host_tx_gate(void *priv)
{
	struct nic *nic = priv;

	return hif_tx_gate(nic->hif);
}

static const struct mac_host_ops mac_host = {
	.tx_gate = host_tx_gate,
};

static bool host_tx_sync(void *priv, const uint32_t prod[SKUA_NUM_TX_RINGS])
{
	struct nic *nic = priv;

	return nic->mac_ops->tx_sync(nic->mac, prod);
}

static void host_inband(void *priv, const struct skua_cpl_inband *cpl)
{
	struct nic *nic = priv;

	nic->mac_ops->inband(nic->mac, cpl);
}

static bool host_settle(void *priv)
{
	struct nic *nic = priv;

	return nic->mac_ops->settle(nic->mac);
}

static const struct hif_client_ops hif_client = {
	.tx_sync = host_tx_sync,
	.inband = host_inband,
	.settle = host_settle,
};

static bool host_is_alive(void *priv)
{
	const struct nic *nic = priv;

	return nic->state == NIC_ALIVE;
}

static bool host_kill(void *priv, enum skua_fatal cause)
{
	return nic_die(priv, cause);
}

static const struct fault_host_ops fault_host = {
	.alive = host_is_alive,
	.fatal = host_kill,
};

/* Registers */

static uint32_t nic_status(const struct nic *nic)
{
	switch (nic->state) {
	case NIC_RESET:
		return nic->fault.reset_never || nic->wiping ?
			0 : SKUA_STATUS_RESET_DONE;
	case NIC_BOOTING:
		return SKUA_STATUS_BOOTING;
	case NIC_ALIVE:
		return SKUA_STATUS_ALIVE;
	case NIC_DYING:
		return nic->was_alive ? SKUA_STATUS_ALIVE : SKUA_STATUS_BOOTING;
	case NIC_BOOT_FAILED:
		return SKUA_STATUS_BOOT_FAILED;
	case NIC_FATAL:
		break;
	}
	return SKUA_STATUS_FATAL;
}

static uint32_t nic_bar_read(void *priv, uint32_t off)
{
	struct nic *nic = priv;
	uint64_t now;

	switch (off) {
	case SKUA_REG_ID:
		return SKUA_ID_MAGIC;
	case SKUA_REG_ABI:
		return SKUA_ABI_MAJOR << 16 | SKUA_ABI_MINOR;
	case SKUA_REG_STATUS:
		return nic_status(nic);
	case SKUA_REG_BOOT_ADDR_LO:
		return (uint32_t)nic->boot_addr;
	case SKUA_REG_BOOT_ADDR_HI:
		return nic->boot_addr >> 32;
	case SKUA_REG_NONCE:
		return nic->nonce;
	case SKUA_REG_BOOT_ERR:
		return nic->boot_err;
	case SKUA_REG_FATAL:
		return nic->fatal;
	case SKUA_REG_TSF_LO:
		now = loop_now_us(nic->loop);
		nic->tsf_hi = now >> 32;
		return (uint32_t)now;
	case SKUA_REG_TSF_HI:
		return nic->tsf_hi;
	case SKUA_REG_FW_IDLE:
		return hif_fw_idle_ms(nic->hif);
	default:
		return 0;
	}
}

static void nic_ctrl(struct nic *nic, uint32_t val)
{
	if (val & SKUA_CTRL_RESET)
		nic_reset(nic);
	if (val & SKUA_CTRL_BOOT)
		nic_boot(nic);
	if (val & SKUA_CTRL_DUMP)
		nic_die(nic, SKUA_FATAL_HOST);
}

/* Asleep, as the host sees it: a NIC that did not hear the doorbell sleeps on. */
static void nic_asleep(struct nic *nic)
{
	ring_arm(&nic->rings.ring[SKUA_RING_CMD]);
	nic->mac_ops->arm(nic->mac);
}

static void nic_bar_write(void *priv, uint32_t off, uint32_t val)
{
	struct nic *nic = priv;

	switch (off) {
	case SKUA_REG_CTRL:
		nic_ctrl(nic, val);
		return;
	case SKUA_REG_BOOT_ADDR_LO:
		nic->boot_addr = set_lo32(nic->boot_addr, val);
		return;
	case SKUA_REG_BOOT_ADDR_HI:
		nic->boot_addr = set_hi32(nic->boot_addr, val);
		return;
	case SKUA_REG_NONCE:
		nic->nonce = val;
		return;
	default:
		break;
	}
	/* A doorbell only has to wake the loop: the poll finds new entries. */
	if (off >= SKUA_REG_DOORBELL(0) &&
	    off < SKUA_REG_DOORBELL(SKUA_NUM_RINGS)) {
		nic->doorbells++;
		if (!fault_doorbell(&nic->fault))
			loop_activity(nic->loop);
		else if (nic_running(nic))
			nic_asleep(nic);
	}
}

static void nic_pci_reset(void *priv, enum bus_reset why)
{
	struct nic *nic = priv;

	nic_reset(nic);
	nic->boot_addr = 0;
	nic->nonce = 0;
	log_info(&nic->log, "%s", why == BUS_RESET_DISCONNECT ?
		 "the guest is gone" : "reset by the guest");
}

static void nic_dma_changed(void *priv, bool on)
{
	struct nic *nic = priv;

	/* The rings are mapped, and must not be without bus mastering. */
	if (!on && nic->state != NIC_RESET)
		nic_reset(nic);
}

static const struct pci_ops nic_pci_ops = {
	.bar_read = nic_bar_read,
	.bar_write = nic_bar_write,
	.reset = nic_pci_reset,
	.dma_changed = nic_dma_changed,
};

/* Polling */

static bool nic_poll(struct loop_poll *p)
{
	struct nic *nic = container_of(p, struct nic, poll);
	bool busy;

	if (nic->state == NIC_BOOTING)
		return hif_poll(nic->hif);
	if (!nic_running(nic) || nic->fault.deaf)
		return false;
	if (fault_poll(&nic->fault))
		return true;
	busy = hif_poll(nic->hif);
	return nic->mac_ops->poll(nic->mac) || busy;
}

static bool nic_arm(struct loop_poll *p)
{
	struct nic *nic = container_of(p, struct nic, poll);
	struct ring *cmd = &nic->rings.ring[SKUA_RING_CMD];
	bool busy;

	if ((nic->state != NIC_BOOTING && !nic_running(nic)) || nic->fault.deaf)
		return false;
	/* Commands that the firmware knows of do not keep the loop awake. */
	ring_arm(cmd);
	busy = hif_poll(nic->hif);
	if (nic_running(nic))
		busy |= nic->mac_ops->arm(nic->mac);
	return busy;
}

static void nic_disarm(struct loop_poll *p)
{
	struct nic *nic = container_of(p, struct nic, poll);

	if (!nic_running(nic) || nic->fault.deaf)
		return;
	ring_disarm(&nic->rings.ring[SKUA_RING_CMD]);
	nic->mac_ops->disarm(nic->mac);
}

/* Life */

/* Cipher suites of the crypto engine, a bit each, see struct eng_config */
static uint32_t nic_ciphers(void)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < 32; i++)
		if (crypto_cipher_find(SKUA_CIPHER(i)))
			mask |= 1u << i;
	return mask;
}

static bool nic_init_cp(struct nic *nic)
{
	struct cp_env env = {
		.log = &nic->log, .loop = nic->loop, .dma = nic->dma,
		.rings = &nic->rings, .bus = &nic->bus,
	};

	nic->hif = hif_new(&env);
	if (!nic->hif)
		return false;
	hif_set_client(nic->hif, &hif_client, nic);
	nic->cp = cp_new(&env, nic->hif, &cp_host, nic);
	return nic->cp;
}

static bool nic_init_mac(struct nic *nic, struct air *air)
{
	struct mac_env env = {
		.name = nic->cfg.name, .log = &nic->log, .loop = nic->loop,
		.dma = nic->dma, .rings = &nic->rings, .bus = &nic->bus,
		.air = air, .ops = &mac_host, .priv = nic,
	};

	nic->mac_ops = nic->cfg.mac_ops ? nic->cfg.mac_ops : &mac_engines;
	nic->mac = nic->mac_ops->new(&env);
	return nic->mac;
}

static void nic_init_fault(struct nic *nic)
{
	struct fault_env env = {
		.log = &nic->log, .loop = nic->loop, .pci = nic->pci,
		.rings = &nic->rings, .hif = nic->hif, .mac = nic->mac,
		.mac_ops = nic->mac_ops, .ops = &fault_host, .priv = nic,
	};

	fault_init(&nic->fault, &env);
}

static json_t *ctl_counters(const struct ctl_nic *ctl)
{
	return nic_json(container_of(ctl, struct nic, ctl));
}

static bool ctl_more(const struct ctl_nic *ctl, json_t *o, uint32_t *at)
{
	const struct nic *nic = container_of(ctl, const struct nic, ctl);

	return nic->mac_ops->counters_more(nic->mac,
					   json_object_get(o, "mac_engines"), at);
}

static void nic_init_ctl(struct nic *nic)
{
	nic->ctl.name = nic->cfg.name;
	nic->ctl.pci = nic->pci;
	nic->ctl.fault = &nic->fault;
	nic->ctl.counters = ctl_counters;
	nic->ctl.more = ctl_more;
}

static bool nic_listen(struct nic *nic)
{
	if (!nic->cfg.front_end)
		return true;
	nic->fe = nic->cfg.front_end->new(nic->loop, &nic->log, nic->cfg.socket,
					  pci_bus(nic->pci));
	return nic->fe;
}

static bool nic_init(struct nic *nic, struct air *air)
{
	nic->pci = pci_new(nic->loop, &nic->log, &nic_pci_ops, nic);
	if (!nic->pci)
		return false;
	nic->dma = pci_dma(nic->pci);
	if (nic->cfg.memory)
		dma_set_limit(nic->dma, nic->cfg.memory);
	nic->rings.log = &nic->log;
	nic->rings.pci = nic->pci;
	nic->rings.dma = nic->dma;
	nic->rings.ops = &ring_host;
	nic->rings.priv = nic;
	eng_bus_init(&nic->bus, &nic->cfg.eng);
	if (!nic_init_cp(nic) || !nic_init_mac(nic, air))
		return false;
	nic_init_fault(nic);
	nic_init_ctl(nic);
	loop_work_init(&nic->wipe_work, nic_wipe_work);
	nic->poll.poll = nic_poll;
	nic->poll.arm = nic_arm;
	nic->poll.disarm = nic_disarm;
	loop_poll_add(nic->loop, &nic->poll, LOOP_POLL_DEVICE);
	nic->polled = true;
	return nic_listen(nic);
}

struct nic *nic_new(struct loop *loop, struct air *air,
		    const struct nic_config *cfg)
{
	struct nic *nic = calloc(1, sizeof(*nic));

	if (!nic)
		return NULL;
	nic->cfg = *cfg;
	nic->cfg.eng.ciphers = nic_ciphers();
	nic->loop = loop;
	log_init(&nic->log, "%s", cfg->name);
	if (!nic_init(nic, air)) {
		log_err(&nic->log, "cannot be set up: %s", strerror(errno));
		nic_free(nic);
		return NULL;
	}
	return nic;
}

void nic_free(struct nic *nic)
{
	if (!nic)
		return;
	if (nic->fe)
		nic->fe->ops->free(nic->fe);
	if (nic->polled)
		loop_poll_del(nic->loop, &nic->poll);
	if (nic->mac)
		nic_reset(nic);
	loop_work_cancel(nic->loop, &nic->wipe_work);
	fault_clear(&nic->fault);
	if (nic->mac)
		nic->mac_ops->free(nic->mac);
	hif_free(nic->hif);
	cp_free(nic->cp);
	if (nic->pci)
		pci_free(nic->pci);
	free(nic);
}

struct ctl_nic *nic_ctl(struct nic *nic)
{
	return &nic->ctl;
}
