/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The completion ring, as the engines write it
 */
#ifndef SKUA_DEVICE_MAC_CPL_H
#define SKUA_DEVICE_MAC_CPL_H

#include <stdbool.h>
#include <stdint.h>

#include "../hw.h"
#include "base/base.h"
#include "mac/obj.h"
#include "mac/txq.h"

struct mac;

/**
 * struct cplq - completion ring writer
 * @wait: units that wait for room
 * @cap: number of units that @wait has room for
 * @first: index of the oldest unit in @wait
 * @len: number of units in @wait
 * @rec: transmit record that is being filled
 * @rec_open: @rec has at least one frame
 * @timer: looks for room while the loop sleeps
 */
struct cplq {
	struct skua_cpl *wait;
	uint32_t cap;
	uint32_t first;
	uint32_t len;
	struct skua_cpl_tx rec;
	bool rec_open;
	struct loop_timer timer;
};

/**
 * struct tx_result - the TX status of a frame
 * @status: status for the record
 * @rate: rate word of the last transmission, 0 if there was none
 * @tries: number of transmissions
 * @airtime_us: airtime of all transmissions
 * @ack_signal: signal of the ACK, dBm; 0 without ACK
 */
struct tx_result {
	enum skua_tx_status status;
	uint32_t rate;
	uint32_t tries;
	uint32_t airtime_us;
	int8_t ack_signal;
};

bool cpl_init(struct mac *mac);
void cpl_free(struct mac *mac);
void cpl_reset(struct mac *mac);

/** cpl_put() - write a record, or keep it until there is room */
void cpl_put(struct mac *mac, const struct skua_cpl *unit, unsigned int n);

/** cpl_room() - whether a record of @n units can be written at once */
bool cpl_room(struct mac *mac, unsigned int n);

/** cpl_tx() - put the status of a frame into the record of similar frames */
void cpl_tx(struct mac *mac, const struct txf *f, const struct tx_result *r);

/** cpl_publish() - close the open record, and tell the host */
void cpl_publish(struct mac *mac);

/** cpl_poll() - move waiting units into the ring; true if there was room for any */
bool cpl_poll(struct mac *mac);

/** cpl_event() - write an in-band event, whose first word is filled in here */
void cpl_event(struct mac *mac, const struct skua_cpl_inband *event);

/** cpl_inband() - post an in-band event about a station, and tell the host */
void cpl_inband(struct mac *mac, enum skua_inband_id id,
		const struct mac_sta *sta, uint8_t tid, uint32_t arg);

#endif /* SKUA_DEVICE_MAC_CPL_H */
