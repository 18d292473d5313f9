// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: keys
 */
#include <kunit/static_stub.h>

#include "../../key.h"
#include "fake.h"

static int key_set(struct kunit *test, struct ieee80211_sta *sta,
		   struct ieee80211_key_conf *conf)
{
	struct skua_fake *fake = test->priv;
	int ret;

	wiphy_lock(fake->hw->wiphy);
	ret = skua_op_set_key(fake->hw, SET_KEY, fake->vif, sta, conf);
	wiphy_unlock(fake->hw->wiphy);
	return ret;
}

static void key_reset(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	wiphy_lock(fake->hw->wiphy);
	skua_key_reset(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
}

static int key_disable(struct kunit *test, struct ieee80211_sta *sta,
		       struct ieee80211_key_conf *conf)
{
	struct skua_fake *fake = test->priv;
	int ret;

	wiphy_lock(fake->hw->wiphy);
	ret = skua_op_set_key(fake->hw, DISABLE_KEY, fake->vif, sta, conf);
	wiphy_unlock(fake->hw->wiphy);
	return ret;
}

static struct ieee80211_key_conf *ccmp_key(struct kunit *test, u8 keyidx)
{
	return skua_fake_key(test, WLAN_CIPHER_SUITE_CCMP, WLAN_KEY_LEN_CCMP,
			     keyidx);
}

static struct skua_cmd_key *last_key_cmd(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	KUNIT_ASSERT_EQ(test, fake->len, sizeof(struct skua_cmd_key));
	return (struct skua_cmd_key *)fake->data;
}

static unsigned int slots_taken(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	unsigned int i, n = 0;

	for (i = 0; i < SKUA_FAKE_KEYS; i++)
		n += !!rcu_access_pointer(fake->sc->keys->slot[i].key);
	return n;
}

/* K1 */
static void key_pairwise_is_installed(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	struct skua_cmd_key *cmd;

	conf->flags = IEEE80211_KEY_FLAG_PAIRWISE;
	skua_sta(fake->sta)->handle = 2;
	skua_sta(fake->sta)->gen = 7;
	KUNIT_EXPECT_EQ(test, 0, key_set(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, 0, conf->hw_key_idx);

	cmd = last_key_cmd(test);
	KUNIT_EXPECT_EQ(test, 2, le16_to_cpu(cmd->sta));
	KUNIT_EXPECT_EQ(test, 7, le16_to_cpu(cmd->sta_gen));
	KUNIT_EXPECT_EQ(test, 3, cmd->vif);
	KUNIT_EXPECT_EQ(test, 0, cmd->keyidx);
	KUNIT_EXPECT_EQ(test, 16, cmd->key_len);
	KUNIT_EXPECT_EQ(test, WLAN_CIPHER_SUITE_CCMP, le32_to_cpu(cmd->cipher));
	KUNIT_EXPECT_EQ(test, SKUA_KEYF_PAIRWISE, le32_to_cpu(cmd->flags));
	KUNIT_EXPECT_MEMEQ(test, cmd->key, conf->key, 16);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_INSTALLED));
	KUNIT_EXPECT_TRUE(test, skua_sta(fake->sta)->keyed);
}

/* K2 */
static void key_default_belongs_to_the_interface(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 1);
	struct skua_cmd_key *cmd;

	KUNIT_EXPECT_EQ(test, 0, key_set(test, NULL, conf));
	cmd = last_key_cmd(test);
	KUNIT_EXPECT_EQ(test, SKUA_STA_NONE, le16_to_cpu(cmd->sta));
	KUNIT_EXPECT_EQ(test, 1, cmd->keyidx);
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(cmd->flags));
	KUNIT_EXPECT_TRUE(test, skua_vif(fake->vif)->keyed);
	KUNIT_EXPECT_FALSE(test, skua_sta(fake->sta)->keyed);
}

/* K3: the same index, two owners */
static void key_same_index_of_two_stations(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_sta *other = skua_fake_sta(test, fake->vif);
	struct ieee80211_key_conf *a = ccmp_key(test, 0);
	struct ieee80211_key_conf *b = ccmp_key(test, 0);
	struct skua_key *ka, *kb;

	KUNIT_EXPECT_EQ(test, 0, key_set(test, fake->sta, a));
	KUNIT_EXPECT_EQ(test, 0, key_set(test, other, b));
	rcu_read_lock();
	ka = skua_key_of(skua_sta(fake->sta)->key, a);
	kb = skua_key_of(skua_sta(other)->key, b);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, ka);
	KUNIT_ASSERT_NOT_NULL(test, kb);
	KUNIT_EXPECT_NE(test, ka->slot, kb->slot);
}

