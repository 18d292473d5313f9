/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tap: the frames of an air, as a pcapng file for Wireshark
 *
 * Each air is an interface of link type IEEE802_11_RADIOTAP. Frames are
 * buffered, and written at least once a second, by a thread of the capture's own. A disk
 * that is full or slow, or a file system that never answers, costs frames of
 * the capture, never the NIC: the first error is logged, and lost frames are
 * counted.
 *
 * All functions belong to the loop's thread, and but for tap_end() none of them blocks.
 */
#ifndef SKUA_DEVICE_TAP_H
#define SKUA_DEVICE_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct tap;

/**
 * struct tap_user - whom a tap tells
 * @opened: the file is open and has its beginning, or (-errno) cannot have it, and then the
 *	tap is to be closed: -EEXIST if there is a file of another kind, -ETXTBSY if another
 *	capture is in it, see tap_avoid(). Perhaps before tap_open() returns
 * @closed: all is written (@whole), or the rest is lost; the tap is freed after that
 */
struct tap_user {
	void (*opened)(const struct tap_user *user, int err);
	void (*closed)(const struct tap_user *user, bool whole);
};

enum tap_encoding {
	TAP_LEGACY,	/* DSSS, CCK and OFDM: @rate_100k */
	TAP_HT,
	TAP_VHT,
	TAP_HE,
};

/**
 * struct tap_meta - channel, rate and signal of a frame
 * @time_ns: start of the PPDU, in the loop's time
 * @freq: primary 20 MHz channel, MHz
 * @bw_mhz: bandwidth of the PPDU: 20, 40, 80 or 160
 * @encoding: modulation
 * @rate_100k: TAP_LEGACY: rate in units of 100 kbit/s
 * @mcs: other encodings: MCS of a single stream (HT: 0 to 7)
 * @nss: spatial streams, from 1
 * @gi_ns: guard interval: 400, 800, 1600 or 3200
 * @ldpc: LDPC rather than BCC
 * @stbc: space-time block coding, one stream
 * @dcm: dual carrier modulation (HE)
 * @short_preamble: TAP_LEGACY: short DSSS preamble
 * @bad_fcs: the FCS at the end of the frame is wrong
 * @signal: dBm
 * @ampdu_ref: number of the A-MPDU that the frame is part of, or 0
 * @ampdu_last: the frame is the last MPDU of the A-MPDU
 * @eof_known: its delimiter has an EOF field
 * @eof: it is set
 * @delim_error: its delimiter has a wrong CRC
 * @sender: name of the NIC that has sent the frame, for the packet's comment, or
 *	NULL
 */
struct tap_meta {
	uint64_t time_ns;
	uint16_t freq;
	uint16_t bw_mhz;
	enum tap_encoding encoding;
	uint16_t rate_100k;
	uint8_t mcs;
	uint8_t nss;
	uint16_t gi_ns;
	bool ldpc;
	bool stbc;
	bool dcm;
	bool short_preamble;
	bool bad_fcs;
	int8_t signal;
	uint32_t ampdu_ref;
	bool ampdu_last;
	bool eof_known;
	bool eof;
	bool delim_error;
	const char *sender;
};

/**
 * struct tap_stats - counters of a capture
 * @frames: frames in the capture
 * @bytes: octets written to the file
 * @dropped: frames lost: the file was too slow for them, or has its full size
 * @errors: writes that failed, but for a FIFO that was full
 */
struct tap_stats {
	uint64_t frames;
	uint64_t bytes;
	uint64_t dropped;
	uint64_t errors;
};

/**
 * struct tap_limits - size of a capture
 * @snaplen: octets of each data frame; 0: all. Other frames are whole,
 *	and so is EAPOL in clear text, which has the nonces that decryption needs.
 * @size: octets of the file; 0: no limit. A capture that has reached it ends.
 */
struct tap_limits {
	uint32_t snaplen;
	uint64_t size;
};

/**
 * tap_new() - make a tap
 * @loop: event loop, for the time, and to write after a second. NULL: the caller
 *	calls tap_flush(), which blocks, and tap_meta.time_ns counts from the epoch
 * @user: whom it tells; must outlive the tap
 *
 * Before the file is open the tap takes interfaces, and no frames.
 *
 * Return: the tap, or NULL without memory.
 */
struct tap *tap_new(struct loop *loop, const struct tap_user *user);

/**
 * tap_avoid() - do not write to the file of another tap
 * @tap: the tap, before tap_open()
 * @other: one that writes, or did so; at most TAP_OTHERS
 */
void tap_avoid(struct tap *tap, const struct tap *other);

/** tap_same_file() - true if -ETXTBSY was due to @other */
bool tap_same_file(const struct tap *tap, const struct tap *other);

/**
 * tap_open() - begin the capture
 * @tap: the tap
 * @path: file to create. A regular file that is empty, or was a capture, is
 *	overwritten; a FIFO that has a reader and /dev/null work too; any other file,
 *	and a symbolic link, stays as it is
 *
 * Return: false without memory.
 */
bool tap_open(struct tap *tap, const char *path);

/**
 * tap_set_limits() - set the limits of a capture
 * @tap: the tap
 * @limits: limits, which are copied; NULL for none, as after tap_new()
 */
void tap_set_limits(struct tap *tap, const struct tap_limits *limits);

/**
 * tap_add_interface() - add an interface for an air
 * @tap: the tap
 * @name: name of the interface, as Wireshark shows it
 *
 * Return: interface number for tap_frame(), or -errno.
 */
int tap_add_interface(struct tap *tap, const char *name);

/**
 * tap_frame() - record a frame
 * @tap: the tap
 * @interface: interface number from tap_add_interface()
 * @meta: channel, rate and signal of the frame
 * @mpdu: the frame, FCS included; copied
 * @len: octets of @mpdu
 */
void tap_frame(struct tap *tap, int interface, const struct tap_meta *meta,
	       const uint8_t *mpdu, size_t len);

/** tap_flush() - have the buffered octets written */
void tap_flush(struct tap *tap);

/** tap_close() - have the rest written, and end the capture */
void tap_close(struct tap *tap);

/**
 * tap_end() - write the rest and end the capture, for the end of the process
 * @tap: the tap of a loop, which may be closed already and is freed; nobody is told
 * @until: how long that may block, in the loop's time
 */
void tap_end(struct tap *tap, uint64_t until);

/** tap_get_stats() - read the counters */
struct tap_stats tap_get_stats(const struct tap *tap);

#endif /* SKUA_DEVICE_TAP_H */
