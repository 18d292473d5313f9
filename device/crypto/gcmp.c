// SPDX-License-Identifier: GPL-2.0-only
/* GCMP-128 and GCMP-256 (IEEE 802.11-2020, 12.5.5) */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "crypto/priv.h"

static int gcmp_init(struct crypto_key *key)
{
	const char *name = key->cipher->key_len == 16 ?
		"AES-128-GCM" : "AES-256-GCM";

	for (int op = 0; op < CRYPTO_OPS; op++) {
		key->ctx[op] = crypto_ctx_new(name, op, key->bytes,
					      CRYPTO_GCM_NONCE_LEN, 0);
		if (!key->ctx[op])
			return -EIO;
	}
	return 0;
}

static bool gcmp_start(EVP_CIPHER_CTX *ctx, const struct crypto_job *job)
{
	uint8_t nonce[CRYPTO_GCM_NONCE_LEN];
	uint8_t aad[CRYPTO_AAD_LEN_MAX];
	int aad_len = (int)crypto_aad(job, aad);
	int n;

	crypto_gcm_nonce(job, nonce);
	return EVP_CipherInit_ex(ctx, NULL, NULL, NULL, nonce, -1) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, aad, aad_len) == 1;
}

static enum crypto_status gcmp_encrypt(struct crypto_job *job)
{
	EVP_CIPHER_CTX *ctx = job->key->ctx[CRYPTO_ENCRYPT];
	uint8_t *data = crypto_data(job);
	int len = (int)crypto_data_len(job);
	int n;

	crypto_ext_iv_put(crypto_iv(job), job->pn, job->key->keyidx);
	if (!gcmp_start(ctx, job) ||
	    EVP_CipherUpdate(ctx, data, &n, data, len) != 1 ||
	    EVP_CipherFinal_ex(ctx, data + len, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
				job->key->cipher->mic_len, data + len) != 1)
		return CRYPTO_FAILED;
	return CRYPTO_OK;
}

static enum crypto_status gcmp_decrypt(struct crypto_job *job)
{
	EVP_CIPHER_CTX *ctx = job->key->ctx[CRYPTO_DECRYPT];
	enum crypto_status status = crypto_ext_iv_get(job);
	uint8_t *data = crypto_data(job);
	int len = (int)crypto_data_len(job);
	int n;

	if (status != CRYPTO_OK)
		return status;
	if (!gcmp_start(ctx, job) ||
	    EVP_CipherUpdate(ctx, data, &n, data, len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
				job->key->cipher->mic_len, data + len) != 1)
		return CRYPTO_FAILED;
	if (EVP_CipherFinal_ex(ctx, data + len, &n) != 1)
		return CRYPTO_MIC_FAILURE;
	return CRYPTO_OK;
}

const struct crypto_ops crypto_gcmp_ops = {
	.init = gcmp_init,
	.encrypt = gcmp_encrypt,
	.decrypt = gcmp_decrypt,
};
