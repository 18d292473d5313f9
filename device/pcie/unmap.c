// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is unmapped in slices
 *
 * If the guest is gone, the last page of a mapping is the last that holds its memory
 * file: who unmaps that page frees all of the guest's memory. A thread of its own does it,
 * which uses nothing of this process.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pcie/unmap.h"

/* Of whole pages, and a tenth of a millisecond if all are there */
#define UNMAP_SLICE	(2 * UNMAP_PAGE_MAX)

struct last_page {
	void *at;
	size_t len;
};

static void *unmap_thread(void *arg)
{
	struct last_page *page = arg;

	munmap(page->at, page->len);
	free(page);
	return NULL;
}

static void unmap_last(struct unmap *u)
{
	struct last_page *page = malloc(sizeof(*page));
	pthread_t thread;

	if (page)
		*page = (struct last_page){ .at = u->at, .len = u->len };
	if (!page || pthread_create(&thread, NULL, unmap_thread, page)) {
		free(page);
		munmap(u->at, u->len);
	} else {
		pthread_detach(thread);
	}
	u->at += u->len;
	u->len = 0;
}

static void unmap_slice(struct unmap *u)
{
	size_t n = u->len - u->page;

	if (u->len <= u->page) {
		unmap_last(u);
		return;
	}
	if (n > UNMAP_SLICE)
		n = UNMAP_SLICE;
	munmap(u->at, n);
	u->at += n;
	u->len -= n;
}

static void unmap_work(struct loop_work *w)
{
	struct unmap *u = container_of(w, struct unmap, work);
	struct turn *turn = loop_turn(u->loop);
	enum turn_cause was = turn_switch(turn, TURN_UNMAP);

	do {
		unmap_slice(u);
	} while (u->len && !turn_late(turn));
	turn_switch(turn, was);
	if (u->len)
		loop_defer(u->loop, &u->work);
	else
		u->done(u);
}

void unmap_start(struct unmap *u, struct loop *loop, void *map, size_t len,
		 size_t page, void (*done)(struct unmap *u))
{
	memset(u, 0, sizeof(*u));
	u->loop = loop;
	u->at = map;
	u->len = len;
	u->page = page;
	u->done = done;
	loop_work_init(&u->work, unmap_work);
	loop_defer(loop, &u->work);
}

void unmap_now(struct unmap *u)
{
	loop_work_cancel(u->loop, &u->work);
	munmap(u->at, u->len);
	u->len = 0;
	u->done(u);
}
