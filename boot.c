// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - firmware boot, and the content of ALIVE
 *
 * The boot ROM judges the image and the boot context; the driver only hands them
 * over and translates the verdict.
 */
#include <kunit/static_stub.h>
#include <linux/firmware.h>
#include <linux/random.h>
#include <linux/unaligned.h>

#include "key.h"

/* A restart holds the RTNL: much time for a slow machine, little for dead firmware. */
#define SKUA_BOOT_MS		10000
#define SKUA_BOOT_IDLE_MS	500	/* by the NIC's count */
#define SKUA_BOOT_STEP_MS	20
#define SKUA_DUMP_LEN		(SZ_512K + SZ_4K)

/* Features that the driver can use. */
#define SKUA_DRV_FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE | \
				 SKUA_FEAT_AP_PS | SKUA_FEAT_RADAR)
#define SKUA_DRV_FEATURES_MC	(SKUA_FEAT_HW_SCAN | SKUA_FEAT_ROC | \
				 SKUA_FEAT_CONN_MONITOR)

/**
 * struct skua_image - the firmware image, from probe to remove
 * @data: the file as it was at probe: the NIC has no access to this copy
 * @size: bytes of @data
 * @piece: memory for the boot ROM, DMA-coherent; filled anew at each boot
 * @dma: bus addresses of the pieces
 * @chunk: bytes of each piece
 * @n: number of pieces
 */
struct skua_image {
	void *data;
	size_t size;
	void *piece[SKUA_FW_MAX_SEGS];
	dma_addr_t dma[SKUA_FW_MAX_SEGS];
	size_t chunk;
	unsigned int n;
};

static const char *const skua_boot_errs[] = {
	[SKUA_BOOT_OK]			= "nothing",
	[SKUA_BOOT_ERR_DMA]		= "boot context or image not readable by DMA",
	[SKUA_BOOT_ERR_CTX_MAGIC]	= "boot context with a wrong magic or size",
	[SKUA_BOOT_ERR_NONCE]		= "nonces differ: guest memory is not shared with the NIC",
	[SKUA_BOOT_ERR_ABI]		= "driver and NIC differ in ABI version",
	[SKUA_BOOT_ERR_RING]		= "a ring has a bad address, size or vector",
	[SKUA_BOOT_ERR_IMG_MAGIC]	= SKUA_FW_FILE " is not a firmware image",
	[SKUA_BOOT_ERR_IMG_ABI]		= SKUA_FW_FILE " was built for another ABI version",
	[SKUA_BOOT_ERR_IMG_LEN]		= SKUA_FW_FILE " is truncated or too long",
	[SKUA_BOOT_ERR_IMG_HASH]	= SKUA_FW_FILE " is damaged: wrong SHA-256",
};

/* ------------------------------------------------------------------ */
/* ALIVE								*/
/* ------------------------------------------------------------------ */

/* Types that ALIVE must contain, by bit. */
#define SKUA_GOT(type)	BIT(SKUA_TLV_##type)
#define SKUA_GOT_ALL	(SKUA_GOT(NONCE) | SKUA_GOT(FEATURES) | SKUA_GOT(MAC) | \
			 SKUA_GOT(LIMITS) | SKUA_GOT(RADIO))

static int skua_tlv_limits(struct skua_caps *caps, const u8 *val)
{
	struct skua_limits l;

	memcpy(&l, val, sizeof(l));
	caps->vifs = min_t(u16, le16_to_cpu(l.vifs), SKUA_MAX_VIFS);
	caps->stas = min_t(u16, le16_to_cpu(l.stas), SKUA_MAX_STAS);
	caps->keys = min_t(u16, le16_to_cpu(l.keys), SKUA_MAX_KEYS);
	caps->chanctxs = min_t(u8, l.chanctxs, SKUA_MAX_CHANCTX);
	caps->channels = min(l.channels, caps->chanctxs);
	caps->scan_ssids = min_t(u16, le16_to_cpu(l.scan_ssids),
				 SKUA_SCAN_MAX_SSIDS);
	caps->scan_chans = min_t(u16, le16_to_cpu(l.scan_chans),
				 SKUA_SCAN_MAX_CHANS);
	caps->scan_ie_len = min_t(u16, le16_to_cpu(l.scan_ie_len),
				  SKUA_SCAN_MAX_IES);
	caps->beacon_len = min_t(u16, le16_to_cpu(l.beacon_len),
				 SKUA_CMD_MAX_EXT);
	caps->max_mpdu = min_t(u16, le16_to_cpu(l.max_mpdu), SKUA_MAX_MPDU);
	caps->tx_queue = le16_to_cpu(l.tx_queue);
	if (!caps->vifs || !caps->stas || !caps->chanctxs || !caps->channels)
		return -EPROTO;
	return 0;
}

