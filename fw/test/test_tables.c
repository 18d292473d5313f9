// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces, channel contexts, stations, keys: handles, generations, limits,
 * and the entries that reach the engines
 */
#include "fake.h"

static int setup(void **state)
{
	(void)state;
	fake_boot();
	return 0;
}

/* ------------------------------------------------------------------ */

static void vif_life(void **state)
{
	struct skua_cmd_vif p = fake_vif_cmd(3, SKUA_VIF_AP, SKUA_VIFF_QOS);

	(void)state;
	p.mgmt_rate = 60;
	p.mcast_rate = 110;
	p.aid = 7;
	p.power = 9;
	assert_int_equal(fake_cmd(SKUA_CMD_VIF_UPDATE, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	assert_ok(fake_cmd(SKUA_CMD_VIF_ADD, &p, sizeof(p)));
	assert_int_equal(fake_cmd(SKUA_CMD_VIF_ADD, &p, sizeof(p)), SKUA_ST_EXISTS);
	assert_true(fake.vif_valid[3]);
	assert_int_equal(fake.vif[3].type, SKUA_VIF_AP);
	assert_int_equal(fake.vif[3].flags, SKUA_VIFF_QOS);
	assert_int_equal(fake.vif[3].aid, 7);
	assert_int_equal(fake.vif[3].power, 9);
	assert_int_equal(fake.vif[3].freq, 0);
	assert_int_equal(fake.vif[3].basic_rates, 0x150);
	assert_int_equal(fake.vif[3].mgmt_rate, 60);
	assert_int_equal(fake.vif[3].mcast_rate, 110);
	assert_memory_equal(fake.vif[3].addr, p.addr, 6);
	assert_memory_equal(fake.vif[3].bssid, p.bssid, 6);
	for (u32 i = 0; i < 8; i++)
		assert_int_equal(fake.vif[3].key[i].slot, SKUA_KEY_NONE);
	assert_int_equal(fake.vif[3].def_key.slot, SKUA_KEY_NONE);

	p.flags = SKUA_VIFF_CTS_PROT;
	p.power = -3;
	p.bssid[5] = 0x77;
	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &p, sizeof(p)));
	assert_int_equal(fake.vif[3].flags, SKUA_VIFF_CTS_PROT);
	assert_int_equal(fake.vif[3].bssid[5], 0x77);
	assert_int_equal(fake.vif[3].power, -3);
	p.type = SKUA_VIF_STA;
	assert_int_equal(fake_cmd(SKUA_CMD_VIF_UPDATE, &p, sizeof(p)), SKUA_ST_STATE);

	assert_ok(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 3));
	assert_false(fake.vif_valid[3]);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 3), SKUA_ST_NO_ENTRY);
}

static u16 vif_with(void (*spoil)(struct skua_cmd_vif *p))
{
	struct skua_cmd_vif p = fake_vif_cmd(0, SKUA_VIF_STA, 0);

	spoil(&p);
	return fake_cmd(SKUA_CMD_VIF_ADD, &p, sizeof(p));
}

static void good_vif(struct skua_cmd_vif *p) { (void)p; }
static void bad_vif(struct skua_cmd_vif *p) { p->vif = FAKE_VIFS; }
static void bad_type(struct skua_cmd_vif *p) { p->type = SKUA_VIF_OCB + 1; }
static void bad_link(struct skua_cmd_vif *p) { p->link = 1; }
static void bad_flags(struct skua_cmd_vif *p) { p->flags = BIT(8); }
static void bad_addr(struct skua_cmd_vif *p) { p->addr[0] = 3; }
static void no_addr(struct skua_cmd_vif *p) { memset(p->addr, 0, 6); }
static void bad_aid(struct skua_cmd_vif *p) { p->aid = SKUA_MAX_AID + 1; }
static void bad_basic(struct skua_cmd_vif *p) { p->basic_rates = BIT(12); }
static void bad_rate(struct skua_cmd_vif *p) { p->mgmt_rate = 61; }
static void bad_mcast(struct skua_cmd_vif *p) { p->mcast_rate = ~0u; }

