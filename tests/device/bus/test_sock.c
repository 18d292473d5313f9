// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of sockets to listen on: the files they replace, and the users that may connect
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

static char dir[] = "/tmp/skua-sock-XXXXXX";
static char path[sizeof(dir) + 8];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/s", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void test_replaces_only_dead_sockets(void **state)
{
	struct stat st;
	int fd, again;

	(void)state;
	fd = sock_listen(path, 0600, 1);
	assert_true(fd >= 0);
	/* in use */
	assert_int_equal(sock_listen(path, 0600, 1), -EADDRINUSE);
	assert_int_equal(lstat(path, &st), 0);
	close(fd);
	/* nobody listens any more */
	again = sock_listen(path, 0600, 1);
	assert_true(again >= 0);
	close(again);
	unlink(path);
	/* somebody's file */
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "mine", 4), 4);
	close(fd);
	assert_int_equal(sock_listen(path, 0600, 1), -EADDRINUSE);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_size, 4);
	unlink(path);
}

static void test_permissions(void **state)
{
	static const mode_t masks[] = { 0, 022, 0777 };
	struct stat st;
	int fd;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		umask(masks[i]);
		fd = sock_listen(path, 0600, 1);
		assert_true(fd >= 0);
		assert_int_equal(lstat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_int_equal(umask(022), masks[i]);
		close(fd);
		unlink(path);
	}
	umask(027);
	fd = sock_listen(path, SOCK_AS_UMASK, 1);
	assert_true(fd >= 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
	close(fd);
	unlink(path);
}

static void test_path_too_long(void **state)
{
	static const char longest[] =
		"/tmp/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

	(void)state;
	assert_int_equal(sock_listen(longest, 0600, 1), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replaces_only_dead_sockets),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_path_too_long),
	};

	return cmocka_run_group_tests_name("sockets to listen on", tests, setup, teardown);
}
