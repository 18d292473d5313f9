// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC engines that accept everything and remember what they were asked, so
 * that the control plane of the NIC can be tested alone
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fake_mac.h"

struct mac *mac_new(struct nic *nic)
{
	struct mac *mac = calloc(1, sizeof(*mac));

	if (mac)
		mac->nic = nic;
	return mac;
}

void mac_free(struct mac *mac)
{
	free(mac);
}

void mac_start(struct mac *mac)
{
	mac->starts++;
}

void mac_reset(struct mac *mac)
{
	mac->resets++;
}

void mac_stop(struct mac *mac)
{
	mac->stops++;
}

bool mac_read(struct mac *mac, uint32_t off, uint32_t *val)
{
	if (off < 0x200 || off >= 0x700)
		return false;
	*val = mac->reg[off / 4 % FAKE_MAC_REGS];
	return true;
}

bool mac_write(struct mac *mac, uint32_t off, uint32_t val)
{
	if (off < 0x200 || off >= 0x700)
		return false;
	mac->writes++;
	if (off != ENG_TBL_STATUS)
		mac->reg[off / 4 % FAKE_MAC_REGS] = val;
	return true;
}

bool mac_poll(struct mac *mac)
{
	(void)mac;
	return false;
}

bool mac_arm(struct mac *mac)
{
	(void)mac;
	return false;
}

void mac_disarm(struct mac *mac)
{
	(void)mac;
}

void mac_tx_sync(struct mac *mac, const uint32_t prod[SKUA_NUM_TX_RINGS])
{
	mac->syncs++;
	memcpy(mac->sync_prod, prod, sizeof(mac->sync_prod));
}

void mac_inband(struct mac *mac, const struct skua_cpl_inband *cpl)
{
	mac->inbands++;
	mac->inband = *cpl;
}

json_t *mac_counters(const struct mac *mac)
{
	(void)mac;
	return json_object();
}
