// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of a NIC, for the control socket
 */
#include <jansson.h>

#include "base/base.h"
#include "nic_priv.h"
#include "pcie/pcie.h"

static const char * const state_names[] = {
	[NIC_RESET] = "reset",
	[NIC_BOOTING] = "booting",
	[NIC_ALIVE] = "alive",
	[NIC_DYING] = "dying",
	[NIC_BOOT_FAILED] = "boot-failed",
	[NIC_FATAL] = "fatal",
};

static json_t *count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *pci_json(const struct nic *nic)
{
	const struct pci_stats *s = pci_get_stats(nic->pci);
	json_t *vectors = json_array();
	unsigned int i;

	for (i = 0; i < PCI_VECTORS; i++)
		json_array_append_new(vectors, json_pack("{s:o,s:o,s:o,s:o}",
			"raised", count(s->raised[i]), "sent", count(s->sent[i]),
			"coalesced", count(s->coalesced[i]),
			"dropped", count(s->dropped[i])));
	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "bad_cfg", count(s->bad_cfg),
			 "bad_bar", count(s->bad_bar), "resets", count(s->resets),
			 "doorbells", count(nic->doorbells), "vectors", vectors);
}

static json_t *dma_json(const struct nic *nic)
{
	const struct dma_stats *s = dma_get_stats(nic->dma);

	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "reads", count(s->reads),
			 "writes", count(s->writes),
			 "rejected_range", count(s->rejected_range),
			 "rejected_perm", count(s->rejected_perm),
			 "rejected_off", count(s->rejected_off),
			 "rejected_dead", count(s->rejected_dead),
			 "rejected_budget", count(s->rejected_budget));
}

static json_t *bus_json(const struct nic *nic)
{
	struct bus_stat stat[BUS_STATS_MAX];
	json_t *o = json_object();
	unsigned int n;

	n = nic->fe ? nic->fe->ops->stats(nic->fe, stat) : 0;
	for (unsigned int i = 0; i < n; i++)
		json_object_set_new(o, stat[i].name, count(stat[i].value));
	return o;
}

static json_t *cp_json(const struct nic *nic)
{
	struct cp_stats s;

	cp_get_stats(nic->cp, &s);
	return json_pack("{s:o,s:o,s:o}", "boots", count(s.boots),
			 "boots_delayed", count(s.boots_delayed),
			 "dumps", count(s.dumps));
}

static json_t *rings_json(const struct nic *nic)
{
	json_t *rings = json_array();
	unsigned int i;

	for (i = 0; i < SKUA_NUM_RINGS; i++) {
		const struct ring *r = &nic->rings.ring[i];

		if (!r->entries)
			continue;
		json_array_append_new(rings, json_pack("{s:i,s:o,s:o,s:o,s:o}",
			"id", (int)i, "entries", count(r->entries),
			"index", count(r->own), "notifies", count(r->notifies),
			"suppressed", count(r->suppressed)));
	}
	return rings;
}

json_t *nic_json(const struct nic *nic)
{
	char mac[ADDR_TEXT_LEN];

	addr_format(nic->cfg.eng.mac, mac);
	return json_pack("{s:s,s:s,s:s,s:i,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "name", nic->cfg.name, "mac", mac,
			 "state", state_names[nic->state],
			 "boot_err", (int)nic->boot_err, "fatal", (int)nic->fatal,
			 "instructions", count(cp_instret(nic->cp)),
			 "commands", count(hif_fetched(nic->hif)),
			 "mutated", count(nic->fault.mutated),
			 "cp", cp_json(nic),
			 "pci", pci_json(nic), "dma", dma_json(nic),
			 "bus", bus_json(nic), "rings", rings_json(nic),
			 "mac_engines", nic->mac_ops->counters(nic->mac));
}