/* K4: hw_key_idx alone does not name a key */
static void key_of_goes_by_the_cookie(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	struct ieee80211_key_conf *software = ccmp_key(test, 0);

	KUNIT_EXPECT_EQ(test, 0, key_set(test, fake->sta, conf));
	software->hw_key_idx = conf->hw_key_idx;
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, skua_key_of(skua_sta(fake->sta)->key, software));
	software->hw_key_idx = SKUA_OWNER_KEYS;
	KUNIT_EXPECT_NULL(test, skua_key_of(skua_sta(fake->sta)->key, software));
	KUNIT_EXPECT_NOT_NULL(test, skua_key_of(skua_sta(fake->sta)->key, conf));
	rcu_read_unlock();
}

struct key_refused_case {
	const char *desc;
	u32 cipher;
	u8 len;
};

/* K5 */
static const struct key_refused_case key_refused_cases[] = {
	{ "wep 40", WLAN_CIPHER_SUITE_WEP40, 5 },
	{ "wep 104", WLAN_CIPHER_SUITE_WEP104, 13 },
	{ "tkip", WLAN_CIPHER_SUITE_TKIP, 32 },
	{ "ccmp 256", WLAN_CIPHER_SUITE_CCMP_256, 32 },
	{ "gcmp", WLAN_CIPHER_SUITE_GCMP, 16 },
	{ "gcmp 256", WLAN_CIPHER_SUITE_GCMP_256, 32 },
	{ "bip cmac", WLAN_CIPHER_SUITE_AES_CMAC, 16 },
	{ "bip gmac 256", WLAN_CIPHER_SUITE_BIP_GMAC_256, 32 },
	{ "ccmp of a wrong length", WLAN_CIPHER_SUITE_CCMP, 32 },
};

KUNIT_ARRAY_PARAM_DESC(key_refused, key_refused_cases, desc);

static void key_unsupported_is_left_to_software(struct kunit *test)
{
	const struct key_refused_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;

	conf = skua_fake_key(test, c->cipher, c->len, 0);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, key_set(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_REFUSED));
	/* No data in clear text from now on, though the key is refused. */
	KUNIT_EXPECT_TRUE(test, skua_sta(fake->sta)->keyed);
	/* K7 */
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
}

/* X1: the NIC's list of ciphers decides, too */
static void key_cipher_must_be_announced_by_the_nic(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	KUNIT_EXPECT_NOT_NULL(test, skua_key_in_nic(fake->sc, WLAN_CIPHER_SUITE_CCMP, 16));
	fake->sc->caps.n_ciphers = 0;
	KUNIT_EXPECT_NULL(test, skua_key_in_nic(fake->sc, WLAN_CIPHER_SUITE_CCMP, 16));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			key_set(test, fake->sta, ccmp_key(test, 0)));
}

/* X1: all ciphers are announced, as mac80211 has them in software */
static void key_suites_are_all_eleven(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	const u32 *suites;

	KUNIT_EXPECT_EQ(test, 11, skua_key_suites(fake->sc, &suites));
}

/* K5, X2: full table, then room again after a removal in any order */
static void key_table_full(struct kunit *test)
{
	struct ieee80211_key_conf *conf[SKUA_FAKE_KEYS], *extra;
	struct skua_fake *fake = test->priv;
	int i;

	for (i = 0; i < SKUA_FAKE_KEYS; i++) {
		conf[i] = ccmp_key(test, i % 4);
		KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf[i]));
	}
	extra = ccmp_key(test, 0);
	KUNIT_EXPECT_EQ(test, -ENOSPC, key_set(test, NULL, extra));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_FULL));

	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf[1]));
	KUNIT_EXPECT_EQ(test, 0, key_set(test, NULL, extra));
	KUNIT_EXPECT_EQ(test, 1, le16_to_cpu(last_key_cmd(test)->slot));
}

