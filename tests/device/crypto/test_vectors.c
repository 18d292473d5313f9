// SPDX-License-Identifier: GPL-2.0-only
/* The crypto engine against published test vectors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "crypto/priv.h"
#include "dot11/dot11.h"
#include "libs.h"

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
	const char *cipher;	/* octets after the header on the air */
};

/* From IEEE 802.11 Annex J (M in the 2012 edition) and its amendments */
#define K16	"c97c1f67ce371185514a8a19f2bdd52f"
#define K32	K16 "000102030405060708090a0b0c0d0e0f"
#define IGTK16	"4ea9543e09cf2b1eca66ffc58bdecbcf"
#define IGTK32	IGTK16 "000102030405060708090a0b0c0d0e0f"
#define HDR_CCMP "0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033"
#define TXT_CCMP "f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050"
#define HDR_GCMP "88480b000fd2e128a57c5030f18444085030f184440880330300"
#define TXT_GCMP "000102030405060708090a0b0c0d0e0f10111213141516171819" \
		 "1a1b1c1d1e1f2021222324252627"
#define HDR_BIP	"c0000000ffffffffffff0200000000000200000000000900"

static const struct vector vectors[] = {
	{
		.suite = SKUA_CIPHER_WEP40,
		.key = "3031323334", .keyidx = 2, .pn = 0xfb029e,
		.hdr = "084200000203040506070203040506070203040506070000",
		.plain = "aaaa0300000008004500004e661a00008011be640a000122"
			 "0affffff00890089003a000080a601100001000000000000"
			 "204543454a45484543464345504645454945464643434143"
			 "4143414341434141410000200001",
		.cipher = "fb029e80"
			 "f69c5806bd6ce84626bcbefb9474650aad1f7909b0f64d5f"
			 "58a503a258b7ed22eb0ea64930d3a056a55742fcce141d48"
			 "5f8aa836dea18df42c5380805ad0c61a5d6f58f41040b24b"
			 "7d1a693856ed0d4398e7aee3bf0e2a2ca8f7",
	},
	{
		.suite = SKUA_CIPHER_TKIP,
		.key = "12345678901234567890123456789012"
		       "34567890123456789012345678901234",
		.pn = 1,
		.hdr = "08422c00020304050608020304050607020304050607d002",
		.plain = "aaaa03000000080045000054000040004001a555c0a80a02"
			 "c0a80a0108003ab000000000cd4c05000000000008090a0b"
			 "0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
			 "2425262728292a2b2c2d2e2f30313233343536376881a3f3"
			 "d648d03c",
		.cipher = "0020012000000000"
			 "c00e14fce7cfabc77547e666e57c0dac704a1e358a88c11c"
			 "8e2e282e3801027a4656055ee93e9c254702e9735805ddb5"
			 "769ba73f1ebb56e844ef912285d3dd6e541e823873558adb"
			 "a079068abd7f7f50959675acc4b4de9aa99c05f289a7c52f"
			 "ee5bfc14f6f8e5f8",
	},
	{
		.suite = SKUA_CIPHER_CCMP,
		.key = K16, .pn = 0xb5039776e70c,
		.hdr = HDR_CCMP, .plain = TXT_CCMP,
		.cipher = "0ce70020769703b5"
			 "f3d0a2fe9a3dbf2342a643e43246e80c3c04d019"
			 "7845ce0b16f97623",
	},
	{	/* a robust management frame: M.9.2, Deauthentication */
		.suite = SKUA_CIPHER_CCMP,
		.key = "66ed21042f9f26d7115706e40414cf2e", .pn = 1,
		.hdr = "c00000000200000001000200000000000200000000006000",
		.plain = "0200",
		.cipher = "0100002000000000" "1d07" "cafd0409bb8bafef",
	},
	{
		.suite = SKUA_CIPHER_CCMP_256,
		.key = K32, .pn = 0xb5039776e70c,
		.hdr = HDR_CCMP, .plain = TXT_CCMP,
		.cipher = "0ce70020769703b5"
			 "6d155d8832668256d6a92b78e11d8e54495dd174"
			 "80aa56c9492e882b97642f80d50fe97b",
	},
	{
		.suite = SKUA_CIPHER_GCMP,
		.key = K16, .pn = 0x00895f5f2b08,
		.hdr = HDR_GCMP, .plain = TXT_GCMP,
		.cipher = "082b00205f5f8900"
			 "60e9700cc4d40ac6d288b201c38f5bf08b807442640a1596"
			 "e5dbdad41d1f3623f45d7a12db7afb23"
			 "def619c2a374b6df66ffa53b6c69d79e",
	},
	{
		.suite = SKUA_CIPHER_GCMP_256,
		.key = K32, .pn = 0x00895f5f2b08,
		.hdr = HDR_GCMP, .plain = TXT_GCMP,
		.cipher = "082b00205f5f8900"
			 "658343c8b14447d9211defd46ad89c710c6fc33333236e39"
			 "97b9176a5a8be779b21266555e70ad79"
			 "114316859095473d5b1bd596b3dea3bf",
	},
	{
		.suite = SKUA_CIPHER_BIP_CMAC,
		.key = IGTK16, .keyidx = 4, .pn = 4,
		.hdr = HDR_BIP, .plain = "0200",
		.cipher = "0200" "4c10040004000000000048dfbfa7b8278872",
	},
	{
		.suite = SKUA_CIPHER_BIP_GMAC,
		.key = IGTK16, .keyidx = 4, .pn = 4,
		.hdr = HDR_BIP, .plain = "0200",
		.cipher = "0200" "4c180400040000000000"
			 "3ed862fb0f3338dd3386c897e2ed053d",
	},
	{
		.suite = SKUA_CIPHER_BIP_GMAC_256,
		.key = IGTK32, .keyidx = 4, .pn = 4,
		.hdr = HDR_BIP, .plain = "0200",
		.cipher = "0200" "4c180400040000000000"
			 "23be59dcc7022ee383627ebb1017ddfc",
	},
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

	assert_int_equal(libs_run(&job), 0);
	assert_memory_equal(frame + hdr_len, want, job.body_len);

	job.op = CRYPTO_DECRYPT;
	job.pn = 0;
	assert_int_equal(libs_run(&job), 0);
	assert_int_equal(job.pn, v->pn);
	assert_int_equal(job.keyid, v->keyidx);
	assert_memory_equal(frame + hdr_len + c->iv_len, plain, len);
	crypto_key_wipe(&k);
}

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check_vector(&vectors[i]);
}

