// SPDX-License-Identifier: GPL-2.0-only
/* An access point and a station that keeps what it hears, see rig.h */
#include "rig.h"

static struct rig *hearing;

static void hear(struct peer *p, const uint8_t *f, uint16_t len)
{
	struct rig *r = hearing;

	(void)p;
	len -= IEEE80211_FCS_LEN;
	/* A frame whose ACK was lost comes again */
	for (unsigned int i = 0; (f[1] & IEEE80211_FC_RETRY >> 8) && i < r->n; i++)
		if (dot11_sn(r->heard[i].data) == dot11_sn(f))
			return;
	assert_true(r->n < RIG_HEARD_MAX && len <= RIG_FRAME_MAX);
	memcpy(r->heard[r->n].data, f, len);
	r->heard[r->n++].len = len;
}

struct rig *rig_new_on(const struct air_medium_ops *medium, const struct host_cfg *cfg)
{
	struct eng_rate rate = {
		.rate = { htole32(HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HE) |
				  HW_PUT(SKUA_RATE_NSS, 2) |
				  HW_PUT(SKUA_RATE_IDX, 11)) },
		.tries = { 7 },
	};
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->s = scene_new_on(medium, NULL, cfg, NULL);
	r->ap = r->s->ap;
	/* The scene's own station goes elsewhere */
	host_tune(r->s->sta, 5200, 5200, SKUA_BW_20);
	peer_new(&r->peer, r->s->air, addr_sta, 5180);
	r->peer.mpdu = hear;
	hearing = r;
	rig_sta_flags(r, ENG_STAF_QOS | ENG_STAF_PS_TRACK);
	assert_int_equal(host_tbl(r->ap, ENG_TBL_RATE, AP_STA, ENG_TBL_WRITE, &rate,
				  sizeof(rate)), SKUA_ST_OK);
	host_write(r->ap, ENG_MAC_RETRY, 7 | 7 << 8);
	r->tx = (struct tx){ .ring = 2, .token = 77, .sta = AP_STA, .gen = AP_GEN,
			     .tid = RIG_TID, .key = SKUA_KEY_NONE };
	return r;
}

static const struct host_cfg rig_cfg = {
	.features = RIG_FEATURES, .tx_entries = 1024, .cpl_entries = 2048,
	.max_txq = 2048,
};

int rig_setup(void **state)
{
	*state = rig_new_on(&air_perfect, &rig_cfg);
	return 0;
}

static uint64_t timed_ns(const struct air *air, uint32_t us)
{
	(void)air;
	return us * LOOP_NS_PER_US;
}

int rig_setup_timed(void **state)
{
	static const struct air_medium_ops timed = { .name = "timed", .ns = timed_ns };

	*state = rig_new_on(&timed, &rig_cfg);
	return 0;
}

int rig_teardown(void **state)
{
	struct rig *r = *state;
	void *scene = r->s;

	scene_teardown(&scene);
	free(r);
	return 0;
}

void rig_sta_flags(struct rig *r, uint32_t flags)
{
	struct eng_sta e = host_get_sta(r->ap, AP_STA);

	e.dozing = 0;
	e.ampdu_factor = 10;
	e.flags = htole32(flags);
	host_sta(r->ap, AP_STA, &e);
}

void rig_session(struct rig *r, uint16_t size)
{
	struct eng_ba e = {
		.gen = htole16(AP_GEN), .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_HOLD,
	};
	uint32_t at = AP_STA * 16 + RIG_TID;

	assert_int_equal(host_tbl(r->ap, ENG_TBL_BA, at, ENG_TBL_WRITE, &e, sizeof(e)),
			 SKUA_ST_OK);
	assert_int_equal(host_tbl(r->ap, ENG_TBL_BA, at, ENG_TBL_READ, &e, sizeof(e)),
			 SKUA_ST_OK);
	peer_session(&r->peer, le16toh(e.tx_next), size);
	e = (struct eng_ba){
		.gen = htole16(AP_GEN), .set = ENG_BA_SET_TX, .tx = ENG_BA_TX_ON,
		.tx_size = htole16(size),
	};
	assert_int_equal(host_tbl(r->ap, ENG_TBL_BA, at, ENG_TBL_WRITE, &e, sizeof(e)),
			 SKUA_ST_OK);
}

/* Frames */

static const uint8_t addr_src[6] = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee };

static unsigned int octets(uint8_t *f, unsigned int at, const void *from, unsigned int n)
{
	memcpy(f + at, from, n);
	return at + n;
}

