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
#include "ctl/ctl_capture.h"
#include "ctl/ctl_fault.h"
#include "ctl/ctl_long.h"
#include "ctl/ctl_turn.h"
#include "pcie/pcie.h"

#define CTL_LINE_MAX	32768	/* room for a frame in hexadecimal */
#define CTL_CONNS	32
#define CTL_PATIENCE_NS	(10 * LOOP_NS_PER_S)
#define CTL_PAUSE_NS	(50 * LOOP_NS_PER_MS)
#define CTL_MAX_FDS	253	/* the most that Linux lets a message have */

/**
 * struct ctl_conn - a client
 * @ctl: the control socket
 * @watch: its connection
 * @next: next client
 * @work: carries out a request that has come
 * @patience: runs while it does not take its answer
 * @wait: the answer, while it is not complete; NULL if none is under way
 * @capture: a capture that is to begin
 * @late: the answer to that, while @work is to send it
 * @out: the answer; NULL if none waits
 * @out_len: octets of @out
 * @sent: how many of these it has taken
 * @len: octets of @line
 * @line: requests that have come, the last one perhaps in part
 */
struct ctl_conn {
	struct ctl *ctl;
	struct loop_fd watch;
	struct ctl_conn *next;
	struct loop_work work;
	struct loop_timer patience;
	struct ctl_long *wait;
	struct ctl_capture capture;
	json_t *late;
	char *out;
	size_t out_len, sent;
	size_t len;
	char line[CTL_LINE_MAX];
};

struct ctl {
	struct loop *loop;
	struct ctl_config cfg;
	/* One that closes what clients passed, which may take for ever, and one that does not */
	struct helper *closer;
	struct helper *helper;
	struct loop_fd watch;
	struct loop_timer pause;
	struct ctl_conn *conns;
	struct ctl_long *longs;
	unsigned int count;
};

/* Counters */

static json_t *count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *loop_json(struct loop *loop)
{
	const struct loop_stats *s = loop_get_stats(loop);

	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "turns", ctl_turns(loop), "iterations", count(s->iterations),
			 "sleeps", count(s->sleeps),
			 "spin_hits", count(s->spin_hits),
			 "timers", count(s->timers), "works", count(s->works),
			 "longest_ns", count(s->longest_ns),
			 "spin_ns", count(s->spin_ns), "wake_ns", count(s->wake_ns));
}

static json_t *capture_json(const struct air *air)
{
	struct air_capture_stats s = air_capture_stats(air);

	return json_pack("{s:o,s:o,s:o,s:o}", "frames", count(s.frames),
			 "bytes", count(s.bytes), "dropped", count(s.dropped),
			 "errors", count(s.errors));
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

static json_t *req_counters(struct ctl_conn *conn, json_t *req)
{
	(void)req;
	/* Those of the NICs come later: see ctl_long.h */
	return json_pack("{s:b,s:[],s:o,s:o}", "ok", 1, "nics",
			 "loop", loop_json(conn->ctl->loop),
			 "capture", capture_json(conn->ctl->cfg.air));
}

static struct ctl_nic *find_nic(struct ctl *ctl, const char *name)
{
	struct ctl_nic *nic;

	for (nic = ctl->cfg.nics; nic; nic = nic->next)
		if (!strcmp(nic->name, name))
			return nic;
	return NULL;
}

static json_t *req_gone(struct ctl_conn *conn, json_t *req)
{
	const char *name;
	struct ctl_nic *nic;
	int gone;

	if (json_unpack(req, "{s:s,s:b}", "nic", &name, "gone", &gone))
		return fail("wanted: nic (text), gone (true or false)");
	nic = find_nic(conn->ctl, name);
	if (!nic)
		return fail("no NIC of that name");
	pci_set_gone(nic->pci, gone);
	return done();
}

/* A request about one NIC, whose handler returns its error in words, or NULL */
static json_t *about_nic(struct ctl_conn *conn, json_t *req,
			 const char *(*fn)(struct fault *f, json_t *req))
{
	const char *why = NULL, *name;
	struct ctl_nic *nic;

	if (json_unpack(req, "{s:s}", "nic", &name))
		return fail("wanted: nic (text)");
	nic = find_nic(conn->ctl, name);
	if (!nic)
		return fail("no NIC of that name");
	why = fn(nic->fault, req);
	return why ? fail(why) : done();
}

static json_t *req_fault(struct ctl_conn *conn, json_t *req)
{
	return about_nic(conn, req, ctl_fault);
}

static json_t *req_inject(struct ctl_conn *conn, json_t *req)
{
	return about_nic(conn, req, ctl_inject);
}

static json_t *req_poke(struct ctl_conn *conn, json_t *req)
{
	return about_nic(conn, req, ctl_poke);
}

static bool part_parse(const char *text, enum air_part *part)
{
	static const char *const names[] = {
		[AIR_PART_MPDU] = "mpdu",
		[AIR_PART_DELIM] = "delimiter",
		[AIR_PART_PPDU] = "ppdu",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*part = (enum air_part)i;
			return true;
		}
	}
	return false;
}