/* V2 */
static void vif_fields(void **state)
{
	(void)state;
	assert_int_equal(vif_with(bad_vif), SKUA_ST_INVALID);
	assert_int_equal(vif_with(bad_type), SKUA_ST_INVALID);
	assert_int_equal(vif_with(bad_link), SKUA_ST_UNSUPPORTED);
	assert_int_equal(vif_with(bad_flags), SKUA_ST_INVALID);
	assert_int_equal(vif_with(bad_addr), SKUA_ST_INVALID);
	assert_int_equal(vif_with(no_addr), SKUA_ST_INVALID);
	assert_int_equal(vif_with(bad_aid), SKUA_ST_INVALID);
	assert_int_equal(vif_with(bad_basic), SKUA_ST_INVALID);
	assert_int_equal(vif_with(bad_rate), SKUA_ST_INVALID);
	assert_int_equal(vif_with(bad_mcast), SKUA_ST_INVALID);
	assert_false(fake.vif_valid[0]);
	/* All handles up to the limit work; the engine's refusal is passed on. */
	for (u8 i = 0; i < FAKE_VIFS; i++)
		fake_vif(i, SKUA_VIF_STA, 0);
	assert_ok(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 0));
	fake.refuse_tbl = SKUA_ST_NO_SPACE;
	assert_int_equal(vif_with(good_vif), SKUA_ST_NO_SPACE);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 0), SKUA_ST_NO_ENTRY);
}

/* An update must not undo the TSF that the engine learnt from beacons. */
static void vif_keeps_tsf(void **state)
{
	struct skua_cmd_vif p = fake_vif_cmd(1, SKUA_VIF_STA, SKUA_VIFF_ASSOC);

	(void)state;
	fake_vif(1, SKUA_VIF_STA, 0);
	fake.vif[1].tsf_offset = 0x123456789aull;
	fake.vif[1].last_beacon = 4711;
	p.sync_tsf = 1;
	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &p, sizeof(p)));
	assert_true(fake.vif[1].tsf_offset == 0x123456789aull);
	assert_int_equal(fake.vif[1].last_beacon, 4711);

	/* Before the first beacon the host's values count. */
	fake.vif[1].last_beacon = 0;
	p.sync_tsf = 5000000000ull;
	p.sync_device_ts = (u32)fake.time - 1000;
	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &p, sizeof(p)));
	assert_true(fake.vif[1].tsf_offset == 5000000000ull - (fake.time - 1000));
}

/* V3: stations, keys and beacons go with their interface, and only with it. */
static void vif_remove_all(void **state)
{
	struct skua_cmd_key key = fake_key_cmd(5, 1, 0);
	struct skua_cmd_key pair = fake_key_cmd(6, 9, 0);

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_vif(1, SKUA_VIF_AP, 0);
	fake_sta(10, 1, 0);
	fake_sta(11, 1, 1);
	pair.sta = 10;
	pair.sta_gen = 1;
	pair.flags = SKUA_KEYF_PAIRWISE;
	assert_ok(fake_cmd(SKUA_CMD_KEY_SET, &key, sizeof(key)));
	assert_ok(fake_cmd(SKUA_CMD_KEY_SET, &pair, sizeof(pair)));
	fake_beacon(0, 100);
	fake_beacon(1, 100);
	assert_ok(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 0));
	assert_false(fake.vif_valid[0] || fake.sta_valid[10] || fake.beacon_valid[0]);
	assert_false(fake.key_valid[5] || fake.key_valid[6]);
	assert_true(fake.vif_valid[1] && fake.sta_valid[11] && fake.beacon_valid[1]);
	/* The frames of the interface, and those of the station */
	assert_int_equal(fake.n_drop, 2);
	assert_int_equal(fake_inbands(SKUA_INB_KEY_RETIRED), 2);
	/* The next interface with this handle begins anew. */
	fake_chan(1, 0, 5180, 5180, SKUA_BW_20);
	assert_ok(fake_cmd_u32(SKUA_CMD_VIF_REMOVE, 1));
	fake_vif(1, SKUA_VIF_STA, 0);
	assert_int_equal(fake.vif[1].freq, 0);
	assert_int_equal(fake.vif[1].key[0].slot, SKUA_KEY_NONE);
}

/* ------------------------------------------------------------------ */

static u16 chan_set(u8 ctx, u16 freq, u16 center1, u8 bw)
{
	struct skua_cmd_chanctx p = {
		.ctx = ctx,
		.chan = { .freq = freq, .center1 = center1, .bw = bw, .power = 30 },
	};

	return fake_cmd(SKUA_CMD_CHANCTX_SET, &p, sizeof(p));
}

static u16 chan_use(u8 vif, u8 ctx)
{
	struct skua_cmd_vif_chanctx p = { .vif = vif, .ctx = ctx };

	return fake_cmd(SKUA_CMD_VIF_CHANCTX, &p, sizeof(p));
}