unsigned int rig_head(uint8_t *f, enum rig_head head, bool air)
{
	bool qos = head != HEAD_PLAIN, four = head == HEAD_4ADDR || head == HEAD_MESH;
	unsigned int at = 24;

	if (head == HEAD_ETH && !air) {
		octets(f, 0, addr_sta, 6);
		octets(f, 6, addr_src, 6);
		return 12;
	}
	memset(f, 0, 64);
	f[0] = qos ? 0x88 : 0x08;
	f[1] = four ? 0x03 : 0x02;
	if (head == HEAD_HTC)
		f[1] |= 0x80;
	octets(f, 4, addr_sta, 6);
	octets(f, 10, addr_ap, 6);
	octets(f, 16, four ? addr_other : addr_src, 6);
	if (four)
		at = octets(f, at, addr_src, 6);
	if (qos) {
		f[at] = RIG_TID;
		f[at + 1] = head == HEAD_MESH;
		at += 2;
	}
	if (head == HEAD_HTC)
		at = octets(f, at, "\x11\x22\x33\x44", 4);
	if (head == HEAD_MESH)
		at = octets(f, at, "\x02\x1f\x01\x02\x03\x04" "abcdef" "ghijkl", 18);
	return at;
}

static unsigned int llc(uint8_t *f, unsigned int at, uint16_t type)
{
	at = octets(f, at, "\xaa\xaa\x03\0\0\0", 6);
	f[at] = (uint8_t)(type >> 8);
	f[at + 1] = (uint8_t)type;
	return at + 2;
}

unsigned int rig_frame(uint8_t *f, enum rig_head head, const struct packet *k)
{
	unsigned int at = rig_head(f, head, false);

	if (head == HEAD_ETH) {
		f[12] = (uint8_t)(packet_type(k) >> 8);
		f[13] = (uint8_t)packet_type(k);
		at = 14;
	} else {
		at = llc(f, at, packet_type(k));
	}
	return at + packet_write(f + at, k, true);
}

struct tx rig_tx(struct rig *r, enum rig_head head, const struct packet *k,
		 unsigned int size)
{
	struct tx t = r->tx;
	uint8_t f[64];
	unsigned int at = rig_head(f, head, false) + (head == HEAD_ETH ? 2 : 8);

	t.flags |= SKUA_TXF_CSUM | (size ? SKUA_TXF_GSO : 0);
	if (head != HEAD_PLAIN)
		t.flags |= SKUA_TXF_QOS;
	if (head == HEAD_ETH)
		t.flags |= SKUA_TXF_ENCAP;
	t.gso_size = (uint16_t)size;
	t.w7 = HW_PUT(SKUA_TXD_W7_CSUM_START, at + packet_l4(k)) |
	       HW_PUT(SKUA_TXD_W7_CSUM_OFF, k->udp ? 6u : 16u);
	return t;
}

unsigned int rig_expect(uint8_t *f, enum rig_head head, const struct packet *k)
{
	unsigned int at = llc(f, rig_head(f, head, true), packet_type(k));

	return at + packet_write(f + at, k, false);
}

void rig_check(struct rig *r, unsigned int i, const uint8_t *f, unsigned int len)
{
	const uint8_t *h = r->heard[i].data;

	assert_true(i < r->n);
	assert_int_equal(r->heard[i].len, len);
	assert_int_equal(h[0], f[0]);
	assert_int_equal(h[1] & ~(IEEE80211_FC_RETRY >> 8), f[1]);
	assert_memory_equal(h + 4, f + 4, 18);
	assert_memory_equal(h + 24, f + 24, len - 24);
}

/* Records */

void rig_take(struct rig *r)
{
	static struct rec rec;

	while (host_next(r->ap, &rec)) {
		r->eosps += rec.type == SKUA_CPL_INBAND &&
			    le16toh(rec.inband.id) == SKUA_INB_EOSP;
		if (rec.type != SKUA_CPL_TX)
			continue;
		for (unsigned int i = 0; i < rec.n; i++) {
			r->token = HW_GET(SKUA_TXS_TOKEN, rec.status[i]);
			r->status = HW_GET(SKUA_TXS_STATUS, rec.status[i]);
			r->tries = HW_GET(SKUA_TXS_TRIES, rec.status[i]);
			r->words++;
		}
	}
}

void rig_run(struct rig *r)
{
	host_poll(r->ap);
	rig_take(r);
}

void rig_clear(struct rig *r)
{
	r->n = 0;
	r->words = 0;
	r->eosps = 0;
}
