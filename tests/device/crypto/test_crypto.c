// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties of the crypto engine: each cipher with each kind of header and many
 * sizes, each single flipped bit, and invalid calls
 */
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypto/crypto.h"
#include "dot11/dot11.h"
#include "libs.h"

#define BUF_LEN		12288
#define CANARY		0xa5
#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define DS_BOTH		(IEEE80211_FC_TODS | IEEE80211_FC_FROMDS)

struct shape {
	const char *name;
	uint16_t fc;
	uint16_t seq;
	uint16_t qos;
};

static const struct shape shapes[] = {
	{ "data to the AP", IEEE80211_DATA | IEEE80211_FC_TODS, 0x1230, 0 },
	{ "data from the AP", IEEE80211_DATA | IEEE80211_FC_FROMDS |
	  IEEE80211_FC_MOREDATA, 0xfff0, 0 },
	{ "QoS", IEEE80211_QOS_DATA | IEEE80211_FC_TODS |
	  IEEE80211_FC_PM, 0x4560, 0x0005 },
	{ "QoS A-MSDU", IEEE80211_QOS_DATA | IEEE80211_FC_FROMDS |
	  IEEE80211_FC_RETRY, 0x7890, 0x00e6 },
	{ "four addresses", IEEE80211_DATA | DS_BOTH, 0x0010, 0 },
	{ "four addresses, QoS", IEEE80211_QOS_DATA | DS_BOTH, 0x0020, 0x0f07 },
	{ "QoS, HT Control", IEEE80211_QOS_DATA | IEEE80211_FC_TODS |
	  IEEE80211_FC_ORDER, 0x0030, 0x0001 },
	{ "four addresses, QoS, HT Control", IEEE80211_QOS_DATA | DS_BOTH |
	  IEEE80211_FC_ORDER, 0x0040, 0x0002 },
	{ "first fragment", IEEE80211_QOS_DATA | IEEE80211_FC_TODS |
	  IEEE80211_FC_MOREFRAGS, 0x0050, 0x0003 },
	{ "last fragment", IEEE80211_QOS_DATA | IEEE80211_FC_TODS,
	  0x005f, 0x0003 },
	{ "deauthentication", IEEE80211_DEAUTH, 0x0060, 0 },
	{ "action, HT Control", IEEE80211_ACTION | IEEE80211_FC_ORDER,
	  0x0070, 0 },
	{ "beacon", IEEE80211_BEACON, 0x0080, 0 },
	{ "authentication", IEEE80211_AUTH, 0x0090, 0 },
};

static const uint8_t key_bytes[SKUA_MAX_KEY_LEN] = {
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10, 0x32, 0x54,
	0x76, 0x98, 0xba, 0xdc, 0xfe, 0x02, 0x13, 0x46, 0x57, 0x8a, 0x9b,
	0xce, 0xdf, 0x20, 0x31, 0x64, 0x75, 0xa8, 0xb9, 0xec, 0xfd,
};

/* Number of allocations by the library, and of memory that had a key when it was freed */
static unsigned long allocations, keys_freed;

static void *count_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return malloc(n);
}

static void *count_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return realloc(p, n);
}

static void count_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	/* the first round key of AES is the key */
	if (p && memmem(p, malloc_usable_size(p), key_bytes, 16))
		keys_freed++;
	free(p);
}

static bool is_bip(const struct crypto_cipher *c)
{
	return c->flags & CRYPTO_F_GROUP_MGMT;
}

static bool is_aead(const struct crypto_cipher *c)
{
	return (c->flags & CRYPTO_F_MGMT) != 0;
}

/* Whether a cipher protects a frame, by the table */
static bool offered(const struct crypto_cipher *c, const struct shape *s)
{
	if (dot11_fc_is_data(s->fc))
		return c->flags & CRYPTO_F_DATA;
	if (is_bip(c) || is_aead(c))
		return true;
	return dot11_fc_is_stype(s->fc, IEEE80211_AUTH) &&
	       !(c->flags & CRYPTO_F_REPLAY);
}

static void key_make(struct crypto_key *k, const struct crypto_cipher *c)
{
	memset(k, 0, sizeof(*k));
	assert_int_equal(crypto_key_init(k, c->suite, key_bytes, c->key_len,
					 is_bip(c) ? 6 : 2), 0);
}

static uint8_t pattern(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 8) * 13 + 1);
}

