// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: protection of frames, replay check, counts of each key */
#include <jansson.h>

#include "host.h"

#define RXF_ALWAYS (SKUA_RXF_MACTIME_START | SKUA_RXF_DUP_VALIDATED)
#define RXF_AEAD (SKUA_RXF_DECRYPTED | SKUA_RXF_IV_STRIPPED | \
		  SKUA_RXF_MIC_STRIPPED | SKUA_RXF_PN_VALIDATED | \
		  SKUA_RXF_PN_VALID)

static struct tx protected_tx(bool from_ap, uint64_t pn)
{
	return (struct tx){
		.ring = 2, .token = 5, .flags = SKUA_TXF_PROTECT,
		.sta = from_ap ? AP_STA : STA_AP,
		.gen = from_ap ? AP_GEN : STA_GEN,
		.key = KEY_SLOT, .key_gen = KEY_GEN, .pn = pn,
	};
}

/* The host is told that a key has kept a frame out */
static void expect_dropped(struct host *h, enum skua_inband_id id, uint16_t slot)
{
	struct rec rec;

	host_expect_inband(h, id, &rec);
	assert_int_equal(le32toh(rec.inband.arg), slot | KEY_GEN << 16);
}

static const struct crypto_cipher *cipher_of(uint32_t suite)
{
	return crypto_cipher_find(suite);
}

/* Send a frame with a cipher, and check it on the air and at the receiver */
static void pass_one(struct scene *s, uint32_t suite, bool from_ap, int tid,
		     unsigned int payload, uint64_t pn)
{
	const struct crypto_cipher *c = cipher_of(suite);
	struct tx t = protected_tx(from_ap, pn);
	struct host *from = from_ap ? s->ap : s->sta;
	struct host *to = from_ap ? s->sta : s->ap;
	unsigned int hdr = tid >= 0 ? 26 : 24, len, on_air;
	bool michael = c->flags & CRYPTO_F_MICHAEL;
	uint8_t f[HOST_FRAME_MAX];
	struct rec rec;
	uint32_t flags;

	len = mk_data(f, from_ap, tid, payload);
	s->sniff.n = 0;
	host_tx(from, &t, f, len);
	host_poll(from);
	host_expect_tx(from, 5, SKUA_TXS_ACKED, 1);
	on_air = len + c->iv_len + c->mic_len + (michael ? 8 : 0) + 4;
	if (on_air <= sizeof(s->sniff.frame[0].data)) {
		assert_int_equal(s->sniff.n, 2);
		assert_int_equal(s->sniff.frame[0].len, on_air);
		assert_true(dot11_fc(s->sniff.frame[0].data) &
			    IEEE80211_FC_PROTECTED);
		/* No part of the payload is in clear text */
		assert_null(memmem(s->sniff.frame[0].data, on_air, f + hdr,
				   8));
	}
	host_expect_rx(to, &rec);
	flags = le32toh(rec.rx.flags);
	assert_int_equal(le16toh(rec.rx.key), KEY_SLOT);
	assert_int_equal(le16toh(rec.rx.key_gen), KEY_GEN);
	if (c->flags & CRYPTO_F_REPLAY) {
		assert_int_equal(le32toh(rec.rx.pn_lo), (uint32_t)pn);
		assert_int_equal(le16toh(rec.rx.pn_hi), pn >> 32);
	}
	if (c->flags & CRYPTO_F_MGMT) {
		assert_int_equal(flags, RXF_ALWAYS | RXF_AEAD);
		assert_int_equal(rec.len, len);
		assert_memory_equal(rec.frame + hdr, f + hdr, payload);
		return;
	}
	/* WEP and TKIP keep the IV */
	assert_int_equal(flags, RXF_ALWAYS | SKUA_RXF_DECRYPTED |
			 SKUA_RXF_ICV_STRIPPED |
			 (michael ? SKUA_RXF_MMIC_STRIPPED |
				    SKUA_RXF_PN_VALID : 0));
	assert_int_equal(rec.len, len + c->iv_len);
	assert_memory_equal(rec.frame + hdr + c->iv_len, f + hdr, payload);
}

