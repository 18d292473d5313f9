// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control plane with the real firmware: boot, refusals, commands, crashes,
 * watchdog, reset. The host is this program; MAC engines are fakes,
 * and no front end stands between the host and the PCI function.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_mac.h"
#include "base/util.h"
#include "nic_priv.h"
#include "pcie/bus.h"

#define MEM_BASE	0x20000000ULL
#define MEM_SIZE	(8u << 20)
#define CTX_OFF		0x0
#define IDX_OFF		0x1000
#define RING_OFF	0x10000
#define RING_STEP	0x10000
#define FW_OFF		0x200000
#define DUMP_OFF	0x400000
#define EXT_OFF		0x600000
#define ENTRIES		64u
#define NONCE		0x5eed1234u

static uint8_t *fw_image;
static uint32_t fw_len;

struct host {
	struct loop_test_clock clock;
	struct loop *loop;
	struct nic *nic;
	struct bus_dev *bd;
	uint8_t *mem;
	struct skua_boot_ctx *ctx;
	uint32_t cmd_prod;
	uint32_t evt_cons;
};

static const uint16_t entry_size[SKUA_NUM_RINGS] = {
	256, 256, 64, 64, 64, 64, 64, 16, 64,
};

static uint32_t reg_read(struct host *h, uint32_t off)
{
	return (uint32_t)h->bd->ops->bar_read(h->bd, 0, off, 4);
}

static void reg_write(struct host *h, uint32_t off, uint32_t val)
{
	h->bd->ops->bar_write(h->bd, 0, off, 4, val);
}

static struct skua_ring_idx *ring_idx(struct host *h, unsigned int id)
{
	return (void *)(h->mem + IDX_OFF + id * 128);
}

static void *ring_entry(struct host *h, unsigned int id, uint32_t index)
{
	return h->mem + RING_OFF + id * RING_STEP +
	       (index % ENTRIES) * entry_size[id];
}

/* Write a boot context that is right in all parts; a test then spoils a part. */
static void prepare(struct host *h)
{
	struct skua_boot_ctx *ctx = h->ctx;
	unsigned int i;

	memset(h->mem, 0, FW_OFF);
	ctx->magic = SKUA_BOOT_MAGIC;
	ctx->size = sizeof(*ctx);
	ctx->abi_major = SKUA_ABI_MAJOR;
	ctx->nonce = NONCE;
	ctx->features = ~0ull;
	ctx->fw_len = fw_len;
	ctx->fw_nsegs = 1;
	ctx->fw_seg[0].addr = MEM_BASE + FW_OFF;
	ctx->fw_seg[0].len = fw_len;
	ctx->dump_addr = MEM_BASE + DUMP_OFF;
	ctx->dump_len = sizeof(struct skua_crash_hdr) + ENG_SRAM_SIZE;
	for (i = 0; i <= SKUA_RING_CPL0; i++) {
		ctx->ring[i].addr = MEM_BASE + RING_OFF + i * RING_STEP;
		ctx->ring[i].idx_addr = MEM_BASE + IDX_OFF + i * 128;
		ctx->ring[i].entries = ENTRIES;
		ctx->ring[i].entry_size = entry_size[i];
	}
	memcpy(h->mem + FW_OFF, fw_image, fw_len);
	h->cmd_prod = 0;
	h->evt_cons = 0;
}

/*
 * Simulated time passes in steps small enough for every timer. The loop gets a
 * bounded number of turns in each step: firmware in an endless loop never stops.
 */
static void run_us(struct host *h, uint64_t us)
{
	uint64_t end = h->clock.time + us * LOOP_NS_PER_US;
	int turns;

	for (;;) {
		for (turns = 0; turns < 8 && loop_step(h->loop, false); turns++)
			;
		if (h->clock.time >= end)
			break;
		h->clock.time += 100 * LOOP_NS_PER_US;
	}
}

static void boot_now(struct host *h)
{
	reg_write(h, SKUA_REG_NONCE, NONCE);
	reg_write(h, SKUA_REG_BOOT_ADDR_LO, (uint32_t)(MEM_BASE + CTX_OFF));
	reg_write(h, SKUA_REG_BOOT_ADDR_HI, 0);
	reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_BOOT);
}

