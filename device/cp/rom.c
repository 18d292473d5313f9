// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot ROM: takes the boot context and the firmware image from guest memory,
 * and checks both, one part after another
 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cp/priv.h"
#include "pcie/pcie.h"

/* Bytes of the image that a step copies or hashes: a tenth of a millisecond */
#define ROM_PIECE	(32u << 10)

static enum skua_boot_err check_ctx(const struct cp_env *env,
				    const struct rom_boot *boot,
				    const struct skua_boot_ctx *ctx)
{
	if (le32toh(ctx->magic) != SKUA_BOOT_MAGIC ||
	    le32toh(ctx->size) != sizeof(*ctx)) {
		log_err(env->log,
			"boot: no boot context at %#" PRIx64 " (magic %#x, size %u)",
			boot->addr, le32toh(ctx->magic), le32toh(ctx->size));
		return SKUA_BOOT_ERR_CTX_MAGIC;
	}
	if (le32toh(ctx->nonce) != boot->nonce) {
		log_err(env->log,
			"boot: nonce is %#x in memory and %#x in the register: guest memory is not shared with this process",
			le32toh(ctx->nonce), boot->nonce);
		return SKUA_BOOT_ERR_NONCE;
	}
	if (le16toh(ctx->abi_major) != SKUA_ABI_MAJOR) {
		log_err(env->log, "boot: driver speaks ABI %u, this NIC %u",
			le16toh(ctx->abi_major), SKUA_ABI_MAJOR);
		return SKUA_BOOT_ERR_ABI;
	}
	return SKUA_BOOT_OK;
}

static enum skua_boot_err attach_rings(const struct cp_env *env,
				       const struct skua_boot_ctx *ctx)
{
	static const enum skua_ring_id needed[] = {
		SKUA_RING_CMD, SKUA_RING_EVT, SKUA_RING_TX_VO, SKUA_RING_TX_VI,
		SKUA_RING_TX_BE, SKUA_RING_TX_BK, SKUA_RING_TX_MGMT,
		SKUA_RING_RXBUF, SKUA_RING_CPL0,
	};
	unsigned int i;

	for (i = 0; i < SKUA_NUM_RINGS; i++)
		if (!ring_attach(env->rings, &env->rings->ring[i], i, &ctx->ring[i]))
			return SKUA_BOOT_ERR_RING;
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!env->rings->ring[needed[i]].entries) {
			log_err(env->log, "boot: ring %u is missing", needed[i]);
			return SKUA_BOOT_ERR_RING;
		}
	}
	return SKUA_BOOT_OK;
}

static enum skua_boot_err take_ctx(const struct cp_env *env,
				   struct rom_boot *boot)
{
	struct skua_boot_ctx *ctx = &boot->ctx;
	enum skua_boot_err err;

	if (boot->addr % 8 ||
	    !dma_read(env->dma, boot->addr, ctx, sizeof(*ctx))) {
		log_err(env->log,
			"boot: the boot context at %#" PRIx64 " cannot be read",
			boot->addr);
		return SKUA_BOOT_ERR_DMA;
	}
	err = check_ctx(env, boot, ctx);
	if (err != SKUA_BOOT_OK)
		return err;
	boot->drv_features = le64toh(ctx->features);
	boot->dump_addr = le64toh(ctx->dump_addr);
	boot->dump_len = le32toh(ctx->dump_len);
	boot->img_len = le32toh(ctx->fw_len);
	if (boot->img_len == 0 || boot->img_len > SKUA_FW_MAX_LEN) {
		log_err(env->log, "boot: firmware of %u bytes", boot->img_len);
		return SKUA_BOOT_ERR_IMG_LEN;
	}
	if (le32toh(ctx->fw_nsegs) > SKUA_FW_MAX_SEGS)
		return SKUA_BOOT_ERR_IMG_LEN;
	boot->img = malloc(boot->img_len);
	boot->stage = ROM_FETCH;
	return boot->img ? SKUA_BOOT_OK : SKUA_BOOT_ERR_DMA;
}

static enum skua_boot_err check_image(const struct cp_env *env,
				      struct rom_boot *boot)
{
	uint32_t sram_len = env->bus->sram_len;
	struct skua_fw_hdr *hdr = &boot->hdr;
	uint32_t load, body, mem;

	if (boot->img_len < sizeof(*hdr))
		return SKUA_BOOT_ERR_IMG_LEN;
	memcpy(hdr, boot->img, sizeof(*hdr));
	if (le32toh(hdr->magic) != SKUA_FW_MAGIC) {
		log_err(env->log, "boot: this is no firmware image (magic %#x)",
			le32toh(hdr->magic));
		return SKUA_BOOT_ERR_IMG_MAGIC;
	}
	if (le16toh(hdr->abi_major) != SKUA_ABI_MAJOR) {
		log_err(env->log, "boot: firmware is for ABI %u, this NIC is %u",
			le16toh(hdr->abi_major), SKUA_ABI_MAJOR);
		return SKUA_BOOT_ERR_IMG_ABI;
	}
	load = le32toh(hdr->load_addr) - ENG_SRAM_BASE;
	body = le32toh(hdr->body_len);
	mem = le32toh(hdr->mem_len);
	if (le32toh(hdr->hdr_len) != sizeof(*hdr) ||
	    body != boot->img_len - sizeof(*hdr) || load > sram_len ||
	    mem > sram_len - load || body > mem ||
	    le32toh(hdr->entry) - le32toh(hdr->load_addr) >= body) {
		log_err(env->log,
			"boot: firmware of %u bytes (body %u, memory %u at %#x) is truncated or does not fit",
			boot->img_len, body, mem, le32toh(hdr->load_addr));
		return SKUA_BOOT_ERR_IMG_LEN;
	}
	return SKUA_BOOT_OK;
}