/* K12, R2, R3, R4 */
static void test_all_data_ciphers(void **state)
{
	static const unsigned int sizes[] = { 8, 9, 100, 1500, 2304, 7935,
					      11380 };
	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		struct scene *s;
		void *p;
		uint64_t pn = 1;

		if (!(c->flags & CRYPTO_F_DATA))
			continue;
		s = scene_new(NULL, NULL);
		scene_pairwise(s, c->suite, i % 4);
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
			for (int tid = -1; tid < 16; tid += 5) {
				pass_one(s, c->suite, true, tid, sizes[k],
					 pn);
				pass_one(s, c->suite, false, tid, sizes[k],
					 pn++);
			}
		p = s;
		scene_teardown(&p);
	}
}

static void test_pn_width(void **state)
{
	struct scene *s = *state;
	struct tx t = protected_tx(true, 1ull << 47);
	uint8_t f[200];
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	pass_one(s, SKUA_CIPHER_CCMP, true, 0, 50, 0x8000deadbeefull);
	pass_one(s, SKUA_CIPHER_CCMP, true, 0, 50, CRYPTO_PN_MAX);
	/* After the last PN, every other PN is a replay */
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 50));
	host_poll(s->ap);
	assert_true(host_next(s->ap, &rec));
	expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, KEY_SLOT);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_replay, 1);
}

/* K2: group data are encrypted with the interface's key */
static void test_group_data(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 2, .flags = SKUA_TXF_PROTECT,
			.sta = SKUA_STA_NONE, .key = GROUP_SLOT,
			.key_gen = KEY_GEN, .pn = 9 };
	uint8_t f[200];
	unsigned int len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast,
				    addr_ap, addr_other, -1, "123456789", 9);
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	scene_group(s, SKUA_CIPHER_CCMP, 2);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le16toh(rec.rx.key), GROUP_SLOT);
	assert_int_equal(le32toh(rec.rx.flags),
			 RXF_AEAD | SKUA_RXF_MACTIME_START);
	assert_memory_equal(rec.frame + 24, "123456789", 9);
	/* The frame is received again from another sender: a replay */
	sniffer_send_raw(&s->sniff, s->sniff.frame[0].data,
			 s->sniff.frame[0].len);
	expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, GROUP_SLOT);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->key[GROUP_SLOT]->replays, 1);
}

/* K3: a station's own group key precedes the interface's key */
static void test_sta_group_key(void **state)
{
	struct scene *s = *state;
	struct eng_sta e;
	struct tx t = { .ring = 2, .flags = SKUA_TXF_PROTECT,
			.sta = SKUA_STA_NONE, .key = GROUP_SLOT,
			.key_gen = KEY_GEN, .pn = 1 };
	uint8_t f[200];
	unsigned int len = mk_frame(f, IEEE80211_DATA | FC_FROMDS, addr_bcast,
				    addr_ap, addr_other, -1, "123456789", 9);
	struct rec rec;

	scene_group(s, SKUA_CIPHER_CCMP, 1);
	assert_int_equal(host_key(s->sta, 30, 2, STA_AP, 1,
				  SKUA_CIPHER_CCMP, 0xa7), SKUA_ST_OK);
	host_tbl(s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_READ, &e, sizeof(e));
	e.group_key[1].slot = htole16(30);
	e.group_key[1].gen = htole16(2);
	host_sta(s->sta, STA_AP, &e);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le16toh(rec.rx.key), 30);
}

static unsigned int mk_deauth(uint8_t *f, const uint8_t *ra)
{
	return mk_frame(f, IEEE80211_DEAUTH, ra, addr_ap, addr_ap, -1, "\3\0",
			2);
}

static void test_robust_unicast(void **state)
{
	struct scene *s = *state;
	struct tx t = protected_tx(true, 3);
	uint8_t f[200];
	unsigned int len = mk_deauth(f, addr_sta);
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_GCMP_256, 0);
	t.ring = 4;
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le32toh(rec.rx.flags), RXF_ALWAYS | RXF_AEAD);
	assert_int_equal(rec.len, len);
	assert_memory_equal(rec.frame + 24, "\3\0", 2);
	/* The key has a replay counter of its own: data with a lower PN still pass */
	pass_one(s, SKUA_CIPHER_GCMP_256, true, 0, 40, 1);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->rx_pn[SKUA_PN_MGMT], 3);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->rx_pn[0], 1);
}

