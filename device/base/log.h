/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NIC's log: levels, a prefix per NIC, and a limit on repetition
 */
#ifndef SKUA_DEVICE_LOG_H
#define SKUA_DEVICE_LOG_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum log_level - how much a message matters
 * @LOG_LEVEL_ERR: something is broken and stays so (a NIC is lost)
 * @LOG_LEVEL_WARN: a guest or a peer misbehaved, and the NIC coped with it
 * @LOG_LEVEL_INFO: the life of a NIC: attached, reset, gone
 * @LOG_LEVEL_DEBUG: every step; these messages are never limited
 */
enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

#define LOG_NAME_LEN	32
#define LOG_SEEN_SLOTS	16

/**
 * struct log_seen - how often messages were seen in a window of time
 * @fmt: format string, which identifies a message; NULL for all of a source
 * @since: begin of the window, or 0
 * @count: messages in it
 */
struct log_seen {
	const char *fmt;
	uint64_t since;
	unsigned int count;
};

/**
 * struct log - a source of messages, usually one NIC
 * @name: prefix of each line, for example "nic0"
 * @seen: messages written lately, so that repetitions can be held back
 * @all: all messages of the source, which have a limit of their own: more
 *	kinds of messages than @seen has slots would push each other out
 *
 * A guest can provoke messages at will. The limits are kept for each source, so
 * that a noisy guest hides nothing of another one.
 */
struct log {
	char name[LOG_NAME_LEN];
	struct log_seen seen[LOG_SEEN_SLOTS];
	struct log_seen all;
};

/**
 * log_open() - send the log of the whole process to a file
 * @path: file to append to, or NULL for stderr
 *
 * Return: 0, or -errno if the file cannot be opened (the log stays as it was).
 */
int log_open(const char *path);

/**
 * log_start() - from now on a thread writes the lines
 *
 * A file that is slow, or a reader that does not read, then costs lines and not time: a
 * megabyte of them waits, and how many are missing is said later. Before, log_msg() may
 * block. The file stays until log_end().
 *
 * Return: 0 or -errno.
 */
int log_start(void);

/**
 * log_end() - end the thread when all lines are written
 * @ns: how long that may block
 *
 * Return: false if lines are not written.
 */
bool log_end(uint64_t ns);

/** log_set_level() - write no message that matters less than @level */
void log_set_level(enum log_level level);

/**
 * log_parse_level() - level by name
 * @name: "error", "warning", "info" or "debug"
 *
 * Return: the level, or -EINVAL.
 */
int log_parse_level(const char *name);

/** log_wants() - true if a message of @level would be written */
bool log_wants(enum log_level level);

/**
 * log_init() - prepare a source
 * @log: the source
 * @fmt: printf format of its name
 */
void log_init(struct log *log, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * log_msg() - write one line
 * @log: the source, or NULL for the process itself
 * @level: how much it matters
 * @fmt: printf format, without a newline; a literal, since its address tells
 *	messages apart
 *
 * In five seconds the same message of one source is written at most ten times, and
 * a source writes at most a hundred messages of all kinds. The next message of the
 * kind says how many were held back. Only the loop's thread may call this.
 */
void log_msg(struct log *log, enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define log_err(log, ...)	log_msg(log, LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(log, ...)	log_msg(log, LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(log, ...)	log_msg(log, LOG_LEVEL_INFO, __VA_ARGS__)
#define log_dbg(log, ...)						\
	do {								\
		if (log_wants(LOG_LEVEL_DEBUG))				\
			log_msg(log, LOG_LEVEL_DEBUG, __VA_ARGS__);	\
	} while (0)

#endif /* SKUA_DEVICE_LOG_H */
