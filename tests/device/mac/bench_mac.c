// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: processor time of a frame from one host to another */
#include <time.h>

#include "host.h"
#include "packet.h"

#define ROUNDS	4000
#define BURST	32

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static unsigned int drain(struct host *h)
{
	static struct rec rec;
	unsigned int n = 0;

	while (host_next(h, &rec))
		n++;
	return n;
}

static void put(struct host *h, enum eng_tbl tbl, uint32_t i, void *e, size_t len)
{
	assert_int_equal(host_tbl(h, tbl, i, ENG_TBL_WRITE, e, len), SKUA_ST_OK);
}

/* A session of 64, at a rate at which an A-MPDU has room for so many */
static void aggregate(struct scene *s)
{
	struct eng_rate rate = {
		.rate = { htole32(HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HE) |
				  HW_PUT(SKUA_RATE_NSS, 2) |
				  HW_PUT(SKUA_RATE_IDX, 11)) },
		.tries = { 7 },
	};
	struct eng_ba tx = {
		.gen = htole16(AP_GEN), .set = ENG_BA_SET_TX,
		.tx = ENG_BA_TX_ON, .tx_size = htole16(64),
	};
	struct eng_ba rx = {
		.gen = htole16(STA_GEN), .set = ENG_BA_SET_RX, .rx = 1,
		.rx_size = htole16(64), .rx_ssn = htole16(1),
	};
	struct eng_sta sta = host_get_sta(s->ap, AP_STA);

	sta.ampdu_factor = 10;
	host_sta(s->ap, AP_STA, &sta);
	put(s->ap, ENG_TBL_RATE, AP_STA, &rate, sizeof(rate));
	put(s->ap, ENG_TBL_BA, AP_STA * 16, &tx, sizeof(tx));
	put(s->sta, ENG_TBL_BA, STA_AP * 16, &rx, sizeof(rx));
}

static void run(const char *name, uint32_t cipher, unsigned int payload,
		bool ampdu)
{
	struct host_cfg big = {
		.buf_entries = 128, .cpl_entries = 1024,
		.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |
			    SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |
			    SKUA_FEAT_RX_REORDER,
	};
	struct scene *s = scene_new(&big, &big);
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[2000];
	unsigned int len = mk_data(f, true, 0, payload);
	double spent = 0;
	void *p = s;

	air_leave(s->sniff.radio);
	s->sniff.radio = NULL;
	if (cipher) {
		scene_pairwise(s, cipher, 0);
		t.flags = SKUA_TXF_PROTECT;
		t.key = KEY_SLOT;
		t.key_gen = KEY_GEN;
	}
	if (ampdu) {
		aggregate(s);
		t.flags |= SKUA_TXF_QOS | SKUA_TXF_AMPDU;
	}
	for (unsigned int i = 0; i < ROUNDS; i++) {
		double before;

		for (unsigned int k = 0; k < BURST; k++) {
			t.pn++;
			host_tx(s->ap, &t, f, len);
		}
		before = cpu_ns();
		host_poll(s->ap);
		spent += cpu_ns() - before;
		drain(s->ap);
		drain(s->sta);
	}
	assert_int_equal(s->sta->mac->c.rx_data, ROUNDS * BURST);
	assert_int_equal(s->ap->mac->c.tx_ampdu_mpdus,
			 ampdu ? ROUNDS * BURST : 0);
	printf("%-10s %5u octets%s: %6.0f ns a frame, %5.2f Gbit/s", name,
	       payload, ampdu ? ", A-MPDU" : "        ",
	       spent / (ROUNDS * BURST),
	       (double)payload * 8 * ROUNDS * BURST / spent);
	if (ampdu)
		printf(", %.0f MPDUs a PPDU",
		       (double)ROUNDS * BURST / s->ap->mac->c.tx_ampdu);
	printf("\n");
	scene_teardown(&p);
}

#define GSO_ROUNDS	1000
#define GSO_SEGS	44
#define GSO_SIZE	1448

/* What the receiver makes of the frames */
static const struct {
	const char *name;
	uint64_t features;
} ways_up[] = {
	{ "802.11", 0 },
	{ "802.3", SKUA_FEAT_RX_DECAP },
	{ "checked", SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM },
	{ "in runs", SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM | SKUA_FEAT_RX_COALESCE },
};

