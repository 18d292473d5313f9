// SPDX-License-Identifier: GPL-2.0-only
/*
 * BIP with CMAC and GMAC (IEEE 802.11-2020, 12.5.4): integrity of group
 * addressed management frames (IGTK) and of beacons (BIGTK).
 */
#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/priv.h"

#define BIP_AAD_LEN		20	/* FC, A1, A2, A3 */
#define BIP_TIMESTAMP_LEN	8
#define BIP_MIC_LEN_MAX		16

/**
 * struct bip_text - the text that the MIC covers, in order
 * @head: AAD; in a beacon also the Timestamp, as zeros
 * @head_len: octets of @head
 * @body: the rest of the frame body, up to the MMIE
 * @body_len: octets of @body
 * @mmie: the MMIE with zeros for its MIC
 * @mmie_len: octets of @mmie
 */
struct bip_text {
	uint8_t head[BIP_AAD_LEN + BIP_TIMESTAMP_LEN];
	size_t head_len;
	const uint8_t *body;
	size_t body_len;
	uint8_t mmie[IEEE80211_MMIE_LEN_16];
	size_t mmie_len;
};

static uint8_t *bip_mmie(const struct crypto_job *job)
{
	return crypto_data(job) + crypto_data_len(job);
}

static size_t bip_mic_len(const struct crypto_job *job)
{
	return job->key->cipher->mic_len - IEEE80211_MMIE_OFF_MIC;
}

static bool bip_text(const struct crypto_job *job, struct bip_text *text)
{
	uint16_t fc = dot11_fc(job->frame);

	memset(text, 0, sizeof(*text));
	text->head_len = BIP_AAD_LEN;
	text->body = crypto_data(job);
	text->body_len = crypto_data_len(job);
	text->mmie_len = job->key->cipher->mic_len;
	if (dot11_fc_is_beacon(fc)) {
		/* The timestamp of a beacon is written after the MIC */
		if (text->body_len < BIP_TIMESTAMP_LEN)
			return false;
		text->head_len += BIP_TIMESTAMP_LEN;
		text->body += BIP_TIMESTAMP_LEN;
		text->body_len -= BIP_TIMESTAMP_LEN;
	}
	fc &= ~(IEEE80211_FC_RETRY | IEEE80211_FC_PM | IEEE80211_FC_MOREDATA);
	dot11_put_le16(text->head, fc);
	memcpy(text->head + 2, dot11_addr1(job->frame),
	       3 * IEEE80211_ADDR_LEN);
	memcpy(text->mmie, bip_mmie(job), IEEE80211_MMIE_OFF_MIC);
	return true;
}

static uint64_t bip_ipn_get(const uint8_t *mmie)
{
	const uint8_t *ipn = mmie + IEEE80211_MMIE_OFF_IPN;

	return dot11_get_le16(ipn) |
	       (uint64_t)dot11_get_le32(ipn + 2) << 16;
}

static void bip_mmie_put(const struct crypto_job *job)
{
	uint8_t *mmie = bip_mmie(job);
	uint8_t *ipn = mmie + IEEE80211_MMIE_OFF_IPN;

	mmie[0] = IEEE80211_EID_MMIE;
	mmie[IEEE80211_MMIE_OFF_LEN] = job->key->cipher->mic_len - 2;
	dot11_put_le16(mmie + IEEE80211_MMIE_OFF_KEYID, job->key->keyidx);
	dot11_put_le16(ipn, (uint16_t)job->pn);
	dot11_put_le32(ipn + 2, (uint32_t)(job->pn >> 16));
}

static enum crypto_status bip_mmie_get(struct crypto_job *job)
{
	const uint8_t *mmie = bip_mmie(job);
	uint16_t keyid = dot11_get_le16(mmie + IEEE80211_MMIE_OFF_KEYID);

	if (mmie[0] != IEEE80211_EID_MMIE ||
	    mmie[IEEE80211_MMIE_OFF_LEN] != job->key->cipher->mic_len - 2)
		return CRYPTO_MALFORMED;
	job->keyid = (uint8_t)keyid;
	job->pn = bip_ipn_get(mmie);
	return keyid == job->key->keyidx ? CRYPTO_OK : CRYPTO_WRONG_KEY;
}

