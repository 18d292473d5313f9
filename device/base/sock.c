// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unix sockets: to listen on, and descriptors that come through them
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/sock.h"

/* Remove the socket of a process that has died, and nothing else. */
static void unlink_stale(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (!lstat(sa->sun_path, &st) && S_ISSOCK(st.st_mode) &&
	    connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) &&
	    errno == ECONNREFUSED)
		unlink(sa->sun_path);
	close(fd);
}

/* The umask is the only way to have the permissions from the first moment on. */
static int bind_with_mode(int fd, const struct sockaddr_un *sa, mode_t mode)
{
	mode_t old = 0;
	int ret;

	if (mode != SOCK_AS_UMASK)
		old = umask(~mode & 0777);
	ret = bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) ? -errno : 0;
	if (mode != SOCK_AS_UMASK)
		umask(old);
	return ret;
}

int sock_listen(const char *path, mode_t mode, int backlog)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, ret;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	strcpy(sa.sun_path, path);
	unlink_stale(&sa);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	ret = bind_with_mode(fd, &sa, mode);
	if (!ret && listen(fd, backlog)) {
		ret = -errno;
		unlink(path);
	}
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

void sock_each_fd(struct msghdr *mh, void (*take)(void *priv, int fd), void *priv)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			take(priv, fd);
		}
	}
}
