// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - Block Ack sessions
 *
 * The firmware decides when a transmit session is worth while, mac80211 negotiates
 * it, and the NIC aggregates. mac80211 moves no frame of the TID while it asks for a
 * session, or ends one; the NIC keeps the frames that it has already in their order.
 * So the first frame of a session, and the first one after it, is known on both sides.
 *
 *	BA_REQUEST -> TX_START -> ADDBA exchange -> TX_OPERATIONAL -> TX_STOP_*
 *	                 \______ refused, or no answer ______/^
 *
 * A NIC that has been reset knows no session. mac80211 ends all of its own in a
 * restart, and the firmware asks for new ones.
 */
#include <kunit/static_stub.h>

#include "ampdu.h"
#include "key.h"

/**
 * skua_ba_features() - features of Block Ack that the driver asks the NIC for
 *
 * Return: SKUA_FEAT_*
 */
u64 skua_ba_features(void)
{
	u64 features = 0;

	if (skua_tx_ampdu)
		features |= SKUA_FEAT_TX_AMPDU;
	if (skua_rx_ampdu)
		features |= SKUA_FEAT_RX_AMPDU;
	if (skua_rx_ampdu && skua_rx_reorder)
		features |= SKUA_FEAT_RX_REORDER;
	return features;
}

/**
 * skua_ba_tell() - tell mac80211 about a session
 * @sta: station
 * @tid: TID, below IEEE80211_FIRST_TSPEC_TSID for SKUA_BA_WANTED, else below
 *	SKUA_NUM_TIDS
 * @news: what has happened
 *
 * Any context but hard interrupts, inside rcu_read_lock() or the wiphy mutex. mac80211
 * acts in a work item of its own.
 */
void skua_ba_tell(struct ieee80211_sta *sta, u8 tid, enum skua_ba_news news)
{
	struct ieee80211_vif *vif = skua_sta(sta)->vif;

	KUNIT_STATIC_STUB_REDIRECT(skua_ba_tell, sta, tid, news);
	switch (news) {
	case SKUA_BA_WANTED:
		/* It may refuse; the firmware asks again, each time later. */
		ieee80211_start_tx_ba_session(sta, tid, 0);
		break;
	case SKUA_BA_STALLED:
		ieee80211_stop_tx_ba_session(sta, tid);
		break;
	case SKUA_BA_IDLE:
		ieee80211_rx_ba_timer_expired(vif, sta->addr, tid);
		break;
	case SKUA_BA_STOPPED:
		ieee80211_stop_tx_ba_cb_irqsafe(vif, sta->addr, tid);
		break;
	}
}

/* ------------------------------------------------------------------ */
/* mac80211's actions							*/
/* ------------------------------------------------------------------ */

static int skua_ba_exec(struct skua *sc,
			const struct ieee80211_ampdu_params *params,
			struct skua_cmd_ba *cmd, struct skua_ba_answer *answer)
{
	const struct skua_sta *ssta = skua_sta(params->sta);
	struct skua_cmd_req req = {
		.op = SKUA_CMD_BA,
		.data = cmd,
		.len = sizeof(*cmd),
		.answer = answer,
		.answer_len = answer ? sizeof(*answer) : 0,
	};

	if (ssta->handle == SKUA_STA_NONE)
		return -ENOENT;
	cmd->sta = cpu_to_le16(ssta->handle);
	cmd->gen = cpu_to_le16(ssta->gen);
	cmd->tid = params->tid;
	return skua_cmd_exec(sc, &req);
}

/*
 * mac80211 builds A-MSDUs before a session's frames leave: none while it is not known
 * whether the peer allows them in the session. 1: none; 0: no limit by this.
 */
static void skua_ba_amsdu(struct ieee80211_sta *sta, u8 tid, bool allowed)
{
	WRITE_ONCE(sta->deflink.agg.max_tid_amsdu_len[tid], allowed ? 0 : 1);
}

/*
 * End a half of a session. mac80211 demands that this succeeds: a NIC that is dead, or
 * that does not know the station, has no session either.
 */
static void skua_ba_end(struct skua *sc,
			const struct ieee80211_ampdu_params *params, u8 action)
{
	struct skua_cmd_ba cmd = { .action = action };
	u64 needs = action == SKUA_BA_RX_STOP ? SKUA_FEAT_RX_AMPDU :
						SKUA_FEAT_TX_AMPDU;
	int err;

	if (!skua_has(sc, needs) || !skua_alive(sc))
		return;
	err = skua_ba_exec(sc, params, &cmd, NULL);
	if (!err || err == -ENOENT || err == -ESTALE || !skua_alive(sc))
		return;
	dev_err(sc->dev, "a Block Ack session does not end: %d\n", err);
	skua_nic_dead(sc, SKUA_FATAL_NONE, "the NIC does not end a session");
}

