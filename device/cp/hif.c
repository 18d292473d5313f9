// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host interface engine: commands, events and DMA for the firmware
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "cp/hif_priv.h"
#include "mac/mac.h"
#include "nic.h"

/* Events that wait for room. The driver keeps up, or something is wrong. */
#define HIF_EVT_BACKLOG		256
#define HIF_DMA_MAX		65536
/* Far longer than the firmware leaves a command alone. */
#define HIF_IDLE_TICK_MS	2

static void idle_tick(struct loop_timer *t);

struct hif *hif_new(struct nic *nic)
{
	struct hif *hif = calloc(1, sizeof(*hif));

	if (!hif)
		return NULL;
	hif->backlog = calloc(HIF_EVT_BACKLOG, sizeof(*hif->backlog));
	if (!hif->backlog) {
		free(hif);
		return NULL;
	}
	hif->nic = nic;
	loop_timer_init(&hif->idle, idle_tick);
	return hif;
}

void hif_free(struct hif *hif)
{
	if (!hif)
		return;
	hif_reset(hif);
	free(hif->backlog);
	free(hif);
}

void hif_reset(struct hif *hif)
{
	struct skua_evt *backlog = hif->backlog;
	struct nic *nic = hif->nic;

	loop_timer_cancel(nic->loop, &hif->idle);
	OPENSSL_cleanse(hif, sizeof(*hif));
	hif->nic = nic;
	hif->backlog = backlog;
	loop_timer_init(&hif->idle, idle_tick);
}

/* Commands */

static struct ring *cmd_ring(struct hif *hif)
{
	return &hif->nic->ring[SKUA_RING_CMD];
}

static bool owes(const struct hif *hif)
{
	return hif->nic->state == NIC_BOOTING ||
	       (nic_running(hif->nic) && (hif->seen || hif->unretired));
}

/* Since the last tick, or since the first command came. */
static bool still_owes(const struct hif *hif)
{
	return owes(hif) && hif->idle_fetched == hif->fetched;
}

static void idle_start(struct hif *hif)
{
	if (loop_timer_armed(&hif->idle))
		return;
	hif->idle_fetched = hif->fetched;
	loop_timer_after(hif->nic->loop, &hif->idle,
			 HIF_IDLE_TICK_MS * LOOP_NS_PER_MS);
}

/*
 * Ticks, not time: the machine may keep this process waiting, and the firmware
 * with it. Between any two ticks the control processor has had its turn.
 */
static void idle_tick(struct loop_timer *t)
{
	struct hif *hif = container_of(t, struct hif, idle);

	hif->idle_ticks = still_owes(hif) ? hif->idle_ticks + 1 : 0;
	if (owes(hif))
		idle_start(hif);
}

void hif_booting(struct hif *hif)
{
	idle_start(hif);
}

uint32_t hif_fw_idle_ms(const struct hif *hif)
{
	return still_owes(hif) ? hif->idle_ticks * HIF_IDLE_TICK_MS : 0;
}

bool hif_poll(struct hif *hif)
{
	uint32_t avail = ring_avail(cmd_ring(hif));
	bool news = avail && avail != hif->seen;

	hif->seen = avail;
	if (news) {
		idle_start(hif);
		cp_irq(hif->nic->cp, ENG_IRQ_CMD);
	}
	hif_flush_events(hif);
	return news;
}

bool hif_tx_gate(struct hif *hif)
{
	return !hif->unretired && ring_avail(cmd_ring(hif)) == 0;
}

static void keep_secret(struct hif *hif, const struct skua_cmd *cmd)
{
	const struct skua_cmd_key *key = (const void *)cmd->data;

	if (le16toh(cmd->op) != SKUA_CMD_KEY_SET)
		return;
	hif->secret_len = key->key_len <= SKUA_MAX_KEY_LEN ? key->key_len : 0;
	memcpy(hif->secret, key->key, SKUA_MAX_KEY_LEN);
	memcpy(hif->secret_mic[0], key->tx_mic_key, 8);
	memcpy(hif->secret_mic[1], key->rx_mic_key, 8);
}

