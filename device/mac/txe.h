/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transmit engine: from descriptors to frames on the air
 *
 * txe_fetch.c  descriptors are copied, checked, and become frames in queues (txd.c)
 * txe_encap.c  802.3 frames become 802.11 frames
 * txe_gso.c    TCP packets become segments
 * txe_sched.c  channel access: the queue that sends next, and when
 * txe_prep.c   sequence numbers, protection
 * txe_rate.c   rates, limits of tries
 * txe_ppdu.c   PPDUs and control frames, with their durations
 * txe_end.c    the fate of the frames of a PPDU
 * txe_ba.c     Block Ack sessions
 * txe_txop.c   the state machine that all of these are part of
 *
 * One exchange of frames is under way at a time: the radio sends one PPDU. The machine
 * is driven by events of the air (struct air_event) and does not know which medium it
 * is on. It begins by txe_kick(), which whoever makes frames ready to be sent calls.
 */
#ifndef SKUA_DEVICE_MAC_TXE_H
#define SKUA_DEVICE_MAC_TXE_H

#include <stdbool.h>
#include <stdint.h>

#include "air/air.h"
#include "crypto/crypto.h"
#include "mac/ampdu.h"
#include "mac/ba_tx.h"
#include "mac/obj.h"
#include "mac/txq.h"

struct mac;

#define TXE_MPDUS		1024	/* MPDUs of a PPDU */
#define TXE_QUANTUM_US		300	/* airtime of a turn */
#define TXE_STAGE_NONE		(-1)	/* a rate that is not of the station's table */
#define TXE_STAGE_PROBE		ENG_RATE_STAGES

/**
 * enum txop_state - where the machine stands
 * @TXOP_IDLE: there is nothing to send, or nothing may be sent
 * @TXOP_ACCESS: a channel access function waits for the medium
 * @TXOP_BUILD: the medium is won; the frames are numbered and protected
 * @TXOP_CTS_SELF: a CTS-to-self is on the air, or its SIFS passes
 * @TXOP_RTS: an RTS is on the air
 * @TXOP_CTS: the CTS is awaited, or the SIFS behind it passes
 * @TXOP_PPDU: the PPDU is on the air
 * @TXOP_ANSWER: its answer is awaited
 */
enum txop_state {
	TXOP_IDLE,
	TXOP_ACCESS,
	TXOP_BUILD,
	TXOP_CTS_SELF,
	TXOP_RTS,
	TXOP_CTS,
	TXOP_PPDU,
	TXOP_ANSWER,
};

/**
 * enum txe_answer - what a PPDU is answered with
 * @TXE_NO_ANSWER: with nothing
 * @TXE_ACK: an ACK
 * @TXE_BA: a Block Ack
 */
enum txe_answer {
	TXE_NO_ANSWER,
	TXE_ACK,
	TXE_BA,
};

/**
 * struct edcaf - channel access function of a class (IEEE 802.11-2020, 10.23.2)
 * @acc: what it waits for
 * @cw: contention window
 * @cw_max: its limit
 * @drawn: a backoff has been drawn, and its slots in @acc are not used up yet
 * @sent: PPDUs in this round of the classes
 */
struct edcaf {
	struct air_access acc;
	uint32_t cw;
	uint32_t cw_max;
	bool drawn;
	uint32_t sent;
};

/**
 * struct txop - the exchange under way
 * @state: where it stands
 * @step: the next step of the machine
 * @timeout: the answer has not come
 * @nav: until then the medium is reserved for others, ns
 * @edcaf: channel access by class
 * @beacon: what a beacon waits for; all zero if none does
 * @cls: class that has won
 * @held: the medium is still won: the next PPDU follows a SIFS later
 * @more: the exchange is not the first one of its TXOP
 * @left_us: what is left of the TXOP limit
 * @q: queue of the frames; NULL if they cannot return to it
 * @n: number of frames
 * @ready: of these, numbered and protected
 * @f: the frames
 * @job: protection of @f
 * @mpdu: MPDUs of @f
 * @ppdu: what is on the air
 * @ta: its transmitter address
 * @ctl: RTS, CTS
 * @ctl_mpdu: MPDU of @ctl
 * @answer: what the frames are answered with
 * @answer_len: octets of that, without FCS
 * @answer_us: a SIFS and that; 0 without answer
 * @ampdu: limits of the PPDU, and its length
 * @ba: the Block Ack, while its frame is looked at; no bits without one
 * @last_answer: the last answer whose duration was looked up
 * @last_ppdu: the last PPDU whose duration was worked out, and that duration
 * @last_cfg: what the limits of an A-MPDU were last worked out for
 * @last_limits: these limits
 * @sent: the PPDU has been on the air, and not only an RTS
 * @rate: rate word
 * @stage: its stage in the station's table, TXE_STAGE_NONE, or TXE_STAGE_PROBE
 * @airtime_us: airtime of the exchange, answers included
 * @ack_signal: signal of the answer, dBm; 0 without one
 */
