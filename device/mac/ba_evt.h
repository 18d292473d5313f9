/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of Block Ack sessions that the firmware takes by ENG_BA_EVT
 */
#ifndef SKUA_DEVICE_BA_EVT_H
#define SKUA_DEVICE_BA_EVT_H

#include <stdbool.h>
#include <stdint.h>

struct mac;
struct mac_sta;

/**
 * struct ba_evt - an event of a session, which is there once at most
 * @word: the register's value
 * @queued: the firmware has not taken it
 * @prev: one before it that waits
 * @next: next one that waits
 */
struct ba_evt {
	uint32_t word;
	bool queued;
	struct ba_evt *prev;
	struct ba_evt *next;
};

/**
 * struct ba_evts - events that wait for the firmware
 * @first: the oldest one
 * @last: the newest one
 */
struct ba_evts {
	struct ba_evt *first;
	struct ba_evt *last;
};

/** ba_evt_post() - tell the firmware; @cause: ENG_BA_RX_IDLE, ENG_BA_TX_STALLED */
void ba_evt_post(struct mac *mac, struct ba_evt *e, const struct mac_sta *sta,
		 uint8_t tid, uint8_t cause);

/** ba_evt_cancel() - forget an event, before its memory goes */
void ba_evt_cancel(struct mac *mac, struct ba_evt *e);

/** ba_evt_take() - value of ENG_BA_EVT: takes the oldest event; 0 for none */
uint32_t ba_evt_take(struct mac *mac);

#endif /* SKUA_DEVICE_BA_EVT_H */
