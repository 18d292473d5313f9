// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host interface engine: commands, events and DMA for the firmware
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cp/priv.h"
#include "pcie/pcie.h"

/* Events that may wait for room. A driver that works keeps up. */
#define HIF_EVT_BACKLOG		256
#define HIF_DMA_MAX		65536
/* What an access costs, see eng_charge() */
#define HIF_COST_FETCH		500
#define HIF_COST_EVENT		500
#define HIF_COST_DMA(len)	(200 + (len) / 8)
/* Far longer than the firmware needs to fetch a command. */
#define HIF_IDLE_TICK_MS	2

static void idle_tick(struct loop_timer *t);

/* Commands */

static struct ring *cmd_ring(struct hif *hif)
{
	return &hif->env.rings->ring[SKUA_RING_CMD];
}

static uint32_t evt_room(const struct hif *hif)
{
	return HIF_EVT_BACKLOG - hif->backlog_len;
}

/* Firmware owes nothing to a host that leaves events alone. */
static bool owes(const struct hif *hif)
{
	return hif->phase == HIF_BOOTING ||
	       (hif->phase == HIF_ALIVE && dma_enabled(hif->env.dma) &&
		evt_room(hif) >= ENG_EVT_ROOM_CMD &&
		(hif->seen || hif->unretired));
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
	loop_timer_after(hif->env.loop, &hif->idle,
			 HIF_IDLE_TICK_MS * LOOP_NS_PER_MS);
}

/*
 * Ticks are counted, not time: the machine may keep this process waiting, and
 * the firmware with it. Between any two ticks the control processor has had its
 * turn.
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
	hif->phase = HIF_BOOTING;
	idle_start(hif);
}

void hif_alive(struct hif *hif)
{
	hif->phase = HIF_ALIVE;
}

void hif_stop(struct hif *hif)
{
	hif->phase = HIF_OFF;
}

uint64_t hif_fetched(const struct hif *hif)
{
	return hif->fetched;
}

uint32_t hif_fw_idle_ms(const struct hif *hif)
{
	return still_owes(hif) ? hif->idle_ticks * HIF_IDLE_TICK_MS : 0;
}

/* An event is published behind all completions that are older: no answer overtakes one. */
static void flush_events(struct hif *hif)
{
	struct ring *ring = &hif->env.rings->ring[SKUA_RING_EVT];
	bool held = evt_room(hif) < ENG_EVT_ROOM_CMD;

	if (!hif->backlog_len || !hif->client->settle(hif->client_priv))
		return;
	while (hif->backlog_len && ring_room(ring)) {
		ring_put(ring, &hif->backlog[hif->backlog_first]);
		hif->backlog_first = (hif->backlog_first + 1) % HIF_EVT_BACKLOG;
		hif->backlog_len--;
	}
	ring_publish(ring);
	/* The firmware has left commands for want of room. */
	if (held && evt_room(hif) >= ENG_EVT_ROOM_CMD && hif->seen) {
		idle_start(hif);
		eng_irq(hif->env.bus, ENG_IRQ_CMD);
	}
}

