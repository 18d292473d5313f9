// SPDX-License-Identifier: GPL-2.0-only
/*
 * At each point of an exchange, on the air or between two turns, each thing happens that
 * can happen to sender, receiver, their tables and queues. Every token comes back once,
 * nothing is left over, and traffic goes on afterwards.
 *
 * The cases are made of three tables: what is sent, where the machine stands, what
 * happens. Clauses T1, T5.
 */
#include "air/priv.h"
#include "timed.h"

#define TID		5
#define HT7		(HW_PUT(SKUA_RATE_ENC, SKUA_ENC_HT) | HW_PUT(SKUA_RATE_IDX, 7))
#define FRAMES		40u
#define DEEP		80u	/* more than the NIC protects at a time */
#define WINDOW		128	/* of a session: an A-MPDU can have all of them */
#define TOKENS		1024u
#define TOKEN_OFF	(26 + 8)	/* in the payload, behind LLC */

/**
 * struct cell - a case
 * @t: scene
 * @name: what it is, for messages
 * @kind: what is sent
 * @out: tokens that the NIC has
 * @acked: tokens that came back as acknowledged
 * @got: tokens of frames that the receiver's host has got
 * @token: last one
 * @last: last one that was received
 * @n_out: number of @out
 * @key_gen: generation of the pairwise key
 * @pn: last packet number
 * @intact: the receiver has kept its state: what was acknowledged has arrived
 * @faults: expectations that were not met
 */
struct cell {
	struct timed *t;
	char name[120];
	const struct kind *kind;
	bool out[TOKENS];
	bool acked[TOKENS];
	bool got[TOKENS];
	uint16_t token;
	uint16_t last;
	unsigned int n_out;
	uint16_t key_gen;
	uint64_t pn;
	bool intact;
	unsigned int faults;
};

static void expect(struct cell *c, bool ok, const char *what)
{
	if (ok)
		return;
	c->faults++;
	print_error("%s: %s\n", c->name, what);
}

/* What is sent */

struct kind {
	const char *name;
	uint32_t flags;
	bool session;
	bool group;
	bool fw;
	bool lossy;	/* each third ACK, Block Ack and data frame is lost */
	uint16_t txop;
};

static const struct kind kinds[] = {
	{ .name = "single" },
	{ .name = "single, lossy", .lossy = true },
	{ .name = "RTS", .flags = SKUA_TXF_RTS },
	{ .name = "CTS-to-self", .flags = SKUA_TXF_CTS_SELF },
	{ .name = "TXOP", .txop = 100 },
	{ .name = "A-MPDU", .session = true, .flags = SKUA_TXF_AMPDU },
	{ .name = "A-MPDU, lossy", .session = true, .lossy = true,
	  .flags = SKUA_TXF_AMPDU },
	{ .name = "A-MPDU, RTS", .session = true,
	  .flags = SKUA_TXF_AMPDU | SKUA_TXF_RTS },
	{ .name = "A-MPDU, TXOP", .session = true, .txop = 47,
	  .flags = SKUA_TXF_AMPDU },
	{ .name = "group", .group = true },
	{ .name = "group, CTS-to-self", .group = true, .flags = SKUA_TXF_CTS_SELF },
	{ .name = "firmware", .fw = true },
};

static void send_frame(struct cell *c)
{
	struct host *ap = c->t->s->ap;
	struct tx tx = {
		.ring = CLS_BE, .token = ++c->token, .sta = AP_STA, .gen = AP_GEN,
		.key = KEY_SLOT, .key_gen = c->key_gen, .tid = TID,
		.flags = SKUA_TXF_QOS | SKUA_TXF_PROTECT | c->kind->flags,
	};
	uint8_t f[1000];
	unsigned int len = mk_data(f, true, TID, 300);

	if (c->kind->group) {
		len = mk_data(f, true, -1, 302);
		memcpy(f + IEEE80211_OFF_ADDR1, addr_bcast, 6);
		tx.sta = SKUA_STA_NONE;
		tx.key = SKUA_KEY_NONE;
		tx.flags = c->kind->flags;
	} else {
		tx.pn = ++c->pn;
	}
	dot11_put_le16(f + TOKEN_OFF, c->token);
	assert_true(c->token < TOKENS);
	c->out[c->token] = true;
	c->n_out++;
	host_tx(ap, &tx, f, len);
}

