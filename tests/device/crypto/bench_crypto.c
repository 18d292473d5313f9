// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speed of the crypto engine on one core: MB/s of data in frames of 1500 octets, in
 * batches. Compare with
 * openssl speed -bytes 1500 -evp aes-128-ccm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/crypto.h"
#include "dot11/dot11.h"

#define DATA_LEN	1500
#define BATCH		32
#define FRAME_LEN	2048
#define RUN_NS		300000000.0

static uint8_t clear[BATCH][FRAME_LEN], encrypted[BATCH][FRAME_LEN];
static uint8_t work[BATCH][FRAME_LEN];
static struct crypto_job jobs[BATCH];

static double now_ns(void)
{
	struct timespec ts;

	/* processor time, as with openssl speed */
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void frames_make(struct crypto_key *key)
{
	const struct crypto_cipher *c = key->cipher;
	bool bip = c->flags & CRYPTO_F_GROUP_MGMT;
	uint16_t fc = bip ? IEEE80211_ACTION :
			    IEEE80211_QOS_DATA | IEEE80211_FC_TODS;

	for (size_t i = 0; i < BATCH; i++) {
		memset(clear[i], (int)i, FRAME_LEN);
		dot11_put_le16(clear[i], fc);
		jobs[i] = (struct crypto_job){
			.key = key, .frame = work[i], .pn = i + 1,
			.hdr_len = (uint16_t)dot11_fc_hdrlen(fc),
			.body_len = (uint16_t)(c->iv_len + DATA_LEN +
					       c->mic_len),
		};
	}
}

/* MB/s. Decryption needs a copy of each frame, and the time of copying does not count. */
static double measure(enum crypto_op op, uint8_t from[BATCH][FRAME_LEN])
{
	double spent = 0, octets = 0;

	while (spent < RUN_NS) {
		double start;

		memcpy(work, from, sizeof(work));
		for (size_t i = 0; i < BATCH; i++)
			jobs[i].op = op;
		start = now_ns();
		if (crypto_run(jobs, BATCH))
			exit(1);
		spent += now_ns() - start;
		octets += (double)BATCH * DATA_LEN;
	}
	return octets / spent * 1e3;
}

int main(void)
{
	static const uint8_t bytes[SKUA_MAX_KEY_LEN] = { 1, 2, 3 };

	printf("%-14s %10s %10s\n", "cipher", "encrypt", "decrypt");
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		bool bip = c->flags & CRYPTO_F_GROUP_MGMT;
		struct crypto_key key;
		double enc;

		if (crypto_key_init(&key, c->suite, bytes, c->key_len,
				    bip ? 4 : 0))
			return 1;
		frames_make(&key);
		enc = measure(CRYPTO_ENCRYPT, clear);
		memcpy(encrypted, work, sizeof(encrypted));
		printf("%-14s %5.0f MB/s %5.0f MB/s\n", c->name, enc,
		       measure(CRYPTO_DECRYPT, encrypted));
		crypto_key_wipe(&key);
	}
	return 0;
}