static json_t *req_lose(struct ctl_conn *conn, json_t *req)
{
	int type = -1, subtype = -1, nth = 1, n = 1, every = 0, id;
	struct air_loss loss = { 0 };
	const char *ta = NULL, *part = NULL;

	if (json_unpack(req, "{s?i,s?i,s?s,s?i,s?i,s?i,s?s}", "type", &type,
			"subtype", &subtype, "ta", &ta, "nth", &nth,
			"count", &n, "every", &every, "part", &part) ||
	    nth < 1 || n < 0 || every < 0)
		return fail("wanted: type, subtype, nth, count, every (numbers), ta (address), part; all optional");
	if (ta && !addr_parse(ta, loss.ta))
		return fail("ta is no MAC address");
	if (part && !part_parse(part, &loss.part))
		return fail("part is none of mpdu, delimiter, ppdu");
	loss.match_type = type;
	loss.match_subtype = subtype;
	loss.nth = (uint32_t)nth;
	loss.count = (uint32_t)n;
	loss.every = (uint32_t)every;
	id = air_lose(conn->ctl->cfg.air, &loss);
	if (id < 0)
		return fail("there are as many rules as there may be");
	return json_pack("{s:b,s:i}", "ok", 1, "id", id);
}

static json_t *req_turns_clear(struct ctl_conn *conn, json_t *req)
{
	(void)req;
	turn_forget(loop_turn(conn->ctl->loop));
	return done();
}

static json_t *req_lose_clear(struct ctl_conn *conn, json_t *req)
{
	struct air *air = conn->ctl->cfg.air;
	json_t *hits = json_array();

	(void)req;
	for (int id = 0; id < air_loss_count(air); id++)
		json_array_append_new(hits, json_integer((json_int_t)air_loss_hits(air, id)));
	air_lose_clear(air);
	return json_pack("{s:b,s:o}", "ok", 1, "hits", hits);
}

static void capture_answered(struct ctl_capture *c, json_t *answer)
{
	struct ctl_conn *conn = container_of(c, struct ctl_conn, capture);

	conn->late = answer ? answer : fail("no memory for an answer");
	loop_defer(conn->ctl->loop, &conn->work);
}

static json_t *req_capture(struct ctl_conn *conn, json_t *req)
{
	const struct ctl_config *cfg = &conn->ctl->cfg;
	const char *why;

	conn->capture.done = capture_answered;
	why = ctl_capture(&conn->capture, cfg->air, cfg->capture, req);
	return why ? fail(why) : NULL;
}

static json_t *req_air(struct ctl_conn *conn, json_t *req)
{
	const char *wrong = ctl_air(conn->ctl->cfg.air, req);

	return wrong ? fail(wrong) : done();
}

static json_t *req_radar(struct ctl_conn *conn, json_t *req)
{
	const char *wrong = ctl_radar(conn->ctl->cfg.air, loop_now_us(conn->ctl->loop), req);

	return wrong ? fail(wrong) : done();
}

