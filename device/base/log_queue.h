/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of the log on their way to its file: a thread writes them
 *
 * The file may be on a disk that stalls, on a file system that never answers, or a pipe that
 * nobody reads. Then the thread waits, and the loop goes without the log.
 *
 * Everything but the thread itself belongs to the thread that logs.
 */
#ifndef SKUA_DEVICE_LOG_QUEUE_H
#define SKUA_DEVICE_LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of lines that the file has not taken yet */
#define LOG_QUEUE_LEN	(1u << 20)

/** log_queue_start() - start the thread, which writes to @fd; 0 or -errno */
int log_queue_start(int fd);

/** log_queue_running() - true between start and end */
bool log_queue_running(void);

/** log_queue_put() - have a line written, or nothing of it; false if there is no room */
bool log_queue_put(const char *line, size_t len);

/** log_queue_errors() - lines that could not be written since the last call */
unsigned int log_queue_errors(void);

/**
 * log_queue_end() - wait until all is written, and end the thread
 * @ns: the most
 *
 * Return: false if that was not enough; the thread, and the file, are left alone then.
 */
bool log_queue_end(uint64_t ns);

#endif /* SKUA_DEVICE_LOG_QUEUE_H */
