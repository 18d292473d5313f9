// SPDX-License-Identifier: GPL-2.0-only
/* The tap: pcapng with radiotap */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "air/priv.h"
#include "air/tap.h"
#include "air/tap_stream.h"
#include "base/base.h"
#include "dot11/dot11.h"

#define PCAPNG_IDB		1
#define PCAPNG_EPB		6
#define PCAPNG_LINKTYPE		127	/* IEEE802_11_RADIOTAP */
#define PCAPNG_OPT_END		0
#define PCAPNG_OPT_COMMENT	1
#define PCAPNG_SHB_USERAPPL	4
#define PCAPNG_IF_NAME		2
#define PCAPNG_IF_TSRESOL	9
#define PCAPNG_TSRESOL_NS	9	/* ten to the power of minus nine */

#define TAP_BLOCK_LEN		12	/* type and both lengths */
#define TAP_EPB_LEN		20	/* fixed fields of a packet block */
#define TAP_RADIOTAP_MAX	64
#define TAP_OPT_MAX		128	/* one option and the end of options */
#define TAP_NAME_MAX		64
/* Octets of a block besides the frame; options are cut to fit */
#define TAP_OVERHEAD		(TAP_BLOCK_LEN + TAP_EPB_LEN + \
				 TAP_RADIOTAP_MAX + TAP_OPT_MAX)

/**
 * struct tap - a capture
 * @s: the way to the file
 * @user: whom it tells
 * @epoch_ns: the time of day less the loop's time
 * @interfaces: number of interfaces
 * @full: the file has its full size
 * @slow: that frames are missing, since the file is slow, was logged
 * @limits: limits of the capture
 * @stats: counters of frames
 */
struct tap {
	struct tap_stream s;
	const struct tap_user *user;
	uint64_t epoch_ns;
	int interfaces;
	bool full;
	bool slow;
	struct tap_limits limits;
	struct tap_stats stats;
};

/* A block under construction at the end of the buffer */

static void put_option(struct tap *tap, uint16_t code, const void *p,
		       size_t len)
{
	size_t start = tap->s.out.used;

	put16(&tap->s.out, code);
	put16(&tap->s.out, (uint16_t)len);
	put_bytes(&tap->s.out, p, len);
	put_align(&tap->s.out, start, 4);
}

static void put_string(struct tap *tap, uint16_t code, const char *s)
{
	put_option(tap, code, s, strnlen(s, TAP_NAME_MAX));
}

static size_t block_begin(struct tap *tap, uint32_t type)
{
	size_t start = tap->s.out.used;

	put32(&tap->s.out, type);
	put32(&tap->s.out, 0);
	return start;
}

static void block_end(struct tap *tap, size_t start)
{
	uint32_t len = (uint32_t)(tap->s.out.used - start) + 4;

	put32(&tap->s.out, len);
	dot11_put_le32(tap->s.out.buf + start + 4, len);
}

static uint64_t time_of_day_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * LOOP_NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void put_section(struct tap *tap)
{
	size_t start = block_begin(tap, PCAPNG_SHB);

	put32(&tap->s.out, PCAPNG_MAGIC);
	put16(&tap->s.out, 1);			/* version 1.0 */
	put16(&tap->s.out, 0);
	put64(&tap->s.out, UINT64_MAX);		/* length of the section: unknown */
	put_string(tap, PCAPNG_SHB_USERAPPL, "skua-nic");
	put_option(tap, PCAPNG_OPT_END, "", 0);
	block_end(tap, start);
}

struct tap *tap_new(struct loop *loop, const struct tap_user *user)
{
	struct tap *tap = calloc(1, sizeof(*tap));

	if (!tap || !tap_stream_init(&tap->s, loop)) {
		free(tap);
		return NULL;
	}
	tap->user = user;
	if (loop)
		tap->epoch_ns = time_of_day_ns() - loop_now(loop);
	put_section(tap);
	return tap;
}

static void tap_opened(struct tap_stream *s, int err)
{
	struct tap *tap = container_of(s, struct tap, s);

	tap->user->opened(tap->user, err);
}

bool tap_open(struct tap *tap, const char *path)
{
	return tap_stream_open(&tap->s, path, tap_opened);
}

void tap_avoid(struct tap *tap, const struct tap *other)
{
	struct tap_id *ids = tap->s.file.others;

	for (int i = 0; i < TAP_OTHERS; i++) {
		if (ids[i].ino)
			continue;
		/* The job that finds it out may run yet. */
		if (other->s.ready)
			ids[i] = other->s.file.id;
		return;
	}
}

bool tap_same_file(const struct tap *tap, const struct tap *other)
{
	return other->s.ready &&
	       tap_id_same(&tap->s.file.id, &other->s.file.id);
}

