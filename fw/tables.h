/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of objects: interfaces, channel contexts, stations
 *
 * The tables say which objects there are, and write an object to the engines. They
 * know no policy and no command.
 */
#ifndef SKUA_FW_TABLES_H
#define SKUA_FW_TABLES_H

#include "host.h"

/* ------------------------------------------------------------------ */
/* vif.c								*/

/**
 * struct vif_watch - of monitor.c: how an associated station's connection fares
 * @on: the connection is watched
 * @bssid: its access point
 * @freq: where that is, MHz
 * @beacon: the engine's time of the last beacon
 * @looked_us: when the beacons were looked at last, by a clock that stands still while
 *	the radio is away
 * @silent_us: time at home since the last beacon
 * @asked_us: when BEACON_LOSS was posted last, which has the host ask the access
 *	point; 0 if a beacon came since
 * @acked: frames that the access point has acknowledged
 * @alive_us: when it was found to have acknowledged any
 * @next_us: when to look for such frames again
 * @unanswered: keep-alives that it has not acknowledged since
 */
struct vif_watch {
	bool on;
	u8 unanswered;
	u8 bssid[6];
	u32 freq;
	u32 beacon;
	u32 silent_us;
	u64 looked_us;
	u64 asked_us;
	u32 acked;
	u64 alive_us;
	u64 next_us;
};

/**
 * struct vif - an interface
 * @used: the interface exists
 * @ctx: its channel context, or SKUA_CHANCTX_NONE
 * @beaconing: the engine sends its beacons
 * @cmd: the interface as the driver described it last
 * @eng: its table entry
 * @beacon_us: interval of the beacons that the engine sends
 * @watch: the connection
 */
struct vif {
	bool used;
	u8 ctx;
	bool beaconing;
	struct skua_cmd_vif cmd;
	struct eng_vif eng;
	u32 beacon_us;
	struct vif_watch watch;
};

/** vif_get() - an existing interface, or NULL */
struct vif *vif_get(u32 vif);

/** vif_reset() - an entry without history; @vif is below the limit, the caller sets @used */
struct vif *vif_reset(u32 vif);

/** vif_index() - the number of an interface, the opposite of vif_get() */
u8 vif_index(const struct vif *v);

/** vif_push() - write the table entry; keeps the TSF that the engine follows */
u16 vif_push(struct vif *v);

/** vif_assoc() - is this an associated station interface with a channel? */
bool vif_assoc(const struct vif *v);

/** vif_ap_beaconing() - is there an access point whose beacons are sent? */
bool vif_ap_beaconing(void);

/* ------------------------------------------------------------------ */
/* chan.c								*/

/** chan_ctx_get() - the channel of a context, or NULL if there is no such context */
const struct skua_chandef *chan_ctx_get(u32 ctx);

/** chan_ctx_set() - make or change a context; @ctx is below SKUA_MAX_CHANCTX */
void chan_ctx_set(u32 ctx, const struct skua_chandef *chan);

/** chan_ctx_remove() - remove a context, which no interface uses */
void chan_ctx_remove(u32 ctx);

/** chan_home() - the operating channel, or NULL */
const struct skua_chandef *chan_home(void);

/** chan_valid() - can the radio be tuned there? */
bool chan_valid(const struct skua_chandef *chan);

/* ------------------------------------------------------------------ */
/* sta.c								*/

/**
 * struct sta - a peer
 * @used: the station exists
 * @cmd: the station as the driver described it last
 * @eng: its table entry
 */
struct sta {
	bool used;
	struct skua_cmd_sta cmd;
	struct eng_sta eng;
};

/** sta_get() - an existing station, or NULL */
struct sta *sta_get(u32 sta);

/** sta_reset() - an entry without history; @sta is below the limit, the caller sets @used */
struct sta *sta_reset(u32 sta);

/** sta_ref() - find a station of a generation; SKUA_ST_OK, NO_ENTRY or STALE */
u16 sta_ref(u32 sta, u32 gen, struct sta **found);

/** sta_index() - the handle of a station, the opposite of sta_get() */
u16 sta_index(const struct sta *s);

/** sta_push() - write the table entry */
u16 sta_push(struct sta *s);

#endif /* SKUA_FW_TABLES_H */
