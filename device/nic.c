// SPDX-License-Identifier: GPL-2.0-only
/*
 * One NIC: registers of BAR 0, reset, life cycle
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mac/mac.h"
#include "nic.h"
#include "bus/vhost/vhost.h"

bool nic_parse_mac(const char *text, uint8_t mac[6])
{
	char end;

	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &mac[0], &mac[1],
		      &mac[2], &mac[3], &mac[4], &mac[5], &end) == 6;
}

uint64_t nic_time_us(const struct nic *nic)
{
	return loop_now(nic->loop) / LOOP_NS_PER_US;
}

bool nic_running(const struct nic *nic)
{
	return nic->state == NIC_ALIVE && dma_enabled(nic->dma);
}

static void nic_detach_rings(struct nic *nic)
{
	unsigned int i;

	for (i = 0; i < SKUA_NUM_RINGS; i++)
		ring_detach(&nic->ring[i]);
}

/* Afterwards no guest memory is held and no secret left. */
static void nic_reset(struct nic *nic)
{
	cp_stop(nic->cp);
	mac_reset(nic->mac);
	hif_reset(nic->hif);
	nic_detach_rings(nic);
	nic->state = NIC_RESET;
	nic->boot_err = SKUA_BOOT_OK;
	nic->fatal = SKUA_FATAL_NONE;
	nic->drv_features = 0;
	nic->features = 0;
	nic->dump_addr = 0;
	nic->dump_len = 0;
	nic->fault.dying = false;
}

static void nic_boot(struct nic *nic)
{
	if (nic->state != NIC_RESET) {
		log_warn(&nic->log, "boot without a reset before it: ignored");
		return;
	}
	nic->state = NIC_BOOTING;
	nic->boot_err = cp_start(nic->cp);
	if (nic->boot_err != SKUA_BOOT_OK) {
		nic_detach_rings(nic);
		nic->state = NIC_BOOT_FAILED;
		return;
	}
	hif_booting(nic->hif);
	if (nic->fault.boot_silent)
		cp_halt(nic->cp);
}

void nic_alive(struct nic *nic)
{
	if (nic->state != NIC_BOOTING)
		return;
	nic->state = NIC_ALIVE;
	mac_start(nic->mac);
	log_info(&nic->log, "alive, features %#llx",
		 (unsigned long long)nic->features);
}

void nic_fatal(struct nic *nic, enum skua_fatal cause)
{
	struct skua_evt_fatal evt = { .cause = htole32(cause) };

	if (nic->state != NIC_BOOTING && nic->state != NIC_ALIVE)
		return;
	nic->state = NIC_FATAL;
	nic->fatal = cause;
	log_err(&nic->log, "fatal: cause %u; waits for a reset by the driver",
		cause);
	cp_halt(nic->cp);
	mac_stop(nic->mac);
	evt.pc = htole32(cp_pc(nic->cp));
	cp_crash_record(nic->cp, cause);
	hif_event(nic->hif, SKUA_EVT_FATAL, &evt, sizeof(evt));
	pci_irq_raise_now(nic->pci, nic->ring[SKUA_RING_EVT].vector);
}

/* Registers */

static uint32_t nic_status(const struct nic *nic)
{
	switch (nic->state) {
	case NIC_RESET:
		return nic->fault.reset_never ? 0 : SKUA_STATUS_RESET_DONE;
	case NIC_BOOTING:
		return SKUA_STATUS_BOOTING;
	case NIC_ALIVE:
		return SKUA_STATUS_ALIVE;
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
		now = nic_time_us(nic);
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
		nic_fatal(nic, SKUA_FATAL_HOST);
}

/* Asleep, as the host sees it: who did not hear the doorbell sleeps on. */
static void nic_asleep(struct nic *nic)
{
	ring_arm(&nic->ring[SKUA_RING_CMD]);
	mac_arm(nic->mac);
}

static void nic_bar_write(void *priv, uint32_t off, uint32_t val)
{
	struct nic *nic = priv;

	switch (off) {
	case SKUA_REG_CTRL:
		nic_ctrl(nic, val);
		return;
	case SKUA_REG_BOOT_ADDR_LO:
		nic->boot_addr = (nic->boot_addr & ~0xffffffffull) | val;
		return;
	case SKUA_REG_BOOT_ADDR_HI:
		nic->boot_addr = (nic->boot_addr & 0xffffffffull) |
				 (uint64_t)val << 32;
		return;
	case SKUA_REG_NONCE:
		nic->nonce = val;
		return;
	default:
		break;
	}
	/* A doorbell only has to wake the loop: the poll finds what is new. */
	if (off >= SKUA_REG_DOORBELL(0) &&
	    off < SKUA_REG_DOORBELL(SKUA_NUM_RINGS)) {
		nic->doorbells++;
		if (!fault_doorbell(nic))
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

	/* Rings are held mapped, so without the bus they must go. */
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
	if (fault_poll(nic))
		return true;
	busy = hif_poll(nic->hif);
	return mac_poll(nic->mac) || busy;
}

static bool nic_arm(struct loop_poll *p)
{
	struct nic *nic = container_of(p, struct nic, poll);
	struct ring *cmd = &nic->ring[SKUA_RING_CMD];
	bool busy;

	if ((nic->state != NIC_BOOTING && !nic_running(nic)) || nic->fault.deaf)
		return false;
	/* Commands that the firmware was told of are no news. */
	ring_arm(cmd);
	busy = hif_poll(nic->hif);
	if (nic_running(nic))
		busy |= mac_arm(nic->mac);
	return busy;
}

static void nic_disarm(struct loop_poll *p)
{
	struct nic *nic = container_of(p, struct nic, poll);

	if (!nic_running(nic) || nic->fault.deaf)
		return;
	ring_disarm(&nic->ring[SKUA_RING_CMD]);
	mac_disarm(nic->mac);
}

/* Life */

static bool nic_init(struct nic *nic)
{
	nic->pci = pci_new(nic->loop, &nic->log, &nic_pci_ops, nic);
	if (!nic->pci)
		return false;
	nic->dma = pci_dma(nic->pci);
	nic->cp = cp_new(nic);
	nic->hif = hif_new(nic);
	nic->mac = mac_new(nic);
	if (!nic->cp || !nic->hif || !nic->mac)
		return false;
	nic->poll.poll = nic_poll;
	nic->poll.arm = nic_arm;
	nic->poll.disarm = nic_disarm;
	loop_poll_add(nic->loop, &nic->poll, LOOP_POLL_DEVICE);
	nic->polled = true;
	nic->vhost = vhost_new(nic->loop, &nic->log, nic->cfg.socket,
			       pci_bus(nic->pci));
	return nic->vhost;
}

struct nic *nic_new(struct loop *loop, struct air *air,
		    const struct nic_config *cfg)
{
	struct nic *nic = calloc(1, sizeof(*nic));

	if (!nic)
		return NULL;
	nic->cfg = *cfg;
	nic->loop = loop;
	nic->air = air;
	log_init(&nic->log, "%s", cfg->name);
	if (!nic_init(nic)) {
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
	if (nic->vhost)
		vhost_free(nic->vhost);
	if (nic->polled)
		loop_poll_del(nic->loop, &nic->poll);
	if (nic->cp && nic->hif && nic->mac)
		nic_reset(nic);
	fault_free(nic);
	mac_free(nic->mac);
	hif_free(nic->hif);
	cp_free(nic->cp);
	if (nic->pci)
		pci_free(nic->pci);
	free(nic);
}
