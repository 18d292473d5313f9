// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command table: every command, with input that the host should not send
 */
#include <stdlib.h>

#include "fake.h"

/* The rules of the contract for each command, independent of the firmware's table */
static const struct want {
	u16 op;
	u16 len;
	bool ext;
	u64 feat;
	bool never;
} wants[] = {
	{ SKUA_CMD_START, 0, false, 0, false },
	{ SKUA_CMD_STOP, 0, false, 0, false },
	{ SKUA_CMD_CRASH, 4, false, 0, false },
	{ SKUA_CMD_VIF_ADD, 104, false, 0, false },
	{ SKUA_CMD_VIF_UPDATE, 104, false, 0, false },
	{ SKUA_CMD_VIF_REMOVE, 4, false, 0, false },
	{ SKUA_CMD_CHANCTX_SET, 12, false, 0, false },
	{ SKUA_CMD_CHANCTX_REMOVE, 4, false, 0, false },
	{ SKUA_CMD_VIF_CHANCTX, 4, false, 0, false },
	{ SKUA_CMD_EDCA, 16, false, 0, false },
	{ SKUA_CMD_RX_FILTER, 4, false, 0, false },
	{ SKUA_CMD_RTS_THRESHOLD, 4, false, 0, false },
	{ SKUA_CMD_RETRY_LIMITS, 4, false, 0, false },
	{ SKUA_CMD_TXPOWER, 4, false, 0, false },
	{ SKUA_CMD_STA_ADD, 64, false, 0, false },
	{ SKUA_CMD_STA_UPDATE, 64, false, 0, false },
	{ SKUA_CMD_STA_REMOVE, 4, false, 0, false },
	{ SKUA_CMD_STA_STATS, 4, false, 0, false },
	{ SKUA_CMD_STA_SEQ, 36, false, 0, false },
	{ SKUA_CMD_KEY_SET, 180, false, 0, false },
	{ SKUA_CMD_KEY_DEL, 8, false, 0, false },
	{ SKUA_CMD_KEY_DEFAULT, 8, false, 0, false },
	{ SKUA_CMD_KEY_TKIP_PHASE1, 20, false, SKUA_FEAT_TKIP_PHASE1_HOST, false },
	{ SKUA_CMD_KEY_LEASE, 8, false, 0, false },
	{ SKUA_CMD_BEACON_SET, 20, true, 0, false },
	{ SKUA_CMD_TIM_SET, 4, false, 0, false },
	{ SKUA_CMD_PROBE_RESP_SET, 20, true, 0, true },
	{ SKUA_CMD_SCAN, 28, true, SKUA_FEAT_HW_SCAN, false },
	{ SKUA_CMD_SCAN_CANCEL, 4, false, SKUA_FEAT_HW_SCAN, false },
	{ SKUA_CMD_ROC, 16, false, SKUA_FEAT_ROC, false },
	{ SKUA_CMD_ROC_CANCEL, 0, false, SKUA_FEAT_ROC, false },
	{ SKUA_CMD_FLUSH, 12, false, 0, false },
	{ SKUA_CMD_SURVEY, 4, false, 0, false },
	{ SKUA_CMD_TSF_GET, 16, false, 0, false },
	{ SKUA_CMD_TSF_SET, 16, false, 0, false },
	{ SKUA_CMD_TSF_OFFSET, 16, false, 0, false },
	{ SKUA_CMD_BA, 16, false, SKUA_FEAT_TX_AMPDU, false },
	{ SKUA_CMD_PS, 4, false, SKUA_FEAT_STA_PS, true },
	{ SKUA_CMD_PS_RELEASE, 12, false, SKUA_FEAT_AP_PS, false },
};

static u8 junk[SKUA_CMD_INLINE];

static int setup(void **state)
{
	(void)state;
	fake_boot();
	memset(junk, 0xff, sizeof(junk));
	return 0;
}

/* Each wrong length is refused, and nothing may have changed. */
static void lengths(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(wants); i++) {
		const struct want *w = &wants[i];
		u16 expect = w->never ? SKUA_ST_UNSUPPORTED : SKUA_ST_INVALID;

		for (u32 len = 0; len <= SKUA_CMD_INLINE; len++) {
			if (len == w->len)
				continue;
			assert_int_equal(fake_cmd(w->op, junk, (u16)len), expect);
			fake_forget();
		}
		assert_int_equal(fake_cmd(w->op, junk, 0xffff), expect);
	}
}

