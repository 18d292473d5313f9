// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines: data frames that go up as 802.3 frames
 *
 * The stack checks nothing of such a frame. So the tables below have each condition that
 * mac80211 makes for its own fast path, once broken; and A-MSDUs are compared with a model
 * that follows the standard, one field after another.
 */
#include "talker.h"

#define TID	0

static const uint8_t addr_far[6] = { 0x02, 0, 0, 0, 0, 0x77 };
static const uint8_t addr_group[6] = { 0x01, 0, 0x5e, 0, 0, 0xfb };

static uint32_t seed = 1;

static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Frames */

enum who { OWN, PEER, FAR, GROUP, BSS, SECOND };

/* @own is the interface under test */
static const uint8_t *addr(bool to_ap, enum who who)
{
	switch (who) {
	case OWN:
		return to_ap ? addr_ap : addr_sta;
	case PEER:
		return to_ap ? addr_sta : addr_ap;
	case GROUP:
		return addr_group;
	case BSS:
		return addr_ap;
	case SECOND:
		return addr_sta2;
	default:
		return addr_far;
	}
}

static unsigned int mk(uint8_t *f, bool to_ap, uint16_t fc, const enum who a[4],
		       const uint8_t *body, unsigned int len)
{
	unsigned int hdr = dot11_fc_hdrlen(fc);

	memset(f, 0, hdr);
	dot11_put_le16(f, fc);
	memcpy(f + 4, addr(to_ap, a[0]), 6);
	memcpy(f + 10, addr(to_ap, a[1]), 6);
	memcpy(f + 16, addr(to_ap, a[2]), 6);
	if (dot11_fc_has_a4(fc))
		memcpy(f + 24, addr(to_ap, a[3]), 6);
	memcpy(f + hdr, body, len);
	return hdr + len;
}

/* MSDUs alone */

enum fate { AS_8023, AS_80211, GONE };

#define QOS	IEEE80211_QOS_DATA
#define FROM	IEEE80211_FC_FROMDS
#define TO	IEEE80211_FC_TODS
#define IP	"\xaa\xaa\3\0\0\0\x08\0payload of an MSDU"
#define LLC(s)	.body = (s), .len = sizeof(s) - 1

struct msdu_case {
	const char *what;
	bool to_ap;
	uint16_t fc;
	enum who a[4];
	enum fate fate;
	const char *body;
	unsigned int len;
	bool clear;		/* though the station has a key */
	bool open;		/* it has none */
	uint32_t cipher;
	uint32_t set, unset;	/* flags of the station */
	bool monitor;
	uint8_t frag;
	enum who da, sa;
	uint64_t without;	/* features */
	bool twin;		/* the peer of a direct link has sent it */
};

