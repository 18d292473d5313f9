// SPDX-License-Identifier: GPL-2.0-only
/* The tap: pcapng with radiotap */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "air/priv.h"
#include "air/tap.h"
#include "base/base.h"
#include "dot11/dot11.h"

#define TAP_BUF_LEN		(256 * 1024)
#define TAP_FLUSH_NS		LOOP_NS_PER_S
#define TAP_READER_NS		(10 * LOOP_NS_PER_MS)	/* when a FIFO is full */

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
/* Octets of a block besides the frame; options are cut to fit */
#define TAP_OVERHEAD		(TAP_BLOCK_LEN + TAP_EPB_LEN + \
				 TAP_RADIOTAP_MAX + TAP_OPT_MAX)

/**
 * struct tap - a capture
 * @fd: the file
 * @loop: event loop, for the time, or NULL
 * @timer: armed while octets are buffered
 * @epoch_ns: the time of day less the loop's time
 * @interfaces: number of interfaces
 * @failing: the last write did not take all octets; only the timer tries again
 * @logged: the error was logged
 * @full: the file has its full size
 * @limits: limits of the capture
 * @retry_ns: delay after a failed write
 * @stats: counters
 * @out: the part of @buf in use, which begins where the last write stopped
 * @buf: octets to write
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
	struct tap_out out;
	uint8_t buf[TAP_BUF_LEN];
};

/* A block under construction at the end of the buffer */

static void put_option(struct tap *tap, uint16_t code, const void *p,
		       size_t len)
{
	size_t start = tap->out.used;

	put16(&tap->out, code);
	put16(&tap->out, (uint16_t)len);
	put_bytes(&tap->out, p, len);
	put_align(&tap->out, start, 4);
}

static void put_string(struct tap *tap, uint16_t code, const char *s)
{
	put_option(tap, code, s, strnlen(s, TAP_NAME_MAX));
}

static size_t block_begin(struct tap *tap, uint32_t type)
{
	size_t start = tap->out.used;

	put32(&tap->out, type);
	put32(&tap->out, 0);
	return start;
}

static void block_end(struct tap *tap, size_t start)
{
	uint32_t len = (uint32_t)(tap->out.used - start) + 4;

	put32(&tap->out, len);
	dot11_put_le32(tap->buf + start + 4, len);
}

/* The file */

static void tap_failed(struct tap *tap, int err)
{
	tap->failing = true;
	tap->stats.errors += err != EAGAIN;
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

	while (done < tap->out.used) {
		ssize_t n = write(tap->fd, tap->buf + done, tap->out.used - done);

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
	 * The rest stays in the buffer: a later write continues in the middle
	 * of the block, so that the file is whole again.
	 */
	tap->out.used -= done;
	memmove(tap->buf, tap->buf + done, tap->out.used);
	if (!tap->out.used)
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
	if (tap->out.used + len > TAP_BUF_LEN && !tap->failing)
		tap_flush(tap);
	return tap->out.used + len <= TAP_BUF_LEN;
}

/* Octets were buffered: they are written after a second at the latest */
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

/* Write all of the buffer now: the file must at least have its beginning */
static int tap_sync(struct tap *tap)
{
	tap_flush(tap);
	return tap->out.used ? -EIO : 0;
}

static void put_section(struct tap *tap)
{
	size_t start = block_begin(tap, PCAPNG_SHB);

	put32(&tap->out, PCAPNG_MAGIC);
	put16(&tap->out, 1);			/* version 1.0 */
	put16(&tap->out, 0);
	put64(&tap->out, UINT64_MAX);		/* length of the section: unknown */
	put_string(tap, PCAPNG_SHB_USERAPPL, "skua-nic");
	put_option(tap, PCAPNG_OPT_END, "", 0);
	block_end(tap, start);
}

/* Whether it is empty, or was a capture before: then it may be overwritten */
static bool file_is_ours(int fd, const struct stat *st)
{
	uint8_t head[12];

	if (!st->st_size)
		return true;
	return pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       dot11_get_le32(head) == PCAPNG_SHB &&
	       dot11_get_le32(head + 8) == PCAPNG_MAGIC;
}

/* /dev/null and /dev/full, which do not block */
static bool is_sink(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && (st->st_rdev == makedev(1, 3) ||
					st->st_rdev == makedev(1, 7));
}

/* The file that is there may have become another one since it was looked at. */
static int file_check(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISFIFO(st.st_mode) || is_sink(&st))
		return 0;
	if (!S_ISREG(st.st_mode) || !file_is_ours(fd, &st))
		return -EEXIST;
	return ftruncate(fd, 0) ? -errno : 0;
}

/*
 * Open a new file, or one that is there and holds nothing but a capture.
 * O_NONBLOCK: a FIFO without reader, or with a slow one, must not block.
 */
static int file_open(const char *path)
{
	int flags = O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
	int fd, ret;
	struct stat st;

	if (lstat(path, &st)) {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | flags, 0644);
		return fd < 0 ? -errno : fd;
	}
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !is_sink(&st))
		return -EEXIST;
	/* A FIFO that is opened for reading would always have a reader. */
	fd = open(path, (S_ISREG(st.st_mode) ? O_RDWR : O_WRONLY) | flags);
	if (fd < 0)
		return -errno;
	ret = file_check(fd);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

bool tap_writes_to(const struct tap *tap, const char *path)
{
	struct stat ours, other;

	return tap && !fstat(tap->fd, &ours) && !lstat(path, &other) &&
	       S_ISREG(ours.st_mode) && ours.st_dev == other.st_dev &&
	       ours.st_ino == other.st_ino;
}

struct tap *tap_open(const char *path, struct loop *loop)
{
	struct tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return NULL;
	tap->fd = file_open(path);
	if (tap->fd < 0) {
		errno = -tap->fd;
		free(tap);
		return NULL;
	}
	loop_timer_init(&tap->timer, tap_timer);
	tap->loop = loop;
	tap->out.buf = tap->buf;
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
	put16(&tap->out, PCAPNG_LINKTYPE);
	put16(&tap->out, 0);
	put32(&tap->out, 0);			/* only data frames may be cut */
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
	uint64_t size = tap->stats.bytes + tap->out.used + len;

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
	put32(&tap->out, (uint32_t)interface);
	put32(&tap->out, (uint32_t)(when >> 32));
	put32(&tap->out, (uint32_t)when);
	put64(&tap->out, 0);			/* lengths, below */
	packet = tap->out.used;
	radiotap_put(&tap->out, meta);
	radiotap = tap->out.used - packet;
	put_bytes(&tap->out, mpdu, caplen);
	dot11_put_le32(tap->buf + packet - 8, (uint32_t)(radiotap + caplen));
	dot11_put_le32(tap->buf + packet - 4, (uint32_t)(radiotap + len));
	put_align(&tap->out, packet, 4);
	if (meta->sender) {
		put_string(tap, PCAPNG_OPT_COMMENT, meta->sender);
		put_option(tap, PCAPNG_OPT_END, "", 0);
	}
	block_end(tap, start);
	tap->stats.frames++;
	tap_touch(tap);
}
