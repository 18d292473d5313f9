/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread beside the loop, for system calls that may block
 *
 * A descriptor that another process passed may be anything: closing a file of a
 * FUSE file system waits for its daemon, closing a TCP socket may linger, fstat()
 * waits for whoever writes to the file. The loop must not wait for other processes,
 * so such calls are jobs for a helper, which does them one after the other. If one
 * never ends, the jobs behind it never begin: whoever shares a helper suffers
 * alike, so each guest has its own.
 *
 * With a loop whose clock is simulated there is no thread: the jobs are done at
 * once, by the caller.
 *
 * All functions belong to the loop's thread and do not block, but for
 * helper_free() and helper_wait().
 */
#ifndef SKUA_DEVICE_HELPER_H
#define SKUA_DEVICE_HELPER_H

#include <stdbool.h>
#include <stdint.h>

struct helper;
struct loop;

/* Jobs that may wait at a time */
#define HELPER_JOBS	2048

/**
 * struct helper_job - a job; embed it, and clear it before its first use
 * @run: does it, in the helper's thread; must not log
 * @done: then called in the loop's thread; or NULL
 * @posted: private: it waits, or runs, or @done is still to be called
 */
struct helper_job {
	void (*run)(struct helper_job *job);
	void (*done)(struct helper_job *job);
	int posted;
};

/** helper_new() - start a helper of @loop; NULL with errno set if that fails */
struct helper *helper_new(struct loop *loop);

/**
 * helper_free() - end a helper when its jobs are done
 * @h: the helper; NULL is allowed
 *
 * No @done is called any more. Blocks for half a second at most.
 *
 * Return: false if a job blocks: the thread, and all that the jobs refer to, must
 * be left alone for ever.
 */
bool helper_free(struct helper *h);

/**
 * helper_leave() - end a helper that has no jobs, without waiting for its thread
 * @h: the helper; not from a @done of its jobs
 */
void helper_leave(struct helper *h);

/**
 * helper_wait() - block until all jobs have run, for the end of the process
 * @h: the helper; no @done is called meanwhile
 * @until: the most, in the loop's time
 *
 * Return: false if jobs are left.
 */
bool helper_wait(const struct helper *h, uint64_t until);

/**
 * helper_post() - have a job done
 * @h: the helper
 * @job: the job; if it was posted and its @run has not begun, nothing happens
 *
 * A job with @done must not be posted again before @done was called.
 *
 * Return: false if too many jobs wait.
 */
bool helper_post(struct helper *h, struct helper_job *job);

/**
 * helper_close() - close a descriptor of another process
 * @h: the helper
 * @fd: the descriptor, -1 for none
 *
 * If too many jobs wait, the descriptor stays open for ever, and that is logged:
 * callers look at helper_backlog() before they take descriptors.
 */
void helper_close(struct helper *h, int fd);

/** helper_backlog() - how many jobs wait or run */
unsigned int helper_backlog(const struct helper *h);

/** helper_interrupt() - if a job waits in a system call, let that fail with EINTR */
void helper_interrupt(struct helper *h);

#endif /* SKUA_DEVICE_HELPER_H */