struct txop {
	enum txop_state state;
	struct air_event step;
	struct air_event timeout;
	uint64_t nav;
	struct edcaf edcaf[TXE_CLASSES];
	struct air_access beacon;
	uint8_t cls;
	bool held;
	bool more;
	int32_t left_us;
	struct txq *q;
	unsigned int n;
	unsigned int ready;
	struct txf *f[TXE_MPDUS];
	struct crypto_job job[TXE_MPDUS];
	struct air_mpdu mpdu[TXE_MPDUS];
	struct air_ppdu ppdu;
	uint8_t ta[IEEE80211_ADDR_LEN];
	uint8_t ctl[IEEE80211_RTS_LEN + IEEE80211_FCS_LEN];
	struct air_mpdu ctl_mpdu;
	enum txe_answer answer;
	uint16_t answer_len;
	uint32_t answer_us;
	struct ampdu ampdu;
	struct ba_info ba;
	struct airtime_answer last_answer;
	struct {
		uint32_t rate;
		uint32_t len;
		bool ghz2;
		uint32_t us;
	} last_ppdu;
	struct ampdu_cfg last_cfg;
	struct ampdu last_limits;
	bool sent;
	uint32_t rate;
	int stage;
	uint32_t airtime_us;
	int8_t ack_signal;
};

/**
 * struct txe - transmit engine
 * @pool: free frames, small and large
 * @shares: free struct txf_share
 * @count: number of frames of the host, those on the air included
 * @held: the same, by class
 * @active: queues that may send, by class
 * @parked: queues that wait for the radio to return to their channel
 * @resting: queues whose receiver does not answer; the longer the later, and in each list
 *	in the order in which their rests end
 * @beacons: bit for each interface whose beacon is due
 * @sync_prod: indices up to which to fetch until the command is retired, see
 *	mac_tx_sync()
 * @sync_valid: @sync_prod holds
 * @full: as many frames as the NIC holds waited, and not much fewer do now
 * @blocked: bit for each class whose next frame waits in its ring for more room
 * @op: the exchange under way
 */
struct txe {
	struct txf *pool[2];
	struct txf_share *shares;
	uint32_t count;
	uint32_t held[TXE_CLASSES];
	struct txq_list active[TXE_CLASSES];
	struct txq_list parked;
	struct txq_list resting[AIR_RESTS];
	uint32_t beacons;
	uint32_t sync_prod[SKUA_NUM_TX_RINGS];
	bool sync_valid;
	bool full;
	uint32_t blocked;
	struct txop op;
};

/* txe_sched.c */

/** txe_access_at() - earliest time at which a class may begin, LOOP_NEVER for none */
uint64_t txe_access_at(struct mac *mac);

/**
 * txe_take() - give the medium to a class, and take its next frames
 * @mac: the engines; the frames are in txop.f then
 *
 * Return: false if there is none, or the medium is not idle any more.
 */
bool txe_take(struct mac *mac);

/** txe_take_more() - take more frames of the class that holds the medium; false for none */
bool txe_take_more(struct mac *mac);

/** txe_backoff() - draw another backoff: the class has sent (@ok), or failed */
void txe_backoff(struct mac *mac, uint8_t cls, bool ok);

/** txe_slot_us() - a slot of the band */
uint32_t txe_slot_us(const struct mac *mac);

/** txe_charge() - charge the queue for airtime in the class that had the medium */
void txe_charge(struct txq *q, uint8_t cls, uint32_t us);

/* txe_fetch.c */

/** txe_fetch() - fetch published descriptors, a bounded number; true if there were any */
bool txe_fetch(struct mac *mac);

/**
 * txe_fetch_sync() - fetch the descriptors that precede the command under way
 * @mac: the engines
 *
 * Return: false if there are more than a turn has time for.
 */
bool txe_fetch_sync(struct mac *mac);

/**
 * txe_ring_count() - number of frames in the rings, not fetched yet, that match
 * @mac: the engines
 * @m: which frames
 *
 * Looks at 8192 entries at most. Further ones count as if they matched: no driver
 * that works has so many frames before a command.
 */
uint32_t txe_ring_count(struct mac *mac, const struct txq_match *m);

/* txe_prep.c */

/**
 * txe_prepare() - number and protect the frames of the PPDU
 * @mac: the engines
 *
 * A frame that cannot be sent ends here.
 *
 * Return: false if the turn has no time for all: call again.
 */
bool txe_prepare(struct mac *mac);

/* txe_rate.c */

/** txe_vif_rate() - @wanted if it can be used now, else the lowest basic rate */
uint32_t txe_vif_rate(struct mac *mac, const struct mac_vif *vif,
		      uint32_t wanted);