static void scrub(uint8_t *mem, uint32_t len, const uint8_t *what, size_t n)
{
	static const uint8_t zero[SKUA_MAX_KEY_LEN];
	uint8_t *end = mem + len;

	if (n < 5 || !memcmp(what, zero, n))
		return;
	while ((mem = memmem(mem, (size_t)(end - mem), what, n))) {
		OPENSSL_cleanse(mem, n);
		mem += n;
	}
}

void hif_scrub(struct hif *hif, uint8_t *mem, uint32_t len)
{
	scrub(mem, len, hif->secret, hif->secret_len);
	scrub(mem, len, hif->secret_mic[0], sizeof(hif->secret_mic[0]));
	scrub(mem, len, hif->secret_mic[1], sizeof(hif->secret_mic[1]));
}

static enum skua_status cmd_fetch(struct hif *hif)
{
	struct ring *ring = cmd_ring(hif);
	uint8_t *to = cp_sram(hif->nic->cp, hif->cmd_addr,
			      sizeof(struct skua_cmd));
	uint32_t prod[SKUA_NUM_TX_RINGS];
	struct skua_cmd cmd;
	unsigned int i;

	if (!to)
		return SKUA_ST_INVALID;
	if (ring_avail(ring) == 0)
		return SKUA_ST_NO_ENTRY;
	ring_peek(ring, 0, &cmd);
	for (i = 0; i < SKUA_NUM_TX_RINGS; i++)
		prod[i] = le32toh(cmd.tx_prod[i]);
	mac_tx_sync(hif->nic->mac, prod);
	memcpy(to, &cmd, sizeof(cmd));
	cp_sram_written(hif->nic->cp, hif->cmd_addr, sizeof(cmd));
	if (le16toh(cmd.flags) & SKUA_CMDF_SECRET) {
		keep_secret(hif, &cmd);
		ring_wipe(ring, 0);
	}
	OPENSSL_cleanse(&cmd, sizeof(cmd));
	/* Closed before cons moves: else the gate would look open in between. */
	hif->unretired = true;
	hif->fetched++;
	ring_consume(ring, 1);
	hif->seen = ring_avail(ring);
	return SKUA_ST_OK;
}

static void cmd_retire(struct hif *hif)
{
	hif->unretired = false;
	hif->secret_len = 0;
	OPENSSL_cleanse(hif->secret, sizeof(hif->secret));
	OPENSSL_cleanse(hif->secret_mic, sizeof(hif->secret_mic));
}

/* Events */

void hif_flush_events(struct hif *hif)
{
	struct ring *ring = &hif->nic->ring[SKUA_RING_EVT];

	if (!hif->backlog_len)
		return;
	while (hif->backlog_len && ring_room(ring)) {
		ring_put(ring, &hif->backlog[hif->backlog_first]);
		hif->backlog_first = (hif->backlog_first + 1) % HIF_EVT_BACKLOG;
		hif->backlog_len--;
	}
	ring_publish(ring);
}

void hif_event(struct hif *hif, uint16_t id, const void *data, uint16_t len)
{
	struct skua_evt *evt;

	if (len > SKUA_EVT_INLINE)
		len = SKUA_EVT_INLINE;
	if (hif->backlog_len == HIF_EVT_BACKLOG) {
		hif->lost++;
		log_warn(&hif->nic->log,
			 "event %u is lost: the driver does not empty the event ring",
			 id);
		return;
	}
	evt = &hif->backlog[(hif->backlog_first + hif->backlog_len++) %
			    HIF_EVT_BACKLOG];
	memset(evt, 0, sizeof(*evt));
	evt->id = htole16(id);
	evt->len = htole16(len);
	evt->seq = htole32(hif->evt_seq++);
	memcpy(evt->data, data, len);
	hif_flush_events(hif);
}

