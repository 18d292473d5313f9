// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames in the transmit engine: memory, and the end of a frame
 */
#include <stdlib.h>
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/ba_sta.h"
#include "mac/txq.h"

struct txf *txf_alloc(struct mac *mac, uint32_t len)
{
	uint32_t need = TXF_HEADROOM + len + TXF_TAILROOM;
	bool large = need > TXF_SMALL;
	struct txf *f = mac->tx.pool[large];
	uint16_t cap = large ? TXF_LARGE : TXF_SMALL;

	if (f) {
		mac->tx.pool[large] = f->next;
	} else {
		f = malloc(sizeof(*f) + cap);
		if (!f)
			return NULL;
	}
	memset(f, 0, sizeof(*f));
	f->cap = cap;
	f->off = TXF_HEADROOM;
	f->len = (uint16_t)len;
	return f;
}

struct txf *txf_make(struct mac *mac, enum txf_owner owner,
		     const struct mac_vif *vif, uint32_t len)
{
	struct txf *f = txf_alloc(mac, len);

	if (!f)
		return NULL;
	f->owner = owner;
	f->vif = vif->idx;
	f->cls = TXE_CLASS_MGMT;
	f->sta = SKUA_STA_NONE;
	f->tid = MAC_TID_NONE;
	return f;
}

struct txf *txf_like(struct mac *mac, const struct txf *f, uint32_t len)
{
	struct txf *other = txf_alloc(mac, len);
	uint16_t cap;

	if (!other)
		return NULL;
	cap = other->cap;
	*other = *f;
	other->next = NULL;
	other->cap = cap;
	other->len = (uint16_t)len;
	return other;
}

bool txf_share(struct mac *mac, struct txf *f, uint32_t n)
{
	struct txf_share *s = mac->tx.shares;

	if (s)
		mac->tx.shares = s->next;
	else
		s = malloc(sizeof(*s));
	if (!s)
		return false;
	*s = (struct txf_share){ .left = n, .status = SKUA_TXS_ACKED };
	f->share = s;
	return true;
}

static void free_share(struct mac *mac, struct txf_share *s)
{
	s->next = mac->tx.shares;
	mac->tx.shares = s;
}

void txf_unshare(struct mac *mac, struct txf *f)
{
	free_share(mac, f->share);
	f->share = NULL;
}

void txf_free(struct mac *mac, struct txf *f)
{
	bool large = f->cap > TXF_SMALL;

	f->next = mac->tx.pool[large];
	mac->tx.pool[large] = f;
}

bool txf_free_all(struct mac *mac)
{
	struct turn *turn = loop_turn(mac->loop);

	for (unsigned int i = 0; i < 2; i++) {
		while (mac->tx.pool[i]) {
			struct txf *f = mac->tx.pool[i];

			if (turn_late(turn))
				return false;
			mac->tx.pool[i] = f->next;
			free(f);
		}
	}
	while (mac->tx.shares) {
		struct txf_share *s = mac->tx.shares;

		if (turn_late(turn))
			return false;
		mac->tx.shares = s->next;
		free(s);
	}
	return true;
}

/* A frame comes into the NIC, or leaves it: @n is 1 or -1 */
static void count_frame(struct mac *mac, const struct txf *f, int n)
{
	mac->tx.count += (uint32_t)n;
	mac->tx.held[f->cls] += (uint32_t)n;
}

/* The host and the firmware count what a descriptor made as one frame, as in the rings */
static void count_desc(struct mac *mac, const struct txf *f, int n)
{
	struct mac_sta *sta = f->orphan ? NULL : txf_sta(mac, f);

	mac->vif[f->vif].frames[f->cls] += (uint32_t)n;
	if (sta)
		sta->frames[f->cls] += (uint32_t)n;
}

void txf_count(struct mac *mac, struct txf *f)
{
	f->counted = true;
	count_frame(mac, f, 1);
	if (!f->share || !f->share->counted++)
		count_desc(mac, f, 1);
}

static void uncount(struct mac *mac, struct txf *f)
{
	count_frame(mac, f, -1);
	if (!f->share || !--f->share->counted)
		count_desc(mac, f, -1);
}

void txf_drop(struct mac *mac, struct txf *f)
{
	if (f->counted)
		uncount(mac, f);
	if (f->share && !--f->share->left)
		free_share(mac, f->share);
	txf_free(mac, f);
}

/* A segment has ended. Return: true if it is the last one, with what is to be told */
static bool all_ended(struct txf *f, enum skua_tx_status *status)
{
	struct txf_share *s = f->share;

	if (s->status == SKUA_TXS_ACKED ||
	    (s->status == SKUA_TXS_SENT && *status != SKUA_TXS_ACKED))
		s->status = *status;
	if (f->tries > s->tries)
		s->tries = f->tries;
	f->tries = s->tries;
	*status = s->status;
	return s->left == 1;
}

void txf_tell(struct mac *mac, struct txf *f, enum skua_tx_status status)
{
	struct mac_sta *sta;

	if (!f->share || all_ended(f, &status))
		cpl_tx(mac, f, status);
	if (!f->eosp)
		return;
	sta = txf_sta(mac, f);
	if (sta)
		cpl_inband(mac, SKUA_INB_EOSP, sta, f->tid, 0);
}

void txf_done(struct mac *mac, struct txf *f, enum skua_tx_status status)
{
	ba_sta_ended(mac, f, status == SKUA_TXS_ACKED);
	if (f->owner == TXF_HOST) {
		txf_tell(mac, f, status);
	} else if (f->owner == TXF_FW) {
		mac->fwtx.status = status;
		mac->c.tx_fw++;
		eng_irq(mac->bus, ENG_IRQ_FWTX);
	}
	txf_drop(mac, f);
}

void txf_end(struct mac *mac, struct txf *f, enum skua_tx_status status)
{
	if (status == SKUA_TXS_FLUSHED)
		mac->c.tx_flushed++;
	else if (status == SKUA_TXS_NO_CHAN)
		mac->c.tx_no_chan++;
	txf_done(mac, f, status);
}
