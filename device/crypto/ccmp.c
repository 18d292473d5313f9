// SPDX-License-Identifier: GPL-2.0-only
/* CCMP-128 and CCMP-256 (IEEE 802.11-2020, 12.5.3) */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "crypto/priv.h"

static int ccmp_init(struct crypto_key *key)
{
	const struct crypto_cipher *cipher = key->cipher;
	const char *name = cipher->key_len == 16 ? "AES-128-CCM" : "AES-256-CCM";

	for (int op = 0; op < CRYPTO_OPS; op++) {
		key->ctx[op] = crypto_ctx_new(name, op, key->bytes,
					      CRYPTO_CCM_NONCE_LEN,
					      cipher->mic_len);
		if (!key->ctx[op])
			return -EIO;
	}
	return 0;
}

/* CCM needs the length of the message first */
static bool ccmp_start(EVP_CIPHER_CTX *ctx, const struct crypto_job *job,
		       int len)
{
	uint8_t nonce[CRYPTO_CCM_NONCE_LEN];
	uint8_t aad[CRYPTO_AAD_LEN_MAX];
	int aad_len = (int)crypto_aad(job, aad);
	int n;

	crypto_ccm_nonce(job, nonce);
	return EVP_CipherInit_ex(ctx, NULL, NULL, NULL, nonce, -1) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, NULL, len) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, aad, aad_len) == 1;
}

static enum crypto_status ccmp_encrypt(struct crypto_job *job)
{
	EVP_CIPHER_CTX *ctx = job->key->ctx[CRYPTO_ENCRYPT];
	uint8_t *data = crypto_data(job);
	int len = (int)crypto_data_len(job);
	int n;

	crypto_ext_iv_put(crypto_iv(job), job->pn, job->key->keyidx);
	if (!ccmp_start(ctx, job, len) ||
	    EVP_CipherUpdate(ctx, data, &n, data, len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
				job->key->cipher->mic_len, data + len) != 1)
		return CRYPTO_FAILED;
	return CRYPTO_OK;
}

static enum crypto_status ccmp_decrypt(struct crypto_job *job)
{
	EVP_CIPHER_CTX *ctx = job->key->ctx[CRYPTO_DECRYPT];
	enum crypto_status status = crypto_ext_iv_get(job);
	uint8_t *data = crypto_data(job);
	int len = (int)crypto_data_len(job);

	if (status != CRYPTO_OK)
		return status;
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
				job->key->cipher->mic_len, data + len) != 1 ||
	    !ccmp_start(ctx, job, len))
		return CRYPTO_FAILED;
	/*
	 * The library decrypts and compares the MIC in this one call, which
	 * returns the octets done or -1. EVP_CipherUpdate() would queue an
	 * error with allocated strings for each MIC failure, so that any
	 * sender could make the NIC allocate memory.
	 */
	if (EVP_Cipher(ctx, data, data, (unsigned int)len) != len)
		return CRYPTO_MIC_FAILURE;
	return CRYPTO_OK;
}

const struct crypto_ops crypto_ccmp_ops = {
	.init = ccmp_init,
	.encrypt = ccmp_encrypt,
	.decrypt = ccmp_decrypt,
};