/* Packets of the host, cut by the NIC or by a host before */
static void run_gso(const char *name, uint32_t cipher, bool cut, unsigned int way)
{
	static uint8_t payload[GSO_SEGS * GSO_SIZE], f[SKUA_MAX_GSO];
	struct host_cfg big = {
		.buf_entries = 128, .cpl_entries = 1024,
		.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |
			    SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |
			    SKUA_FEAT_RX_REORDER | SKUA_FEAT_TX_ENCAP |
			    SKUA_FEAT_TX_CSUM | SKUA_FEAT_TX_GSO |
			    ways_up[way].features,
	};
	struct scene *s = scene_new(&big, &big);
	struct eng_sta sta;
	struct packet k = { .tcp_opts = 12, .flags = TCP_ACK, .len = sizeof(payload),
			    .payload = payload };
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN, .key = SKUA_KEY_NONE,
			.flags = SKUA_TXF_QOS | SKUA_TXF_AMPDU | SKUA_TXF_ENCAP |
				 SKUA_TXF_CSUM | (cut ? SKUA_TXF_GSO : 0),
			.gso_size = GSO_SIZE,
			.w7 = HW_PUT(SKUA_TXD_W7_CSUM_START, 14u + 20u) |
			      HW_PUT(SKUA_TXD_W7_CSUM_OFF, 16u) };
	unsigned int records = 0;
	double spent = 0;
	void *p = s;

	air_leave(s->sniff.radio);
	s->sniff.radio = NULL;
	if (cipher) {
		scene_pairwise(s, cipher, 0);
		t.flags |= SKUA_TXF_PROTECT;
		t.key = KEY_SLOT;
		t.key_gen = KEY_GEN;
	}
	aggregate(s);
	if (way) {
		sta = host_get_sta(s->sta, STA_AP);
		sta.flags |= htole32(ENG_STAF_DECAP);
		host_sta(s->sta, STA_AP, &sta);
	}
	memcpy(f, addr_sta, 6);
	memcpy(f + 6, addr_other, 6);
	memcpy(f + 12, "\x08\0", 2);
	for (unsigned int i = 0; i < GSO_ROUNDS; i++) {
		double before;

		for (unsigned int n = 0; n < (cut ? 1 : GSO_SEGS); n++) {
			struct packet seg = cut ? k : packet_segment(&k, GSO_SIZE, n);

			t.pn = i * GSO_SEGS + n + 1;
			host_tx(s->ap, &t, f, 14 + packet_write(f + 14, &seg, true));
		}
		before = cpu_ns();
		host_poll(s->ap);
		spent += cpu_ns() - before;
		drain(s->ap);
		records += drain(s->sta);
	}
	assert_int_equal(s->sta->mac->c.rx_data, GSO_ROUNDS * GSO_SEGS);
	printf("%-10s %5u octets, %-8s up %-7s: %6.0f ns a frame, %5.2f Gbit/s, %4.1f segments a record\n",
	       name, GSO_SIZE, cut ? "packets" : "segments", ways_up[way].name,
	       spent / (GSO_ROUNDS * GSO_SEGS),
	       GSO_SIZE * 8.0 * GSO_ROUNDS * GSO_SEGS / spent,
	       (double)GSO_ROUNDS * GSO_SEGS / records);
	scene_teardown(&p);
}

int main(void)
{
	for (unsigned int ampdu = 0; ampdu < 2; ampdu++) {
		run("open", 0, 64, ampdu);
		run("open", 0, 1500, ampdu);
		run("CCMP-128", SKUA_CIPHER_CCMP, 1500, ampdu);
		run("GCMP-128", SKUA_CIPHER_GCMP, 1500, ampdu);
		run("GCMP-256", SKUA_CIPHER_GCMP_256, 1500, ampdu);
	}
	for (unsigned int cut = 0; cut < 2; cut++) {
		run_gso("open", 0, cut, 0);
		run_gso("CCMP-128", SKUA_CIPHER_CCMP, cut, 0);
	}
	for (unsigned int way = 1; way < sizeof(ways_up) / sizeof(ways_up[0]); way++) {
		run_gso("open", 0, true, way);
		run_gso("CCMP-128", SKUA_CIPHER_CCMP, true, way);
	}
	return 0;
}