static void send_fw(struct cell *c)
{
	struct host *ap = c->t->s->ap;
	unsigned int len = mk_frame(ap->sram, IEEE80211_PROBE_REQ, addr_sta, addr_ap,
				    addr_ap, -1, "12345678", 8);

	if (host_read(ap, ENG_FWTX_STATUS) == 0xffffffffu)
		return;
	host_write(ap, ENG_FWTX_ADDR, ENG_SRAM_BASE);
	host_write(ap, ENG_FWTX_LEN, len);
	host_write(ap, ENG_FWTX_VIF, 0);
	host_write(ap, ENG_FWTX_FLAGS, 0);
	host_write(ap, ENG_FWTX_RATE, 0);
	host_write(ap, ENG_FWTX_GO, 1);
}

static void poll_ap(struct cell *c)
{
	if (c->t->s->ap->mac->running)
		mac_poll(c->t->s->ap->mac);
}

static void send_some(struct cell *c, unsigned int n)
{
	if (c->kind->fw)
		send_fw(c);
	for (unsigned int i = 0; i < (c->kind->fw ? 1 : n); i++) {
		send_frame(c);
		/* The NIC has to have all of them, and takes some at a time */
		if (i % 40 == 39 || i + 1 == n)
			poll_ap(c);
	}
	if (c->kind->fw)
		poll_ap(c);
}

/* What comes back */

static void take_tx(struct cell *c, const struct rec *rec)
{
	for (unsigned int i = 0; i < rec->n; i++) {
		uint32_t word = rec->status[i];
		uint16_t token = (uint16_t)HW_GET(SKUA_TXS_TOKEN, word);

		expect(c, token < TOKENS && c->out[token], "a token comes back that is not out");
		c->out[token] = false;
		c->n_out--;
		c->acked[token] = HW_GET(SKUA_TXS_STATUS, word) == SKUA_TXS_ACKED;
	}
}

static void take_rx(struct cell *c, const struct rec *rec)
{
	uint16_t token;

	if (rec->rx.tid != TID || rec->len < TOKEN_OFF + 2 ||
	    !(le32toh(rec->rx.flags) & SKUA_RXF_DECRYPTED))
		return;
	token = dot11_get_le16(rec->frame + TOKEN_OFF);
	expect(c, token < TOKENS && !c->got[token], "a frame arrives twice");
	expect(c, token > c->last, "a frame arrives out of order");
	c->got[token % TOKENS] = true;
	c->last = token;
}

static void take(struct cell *c)
{
	static struct rec rec;

	while (c->t->s->ap && host_next(c->t->s->ap, &rec))
		if (rec.type == SKUA_CPL_TX)
			take_tx(c, &rec);
	while (c->t->s->sta && host_next(c->t->s->sta, &rec))
		if (rec.type == SKUA_CPL_RX)
			take_rx(c, &rec);
}

static void pass(struct cell *c, unsigned int us)
{
	timed_run(c->t, us);
	take(c);
}

/* The link */

static void write_key(struct host *h, uint16_t sta, uint16_t gen)
{
	struct eng_sta e;

	host_tbl(h, ENG_TBL_KEY, KEY_SLOT, ENG_TBL_CLEAR, NULL, 0);
	assert_int_equal(host_key(h, KEY_SLOT, gen, sta, 0, SKUA_CIPHER_CCMP,
				  (uint8_t)gen), SKUA_ST_OK);
	e = host_get_sta(h, sta);
	e.dozing = 0;
	e.key[0].slot = htole16(KEY_SLOT);
	e.key[0].gen = htole16(gen);
	e.flags |= htole32(ENG_STAF_KEYED);
	host_sta(h, sta, &e);
}

static void rekey(struct cell *c)
{
	c->key_gen++;
	c->pn = 0;
	write_key(c->t->s->ap, AP_STA, c->key_gen);
	write_key(c->t->s->sta, STA_AP, c->key_gen);
}

static void ba(struct host *h, uint32_t index, struct eng_ba *e, enum eng_tbl_op op)
{
	assert_int_equal(host_tbl(h, ENG_TBL_BA, index * 16 + TID, op, e, sizeof(*e)),
			 SKUA_ST_OK);
}