/* K12 */
static void test_bip(void **state)
{
	(void)state;
	for (size_t i = 0; i < CRYPTO_CIPHERS; i++) {
		const struct crypto_cipher *c = &crypto_ciphers[i];
		struct tx t = { .ring = 4, .sta = SKUA_STA_NONE, .pn = 7,
				.flags = SKUA_TXF_MGMT_PROT,
				.key = GROUP_SLOT, .key_gen = KEY_GEN };
		uint8_t f[200], bad[200];
		unsigned int len = mk_deauth(f, addr_bcast);
		struct scene *s;
		struct rec rec;
		void *p;

		if (!(c->flags & CRYPTO_F_GROUP_MGMT))
			continue;
		s = scene_new(NULL, NULL);
		p = s;
		scene_group(s, c->suite, 4 + i % 2);
		host_tx(s->ap, &t, f, len);
		host_poll(s->ap);
		host_expect_rx(s->sta, &rec);
		/* The MMIE stays, and nothing is encrypted */
		assert_int_equal(rec.len, len + c->mic_len);
		assert_memory_equal(rec.frame + 24, f + 24, 2);
		assert_int_equal(rec.frame[len], IEEE80211_EID_MMIE);
		assert_int_equal(le32toh(rec.rx.flags),
				 SKUA_RXF_MACTIME_START | SKUA_RXF_DECRYPTED |
				 SKUA_RXF_PN_VALID);
		assert_int_equal(le32toh(rec.rx.pn_lo), 7);
		sniffer_send_raw(&s->sniff, s->sniff.frame[0].data,
				 s->sniff.frame[0].len);
		assert_int_equal(s->sta->mac->c.rx_replay, 1);
		/* The reason code is changed, and the MIC is not */
		memcpy(bad, s->sniff.frame[0].data, s->sniff.frame[0].len);
		bad[24] ^= 1;
		sniffer_send(&s->sniff, bad,
			     (uint16_t)(s->sniff.frame[0].len - 4));
		assert_int_equal(s->sta->mac->c.rx_mic_error, 1);
		expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, GROUP_SLOT);
		expect_dropped(s->sta, SKUA_INB_KEY_MIC_FAILURE, GROUP_SLOT);
		host_expect_nothing(s->sta);
		scene_teardown(&p);
	}
}

/* Time of the last beacon of the AP, and the TSF, as the station has them */
static void expect_beacon(struct scene *s, uint64_t at, uint64_t ts)
{
	struct eng_vif e;

	host_tbl(s->sta, ENG_TBL_VIF, 0, ENG_TBL_READ, &e, sizeof(e));
	assert_int_equal(le32toh(e.last_beacon), (uint32_t)at);
	/* All frames are sent at 6 Mbit/s */
	assert_int_equal(le64toh(e.tsf_offset) + at + airtime_stamp_us(60), ts);
}

/* K12: only a beacon with a right MIC of the BIGTK counts, and sets the clock */
static void test_beacon_is_checked_first(void **state)
{
	struct tx t = { .ring = 4, .sta = SKUA_STA_NONE, .pn = 7,
			.flags = SKUA_TXF_MGMT_PROT,
			.key = GROUP_SLOT, .key_gen = KEY_GEN };
	struct scene *s = *state;
	uint8_t f[200], bad[200];
	unsigned int len = mk_beacon(f, addr_ap, 1000000);
	uint64_t at;
	struct rec rec;

	scene_group(s, SKUA_CIPHER_BIP_CMAC, 6);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED);
	at = loop_now_us(s->sta->loop);
	expect_beacon(s, at, 1000000);
	assert_int_equal(s->sta->mac->c.rx_beacon, 1);

	/*
	 * A beacon without MMIE, one with a wrong MIC, and a repeated one: the
	 * stack gets and drops them, and the clock is unchanged.
	 */
	scene_pass(s, 5000);
	len = mk_beacon(bad, addr_ap, 77);
	sniffer_send(&s->sniff, bad, (uint16_t)len);
	memcpy(bad, s->sniff.frame[0].data, s->sniff.frame[0].len);
	bad[24] ^= 1;
	sniffer_send(&s->sniff, bad, (uint16_t)(s->sniff.frame[0].len - 4));
	sniffer_send_raw(&s->sniff, s->sniff.frame[0].data,
			 s->sniff.frame[0].len);
	/* which counts them itself: there is no event */
	for (int i = 0; i < 3; i++) {
		host_expect_rx(s->sta, &rec);
		assert_false(le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED);
	}
	expect_beacon(s, at, 1000000);
	assert_int_equal(s->sta->mac->c.rx_beacon, 1);
}