/* A frame whose data are a pattern, with room for IV and MIC, and a canary behind it */
static struct crypto_job frame_make(uint8_t *frame, const struct shape *s,
				    struct crypto_key *k, size_t data_len)
{
	const struct crypto_cipher *c = k->cipher;
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT, .key = k, .frame = frame,
		.hdr_len = (uint16_t)dot11_fc_hdrlen(s->fc),
		.body_len = (uint16_t)(c->iv_len + data_len + c->mic_len),
		.pn = c->pn_bits == 24 ? 0xabcdef : 0x9abcdef01234,
	};

	memset(frame, CANARY, BUF_LEN);
	for (size_t i = 0; i < job.hdr_len; i++)
		frame[i] = (uint8_t)(0x40 + i * 2);
	dot11_put_le16(frame, s->fc);
	dot11_put_le16(frame + IEEE80211_OFF_SEQ, s->seq);
	if (dot11_fc_is_data_qos(s->fc))
		dot11_put_le16(frame + dot11_fc_qos_off(s->fc), s->qos);
	for (size_t i = 0; i < data_len; i++)
		frame[job.hdr_len + c->iv_len + i] = pattern(i);
	return job;
}

static bool data_is_pattern(const struct crypto_job *job, size_t len)
{
	const uint8_t *p = job->frame + job->hdr_len +
			   job->key->cipher->iv_len;

	for (size_t i = 0; i < len; i++)
		if (p[i] != pattern(i))
			return false;
	return true;
}

static void round_trip(const struct shape *s, struct crypto_key *k, size_t len)
{
	static uint8_t frame[BUF_LEN], before[BUF_LEN];
	const struct crypto_cipher *c = k->cipher;
	struct crypto_job job = frame_make(frame, s, k, len);
	uint64_t pn = job.pn;
	uint16_t fc = s->fc | (is_bip(c) ? 0 : IEEE80211_FC_PROTECTED);

	memcpy(before, frame, sizeof(before));
	assert_int_equal(libs_run(&job), 0);
	assert_int_equal(job.status, CRYPTO_OK);
	assert_int_equal(dot11_fc(frame), fc);
	assert_memory_equal(frame + 2, before + 2, job.hdr_len - 2);
	assert_memory_equal(frame + job.hdr_len + job.body_len,
			    before + job.hdr_len + job.body_len,
			    BUF_LEN - job.hdr_len - job.body_len);
	/* the ciphertext of 16 octets differs from the plain text */
	assert_true(data_is_pattern(&job, len) == (is_bip(c) || !len) ||
		    len < 16);

	memcpy(before, frame, sizeof(before));
	job.op = CRYPTO_DECRYPT;
	job.pn = 0;
	job.keyid = 0xff;
	assert_int_equal(libs_run(&job), 0);
	assert_true(job.pn == pn);
	assert_int_equal(job.keyid, k->keyidx);
	assert_true(data_is_pattern(&job, len));
	assert_memory_equal(frame, before, job.hdr_len + c->iv_len);
	assert_memory_equal(frame + job.hdr_len + job.body_len,
			    before + job.hdr_len + job.body_len,
			    BUF_LEN - job.hdr_len - job.body_len);
}

static void test_round_trips(void **state)
{
	static const size_t sizes[] = {
		100, 127, 128, 129, 255, 256, 257, 1023, 1500, 2304, 3839, 7935,
		IEEE80211_MAX_MPDU_LEN - IEEE80211_HDR_LEN_MAX - 32,
	};
	size_t done = 0;

	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		struct crypto_key k;

		key_make(&k, c);
		for (size_t j = 0; j < ARRAY_LEN(shapes); j++) {
			size_t min = is_bip(c) ? 12 : 0;

			if (!offered(c, &shapes[j]))
				continue;
			for (size_t len = min; len <= 66; len++, done++)
				round_trip(&shapes[j], &k, len);
			for (size_t n = 0; n < ARRAY_LEN(sizes); n++, done++)
				round_trip(&shapes[j], &k, sizes[n]);
		}
		crypto_key_wipe(&k);
	}
	assert_true(done > 5000);
}

