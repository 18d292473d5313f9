// SPDX-License-Identifier: GPL-2.0-only
/*
 * CCMP and GCMP by libipsec-mb
 *
 * CCM computes its MIC block after block, and each block waits for the one before it.
 * So the library has lanes: a processor with wide AES instructions does the next block
 * of 8 or 16 frames in little more time than that of one. The jobs of a group are
 * submitted, and the manager flushed; whatever a job was given is in use no longer then.
 *
 * GCM has no such chain. A frame is done by one call, which needs no manager.
 */
#define NO_COMPAT_IMB_API_053	/* no short names */
#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include "crypto/priv.h"

/*
 * Without AES instructions the library emulates them. SAFE_DATA: it clears what it has
 * computed from keys and data.
 */
#define NEEDED	(IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | \
		 IMB_FEATURE_SAFE_DATA)

#define AES_ROUND_KEYS	15	/* of AES-256; AES-128 has 11 */
#define ALIGN		64	/* as struct gcm_key_data */
#define TAG_LEN_MAX	16

/**
 * struct crypto_mb_key - a key as libipsec-mb expands it
 * @gcm: for GCMP
 * @aes: for CCMP
 * @gcm_run: function of GCM, by operation
 * @mem: memory of this structure, which starts at a multiple of ALIGN in it
 *
 * Jobs only read it, so that threads may share it.
 */
struct crypto_mb_key {
	union {
		alignas(ALIGN) struct gcm_key_data gcm;
		alignas(ALIGN) uint8_t aes[AES_ROUND_KEYS * 16];
	};
	aes_gcm_enc_dec_t gcm_run[CRYPTO_OPS];
	void *mem;
};

#define KEY_MEM		(sizeof(struct crypto_mb_key) + ALIGN - 1)

/* A CCMP job in the manager, with what the manager needs until it is done */
struct lane {
	struct crypto_job *job;
	uint8_t nonce[16];
	uint8_t aad[32];
	uint8_t tag[TAG_LEN_MAX];
};

static_assert(sizeof(((struct lane *)0)->nonce) >= CRYPTO_CCM_NONCE_LEN &&
	      sizeof(((struct lane *)0)->aad) >= CRYPTO_AAD_LEN_MAX,
	      "room for nonce and AAD");

/*
 * The library: its manager, which one thread at a time may give jobs, and the jobs that
 * it has been given
 */
static struct {
	bool tried;
	IMB_MGR *mgr;
	char text[96];
	atomic_flag busy;
	struct lane lane[CRYPTO_MB_JOBS];
} mb = { .busy = ATOMIC_FLAG_INIT };

/* Whether the library is what it claims to be, on this processor */
static bool usable(const IMB_MGR *mgr)
{
	return (mgr->features & NEEDED) == NEEDED &&
	       (!(mgr->features & IMB_FEATURE_SELF_TEST) ||
		(mgr->features & IMB_FEATURE_SELF_TEST_PASS)) &&
	       !imb_get_errno((IMB_MGR *)mgr);
}

static const char *instructions(uint64_t features)
{
	if ((features & IMB_FEATURE_AVX512_SKX) == IMB_FEATURE_AVX512_SKX)
		return features & IMB_FEATURE_VAES ? "AVX-512, VAES" : "AVX-512";
	if (features & IMB_FEATURE_AVX2)
		return features & IMB_FEATURE_VAES ? "AVX2, VAES" : "AVX2";
	return "AES-NI";
}

bool crypto_mb_ready(void)
{
	IMB_ARCH arch;

	if (mb.tried)
		return mb.mgr;
	mb.tried = true;
	mb.mgr = alloc_mb_mgr(0);
	if (!mb.mgr) {
		snprintf(mb.text, sizeof(mb.text), "out of memory");
		return false;
	}
	init_mb_mgr_auto(mb.mgr, &arch);
	if (usable(mb.mgr)) {
		snprintf(mb.text, sizeof(mb.text), "%s, %s",
			 imb_get_version_str(),
			 instructions(mb.mgr->features));
		return true;
	}
	snprintf(mb.text, sizeof(mb.text),
		 "%s, not for this processor, features %#llx",
		 imb_get_version_str(), (unsigned long long)mb.mgr->features);
	free_mb_mgr(mb.mgr);
	mb.mgr = NULL;
	return false;
}