/*
 * mac80211 ends the sessions of a station before it replaces its key, too, and drops data
 * that the driver asks for from then on. It does not say why a session ends.
 */
static void skua_ba_expect_key(struct skua *sc, struct ieee80211_sta *sta)
{
	if (READ_ONCE(skua_sta(sta)->keyed))
		skua_key_hold_data(sc, sta);
}

static int skua_ba_hold(struct skua *sc, struct ieee80211_ampdu_params *params)
{
	struct skua_cmd_ba cmd = { .action = SKUA_BA_TX_HOLD };
	struct skua_ba_answer answer;
	int err;
	u16 ssn;

	err = skua_ba_exec(sc, params, &cmd, &answer);
	if (err)
		return err;
	ssn = le16_to_cpu(answer.ssn);
	if (ssn > IEEE80211_MAX_SN) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "a session would begin with number %u\n", ssn);
		skua_ba_end(sc, params, SKUA_BA_TX_STOP);
		return -EPROTO;
	}
	params->ssn = ssn;
	return 0;
}

/*
 * The NIC waits until no frame has a number that mac80211 is not told of. The frames of
 * a station that sleeps would not leave, and the wiphy mutex is held meanwhile.
 */
static int skua_ba_tx_start(struct skua *sc,
			    struct ieee80211_ampdu_params *params)
{
	int err;

	if (!skua_has(sc, SKUA_FEAT_TX_AMPDU) ||
	    !skua_key_aggregates(params->sta))
		return -EOPNOTSUPP;
	if (READ_ONCE(skua_sta(params->sta)->asleep))
		return -EBUSY;
	skua_ba_amsdu(params->sta, params->tid, false);
	err = skua_ba_hold(sc, params);
	if (!err)
		return IEEE80211_AMPDU_TX_START_IMMEDIATE;
	skua_ba_amsdu(params->sta, params->tid, true);
	return err;
}

static __le16 skua_ba_size(const struct ieee80211_ampdu_params *params)
{
	return cpu_to_le16(clamp_t(u16, params->buf_size, 1, SKUA_BA_MAX_SIZE));
}

/* mac80211 takes the session for working, whatever the result is. */
static int skua_ba_tx_operational(struct skua *sc,
				  const struct ieee80211_ampdu_params *params)
{
	struct skua_cmd_ba cmd = {
		.action = SKUA_BA_TX_START,
		.buf_size = skua_ba_size(params),
		.amsdu = params->amsdu,
	};
	int err;

	if (!skua_has(sc, SKUA_FEAT_TX_AMPDU))
		return -EOPNOTSUPP;
	skua_ba_amsdu(params->sta, params->tid, params->amsdu);
	err = skua_ba_exec(sc, params, &cmd, NULL);
	if (!err)
		skua_count(sc, SKUA_CTR_BA_TX);
	else if (skua_alive(sc))
		skua_ba_tell(params->sta, params->tid, SKUA_BA_STALLED);
	return err;
}

static int skua_ba_rx_start(struct skua *sc,
			    const struct ieee80211_ampdu_params *params)
{
	struct skua_cmd_ba cmd = {
		.action = SKUA_BA_RX_START,
		.ssn = cpu_to_le16(params->ssn & IEEE80211_SN_MASK),
		.buf_size = skua_ba_size(params),
	};
	int err;

	if (!skua_has(sc, SKUA_FEAT_RX_AMPDU))
		return -EOPNOTSUPP;
	/* If mac80211 reorders, it has a timer, too. */
	if (skua_has(sc, SKUA_FEAT_RX_REORDER))
		cmd.timeout_tu = cpu_to_le16(params->timeout);
	err = skua_ba_exec(sc, params, &cmd, NULL);
	if (!err)
		skua_count(sc, SKUA_CTR_BA_RX);
	return err;
}

/* Count a beginning that failed. Return: @ret */
static int skua_ba_begun(struct skua *sc, int ret)
{
	if (ret < 0 && ret != -EOPNOTSUPP)
		skua_count(sc, SKUA_CTR_BA_REFUSED);
	return ret;
}

/**
 * skua_op_ampdu_action() - begin or end a Block Ack session
 * @hw: the device
 * @vif: interface
 * @params: action, station and TID
 *
 * Wiphy mutex; sleeps. The end of a session always succeeds, also before its beginning
 * was confirmed. A beginning fails while the NIC is dead, and in a restart mac80211 has
 * none: it ends all sessions then.
 *
 * Return: 0, IEEE80211_AMPDU_TX_START_IMMEDIATE, or a negative error
 */