static const struct {
	const char *name;
	json_t *(*fn)(struct ctl_conn *conn, json_t *req);
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
	{ "turns_clear", req_turns_clear },
};

/* Return: the answer; NULL if it comes later, or without memory */
static json_t *ctl_answer(struct ctl_conn *conn, const char *line)
{
	json_t *req, *answer;
	const char *cmd;
	json_error_t err;
	size_t i = 0;

	req = json_loads(line, JSON_REJECT_DUPLICATES, &err);
	if (!req)
		return fail(err.text);
	if (json_unpack(req, "{s:s}", "cmd", &cmd)) {
		json_decref(req);
		return fail("wanted: an object with cmd (text)");
	}
	while (i < ARRAY_SIZE(requests) && strcmp(requests[i].name, cmd))
		i++;
	answer = i < ARRAY_SIZE(requests) ? requests[i].fn(conn, req) :
		fail("unknown cmd; there are: counters, gone, lose, lose_clear, capture, fault, inject, poke, air, radar, turns_clear");
	json_decref(req);
	return answer;
}

/* Connections */

/* An answer is under way. */
static bool conn_waits(const struct ctl_conn *conn)
{
	return conn->wait || conn->capture.waits || conn->late;
}

static void conn_close(struct ctl_conn *conn)
{
	struct ctl *ctl = conn->ctl;
	struct ctl_conn **p = &ctl->conns;

	while (*p != conn)
		p = &(*p)->next;
	*p = conn->next;
	ctl->count--;
	loop_work_cancel(ctl->loop, &conn->work);
	loop_timer_cancel(ctl->loop, &conn->patience);
	loop_fd_del(ctl->loop, &conn->watch);
	if (conn->wait)
		ctl_long_forget(conn->wait);
	if (conn->capture.waits)
		air_capture_forget(ctl->cfg.air, &conn->capture.wait);
	json_decref(conn->late);
	/* A client may have sent descriptors, and those may block when closed. */
	shutdown(conn->watch.fd, SHUT_RDWR);
	helper_close(ctl->closer, conn->watch.fd);
	free(conn->out);
	free(conn);
}

/* Send what the client takes. Return: false if the connection is at its end. */
static bool conn_send(struct ctl_conn *conn)
{
	ssize_t n = send(conn->watch.fd, conn->out + conn->sent,
			 conn->out_len - conn->sent,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	if (n > 0) {
		conn->sent += (size_t)n;
		loop_timer_after(conn->ctl->loop, &conn->patience,
				 CTL_PATIENCE_NS);
	}
	if (conn->sent < conn->out_len)
		return true;
	loop_timer_cancel(conn->ctl->loop, &conn->patience);
	free(conn->out);
	conn->out = NULL;
	return true;
}

/* A client that does not take its answer for so long gets no more of it. */
static void conn_patience(struct loop_timer *t)
{
	struct ctl_conn *conn = container_of(t, struct ctl_conn, patience);

	log_warn(NULL, "control: a client did not take its answer for %llu s",
		 (unsigned long long)(CTL_PATIENCE_NS / LOOP_NS_PER_S));
	conn_close(conn);
}

/* @text is the answer, which may be NULL */
static bool conn_put(struct ctl_conn *conn, char *text)
{
	if (!text) {
		log_warn(NULL, "control: no memory for an answer");
		return false;
	}
	conn->out = text;
	conn->out_len = strlen(text);
	conn->sent = 0;
	/* The end of the text is not needed, but the end of the line is. */
	text[conn->out_len++] = '\n';
	loop_timer_after(conn->ctl->loop, &conn->patience, CTL_PATIENCE_NS);
	return conn_send(conn);
}

static bool conn_reply(struct ctl_conn *conn, json_t *answer)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

	json_decref(answer);
	return conn_put(conn, text);
}

/*
 * Read only while no answer waits: so a client that does not take its answers can
 * ask for no more of them, and one answer is all that is kept for it.
 */
