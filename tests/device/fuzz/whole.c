// SPDX-License-Identifier: GPL-2.0-only
/* A whole NIC for the fuzzers: see whole.h */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "whole.h"

#define STEP_NS		(100 * LOOP_NS_PER_US)
#define TURNS		6	/* of the loop in a step: firmware may run for ever */
#define PCI_COMMAND	4
#define PCI_MEM_MASTER	6

/* The real firmware, as the Makefile found it */
__asm__(".section .rodata\n"
	"fw_image:\n"
	".incbin \"" FW_IMAGE "\"\n"
	"fw_image_end:\n"
	".previous\n");
extern const uint8_t fw_image[], fw_image_end[];

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

static void whole_nic(struct whole *w)
{
	const struct nic_config cfg = {
		.name = "nic0", .eng = {
			.mac = { 2, 1, 2, 3, 4, 5 }, .bands = 7, .chains = 2,
			.max_bw = SKUA_BW_160, .max_stas = 16, .max_keys = 32,
			.max_txq = 64, .features = ~0ull,
		},
	};

	w->nic = nic_new(w->loop, w->air, &cfg);
	must(w->nic, "nic_new");
	w->bd = pci_bus(w->nic->pci);
}

struct whole *whole_new(void)
{
	struct whole *w = calloc(1, sizeof(*w));

	must(w, "calloc");
	log_set_level((enum log_level)-1);
	loop_test_clock_init(&w->clock, LOOP_NS_PER_S);
	w->loop = loop_new(&w->clock.clock);
	must(w->loop, "loop_new");
	w->air = air_new(w->loop);
	must(w->air, "air_new");
	w->fd = memfd_create("guest", MFD_CLOEXEC);
	must(w->fd >= 0 && !ftruncate(w->fd, WHOLE_MEM), "memfd");
	w->mem = mmap(NULL, WHOLE_MEM, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd, 0);
	must(w->mem != MAP_FAILED, "mmap");
	whole_nic(w);
	must(!dma_map(w->nic->dma, WHOLE_BASE, WHOLE_MEM, w->fd, 0, true), "dma_map");
	w->bd->ops->cfg_write(w->bd, PCI_COMMAND, 2, PCI_MEM_MASTER);
	return w;
}

void whole_free(struct whole *w)
{
	nic_free(w->nic);
	air_free(w->air);
	loop_free(w->loop);
	munmap(w->mem, WHOLE_MEM);
	close(w->fd);
	free(w);
}

static void put_image(struct whole *w, const void *image, uint32_t len)
{
	struct skua_boot_ctx *ctx = (void *)(w->mem + WHOLE_CTX);

	must(len <= WHOLE_FW_MAX, "firmware size");
	memcpy(w->mem + WHOLE_FW, image, len);
	w->fw_len = len;
	ctx->fw_len = htole32(len);
	ctx->fw_nsegs = htole32(1);
	ctx->fw_seg[0].addr = htole64(WHOLE_BASE + WHOLE_FW);
	ctx->fw_seg[0].len = htole32(len);
}

void whole_prepare(struct whole *w)
{
	struct skua_boot_ctx *ctx = (void *)(w->mem + WHOLE_CTX);

	memset(w->mem, 0, WHOLE_FW);
	ctx->magic = htole32(SKUA_BOOT_MAGIC);
	ctx->size = htole32(sizeof(*ctx));
	ctx->abi_major = htole16(SKUA_ABI_MAJOR);
	ctx->features = ~0ull;
	ctx->dump_addr = htole64(WHOLE_BASE + WHOLE_DUMP);
	ctx->dump_len = htole32(sizeof(struct skua_crash_hdr) + ENG_SRAM_SIZE);
	for (unsigned int i = 0; i <= SKUA_RING_CPL0; i++) {
		ctx->ring[i].addr = htole64(WHOLE_BASE + WHOLE_RINGS + i * WHOLE_RING_STEP);
		ctx->ring[i].idx_addr = htole64(WHOLE_BASE + WHOLE_IDX + i * 128);
		ctx->ring[i].entries = htole32(WHOLE_ENTRIES);
		ctx->ring[i].entry_size = htole16(entry_size[i]);
	}
	put_image(w, fw_image, (uint32_t)(fw_image_end - fw_image));
}

void whole_image(struct whole *w, const uint8_t *code, uint32_t len, uint32_t entry)
{
	static uint8_t image[WHOLE_FW_MAX];
	struct skua_fw_hdr hdr;

	memcpy(&hdr, fw_image, sizeof(hdr));
	if (len > sizeof(image) - sizeof(hdr))
		len = sizeof(image) - sizeof(hdr);
	hdr.body_len = htole32(len);
	hdr.load_addr = htole32(ENG_SRAM_BASE);
	hdr.entry = htole32(ENG_SRAM_BASE + entry);
	hdr.mem_len = htole32(ENG_SRAM_SIZE);
	must(EVP_Digest(code, len, hdr.sha256, NULL, EVP_sha256(), NULL), "SHA-256");
	memcpy(image, &hdr, sizeof(hdr));
	memcpy(image + sizeof(hdr), code, len);
	put_image(w, image, (uint32_t)sizeof(hdr) + len);
}

static void reg_write(struct whole *w, uint32_t off, uint32_t val)
{
	w->bd->ops->bar_write(w->bd, 0, off, 4, val);
}

void whole_boot(struct whole *w)
{
	reg_write(w, SKUA_REG_CTRL, SKUA_CTRL_RESET);
	reg_write(w, SKUA_REG_NONCE, 0);
	reg_write(w, SKUA_REG_BOOT_ADDR_LO, (uint32_t)(WHOLE_BASE + WHOLE_CTX));
	reg_write(w, SKUA_REG_BOOT_ADDR_HI, 0);
	reg_write(w, SKUA_REG_CTRL, SKUA_CTRL_BOOT);
}

void whole_pass(struct whole *w, uint32_t steps)
{
	while (steps--) {
		for (int i = 0; i < TURNS && loop_step(w->loop, false); i++)
			;
		w->clock.time += STEP_NS;
	}
}
