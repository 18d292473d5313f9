// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of guest memory: bounds, permissions, late unmapping, truncated files
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/memfd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pcie/dma.h"
#include "base/log.h"

#define PAGE	4096
#define SIZE	(4 * PAGE)
#define BASE	0x7000ULL

static struct log test_log;
/* The NIC's handler; cmocka puts its own in its place for each test. */
static struct sigaction sigbus;

struct fixture {
	struct dma *d;
	int fd;
};

static int setup(void **state)
{
	static struct fixture f;

	log_set_level(LOG_LEVEL_ERR);
	f.fd = memfd_create("guest", MFD_CLOEXEC);
	f.d = dma_new(&test_log);
	if (f.fd < 0 || !f.d || ftruncate(f.fd, 4 * SIZE))
		return -1;
	dma_enable(f.d, true);
	*state = &f;
	return dma_map(f.d, BASE, SIZE, f.fd, PAGE, true);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dma_free(f->d);
	close(f->fd);
	return 0;
}

static void test_bounds(void **state)
{
	struct dma *d = ((struct fixture *)*state)->d;
	const struct dma_stats *st = dma_get_stats(d);
	void *p;

	p = dma_get(d, BASE, SIZE, true);
	assert_non_null(p);
	dma_put(d, p);
	p = dma_get(d, BASE + SIZE - 1, 1, true);
	assert_non_null(p);
	dma_put(d, p);
	assert_int_equal(st->rejected_range, 0);
	assert_null(dma_get(d, BASE - 1, 1, false));
	assert_null(dma_get(d, BASE - 1, 2, false));
	assert_null(dma_get(d, BASE + SIZE, 1, false));
	assert_null(dma_get(d, BASE + SIZE - 1, 2, false));
	assert_null(dma_get(d, BASE, SIZE + 1, false));
	assert_null(dma_get(d, BASE, 0, false));
	assert_null(dma_get(d, BASE + 1, UINT64_MAX, false));
	assert_null(dma_get(d, UINT64_MAX, 2, false));
	assert_int_equal(st->rejected_range, 8);
	dma_put(d, NULL);
}

static void test_map_errors(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(dma_map(f->d, 0x100000, 0, f->fd, 0, true), -EINVAL);
	assert_int_equal(dma_map(f->d, UINT64_MAX - PAGE + 1, 2 * PAGE, f->fd,
				 0, true), -EINVAL);
	assert_int_equal(dma_map(f->d, 0x100000, 4 * SIZE + 1, f->fd, 0, true),
			 -EINVAL);
	assert_int_equal(dma_map(f->d, 0x100000, PAGE, f->fd,
				 UINT64_MAX - PAGE + 1, true), -EINVAL);
	/* An address that is aligned for the guest must be aligned for the NIC. */
	assert_int_equal(dma_map(f->d, 0x100000, PAGE, f->fd, 2, true),
			 -EINVAL);
	assert_int_equal(dma_map(f->d, BASE + SIZE - PAGE, PAGE, f->fd, 0,
				 true), -EEXIST);
	assert_int_equal(dma_map(f->d, 0, BASE + 1, f->fd, 0, true), -EEXIST);
	assert_int_equal(pipe(p), 0);
	assert_int_equal(dma_map(f->d, 0x100000, PAGE, p[0], 0, true),
			 -EMEDIUMTYPE);
	close(p[0]);
	close(p[1]);
	assert_true(dma_map(f->d, 0x100000, PAGE, p[0], 0, true) < 0);
	assert_int_equal(dma_unmap(f->d, BASE, SIZE - PAGE), -ENOENT);
	for (int i = 1; i < 16; i++)
		assert_int_equal(dma_map(f->d, 0x100000 + (uint64_t)i * PAGE,
					 PAGE, f->fd, 0, true), 0);
	assert_int_equal(dma_map(f->d, 0x100000, PAGE, f->fd, 0, true),
			 -ENOSPC);
}

/* The first access to a page clears all of it, which must fit into a turn. */
static void test_huge_pages(void **state)
{
	static const struct {
		unsigned int flags;
		int ret;
	} kinds[] = {
		{ MFD_HUGE_2MB, 0 }, { MFD_HUGE_1GB, -EFBIG },
	};
	unsigned int made = 0;
	struct dma_file file;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB |
				      kinds[i].flags);

		if (fd < 0)
			continue;	/* a machine without such pages */
		made++;
		assert_int_equal(dma_file_look(&file, fd), kinds[i].ret);
		close(fd);
	}
	if (!made)
		skip();
}

