// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: rates and limits of tries
 *
 * The firmware has given each station a table of stages, and sometimes a rate to probe.
 * A frame goes through the stages try by try. A PPDU has one rate: that of its first
 * frame, which has been tried most often.
 */
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txq.h"

static bool usable(const struct mac *mac, uint32_t rate)
{
	return rate && HW_GET(SKUA_RATE_BW, rate) <= mac->chan.bw &&
	       (mac_tuned_2ghz(mac) || !airtime_is_cck(rate));
}

uint32_t txe_vif_rate(struct mac *mac, const struct mac_vif *vif,
		      uint32_t wanted)
{
	if (usable(mac, wanted))
		return wanted;
	return airtime_lowest_basic(vif->basic_rates, mac_tuned_2ghz(mac));
}

/* Is this frame to probe a rate? Asked once for each frame. */
static bool probes(struct mac *mac, struct mac_sta *sta)
{
	if (!sta->rate.probe_interval || !usable(mac, sta->rate.probe_rate) ||
	    ++sta->probe_count < sta->rate.probe_interval)
		return false;
	sta->probe_count = 0;
	return true;
}

/* The stage of the next try; the last one goes on to the limit of tries */
static void choose_stage(struct mac *mac, struct mac_sta *sta, struct txf *f)
{
	struct txop *op = &mac->tx.op;
	uint32_t tries = f->tries;

	/* It may have been taken before, and not been sent */
	if (!tries && !f->probe)
		f->probe = probes(mac, sta);
	if (f->probe && !tries) {
		op->rate = sta->rate.probe_rate;
		op->stage = TXE_STAGE_PROBE;
		return;
	}
	tries -= f->probe;
	for (int i = 0; i < ENG_RATE_STAGES && sta->rate.rate[i]; i++) {
		if (!usable(mac, sta->rate.rate[i]))
			continue;
		op->rate = sta->rate.rate[i];
		op->stage = i;
		if (tries < sta->rate.tries[i])
			return;
		tries -= sta->rate.tries[i];
	}
}

void txe_count_probes(struct mac *mac, struct mac_sta *sta)
{
	const struct txop *op = &mac->tx.op;

	for (unsigned int i = 1; i < op->n; i++) {
		if (op->f[i]->tries)
			continue;
		op->f[i]->probe = op->stage == TXE_STAGE_PROBE;
		if (op->stage >= 0 && op->stage < ENG_RATE_STAGES)
			sta->probe_count++;
	}
}

void txe_choose_rate(struct mac *mac, const struct mac_vif *vif,
		     struct mac_sta *sta)
{
	struct txop *op = &mac->tx.op;
	struct txf *f = op->f[0];
	uint32_t wanted = 0;

	op->rate = 0;
	op->stage = TXE_STAGE_NONE;
	if (f->rate)
		wanted = f->rate;
	else if (dot11_fc_is_mgmt(f->fc))
		wanted = vif->mgmt_rate;
	else if (dot11_fc_is_data(f->fc) &&
		 dot11_addr_is_group(dot11_addr1(txf_data(f))))
		wanted = vif->mcast_rate;
	else if (dot11_fc_is_data(f->fc) && sta)
		choose_stage(mac, sta, f);
	if (!op->rate)
		op->rate = txe_vif_rate(mac, vif, wanted);
}

bool txe_wants_rts(const struct mac *mac, const struct txf *f, uint32_t len,
		   enum txe_answer answer)
{
	return answer != TXE_NO_ANSWER && !dot11_fc_is_ctl(f->fc) &&
	       ((f->flags & SKUA_TXF_RTS) || len > mac->rts_thresh);
}

/* The firmware has checked the register */
unsigned int txe_retry_limit(const struct mac *mac, const struct txf *f,
			     enum txe_answer answer)
{
	bool rts = txe_wants_rts(mac, f, f->len + IEEE80211_FCS_LEN, answer);
	uint32_t limit = rts ? HW_GET(SKUA_RETRY_LONG, mac->retry) :
			       HW_GET(SKUA_RETRY_SHORT, mac->retry);

	if (answer == TXE_NO_ANSWER)
		return 1;
	if (f->max_tries)
		return f->max_tries;
	return limit ? limit : 1;
}
