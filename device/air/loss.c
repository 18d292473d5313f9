// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that are lost on purpose
 */
#include <errno.h>

#include "air/priv.h"

static bool rule_matches(const struct air_loss *l, const struct air_ppdu *ppdu,
			 const struct air_mpdu *m)
{
	static const uint8_t any[IEEE80211_ADDR_LEN];
	uint16_t fc = dot11_fc(m->data);

	if (l->match_type >= 0 &&
	    l->match_type != (fc & IEEE80211_FC_TYPE) >> 2)
		return false;
	if (l->match_subtype >= 0 &&
	    l->match_subtype != (fc & IEEE80211_FC_SUBTYPE) >> 4)
		return false;
	if (l->part == AIR_PART_PPDU && m != ppdu->mpdu)
		return false;
	if (dot11_addr_equal(l->ta, any))
		return true;
	return dot11_addr_equal(ppdu->ta, l->ta);
}

static bool rule_hits(struct air_loss_rule *rule)
{
	uint64_t n = ++rule->seen;
	uint64_t end = (uint64_t)rule->loss.nth + rule->loss.count;

	if (n >= rule->loss.nth && n < end)
		return true;
	return rule->loss.every && n >= end &&
	       (n - end + 1) % rule->loss.every == 0;
}

/* Each rule counts every match, whether or not another loses the MPDU */
static void mark(struct air_losses *losses, struct air_ppdu *ppdu,
		 struct air_mpdu *m)
{
	for (int i = 0; i < losses->n; i++) {
		struct air_loss_rule *rule = &losses->rule[i];
		uint8_t lost = (uint8_t)(rule->loss.part + 1);

		if (!rule_matches(&rule->loss, ppdu, m) || !rule_hits(rule))
			continue;
		rule->hits++;
		if (m->lost < lost)
			m->lost = lost;
	}
}

unsigned int loss_mark(struct air_losses *losses, struct air_ppdu *ppdu)
{
	unsigned int n = 0;

	if (!losses->n) {
		for (unsigned int i = 0; i < ppdu->n; i++)
			ppdu->mpdu[i].lost = 0;
		return 0;
	}
	for (unsigned int i = 0; i < ppdu->n; i++) {
		struct air_mpdu *m = &ppdu->mpdu[i];

		m->lost = 0;
		mark(losses, ppdu, m);
		n += m->lost != 0;
	}
	/* Without its preamble, nothing of the PPDU arrives */
	return ppdu->mpdu[0].lost == AIR_PART_PPDU + 1 ? ppdu->n : n;
}

int air_lose(struct air *air, const struct air_loss *loss)
{
	struct air_losses *l = &air->losses;

	if (l->n == AIR_MAX_LOSSES)
		return -ENOSPC;
	l->rule[l->n] = (struct air_loss_rule){ .loss = *loss };
	return l->n++;
}

int air_loss_count(const struct air *air)
{
	return air->losses.n;
}

uint64_t air_loss_hits(const struct air *air, int id)
{
	const struct air_losses *l = &air->losses;

	return id >= 0 && id < l->n ? l->rule[id].hits : 0;
}

void air_lose_clear(struct air *air)
{
	air->losses.n = 0;
}
