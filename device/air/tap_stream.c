// SPDX-License-Identifier: GPL-2.0-only
/* The way of a capture's octets to its file */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "air/tap_stream.h"
#include "base/base.h"

#define TAP_FLUSH_NS	LOOP_NS_PER_S
#define TAP_READER_NS	(10 * LOOP_NS_PER_MS)	/* when a FIFO is full */

/* In the helper's thread */

static void run_open(struct helper_job *job)
{
	struct tap_stream *s = container_of(job, struct tap_stream, open);
	struct tap_file *f = &s->file;

	/* Else the loop would wait for each page when it is first used. */
	memset(s->buf + s->out.used, 0, TAP_CHUNK * TAP_CHUNKS - s->out.used);
	f->err = -tap_file_open(f);
	if (f->err || tap_file_write(f, s->buf, s->out.used) == s->out.used)
		return;
	tap_file_close(f);
	f->err = EIO;
}

static const uint8_t *chunk(const struct tap_stream *s, unsigned int n)
{
	return s->buf + (size_t)(n % TAP_CHUNKS) * TAP_CHUNK;
}

static void run_write(struct helper_job *job)
{
	struct tap_stream *s = container_of(job, struct tap_stream, write);
	size_t at = s->done;

	for (s->wrote = 0; s->tail + s->wrote != s->until; s->wrote++) {
		unsigned int n = s->tail + s->wrote;
		size_t left = s->used[n % TAP_CHUNKS] - at;

		s->took = tap_file_write(&s->file, chunk(s, n) + at, left);
		if (s->took < left)
			return;
		at = 0;
	}
	s->took = 0;
}

/* What the last write has done. Return: octets */
static size_t count_written(struct tap_stream *s)
{
	size_t octets = s->took;

	for (unsigned int i = 0; i < s->wrote; i++)
		octets += s->used[(s->tail + i) % TAP_CHUNKS];
	if (s->wrote) {
		octets -= s->done;
		s->done = 0;
	}
	s->tail += s->wrote;
	s->done += s->took;
	return octets;
}

/* The jobs before have run, and the loop touches none of this any more. */
static bool write_rest(struct tap_stream *s)
{
	if (s->writing)
		count_written(s);
	for (; s->tail != s->head; s->tail++) {
		size_t left = s->used[s->tail % TAP_CHUNKS] - s->done;

		if (!tap_file_finish(&s->file, chunk(s, s->tail) + s->done, left))
			return false;
		s->done = 0;
	}
	return tap_file_finish(&s->file, s->out.buf, s->out.used);
}

static void run_close(struct helper_job *job)
{
	struct tap_stream *s = container_of(job, struct tap_stream, close);

	if (s->file.fd < 0)
		return;
	s->whole = !s->ready || write_rest(s);
	if (!tap_file_close(&s->file))
		s->whole = false;
}

/* In the loop's thread */

static void stream_post(struct tap_stream *s, struct helper_job *job)
{
	if (s->helper) {
		/* There are three jobs, and room for more. */
		helper_post(s->helper, job);
		return;
	}
	job->run(job);
	job->done(job);
}

static void stream_failed(struct tap_stream *s, int err)
{
	if (s->loop)
		loop_timer_after(s->loop, &s->timer,
				 err == EAGAIN ? TAP_READER_NS : TAP_FLUSH_NS);
	s->errors += err != EAGAIN;
	if (s->logged || err == EAGAIN)
		return;
	s->logged = true;
	log_err(NULL, "capture: cannot write: %s; frames will be missing",
		strerror(err));
}

/* Go on with the next chunk. Return: false if none is empty */
static bool next_chunk(struct tap_stream *s)
{
	if (s->head + 1 - s->tail == TAP_CHUNKS)
		return false;
	s->used[s->head++ % TAP_CHUNKS] = s->out.used;
	s->handed += s->out.used;
	s->out.buf = s->buf + (size_t)(s->head % TAP_CHUNKS) * TAP_CHUNK;
	s->out.used = 0;
	return true;
}

static void write_chunks(struct tap_stream *s)
{
	if (!s->ready || s->writing || s->closing || s->tail == s->head)
		return;
	s->until = s->head;
	s->writing = true;
	stream_post(s, &s->write);
}

static void done_open(struct helper_job *job)
{
	struct tap_stream *s = container_of(job, struct tap_stream, open);

	if (s->closing)
		return;
	if (!s->file.err) {
		s->ready = true;
		s->written = s->handed = s->out.used;
		s->out.used = 0;
	}
	s->opened(s, -s->file.err);
}