static void conn_watch(struct ctl_conn *conn)
{
	uint32_t events = EPOLLIN;

	if (conn_waits(conn))
		events = 0;
	else if (conn->out)
		events = EPOLLOUT;
	if (loop_fd_mod(conn->ctl->loop, &conn->watch, events))
		conn_close(conn);
}

static void conn_completed(struct ctl_long *l)
{
	struct ctl_conn *conn = l->owner;
	char *text = l->text;

	conn->wait = NULL;
	l->text = NULL;
	if (!conn_put(conn, text)) {
		conn_close(conn);
		return;
	}
	if (!conn->out)
		loop_defer(conn->ctl->loop, &conn->work);
	conn_watch(conn);
}

/* An answer with counters is not complete yet. */
static bool conn_complete(struct ctl_conn *conn, json_t *answer)
{
	struct ctl *ctl = conn->ctl;
	struct ctl_long *l = calloc(1, sizeof(*l));

	if (!l) {
		json_decref(answer);
		return conn_put(conn, NULL);
	}
	l->loop = ctl->loop;
	l->helper = ctl->helper;
	l->list = &ctl->longs;
	l->done = conn_completed;
	l->owner = conn;
	conn->wait = l;
	ctl_long_start(l, answer, ctl->cfg.nics);
	return true;
}

static bool conn_answer(struct ctl_conn *conn)
{
	json_t *answer = ctl_answer(conn, conn->line);

	if (!answer && conn_waits(conn))
		return true;
	return json_object_get(answer, "nics") ? conn_complete(conn, answer) :
						 conn_reply(conn, answer);
}

/* Return: false if the connection is at its end, as those below */
static bool conn_next(struct ctl_conn *conn)
{
	char *end = memchr(conn->line, '\n', conn->len);

	if (conn->out || conn_waits(conn) || !end)
		return true;
	*end++ = '\0';
	if (!conn_answer(conn))
		return false;
	conn->len -= (size_t)(end - conn->line);
	memmove(conn->line, end, conn->len);
	if (memchr(conn->line, '\n', conn->len))
		loop_defer(conn->ctl->loop, &conn->work);
	return true;
}

static bool conn_late(struct ctl_conn *conn)
{
	json_t *answer = conn->late;

	conn->late = NULL;
	if (!conn_reply(conn, answer))
		return false;
	if (!conn->out)
		loop_defer(conn->ctl->loop, &conn->work);
	return true;
}

/* One request a turn, however many came at once */
static void conn_work(struct loop_work *w)
{
	struct ctl_conn *conn = container_of(w, struct ctl_conn, work);

	/* The loop's next step is of another cause in any case */
	turn_switch(loop_turn(conn->ctl->loop), TURN_CLIENT);
	if (conn->late ? conn_late(conn) : conn_next(conn))
		conn_watch(conn);
	else
		conn_close(conn);
}

/* Descriptors that come with a request are of no use. */
static void drop_fd(void *ctl, int fd)
{
	helper_close(((struct ctl *)ctl)->closer, fd);
}

/* As recv(); 0 is the end of the connection, too, for one that sends descriptors */
static ssize_t conn_recv(struct ctl_conn *conn)
{
	union {
		struct cmsghdr align;
		uint8_t data[CMSG_SPACE(CTL_MAX_FDS * sizeof(int))];
	} control;
	struct iovec iov = {
		.iov_base = conn->line + conn->len,
		.iov_len = sizeof(conn->line) - 1 - conn->len,
	};
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.data,
		.msg_controllen = sizeof(control.data),
	};
	ssize_t n = recvmsg(conn->watch.fd, &mh,
			    MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n < 0 || !CMSG_FIRSTHDR(&mh))
		return n;
	sock_each_fd(&mh, drop_fd, conn->ctl);
	log_warn(NULL, "control: a client that sent descriptors was turned away");
	return 0;
}