/* Whether the cipher leaves this bit of the header unprotected */
static bool header_bit_is_free(const struct crypto_cipher *c,
			       const struct crypto_job *job, size_t byte,
			       unsigned int bit)
{
	uint16_t fc = dot11_fc(job->frame);
	uint16_t mask = (uint16_t)(1u << (bit + 8 * (byte & 1)));
	uint16_t qos_kept = IEEE80211_QOS_TID;
	size_t qos = dot11_fc_qos_off(fc);

	if (byte < 2 && (mask & (IEEE80211_FC_RETRY | IEEE80211_FC_PM |
				 IEEE80211_FC_MOREDATA)))
		return true;
	/* CF-Ack and CF-Poll of a data frame; a Null frame has no data */
	if (byte == 0 && dot11_fc_is_data(fc) && (mask & 0x0030))
		return true;
	if (byte < 2)
		return false;
	if (byte < IEEE80211_OFF_ADDR1)
		return true;
	if (byte < IEEE80211_OFF_SEQ)
		return false;
	if (byte < IEEE80211_OFF_ADDR4)
		return is_bip(c) || !(mask & IEEE80211_SEQ_FRAG);
	if (dot11_fc_has_a4(fc) && byte < qos)
		return false;
	if (!dot11_fc_is_data_qos(fc) || byte >= qos + 2)
		return true;		/* HT Control */
	if (job->flags & CRYPTO_JOB_SPP_AMSDU)
		qos_kept |= IEEE80211_QOS_AMSDU;
	return !(mask & qos_kept);
}

static bool body_bit_is_free(const struct crypto_cipher *c,
			     const struct crypto_job *job, size_t byte,
			     unsigned int bit)
{
	if (is_bip(c))
		return byte < 8 &&
		       dot11_fc_is_beacon(dot11_fc(job->frame));
	if (byte == 3)			/* reserved bits beside the key id */
		return bit < (c->iv_len == 8 ? 5 : 6);
	if (is_aead(c))
		return byte == 2;	/* reserved */
	/* TKIP derives WEPSeed[1] from TSC1, and ignores that of the frame */
	return c->suite == SKUA_CIPHER_TKIP && byte == 1;
}

static void flip_one(const char *shape, const struct crypto_job *encrypted,
		     size_t len, size_t byte, unsigned int bit, bool may_pass)
{
	static uint8_t frame[BUF_LEN];
	const struct crypto_cipher *c = encrypted->key->cipher;
	size_t total = (size_t)encrypted->hdr_len + encrypted->body_len;
	struct crypto_job job = *encrypted;
	bool ok;

	memcpy(frame, encrypted->frame, total);
	frame[byte] ^= (uint8_t)(1u << bit);
	/* a receiver finds the body by the changed header */
	job.hdr_len = (uint16_t)dot11_fc_hdrlen(dot11_fc(frame));
	job.body_len = (uint16_t)(total - job.hdr_len);
	job.frame = frame;
	job.op = CRYPTO_DECRYPT;
	ok = libs_run(&job) == 0;
	if (ok != may_pass)
		fail_msg("%s, %s: octet %zu bit %u: %s", c->name, shape, byte,
			 bit, crypto_status_name(job.status));
	if (job.status == CRYPTO_MIC_FAILURE && !is_bip(c)) {
		const uint8_t *data = frame + job.hdr_len + c->iv_len;

		for (size_t i = 0; i + c->iv_len + c->mic_len < job.body_len;
		     i++)
			assert_int_equal(data[i], 0);
	}
	if (ok && !is_bip(c))
		assert_true(data_is_pattern(&job, len));
}

static void flip_all(const struct shape *s, struct crypto_key *k, uint8_t flags)
{
	static uint8_t frame[BUF_LEN];
	const struct crypto_cipher *c = k->cipher;
	const size_t len = 37;
	struct crypto_job job = frame_make(frame, s, k, len);

	job.flags = flags;
	assert_int_equal(libs_run(&job), 0);
	for (size_t byte = 0; byte < job.hdr_len; byte++) {
		/* WEP protects no part of the header, TKIP the TA alone */
		if (!is_bip(c) && !is_aead(c) &&
		    (c->suite != SKUA_CIPHER_TKIP ||
		     byte < IEEE80211_OFF_ADDR2 || byte >= IEEE80211_OFF_ADDR3))
			continue;
		for (unsigned int bit = 0; bit < 8; bit++)
			flip_one(s->name, &job, len, byte, bit,
				 header_bit_is_free(c, &job, byte, bit));
	}
	for (size_t byte = 0; byte < job.body_len; byte++)
		for (unsigned int bit = 0; bit < 8; bit++)
			flip_one(s->name, &job, len, job.hdr_len + byte, bit,
				 body_bit_is_free(c, &job, byte, bit));
}

