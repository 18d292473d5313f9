// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speed of the crypto engine on one core: nanoseconds of a frame, by the octets of its
 * data, the frames of a batch, and the library. Compare with
 * openssl speed -bytes 1500 -evp aes-128-ccm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/crypto.h"
#include "dot11/dot11.h"

#define BATCH_MAX	64
#define FRAME_LEN	11520
#define RUN_NS		20000000.0
#define RUNS		3

static const size_t sizes[] = { 64, 1500, 11454 };
static const size_t batches[] = { 1, 2, 4, 8, 16, 64 };

#define SIZES	(sizeof(sizes) / sizeof(sizes[0]))
#define BATCHES	(sizeof(batches) / sizeof(batches[0]))

static uint8_t clear[BATCH_MAX][FRAME_LEN], encrypted[BATCH_MAX][FRAME_LEN];
static uint8_t work[BATCH_MAX][FRAME_LEN];
static struct crypto_job jobs[BATCH_MAX];

static double now_ns(void)
{
	struct timespec ts;

	/* processor time, as with openssl speed */
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static bool is_bip(const struct crypto_cipher *c)
{
	return c->flags & CRYPTO_F_GROUP_MGMT;
}

static void frames_make(struct crypto_key *key, size_t data_len)
{
	const struct crypto_cipher *c = key->cipher;
	uint16_t fc = is_bip(c) ? IEEE80211_ACTION :
				  IEEE80211_QOS_DATA | IEEE80211_FC_TODS;

	for (size_t i = 0; i < BATCH_MAX; i++) {
		memset(clear[i], (int)i, FRAME_LEN);
		dot11_put_le16(clear[i], fc);
		jobs[i] = (struct crypto_job){
			.key = key, .frame = work[i], .pn = i + 1,
			.hdr_len = (uint16_t)dot11_fc_hdrlen(fc),
			.body_len = (uint16_t)(c->iv_len + data_len +
					       c->mic_len),
		};
	}
}

/* One run. Decryption needs a copy of each frame, and the time of copying does not count. */
static double run(size_t batch, size_t len, uint8_t from[BATCH_MAX][FRAME_LEN])
{
	double spent = 0, frames = 0;

	while (spent < RUN_NS) {
		double start;

		for (size_t i = 0; i < BATCH_MAX; i++)
			memcpy(work[i], from[i], len);
		start = now_ns();
		for (size_t i = 0; i < BATCH_MAX; i += batch)
			if (crypto_run(jobs + i, batch))
				exit(1);
		spent += now_ns() - start;
		frames += BATCH_MAX;
	}
	return spent / frames;
}

/* Nanoseconds of a frame, the least of some runs */
static double measure(enum crypto_op op, size_t batch)
{
	size_t len = (size_t)jobs[0].hdr_len + jobs[0].body_len;
	double least = 0;

	for (size_t i = 0; i < BATCH_MAX; i++)
		jobs[i].op = op;
	for (int i = 0; i < RUNS; i++) {
		double ns = run(batch, len, op == CRYPTO_ENCRYPT ? clear :
								   encrypted);

		if (!least || ns < least)
			least = ns;
	}
	return least;
}

static void encrypt_all(void)
{
	size_t len = (size_t)jobs[0].hdr_len + jobs[0].body_len;

	for (size_t i = 0; i < BATCH_MAX; i++) {
		memcpy(work[i], clear[i], len);
		jobs[i].op = CRYPTO_ENCRYPT;
	}
	if (crypto_run(jobs, BATCH_MAX))
		exit(1);
	memcpy(encrypted, work, sizeof(encrypted));
}

static void bench(const struct crypto_cipher *c, enum crypto_lib lib)
{
	static const uint8_t bytes[SKUA_MAX_KEY_LEN] = { 1, 2, 3 };
	struct crypto_key key;

	if (crypto_lib_use(lib) ||
	    crypto_key_init(&key, c->suite, bytes, c->key_len,
			    is_bip(c) ? 4 : 0))
		exit(1);
	for (size_t s = 0; s < SIZES; s++) {
		frames_make(&key, sizes[s]);
		encrypt_all();
		for (int op = 0; op < CRYPTO_OPS; op++) {
			printf("%-13s %-9s %-8s %6zu", c->name,
			       crypto_lib_name(lib),
			       op == CRYPTO_ENCRYPT ? "encrypt" : "decrypt",
			       sizes[s]);
			for (size_t b = 0; b < BATCHES; b++)
				printf(" %7.0f", measure(op, batches[b]));
			printf("\n");
		}
	}
	crypto_key_wipe(&key);
}

int main(void)
{
	bool mb = !crypto_lib_use(CRYPTO_LIB_IPSEC_MB);

	printf("libipsec-mb: %s\n", crypto_lib_ipsec_mb());
	printf("nanoseconds of a frame, by octets of data and frames of a batch\n");
	printf("%-13s %-9s %-8s %6s", "cipher", "library", "", "octets");
	for (size_t b = 0; b < BATCHES; b++)
		printf(" %7zu", batches[b]);
	printf("\n");
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];

		bench(c, CRYPTO_LIB_EVP);
		if (mb && (c->flags & CRYPTO_F_AEAD))
			bench(c, CRYPTO_LIB_IPSEC_MB);
	}
	return 0;
}
