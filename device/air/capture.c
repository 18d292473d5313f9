// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air's capture: each frame, with channel, rate and signal
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "air/priv.h"
#include "air/tap.h"
#include "base/base.h"
#include "dot11/dot11.h"

/* An answer waits for both, and its client for ten seconds. */
#define OPEN_NS		(5 * LOOP_NS_PER_S)
#define WHOLE_NS	(4 * LOOP_NS_PER_S)
#define END_NS		(2 * LOOP_NS_PER_S)	/* at the end of the process */
/* Each has a buffer and a thread. */
#define MAX_ENDING	3

/**
 * struct capture - a capture
 * @user: hears of the tap
 * @air: the air
 * @tap: its file
 * @tap_if: interface of @tap
 * @next: next of air.ending
 */
struct capture {
	struct tap_user user;
	struct air *air;
	struct tap *tap;
	int tap_if;
	struct capture *next;
};

static void request_done(struct air *air, int err, bool whole)
{
	struct air_capture_wait *wait = air->request.wait;

	loop_timer_cancel(air->loop, &air->request.timer);
	free(air->request.path);
	memset(&air->request, 0, sizeof(air->request));
	if (wait)
		wait->done(wait, err, whole);
}

static void capture_close(struct capture *c)
{
	c->next = c->air->ending;
	c->air->ending = c;
	tap_close(c->tap);
}

/* The capture in the same file that keeps another one from beginning */
static struct capture *find_blocker(struct air *air, const struct tap *tap)
{
	struct capture *c = air->capture;

	/* Else what it has not written yet would follow the new one. */
	if (c && tap_same_file(tap, c->tap)) {
		air->capture = NULL;
		capture_close(c);
		return c;
	}
	for (c = air->ending; c; c = c->next)
		if (tap_same_file(tap, c->tap))
			return c;
	return NULL;
}

/* The answer is @err, and comes when @c has ended. */
static void request_await(struct air *air, struct capture *c, int err)
{
	air->request.before = c;
	air->request.err = err;
	loop_timer_after(air->loop, &air->request.timer, WHOLE_NS);
}

static void request_go_on(struct air *air);

static void request_refused(struct air *air, struct capture *c, int err)
{
	struct capture_request *r = &air->request;

	r->capture = NULL;
	if (err == -ETXTBSY)
		r->blocker = find_blocker(air, c->tap);
	else
		request_await(air, c, err);
	capture_close(c);
	if (err == -ETXTBSY && !r->blocker)
		request_go_on(air);
}

static void capture_opened(const struct tap_user *user, int err)
{
	struct capture *c = container_of(user, struct capture, user);
	struct air *air = c->air;
	struct capture *before = air->capture;

	if (err) {
		request_refused(air, c, err);
		return;
	}
	air->request.capture = NULL;
	air->capture = c;
	if (!before) {
		request_done(air, 0, true);
		return;
	}
	request_await(air, before, 0);
	capture_close(before);
}

static void capture_closed(const struct tap_user *user, bool whole)
{
	struct capture *c = container_of(user, struct capture, user);
	struct capture_request *r = &c->air->request;
	struct capture **pos = &c->air->ending;
	struct air *air = c->air;
	bool blocked = r->blocker == c, awaited = r->before == c;

	while (*pos != c)
		pos = &(*pos)->next;
	*pos = c->next;
	free(c);
	if (awaited) {
		request_done(air, r->err, whole);
	} else if (blocked) {
		r->blocker = NULL;
		request_go_on(air);
	}
}

static void capture_avoid_all(struct air *air, struct tap *tap)
{
	struct capture *c;

	if (air->capture)
		tap_avoid(tap, air->capture->tap);
	for (c = air->ending; c; c = c->next)
		tap_avoid(tap, c->tap);
}

static struct capture *capture_new(struct air *air,
				   const struct tap_limits *limits)
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->air = air;
	c->user.opened = capture_opened;
	c->user.closed = capture_closed;
	c->tap = tap_new(air->loop, &c->user);
	if (!c->tap) {
		free(c);
		return NULL;
	}
	tap_set_limits(c->tap, limits);
	c->tap_if = tap_add_interface(c->tap, "air");
	return c;
}

static void request_go_on(struct air *air)
{
	struct capture_request *r = &air->request;
	const struct tap_limits limits = {
		.snaplen = r->snaplen, .size = r->size,
	};
	struct capture *c = capture_new(air, &limits);

	if (!c) {
		request_done(air, -ENOMEM, true);
		return;
	}
	r->capture = c;
	capture_avoid_all(air, c->tap);
	if (!tap_open(c->tap, r->path))
		request_refused(air, c, -ENOMEM);
}

static void request_late(struct loop_timer *t)
{
	struct capture_request *r = container_of(t, struct capture_request, timer);
	struct air *air = container_of(r, struct air, request);
	struct capture *c = r->capture;

	if (r->before) {
		request_done(air, r->err, false);
		return;
	}
	if (c)
		capture_close(c);
	request_done(air, c ? -ETIMEDOUT : -ETXTBSY, true);
}

