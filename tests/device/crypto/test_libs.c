// SPDX-License-Identifier: GPL-2.0-only
/*
 * The libraries of the crypto engine beside each other: the same batches, with keys of
 * EVP and with keys of libipsec-mb, must have the same results, bit for bit
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "dot11/dot11.h"
#include "libs.h"

#define KEYS		24
#define JOBS_MAX	150
#define DATA_MAX	11454		/* the largest MPDU */
#define ROOM		12288
#define ROUNDS		400
#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/* A batch by each library: keys, jobs, memory of their frames */
struct side {
	struct crypto_key key[KEYS];
	struct crypto_job job[JOBS_MAX];
	uint8_t (*mem)[ROOM];
};

static struct side sides[2];
static uint64_t rng_state;

/* xorshift64* */
static uint32_t rnd(uint32_t below)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (uint32_t)(rng_state * 0x2545f4914f6cdd1d >> 32) % below;
}

static void rnd_fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)rnd(256);
}

static bool is_ccmp(const struct crypto_cipher *c)
{
	return c->suite == SKUA_CIPHER_CCMP || c->suite == SKUA_CIPHER_CCMP_256;
}

static bool is_gcmp(const struct crypto_cipher *c)
{
	return c->suite == SKUA_CIPHER_GCMP || c->suite == SKUA_CIPHER_GCMP_256;
}

static void keys_make(void)
{
	static const uint32_t suites[] = {
		SKUA_CIPHER_CCMP, SKUA_CIPHER_CCMP, SKUA_CIPHER_CCMP_256,
		SKUA_CIPHER_GCMP, SKUA_CIPHER_GCMP_256, SKUA_CIPHER_TKIP,
	};
	uint8_t bytes[SKUA_MAX_KEY_LEN];

	for (size_t i = 0; i < KEYS; i++) {
		uint32_t suite = suites[i % ARRAY_LEN(suites)];
		uint8_t keyidx = (uint8_t)rnd(4);
		size_t len = crypto_cipher_find(suite)->key_len;

		rnd_fill(bytes, sizeof(bytes));
		for (int lib = 0; lib < 2; lib++) {
			assert_int_equal(crypto_lib_use((enum crypto_lib)lib), 0);
			assert_int_equal(crypto_key_init(&sides[lib].key[i],
							 suite, bytes, len,
							 keyidx), 0);
		}
	}
}

static void keys_wipe(void)
{
	for (size_t i = 0; i < KEYS; i++)
		for (int lib = 0; lib < 2; lib++)
			crypto_key_wipe(&sides[lib].key[i]);
}

static uint16_t rnd_fc(void)
{
	static const uint16_t fcs[] = {
		IEEE80211_DATA, IEEE80211_QOS_DATA, IEEE80211_QOS_DATA,
		IEEE80211_QOS_DATA, IEEE80211_DEAUTH, IEEE80211_ACTION,
	};
	uint16_t fc = fcs[rnd(ARRAY_LEN(fcs))];

	/* More Fragments, Retry, Power Management, More Data, Order */
	fc |= (uint16_t)(rnd(256) & 0xbc) << 8;
	if (dot11_fc_is_data(fc))
		fc |= (uint16_t)(rnd(4) << 8);
	return fc;
}

static size_t rnd_len(void)
{
	switch (rnd(5)) {
	case 0:
		return rnd(67);
	case 1:
		return rnd(DATA_MAX + 1);
	case 2:
		return 1400 + rnd(200);
	case 3:
		return DATA_MAX - rnd(17);
	default:
		return 16 * rnd(100) + rnd(3);
	}
}