/* K4, K15: a slot used anew has another generation */
static void key_generation_grows(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *old = ccmp_key(test, 0);
	struct ieee80211_key_conf *new = ccmp_key(test, 0);
	u16 slot, gen;

	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, old));
	slot = le16_to_cpu(last_key_cmd(test)->slot);
	gen = le16_to_cpu(last_key_cmd(test)->gen);
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, old));
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, new));
	KUNIT_EXPECT_EQ(test, slot, le16_to_cpu(last_key_cmd(test)->slot));
	KUNIT_EXPECT_EQ(test, gen + 1, le16_to_cpu(last_key_cmd(test)->gen));

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, skua_key_get(fake->sc, slot, gen));
	KUNIT_EXPECT_NOT_NULL(test, skua_key_get(fake->sc, slot, gen + 1));
	KUNIT_EXPECT_NULL(test, skua_key_get(fake->sc, slot, gen + 2));
	KUNIT_EXPECT_NULL(test, skua_key_get(fake->sc, SKUA_FAKE_KEYS, gen));
	KUNIT_EXPECT_NULL(test, skua_key_get(fake->sc, SKUA_KEY_NONE, gen));
	rcu_read_unlock();
}

/* K15, rule 1: DISABLE_KEY tells the NIC and waits for the last frame */
static void key_disable_retires(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	struct skua_cmd_key_ref *ref = (void *)fake->data;
	u16 slot, gen;

	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	slot = le16_to_cpu(last_key_cmd(test)->slot);
	gen = le16_to_cpu(last_key_cmd(test)->gen);
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, SKUA_CMD_KEY_DEL, fake->op[fake->ncmds - 1]);
	KUNIT_EXPECT_EQ(test, slot, le16_to_cpu(ref->slot));
	KUNIT_EXPECT_EQ(test, gen, le16_to_cpu(ref->gen));
	KUNIT_EXPECT_EQ(test, 3, ref->vif);
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_INBAND_BAD));

	/* K9: the memory of a removed key is not used any more */
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, skua_key_of(skua_sta(fake->sta)->key, conf));
	rcu_read_unlock();
}

static u32 key_read_well(struct skua *sc, u32 reg)
{
	return SKUA_STATUS_ALIVE;
}

/* The NIC answers KEY_DEL, and never says that the key is retired. */
static void keep_retired(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	fake->keep_retired = true;
	kunit_activate_static_stub(test, skua_read, key_read_well);
}

/* K7: without the event, with a failing command, with a dead NIC */
static void key_disable_always_succeeds(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	unsigned int ncmds;

	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	keep_retired(test);
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
	/* or else each key of hundreds of stations would be waited for, under the RTNL */
	KUNIT_EXPECT_FALSE(test, skua_alive(fake->sc));
	clear_bit(SKUA_F_DEAD, &fake->sc->flags);

	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	fake->cmd_err = -EIO;
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));

	fake->cmd_err = 0;
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	set_bit(SKUA_F_DEAD, &fake->sc->flags);
	ncmds = fake->ncmds;
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, ncmds, fake->ncmds);

	/* All slots are free again. */
	KUNIT_EXPECT_EQ(test, 0, slots_taken(test));
}

static void key_refused_by_the_nic_leaves_nothing(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);

	fake->cmd_err = -ENOSPC;
	KUNIT_EXPECT_EQ(test, -ENOSPC, key_set(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, 0, slots_taken(test));
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->sc->keys->list));
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
}

/* T11: the NIC dies again while mac80211 reinstalls its keys */
static void key_set_in_a_restart_that_fails_again(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	set_bit(SKUA_F_DEAD, &fake->sc->flags);
	fake->cmd_err = -EIO;
	KUNIT_EXPECT_EQ(test, 0, key_set(test, fake->sta, ccmp_key(test, 0)));
}

/* K16, T11: SET_KEY without DISABLE_KEY; the new object gets the shadow */
static void key_restart_keeps_the_shadow(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	const u8 pn[6] = { 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12 };
	struct skua_cmd_key *cmd;
	struct skua_key *key;
	u16 gen;
	u8 idx;

	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	gen = le16_to_cpu(last_key_cmd(test)->gen);
	idx = conf->hw_key_idx;
	rcu_read_lock();
	key = skua_key_of(skua_sta(fake->sta)->key, conf);
	skua_key_saw_pn(key, 5, 0x123456789abcULL);
	skua_key_saw_pn(key, 5, 1);
	skua_key_saw_pn(key, SKUA_PN_MGMT, 9);
	skua_key_saw_pn(key, SKUA_NUM_PN, 1);
	rcu_read_unlock();

	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	key_reset(test);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, skua_key_get(fake->sc, 0, gen));
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));

	cmd = last_key_cmd(test);
	KUNIT_EXPECT_EQ(test, idx, conf->hw_key_idx);
	KUNIT_EXPECT_EQ(test, gen + 1, le16_to_cpu(cmd->gen));
	KUNIT_EXPECT_MEMEQ(test, cmd->rx_pn[5], pn, 6);
	KUNIT_EXPECT_EQ(test, 9, cmd->rx_pn[SKUA_PN_MGMT][0]);
	KUNIT_EXPECT_EQ(test, 0, cmd->rx_pn[4][0]);
	KUNIT_EXPECT_EQ(test, 1, slots_taken(test));
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
}

