// SPDX-License-Identifier: GPL-2.0-only
/* TKIP (IEEE 802.11-2020, 12.5.2): key mixing, Michael, and the MPDU */
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/priv.h"

#define TKIP_MICHAEL_FROM_AP	16	/* offsets in the key of mac80211 */
#define TKIP_MICHAEL_TO_AP	24
#define TKIP_P1_ROUNDS		8
#define MICHAEL_PAD		0x5a

/*
 * The S-box of the mixing, first half: the S-box of AES times two in the upper
 * octet and times three in the lower. The second half has the octets swapped.
 */
static const uint16_t tkip_sbox[256] = {
	0xc6a5, 0xf884, 0xee99, 0xf68d, 0xff0d, 0xd6bd, 0xdeb1, 0x9154,
	0x6050, 0x0203, 0xcea9, 0x567d, 0xe719, 0xb562, 0x4de6, 0xec9a,
	0x8f45, 0x1f9d, 0x8940, 0xfa87, 0xef15, 0xb2eb, 0x8ec9, 0xfb0b,
	0x41ec, 0xb367, 0x5ffd, 0x45ea, 0x23bf, 0x53f7, 0xe496, 0x9b5b,
	0x75c2, 0xe11c, 0x3dae, 0x4c6a, 0x6c5a, 0x7e41, 0xf502, 0x834f,
	0x685c, 0x51f4, 0xd134, 0xf908, 0xe293, 0xab73, 0x6253, 0x2a3f,
	0x080c, 0x9552, 0x4665, 0x9d5e, 0x3028, 0x37a1, 0x0a0f, 0x2fb5,
	0x0e09, 0x2436, 0x1b9b, 0xdf3d, 0xcd26, 0x4e69, 0x7fcd, 0xea9f,
	0x121b, 0x1d9e, 0x5874, 0x342e, 0x362d, 0xdcb2, 0xb4ee, 0x5bfb,
	0xa4f6, 0x764d, 0xb761, 0x7dce, 0x527b, 0xdd3e, 0x5e71, 0x1397,
	0xa6f5, 0xb968, 0x0000, 0xc12c, 0x4060, 0xe31f, 0x79c8, 0xb6ed,
	0xd4be, 0x8d46, 0x67d9, 0x724b, 0x94de, 0x98d4, 0xb0e8, 0x854a,
	0xbb6b, 0xc52a, 0x4fe5, 0xed16, 0x86c5, 0x9ad7, 0x6655, 0x1194,
	0x8acf, 0xe910, 0x0406, 0xfe81, 0xa0f0, 0x7844, 0x25ba, 0x4be3,
	0xa2f3, 0x5dfe, 0x80c0, 0x058a, 0x3fad, 0x21bc, 0x7048, 0xf104,
	0x63df, 0x77c1, 0xaf75, 0x4263, 0x2030, 0xe51a, 0xfd0e, 0xbf6d,
	0x814c, 0x1814, 0x2635, 0xc32f, 0xbee1, 0x35a2, 0x88cc, 0x2e39,
	0x9357, 0x55f2, 0xfc82, 0x7a47, 0xc8ac, 0xbae7, 0x322b, 0xe695,
	0xc0a0, 0x1998, 0x9ed1, 0xa37f, 0x4466, 0x547e, 0x3bab, 0x0b83,
	0x8cca, 0xc729, 0x6bd3, 0x283c, 0xa779, 0xbce2, 0x161d, 0xad76,
	0xdb3b, 0x6456, 0x744e, 0x141e, 0x92db, 0x0c0a, 0x486c, 0xb8e4,
	0x9f5d, 0xbd6e, 0x43ef, 0xc4a6, 0x39a8, 0x31a4, 0xd337, 0xf28b,
	0xd532, 0x8b43, 0x6e59, 0xdab7, 0x018c, 0xb164, 0x9cd2, 0x49e0,
	0xd8b4, 0xacfa, 0xf307, 0xcf25, 0xcaaf, 0xf48e, 0x47e9, 0x1018,
	0x6fd5, 0xf088, 0x4a6f, 0x5c72, 0x3824, 0x57f1, 0x73c7, 0x9751,
	0xcb23, 0xa17c, 0xe89c, 0x3e21, 0x96dd, 0x61dc, 0x0d86, 0x0f85,
	0xe090, 0x7c42, 0x71c4, 0xccaa, 0x90d8, 0x0605, 0xf701, 0x1c12,
	0xc2a3, 0x6a5f, 0xaef9, 0x69d0, 0x1791, 0x9958, 0x3a27, 0x27b9,
	0xd938, 0xeb13, 0x2bb3, 0x2233, 0xd2bb, 0xa970, 0x0789, 0x33a7,
	0x2db6, 0x3c22, 0x1592, 0xc920, 0x8749, 0xaaff, 0x5078, 0xa57a,
	0x038f, 0x59f8, 0x0980, 0x1a17, 0x65da, 0xd731, 0x84c6, 0xd0b8,
	0x82c3, 0x29b0, 0x5a77, 0x1e11, 0x7bcb, 0xa8fc, 0x6dd6, 0x2c3a,
};

