// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beacon templates, TIM, the end of a countdown
 */
#include "fake.h"

static u8 buf[FW_MAX_BEACON + 64];

static int setup(void **state)
{
	(void)state;
	fake_boot();
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_vif(1, SKUA_VIF_STA, 0);
	return 0;
}

static struct skua_cmd_beacon good(void)
{
	struct skua_cmd_beacon p = {
		.dtim_period = 3,
		.beacon_int = 200,
		.tim_off = 42,
		.bigtk_slot = SKUA_KEY_NONE,
	};

	return p;
}

static u16 set(const struct skua_cmd_beacon *p, u32 len)
{
	return fake_cmd_ext(SKUA_CMD_BEACON_SET, p, sizeof(*p), buf, len);
}

static void template(void **state)
{
	struct skua_cmd_beacon p = good();
	u32 len = fake_beacon_build(buf, 100);

	(void)state;
	p.rate = 60;
	p.csa_off[0] = 60;
	p.csa_off[1] = 99;
	assert_ok(set(&p, len));
	assert_true(fake.beacon_valid[0]);
	assert_int_equal(fake.beacon[0].len, 100);
	assert_int_equal(fake.beacon[0].beacon_int, 200);
	assert_int_equal(fake.beacon[0].dtim_period, 3);
	assert_int_equal(fake.beacon[0].tim_off, 42);
	assert_int_equal(fake.beacon[0].csa_off[0], 60);
	assert_int_equal(fake.beacon[0].csa_off[1], 99);
	assert_int_equal(fake.beacon[0].rate, 60);
	assert_int_equal(fake.beacon[0].bigtk.slot, SKUA_KEY_NONE);
	assert_memory_equal(fake.beacon_data[0], buf, 100);

	/* Changed while it beacons */
	buf[50] = 0xaa;
	assert_ok(set(&p, 100));
	assert_int_equal(fake.beacon_data[0][50], 0xaa);
	/* Length 0 stops the beacons; a second stop does no harm. */
	assert_ok(set(&p, 0));
	assert_false(fake.beacon_valid[0]);
	assert_ok(set(&p, 0));
}

/* While an access point beacons, the beacons of others pass */
static void hears_others(void **state)
{
	struct skua_cmd_beacon p = good();
	u32 len = fake_beacon_build(buf, 100);

	(void)state;
	assert_ok(fake_cmd_u32(SKUA_CMD_RX_FILTER, SKUA_FILTER_PROBE_REQ));
	assert_ok(set(&p, len));
	assert_int_equal(fake.reg[ENG_MAC_FILTER / 4],
			 SKUA_FILTER_PROBE_REQ | SKUA_FILTER_BCN_PRBRESP);
	assert_ok(fake_cmd_u32(SKUA_CMD_RX_FILTER, 0));
	assert_int_equal(fake.reg[ENG_MAC_FILTER / 4], SKUA_FILTER_BCN_PRBRESP);
	assert_ok(set(&p, 0));
	assert_int_equal(fake.reg[ENG_MAC_FILTER / 4], 0);
	fake_vif(2, SKUA_VIF_IBSS, 0);
	p.vif = 2;
	assert_ok(set(&p, len));
	assert_int_equal(fake.reg[ENG_MAC_FILTER / 4], 0);
}

static void lengths(void **state)
{
	struct skua_cmd_beacon p = good();

	(void)state;
	fake_beacon_build(buf, sizeof(buf));
	p.tim_off = 0;
	for (u32 len = 1; len < 36; len++)
		assert_int_equal(set(&p, len), SKUA_ST_INVALID);
	assert_ok(set(&p, 36));
	assert_ok(set(&p, FW_MAX_BEACON));
	assert_int_equal(fake.beacon[0].len, FW_MAX_BEACON);
	assert_memory_equal(fake.beacon_data[0], buf, FW_MAX_BEACON);
	assert_int_equal(set(&p, FW_MAX_BEACON + 1), SKUA_ST_INVALID);
	assert_true(fake.beacon_valid[0]);
}

