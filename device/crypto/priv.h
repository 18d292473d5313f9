/* SPDX-License-Identifier: GPL-2.0-only */
/* Declarations that the files of the crypto engine share */
#ifndef SKUA_DEVICE_CRYPTO_PRIV_H
#define SKUA_DEVICE_CRYPTO_PRIV_H

#include "crypto/crypto.h"
#include "dot11/dot11.h"

#define CRYPTO_AAD_LEN_MAX	30	/* FC, A1 to A3, SC, A4, QC */
#define CRYPTO_CCM_NONCE_LEN	13
#define CRYPTO_GCM_NONCE_LEN	12
#define CRYPTO_ICV_LEN		4	/* WEP and TKIP */
#define CRYPTO_RC4_SEED_LEN	16	/* at most */

/**
 * struct crypto_ops - functions of a cipher
 * @init: expand the key; cipher, keyidx and bytes are set. crypto_key_wipe()
 *	undoes it, also after a failure. May be NULL
 * @encrypt: as &struct crypto_job says, header and lengths already checked
 * @decrypt: the same for reception
 */
struct crypto_ops {
	int (*init)(struct crypto_key *key);
	enum crypto_status (*encrypt)(struct crypto_job *job);
	enum crypto_status (*decrypt)(struct crypto_job *job);
};

/*
 * libipsec-mb. It has some lanes, each of which works on a frame, block after block.
 */
#define CRYPTO_MB_JOBS		64	/* CCMP frames that it is given at a time */

#ifdef CRYPTO_IPSEC_MB

/* Whether there is a manager, and the processor has what it takes */
bool crypto_mb_ready(void);

/* Text for a log line: version, instructions, what is missing */
const char *crypto_mb_text(void);

/**
 * crypto_mb_key_init() - expand the key for libipsec-mb, if that has its cipher
 * @key: gets mb, and for GCMP ops
 *
 * crypto_mb_ready() must be true. crypto_mb_key_free() undoes it.
 *
 * Return: 0, or -ENOMEM.
 */
int crypto_mb_key_init(struct crypto_key *key);

/* Clear and free &struct crypto_key.mb, which may be NULL */
void crypto_mb_key_free(struct crypto_key *key);

/**
 * crypto_mb_ccmp() - do CCMP jobs together
 * @jobs: the jobs; header and lengths already checked, their keys have mb
 * @n: number of jobs, at most CRYPTO_MB_JOBS
 *
 * Return: false if nothing was done: these are too few or too different, so that EVP
 *	takes less time, or another thread is here.
 */
bool crypto_mb_ccmp(struct crypto_job **jobs, unsigned int n);

#else

static inline bool crypto_mb_ready(void)
{
	return false;
}

static inline const char *crypto_mb_text(void)
{
	return "not built in";
}

static inline int crypto_mb_key_init(struct crypto_key *key)
{
	(void)key;
	return 0;
}

static inline void crypto_mb_key_free(struct crypto_key *key)
{
	(void)key;
}

static inline bool crypto_mb_ccmp(struct crypto_job **jobs, unsigned int n)
{
	(void)jobs;
	(void)n;
	return false;
}

#endif /* CRYPTO_IPSEC_MB */

extern const struct crypto_ops crypto_ccmp_ops;
extern const struct crypto_ops crypto_gcmp_ops;
extern const struct crypto_ops crypto_bip_cmac_ops;
extern const struct crypto_ops crypto_bip_gmac_ops;
extern const struct crypto_ops crypto_tkip_ops;
extern const struct crypto_ops crypto_wep_ops;

/**
 * crypto_aad() - additional authenticated data of CCMP and GCMP
 * @job: the MPDU
 * @aad: CRYPTO_AAD_LEN_MAX octets
 *
 * Return: octets written.
 */
size_t crypto_aad(const struct crypto_job *job, uint8_t *aad);

/* Write the eight octets with the 48-bit PN that CCMP and GCMP put before the data */
void crypto_ext_iv_put(uint8_t *iv, uint64_t pn, uint8_t keyidx);

/**
 * crypto_ext_iv_get() - read the PN of a received frame
 * @job: gets pn and keyid
 *
 * Return: CRYPTO_OK, CRYPTO_MALFORMED without Ext IV, or CRYPTO_WRONG_KEY.
 */
enum crypto_status crypto_ext_iv_get(struct crypto_job *job);

/* Write a 48-bit number, most significant octet first, for a nonce */
void crypto_put_be48(uint8_t *p, uint64_t v);

/* Flags, A2 and the PN: the nonce of CCMP */
void crypto_ccm_nonce(const struct crypto_job *job,
		      uint8_t nonce[CRYPTO_CCM_NONCE_LEN]);

/* A2 and the PN: the nonce of GCMP and of BIP-GMAC */
void crypto_gcm_nonce(const struct crypto_job *job,
		      uint8_t nonce[CRYPTO_GCM_NONCE_LEN]);

/**
 * crypto_rc4_encrypt() - append the ICV and encrypt both
 * @seed: RC4 key of this frame
 * @seed_len: octets of @seed
 * @data: the data, with room for CRYPTO_ICV_LEN more octets
 * @len: octets of @data without the ICV
 */
void crypto_rc4_encrypt(const uint8_t *seed, size_t seed_len,
			uint8_t *data, size_t len);

/* Undo crypto_rc4_encrypt(). Return: false if the ICV is wrong. */
bool crypto_rc4_decrypt(const uint8_t *seed, size_t seed_len,
			uint8_t *data, size_t len);

/* TKIP: key mixing phase 1, for one TA and the upper 32 bits of the TSC */
void crypto_tkip_phase1(const uint8_t *tk, const uint8_t *ta, uint32_t iv32,
			uint16_t p1k[CRYPTO_P1K_WORDS]);

/* TKIP: key mixing phase 2, the RC4 key of one MPDU */
void crypto_tkip_phase2(const uint8_t *tk,
			const uint16_t p1k[CRYPTO_P1K_WORDS], uint16_t iv16,
			uint8_t seed[CRYPTO_RC4_SEED_LEN]);

/* Michael over @head, a multiple of four octets, and @data */
void crypto_michael(const uint8_t *key, const uint8_t *head, size_t head_len,
		    const uint8_t *data, size_t len,
		    uint8_t mic[CRYPTO_MICHAEL_LEN]);

static inline uint8_t *crypto_iv(const struct crypto_job *job)
{
	return job->frame + job->hdr_len;
}

static inline uint8_t *crypto_data(const struct crypto_job *job)
{
	return crypto_iv(job) + job->key->cipher->iv_len;
}

/* Octets of data; crypto_run() made sure that IV and MIC have room */
static inline size_t crypto_data_len(const struct crypto_job *job)
{
	const struct crypto_cipher *cipher = job->key->cipher;

	return (size_t)job->body_len - cipher->iv_len - cipher->mic_len;
}

/**
 * crypto_ctx_new() - a context with its key set, for one direction
 * @name: the library's name of the cipher
 * @op: direction
 * @bytes: key
 * @nonce_len: octets of the nonce
 * @tag_len: octets of the MIC for CCM, 0 for GCM
 *
 * Return: the context, or NULL.
 */
struct evp_cipher_ctx_st *crypto_ctx_new(const char *name, enum crypto_op op,
					 const uint8_t *bytes, int nonce_len,
					 int tag_len);

#endif /* SKUA_DEVICE_CRYPTO_PRIV_H */