static void test_copy(void **state)
{
	struct fixture *f = *state;
	uint8_t out[2 * PAGE], in[2 * PAGE];

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7);
	/* A copy may span regions that touch, dma_get() may not. */
	assert_int_equal(dma_map(f->d, BASE + SIZE, PAGE, f->fd, 2 * SIZE + PAGE,
				 true), 0);
	assert_true(dma_write(f->d, BASE + SIZE - PAGE, out, sizeof(out)));
	assert_true(dma_read(f->d, BASE + SIZE - PAGE, in, sizeof(in)));
	assert_memory_equal(in, out, sizeof(in));
	assert_null(dma_get(f->d, BASE + SIZE - 4, 8, false));
	/* The data is in the file. */
	assert_int_equal(pread(f->fd, in, PAGE, PAGE + SIZE - PAGE), PAGE);
	assert_memory_equal(in, out, PAGE);
	assert_int_equal(pread(f->fd, in, PAGE, 2 * SIZE + PAGE), PAGE);
	assert_memory_equal(in, out + PAGE, PAGE);
	assert_false(dma_read(f->d, BASE + SIZE, in, PAGE + 1));
	/* A refused write has changed no byte. */
	memset(in, 0, sizeof(in));
	assert_false(dma_write(f->d, BASE + SIZE + PAGE - 1, in, 2));
	assert_true(dma_read(f->d, BASE + SIZE + PAGE - 1, in, 1));
	assert_int_equal(in[0], out[2 * PAGE - 1]);
	assert_true(dma_read(f->d, 0, in, 0));
}

static void test_permissions(void **state)
{
	struct fixture *f = *state;
	const struct dma_stats *st = dma_get_stats(f->d);
	uint32_t x = 1;
	void *p;

	assert_int_equal(dma_map(f->d, 0x100000, PAGE, f->fd, 0, false), 0);
	assert_true(dma_read(f->d, 0x100000, &x, sizeof(x)));
	assert_false(dma_write(f->d, 0x100000, &x, sizeof(x)));
	assert_null(dma_get(f->d, 0x100000, 4, true));
	assert_int_equal(st->rejected_perm, 2);
	dma_enable(f->d, false);
	assert_false(dma_read(f->d, BASE, &x, sizeof(x)));
	assert_false(dma_write(f->d, BASE, &x, sizeof(x)));
	assert_null(dma_get(f->d, BASE, 4, false));
	assert_int_equal(st->rejected_off, 3);
	/* Accesses to the transport's rings are no DMA of the NIC. */
	p = dma_bus_get(f->d, BASE, 4, true);
	assert_non_null(p);
	dma_put(f->d, p);
}

static void idle_fn(void *arg)
{
	++*(int *)arg;
}

static void test_late_unmap(void **state)
{
	struct fixture *f = *state;
	uint8_t *p = dma_get(f->d, BASE, 8, true);
	uint8_t *q = dma_get(f->d, BASE + PAGE, 8, true);
	int idle = 0;

	uint8_t *r;

	assert_non_null(p);
	assert_non_null(q);
	assert_int_equal(dma_map(f->d, 0x100000, PAGE, f->fd, 0, true), 0);
	r = dma_get(f->d, 0x100000, 1, true);
	dma_on_idle(f->d, idle_fn, &idle);
	assert_int_equal(dma_unmap(f->d, BASE, SIZE), 0);
	assert_int_equal(dma_unmap(f->d, 0x100000, PAGE), 0);
	dma_put(f->d, r);
	assert_int_equal(idle, 0);
	assert_false(dma_idle(f->d));
	/* The region is not found any more, but a holder may still use it. */
	assert_null(dma_get(f->d, BASE, 8, true));
	p[0] = 0x11;
	q[0] = 0x22;
	/* The same addresses may be mapped again meanwhile. */
	assert_int_equal(dma_map(f->d, BASE, SIZE, f->fd, PAGE, true), 0);
	dma_put(f->d, p);
	assert_int_equal(idle, 0);
	dma_put(f->d, q);
	assert_int_equal(idle, 1);
	assert_true(dma_idle(f->d));
	p = dma_get(f->d, BASE, 8, false);
	assert_int_equal(p[0], 0x11);
	dma_put(f->d, p);
}