/*
 * K5, T11: for mac80211 a key that was in the NIC still is, so it gets its slot
 * even if another key is offered first.
 */
static void key_restart_keeps_the_slots(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *more = ccmp_key(test, 0);
	struct ieee80211_key_conf *conf[SKUA_FAKE_KEYS];
	int i;

	for (i = 0; i < SKUA_FAKE_KEYS; i++) {
		conf[i] = ccmp_key(test, 0);
		KUNIT_ASSERT_EQ(test, 0, key_set(test, NULL, conf[i]));
	}
	KUNIT_ASSERT_EQ(test, -ENOSPC, key_set(test, fake->sta, more));

	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	/* The second restart begins before all keys are back. */
	for (i = 0; i < 2; i++) {
		key_reset(test);
		KUNIT_EXPECT_EQ(test, -ENOSPC, key_set(test, fake->sta, more));
		KUNIT_EXPECT_EQ(test, 0, key_set(test, NULL, conf[2]));
	}
	KUNIT_EXPECT_EQ(test, 0, key_set(test, NULL, conf[1]));
	/* Keys that are removed or never offered leave their slots to others. */
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, NULL, conf[3]));
	KUNIT_EXPECT_EQ(test, 3, slots_taken(test));
	wiphy_lock(fake->hw->wiphy);
	skua_key_restarted(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, 2, slots_taken(test));
	KUNIT_EXPECT_EQ(test, 0, key_set(test, fake->sta, more));
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, NULL, conf[0]));
	KUNIT_EXPECT_EQ(test, 3, slots_taken(test));
}

/*
 * K16: in a shutdown or a suspend, mac80211 keeps its keys: nothing is freed that the
 * transmit path still finds.
 */
static void key_reset_frees_nothing(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	struct skua_key *key;

	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	rcu_read_lock();
	key = skua_key_of(skua_sta(fake->sta)->key, conf);
	skua_key_saw_pn(key, 0, 5);
	rcu_read_unlock();
	key_reset(test);
	wiphy_lock(fake->hw->wiphy);
	KUNIT_EXPECT_PTR_EQ(test, key, skua_key_find(fake->sc, conf));
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_FALSE(test, key->held);

	/* After a resume the key comes again, and replays are still known. */
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, 5, last_key_cmd(test)->rx_pn[0][0]);
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->sc->keys->list));
}

/* At a start that is neither restart nor resume, mac80211 has no keys. */
static void key_forget_what_is_left(struct kunit *test)
{
	struct skua_fake *fake = test->priv;

	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, ccmp_key(test, 0)));
	key_reset(test);
	RCU_INIT_POINTER(skua_sta(fake->sta)->key[0], NULL);
	wiphy_lock(fake->hw->wiphy);
	skua_key_forget(fake->sc);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->sc->keys->list));
	KUNIT_EXPECT_EQ(test, 0, slots_taken(test));
}

struct key_pn_case {
	const char *desc;
	u64 before;
	unsigned int n;
	u64 first;
	u64 after;
};

/* K14 */
static const struct key_pn_case key_pn_cases[] = {
	{ "first of all", 0, 1, 1, 1 },
	{ "no segments count as one", 5, 0, 6, 6 },
	{ "one a segment", 5, 44, 6, 49 },
	{ "past 32 bits", 0xffffffffULL, 2, 0x100000000ULL, 0x100000001ULL },
};

KUNIT_ARRAY_PARAM_DESC(key_pn, key_pn_cases, desc);

static void key_take_pn(struct kunit *test)
{
	const struct key_pn_case *c = test->param_value;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	struct skua_fake *fake = test->priv;
	struct skua_key key = {
		.suite = skua_key_in_nic(fake->sc, WLAN_CIPHER_SUITE_CCMP,
					 WLAN_KEY_LEN_CCMP),
	};

	atomic64_set(&conf->tx_pn, c->before);
	KUNIT_ASSERT_NOT_NULL(test, key.suite);
	KUNIT_EXPECT_EQ(test, c->first, skua_key_take_pn(&key, conf, c->n));
	KUNIT_EXPECT_EQ(test, c->after, atomic64_read(&conf->tx_pn));
}

