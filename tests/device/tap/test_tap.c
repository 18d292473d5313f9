// SPDX-License-Identifier: GPL-2.0-only
/* The capture when its file fails. Usage: test_tap DIRECTORY */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "dot11/dot11.h"
#include "base/loop.h"
#include "air/tap.h"
#include "now.h"

static const char *dir = ".";

static const struct tap_meta meta = {
	.freq = 5180, .bw_mhz = 20, .rate_100k = 60, .signal = -40,
	.sender = "nic0",
};

static const char *path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static off_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Walk the blocks. Return: packets; fails if the file is not whole. */
static size_t count_packets(const uint8_t *p, size_t len)
{
	size_t packets = 0;

	while (len) {
		uint32_t n;

		assert_true(len >= 12);
		n = dot11_get_le32(p + 4);
		assert_true(n >= 12 && n <= len && n % 4 == 0);
		assert_int_equal(dot11_get_le32(p + n - 4), n);
		packets += dot11_get_le32(p) == 6;
		p += n;
		len -= n;
	}
	return packets;
}

static size_t count_file(const char *path)
{
	size_t len = (size_t)size_of(path), packets;
	uint8_t *p = malloc(len);
	FILE *f = fopen(path, "rb");

	assert_non_null(p);
	assert_non_null(f);
	assert_int_equal(fread(p, 1, len, f), len);
	fclose(f);
	packets = count_packets(p, len);
	free(p);
	return packets;
}

static void test_many(void **state)
{
	const char *path = path_of("many.pcapng");
	struct tap *tap = tap_now(path, NULL);
	uint8_t frame[IEEE80211_MAX_MPDU_LEN] = { 0 };
	int air;

	(void)state;
	assert_non_null(tap);
	air = tap_add_interface(tap, "air0");
	assert_int_equal(air, 0);
	/* far more than the buffer: all lengths from 0 to the longest, in steps of 7 */
	for (size_t len = 0; len <= sizeof(frame); len += 7)
		tap_frame(tap, air, &meta, frame, len);
	assert_int_equal(tap_get_stats(tap).frames, sizeof(frame) / 7 + 1);
	assert_int_equal(tap_get_stats(tap).dropped, 0);
	tap_close(tap);
	assert_int_equal(count_file(path), sizeof(frame) / 7 + 1);
}

/* Read fields of the packet number @n of a file: its lengths */
static void packet_lengths(const char *path, int n, uint32_t *caplen,
			   uint32_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t head[28];
	uint32_t block;

	assert_non_null(f);
	do {
		assert_int_equal(fread(head, 1, sizeof(head), f), sizeof(head));
		block = dot11_get_le32(head + 4);
		assert_int_equal(fseek(f, (long)block - (long)sizeof(head),
				       SEEK_CUR), 0);
		if (dot11_get_le32(head) == 6)
			n--;
	} while (n >= 0);
	fclose(f);
	*caplen = dot11_get_le32(head + 20);
	*len = dot11_get_le32(head + 24);
}

/*
 * Only data frames are cut, and of these no EAPOL in clear text; the record always has
 * the length on the air
 */
static void test_snaplen(void **state)
{
	static const struct {
		uint8_t fc, flags;
		size_t len, taken;
		bool eapol;
	} frames[] = {
		{ 0x88, 0, 1500, 256, false }, { 0x08, 0, 257, 256, false },
		{ 0x88, 0, 256, 256, false }, { 0x88, 0, 100, 100, false },
		{ 0x80, 0, 1500, 1500, false }, { 0xd4, 0, 300, 300, false },
		{ 0x88, 0, 1500, 1500, true }, { 0x08, 0, 1500, 1500, true },
		{ 0x08, 0x40, 1500, 256, true },
	};
	const struct tap_limits limits = { .snaplen = 256 };
	const char *path = path_of("snaplen.pcapng");
	struct tap *tap = tap_now(path, NULL);
	uint32_t caplen, len, radiotap;
	uint8_t frame[1500] = { 0 };

	(void)state;
	assert_non_null(tap);
	tap_set_limits(tap, &limits);
	assert_int_equal(tap_add_interface(tap, "air0"), 0);
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		frame[0] = frames[i].fc;
		frame[1] = frames[i].flags;
		memset(frame + 24, 0, 16);
		if (frames[i].eapol)
			memcpy(frame + (frame[0] == 0x88 ? 26 : 24),
			       "\xaa\xaa\x03\x00\x00\x00\x88\x8e", 8);
		tap_frame(tap, 0, &meta, frame, frames[i].len);
	}
	frame[0] = 0x88;
	tap_set_limits(tap, NULL);
	tap_frame(tap, 0, &meta, frame, sizeof(frame));
	tap_close(tap);
	assert_int_equal(count_file(path), 10);
	packet_lengths(path, 9, &caplen, &len);
	assert_int_equal(caplen, len);
	radiotap = len - (uint32_t)sizeof(frame);
	for (int i = 0; i < 9; i++) {
		packet_lengths(path, i, &caplen, &len);
		assert_int_equal(caplen, radiotap + frames[i].taken);
		assert_int_equal(len, radiotap + frames[i].len);
	}
}