static const struct msdu_case msdu_cases[] = {
	/* The way of a station */
	{ "from the access point", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  .da = OWN, .sa = FAR },
	{ "without QoS", .fc = IEEE80211_DATA | FROM, .a = { OWN, PEER, FAR },
	  .da = OWN, .sa = FAR },
	{ "with HT Control", .fc = QOS | FROM | IEEE80211_FC_ORDER,
	  .a = { OWN, PEER, FAR }, .da = OWN, .sa = FAR },
	{ "GCMP-256", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  .cipher = SKUA_CIPHER_GCMP_256, .da = OWN, .sa = FAR },
	{ "open", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, .open = true,
	  .da = OWN, .sa = FAR },
	{ "of the access point itself", .fc = QOS | FROM, .a = { OWN, PEER, PEER },
	  .da = OWN, .sa = PEER },
	{ "more data, retry, power management",
	  .fc = QOS | FROM | IEEE80211_FC_MOREDATA | IEEE80211_FC_RETRY,
	  .a = { OWN, PEER, FAR }, .da = OWN, .sa = FAR },
	{ "an empty MSDU", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  LLC("\xaa\xaa\3\0\0\0\x08\0"), .da = OWN, .sa = FAR },
	{ "the lowest EtherType", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  LLC("\xaa\xaa\3\0\0\0\x06\0x"), .da = OWN, .sa = FAR },
	{ "VLAN tag", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  LLC("\xaa\xaa\3\0\0\0\x81\0\0\1\x08\0"), .da = OWN, .sa = FAR },

	/* What the host did not ask for */
	{ "a station without the flag", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  AS_80211, .unset = ENG_STAF_DECAP },
	{ "a monitor", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  .monitor = true },
	{ "open, a monitor", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  .monitor = true, .open = true },
	{ "the host puts frames in order", .fc = QOS | FROM,
	  .a = { OWN, PEER, FAR }, AS_80211, .without = SKUA_FEAT_RX_REORDER },
	{ "the same, without QoS", .fc = IEEE80211_DATA | FROM,
	  .a = { OWN, PEER, FAR }, .da = OWN, .sa = FAR,
	  .without = SKUA_FEAT_RX_REORDER },

	/* Protection */
	{ "clear text", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, GONE,
	  .clear = true },
	{ "clear text before the key", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  .clear = true, .unset = ENG_STAF_KEYED, .da = OWN, .sa = FAR },
	{ "WEP", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  .cipher = SKUA_CIPHER_WEP104 },
	{ "EAPOL in clear text", .fc = QOS | FROM, .a = { OWN, PEER, PEER },
	  AS_80211, LLC("\xaa\xaa\3\0\0\0\x88\x8e\2\3\0\0"), .clear = true },

	/* What the stack knows more of */
	{ "EAPOL", .fc = QOS | FROM, .a = { OWN, PEER, PEER }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x88\x8e\2\3\0\0") },
	{ "EAPOL, open", .fc = QOS | FROM, .a = { OWN, PEER, PEER }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x88\x8e\2\3\0\0"), .open = true },
	{ "preauthentication", .fc = QOS | FROM, .a = { OWN, PEER, PEER }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x88\xc7\2\3\0\0") },
	{ "WAPI", .fc = QOS | FROM, .a = { OWN, PEER, PEER }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x88\xb4\2\3\0\0") },
	{ "TDLS", .fc = QOS | FROM, .a = { OWN, PEER, PEER }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x89\x0d\2\3\0\0") },
	{ "AARP", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x80\xf3\2\3\0\0") },
	{ "IPX", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x81\x37\2\3\0\0") },
	{ "bridge tunnel", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\xf8\x81\x37\2\3\0\0") },
	{ "EAPOL in a bridge tunnel", .fc = QOS | FROM, .a = { OWN, PEER, PEER },
	  AS_80211, LLC("\xaa\xaa\3\0\0\xf8\x88\x8e\2\3\0\0") },
	{ "another OUI", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  LLC("\xaa\xaa\3\x00\x40\x96\0\0payload") },
	{ "LLC without SNAP", .fc = QOS | FROM, .a = { OWN, PEER, FAR }, AS_80211,
	  LLC("\x42\x42\3spanning tree") },
	{ "a length for an EtherType", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  AS_80211, LLC("\xaa\xaa\3\0\0\0\x05\xffpayload") },
	{ "half of an LLC header", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  AS_80211, LLC("\xaa\xaa\3\0\0\0\x08") },
	{ "no data", .fc = IEEE80211_QOS_NULLFUNC | FROM, .a = { OWN, PEER, FAR },
	  AS_80211, LLC(""), .open = true },
	{ "a body without data", .fc = IEEE80211_QOS_NULLFUNC | FROM,
	  .a = { OWN, PEER, FAR }, AS_80211, .open = true },
	{ "the first fragment", .fc = QOS | FROM | IEEE80211_FC_MOREFRAGS,
	  .a = { OWN, PEER, FAR }, AS_80211 },
	{ "the last fragment", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  AS_80211, .frag = 1 },
	{ "the first fragment, open", .fc = QOS | FROM | IEEE80211_FC_MOREFRAGS,
	  .a = { OWN, PEER, FAR }, AS_80211, .open = true },
	{ "the last fragment, open", .fc = QOS | FROM, .a = { OWN, PEER, FAR },
	  AS_80211, .frag = 1, .open = true },
	{ "a group address", .fc = QOS | FROM, .a = { GROUP, PEER, FAR }, AS_80211,
	  .open = true },
	{ "a management frame", .fc = IEEE80211_ACTION, .a = { OWN, PEER, BSS },
	  AS_80211, .open = true },

	/* The way of another interface */
	{ "to an access point", .fc = QOS | TO, .a = { OWN, PEER, FAR }, GONE },
	{ "neither way, from the access point", .fc = QOS,
	  .a = { OWN, PEER, BSS }, AS_80211 },
	{ "four addresses", .fc = QOS | FROM | TO, .a = { OWN, PEER, FAR, SECOND },
	  AS_80211 },

	/* Four addresses */
	{ "four addresses, to a station of this kind", .fc = QOS | FROM | TO,
	  .a = { OWN, PEER, FAR, SECOND }, .set = ENG_STAF_4ADDR,
	  .da = FAR, .sa = SECOND },
	{ "three addresses, to a station of this kind", .fc = QOS | FROM,
	  .a = { OWN, PEER, FAR }, AS_80211, .set = ENG_STAF_4ADDR },
	{ "four addresses, of a group", .fc = QOS | FROM | TO,
	  .a = { OWN, PEER, GROUP, SECOND }, .set = ENG_STAF_4ADDR,
	  .da = GROUP, .sa = SECOND },

	/* A direct link */
	{ "from a peer", .fc = QOS, .a = { OWN, SECOND, BSS }, .open = true,
	  .twin = true, .da = OWN, .sa = SECOND },
	{ "from a peer as if from the access point", .fc = QOS | FROM,
	  .a = { OWN, SECOND, FAR }, GONE, .open = true, .twin = true },
	{ "from a peer of another BSS", .fc = QOS, .a = { OWN, SECOND, FAR }, GONE,
	  .open = true, .twin = true },

	/* The way of an access point */
	{ "AP: to a host behind it", .to_ap = true, .fc = QOS | TO,
	  .a = { OWN, PEER, FAR }, .da = FAR, .sa = PEER },
	{ "AP: to itself", .to_ap = true, .fc = QOS | TO, .a = { OWN, PEER, OWN },
	  .da = OWN, .sa = PEER },
	{ "AP: to a group", .to_ap = true, .fc = QOS | TO,
	  .a = { OWN, PEER, GROUP }, .da = GROUP, .sa = PEER },
	{ "AP: open", .to_ap = true, .fc = QOS | TO, .a = { OWN, PEER, FAR },
	  .open = true, .da = FAR, .sa = PEER },
	{ "AP: clear text", .to_ap = true, .fc = QOS | TO, .a = { OWN, PEER, FAR },
	  GONE, .clear = true },
	{ "AP: EAPOL", .to_ap = true, .fc = QOS | TO, .a = { OWN, PEER, OWN },
	  AS_80211, LLC("\xaa\xaa\3\0\0\0\x88\x8e\2\3\0\0") },
	{ "AP: EAPOL to another station", .to_ap = true, .fc = QOS | TO,
	  .a = { OWN, PEER, SECOND }, AS_80211,
	  LLC("\xaa\xaa\3\0\0\0\x88\x8e\2\3\0\0"), .clear = true },
	{ "AP: from an access point", .to_ap = true, .fc = QOS | FROM,
	  .a = { OWN, PEER, FAR }, AS_80211 },
	{ "AP: neither way", .to_ap = true, .fc = QOS, .a = { OWN, PEER, BSS },
	  AS_80211 },
	{ "AP: four addresses", .to_ap = true, .fc = QOS | FROM | TO,
	  .a = { OWN, PEER, FAR, SECOND }, AS_80211 },
	{ "AP: four addresses of such a station", .to_ap = true,
	  .fc = QOS | FROM | TO, .a = { OWN, PEER, FAR, SECOND },
	  .set = ENG_STAF_4ADDR, .da = FAR, .sa = SECOND },
	{ "AP: nobody's", .to_ap = true, .fc = QOS | TO, .a = { OWN, FAR, OWN },
	  AS_80211, .open = true },
};

static struct talker *talker_for(const struct msdu_case *c)
{
	const struct host_cfg cfg = { .features = TALKER_FEATURES & ~c->without };
	struct talker *t = talker_new(&cfg, c->to_ap);

	if (!c->open)
		talker_key(t, c->cipher ? c->cipher : SKUA_CIPHER_CCMP);
	talker_flags(t, (ENG_STAF_DECAP | c->set) & ~c->unset, c->unset);
	if (c->twin) {
		struct eng_sta e = host_get_sta(t->h, STA_AP);

		memcpy(e.addr, addr_sta2, 6);
		host_sta(t->h, 6, &e);
	}
	if (c->monitor)
		host_write(t->h, ENG_MAC_FILTER, SKUA_FILTER_OTHER_BSS);
	t->keyed = !c->open && !c->clear;
	return t;
}

static void check_8023(const struct rec *rec, bool to_ap, const struct msdu_case *c)
{
	const uint8_t *body = (const uint8_t *)c->body;

	assert_int_equal(rec->len, 14 + c->len - 8);
	assert_memory_equal(rec->frame, addr(to_ap, c->da), 6);
	assert_memory_equal(rec->frame + 6, addr(to_ap, c->sa), 6);
	assert_memory_equal(rec->frame + 12, body + 6, c->len - 6);
	assert_int_equal(rec->rx.offset, 2);
}

static void one_msdu(struct msdu_case c)
{
	struct talker *t = talker_for(&c);
	uint8_t f[200];
	struct rec rec;
	unsigned int len;

	if (!c.body) {
		c.body = IP;
		c.len = sizeof(IP) - 1;
	}
	len = mk(f, c.to_ap, c.fc, c.a, (const uint8_t *)c.body, c.len);
	f[22] = c.frag;
	talker_send(t, f, len);
	if (c.fate == GONE) {
		if (host_next(t->h, &rec))
			fail_msg("%s: goes up", c.what);
		talker_free(t);
		return;
	}
	if (!host_next(t->h, &rec) || rec.type != SKUA_CPL_RX)
		fail_msg("%s: does not go up", c.what);
	if (!(le32toh(rec.rx.flags) & SKUA_RXF_8023) != (c.fate == AS_80211))
		fail_msg("%s: goes up in the wrong format", c.what);
	if (c.fate == AS_8023)
		check_8023(&rec, c.to_ap, &c);
	else
		assert_memory_equal(rec.frame + 4, f + 4, 18);
	assert_int_equal(t->h->mac->c.rx_decap, c.fate == AS_8023);
	host_expect_nothing(t->h);
	talker_free(t);
}

/* T10, K14: a frame goes up as an 802.3 frame only if nothing is left to check */
static void test_msdus(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(msdu_cases) / sizeof(msdu_cases[0]); i++)
		one_msdu(msdu_cases[i]);
}

static struct talker *keyed_talker(bool to_ap, uint64_t more)
{
	const struct host_cfg cfg = { .features = TALKER_FEATURES | more,
				      .buf_entries = 256, .buf_len = 2048 };
	struct talker *t = talker_new(&cfg, to_ap);

	talker_key(t, SKUA_CIPHER_CCMP);
	talker_flags(t, ENG_STAF_DECAP, 0);
	return t;
}

static unsigned int mk_msdu(uint8_t *f, char what)
{
	const enum who a[4] = { OWN, PEER, FAR };
	uint8_t body[] = IP;

	body[8] = (uint8_t)what;
	return mk(f, false, QOS | FROM, a, body, sizeof(body) - 1);
}

static void expect_8023(struct talker *t, char what)
{
	struct rec rec;

	host_expect_rx(t->h, &rec);
	assert_true(le32toh(rec.rx.flags) & SKUA_RXF_8023);
	assert_int_equal(rec.frame[14], what);
}

static void expect_80211(struct talker *t, char what)
{
	struct rec rec;

	host_expect_rx(t->h, &rec);
	assert_false(le32toh(rec.rx.flags) & SKUA_RXF_8023);
	assert_int_equal(rec.frame[34], what);
}

/* T10, K14: neither replay, duplicate, nor wrong MIC */
static void test_refused(void **state)
{
	struct talker *t = keyed_talker(false, 0);
	uint8_t f[200];
	unsigned int len = mk_msdu(f, 'a');

	(void)state;
	talker_send(t, f, len);
	expect_8023(t, 'a');
	/* the same number */
	t->sn--;
	f[1] |= IEEE80211_FC_RETRY >> 8;
	talker_send(t, f, len);
	host_expect_nothing(t->h);
	f[1] &= (uint8_t)~(IEEE80211_FC_RETRY >> 8);
	/* the same packet number */
	t->pn -= 2;
	talker_send(t, f, len);
	host_expect_inband(t->h, SKUA_INB_KEY_REPLAY, NULL);
	host_expect_nothing(t->h);
	t->pn += 2;
	/* octets that are no ciphertext */
	t->keyed = false;
	f[1] |= IEEE80211_FC_PROTECTED >> 8;
	memset(f + len, 0x55, 32);
	f[29] = IEEE80211_IV_EXT;
	talker_send(t, f, len + 32);
	host_expect_inband(t->h, SKUA_INB_KEY_MIC_FAILURE, NULL);
	host_expect_nothing(t->h);
	assert_int_equal(t->h->mac->c.rx_decap, 1);
	talker_free(t);
}

/* T10: what comes behind a hole is released in order, in its format */
static void test_order(void **state)
{
	struct talker *t = keyed_talker(false, 0);
	uint8_t f[200];

	(void)state;
	talker_session(t, TID, 64);
	talker_add(t, f, mk_msdu(f, 'a'));
	talker_skip(t);
	talker_add(t, f, mk_msdu(f, 'c'));
	talker_go(t);
	expect_8023(t, 'a');
	host_expect_nothing(t->h);
	t->sn -= 2;
	t->pn -= 2;
	talker_send(t, f, mk_msdu(f, 'b'));
	expect_8023(t, 'b');
	expect_8023(t, 'c');
	host_expect_nothing(t->h);
	t->sn++;
	t->pn++;
	talker_send(t, f, mk_msdu(f, 'd'));
	expect_8023(t, 'd');
	/* policy No Ack: it has no place in the session, and nobody knows its order */
	mk_msdu(f, 'e');
	f[24] |= IEEE80211_QOS_ACK_NOACK;
	talker_send(t, f, 26 + sizeof(IP) - 1);
	expect_80211(t, 'e');
	talker_free(t);
}

/* T10: a session whose order is the host's matter */
static void test_order_of_host(void **state)
{
	const struct host_cfg cfg = {
		.features = TALKER_FEATURES & ~SKUA_FEAT_RX_REORDER,
	};
	struct talker *t = talker_new(&cfg, false);
	uint8_t f[200];

	(void)state;
	talker_flags(t, ENG_STAF_DECAP, 0);
	talker_send(t, f, mk_msdu(f, 'a'));
	expect_8023(t, 'a');
	talker_session(t, TID, 64);
	talker_send(t, f, mk_msdu(f, 'b'));
	expect_80211(t, 'b');
	talker_session(t, TID, 0);
	talker_send(t, f, mk_msdu(f, 'c'));
	expect_8023(t, 'c');
	talker_free(t);
}

/* T10: a key that is not the station's own, though its entry names it */
static void test_key_of_another(void **state)
{
	struct talker *t = keyed_talker(false, 0);
	uint8_t f[200];

	(void)state;
	assert_int_equal(host_key(t->h, KEY_SLOT, KEY_GEN, SKUA_STA_NONE, 0,
				  SKUA_CIPHER_CCMP, 0x5a), SKUA_ST_OK);
	talker_send(t, f, mk_msdu(f, 'a'));
	expect_80211(t, 'a');
	talker_free(t);
}

/*
 * T10: the answer of the command that changes a station's format, or its protection: frames that
 * were held go up before, and none in the old format after it
 */
static void test_switched_while_held(void **state)
{
	static const struct {
		uint32_t set, clear;
		bool released;
	} c[] = {
		{ 0, ENG_STAF_DECAP, true },
		{ ENG_STAF_4ADDR, 0, true },
		{ 0, ENG_STAF_KEYED, true },
		{ ENG_STAF_PS_TRACK, 0, false },
		{ 0, 0, false },
	};
	uint8_t f[200];

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct talker *t = keyed_talker(false, 0);

		talker_session(t, TID, 64);
		talker_skip(t);
		talker_add(t, f, mk_msdu(f, 'b'));
		talker_skip(t);
		talker_add(t, f, mk_msdu(f, 'd'));
		talker_go(t);
		host_expect_nothing(t->h);
		talker_flags(t, c[i].set, c[i].clear);
		if (c[i].released) {
			expect_8023(t, 'b');
			expect_8023(t, 'd');
		}
		host_expect_nothing(t->h);
		assert_int_equal(t->h->mac->rx.share.held, c[i].released ? 0 : 2);
		scene_pass(t->s, 200000);
		if (!c[i].released) {
			expect_8023(t, 'b');
			expect_8023(t, 'd');
		}
		talker_send(t, f, mk_msdu(f, 'e'));
		if (c[i].clear & ENG_STAF_DECAP)
			expect_80211(t, 'e');
		host_reset(t->h);
		talker_free(t);
	}
}

/* What is held as 802.11 frames waits on, and goes up as such */
static void test_switched_on_while_held(void **state)
{
	struct talker *t = keyed_talker(false, 0);
	uint8_t f[200];

	(void)state;
	talker_flags(t, 0, ENG_STAF_DECAP);
	talker_session(t, TID, 64);
	talker_skip(t);
	talker_add(t, f, mk_msdu(f, 'b'));
	talker_go(t);
	talker_flags(t, ENG_STAF_DECAP, 0);
	host_expect_nothing(t->h);
	talker_send(t, f, mk_msdu(f, 'c'));
	host_expect_nothing(t->h);
	scene_pass(t->s, 200000);
	expect_80211(t, 'b');
	expect_8023(t, 'c');
	talker_free(t);
}

/* Without the feature, the flag is refused */
static void test_feature(void **state)
{
	const struct host_cfg cfg = {
		.features = TALKER_FEATURES & ~SKUA_FEAT_RX_DECAP,
	};
	struct talker *t = talker_new(&cfg, false);
	struct eng_sta e = host_get_sta(t->h, STA_AP);

	(void)state;
	e.flags |= htole32(ENG_STAF_DECAP);
	assert_int_equal(host_tbl(t->h, ENG_TBL_STA, STA_AP, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_UNSUPPORTED);
	talker_free(t);
}

/* A-MSDUs */

struct list {
	unsigned int n;
	struct {
		uint8_t f[2400];
		unsigned int len;
	} part[64];
};

/*
 * The model: what a receiver has to make of the body of an A-MSDU. @check_da, @check_sa:
 * the only individual DA and SA, or NULL. Return: whether 802.3 frames in @out, an 802.11
 * frame, or nothing goes up.
 */
static enum fate model(const uint8_t *b, unsigned int len, const uint8_t *check_da,
		       const uint8_t *check_sa, struct list *out)
{
	enum fate fate = AS_8023;
	unsigned int at = 0;

	out->n = 0;
	while (1) {
		const uint8_t *da = b + at, *sa = da + 6, *msdu = da + 14;
		unsigned int l, type;

		if (at + 14 > len)
			return GONE;
		l = da[12] * 256u + da[13];
		if (at + 14 + l > len)
			return GONE;
		if (!at && (!memcmp(da, "\xaa\xaa\3\0\0\0", 6) ||
			    !memcmp(da, "\xaa\xaa\3\0\0\xf8", 6)))
			return GONE;
		if (check_da && !(da[0] & 1) && memcmp(da, check_da, 6))
			return GONE;
		if (check_sa && memcmp(sa, check_sa, 6))
			return GONE;
		type = l >= 8 ? msdu[6] * 256u + msdu[7] : 0;
		if (type < 1536 || memcmp(msdu, "\xaa\xaa\3\0\0\0", 6) ||
		    type == 0x888e || type == 0x88c7 || type == 0x88b4 ||
		    type == 0x890d || type == 0x80f3 || type == 0x8137 || out->n == 32)
			fate = AS_80211;
		if (fate == AS_8023) {
			uint8_t *f = out->part[out->n].f;

			memcpy(f, da, 12);
			memcpy(f + 12, msdu + 6, l - 6);
			out->part[out->n++].len = 12 + l - 6;
		}
		at += 14 + l;
		while (at % 4)
			at++;
		if (at >= len)
			return fate;
	}
}

struct sub {
	enum who da, sa;
	const char *msdu;
	unsigned int len;
	int cheat;		/* added to the length that it names */
};

#define SUB_CHEAT(d, s, m, c) \
	{ .da = (d), .sa = (s), .msdu = (m), .len = sizeof(m) - 1, .cheat = (c) }
#define SUB(d, s, m)	SUB_CHEAT(d, s, m, 0)

static unsigned int mk_amsdu(uint8_t *b, bool to_ap, const struct sub *sub, unsigned int n)
{
	unsigned int at = 0;

	for (unsigned int i = 0; i < n; i++) {
		while (at % 4)
			b[at++] = 0;
		memcpy(b + at, addr(to_ap, sub[i].da), 6);
		memcpy(b + at + 6, addr(to_ap, sub[i].sa), 6);
		b[at + 12] = (uint8_t)((sub[i].len + (unsigned int)sub[i].cheat) >> 8);
		b[at + 13] = (uint8_t)(sub[i].len + (unsigned int)sub[i].cheat);
		memcpy(b + at + 14, sub[i].msdu, sub[i].len);
		at += 14 + sub[i].len;
	}
	return at;
}

static unsigned int mk_amsdu_frame(uint8_t *f, bool to_ap, const uint8_t *body,
				   unsigned int len)
{
	static const enum who down[4] = { OWN, PEER, BSS }, up[4] = { OWN, PEER, BSS };

	len = mk(f, to_ap, QOS | (to_ap ? TO : FROM), to_ap ? up : down, body, len);
	f[24] |= IEEE80211_QOS_AMSDU;
	return len;
}

static void expect_parts(struct talker *t, const struct list *want)
{
	struct rec rec;

	for (unsigned int i = 0; i < want->n; i++) {
		host_expect_rx(t->h, &rec);
		assert_int_equal(le32toh(rec.rx.flags) &
				 (SKUA_RXF_8023 | SKUA_RXF_AMSDU), SKUA_RXF_8023);
		assert_int_equal(rec.len, want->part[i].len);
		assert_memory_equal(rec.frame, want->part[i].f, rec.len);
	}
}

/* Send an A-MSDU with this body, and see that it has the fate that the model says */
static enum fate send_amsdu(struct talker *t, bool to_ap, const uint8_t *body,
			    unsigned int len)
{
	static struct list want;
	uint64_t refused = t->h->mac->c.rx_amsdu_refused;
	uint64_t apart = t->h->mac->c.rx_amsdu;
	uint8_t f[HOST_FRAME_MAX];
	struct rec rec;
	enum fate fate;

	fate = model(body, len, to_ap ? NULL : addr_sta, to_ap ? addr_sta : NULL,
		     &want);
	len = mk_amsdu_frame(f, to_ap, body, len);
	talker_send(t, f, len);
	if (fate == AS_8023)
		expect_parts(t, &want);
	if (fate == AS_80211) {
		host_expect_rx(t->h, &rec);
		assert_int_equal(le32toh(rec.rx.flags) &
				 (SKUA_RXF_8023 | SKUA_RXF_AMSDU | SKUA_RXF_CSUM_OK),
				 SKUA_RXF_AMSDU);
		assert_int_equal(rec.len, len);
		assert_memory_equal(rec.frame + 24, f + 24, len - 24);
	}
	host_expect_nothing(t->h);
	assert_int_equal(t->h->mac->c.rx_amsdu_refused - refused, fate == GONE);
	assert_int_equal(t->h->mac->c.rx_amsdu - apart, fate == AS_8023);
	return fate;
}

#define EAPOL	"\xaa\xaa\3\0\0\0\x88\x8e\2\3\0\5\1\2\3\4\5"

struct amsdu_case {
	const char *what;
	bool to_ap;
	enum fate fate;
	unsigned int n;
	struct sub sub[5];
	unsigned int more;	/* octets behind the last one */
	unsigned int less;
};

static const struct amsdu_case amsdu_cases[] = {
	{ .what = "two", false, AS_8023, 2, { SUB(OWN, FAR, IP), SUB(OWN, SECOND, IP "1") } },
	{ .what = "one", false, AS_8023, 1, { SUB(OWN, FAR, IP) } },
	{ .what = "padded at its end", false, AS_8023, 1, { SUB(OWN, FAR, IP "1") }, .more = 1 },
	{ .what = "of all remainders", false, AS_8023, 5,
	  { SUB(OWN, FAR, IP), SUB(OWN, FAR, IP "1"), SUB(OWN, FAR, IP "12"),
	    SUB(OWN, FAR, IP "123"), SUB(OWN, FAR, IP "1234") } },
	{ .what = "empty MSDUs", false, AS_8023, 2,
	  { SUB(OWN, FAR, "\xaa\xaa\3\0\0\0\x08\0"), SUB(OWN, FAR, IP) } },
	{ .what = "to a group", false, AS_8023, 2, { SUB(OWN, FAR, IP), SUB(GROUP, FAR, IP) } },
	{ .what = "octets behind the last one", false, GONE, 1, { SUB(OWN, FAR, IP) }, .more = 13 },
	{ .what = "cut in the last MSDU", false, GONE, 2, { SUB(OWN, FAR, IP), SUB(OWN, FAR, IP) },
	  .less = 1 },
	{ .what = "cut in the last header", false, GONE, 2, { SUB(OWN, FAR, IP), SUB(OWN, FAR, "") },
	  .less = 1 },
	{ .what = "longer than the frame", false, GONE, 2,
	  { SUB(OWN, FAR, IP), SUB_CHEAT(OWN, FAR, IP, 1) } },
	{ .what = "a length of 64 KiB", false, GONE, 1, { SUB_CHEAT(OWN, FAR, IP, 65500) } },
	/* CVE-2020-24588: an MSDU whose A-MSDU bit was set on the way. What was its LLC
	 * header is the DA, what the attacker chose is in the second subframe.
	 */
	{ .what = "an MSDU as an A-MSDU", false, GONE, 0, { } },
	{ .what = "to another station", false, GONE, 2,
	  { SUB(OWN, FAR, IP), SUB(SECOND, FAR, IP) } },
	{ .what = "the first to another station", false, GONE, 2,
	  { SUB(SECOND, FAR, IP), SUB(OWN, FAR, IP) } },
	/* CVE-2020-26144: EAPOL in a subframe is for the stack to judge */
	{ .what = "EAPOL", false, AS_80211, 2, { SUB(OWN, FAR, IP), SUB(OWN, PEER, EAPOL) } },
	{ .what = "EAPOL first", false, AS_80211, 2, { SUB(OWN, PEER, EAPOL), SUB(OWN, FAR, IP) } },
	{ .what = "EAPOL, and one that is spoofed", false, GONE, 2,
	  { SUB(OWN, PEER, EAPOL), SUB(SECOND, FAR, IP) } },
	{ .what = "no SNAP", false, AS_80211, 2,
	  { SUB(OWN, FAR, IP), SUB(OWN, FAR, "\x42\x42\3tree") } },
	{ .what = "an empty subframe", false, AS_80211, 2,
	  { SUB(OWN, FAR, ""), SUB(OWN, FAR, IP) } },
	{ .what = "IPX", false, AS_80211, 1, { SUB(OWN, FAR, "\xaa\xaa\3\0\0\0\x81\x37") } },
	{ .what = "AP: two", true, AS_8023, 2, { SUB(FAR, PEER, IP), SUB(OWN, PEER, IP "1") } },
	{ .what = "AP: to a group", true, AS_8023, 1, { SUB(GROUP, PEER, IP) } },
	{ .what = "AP: from another station", true, GONE, 2,
	  { SUB(FAR, PEER, IP), SUB(FAR, SECOND, IP) } },
	{ .what = "AP: from the access point", true, GONE, 1, { SUB(FAR, OWN, IP) } },
	{ .what = "AP: an MSDU as an A-MSDU", true, GONE, 0, { } },
};

/* T10: what cfg80211 refuses is refused, as a whole */
static void test_amsdus(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(amsdu_cases) / sizeof(amsdu_cases[0]); i++) {
		const struct amsdu_case *c = &amsdu_cases[i];
		struct talker *t = keyed_talker(c->to_ap, 0);
		uint8_t body[600] = "\xaa\xaa\3\0\0\0\x08\0\x45\0\0\0\0\x10"
				    "0123456789abcdef";
		unsigned int len = 30;

		if (c->n)
			len = mk_amsdu(body, c->to_ap, c->sub, c->n);
		len += c->more;
		len -= c->less;
		if (send_amsdu(t, c->to_ap, body, len) != c->fate)
			fail_msg("%s", c->what);
		talker_free(t);
	}
}

/* Four addresses: a subframe may be of and for anybody, and that is why its bit matters */
static void test_four_addresses(void **state)
{
	static const enum who a[4] = { OWN, PEER, FAR, SECOND };
	const struct sub sub[] = { SUB(SECOND, FAR, "\xaa\xaa\3\0\0\0\x08\0a"),
				   SUB(FAR, SECOND, "\xaa\xaa\3\0\0\0\x08\0b") };
	uint8_t body[200], f[300];

	(void)state;
	for (unsigned int ap = 0; ap < 2; ap++) {
		struct talker *t = keyed_talker(ap, 0);
		unsigned int len = mk_amsdu(body, ap, sub, 2);

		talker_flags(t, ENG_STAF_4ADDR, 0);
		for (unsigned int forged = 0; forged < 3; forged++) {
			if (forged == 1)
				memcpy(body, "\xaa\xaa\3\0\0\0", 6);
			if (forged == 2)
				memcpy(body, "\xaa\xaa\3\0\0\xf8", 6);
			mk(f, ap, QOS | FROM | TO, a, body, len);
			f[30] |= IEEE80211_QOS_AMSDU;
			talker_send(t, f, 32 + len);
		}
		expect_8023(t, 'a');
		expect_8023(t, 'b');
		host_expect_nothing(t->h);
		assert_int_equal(t->h->mac->c.rx_amsdu_refused, 2);
		talker_free(t);
	}
}

/* CVE-2020-26144, 26140: a clear A-MSDU of a keyed station, whatever it begins with */
static void test_clear_amsdu(void **state)
{
	const struct sub sub[] = { SUB(OWN, PEER, EAPOL), SUB(OWN, FAR, IP) };
	struct talker *t = keyed_talker(false, 0);
	uint8_t body[200], f[300];

	(void)state;
	t->keyed = false;
	talker_send(t, f, mk_amsdu_frame(f, false, body,
					 mk_amsdu(body, false, sub, 2)));
	memcpy(body, EAPOL, 8);
	talker_send(t, f, mk_amsdu_frame(f, false, body, 100));
	host_expect_nothing(t->h);
	assert_int_equal(t->h->mac->c.rx_clear_refused, 2);
	talker_free(t);
}

/* CVE-2020-24586 and its like: fragments are put together by the stack, or not at all */
static void test_fragmented_amsdu(void **state)
{
	const struct sub sub[] = { SUB(OWN, FAR, IP), SUB(OWN, FAR, IP) };
	struct talker *t = keyed_talker(false, 0);
	uint8_t body[200], f[300];
	struct rec rec;
	unsigned int len = mk_amsdu_frame(f, false, body, mk_amsdu(body, false, sub, 2));

	(void)state;
	f[1] |= IEEE80211_FC_MOREFRAGS >> 8;
	talker_send(t, f, len);
	host_expect_rx(t->h, &rec);
	assert_false(le32toh(rec.rx.flags) & (SKUA_RXF_8023 | SKUA_RXF_PN_VALIDATED));
	talker_free(t);
}

/* A random A-MSDU, of which half are changed somewhere */
static unsigned int random_amsdu(uint8_t *body, bool to_ap)
{
	static const char *const msdu[] = { IP, IP "123", EAPOL, "\xaa\xaa\3\0\0\xf8\x08\0x",
					    IP " and a longer one, with some more octets" };
	struct sub sub[40];
	unsigned int n = 1 + (rnd(8) ? rnd(6) : rnd(40)), len;

	for (unsigned int i = 0; i < n; i++) {
		unsigned int which = rnd(60);

		which = which < 2 ? which + 2 : which % 3 * 2 % 5;
		sub[i] = (struct sub){
			.da = rnd(30) ? (to_ap ? FAR : OWN) : rnd(6),
			.sa = rnd(30) ? (to_ap ? PEER : FAR) : rnd(6),
			.msdu = msdu[which],
			.len = which == 2 ? sizeof(EAPOL) - 1 :
			       which == 3 ? 9 : (unsigned int)(8 + strlen(msdu[which] + 8)),
			.cheat = rnd(60) ? 0 : (int)rnd(9) - 4,
		};
	}
	len = mk_amsdu(body, to_ap, sub, n);
	if (!rnd(4))
		body[rnd(len)] ^= (uint8_t)(1u << rnd(8));
	if (!rnd(6))
		len = rnd(len + 1);
	else if (!rnd(6))
		len += rnd(20);
	return len;
}

static void test_random_amsdus(void **state)
{
	unsigned int fates[3] = { 0 };
	uint8_t body[4096];

	(void)state;
	for (unsigned int ap = 0; ap < 2; ap++) {
		struct talker *t = keyed_talker(ap, 0);

		for (unsigned int i = 0; i < 4000; i++)
			fates[send_amsdu(t, ap, body, random_amsdu(body, ap))]++;
		talker_free(t);
	}
	for (unsigned int i = 0; i < 3; i++)
		assert_true(fates[i] > 500);
}

/* Every length from the air, as an A-MSDU and as an MSDU; nothing behind it is read */
static void test_lengths(void **state)
{
	const struct sub sub[] = { SUB(OWN, FAR, IP), SUB(OWN, FAR, IP "1") };
	struct talker *t = keyed_talker(false, 0);
	uint8_t body[400], f[500];
	struct rec rec;
	unsigned int len = mk_amsdu(body, false, sub, 2);

	(void)state;
	for (unsigned int n = 0; n <= len; n++)
		send_amsdu(t, false, body, n);
	len = mk_msdu(f, 'a');
	for (unsigned int n = 26; n <= len; n++) {
		talker_send(t, f, n);
		host_expect_rx(t->h, &rec);
		assert_int_equal(!!(le32toh(rec.rx.flags) & SKUA_RXF_8023), n >= 34);
	}
	talker_free(t);
}

/* T10: without buffers for all of an A-MSDU, none of it goes up, and no buffer is lost */
static void test_no_buffers(void **state)
{
	const struct sub sub[] = { SUB(OWN, FAR, IP), SUB(OWN, FAR, IP), SUB(OWN, FAR, IP) };
	const struct host_cfg cfg = { .features = TALKER_FEATURES, .buf_entries = 16 };
	struct talker *t = talker_new(&cfg, false);
	uint8_t body[200], f[300];
	unsigned int len, n = 0;
	struct rec rec;

	(void)state;
	talker_flags(t, ENG_STAF_DECAP, 0);
	len = mk_amsdu_frame(f, false, body, mk_amsdu(body, false, sub, 3));
	for (unsigned int i = 0; i < 7; i++)
		talker_send(t, f, len);
	/* their sender learns that */
	assert_int_equal(t->h->mac->c.rx_overrun, 2);
	assert_int_equal(t->h->mac->c.rx_no_buffer, 0);
	/* the one that is left is for a frame that needs one */
	talker_send(t, f, mk_msdu(f, 'a'));
	while (host_next(t->h, &rec))
		n++;
	assert_int_equal(n, 16);
	assert_int_equal(t->h->mac->c.rx_bad_buffer, 0);
	/* they are posted again */
	for (unsigned int i = 0; i < 5; i++)
		talker_send(t, f, mk_msdu(f, 'a'));
	for (unsigned int i = 0; i < 5; i++)
		expect_8023(t, 'a');
	talker_free(t);
}

/* T10: the same when it has more parts than it seemed: it has been acknowledged by then */
static void test_many_parts(void **state)
{
	const struct sub sub[] = { SUB(OWN, FAR, IP), SUB(OWN, FAR, IP), SUB(OWN, FAR, IP),
				   SUB(OWN, FAR, IP), SUB(OWN, FAR, IP), SUB(OWN, FAR, IP),
				   SUB(OWN, FAR, IP) };
	const struct host_cfg cfg = { .features = TALKER_FEATURES, .buf_entries = 32 };
	struct talker *t = talker_new(&cfg, false);
	uint8_t body[600], f[700];
	unsigned int len, n = 0;
	struct rec rec;

	(void)state;
	talker_flags(t, ENG_STAF_DECAP, 0);
	len = mk_amsdu_frame(f, false, body, mk_amsdu(body, false, sub, 7));
	for (unsigned int i = 0; i < 6; i++)
		talker_send(t, f, len);
	assert_int_equal(t->h->mac->c.rx_no_buffer, 2);
	/* the four that are left are for frames that need one */
	for (unsigned int i = 0; i < 5; i++)
		talker_send(t, f, mk_msdu(f, 'a'));
	assert_int_equal(t->h->mac->c.rx_no_buffer, 2);
	assert_int_equal(t->h->mac->c.rx_overrun, 1);
	while (host_next(t->h, &rec))
		n++;
	assert_int_equal(n, 32);
	assert_int_equal(t->h->mac->c.rx_bad_buffer, 0);
	talker_free(t);
}

/* In a session, all of an A-MSDU waits, and goes up in its turn; a replay of it does not */
static void test_amsdu_in_order(void **state)
{
	const struct sub sub[] = { SUB(OWN, FAR, "\xaa\xaa\3\0\0\0\x08\0b"),
				   SUB(OWN, FAR, "\xaa\xaa\3\0\0\0\x08\0c") };
	struct talker *t = keyed_talker(false, 0);
	uint8_t body[200], f[300];

	(void)state;
	talker_session(t, TID, 64);
	talker_skip(t);
	talker_add(t, f, mk_amsdu_frame(f, false, body, mk_amsdu(body, false, sub, 2)));
	talker_go(t);
	assert_int_equal(t->h->mac->rx.share.held, 2);
	host_expect_nothing(t->h);
	t->sn -= 2;
	t->pn -= 2;
	talker_send(t, f, mk_msdu(f, 'a'));
	expect_8023(t, 'a');
	expect_8023(t, 'b');
	expect_8023(t, 'c');
	assert_int_equal(t->h->mac->rx.share.held, 0);
	/* the packet number of the A-MSDU is not above the one before it */
	t->sn++;
	t->pn++;
	talker_skip(t);
	talker_add(t, f, mk_amsdu_frame(f, false, body, mk_amsdu(body, false, sub, 2)));
	talker_go(t);
	assert_int_equal(t->h->mac->rx.share.held, 2);
	t->sn -= 2;
	talker_send(t, f, mk_msdu(f, 'd'));
	expect_8023(t, 'd');
	host_expect_inband(t->h, SKUA_INB_KEY_REPLAY, NULL);
	host_expect_nothing(t->h);
	assert_int_equal(t->h->mac->rx.spares, 2);
	t->sn++;
	talker_send(t, f, mk_msdu(f, 'e'));
	expect_8023(t, 'e');
	assert_int_equal(t->h->mac->rx.spares, 1);
	talker_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_msdus),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_of_host),
		cmocka_unit_test(test_key_of_another),
		cmocka_unit_test(test_switched_while_held),
		cmocka_unit_test(test_switched_on_while_held),
		cmocka_unit_test(test_feature),
		cmocka_unit_test(test_amsdus),
		cmocka_unit_test(test_four_addresses),
		cmocka_unit_test(test_clear_amsdu),
		cmocka_unit_test(test_fragmented_amsdu),
		cmocka_unit_test(test_random_amsdus),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_no_buffers),
		cmocka_unit_test(test_many_parts),
		cmocka_unit_test(test_amsdu_in_order),
	};

	return cmocka_run_group_tests_name("mac: 802.3 frames", tests, NULL, NULL);
}
