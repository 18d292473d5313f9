// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread beside the loop, for system calls that may block
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/helper.h"
#include "base/log.h"
#include "base/loop.h"

#define HELPER_STACK	(256 * 1024)
/* How long the end of the thread is waited for, and how often */
#define HELPER_PATIENCE_NS	(50 * LOOP_NS_PER_MS)
#define HELPER_TRIES	10
#define HELPER_SIGNAL	SIGURG	/* only ends system calls */
#define HELPER_LOOK_NS	LOOP_NS_PER_MS	/* how often helper_wait() looks */
/* More than all jobs together: nobody will look at the helper any more */
#define HELPER_LEFT	(1ull << 32)

/*
 * Rings of one producer and one consumer. @posted and @ended count jobs, @begun
 * those that the thread has taken; an entry is a job, or a descriptor to close,
 * shifted, with the lowest bit set.
 */
struct helper {
	struct loop *loop;
	bool threaded;
	bool stop;
	pthread_t thread;
	int wake;
	struct loop_fd told;
	unsigned int posted, begun, ended;
	unsigned int done_put, done_taken;
	uintptr_t job[HELPER_JOBS];
	struct helper_job *done[HELPER_JOBS];
};

static void helper_add(int fd, uint64_t n)
{
	/* Both eventfds are this process's own, and never full. */
	while (write(fd, &n, sizeof(n)) < 0 && errno == EINTR)
		;
}

static void helper_tell(int fd)
{
	helper_add(fd, 1);
}

static void helper_release(struct helper *h)
{
	if (h->told.fd >= 0)
		close(h->told.fd);
	if (h->wake >= 0)
		close(h->wake);
	free(h);
}

/* Return: true if the loop is to call the job's @done. */
static bool helper_do(struct helper *h, uintptr_t entry)
{
	struct helper_job *job = (struct helper_job *)entry;

	if (entry & 1) {
		close((int)(entry >> 1));
		return false;
	}
	/* From here on it may be posted again, unless it has a @done. */
	if (!job->done)
		__atomic_store_n(&job->posted, 0, __ATOMIC_SEQ_CST);
	job->run(job);
	if (!job->done)
		return false;
	h->done[h->done_put % HELPER_JOBS] = job;
	__atomic_store_n(&h->done_put, h->done_put + 1, __ATOMIC_RELEASE);
	return true;
}

static void *helper_main(void *arg)
{
	struct helper *h = arg;
	uint64_t n;
	bool tell;

	for (;;) {
		unsigned int end = __atomic_load_n(&h->posted, __ATOMIC_ACQUIRE);

		if (h->begun == end) {
			if (__atomic_load_n(&h->stop, __ATOMIC_ACQUIRE))
				return NULL;
			n = 0;
			if (read(h->wake, &n, sizeof(n)) < 0 && errno != EINTR)
				return NULL;
			if (n >= HELPER_LEFT) {
				helper_release(h);
				return NULL;
			}
			continue;
		}
		tell = helper_do(h, h->job[h->begun % HELPER_JOBS]);
		h->begun++;
		__atomic_store_n(&h->ended, h->begun, __ATOMIC_RELEASE);
		if (tell)
			helper_tell(h->told.fd);
	}
}

static void helper_told(struct loop_fd *w, uint32_t events)
{
	struct helper *h = container_of(w, struct helper, told);
	unsigned int end;
	uint64_t n;

	(void)events;
	if (read(w->fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		log_err(NULL, "helper: its eventfd cannot be read");
	end = __atomic_load_n(&h->done_put, __ATOMIC_ACQUIRE);
	while (h->done_taken != end) {
		struct helper_job *job = h->done[h->done_taken++ % HELPER_JOBS];

		__atomic_store_n(&job->posted, 0, __ATOMIC_SEQ_CST);
		job->done(job);
	}
}

static void helper_nothing(int sig)
{
	(void)sig;
}

/* Without SA_RESTART, so that the call that is interrupted fails */
static void helper_catch(void)
{
	struct sigaction sa = { .sa_handler = helper_nothing };

	sigemptyset(&sa.sa_mask);
	sigaction(HELPER_SIGNAL, &sa, NULL);
}

static int helper_start(struct helper *h)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_attr_t attr;
	sigset_t all, old;
	int ret;

	pthread_once(&once, helper_catch);
	ret = pthread_attr_init(&attr);
	if (ret)
		return ret;
	pthread_attr_setstacksize(&attr, HELPER_STACK);
	sigfillset(&all);
	sigdelset(&all, HELPER_SIGNAL);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&h->thread, &attr, helper_main, h);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	h->threaded = !ret;
	return ret;
}