static void boot(struct host *h)
{
	reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_RESET);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_RESET_DONE);
	boot_now(h);
	run_us(h, 20000);
}

static const struct skua_evt *next_event(struct host *h)
{
	struct skua_ring_idx *idx = ring_idx(h, SKUA_RING_EVT);
	const struct skua_evt *evt;

	if (idx->prod == h->evt_cons)
		return NULL;
	evt = ring_entry(h, SKUA_RING_EVT, h->evt_cons++);
	idx->cons = h->evt_cons;
	return evt;
}

static const struct skua_evt *find_event(struct host *h, uint16_t id)
{
	const struct skua_evt *evt;

	while ((evt = next_event(h)))
		if (evt->id == id)
			return evt;
	return NULL;
}

static void boot_ok(struct host *h)
{
	prepare(h);
	boot(h);
	assert_int_equal(reg_read(h, SKUA_REG_BOOT_ERR), SKUA_BOOT_OK);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_ALIVE);
}

static void send_cmd(struct host *h, uint16_t op, const void *data,
		     uint16_t len, uint16_t flags)
{
	struct skua_cmd *cmd = ring_entry(h, SKUA_RING_CMD, h->cmd_prod);

	memset(cmd, 0, sizeof(*cmd));
	cmd->op = op;
	cmd->len = len;
	cmd->flags = flags;
	cmd->seq = (uint16_t)h->cmd_prod;
	cmd->tx_prod[2] = h->cmd_prod + 7;
	memcpy(cmd->data, data, len);
	ring_idx(h, SKUA_RING_CMD)->prod = ++h->cmd_prod;
	reg_write(h, SKUA_REG_DOORBELL(SKUA_RING_CMD), 1);
}

/* Status in the next CMD_DONE, which must be the answer to the last command */
static int command(struct host *h, uint16_t op, const void *data, uint16_t len)
{
	const struct skua_evt_cmd_done *done;
	const struct skua_evt *evt;

	send_cmd(h, op, data, len, 0);
	run_us(h, 2000);
	evt = find_event(h, SKUA_EVT_CMD_DONE);
	assert_non_null(evt);
	done = (const void *)evt->data;
	assert_int_equal(done->op, op);
	assert_int_equal(done->seq, (uint16_t)(h->cmd_prod - 1));
	return done->status;
}

/*
 * A command before which there are many frames comes to the firmware when all are
 * fetched, as it was when it was looked at first.
 */
static void test_command_waits_for_frames(void **state)
{
	struct host *h = *state;
	struct fake_mac *mac;
	struct skua_cmd *cmd;
	uint32_t data = 0x1234;

	boot_ok(h);
	mac = fake_mac(h->nic->mac);
	mac->busy = 1000000;
	send_cmd(h, SKUA_CMD_NOP, &data, 0, 0);
	run_us(h, 2000);
	assert_true(mac->syncs > 2);
	assert_int_equal(ring_idx(h, SKUA_RING_CMD)->cons, 0);
	assert_null(find_event(h, SKUA_EVT_CMD_DONE));
	cmd = ring_entry(h, SKUA_RING_CMD, 0);
	cmd->op = SKUA_CMD_CRASH;
	cmd->tx_prod[2] = 99;
	run_us(h, 2000);
	assert_int_equal(mac->sync_prod[2], 7);
	mac->busy = 0;
	run_us(h, 2000);
	assert_int_equal(ring_idx(h, SKUA_RING_CMD)->cons, 1);
	assert_non_null(find_event(h, SKUA_EVT_CMD_DONE));
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_ALIVE);
}

/*
 * A driver that boots without end has to wait from the seventeenth boot on, but is
 * never refused; and of several boots and dumps that are asked for at once, only the
 * last boot is carried out.
 */