/* Frames at odd addresses; what lies around them must not change */
static void job_make(size_t i, size_t key, size_t len)
{
	const struct crypto_cipher *c = sides[0].key[key].cipher;
	uint16_t fc = rnd_fc();
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT,
		.hdr_len = (uint16_t)dot11_fc_hdrlen(fc),
		.body_len = (uint16_t)(c->iv_len + len + c->mic_len),
		.pn = (uint64_t)rnd(1 << 16) << 32 | rnd(UINT32_MAX),
		.flags = rnd(2) ? CRYPTO_JOB_SPP_AMSDU : 0,
	};
	size_t offset = rnd(64);

	rnd_fill(sides[0].mem[i], 64);
	memset(sides[0].mem[i] + 64, (int)rnd(256), ROOM - 64);
	rnd_fill(sides[0].mem[i] + offset, job.hdr_len + c->iv_len + 40);
	dot11_put_le16(sides[0].mem[i] + offset, fc);
	memcpy(sides[1].mem[i], sides[0].mem[i], ROOM);
	for (int lib = 0; lib < 2; lib++) {
		job.frame = sides[lib].mem[i] + offset;
		job.key = &sides[lib].key[key];
		sides[lib].job[i] = job;
	}
}

/* Make a job of the other operation of it, with a wrong bit at times */
static void job_turn(size_t i)
{
	struct crypto_job *evp = &sides[0].job[i], *other = &sides[1].job[i];
	size_t offset = (size_t)(evp->frame - sides[0].mem[i]);

	/* TKIP is not for management frames */
	if (crypto_run(evp, 1)) {
		assert_int_equal(evp->status, CRYPTO_MALFORMED);
		return;
	}
	evp->op = CRYPTO_DECRYPT;
	evp->pn = 0;
	if (!rnd(3)) {
		size_t len = (size_t)evp->hdr_len + evp->body_len;
		size_t from = rnd(2) ? len - evp->key->cipher->mic_len :
				       IEEE80211_OFF_ADDR1;

		evp->frame[from + rnd((uint32_t)(len - from))] ^=
			(uint8_t)(1 << rnd(8));
	}
	memcpy(sides[1].mem[i], sides[0].mem[i], ROOM);
	*other = *evp;
	other->frame = sides[1].mem[i] + offset;
	other->key = &sides[1].key[evp->key - sides[0].key];
}

/* What is wrong with a job in other ways leaves those beside it alone */
static void job_spoil(size_t i)
{
	for (int lib = 0; lib < 2; lib++) {
		struct crypto_job *job = &sides[lib].job[i];

		if (i & 1)
			job->body_len = 3;
		else
			job->hdr_len++;
	}
}

static void compare(size_t i)
{
	const struct crypto_job *a = &sides[0].job[i], *b = &sides[1].job[i];

	if (a->status != b->status || a->pn != b->pn || a->keyid != b->keyid ||
	    memcmp(sides[0].mem[i], sides[1].mem[i], ROOM))
		fail_msg("job %zu, %s, %u octets, operation %u: %s with EVP, %s",
			 i, a->key->cipher->name, a->body_len, a->op,
			 crypto_status_name(a->status),
			 crypto_status_name(b->status));
	assert_int_equal(a->lib, CRYPTO_LIB_EVP);
}

/* Batches of all sizes, keys, ciphers and operations mixed */
static void test_random_batches(void **state)
{
	size_t by_mb[2] = { 0 }, mic_failures = 0, spoiled = 0;

	(void)state;
	keys_make();
	for (int round = 0; round < ROUNDS; round++) {
		size_t n = 1 + rnd(rnd(2) ? 8 : JOBS_MAX);

		for (size_t i = 0; i < n; i++) {
			job_make(i, rnd(KEYS), rnd_len());
			if (rnd(2))
				job_turn(i);
			if (!rnd(20))
				job_spoil(i);
		}
		assert_int_equal(crypto_run(sides[0].job, n),
				 crypto_run(sides[1].job, n));
		for (size_t i = 0; i < n; i++) {
			const struct crypto_job *job = &sides[1].job[i];

			compare(i);
			spoiled += job->status == CRYPTO_MALFORMED;
			if (job->lib != CRYPTO_LIB_IPSEC_MB)
				continue;
			by_mb[is_ccmp(job->key->cipher)]++;
			mic_failures += job->status == CRYPTO_MIC_FAILURE;
		}
	}
	keys_wipe();
	assert_true(by_mb[0] > 1000 && by_mb[1] > 1000);
	assert_true(mic_failures > 200 && spoiled > 200);
}

