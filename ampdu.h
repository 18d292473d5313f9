/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - Block Ack sessions: what ampdu.c shares with its tests
 */
#ifndef SKUA_AMPDU_H
#define SKUA_AMPDU_H

#include "skua.h"

/**
 * enum skua_ba_news - what mac80211 is told about a session
 * @SKUA_BA_WANTED: a transmit session would be worth while
 * @SKUA_BA_STALLED: the transmit session makes no progress
 * @SKUA_BA_IDLE: the receive session's timeout is over
 * @SKUA_BA_STOPPED: the NIC no longer aggregates
 */
enum skua_ba_news {
	SKUA_BA_WANTED,
	SKUA_BA_STALLED,
	SKUA_BA_IDLE,
	SKUA_BA_STOPPED,
};

void skua_ba_tell(struct ieee80211_sta *sta, u8 tid, enum skua_ba_news news);

#endif /* SKUA_AMPDU_H */
