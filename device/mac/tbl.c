// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware reaches the tables by ENG_TBL_*, one entry at a time
 *
 * The guest supplies the firmware. So each entry is copied out of SRAM, then
 * checked, and used only then.
 */
#include <openssl/crypto.h>
#include <string.h>

#include "mac/cpl.h"
#include "mac/priv.h"
#include "mac/survey.h"
#include "mac/tbl.h"

/* The index of a channel is its frequency in MHz */
static uint32_t survey_entries(const struct mac *mac)
{
	(void)mac;
	return UINT16_MAX;
}

static enum skua_status survey_entry(struct mac *mac, uint32_t i, void *entry)
{
	return survey_read(mac, i, entry);
}

static const struct mac_table tbl_survey = {
	.size = sizeof(struct skua_survey),
	.entries = survey_entries,
	.read = survey_entry,
};

static const struct mac_table * const tables[] = {
	[ENG_TBL_VIF] = &tbl_vif,
	[ENG_TBL_STA] = &tbl_sta,
	[ENG_TBL_KEY] = &tbl_key,
	[ENG_TBL_EDCA] = &tbl_edca,
	[ENG_TBL_RATE] = &tbl_rate,
	[ENG_TBL_STA_STATS] = &tbl_sta_stats,
	[ENG_TBL_BEACON] = &tbl_beacon,
	[ENG_TBL_SURVEY] = &tbl_survey,
	[ENG_TBL_TKIP_P1] = &tbl_tkip_p1,
	[ENG_TBL_BA] = &tbl_ba,
	[ENG_TBL_SEQ] = &tbl_seq,
};

/* Room for an entry of any table, aligned for each */
union entry {
	struct eng_vif vif;
	struct eng_sta sta;
	struct eng_key key;
	struct eng_edca edca;
	struct eng_rate rate;
	struct eng_sta_stats stats;
	struct eng_beacon beacon;
	struct skua_survey survey;
	struct eng_tkip_p1 p1;
	struct eng_ba ba;
	struct eng_seq seq;
};

static enum skua_status copy_in(struct mac *mac, const struct mac_table *t,
				uint32_t i)
{
	const uint8_t *sram = eng_sram(mac->bus, mac->tbl.addr, t->size);
	enum skua_status status;
	union entry e = { 0 };

	if (!sram)
		return SKUA_ST_INVALID;
	memcpy(&e, sram, t->size);
	status = t->write(mac, i, &e);
	OPENSSL_cleanse(&e, sizeof(e));
	return status;
}

static enum skua_status copy_out(struct mac *mac, const struct mac_table *t,
				 uint32_t i)
{
	uint8_t *sram = eng_sram(mac->bus, mac->tbl.addr, t->size);
	enum skua_status status;
	union entry e;

	if (!sram)
		return SKUA_ST_INVALID;
	memset(&e, 0, sizeof(e));
	if (!t->read)
		return SKUA_ST_UNSUPPORTED;
	status = t->read(mac, i, &e);
	if (status != SKUA_ST_OK)
		return status;
	memcpy(sram, &e, t->size);
	eng_sram_written(mac->bus, mac->tbl.addr, t->size);
	return SKUA_ST_OK;
}

enum skua_status mac_tbl_go(struct mac *mac, uint32_t op)
{
	uint32_t sel = mac->tbl.sel, i = mac->tbl.index;
	const struct mac_table *t;
	bool done;

	if (sel >= sizeof(tables) / sizeof(tables[0]))
		return SKUA_ST_UNSUPPORTED;
	t = tables[sel];
	if (i >= t->entries(mac))
		return SKUA_ST_NO_ENTRY;
	if (op == ENG_TBL_READ)
		return copy_out(mac, t, i);
	if (!t->write)
		return SKUA_ST_UNSUPPORTED;
	if (op == ENG_TBL_WRITE)
		return copy_in(mac, t, i);
	if (op != ENG_TBL_CLEAR)
		return SKUA_ST_INVALID;
	done = t->clear(mac, i);
	/* The frames that ended with the entry have records */
	cpl_publish(mac);
	return done ? SKUA_ST_OK : ENG_AGAIN;
}

/* Keys first, so that no station or interface has any to look for */
bool mac_tbl_wipe(struct mac *mac, uint32_t *at)
{
	const uint32_t keys = mac->cfg->max_keys;
	const uint32_t stas = keys + mac->cfg->max_stas;

	for (; *at < stas + MAC_VIFS; ++*at) {
		if (turn_late(loop_turn(mac->loop)))
			return false;
		if (*at < keys)
			tbl_key.clear(mac, *at);
		else if (*at < stas)
			tbl_sta.clear(mac, *at - keys);
		else
			tbl_vif.clear(mac, *at - stas);
	}
	return true;
}
