// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bus front end for User-Mode Linux: a vhost-user server for its virt-pci
 *
 * The guest's kernel sends vhost-user messages over the socket to set up its
 * memory and two split virtqueues: 0 carries PCI transactions to the device, 1
 * carries interrupts back. This file has the sockets: connections come and go.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "bus/vhost/priv.h"

/* How often a system call of the helper is interrupted, and when this is said */
#define SETTLE_NS	(50 * LOOP_NS_PER_MS)
#define SETTLE_PATIENCE	20

static void vhost_drop_work(struct loop_work *w)
{
	vhost_close(container_of(w, struct vhost, drop_work));
}

/* A guest that reboots may connect before its hang-up was noticed. */
static bool vhost_hung_up(struct vhost *v)
{
	struct pollfd p = { .fd = v->sock.fd, .events = POLLRDHUP };

	return v->broken || poll(&p, 1, 0) > 0;
}

/* Accept nobody for a while, and then until the helper has done what it has to do. */
static void vhost_pause(struct vhost *v)
{
	if (!v->settling)
		loop_fd_del(v->loop, &v->listen);
	v->settling = true;
	v->settle_turns = 0;
	loop_timer_after(v->loop, &v->settle_timer, SETTLE_NS);
}

/*
 * Accept nobody until then. A call that waits for the last guest is interrupted; one
 * that cannot be keeps the next guest out.
 */
static void vhost_settle(struct vhost *v)
{
	vhost_pause(v);
	helper_post(v->helper, &v->settle);
}

/* It is enough that its turn has come. */
static void vhost_settle_run(struct helper_job *job)
{
	(void)job;
}

static void vhost_settled(struct helper_job *job)
{
	struct vhost *v = container_of(job, struct vhost, settle);
	int ret;

	loop_timer_cancel(v->loop, &v->settle_timer);
	v->settling = false;
	ret = loop_fd_add(v->loop, &v->listen, EPOLLIN);
	if (ret)
		log_err(v->log, "no guest can connect any more: %s", strerror(-ret));
}

static void vhost_settle_timer(struct loop_timer *t)
{
	struct vhost *v = container_of(t, struct vhost, settle_timer);

	helper_interrupt(v->helper);
	helper_post(v->helper, &v->settle);
	loop_timer_after(v->loop, t, SETTLE_NS);
	if (++v->settle_turns != SETTLE_PATIENCE)
		return;
	v->stats.fds_late++;
	log_warn(v->log, "a guest has to wait: descriptors of the last one cannot be closed");
}

static void vhost_turn_away(struct vhost *v, int fd)
{
	log_warn(v->log, "a second guest was turned away: this NIC is taken");
	shutdown(fd, SHUT_RDWR);
	helper_close(v->helper, fd);
}

static void vhost_accept(struct loop_fd *w, uint32_t events)
{
	struct vhost *v = container_of(w, struct vhost, listen);
	unsigned int allowed = HELPER_JOBS / 2;
	int fd;

	(void)events;
	if (v->sock.fd >= 0 && vhost_hung_up(v))
		vhost_close(v);
	/* A guest's own place must be clean; one that is turned away needs less. */
	if (v->sock.fd < 0)
		allowed = 0;
	if (helper_backlog(v->helper) > allowed || (!allowed && v->looking)) {
		vhost_settle(v);
		return;
	}
	fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		/* Without descriptors it would be asked for the next one at once. */
		if (errno != EAGAIN && errno != EINTR) {
			log_warn(v->log, "a guest has to wait: %s", strerror(errno));
			vhost_pause(v);
		}
		return;
	}
	if (v->sock.fd >= 0) {
		vhost_turn_away(v, fd);
		return;
	}
	v->sock.fd = fd;
	if (loop_fd_add(v->loop, &v->sock, EPOLLIN)) {
		helper_close(v->helper, fd);
		v->sock.fd = -1;
		return;
	}
	v->bd->fe = &v->fe;
	v->stats.connects++;
	v->shares = cpus_one_for_both(cpus_peer(fd));
	if (v->shares)
		loop_share(v->loop, true);
	log_info(v->log, "a guest has connected%s", v->shares ?
		 ", which shares the NIC's processor: short spins only" : "");
}

