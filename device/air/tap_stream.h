/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of a capture's octets to its file
 *
 * The loop fills chunks of a buffer, and the capture's helper writes those that are full:
 * the helper opens, writes and closes the file, and the loop never waits for that. When all
 * chunks are full, because the file is slow, there is no room, and the caller goes without.
 *
 * Each capture has a helper of its own: a file system that never answers stops that
 * capture, and the next one begins beside it.
 *
 * All functions belong to the loop's thread. Without a loop, and with one whose clock is
 * simulated, there is no helper, and everything is done at once.
 */
#ifndef SKUA_DEVICE_TAP_STREAM_H
#define SKUA_DEVICE_TAP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air/priv.h"
#include "air/tap_file.h"

#define TAP_CHUNK	(256u * 1024)
#define TAP_CHUNKS	32u

/**
 * struct tap_stream - the buffer, and the jobs of the helper
 * @loop: event loop, or NULL
 * @helper: the helper, or NULL
 * @open: opens the file and writes the first octets
 * @write: writes full chunks
 * @close: writes the rest and closes the file
 * @file: the file, which belongs to the job that runs
 * @timer: armed while octets are buffered
 * @ended: calls @closed, and ends the helper, when @close is done
 * @opened: the file is open, or cannot be opened (-errno)
 * @closed: the file is closed, and all was written, or not (@whole); after that nothing
 *	refers to the stream any more
 * @out: the chunk that is being filled, which is number @head
 * @buf: all chunks; number n is at n % TAP_CHUNKS
 * @used: octets of each chunk
 * @head: the chunks before this one are full
 * @tail: the chunks before this one are written
 * @done: octets of chunk @tail that are written
 * @until: @write writes the chunks from @tail up to this one
 * @wrote: and has written so many of them,
 * @took: and so many octets of the next
 * @handed: octets in chunks before @head
 * @written: octets in the file
 * @errors: writes that failed, but for a FIFO that was full
 * @ready: the file is open
 * @writing: @write waits or runs
 * @failing: the last write did not take all octets; only the timer tries again
 * @logged: the error was logged
 * @closing: @close waits or has run
 * @whole: all octets are in the file
 */
struct tap_stream {
	struct loop *loop;
	struct helper *helper;
	struct helper_job open, write, close;
	struct tap_file file;
	struct loop_timer timer;
	struct loop_work ended;
	void (*opened)(struct tap_stream *s, int err);
	void (*closed)(struct tap_stream *s, bool whole);
	struct tap_out out;
	uint8_t *buf;
	size_t used[TAP_CHUNKS];
	unsigned int head, tail, until, wrote;
	size_t done, took;
	uint64_t handed, written, errors;
	bool ready, writing, failing, logged, closing, whole;
};

/** tap_stream_init() - make an empty stream; false without memory or thread */
bool tap_stream_init(struct tap_stream *s, struct loop *loop);

/**
 * tap_stream_open() - open the file; what is in the buffer becomes its beginning
 * @s: the stream
 * @path: the file
 * @opened: told of the end, perhaps before this returns
 *
 * s->file.others are files that must not be used. Return: false without memory.
 */
bool tap_stream_open(struct tap_stream *s, const char *path,
		     void (*opened)(struct tap_stream *s, int err));

/** tap_stream_reserve() - make room for @len octets, at most TAP_CHUNK; false if there is none */
bool tap_stream_reserve(struct tap_stream *s, size_t len);

/** tap_stream_touch() - octets were buffered: they are written after a second at the latest */
void tap_stream_touch(struct tap_stream *s);

/** tap_stream_size() - octets written or buffered */
uint64_t tap_stream_size(const struct tap_stream *s);

/** tap_stream_flush() - have the buffered octets written */
void tap_stream_flush(struct tap_stream *s);

/**
 * tap_stream_close() - have the rest written, and the file closed
 * @s: the stream; if it was not opened yet, it is not opened any more
 * @closed: told of the end: from the loop, or before this returns if there is none
 */
void tap_stream_close(struct tap_stream *s,
		      void (*closed)(struct tap_stream *s, bool whole));

/**
 * tap_stream_end() - the same for the end of the process: block until it is done
 * @s: the stream, which may be closing already; @closed is not called
 * @until: the most, in the loop's time
 *
 * Return: false if the helper blocks: the stream must be left alone for ever.
 */
bool tap_stream_end(struct tap_stream *s, uint64_t until);

#endif /* SKUA_DEVICE_TAP_STREAM_H */