static void test_flipped_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		struct crypto_key k;

		key_make(&k, &crypto_ciphers[i]);
		for (size_t j = 0; j < ARRAY_LEN(shapes); j++) {
			if (!offered(&crypto_ciphers[i], &shapes[j]))
				continue;
			flip_all(&shapes[j], &k, 0);
			flip_all(&shapes[j], &k, CRYPTO_JOB_SPP_AMSDU);
		}
		crypto_key_wipe(&k);
	}
}

/* Frames that the cipher does not protect are refused, and not changed */
static void test_refused_frames(void **state)
{
	static uint8_t frame[BUF_LEN], before[BUF_LEN];
	static const struct shape odd[] = {
		{ "null", IEEE80211_NULLFUNC, 0, 0 },
		{ "QoS null", IEEE80211_QOS_NULLFUNC, 0, 0 },
		{ "extension", IEEE80211_TYPE_EXT, 0, 0 },
		{ "RTS", IEEE80211_RTS, 0, 0 },
		{ "version 1", IEEE80211_DATA | 1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		struct crypto_key k;

		key_make(&k, &crypto_ciphers[i]);
		for (size_t j = 0; j < ARRAY_LEN(shapes) + ARRAY_LEN(odd); j++) {
			const struct shape *s = j < ARRAY_LEN(shapes) ?
				&shapes[j] : &odd[j - ARRAY_LEN(shapes)];
			struct crypto_job job = frame_make(frame, s, &k, 40);

			if (j < ARRAY_LEN(shapes) && offered(k.cipher, s))
				continue;
			memcpy(before, frame, sizeof(before));
			assert_int_equal(libs_run(&job), 1);
			assert_int_equal(job.status, CRYPTO_MALFORMED);
			job.op = CRYPTO_DECRYPT;
			assert_int_equal(libs_run(&job), 1);
			assert_int_equal(job.status, CRYPTO_MALFORMED);
			assert_memory_equal(frame, before, sizeof(before));
		}
		crypto_key_wipe(&k);
	}
}

/* Each length that is too short, and headers that do not match their type */
static void test_malformed(void **state)
{
	static uint8_t frame[BUF_LEN];

	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		const struct shape *s = is_bip(c) ? &shapes[10] : &shapes[2];
		struct crypto_job job, bad;
		struct crypto_key k;

		key_make(&k, c);
		job = frame_make(frame, s, &k, 64);
		assert_int_equal(libs_run(&job), 0);
		for (int op = 0; op < CRYPTO_OPS; op++) {
			bad = job;
			bad.op = op;
			for (bad.body_len = 0;
			     bad.body_len < c->iv_len + c->mic_len;
			     bad.body_len++) {
				assert_int_equal(libs_run(&bad), 1);
				assert_int_equal(bad.status, CRYPTO_MALFORMED);
			}
			bad = job;
			bad.op = op;
			for (bad.hdr_len = 0; bad.hdr_len < 40; bad.hdr_len++) {
				if (bad.hdr_len == job.hdr_len)
					continue;
				assert_int_equal(libs_run(&bad), 1);
				assert_int_equal(bad.status, CRYPTO_MALFORMED);
			}
		}
		/* a truncated frame must not verify */
		bad = job;
		bad.op = CRYPTO_DECRYPT;
		bad.body_len--;
		assert_int_equal(libs_run(&bad), 1);
		crypto_key_wipe(&k);
	}
}

static void test_beacon_without_timestamp(void **state)
{
	static uint8_t frame[BUF_LEN];
	struct crypto_key k;
	struct crypto_job job;

	(void)state;
	key_make(&k, crypto_cipher_find(SKUA_CIPHER_BIP_GMAC));
	job = frame_make(frame, &shapes[12], &k, 7);
	assert_int_equal(libs_run(&job), 1);
	assert_int_equal(job.status, CRYPTO_MALFORMED);
	crypto_key_wipe(&k);
}

