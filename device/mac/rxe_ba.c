// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: frames of Block Ack sessions as they arrive
 *
 * The scoreboard is told of a frame at once, since the sender waits for the answer.
 */
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

#define BARS_NS		(100 * LOOP_NS_PER_MS)	/* of a TID without a session one goes up */

struct ba_rx *rxe_ba_session(const struct mac_sta *sta, uint8_t tid)
{
	struct ba_rx *ba = sta->ba_rx[tid];

	return ba && ba->on ? ba : NULL;
}

/* The station that has sent a frame to an interface here, or NULL */
static struct mac_sta *sender(const struct rx_arrival *a)
{
	struct mac_sta *sta;
	struct mac_vif *vif;

	mac_for_each_vif(a->mac, vif) {
		if (!dot11_addr_equal(dot11_addr1(a->frame), vif->addr))
			continue;
		sta = mac_sta_find(a->mac, vif, dot11_addr2(a->frame));
		if (sta)
			return sta;
	}
	return NULL;
}

/* Whether an acknowledgement of a frame is the scoreboard's matter */
static bool is_numbered(const struct rx_arrival *a)
{
	uint16_t policy = dot11_qos_ctl(a->frame) & IEEE80211_QOS_ACK_POLICY;

	return dot11_fc_is_data_qos(a->fc) &&
	       dot11_fc_is_data_present(a->fc) &&
	       !dot11_is_fragment(a->frame) &&
	       (policy == IEEE80211_QOS_ACK_NORMAL ||
		policy == IEEE80211_QOS_ACK_BLOCKACK);
}

void rxe_ba_find(struct rx_arrival *a)
{
	struct mac_sta *sta;

	if (!(a->mac->bus->features & SKUA_FEAT_RX_AMPDU) || !is_numbered(a))
		return;
	sta = sender(a);
	if (!sta)
		return;
	a->ba = rxe_ba_session(sta, dot11_tid(a->frame));
	if (a->ba)
		a->again = ba_score_has(&a->ba->score, dot11_sn(a->frame));
}

static void block_ack_req(const struct rx_arrival *a, struct ba_rx *ba,
			  uint16_t ssn, bool no_ack)
{
	a->mac->c.rx_bar++;
	ba->heard = loop_now(a->mac->loop);
	ba_score_bar(&ba->score, ssn);
	if (!no_ack)
		rxe_respond_bar(a, ba, ssn);
	if (ba->order.place)
		rxe_queue_bar(ba, ssn);
}

/*
 * A peer that has not heard of the end of its session sends a BlockAckReq for each frame
 * that it gives up. The host tells it once more; all of them would use up its buffers.
 */
static bool is_news(struct mac_sta *sta, uint8_t tid)
{
	uint64_t now = loop_now(sta->vif->mac->loop);

	if (!sta->bars_told || now - sta->bars_since >= BARS_NS) {
		sta->bars_since = now;
		sta->bars_told = 0;
	}
	if (sta->bars_told & 1u << tid)
		return false;
	sta->bars_told |= (uint16_t)(1u << tid);
	return true;
}

/*
 * A BlockAckReq. Without a session the stack gets it, and tells the peer; it also gets
 * it if it puts the frames in order. Return: true if it goes up.
 */
bool rxe_ba_req(struct rx_arrival *a)
{
	struct mac *mac = a->mac;
	uint16_t ctl, ssn;
	struct mac_sta *sta;
	struct ba_rx *ba;
	uint8_t tid;

	if (!(mac->bus->features & SKUA_FEAT_RX_AMPDU) ||
	    a->len < IEEE80211_BAR_LEN)
		return false;
	ctl = dot11_get_le16(a->frame + IEEE80211_BAR_OFF_CONTROL);
	ssn = dot11_get_le16(a->frame + IEEE80211_BAR_OFF_SSC) >>
	      IEEE80211_SEQ_SN_SHIFT;
	sta = sender(a);
	if (!sta || (ctl & IEEE80211_BA_CTL_TYPE) != IEEE80211_BA_CTL_COMPRESSED)
		return false;
	tid = (uint8_t)(ctl >> IEEE80211_BA_CTL_TID_SHIFT);
	ba = rxe_ba_session(sta, tid);
	if (ba)
		block_ack_req(a, ba, ssn, ctl & IEEE80211_BA_CTL_NOACK);
	else
		mac->c.rx_bar_outside++;
	if (ba ? ba->order.place != NULL : !is_news(sta, tid))
		return false;
	rxe_queue_frame(a, sta->vif, sta, 0);
	return true;
}
