// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts of the library, AAD, nonces and IV, which CCMP, GCMP and BIP share
 */
#include <string.h>

#include <openssl/evp.h>

#include "crypto/priv.h"

struct evp_cipher_ctx_st *crypto_ctx_new(const char *name, enum crypto_op op,
					 const uint8_t *bytes, int nonce_len,
					 int tag_len)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int enc = op == CRYPTO_ENCRYPT;

	if (!cipher || !ctx ||
	    EVP_CipherInit_ex(ctx, cipher, NULL, NULL, NULL, enc) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, nonce_len,
				NULL) != 1 ||
	    (tag_len && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
					    tag_len, NULL) != 1) ||
	    EVP_CipherInit_ex(ctx, NULL, NULL, bytes, NULL, enc) != 1) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_CIPHER_free(cipher);
	return ctx;
}

size_t crypto_aad(const struct crypto_job *job, uint8_t *aad)
{
	const uint8_t *frame = job->frame;
	uint16_t fc = dot11_fc(frame);
	uint16_t qos_mask = IEEE80211_QOS_TID;
	uint16_t mask = IEEE80211_FC_RETRY | IEEE80211_FC_PM |
			IEEE80211_FC_MOREDATA;
	size_t len = 22;

	/* The QoS bit of the subtype is not masked */
	if (dot11_fc_is_data(fc))
		mask |= IEEE80211_FC_SUBTYPE & ~IEEE80211_FC_DATA_QOS;
	if (dot11_fc_is_data_qos(fc))
		mask |= IEEE80211_FC_ORDER;
	dot11_put_le16(aad, (fc & ~mask) | IEEE80211_FC_PROTECTED);
	memcpy(aad + 2, dot11_addr1(frame), 3 * IEEE80211_ADDR_LEN);
	dot11_put_le16(aad + 20, dot11_frag(frame));
	if (dot11_fc_has_a4(fc)) {
		memcpy(aad + len, dot11_addr4(frame), IEEE80211_ADDR_LEN);
		len += IEEE80211_ADDR_LEN;
	}
	if (dot11_fc_is_data_qos(fc)) {
		if (job->flags & CRYPTO_JOB_SPP_AMSDU)
			qos_mask |= IEEE80211_QOS_AMSDU;
		dot11_put_le16(aad + len,
			       dot11_qos_ctl(frame) & qos_mask);
		len += IEEE80211_QOS_LEN;
	}
	return len;
}

/* First octet of the CCMP nonce: priority, and the bit for management frames */
static uint8_t nonce_flags(const uint8_t *frame)
{
	if (dot11_fc_is_mgmt(dot11_fc(frame)))
		return 0x10;
	return dot11_tid(frame);
}

void crypto_put_be48(uint8_t *p, uint64_t v)
{
	for (int i = 5; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

void crypto_ccm_nonce(const struct crypto_job *job,
		      uint8_t nonce[CRYPTO_CCM_NONCE_LEN])
{
	nonce[0] = nonce_flags(job->frame);
	memcpy(nonce + 1, dot11_addr2(job->frame), IEEE80211_ADDR_LEN);
	crypto_put_be48(nonce + 1 + IEEE80211_ADDR_LEN, job->pn);
}

void crypto_gcm_nonce(const struct crypto_job *job,
		      uint8_t nonce[CRYPTO_GCM_NONCE_LEN])
{
	memcpy(nonce, dot11_addr2(job->frame), IEEE80211_ADDR_LEN);
	crypto_put_be48(nonce + IEEE80211_ADDR_LEN, job->pn);
}

void crypto_ext_iv_put(uint8_t *iv, uint64_t pn, uint8_t keyidx)
{
	dot11_put_le16(iv, (uint16_t)pn);
	iv[2] = 0;
	iv[3] = IEEE80211_IV_EXT | (uint8_t)(keyidx << IEEE80211_IV_KEYID_SHIFT);
	dot11_put_le32(iv + 4, (uint32_t)(pn >> 16));
}

enum crypto_status crypto_ext_iv_get(struct crypto_job *job)
{
	const uint8_t *iv = crypto_iv(job);

	if (!(iv[IEEE80211_IV_OFF_KEYID] & IEEE80211_IV_EXT))
		return CRYPTO_MALFORMED;
	job->pn = dot11_get_le16(iv) |
		  (uint64_t)dot11_get_le32(iv + 4) << 16;
	job->keyid = dot11_iv_keyid(iv);
	if (job->keyid != job->key->keyidx)
		return CRYPTO_WRONG_KEY;
	return CRYPTO_OK;
}
