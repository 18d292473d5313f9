// SPDX-License-Identifier: GPL-2.0-only
/* The tap: pcapng with radiotap */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dot11/ieee80211.h"
#include "base/log.h"
#include "base/loop.h"
#include "air/tap.h"

#define TAP_BUF_LEN		(256 * 1024)
#define TAP_FLUSH_NS		LOOP_NS_PER_S
#define TAP_READER_NS		(10 * LOOP_NS_PER_MS)	/* a FIFO is full */

#define PCAPNG_SHB		0x0a0d0d0a
#define PCAPNG_IDB		1
#define PCAPNG_EPB		6
#define PCAPNG_MAGIC		0x1a2b3c4d
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
/* Options are cut to fit, so that this much besides the frame is enough */
#define TAP_OVERHEAD		(TAP_BLOCK_LEN + TAP_EPB_LEN + \
				 TAP_RADIOTAP_MAX + TAP_OPT_MAX)

/**
 * struct tap - a capture
 * @fd: the file
 * @loop: where time comes from, or NULL
 * @timer: armed while something is buffered
 * @epoch_ns: what to add to the loop's time to get the time of day
 * @interfaces: how many there are
 * @failing: the last write did not take everything; try again by timer only
 * @logged: the error was logged
 * @full: the file has its full size
 * @limits: what is taken
 * @retry_ns: how long after a failed write to try again
 * @stats: counters
 * @used: octets in @buf, which begin wherever the last write stopped
 * @buf: what is to be written
 */
struct tap {
	int fd;
	struct loop *loop;
	struct loop_timer timer;
	uint64_t epoch_ns;
	int interfaces;
	bool failing;
	bool logged;
	bool full;
	struct tap_limits limits;
	uint64_t retry_ns;
	struct tap_stats stats;
	size_t used;
	uint8_t buf[TAP_BUF_LEN];
};

/* A block under construction at the end of the buffer */

static void put8(struct tap *tap, uint8_t v)
{
	tap->buf[tap->used++] = v;
}

static void put16(struct tap *tap, uint16_t v)
{
	ieee80211_put_le16(tap->buf + tap->used, v);
	tap->used += 2;
}

static void put32(struct tap *tap, uint32_t v)
{
	ieee80211_put_le32(tap->buf + tap->used, v);
	tap->used += 4;
}

static void put64(struct tap *tap, uint64_t v)
{
	ieee80211_put_le64(tap->buf + tap->used, v);
	tap->used += 8;
}

static void put_bytes(struct tap *tap, const void *p, size_t len)
{
	memcpy(tap->buf + tap->used, p, len);
	tap->used += len;
}

/* Pad with zeros, counted from @start */
static void put_align(struct tap *tap, size_t start, size_t to)
{
	while ((tap->used - start) % to)
		put8(tap, 0);
}

static void put_option(struct tap *tap, uint16_t code, const void *p,
		       size_t len)
{
	size_t start = tap->used;

	put16(tap, code);
	put16(tap, (uint16_t)len);
	put_bytes(tap, p, len);
	put_align(tap, start, 4);
}

static void put_string(struct tap *tap, uint16_t code, const char *s)
{
	put_option(tap, code, s, strnlen(s, TAP_NAME_MAX));
}

static size_t block_begin(struct tap *tap, uint32_t type)
{
	size_t start = tap->used;

	put32(tap, type);
	put32(tap, 0);
	return start;
}

static void block_end(struct tap *tap, size_t start)
{
	uint32_t len = (uint32_t)(tap->used - start) + 4;

	put32(tap, len);
	ieee80211_put_le32(tap->buf + start + 4, len);
}

/* The file */

static void tap_failed(struct tap *tap, int err)
{
	tap->failing = true;
	tap->retry_ns = err == EAGAIN ? TAP_READER_NS : TAP_FLUSH_NS;
	if (tap->logged)
		return;
	tap->logged = true;
	log_err(NULL, "capture: cannot write: %s; frames will be missing",
		strerror(err));
}

void tap_flush(struct tap *tap)
{
	size_t done = 0;

	while (done < tap->used) {
		ssize_t n = write(tap->fd, tap->buf + done, tap->used - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			tap_failed(tap, n ? errno : ENOSPC);
			break;
		}
		done += (size_t)n;
	}
	tap->stats.bytes += done;
	/*
	 * What did not go out stays, to the octet: a later write continues in
	 * the middle of the block, so that the file is whole again.
	 */
	tap->used -= done;
	memmove(tap->buf, tap->buf + done, tap->used);
	if (!tap->used)
		tap->failing = false;
	else if (tap->loop)
		loop_timer_after(tap->loop, &tap->timer, tap->retry_ns);
}

