/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block Ack sessions of stations, transmit half
 *
 * mac/ba_tx.h has the account of numbers; here it meets stations and frames.
 */
#ifndef SKUA_DEVICE_MAC_BA_STA_H
#define SKUA_DEVICE_MAC_BA_STA_H

#include <stdbool.h>
#include <stdint.h>

#include "mac/ba_evt.h"
#include "mac/ba_tx.h"

struct mac;
struct mac_sta;
struct txf;

/**
 * struct ba_sta - transmit half of a Block Ack session
 * @t: state
 * @told: number that the firmware has read while the TID was held
 * @reported: the firmware was told that the session makes no progress
 * @stalled: the event that says so
 */
struct ba_sta {
	struct ba_tx t;
	uint16_t told;
	bool reported;
	struct ba_evt stalled;
};

/** ba_sta_of() - session of a station and TID, or NULL */
struct ba_sta *ba_sta_of(const struct mac_sta *sta, uint8_t tid);

/** ba_sta_on() - whether frames of the TID are in a session */
bool ba_sta_on(const struct mac_sta *sta, uint8_t tid);

/** ba_sta_answer_len() - octets of a Block Ack for the session, without FCS */
uint16_t ba_sta_answer_len(const struct mac_sta *sta, uint8_t tid);

/** ba_sta_numbered() - the frame has got a number of its TID */
void ba_sta_numbered(struct mac_sta *sta, struct txf *f);

/**
 * ba_sta_ended() - a frame has ended
 * @mac: the engines
 * @f: the frame
 * @acked: the peer has acknowledged it
 *
 * The TID's queue may be ready now: txq_settle().
 */
void ba_sta_ended(struct mac *mac, const struct txf *f, bool acked);

/** ba_sta_rest() - the station has fallen asleep, or woken up */
void ba_sta_rest(struct mac_sta *sta);

#endif /* SKUA_DEVICE_MAC_BA_STA_H */