static void test_pn(void **state)
{
	static uint8_t frame[BUF_LEN];

	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		const struct shape *s = is_bip(c) ? &shapes[10] : &shapes[2];
		uint64_t max = (1ULL << c->pn_bits) - 1;
		struct crypto_job job;
		struct crypto_key k;

		key_make(&k, c);
		job = frame_make(frame, s, &k, 64);
		job.pn = max + 1;
		assert_int_equal(libs_run(&job), 1);
		assert_int_equal(job.status, CRYPTO_PN_EXHAUSTED);
		for (int n = 0; n < 2; n++) {
			uint64_t pn = n ? max : 0;

			job = frame_make(frame, s, &k, 64);
			job.pn = pn;
			assert_int_equal(libs_run(&job), 0);
			job.op = CRYPTO_DECRYPT;
			job.pn = ~pn;
			assert_int_equal(libs_run(&job), 0);
			assert_true(job.pn == pn);
		}
		crypto_key_wipe(&k);
	}
	assert_false(crypto_pn_check(5, 4));
	assert_false(crypto_pn_check(5, 5));
	assert_true(crypto_pn_check(5, 6));
	assert_true(crypto_pn_check(0, CRYPTO_PN_MAX));
	assert_false(crypto_pn_check(0, CRYPTO_PN_MAX + 1));
}

static void test_keys(void **state)
{
	static const uint8_t zero[sizeof(struct crypto_key)];
	static uint8_t frame[BUF_LEN];
	struct crypto_key k = { 0 };
	struct crypto_job job;

	(void)state;
	assert_int_equal(crypto_key_init(&k, 0x000fac07, key_bytes, 16, 0),
			 -EOPNOTSUPP);
	assert_null(crypto_cipher_find(0));
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		uint8_t wrong = is_bip(c) ? 3 : 4;
		uint8_t good = is_bip(c) ? 4 : 0;

		assert_ptr_equal(crypto_cipher_find(c->suite), c);
		assert_true(c->key_len <= SKUA_MAX_KEY_LEN);
		assert_true(c->iv_len <= CRYPTO_IV_LEN_MAX);
		assert_true(c->mic_len <= CRYPTO_MIC_LEN_MAX);
		for (size_t len = 0; len <= 64; len++)
			if (len != c->key_len)
				assert_int_equal(crypto_key_init(&k, c->suite,
					key_bytes, len, good),
					-EINVAL);
		assert_int_equal(crypto_key_init(&k, c->suite, key_bytes,
						 c->key_len, wrong), -EINVAL);
		assert_int_equal(crypto_key_init(&k, c->suite, key_bytes,
						 c->key_len, 8), -EINVAL);
		assert_int_equal(crypto_key_init(&k, c->suite, NULL,
						 c->key_len, good), -EINVAL);
		assert_false(crypto_key_valid(&k));
		key_make(&k, c);
		assert_true(crypto_key_valid(&k));
		job = frame_make(frame, is_bip(c) ? &shapes[10] : &shapes[2],
				 &k, 64);
		assert_int_equal(libs_run(&job), 0);
		keys_freed = 0;
		crypto_key_wipe(&k);
		assert_int_equal(keys_freed, 0);
		assert_memory_equal(&k, zero, sizeof(k));
		crypto_key_wipe(&k);
		/* a job whose key was wiped, or that has none */
		job.key = &k;
		assert_int_equal(libs_run(&job), 1);
		assert_int_equal(job.status, CRYPTO_WRONG_KEY);
		job.key = NULL;
		assert_int_equal(libs_run(&job), 1);
	}
}

