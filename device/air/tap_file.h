/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of a capture: which files may be one, and the calls that may block
 *
 * These run in the capture's helper: a disk may be slow, and a file system may wait for
 * another process for ever.
 */
#ifndef SKUA_DEVICE_TAP_FILE_H
#define SKUA_DEVICE_TAP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct tap_id - a regular file
 * @dev: its file system
 * @ino: its number there, 0 for none
 */
struct tap_id {
	uint64_t dev;
	uint64_t ino;
};

static inline bool tap_id_same(const struct tap_id *a, const struct tap_id *b)
{
	return a->ino && a->dev == b->dev && a->ino == b->ino;
}

/* As many files of other captures are looked at */
#define TAP_OTHERS	8

/**
 * struct tap_file - a file that is open, or is to be opened
 * @path: where it is
 * @others: files of captures that are being written
 * @given_up: set by the loop's thread: nobody waits for the file any more
 * @fd: the file, or -1
 * @id: the file, if it is a regular one; that of one of @others if it is such
 * @err: why the last call did not do all
 */
struct tap_file {
	char *path;
	struct tap_id others[TAP_OTHERS];
	bool given_up;
	int fd;
	struct tap_id id;
	int err;
};

/**
 * tap_file_open() - open a new file, or one that is there and holds nothing but a capture
 * @f: the file, with @path and @others
 *
 * Return: 0, or -errno: -EEXIST if there is another kind of file, -ETXTBSY if it is one of
 * @others, -ECANCELED if the file was given up meanwhile.
 */
int tap_file_open(struct tap_file *f);

/** tap_file_write() - write; returns how many octets the file took */
size_t tap_file_write(struct tap_file *f, const uint8_t *p, size_t len);

/**
 * tap_file_finish() - write all, and wait for the reader of a FIFO
 * @f: the file
 * @p: octets
 * @len: how many
 *
 * Return: false if octets were lost.
 */
bool tap_file_finish(struct tap_file *f, const uint8_t *p, size_t len);

/** tap_file_close() - close it; false if octets may be lost by that */
bool tap_file_close(struct tap_file *f);

#endif /* SKUA_DEVICE_TAP_FILE_H */
