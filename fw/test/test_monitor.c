// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection of a station: lost beacons, time away, keep-alives
 */
#include "fake.h"

#define AP_STA		5

static int setup(void **state)
{
	(void)state;
	fake_boot();
	return 0;
}

static void beacons_for(u32 ms)
{
	for (u32 t = 0; t < ms; t += 100) {
		fake.vif[0].last_beacon = (u32)fake.time;
		fake_run(100 * MSEC_US);
	}
}

static void update(u32 flags)
{
	struct skua_cmd_vif p = fake_vif_cmd(0, SKUA_VIF_STA, flags);

	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &p, sizeof(p)));
}

static void associate(void)
{
	struct skua_cmd_sta p = fake_sta_cmd(AP_STA, 1, 0);

	fake_vif(0, SKUA_VIF_STA, 0);
	/* another peer, which the keep-alives have nothing to do with */
	fake_sta(AP_STA - 1, 1, 0);
	memcpy(p.addr, fake_vif_cmd(0, SKUA_VIF_STA, 0).bssid, 6);
	assert_ok(fake_cmd(SKUA_CMD_STA_ADD, &p, sizeof(p)));
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	fake_chan(0, 0, 2412, 2412, SKUA_BW_20);
	update(SKUA_VIFF_ASSOC);
	fake_forget();
}

static void roc(u16 ms, u16 freq)
{
	const struct skua_cmd_roc p = {
		.duration_ms = ms,
		.chan = { .freq = freq, .center1 = freq },
	};

	assert_ok(fake_cmd(SKUA_CMD_ROC, &p, sizeof(p)));
}

/* ------------------------------------------------------------------ */
/* Beacons								*/