/* No cipher decrypts a frame with another key */
static void test_wrong_key(void **state)
{
	static uint8_t frame[BUF_LEN], encrypted[BUF_LEN];
	uint8_t other[SKUA_MAX_KEY_LEN];

	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		const struct shape *s = is_bip(c) ? &shapes[10] : &shapes[2];
		struct crypto_key k, k2 = { 0 };
		struct crypto_job job;

		key_make(&k, c);
		job = frame_make(encrypted, s, &k, 64);
		assert_int_equal(libs_run(&job), 0);
		job.op = CRYPTO_DECRYPT;
		job.frame = frame;
		job.key = &k2;
		/* TKIP: the Michael keys at the end are not used here */
		for (size_t n = 0; n < c->key_len * 8u; n++) {
			if (c->suite == SKUA_CIPHER_TKIP && n >= 128)
				break;
			memcpy(other, key_bytes, sizeof(other));
			other[n / 8] ^= (uint8_t)(1u << n % 8);
			memcpy(frame, encrypted, sizeof(frame));
			assert_int_equal(crypto_key_init(&k2, c->suite, other,
				c->key_len, k.keyidx), 0);
			assert_int_equal(libs_run(&job), 1);
			assert_true(job.status == CRYPTO_MIC_FAILURE ||
				    job.status == CRYPTO_ICV_FAILURE);
			crypto_key_wipe(&k2);
		}
		/* the same key with another key id: the frame is not changed */
		memcpy(frame, encrypted, sizeof(frame));
		assert_int_equal(crypto_key_init(&k2, c->suite, key_bytes,
						 c->key_len, k.keyidx ^ 1), 0);
		assert_int_equal(libs_run(&job), 1);
		assert_int_equal(job.status, CRYPTO_WRONG_KEY);
		assert_int_equal(job.keyid, k.keyidx);
		assert_memory_equal(frame, encrypted, sizeof(frame));
		crypto_key_wipe(&k2);
		crypto_key_wipe(&k);
	}
}

/* One batch with all ciphers, in which valid and invalid jobs alternate */
static void test_batch(void **state)
{
	static uint8_t frames[2 * 16][BUF_LEN];
	struct crypto_job jobs[2 * 16];
	struct crypto_key keys[16];
	size_t n = 0;

	(void)state;
	assert_true(CRYPTO_CIPHERS <= 16);
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct shape *s = &shapes[2];

		key_make(&keys[i], &crypto_ciphers[i]);
		if (is_bip(&crypto_ciphers[i]))
			s = &shapes[10];
		for (int j = 0; j < 2; j++, n++)
			jobs[n] = frame_make(frames[n], s, &keys[i], 200 + n);
	}
	assert_int_equal(crypto_run(jobs, n), 0);
	for (size_t i = 0; i < n; i++) {
		jobs[i].op = CRYPTO_DECRYPT;
		if (i & 1)
			frames[i][jobs[i].hdr_len + jobs[i].body_len - 1] ^= 4;
	}
	assert_int_equal(crypto_run(jobs, n), n / 2);
	for (size_t i = 0; i < n; i++) {
		assert_true((jobs[i].status == CRYPTO_OK) == !(i & 1));
		if (!(i & 1))
			assert_true(data_is_pattern(&jobs[i], 200 + i));
	}
	assert_int_equal(crypto_run(NULL, 0), 0);
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++)
		crypto_key_wipe(&keys[i]);
}