static void session(struct cell *c, bool on)
{
	struct eng_ba tx = { .gen = htole16(AP_GEN), .set = ENG_BA_SET_TX,
			     .tx = ENG_BA_TX_HOLD };
	struct eng_ba rx = { .gen = htole16(STA_GEN), .set = ENG_BA_SET_RX, .rx = on,
			     .rx_size = htole16(WINDOW) };
	struct eng_ba now;

	if (!on) {
		tx.tx = ENG_BA_TX_OFF;
		ba(c->t->s->ap, AP_STA, &tx, ENG_TBL_WRITE);
		ba(c->t->s->sta, STA_AP, &rx, ENG_TBL_WRITE);
		return;
	}
	ba(c->t->s->ap, AP_STA, &tx, ENG_TBL_WRITE);
	for (unsigned int i = 0; ; i++) {
		ba(c->t->s->ap, AP_STA, &now, ENG_TBL_READ);
		if (!now.tx_busy)
			break;
		if (i == 200) {
			expect(c, false, "the TID does not drain");
			break;
		}
		pass(c, 1000);
	}
	rx.rx_ssn = now.tx_next;
	ba(c->t->s->sta, STA_AP, &rx, ENG_TBL_WRITE);
	tx.tx = ENG_BA_TX_ON;
	tx.tx_size = htole16(WINDOW);
	ba(c->t->s->ap, AP_STA, &tx, ENG_TBL_WRITE);
}

static void write_vif(struct host *h, uint8_t type, const uint8_t *addr)
{
	struct eng_vif e = { .freq = htole16(5180), .center1 = htole16(5180),
			     .basic_rates = htole32(0x150), .power = INT8_MAX,
			     .type = type };

	for (unsigned int i = 0; i < 8; i++)
		e.key[i].slot = htole16(SKUA_KEY_NONE);
	memcpy(e.bssid, addr_ap, 6);
	memcpy(e.addr, addr, 6);
	host_vif(h, 0, &e);
}

static void write_sta(struct host *h, uint16_t idx, uint16_t gen, const uint8_t *addr,
		      uint32_t flags)
{
	struct eng_rate r = { .rate = { htole32(HT7) }, .tries = { 7 } };
	struct eng_sta e = { .gen = htole16(gen), .flags = htole32(flags),
			     .ampdu_factor = 3, .aid = htole16(1) };

	memcpy(e.addr, addr, 6);
	for (unsigned int i = 0; i < 4; i++) {
		e.key[i].slot = htole16(SKUA_KEY_NONE);
		e.group_key[i].slot = htole16(SKUA_KEY_NONE);
	}
	host_sta(h, idx, &e);
	assert_int_equal(host_tbl(h, ENG_TBL_RATE, idx, ENG_TBL_WRITE, &r,
				  sizeof(r)), SKUA_ST_OK);
}

static const struct host_cfg ap_cfg = {
	.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE | SKUA_FEAT_AP_PS |
		    SKUA_FEAT_UAPSD | SKUA_FEAT_TX_AMPDU,
	.tx_entries = 256, .cpl_entries = 1024, .max_txq = 512,
};

static const struct host_cfg sta_cfg = {
	.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |
		    SKUA_FEAT_RX_AMPDU | SKUA_FEAT_RX_REORDER,
	.buf_entries = 128, .buf_len = 2048, .cpl_entries = 1024,
};

/* Whatever of the link is missing, is made */
static void link_up(struct cell *c)
{
	struct scene *s = c->t->s;

	if (!s->ap)
		s->ap = host_new(s->loop, s->air, "ap", &ap_cfg);
	if (!s->sta)
		s->sta = host_new(s->loop, s->air, "sta", &sta_cfg);
	host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	host_tune(s->sta, 5180, 5180, SKUA_BW_20);
	write_vif(s->ap, SKUA_VIF_AP, addr_ap);
	write_vif(s->sta, SKUA_VIF_STA, addr_sta);
	write_sta(s->ap, AP_STA, AP_GEN, addr_sta, ENG_STAF_QOS | ENG_STAF_PS_TRACK);
	write_sta(s->sta, STA_AP, STA_GEN, addr_ap, ENG_STAF_QOS);
	host_write(s->ap, ENG_MAC_RETRY, 7 | 7 << 8);
	timed_edca(s->ap, CLS_BE, 3, 15, 1023, c->kind->txop);
	rekey(c);
	session(c, c->kind->session);
}

/* Where the machine stands */

/**
 * struct point - a point of an exchange
 * @name: what it is, for messages
 * @state: state of the machine
 * @also: what else is so there; NULL for nothing
 */