bool hif_poll(struct hif *hif)
{
	uint32_t avail = ring_avail(cmd_ring(hif));
	bool news = avail && avail != hif->seen;

	hif->seen = avail;
	if (news) {
		idle_start(hif);
		eng_irq(hif->env.bus, ENG_IRQ_CMD);
	}
	flush_events(hif);
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

/* Copy the next command out of the ring, once, and fetch the frames before it. */
static bool cmd_take(struct hif *hif)
{
	uint32_t prod[SKUA_NUM_TX_RINGS];

	if (!hif->taken)
		ring_peek(cmd_ring(hif), 0, &hif->cmd);
	hif->taken = true;
	for (unsigned int i = 0; i < SKUA_NUM_TX_RINGS; i++)
		prod[i] = le32toh(hif->cmd.tx_prod[i]);
	return hif->client->tx_sync(hif->client_priv, prod);
}

static enum skua_status cmd_fetch(struct hif *hif)
{
	struct ring *ring = cmd_ring(hif);
	uint8_t *to = eng_sram(hif->env.bus, hif->cmd_addr,
			      sizeof(struct skua_cmd));

	if (!to)
		return SKUA_ST_INVALID;
	if (ring_avail(ring) == 0)
		return SKUA_ST_NO_ENTRY;
	if (!cmd_take(hif))
		return ENG_AGAIN;
	memcpy(to, &hif->cmd, sizeof(hif->cmd));
	eng_sram_written(hif->env.bus, hif->cmd_addr, sizeof(hif->cmd));
	if (le16toh(hif->cmd.flags) & SKUA_CMDF_SECRET) {
		keep_secret(hif, &hif->cmd);
		ring_wipe(ring, 0);
	}
	OPENSSL_cleanse(&hif->cmd, sizeof(hif->cmd));
	hif->taken = false;
	/* Closed before cons moves: otherwise the gate would look open in between. */
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

void hif_event(struct hif *hif, uint16_t id, const void *data, uint16_t len)
{
	struct skua_evt *evt;

	if (len > SKUA_EVT_INLINE)
		len = SKUA_EVT_INLINE;
	if (hif->backlog_len == HIF_EVT_BACKLOG) {
		hif->lost++;
		log_warn(hif->env.log,
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
	flush_events(hif);
}

static enum skua_status evt_post(struct hif *hif)
{
	const uint8_t *from = eng_sram(hif->env.bus, hif->evt_addr,
				      sizeof(struct skua_evt));
	struct skua_evt evt;

	if (!from)
		return SKUA_ST_INVALID;
	memcpy(&evt, from, sizeof(evt));
	if (le16toh(evt.len) > SKUA_EVT_INLINE)
		return SKUA_ST_INVALID;
	if (hif->fault && hif->fault->event(hif->fault_priv, &evt))
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

	hif->client->inband(hif->client_priv, &cpl);
}

/* DMA */

static enum skua_status dma_go(struct hif *hif, uint32_t how)
{
	uint64_t addr = (uint64_t)hif->dma_hi << 32 | hif->dma_lo;
	uint8_t *sram = eng_sram(hif->env.bus, hif->dma_sram, hif->dma_len);

	if (!sram || hif->dma_len > HIF_DMA_MAX || (how != 1 && how != 2))
		return SKUA_ST_INVALID;
	if (how == 2)
		return dma_write(hif->env.dma, addr, sram, hif->dma_len) ?
			SKUA_ST_OK : SKUA_ST_DMA;
	if (!dma_read(hif->env.dma, addr, sram, hif->dma_len))
		return SKUA_ST_DMA;
	eng_sram_written(hif->env.bus, hif->dma_sram, hif->dma_len);
	return SKUA_ST_OK;
}

/* Registers */

bool hif_cmd_due(struct hif *hif)
{
	return evt_room(hif) >= ENG_EVT_ROOM_CMD && ring_avail(cmd_ring(hif));
}

static uint32_t read_avail(void *owner)
{
	return ring_avail(cmd_ring(owner));
}

static uint32_t read_evt_room(void *owner)
{
	return evt_room(owner);
}

static void write_fetch(void *owner, uint32_t val)
{
	struct hif *hif = owner;

	(void)val;
	eng_charge(hif->env.bus, HIF_COST_FETCH);
	hif->status = cmd_fetch(hif);
}

static void write_retire(void *owner, uint32_t val)
{
	(void)val;
	cmd_retire(owner);
}

static void write_dma(void *owner, uint32_t val)
{
	struct hif *hif = owner;

	hif->status = dma_go(hif, val);
	eng_charge(hif->env.bus, hif->status == SKUA_ST_INVALID ? 0 :
		   HIF_COST_DMA(hif->dma_len));
}

static void write_evt(void *owner, uint32_t val)
{
	struct hif *hif = owner;

	(void)val;
	eng_charge(hif->env.bus, HIF_COST_EVENT);
	hif->status = evt_post(hif);
}

static void write_inband(void *owner, uint32_t val)
{
	struct hif *hif = owner;

	eng_charge(hif->env.bus, HIF_COST_EVENT);
	inband_post(hif, val);
}

#define REG(reg)	[ENG_REG_AT(ENG_HIF_STATUS, reg)]
#define RW(field)	ENG_REG_RW_VAR(struct hif, field)

static const struct eng_reg hif_regs[] = {
	REG(ENG_HIF_STATUS) = ENG_REG_RO_VAR(struct hif, status),
	REG(ENG_HIF_CMD_AVAIL) = ENG_REG_RO(read_avail),
	REG(ENG_HIF_CMD_ADDR) = RW(cmd_addr),
	REG(ENG_HIF_CMD_FETCH) = ENG_REG_WO(write_fetch),
	REG(ENG_HIF_CMD_RETIRE) = ENG_REG_WO(write_retire),
	REG(ENG_HIF_DMA_LO) = RW(dma_lo),
	REG(ENG_HIF_DMA_HI) = RW(dma_hi),
	REG(ENG_HIF_DMA_SRAM) = RW(dma_sram),
	REG(ENG_HIF_DMA_LEN) = RW(dma_len),
	REG(ENG_HIF_DMA_GO) = ENG_REG_WO(write_dma),
	REG(ENG_HIF_EVT_ADDR) = RW(evt_addr),
	REG(ENG_HIF_EVT_GO) = ENG_REG_WO(write_evt),
	REG(ENG_HIF_INB_0) = RW(inb[0]),
	REG(ENG_HIF_INB_1) = RW(inb[1]),
	REG(ENG_HIF_INB_GO) = ENG_REG_WO(write_inband),
	REG(ENG_HIF_EVT_ROOM) = ENG_REG_RO(read_evt_room),
};

static const struct eng_block hif_block = ENG_BLOCK(ENG_HIF_STATUS, hif_regs);

/* Life */

struct hif *hif_new(const struct cp_env *env)
{
	struct hif *hif = calloc(1, sizeof(*hif));

	if (!hif)
		return NULL;
	hif->backlog = calloc(HIF_EVT_BACKLOG, sizeof(*hif->backlog));
	if (!hif->backlog) {
		free(hif);
		return NULL;
	}
	hif->env = *env;
	loop_timer_init(&hif->idle, idle_tick);
	eng_add(env->bus, &hif_block, hif);
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

void hif_set_client(struct hif *hif, const struct hif_client_ops *ops,
		    void *priv)
{
	hif->client = ops;
	hif->client_priv = priv;
}

void hif_set_fault(struct hif *hif, const struct hif_fault_ops *ops, void *priv)
{
	hif->fault = ops;
	hif->fault_priv = priv;
}

void hif_reset(struct hif *hif)
{
	loop_timer_cancel(hif->env.loop, &hif->idle);
	OPENSSL_cleanse(&hif->status,
			sizeof(*hif) - offsetof(struct hif, status));
}