/* The FCS of the CCMP vector's frame, as the standard prints it */
static void test_fcs(void **state)
{
	uint8_t mpdu[128], fcs[4];
	size_t len = unhex(mpdu, HDR_CCMP "0ce70020769703b5"
			   "f3d0a2fe9a3dbf2342a643e43246e80c3c04d019"
			   "7845ce0b16f97623");

	(void)state;
	unhex(fcs, "1d99f066");
	dot11_fcs_put(mpdu, len);
	assert_memory_equal(mpdu + len, fcs, 4);
	assert_true(dot11_fcs_ok(mpdu, len + 4));
	mpdu[7] ^= 1;
	assert_false(dot11_fcs_ok(mpdu, len + 4));
	assert_false(dot11_fcs_ok(mpdu, 3));
}

struct mixing {
	const char *tk, *ta;
	uint64_t tsc;
	uint16_t p1k[CRYPTO_P1K_WORDS];
	const char *rc4;
};

/* IEEE 802.11 Annex J, temporal key mixing function */
static const struct mixing mixings[] = {
	{
		"000102030405060708090a0b0c0d0e0f", "102233445566", 0,
		{ 0x3dd2, 0x016e, 0x76f4, 0x8697, 0xb2e8 },
		"00200033ea8d2f60ca6d1374234a660b",
	},
	{
		"000102030405060708090a0b0c0d0e0f", "102233445566", 1,
		{ 0x3dd2, 0x016e, 0x76f4, 0x8697, 0xb2e8 },
		"00200190ffdc314389a9d9d074fd20aa",
	},
	{
		"63893b250840b8ae0bd0fa7e61d2783e", "64f2eaeddc25",
		0x20dcfd43ffff,
		{ 0x7c67, 0x49d7, 0x9724, 0xb5e9, 0xb4f1 },
		"ff7fff93810fc6e58f5dd326251544ce",
	},
};

static void test_tkip_mixing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mixings) / sizeof(mixings[0]); i++) {
		const struct mixing *m = &mixings[i];
		uint16_t p1k[CRYPTO_P1K_WORDS];
		uint8_t tk[16], ta[6], rc4[16], want[16];

		unhex(tk, m->tk);
		unhex(ta, m->ta);
		unhex(want, m->rc4);
		crypto_tkip_phase1(tk, ta, (uint32_t)(m->tsc >> 16), p1k);
		assert_memory_equal(p1k, m->p1k, sizeof(p1k));
		crypto_tkip_phase2(tk, p1k, (uint16_t)m->tsc, rc4);
		assert_memory_equal(rc4, want, sizeof(rc4));
	}
}

/* IEEE 802.11 Annex J, Michael: each MIC is the key of the next vector */
static void test_michael(void **state)
{
	static const char * const text[] = {
		"", "M", "Mi", "Mic", "Mich", "Michael"
	};
	static const char * const mics[] = {
		"82925c1ca1d130b8", "434721ca40639b3f", "e8f9becae97e5d29",
		"90038fc6cf13c1db", "d55e100510128986", "0a942b124ecaa546",
	};
	uint8_t key[8] = { 0 }, mic[8], want[8];

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		unhex(want, mics[i]);
		crypto_michael(key, NULL, 0, (const uint8_t *)text[i],
			       strlen(text[i]), mic);
		assert_memory_equal(mic, want, sizeof(mic));
		memcpy(key, mic, sizeof(key));
	}
}

/* The MSDU of the TKIP vector ends with Michael's MIC */
static void test_michael_msdu(void **state)
{
	const struct vector *v = &vectors[1];
	uint8_t hdr[64], msdu[256], bytes[64];
	size_t len = unhex(msdu, v->plain);
	struct crypto_key k = { 0 };

	(void)state;
	unhex(hdr, v->hdr);
	assert_int_equal(crypto_key_init(&k, v->suite, bytes,
					 unhex(bytes, v->key), 0), 0);
	assert_int_equal(crypto_michael_check(&k, true, dot11_da(hdr),
					      dot11_sa(hdr), 0, msdu, len),
			 CRYPTO_OK);
	crypto_key_wipe(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_fcs),
		cmocka_unit_test(test_tkip_mixing),
		cmocka_unit_test(test_michael),
		cmocka_unit_test(test_michael_msdu),
	};

	return LIBS_RUN_GROUP("crypto vectors", tests);
}