static int bip_cmac_init(struct crypto_key *key)
{
	bool aes128 = key->cipher->key_len == 16;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER,
						 aes128 ? "AES-128-CBC" :
							  "AES-256-CBC", 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
	int err = 0;

	for (int op = 0; op < CRYPTO_OPS; op++) {
		key->mac[op] = mac ? EVP_MAC_CTX_new(mac) : NULL;
		if (!key->mac[op] ||
		    EVP_MAC_init(key->mac[op], key->bytes,
				 key->cipher->key_len, params) != 1)
			err = -EIO;
	}
	EVP_MAC_free(mac);
	return err;
}

/* The frame has the first 8 octets of CMAC-128 */
static bool bip_cmac(const struct crypto_job *job, const struct bip_text *text,
		     uint8_t mic[BIP_MIC_LEN_MAX])
{
	EVP_MAC_CTX *ctx = job->key->mac[job->op];
	size_t n;

	return EVP_MAC_init(ctx, NULL, 0, NULL) == 1 &&
	       EVP_MAC_update(ctx, text->head, text->head_len) == 1 &&
	       EVP_MAC_update(ctx, text->body, text->body_len) == 1 &&
	       EVP_MAC_update(ctx, text->mmie, text->mmie_len) == 1 &&
	       EVP_MAC_final(ctx, mic, &n, BIP_MIC_LEN_MAX) == 1;
}

static int bip_gmac_init(struct crypto_key *key)
{
	const char *name = key->cipher->key_len == 16 ?
		"AES-128-GCM" : "AES-256-GCM";

	/* GMAC is GCM without a message; both operations encrypt */
	for (int op = 0; op < CRYPTO_OPS; op++) {
		key->ctx[op] = crypto_ctx_new(name, CRYPTO_ENCRYPT, key->bytes,
					      CRYPTO_GCM_NONCE_LEN, 0);
		if (!key->ctx[op])
			return -EIO;
	}
	return 0;
}

static bool bip_gmac(const struct crypto_job *job, const struct bip_text *text,
		     uint8_t mic[BIP_MIC_LEN_MAX])
{
	EVP_CIPHER_CTX *ctx = job->key->ctx[job->op];
	uint8_t nonce[CRYPTO_GCM_NONCE_LEN];
	int n;

	crypto_gcm_nonce(job, nonce);
	return EVP_CipherInit_ex(ctx, NULL, NULL, NULL, nonce, -1) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, text->head,
				(int)text->head_len) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, text->body,
				(int)text->body_len) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, text->mmie,
				(int)text->mmie_len) == 1 &&
	       EVP_CipherFinal_ex(ctx, mic, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
				   BIP_MIC_LEN_MAX, mic) == 1;
}

static bool bip_mic(const struct crypto_job *job, const struct bip_text *text,
		    uint8_t mic[BIP_MIC_LEN_MAX])
{
	return job->key->mac[job->op] ? bip_cmac(job, text, mic) :
					bip_gmac(job, text, mic);
}

static enum crypto_status bip_protect(struct crypto_job *job)
{
	uint8_t mic[BIP_MIC_LEN_MAX];
	struct bip_text text;

	bip_mmie_put(job);
	if (!bip_text(job, &text))
		return CRYPTO_MALFORMED;
	if (!bip_mic(job, &text, mic))
		return CRYPTO_FAILED;
	memcpy(bip_mmie(job) + IEEE80211_MMIE_OFF_MIC, mic, bip_mic_len(job));
	return CRYPTO_OK;
}

static enum crypto_status bip_check(struct crypto_job *job)
{
	enum crypto_status status = bip_mmie_get(job);
	uint8_t mic[BIP_MIC_LEN_MAX];
	struct bip_text text;

	if (status != CRYPTO_OK)
		return status;
	if (!bip_text(job, &text))
		return CRYPTO_MALFORMED;
	if (!bip_mic(job, &text, mic))
		return CRYPTO_FAILED;
	if (CRYPTO_memcmp(mic, bip_mmie(job) + IEEE80211_MMIE_OFF_MIC,
			  bip_mic_len(job)))
		return CRYPTO_MIC_FAILURE;
	return CRYPTO_OK;
}

const struct crypto_ops crypto_bip_cmac_ops = {
	.init = bip_cmac_init,
	.encrypt = bip_protect,
	.decrypt = bip_check,
};

const struct crypto_ops crypto_bip_gmac_ops = {
	.init = bip_gmac_init,
	.encrypt = bip_protect,
	.decrypt = bip_check,
};
