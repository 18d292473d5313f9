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

void txf_free(struct mac *mac, struct txf *f)
{
	bool large = f->cap > TXF_SMALL;

	f->next = mac->tx.pool[large];
	mac->tx.pool[large] = f;
}

bool txf_free_all(struct mac *mac)
{
	for (unsigned int i = 0; i < 2; i++) {
		while (mac->tx.pool[i]) {
			struct txf *f = mac->tx.pool[i];

			if (turn_late(loop_turn(mac->loop)))
				return false;
			mac->tx.pool[i] = f->next;
			free(f);
		}
	}
	return true;
}

void txf_done(struct mac *mac, struct txf *f, const struct tx_result *r)
{
	struct mac_sta *sta;

	cpl_tx(mac, f, r);
	sta = mac_sta_get(mac, f->sta, f->sta_gen);
	if (f->eosp && sta) {
		cpl_publish(mac);
		cpl_inband(mac, SKUA_INB_EOSP, sta, f->tid, 0);
	}
	txf_free(mac, f);
}

void txf_end(struct mac *mac, struct txf *f, enum skua_tx_status status)
{
	struct tx_result r = { .status = status };

	if (status == SKUA_TXS_FLUSHED)
		mac->c.tx_flushed++;
	else if (status == SKUA_TXS_NO_CHAN)
		mac->c.tx_no_chan++;
	txf_done(mac, f, &r);
}