const char *crypto_mb_text(void)
{
	crypto_mb_ready();
	return mb.text;
}

static void expand_ccmp(struct crypto_mb_key *k, const struct crypto_key *key)
{
	alignas(16) uint8_t unused[sizeof(k->aes)];

	/* CCM decrypts by encrypting the same counters */
	if (key->cipher->key_len == 16)
		IMB_AES_KEYEXP_128(mb.mgr, key->bytes, k->aes, unused);
	else
		IMB_AES_KEYEXP_256(mb.mgr, key->bytes, k->aes, unused);
	OPENSSL_cleanse(unused, sizeof(unused));
}

static void expand_gcmp(struct crypto_mb_key *k, const struct crypto_key *key)
{
	if (key->cipher->key_len == 16) {
		IMB_AES128_GCM_PRE(mb.mgr, key->bytes, &k->gcm);
		k->gcm_run[CRYPTO_ENCRYPT] = mb.mgr->gcm128_enc;
		k->gcm_run[CRYPTO_DECRYPT] = mb.mgr->gcm128_dec;
	} else {
		IMB_AES256_GCM_PRE(mb.mgr, key->bytes, &k->gcm);
		k->gcm_run[CRYPTO_ENCRYPT] = mb.mgr->gcm256_enc;
		k->gcm_run[CRYPTO_DECRYPT] = mb.mgr->gcm256_dec;
	}
}

/* GCMP, a frame at a time */

static void gcmp_run(const struct crypto_job *job, uint8_t *tag)
{
	const struct crypto_mb_key *k = job->key->mb;
	uint8_t nonce[CRYPTO_GCM_NONCE_LEN];
	uint8_t aad[CRYPTO_AAD_LEN_MAX];
	struct gcm_context_data ctx;
	uint8_t *data = crypto_data(job);

	crypto_gcm_nonce(job, nonce);
	k->gcm_run[job->op](&k->gcm, &ctx, data, data, crypto_data_len(job),
			    nonce, aad, crypto_aad(job, aad), tag,
			    job->key->cipher->mic_len);
}

static bool tag_ok(const struct crypto_job *job, uint8_t *tag)
{
	bool ok = !CRYPTO_memcmp(tag, crypto_data(job) + crypto_data_len(job),
				 job->key->cipher->mic_len);

	/* nobody is to learn the right MIC of a frame that was forged */
	if (!ok)
		OPENSSL_cleanse(tag, TAG_LEN_MAX);
	return ok;
}

static enum crypto_status gcmp_encrypt(struct crypto_job *job)
{
	job->lib = CRYPTO_LIB_IPSEC_MB;
	crypto_ext_iv_put(crypto_iv(job), job->pn, job->key->keyidx);
	gcmp_run(job, crypto_data(job) + crypto_data_len(job));
	return CRYPTO_OK;
}

static enum crypto_status gcmp_decrypt(struct crypto_job *job)
{
	enum crypto_status status = crypto_ext_iv_get(job);
	uint8_t tag[TAG_LEN_MAX];

	if (status != CRYPTO_OK)
		return status;
	job->lib = CRYPTO_LIB_IPSEC_MB;
	gcmp_run(job, tag);
	return tag_ok(job, tag) ? CRYPTO_OK : CRYPTO_MIC_FAILURE;
}

static const struct crypto_ops gcmp_ops = {
	.encrypt = gcmp_encrypt,
	.decrypt = gcmp_decrypt,
};

/* Keys */

int crypto_mb_key_init(struct crypto_key *key)
{
	bool gcmp = key->ops == &crypto_gcmp_ops;
	struct crypto_mb_key *k;
	char *mem;

	if (!gcmp && key->ops != &crypto_ccmp_ops)
		return 0;
	mem = OPENSSL_zalloc(KEY_MEM);
	if (!mem)
		return -ENOMEM;
	k = (void *)(mem + (-(uintptr_t)mem & (ALIGN - 1)));
	k->mem = mem;
	key->mb = k;
	if (gcmp) {
		expand_gcmp(k, key);
		key->ops = &gcmp_ops;
	} else {
		expand_ccmp(k, key);
	}
	return 0;
}