static void tap_timer(struct loop_timer *t)
{
	tap_flush(container_of(t, struct tap, timer));
}

/* Make room for @len octets. Return: false if there is none. */
static bool tap_reserve(struct tap *tap, size_t len)
{
	if (len > TAP_BUF_LEN)
		return false;
	if (tap->used + len > TAP_BUF_LEN && !tap->failing)
		tap_flush(tap);
	return tap->used + len <= TAP_BUF_LEN;
}

/* Something was buffered: it must not stay longer than a second */
static void tap_touch(struct tap *tap)
{
	if (tap->loop && !loop_timer_armed(&tap->timer))
		loop_timer_after(tap->loop, &tap->timer, TAP_FLUSH_NS);
}

static uint64_t time_of_day_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * LOOP_NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Write the buffer now, all of it: the start of a file has to be there */
static int tap_sync(struct tap *tap)
{
	tap_flush(tap);
	return tap->used ? -EIO : 0;
}

static void put_section(struct tap *tap)
{
	size_t start = block_begin(tap, PCAPNG_SHB);

	put32(tap, PCAPNG_MAGIC);
	put16(tap, 1);			/* version 1.0 */
	put16(tap, 0);
	put64(tap, UINT64_MAX);		/* length of the section: unknown */
	put_string(tap, PCAPNG_SHB_USERAPPL, "skua-nic");
	put_option(tap, PCAPNG_OPT_END, "", 0);
	block_end(tap, start);
}

struct tap *tap_open(const char *path, struct loop *loop)
{
	struct tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return NULL;
	/* O_NONBLOCK: a FIFO without a reader, or a slow one, must not stall */
	tap->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
			     O_NONBLOCK, 0644);
	if (tap->fd < 0) {
		free(tap);
		return NULL;
	}
	loop_timer_init(&tap->timer, tap_timer);
	tap->loop = loop;
	if (loop)
		tap->epoch_ns = time_of_day_ns() - loop_now(loop);
	put_section(tap);
	if (tap_sync(tap)) {
		tap_close(tap);
		errno = EIO;
		return NULL;
	}
	return tap;
}

void tap_set_limits(struct tap *tap, const struct tap_limits *limits)
{
	tap->limits = limits ? *limits : (struct tap_limits){ 0 };
	tap->full = false;
}

int tap_add_interface(struct tap *tap, const char *name)
{
	size_t start;

	if (!tap_reserve(tap, TAP_OVERHEAD))
		return -ENOSPC;
	start = block_begin(tap, PCAPNG_IDB);
	put16(tap, PCAPNG_LINKTYPE);
	put16(tap, 0);
	put32(tap, 0);			/* only data frames may be cut */
	put_string(tap, PCAPNG_IF_NAME, name);
	put_option(tap, PCAPNG_IF_TSRESOL, (uint8_t[]){ PCAPNG_TSRESOL_NS }, 1);
	put_option(tap, PCAPNG_OPT_END, "", 0);
	block_end(tap, start);
	tap_touch(tap);
	return tap->interfaces++;
}

void tap_close(struct tap *tap)
{
	if (!tap)
		return;
	tap_flush(tap);
	if (tap->loop)
		loop_timer_cancel(tap->loop, &tap->timer);
	if (close(tap->fd))
		tap_failed(tap, errno);
	free(tap);
}

const struct tap_stats *tap_get_stats(const struct tap *tap)
{
	return &tap->stats;
}

/* Radiotap: fields in the order of their bits, each aligned to its size */

static uint32_t radiotap_present(const struct tap_meta *meta)
{
	uint32_t present = 1u << IEEE80211_RADIOTAP_TSFT |
			   1u << IEEE80211_RADIOTAP_FLAGS |
			   1u << IEEE80211_RADIOTAP_CHANNEL |
			   1u << IEEE80211_RADIOTAP_DBM_SIGNAL;

	switch (meta->encoding) {
	case TAP_LEGACY:
		present |= 1u << IEEE80211_RADIOTAP_RATE;
		break;
	case TAP_HT:
		present |= 1u << IEEE80211_RADIOTAP_MCS;
		break;
	case TAP_VHT:
		present |= 1u << IEEE80211_RADIOTAP_VHT;
		break;
	case TAP_HE:
		present |= 1u << IEEE80211_RADIOTAP_HE;
		break;
	}
	if (meta->ampdu_ref)
		present |= 1u << IEEE80211_RADIOTAP_AMPDU;
	return present;
}

static bool rate_is_dsss(uint16_t rate_100k)
{
	return rate_100k == 10 || rate_100k == 20 ||
	       rate_100k == 55 || rate_100k == 110;
}