struct key_suite_case {
	const char *desc;
	u32 cipher;
	u8 len;
	u8 nic_len;
	u8 keyidx;
	u32 flags;
};

/* K12 */
static const struct key_suite_case key_suite_cases[] = {
	{ "wep 40", WLAN_CIPHER_SUITE_WEP40, 5, 5, 1, 0 },
	{ "wep 104", WLAN_CIPHER_SUITE_WEP104, 13, 13, 3, 0 },
	{ "tkip", WLAN_CIPHER_SUITE_TKIP, 32, 16, 1, 0 },
	{ "ccmp", WLAN_CIPHER_SUITE_CCMP, 16, 16, 1, 0 },
	{ "ccmp 256", WLAN_CIPHER_SUITE_CCMP_256, 32, 32, 2, 0 },
	{ "gcmp", WLAN_CIPHER_SUITE_GCMP, 16, 16, 1, 0 },
	{ "gcmp 256", WLAN_CIPHER_SUITE_GCMP_256, 32, 32, 2, 0 },
	{ "bip cmac", WLAN_CIPHER_SUITE_AES_CMAC, 16, 16, 4, SKUA_KEYF_MGMT },
	{ "bip cmac 256", WLAN_CIPHER_SUITE_BIP_CMAC_256, 32, 32, 5,
	  SKUA_KEYF_MGMT },
	{ "bip gmac", WLAN_CIPHER_SUITE_BIP_GMAC_128, 16, 16, 4,
	  SKUA_KEYF_MGMT },
	{ "bip gmac 256", WLAN_CIPHER_SUITE_BIP_GMAC_256, 32, 32, 5,
	  SKUA_KEYF_MGMT },
};

KUNIT_ARRAY_PARAM_DESC(key_suite, key_suite_cases, desc);

static void key_of_each_cipher_is_installed(struct kunit *test)
{
	const struct key_suite_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct skua_cmd_key *cmd;

	fake->sc->caps.cipher[0] = c->cipher;
	conf = skua_fake_key(test, c->cipher, c->len, c->keyidx);
	KUNIT_ASSERT_EQ(test, 0, key_set(test, NULL, conf));
	cmd = last_key_cmd(test);
	KUNIT_EXPECT_EQ(test, c->cipher, le32_to_cpu(cmd->cipher));
	KUNIT_EXPECT_EQ(test, c->nic_len, cmd->key_len);
	KUNIT_EXPECT_EQ(test, c->flags, le32_to_cpu(cmd->flags));
	KUNIT_EXPECT_MEMEQ(test, cmd->key, conf->key, c->nic_len);
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(cmd->lease_len));
	/* K5: a key of another length is refused */
	conf = skua_fake_key(test, c->cipher, c->len + 1, c->keyidx);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, key_set(test, NULL, conf));
}

/* K10: mac80211 and the NIC both order the Michael keys by direction */
static void key_tkip_has_michael_keys(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	struct skua_cmd_key *cmd;

	fake->sc->caps.cipher[0] = WLAN_CIPHER_SUITE_TKIP;
	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_TKIP, 32, 0);
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	cmd = last_key_cmd(test);
	KUNIT_EXPECT_MEMEQ(test, cmd->tx_mic_key, conf->key + 16, 8);
	KUNIT_EXPECT_MEMEQ(test, cmd->rx_mic_key, conf->key + 24, 8);
	KUNIT_EXPECT_EQ(test, 0, cmd->key[16]);
}

/* K10: only a NIC with the feature, and with the key, gets phase 1 keys */
static void key_phase1_needs_the_feature(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	const struct skua_cmd_tkip_phase1 *cmd = (const void *)fake->data;
	u16 p1k[5] = { 1, 2, 3, 4, 5 };
	struct ieee80211_key_conf *conf;
	unsigned int ncmds;

	fake->sc->caps.cipher[0] = WLAN_CIPHER_SUITE_TKIP;
	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_TKIP, 32, 0);
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	ncmds = fake->ncmds;
	rcu_read_lock();
	skua_op_update_tkip_key(fake->hw, fake->vif, conf, fake->sta, 7, p1k);
	KUNIT_EXPECT_EQ(test, ncmds, fake->ncmds);

	fake->sc->caps.features |= SKUA_FEAT_TKIP_PHASE1_HOST;
	skua_op_update_tkip_key(fake->hw, fake->vif, conf, fake->sta, 7, p1k);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, ncmds + 1, fake->ncmds);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_KEY_TKIP_PHASE1, fake->op[ncmds]);
	KUNIT_EXPECT_EQ(test, 7, le32_to_cpu(cmd->iv32));
	KUNIT_EXPECT_EQ(test, 5, le16_to_cpu(cmd->p1k[4]));

	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
	ncmds = fake->ncmds;
	rcu_read_lock();
	skua_op_update_tkip_key(fake->hw, fake->vif, conf, fake->sta, 8, p1k);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, ncmds, fake->ncmds);
}

