// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines: processor time of a frame from one host to another
 *
 * The clock is the real one, and a turn of the loop is under way, as in skua-nic: reading
 * the clock is a part of what is measured. The hosts' own work is not.
 *
 *   bench_mac [FRAMES [NAME]]   so many frames of each load whose name begins with NAME
 */
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "packet.h"

#define FRAMES		128000
#define STATIONS	8
#define BURST		32
#define DEEP		512

/**
 * struct load - what the access point sends
 * @name: its name
 * @cipher: cipher of the one station, 0 for none
 * @payload: octets of a frame's body
 * @ampdu: in A-MPDUs
 * @stations: NICs that get the frames in turn
 * @burst: frames that are there when the NIC looks
 */
struct load {
	const char *name;
	uint32_t cipher;
	unsigned int payload;
	bool ampdu;
	unsigned int stations;
	unsigned int burst;
};

static const struct load loads[] = {
	{ "open, 64 octets", 0, 64, false, 1, BURST },
	{ "open, 1500", 0, 1500, false, 1, BURST },
	{ "CCMP-128, 1500", SKUA_CIPHER_CCMP, 1500, false, 1, BURST },
	{ "GCMP-128, 1500", SKUA_CIPHER_GCMP, 1500, false, 1, BURST },
	{ "GCMP-256, 1500", SKUA_CIPHER_GCMP_256, 1500, false, 1, BURST },
	{ "A-MPDU, open, 64", 0, 64, true, 1, BURST },
	{ "A-MPDU, open, 1500", 0, 1500, true, 1, BURST },
	{ "A-MPDU, CCMP-128, 1500", SKUA_CIPHER_CCMP, 1500, true, 1, BURST },
	{ "A-MPDU, GCMP-128, 1500", SKUA_CIPHER_GCMP, 1500, true, 1, BURST },
	{ "A-MPDU, GCMP-256, 1500", SKUA_CIPHER_GCMP_256, 1500, true, 1, BURST },
	{ "deep, open, 64", 0, 64, false, 1, DEEP },
	{ "deep, A-MPDU, open, 64", 0, 64, true, 1, DEEP },
	{ "8 stations, open, 64", 0, 64, false, STATIONS, DEEP },
	{ "8 stations, A-MPDU, 64", 0, 64, true, STATIONS, DEEP },
};

/**
 * struct meter - processor time and instructions spent
 * @fd: counter of instructions, or -1 where there is none
 * @ns: time
 * @insns: instructions
 */
struct meter {
	int fd;
	double ns;
	uint64_t insns;
};

/**
 * struct bench - a load under way
 * @load: the load
 * @s: access point and first station
 * @sta: all stations
 * @tx: what a frame to any of them has in common, by station
 * @frame: the frames
 * @len: octets of a frame
 */
struct bench {
	const struct load *load;
	struct scene *s;
	struct host *sta[STATIONS];
	struct tx tx[STATIONS];
	uint8_t frame[STATIONS][2000];
	unsigned int len;
};