static void test_boot_often(void **state)
{
	struct host *h = *state;
	struct cp_stats s;
	uint64_t start;

	prepare(h);
	for (int i = 0; i < 16; i++) {
		reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_RESET);
		boot_now(h);
		loop_step(h->loop, false);
	}
	cp_get_stats(h->nic->cp, &s);
	assert_int_equal(s.boots, 16);
	assert_int_equal(s.boots_delayed, 0);
	for (int i = 0; i < 64; i++)
		reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_RESET | SKUA_CTRL_BOOT |
			  SKUA_CTRL_DUMP);
	run_us(h, 1000);
	cp_get_stats(h->nic->cp, &s);
	assert_int_equal(s.boots, 16);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_FATAL);
	assert_int_equal(reg_read(h, SKUA_REG_FATAL), SKUA_FATAL_HOST);

	reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_RESET);
	start = h->clock.time;
	boot_now(h);
	while (reg_read(h, SKUA_REG_STATUS) == SKUA_STATUS_BOOTING)
		run_us(h, 1000);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_ALIVE);
	assert_in_range(h->clock.time - start, 40 * LOOP_NS_PER_MS,
			60 * LOOP_NS_PER_MS);
	cp_get_stats(h->nic->cp, &s);
	assert_int_equal(s.boots, 17);
}

/* A NIC that dies before its firmware runs leaves nothing to its next life. */
static void test_dump_during_boot(void **state)
{
	struct host *h = *state;

	prepare(h);
	boot_now(h);
	reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_DUMP);
	run_us(h, 2000);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_FATAL);
	boot_ok(h);
	assert_null(find_event(h, SKUA_EVT_FATAL));
}