/* At its full size the capture ends, for short frames too, and the file is whole */
static void test_size(void **state)
{
	const struct tap_limits limits = { .size = 1 << 20 };
	const char *path = path_of("size.pcapng");
	struct tap *tap = tap_now(path, NULL);
	uint8_t frame[1500] = { 0 };
	struct tap_stats stats;

	(void)state;
	assert_non_null(tap);
	tap_set_limits(tap, &limits);
	assert_int_equal(tap_add_interface(tap, "air0"), 0);
	for (int i = 0; i < 1000; i++)
		tap_frame(tap, 0, &meta, frame, sizeof(frame));
	tap_frame(tap, 0, &meta, frame, 10);
	stats = tap_get_stats(tap);
	tap_close(tap);
	assert_int_equal(stats.frames + stats.dropped, 1001);
	assert_int_equal(count_file(path), stats.frames);
	assert_in_range(size_of(path), (1 << 20) - 2 * sizeof(frame), 1 << 20);
}

static void test_bad_calls(void **state)
{
	struct tap *tap = tap_now(path_of("bad.pcapng"), NULL);
	static uint8_t huge[1 << 20];
	uint8_t frame[10] = { 0 };

	(void)state;
	assert_non_null(tap);
	tap_frame(tap, 0, &meta, frame, sizeof(frame));
	tap_frame(tap, -1, &meta, frame, sizeof(frame));
	assert_int_equal(tap_add_interface(tap, "air0"), 0);
	tap_frame(tap, 0, &meta, huge, sizeof(huge));
	assert_int_equal(tap_get_stats(tap).dropped, 3);
	assert_int_equal(tap_get_stats(tap).frames, 0);
	tap_close(tap);
	assert_null(tap_now("/nonexistent/dir/file", NULL));
	assert_int_equal(errno, ENOENT);
}

static void test_full_from_the_start(void **state)
{
	(void)state;
	assert_null(tap_now("/dev/full", NULL));
	assert_int_equal(errno, EIO);
}

/* A FIFO without reads fills up; the NIC does not block, and the capture goes on later */
static void test_slow_reader(void **state)
{
	const char *path = path_of("fifo");
	static uint8_t buf[12 << 20];
	uint8_t frame[1500] = { 0 };
	struct tap_stats stats;
	struct tap *tap;
	size_t got = 0;
	ssize_t n;
	int fd;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(tap_now(path, NULL));	/* the FIFO has no reader */
	assert_int_equal(errno, ENXIO);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	tap = tap_now(path, NULL);
	assert_non_null(tap);
	assert_int_equal(tap_add_interface(tap, "air0"), 0);
	for (int i = 0; i < 6000; i++)
		tap_frame(tap, 0, &meta, frame, sizeof(frame));
	stats = tap_get_stats(tap);
	/* a buffer of 8 MiB */
	assert_in_range(stats.frames, 4900, 5400);
	assert_int_equal(stats.frames + stats.dropped, 6000);
	/* after reads, all recorded frames are there and whole */
	for (int i = 0; i < 1000; i++) {
		n = read(fd, buf + got, sizeof(buf) - got);
		if (n > 0)
			got += (size_t)n;
		tap_flush(tap);
	}
	tap_frame(tap, 0, &meta, frame, sizeof(frame));
	tap_close(tap);
	while ((n = read(fd, buf + got, sizeof(buf) - got)) > 0)
		got += (size_t)n;
	assert_int_equal(count_packets(buf, got), stats.frames + 1);
	close(fd);
	unlink(path);
}

static void test_flush_by_time(void **state)
{
	const char *path = path_of("timed.pcapng");
	struct loop_test_clock tc;
	struct loop *loop;
	uint8_t frame[100] = { 0 };
	struct tap *tap;
	off_t before;

	(void)state;
	loop_test_clock_init(&tc, LOOP_NS_PER_S);
	loop = loop_new(&tc.clock);
	assert_non_null(loop);
	tap = tap_now(path, loop);
	assert_non_null(tap);
	assert_int_equal(tap_add_interface(tap, "air0"), 0);
	tap_flush(tap);
	before = size_of(path);
	tap_frame(tap, 0, &meta, frame, sizeof(frame));
	loop_step(loop, false);
	assert_int_equal(size_of(path), before);
	tc.time += LOOP_NS_PER_S;
	loop_step(loop, false);
	assert_true(size_of(path) > before);
	assert_int_equal(count_file(path), 1);
	tap_end(tap, loop_now(loop));
	loop_free(loop);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_snaplen),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_bad_calls),
		cmocka_unit_test(test_full_from_the_start),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_flush_by_time),
	};

	if (argc > 1)
		dir = argv[1];
	return cmocka_run_group_tests_name("tap", tests, NULL, NULL);
}