struct point {
	const char *name;
	enum txop_state state;
	bool (*also)(const struct cell *c, const struct txop *op);
};

static bool begins(const struct cell *c, const struct txop *op)
{
	(void)c;
	return !op->held;
}

static bool goes_on(const struct cell *c, const struct txop *op)
{
	return !begins(c, op);
}

static bool half_built(const struct cell *c, const struct txop *op)
{
	(void)c;
	return op->ready && op->ready < op->n;
}

static bool in_sifs(const struct cell *c, const struct txop *op)
{
	(void)c;
	return air_event_is_set(&op->step);
}

static bool before_sifs(const struct cell *c, const struct txop *op)
{
	return !in_sifs(c, op);
}

static bool is_awaited(const struct cell *c, const struct txop *op)
{
	(void)c;
	return air_event_is_set(&op->timeout);
}

static bool being_given(const struct cell *c, const struct air_ppdu *p)
{
	return p->sender && air_event_is_set(&p->end) &&
	       p->end.when <= c->t->s->clock.time &&
	       (p->at_mpdu || p->at_radio != c->t->s->air->radios);
}

static bool ppdu_given(const struct cell *c, const struct txop *op)
{
	return being_given(c, &op->ppdu);
}

static const struct air_ppdu *answer(const struct cell *c)
{
	return &c->t->s->sta->mac->radio->answer.ppdu;
}

static bool answer_on_air(const struct cell *c, const struct txop *op)
{
	(void)op;
	return answer(c)->sender;
}

static bool answer_given(const struct cell *c, const struct txop *op)
{
	(void)op;
	return being_given(c, answer(c));
}

static const struct point points[] = {
	{ "access", TXOP_ACCESS, begins },
	{ "in a TXOP", TXOP_ACCESS, goes_on },
	{ "build", TXOP_BUILD, half_built },
	{ "CTS-to-self", TXOP_CTS_SELF, before_sifs },
	{ "SIFS after CTS-to-self", TXOP_CTS_SELF, in_sifs },
	{ "RTS", TXOP_RTS, NULL },
	{ "CTS awaited", TXOP_CTS, is_awaited },
	{ "SIFS after CTS", TXOP_CTS, in_sifs },
	{ "PPDU", TXOP_PPDU, NULL },
	{ "PPDU being delivered", TXOP_PPDU, ppdu_given },
	{ "answer awaited", TXOP_ANSWER, NULL },
	{ "answer on the air", TXOP_ANSWER, answer_on_air },
	{ "answer being delivered", TXOP_ANSWER, answer_given },
};

/* Some radios, and some steps, in a turn that is late from its beginning */
static void small_step(struct cell *c)
{
	struct turn *turn = loop_turn(c->t->s->loop);
	const struct air_events *ev = &c->t->s->air->ev;

	if (ev->head.next == &ev->head)
		return;
	if (ev->head.next->when > c->t->s->clock.time)
		c->t->s->clock.time = ev->head.next->when;
	turn->open = true;
	turn->began = 0;
	air_run(c->t->s->air);
	turn->open = false;
}

/* Return: false if the machine never comes there with these frames */
static bool reach(struct cell *c, const struct point *p)
{
	const struct txop *op = &c->t->s->ap->mac->tx.op;

	for (unsigned int i = 0; i < 3000; i++) {
		if (op->state == p->state && (!p->also || p->also(c, op)))
			return true;
		if (c->t->s->air->ev.head.next == &c->t->s->air->ev.head)
			return false;
		small_step(c);
		take(c);
	}
	return false;
}

/* What happens */

enum {
	LOSES_TOKENS = 1,	/* the sender forgets what it had */
	LOSES_FRAMES = 2,	/* the receiver does */
	NEW_LINK = 4,		/* stations and keys begin anew afterwards */
	LOSES_HELD = 8,		/* the receiver releases what it holds, and its window moves */
	ENDS_ALL = 16,		/* frames end, those on the air with their exchange */
	ENDS_GROUP = 32,	/* those without a station, too */
};

struct happening {
	const char *name;
	void (*begin)(struct cell *c);
	void (*end)(struct cell *c);
	unsigned int flags;
};

static void nothing(struct cell *c)
{
	(void)c;
}