static void chan_fields(void **state)
{
	static const struct {
		u16 freq;
		u16 center1;
		u8 bw;
		u16 status;
	} t[] = {
		{ 2412, 2412, SKUA_BW_20, SKUA_ST_OK },
		{ 2484, 2484, SKUA_BW_20, SKUA_ST_OK },
		{ 2412, 2422, SKUA_BW_40, SKUA_ST_OK },
		{ 2432, 2422, SKUA_BW_40, SKUA_ST_OK },
		{ 5180, 5210, SKUA_BW_80, SKUA_ST_OK },
		{ 5240, 5210, SKUA_BW_80, SKUA_ST_OK },
		{ 5180, 5250, SKUA_BW_160, SKUA_ST_OK },
		{ 5320, 5250, SKUA_BW_160, SKUA_ST_OK },
		{ 5955, 5955, SKUA_BW_20, SKUA_ST_OK },
		{ 7115, 7115, SKUA_BW_20, SKUA_ST_OK },
		{ 2412, 2417, SKUA_BW_20, SKUA_ST_INVALID },
		{ 2412, 2412, SKUA_BW_40, SKUA_ST_INVALID },
		{ 2412, 2442, SKUA_BW_40, SKUA_ST_INVALID },
		{ 5180, 5250, SKUA_BW_80, SKUA_ST_INVALID },
		{ 5180, 5200, SKUA_BW_80, SKUA_ST_INVALID },
		{ 5955, 6105, SKUA_BW_320, SKUA_ST_INVALID },	/* radio: 160 */
		{ 0, 0, SKUA_BW_20, SKUA_ST_INVALID },
		{ 3000, 3000, SKUA_BW_20, SKUA_ST_INVALID },
		{ 7200, 7200, SKUA_BW_20, SKUA_ST_INVALID },
		{ 0xffff, 0xffff, 0xff, SKUA_ST_INVALID },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(chan_set(0, t[i].freq, t[i].center1, t[i].bw), t[i].status);
	assert_int_equal(chan_set(SKUA_MAX_CHANCTX, 2412, 2412, 0), SKUA_ST_INVALID);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_CHANCTX_REMOVE, SKUA_MAX_CHANCTX),
			 SKUA_ST_NO_ENTRY);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_CHANCTX_REMOVE, 5), SKUA_ST_NO_ENTRY);
}

static void chan_one_at_a_time(void **state)
{
	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	fake_vif(1, SKUA_VIF_AP, 0);
	assert_ok(chan_set(0, 5180, 5210, SKUA_BW_80));
	assert_ok(chan_set(1, 2412, 2412, SKUA_BW_20));
	assert_int_equal(chan_use(2, 0), SKUA_ST_NO_ENTRY);
	assert_int_equal(chan_use(0, 2), SKUA_ST_NO_ENTRY);
	assert_int_equal(chan_use(0, SKUA_MAX_CHANCTX), SKUA_ST_NO_ENTRY);
	assert_ok(chan_use(0, 0));
	assert_int_equal(fake.vif[0].freq, 5180);
	assert_int_equal(fake.vif[0].center1, 5210);
	assert_int_equal(fake.vif[0].bw, SKUA_BW_80);

	assert_int_equal(chan_use(1, 1), SKUA_ST_BUSY);
	assert_int_equal(fake.vif[1].freq, 0);
	assert_ok(chan_use(1, 0));
	assert_int_equal(fake.vif[1].freq, 5180);
	/* One interface alone cannot change the channel; both can change it together. */
	assert_int_equal(chan_use(1, 1), SKUA_ST_BUSY);
	assert_ok(chan_set(0, 5745, 5745, SKUA_BW_20));
	assert_int_equal(fake.vif[0].freq, 5745);
	assert_int_equal(fake.vif[1].freq, 5745);

	assert_int_equal(fake_cmd_u32(SKUA_CMD_CHANCTX_REMOVE, 0), SKUA_ST_BUSY);
	assert_ok(chan_use(0, SKUA_CHANCTX_NONE));
	assert_int_equal(fake.vif[0].freq, 0);
	assert_ok(chan_use(1, 1));
	assert_ok(fake_cmd_u32(SKUA_CMD_CHANCTX_REMOVE, 0));
	/* A context of its own on the same channel is not another channel. */
	assert_ok(chan_set(4, 2412, 2412, SKUA_BW_20));
	assert_ok(chan_use(0, 4));
	assert_int_equal(chan_set(4, 2437, 2437, SKUA_BW_20), SKUA_ST_BUSY);
}

static const struct fake_tune *last_tune(void)
{
	return &fake.tune[fake.n_tune - 1];
}