static int vhost_listen(struct vhost *v)
{
	int ret;

	v->listen.fn = vhost_accept;
	v->listen.fd = sock_listen(v->path, SOCK_AS_UMASK, 16);
	if (v->listen.fd < 0)
		return v->listen.fd;
	ret = loop_fd_add(v->loop, &v->listen, EPOLLIN);
	if (!ret)
		return 0;
	unlink(v->path);
	close(v->listen.fd);
	return ret;
}

static void vhost_free(struct bus_fe *fe)
{
	struct vhost *v = container_of(fe, struct vhost, fe);

	if (v->sock.fd >= 0)
		vhost_close(v);
	loop_poll_del(v->loop, &v->poll);
	loop_timer_cancel(v->loop, &v->settle_timer);
	loop_fd_del(v->loop, &v->listen);
	/* Descriptors of guests that still wait are closed with this socket. */
	helper_close(v->helper, v->listen.fd);
	unlink(v->path);
	if (helper_free(v->helper))
		free(v);
	else
		log_warn(v->log, "descriptors of a guest cannot be closed");
}

static unsigned int vhost_get_stats(const struct bus_fe *fe,
				    struct bus_stat *to)
{
	const struct vhost_stats *s =
		&container_of(fe, const struct vhost, fe)->stats;
	const struct bus_stat stats[] = {
		{ "connects", s->connects }, { "drops", s->drops },
		{ "commands", s->commands }, { "posted", s->posted },
		{ "bad_commands", s->bad_commands }, { "late", s->late },
		{ "signals", s->signals }, { "irqs", s->irqs },
		{ "irqs_deferred", s->irqs_deferred },
		{ "fds_refused", s->fds_refused }, { "fds_late", s->fds_late },
	};

	static_assert(ARRAY_SIZE(stats) <= BUS_STATS_MAX, "room for the counters");
	memcpy(to, stats, sizeof(stats));
	return ARRAY_SIZE(stats);
}

static const struct bus_fe_ops vhost_fe_ops = {
	.irq = vhost_irq,
	.stats = vhost_get_stats,
	.free = vhost_free,
};

static void vhost_init(struct vhost *v)
{
	v->fe.ops = &vhost_fe_ops;
	v->sock.fd = -1;
	v->sock.fn = vhost_receive;
	v->backend_fd = -1;
	for (int i = 0; i < VQ_COUNT; i++)
		vq_init(v, &v->vqs[i]);
	vhost_pci_init(v);
	vhost_fds_init(v, vhost_looked);
	v->settle.run = vhost_settle_run;
	v->settle.done = vhost_settled;
	loop_timer_init(&v->settle_timer, vhost_settle_timer);
	loop_work_init(&v->drop_work, vhost_drop_work);
}

static struct bus_fe *vhost_new(struct loop *loop, struct log *log,
				const char *path, struct bus_dev *bd)
{
	struct vhost *v = calloc(1, sizeof(*v));
	int ret = -ENAMETOOLONG;

	if (!v)
		return NULL;
	v->bd = bd;
	v->loop = loop;
	v->log = log;
	vhost_init(v);
	v->helper = helper_new(loop);
	if (!v->helper) {
		free(v);
		return NULL;
	}
	if ((size_t)snprintf(v->path, sizeof(v->path), "%s", path) <
	    sizeof(v->path))
		ret = vhost_listen(v);
	if (ret) {
		log_err(log, "cannot listen on %s: %s", path, strerror(-ret));
		helper_free(v->helper);
		free(v);
		errno = -ret;
		return NULL;
	}
	loop_poll_add(loop, &v->poll, LOOP_POLL_BUS);
	return &v->fe;
}

const struct bus_front_end vhost_front_end = {
	.new = vhost_new,
};
