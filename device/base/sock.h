/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unix sockets: to listen on, and descriptors that come through them
 */
#ifndef SKUA_DEVICE_SOCK_H
#define SKUA_DEVICE_SOCK_H

#include <sys/types.h>

struct msghdr;

#define SOCK_AS_UMASK	((mode_t)-1)

/**
 * sock_listen() - make a socket and listen on it
 * @path: of the socket. The socket of a process that has died is replaced; any
 *	other file stays.
 * @mode: permissions of the socket, with any umask, or SOCK_AS_UMASK
 * @backlog: connections that may wait
 *
 * Return: the socket, which does not block, or -errno: -EADDRINUSE if there is
 * a file already.
 */
int sock_listen(const char *path, mode_t mode, int backlog);

/**
 * sock_each_fd() - hand over each descriptor that came with a message
 * @mh: of a recvmsg() that succeeded
 * @take: gets a descriptor, which is open and now its own
 * @priv: for @take
 */
void sock_each_fd(struct msghdr *mh, void (*take)(void *priv, int fd), void *priv);

#endif /* SKUA_DEVICE_SOCK_H */
