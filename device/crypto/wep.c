// SPDX-License-Identifier: GPL-2.0-only
/*
 * WEP-40 and WEP-104 (IEEE 802.11-2020, 12.3), and the RC4 encapsulation that
 * TKIP shares.
 *
 * RC4 changes its key with each frame. EVP would need OpenSSL's legacy
 * provider, a separate package, and more time for the key than for the data.
 * Therefore the older call is used.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rc4.h>

#include "crypto/priv.h"

void crypto_rc4_encrypt(const uint8_t *seed, size_t seed_len,
			uint8_t *data, size_t len)
{
	RC4_KEY rc4;

	dot11_put_le32(data + len, dot11_fcs(data, len));
	RC4_set_key(&rc4, (int)seed_len, seed);
	RC4(&rc4, len + CRYPTO_ICV_LEN, data, data);
	OPENSSL_cleanse(&rc4, sizeof(rc4));
}

bool crypto_rc4_decrypt(const uint8_t *seed, size_t seed_len,
			uint8_t *data, size_t len)
{
	uint32_t icv;
	RC4_KEY rc4;

	RC4_set_key(&rc4, (int)seed_len, seed);
	RC4(&rc4, len + CRYPTO_ICV_LEN, data, data);
	OPENSSL_cleanse(&rc4, sizeof(rc4));
	icv = dot11_get_le32(data + len);
	return icv == dot11_fcs(data, len);
}

static size_t wep_seed(const struct crypto_job *job,
		       uint8_t seed[CRYPTO_RC4_SEED_LEN])
{
	size_t key_len = job->key->cipher->key_len;

	memcpy(seed, crypto_iv(job), IEEE80211_IV_OFF_KEYID);
	memcpy(seed + IEEE80211_IV_OFF_KEYID, job->key->bytes, key_len);
	return IEEE80211_IV_OFF_KEYID + key_len;
}

/* The standard gives the IV no byte order; this is the order of mac80211 */
static enum crypto_status wep_encrypt(struct crypto_job *job)
{
	uint8_t seed[CRYPTO_RC4_SEED_LEN];
	uint8_t *iv = crypto_iv(job);
	size_t seed_len;

	iv[0] = (uint8_t)(job->pn >> 16);
	iv[1] = (uint8_t)(job->pn >> 8);
	iv[2] = (uint8_t)job->pn;
	iv[3] = (uint8_t)(job->key->keyidx << IEEE80211_IV_KEYID_SHIFT);
	seed_len = wep_seed(job, seed);
	crypto_rc4_encrypt(seed, seed_len, crypto_data(job),
			   crypto_data_len(job));
	OPENSSL_cleanse(seed, sizeof(seed));
	return CRYPTO_OK;
}

static enum crypto_status wep_decrypt(struct crypto_job *job)
{
	uint8_t seed[CRYPTO_RC4_SEED_LEN];
	const uint8_t *iv = crypto_iv(job);
	size_t seed_len;
	bool ok;

	job->pn = (uint64_t)iv[0] << 16 | (uint64_t)iv[1] << 8 | iv[2];
	job->keyid = dot11_iv_keyid(iv);
	if (job->keyid != job->key->keyidx)
		return CRYPTO_WRONG_KEY;
	seed_len = wep_seed(job, seed);
	ok = crypto_rc4_decrypt(seed, seed_len, crypto_data(job),
				crypto_data_len(job));
	OPENSSL_cleanse(seed, sizeof(seed));
	return ok ? CRYPTO_OK : CRYPTO_ICV_FAILURE;
}

const struct crypto_ops crypto_wep_ops = {
	.encrypt = wep_encrypt,
	.decrypt = wep_decrypt,
};