static void offsets(void **state)
{
	struct skua_cmd_beacon p = good();
	u32 len = fake_beacon_build(buf, 48);

	(void)state;
	/* The only TIM element is at offset 42, and ends with the template. */
	for (u32 off = 1; off < 0x10000; off += off < 100 ? 1 : 997) {
		p.tim_off = (u16)off;
		assert_int_equal(set(&p, len), off == 42 ? SKUA_ST_OK : SKUA_ST_INVALID);
		fake_forget();
	}
	p.tim_off = 42;
	assert_int_equal(set(&p, len - 1), SKUA_ST_INVALID);
	buf[43] = 2;
	assert_int_equal(set(&p, len), SKUA_ST_INVALID);
	buf[43] = 5;
	assert_int_equal(set(&p, len), SKUA_ST_INVALID);
	buf[43] = 4;
	p.dtim_period = 0;
	assert_int_equal(set(&p, len), SKUA_ST_INVALID);
	p.dtim_period = 1;
	for (u32 i = 0; i < 2; i++) {
		p.csa_off[i] = 35;
		assert_int_equal(set(&p, len), SKUA_ST_INVALID);
		p.csa_off[i] = 48;
		assert_int_equal(set(&p, len), SKUA_ST_INVALID);
		p.csa_off[i] = 47;
		assert_ok(set(&p, len));
		p.csa_off[i] = 0;
	}
}

static void fields(void **state)
{
	struct skua_cmd_beacon p = good();
	u32 len = fake_beacon_build(buf, 60);

	(void)state;
	p.vif = 2;
	assert_int_equal(set(&p, len), SKUA_ST_NO_ENTRY);
	p.vif = 1;
	assert_int_equal(set(&p, len), SKUA_ST_STATE);	/* a station */
	p = good();
	p.link = 1;
	assert_int_equal(set(&p, len), SKUA_ST_UNSUPPORTED);
	p = good();
	p.beacon_int = 0;
	assert_int_equal(set(&p, len), SKUA_ST_INVALID);
	p = good();
	p.rate = 7;
	assert_int_equal(set(&p, len), SKUA_ST_INVALID);
	p = good();
	buf[0] = 0x50;
	assert_int_equal(set(&p, len), SKUA_ST_INVALID);
	assert_false(fake.beacon_valid[0]);
}

static void bigtk(void **state)
{
	struct skua_cmd_beacon p = good();
	struct skua_cmd_key key = fake_key_cmd(8, 2, 0);
	u32 len = fake_beacon_build(buf, 60);

	(void)state;
	p.bigtk_slot = 8;
	p.bigtk_gen = 2;
	assert_int_equal(set(&p, len), SKUA_ST_STALE);
	key.keyidx = 6;
	key.cipher = SKUA_CIPHER_BIP_CMAC;
	assert_ok(fake_cmd(SKUA_CMD_KEY_SET, &key, sizeof(key)));
	assert_ok(set(&p, len));
	assert_int_equal(fake.beacon[0].bigtk.slot, 8);
	assert_int_equal(fake.beacon[0].bigtk.gen, 2);
	p.bigtk_gen = 1;
	assert_int_equal(set(&p, len), SKUA_ST_STALE);
}

static void tim(void **state)
{
	struct skua_cmd_tim p = { .vif = 0, .set = 1, .aid = 2007 };

	(void)state;
	assert_ok(fake_cmd(SKUA_CMD_TIM_SET, &p, sizeof(p)));
	assert_int_equal(fake.tim, 2007 | 1 << 15);
	p.set = 0;
	p.vif = 1;
	p.aid = 1;
	assert_ok(fake_cmd(SKUA_CMD_TIM_SET, &p, sizeof(p)));
	assert_int_equal(fake.tim, 1 | 1 << 16);
	fake.tim = 0;
	p.aid = 0;
	assert_int_equal(fake_cmd(SKUA_CMD_TIM_SET, &p, sizeof(p)), SKUA_ST_INVALID);
	p.aid = 2008;
	assert_int_equal(fake_cmd(SKUA_CMD_TIM_SET, &p, sizeof(p)), SKUA_ST_INVALID);
	p.aid = 1;
	p.set = 2;
	assert_int_equal(fake_cmd(SKUA_CMD_TIM_SET, &p, sizeof(p)), SKUA_ST_INVALID);
	p.set = 1;
	p.vif = 2;
	assert_int_equal(fake_cmd(SKUA_CMD_TIM_SET, &p, sizeof(p)), SKUA_ST_NO_ENTRY);
	assert_int_equal(fake.tim, 0);
}

static void csa_done(void **state)
{
	struct skua_evt_vif e;

	(void)state;
	fake_beacon(0, 100);
	fake.csa = BIT(0) | BIT(9);	/* 9 does not exist */
	fake.irq |= ENG_IRQ_CSA;
	fake_run(0);
	assert_int_equal(fake_events(SKUA_EVT_CSA_DONE), 1);
	memcpy(&e, fake_event(SKUA_EVT_CSA_DONE, 0)->data, sizeof(e));
	assert_int_equal(e.vif, 0);
	fake_run(SEC_US);
	assert_int_equal(fake_events(SKUA_EVT_CSA_DONE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(template, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(hears_others, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(lengths, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(offsets, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(fields, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(bigtk, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(tim, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(csa_done, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: beacons", tests, NULL, NULL);
}