static bool begin_hash(struct rom_boot *boot)
{
	boot->at = sizeof(boot->hdr);
	boot->hash = EVP_MD_CTX_new();
	boot->stage = ROM_HASH;
	return boot->hash && EVP_DigestInit_ex(boot->hash, EVP_sha256(), NULL);
}

/* A part of the image; after the last one its header is looked at. */
static enum skua_boot_err fetch_image(const struct cp_env *env,
				      struct rom_boot *boot)
{
	const struct skua_seg *seg = &boot->ctx.fw_seg[boot->seg];
	uint32_t len, left = boot->img_len - boot->at;
	enum skua_boot_err err;

	if (boot->seg < le32toh(boot->ctx.fw_nsegs)) {
		if (le32toh(seg->len) - boot->seg_at > left) {
			log_err(env->log, "boot: firmware segments are longer than the image");
			return SKUA_BOOT_ERR_IMG_LEN;
		}
		len = le32toh(seg->len) - boot->seg_at;
		if (len > ROM_PIECE)
			len = ROM_PIECE;
		if (!dma_read(env->dma, le64toh(seg->addr) + boot->seg_at,
			      boot->img + boot->at, len)) {
			log_err(env->log, "boot: firmware segment %u cannot be read",
				boot->seg);
			return SKUA_BOOT_ERR_DMA;
		}
		boot->at += len;
		boot->seg_at += len;
		if (boot->seg_at == le32toh(seg->len)) {
			boot->seg_at = 0;
			boot->seg++;
		}
		return SKUA_BOOT_OK;
	}
	if (left) {
		log_err(env->log, "boot: firmware segments lack %u bytes", left);
		return SKUA_BOOT_ERR_IMG_LEN;
	}
	err = check_image(env, boot);
	if (err == SKUA_BOOT_OK && !begin_hash(boot))
		err = SKUA_BOOT_ERR_IMG_HASH;
	return err;
}

static enum skua_boot_err hash_image(struct rom_boot *boot)
{
	uint32_t len = boot->img_len - boot->at;

	if (len > ROM_PIECE)
		len = ROM_PIECE;
	if (!EVP_DigestUpdate(boot->hash, boot->img + boot->at, len))
		return SKUA_BOOT_ERR_IMG_HASH;
	boot->at += len;
	if (boot->at == boot->img_len)
		boot->stage = ROM_LOAD;
	return SKUA_BOOT_OK;
}

static enum skua_boot_err load_image(const struct cp_env *env,
				     struct rom_boot *boot)
{
	struct skua_fw_hdr *hdr = &boot->hdr;
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (!EVP_DigestFinal_ex(boot->hash, hash, NULL) ||
	    memcmp(hash, hdr->sha256, sizeof(hdr->sha256))) {
		log_err(env->log, "boot: the firmware's SHA-256 is wrong");
		return SKUA_BOOT_ERR_IMG_HASH;
	}
	memset(env->bus->sram, 0, env->bus->sram_len);
	memcpy(env->bus->sram + (le32toh(hdr->load_addr) - ENG_SRAM_BASE),
	       boot->img + sizeof(*hdr), le32toh(hdr->body_len));
	boot->entry = le32toh(hdr->entry);
	memcpy(boot->build_id, hdr->build_id, sizeof(hdr->build_id));
	hdr->version[sizeof(hdr->version) - 1] = '\0';
	log_info(env->log, "boot: firmware %s, %u bytes", hdr->version,
		 boot->img_len);
	boot->stage = ROM_RINGS;
	return SKUA_BOOT_OK;
}

static enum skua_boot_err do_stage(const struct cp_env *env,
				   struct rom_boot *boot)
{
	switch (boot->stage) {
	case ROM_CTX:
		return take_ctx(env, boot);
	case ROM_FETCH:
		return fetch_image(env, boot);
	case ROM_HASH:
		return hash_image(boot);
	case ROM_LOAD:
		return load_image(env, boot);
	case ROM_RINGS:
		boot->stage = ROM_OFF;
		return attach_rings(env, &boot->ctx);
	case ROM_OFF:
		break;
	}
	return SKUA_BOOT_OK;
}

void rom_end(struct rom_boot *boot)
{
	EVP_MD_CTX_free(boot->hash);
	free(boot->img);
	boot->hash = NULL;
	boot->img = NULL;
	boot->stage = ROM_OFF;
}

enum skua_boot_err rom_step(const struct cp_env *env, struct rom_boot *boot)
{
	enum skua_boot_err err = do_stage(env, boot);

	if (err != SKUA_BOOT_OK || boot->stage == ROM_OFF)
		rom_end(boot);
	return err;
}

void rom_begin(struct rom_boot *boot, uint64_t addr, uint32_t nonce)
{
	memset(boot, 0, sizeof(*boot));
	boot->addr = addr;
	boot->nonce = nonce;
	boot->stage = ROM_CTX;
}
