// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot ROM: takes the boot context and the firmware image from guest memory,
 * and checks both
 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cp/priv.h"
#include "pcie/pcie.h"

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

static enum skua_boot_err fetch_image(const struct cp_env *env,
				      const struct skua_boot_ctx *ctx,
				      uint8_t *img)
{
	uint32_t left = le32toh(ctx->fw_len);
	uint32_t i, n = le32toh(ctx->fw_nsegs);

	if (n > SKUA_FW_MAX_SEGS)
		return SKUA_BOOT_ERR_IMG_LEN;
	for (i = 0; i < n; i++) {
		uint32_t len = le32toh(ctx->fw_seg[i].len);

		if (len > left) {
			log_err(env->log, "boot: firmware segments are longer than the image");
			return SKUA_BOOT_ERR_IMG_LEN;
		}
		if (!dma_read(env->dma, le64toh(ctx->fw_seg[i].addr), img, len)) {
			log_err(env->log, "boot: firmware segment %u cannot be read", i);
			return SKUA_BOOT_ERR_DMA;
		}
		img += len;
		left -= len;
	}
	if (left) {
		log_err(env->log, "boot: firmware segments lack %u bytes", left);
		return SKUA_BOOT_ERR_IMG_LEN;
	}
	return SKUA_BOOT_OK;
}

static enum skua_boot_err check_image(const struct cp_env *env, const uint8_t *img,
				      uint32_t img_len,
				      struct skua_fw_hdr *hdr)
{
	uint32_t sram_len = env->bus->sram_len;
	uint32_t load, body, mem;
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (img_len < sizeof(*hdr))
		return SKUA_BOOT_ERR_IMG_LEN;
	memcpy(hdr, img, sizeof(*hdr));
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
	    body != img_len - sizeof(*hdr) || load > sram_len ||
	    mem > sram_len - load || body > mem ||
	    le32toh(hdr->entry) - le32toh(hdr->load_addr) >= body) {
		log_err(env->log,
			"boot: firmware of %u bytes (body %u, memory %u at %#x) is truncated or does not fit",
			img_len, body, mem, le32toh(hdr->load_addr));
		return SKUA_BOOT_ERR_IMG_LEN;
	}
	if (!EVP_Digest(img + sizeof(*hdr), body, hash, NULL, EVP_sha256(), NULL) ||
	    memcmp(hash, hdr->sha256, sizeof(hdr->sha256))) {
		log_err(env->log, "boot: the firmware's SHA-256 is wrong");
		return SKUA_BOOT_ERR_IMG_HASH;
	}
	return SKUA_BOOT_OK;
}

static enum skua_boot_err load_image(const struct cp_env *env,
				     const struct skua_boot_ctx *ctx,
				     struct rom_boot *boot)
{
	uint32_t img_len = le32toh(ctx->fw_len);
	enum skua_boot_err err;
	struct skua_fw_hdr hdr;
	uint8_t *img;

	if (img_len == 0 || img_len > SKUA_FW_MAX_LEN) {
		log_err(env->log, "boot: firmware of %u bytes", img_len);
		return SKUA_BOOT_ERR_IMG_LEN;
	}
	img = malloc(img_len);
	if (!img)
		return SKUA_BOOT_ERR_DMA;
	err = fetch_image(env, ctx, img);
	if (err == SKUA_BOOT_OK)
		err = check_image(env, img, img_len, &hdr);
	if (err == SKUA_BOOT_OK) {
		memset(env->bus->sram, 0, env->bus->sram_len);
		memcpy(env->bus->sram + (le32toh(hdr.load_addr) - ENG_SRAM_BASE),
		       img + sizeof(hdr), le32toh(hdr.body_len));
		boot->entry = le32toh(hdr.entry);
		memcpy(boot->build_id, hdr.build_id, sizeof(hdr.build_id));
		hdr.version[sizeof(hdr.version) - 1] = '\0';
		log_info(env->log, "boot: firmware %s, %u bytes", hdr.version,
			 img_len);
	}
	free(img);
	return err;
}

enum skua_boot_err rom_boot(const struct cp_env *env, struct rom_boot *boot)
{
	enum skua_boot_err err;
	struct skua_boot_ctx ctx;

	if (boot->addr % 8 ||
	    !dma_read(env->dma, boot->addr, &ctx, sizeof(ctx))) {
		log_err(env->log,
			"boot: the boot context at %#" PRIx64 " cannot be read",
			boot->addr);
		return SKUA_BOOT_ERR_DMA;
	}
	err = check_ctx(env, boot, &ctx);
	if (err != SKUA_BOOT_OK)
		return err;
	boot->drv_features = le64toh(ctx.features);
	boot->dump_addr = le64toh(ctx.dump_addr);
	boot->dump_len = le32toh(ctx.dump_len);
	err = load_image(env, &ctx, boot);
	if (err != SKUA_BOOT_OK)
		return err;
	return attach_rings(env, &ctx);
}