/* K14 */
static void test_replay(void **state)
{
	struct scene *s = *state;
	uint8_t f[200];
	uint16_t len;
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	pass_one(s, SKUA_CIPHER_CCMP, true, 0, 60, 10);
	len = s->sniff.frame[0].len;
	memcpy(f, s->sniff.frame[0].data, len);
	/* The frame is unchanged; without Retry bit it is no duplicate */
	sniffer_send_raw(&s->sniff, f, len);
	assert_int_equal(s->sta->mac->c.rx_replay, 1);
	/* With another sequence number */
	f[23] ^= 1;
	sniffer_send(&s->sniff, f, (uint16_t)(len - 4));
	assert_int_equal(s->sta->mac->c.rx_replay, 2);
	/* With another PN the MIC is wrong */
	f[26] ^= 0x40;
	sniffer_send(&s->sniff, f, (uint16_t)(len - 4));
	assert_int_equal(s->sta->mac->c.rx_mic_error, 1);
	expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, KEY_SLOT);
	expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, KEY_SLOT);
	expect_dropped(s->sta, SKUA_INB_KEY_MIC_FAILURE, KEY_SLOT);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->replays, 2);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->mic_errors, 1);
	assert_int_equal(s->sta->mac->sta[STA_AP]->stats.rx_replays, 2);
	assert_int_equal(s->sta->mac->sta[STA_AP]->stats.rx_mic_errors, 1);
	/* A lower PN passes on another TID, and no other frame is dropped */
	pass_one(s, SKUA_CIPHER_CCMP, true, 5, 60, 2);
	pass_one(s, SKUA_CIPHER_CCMP, true, 0, 60, 11);
	/* A monitor gets all frames, marked so that the stack does not get them */
	host_write(s->sta, ENG_MAC_FILTER, SKUA_FILTER_OTHER_BSS);
	f[26] ^= 0x40;
	sniffer_send(&s->sniff, f, (uint16_t)(len - 4));
	expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, KEY_SLOT);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le32toh(rec.rx.flags), SKUA_RXF_MACTIME_START |
			 SKUA_RXF_MONITOR_ONLY);
	assert_int_equal(rec.len, len - 4);
	assert_memory_equal(rec.frame, f, len - 4u);
	assert_int_equal(le16toh(rec.rx.key), SKUA_KEY_NONE);
}

/* K16 */
static void test_initial_pn(void **state)
{
	struct scene *s = *state;
	struct eng_key k = { .gen = htole16(KEY_GEN), .sta = htole16(STA_AP),
			     .key_len = 16,
			     .cipher = htole32(SKUA_CIPHER_CCMP) };
	struct tx t = protected_tx(true, 100);
	uint8_t f[200];

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	memset(k.key, 0x5a, 16);
	k.rx_pn[6][0] = 100;
	k.rx_pn[7][5] = 1;
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_WRITE,
				  &k, sizeof(k)), SKUA_ST_OK);
	host_tx(s->ap, &t, f, mk_data(f, true, 6, 40));
	host_tx(s->ap, &t, f, mk_data(f, true, 7, 40));
	host_poll(s->ap);
	assert_int_equal(s->sta->mac->c.rx_replay, 2);
	t.pn = 101;
	host_tx(s->ap, &t, f, mk_data(f, true, 6, 40));
	t.pn = (1ull << 40) + 1;
	host_tx(s->ap, &t, f, mk_data(f, true, 7, 40));
	host_poll(s->ap);
	assert_int_equal(s->sta->mac->c.rx_data, 2);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_READ,
				  &k, sizeof(k)), SKUA_ST_OK);
	assert_int_equal(k.rx_pn[6][0], 101);
	assert_int_equal(k.rx_pn[7][5], 1);
	assert_int_equal(k.rx_pn[7][0], 1);
}