static void conn_ready(struct loop_fd *w, uint32_t events)
{
	struct ctl_conn *conn = container_of(w, struct ctl_conn, watch);
	ssize_t n;

	if (conn_waits(conn)) {
		if (events & (EPOLLHUP | EPOLLERR))
			conn_close(conn);
		return;
	}
	if (conn->out) {
		if (!conn_send(conn)) {
			conn_close(conn);
			return;
		}
		if (!conn->out)
			loop_defer(conn->ctl->loop, &conn->work);
		conn_watch(conn);
		return;
	}
	/* Requests that are there come first: there may be no room for more. */
	if (memchr(conn->line, '\n', conn->len))
		return;
	n = conn_recv(conn);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(conn);
		return;
	}
	conn->len += (size_t)n;
	if (memchr(conn->line, '\n', conn->len)) {
		loop_defer(conn->ctl->loop, &conn->work);
	} else if (conn->len == sizeof(conn->line) - 1) {
		log_warn(NULL, "control: a request is longer than %d bytes",
			 CTL_LINE_MAX);
		conn_close(conn);
	}
}

static bool conn_new(struct ctl *ctl, int fd)
{
	struct ctl_conn *conn;

	if (ctl->count == CTL_CONNS) {
		log_warn(NULL, "control: a client was turned away: there are %d already",
			 CTL_CONNS);
		return false;
	}
	conn = calloc(1, sizeof(*conn));
	if (!conn) {
		log_warn(NULL, "control: no memory for a client");
		return false;
	}
	conn->ctl = ctl;
	conn->watch.fd = fd;
	conn->watch.fn = conn_ready;
	loop_work_init(&conn->work, conn_work);
	loop_timer_init(&conn->patience, conn_patience);
	if (loop_fd_add(ctl->loop, &conn->watch, EPOLLIN)) {
		free(conn);
		return false;
	}
	conn->next = ctl->conns;
	ctl->conns = conn;
	ctl->count++;
	return true;
}

/* To be asked for the same client again and again would keep the loop awake. */
static void ctl_pause(struct ctl *ctl, const char *why)
{
	log_warn(NULL, "control: a client has to wait: %s", why);
	loop_fd_del(ctl->loop, &ctl->watch);
	loop_timer_after(ctl->loop, &ctl->pause, CTL_PAUSE_NS);
}

static void ctl_go_on(struct loop_timer *t)
{
	struct ctl *ctl = container_of(t, struct ctl, pause);

	if (loop_fd_add(ctl->loop, &ctl->watch, EPOLLIN))
		loop_timer_after(ctl->loop, t, CTL_PAUSE_NS);
}

static void ctl_accept(struct loop_fd *w, uint32_t events)
{
	struct ctl *ctl = container_of(w, struct ctl, watch);
	int fd;

	(void)events;
	if (helper_backlog(ctl->closer) > HELPER_JOBS / 2) {
		ctl_pause(ctl, "descriptors of others cannot be closed");
		return;
	}
	fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 && errno != EAGAIN && errno != EINTR)
		ctl_pause(ctl, strerror(errno));
	if (fd >= 0 && !conn_new(ctl, fd)) {
		shutdown(fd, SHUT_RDWR);
		helper_close(ctl->closer, fd);
	}
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
	loop_timer_init(&ctl->pause, ctl_go_on);
	ctl->closer = helper_new(loop);
	err = -errno;
	if (!ctl->closer)
		goto err_free;
	ctl->helper = helper_new(loop);
	err = -errno;
	if (!ctl->helper)
		goto err_free;
	/* A process that may connect may change all NICs, and write files. */
	err = sock_listen(cfg->path, 0600, CTL_CONNS);
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
	helper_free(ctl->helper);
	helper_free(ctl->closer);
	free(ctl);
	return NULL;
}

void ctl_free(struct ctl *ctl)
{
	if (!ctl)
		return;
	while (ctl->conns)
		conn_close(ctl->conns);
	loop_timer_cancel(ctl->loop, &ctl->pause);
	loop_fd_del(ctl->loop, &ctl->watch);
	helper_close(ctl->closer, ctl->watch.fd);
	unlink(ctl->cfg.path);
	helper_free(ctl->closer);
	/* A helper that blocks still has its answers. */
	if (helper_free(ctl->helper))
		ctl_long_free_all(&ctl->longs);
	free(ctl);
}