static uint16_t rol16_8(uint16_t v)
{
	return (uint16_t)(v << 8 | v >> 8);
}

static uint16_t ror16_1(uint16_t v)
{
	return (uint16_t)(v >> 1 | v << 15);
}

static uint32_t rol32(uint32_t v, unsigned int n)
{
	return v << n | v >> (32 - n);
}

static uint16_t tkip_s(uint16_t v)
{
	return tkip_sbox[v & 0xff] ^ rol16_8(tkip_sbox[v >> 8]);
}

/* The n-th 16-bit word of the temporal key */
static uint16_t tk16(const uint8_t *tk, unsigned int n)
{
	return dot11_get_le16(tk + 2 * n);
}

void crypto_tkip_phase1(const uint8_t *tk, const uint8_t *ta, uint32_t iv32,
			uint16_t p1k[CRYPTO_P1K_WORDS])
{
	p1k[0] = (uint16_t)iv32;
	p1k[1] = (uint16_t)(iv32 >> 16);
	p1k[2] = dot11_get_le16(ta);
	p1k[3] = dot11_get_le16(ta + 2);
	p1k[4] = dot11_get_le16(ta + 4);
	for (unsigned int i = 0; i < TKIP_P1_ROUNDS; i++) {
		unsigned int odd = i & 1;

		p1k[0] += tkip_s(p1k[4] ^ tk16(tk, odd));
		p1k[1] += tkip_s(p1k[0] ^ tk16(tk, 2 + odd));
		p1k[2] += tkip_s(p1k[1] ^ tk16(tk, 4 + odd));
		p1k[3] += tkip_s(p1k[2] ^ tk16(tk, 6 + odd));
		p1k[4] += tkip_s(p1k[3] ^ tk16(tk, odd)) + i;
	}
}

/* First three octets of the seed, which the frame has as the lower 16 bits of the TSC */
static void tkip_wep_iv(uint8_t *iv, uint16_t iv16)
{
	uint8_t hi = (uint8_t)(iv16 >> 8);

	iv[0] = hi;
	iv[1] = (hi | 0x20) & 0x7f;	/* avoids weak keys of RC4 */
	iv[2] = (uint8_t)iv16;
}

void crypto_tkip_phase2(const uint8_t *tk,
			const uint16_t p1k[CRYPTO_P1K_WORDS], uint16_t iv16,
			uint8_t seed[CRYPTO_RC4_SEED_LEN])
{
	uint16_t ppk[6];
	unsigned int i;

	memcpy(ppk, p1k, CRYPTO_P1K_WORDS * sizeof(ppk[0]));
	ppk[5] = p1k[4] + iv16;

	for (i = 0; i < 6; i++)
		ppk[i] += tkip_s(ppk[(i + 5) % 6] ^ tk16(tk, i));
	ppk[0] += ror16_1(ppk[5] ^ tk16(tk, 6));
	ppk[1] += ror16_1(ppk[0] ^ tk16(tk, 7));
	for (i = 2; i < 6; i++)
		ppk[i] += ror16_1(ppk[i - 1]);

	tkip_wep_iv(seed, iv16);
	seed[3] = (uint8_t)((ppk[5] ^ tk16(tk, 0)) >> 1);
	for (i = 0; i < 6; i++)
		dot11_put_le16(seed + 4 + 2 * i, ppk[i]);
	OPENSSL_cleanse(ppk, sizeof(ppk));
}

static void michael_block(uint32_t lr[2], uint32_t word)
{
	uint32_t l = lr[0] ^ word;
	uint32_t r = lr[1];

	r ^= rol32(l, 17);
	l += r;
	/* swap the octets within each half */
	r ^= (l & 0xff00ff00) >> 8 | (l & 0x00ff00ff) << 8;
	l += r;
	r ^= rol32(l, 3);
	l += r;
	r ^= rol32(l, 30);
	l += r;
	lr[0] = l;
	lr[1] = r;
}

void crypto_michael(const uint8_t *key, const uint8_t *head, size_t head_len,
		    const uint8_t *data, size_t len,
		    uint8_t mic[CRYPTO_MICHAEL_LEN])
{
	uint32_t lr[2] = {
		dot11_get_le32(key), dot11_get_le32(key + 4)
	};
	uint8_t tail[4] = { 0 };
	size_t i;

	for (i = 0; i + 4 <= head_len; i += 4)
		michael_block(lr, dot11_get_le32(head + i));
	for (i = 0; i + 4 <= len; i += 4)
		michael_block(lr, dot11_get_le32(data + i));
	if (len > i)
		memcpy(tail, data + i, len - i);
	tail[len - i] = MICHAEL_PAD;
	michael_block(lr, dot11_get_le32(tail));
	michael_block(lr, 0);
	dot11_put_le32(mic, lr[0]);
	dot11_put_le32(mic + 4, lr[1]);
}

