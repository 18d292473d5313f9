// SPDX-License-Identifier: GPL-2.0-only
/* The crypto engine: table of ciphers, keys, batches */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypto/crypto.h"
#include "crypto/priv.h"
#include "dot11/dot11.h"

#define WEP_FLAGS	CRYPTO_F_DATA
#define TKIP_FLAGS	(CRYPTO_F_DATA | CRYPTO_F_MICHAEL | CRYPTO_F_REPLAY)
#define AEAD_FLAGS	(CRYPTO_F_DATA | CRYPTO_F_MGMT | CRYPTO_F_REPLAY | \
			 CRYPTO_F_AEAD)
#define BIP_FLAGS	(CRYPTO_F_GROUP_MGMT | CRYPTO_F_REPLAY)
#define MMIE_8		IEEE80211_MMIE_LEN_8
#define MMIE_16		IEEE80211_MMIE_LEN_16

/* suite, name, octets of key, IV and MIC, bits of the PN, flags, functions */
const struct crypto_cipher crypto_ciphers[] = {
	{ SKUA_CIPHER_WEP40, "WEP-40", SKUA_KEY_LEN_WEP40, 4, 4, 24, WEP_FLAGS,
	  &crypto_wep_ops },
	{ SKUA_CIPHER_WEP104, "WEP-104", SKUA_KEY_LEN_WEP104, 4, 4, 24, WEP_FLAGS,
	  &crypto_wep_ops },
	{ SKUA_CIPHER_TKIP, "TKIP", SKUA_KEY_LEN_TKIP_MICHAEL, 8, 4, 48, TKIP_FLAGS,
	  &crypto_tkip_ops },
	{ SKUA_CIPHER_CCMP, "CCMP-128", SKUA_KEY_LEN_CCMP, 8, 8, 48, AEAD_FLAGS,
	  &crypto_ccmp_ops },
	{ SKUA_CIPHER_CCMP_256, "CCMP-256", SKUA_KEY_LEN_CCMP_256, 8, 16, 48, AEAD_FLAGS,
	  &crypto_ccmp_ops },
	{ SKUA_CIPHER_GCMP, "GCMP-128", SKUA_KEY_LEN_GCMP, 8, 16, 48, AEAD_FLAGS,
	  &crypto_gcmp_ops },
	{ SKUA_CIPHER_GCMP_256, "GCMP-256", SKUA_KEY_LEN_GCMP_256, 8, 16, 48, AEAD_FLAGS,
	  &crypto_gcmp_ops },
	{ SKUA_CIPHER_BIP_CMAC, "BIP-CMAC-128", SKUA_KEY_LEN_BIP_CMAC, 0, MMIE_8, 48,
	  BIP_FLAGS, &crypto_bip_cmac_ops },
	{ SKUA_CIPHER_BIP_CMAC_256, "BIP-CMAC-256", SKUA_KEY_LEN_BIP_CMAC_256, 0, MMIE_16, 48,
	  BIP_FLAGS, &crypto_bip_cmac_ops },
	{ SKUA_CIPHER_BIP_GMAC, "BIP-GMAC-128", SKUA_KEY_LEN_BIP_GMAC, 0, MMIE_16, 48,
	  BIP_FLAGS, &crypto_bip_gmac_ops },
	{ SKUA_CIPHER_BIP_GMAC_256, "BIP-GMAC-256", SKUA_KEY_LEN_BIP_GMAC_256, 0, MMIE_16, 48,
	  BIP_FLAGS, &crypto_bip_gmac_ops },
};

/* Users of the engine have tables with a row for each cipher */
static_assert(sizeof(crypto_ciphers) ==
	      CRYPTO_CIPHERS * sizeof(crypto_ciphers[0]),
	      "CRYPTO_CIPHERS is the number of rows");

static const char * const status_names[CRYPTO_STATUSES] = {
	[CRYPTO_OK]		= "ok",
	[CRYPTO_MIC_FAILURE]	= "MIC failure",
	[CRYPTO_ICV_FAILURE]	= "ICV failure",
	[CRYPTO_MICHAEL_FAILURE] = "Michael MIC failure",
	[CRYPTO_MALFORMED]	= "malformed",
	[CRYPTO_WRONG_KEY]	= "wrong key",
	[CRYPTO_PN_EXHAUSTED]	= "PN exhausted",
	[CRYPTO_FAILED]		= "library failure",
};

const char *crypto_status_name(enum crypto_status status)
{
	return (unsigned int)status < CRYPTO_STATUSES ?
		status_names[status] : "?";
}

const char *crypto_lib_name(enum crypto_lib lib)
{
	return lib == CRYPTO_LIB_IPSEC_MB ? "ipsec-mb" : "evp";
}

const char *crypto_lib_ipsec_mb(void)
{
	return crypto_mb_text();
}

/* Choice of crypto_lib_use() */
static struct {
	bool made;
	enum crypto_lib lib;
} choice;

int crypto_lib_use(enum crypto_lib lib)
{
	if (lib == CRYPTO_LIB_IPSEC_MB && !crypto_mb_ready())
		return -EOPNOTSUPP;
	choice.made = true;
	choice.lib = lib;
	return 0;
}

enum crypto_lib crypto_lib_used(void)
{
	if (!choice.made && crypto_lib_use(CRYPTO_LIB_IPSEC_MB))
		crypto_lib_use(CRYPTO_LIB_EVP);
	return choice.lib;
}

const struct crypto_cipher *crypto_cipher_find(uint32_t suite)
{
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++)
		if (crypto_ciphers[i].suite == suite)
			return &crypto_ciphers[i];
	return NULL;
}