static void chan_tunes(void **state)
{
	(void)state;
	assert_int_equal(last_tune()->freq, 0);
	fake_vif(0, SKUA_VIF_STA, 0);
	fake_chan(0, 0, 5180, 5190, SKUA_BW_40);
	assert_int_equal(last_tune()->freq, 0);	/* not started */
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	assert_int_equal(last_tune()->freq, 5180);
	assert_int_equal(last_tune()->center1, 5190);
	assert_int_equal(last_tune()->bw, SKUA_BW_40);
	assert_int_equal(last_tune()->power, 15);

	/* The lowest limit of channel, radio and host applies. */
	assert_ok(fake_cmd_u32(SKUA_CMD_TXPOWER, 7));
	assert_int_equal(last_tune()->power, 7);
	assert_ok(fake_cmd_u32(SKUA_CMD_TXPOWER, 30));
	assert_int_equal(last_tune()->power, 15);
	assert_ok(chan_set(0, 5180, 5190, SKUA_BW_40));
	assert_int_equal(last_tune()->power, 20);
	assert_ok(fake_cmd_u32(SKUA_CMD_TXPOWER, (u32)-5));
	assert_int_equal(last_tune()->power, -5);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_TXPOWER, 101), SKUA_ST_INVALID);
	assert_ok(fake_cmd_u32(SKUA_CMD_TXPOWER, 100));

	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	assert_int_equal(last_tune()->freq, 0);
}

/* ------------------------------------------------------------------ */

static void sta_that_sleeps_already(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(4, 7, 0);

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	p.flags = SKUA_STAF_ASLEEP;
	assert_ok(fake_cmd(SKUA_CMD_STA_ADD, &p, sizeof(p)));
	assert_int_equal(fake.sta[4].flags, ENG_STAF_PS_TRACK | ENG_STAF_ASLEEP);
}

