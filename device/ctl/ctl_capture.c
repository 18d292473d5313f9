// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control socket: the request to begin a capture
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/base.h"
#include "ctl/ctl_capture.h"

static const char *words(int err)
{
	switch (err) {
	case EEXIST:
		return "there is a file of that name, and it is no capture";
	case EBUSY:
		return "another capture is being begun already";
	case ETIMEDOUT:
		return "the file system does not answer";
	case ETXTBSY:
		return "the file system has not taken all of the capture before, in the same file";
	case ENOBUFS:
		return "too many captures wait for their file systems";
	default:
		return strerror(err);
	}
}

static void capture_done(struct air_capture_wait *wait, int err, bool whole)
{
	struct ctl_capture *c = container_of(wait, struct ctl_capture, wait);
	json_t *answer;

	if (err)
		answer = json_pack("{s:b,s:s}", "ok", 0, "error", words(-err));
	else
		answer = json_pack("{s:b,s:b}", "ok", 1, "whole", whole);
	c->waits = false;
	c->done(c, answer);
}

const char *ctl_capture(struct ctl_capture *c, struct air *air,
			void (*begin)(struct air *air, const char *path,
				      uint32_t snaplen, uint64_t size,
				      struct air_capture_wait *wait),
			struct json_t *req)
{
	json_int_t snaplen = 0, size = 0;
	const char *path;

	if (json_unpack(req, "{s:s,s?I,s?I}", "file", &path,
			"snaplen", &snaplen, "size", &size) ||
	    snaplen < 0 || snaplen > UINT32_MAX || size < 0)
		return "wanted: file (text), and optionally snaplen and size (octets)";
	c->waits = true;
	c->wait.done = capture_done;
	begin(air, path, (uint32_t)snaplen, (uint64_t)size, &c->wait);
	return NULL;
}
