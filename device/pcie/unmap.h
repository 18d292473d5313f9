/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is unmapped in slices: to unmap gigabytes at once takes longer than a
 * turn may take
 */
#ifndef SKUA_DEVICE_UNMAP_H
#define SKUA_DEVICE_UNMAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

/* The largest pages that a mapping may have */
#define UNMAP_PAGE_MAX	(2u << 20)

/**
 * struct unmap - a mapping that goes away; embed it
 * @loop: the loop that does it
 * @work: unmaps a slice
 * @at: what is left of the mapping
 * @len: bytes of it
 * @page: size of its pages, at most UNMAP_PAGE_MAX
 * @done: nothing is left; may free the structure
 */
struct unmap {
	struct loop *loop;
	struct loop_work work;
	uint8_t *at;
	size_t len;
	size_t page;
	void (*done)(struct unmap *u);
};

/** unmap_start() - begin to unmap @len bytes at @map, from the loop */
void unmap_start(struct unmap *u, struct loop *loop, void *map, size_t len,
		 size_t page, void (*done)(struct unmap *u));

/** unmap_now() - unmap the rest at once; @done is called */
void unmap_now(struct unmap *u);

#endif /* SKUA_DEVICE_UNMAP_H */
