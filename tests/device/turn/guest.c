// SPDX-License-Identifier: GPL-2.0-only
/* A guest for attacks: see guest.h */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "dot11/dot11.h"
#include "guest.h"

#define CTX_OFF		0x0u
#define IDX_OFF		0x1000u
#define CMD_OFF		0x10000u
#define EVT_OFF		0x20000u
#define FW_OFF		0x80000u
#define DUMP_OFF	0x100000u
#define RXBUF_OFF	0x400000u
#define CPL_OFF		0x800000u
#define TX_OFF		0x1000000u
#define TX_STEP		0x400000u
#define FW_LEN		0x40000u	/* of the body: two thirds of a millisecond of SHA-256 */
#define PCI_COMMAND	4
#define PCI_MEM_MASTER	6

static const uint16_t entry_size[SKUA_NUM_RINGS] = {
	256, 256, 64, 64, 64, 64, 64, 16, 64,
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

struct guest *guest_new(struct loop *loop, struct air *air, const char *name)
{
	struct nic_config cfg = {
		.eng = {
			.mac = { 2, 1, 2, 3, 4, (uint8_t)name[3] }, .bands = 7,
			.chains = 2, .max_bw = SKUA_BW_160, .max_stas = 1024,
			.max_keys = 4096, .max_txq = 4096, .features = ~0ull,
		},
	};
	struct guest *g = calloc(1, sizeof(*g));

	must(g, "calloc");
	snprintf(cfg.name, sizeof(cfg.name), "%s", name);
	g->loop = loop;
	g->nic = nic_new(loop, air, &cfg);
	must(g->nic, "nic_new");
	g->bd = pci_bus(g->nic->pci);
	g->fd = memfd_create("guest", MFD_CLOEXEC);
	must(g->fd >= 0 && !ftruncate(g->fd, G_MEM), "memfd");
	g->mem = mmap(NULL, G_MEM, PROT_READ | PROT_WRITE, MAP_SHARED, g->fd, 0);
	must(g->mem != MAP_FAILED, "mmap");
	must(!dma_map(g->nic->dma, G_BASE, G_MEM, g->fd, 0, true), "dma_map");
	g->bd->ops->cfg_write(g->bd, PCI_COMMAND, 2, PCI_MEM_MASTER);
	return g;
}

void guest_free(struct guest *g)
{
	nic_free(g->nic);
	munmap(g->mem, G_MEM);
	close(g->fd);
	free(g);
}

void guest_reg(struct guest *g, uint32_t off, uint32_t val)
{
	g->bd->ops->bar_write(g->bd, 0, off, 4, val);
}

/* Firmware; t0 has the address of the registers */

void code_word(struct guest *g, uint32_t word)
{
	must(g->words < 4096, "room for code");
	g->word[g->words++] = word;
}

void code_begin(struct guest *g)
{
	g->words = 0;
	code_word(g, ENG_REG_BASE | 5 << 7 | 0x37);	/* lui t0 */
	code_write(g, ENG_SYS_ALIVE, 1);
}

void code_write(struct guest *g, uint32_t reg, uint32_t val)
{
	code_word(g, ((val + 0x800) & 0xfffff000) | 6 << 7 | 0x37);
	code_word(g, (val & 0xfff) << 20 | 6 << 15 | 6 << 7 | 0x13);
	code_word(g, (reg >> 5) << 25 | 6 << 20 | 5 << 15 | 2 << 12 |
		  (reg & 31) << 7 | 0x23);		/* sw t1, reg(t0) */
}

void code_read(struct guest *g, uint32_t reg)
{
	code_word(g, reg << 20 | 5 << 15 | 2 << 12 | 7 << 7 | 0x03);
}

unsigned int code_mark(const struct guest *g)
{
	return g->words;
}

void code_loop(struct guest *g, unsigned int mark)
{
	uint32_t off = (mark - g->words) * 4;

	code_word(g, (off >> 20 & 1) << 31 | (off >> 1 & 0x3ff) << 21 |
		  (off >> 11 & 1) << 20 | (off >> 12 & 0xff) << 12 | 0x6f);
}

static void put_image(struct guest *g)
{
	struct skua_fw_hdr hdr = {
		.magic = htole32(SKUA_FW_MAGIC), .hdr_len = htole32(sizeof(hdr)),
		.abi_major = htole16(SKUA_ABI_MAJOR),
		.body_len = htole32(FW_LEN), .load_addr = htole32(ENG_SRAM_BASE),
		.entry = htole32(ENG_SRAM_BASE), .mem_len = htole32(ENG_SRAM_SIZE),
		.version = "attack",
	};
	uint8_t *body = g->mem + FW_OFF + sizeof(hdr);

	memset(body, 0, FW_LEN);
	memcpy(body, g->word, g->words * 4);
	must(EVP_Digest(body, FW_LEN, hdr.sha256, NULL, EVP_sha256(), NULL), "hash");
	memcpy(g->mem + FW_OFF, &hdr, sizeof(hdr));
}

static uint32_t ring_off(unsigned int ring)
{
	switch (ring) {
	case SKUA_RING_CMD:
		return CMD_OFF;
	case SKUA_RING_EVT:
		return EVT_OFF;
	case SKUA_RING_RXBUF:
		return RXBUF_OFF;
	case SKUA_RING_CPL0:
		return CPL_OFF;
	default:
		return TX_OFF + (ring - SKUA_RING_TX_VO) * TX_STEP;
	}
}

static uint32_t ring_entries(unsigned int ring)
{
	return ring == SKUA_RING_CMD || ring == SKUA_RING_EVT ?
		G_CTRL_ENTRIES : G_ENTRIES;
}

static void put_ctx(struct guest *g)
{
	struct skua_boot_ctx *ctx = (void *)(g->mem + CTX_OFF);

	memset(ctx, 0, sizeof(*ctx));
	ctx->magic = htole32(SKUA_BOOT_MAGIC);
	ctx->size = htole32(sizeof(*ctx));
	ctx->abi_major = htole16(SKUA_ABI_MAJOR);
	ctx->features = ~0ull;
	ctx->dump_addr = htole64(G_BASE + DUMP_OFF);
	ctx->dump_len = htole32(sizeof(struct skua_crash_hdr) + ENG_SRAM_SIZE);
	ctx->fw_len = htole32(sizeof(struct skua_fw_hdr) + FW_LEN);
	ctx->fw_nsegs = htole32(1);
	ctx->fw_seg[0].addr = htole64(G_BASE + FW_OFF);
	ctx->fw_seg[0].len = ctx->fw_len;
	for (unsigned int i = 0; i <= SKUA_RING_CPL0; i++) {
		ctx->ring[i].addr = htole64(G_BASE + ring_off(i));
		ctx->ring[i].idx_addr = htole64(G_BASE + IDX_OFF + i * 128);
		ctx->ring[i].entries = htole32(ring_entries(i));
		ctx->ring[i].entry_size = htole16(entry_size[i]);
	}
}

void guest_boot(struct guest *g)
{
	memset(g->mem + IDX_OFF, 0, 128 * SKUA_NUM_RINGS);
	put_ctx(g);
	put_image(g);
	guest_reg(g, SKUA_REG_CTRL, SKUA_CTRL_RESET);
	guest_reg(g, SKUA_REG_NONCE, 0);
	guest_reg(g, SKUA_REG_BOOT_ADDR_LO, (uint32_t)(G_BASE + CTX_OFF));
	guest_reg(g, SKUA_REG_BOOT_ADDR_HI, 0);
	guest_reg(g, SKUA_REG_CTRL, SKUA_CTRL_BOOT);
}

void guest_alive(struct guest *g)
{
	for (int i = 0; i < 100000 && g->nic->state == NIC_BOOTING; i++)
		loop_step(g->loop, true);
	must(g->nic->state == NIC_ALIVE, "boot");
}

struct skua_ring_idx *guest_idx(struct guest *g, unsigned int ring)
{
	return (void *)(g->mem + IDX_OFF + ring * 128);
}

void *guest_entry(struct guest *g, unsigned int ring, uint32_t index)
{
	return g->mem + ring_off(ring) +
	       (size_t)(index % ring_entries(ring)) * entry_size[ring];
}

uint32_t guest_table(struct guest *g, enum eng_tbl tbl, uint32_t index,
		     const void *entry, uint32_t len)
{
	struct eng_bus *bus = &g->nic->bus;
	uint32_t status = ~0u;

	memcpy(bus->sram + G_CODE_DATA, entry, len);
	eng_write(bus, ENG_TBL_SEL, tbl);
	eng_write(bus, ENG_TBL_INDEX, index);
	eng_write(bus, ENG_TBL_ADDR, ENG_SRAM_BASE + G_CODE_DATA);
	eng_write(bus, ENG_TBL_GO, ENG_TBL_WRITE);
	eng_read(bus, ENG_TBL_STATUS, &status);
	return status;
}

void guest_vif(struct guest *g, uint16_t freq)
{
	struct eng_vif vif = {
		.type = SKUA_VIF_AP, .addr = { 2, 0, 0, 0, 0, 1 },
		.bssid = { 2, 0, 0, 0, 0, 1 }, .freq = htole16(freq),
		.center1 = htole16(freq), .beacon_int = htole16(100),
		.basic_rates = htole32(0xf),
	};

	for (int i = 0; i < 8; i++)
		vif.key[i].slot = htole16(SKUA_KEY_NONE);
	must(guest_table(g, ENG_TBL_VIF, 0, &vif, sizeof(vif)) == SKUA_ST_OK, "vif");
}

void guest_tune(struct guest *g, uint16_t freq)
{
	struct eng_bus *bus = &g->nic->bus;

	eng_write(bus, ENG_RF_FREQ, freq);
	eng_write(bus, ENG_RF_CENTER1, freq);
	eng_write(bus, ENG_RF_BW, SKUA_BW_20);
	eng_write(bus, ENG_RF_POWER, 20);
	eng_write(bus, ENG_RF_TUNE, 1);
	eng_write(bus, ENG_MAC_ENABLE, 1);
}

void guest_radio(struct guest *g, uint16_t freq)
{
	unsigned int mark;

	code_begin(g);
	mark = code_mark(g);
	code_word(g, 0x10500073);	/* wfi */
	code_loop(g, mark);
	guest_boot(g);
	guest_alive(g);
	guest_vif(g, freq);
	guest_tune(g, freq);
}

#define PACKET	(SKUA_MAX_GSO_SEGS * 500)	/* octets of payload */

static void put_frames(struct guest *g, unsigned int ring, uint32_t len,
		       uint32_t flags)
{
	uint8_t *frame = g->mem + G_DATA;
	struct skua_tx_desc d = {
		.w0 = htole32(HW_PUT(SKUA_TXD_W0_NSEG, 1)),
		.flags = htole32(flags),
		.w2 = htole32(HW_PUT(SKUA_TXD_W2_STA, SKUA_STA_NONE)),
		.seg[0] = { .addr = htole64(G_BASE + G_DATA), .len = htole32(len) },
	};

	memset(frame, 0, len);
	frame[0] = 0x08;	/* data, not QoS, from the DS */
	frame[1] = 0x02;
	memcpy(frame + 4, "\2\0\0\0\0\2\2\0\0\0\0\1\2\0\0\0\0\1", 18);
	for (uint32_t i = 0; i < G_ENTRIES; i++)
		memcpy(guest_entry(g, ring, i), &d, sizeof(d));
	__atomic_store_n(&guest_idx(g, ring)->prod, htole32(G_ENTRIES),
			 __ATOMIC_RELEASE);
}

/* A packet of the most segments there can be; its last piece may be nowhere */
void guest_packets(struct guest *g, bool vain)
{
	static const uint8_t head[] = {
		0x08, 0x02, 0, 0, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1,
		0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0,
		0x45, 0, (40 + PACKET) >> 8, (40 + PACKET) & 255, 0, 1, 0, 0, 64, 6, 0, 0,
		10, 0, 0, 1, 10, 0, 0, 2,
		0, 80, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0,
	};
	struct skua_tx_desc d = {
		.w0 = htole32(HW_PUT(SKUA_TXD_W0_NSEG, 2)),
		.flags = htole32(SKUA_TXF_CSUM | SKUA_TXF_GSO),
		.w2 = htole32(HW_PUT(SKUA_TXD_W2_STA, SKUA_STA_NONE)),
		.w6 = htole32(HW_PUT(SKUA_TXD_W6_GSO_SIZE, PACKET / SKUA_MAX_GSO_SEGS)),
		.w7 = htole32(HW_PUT(SKUA_TXD_W7_CSUM_START, 24u + 8 + 20) |
			      HW_PUT(SKUA_TXD_W7_CSUM_OFF, 16u)),
		.seg[0] = { .addr = htole64(G_BASE + G_DATA),
			    .len = htole32(sizeof(head) + PACKET - 1) },
		.seg[1] = { .addr = htole64(vain ? 1 : G_BASE + G_DATA),
			    .len = htole32(1) },
	};

	memcpy(g->mem + G_DATA, head, sizeof(head));
	for (unsigned int r = SKUA_RING_TX_VO; r <= SKUA_RING_TX_MGMT; r++) {
		for (uint32_t i = 0; i < G_ENTRIES; i++)
			memcpy(guest_entry(g, r, i), &d, sizeof(d));
		__atomic_store_n(&guest_idx(g, r)->prod, htole32(G_ENTRIES),
				 __ATOMIC_RELEASE);
	}
}

void guest_frames(struct guest *g, uint32_t len, uint32_t flags)
{
	for (unsigned int r = SKUA_RING_TX_VO; r <= SKUA_RING_TX_MGMT; r++)
		put_frames(g, r, len, flags);
}

void guest_frames_again(struct guest *g)
{
	for (unsigned int r = SKUA_RING_TX_VO; r <= SKUA_RING_TX_MGMT; r++) {
		struct skua_ring_idx *tx = guest_idx(g, r);

		tx->prod = tx->cons + G_ENTRIES;
	}
}

void guest_take(struct guest *g)
{
	struct skua_ring_idx *cpl = guest_idx(g, SKUA_RING_CPL0);

	cpl->cons = cpl->prod;
}

uint64_t cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * LOOP_NS_PER_S + (uint64_t)ts.tv_nsec;
}