static void clean(struct cell *c, struct host *h)
{
	uint32_t n = 0;

	for (unsigned int v = 0; v < MAC_VIFS; v++)
		for (unsigned int i = 0; i < TXE_CLASSES; i++)
			n += h->mac->vif[v].frames[i];
	expect(c, !n && !h->mac->tx.count, "frames are still counted");
}

static void gone(struct cell *c, struct host **h)
{
	(void)c;
	host_free(*h);
	*h = NULL;
}

static void ap_gone(struct cell *c) { gone(c, &c->t->s->ap); }
static void sta_gone(struct cell *c) { gone(c, &c->t->s->sta); }
static void ap_reset(struct cell *c) { host_reset(c->t->s->ap); clean(c, c->t->s->ap); }
static void sta_reset(struct cell *c) { host_reset(c->t->s->sta); clean(c, c->t->s->sta); }
static void ap_dies(struct cell *c) { mac_stop(c->t->s->ap->mac); }
static void sta_dies(struct cell *c) { mac_stop(c->t->s->sta->mac); }

static void ap_dead_end(struct cell *c)
{
	ap_reset(c);
	ap_gone(c);
}

static void sta_dead_end(struct cell *c)
{
	sta_reset(c);
	sta_gone(c);
}

static void ap_away(struct cell *c) { host_tune(c->t->s->ap, 5200, 5200, SKUA_BW_20); }
static void ap_back(struct cell *c) { host_tune(c->t->s->ap, 5180, 5180, SKUA_BW_20); }
static void sta_away(struct cell *c) { host_tune(c->t->s->sta, 5200, 5200, SKUA_BW_20); }
static void sta_back(struct cell *c) { host_tune(c->t->s->sta, 5180, 5180, SKUA_BW_20); }

static void ap_twice(struct cell *c)
{
	ap_away(c);
	ap_back(c);
}

static void ap_off(struct cell *c) { host_write(c->t->s->ap, ENG_MAC_ENABLE, 0); }
static void ap_on(struct cell *c) { host_write(c->t->s->ap, ENG_MAC_ENABLE, 1); }
static void sta_off(struct cell *c) { host_write(c->t->s->sta, ENG_MAC_ENABLE, 0); }
static void sta_on(struct cell *c) { host_write(c->t->s->sta, ENG_MAC_ENABLE, 1); }

static struct mac_sta *peer(struct cell *c)
{
	return mac_sta_get(c->t->s->ap->mac, AP_STA, AP_GEN);
}

static void doze(struct cell *c)
{
	txq_sta_doze(c->t->s->ap->mac, peer(c), true);
}

static void wake(struct cell *c)
{
	txq_sta_doze(c->t->s->ap->mac, peer(c), false);
}

static void doze_and_release(struct cell *c)
{
	doze(c);
	host_write(c->t->s->ap, ENG_TXQ_STA, AP_STA | AP_GEN << 16);
	host_write(c->t->s->ap, ENG_TXQ_RELEASE, 1u << TID | 3 << 16);
}

static void release_and_wake(struct cell *c)
{
	doze_and_release(c);
	mac_poll(c->t->s->ap->mac);
	wake(c);
}

static void clear(struct cell *c, enum eng_tbl tbl, uint32_t index)
{
	enum skua_status status;

	do
		status = host_tbl(c->t->s->ap, tbl, index, ENG_TBL_CLEAR, NULL, 0);
	while ((uint32_t)status == ENG_AGAIN);
	assert_int_equal(status, SKUA_ST_OK);
}

static void no_sta(struct cell *c) { clear(c, ENG_TBL_STA, AP_STA); }
static void no_vif(struct cell *c) { clear(c, ENG_TBL_VIF, 0); }
static void no_key(struct cell *c) { clear(c, ENG_TBL_KEY, KEY_SLOT); }

static void new_sta(struct cell *c)
{
	no_sta(c);
	write_sta(c->t->s->ap, AP_STA, AP_GEN + 1, addr_sta, ENG_STAF_QOS);
}

static void no_new_sta(struct cell *c) { no_sta(c); }

static void new_vif(struct cell *c)
{
	no_vif(c);
	write_vif(c->t->s->ap, SKUA_VIF_AP, addr_ap);
}

static void sta_no_peer(struct cell *c)
{
	assert_int_equal(host_tbl(c->t->s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_CLEAR,
				  NULL, 0), SKUA_ST_OK);
}