/* A NIC may offer a feature without another one that it needs. */
static u64 skua_features_usable(u64 features)
{
	static const struct {
		u64 feature;
		u64 needs;
	} map[] = {
		/* without sessions there is nothing to reorder */
		{ SKUA_FEAT_RX_REORDER, SKUA_FEAT_RX_AMPDU },
		{ SKUA_FEAT_TX_GSO, SKUA_FEAT_TX_CSUM },
		{ SKUA_FEAT_RX_COALESCE, SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if ((features & map[i].needs) != map[i].needs)
			features &= ~map[i].feature;
	return features;
}

static int skua_tlv_radio(struct skua_caps *caps, const u8 *val)
{
	struct skua_radio r;

	memcpy(&r, val, sizeof(r));
	caps->bands = r.bands & (SKUA_BAND_2GHZ | SKUA_BAND_5GHZ |
				 SKUA_BAND_6GHZ);
	caps->chains = clamp_t(u8, r.chains, 1, 8);
	caps->nss = clamp_t(u8, r.nss, 1, 8);
	caps->max_bw = min_t(u8, r.max_bw, SKUA_BW_160);
	caps->max_power = clamp_t(s8, r.max_power, 0, 36);
	return caps->bands ? 0 : -EPROTO;
}

static int skua_tlv_ciphers(struct skua_caps *caps, const u8 *val, u16 len)
{
	unsigned int i;

	if (len % sizeof(__le32))
		return -EPROTO;
	caps->n_ciphers = min_t(u16, len / sizeof(__le32), SKUA_MAX_CIPHERS);
	for (i = 0; i < caps->n_ciphers; i++)
		caps->cipher[i] = get_unaligned_le32(val + 4 * i);
	return 0;
}

/* The length that a type must have; 0 if any length will do. */
static u16 skua_tlv_len(u16 type)
{
	switch (type) {
	case SKUA_TLV_NONCE:
		return sizeof(__le32);
	case SKUA_TLV_FEATURES:
		return sizeof(__le64);
	case SKUA_TLV_MAC:
		return ETH_ALEN;
	case SKUA_TLV_LIMITS:
		return sizeof(struct skua_limits);
	case SKUA_TLV_RADIO:
		return sizeof(struct skua_radio);
	default:
		return 0;
	}
}

static int skua_tlv(struct skua *sc, struct skua_caps *caps, u16 type,
		    const u8 *val, u16 len)
{
	if (skua_tlv_len(type) && len != skua_tlv_len(type))
		return -EPROTO;

	switch (type) {
	case SKUA_TLV_FW_VERSION:
		strscpy(caps->fw_version, val,
			min_t(size_t, len + 1, sizeof(caps->fw_version)));
		return 0;
	case SKUA_TLV_NONCE:
		return get_unaligned_le32(val) == sc->nonce ? 0 : -EPROTO;
	case SKUA_TLV_FEATURES:
		caps->features = skua_features_usable(get_unaligned_le64(val) &
						      le64_to_cpu(sc->boot->features));
		return 0;
	case SKUA_TLV_MAC:
		ether_addr_copy(caps->mac, val);
		return is_valid_ether_addr(caps->mac) ? 0 : -EPROTO;
	case SKUA_TLV_LIMITS:
		return skua_tlv_limits(caps, val);
	case SKUA_TLV_CIPHERS:
		return skua_tlv_ciphers(caps, val, len);
	case SKUA_TLV_RADIO:
		return skua_tlv_radio(caps, val);
	default:
		return 0;
	}
}

/**
 * skua_parse_alive() - understand ALIVE
 * @sc: the device, for nonce and accepted features
 * @evt: private copy of the event; its length has been checked
 * @caps: filled with the content of ALIVE
 *
 * Any context. Unknown types are skipped. A known type of the wrong length, a
 * value that makes no sense, a value that runs over the end, or a missing type is
 * an error.
 *
 * Return: 0 or -EPROTO.
 */
int skua_parse_alive(struct skua *sc, const struct skua_evt *evt,
		     struct skua_caps *caps)
{
	unsigned int len = le16_to_cpu(evt->len);
	unsigned int pos = 0;
	u32 got = 0;
	int ret;

	memset(caps, 0, sizeof(*caps));
	while (len - pos >= sizeof(struct skua_tlv)) {
		u16 type = get_unaligned_le16(evt->data + pos);
		u16 vlen = get_unaligned_le16(evt->data + pos + 2);

		pos += sizeof(struct skua_tlv);
		if (vlen > len - pos) {
			dev_err(sc->dev, "ALIVE: type %u runs over the end\n",
				type);
			return -EPROTO;
		}
		ret = skua_tlv(sc, caps, type, evt->data + pos, vlen);
		if (ret) {
			dev_err(sc->dev, "ALIVE: type %u of %u bytes makes no sense\n",
				type, vlen);
			return ret;
		}
		if (type < 32)
			got |= BIT(type);
		pos = min(ALIGN(pos + vlen, 4), len);
	}
	if ((got & SKUA_GOT_ALL) != SKUA_GOT_ALL) {
		dev_err(sc->dev, "ALIVE: something is missing (has 0x%x)\n", got);
		return -EPROTO;
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(skua_parse_alive);

/* Tables were sized at the first boot, for good. */
static int skua_caps_accept(struct skua *sc, const struct skua_caps *caps)
{
	const struct skua_caps *old = &sc->caps;

	if (test_bit(SKUA_F_READY, &sc->flags) &&
	    (caps->vifs < old->vifs || caps->stas < old->stas ||
	     caps->keys < old->keys || caps->chanctxs < old->chanctxs ||
	     caps->features != old->features || caps->bands != old->bands ||
	     caps->n_ciphers != old->n_ciphers)) {
		dev_err(sc->dev, "the NIC can do less or other things than at probe; unbind and bind the driver\n");
		return -EPROTO;
	}
	if (!test_bit(SKUA_F_READY, &sc->flags))
		sc->caps = *caps;
	return 0;
}

/* ------------------------------------------------------------------ */
/* Boot									*/
/* ------------------------------------------------------------------ */

static void skua_image_free(void *data)
{
	kvfree(data);
}

static int skua_image_copy(struct skua *sc, const struct firmware *fw)
{
	struct skua_image *img = sc->image;

	if (fw->size < sizeof(struct skua_fw_hdr) ||
	    fw->size > SKUA_FW_MAX_LEN + sizeof(struct skua_fw_hdr)) {
		dev_err(sc->dev, "%s has %zu bytes: %s\n", SKUA_FW_FILE,
			fw->size, skua_boot_errs[SKUA_BOOT_ERR_IMG_LEN]);
		return -EINVAL;
	}
	img->size = fw->size;
	img->data = kvmemdup(fw->data, fw->size, GFP_KERNEL);
	if (!img->data)
		return -ENOMEM;
	memcpy(sc->fw_build_id,
	       img->data + offsetof(struct skua_fw_hdr, build_id),
	       sizeof(sc->fw_build_id));
	return devm_add_action_or_reset(sc->dev, skua_image_free, img->data);
}

/*
 * Reads the file; the memory is device-managed. As long as one NIC had the kernel's
 * own copy of a file, any other NIC would get that copy and no newer file.
 */
static int skua_image_read(struct skua *sc)
{
	const struct firmware *fw;
	int ret;

	ret = request_firmware_direct(&fw, SKUA_FW_FILE, sc->dev);
	if (ret) {
		dev_err(sc->dev, "cannot load firmware %s: %d\n", SKUA_FW_FILE,
			ret);
		return ret;
	}
	ret = skua_image_copy(sc, fw);
	release_firmware(fw);
	return ret;
}

/*
 * A restart is no time to look for memory or to read a file, which may lie beyond
 * the link that is down. So all that a boot needs is there from the probe on. The
 * pieces are as small as the boot context allows.
 */
static int skua_image_init(struct skua *sc)
{
	struct skua_image *img;
	int ret;

	img = devm_kzalloc(sc->dev, sizeof(*img), GFP_KERNEL);
	if (!img)
		return -ENOMEM;
	sc->image = img;
	ret = skua_image_read(sc);
	if (ret)
		return ret;
	img->chunk = PAGE_ALIGN(DIV_ROUND_UP(img->size, SKUA_FW_MAX_SEGS));
	for (; img->n * img->chunk < img->size; img->n++) {
		img->piece[img->n] = dmam_alloc_coherent(sc->dev, img->chunk,
							 &img->dma[img->n],
							 GFP_KERNEL);
		if (!img->piece[img->n])
			return -ENOMEM;
	}
	return 0;
}

/* Firmware that went astray may have written to the pieces: fill them anew. */
static void skua_image_describe(struct skua *sc)
{
	const struct skua_image *img = sc->image;
	size_t pos = 0, len;
	unsigned int i;

	for (i = 0; i < img->n; i++, pos += len) {
		len = min(img->size - pos, img->chunk);
		memcpy(img->piece[i], img->data + pos, len);
		sc->boot->fw_seg[i].addr = cpu_to_le64(img->dma[i]);
		sc->boot->fw_seg[i].len = cpu_to_le32(len);
	}
	sc->boot->fw_len = cpu_to_le32(img->size);
	sc->boot->fw_nsegs = cpu_to_le32(img->n);
}

static void skua_boot_fill(struct skua *sc)
{
	struct skua_boot_ctx *boot = sc->boot;
	u64 features = SKUA_DRV_FEATURES | skua_key_features() |
		       skua_ba_features() | skua_offload_features();

	if (!skua_single_channel)
		features |= SKUA_DRV_FEATURES_MC;
	do {
		sc->nonce = get_random_u32();
	} while (!sc->nonce || sc->nonce == SKUA_STATUS_GONE);

	memset(boot, 0, sizeof(*boot));
	boot->magic = cpu_to_le32(SKUA_BOOT_MAGIC);
	boot->size = cpu_to_le32(sizeof(*boot));
	boot->abi_major = cpu_to_le16(SKUA_ABI_MAJOR);
	boot->abi_minor = cpu_to_le16(SKUA_ABI_MINOR);
	boot->nonce = cpu_to_le32(sc->nonce);
	boot->features = cpu_to_le64(features);
	boot->dump_addr = cpu_to_le64(sc->dump_dma);
	boot->dump_len = cpu_to_le32(sc->dump_len);
	skua_rings_describe(sc, boot->ring);
	skua_image_describe(sc);
	memset(sc->dump, 0, sizeof(struct skua_crash_hdr));
}

/* Wait for ALIVE, for a verdict of the boot ROM, or until neither can come. */
static int skua_boot_wait(struct skua *sc)
{
	u32 status = 0, err, idle = 0;
	unsigned int ms;

	for (ms = 0; ms < SKUA_BOOT_MS && idle < SKUA_BOOT_IDLE_MS;
	     ms += SKUA_BOOT_STEP_MS) {
		if (wait_for_completion_timeout(&sc->alive,
						msecs_to_jiffies(SKUA_BOOT_STEP_MS))) {
			if (sc->alive_ok)
				return 0;
			return skua_reachable(sc) ? -EIO : -EAGAIN;
		}
		if (!skua_reachable(sc))
			return -EAGAIN;
		status = skua_read(sc, SKUA_REG_STATUS);
		if (status == SKUA_STATUS_GONE) {
			skua_nic_lost(sc, "the NIC does not answer");
			return -EAGAIN;
		}
		if (status & SKUA_STATUS_BOOT_FAILED) {
			err = skua_read(sc, SKUA_REG_BOOT_ERR);
			dev_err(sc->dev, "boot failed (%u): %s\n", err,
				err < ARRAY_SIZE(skua_boot_errs) ?
				skua_boot_errs[err] : "unknown reason");
			return -EIO;
		}
		if (status & SKUA_STATUS_FATAL) {
			err = skua_read(sc, SKUA_REG_FATAL);
			dev_err(sc->dev, "the firmware died while it started (%u)\n",
				err);
			return -EIO;
		}
		/* ALIVE of firmware that has started comes soon, or never. */
		idle = status & SKUA_STATUS_ALIVE ? idle + SKUA_BOOT_STEP_MS :
						    skua_fw_idle_ms(sc);
	}
	dev_err(sc->dev, "the firmware does not start: no ALIVE in %u ms (status 0x%x)\n",
		ms, status);
	return -ETIMEDOUT;
}

static int skua_boot_hand_over(struct skua *sc)
{
	int ret;

	reinit_completion(&sc->alive);
	sc->alive_ok = false;
	sc->cmd_seq_evt = 0;
	set_bit(SKUA_F_BOOTING, &sc->flags);

	skua_write(sc, SKUA_REG_BOOT_ADDR_LO, lower_32_bits(sc->boot_dma));
	skua_write(sc, SKUA_REG_BOOT_ADDR_HI, upper_32_bits(sc->boot_dma));
	skua_write(sc, SKUA_REG_NONCE, sc->nonce);
	skua_write(sc, SKUA_REG_CTRL, SKUA_CTRL_BOOT);
	ret = skua_boot_wait(sc);
	clear_bit(SKUA_F_BOOTING, &sc->flags);
	return ret;
}

/**
 * skua_boot() - load the firmware and wait until it is alive
 * @sc: the device
 *
 * Process context, wiphy mutex; sleeps. Needs neither memory nor files. The rings are
 * empty, except for posted receive buffers (in probe, they are posted after this
 * first boot). NAPI runs when this function returns 0; on failure the NIC has been
 * reset again, and NAPI is off.
 *
 * Return: 0 or a negative error, which has been explained in the log; -EAGAIN if
 * the NIC did not answer and may be back soon.
 */
int skua_boot(struct skua *sc)
{
	struct skua_caps caps;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(skua_boot, sc);
	lockdep_assert_wiphy(sc->hw->wiphy);
	/* A NIC that does not reset may not have the bus: it could write anywhere. */
	ret = skua_reset(sc);
	if (ret)
		return ret;
	clear_bit(SKUA_F_DEAD, &sc->flags);
	WRITE_ONCE(sc->no_record, false);
	/* It may have been lost after its reset: then its death was hidden just now. */
	smp_mb__after_atomic();
	if (!skua_reachable(sc)) {
		set_bit(SKUA_F_DEAD, &sc->flags);
		return -EAGAIN;
	}
	pci_set_master(sc->pdev);
	skua_boot_fill(sc);
	skua_napi_start(sc);
	ret = skua_boot_hand_over(sc);
	if (!ret)
		ret = skua_parse_alive(sc, &sc->alive_evt, &caps);
	if (!ret)
		ret = skua_caps_accept(sc, &caps);
	if (ret) {
		skua_napi_stop(sc);
		skua_reset(sc);
		return ret;
	}
	set_bit(SKUA_F_ALIVE, &sc->flags);
	dev_info(sc->dev, "firmware %s alive, features 0x%llx, address %pM\n",
		 sc->caps.fw_version, sc->caps.features, sc->caps.mac);
	return 0;
}

/**
 * skua_boot_init() - check that this is a Skua NIC; firmware, memory for crashes
 * @sc: the device
 *
 * Process context, in probe. All memory is device-managed. If memory for a whole
 * crash record cannot be had, the record is cut to a page. The firmware file is read
 * here and nowhere else: each boot until the driver is unbound uses this image.
 *
 * Return: 0, -ENODEV, -EPROTO, -ENOMEM, or the error of the firmware file.
 */
int skua_boot_init(struct skua *sc)
{
	u32 id, abi;

	id = skua_read(sc, SKUA_REG_ID);
	if (id == SKUA_STATUS_GONE) {
		skua_nic_lost(sc, "the NIC does not answer");
		if (!skua_nic_await(sc))
			return -ENODEV;
		id = skua_read(sc, SKUA_REG_ID);
	}
	abi = skua_read(sc, SKUA_REG_ABI);
	if (id != SKUA_ID_MAGIC) {
		dev_err(sc->dev, "not a Skua NIC (id 0x%08x)\n", id);
		return -ENODEV;
	}
	if (abi >> 16 != SKUA_ABI_MAJOR) {
		dev_err(sc->dev, "NIC has ABI %u.%u, driver has %u.%u\n",
			abi >> 16, abi & 0xffff, SKUA_ABI_MAJOR, SKUA_ABI_MINOR);
		return -EPROTO;
	}
	sc->boot = dmam_alloc_coherent(sc->dev, sizeof(*sc->boot),
				       &sc->boot_dma, GFP_KERNEL);
	sc->dump_len = SKUA_DUMP_LEN;
	sc->dump = dmam_alloc_coherent(sc->dev, sc->dump_len, &sc->dump_dma,
				       GFP_KERNEL | __GFP_NOWARN);
	if (!sc->dump) {
		sc->dump_len = PAGE_SIZE;
		sc->dump = dmam_alloc_coherent(sc->dev, sc->dump_len,
					       &sc->dump_dma, GFP_KERNEL);
	}
	return sc->boot && sc->dump ? skua_image_init(sc) : -ENOMEM;
}
