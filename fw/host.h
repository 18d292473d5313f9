/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host: its commands, events for it, its memory; and the engines' tables
 *
 * Data from the host is not trusted: each handler checks each field that it uses
 * before anything changes. The engines check their tables and registers again.
 */
#ifndef SKUA_FW_HOST_H
#define SKUA_FW_HOST_H

#include "base.h"

/* ------------------------------------------------------------------ */
/* alive.c								*/

/* Room in SRAM; the limits in ALIVE are never larger. */
#define FW_MAX_VIFS		SKUA_MAX_VIFS
#define FW_MAX_STAS		SKUA_MAX_STAS
#define FW_MAX_KEYS		SKUA_MAX_KEYS
#define FW_MAX_BEACON		2304

/* Features that this image knows how to steer; the NIC's engines may offer less. */
#define FW_FEATURES	(SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |		\
			 SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |		\
			 SKUA_FEAT_RX_REORDER | SKUA_FEAT_TX_ENCAP |		\
			 SKUA_FEAT_TX_CSUM | SKUA_FEAT_TX_GSO |			\
			 SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM |		\
			 SKUA_FEAT_RX_COALESCE |				\
			 SKUA_FEAT_AP_PS | SKUA_FEAT_UAPSD |			\
			 SKUA_FEAT_BEACON_PROT |				\
			 SKUA_FEAT_TKIP_PHASE1_HOST |				\
			 SKUA_FEAT_HW_SCAN | SKUA_FEAT_ROC |			\
			 SKUA_FEAT_RADAR | SKUA_FEAT_CONN_MONITOR)

/**
 * struct fw_limits - limits and features that ALIVE told the host
 * @feat: features in force
 * @vifs: interfaces
 * @stas: stations
 * @keys: key slots
 * @ciphers: bit n: suite 00-0F-AC:n
 * @bands: SKUA_BAND_*
 * @nss: spatial streams of the radio
 * @max_bw: enum skua_bw
 * @max_power: dBm
 */
struct fw_limits {
	u64 feat;
	u16 vifs;
	u16 stas;
	u16 keys;
	u32 ciphers;
	u8 bands;
	u8 nss;
	u8 max_bw;
	s8 max_power;
};

extern struct fw_limits limits;

/** alive_post() - read the engines' limits, put features in force, tell the host */
void alive_post(void);

/* ------------------------------------------------------------------ */
/* log.c								*/

/**
 * log_text() - write a line to the host's log
 * @fmt: %s, %u, %x (unsigned int) and %%
 */
void log_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ------------------------------------------------------------------ */
/* hif.c								*/

/** evt_post() - post an event; @len is at most SKUA_EVT_INLINE */
void evt_post(u16 id, const void *data, u16 len);

/** evt_post2() - the same with its data in two pieces */
void evt_post2(u16 id, const void *head, u16 head_len, const void *data, u16 len);

/*
 * The NIC keeps events for a host that is busy, but not without end. An event that
 * the host waits for must not be lost: commands are left alone while there is room
 * for no more than the ends of what goes on already (ENG_EVT_ROOM_CMD), and news
 * that can be repeated or left out have to leave even more room.
 */
#define EVT_ROOM_NEWS		128u

/** evt_room() - can the NIC keep @n more events? */
bool evt_room(u32 n);

/** inband_post() - post an event behind all completions so far */
void inband_post(u16 id, u8 vif, u16 sta, u16 gen, u8 tid, u32 arg);

/** hif_dma_in() - copy from host memory; enum skua_status */
u16 hif_dma_in(void *dst, u64 addr, u32 len);

/** tbl_write()/tbl_read()/tbl_clear() - engine tables; enum skua_status */
u16 tbl_write(enum eng_tbl tbl, u32 index, const void *entry);
u16 tbl_read(enum eng_tbl tbl, u32 index, void *entry);
u16 tbl_clear(enum eng_tbl tbl, u32 index);

/* ------------------------------------------------------------------ */
/* Commands, as their handlers see them; answer.c			*/

/* Internal status: the answer comes later, by cmd_done() */
#define CMD_LATER		0x8000

/**
 * struct cmd - a command that is being carried out
 * @op: enum skua_cmd_op
 * @seq: number
 * @flags: SKUA_CMDF_*
 * @len: bytes of @data
 * @data: its structure, 8-byte aligned, of the exact size that cmd.c's table has
 * @ext: further data, 8-byte aligned
 * @ext_len: bytes of it
 * @ans: room for the answer, 8-byte aligned
 * @ans_len: set by the handler
 *
 * A handler, u16 MODULE_cmd_NAME(struct cmd *c), carries out the command of that
 * name. It returns enum skua_status or CMD_LATER; if it refuses, it has changed
 * nothing.
 */
struct cmd {
	u16 op;
	u16 seq;
	u16 flags;
	u16 len;
	const void *data;
	const u8 *ext;
	u32 ext_len;
	void *ans;
	u16 ans_len;
};

/** cmd_done() - answer a command; silent for a success that wants no answer */
void cmd_done(u16 op, u16 seq, u16 flags, u16 status, const void *ans, u16 ans_len);

#endif /* SKUA_FW_HOST_H */
