// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control socket: counters and faults, one JSON object a line
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "air/air.h"
#include "base/base.h"
#include "ctl/ctl.h"
#include "ctl/ctl_air.h"
#include "ctl/ctl_fault.h"
#include "pcie/pcie.h"

#define CTL_LINE_MAX	32768	/* room for a frame in hexadecimal */

struct ctl_conn {
	struct ctl *ctl;
	struct loop_fd watch;
	struct ctl_conn *next;
	size_t len;
	char line[CTL_LINE_MAX];
};

struct ctl {
	struct loop *loop;
	struct ctl_config cfg;
	struct loop_fd watch;
	struct ctl_conn *conns;
};

/* Counters */

static json_t *count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *loop_json(const struct loop *loop)
{
	const struct loop_stats *s = loop_get_stats(loop);

	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}",
			 "iterations", count(s->iterations),
			 "sleeps", count(s->sleeps),
			 "spin_hits", count(s->spin_hits),
			 "timers", count(s->timers), "works", count(s->works),
			 "longest_ns", count(s->longest_ns));
}

/* Requests */

static json_t *fail(const char *why)
{
	return json_pack("{s:b,s:s}", "ok", 0, "error", why);
}

static json_t *done(void)
{
	return json_pack("{s:b}", "ok", 1);
}

static json_t *req_counters(struct ctl *ctl, json_t *req)
{
	json_t *nics = json_array();
	struct ctl_nic *nic;

	(void)req;
	for (nic = ctl->cfg.nics; nic; nic = nic->next)
		json_array_append_new(nics, nic->counters(nic));
	return json_pack("{s:b,s:o,s:o}", "ok", 1, "nics", nics,
			 "loop", loop_json(ctl->loop));
}

static struct ctl_nic *find_nic(struct ctl *ctl, const char *name)
{
	struct ctl_nic *nic;

	for (nic = ctl->cfg.nics; nic; nic = nic->next)
		if (!strcmp(nic->name, name))
			return nic;
	return NULL;
}

static json_t *req_gone(struct ctl *ctl, json_t *req)
{
	const char *name;
	struct ctl_nic *nic;
	int gone;

	if (json_unpack(req, "{s:s,s:b}", "nic", &name, "gone", &gone))
		return fail("wanted: nic (text), gone (true or false)");
	nic = find_nic(ctl, name);
	if (!nic)
		return fail("no NIC of that name");
	pci_set_gone(nic->pci, gone);
	return done();
}

/* A request about one NIC, whose handler returns its error in words, or NULL */
static json_t *about_nic(struct ctl *ctl, json_t *req,
			 const char *(*fn)(struct fault *f, json_t *req))
{
	const char *why = NULL, *name;
	struct ctl_nic *nic;

	if (json_unpack(req, "{s:s}", "nic", &name))
		return fail("wanted: nic (text)");
	nic = find_nic(ctl, name);
	if (!nic)
		return fail("no NIC of that name");
	why = fn(nic->fault, req);
	return why ? fail(why) : done();
}

static json_t *req_fault(struct ctl *ctl, json_t *req)
{
	return about_nic(ctl, req, ctl_fault);
}

static json_t *req_inject(struct ctl *ctl, json_t *req)
{
	return about_nic(ctl, req, ctl_inject);
}

static json_t *req_poke(struct ctl *ctl, json_t *req)
{
	return about_nic(ctl, req, ctl_poke);
}

static json_t *req_lose(struct ctl *ctl, json_t *req)
{
	int type = -1, subtype = -1, nth = 1, n = 1, every = 0;
	struct air_loss loss = { 0 };
	const char *ta = NULL;

	if (json_unpack(req, "{s?i,s?i,s?s,s?i,s?i,s?i}", "type", &type,
			"subtype", &subtype, "ta", &ta, "nth", &nth,
			"count", &n, "every", &every) ||
	    nth < 1 || n < 0 || every < 0)
		return fail("wanted: type, subtype, nth, count, every (numbers), ta (address); all optional");
	if (ta && !addr_parse(ta, loss.ta))
		return fail("ta is no MAC address");
	loss.match_type = type;
	loss.match_subtype = subtype;
	loss.nth = (uint32_t)nth;
	loss.count = (uint32_t)n;
	loss.every = (uint32_t)every;
	return json_pack("{s:b,s:i}", "ok", 1, "id", air_lose(ctl->cfg.air, &loss));
}

static json_t *req_lose_clear(struct ctl *ctl, json_t *req)
{
	(void)req;
	air_lose_clear(ctl->cfg.air);
	return done();
}

static json_t *req_capture(struct ctl *ctl, json_t *req)
{
	json_int_t snaplen = 0, size = 0;
	const char *path;
	int err;

	if (json_unpack(req, "{s:s,s?I,s?I}", "file", &path,
			"snaplen", &snaplen, "size", &size) ||
	    snaplen < 0 || snaplen > UINT32_MAX || size < 0)
		return fail("wanted: file (text), and optionally snaplen and size (octets)");
	err = ctl->cfg.capture(ctl->cfg.air, path, (uint32_t)snaplen,
				(uint64_t)size);
	return err ? fail(strerror(-err)) : done();
}

