/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beacons, one's own and those that are heard
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

/** beacon_start() - the first template, or one with another interval */
void beacon_start(struct mac_vif *vif);

/** beacon_set() - a template or TSF has changed: find the next TBTT */
void beacon_set(struct mac_vif *vif);

/** beacon_stop() - no beacons any more */
void beacon_stop(struct mac_vif *vif);

/**
 * beacon_tbtt() - the interface's beacon timer has expired
 * @vif: the interface
 *
 * Return: true if a beacon is on the air; the caller ends the burst, see
 *	air_flush(), with the group frames that follow the beacon.
 */
bool beacon_tbtt(struct mac_vif *vif);

/** beacon_heard() - somebody else's beacon of the interface's IBSS has come */
void beacon_heard(struct mac_vif *vif);

/* tsf.c */

/**
 * tsf_needs_key() - beacons count only if a BIGTK has proved them
 * @mac: MAC
 * @vif: interface
 *
 * Return: true if the interface has a BIGTK.
 */
bool tsf_needs_key(struct mac *mac, const struct mac_vif *vif);

/**
 * tsf_beacon() - take clock and sign of life from a beacon
 * @mac: MAC
 * @frame: the beacon, any length
 * @len: octets
 * @time_us: NIC's time at its start
 * @rate: rate word; how far into the frame the timestamp is follows from it
 * @checked: a BIGTK has proved it: it is for those of its BSS who have one, and
 *	else for those who have none
 */
void tsf_beacon(struct mac *mac, const uint8_t *frame, uint16_t len,
		uint64_t time_us, uint32_t rate, bool checked);

#endif /* SKUA_DEVICE_MAC_BEACON_H */