/* K14: an IV of WEP has 24 bits, and wraps */
static void key_wep_iv_wraps(struct kunit *test)
{
	struct ieee80211_key_conf *conf;
	struct skua_fake *fake = test->priv;
	const struct skua_key key = {
		.suite = skua_key_in_nic(fake->sc, WLAN_CIPHER_SUITE_WEP40, 5),
	};
	const struct skua_key *installed;

	KUNIT_EXPECT_NULL(test, key.suite);
	fake->sc->caps.cipher[0] = WLAN_CIPHER_SUITE_WEP40;
	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_WEP40, 5, 0);
	KUNIT_ASSERT_EQ(test, 0, key_set(test, NULL, conf));
	rcu_read_lock();
	installed = skua_key_of(skua_vif(fake->vif)->key, conf);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, installed);
	atomic64_set(&conf->tx_pn, 0xffffff);
	KUNIT_EXPECT_EQ(test, 0, skua_key_take_pn(installed, conf, 1));
	KUNIT_EXPECT_EQ(test, 1, skua_key_take_pn(installed, conf, 1));
}

/* K14: no frame of the host uses a PN of the NIC's lease for beacons */
static void key_bigtk_has_a_lease(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	const u8 one[6] = { 1 }, none[6] = {};
	struct ieee80211_key_seq seq = {};
	struct ieee80211_key_conf *conf;
	struct skua_cmd_key *cmd;

	fake->sc->caps.cipher[0] = WLAN_CIPHER_SUITE_AES_CMAC;
	fake->vif->type = NL80211_IFTYPE_AP;
	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_AES_CMAC, 16, 6);
	KUNIT_ASSERT_EQ(test, 0, key_set(test, NULL, conf));
	cmd = last_key_cmd(test);
	KUNIT_EXPECT_EQ(test, SKUA_KEYF_MGMT | SKUA_KEYF_DEFAULT_TX,
			le32_to_cpu(cmd->flags));
	KUNIT_EXPECT_MEMEQ(test, cmd->tx_lease, one, 6);
	KUNIT_EXPECT_EQ(test, atomic64_read(&conf->tx_pn),
			le32_to_cpu(cmd->lease_len));
	KUNIT_EXPECT_EQ(test, le16_to_cpu(cmd->slot),
			skua_vif(fake->vif)->bigtk.slot);
	skua_op_get_key_seq(fake->hw, conf, &seq);
	KUNIT_EXPECT_MEMEQ(test, seq.aes_cmac.pn, none, 6);

	/* The NIC is asked when a station associates; a PN outside is ignored. */
	fake->answer[0] = 0x42;
	wiphy_lock(fake->hw->wiphy);
	skua_key_ask_lease(fake->sc, fake->vif);
	skua_op_get_key_seq(fake->hw, conf, &seq);
	KUNIT_EXPECT_EQ(test, 0x41, seq.aes_cmac.pn[0]);
	fake->answer[5] = 1;
	skua_key_ask_lease(fake->sc, fake->vif);
	wiphy_unlock(fake->hw->wiphy);
	skua_op_get_key_seq(fake->hw, conf, &seq);
	KUNIT_EXPECT_EQ(test, 0x41, seq.aes_cmac.pn[0]);
	KUNIT_EXPECT_EQ(test, 0, seq.aes_cmac.pn[5]);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_EVT_BAD));

	KUNIT_EXPECT_EQ(test, 0, key_disable(test, NULL, conf));
	KUNIT_EXPECT_EQ(test, SKUA_KEY_NONE, skua_vif(fake->vif)->bigtk.slot);
}

/* K5: the last slots are kept for beacons */
static void key_reserve_is_for_beacons(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf;
	int i;

	fake->sc->keys->reserve = 1;
	for (i = 0; i < SKUA_FAKE_KEYS - 1; i++)
		KUNIT_ASSERT_EQ(test, 0, key_set(test, NULL, ccmp_key(test, 0)));
	KUNIT_EXPECT_EQ(test, -ENOSPC, key_set(test, NULL, ccmp_key(test, 0)));
	fake->sc->caps.cipher[0] = WLAN_CIPHER_SUITE_AES_CMAC;
	conf = skua_fake_key(test, WLAN_CIPHER_SUITE_AES_CMAC, 16, 7);
	KUNIT_EXPECT_EQ(test, 0, key_set(test, NULL, conf));
}

