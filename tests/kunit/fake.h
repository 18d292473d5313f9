/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - unit tests: a device without a NIC
 */
#ifndef SKUA_KUNIT_FAKE_H
#define SKUA_KUNIT_FAKE_H

#include <kunit/test.h>

#include "../../skua.h"

#define SKUA_FAKE_KEYS		4
#define SKUA_FAKE_STAS		3
#define SKUA_FAKE_CMDS		16

/**
 * struct skua_fake - a device, and a NIC played by the test
 * @sc: the device; its rings lie in plain memory
 * @hw: mac80211's device, allocated but not registered
 * @dev: stands for the PCI device
 * @vif: an access point, handle 3
 * @sta: a station of it without a handle
 * @cmd_err: result of commands
 * @fail_after: the command with this number and all later ones fail; 0: none
 * @answer: data of the answer to commands that have one
 * @full: so many posted commands find no room
 * @keep_retired: do not answer a key's removal by its retirement
 * @ncmds: commands seen
 * @op: their opcodes
 * @data: structure of the last command
 * @len: length of @data
 * @queued: frames that the NIC held when the last command came
 * @rekeyed: whether data of @sta were held back when the last command came
 * @doorbells: doorbells rung
 * @steps: steps that a test has looked at (enum skua_step)
 */
struct skua_fake {
	struct skua *sc;
	struct ieee80211_hw *hw;
	struct device *dev;
	struct ieee80211_vif *vif;
	struct ieee80211_sta *sta;
	int cmd_err;
	unsigned int fail_after;
	u8 answer[80];
	unsigned int full;
	bool keep_retired;
	unsigned int ncmds;
	u16 op[SKUA_FAKE_CMDS];
	u8 data[SKUA_CMD_INLINE];
	u16 len;
	int queued;
	bool rekeyed;
	unsigned int doorbells;
	unsigned int steps;
};

int skua_fake_init(struct kunit *test);
int skua_fake_init_in(struct kunit *test, size_t size);
struct ieee80211_vif *skua_fake_vif(struct kunit *test, u8 idx);
struct ieee80211_sta *skua_fake_sta(struct kunit *test,
				    struct ieee80211_vif *vif);
struct ieee80211_key_conf *skua_fake_key(struct kunit *test, u32 cipher,
					 u8 len, u8 keyidx);
void skua_fake_ring(struct kunit *test, u8 id, u16 entry_size, u32 entries);
u64 skua_fake_count(struct kunit *test, enum skua_ctr ctr);

#endif /* SKUA_KUNIT_FAKE_H */