static void further_data(void **state)
{
	static u8 ext[SKUA_CMD_MAX_EXT + 8];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(wants); i++) {
		const struct want *w = &wants[i];
		u16 expect = w->never ? SKUA_ST_UNSUPPORTED : SKUA_ST_INVALID;

		if (!w->ext)
			assert_int_equal(fake_cmd_ext(w->op, junk, w->len, ext, 1), expect);
		assert_int_equal(fake_cmd_ext(w->op, junk, w->len, ext, sizeof(ext)),
				 expect);
		assert_int_equal(fake_cmd_ext(w->op, junk, w->len, ext, 0xffffffff),
				 expect);
	}
}

/* Memory that cannot be read */
static void further_data_unreadable(void **state)
{
	struct skua_cmd_beacon p = { .vif = 0 };
	u16 seq;
	struct skua_evt_cmd_done done;
	static u8 ext[100];

	(void)state;
	seq = fake_post(SKUA_CMD_BEACON_SET, 0, &p, sizeof(p), ext, sizeof(ext));
	fake.ext = NULL;
	fake_run(0);
	memcpy(&done, fake_find_done(seq)->data, sizeof(done));
	assert_int_equal(done.status, SKUA_ST_DMA);
}

static void flags(void **state)
{
	struct skua_evt_cmd_done done;
	u16 seq;

	(void)state;
	for (u32 bit = 2; bit < 16; bit++) {
		seq = fake_post(SKUA_CMD_NOP, (u16)BIT(bit), NULL, 0, NULL, 0);
		fake_run(0);
		memcpy(&done, fake_find_done(seq)->data, sizeof(done));
		assert_int_equal(done.status, SKUA_ST_INVALID);
	}
}

/* With all bits set, each command has a bad field, except the commands below. */
static void garbage(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(wants); i++) {
		const struct want *w = &wants[i];
		u16 status;

		if (!w->len)
			continue;
		status = fake_cmd(w->op, junk, w->len);
		if (w->op == SKUA_CMD_RTS_THRESHOLD || w->op == SKUA_CMD_TXPOWER)
			assert_ok(status);
		else
			assert_int_not_equal(status, SKUA_ST_OK);
	}
}

static void unknown(void **state)
{
	(void)state;
	for (u32 op = 0; op < 0x10000; op += op < 0x200 ? 1 : 0x1f7) {
		bool known = op == SKUA_CMD_NOP;

		for (u32 i = 0; i < ARRAY_SIZE(wants); i++)
			known |= wants[i].op == op;
		if (!known)
			assert_int_equal(fake_cmd((u16)op, junk, 4), SKUA_ST_UNSUPPORTED);
		fake_forget();
	}
}

/* A feature that was not accepted is not available. */
static void features(void **state)
{
	(void)state;
	fake_shutdown();
	fake_boot_with(HW_ALL, 0, 0x10);
	for (u32 i = 0; i < ARRAY_SIZE(wants); i++) {
		const struct want *w = &wants[i];

		if (w->feat)
			assert_int_equal(fake_cmd(w->op, junk, w->len),
					 SKUA_ST_UNSUPPORTED);
	}
	fake_boot_with(0, DRV_ALL, 0x10);
	assert_int_equal(fake_cmd_u32(SKUA_CMD_SCAN_CANCEL, 0), SKUA_ST_UNSUPPORTED);
}

static void nop_echoes(void **state)
{
	const void *ans;
	u16 len;

	(void)state;
	for (u32 i = 0; i < sizeof(junk); i++)
		junk[i] = (u8)(i * 7);
	assert_ok(fake_cmd(SKUA_CMD_NOP, junk, sizeof(junk)));
	ans = fake_ans(&len);
	assert_int_equal(len, sizeof(junk));
	assert_memory_equal(ans, junk, len);
	assert_ok(fake_cmd(SKUA_CMD_NOP, NULL, 0));
	fake_ans(&len);
	assert_int_equal(len, 0);
}

/* The host does not empty its ring: no answer is lost, and nothing is left out later. */
static void no_room_for_events(void **state)
{
	u16 seq;

	(void)state;
	fake_forget();
	fake.evt_full = ENG_EVT_ROOM_CMD - 1;
	seq = fake_post(SKUA_CMD_NOP, 0, NULL, 0, NULL, 0);
	fake_post(200, SKUA_CMDF_NO_ACK, NULL, 0, NULL, 0);
	fake_run(SEC_US);
	assert_int_equal(fake.n_evt, 0);
	assert_int_equal(fake.cmd_cons + 2, fake.cmd_prod);
	fake.evt_full = 0;
	fake_run(1);
	assert_non_null(fake_find_done(seq));
	assert_int_equal(fake.cmd_cons, fake.cmd_prod);
	assert_int_equal(fake_events(SKUA_EVT_LOG), 1);
}

