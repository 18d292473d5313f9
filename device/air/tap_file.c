// SPDX-License-Identifier: GPL-2.0-only
/* The file of a capture */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "air/priv.h"
#include "air/tap_file.h"

/* A FIFO whose reader takes nothing for so long loses the end of a capture. */
#define FINISH_MS	1000

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

static bool given_up(const struct tap_file *f)
{
	return __atomic_load_n(&f->given_up, __ATOMIC_ACQUIRE);
}

/* The file that is there may have become another one since it was looked at. */
static int file_check(struct tap_file *f, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISFIFO(st.st_mode) || is_sink(&st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return -EEXIST;
	f->id = (struct tap_id){ .dev = st.st_dev, .ino = st.st_ino };
	for (size_t i = 0; i < TAP_OTHERS; i++)
		if (tap_id_same(&f->id, &f->others[i]))
			return -ETXTBSY;
	if (!file_is_ours(fd, &st))
		return -EEXIST;
	/* Who gave it up may have begun another capture in it. */
	if (given_up(f))
		return -ECANCELED;
	return st.st_size && ftruncate(fd, 0) ? -errno : 0;
}

/* O_NONBLOCK: a FIFO without reader, or with a slow one, must not block. */
int tap_file_open(struct tap_file *f)
{
	int flags = O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
	struct stat st;
	int fd, ret;

	if (lstat(f->path, &st)) {
		fd = open(f->path, O_RDWR | O_CREAT | O_EXCL | flags, 0644);
	} else if (S_ISREG(st.st_mode)) {
		fd = open(f->path, O_RDWR | flags);
	} else if (S_ISFIFO(st.st_mode) || is_sink(&st)) {
		/* A FIFO that is opened for reading would always have a reader. */
		fd = open(f->path, O_WRONLY | flags);
	} else {
		return -EEXIST;
	}
	if (fd < 0)
		return -errno;
	ret = file_check(f, fd);
	if (ret)
		close(fd);
	else
		f->fd = fd;
	return ret;
}

size_t tap_file_write(struct tap_file *f, const uint8_t *p, size_t len)
{
	size_t done = 0;

	f->err = 0;
	while (done < len) {
		ssize_t n = write(f->fd, p + done, len - done);

		if (n < 0 && errno == EINTR && !given_up(f))
			continue;
		if (n <= 0) {
			f->err = n ? errno : ENOSPC;
			break;
		}
		done += (size_t)n;
	}
	return done;
}

bool tap_file_finish(struct tap_file *f, const uint8_t *p, size_t len)
{
	struct pollfd room = { .fd = f->fd, .events = POLLOUT };

	for (;;) {
		size_t n = tap_file_write(f, p, len);

		p += n;
		len -= n;
		if (!len)
			return true;
		if (f->err != EAGAIN || poll(&room, 1, FINISH_MS) <= 0)
			return false;
	}
}

bool tap_file_close(struct tap_file *f)
{
	int fd = f->fd;

	f->fd = -1;
	if (!close(fd))
		return true;
	f->err = errno;
	return false;
}