static void sta_life(void **state)
{
	struct skua_cmd_sta p = fake_sta_cmd(4, 7, 0);
	struct skua_cmd_sta_ref ref = { .sta = 4, .gen = 6 };

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	p.flags = SKUA_STAF_QOS | SKUA_STAF_MFP | SKUA_STAF_KEYED | SKUA_STAF_SPP_AMSDU |
		  SKUA_STAF_DECAP | SKUA_STAF_4ADDR;
	p.uapsd_queues = 0xf;
	assert_ok(fake_cmd(SKUA_CMD_STA_ADD, &p, sizeof(p)));
	assert_int_equal(fake_cmd(SKUA_CMD_STA_ADD, &p, sizeof(p)), SKUA_ST_EXISTS);
	assert_int_equal(fake.sta[4].gen, 7);
	assert_int_equal(fake.sta[4].aid, 5);
	assert_int_equal(fake.sta[4].uapsd_queues, 0xf);
	assert_memory_equal(fake.sta[4].addr, p.addr, 6);
	assert_int_equal(fake.sta[4].flags,
			 ENG_STAF_QOS | ENG_STAF_MFP | ENG_STAF_KEYED |
			 ENG_STAF_SPP_AMSDU | ENG_STAF_DECAP | ENG_STAF_4ADDR |
			 ENG_STAF_PS_TRACK);
	for (u32 i = 0; i < 4; i++) {
		assert_int_equal(fake.sta[4].key[i].slot, SKUA_KEY_NONE);
		assert_int_equal(fake.sta[4].group_key[i].slot, SKUA_KEY_NONE);
	}

	p.gen = 8;
	assert_int_equal(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)), SKUA_ST_STALE);
	/* Only of a new station the host knows better whether it sleeps. */
	p.gen = 7;
	p.flags = SKUA_STAF_ASLEEP;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(fake.sta[4].flags, ENG_STAF_PS_TRACK);
	p.gen = 7;
	p.flags = SKUA_STAF_AUTHORIZED;
	assert_ok(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)));
	assert_int_equal(fake.sta[4].flags, ENG_STAF_PS_TRACK);
	p.addr[3] = 9;
	assert_int_equal(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)), SKUA_ST_INVALID);

	assert_int_equal(fake_cmd(SKUA_CMD_STA_REMOVE, &ref, sizeof(ref)), SKUA_ST_STALE);
	assert_int_equal(fake_cmd(SKUA_CMD_STA_STATS, &ref, sizeof(ref)), SKUA_ST_STALE);
	ref.gen = 7;
	fake_forget();
	assert_ok(fake_cmd(SKUA_CMD_STA_REMOVE, &ref, sizeof(ref)));
	/* Its queue first, then the entry */
	assert_int_equal(fake.n_drop, 1);
	assert_int_equal(fake.drop_vif, 0);
	assert_int_equal(fake.drop_sta, 4 | 7 << 16);
	assert_false(fake.sta_valid[4] || fake.rate_valid[4]);
	assert_int_equal(fake_cmd(SKUA_CMD_STA_REMOVE, &ref, sizeof(ref)), SKUA_ST_NO_ENTRY);
	assert_int_equal(fake_cmd(SKUA_CMD_STA_UPDATE, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
}

static u16 sta_with(void (*spoil)(struct skua_cmd_sta *p))
{
	struct skua_cmd_sta p = fake_sta_cmd(0, 1, 0);

	spoil(&p);
	return fake_cmd(SKUA_CMD_STA_ADD, &p, sizeof(p));
}

static void bad_sta(struct skua_cmd_sta *p) { p->sta = FAKE_STAS; }
static void bad_sta_none(struct skua_cmd_sta *p) { p->sta = SKUA_STA_NONE; }
static void bad_sta_vif(struct skua_cmd_sta *p) { p->vif = 1; }
static void bad_sta_link(struct skua_cmd_sta *p) { p->link = 1; }
static void bad_sta_flags(struct skua_cmd_sta *p) { p->flags = BIT(16); }
static void bad_sta_aid(struct skua_cmd_sta *p) { p->aid = 2008; }
static void bad_sta_addr(struct skua_cmd_sta *p) { memset(p->addr, 0xff, 6); }
static void bad_sta_bw(struct skua_cmd_sta *p) { p->bw = SKUA_BW_320 + 1; }
static void bad_sta_uapsd(struct skua_cmd_sta *p) { p->uapsd_queues = 0x10; }
static void bad_sta_rate(struct skua_cmd_sta *p) { p->fixed_rate = 1; }

static void sta_fields(void **state)
{
	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	assert_int_equal(sta_with(bad_sta), SKUA_ST_INVALID);
	assert_int_equal(sta_with(bad_sta_none), SKUA_ST_INVALID);
	assert_int_equal(sta_with(bad_sta_vif), SKUA_ST_NO_ENTRY);
	assert_int_equal(sta_with(bad_sta_link), SKUA_ST_UNSUPPORTED);
	assert_int_equal(sta_with(bad_sta_flags), SKUA_ST_INVALID);
	assert_int_equal(sta_with(bad_sta_aid), SKUA_ST_INVALID);
	assert_int_equal(sta_with(bad_sta_addr), SKUA_ST_INVALID);
	assert_int_equal(sta_with(bad_sta_bw), SKUA_ST_INVALID);
	assert_int_equal(sta_with(bad_sta_uapsd), SKUA_ST_INVALID);
	assert_int_equal(sta_with(bad_sta_rate), SKUA_ST_INVALID);
	for (u16 i = 0; i < FAKE_STAS; i++)
		fake_sta(i, i, 0);
	/* Only an access point follows power save. */
	assert_int_equal(fake.sta[0].flags, ENG_STAF_QOS);
}

static void sta_stats(void **state)
{
	struct skua_cmd_sta_ref ref = { .sta = 1, .gen = 1 };
	struct skua_sta_stats st;
	const void *ans;
	u16 len;

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_sta(1, 1, 0);
	fake.stats[1].stats.tx_packets = 77;
	fake.stats[1].stats.rx_bytes = 1ull << 40;
	assert_ok(fake_cmd(SKUA_CMD_STA_STATS, &ref, sizeof(ref)));
	ans = fake_ans(&len);
	assert_int_equal(len, sizeof(st));
	memcpy(&st, ans, sizeof(st));
	assert_int_equal(st.tx_packets, 77);
	assert_true(st.rx_bytes == 1ull << 40);
}

/* ------------------------------------------------------------------ */

static u16 key_set(const struct skua_cmd_key *p)
{
	return fake_cmd(SKUA_CMD_KEY_SET, p, sizeof(*p));
}

static u16 key_del(u16 slot, u16 gen, u8 vif)
{
	struct skua_cmd_key_ref ref = { .slot = slot, .gen = gen, .vif = vif };

	return fake_cmd(SKUA_CMD_KEY_DEL, &ref, sizeof(ref));
}

/* K1, K7 */
static void key_life(void **state)
{
	struct skua_cmd_key p = fake_key_cmd(9, 3, 0);

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_sta(2, 5, 0);
	p.sta = 2;
	p.sta_gen = 5;
	p.flags = SKUA_KEYF_PAIRWISE;
	p.keyidx = 1;
	p.rx_pn[3][0] = 0x42;
	p.tx_lease[5] = 0x17;
	p.lease_len = 65536;
	assert_ok(key_set(&p));
	assert_true(fake.key_valid[9]);
	assert_int_equal(fake.key[9].gen, 3);
	assert_int_equal(fake.key[9].sta, 2);
	assert_int_equal(fake.key[9].cipher, 0x000fac04);
	assert_int_equal(fake.key[9].flags, SKUA_KEYF_PAIRWISE);
	assert_int_equal(fake.key[9].keyidx, 1);
	assert_int_equal(fake.key[9].vif, 0);
	assert_int_equal(fake.key[9].key_len, 16);
	assert_memory_equal(fake.key[9].key, p.key, sizeof(p.key));
	assert_memory_equal(fake.key[9].rx_pn, p.rx_pn, sizeof(p.rx_pn));
	assert_int_equal(fake.key[9].tx_lease[5], 0x17);
	assert_int_equal(fake.key[9].lease_len, 65536);
	assert_int_equal(fake.sta[2].key[1].slot, 9);
	assert_int_equal(fake.sta[2].key[1].gen, 3);
	assert_int_equal(fake.sta[2].key[0].slot, SKUA_KEY_NONE);
	assert_int_equal(fake.sta[2].group_key[1].slot, SKUA_KEY_NONE);

	assert_int_equal(key_set(&p), SKUA_ST_EXISTS);
	assert_int_equal(key_del(9, 2, 0), SKUA_ST_STALE);
	assert_int_equal(key_del(8, 3, 0), SKUA_ST_NO_ENTRY);
	assert_int_equal(key_del(9, 3, 1), SKUA_ST_INVALID);
	assert_int_equal(key_del(FAKE_KEYS, 3, 0), SKUA_ST_NO_ENTRY);
	assert_int_equal(fake_inbands(SKUA_INB_KEY_RETIRED), 0);

	assert_ok(key_del(9, 3, 0));
	assert_false(fake.key_valid[9]);
	assert_int_equal(fake.sta[2].key[1].slot, SKUA_KEY_NONE);
	assert_int_equal(fake_inbands(SKUA_INB_KEY_RETIRED), 1);
	assert_int_equal(fake_inband_last(SKUA_INB_KEY_RETIRED)->arg, 9 | 3 << 16);
	assert_int_equal(fake_inband_last(SKUA_INB_KEY_RETIRED)->sta, 2);
	assert_int_equal(fake_inband_last(SKUA_INB_KEY_RETIRED)->gen, 5);
	assert_int_equal(key_del(9, 3, 0), SKUA_ST_NO_ENTRY);
	/* The slot is used again, with the next generation. */
	p.gen = 4;
	assert_ok(key_set(&p));
	assert_int_equal(fake.sta[2].key[1].gen, 4);
}

/* K10: a phase 1 key goes to the engine unchanged, if its key exists. */
static void key_phase1(void **state)
{
	struct skua_cmd_key a = fake_key_cmd(1, 7, 0);
	struct skua_cmd_tkip_phase1 p = {
		.slot = 1, .gen = 7, .iv32 = 0x01020304,
		.p1k = { 1, 2, 3, 4, 0xfffe },
	};

	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_TKIP_PHASE1, &p, sizeof(p)),
			 SKUA_ST_NO_ENTRY);
	a.cipher = 0x000fac02;
	assert_ok(key_set(&a));
	assert_ok(fake_cmd(SKUA_CMD_KEY_TKIP_PHASE1, &p, sizeof(p)));
	assert_int_equal(fake.p1[1].gen, 7);
	assert_int_equal(fake.p1[1].iv32, 0x01020304);
	assert_memory_equal(fake.p1[1].p1k, p.p1k, sizeof(p.p1k));
	p.gen = 6;
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_TKIP_PHASE1, &p, sizeof(p)), SKUA_ST_STALE);
	p.slot = FAKE_KEYS;
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_TKIP_PHASE1, &p, sizeof(p)),
			 SKUA_ST_NO_ENTRY);
	assert_int_equal(fake.p1[1].gen, 7);
}