void tap_set_limits(struct tap *tap, const struct tap_limits *limits)
{
	tap->limits = limits ? *limits : (struct tap_limits){ 0 };
	tap->full = false;
}

int tap_add_interface(struct tap *tap, const char *name)
{
	size_t start;

	if (!tap_stream_reserve(&tap->s, TAP_OVERHEAD))
		return -ENOSPC;
	start = block_begin(tap, PCAPNG_IDB);
	put16(&tap->s.out, PCAPNG_LINKTYPE);
	put16(&tap->s.out, 0);
	put32(&tap->s.out, 0);			/* only data frames may be cut */
	put_string(tap, PCAPNG_IF_NAME, name);
	put_option(tap, PCAPNG_IF_TSRESOL, (uint8_t[]){ PCAPNG_TSRESOL_NS }, 1);
	put_option(tap, PCAPNG_OPT_END, "", 0);
	block_end(tap, start);
	tap_stream_touch(&tap->s);
	return tap->interfaces++;
}

void tap_flush(struct tap *tap)
{
	tap_stream_flush(&tap->s);
}

static void tap_closed(struct tap_stream *s, bool whole)
{
	struct tap *tap = container_of(s, struct tap, s);

	tap->user->closed(tap->user, whole);
	free(tap);
}

void tap_close(struct tap *tap)
{
	tap_stream_close(&tap->s, tap_closed);
}

void tap_end(struct tap *tap, uint64_t until)
{
	if (tap_stream_end(&tap->s, until))
		free(tap);
}

struct tap_stats tap_get_stats(const struct tap *tap)
{
	struct tap_stats stats = tap->stats;

	stats.bytes = tap->s.written;
	stats.errors = tap->s.errors;
	return stats;
}

/* Octets of a frame that are recorded */
static size_t captured_len(const struct tap *tap, const uint8_t *mpdu,
			   size_t len)
{
	uint16_t fc;

	if (!tap->limits.snaplen || len <= tap->limits.snaplen)
		return len;
	fc = dot11_get_le16(mpdu);
	if (!dot11_fc_is_data(fc) ||
	    (!(fc & IEEE80211_FC_PROTECTED) &&
	     dot11_is_eapol(mpdu, dot11_fc_hdrlen(fc), (unsigned int)len)))
		return len;
	return tap->limits.snaplen;
}

/* Whether the file may become so much longer; if not, the capture is over */
static bool may_grow(struct tap *tap, size_t len)
{
	uint64_t size = tap_stream_size(&tap->s) + len;

	if (!tap->full && tap->limits.size && size > tap->limits.size) {
		log_warn(NULL, "capture: the file has its full size, %llu octets: frames from now on are not in it",
			 (unsigned long long)tap->limits.size);
		tap->full = true;
	}
	return !tap->full;
}

/* Room for a frame; without it the frame is missing, and that is said once */
static bool tap_room(struct tap *tap, size_t len)
{
	if (tap_stream_reserve(&tap->s, len))
		return true;
	if (!tap->slow && !tap->s.logged)
		log_warn(NULL, "capture: the file is slower than the air: frames are missing in it");
	tap->slow = true;
	return false;
}

void tap_frame(struct tap *tap, int interface, const struct tap_meta *meta,
	       const uint8_t *mpdu, size_t len)
{
	uint64_t when = tap->epoch_ns + meta->time_ns;
	size_t caplen = captured_len(tap, mpdu, len);
	size_t start, packet, radiotap;

	if (interface < 0 || interface >= tap->interfaces ||
	    caplen > TAP_CHUNK - TAP_OVERHEAD ||
	    !may_grow(tap, caplen + TAP_OVERHEAD) ||
	    !tap_room(tap, caplen + TAP_OVERHEAD)) {
		tap->stats.dropped++;
		return;
	}
	start = block_begin(tap, PCAPNG_EPB);
	put32(&tap->s.out, (uint32_t)interface);
	put32(&tap->s.out, (uint32_t)(when >> 32));
	put32(&tap->s.out, (uint32_t)when);
	put64(&tap->s.out, 0);			/* lengths, below */
	packet = tap->s.out.used;
	radiotap_put(&tap->s.out, meta);
	radiotap = tap->s.out.used - packet;
	put_bytes(&tap->s.out, mpdu, caplen);
	dot11_put_le32(tap->s.out.buf + packet - 8, (uint32_t)(radiotap + caplen));
	dot11_put_le32(tap->s.out.buf + packet - 4, (uint32_t)(radiotap + len));
	put_align(&tap->s.out, packet, 4);
	if (meta->sender) {
		put_string(tap, PCAPNG_OPT_COMMENT, meta->sender);
		put_option(tap, PCAPNG_OPT_END, "", 0);
	}
	block_end(tap, start);
	tap->stats.frames++;
	tap_stream_touch(&tap->s);
}