static unsigned int count_ending(const struct air *air)
{
	unsigned int n = 0;

	for (const struct capture *c = air->ending; c; c = c->next)
		n++;
	return n;
}

void air_capture(struct air *air, const char *path, uint32_t snaplen,
		 uint64_t size, struct air_capture_wait *wait)
{
	struct capture_request *r = &air->request;
	char *copy = NULL;
	int err = 0;

	if (r->path)
		err = -EBUSY;
	else if (count_ending(air) >= MAX_ENDING)
		err = -ENOBUFS;
	else if (!(copy = strdup(path)))
		err = -ENOMEM;
	if (err) {
		wait->done(wait, err, true);
		return;
	}
	r->path = copy;
	r->snaplen = snaplen;
	r->size = size;
	r->wait = wait;
	loop_timer_init(&r->timer, request_late);
	loop_timer_after(air->loop, &r->timer, OPEN_NS);
	request_go_on(air);
}

void air_capture_forget(struct air *air, const struct air_capture_wait *wait)
{
	if (air->request.wait == wait)
		air->request.wait = NULL;
}

static void capture_end(struct capture *c, uint64_t until)
{
	if (!c)
		return;
	tap_end(c->tap, until);
	free(c);
}

void capture_end_all(struct air *air)
{
	uint64_t until = loop_now(air->loop) + END_NS;

	air->request.wait = NULL;
	capture_end(air->request.capture, until);
	capture_end(air->capture, until);
	while (air->ending) {
		struct capture *c = air->ending;

		air->ending = c->next;
		capture_end(c, until);
	}
	loop_timer_cancel(air->loop, &air->request.timer);
	free(air->request.path);
}

struct air_capture_stats air_capture_stats(const struct air *air)
{
	struct air_capture_stats to = { 0 };
	struct tap_stats s;

	if (!air->capture)
		return to;
	s = tap_get_stats(air->capture->tap);
	to.frames = s.frames;
	to.bytes = s.bytes;
	to.dropped = s.dropped;
	to.errors = s.errors;
	return to;
}

static uint16_t guard_ns(unsigned int gi)
{
	static const uint16_t ns[] = { 800, 400, 1600, 3200 };

	return ns[gi & 3];
}

static void set_encoding(struct tap_meta *meta, uint32_t rate)
{
	unsigned int idx = HW_GET(SKUA_RATE_IDX, rate);

	switch (HW_GET(SKUA_RATE_ENC, rate)) {
	case SKUA_ENC_LEGACY:
		meta->encoding = TAP_LEGACY;
		break;
	case SKUA_ENC_HT:
		meta->encoding = TAP_HT;
		meta->mcs = idx % 8;
		meta->nss = (uint8_t)(idx / 8 + 1);
		break;
	case SKUA_ENC_VHT:
		meta->encoding = TAP_VHT;
		break;
	default:
		meta->encoding = TAP_HE;
		break;
	}
}

void capture_ppdu(struct air *air, const struct air_ppdu *ppdu)
{
	unsigned int idx = HW_GET(SKUA_RATE_IDX, ppdu->rate);
	struct tap_meta meta = {
		.time_ns = ppdu->time_us * LOOP_NS_PER_US,
		.freq = ppdu->chan.freq,
		.bw_mhz = (uint16_t)airtime_bw_mhz(HW_GET(SKUA_RATE_BW,
							  ppdu->rate)),
		.rate_100k = (uint16_t)idx,
		.mcs = (uint8_t)idx,
		.nss = (uint8_t)HW_GET(SKUA_RATE_NSS, ppdu->rate),
		.gi_ns = guard_ns(HW_GET(SKUA_RATE_GI, ppdu->rate)),
		.ldpc = ppdu->rate & SKUA_RATE_LDPC,
		.stbc = ppdu->rate & SKUA_RATE_STBC,
		.dcm = ppdu->rate & SKUA_RATE_DCM,
		.short_preamble = ppdu->rate & SKUA_RATE_SHORTPRE,
		.signal = (int8_t)(ppdu->power - AIR_PATH_LOSS),
		.ampdu_ref = ppdu->ampdu_ref,
		.eof_known = ppdu_knows_eof(ppdu),
		.eof = ppdu_knows_eof(ppdu) && ppdu->n == 1,
		.sender = ppdu->sender->name,
	};

	set_encoding(&meta, ppdu->rate);
	for (unsigned int i = 0; i < ppdu->n; i++) {
		const struct air_mpdu *m = &ppdu->mpdu[i];

		meta.ampdu_last = ppdu->ampdu && i + 1 == ppdu->n;
		meta.delim_error = m->lost == AIR_PART_DELIM + 1;
		meta.bad_fcs = !dot11_fcs_ok(m->data, m->len);
		tap_frame(air->capture->tap, air->capture->tap_if, &meta, m->data, m->len);
	}
}