/* With NO_ACK, success has no answer; a failure is answered and logged. */
static void no_ack(void **state)
{
	struct skua_cmd_u32 bad = { .val = 99 };
	u16 seq;

	(void)state;
	seq = fake_post(SKUA_CMD_NOP, SKUA_CMDF_NO_ACK, NULL, 0, NULL, 0);
	fake_run(0);
	assert_null(fake_find_done(seq));
	assert_int_equal(fake.retired, fake.cmd_cons);
	seq = fake_post(SKUA_CMD_VIF_REMOVE, SKUA_CMDF_NO_ACK, &bad, sizeof(bad), NULL, 0);
	fake_run(0);
	assert_non_null(fake_find_done(seq));
	assert_int_equal(fake_events(SKUA_EVT_LOG), 1);
	assert_non_null(strstr(fake.log, "command 0x12: status 2"));
}

/* More commands than one turn of the main loop handles; the order stays. */
static void many(void **state)
{
	u16 first = 0, seq;

	(void)state;
	fake_forget();
	for (u32 i = 0; i < 60; i++) {
		seq = fake_post(SKUA_CMD_NOP, 0, &i, sizeof(i), NULL, 0);
		if (!i)
			first = seq;
	}
	fake_run(0);
	assert_int_equal(fake_events(SKUA_EVT_CMD_DONE), 60);
	for (u32 i = 0; i < 60; i++) {
		struct skua_evt_cmd_done done;

		memcpy(&done, fake_event(SKUA_EVT_CMD_DONE, i)->data, sizeof(done));
		assert_int_equal(done.seq, (u16)(first + i));
	}
}

/* The command's copy is wiped, with SKUA_CMDF_SECRET and without it. */
static void secrets(void **state)
{
	struct skua_cmd_key p = fake_key_cmd(3, 1, 0);
	struct skua_cmd zero = { 0 };
	struct eng_key nothing = { 0 };
	u32 addr;

	(void)state;
	fake_vif(0, SKUA_VIF_STA, 0);
	assert_ok(fake_cmd(SKUA_CMD_KEY_SET, &p, sizeof(p)));
	assert_memory_equal(fake.key[3].key, p.key, 16);
	/* The engine has written the command to this address. */
	addr = fake.reg[ENG_HIF_CMD_ADDR / 4];
	assert_memory_equal(fake_sram(addr), &zero, sizeof(zero));
	assert_memory_equal(fake_sram(fake.key_addr), &nothing, sizeof(nothing));

	fake_post(SKUA_CMD_NOP, SKUA_CMDF_SECRET, junk, sizeof(junk), NULL, 0);
	fake_run(0);
	assert_memory_equal(fake_sram(addr), &zero, sizeof(zero));
}

/* Random commands of the right shape: no crash, an answer for each */
static void random_commands(void **state)
{
	static u8 ext[4096];
	u8 data[SKUA_CMD_INLINE];

	(void)state;
	srand(20240917);
	fake_vif(0, SKUA_VIF_AP, 0);
	fake_vif(1, SKUA_VIF_STA, SKUA_VIFF_ASSOC);
	fake_chan(0, 0, 2412, 2412, SKUA_BW_20);
	assert_ok(fake_cmd(SKUA_CMD_START, NULL, 0));
	for (u32 n = 0; n < 40000; n++) {
		const struct want *w = &wants[(u32)rand() % ARRAY_SIZE(wants)];
		u32 ext_len = w->ext ? (u32)rand() % sizeof(ext) : 0;

		if (w->op == SKUA_CMD_CRASH)
			continue;
		/* Most numbers are small: small numbers pass more checks. */
		for (u32 i = 0; i < w->len; i++)
			data[i] = (u8)(rand() % 3 ? rand() & 1 : rand());
		for (u32 i = 0; i < ext_len; i++)
			ext[i] = (u8)rand();
		fake.txq_count = (u32)rand() & 1;
		fake_post(w->op, 0, data, w->len, ext, ext_len);
		fake_run((u32)rand() % 2000);
		assert_int_equal(fake.retired, fake.cmd_prod);
		fake_forget();
	}
	fake.txq_count = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lengths, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(further_data, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(further_data_unreadable, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(flags, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(garbage, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(unknown, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(features, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(nop_echoes, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(no_room_for_events, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(no_ack, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(many, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(secrets, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(random_commands, setup, fake_teardown),
	};

	return cmocka_run_group_tests_name("fw: commands", tests, NULL, NULL);
}