static void test_michael_flips(void **state)
{
	uint8_t da[6] = { 1, 2, 3, 4, 5, 6 }, sa[6] = { 7, 8, 9, 10, 11, 12 };
	uint8_t msdu[64 + CRYPTO_MICHAEL_LEN];
	struct crypto_key k;

	(void)state;
	key_make(&k, crypto_cipher_find(SKUA_CIPHER_TKIP));
	for (size_t len = 0; len <= 64; len++) {
		size_t all = len + CRYPTO_MICHAEL_LEN;

		for (size_t i = 0; i < len; i++)
			msdu[i] = pattern(i);
		crypto_michael_add(&k, true, da, sa, 5, msdu, len, msdu + len);
		assert_int_equal(crypto_michael_check(&k, true, da, sa, 5, msdu,
						      all), CRYPTO_OK);
		assert_int_equal(crypto_michael_check(&k, false, da, sa, 5,
						      msdu, all),
				 CRYPTO_MICHAEL_FAILURE);
		assert_int_equal(crypto_michael_check(&k, true, sa, da, 5, msdu,
						      all),
				 CRYPTO_MICHAEL_FAILURE);
		assert_int_equal(crypto_michael_check(&k, true, da, sa, 4, msdu,
						      all),
				 CRYPTO_MICHAEL_FAILURE);
		for (size_t bit = 0; bit < all * 8; bit++) {
			msdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(crypto_michael_check(&k, true, da, sa,
							      5, msdu, all),
					 CRYPTO_MICHAEL_FAILURE);
			msdu[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	assert_int_equal(crypto_michael_check(&k, true, da, sa, 5, msdu, 7),
			 CRYPTO_MALFORMED);
	crypto_key_wipe(&k);
}

/* A phase 1 key is used for its TA and TSC, and for no other */
static void test_tkip_phase1_cache(void **state)
{
	static uint8_t frame[BUF_LEN], want[BUF_LEN];
	const uint16_t p1k[CRYPTO_P1K_WORDS] = { 1, 2, 3, 4, 5 };
	struct crypto_job job;
	struct crypto_key k;
	uint8_t ta[6];

	(void)state;
	key_make(&k, crypto_cipher_find(SKUA_CIPHER_TKIP));
	job = frame_make(want, &shapes[2], &k, 100);
	assert_int_equal(libs_run(&job), 0);
	memcpy(ta, dot11_addr2(want), 6);
	for (int wrong = 0; wrong < 3; wrong++) {
		uint32_t iv32 = (uint32_t)(job.pn >> 16) + (wrong == 0);

		ta[5] ^= wrong == 1;
		crypto_tkip_set_p1k(&k, CRYPTO_ENCRYPT, ta, iv32, p1k);
		ta[5] ^= wrong == 1;
		job = frame_make(frame, &shapes[2], &k, 100);
		assert_int_equal(libs_run(&job), 0);
		assert_true(!memcmp(frame, want, sizeof(frame)) == (wrong < 2));
	}
	crypto_key_wipe(&k);
}

/*
 * No published vector has a beacon or BIP-CMAC-256. So the test makes the text of
 * the MIC octet by octet, and the library computes the MIC in one call.
 */
static void test_bip_beacon_by_the_book(void **state)
{
	static const uint8_t a123[18] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1,
		2, 0, 0, 0, 0, 1,
	};
	uint8_t frame[128] = { 0x80, 0x08 }, text[128] = { 0x80, 0x00 }, mic[16];
	static const uint8_t head[10] = {
		0x4c, 0x18, 0x06, 0x00, 0x34, 0x12, 0xf0, 0xde, 0xbc, 0x9a
	};
	struct crypto_job job = {
		.frame = frame, .hdr_len = 24, .body_len = 12 + 4 + 26,
		.pn = 0x9abcdef01234,
	};
	struct crypto_key k;
	size_t mic_len;

	(void)state;
	key_make(&k, crypto_cipher_find(SKUA_CIPHER_BIP_CMAC_256));
	job.key = &k;
	memcpy(frame + 4, a123, 18);
	memcpy(frame + 24, "TIMESTMP" "\x64\x00\x11\x00" "\x00\x02hi", 16);
	memcpy(text + 2, a123, 18);
	memcpy(text + 28, "\x64\x00\x11\x00" "\x00\x02hi", 8);
	memcpy(text + 36, head, sizeof(head));
	assert_non_null(EVP_Q_mac(NULL, "CMAC", NULL, "AES-256-CBC", NULL,
				  key_bytes, 32, text, 36 + 26, mic,
				  sizeof(mic), &mic_len));
	assert_int_equal(mic_len, 16);
	assert_int_equal(libs_run(&job), 0);
	assert_memory_equal(frame + 40, head, sizeof(head));
	assert_memory_equal(frame + 50, mic, sizeof(mic));
	crypto_key_wipe(&k);
}

/* No frame causes an allocation, not even a frame that fails */
static void test_no_allocation(void **state)
{
	static uint8_t frame[BUF_LEN];

	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		const struct shape *s = is_bip(c) ? &shapes[10] : &shapes[2];
		unsigned long before = 0;
		struct crypto_key k;

		key_make(&k, c);
		/* in the first round the library sets up its data of the thread */
		for (int round = 0; round < 10; round++) {
			struct crypto_job job = frame_make(frame, s, &k, 500);

			assert_int_equal(libs_run(&job), 0);
			job.op = CRYPTO_DECRYPT;
			assert_int_equal(libs_run(&job), 0);
			frame[job.hdr_len + job.body_len - 1] ^= 1;
			assert_int_equal(libs_run(&job), 1);
			if (!round)
				before = allocations;
		}
		assert_int_equal(allocations, before);
		crypto_key_wipe(&k);
	}
	assert_true(allocations > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_refused_frames),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_beacon_without_timestamp),
		cmocka_unit_test(test_pn),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_michael_flips),
		cmocka_unit_test(test_tkip_phase1_cache),
		cmocka_unit_test(test_bip_beacon_by_the_book),
		cmocka_unit_test(test_no_allocation),
	};

	/* this must precede the first allocation of the library */
	if (!CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free))
		return 1;

	return LIBS_RUN_GROUP("crypto", tests);
}
