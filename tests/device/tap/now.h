/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture that is opened and written at once, as it is without a loop, and with one
 * whose clock is simulated
 */
#ifndef TEST_TAP_NOW_H
#define TEST_TAP_NOW_H

#include <errno.h>
#include <stddef.h>

#include "air/tap.h"

static inline void now_opened(const struct tap_user *user, int err)
{
	(void)user;
	errno = -err;
}

static inline void now_closed(const struct tap_user *user, bool whole)
{
	(void)user;
	(void)whole;
}

/* Return: the tap, or NULL with errno set */
static inline struct tap *tap_now(const char *path, struct loop *loop)
{
	static const struct tap_user user = {
		.opened = now_opened, .closed = now_closed,
	};
	struct tap *tap = tap_new(loop, &user);
	int err;

	errno = 0;
	if (!tap || (tap_open(tap, path) && !errno))
		return tap;
	err = errno;
	tap_close(tap);
	errno = err;
	return NULL;
}

#endif /* TEST_TAP_NOW_H */