static void drop(struct cell *c, uint32_t sta)
{
	host_write(c->t->s->ap, ENG_TXQ_VIF, SKUA_VIF_NONE);
	host_write(c->t->s->ap, ENG_TXQ_STA, sta);
	host_write(c->t->s->ap, ENG_TXQ_ACS, 0x1f);
	host_write(c->t->s->ap, ENG_TXQ_DROP, 1);
}

static void drop_all(struct cell *c) { drop(c, SKUA_STA_NONE); }
static void drop_sta(struct cell *c) { drop(c, AP_STA | AP_GEN << 16); }

static void ba_tx(struct cell *c, enum eng_ba_tx tx)
{
	struct eng_ba e = { .gen = htole16(AP_GEN), .set = ENG_BA_SET_TX,
			    .tx = (uint8_t)tx };

	ba(c->t->s->ap, AP_STA, &e, ENG_TBL_WRITE);
}

static void ba_hold(struct cell *c) { ba_tx(c, ENG_BA_TX_HOLD); }
static void ba_off(struct cell *c) { ba_tx(c, ENG_BA_TX_OFF); }
static void ba_flush(struct cell *c) { ba_tx(c, ENG_BA_TX_FLUSH); }
static void ba_again(struct cell *c) { session(c, c->kind->session); }

static const struct happening happenings[] = {
	{ "nothing", nothing, nothing, 0 },
	{ "sender leaves", ap_gone, nothing, LOSES_TOKENS | NEW_LINK },
	{ "sender is reset", ap_reset, ap_gone, LOSES_TOKENS | NEW_LINK },
	{ "sender dies", ap_dies, ap_dead_end, LOSES_TOKENS | NEW_LINK },
	{ "sender tunes away", ap_away, ap_back, 0 },
	{ "sender tunes away and back at once", ap_twice, nothing, 0 },
	{ "sender's radio is off", ap_off, ap_on, 0 },
	{ "receiver leaves", sta_gone, nothing, LOSES_FRAMES | NEW_LINK },
	{ "receiver is reset", sta_reset, sta_gone, LOSES_FRAMES | NEW_LINK },
	{ "receiver dies", sta_dies, sta_dead_end, LOSES_FRAMES | NEW_LINK },
	{ "receiver tunes away", sta_away, sta_back, LOSES_HELD },
	{ "receiver's radio is off", sta_off, sta_on, 0 },
	{ "receiver loses its peer", sta_no_peer, nothing, LOSES_FRAMES | NEW_LINK },
	{ "receiver falls asleep", doze, wake, 0 },
	{ "receiver falls asleep, frames are released", doze_and_release, wake, 0 },
	{ "frames are released, receiver wakes up", release_and_wake, nothing, 0 },
	{ "station is removed", no_sta, nothing, NEW_LINK | ENDS_ALL },
	{ "station is replaced", new_sta, no_new_sta, NEW_LINK | ENDS_ALL },
	{ "interface is removed", no_vif, nothing, NEW_LINK | ENDS_ALL | ENDS_GROUP },
	{ "interface is replaced", new_vif, nothing, NEW_LINK | ENDS_ALL | ENDS_GROUP },
	{ "key is removed", no_key, nothing, NEW_LINK },
	{ "key is replaced", rekey, nothing, LOSES_FRAMES },
	{ "all are dropped", drop_all, nothing, ENDS_ALL | ENDS_GROUP },
	{ "those of the station are dropped", drop_sta, nothing, ENDS_ALL },
	{ "TID is held", ba_hold, ba_again, 0 },
	{ "session ends", ba_off, ba_again, 0 },
	{ "session is flushed", ba_flush, ba_again, 0 },
};

/* The judgement */

static void all_back(struct cell *c)
{
	struct host *ap = c->t->s->ap;
	const struct mac_sta *sta = peer(c);
	uint32_t n = 0;

	take(c);
	expect(c, !c->n_out, "tokens are missing");
	clean(c, ap);
	for (unsigned int i = 0; sta && i < TXE_CLASSES; i++)
		n += sta->frames[i];
	expect(c, !n, "frames of the station are still counted");
	expect(c, ap->mac->tx.op.state == TXOP_IDLE && !ap->mac->tx.op.n,
	       "the machine has not come to rest");
	expect(c, host_read(ap, ENG_FWTX_STATUS) != 0xffffffffu,
	       "the firmware's frame has not ended");
	expect(c, !c->t->s->sta->mac->c.rx_replay, "frames arrive with an older PN");
	for (unsigned int i = 0; c->intact && i < TOKENS; i++)
		expect(c, !c->acked[i] || c->got[i], "an acknowledged frame is missing");
}

