// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of the log on their way to its file
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log_queue.h"

#define LINE_MAX_LEN	1024
#define LOOK_NS		1000000	/* how often the end looks */

/*
 * A ring of one producer and one consumer. A line has its length before it. @put and @taken
 * count octets; the semaphore counts lines, and one more for the end.
 */
static struct {
	bool running;
	int fd;
	pthread_t thread;
	sem_t lines;
	size_t put, taken;
	unsigned int errors;
	uint8_t ring[LOG_QUEUE_LEN];
} queue;

static void ring_put(size_t at, const void *p, size_t len)
{
	size_t first = LOG_QUEUE_LEN - at % LOG_QUEUE_LEN;

	if (first > len)
		first = len;
	memcpy(queue.ring + at % LOG_QUEUE_LEN, p, first);
	memcpy(queue.ring, (const uint8_t *)p + first, len - first);
}

static void ring_get(size_t at, void *p, size_t len)
{
	size_t first = LOG_QUEUE_LEN - at % LOG_QUEUE_LEN;

	if (first > len)
		first = len;
	memcpy(p, queue.ring + at % LOG_QUEUE_LEN, first);
	memcpy((uint8_t *)p + first, queue.ring, len - first);
}

/* At once if possible: others may write to the same pipe or file. */
static bool write_line(const char *line, size_t len)
{
	struct pollfd room = { .fd = queue.fd, .events = POLLOUT };

	while (len) {
		ssize_t n = write(queue.fd, line, len);

		if (n < 0 && errno == EAGAIN) {
			/* Somebody made the terminal or pipe not block. */
			poll(&room, 1, -1);
		} else if (n < 0 && errno != EINTR) {
			return false;
		} else if (n > 0) {
			line += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static void *queue_main(void *arg)
{
	char line[LINE_MAX_LEN];
	uint16_t len;

	(void)arg;
	for (;;) {
		while (sem_wait(&queue.lines))
			;
		if (queue.taken == __atomic_load_n(&queue.put, __ATOMIC_ACQUIRE))
			return NULL;
		ring_get(queue.taken, &len, sizeof(len));
		ring_get(queue.taken + sizeof(len), line, len);
		if (!write_line(line, len))
			__atomic_add_fetch(&queue.errors, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&queue.taken, queue.taken + sizeof(len) + len,
				 __ATOMIC_RELEASE);
	}
}

int log_queue_start(int fd)
{
	sigset_t all, old;
	int ret;

	queue.fd = fd;
	sem_init(&queue.lines, 0, 0);
	/* Signals are for the other threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&queue.thread, NULL, queue_main, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	queue.running = !ret;
	return -ret;
}

bool log_queue_running(void)
{
	return queue.running;
}

static size_t queue_used(void)
{
	return queue.put - __atomic_load_n(&queue.taken, __ATOMIC_ACQUIRE);
}

bool log_queue_put(const char *line, size_t size)
{
	uint16_t len = (uint16_t)(size < LINE_MAX_LEN ? size : LINE_MAX_LEN);

	if (queue_used() + sizeof(len) + len > LOG_QUEUE_LEN)
		return false;
	ring_put(queue.put, &len, sizeof(len));
	ring_put(queue.put + sizeof(len), line, len);
	__atomic_store_n(&queue.put, queue.put + sizeof(len) + len,
			 __ATOMIC_RELEASE);
	sem_post(&queue.lines);
	return true;
}

unsigned int log_queue_errors(void)
{
	return __atomic_exchange_n(&queue.errors, 0, __ATOMIC_RELAXED);
}

bool log_queue_end(uint64_t ns)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };

	while (queue_used()) {
		if (ns < LOOK_NS)
			return false;
		ns -= LOOK_NS;
		nanosleep(&pause, NULL);
	}
	/* The thread finds no line behind this. */
	sem_post(&queue.lines);
	pthread_join(queue.thread, NULL);
	sem_destroy(&queue.lines);
	queue.running = false;
	return true;
}
