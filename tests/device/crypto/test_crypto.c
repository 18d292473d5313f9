// SPDX-License-Identifier: GPL-2.0-only
/* The crypto engine against published vectors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto.h"
#include "ieee80211.h"

static size_t unhex(uint8_t *out, const char *hex)
{
	size_t n = 0;
	unsigned int v;
	int used;

	while (sscanf(hex, " %2x%n", &v, &used) == 1) {
		out[n++] = (uint8_t)v;
		hex += used;
	}
	return n;
}

struct vector {
	uint32_t suite;
	const char *key;
	uint8_t keyidx;
	uint64_t pn;
	const char *hdr;
	const char *plain;
	const char *cipher;	/* what follows the header on the air */
};

/* IEEE 802.11-2020 Annex J */
static const struct vector ccmp_vector = {
	.suite = IEEE80211_CIPHER_CCMP,
	.key = "c97c1f67ce371185514a8a19f2bdd52f",
	.pn = 0xb5039776e70c,
	.hdr = "0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033",
	.plain = "f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050",
	.cipher = "0ce700207697 03b5"
		  "f3d0a2fe9a3dbf2342a643e43246e80c3c04d019"
		  "7845ce0b16f97623",
};

static void check_vector(const struct vector *v)
{
	const struct crypto_cipher *c = crypto_cipher_find(v->suite);
	uint8_t key[64], frame[512], plain[512], want[512];
	size_t hdr_len = unhex(frame, v->hdr);
	size_t len = unhex(plain, v->plain);
	struct crypto_key k = { 0 };
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT, .key = &k, .frame = frame, .pn = v->pn,
		.hdr_len = (uint16_t)hdr_len,
	};

	assert_non_null(c);
	assert_int_equal(crypto_key_init(&k, v->suite, key,
					 unhex(key, v->key), v->keyidx), 0);
	job.body_len = (uint16_t)(c->iv_len + len + c->mic_len);
	memcpy(frame + hdr_len + c->iv_len, plain, len);
	assert_int_equal(unhex(want, v->cipher), job.body_len);

	assert_int_equal(crypto_run(&job, 1), 0);
	assert_memory_equal(frame + hdr_len, want, job.body_len);

	job.op = CRYPTO_DECRYPT;
	job.pn = 0;
	assert_int_equal(crypto_run(&job, 1), 0);
	assert_int_equal(job.pn, v->pn);
	assert_int_equal(job.keyid, v->keyidx);
	assert_memory_equal(frame + hdr_len + c->iv_len, plain, len);
	crypto_key_wipe(&k);
}

static void test_ccmp_vector(void **state)
{
	(void)state;
	check_vector(&ccmp_vector);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ccmp_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