static unsigned int data_ppdus(const struct cell *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->t->m.n; i++)
		n += dot11_fc_is_data(dot11_fc(c->t->m.signal[i].head));
	return n;
}

static void forget_tokens(struct cell *c)
{
	memset(c->out, 0, sizeof(c->out));
	c->n_out = 0;
}

static void lose_answers(struct cell *c)
{
	static const int kind[][2] = { { 1, 13 }, { 1, 9 }, { 2, 8 } };

	for (unsigned int i = 0; c->kind->lossy && i < ARRAY_SIZE(kind); i++) {
		struct air_loss l = { .match_type = kind[i][0],
				      .match_subtype = kind[i][1],
				      .nth = 1, .count = 1, .every = 3 };

		assert_true(air_lose(c->t->s->air, &l) >= 0);
	}
}

static void go_on(struct cell *c)
{
	uint16_t first = c->token + 1;

	air_lose_clear(c->t->s->air);
	timed_settle(c->t);
	all_back(c);
	send_some(c, 20);
	timed_settle(c->t);
	all_back(c);
	for (uint16_t i = first; !c->kind->group && i <= c->token; i++)
		expect(c, c->acked[i], "a later frame was not acknowledged");
}

/* Return: false if there is no such case */
static bool run_cell(const struct kind *kind, const struct point *p,
		     const struct happening *h, unsigned int *faults)
{
	struct cell *c = calloc(1, sizeof(*c));
	bool there;

	assert_non_null(c);
	c->kind = kind;
	c->intact = !(h->flags & LOSES_FRAMES) && !kind->group &&
		    !(kind->session && (h->flags & LOSES_HELD));
	snprintf(c->name, sizeof(c->name), "%s: %s: %s", kind->name, p->name, h->name);
	c->t = timed_new(NULL);
	gone(c, &c->t->s->ap);
	gone(c, &c->t->s->sta);
	link_up(c);
	lose_answers(c);
	send_some(c, p->state == TXOP_BUILD ? DEEP : FRAMES);
	there = reach(c, p);
	if (there) {
		unsigned int most = data_ppdus(c);

		h->begin(c);
		if (h->flags & LOSES_TOKENS)
			forget_tokens(c);
		take(c);
		pass(c, 3000);
		expect(c, !(h->flags & (kind->group ? ENDS_GROUP : ENDS_ALL)) ||
		       data_ppdus(c) <= most, "a frame that ends is sent");
		h->end(c);
		if (h->flags & LOSES_FRAMES)
			memset(c->acked, 0, sizeof(c->acked));
		if (h->flags & NEW_LINK)
			link_up(c);
		go_on(c);
	}
	*faults += c->faults;
	timed_free(c->t);
	free(c);
	return there;
}

/* All that can happen at a point. Return: number of cases; CELL=WORDS chooses some */
static unsigned int run_row(const struct kind *kind, const struct point *p,
			    unsigned int *faults)
{
	const char *only = getenv("CELL");
	unsigned int cells = 0;
	char name[120];

	for (unsigned int h = 0; h < ARRAY_SIZE(happenings); h++) {
		snprintf(name, sizeof(name), "%s: %s: %s", kind->name, p->name,
			 happenings[h].name);
		if (only && !strstr(name, only))
			continue;
		if (!run_cell(kind, p, &happenings[h], faults))
			break;
		cells++;
	}
	return cells;
}

static void test_matrix(void **state)
{
	unsigned int faults = 0, cells = 0, n;
	bool reached[ARRAY_SIZE(points)] = { false };

	(void)state;
	for (unsigned int k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (unsigned int p = 0; p < ARRAY_SIZE(points); p++) {
			n = run_row(&kinds[k], &points[p], &faults);
			reached[p] |= n != 0;
			cells += n;
		}
	}
	print_message("%u cases\n", cells);
	for (unsigned int p = 0; !getenv("CELL") && p < ARRAY_SIZE(points); p++)
		if (!reached[p])
			fail_msg("no frames come to \"%s\"", points[p].name);
	assert_int_equal(faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
	};

	return cmocka_run_group_tests_name("states of an exchange", tests, NULL, NULL);
}