struct helper *helper_new(struct loop *loop)
{
	struct helper *h = calloc(1, sizeof(*h));
	int ret = 0;

	if (!h)
		return NULL;
	h->loop = loop;
	h->wake = -1;
	h->told.fd = -1;
	if (!loop_realtime(loop))
		return h;
	h->wake = eventfd(0, EFD_CLOEXEC);
	h->told.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->told.fn = helper_told;
	if (h->wake < 0 || h->told.fd < 0)
		ret = errno;
	if (!ret)
		ret = -loop_fd_add(loop, &h->told, EPOLLIN);
	if (!ret)
		ret = helper_start(h);
	if (!ret)
		return h;
	helper_free(h);
	errno = ret;
	return NULL;
}

/* A signal that comes just before a call begins does not end it: so repeat it. */
static bool helper_join(struct helper *h)
{
	struct timespec end;

	__atomic_store_n(&h->stop, true, __ATOMIC_RELEASE);
	helper_tell(h->wake);
	for (int i = 0; i < HELPER_TRIES; i++) {
		helper_interrupt(h);
		clock_gettime(CLOCK_REALTIME, &end);
		end.tv_nsec += (long)HELPER_PATIENCE_NS;
		end.tv_sec += end.tv_nsec / (long)LOOP_NS_PER_S;
		end.tv_nsec %= (long)LOOP_NS_PER_S;
		if (!pthread_timedjoin_np(h->thread, NULL, &end))
			return true;
	}
	return false;
}

bool helper_free(struct helper *h)
{
	if (!h)
		return true;
	if (h->told.fd >= 0)
		loop_fd_del(h->loop, &h->told);
	if (h->threaded && !helper_join(h)) {
		pthread_detach(h->thread);
		return false;
	}
	helper_release(h);
	return true;
}

void helper_leave(struct helper *h)
{
	if (!h->threaded) {
		helper_release(h);
		return;
	}
	loop_fd_del(h->loop, &h->told);
	pthread_detach(h->thread);
	/* The thread frees the helper when it has read this, which ends our last use. */
	helper_add(h->wake, HELPER_LEFT);
}

bool helper_wait(const struct helper *h, uint64_t until)
{
	const struct timespec pause = { .tv_nsec = HELPER_LOOK_NS };

	while (helper_backlog(h)) {
		if (loop_now(h->loop) >= until)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static bool helper_put(struct helper *h, uintptr_t entry)
{
	if (!h->threaded) {
		h->posted++;
		helper_do(h, entry);
		h->ended++;
		if (h->done_taken != h->done_put) {
			struct helper_job *job = h->done[h->done_taken++ % HELPER_JOBS];

			job->posted = 0;
			job->done(job);
		}
		return true;
	}
	if (helper_backlog(h) >= HELPER_JOBS)
		return false;
	h->job[h->posted % HELPER_JOBS] = entry;
	__atomic_store_n(&h->posted, h->posted + 1, __ATOMIC_RELEASE);
	helper_tell(h->wake);
	return true;
}

bool helper_post(struct helper *h, struct helper_job *job)
{
	if (__atomic_exchange_n(&job->posted, 1, __ATOMIC_SEQ_CST))
		return true;
	if (helper_put(h, (uintptr_t)job))
		return true;
	job->posted = 0;
	return false;
}

void helper_close(struct helper *h, int fd)
{
	if (fd < 0)
		return;
	if (!helper_put(h, (uintptr_t)fd << 1 | 1))
		log_err(NULL, "descriptor %d stays open: too many wait to be closed", fd);
}

unsigned int helper_backlog(const struct helper *h)
{
	return h->posted - __atomic_load_n(&h->ended, __ATOMIC_ACQUIRE);
}

void helper_interrupt(struct helper *h)
{
	if (h->threaded && helper_backlog(h))
		pthread_kill(h->thread, HELPER_SIGNAL);
}
