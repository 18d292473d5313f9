// SPDX-License-Identifier: GPL-2.0-only
/*
 * The NIC's log
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/log_queue.h"
#include "base/util.h"

#define LOG_WINDOW_NS	5000000000ULL
#define LOG_BURST	10	/* of one message */
#define LOG_BUDGET	100	/* of all messages of a source */

/* Text, name of the source, time, and a few words */
#define LOG_TEXT	512
#define LOG_LINE	(LOG_TEXT + 256)

static_assert(LOG_LINE <= PIPE_BUF, "a line is written at once");

static int log_file = -1;
static unsigned int log_lost;	/* lines, since that was said last */
static enum log_level log_level = LOG_LEVEL_INFO;
static struct log log_process;

static const char * const log_names[] = {
	[LOG_LEVEL_ERR] = "error",
	[LOG_LEVEL_WARN] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

int log_open(const char *path)
{
	int fd = -1;

	if (path) {
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0)
			return -errno;
	}
	if (log_file >= 0)
		close(log_file);
	log_file = fd;
	return 0;
}

void log_set_level(enum log_level level)
{
	log_level = level;
}

int log_parse_level(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(log_names); i++) {
		if (!strcmp(name, log_names[i]))
			return (int)i;
	}
	return -EINVAL;
}

bool log_wants(enum log_level level)
{
	return level <= log_level;
}

void log_init(struct log *log, const char *fmt, ...)
{
	va_list ap;

	memset(log, 0, sizeof(*log));
	va_start(ap, fmt);
	vsnprintf(log->name, sizeof(log->name), fmt, ap);
	va_end(ap);
}

static uint64_t log_now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

/* Return: the slot of @fmt; or else the slot that was begun first, emptied. */
static struct log_seen *log_find(struct log *log, const char *fmt)
{
	struct log_seen *oldest = &log->seen[0];

	for (int i = 0; i < LOG_SEEN_SLOTS; i++) {
		struct log_seen *s = &log->seen[i];

		if (s->fmt == fmt)
			return s;
		if (s->since < oldest->since)
			oldest = s;
	}
	oldest->fmt = fmt;
	oldest->since = 0;
	oldest->count = 0;
	return oldest;
}

/*
 * Count a message that is seen @now.
 * Return: false if the message exceeds the limit; @held: messages held back in the
 * last window, if a new window begins, else 0.
 */
static bool log_limit(struct log_seen *s, uint64_t now, unsigned int limit,
		      unsigned int *held)
{
	*held = 0;
	if (!s->since || now - s->since > LOG_WINDOW_NS) {
		if (s->count > limit)
			*held = s->count - limit;
		s->since = now;
		s->count = 0;
	}
	return ++s->count <= limit;
}

static int log_fd(void)
{
	return log_file >= 0 ? log_file : STDERR_FILENO;
}

static bool log_put(const char *line, size_t len)
{
	if (log_queue_running())
		return log_queue_put(line, len);
	return write(log_fd(), line, len) >= 0;
}

/* Say how many lines are missing, once there is room again. */
static bool log_say_lost(void)
{
	char text[64];
	int n;

	log_lost += log_queue_errors();
	if (!log_lost)
		return true;
	n = snprintf(text, sizeof(text),
		     "(%u lines are missing: the log did not take them)\n",
		     log_lost);
	if (!log_put(text, (size_t)n))
		return false;
	log_lost = 0;
	return true;
}

static void log_write(const char *line, size_t len)
{
	if (!log_say_lost() || !log_put(line, len))
		log_lost++;
}

int log_start(void)
{
	return log_queue_start(log_fd());
}

bool log_end(uint64_t ns)
{
	return log_queue_end(ns) && log_say_lost();
}

static void log_line(const struct log *log, enum log_level level, uint64_t now,
		     const char *text, unsigned int held)
{
	char line[LOG_LINE], more[64] = "";
	int n;

	if (held)
		snprintf(more, sizeof(more),
			 " (%u more like this were held back before)", held);
	n = snprintf(line, sizeof(line), "[%6llu.%06llu] %s%s%s: %s%s\n",
		     (unsigned long long)(now / 1000000000ULL),
		     (unsigned long long)(now / 1000 % 1000000), log->name,
		     log->name[0] ? ": " : "", log_names[level], text, more);
	if (n > 0)
		log_write(line, (size_t)n);
}

/* Check the budget of a source; log its end, and the number of dropped messages. */
static bool log_budget(struct log *log, uint64_t now)
{
	unsigned int held;
	bool ok = log_limit(&log->all, now, LOG_BUDGET, &held);
	char text[80];

	if (held) {
		snprintf(text, sizeof(text), "%u messages were held back", held);
		log_line(log, LOG_LEVEL_WARN, now, text, 0);
	}
	if (!ok && log->all.count == LOG_BUDGET + 1)
		log_line(log, LOG_LEVEL_WARN, now,
			 "too many messages: more will be held back for five seconds",
			 0);
	return ok;
}

void log_msg(struct log *log, enum log_level level, const char *fmt, ...)
{
	unsigned int held = 0;
	char text[LOG_TEXT];
	uint64_t now;
	va_list ap;

	if (!log_wants(level))
		return;
	if (!log)
		log = &log_process;
	now = log_now(CLOCK_MONOTONIC);
	if (level != LOG_LEVEL_DEBUG &&
	    (!log_limit(log_find(log, fmt), now, LOG_BURST, &held) ||
	     !log_budget(log, now)))
		return;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_line(log, level, now, text, held);
}