int skua_op_ampdu_action(struct ieee80211_hw *hw, struct ieee80211_vif *vif,
			 struct ieee80211_ampdu_params *params)
{
	struct skua *sc = hw->priv;

	lockdep_assert_wiphy(hw->wiphy);
	switch (params->action) {
	case IEEE80211_AMPDU_TX_START:
		return skua_ba_begun(sc, skua_ba_tx_start(sc, params));
	case IEEE80211_AMPDU_TX_OPERATIONAL:
		return skua_ba_begun(sc, skua_ba_tx_operational(sc, params));
	case IEEE80211_AMPDU_RX_START:
		return skua_ba_begun(sc, skua_ba_rx_start(sc, params));
	case IEEE80211_AMPDU_RX_STOP:
		skua_ba_expect_key(sc, params->sta);
		skua_ba_end(sc, params, SKUA_BA_RX_STOP);
		return 0;
	case IEEE80211_AMPDU_TX_STOP_CONT:
		skua_ba_expect_key(sc, params->sta);
		skua_ba_amsdu(params->sta, params->tid, true);
		skua_ba_end(sc, params, SKUA_BA_TX_STOP);
		/*
		 * Frames that the NIC still has go on in their order, before those that
		 * mac80211 holds until now.
		 */
		skua_ba_tell(params->sta, params->tid, SKUA_BA_STOPPED);
		return 0;
	case IEEE80211_AMPDU_TX_STOP_FLUSH:
	case IEEE80211_AMPDU_TX_STOP_FLUSH_CONT:
		/* The station goes: mac80211 waits for nothing. */
		skua_ba_end(sc, params, SKUA_BA_TX_FLUSH);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* ------------------------------------------------------------------ */
/* The NIC's wishes							*/
/* ------------------------------------------------------------------ */

static bool skua_ba_may_ask(struct ieee80211_sta *sta)
{
	return READ_ONCE(skua_sta(sta)->state) == IEEE80211_STA_AUTHORIZED &&
	       skua_key_aggregates(sta);
}

/**
 * skua_ba_request() - the firmware asks for a transmit session
 * @sc: the device
 * @evt: private copy of the event
 *
 * NAPI.
 */
void skua_ba_request(struct skua *sc, const struct skua_evt_ba *evt)
{
	struct ieee80211_sta *sta;

	lockdep_assert_in_softirq();
	/* mac80211 would warn of the TID of a TSPEC. */
	if (!skua_has(sc, SKUA_FEAT_TX_AMPDU) ||
	    evt->tid >= IEEE80211_FIRST_TSPEC_TSID) {
		skua_count(sc, SKUA_CTR_EVT_BAD);
		skua_complain(sc, "the NIC asks for a session of TID %u\n",
			      evt->tid);
		return;
	}
	if (!test_bit(SKUA_F_STARTED, &sc->flags))
		return;
	rcu_read_lock();
	sta = skua_sta_get(sc, le16_to_cpu(evt->sta), le16_to_cpu(evt->gen));
	if (!sta)
		skua_count(sc, SKUA_CTR_EVT_STALE);
	else if (skua_ba_may_ask(sta))
		skua_ba_tell(sta, evt->tid, SKUA_BA_WANTED);
	rcu_read_unlock();
}

/**
 * skua_ba_stop() - the NIC says that a session has to end
 * @sc: the device
 * @rec: private copy of the in-band event; only its size has been checked
 *
 * NAPI, inside rcu_read_lock().
 */
void skua_ba_stop(struct skua *sc, const struct skua_cpl_inband *rec)
{
	u32 arg = le32_to_cpu(rec->arg);
	u64 needs = arg ? SKUA_FEAT_TX_AMPDU : SKUA_FEAT_RX_REORDER;
	struct ieee80211_sta *sta;

	lockdep_assert_in_softirq();
	if (arg > 1 || rec->tid >= SKUA_NUM_TIDS || !skua_has(sc, needs)) {
		skua_count(sc, SKUA_CTR_INBAND_BAD);
		skua_complain(sc, "the NIC ends session %u of TID %u\n", arg,
			      rec->tid);
		return;
	}
	if (!test_bit(SKUA_F_STARTED, &sc->flags))
		return;
	sta = skua_sta_get(sc, le16_to_cpu(rec->sta), le16_to_cpu(rec->sta_gen));
	if (!sta) {
		skua_count(sc, SKUA_CTR_RX_STALE_STA);
		return;
	}
	skua_count(sc, arg ? SKUA_CTR_BA_STALLED : SKUA_CTR_BA_IDLE);
	skua_ba_tell(sta, rec->tid, arg ? SKUA_BA_STALLED : SKUA_BA_IDLE);
}