/*
 * The rest stays: a later write continues in the middle of a block, so that the file is
 * whole again.
 */
static void done_write(struct helper_job *job)
{
	struct tap_stream *s = container_of(job, struct tap_stream, write);

	if (s->closing)
		return;
	s->writing = false;
	s->written += count_written(s);
	s->failing = s->tail != s->until;
	if (s->failing) {
		stream_failed(s, s->file.err);
		return;
	}
	write_chunks(s);
	if (s->out.used)
		tap_stream_touch(s);
}

static void stream_timer(struct loop_timer *t)
{
	tap_stream_flush(container_of(t, struct tap_stream, timer));
}

/* The loop has no timer and no work of it any more */
static void stream_free(struct tap_stream *s)
{
	free(s->file.path);
	free(s->buf);
}

/* A helper is not to be ended by one of its jobs. */
static void stream_ended(struct loop_work *w)
{
	struct tap_stream *s = container_of(w, struct tap_stream, ended);
	bool whole = s->whole;

	if (s->helper)
		helper_leave(s->helper);
	if (!whole && s->ready)
		log_err(NULL, "capture: %s is not whole: %s", s->file.path,
			strerror(s->file.err));
	stream_free(s);
	s->closed(s, whole);
}

static void done_close(struct helper_job *job)
{
	struct tap_stream *s = container_of(job, struct tap_stream, close);

	if (!s->closed)
		return;
	if (s->loop)
		loop_defer(s->loop, &s->ended);
	else
		stream_ended(&s->ended);
}

bool tap_stream_init(struct tap_stream *s, struct loop *loop)
{
	memset(s, 0, sizeof(*s));
	s->loop = loop;
	s->file.fd = -1;
	s->whole = true;
	s->open = (struct helper_job){ .run = run_open, .done = done_open };
	s->write = (struct helper_job){ .run = run_write, .done = done_write };
	s->close = (struct helper_job){ .run = run_close, .done = done_close };
	loop_timer_init(&s->timer, stream_timer);
	loop_work_init(&s->ended, stream_ended);
	s->buf = malloc(TAP_CHUNK * TAP_CHUNKS);
	s->out.buf = s->buf;
	if (loop)
		s->helper = helper_new(loop);
	if (s->buf && (s->helper || !loop))
		return true;
	if (s->helper)
		helper_leave(s->helper);
	stream_free(s);
	return false;
}

bool tap_stream_open(struct tap_stream *s, const char *path,
		     void (*opened)(struct tap_stream *s, int err))
{
	s->opened = opened;
	s->file.path = strdup(path);
	if (!s->file.path)
		return false;
	stream_post(s, &s->open);
	return true;
}

bool tap_stream_reserve(struct tap_stream *s, size_t len)
{
	if (s->out.used + len <= TAP_CHUNK)
		return true;
	if (!next_chunk(s))
		return false;
	/* After a failure the timer tries again. */
	if (!s->failing)
		write_chunks(s);
	return true;
}

void tap_stream_touch(struct tap_stream *s)
{
	if (s->loop && !loop_timer_armed(&s->timer))
		loop_timer_after(s->loop, &s->timer, TAP_FLUSH_NS);
}

uint64_t tap_stream_size(const struct tap_stream *s)
{
	return s->handed + s->out.used;
}

void tap_stream_flush(struct tap_stream *s)
{
	/* Behind full chunks it would take the place of a full one. */
	if (s->out.used && s->tail == s->head)
		next_chunk(s);
	write_chunks(s);
}

void tap_stream_close(struct tap_stream *s,
		      void (*closed)(struct tap_stream *s, bool whole))
{
	s->closing = true;
	s->closed = closed;
	if (!s->ready)
		__atomic_store_n(&s->file.given_up, true, __ATOMIC_RELEASE);
	if (s->loop)
		loop_timer_cancel(s->loop, &s->timer);
	stream_post(s, &s->close);
}

bool tap_stream_end(struct tap_stream *s, uint64_t until)
{
	bool done;

	if (!s->closing)
		tap_stream_close(s, NULL);
	s->closed = NULL;
	done = helper_wait(s->helper, until);
	__atomic_store_n(&s->file.given_up, true, __ATOMIC_RELEASE);
	if (!done || !s->whole)
		log_err(NULL, "capture: %s is not whole: %s", s->file.path,
			done ? strerror(s->file.err) : "it is too slow");
	loop_timer_cancel(s->loop, &s->timer);
	loop_work_cancel(s->loop, &s->ended);
	if (!helper_free(s->helper))
		return false;
	stream_free(s);
	return true;
}