/* K6 */
static void key_software_control(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	int i;

	ieee80211_hw_set(fake->hw, SW_CRYPTO_CONTROL);
	KUNIT_EXPECT_EQ(test, 0, key_set(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, 1,
			key_set(test, NULL, skua_fake_key(test, WLAN_CIPHER_SUITE_GCMP, 16, 1)));
	for (i = 1; i < SKUA_FAKE_KEYS; i++)
		KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, ccmp_key(test, 0)));
	KUNIT_EXPECT_EQ(test, 1, key_set(test, NULL, ccmp_key(test, 1)));
	/* After an error mac80211 must not use the key in software. */
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
	fake->cmd_err = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, key_set(test, NULL, ccmp_key(test, 1)));
}

/* hostapd receives the PN with the least significant byte first. */
static void key_get_seq(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 1);
	const u8 pn[6] = { 6, 5, 4, 3, 2, 1 };
	struct ieee80211_key_seq seq = {};

	atomic64_set(&conf->tx_pn, 0x010203040506ULL);
	skua_op_get_key_seq(fake->hw, conf, &seq);
	KUNIT_EXPECT_MEMEQ(test, seq.ccmp.pn, pn, 6);
}

/* K13 */
static void key_flags_are_honoured(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 1);

	conf->flags = IEEE80211_KEY_FLAG_PAIRWISE |
		      IEEE80211_KEY_FLAG_NO_AUTO_TX |
		      IEEE80211_KEY_FLAG_SPP_AMSDU;
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	KUNIT_EXPECT_EQ(test, SKUA_KEYF_PAIRWISE | SKUA_KEYF_RX_ONLY |
			SKUA_KEYF_SPP_AMSDU,
			le32_to_cpu(last_key_cmd(test)->flags));
	/* The driver asks mac80211 for no work. */
	KUNIT_EXPECT_EQ(test, IEEE80211_KEY_FLAG_PAIRWISE |
			IEEE80211_KEY_FLAG_NO_AUTO_TX |
			IEEE80211_KEY_FLAG_SPP_AMSDU, conf->flags);
}

/* K11 */
static void key_default_unicast(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	const struct skua_cmd_key_ref *ref = (const void *)fake->data;
	struct ieee80211_key_conf *conf = ccmp_key(test, 2);
	unsigned int ncmds;

	KUNIT_ASSERT_EQ(test, 0, key_set(test, NULL, conf));
	ncmds = fake->ncmds;
	wiphy_lock(fake->hw->wiphy);
	skua_op_set_default_unicast_key(fake->hw, fake->vif, 1);
	KUNIT_EXPECT_EQ(test, ncmds, fake->ncmds);
	skua_op_set_default_unicast_key(fake->hw, fake->vif, 2);
	KUNIT_EXPECT_EQ(test, ncmds + 1, fake->ncmds);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_KEY_DEFAULT, fake->op[ncmds]);
	KUNIT_EXPECT_EQ(test, 2, skua_vif(fake->vif)->default_key);

	/* T11: mac80211 does not repeat the choice after a crash of the firmware */
	set_bit(SKUA_F_RECONFIG, &fake->sc->flags);
	key_reset(test);
	KUNIT_ASSERT_EQ(test, 0, key_set(test, NULL, conf));
	KUNIT_EXPECT_EQ(test, ncmds + 3, fake->ncmds);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_KEY_SET, fake->op[ncmds + 1]);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_KEY_DEFAULT, fake->op[ncmds + 2]);

	/* There is no default key any more. */
	wiphy_lock(fake->hw->wiphy);
	skua_op_set_default_unicast_key(fake->hw, fake->vif, -1);
	wiphy_unlock(fake->hw->wiphy);
	KUNIT_EXPECT_EQ(test, ncmds + 4, fake->ncmds);
	KUNIT_EXPECT_EQ(test, SKUA_CMD_KEY_DEFAULT, fake->op[ncmds + 3]);
	KUNIT_EXPECT_EQ(test, SKUA_KEY_NONE, le16_to_cpu(ref->slot));
}