void crypto_mb_key_free(struct crypto_key *key)
{
	if (key->mb)
		OPENSSL_clear_free(key->mb->mem, KEY_MEM);
	key->mb = NULL;
}

/* CCMP, many frames at a time */

/*
 * EVP needs a time for each frame, and for each octet. The lanes need some more time for
 * each octet of the longest frame, and hardly any for the others. The numbers were
 * measured, from AES-NI to AVX-512: make -C tests/device/crypto bench.
 */
static bool worth_it(struct crypto_job **jobs, unsigned int n)
{
	size_t sum = 0, max = 0;

	for (unsigned int i = 0; i < n; i++) {
		size_t len = crypto_data_len(jobs[i]);

		sum += len;
		max = len > max ? len : max;
	}
	return sum + 80 * n > max + 3 * max / 4 + 512;
}

/* Return: false if the job has ended: its frame is for another key */
static bool ccmp_start(struct crypto_job *job)
{
	if (job->op == CRYPTO_ENCRYPT)
		crypto_ext_iv_put(crypto_iv(job), job->pn, job->key->keyidx);
	else
		job->status = crypto_ext_iv_get(job);
	return job->status == CRYPTO_OK;
}

static IMB_JOB *ccmp_submit(struct crypto_job *job, struct lane *lane)
{
	bool encrypt = job->op == CRYPTO_ENCRYPT;
	uint8_t *data = crypto_data(job);
	size_t len = crypto_data_len(job);
	IMB_JOB *j = IMB_GET_NEXT_JOB(mb.mgr);

	lane->job = job;
	crypto_ccm_nonce(job, lane->nonce);
	j->cipher_mode = IMB_CIPHER_CCM;
	j->hash_alg = IMB_AUTH_AES_CCM;
	j->cipher_direction = encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
	j->chain_order = encrypt ? IMB_ORDER_HASH_CIPHER : IMB_ORDER_CIPHER_HASH;
	j->enc_keys = job->key->mb->aes;
	j->dec_keys = job->key->mb->aes;
	j->key_len_in_bytes = job->key->cipher->key_len;
	j->src = data;
	j->dst = data;
	j->cipher_start_src_offset_in_bytes = 0;
	j->msg_len_to_cipher_in_bytes = len;
	j->hash_start_src_offset_in_bytes = 0;
	j->msg_len_to_hash_in_bytes = len;
	j->iv = lane->nonce;
	j->iv_len_in_bytes = CRYPTO_CCM_NONCE_LEN;
	j->u.CCM.aad = lane->aad;
	j->u.CCM.aad_len_in_bytes = crypto_aad(job, lane->aad);
	j->auth_tag_output = encrypt ? data + len : lane->tag;
	j->auth_tag_output_len_in_bytes = job->key->cipher->mic_len;
	j->user_data = lane;
	return IMB_SUBMIT_JOB(mb.mgr);
}

static void ccmp_end(const IMB_JOB *j)
{
	struct lane *lane = j->user_data;
	struct crypto_job *job = lane->job;

	job->lib = CRYPTO_LIB_IPSEC_MB;
	if (j->status != IMB_STATUS_COMPLETED)
		job->status = CRYPTO_FAILED;
	else if (job->op == CRYPTO_DECRYPT && !tag_ok(job, lane->tag))
		job->status = CRYPTO_MIC_FAILURE;
}

bool crypto_mb_ccmp(struct crypto_job **jobs, unsigned int n)
{
	IMB_JOB *j;

	if (!worth_it(jobs, n) ||
	    atomic_flag_test_and_set_explicit(&mb.busy, memory_order_acquire))
		return false;
	for (unsigned int i = 0; i < n; i++) {
		if (!ccmp_start(jobs[i]))
			continue;
		j = ccmp_submit(jobs[i], &mb.lane[i]);
		if (j)
			ccmp_end(j);
	}
	while ((j = IMB_FLUSH_JOB(mb.mgr)))
		ccmp_end(j);
	atomic_flag_clear_explicit(&mb.busy, memory_order_release);
	return true;
}