static void test_flipped_bits(void **state)
{
	struct scene *s = *state;
	uint8_t f[200];
	unsigned int len, mic = 0;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	pass_one(s, SKUA_CIPHER_CCMP, true, 0, 20, 1);
	len = s->sniff.frame[0].len;
	memcpy(f, s->sniff.frame[0].data, len);
	/* Without a new FCS, each single bit loses the frame */
	for (unsigned int bit = 0; bit < 8 * len; bit++) {
		f[bit / 8] ^= (uint8_t)(1u << bit % 8);
		sniffer_send_raw(&s->sniff, f, (uint16_t)len);
		f[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_mic_error, 0);
	/* With a new FCS: each bit of the ciphertext and its MIC */
	for (unsigned int bit = 8 * 34; bit < 8 * (len - 4); bit++, mic++) {
		f[bit / 8] ^= (uint8_t)(1u << bit % 8);
		sniffer_send(&s->sniff, f, (uint16_t)(len - 4));
		f[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect_dropped(s->sta, SKUA_INB_KEY_MIC_FAILURE, KEY_SLOT);
	}
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_mic_error, mic);
	/* The receiver's counter has not moved */
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->rx_pn[0], 1);
}

/* K8 */
static void test_no_key(void **state)
{
	struct scene *s = *state;
	struct eng_sta e;
	uint8_t f[200];
	struct tx t = protected_tx(true, 1);
	struct rec rec;
	unsigned int len = mk_data(f, true, 0, 60);

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	host_tbl(s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_READ, &e, sizeof(e));
	e.key[0].gen = htole16(KEY_GEN + 1);
	host_sta(s->sta, STA_AP, &e);
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le32toh(rec.rx.flags), RXF_ALWAYS);
	assert_int_equal(rec.len, len + 16);
	assert_memory_equal(rec.frame, s->sniff.frame[0].data, len + 16);
	assert_int_equal(s->sta->mac->c.rx_no_key, 1);
	/* A key for transmitting alone is not used either */
	e.key[0].gen = htole16(KEY_GEN);
	host_sta(s->sta, STA_AP, &e);
	s->sta->mac->key[KEY_SLOT]->flags = SKUA_KEYF_TX_ONLY;
	t.pn = 2;
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_int_equal(le32toh(rec.rx.flags), RXF_ALWAYS);
}

/* K15 */
static void test_clear_from_keyed(void **state)
{
	struct scene *s = *state;
	uint8_t f[200];
	unsigned int len = mk_data(f, true, 0, 60);
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	sniffer_send(&s->sniff, f, (uint16_t)len);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_clear_refused, 1);
	f[26 + 6] = 0x88;
	f[26 + 7] = 0x8e;
	sniffer_send(&s->sniff, f, (uint16_t)len);
	host_expect_rx(s->sta, &rec);
	/* EAPOL in an A-MSDU, or in a later fragment, does not count as EAPOL */
	f[24] |= IEEE80211_QOS_AMSDU;
	sniffer_send(&s->sniff, f, (uint16_t)len);
	f[24] = 0;
	f[22] = 1;
	sniffer_send(&s->sniff, f, (uint16_t)len);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_clear_refused, 3);
}

