/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: the request to begin a capture, whose answer comes when the file is open
 */
#ifndef SKUA_DEVICE_CTL_CAPTURE_H
#define SKUA_DEVICE_CTL_CAPTURE_H

#include <stdbool.h>

#include "air/air.h"

struct json_t;

/**
 * struct ctl_capture - a request; embed it in a client
 * @wait: hears from the air
 * @done: takes the answer
 * @waits: no answer has come yet
 */
struct ctl_capture {
	struct air_capture_wait wait;
	void (*done)(struct ctl_capture *c, struct json_t *answer);
	bool waits;
};

/**
 * ctl_capture() - carry out a request
 * @c: the client's, whose last request was answered
 * @air: the air
 * @begin: air_capture(), or another one
 * @req: the request
 *
 * @done is called at the end, perhaps before this returns.
 *
 * Return: NULL, or what is wrong with the request, in words, and then @done is not called.
 */
const char *ctl_capture(struct ctl_capture *c, struct air *air,
			void (*begin)(struct air *air, const char *path,
				      uint32_t snaplen, uint64_t size,
				      struct air_capture_wait *wait),
			struct json_t *req);

#endif /* SKUA_DEVICE_CTL_CAPTURE_H */