static enum skua_status evt_post(struct hif *hif)
{
	const uint8_t *from = cp_sram(hif->nic->cp, hif->evt_addr,
				      sizeof(struct skua_evt));
	struct skua_evt evt;

	if (!from)
		return SKUA_ST_INVALID;
	memcpy(&evt, from, sizeof(evt));
	if (le16toh(evt.len) > SKUA_EVT_INLINE)
		return SKUA_ST_INVALID;
	if (le16toh(evt.id) == SKUA_EVT_CMD_DONE && fault_answer(hif->nic, &evt))
		return SKUA_ST_OK;
	hif_event(hif, le16toh(evt.id), evt.data, le16toh(evt.len));
	return SKUA_ST_OK;
}

static void inband_post(struct hif *hif, uint32_t arg)
{
	struct skua_cpl_inband cpl = {
		.id = htole16(hif->inb[0] & 0xffff),
		.tid = hif->inb[0] >> 16 & 0xff,
		.vif = hif->inb[0] >> 24,
		.sta = htole16(hif->inb[1] & 0xffff),
		.sta_gen = htole16(hif->inb[1] >> 16),
		.arg = htole32(arg),
	};

	mac_inband(hif->nic->mac, &cpl);
}

/* DMA */

static enum skua_status dma_go(struct hif *hif, uint32_t how)
{
	uint64_t addr = (uint64_t)hif->dma_hi << 32 | hif->dma_lo;
	uint8_t *sram = cp_sram(hif->nic->cp, hif->dma_sram, hif->dma_len);

	if (!sram || hif->dma_len > HIF_DMA_MAX || (how != 1 && how != 2))
		return SKUA_ST_INVALID;
	if (how == 2)
		return dma_write(hif->nic->dma, addr, sram, hif->dma_len) ?
			SKUA_ST_OK : SKUA_ST_DMA;
	if (!dma_read(hif->nic->dma, addr, sram, hif->dma_len))
		return SKUA_ST_DMA;
	cp_sram_written(hif->nic->cp, hif->dma_sram, hif->dma_len);
	return SKUA_ST_OK;
}

/* Registers */

static uint32_t *hif_reg(struct hif *hif, uint32_t off)
{
	switch (off) {
	case ENG_HIF_CMD_ADDR:
		return &hif->cmd_addr;
	case ENG_HIF_DMA_LO:
		return &hif->dma_lo;
	case ENG_HIF_DMA_HI:
		return &hif->dma_hi;
	case ENG_HIF_DMA_SRAM:
		return &hif->dma_sram;
	case ENG_HIF_DMA_LEN:
		return &hif->dma_len;
	case ENG_HIF_EVT_ADDR:
		return &hif->evt_addr;
	case ENG_HIF_INB_0:
		return &hif->inb[0];
	case ENG_HIF_INB_1:
		return &hif->inb[1];
	default:
		return NULL;
	}
}

bool hif_read(struct hif *hif, uint32_t off, uint32_t *val)
{
	const uint32_t *reg = hif_reg(hif, off);

	switch (off) {
	case ENG_HIF_STATUS:
		*val = hif->status;
		return true;
	case ENG_HIF_CMD_AVAIL:
		*val = ring_avail(cmd_ring(hif));
		return true;
	default:
		if (reg)
			*val = *reg;
		return reg;
	}
}

bool hif_write(struct hif *hif, uint32_t off, uint32_t val)
{
	uint32_t *reg = hif_reg(hif, off);

	switch (off) {
	case ENG_HIF_CMD_FETCH:
		hif->status = cmd_fetch(hif);
		return true;
	case ENG_HIF_CMD_RETIRE:
		cmd_retire(hif);
		return true;
	case ENG_HIF_DMA_GO:
		hif->status = dma_go(hif, val);
		return true;
	case ENG_HIF_EVT_GO:
		hif->status = evt_post(hif);
		return true;
	case ENG_HIF_INB_GO:
		inband_post(hif, val);
		return true;
	default:
		if (reg)
			*reg = val;
		return reg;
	}
}
