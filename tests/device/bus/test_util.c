// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the text of addresses and octets, and of halves of words
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/base.h"

static void test_addr(void **state)
{
	static const uint8_t want[6] = { 0x02, 0x53, 0x4b, 0x00, 0xfe, 0x0a };
	static const char * const bad[] = {
		"", "02:53:4b:00:fe", "02:53:4b:00:fe:0a:11", "02:53:4b:00:fe:0a ",
		"02-53-4b-00-fe-0a", "xx:53:4b:00:fe:0a",
	};
	char text[ADDR_TEXT_LEN];
	uint8_t addr[6];

	(void)state;
	assert_true(addr_parse("02:53:4b:00:fe:0a", addr));
	assert_memory_equal(addr, want, 6);
	assert_true(addr_parse("2:53:4B:0:FE:a", addr));
	assert_memory_equal(addr, want, 6);
	addr_format(addr, text);
	assert_string_equal(text, "02:53:4b:00:fe:0a");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(addr_parse(bad[i], addr));
}

static void test_hex(void **state)
{
	static const char * const bad[] = {
		"0", "000", "0g", "g0", "0A", "00 11", "0x11", "0001020304",
	};
	uint8_t buf[5] = { 0 };

	(void)state;
	assert_int_equal(hex_parse("", buf, 4), 0);
	assert_int_equal(hex_parse("00ff10a9", buf, 4), 4);
	assert_memory_equal(buf, "\x00\xff\x10\xa9\x00", 5);
	assert_int_equal(hex_parse("7e", buf, 4), 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(hex_parse(bad[i], buf, 4), -1);
	/* No octet is written beyond the room. */
	assert_int_equal(buf[4], 0);
}

static void test_halves(void **state)
{
	(void)state;
	assert_true(set_lo32(0x1122334455667788, 0x99aabbcc) ==
		    0x1122334499aabbcc);
	assert_true(set_hi32(0x1122334455667788, 0x99aabbcc) ==
		    0x99aabbcc55667788);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
