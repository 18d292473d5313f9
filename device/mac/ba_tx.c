// SPDX-License-Identifier: GPL-2.0-only
/*
 * Originator's half of a Block Ack session
 */
#include <string.h>

#include "mac/ampdu.h"
#include "mac/ba_tx.h"
#include "mac/txq.h"

/* Flags that do not keep a frame out of an A-MPDU */
#define JOIN_FLAGS	(SKUA_TXF_QOS | SKUA_TXF_PROTECT | SKUA_TXF_AMPDU | \
			 SKUA_TXF_STATUS)

/* State */

static void begin(struct ba_tx *t, enum ba_tx_state state)
{
	memset(t, 0, sizeof(*t));
	t->state = state;
}

static void bar_for_start(struct ba_tx *t)
{
	t->bar = BA_BAR_DUE;
	t->bar_tries = 0;
	t->bar_ssn = t->start;
}

void ba_tx_hold(struct ba_tx *t)
{
	begin(t, BA_TX_HOLD);
}

void ba_tx_start(struct ba_tx *t, uint16_t next, uint16_t told, uint16_t size,
		 bool amsdu)
{
	begin(t, BA_TX_ON);
	t->size = size < BA_MAX_WIN ? size : BA_MAX_WIN;
	t->amsdu = amsdu;
	t->start = next;
	t->next = next;
	t->known = told;
	/* Frames that no hold concerns may have taken numbers since */
	if (told != next)
		bar_for_start(t);
}

void ba_tx_stop(struct ba_tx *t)
{
	begin(t, BA_TX_OFF);
}

/* Numbers */

uint16_t ba_tx_room(const struct ba_tx *t)
{
	uint16_t used;

	if (t->state == BA_TX_HOLD)
		return 0;
	if (t->state == BA_TX_OFF)
		return IEEE80211_SN_MODULO;
	used = ba_sn_ahead(t->start, t->next);
	return used < t->size ? t->size - used : 0;
}

/* Move the start over numbers that have ended. Of lost ones the recipient must hear */
static void move_start(struct ba_tx *t)
{
	while (t->start != t->next && !ba_map_has(t->open, t->start)) {
		bool lost = ba_map_has(t->lost, t->start);

		ba_map_clear(t->lost, t->start);
		t->start = ba_sn_add(t->start, 1);
		if (lost)
			bar_for_start(t);
	}
}

/* The recipient's window begins at @sn at least */
static void learn(struct ba_tx *t, uint16_t sn)
{
	if (ba_sn_ahead(t->known, sn) < IEEE80211_SN_MODULO / 2)
		t->known = sn;
}

/* Give number @sn. Those of the window stay apart, even if nobody asked for room */
static void give(struct ba_tx *t, uint16_t sn, bool used)
{
	if (ba_sn_ahead(t->start, sn) >= BA_MAX_WIN) {
		ba_map_clear(t->open, t->start);
		ba_map_set(t->lost, t->start);
		t->next = sn;
		move_start(t);
	}
	t->next = ba_sn_add(sn, 1);
	if (used)
		ba_map_set(t->open, sn);
	else
		ba_map_set(t->lost, sn);
}

void ba_tx_numbered(struct ba_tx *t, uint16_t sn)
{
	if (t->state != BA_TX_ON)
		return;
	/* Numbers that were left out never end */
	while (t->next != sn) {
		give(t, t->next, false);
		move_start(t);
	}
	give(t, sn, true);
}

/* The number is of the session, and its frame has not ended */
static bool in_window(const struct ba_tx *t, uint16_t sn)
{
	return ba_sn_ahead(t->start, sn) < ba_sn_ahead(t->start, t->next) &&
	       ba_map_has(t->open, sn);
}

void ba_tx_ended(struct ba_tx *t, uint16_t sn, bool acked)
{
	if (t->state != BA_TX_ON || !in_window(t, sn))
		return;
	ba_map_clear(t->open, sn);
	if (acked)
		learn(t, ba_sn_add(sn, 1 - t->size));
	else
		ba_map_set(t->lost, sn);
	move_start(t);
}