/** txe_choose_rate() - choose the rate of the next try of the PPDU, whose first frame is known */
void txe_choose_rate(struct mac *mac, const struct mac_vif *vif,
		     struct mac_sta *sta);

/** txe_wants_rts() - does RTS/CTS go before the frame, of @len octets with FCS? */
bool txe_wants_rts(const struct mac *mac, const struct txf *f, uint32_t len,
		   enum txe_answer answer);

/** txe_retry_limit() - transmissions of a frame at most */
unsigned int txe_retry_limit(const struct mac *mac, const struct txf *f,
			     enum txe_answer answer);

/* txe_ppdu.c */

/** txe_expected_answer() - what a single frame is answered with */
enum txe_answer txe_expected_answer(const struct txf *f);

/** txe_stamp() - write the TSF into a beacon or probe response that is sent now at @rate */
void txe_stamp(const struct mac_vif *vif, uint8_t *frame, uint32_t rate);

/** txe_measure() - find the length of the PSDU, now that the frames are ready */
void txe_measure(struct mac *mac);

/**
 * txe_begin_protection() - begin an RTS or CTS-to-self, if the PPDU needs one
 * @mac: the engines
 * @vif: interface that sends
 *
 * Return: state of the machine, TXOP_PPDU if the PPDU may begin at once.
 */
enum txop_state txe_begin_protection(struct mac *mac, const struct mac_vif *vif);

/** txe_begin_ppdu() - begin the PPDU; false if the radio does not send */
bool txe_begin_ppdu(struct mac *mac, const struct mac_vif *vif);

/** txe_exchange_us() - duration of the exchange, from its first PPDU to the answer */
uint32_t txe_exchange_us(struct mac *mac, const struct mac_vif *vif);

/** txe_answer_us() - SIFS and the answer to a frame at @rate, @len octets without FCS */
uint32_t txe_answer_us(struct mac *mac, const struct mac_vif *vif, uint32_t rate,
		       uint32_t len);

/* txe_end.c */

/** txe_count_probes() - the PPDU's other frames have the rate of the first one */
void txe_count_probes(struct mac *mac, struct mac_sta *sta);

/**
 * txe_settle() - the exchange has ended: end its frames, or let them be tried again
 * @mac: the engines
 * @answered: the answer has come, or none was awaited
 *
 * Return: true if any are to be tried again.
 */
bool txe_settle(struct mac *mac, bool answered);

/**
 * txe_end() - end a frame of the exchange that was not sent now
 * @mac: the engines
 * @f: the frame
 * @status: why
 *
 * The window of its TID moves, whichever queue the frame was in.
 */
void txe_end(struct mac *mac, struct txf *f, enum skua_tx_status status);

/** txe_give_back() - return the frames of an exchange that did not come to its end */
void txe_give_back(struct mac *mac);

/* txe_txop.c */

void txe_init(struct mac *mac);

/** txe_kick() - frames may be ready to be sent: begin, unless an exchange is under way */
void txe_kick(struct mac *mac);

/** txe_sent() - a PPDU has left the radio: struct air_radio_ops.tx_end */
void txe_sent(struct mac *mac);

/**
 * txe_heard() - a control frame to an own interface has come
 * @mac: the engines
 * @frame: the frame, its FCS right
 * @len: octets without FCS
 * @rx: how it was received
 *
 * What does not answer the PPDU that the engine has sent is not its business.
 */
void txe_heard(struct mac *mac, const uint8_t *frame, uint16_t len,
	       const struct air_rx *rx);

/**
 * txe_abort() - stop the exchange under way, in any state
 * @mac: the engines
 *
 * What is on the air is truncated. The frames return to their queue, and this try
 * counts; if the engines do not run, they are forgotten.
 */
void txe_abort(struct mac *mac);

/**
 * txe_halt() - the NIC is dead: send nothing any more
 * @mac: the engines
 *
 * The frames stay for txe_abort(): the engine may be in the middle of their end.
 */
void txe_halt(struct mac *mac);

/** txe_doom() - frames of the exchange that match end with it; if the PPDU has not begun, unsent */
void txe_doom(struct mac *mac, const struct txq_match *m);

/**
 * txe_forget() - queues go: frames of the exchange cannot return to them
 * @mac: the engines
 * @vif: interface that goes, or NULL; all its frames are doomed, whoever made them
 * @sta: station that goes, or NULL
 */
void txe_forget(struct mac *mac, const struct mac_vif *vif,
		const struct mac_sta *sta);

/** txe_fw_send() - queue a frame of the firmware; false without memory */
bool txe_fw_send(struct mac *mac, const uint8_t *frame, uint32_t len,
		 struct mac_vif *vif, bool no_ack, uint32_t rate);

#endif /* SKUA_DEVICE_MAC_TXE_H */
