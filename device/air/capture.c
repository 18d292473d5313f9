// SPDX-License-Identifier: GPL-2.0-only
/*
 * The air's capture: each frame, with channel, rate and signal
 */
#include <errno.h>

#include "air/priv.h"
#include "air/tap.h"
#include "base/base.h"
#include "dot11/dot11.h"

int air_capture(struct air *air, const char *path,
		uint32_t snaplen, uint64_t size)
{
	const struct tap_limits limits = { .snaplen = snaplen, .size = size };
	struct tap *tap;
	int tap_if;

	/* Else what the old capture has not written yet would follow the new one. */
	if (tap_writes_to(air->tap, path)) {
		tap_close(air->tap);
		air->tap = NULL;
	}
	tap = tap_open(path, air->loop);
	if (!tap)
		return -errno;
	tap_set_limits(tap, &limits);
	tap_if = tap_add_interface(tap, "air");
	if (tap_if < 0) {
		tap_close(tap);
		return tap_if;
	}
	tap_close(air->tap);
	air->tap = tap;
	air->tap_if = tap_if;
	return 0;
}

struct air_capture_stats air_capture_stats(const struct air *air)
{
	struct air_capture_stats to = { 0 };
	const struct tap_stats *s;

	if (!air->tap)
		return to;
	s = tap_get_stats(air->tap);
	to.frames = s->frames;
	to.bytes = s->bytes;
	to.dropped = s->dropped;
	to.errors = s->errors;
	return to;
}

static uint16_t guard_ns(unsigned int gi)
{
	static const uint16_t ns[] = { 800, 400, 1600, 3200 };

	return ns[gi & 3];
}

void capture_frame(struct air *air, const struct air_radio *sender,
		   const struct air_frame *frame)
{
	unsigned int enc = HW_GET(SKUA_RATE_ENC, frame->rate);
	unsigned int idx = HW_GET(SKUA_RATE_IDX, frame->rate);
	struct tap_meta meta = {
		.time_ns = frame->time_us * LOOP_NS_PER_US,
		.freq = frame->chan.freq,
		.bw_mhz = (uint16_t)airtime_bw_mhz(HW_GET(SKUA_RATE_BW,
							  frame->rate)),
		.rate_100k = (uint16_t)idx,
		.mcs = (uint8_t)idx,
		.nss = (uint8_t)HW_GET(SKUA_RATE_NSS, frame->rate),
		.gi_ns = guard_ns(HW_GET(SKUA_RATE_GI, frame->rate)),
		.ldpc = frame->rate & SKUA_RATE_LDPC,
		.stbc = frame->rate & SKUA_RATE_STBC,
		.dcm = frame->rate & SKUA_RATE_DCM,
		.short_preamble = frame->rate & SKUA_RATE_SHORTPRE,
		.signal = (int8_t)(frame->power - AIR_PATH_LOSS),
		.ampdu_ref = frame->ampdu_ref,
		.ampdu_last = frame->ampdu_last,
		.sender = sender->name,
	};

	switch (enc) {
	case SKUA_ENC_LEGACY:
		meta.encoding = TAP_LEGACY;
		break;
	case SKUA_ENC_HT:
		meta.encoding = TAP_HT;
		meta.mcs = idx % 8;
		meta.nss = (uint8_t)(idx / 8 + 1);
		break;
	case SKUA_ENC_VHT:
		meta.encoding = TAP_VHT;
		break;
	default:
		meta.encoding = TAP_HE;
		break;
	}
	meta.bad_fcs = !dot11_fcs_ok(frame->data, frame->len);
	tap_frame(air->tap, air->tap_if, &meta, frame->data, frame->len);
}