static int count_insns(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1, .exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static uint64_t insns(const struct meter *m)
{
	uint64_t n = 0;

	if (m->fd >= 0 && read(m->fd, &n, sizeof(n)) != sizeof(n))
		n = 0;
	return n;
}

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Let the access point send all that it has */
static void poll(struct scene *s, struct meter *m)
{
	uint64_t first = insns(m);
	double before = cpu_ns();

	do
		turn_begin(loop_turn(s->loop));
	while (mac_poll(s->ap->mac));
	m->ns += cpu_ns() - before;
	m->insns += insns(m) - first;
	/* Work that a late turn has left */
	while (loop_step(s->loop, false))
		;
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
static void aggregate(struct host *ap, uint32_t at, struct host *h)
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
	struct eng_sta sta = host_get_sta(ap, at);

	sta.ampdu_factor = 10;
	host_sta(ap, at, &sta);
	put(ap, ENG_TBL_RATE, at, &rate, sizeof(rate));
	put(ap, ENG_TBL_BA, at * 16, &tx, sizeof(tx));
	put(h, ENG_TBL_BA, STA_AP * 16, &rx, sizeof(rx));
}

/* One more station, with a NIC of its own, like the first one but for its address */
static struct host *add_station(struct scene *s, uint32_t at, const uint8_t *addr,
				const struct host_cfg *cfg)
{
	struct host *h = host_new(s->loop, s->air, "sta", cfg);
	struct eng_vif vif = host_get_vif(s->sta, 0);
	struct eng_sta peer = host_get_sta(s->sta, STA_AP);
	struct eng_sta sta = host_get_sta(s->ap, AP_STA);

	host_tune(h, 5180, 5180, SKUA_BW_20);
	memcpy(vif.addr, addr, IEEE80211_ADDR_LEN);
	host_vif(h, 0, &vif);
	host_sta(h, STA_AP, &peer);
	memcpy(sta.addr, addr, IEEE80211_ADDR_LEN);
	host_sta(s->ap, at, &sta);
	return h;
}

static void start(struct bench *b, const struct load *load)
{
	const struct host_cfg big = {
		.buf_entries = load->burst > BURST ? DEEP : 4 * BURST,
		.cpl_entries = 1024, .tx_entries = 2 * load->burst,
		.max_txq = 2 * DEEP,
		.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |
			    SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |
			    SKUA_FEAT_RX_REORDER,
	};
	struct scene *s = scene_new(&big, &big);

	*b = (struct bench){ .load = load, .s = s };
	air_leave(s->sniff.radio);
	s->sniff.radio = NULL;
	for (unsigned int i = 0; i < load->stations; i++) {
		uint8_t addr[] = { 0x02, 0, 0, 0, 1, (uint8_t)i };
		struct tx *t = &b->tx[i];

		b->sta[i] = i ? add_station(s, AP_STA + i, addr, &big) : s->sta;
		b->len = mk_data(b->frame[i], true, 0, load->payload);
		if (i)
			memcpy(b->frame[i] + IEEE80211_OFF_ADDR1, addr, sizeof(addr));
		*t = (struct tx){ .ring = 2, .sta = (uint16_t)(AP_STA + i),
				  .gen = AP_GEN, .key = SKUA_KEY_NONE };
		if (load->ampdu) {
			aggregate(s->ap, t->sta, b->sta[i]);
			t->flags = SKUA_TXF_QOS | SKUA_TXF_AMPDU;
		}
	}
	if (load->cipher) {
		scene_pairwise(s, load->cipher, 0);
		b->tx[0].flags |= SKUA_TXF_PROTECT;
		b->tx[0].key = KEY_SLOT;
		b->tx[0].key_gen = KEY_GEN;
	}
	/* From here on */
	s->clock.clock.ops = loop_real_clock()->ops;
}

static void stop(struct bench *b)
{
	void *p = b->s;

	for (unsigned int i = 1; i < b->load->stations; i++)
		host_free(b->sta[i]);
	scene_teardown(&p);
}

static void burst(struct bench *b, struct meter *m)
{
	for (unsigned int k = 0; k < b->load->burst; k++) {
		unsigned int i = k % b->load->stations;

		b->tx[i].pn++;
		host_tx(b->s->ap, &b->tx[i], b->frame[i], b->len);
	}
	poll(b->s, m);
	drain(b->s->ap);
	for (unsigned int i = 0; i < b->load->stations; i++)
		drain(b->sta[i]);
}

static void run(const struct load *load, unsigned int frames, int counter)
{
	static struct bench b;
	struct meter m = { .fd = counter };
	unsigned int rounds = (frames + load->burst - 1) / load->burst;
	const struct mac_counts *c;
	uint64_t got = 0;

	start(&b, load);
	frames = rounds * load->burst;
	for (unsigned int i = 0; i < rounds; i++)
		burst(&b, &m);
	c = &b.s->ap->mac->c;
	for (unsigned int i = 0; i < load->stations; i++)
		got += b.sta[i]->mac->c.rx_data;
	assert_int_equal(got, frames);
	/* A late turn may leave a frame alone */
	assert_true(load->ampdu ? c->tx_ampdu_mpdus > frames / 2 : !c->tx_ampdu);
	printf("%-23s %6.0f ns a frame, %5.2f Gbit/s", load->name,
	       m.ns / frames, (double)load->payload * 8 * frames / m.ns);
	if (m.insns)
		printf(", %.0f instructions", (double)m.insns / frames);
	if (load->ampdu)
		printf(", %.0f MPDUs a PPDU", (double)c->tx_mpdus / c->tx_ppdus);
	printf("\n");
	stop(&b);
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
static void run_gso(const char *name, uint32_t cipher, bool cut, unsigned int way,
		    int counter)
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
	struct meter m = { .fd = counter };
	void *p = s;

	air_leave(s->sniff.radio);
	s->sniff.radio = NULL;
	if (cipher) {
		scene_pairwise(s, cipher, 0);
		t.flags |= SKUA_TXF_PROTECT;
		t.key = KEY_SLOT;
		t.key_gen = KEY_GEN;
	}
	aggregate(s->ap, AP_STA, s->sta);
	if (way) {
		sta = host_get_sta(s->sta, STA_AP);
		sta.flags |= htole32(ENG_STAF_DECAP);
		host_sta(s->sta, STA_AP, &sta);
	}
	s->clock.clock.ops = loop_real_clock()->ops;
	memcpy(f, addr_sta, 6);
	memcpy(f + 6, addr_other, 6);
	memcpy(f + 12, "\x08\0", 2);
	for (unsigned int i = 0; i < GSO_ROUNDS; i++) {
		for (unsigned int n = 0; n < (cut ? 1 : GSO_SEGS); n++) {
			struct packet seg = cut ? k : packet_segment(&k, GSO_SIZE, n);

			t.pn = i * GSO_SEGS + n + 1;
			host_tx(s->ap, &t, f, 14 + packet_write(f + 14, &seg, true));
		}
		poll(s, &m);
		drain(s->ap);
		records += drain(s->sta);
	}
	assert_int_equal(s->sta->mac->c.rx_data, GSO_ROUNDS * GSO_SEGS);
	printf("%-10s %5u octets, %-8s up %-7s: %6.0f ns a frame, %5.2f Gbit/s, %4.1f segments a record\n",
	       name, GSO_SIZE, cut ? "packets" : "segments", ways_up[way].name,
	       m.ns / (GSO_ROUNDS * GSO_SEGS),
	       GSO_SIZE * 8.0 * GSO_ROUNDS * GSO_SEGS / m.ns,
	       (double)GSO_ROUNDS * GSO_SEGS / records);
	scene_teardown(&p);
}

int main(int argc, char **argv)
{
	unsigned int frames = argc > 1 ? (unsigned int)atoi(argv[1]) : FRAMES;
	const char *name = argc > 2 ? argv[2] : "";
	int counter = count_insns();

	for (unsigned int i = 0; i < ARRAY_SIZE(loads); i++)
		if (!strncmp(loads[i].name, name, strlen(name)))
			run(&loads[i], frames, counter);
	for (unsigned int cut = 0; cut < 2 && argc < 2; cut++) {
		run_gso("open", 0, cut, 0, counter);
		run_gso("CCMP-128", SKUA_CIPHER_CCMP, cut, 0, counter);
	}
	for (unsigned int way = 1; way < ARRAY_SIZE(ways_up) && argc < 2; way++) {
		run_gso("open", 0, true, way, counter);
		run_gso("CCMP-128", SKUA_CIPHER_CCMP, true, way, counter);
	}
	if (counter >= 0)
		close(counter);
	return 0;
}