/* K15: the new key replaces the old one's place; deleting the old leaves it there. */
static void key_rekey(void **state)
{
	struct skua_cmd_key a = fake_key_cmd(1, 1, 0);
	struct skua_cmd_key b = fake_key_cmd(2, 1, 0);

	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	a.keyidx = 2;
	b.keyidx = 2;
	assert_ok(key_set(&a));
	assert_int_equal(fake.vif[0].key[2].slot, 1);
	assert_ok(key_set(&b));
	assert_int_equal(fake.vif[0].key[2].slot, 2);
	assert_ok(key_del(1, 1, 0));
	assert_int_equal(fake.vif[0].key[2].slot, 2);
	assert_true(fake.key_valid[2]);
	assert_ok(key_del(2, 1, 0));
	assert_int_equal(fake.vif[0].key[2].slot, SKUA_KEY_NONE);
}

/* K2, K3 */
static void key_places(void **state)
{
	struct skua_cmd_key p = fake_key_cmd(0, 1, 0);

	(void)state;
	fake_vif(0, SKUA_VIF_MESH, 0);
	fake_sta(3, 1, 0);
	/* Group key of one station */
	p.sta = 3;
	p.sta_gen = 1;
	p.keyidx = 1;
	assert_ok(key_set(&p));
	assert_int_equal(fake.sta[3].group_key[1].slot, 0);
	assert_int_equal(fake.sta[3].key[1].slot, SKUA_KEY_NONE);
	/* A transmit-only key is not used for receive. */
	p.slot = 1;
	p.keyidx = 3;
	p.flags = SKUA_KEYF_TX_ONLY;
	assert_ok(key_set(&p));
	assert_int_equal(fake.sta[3].group_key[3].slot, SKUA_KEY_NONE);
	/* IGTK and BIGTK of the interface */
	p = fake_key_cmd(2, 1, 0);
	p.keyidx = 5;
	p.cipher = 0x000fac06;
	p.flags = SKUA_KEYF_MGMT;
	assert_ok(key_set(&p));
	assert_int_equal(fake.vif[0].key[5].slot, 2);
	p.slot = 3;
	p.keyidx = 7;
	assert_ok(key_set(&p));
	assert_int_equal(fake.vif[0].key[7].slot, 3);
}

