// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run on a test clock repeats octet for octet with the same seed: contention, retries,
 * encrypted frames, beacons of an IBSS whose members contend for them
 */
#include "air/priv.h"
#include "timed.h"

#define NOTES		4096u
#define RUN_US		300000u
#define HANDLE		9	/* of the second station, at the access point */

/**
 * struct note - a frame as a radio hears it
 * @time_us: start of its PPDU
 * @rate: rate word
 * @len: octets
 * @sum: FNV-1a of them
 */
struct note {
	uint64_t time_us;
	uint32_t rate;
	uint32_t len;
	uint64_t sum;
};

/**
 * struct run - all that was heard
 * @note: frames
 * @n: number of them
 * @ended: status words of the access point's frames, in their order
 * @n_ended: number of them
 * @beacons: frames among @note
 * @retries: the same
 */
struct run {
	struct note note[NOTES];
	unsigned int n;
	uint32_t ended[NOTES];
	unsigned int n_ended;
	unsigned int beacons;
	unsigned int retries;
};

static void hear(void *priv, const struct air_frame *f, const struct air_rx *rx)
{
	struct run *r = priv;
	struct note *note = &r->note[r->n++];
	uint64_t sum = 0xcbf29ce484222325ull;

	(void)rx;
	assert_true(r->n < NOTES);
	for (unsigned int i = 0; i < f->len; i++)
		sum = (sum ^ f->data[i]) * 0x100000001b3ull;
	*note = (struct note){
		.time_us = f->time_us, .rate = f->rate, .len = f->len, .sum = sum,
	};
	r->beacons += dot11_fc_is_beacon(dot11_fc(f->data));
	r->retries += (dot11_fc(f->data) & IEEE80211_FC_RETRY) != 0;
}

static void idle(void *priv)
{
	(void)priv;
}

static const struct air_radio_ops ears = { .rx = hear, .flush = idle };

/* A second interface of a station, in an IBSS of both stations */
static void join_ibss(struct host *h, uint8_t last)
{
	struct eng_beacon b = { .addr = htole32(ENG_SRAM_BASE + 0x1000),
				.beacon_int = htole16(20),
				.bigtk.slot = htole16(SKUA_KEY_NONE) };
	struct eng_vif vif = host_get_vif(h, 0);
	uint8_t f[200];
	unsigned int len;

	vif.type = SKUA_VIF_IBSS;
	memcpy(vif.bssid, addr_other, 6);
	vif.addr[5] = last;
	host_vif(h, 1, &vif);
	len = mk_beacon(f, vif.addr, 0);
	memcpy(f + IEEE80211_OFF_ADDR3, addr_other, 6);
	memcpy(h->sram + 0x1000, f, len);
	b.len = htole16((uint16_t)len);
	assert_int_equal(host_tbl(h, ENG_TBL_BEACON, 1, ENG_TBL_WRITE, &b, sizeof(b)),
			 SKUA_ST_OK);
}

static void send(struct host *h, bool from_ap, const uint8_t *ta, unsigned int i)
{
	struct tx tx = {
		.ring = i % 4, .token = (uint16_t)i, .tid = (uint8_t)(i % 8),
		.sta = from_ap ? AP_STA : STA_AP, .gen = from_ap ? AP_GEN : STA_GEN,
		.key = KEY_SLOT, .key_gen = KEY_GEN, .pn = i + 1,
		.flags = SKUA_TXF_QOS | (from_ap ? SKUA_TXF_PROTECT : 0),
	};
	uint8_t f[2000];
	unsigned int len = mk_data(f, from_ap, i % 8, 100 + i * 37 % 1000);

	if (!from_ap) {
		tx.key = SKUA_KEY_NONE;
		memcpy(f + IEEE80211_OFF_ADDR2, ta, 6);
	}
	host_tx(h, &tx, f, len);
}

static void take(struct host *h, struct run *r)
{
	static struct rec rec;

	while (host_next(h, &rec))
		for (unsigned int i = 0; r && rec.type == SKUA_CPL_TX && i < rec.n; i++)
			r->ended[r->n_ended++] = rec.status[i];
}

static struct run *run(uint64_t seed)
{
	struct run *r = calloc(1, sizeof(*r));
	struct air_loss loss = { .match_type = -1, .match_subtype = -1, .nth = 5,
				 .count = 1, .every = 7 };
	const struct air_chan chan = { .freq = 5180, .center1 = 5180 };
	struct timed *t = timed_new(NULL);
	struct air_radio *radio;

	assert_non_null(r);
	rng_seed(loop_rng(t->s->loop), seed);
	timed_third(t, HANDLE);
	assert_int_equal(host_key(t->s->ap, KEY_SLOT, KEY_GEN, AP_STA, 0,
				  SKUA_CIPHER_CCMP, 0x5a), SKUA_ST_OK);
	radio = air_join(t->s->air, &ears, r, "ears");
	air_tune(radio, &chan);
	assert_true(air_lose(t->s->air, &loss) >= 0);
	join_ibss(t->s->sta, 0x21);
	join_ibss(t->more, 0x22);
	for (unsigned int i = 0; i < 60; i++) {
		send(t->s->ap, true, NULL, i);
		send(t->s->sta, false, addr_sta, i);
		send(t->more, false, addr_sta2, i);
		timed_run(t, RUN_US / 60);
		take(t->s->ap, r);
		take(t->s->sta, NULL);
		take(t->more, NULL);
	}
	air_leave(radio);
	timed_free(t);
	return r;
}

static bool same(const struct run *a, const struct run *b)
{
	return a->n == b->n && a->n_ended == b->n_ended &&
	       !memcmp(a->note, b->note, a->n * sizeof(a->note[0])) &&
	       !memcmp(a->ended, b->ended, a->n_ended * sizeof(a->ended[0]));
}

static void test_same_seed(void **state)
{
	struct run *a = run(42), *b = run(42);

	(void)state;
	print_message("%u frames, %u beacons, %u retries\n", a->n, a->beacons, a->retries);
	assert_true(a->n > 300);
	assert_true(a->beacons > 5);
	assert_true(a->retries > 20);
	assert_int_equal(a->n_ended, 60);
	assert_true(same(a, b));
	free(a);
	free(b);
}

static void test_other_seed(void **state)
{
	struct run *a = run(42), *b = run(43);

	(void)state;
	assert_false(same(a, b));
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed),
		cmocka_unit_test(test_other_seed),
	};

	return cmocka_run_group_tests_name("repeated runs", tests, NULL, NULL);
}
