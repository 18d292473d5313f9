// SPDX-License-Identifier: GPL-2.0-only
/* Radar detection: recognition of a radar by its pulses */
#include "fake.h"

#define FREQ	5260

static int setup(void **state)
{
	(void)state;
	fake_boot();
	fake_vif(0, SKUA_VIF_AP, 0);
	return 0;
}

static void context(u8 flags)
{
	struct skua_cmd_chanctx set = {
		.chan = { .freq = FREQ, .center1 = FREQ, .flags = flags },
	};
	struct skua_cmd_vif_chanctx use = { 0 };

	assert_ok(fake_cmd(SKUA_CMD_CHANCTX_SET, &set, sizeof(set)));
	assert_ok(fake_cmd(SKUA_CMD_VIF_CHANCTX, &use, sizeof(use)));
	fake_forget();
}

static void pulse(u32 time, u32 width)
{
	fake.radar[fake.n_radar++] = (struct fake_pulse){ time, width };
}

static void train(u32 start, u32 n, u32 pri, u32 width)
{
	for (u32 k = 0; k < n; k++)
		pulse(start + k * pri, width);
}

/* Let the firmware read the pulses; returns the number of radars found. */
static u32 radars(void)
{
	u32 before = fake_events(SKUA_EVT_RADAR);

	fake.irq |= ENG_IRQ_RADAR;
	fake_run(1);
	assert_int_equal(fake.radar_next, fake.n_radar);
	fake.radar_next = 0;
	fake.n_radar = 0;
	return fake_events(SKUA_EVT_RADAR) - before;
}

/* M7: the trains of the regulations' tests */
static void trains(void **state)
{
	static const struct {
		u32 n, width, pri;
	} c[] = {
		{ 18, 1, 1428 }, { 23, 5, 150 }, { 29, 1, 230 }, { 16, 10, 500 },
		{ 12, 20, 200 }, { 10, 1, 5000 }, { 15, 15, 312 }, { 6, 2, 3000 },
	};
	struct skua_evt_radar e;

	(void)state;
	context(SKUA_CHANF_RADAR);
	for (u32 i = 0; i < ARRAY_SIZE(c); i++) {
		fake_forget();
		/* Times pass the end of 32 bits. */
		train(0u - 3 * c[i].pri, c[i].n, c[i].pri, c[i].width);
		assert_true(radars() >= 1);
		memcpy(&e, fake_event(SKUA_EVT_RADAR, 0)->data, sizeof(e));
		assert_int_equal(e.freq, FREQ);
		assert_int_equal(e.width_us, c[i].width);
		assert_int_equal(e.pri_us, c[i].pri);
		context(SKUA_CHANF_RADAR);
	}
}

/* A pulse is missed now and then, and others are in between. */
static void disturbed(void **state)
{
	(void)state;
	context(SKUA_CHANF_RADAR);
	for (u32 k = 0; k < 9; k++) {
		if (k != 4)
			pulse(100000 + k * 1428 + k % 3, 3);
		pulse(100000 + k * 1428 + 300 + 371 * k * k % 900, 9);
	}
	assert_int_equal(radars(), 1);
}

static void no_trains(void **state)
{
	(void)state;
	context(SKUA_CHANF_RADAR);
	/* Too few, too far apart, too close, of all widths, at odd times */
	train(0, 5, 1428, 1);
	assert_int_equal(radars(), 0);
	context(SKUA_CHANF_RADAR);
	train(0, 20, 7000, 1);
	train(1000000, 20, 50, 1);
	for (u32 k = 0; k < 12; k++)
		pulse(2000000 + k * 1428, 1 + 8 * k);
	for (u32 k = 0; k < 20; k++)
		pulse(3000000 + k * k * 97, 1);
	assert_int_equal(radars(), 0);
}

/* Radar is detected only on channels with the flag; pulses on other channels do not count. */
static void where(void **state)
{
	(void)state;
	context(0);
	train(0, 18, 1428, 1);
	assert_int_equal(radars(), 0);
	context(SKUA_CHANF_RADAR);
	train(0, 5, 1428, 1);
	assert_int_equal(radars(), 0);
	context(SKUA_CHANF_RADAR);
	train(5 * 1428, 5, 1428, 1);
	assert_int_equal(radars(), 0);
	pulse(10 * 1428, 1);
	assert_int_equal(radars(), 1);
}

/* A radar for which there is no room is reported at its next pulse. */
static void no_room(void **state)
{
	(void)state;
	context(SKUA_CHANF_RADAR);
	fake.evt_full = 100;
	train(0, 18, 1428, 1);
	assert_int_equal(radars(), 0);
	fake.evt_full = 0;
	pulse(18 * 1428, 1);
	assert_int_equal(radars(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trains, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(disturbed, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(no_trains, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(where, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(no_room, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: radar", tests, NULL, NULL);
}
