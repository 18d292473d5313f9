// SPDX-License-Identifier: GPL-2.0-only
/* The other end of a link, see talker.h */
#include "talker.h"

struct talker *talker_new(const struct host_cfg *cfg, bool to_ap)
{
	struct talker *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->s = to_ap ? scene_new(cfg, NULL) : scene_new(NULL, cfg);
	t->h = to_ap ? t->s->ap : t->s->sta;
	t->sn = 100;
	return t;
}

void talker_free(struct talker *t)
{
	void *state = t->s;

	crypto_key_wipe(&t->key);
	scene_teardown(&state);
	free(t);
}

static uint32_t peer_of(const struct talker *t)
{
	return t->h == t->s->ap ? AP_STA : STA_AP;
}

void talker_key(struct talker *t, uint32_t cipher)
{
	uint8_t bytes[SKUA_MAX_KEY_LEN];

	memset(bytes, 0x5a, sizeof(bytes));
	assert_int_equal(crypto_key_init(&t->key, cipher, bytes,
					 crypto_cipher_find(cipher)->key_len, 0), 0);
	scene_pairwise(t->s, cipher, 0);
	t->keyed = true;
}

void talker_flags(struct talker *t, uint32_t set, uint32_t clear)
{
	struct eng_sta e = host_get_sta(t->h, peer_of(t));

	e.flags = htole32((le32toh(e.flags) & ~clear) | set);
	host_sta(t->h, peer_of(t), &e);
}

void talker_session(struct talker *t, uint8_t tid, uint16_t size)
{
	struct eng_ba e = {
		.gen = htole16(peer_of(t) == AP_STA ? AP_GEN : STA_GEN),
		.set = ENG_BA_SET_RX, .rx = size != 0,
		.rx_size = htole16(size), .rx_ssn = htole16(t->sn),
	};

	assert_int_equal(host_tbl(t->h, ENG_TBL_BA,
				  peer_of(t) * SKUA_NUM_TIDS + tid,
				  ENG_TBL_WRITE, &e, sizeof(e)), SKUA_ST_OK);
}

static unsigned int protect(struct talker *t, uint8_t *f, unsigned int len)
{
	const struct crypto_cipher *c = t->key.cipher;
	unsigned int hdr = dot11_fc_hdrlen(dot11_fc(f));
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT, .key = &t->key, .frame = f,
		.hdr_len = (uint16_t)hdr, .pn = ++t->pn,
	};

	memmove(f + hdr + c->iv_len, f + hdr, len - hdr);
	len += c->iv_len + c->mic_len;
	job.body_len = (uint16_t)(len - hdr);
	assert_int_equal(crypto_run(&job, 1), 0);
	return len;
}

void talker_skip(struct talker *t)
{
	t->sn = (t->sn + 1) % IEEE80211_SN_MODULO;
	t->pn++;
}

void talker_add(struct talker *t, const uint8_t *f, unsigned int len)
{
	uint8_t *to = t->room[t->n];
	uint16_t frag = dot11_get_le16(f + IEEE80211_OFF_SEQ) & IEEE80211_SEQ_FRAG;

	assert_true(t->n < TALKER_MPDUS && len <= SKUA_MAX_MPDU - 24);
	memcpy(to, f, len);
	dot11_put_le16(to + IEEE80211_OFF_SEQ, (uint16_t)(t->sn << 4 | frag));
	t->sn = (t->sn + 1) % IEEE80211_SN_MODULO;
	if (t->keyed)
		len = protect(t, to, len);
	dot11_fcs_put(to, len);
	t->mpdu[t->n].data = to;
	t->mpdu[t->n++].len = (uint16_t)(len + IEEE80211_FCS_LEN);
}

static void go(struct talker *t, bool ampdu)
{
	struct air_ppdu p = {
		.mpdu = t->mpdu, .n = t->n, .ampdu = ampdu,
		.ta = dot11_addr2(t->room[0]),
		.rate = HW_PUT(SKUA_RATE_ENC, SKUA_ENC_VHT) |
			HW_PUT(SKUA_RATE_IDX, 3) | HW_PUT(SKUA_RATE_NSS, 1),
		.power = 20, .airtime_us = 100,
	};

	if (t->n && air_begin(t->s->sniff.radio, &p))
		while (air_run(t->s->air))
			;
	t->n = 0;
}

void talker_go(struct talker *t)
{
	go(t, true);
}

void talker_send(struct talker *t, const uint8_t *f, unsigned int len)
{
	talker_add(t, f, len);
	go(t, false);
}