/* K16, R4 */
static void test_fragments(void **state)
{
	struct scene *s = *state;
	struct tx t = protected_tx(true, 20);
	uint8_t f[200];
	unsigned int len = mk_data(f, true, 0, 60);
	struct rec rec;
	uint16_t sn[2];

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	f[1] |= IEEE80211_FC_MOREFRAGS >> 8;
	host_tx(s->ap, &t, f, len);
	f[1] &= (uint8_t)~(IEEE80211_FC_MOREFRAGS >> 8);
	f[22] = 1;
	t.pn = 21;
	host_tx(s->ap, &t, f, len);
	host_poll(s->ap);
	for (unsigned int i = 0; i < 2; i++) {
		host_expect_rx(s->sta, &rec);
		/* The IV stays for the host, which joins the fragments; the MIC is stripped */
		assert_int_equal(le32toh(rec.rx.flags), RXF_ALWAYS |
				 SKUA_RXF_DECRYPTED | SKUA_RXF_MIC_STRIPPED |
				 SKUA_RXF_PN_VALID);
		assert_int_equal(rec.len, len + 8);
		assert_int_equal(rec.frame[26], 20 + i);
		assert_memory_equal(rec.frame + 34, f + 26, 60);
		sn[i] = dot11_sn(rec.frame);
	}
	assert_int_equal(sn[0], sn[1]);
	/* A fragment is received again */
	sniffer_send_raw(&s->sniff, s->sniff.frame[0].data,
			 s->sniff.frame[0].len);
	expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, KEY_SLOT);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_replay, 1);
}

/* K10, R1, R3 */
static void test_michael(void **state)
{
	struct scene *s = *state;
	struct rec rec;
	struct tx t = protected_tx(true, 5);
	uint8_t f[200];

	scene_pairwise(s, SKUA_CIPHER_TKIP, 0);
	/* The receiver expects another Michael key */
	s->sta->mac->key[KEY_SLOT]->crypto.bytes[16] ^= 1;
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 60));
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_MMIC_ERR);
	assert_false(le32toh(rec.rx.flags) & SKUA_RXF_MMIC_STRIPPED);
	assert_int_equal(s->sta->mac->c.rx_michael_error, 1);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->rx_pn[0], 0);
	s->sta->mac->key[KEY_SLOT]->crypto.bytes[16] ^= 1;
	t.pn = 6;
	host_tx(s->ap, &t, f, mk_data(f, true, 0, 60));
	host_poll(s->ap);
	host_expect_rx(s->sta, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_MMIC_STRIPPED);
	sniffer_send_raw(&s->sniff, s->sniff.frame[s->sniff.n - 2].data,
			 s->sniff.frame[s->sniff.n - 2].len);
	expect_dropped(s->sta, SKUA_INB_KEY_REPLAY, KEY_SLOT);
	host_expect_nothing(s->sta);
	assert_int_equal(s->sta->mac->c.rx_replay, 1);
}

/* K10: the table has TKIP's Michael keys by direction as well */
static void test_tkip_by_direction(void **state)
{
	struct scene *s = *state;
	struct eng_key k = { .gen = htole16(KEY_GEN), .key_len = 16,
			     .cipher = htole32(SKUA_CIPHER_TKIP) };

	scene_pairwise(s, SKUA_CIPHER_TKIP, 0);
	memset(k.key, 1, 16);
	memset(k.tx_mic_key, 2, 8);
	memset(k.rx_mic_key, 3, 8);
	k.sta = htole16(AP_STA);
	assert_int_equal(host_tbl(s->ap, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_WRITE,
				  &k, sizeof(k)), SKUA_ST_OK);
	memset(k.tx_mic_key, 3, 8);
	memset(k.rx_mic_key, 2, 8);
	k.sta = htole16(STA_AP);
	assert_int_equal(host_tbl(s->sta, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_WRITE,
				  &k, sizeof(k)), SKUA_ST_OK);
	pass_one(s, SKUA_CIPHER_TKIP, true, 0, 100, 1);
	pass_one(s, SKUA_CIPHER_TKIP, false, 0, 100, 1);
}

static void test_wep_default_keys(void **state)
{
	struct scene *s = *state;
	struct tx t = { .ring = 2, .flags = SKUA_TXF_PROTECT, .sta = STA_AP,
			.gen = STA_GEN, .key = GROUP_SLOT, .key_gen = KEY_GEN,
			.pn = 0x123456 };
	uint8_t f[200];
	unsigned int len = mk_data(f, false, -1, 60);
	struct rec rec;

	scene_group(s, SKUA_CIPHER_WEP104, 3);
	host_tx(s->sta, &t, f, len);
	host_poll(s->sta);
	host_expect_rx(s->ap, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED);
	assert_memory_equal(rec.frame + 28, f + 24, 60);
	/* A group key of another cipher is never used for individual frames */
	scene_group(s, SKUA_CIPHER_CCMP, 3);
	t.pn = 1;
	host_tx(s->sta, &t, f, len);
	host_poll(s->sta);
	host_expect_rx(s->ap, &rec);
	assert_false(le32toh(rec.rx.flags) & SKUA_RXF_DECRYPTED);
}