static int setup(void **state)
{
	const struct nic_config cfg = {
		.name = "dut", .mac_ops = &fake_mac_ops,
		.eng = {
			.mac = { 2, 1, 2, 3, 4, 5 }, .bands = 3, .chains = 2,
			.max_bw = SKUA_BW_80, .max_stas = 8, .max_keys = 16,
			.max_txq = 64, .features = SKUA_FEAT_HT |
				SKUA_FEAT_HW_SCAN | SKUA_FEAT_ROC,
		},
	};
	struct host *h = calloc(1, sizeof(*h));
	int fd = memfd_create("guest", MFD_CLOEXEC);

	log_set_level(LOG_LEVEL_ERR);
	assert_int_equal(ftruncate(fd, MEM_SIZE), 0);
	h->mem = mmap(NULL, MEM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(h->mem, MAP_FAILED);
	h->ctx = (void *)(h->mem + CTX_OFF);
	loop_test_clock_init(&h->clock, LOOP_NS_PER_S);
	h->loop = loop_new(&h->clock.clock);
	h->nic = nic_new(h->loop, NULL, &cfg);
	assert_non_null(h->nic);
	h->bd = pci_bus(h->nic->pci);
	assert_int_equal(dma_map(h->nic->dma, MEM_BASE, MEM_SIZE, fd, 0, true), 0);
	close(fd);
	/* Memory space and bus mastering on */
	h->bd->ops->cfg_write(h->bd, 4, 2, 6);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	struct host *h = *state;

	nic_free(h->nic);
	loop_free(h->loop);
	munmap(h->mem, MEM_SIZE);
	free(h);
	return 0;
}

static const void *find_tlv(const struct skua_evt *evt, uint16_t type,
			    uint16_t *len)
{
	uint32_t off = 0;

	while (off + sizeof(struct skua_tlv) <= evt->len) {
		const struct skua_tlv *tlv = (const void *)(evt->data + off);

		if (tlv->type == type) {
			*len = tlv->len;
			return tlv + 1;
		}
		off += sizeof(*tlv) + (tlv->len + 3u) / 4 * 4;
	}
	return NULL;
}

static void test_alive(void **state)
{
	const struct skua_limits *lim;
	const struct skua_evt *evt;
	struct host *h = *state;
	uint64_t features;
	uint16_t len;

	boot_ok(h);
	assert_int_equal(fake_mac(h->nic->mac)->starts, 1);
	evt = find_event(h, SKUA_EVT_ALIVE);
	assert_non_null(evt);
	assert_int_equal(*(const uint32_t *)find_tlv(evt, SKUA_TLV_NONCE, &len),
			 NONCE);
	assert_memory_equal(find_tlv(evt, SKUA_TLV_MAC, &len),
			    h->nic->cfg.eng.mac, 6);
	memcpy(&features, find_tlv(evt, SKUA_TLV_FEATURES, &len), 8);
	assert_true(features == h->nic->cfg.eng.features);
	assert_true(h->nic->bus.features == features);
	lim = find_tlv(evt, SKUA_TLV_LIMITS, &len);
	assert_int_equal(len, sizeof(*lim));
	assert_int_equal(lim->stas, 8);
	assert_int_equal(lim->keys, 16);
}

static void test_features_are_negotiated(void **state)
{
	const struct skua_evt *evt;
	struct host *h = *state;
	uint64_t features;
	uint16_t len;

	prepare(h);
	h->ctx->features = SKUA_FEAT_HW_SCAN | SKUA_FEAT_EHT;
	boot(h);
	evt = find_event(h, SKUA_EVT_ALIVE);
	assert_non_null(evt);
	memcpy(&features, find_tlv(evt, SKUA_TLV_FEATURES, &len), 8);
	assert_true(features == SKUA_FEAT_HW_SCAN);
	assert_true(h->nic->bus.features == SKUA_FEAT_HW_SCAN);
}

/* Each function spoils one part; the table names the refusal that must follow. */
static void spoil_magic(struct host *h) { h->ctx->magic ^= 1; }
static void spoil_size(struct host *h) { h->ctx->size--; }
static void spoil_nonce(struct host *h) { h->ctx->nonce ^= 1; }
static void spoil_abi(struct host *h) { h->ctx->abi_major++; }
static void spoil_ring_addr(struct host *h) { h->ctx->ring[3].addr += 8; }
static void spoil_ring_far(struct host *h) { h->ctx->ring[3].addr = 1ull << 40; }
static void spoil_ring_idx(struct host *h) { h->ctx->ring[3].idx_addr = ~63ull; }
static void spoil_ring_pow2(struct host *h) { h->ctx->ring[4].entries = 63; }
static void spoil_ring_huge(struct host *h) { h->ctx->ring[4].entries = 1u << 31; }
static void spoil_ring_size(struct host *h) { h->ctx->ring[8].entry_size = 32; }
static void spoil_ring_vector(struct host *h) { h->ctx->ring[8].vector = 4; }
static void spoil_ring_none(struct host *h) { h->ctx->ring[0].entries = 0; }
static void spoil_ring_extra(struct host *h)
{
	h->ctx->ring[15] = h->ctx->ring[8];
}
static void spoil_fw_magic(struct host *h) { h->mem[FW_OFF] ^= 1; }
static void spoil_fw_abi(struct host *h) { h->mem[FW_OFF + 8] ^= 1; }
static void spoil_fw_body(struct host *h) { h->mem[FW_OFF + 500] ^= 1; }
static void spoil_fw_hash(struct host *h) { h->mem[FW_OFF + 0x40] ^= 1; }
static void spoil_fw_short(struct host *h)
{
	h->ctx->fw_len -= 16;
	h->ctx->fw_seg[0].len -= 16;
}
static void spoil_fw_tiny(struct host *h)
{
	h->ctx->fw_len = 100;
	h->ctx->fw_seg[0].len = 100;
}
static void spoil_fw_zero(struct host *h) { h->ctx->fw_len = 0; }
static void spoil_fw_long(struct host *h) { h->ctx->fw_len = ~0u; }
static void spoil_fw_lacks(struct host *h) { h->ctx->fw_seg[0].len--; }
static void spoil_fw_segs(struct host *h) { h->ctx->fw_nsegs = 17; }
static void spoil_fw_dma(struct host *h) { h->ctx->fw_seg[0].addr = ~0ull - 8; }
static void spoil_fw_load(struct host *h)
{
	((struct skua_fw_hdr *)(h->mem + FW_OFF))->load_addr = 0x1000;
}
static void spoil_fw_mem(struct host *h)
{
	((struct skua_fw_hdr *)(h->mem + FW_OFF))->mem_len = ~0u;
}
static void spoil_fw_entry(struct host *h)
{
	((struct skua_fw_hdr *)(h->mem + FW_OFF))->entry = 0x40000000;
}

static const struct refusal {
	const char *name;
	void (*spoil)(struct host *h);
	enum skua_boot_err err;
} refusals[] = {
	{ "magic", spoil_magic, SKUA_BOOT_ERR_CTX_MAGIC },
	{ "size", spoil_size, SKUA_BOOT_ERR_CTX_MAGIC },
	{ "nonce", spoil_nonce, SKUA_BOOT_ERR_NONCE },
	{ "abi", spoil_abi, SKUA_BOOT_ERR_ABI },
	{ "ring unaligned", spoil_ring_addr, SKUA_BOOT_ERR_RING },
	{ "ring outside memory", spoil_ring_far, SKUA_BOOT_ERR_RING },
	{ "ring index outside memory", spoil_ring_idx, SKUA_BOOT_ERR_RING },
	{ "ring no power of two", spoil_ring_pow2, SKUA_BOOT_ERR_RING },
	{ "ring huge", spoil_ring_huge, SKUA_BOOT_ERR_RING },
	{ "ring entry size", spoil_ring_size, SKUA_BOOT_ERR_RING },
	{ "ring vector", spoil_ring_vector, SKUA_BOOT_ERR_RING },
	{ "ring missing", spoil_ring_none, SKUA_BOOT_ERR_RING },
	{ "ring that does not exist", spoil_ring_extra, SKUA_BOOT_ERR_RING },
	{ "image magic", spoil_fw_magic, SKUA_BOOT_ERR_IMG_MAGIC },
	{ "image abi", spoil_fw_abi, SKUA_BOOT_ERR_IMG_ABI },
	{ "image body", spoil_fw_body, SKUA_BOOT_ERR_IMG_HASH },
	{ "image hash", spoil_fw_hash, SKUA_BOOT_ERR_IMG_HASH },
	{ "image truncated", spoil_fw_short, SKUA_BOOT_ERR_IMG_LEN },
	{ "image without header", spoil_fw_tiny, SKUA_BOOT_ERR_IMG_LEN },
	{ "image empty", spoil_fw_zero, SKUA_BOOT_ERR_IMG_LEN },
	{ "image huge", spoil_fw_long, SKUA_BOOT_ERR_IMG_LEN },
	{ "image pieces lack a byte", spoil_fw_lacks, SKUA_BOOT_ERR_IMG_LEN },
	{ "image in too many pieces", spoil_fw_segs, SKUA_BOOT_ERR_IMG_LEN },
	{ "image outside memory", spoil_fw_dma, SKUA_BOOT_ERR_DMA },
	{ "image load address", spoil_fw_load, SKUA_BOOT_ERR_IMG_LEN },
	{ "image memory", spoil_fw_mem, SKUA_BOOT_ERR_IMG_LEN },
	{ "image entry", spoil_fw_entry, SKUA_BOOT_ERR_IMG_LEN },
};

static void test_refusals(void **state)
{
	struct host *h = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		prepare(h);
		refusals[i].spoil(h);
		boot(h);
		/* So many boots in a row are too many for the budget of boots */
		run_us(h, 50000);
		if (reg_read(h, SKUA_REG_BOOT_ERR) != refusals[i].err)
			fail_msg("%s: boot error is %u, not %u",
				 refusals[i].name,
				 reg_read(h, SKUA_REG_BOOT_ERR),
				 refusals[i].err);
		assert_int_equal(reg_read(h, SKUA_REG_STATUS),
				 SKUA_STATUS_BOOT_FAILED);
	}
	/* The failure leaves no state behind. */
	boot_ok(h);
}

