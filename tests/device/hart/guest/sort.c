// SPDX-License-Identifier: GPL-2.0-only
/* Quicksort by recursion through a function pointer, and heap sort, of the same numbers. */
#include "guest.h"

#define COUNT 3000

static int32_t a[COUNT], b[COUNT];

static int ascending(int32_t x, int32_t y)
{
	return x < y;
}

static int by_unsigned(int32_t x, int32_t y)
{
	return (uint32_t)x < (uint32_t)y;
}

static void swap(int32_t *x, int32_t *y)
{
	int32_t t = *x;

	*x = *y;
	*y = t;
}

static void quick(int32_t *v, int n, int (*less)(int32_t, int32_t))
{
	int i, last = 0;

	if (n < 2)
		return;
	swap(&v[0], &v[n / 2]);
	for (i = 1; i < n; i++)
		if (less(v[i], v[0]))
			swap(&v[++last], &v[i]);
	swap(&v[0], &v[last]);
	quick(v, last, less);
	quick(v + last + 1, n - last - 1, less);
}

static void sift(int32_t *v, int root, int n)
{
	int child;

	while ((child = 2 * root + 1) < n) {
		if (child + 1 < n && v[child] < v[child + 1])
			child++;
		if (v[root] >= v[child])
			return;
		swap(&v[root], &v[child]);
		root = child;
	}
}

static void heap(int32_t *v, int n)
{
	int i;

	for (i = n / 2 - 1; i >= 0; i--)
		sift(v, i, n);
	for (i = n - 1; i > 0; i--) {
		swap(&v[0], &v[i]);
		sift(v, 0, i);
	}
}

static uint32_t sum(const int32_t *v)
{
	uint32_t h = 0;
	int i;

	for (i = 0; i < COUNT; i++)
		h = h * 31 + (uint32_t)v[i];
	return h;
}

int main(void)
{
	uint32_t seed;
	int i;

	for (seed = 1; seed < 6; seed++) {
		uint32_t s = seed;

		for (i = 0; i < COUNT; i++)
			a[i] = b[i] = (int32_t)xorshift(&s);
		quick(a, COUNT, ascending);
		heap(b, COUNT);
		put_line(memcmp(a, b, sizeof(a)) ? "differ" : "same", sum(a));
		quick(a, COUNT, by_unsigned);
		put_line("unsigned", sum(a));
	}
	return 3;
}