static json_t *req_air(struct ctl *ctl, json_t *req)
{
	const char *wrong = ctl_air(ctl->cfg.air, req);

	return wrong ? fail(wrong) : done();
}

static json_t *req_radar(struct ctl *ctl, json_t *req)
{
	const char *wrong = ctl_radar(ctl->cfg.air, loop_now_us(ctl->loop), req);

	return wrong ? fail(wrong) : done();
}

static const struct {
	const char *name;
	json_t *(*fn)(struct ctl *ctl, json_t *req);
} requests[] = {
	{ "counters", req_counters },
	{ "gone", req_gone },
	{ "lose", req_lose },
	{ "lose_clear", req_lose_clear },
	{ "capture", req_capture },
	{ "fault", req_fault },
	{ "inject", req_inject },
	{ "poke", req_poke },
	{ "air", req_air },
	{ "radar", req_radar },
};

static json_t *ctl_answer(struct ctl *ctl, const char *line)
{
	json_t *req, *answer = NULL;
	const char *cmd;
	json_error_t err;
	size_t i;

	req = json_loads(line, JSON_REJECT_DUPLICATES, &err);
	if (!req)
		return fail(err.text);
	if (json_unpack(req, "{s:s}", "cmd", &cmd)) {
		json_decref(req);
		return fail("wanted: an object with cmd (text)");
	}
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (!strcmp(requests[i].name, cmd))
			answer = requests[i].fn(ctl, req);
	json_decref(req);
	return answer ? answer :
		fail("unknown cmd; there are: counters, gone, lose, lose_clear, capture, fault, inject, poke, air");
}

/* Connections */

static void conn_close(struct ctl_conn *conn)
{
	struct ctl_conn **p = &conn->ctl->conns;

	while (*p != conn)
		p = &(*p)->next;
	*p = conn->next;
	loop_fd_del(conn->ctl->loop, &conn->watch);
	close(conn->watch.fd);
	free(conn);
}

/*
 * Answers are written while the socket blocks: the peer is a local tool, and
 * SO_SNDTIMEO bounds the time for which it can keep the NIC waiting.
 */
static bool conn_reply(struct ctl_conn *conn, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	size_t len, off = 0;
	ssize_t n;

	json_decref(answer);
	if (!text)
		return false;
	len = strlen(text);
	text[len++] = '\n';
	while (off < len) {
		n = send(conn->watch.fd, text + off, len - off, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		off += (size_t)n;
	}
	free(text);
	return off == len;
}

static void conn_readable(struct loop_fd *w, uint32_t events)
{
	struct ctl_conn *conn = container_of(w, struct ctl_conn, watch);
	char *end;
	ssize_t n;

	(void)events;
	n = recv(w->fd, conn->line + conn->len,
		 sizeof(conn->line) - 1 - conn->len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(conn);
		return;
	}
	conn->len += (size_t)n;
	while ((end = memchr(conn->line, '\n', conn->len))) {
		*end++ = '\0';
		if (!conn_reply(conn, ctl_answer(conn->ctl, conn->line))) {
			conn_close(conn);
			return;
		}
		conn->len -= (size_t)(end - conn->line);
		memmove(conn->line, end, conn->len);
	}
	if (conn->len == sizeof(conn->line) - 1) {
		log_warn(NULL, "control: a request is longer than %d bytes",
			 CTL_LINE_MAX);
		conn_close(conn);
	}
}

static void ctl_accept(struct loop_fd *w, uint32_t events)
{
	struct ctl *ctl = container_of(w, struct ctl, watch);
	struct timeval patience = { .tv_usec = 200000 };
	struct ctl_conn *conn;
	int fd;

	(void)events;
	fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	conn = calloc(1, sizeof(*conn));
	if (!conn) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	conn->ctl = ctl;
	conn->watch.fd = fd;
	conn->watch.fn = conn_readable;
	if (loop_fd_add(ctl->loop, &conn->watch, EPOLLIN)) {
		close(fd);
		free(conn);
		return;
	}
	conn->next = ctl->conns;
	ctl->conns = conn;
}

struct ctl *ctl_new(struct loop *loop, const struct ctl_config *cfg)
{
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	int err;

	if (!ctl)
		return NULL;
	ctl->loop = loop;
	ctl->cfg = *cfg;
	if (!ctl->cfg.capture)
		ctl->cfg.capture = air_capture;
	ctl->watch.fn = ctl_accept;
	/* A process that may connect may change all NICs, and write files. */
	err = sock_listen(cfg->path, 0600, 8);
	if (err < 0)
		goto err_free;
	ctl->watch.fd = err;
	err = loop_fd_add(loop, &ctl->watch, EPOLLIN);
	if (!err)
		return ctl;
	close(ctl->watch.fd);
	unlink(cfg->path);
err_free:
	log_err(NULL, "control socket %s: %s", cfg->path, strerror(-err));
	free(ctl);
	return NULL;
}

void ctl_free(struct ctl *ctl)
{
	if (!ctl)
		return;
	while (ctl->conns)
		conn_close(ctl->conns);
	loop_fd_del(ctl->loop, &ctl->watch);
	close(ctl->watch.fd);
	unlink(ctl->cfg.path);
	free(ctl);
}