/* Each length, one frame of each key */
static void test_each_length(void **state)
{
	(void)state;
	keys_make();
	for (size_t len = 0; len <= DATA_MAX; len += len < 2400 ? 1 : 97) {
		for (size_t i = 0; i < KEYS; i++) {
			job_make(i, i, len);
			if (i & 1)
				job_turn(i);
		}
		crypto_run(sides[0].job, KEYS);
		crypto_run(sides[1].job, KEYS);
		for (size_t i = 0; i < KEYS; i++) {
			const struct crypto_job *job = &sides[1].job[i];
			const struct crypto_cipher *c = job->key->cipher;

			compare(i);
			if (job->status == CRYPTO_OK)
				assert_int_equal(job->lib, is_ccmp(c) ||
						 is_gcmp(c) ?
						 CRYPTO_LIB_IPSEC_MB :
						 CRYPTO_LIB_EVP);
		}
	}
	keys_wipe();
}

/* EVP is faster for one CCMP frame, and for short ones beside a long one */
static void test_choice(void **state)
{
	static const struct {
		size_t n;		/* frames of each length in turn */
		size_t len[4];
		bool mb;
	} cases[] = {
		{ 1, { 1500 }, false },
		{ 2, { 64, 64 }, false },
		{ 3, { 11454, 64, 64 }, false },
		{ 2, { 11454, 11454 }, true },
		{ 4, { 1500, 1500, 1500, 1500 }, true },
	};

	(void)state;
	keys_make();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t k = 0; k < cases[i].n; k++)
			job_make(k, 0, cases[i].len[k]);
		assert_int_equal(crypto_run(sides[1].job, cases[i].n), 0);
		for (size_t k = 0; k < cases[i].n; k++)
			assert_int_equal(sides[1].job[k].lib, cases[i].mb ?
					 CRYPTO_LIB_IPSEC_MB : CRYPTO_LIB_EVP);
	}
	keys_wipe();
}

/* Frames whose first or last octet is the first or last one of a mapping */
static void test_edges(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 4 * page;
	const size_t n = KEYS;
	uint8_t *mem;

	(void)state;
	keys_make();
	mem = mmap(NULL, n * (room + page) + page, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(mem != MAP_FAILED);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(mprotect(mem + page + i * (room + page), room,
					  PROT_READ | PROT_WRITE), 0);
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < n; i++) {
			uint8_t *at = mem + page + i * (room + page);
			struct crypto_job *job = &sides[1].job[i];
			size_t len;

			job_make(i, i, round < 100 ? (size_t)round : rnd_len());
			if (round & 1)
				job_turn(i);
			len = (size_t)job->hdr_len + job->body_len;
			if (round & 2)
				at += room - len;
			memcpy(at, job->frame, len);
			job->frame = at;
		}
		crypto_run(sides[0].job, n);
		crypto_run(sides[1].job, n);
		for (size_t i = 0; i < n; i++) {
			const struct crypto_job *a = &sides[0].job[i];
			const struct crypto_job *b = &sides[1].job[i];

			assert_int_equal(a->status, b->status);
			assert_memory_equal(a->frame, b->frame,
					    (size_t)a->hdr_len + a->body_len);
		}
	}
	munmap(mem, n * (room + page) + page);
	keys_wipe();
}

#define THREAD_JOBS	32
#define THREAD_ROUNDS	2000

/* A thread's jobs, and what they must become */
struct worker {
	pthread_t thread;
	struct crypto_job job[THREAD_JOBS];
	uint8_t before[THREAD_JOBS][512], after[THREAD_JOBS][512];
	uint8_t mem[THREAD_JOBS][512];
	unsigned int wrong;
	unsigned int by_mb;
};

static void *work(void *arg)
{
	struct worker *w = arg;

	for (int round = 0; round < THREAD_ROUNDS; round++) {
		memcpy(w->mem, w->before, sizeof(w->mem));
		w->wrong += (unsigned int)crypto_run(w->job, THREAD_JOBS);
		w->wrong += memcmp(w->mem, w->after, sizeof(w->mem)) != 0;
		w->by_mb += w->job[0].lib == CRYPTO_LIB_IPSEC_MB;
	}
	return NULL;
}

