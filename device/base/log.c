// SPDX-License-Identifier: GPL-2.0-only
/*
 * The NIC's log
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/util.h"

#define LOG_WINDOW_NS	5000000000ULL
#define LOG_BURST	10

static FILE *log_file;
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
	FILE *f = NULL;

	if (path) {
		f = fopen(path, "ae");
		if (!f)
			return -errno;
		setvbuf(f, NULL, _IOLBF, 0);
	}
	if (log_file)
		fclose(log_file);
	log_file = f;
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

/* Return: false if the message is to be held back; @held counts those before. */
static bool log_limit(struct log *log, const char *fmt, unsigned int *held)
{
	uint64_t now = log_now(CLOCK_MONOTONIC);
	struct log_seen *s = log_find(log, fmt);

	*held = 0;
	if (!s->since || now - s->since > LOG_WINDOW_NS) {
		if (s->count > LOG_BURST)
			*held = s->count - LOG_BURST;
		s->since = now;
		s->count = 0;
	}
	return ++s->count <= LOG_BURST;
}

void log_msg(struct log *log, enum log_level level, const char *fmt, ...)
{
	FILE *f = log_file ? log_file : stderr;
	unsigned int held = 0;
	char text[512];
	uint64_t now;
	va_list ap;

	if (!log_wants(level))
		return;
	if (!log)
		log = &log_process;
	if (level != LOG_LEVEL_DEBUG && !log_limit(log, fmt, &held))
		return;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	now = log_now(CLOCK_MONOTONIC);
	fprintf(f, "[%6llu.%06llu] %s%s%s: %s",
		(unsigned long long)(now / 1000000000ULL),
		(unsigned long long)(now / 1000 % 1000000), log->name,
		log->name[0] ? ": " : "", log_names[level], text);
	if (held)
		fprintf(f, " (%u more like this were held back before)", held);
	fputc('\n', f);
}