static void test_boot_needs_reset(void **state)
{
	struct host *h = *state;

	boot_ok(h);
	reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_BOOT);
	run_us(h, 5000);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_ALIVE);
	assert_int_equal(fake_mac(h->nic->mac)->starts, 1);
}

static void test_nop_echoes(void **state)
{
	const struct skua_evt *evt;
	struct host *h = *state;

	boot_ok(h);
	send_cmd(h, SKUA_CMD_NOP, "hello", 5, 0);
	run_us(h, 2000);
	evt = find_event(h, SKUA_EVT_CMD_DONE);
	assert_non_null(evt);
	assert_int_equal(evt->len, sizeof(struct skua_evt_cmd_done) + 5);
	assert_memory_equal(evt->data + sizeof(struct skua_evt_cmd_done),
			    "hello", 5);
}

/* D2: frames before a command are fetched before it takes effect. */
static void test_commands_carry_order(void **state)
{
	struct host *h = *state;

	boot_ok(h);
	assert_int_equal(command(h, SKUA_CMD_NOP, "", 0), SKUA_ST_OK);
	assert_int_equal(fake_mac(h->nic->mac)->syncs, 1);
	assert_int_equal(fake_mac(h->nic->mac)->sync_prod[2], 7);
	assert_true(hif_tx_gate(h->nic->hif));
	/* A command that is published, and not fetched yet, shuts the gate. */
	send_cmd(h, SKUA_CMD_NOP, "", 0, 0);
	assert_false(hif_tx_gate(h->nic->hif));
	run_us(h, 2000);
	assert_true(hif_tx_gate(h->nic->hif));
}