/* One thread encrypts and another one decrypts, with the same keys */
static void test_threads(void **state)
{
	static struct worker w[CRYPTO_OPS];

	(void)state;
	keys_make();
	for (size_t i = 0; i < THREAD_JOBS; i++) {
		struct crypto_job *job = &w[CRYPTO_ENCRYPT].job[i];

		job_make(i, i % 3, 400);
		*job = sides[1].job[i];
		job->frame = w[CRYPTO_ENCRYPT].mem[i];
		memcpy(w[CRYPTO_ENCRYPT].before[i], sides[1].job[i].frame, 512);
		assert_int_equal(crypto_run(&sides[0].job[i], 1), 0);
		memcpy(w[CRYPTO_ENCRYPT].after[i], sides[0].job[i].frame, 512);

		memcpy(w[CRYPTO_DECRYPT].before[i], sides[0].job[i].frame, 512);
		w[CRYPTO_DECRYPT].job[i] = *job;
		w[CRYPTO_DECRYPT].job[i].op = CRYPTO_DECRYPT;
		w[CRYPTO_DECRYPT].job[i].frame = w[CRYPTO_DECRYPT].mem[i];
		sides[0].job[i].op = CRYPTO_DECRYPT;
		assert_int_equal(crypto_run(&sides[0].job[i], 1), 0);
		memcpy(w[CRYPTO_DECRYPT].after[i], sides[0].job[i].frame, 512);
	}
	for (int op = 0; op < CRYPTO_OPS; op++)
		assert_int_equal(pthread_create(&w[op].thread, NULL, work,
						&w[op]), 0);
	for (int op = 0; op < CRYPTO_OPS; op++) {
		pthread_join(w[op].thread, NULL);
		assert_int_equal(w[op].wrong, 0);
		/* the other thread keeps it off the library at times only */
		assert_true(w[op].by_mb > 0);
	}
	keys_wipe();
}

/* A key keeps its library when another one is chosen */
static void test_use(void **state)
{
	(void)state;
	keys_make();
	assert_int_equal(crypto_lib_use(CRYPTO_LIB_EVP), 0);
	assert_int_equal(crypto_lib_used(), CRYPTO_LIB_EVP);
	job_make(0, 3, 100);
	assert_int_equal(crypto_run(sides[1].job, 1), 0);
	assert_int_equal(sides[1].job[0].lib, CRYPTO_LIB_IPSEC_MB);
	assert_int_equal(crypto_lib_use(CRYPTO_LIB_IPSEC_MB), 0);
	assert_int_equal(crypto_run(sides[0].job, 1), 0);
	assert_int_equal(sides[0].job[0].lib, CRYPTO_LIB_EVP);
	keys_wipe();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_batches),
		cmocka_unit_test(test_each_length),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_use),
	};
	int failed;

	/* without a choice it is libipsec-mb, if there is one */
	if ((crypto_lib_used() == CRYPTO_LIB_IPSEC_MB) !=
	    !crypto_lib_use(CRYPTO_LIB_IPSEC_MB))
		return 1;
	if (crypto_lib_use(CRYPTO_LIB_IPSEC_MB)) {
		printf("crypto: no tests of libipsec-mb: %s\n",
		       crypto_lib_ipsec_mb());
		return 0;
	}
	/* usage: test_libs [SEED] */
	rng_state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	if (argc < 2 && getrandom(&rng_state, sizeof(rng_state), 0) < 0)
		return 1;
	rng_state |= 1;
	printf("crypto: libipsec-mb %s, seed %#llx\n", crypto_lib_ipsec_mb(),
	       (unsigned long long)rng_state);
	for (int lib = 0; lib < 2; lib++) {
		sides[lib].mem = malloc(JOBS_MAX * sizeof(*sides[lib].mem));
		if (!sides[lib].mem)
			return 1;
	}
	failed = cmocka_run_group_tests_name("crypto libraries", tests, NULL, NULL);
	for (int lib = 0; lib < 2; lib++)
		free(sides[lib].mem);
	return failed;
}