int crypto_key_init(struct crypto_key *key, uint32_t suite,
		    const uint8_t *bytes, size_t len, uint8_t keyidx)
{
	const struct crypto_cipher *cipher = crypto_cipher_find(suite);
	bool bip;
	int err;

	memset(key, 0, sizeof(*key));
	if (!cipher)
		return -EOPNOTSUPP;
	bip = cipher->flags & CRYPTO_F_GROUP_MGMT;
	if (!bytes || len != cipher->key_len ||
	    keyidx < (bip ? 4 : 0) || keyidx > (bip ? 7 : 3))
		return -EINVAL;
	key->cipher = cipher;
	key->keyidx = keyidx;
	memcpy(key->bytes, bytes, len);
	key->ops = cipher->ops;
	err = crypto_lib_used() == CRYPTO_LIB_IPSEC_MB ?
		crypto_mb_key_init(key) : 0;
	if (!err && key->ops->init)
		err = key->ops->init(key);
	if (err)
		crypto_key_wipe(key);
	return err;
}

void crypto_key_wipe(struct crypto_key *key)
{
	/* The library clears the key schedules that it frees */
	for (int op = 0; op < CRYPTO_OPS; op++) {
		EVP_CIPHER_CTX_free(key->ctx[op]);
		EVP_MAC_CTX_free(key->mac[op]);
	}
	crypto_mb_key_free(key);
	OPENSSL_cleanse(key, sizeof(*key));
}

/* Whether the cipher protects such frames */
static bool frame_fits(uint16_t fc, const struct crypto_cipher *cipher)
{
	if (dot11_fc_is_data(fc))
		return (cipher->flags & CRYPTO_F_DATA) &&
		       dot11_fc_is_data_present(fc);
	if (!dot11_fc_is_mgmt(fc))
		return false;
	if (cipher->flags & (CRYPTO_F_MGMT | CRYPTO_F_GROUP_MGMT))
		return true;
	/* Shared Key authentication encrypts its third frame */
	return !(cipher->flags & CRYPTO_F_REPLAY) &&
	       dot11_fc_is_stype(fc, IEEE80211_AUTH);
}

/* Check header and lengths, which the ciphers then rely on */
static enum crypto_status job_check(const struct crypto_job *job)
{
	const struct crypto_cipher *cipher;
	uint16_t fc;

	if (!job->key || !crypto_key_valid(job->key))
		return CRYPTO_WRONG_KEY;
	cipher = job->key->cipher;
	if (job->hdr_len < IEEE80211_HDR_LEN_3ADDR ||
	    job->body_len < cipher->iv_len + cipher->mic_len)
		return CRYPTO_MALFORMED;
	fc = dot11_fc(job->frame);
	if (job->hdr_len != dot11_fc_hdrlen(fc) || !frame_fits(fc, cipher))
		return CRYPTO_MALFORMED;
	if (job->op == CRYPTO_ENCRYPT) {
		bool fits = !(job->pn >> cipher->pn_bits);

		return fits ? CRYPTO_OK : CRYPTO_PN_EXHAUSTED;
	}
	/* BIP protects frames that are not encrypted */
	if (!(cipher->flags & CRYPTO_F_GROUP_MGMT) &&
	    !(fc & IEEE80211_FC_PROTECTED))
		return CRYPTO_MALFORMED;
	return CRYPTO_OK;
}

static bool start(struct crypto_job *job)
{
	job->status = job_check(job);
	if (job->status != CRYPTO_OK)
		return false;
	if (job->op == CRYPTO_ENCRYPT) {
		uint16_t fc = dot11_fc(job->frame);

		if (!(job->key->cipher->flags & CRYPTO_F_GROUP_MGMT))
			dot11_put_le16(job->frame, fc | IEEE80211_FC_PROTECTED);
		job->keyid = job->key->keyidx;
	}
	return true;
}

static void finish(struct crypto_job *job)
{
	/* BIP neither encrypts nor writes the data */
	if (job->op != CRYPTO_DECRYPT ||
	    (job->key->cipher->flags & CRYPTO_F_GROUP_MGMT))
		return;
	switch (job->status) {
	case CRYPTO_MIC_FAILURE:
	case CRYPTO_ICV_FAILURE:
	case CRYPTO_FAILED:
		memset(crypto_data(job), 0, crypto_data_len(job));
		break;
	default:
		break;
	}
}

static void run_one(struct crypto_job *job)
{
	const struct crypto_ops *ops = job->key->ops;

	job->lib = CRYPTO_LIB_EVP;
	job->status = job->op == CRYPTO_ENCRYPT ? ops->encrypt(job) :
						  ops->decrypt(job);
	finish(job);
}

/* CCMP jobs of a batch, which libipsec-mb may do together */
struct group {
	unsigned int n;
	struct crypto_job *job[CRYPTO_MB_JOBS];
};

static bool for_group(const struct crypto_key *key)
{
	return key->mb && key->ops == &crypto_ccmp_ops;
}

static void run_group(struct group *g)
{
	bool done = crypto_mb_ccmp(g->job, g->n);

	for (unsigned int i = 0; i < g->n; i++) {
		if (done)
			finish(g->job[i]);
		else
			run_one(g->job[i]);
	}
	g->n = 0;
}

size_t crypto_run(struct crypto_job *jobs, size_t n)
{
	struct group group;
	size_t failed = 0;

	group.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct crypto_job *job = &jobs[i];

		if (!start(job))
			continue;
		if (!for_group(job->key)) {
			run_one(job);
			continue;
		}
		group.job[group.n++] = job;
		if (group.n == CRYPTO_MB_JOBS)
			run_group(&group);
	}
	if (group.n)
		run_group(&group);
	for (size_t i = 0; i < n; i++)
		failed += jobs[i].status != CRYPTO_OK;
	return failed;
}