/* Octets of mac80211's key that have changed, its private state included. */
static unsigned int key_changes(const struct ieee80211_key_conf *conf,
				const u8 *before)
{
	const u8 *now = (const u8 *)conf - 4096;
	unsigned int i, n = 0;

	for (i = 0; i < 8192; i++)
		n += now[i] != before[i];
	return n;
}

static void key_rx_error(struct kunit *test, bool replay, u16 slot, u16 gen)
{
	struct skua_fake *fake = test->priv;

	local_bh_disable();
	rcu_read_lock();
	skua_key_rx_error(fake->sc, replay, slot, gen);
	rcu_read_unlock();
	local_bh_enable();
}

/* K14, K9: mac80211's counters count, as long as mac80211 has the key */
static void key_replays_are_counted(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct ieee80211_key_conf *conf = ccmp_key(test, 0);
	u8 *before = kunit_kzalloc(test, 8192, GFP_KERNEL);
	u16 slot, gen;

	KUNIT_ASSERT_NOT_NULL(test, before);
	KUNIT_ASSERT_EQ(test, 0, key_set(test, fake->sta, conf));
	slot = le16_to_cpu(last_key_cmd(test)->slot);
	gen = le16_to_cpu(last_key_cmd(test)->gen);
	memcpy(before, (u8 *)conf - 4096, 8192);
	key_rx_error(test, true, slot, gen);
	KUNIT_EXPECT_EQ(test, 1, key_changes(conf, before));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_REPLAY));
	/* mac80211 does not count MICs of CCMP */
	key_rx_error(test, false, slot, gen);
	KUNIT_EXPECT_EQ(test, 1, key_changes(conf, before));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_MIC_FAILURE));

	/* of the slot's last key, of no slot */
	key_rx_error(test, true, slot, gen - 1);
	key_rx_error(test, true, SKUA_KEY_NONE, gen);
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_RX_STALE_KEY));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_INBAND_BAD));
	/* the NIC does not say that the key is retired, and goes on to count */
	keep_retired(test);
	KUNIT_EXPECT_EQ(test, 0, key_disable(test, fake->sta, conf));
	memcpy(before, (u8 *)conf - 4096, 8192);
	key_rx_error(test, true, slot, gen);
	KUNIT_EXPECT_EQ(test, 0, key_changes(conf, before));
	KUNIT_EXPECT_EQ(test, 2, skua_fake_count(test, SKUA_CTR_RX_STALE_KEY));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_KEY_REPLAY));
}

static struct kunit_case key_cases[] = {
	KUNIT_CASE(key_pairwise_is_installed),
	KUNIT_CASE(key_default_belongs_to_the_interface),
	KUNIT_CASE(key_same_index_of_two_stations),
	KUNIT_CASE(key_of_goes_by_the_cookie),
	KUNIT_CASE_PARAM(key_unsupported_is_left_to_software, key_refused_gen_params),
	KUNIT_CASE(key_cipher_must_be_announced_by_the_nic),
	KUNIT_CASE(key_suites_are_all_eleven),
	KUNIT_CASE(key_table_full),
	KUNIT_CASE(key_generation_grows),
	KUNIT_CASE(key_disable_retires),
	KUNIT_CASE(key_disable_always_succeeds),
	KUNIT_CASE(key_refused_by_the_nic_leaves_nothing),
	KUNIT_CASE(key_set_in_a_restart_that_fails_again),
	KUNIT_CASE(key_restart_keeps_the_shadow),
	KUNIT_CASE(key_restart_keeps_the_slots),
	KUNIT_CASE(key_reset_frees_nothing),
	KUNIT_CASE(key_forget_what_is_left),
	KUNIT_CASE_PARAM(key_take_pn, key_pn_gen_params),
	KUNIT_CASE_PARAM(key_of_each_cipher_is_installed, key_suite_gen_params),
	KUNIT_CASE(key_tkip_has_michael_keys),
	KUNIT_CASE(key_phase1_needs_the_feature),
	KUNIT_CASE(key_wep_iv_wraps),
	KUNIT_CASE(key_bigtk_has_a_lease),
	KUNIT_CASE(key_reserve_is_for_beacons),
	KUNIT_CASE(key_software_control),
	KUNIT_CASE(key_replays_are_counted),
	KUNIT_CASE(key_get_seq),
	KUNIT_CASE(key_flags_are_honoured),
	KUNIT_CASE(key_default_unicast),
	{}
};

static struct kunit_suite key_suite = {
	.name = "skua_key",
	.init = skua_fake_init,
	.test_cases = key_cases,
};

kunit_test_suite(key_suite);
