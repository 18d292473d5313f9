/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables that the firmware writes: struct eng_* of fw/engine.h
 *
 * tbl.c      access by ENG_TBL_*
 * tbl_vif.c  interfaces, channel access, beacon templates
 * tbl_sta.c  stations, rates, statistics
 * tbl_key.c  keys, TKIP's phase 1 keys
 * tbl_ba.c   Block Ack sessions; tbl_ba_tx.c: their transmit half
 * tbl_seq.c  sequence numbers
 */
#ifndef SKUA_DEVICE_MAC_TBL_H
#define SKUA_DEVICE_MAC_TBL_H

#include <endian.h>
#include <stdint.h>

#include "mac/priv.h"

/**
 * struct mac_table - one table
 * @size: octets of an entry
 * @entries: number of entries
 * @write: check an entry, and use it; NULL: the table can only be read
 * @read: fill an entry, which is all zero; NULL: the table cannot be read
 * @clear: forget an entry; not NULL where @write is not. Returns false if a turn has no
 *	time for all of it: call again
 *
 * An entry is the NIC's own copy, and aligned. The index is below @entries.
 */
struct mac_table {
	uint16_t size;
	uint32_t (*entries)(const struct mac *mac);
	enum skua_status (*write)(struct mac *mac, uint32_t i,
				  const void *entry);
	enum skua_status (*read)(struct mac *mac, uint32_t i, void *entry);
	bool (*clear)(struct mac *mac, uint32_t i);
};

extern const struct mac_table tbl_vif;
extern const struct mac_table tbl_edca;
extern const struct mac_table tbl_beacon;
extern const struct mac_table tbl_sta;
extern const struct mac_table tbl_rate;
extern const struct mac_table tbl_sta_stats;
extern const struct mac_table tbl_key;
extern const struct mac_table tbl_tkip_p1;
extern const struct mac_table tbl_ba;
extern const struct mac_table tbl_seq;

/** tbl_ba_forget() - end the sessions of a station that goes */
void tbl_ba_forget(struct mac *mac, struct mac_sta *sta);

/* tbl_ba_tx.c: the transmit half */

/** tbl_ba_tx_check() - whether that half of an entry makes sense */
enum skua_status tbl_ba_tx_check(const struct mac *mac, const struct eng_ba *e);

/** tbl_ba_tx_write() - begin, hold or end a session, as a checked entry says */
enum skua_status tbl_ba_tx_write(struct mac *mac, struct mac_sta *sta,
				 uint8_t tid, const struct eng_ba *e);

/** tbl_ba_tx_read() - the state of a session */
void tbl_ba_tx_read(struct mac_sta *sta, uint8_t tid, struct eng_ba *e);

/** tbl_ba_tx_stop() - end a session; frames that have a number go on alone */
void tbl_ba_tx_stop(struct mac *mac, struct mac_sta *sta, uint8_t tid);

/** tbl_ba_tx_forget() - the station goes */
void tbl_ba_tx_forget(struct mac *mac, struct mac_sta *sta);

/**
 * mac_tbl_go() - carry out a write of ENG_TBL_GO
 * @mac: the engines
 * @op: enum eng_tbl_op
 *
 * Return: the value of ENG_TBL_STATUS.
 */
enum skua_status mac_tbl_go(struct mac *mac, uint32_t op);

/**
 * mac_tbl_wipe() - clear all entries of all tables, as far as a turn has time
 * @mac: the engines, stopped
 * @at: how far it has come, 0 to begin with
 *
 * Return: true if nothing is left.
 */
bool mac_tbl_wipe(struct mac *mac, uint32_t *at);

/* Between the references of an entry and the engines' own */
static inline void take_ref(struct key_ref *to, const struct eng_key_ref *from)
{
	to->slot = le16toh(from->slot);
	to->gen = le16toh(from->gen);
}

static inline void put_ref(struct eng_key_ref *to, const struct key_ref *from)
{
	to->slot = htole16(from->slot);
	to->gen = htole16(from->gen);
}

#endif /* SKUA_DEVICE_MAC_TBL_H */