/* What to send */

/* The frame will take a number of its TID */
static bool wants_number(const struct txf *f)
{
	return !f->numbered && !(f->flags & SKUA_TXF_KEEP_SEQ) &&
	       dot11_fc_is_data_present(f->fc);
}

/* The first frame of the queue may go now */
static bool head_may_go(const struct ba_tx *t, const struct txq *q)
{
	return q->count && (!t || !wants_number(q->head) || ba_tx_room(t));
}

bool ba_tx_ready(const struct ba_tx *t, const struct txq *q)
{
	return ba_tx_bar_due(t) || head_may_go(t, q);
}

static const uint8_t *octets(const struct txf *f)
{
	return f->buf + f->off;
}

/* The frame may stand in an A-MPDU, as far as the frame itself says */
static bool may_join(const struct ba_tx *t, const struct txf *f)
{
	const uint8_t *frame = octets(f);

	if (!(f->flags & SKUA_TXF_AMPDU) || (f->flags & ~JOIN_FLAGS) ||
	    f->rate || f->eosp || !dot11_fc_is_data_qos(f->fc) ||
	    !dot11_fc_is_data_present(f->fc) || dot11_is_fragment(frame) ||
	    dot11_addr_is_group(dot11_addr1(frame)) ||
	    (dot11_qos_ctl(frame) & IEEE80211_QOS_ACK_POLICY))
		return false;
	if (!t->amsdu && (dot11_qos_ctl(frame) & IEEE80211_QOS_AMSDU))
		return false;
	if (!(f->flags & SKUA_TXF_PROTECT) &&
	    dot11_is_eapol(frame, f->hdr_len, f->len))
		return false;
	return !f->numbered || in_window(t, dot11_sn(frame));
}

/* The key id in the IV of a frame that the host has encrypted itself; -1: there is none */
static int host_key_id(const struct txf *f)
{
	if (!(f->fc & IEEE80211_FC_PROTECTED) ||
	    f->len <= f->hdr_len + IEEE80211_IV_OFF_KEYID)
		return -1;
	return dot11_iv_keyid(octets(f) + f->hdr_len);
}

/*
 * Frames of one A-MPDU have one key, or none, and so one key id: a station may have
 * two pairwise keys at a time (Extended Key ID)
 */
static bool same_key(const struct txf *a, const struct txf *b)
{
	if ((a->flags ^ b->flags) & SKUA_TXF_PROTECT)
		return false;
	if (!(a->flags & SKUA_TXF_PROTECT))
		return host_key_id(a) == host_key_id(b);
	return a->key.slot == b->key.slot && a->key.gen == b->key.gen;
}

static uint32_t mpdu_len(const struct txf *f, uint8_t overhead)
{
	uint32_t len = f->len + IEEE80211_FCS_LEN;

	return (f->flags & SKUA_TXF_PROTECT) && !f->prepared ? len + overhead :
							       len;
}

unsigned int ba_tx_choose(const struct ba_tx *t, const struct txq *q,
			  struct ampdu *a, uint8_t overhead, bool alone)
{
	const struct txf *first = q->head, *f;
	unsigned int n = 1;
	uint16_t room;

	if (!head_may_go(t, q))
		return 0;
	ampdu_add(a, mpdu_len(first, overhead));
	if (alone || !t || t->state != BA_TX_ON || !may_join(t, first))
		return 1;
	room = ba_tx_room(t) - !first->numbered;
	for (f = first->next; f; f = f->next, n++) {
		if (f->cls != first->cls || !may_join(t, f) ||
		    !same_key(f, first) || (!f->numbered && !room) ||
		    !ampdu_add(a, mpdu_len(f, overhead)))
			break;
		room -= !f->numbered;
	}
	return n;
}

/* Answers */