void crypto_michael_add(const struct crypto_key *key, bool from_ap,
			const uint8_t *da, const uint8_t *sa, uint8_t priority,
			const uint8_t *msdu, size_t len, uint8_t *mic)
{
	uint8_t head[2 * IEEE80211_ADDR_LEN + 4] = { 0 };

	memcpy(head, da, IEEE80211_ADDR_LEN);
	memcpy(head + IEEE80211_ADDR_LEN, sa, IEEE80211_ADDR_LEN);
	head[2 * IEEE80211_ADDR_LEN] = priority;
	crypto_michael(key->bytes + (from_ap ? TKIP_MICHAEL_FROM_AP :
					       TKIP_MICHAEL_TO_AP),
		       head, sizeof(head), msdu, len, mic);
}

enum crypto_status crypto_michael_check(const struct crypto_key *key,
					bool from_ap, const uint8_t *da,
					const uint8_t *sa, uint8_t priority,
					const uint8_t *msdu, size_t len)
{
	uint8_t mic[CRYPTO_MICHAEL_LEN];

	if (len < sizeof(mic))
		return CRYPTO_MALFORMED;
	len -= sizeof(mic);
	crypto_michael_add(key, from_ap, da, sa, priority, msdu, len, mic);
	if (CRYPTO_memcmp(mic, msdu + len, sizeof(mic)))
		return CRYPTO_MICHAEL_FAILURE;
	return CRYPTO_OK;
}

void crypto_tkip_set_p1k(struct crypto_key *key, enum crypto_op op,
			 const uint8_t *ta, uint32_t iv32,
			 const uint16_t p1k[CRYPTO_P1K_WORDS])
{
	struct crypto_p1k *c = &key->p1k[op];

	c->valid = true;
	c->iv32 = iv32;
	memcpy(c->ta, ta, IEEE80211_ADDR_LEN);
	memcpy(c->p1k, p1k, sizeof(c->p1k));
}

bool crypto_tkip_has_p1k(const struct crypto_key *key, const uint8_t *frame,
			 size_t hdr_len, size_t len)
{
	const struct crypto_p1k *c = &key->p1k[CRYPTO_DECRYPT];

	return c->valid && len >= hdr_len + key->cipher->iv_len &&
	       dot11_addr_equal(c->ta, dot11_addr2(frame)) &&
	       c->iv32 == dot11_get_le32(frame + hdr_len + 4);
}

/* A phase 1 key is for 65536 frames of a sender, so the last one is kept */
static void tkip_seed(const struct crypto_job *job,
		      uint8_t seed[CRYPTO_RC4_SEED_LEN])
{
	const uint8_t *ta = dot11_addr2(job->frame);
	struct crypto_p1k *c = &job->key->p1k[job->op];
	uint32_t iv32 = (uint32_t)(job->pn >> 16);

	if (!c->valid || c->iv32 != iv32 || !dot11_addr_equal(c->ta, ta)) {
		uint16_t p1k[CRYPTO_P1K_WORDS];

		crypto_tkip_phase1(job->key->bytes, ta, iv32, p1k);
		crypto_tkip_set_p1k(job->key, job->op, ta, iv32, p1k);
	}
	crypto_tkip_phase2(job->key->bytes, c->p1k, (uint16_t)job->pn, seed);
}

static enum crypto_status tkip_encrypt(struct crypto_job *job)
{
	uint8_t seed[CRYPTO_RC4_SEED_LEN];
	uint8_t *iv = crypto_iv(job);

	tkip_seed(job, seed);
	tkip_wep_iv(iv, (uint16_t)job->pn);
	iv[3] = IEEE80211_IV_EXT |
		(uint8_t)(job->key->keyidx << IEEE80211_IV_KEYID_SHIFT);
	dot11_put_le32(iv + 4, (uint32_t)(job->pn >> 16));
	crypto_rc4_encrypt(seed, sizeof(seed), crypto_data(job),
			   crypto_data_len(job));
	OPENSSL_cleanse(seed, sizeof(seed));
	return CRYPTO_OK;
}

static enum crypto_status tkip_decrypt(struct crypto_job *job)
{
	uint8_t seed[CRYPTO_RC4_SEED_LEN];
	const uint8_t *iv = crypto_iv(job);
	bool ok;

	if (!(iv[IEEE80211_IV_OFF_KEYID] & IEEE80211_IV_EXT))
		return CRYPTO_MALFORMED;
	job->pn = iv[2] | (uint64_t)iv[0] << 8 |
		  (uint64_t)dot11_get_le32(iv + 4) << 16;
	job->keyid = dot11_iv_keyid(iv);
	if (job->keyid != job->key->keyidx)
		return CRYPTO_WRONG_KEY;
	tkip_seed(job, seed);
	ok = crypto_rc4_decrypt(seed, sizeof(seed), crypto_data(job),
				crypto_data_len(job));
	OPENSSL_cleanse(seed, sizeof(seed));
	return ok ? CRYPTO_OK : CRYPTO_ICV_FAILURE;
}

const struct crypto_ops crypto_tkip_ops = {
	.encrypt = tkip_encrypt,
	.decrypt = tkip_decrypt,
};
