// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the log: limits, budgets, and a file that takes nothing
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define LINES		20000	/* more than the log keeps */
#define END_NS		10000000000ull
#define SHORT_NS	50000000ull

static unsigned int count_lines(const char *path, const char *what)
{
	FILE *file = fopen(path, "r");
	unsigned int n = 0;
	char line[600];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, what) != NULL;
	fclose(file);
	return n;
}

static void test_log(void **state)
{
	char path[] = "/tmp/skua-log-XXXXXX";
	struct log a, b;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(log_open(path), 0);
	log_init(&a, "nic%d", 1);
	log_init(&b, "nic%d", 2);
	for (int i = 0; i < 100; i++)
		log_warn(&a, "the same %d", i);
	log_warn(&a, "another one");
	log_warn(&b, "the same %d", 7);
	log_dbg(&a, "not wanted");
	assert_int_equal(log_open(NULL), 0);
	assert_int_equal(count_lines(path, "nic1: warning: the same"), 10);
	assert_int_equal(count_lines(path, "nic1: warning: another"), 1);
	/* A noisy NIC hides no message of another NIC. */
	assert_int_equal(count_lines(path, "nic2: warning: the same"), 1);
	assert_int_equal(count_lines(path, "not wanted"), 0);
	unlink(path);
	assert_true(log_open("/nonexistent/log") < 0);
	assert_int_equal(log_parse_level("warning"), LOG_LEVEL_WARN);
	assert_true(log_parse_level("loud") < 0);
}

/* More kinds of messages than the log remembers: the source has a budget all the same */
static void test_log_budget(void **state)
{
	static const char * const kinds[] = {
		"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
		"n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z",
	};
	char path[] = "/tmp/skua-log-XXXXXX";
	int fd = mkstemp(path);
	struct log a, b;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(log_open(path), 0);
	log_init(&a, "nic1");
	log_init(&b, "nic2");
	for (int i = 0; i < 10000; i++)
		log_msg(&a, LOG_LEVEL_ERR, kinds[i % 26], NULL);
	log_err(&b, "heard");
	assert_int_equal(log_open(NULL), 0);
	assert_in_range(count_lines(path, "nic1: error"), 1, 100);
	assert_int_equal(count_lines(path, "too many messages"), 1);
	assert_int_equal(count_lines(path, "nic2: error: heard"), 1);
	unlink(path);
}

/* Reads lines until the end of the pipe */
struct reader {
	int fd;
	unsigned long lines, missing;
};

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	FILE *f = fdopen(r->fd, "r");
	unsigned long n;
	char line[600];

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "(%lu lines are missing", &n) == 1)
			r->missing += n;
		else
			r->lines++;
	}
	fclose(f);
	return NULL;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* A log that nobody reads takes no time; later, what is missing in it is said. */
static void test_log_is_full(void **state)
{
	struct reader r = { 0 };
	uint64_t begin;
	pthread_t thread;
	char path[64];
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p[1]);
	assert_int_equal(log_open(path), 0);
	close(p[1]);
	assert_int_equal(log_start(), 0);
	log_set_level(LOG_LEVEL_DEBUG);
	begin = now_ns();
	for (int i = 0; i < LINES; i++)
		log_dbg(NULL, "a line that is as long as most of them, or a little longer %d", i);
	assert_true(now_ns() - begin < END_NS);
	assert_false(log_end(SHORT_NS));
	r.fd = p[0];
	assert_int_equal(pthread_create(&thread, NULL, reader_main, &r), 0);
	assert_true(log_end(END_NS));
	log_set_level(LOG_LEVEL_INFO);
	assert_int_equal(log_open(NULL), 0);
	pthread_join(thread, NULL);
	assert_true(r.lines > 1000 && r.missing > 1000);
	assert_int_equal(r.lines + r.missing, LINES);
}

/* All lines of a file that takes them are in it, in order. */
static void test_log_thread(void **state)
{
	char path[] = "/tmp/skua-log-XXXXXX";
	int fd = mkstemp(path), n = 0, at;
	char line[600];
	FILE *f;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(log_open(path), 0);
	log_set_level(LOG_LEVEL_DEBUG);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(log_start(), 0);
		for (int i = 0; i < 1000; i++)
			log_dbg(NULL, "line %d", round * 1001 + i);
		assert_true(log_end(END_NS));
		/* without the thread */
		log_dbg(NULL, "line %d", round * 1001 + 1000);
	}
	log_set_level(LOG_LEVEL_INFO);
	assert_int_equal(log_open(NULL), 0);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		assert_int_equal(sscanf(line, "[%*[^]]] debug: line %d", &at), 1);
		assert_int_equal(at, n++);
	}
	fclose(f);
	assert_int_equal(n, 2002);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_budget),
		cmocka_unit_test(test_log_is_full),
		cmocka_unit_test(test_log_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
