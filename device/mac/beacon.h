/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beacons, sent and received
 *
 * beacon.c  TBTT, TIM, DTIM, countdowns
 * tsf.c     the clock of each BSS
 */
#ifndef SKUA_DEVICE_MAC_BEACON_H
#define SKUA_DEVICE_MAC_BEACON_H

#include <stdbool.h>
#include <stdint.h>

#include "mac/obj.h"

struct mac;

/* beacon.c */

/** beacon_start() - begin with a first template, or with another interval */
void beacon_start(struct mac_vif *vif);

/** beacon_set() - find the next TBTT: the interval or the TSF has changed */
void beacon_set(struct mac_vif *vif);

/** beacon_stop() - send no more beacons */
void beacon_stop(struct mac_vif *vif);

/**
 * beacon_tbtt() - the timer has expired: the beacon is due; find the next TBTT
 * @vif: the interface
 *
 * Return: true if the transmit engine is to send a beacon: it takes it when it has the
 *	medium.
 */
bool beacon_tbtt(struct mac_vif *vif);

/**
 * beacon_take() - the next beacon that is due, with the TIM of now
 * @mac: the engines
 *
 * Return: a frame for the transmit engine, which calls beacon_ended() at its end, or
 *	NULL.
 */
struct txf *beacon_take(struct mac *mac);

/** beacon_ended() - the beacon is on the air (@sent), and group frames may follow; or not */
void beacon_ended(struct mac_vif *vif, bool sent);

/** beacon_heard() - a beacon of another member of the interface's IBSS has come */
void beacon_heard(struct mac_vif *vif);

/* tsf.c */

/**
 * tsf_needs_key() - whether a beacon counts only if a BIGTK has proved it
 * @mac: MAC
 * @vif: interface
 *
 * Return: true if the interface has a BIGTK.
 */
bool tsf_needs_key(struct mac *mac, const struct mac_vif *vif);

/**
 * tsf_beacon() - note the clock and the time of a beacon of an own BSS
 * @mac: MAC
 * @frame: the beacon, any length
 * @len: octets
 * @time_us: NIC's time at the start of the beacon
 * @rate: rate word, from which the offset of the timestamp on the air follows
 * @checked: a BIGTK has proved the beacon: it is for the interfaces of its BSS
 *	that have a BIGTK; an unproved beacon is for the others
 */
void tsf_beacon(struct mac *mac, const uint8_t *frame, uint16_t len,
		uint64_t time_us, uint32_t rate, bool checked);

#endif /* SKUA_DEVICE_MAC_BEACON_H */