/* D3: an answer waits behind completions that are older, even if those wait for room. */
static void test_answers_do_not_overtake(void **state)
{
	struct host *h = *state;
	struct fake_mac *mac;
	int before;

	boot_ok(h);
	mac = fake_mac(h->nic->mac);
	assert_non_null(find_event(h, SKUA_EVT_ALIVE));
	mac->unsettled = true;
	before = mac->settles;
	send_cmd(h, SKUA_CMD_NOP, "", 0, 0);
	run_us(h, 2000);
	assert_true(mac->settles > before);
	assert_null(find_event(h, SKUA_EVT_CMD_DONE));
	mac->unsettled = false;
	run_us(h, 2000);
	assert_non_null(find_event(h, SKUA_EVT_CMD_DONE));
}

static void test_many_commands(void **state)
{
	struct host *h = *state;
	unsigned int i;

	boot_ok(h);
	assert_non_null(find_event(h, SKUA_EVT_ALIVE));
	for (i = 0; i < 3 * ENTRIES; i++)
		assert_int_equal(command(h, SKUA_CMD_NOP, &i, 4), SKUA_ST_OK);
}

static void test_wrong_sizes(void **state)
{
	static const uint8_t junk[SKUA_CMD_INLINE] = { 0xff, 0xff, 0xff };
	struct host *h = *state;
	unsigned int op, len;

	boot_ok(h);
	for (op = 1; op < 0x100; op++) {
		for (len = 0; len <= SKUA_CMD_INLINE; len += 3) {
			if (op == SKUA_CMD_CRASH && len == 4)
				continue;
			command(h, (uint16_t)op, junk, (uint16_t)len);
			assert_int_equal(reg_read(h, SKUA_REG_STATUS),
					 SKUA_STATUS_ALIVE);
		}
	}
	assert_int_equal(command(h, 0x99, junk, 4), SKUA_ST_UNSUPPORTED);
	assert_int_equal(command(h, SKUA_CMD_VIF_ADD, junk, 3),
			 SKUA_ST_INVALID);
}

static bool has(const uint8_t *mem, size_t len, const char *what)
{
	return memmem(mem, len, what, strlen(what));
}

/* K7: a key does not stay in ring or firmware memory, nor in a crash record. */
static void test_secrets_are_wiped(void **state)
{
	static const char secret[] = "sixteen byte key";
	struct skua_cmd_key key = {
		.slot = 3, .gen = 1, .sta = SKUA_STA_NONE, .key_len = 16,
		.cipher = 0x000fac04,
	};
	struct host *h = *state;

	boot_ok(h);
	memcpy(key.key, secret, 16);
	send_cmd(h, SKUA_CMD_KEY_SET, &key, sizeof(key), SKUA_CMDF_SECRET);
	assert_true(has(h->mem, FW_OFF, secret));
	run_us(h, 2000);
	assert_non_null(find_event(h, SKUA_EVT_CMD_DONE));
	assert_false(has(h->mem, MEM_SIZE, secret));
	assert_false(has(eng_sram(&h->nic->bus, ENG_SRAM_BASE, ENG_SRAM_SIZE),
			 ENG_SRAM_SIZE, secret));
}