static void test_sigbus(void **state)
{
	struct fixture *f = *state;
	struct dma *other = dma_new(&test_log);
	int fd = memfd_create("other", MFD_CLOEXEC);
	uint8_t buf[PAGE];
	uint8_t *p;

	assert_int_equal(ftruncate(fd, SIZE), 0);
	/* A file that is too short to begin with is refused. */
	assert_int_equal(dma_map(other, BASE, SIZE, fd, PAGE, true), -EINVAL);
	assert_int_equal(dma_map(other, 0x8000, SIZE, fd, 0, true), 0);
	dma_enable(other, true);
	memset(buf, 0x5a, sizeof(buf));
	assert_true(dma_write(f->d, BASE, buf, sizeof(buf)));
	p = dma_get(f->d, BASE + PAGE, PAGE, true);
	assert_non_null(p);
	sigaction(SIGBUS, &sigbus, NULL);
	assert_int_equal(ftruncate(f->fd, 0), 0);
	assert_false(dma_dead(f->d));
	/* The access ends, and finds zeroes. */
	assert_false(dma_read(f->d, BASE, buf, sizeof(buf)));
	assert_int_equal(buf[0], 0);
	assert_true(dma_dead(f->d));
	p[0] = 1;
	assert_null(dma_get(f->d, BASE, 1, false));
	assert_null(dma_bus_get(f->d, BASE, 1, false));
	dma_put(f->d, p);
	assert_true(dma_get_stats(f->d)->rejected_dead >= 2);
	/* The other NIC is not affected. */
	assert_false(dma_dead(other));
	assert_true(dma_write(other, 0x8000, buf, sizeof(buf)));
	/* A new map makes the memory usable again. */
	dma_unmap_all(f->d);
	assert_false(dma_dead(f->d));
	assert_int_equal(ftruncate(f->fd, SIZE), 0);
	assert_int_equal(dma_map(f->d, 0x8000, SIZE, f->fd, 0, true), 0);
	assert_true(dma_write(f->d, 0x8000, buf, 1));
	dma_free(other);
	close(fd);
}

/*
 * Only what was cut off is replaced: to replace gigabytes at once would keep the other
 * NICs waiting.
 */
static void test_truncated_in_part(void **state)
{
	struct fixture *f = *state;
	uint8_t buf[2 * PAGE];
	uint8_t *p;

	memset(buf, 0x5a, sizeof(buf));
	assert_true(dma_write(f->d, BASE, buf, sizeof(buf)));
	p = dma_get(f->d, BASE, SIZE, true);
	assert_non_null(p);
	sigaction(SIGBUS, &sigbus, NULL);
	assert_int_equal(ftruncate(f->fd, 2 * PAGE), 0);
	assert_int_equal(p[PAGE], 0);
	assert_int_equal(p[SIZE - 1], 0);
	assert_true(dma_dead(f->d));
	assert_int_equal(p[0], 0x5a);
	dma_put(f->d, p);
}

static void test_atomics(void **state)
{
	struct dma *d = ((struct fixture *)*state)->d;
	uint8_t *p = dma_get(d, BASE, 64, true);

	dma_store16(p, 0x1234);
	assert_int_equal(p[0], 0x34);
	assert_int_equal(p[1], 0x12);
	assert_int_equal(dma_load16(p), 0x1234);
	dma_store_release32(p + 4, 0xdeadbeef);
	assert_int_equal(p[4], 0xef);
	assert_int_equal(dma_load_acquire32(p + 4), 0xdeadbeef);
	dma_store_seq64(p + 8, 0x0123456789abcdef);
	assert_int_equal(p[8], 0xef);
	assert_true(dma_load_seq64(p + 8) == 0x0123456789abcdef);
	dma_put(d, p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_map_errors, setup, teardown),
		cmocka_unit_test(test_huge_pages),
		cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_permissions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late_unmap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sigbus, setup, teardown),
		cmocka_unit_test_setup_teardown(test_truncated_in_part, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_atomics, setup, teardown),
	};

	log_init(&test_log, "test");
	dma_free(dma_new(&test_log));
	sigaction(SIGBUS, NULL, &sigbus);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