/* K11 */
static void key_default(void **state)
{
	struct skua_cmd_key p = fake_key_cmd(4, 1, 0);
	struct skua_cmd_key_ref ref = { .slot = 4, .gen = 1, .vif = 0 };

	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	p.cipher = 0x000fac05;
	p.key_len = 13;
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref)),
			 SKUA_ST_NO_ENTRY);
	assert_ok(key_set(&p));
	assert_ok(fake_cmd(SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref)));
	assert_int_equal(fake.vif[0].def_key.slot, 4);
	assert_int_equal(fake.vif[0].def_key.gen, 1);
	ref.gen = 2;
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref)), SKUA_ST_STALE);
	assert_ok(key_del(4, 1, 0));
	assert_int_equal(fake.vif[0].def_key.slot, SKUA_KEY_NONE);

	p.gen = 2;
	assert_ok(key_set(&p));
	assert_ok(fake_cmd(SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref)));
	ref.slot = SKUA_KEY_NONE;
	assert_ok(fake_cmd(SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref)));
	assert_int_equal(fake.vif[0].def_key.slot, SKUA_KEY_NONE);
	ref.vif = 1;
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_DEFAULT, &ref, sizeof(ref)),
			 SKUA_ST_NO_ENTRY);
}

/* K14: the engine tells which PN of its lease is next */
static void key_lease(void **state)
{
	struct skua_cmd_key p = fake_key_cmd(4, 1, 0);
	struct skua_cmd_key_ref ref = { .slot = 4, .gen = 1, .vif = 0 };
	struct skua_key_lease lease;
	const void *ans;
	u16 len;

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	p.tx_lease[0] = 7;
	p.lease_len = 100;
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_LEASE, &ref, sizeof(ref)), SKUA_ST_NO_ENTRY);
	assert_ok(key_set(&p));
	fake.key[4].tx_lease[0] = 9;
	assert_ok(fake_cmd(SKUA_CMD_KEY_LEASE, &ref, sizeof(ref)));
	ans = fake_ans(&len);
	assert_int_equal(len, sizeof(lease));
	memcpy(&lease, ans, sizeof(lease));
	assert_int_equal(lease.next_pn[0], 9);
	assert_int_equal(lease.next_pn[5], 0);
	ref.gen = 2;
	assert_int_equal(fake_cmd(SKUA_CMD_KEY_LEASE, &ref, sizeof(ref)), SKUA_ST_STALE);
}