static void crash(struct host *h, uint32_t how, enum skua_fatal cause)
{
	const struct skua_crash_hdr *hdr = (void *)(h->mem + DUMP_OFF);
	const struct skua_evt_fatal *fatal;
	const struct skua_evt *evt;

	boot_ok(h);
	memset(h->mem + DUMP_OFF, 0, sizeof(*hdr));
	send_cmd(h, SKUA_CMD_CRASH, &how, 4, 0);
	run_us(h, 250000);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_FATAL);
	assert_int_equal(reg_read(h, SKUA_REG_FATAL), cause);
	evt = find_event(h, SKUA_EVT_FATAL);
	assert_non_null(evt);
	fatal = (const void *)evt->data;
	assert_int_equal(fatal->cause, cause);
	assert_int_equal(fatal->pc, hdr->pc);
	assert_int_equal(hdr->magic, SKUA_CRASH_MAGIC);
	assert_int_equal(hdr->cause, cause);
	assert_int_equal(hdr->sram_len, ENG_SRAM_SIZE);
	assert_memory_equal(hdr->build_id,
			    ((struct skua_fw_hdr *)(h->mem + FW_OFF))->build_id,
			    16);
	assert_in_range(hdr->pc, ENG_SRAM_BASE, ENG_SRAM_BASE + ENG_SRAM_SIZE);
}

/* D4 */
static void test_crash_assert(void **state)
{
	const struct skua_crash_hdr *hdr;
	struct host *h = *state;

	crash(h, SKUA_CRASH_ASSERT, SKUA_FATAL_ASSERT);
	hdr = (void *)(h->mem + DUMP_OFF);
	assert_int_not_equal(hdr->line, 0);
	assert_non_null(strstr(hdr->file, ".c"));
	/* A reset brings the NIC back. */
	boot_ok(h);
	assert_int_equal(fake_mac(h->nic->mac)->stops, 1);
}

static void test_crash_trap(void **state)
{
	struct host *h = *state;

	crash(h, SKUA_CRASH_TRAP, SKUA_FATAL_TRAP);
}

/* D4: an endless loop is noticed within 200 ms */
static void test_crash_loop(void **state)
{
	struct host *h = *state;

	crash(h, SKUA_CRASH_LOOP, SKUA_FATAL_WATCHDOG);
}

/* Silent firmware differs from a NIC that the machine has kept waiting. */
static void test_crash_silent(void **state)
{
	const uint32_t how = SKUA_CRASH_SILENT;
	struct host *h = *state;
	uint32_t idle;

	boot_ok(h);
	assert_int_equal(command(h, SKUA_CMD_NOP, "", 0), SKUA_ST_OK);
	/* Both are late, but the firmware has its turn before time is counted. */
	h->clock.time += 500 * LOOP_NS_PER_MS;
	assert_int_equal(command(h, SKUA_CMD_NOP, "", 0), SKUA_ST_OK);
	assert_int_equal(reg_read(h, SKUA_REG_FW_IDLE), 0);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_ALIVE);

	send_cmd(h, SKUA_CMD_CRASH, &how, 4, 0);
	run_us(h, 1000);
	assert_int_equal(reg_read(h, SKUA_REG_FW_IDLE), 0);
	send_cmd(h, SKUA_CMD_NOP, "", 0, 0);
	run_us(h, 50000);
	idle = reg_read(h, SKUA_REG_FW_IDLE);
	assert_in_range(idle, 40, 50);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_ALIVE);
	h->clock.time += 500 * LOOP_NS_PER_MS;
	run_us(h, 100);
	assert_int_equal(reg_read(h, SKUA_REG_FW_IDLE), idle + 2);
	/* The time of the next start begins at zero. */
	boot_ok(h);
	assert_int_equal(reg_read(h, SKUA_REG_FW_IDLE), 0);
}