bool ba_parse(const uint8_t *frame, uint16_t len, struct ba_info *ba)
{
	uint16_t control, ssc, bits;

	if (len < IEEE80211_BA_OFF_BITMAP)
		return false;
	control = dot11_get_le16(frame + IEEE80211_BA_OFF_CONTROL);
	ssc = dot11_get_le16(frame + IEEE80211_BA_OFF_SSC);
	if ((control & IEEE80211_BA_CTL_TYPE) != IEEE80211_BA_CTL_COMPRESSED)
		return false;
	switch (ssc & IEEE80211_SEQ_FRAG) {
	case IEEE80211_BA_FRAG_BITMAP_64:
		bits = 64;
		break;
	case IEEE80211_BA_FRAG_BITMAP_256:
		bits = 256;
		break;
	case IEEE80211_BA_FRAG_BITMAP_512:
		bits = 512;
		break;
	case IEEE80211_BA_FRAG_BITMAP_1024:
		bits = 1024;
		break;
	default:
		return false;
	}
	if (len != IEEE80211_BA_OFF_BITMAP + bits / 8)
		return false;
	*ba = (struct ba_info){
		.tid = (uint8_t)(control >> IEEE80211_BA_CTL_TID_SHIFT),
		.ssn = ssc >> IEEE80211_SEQ_SN_SHIFT,
		.bits = bits,
		.bitmap = frame + IEEE80211_BA_OFF_BITMAP,
	};
	return true;
}

bool ba_acks(const struct ba_info *ba, uint16_t sn)
{
	uint16_t at = ba_sn_ahead(ba->ssn, sn);

	return at < ba->bits && (ba->bitmap[at / 8] >> at % 8 & 1);
}

void ba_tx_answer(struct ba_tx *t, unsigned int acked, uint64_t now)
{
	if (t->state != BA_TX_ON)
		return;
	if (acked) {
		t->failed = 0;
		if (t->bar == BA_BAR_NONE)
			learn(t, t->start);
		else if (t->bar == BA_BAR_WAIT)
			bar_for_start(t);
	} else if (!t->failed++) {
		t->since_us = now;
	}
	/* To the recipient, a number half a round ahead of its window is one behind it */
	if (ba_sn_ahead(t->known, t->start) + t->size > IEEE80211_SN_MODULO / 2) {
		begin(t, BA_TX_OFF);
		t->broken = true;
	}
}

void ba_tx_rest(struct ba_tx *t)
{
	t->failed = 0;
}

bool ba_tx_stalled(const struct ba_tx *t, uint64_t now, uint64_t limit_us)
{
	return t->broken ||
	       (t->state == BA_TX_ON && t->failed >= BA_STALL_PPDUS &&
		now - t->since_us >= limit_us);
}

/* BlockAckReq */

void ba_tx_bar_frame(const struct ba_tx *t, uint8_t tid, const uint8_t *ra,
		     const uint8_t *ta, uint8_t frame[IEEE80211_BAR_LEN])
{
	dot11_put_le16(frame, IEEE80211_BACK_REQ);
	dot11_put_le16(frame + IEEE80211_OFF_DURATION, 0);
	memcpy(frame + IEEE80211_OFF_ADDR1, ra, IEEE80211_ADDR_LEN);
	memcpy(frame + IEEE80211_OFF_ADDR2, ta, IEEE80211_ADDR_LEN);
	dot11_put_le16(frame + IEEE80211_BAR_OFF_CONTROL,
		       (uint16_t)(IEEE80211_BA_CTL_COMPRESSED |
				  tid << IEEE80211_BA_CTL_TID_SHIFT));
	dot11_put_le16(frame + IEEE80211_BAR_OFF_SSC,
		       (uint16_t)(t->start << IEEE80211_SEQ_SN_SHIFT));
}

void ba_tx_bar_answer(struct ba_tx *t, uint16_t ssn, bool answered,
		      unsigned int limit)
{
	/* The session may have ended, or more been lost, while it was under way */
	if (t->state != BA_TX_ON || t->bar == BA_BAR_NONE)
		return;
	if (!answered) {
		if (++t->bar_tries >= limit)
			t->bar = BA_BAR_WAIT;
	} else if (!dot11_sn_less(ssn, t->bar_ssn)) {
		t->bar = BA_BAR_NONE;
		learn(t, ssn);
	}
}
