// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that a guest passed
 *
 * Each may be any file, and stays the guest's too: its flags, O_NONBLOCK among
 * them, change whenever the guest likes. So the helper looks at descriptors before a
 * message is carried out, writes to those that could block, and closes all of them.
 * The loop itself uses three kinds only: a pipe that was opened anew, which is an
 * open file of this process; an eventfd that is polled and never read; and memory
 * whose pages are the kernel's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "bus/vhost/priv.h"
#include "pcie/pcie.h"

/* What the kernel calls it: a path never begins like the other names. */
static enum vhost_fd_kind fd_kind(const char *proc)
{
	char name[32];
	ssize_t n = readlink(proc, name, sizeof(name) - 1);

	if (n < 0)
		return VHOST_FD_OTHER;
	name[n] = '\0';
	if (!strcmp(name, "anon_inode:[eventfd]"))
		return VHOST_FD_EVENTFD;
	if (!strncmp(name, "pipe:[", 6))
		return VHOST_FD_PIPE;
	if (!strncmp(name, "socket:[", 8))
		return VHOST_FD_SOCKET;
	return VHOST_FD_OTHER;
}

/* A pipe of another user cannot be opened; then the helper writes to the guest's. */
static void look_at_pipe(struct vhost_fd *f, const char *proc, int mode)
{
	int own = open(proc, mode | O_NONBLOCK | O_CLOEXEC);

	if (own < 0)
		return;
	close(f->fd);
	f->fd = own;
	f->kind = VHOST_FD_OWN_PIPE;
}

static void look_at_event(struct vhost_fd *f, int mode)
{
	char proc[32];

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", f->fd);
	f->kind = fd_kind(proc);
	if (f->kind == VHOST_FD_PIPE)
		look_at_pipe(f, proc, mode);
}

/* In the helper's thread */
static void look_run(struct helper_job *job)
{
	struct vhost *v = container_of(job, struct vhost, look);

	for (unsigned int i = 0; i < v->nfds; i++) {
		struct vhost_fd *f = &v->fds[i];

		f->kind = VHOST_FD_OTHER;
		if (v->hdr.request == VU_SET_MEM_TABLE)
			f->err = dma_file_look(&f->file, f->fd);
		else if (v->hdr.request == VU_SET_VRING_KICK)
			look_at_event(f, O_RDONLY);
		else if (v->hdr.request == VU_SET_VRING_CALL)
			look_at_event(f, O_WRONLY);
	}
}

void vhost_fds_init(struct vhost *v, void (*looked)(struct helper_job *job))
{
	v->look.run = look_run;
	v->look.done = looked;
	for (int i = 0; i < VQ_COUNT; i++)
		vhost_call_init(&v->call[i]);
}

void vhost_close_fds(struct vhost *v)
{
	for (unsigned int i = 0; i < v->nfds; i++)
		helper_close(v->helper, v->fds[i].fd);
	v->nfds = 0;
}

/* Notifications to the guest */

/*
 * In the helper's thread. The guest may clear the flag before the write; then the
 * helper waits, and with it what else this guest wants.
 */
static void call_run(struct helper_job *job)
{
	struct vhost_call *c = container_of(job, struct vhost_call, job);
	int fd = __atomic_load_n(&c->fd, __ATOMIC_ACQUIRE);
	const uint64_t one = 1;

	if (fd < 0)
		return;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN &&
	    errno != EINTR)
		__atomic_store_n(&c->err, errno, __ATOMIC_RELAXED);
}

void vhost_call_init(struct vhost_call *c)
{
	c->job.run = call_run;
	c->fd = -1;
}

void vhost_call_set(struct vhost *v, struct vhost_call *c, int fd, bool own)
{
	int old = c->fd;

	c->own = own;
	__atomic_store_n(&c->err, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&c->fd, fd, __ATOMIC_RELEASE);
	/* If the helper uses the old one, it closes it afterwards. */
	helper_close(v->helper, old);
}

/* If the descriptor is full, a notification waits there already. */
void vhost_call(struct vhost *v, struct vhost_call *c)
{
	const uint64_t one = 1;
	int err;

	if (c->own && write(c->fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		c->err = errno;
	if (!c->own)
		helper_post(v->helper, &c->job);
	err = __atomic_exchange_n(&c->err, 0, __ATOMIC_RELAXED);
	if (err)
		log_warn(v->log, "cannot notify the guest: %s", strerror(err));
}