/* The same holds for firmware that never says ALIVE. */
static void test_boot_silent(void **state)
{
	struct host *h = *state;

	h->nic->fault.boot_silent = 1;
	prepare(h);
	boot(h);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_BOOTING);
	assert_in_range(reg_read(h, SKUA_REG_FW_IDLE), 10, 20);
	h->clock.time += 500 * LOOP_NS_PER_MS;
	run_us(h, 100);
	assert_in_range(reg_read(h, SKUA_REG_FW_IDLE), 12, 22);
	h->nic->fault.boot_silent = 0;
	boot_ok(h);
	assert_int_equal(reg_read(h, SKUA_REG_FW_IDLE), 0);
}

static void test_broken_ring(void **state)
{
	struct host *h = *state;

	boot_ok(h);
	ring_idx(h, SKUA_RING_CMD)->prod = ENTRIES + 1;
	reg_write(h, SKUA_REG_DOORBELL(SKUA_RING_CMD), 1);
	run_us(h, 1000);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_FATAL);
	assert_int_equal(reg_read(h, SKUA_REG_FATAL), SKUA_FATAL_RING);
}

/* X7: no guest memory is touched after RESET_DONE. */
static void test_reset_lets_go(void **state)
{
	struct host *h = *state;
	uint8_t *copy = malloc(MEM_SIZE);

	boot_ok(h);
	assert_int_equal(command(h, SKUA_CMD_NOP, "", 0), SKUA_ST_OK);
	reg_write(h, SKUA_REG_CTRL, SKUA_CTRL_RESET);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_RESET_DONE);
	assert_true(dma_idle(h->nic->dma));
	memcpy(copy, h->mem, MEM_SIZE);
	ring_idx(h, SKUA_RING_CMD)->prod += 1;
	((struct skua_ring_idx *)(copy + IDX_OFF))->prod += 1;
	reg_write(h, SKUA_REG_DOORBELL(SKUA_RING_CMD), 1);
	run_us(h, 300000);
	assert_memory_equal(copy, h->mem, MEM_SIZE);
	free(copy);
	assert_int_equal(dma_unmap(h->nic->dma, MEM_BASE, MEM_SIZE), 0);
	assert_true(dma_idle(h->nic->dma));
}

static void test_bus_master_off(void **state)
{
	struct host *h = *state;

	boot_ok(h);
	h->bd->ops->cfg_write(h->bd, 4, 2, 2);
	assert_int_equal(reg_read(h, SKUA_REG_STATUS), SKUA_STATUS_RESET_DONE);
	h->bd->ops->cfg_write(h->bd, 4, 2, 6);
	boot_ok(h);
}

static void test_idle_firmware_lives(void **state)
{
	struct host *h = *state;

	boot_ok(h);
	run_us(h, 2000000);
	assert_int_equal(command(h, SKUA_CMD_NOP, "", 0), SKUA_ST_OK);
}

static void load_firmware(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f) {
		fprintf(stderr, "%s: build the firmware first\n", path);
		exit(1);
	}
	fw_image = malloc(SKUA_FW_MAX_LEN);
	fw_len = (uint32_t)fread(fw_image, 1, SKUA_FW_MAX_LEN, f);
	fclose(f);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_alive), T(test_features_are_negotiated),
		T(test_refusals),
		T(test_boot_often), T(test_dump_during_boot), T(test_command_waits_for_frames), T(test_boot_needs_reset), T(test_nop_echoes),
		T(test_commands_carry_order),
		T(test_answers_do_not_overtake), T(test_many_commands),
		T(test_wrong_sizes), T(test_secrets_are_wiped),
		T(test_crash_assert), T(test_crash_trap), T(test_crash_loop),
		T(test_crash_silent), T(test_boot_silent),
		T(test_broken_ring), T(test_reset_lets_go),
		T(test_bus_master_off), T(test_idle_firmware_lives),
	};
	int ret;

	load_firmware(argc > 1 ? argv[1] : "skua.fw");
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	free(fw_image);
	return ret;
}