static uint16_t radiotap_channel(const struct tap_meta *meta)
{
	/* Radiotap has no flag for 6 GHz: the frequency tells */
	if (meta->freq >= 5000)
		return IEEE80211_RADIOTAP_CHAN_5GHZ |
		       IEEE80211_RADIOTAP_CHAN_OFDM;
	if (meta->encoding != TAP_LEGACY)
		return IEEE80211_RADIOTAP_CHAN_2GHZ |
		       IEEE80211_RADIOTAP_CHAN_DYN;
	return IEEE80211_RADIOTAP_CHAN_2GHZ |
	       (rate_is_dsss(meta->rate_100k) ? IEEE80211_RADIOTAP_CHAN_CCK :
						IEEE80211_RADIOTAP_CHAN_OFDM);
}

static uint8_t radiotap_flags(const struct tap_meta *meta)
{
	uint8_t flags = IEEE80211_RADIOTAP_F_FCS;

	if (meta->encoding == TAP_LEGACY && meta->short_preamble)
		flags |= IEEE80211_RADIOTAP_F_SHORTPRE;
	if (meta->bad_fcs)
		flags |= IEEE80211_RADIOTAP_F_BADFCS;
	return flags;
}

static void put_ht(struct tap *tap, const struct tap_meta *meta)
{
	uint8_t flags = meta->bw_mhz == 40 ? IEEE80211_RADIOTAP_MCS_BW_40 :
					     IEEE80211_RADIOTAP_MCS_BW_20;

	if (meta->gi_ns == 400)
		flags |= IEEE80211_RADIOTAP_MCS_SGI;
	if (meta->ldpc)
		flags |= IEEE80211_RADIOTAP_MCS_LDPC;
	if (meta->stbc)
		flags |= IEEE80211_RADIOTAP_MCS_STBC_1;
	put8(tap, IEEE80211_RADIOTAP_MCS_HAVE_BW |
		  IEEE80211_RADIOTAP_MCS_HAVE_MCS |
		  IEEE80211_RADIOTAP_MCS_HAVE_GI |
		  IEEE80211_RADIOTAP_MCS_HAVE_FMT |
		  IEEE80211_RADIOTAP_MCS_HAVE_FEC |
		  IEEE80211_RADIOTAP_MCS_HAVE_STBC);
	put8(tap, flags);
	put8(tap, (uint8_t)(meta->mcs + 8 * (meta->nss ? meta->nss - 1 : 0)));
}

static void put_ampdu(struct tap *tap, const struct tap_meta *meta)
{
	put32(tap, meta->ampdu_ref);
	put16(tap, IEEE80211_RADIOTAP_AMPDU_LAST_KNOWN |
		   (meta->ampdu_last ? IEEE80211_RADIOTAP_AMPDU_IS_LAST : 0));
	put16(tap, 0);			/* no delimiter CRC */
}

static uint8_t vht_bandwidth(uint16_t mhz)
{
	switch (mhz) {
	case 40:
		return 1;
	case 80:
		return 4;
	case 160:
		return 11;
	default:
		return 0;
	}
}

static void put_vht(struct tap *tap, const struct tap_meta *meta)
{
	uint8_t flags = 0;

	if (meta->stbc)
		flags |= IEEE80211_RADIOTAP_VHT_FLAG_STBC;
	if (meta->gi_ns == 400)
		flags |= IEEE80211_RADIOTAP_VHT_FLAG_SGI;
	put16(tap, IEEE80211_RADIOTAP_VHT_KNOWN_STBC |
		   IEEE80211_RADIOTAP_VHT_KNOWN_GI |
		   IEEE80211_RADIOTAP_VHT_KNOWN_BANDWIDTH);
	put8(tap, flags);
	put8(tap, vht_bandwidth(meta->bw_mhz));
	put8(tap, (uint8_t)(meta->mcs << 4 | (meta->nss & 0xf)));
	put8(tap, 0);			/* users 2 to 4: none */
	put16(tap, 0);
	put8(tap, meta->ldpc ? 1 : 0);
	put8(tap, 0);			/* group id and partial AID: unknown */
	put16(tap, 0);
}

static uint16_t he_data5(const struct tap_meta *meta)
{
	uint16_t bw = meta->bw_mhz == 160 ? 3 : meta->bw_mhz == 80 ? 2 :
		      meta->bw_mhz == 40 ? 1 : 0;
	uint16_t gi = meta->gi_ns == 3200 ? 2 : meta->gi_ns == 1600 ? 1 : 0;

	return (uint16_t)(bw | gi << IEEE80211_RADIOTAP_HE_D5_GI_SHIFT);
}