/* Many frames in one batch, with several keys and in clear text; some are lost */
static void test_batches(void **state)
{
	struct scene *s = *state;
	struct air_loss l = { .match_type = -1, .match_subtype = -1, .nth = 1,
			      .every = 7 };
	uint8_t f[600];
	unsigned int got = 0;
	struct rec rec;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	scene_group(s, SKUA_CIPHER_GCMP, 1);
	assert_true(air_lose(s->air, &l) >= 0);
	/* ACKs are lost, too */
	l.match_type = 1;
	l.every = 5;
	assert_true(air_lose(s->air, &l) >= 0);
	for (unsigned int i = 0; i < 3000; i++) {
		struct tx t = protected_tx(true, i + 1);

		host_tx(s->ap, &t, f, mk_data(f, true, i % 3, 30 + i % 500));
		if (i % 20 == 19) {
			host_poll(s->ap);
			scene_rests(s);
		}
		while (host_next(s->sta, &rec)) {
			assert_true(le32toh(rec.rx.flags) &
				    SKUA_RXF_DECRYPTED);
			got++;
		}
		while (host_next(s->ap, &rec))
			;
	}
	/* Each frame arrives exactly once, even if frames were lost */
	assert_int_equal(got, 3000);
	assert_true(s->sta->mac->c.rx_dup > 50);
	assert_int_equal(s->sta->mac->c.rx_replay, 0);
	assert_int_equal(s->ap->mac->c.tx_no_ack, 0);
}

static void test_key_counters(void **state)
{
	struct scene *s = *state;
	json_t *o, *keys, *k;
	uint32_t at = 0;

	scene_pairwise(s, SKUA_CIPHER_CCMP, 0);
	for (unsigned int i = 1; i <= 5; i++)
		pass_one(s, SKUA_CIPHER_CCMP, true, 0, 100, i);
	pass_one(s, SKUA_CIPHER_CCMP, false, 0, 50, 1);
	assert_int_equal(s->ap->mac->key[KEY_SLOT]->enc_bytes, 500);
	assert_int_equal(s->sta->mac->key[KEY_SLOT]->dec_bytes, 500);
	o = mac_counters(s->ap->mac);
	assert_true(mac_counters_more(s->ap->mac, o, &at));
	keys = json_object_get(o, "keys");
	assert_int_equal(json_array_size(keys), 1);
	k = json_array_get(keys, 0);
	assert_int_equal(json_integer_value(json_object_get(k, "slot")),
			 KEY_SLOT);
	assert_string_equal(json_string_value(json_object_get(k, "cipher")),
			    "CCMP-128");
	assert_int_equal(json_integer_value(
			json_object_get(k, "encrypted_frames")), 5);
	assert_int_equal(json_integer_value(
			json_object_get(k, "decrypted_bytes")), 50);
	k = json_object_get(json_object_get(o, "ciphers"), "CCMP-128");
	assert_int_equal(json_integer_value(
			json_object_get(k, "encrypted_bytes")), 500);
	assert_int_equal(json_integer_value(json_object_get(o, "tx_acked")),
			 5);
	json_decref(o);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scene_setup, \
						scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_data_ciphers),
		T(test_pn_width),
		T(test_group_data),
		T(test_sta_group_key),
		T(test_robust_unicast),
		cmocka_unit_test(test_bip),
		T(test_beacon_is_checked_first),
		T(test_replay),
		T(test_initial_pn),
		T(test_flipped_bits),
		T(test_no_key),
		T(test_clear_from_keyed),
		T(test_fragments),
		T(test_michael),
		T(test_tkip_by_direction),
		T(test_wep_default_keys),
		T(test_batches),
		T(test_key_counters),
	};

	return cmocka_run_group_tests_name("mac: protection", tests, NULL,
					   NULL);
}