/* K12 */
static void key_ciphers(void **state)
{
	/* By suite number: key length, index */
	static const struct {
		u8 n;
		u8 len;
		u8 idx;
	} good[] = {
		{ 1, 5, 0 }, { 2, 16, 0 }, { 2, 32, 0 }, { 4, 16, 0 }, { 5, 13, 3 },
		{ 6, 16, 4 }, { 8, 16, 1 }, { 9, 32, 1 }, { 10, 32, 2 }, { 11, 16, 5 },
		{ 12, 32, 6 }, { 13, 32, 7 },
	};
	struct skua_cmd_key p;

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	for (u32 i = 0; i < ARRAY_SIZE(good); i++) {
		p = fake_key_cmd((u16)i, 1, 0);
		p.cipher = 0x000fac00u | good[i].n;
		p.keyidx = good[i].idx;
		for (u32 len = 0; len <= 255; len++) {
			p.key_len = (u8)len;
			if (len == good[i].len || (good[i].n == 2 && (len == 16 || len == 32)))
				continue;
			assert_int_equal(key_set(&p), SKUA_ST_INVALID);
		}
		fake_forget();
		p.key_len = good[i].len;
		p.keyidx ^= 4;
		assert_int_equal(key_set(&p), SKUA_ST_INVALID);
		p.keyidx = good[i].idx;
		assert_ok(key_set(&p));
	}
	for (u32 n = 0; n < 256; n++) {
		bool known = false;

		for (u32 i = 0; i < ARRAY_SIZE(good); i++)
			known |= good[i].n == n;
		p = fake_key_cmd(100, 1, 0);
		p.cipher = 0x000fac00u | n;
		if (!known)
			assert_int_equal(key_set(&p), SKUA_ST_UNSUPPORTED);
	}
	p.cipher = 0x00147204;
	assert_int_equal(key_set(&p), SKUA_ST_UNSUPPORTED);
	/* A cipher that this engine lacks */
	fake_shutdown();
	fake_boot_with(HW_ALL, DRV_ALL, BIT(4));
	fake_vif(0, SKUA_VIF_AP, 0);
	p = fake_key_cmd(0, 1, 0);
	p.cipher = 0x000fac08;
	assert_int_equal(key_set(&p), SKUA_ST_UNSUPPORTED);
}

static void key_fields(void **state)
{
	struct skua_cmd_key p = fake_key_cmd(FAKE_KEYS, 1, 0);

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_vif(1, SKUA_VIF_AP, 0);
	fake_sta(2, 5, 0);
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.slot = SKUA_KEY_NONE;
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.slot = 0;
	p.keyidx = 8;
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.keyidx = 0;
	p.flags = BIT(6);
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.flags = SKUA_KEYF_TX_ONLY | SKUA_KEYF_RX_ONLY;
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.flags = SKUA_KEYF_MGMT;
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.flags = SKUA_KEYF_PAIRWISE;
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.sta = 2;
	p.sta_gen = 4;
	assert_int_equal(key_set(&p), SKUA_ST_STALE);
	p.sta_gen = 5;
	p.vif = 1;
	assert_int_equal(key_set(&p), SKUA_ST_INVALID);
	p.vif = 2;
	assert_int_equal(key_set(&p), SKUA_ST_NO_ENTRY);
	p.vif = 0;
	p.link = 1;
	assert_int_equal(key_set(&p), SKUA_ST_UNSUPPORTED);
	p.link = 0;
	p.sta = 3;
	assert_int_equal(key_set(&p), SKUA_ST_NO_ENTRY);
	p.sta = 2;
	p.keyidx = 4;
	p.cipher = 0x000fac06;
	assert_int_equal(key_set(&p), SKUA_ST_UNSUPPORTED);
	/* A key that the engine refuses leaves no entry. */
	p = fake_key_cmd(0, 1, 0);
	fake.refuse_tbl = SKUA_ST_NO_SPACE;
	assert_int_equal(key_set(&p), SKUA_ST_NO_SPACE);
	assert_int_equal(key_del(0, 1, 0), SKUA_ST_NO_ENTRY);
	/* The whole table */
	for (u16 i = 0; i < FAKE_KEYS; i++) {
		p = fake_key_cmd(i, 1, 0);
		assert_ok(key_set(&p));
	}
}

/* K7: the removal of a station wipes its keys, and posts their retirement. */
static void key_goes_with_sta(void **state)
{
	struct skua_cmd_sta_ref ref = { .sta = 2, .gen = 5 };
	struct skua_cmd_key p = fake_key_cmd(7, 1, 0);

	(void)state;
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_sta(2, 5, 0);
	p.sta = 2;
	p.sta_gen = 5;
	p.flags = SKUA_KEYF_PAIRWISE;
	assert_ok(key_set(&p));
	assert_ok(fake_cmd(SKUA_CMD_STA_REMOVE, &ref, sizeof(ref)));
	assert_false(fake.key_valid[7]);
	assert_int_equal(fake_inband_last(SKUA_INB_KEY_RETIRED)->arg, 7 | 1 << 16);
	/* A new station with the same handle has no key. */
	fake_sta(2, 6, 0);
	assert_int_equal(fake.sta[2].key[0].slot, SKUA_KEY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(vif_life, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(vif_fields, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(vif_keeps_tsf, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(vif_remove_all, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(chan_fields, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(chan_one_at_a_time, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(chan_tunes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(sta_life, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(sta_that_sleeps_already, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(sta_fields, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(sta_stats, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_life, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_rekey, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_phase1, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_places, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_default, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_lease, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_ciphers, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_fields, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(key_goes_with_sta, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: tables", tests, NULL, NULL);
}