/* T7 */
static void beacon_loss(void **state)
{
	(void)state;
	associate();
	beacons_for(5000);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	/* 7 intervals of 100 TU, counted from the last beacon */
	fake_run(560 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(80 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
	/* The event repeats while the loss lasts, and stops when beacons return. */
	fake_run(600 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
	fake_run(200 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 2);
	beacons_for(3000);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 2);
	/* News for which there is no room come later. */
	fake.evt_full = 100;
	fake_run(1500 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 2);
	fake.evt_full = 0;
	fake_run(103 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 3);
	beacons_for(3000);
	/* An interface that is no longer associated has no beacon loss. */
	update(0);
	fake_run(3 * SEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 3);
	/* After a new association the count of lost beacons starts from 0. */
	update(SKUA_VIFF_ASSOC);
	fake_run(600 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 3);
	fake_run(200 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 4);
}

/* A beacon may come after the clock was read, and before the table is read. */
static void beacon_of_this_moment(void **state)
{
	(void)state;
	associate();
	for (u32 t = 0; t < 3000; t++) {
		fake.vif[0].last_beacon = (u32)fake.time + 2000;
		fake_run(MSEC_US);
	}
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(800 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
}

/* An access point that tells no beacon interval is watched, too. */
static void interval_unknown(void **state)
{
	struct skua_cmd_vif p = fake_vif_cmd(0, SKUA_VIF_STA, SKUA_VIFF_ASSOC);

	(void)state;
	associate();
	p.beacon_int = 0;
	assert_ok(fake_cmd(SKUA_CMD_VIF_UPDATE, &p, sizeof(p)));
	beacons_for(1000);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(700 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
}

/* On a new channel the count begins anew: the access point may need some time. */
static void other_channel(void **state)
{
	(void)state;
	associate();
	beacons_for(1000);
	fake_run(500 * MSEC_US);
	fake_chan(0, 0, 2437, 2437, SKUA_BW_20);
	fake_run(700 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(50 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
	/* another rate or protection is no reason to begin anew */
	beacons_for(1000);
	fake_run(500 * MSEC_US);
	update(SKUA_VIFF_ASSOC | SKUA_VIFF_CTS_PROT);
	fake_run(200 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 2);
}

/* The host did not ask for it: it watches itself, and knows when it is away. */
static void not_wanted(void **state)
{
	(void)state;
	fake_boot_with(HW_ALL, DRV_ALL & ~SKUA_FEAT_CONN_MONITOR, 0x3f76);
	associate();
	fake_run(100 * SEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 0);
	assert_int_equal(fake.n_frame, 0);
}

/* ------------------------------------------------------------------ */
/* Away									*/

/* M6: beacons that come while the radio is on another channel are not lost. */
static void away(void **state)
{
	(void)state;
	associate();
	beacons_for(1000);
	roc(5000, 5180);
	fake_run(5100 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_ROC_EXPIRED), 1);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(500 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(300 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
}

/* Time at home counts, even if it is never long. */
static void away_again_and_again(void **state)
{
	(void)state;
	associate();
	beacons_for(1000);
	for (u32 i = 0; i < 4; i++) {
		/* 100 ms since the last beacon, then 150 ms each */
		roc(1000, 5180);
		fake_run(1002 * MSEC_US);
		assert_int_equal(fake_events(SKUA_EVT_ROC_EXPIRED), i + 1);
		fake_run(150 * MSEC_US);
		assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	}
	fake_run(50 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
	/* A beacon between two journeys is enough. */
	beacons_for(1000);
	for (u32 i = 0; i < 8; i++) {
		beacons_for(100);
		roc(1000, 5180);
		fake_run(1102 * MSEC_US);
	}
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
}

/* After the loss of beacons the radio stays while the host asks the access point. */
static void asked_before_away(void **state)
{
	(void)state;
	associate();
	fake_run(750 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
	fake_forget();
	roc(3000, 5180);
	fake_run(900 * MSEC_US);
	assert_int_equal(fake_freq(), 2412);
	/* While it waits to leave it is not kept for another time, though the loss lasts. */
	fake_run(100 * MSEC_US);
	assert_int_equal(fake_freq(), 5180);
	assert_int_equal(fake_events(SKUA_EVT_ROC_READY), 1);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(2990 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	fake_run(100 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_ROC_EXPIRED), 1);
	fake_run(150 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
}

/* The answer is there: no need to stay. */
static void asked_and_heard(void **state)
{
	(void)state;
	associate();
	fake_run(750 * MSEC_US);
	fake_forget();
	roc(3000, 5180);
	fake_run(100 * MSEC_US);
	assert_int_equal(fake_freq(), 2412);
	fake.vif[0].last_beacon = (u32)fake.time;
	fake_run(150 * MSEC_US);
	assert_int_equal(fake_freq(), 5180);
	/* or nobody asks any more */
	assert_ok(fake_cmd(SKUA_CMD_ROC_CANCEL, NULL, 0));
	fake_run(750 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 1);
	fake_forget();
	roc(3000, 5180);
	update(0);
	fake_run(30 * MSEC_US);
	assert_int_equal(fake_freq(), 5180);
}

/* A journey that has not begun is called off. */
static void asked_and_called_off(void **state)
{
	(void)state;
	associate();
	fake_run(750 * MSEC_US);
	fake_forget();
	roc(3000, 5180);
	fake_run(50 * MSEC_US);
	assert_ok(fake_cmd(SKUA_CMD_ROC_CANCEL, NULL, 0));
	fake_run(3 * SEC_US);
	assert_int_equal(fake_freq(), 2412);
	assert_int_equal(fake_events(SKUA_EVT_ROC_READY), 0);
	assert_int_equal(fake.n_frame, 0);
	/* The whole MAC stops. */
	roc(3000, 5180);
	fake_run(50 * MSEC_US);
	assert_ok(fake_cmd(SKUA_CMD_STOP, NULL, 0));
	fake_run(3 * SEC_US);
	assert_int_equal(fake_events(SKUA_EVT_ROC_READY), 0);
}

/* Where the access point is, too, nothing is in the way. */
static void asked_at_home(void **state)
{
	(void)state;
	associate();
	fake_run(750 * MSEC_US);
	roc(500, 2412);
	fake_run(10 * MSEC_US);
	assert_int_equal(fake_events(SKUA_EVT_ROC_READY), 1);
}

/* ------------------------------------------------------------------ */
/* Keep-alives								*/

static void assert_alive(u32 i)
{
	const struct fake_frame *f = &fake.frame[i];
	const struct skua_cmd_vif vif = fake_vif_cmd(0, SKUA_VIF_STA, 0);

	assert_int_equal(f->len, 24);
	assert_int_equal(f->data[0], 0x48);
	/* to the DS, and the station does not sleep */
	assert_int_equal(f->data[1], 0x01);
	assert_memory_equal(f->data + 4, vif.bssid, 6);
	assert_memory_equal(f->data + 10, vif.addr, 6);
	assert_memory_equal(f->data + 16, vif.bssid, 6);
	assert_int_equal(f->vif, 0);
	assert_int_equal(f->freq, 2412);
	assert_int_equal(f->flags, 0);
}

static void alive_when_idle(void **state)
{
	(void)state;
	associate();
	beacons_for(29000);
	assert_int_equal(fake.n_frame, 0);
	beacons_for(12000);
	assert_int_equal(fake.n_frame, 1);
	assert_alive(0);
	/* the acknowledgment counts, and the next one comes after the same time */
	beacons_for(18000);
	assert_int_equal(fake.n_frame, 1);
	beacons_for(13000);
	assert_int_equal(fake.n_frame, 2);
	/* frames of the host do the same service */
	for (u32 i = 0; i < 10; i++) {
		fake.stats[AP_STA].stats.tx_packets++;
		beacons_for(20000);
	}
	assert_int_equal(fake.n_frame, 2);
	/* those to somebody else do not */
	for (u32 i = 0; i < 3; i++) {
		fake.stats[AP_STA - 1].stats.tx_packets++;
		beacons_for(20000);
	}
	assert_in_range(fake.n_frame, 3, 4);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 0);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
}

static void not_alive(void **state)
{
	(void)state;
	associate();
	fake.fwtx_status = SKUA_TXS_NO_ACK;
	beacons_for(45000);
	assert_int_equal(fake.n_frame, 3);
	for (u32 i = 0; i < 3; i++)
		assert_alive(i);
	/* not in one burst, which a single disturbance may hit */
	assert_in_range(fake.frame[1].time - fake.frame[0].time, 900 * MSEC_US, 2 * SEC_US);
	assert_in_range(fake.frame[2].time - fake.frame[1].time, 900 * MSEC_US, 2 * SEC_US);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 1);
	assert_int_equal(((const struct skua_evt_vif *)
			  fake_event(SKUA_EVT_CONN_LOSS, 0)->data)->vif, 0);
	assert_int_equal(fake_events(SKUA_EVT_BEACON_LOSS), 0);
	/* repeated, if the host has not heard of it; one answer ends it */
	beacons_for(45000);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 2);
	fake.fwtx_status = SKUA_TXS_ACKED;
	beacons_for(45000);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 2);
}

/* One of three is enough; and the count of those that are missing begins anew. */
static void alive_after_all(void **state)
{
	(void)state;
	associate();
	for (u32 i = 0; i < 3; i++) {
		fake_forget();
		fake.fwtx_status = SKUA_TXS_NO_ACK;
		while (fake.n_frame < 2)
			beacons_for(100);
		fake_run(MSEC_US);
		fake.fwtx_status = SKUA_TXS_ACKED;
		beacons_for(10000);
		assert_int_equal(fake.n_frame, 3);
	}
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 0);
	/* so does a frame of the host */
	fake_forget();
	fake.fwtx_status = SKUA_TXS_NO_ACK;
	while (fake.n_frame < 2)
		beacons_for(100);
	fake.stats[AP_STA].stats.tx_packets++;
	beacons_for(25000);
	assert_int_equal(fake.n_frame, 2);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 0);
}

/* A frame that does not leave, since the channel is busy, says nothing. */
static void busy_channel(void **state)
{
	(void)state;
	associate();
	fake.fwtx = FWTX_NEVER;
	beacons_for(100 * 1000);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 0);
}

/* No room for the event: it comes later */
static void no_room(void **state)
{
	(void)state;
	associate();
	fake.fwtx_status = SKUA_TXS_NO_ACK;
	fake.evt_full = 100;
	beacons_for(60000);
	assert_int_equal(fake.n_frame, 3);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 0);
	fake.evt_full = 0;
	beacons_for(200);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 1);
}

/* They wait while the radio is away, and are not in the way of a journey. */
static void alive_and_away(void **state)
{
	(void)state;
	associate();
	beacons_for(29900);
	fake_forget();
	roc(20000, 5180);
	fake_run(19 * SEC_US);
	assert_int_equal(fake.n_frame, 1);
	assert_int_equal(fake.frame[0].data[1], 0x11);
	fake_run(1500 * MSEC_US);
	assert_int_equal(fake.n_frame, 3);
	assert_int_equal(fake.frame[1].data[1], 0x01);
	assert_alive(2);

	/* one is under way when the radio leaves */
	beacons_for(20000);
	fake_forget();
	while (!fake.n_frame) {
		fake.vif[0].last_beacon = (u32)fake.time;
		fake_run(100);
	}
	assert_alive(0);
	roc(100, 5180);
	fake_run(50 * MSEC_US);
	/* the access point is told all the same */
	assert_int_equal(fake.n_frame, 2);
	assert_int_equal(fake.frame[1].data[1], 0x11);
	assert_int_equal(fake_events(SKUA_EVT_ROC_READY), 1);
	assert_int_equal(fake_events(SKUA_EVT_CONN_LOSS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(beacon_loss, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(beacon_of_this_moment, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(interval_unknown, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(other_channel, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(not_wanted, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(away, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(away_again_and_again, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(asked_before_away, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(asked_and_heard, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(asked_and_called_off, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(asked_at_home, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(alive_when_idle, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(not_alive, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(alive_after_all, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(busy_channel, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(no_room, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(alive_and_away, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: monitor", tests, NULL, NULL);
}