static void put_he(struct tap *tap, const struct tap_meta *meta)
{
	uint16_t data3 = (uint16_t)(meta->mcs <<
				    IEEE80211_RADIOTAP_HE_D3_MCS_SHIFT);

	if (meta->dcm)
		data3 |= IEEE80211_RADIOTAP_HE_D3_DCM;
	if (meta->ldpc)
		data3 |= IEEE80211_RADIOTAP_HE_D3_LDPC;
	if (meta->stbc)
		data3 |= IEEE80211_RADIOTAP_HE_D3_STBC;
	put16(tap, IEEE80211_RADIOTAP_HE_D1_KNOWN);	/* HE SU */
	put16(tap, IEEE80211_RADIOTAP_HE_D2_GI_KNOWN);
	put16(tap, data3);
	put16(tap, 0);			/* spatial reuse: unknown */
	put16(tap, he_data5(meta));
	put16(tap, meta->nss & 0xf);
}

static void put_radiotap(struct tap *tap, const struct tap_meta *meta)
{
	size_t start = tap->used;

	put16(tap, 0);			/* version */
	put16(tap, 0);			/* length, below */
	put32(tap, radiotap_present(meta));
	put64(tap, meta->time_ns / LOOP_NS_PER_US);
	put8(tap, radiotap_flags(meta));
	if (meta->encoding == TAP_LEGACY)
		put8(tap, (uint8_t)(meta->rate_100k / 5));
	put_align(tap, start, 2);
	put16(tap, meta->freq);
	put16(tap, radiotap_channel(meta));
	put8(tap, (uint8_t)meta->signal);
	if (meta->encoding == TAP_HT)
		put_ht(tap, meta);
	if (meta->ampdu_ref) {
		put_align(tap, start, 4);
		put_ampdu(tap, meta);
	}
	if (meta->encoding == TAP_VHT || meta->encoding == TAP_HE) {
		put_align(tap, start, 2);
		if (meta->encoding == TAP_VHT)
			put_vht(tap, meta);
		else
			put_he(tap, meta);
	}
	ieee80211_put_le16(tap->buf + start + 2, (uint16_t)(tap->used - start));
}

/* Octets of a frame that are recorded */
static size_t captured_len(const struct tap *tap, const uint8_t *mpdu,
			   size_t len)
{
	if (!tap->limits.snaplen || len <= tap->limits.snaplen ||
	    !ieee80211_is_data(ieee80211_get_le16(mpdu)))
		return len;
	return tap->limits.snaplen;
}

/* Whether the file may become so much longer; if not, the capture is over */
static bool may_grow(struct tap *tap, size_t len)
{
	uint64_t size = tap->stats.bytes + tap->used + len;

	if (!tap->full && tap->limits.size && size > tap->limits.size) {
		log_warn(NULL, "capture: the file has its full size, %llu octets: frames from now on are not in it",
			 (unsigned long long)tap->limits.size);
		tap->full = true;
	}
	return !tap->full;
}

void tap_frame(struct tap *tap, int interface, const struct tap_meta *meta,
	       const uint8_t *mpdu, size_t len)
{
	uint64_t when = tap->epoch_ns + meta->time_ns;
	size_t caplen = captured_len(tap, mpdu, len);
	size_t start, packet, radiotap;

	if (interface < 0 || interface >= tap->interfaces ||
	    caplen > TAP_BUF_LEN - TAP_OVERHEAD ||
	    !may_grow(tap, caplen + TAP_OVERHEAD) ||
	    !tap_reserve(tap, caplen + TAP_OVERHEAD)) {
		tap->stats.dropped++;
		return;
	}
	start = block_begin(tap, PCAPNG_EPB);
	put32(tap, (uint32_t)interface);
	put32(tap, (uint32_t)(when >> 32));
	put32(tap, (uint32_t)when);
	put64(tap, 0);			/* lengths, below */
	packet = tap->used;
	put_radiotap(tap, meta);
	radiotap = tap->used - packet;
	put_bytes(tap, mpdu, caplen);
	ieee80211_put_le32(tap->buf + packet - 8, (uint32_t)(radiotap + caplen));
	ieee80211_put_le32(tap->buf + packet - 4, (uint32_t)(radiotap + len));
	put_align(tap, packet, 4);
	if (meta->sender) {
		put_string(tap, PCAPNG_OPT_COMMENT, meta->sender);
		put_option(tap, PCAPNG_OPT_END, "", 0);
	}
	block_end(tap, start);
	tap->stats.frames++;
	tap_touch(tap);
}
