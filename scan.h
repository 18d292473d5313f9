/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - scan: the encoding of the command
 */
#ifndef SKUA_SCAN_H
#define SKUA_SCAN_H

#include "skua.h"

int skua_scan_encode(struct skua_cmd_scan *cmd, u8 *ext, size_t room,
		     const struct skua_caps *caps,
		     const struct ieee80211_scan_request *req,
		     const struct skua_vif *svif, const u8 *addr);
void skua_scan_tell(struct skua *sc, bool aborted);
unsigned int skua_scan_patience(const struct cfg80211_scan_request *req);

#endif /* SKUA_SCAN_H */
