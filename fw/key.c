// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys: slots, generations, and the key that each frame is received with
 *
 * The key itself goes from the command to the engine through one staging buffer,
 * which is wiped; the table here knows owners only. Transmit descriptors name
 * their key, so a reference (eng_vif.key, eng_sta.key) is for receiving alone.
 */
#include "mac.h"

#define KEYF_VALID	(SKUA_KEYF_PAIRWISE | SKUA_KEYF_TX_ONLY | SKUA_KEYF_RX_ONLY | \
			 SKUA_KEYF_SPP_AMSDU | SKUA_KEYF_DEFAULT_TX | SKUA_KEYF_MGMT)

/**
 * struct key - a slot
 * @used: the slot holds a key
 * @vif: interface
 * @keyidx: key index
 * @pairwise: the key is the pairwise key of the station
 * @wep: its cipher is WEP
 * @tkip: its cipher is TKIP
 * @gen: generation
 * @sta: owner, or SKUA_STA_NONE
 */
struct key {
	bool used : 1;
	bool pairwise : 1;
	bool wep : 1;
	bool tkip : 1;
	u8 vif;
	u8 keyidx;
	u16 gen;
	u16 sta;
};

static struct key keys[FW_MAX_KEYS];
static struct eng_key staging __secret __attribute__((aligned(8)));

/* By n of the suite 00-0F-AC:n; BIP protects management frames only. */
#define SUITE(name)	[SKUA_CIPHER_##name - SKUA_CIPHER(0)]

static const struct {
	u8 len;
	bool bip;
} suites[] = {
	SUITE(WEP40) = { SKUA_KEY_LEN_WEP40, false },
	SUITE(TKIP) = { SKUA_KEY_LEN_TKIP, false },
	SUITE(CCMP) = { SKUA_KEY_LEN_CCMP, false },
	SUITE(WEP104) = { SKUA_KEY_LEN_WEP104, false },
	SUITE(BIP_CMAC) = { SKUA_KEY_LEN_BIP_CMAC, true },
	SUITE(GCMP) = { SKUA_KEY_LEN_GCMP, false },
	SUITE(GCMP_256) = { SKUA_KEY_LEN_GCMP_256, false },
	SUITE(CCMP_256) = { SKUA_KEY_LEN_CCMP_256, false },
	SUITE(BIP_GMAC) = { SKUA_KEY_LEN_BIP_GMAC, true },
	SUITE(BIP_GMAC_256) = { SKUA_KEY_LEN_BIP_GMAC_256, true },
	SUITE(BIP_CMAC_256) = { SKUA_KEY_LEN_BIP_CMAC_256, true },
};

static u16 cipher_check(const struct skua_cmd_key *p)
{
	u32 n = p->cipher - SKUA_CIPHER(0);

	if (n >= ARRAY_SIZE(suites) || !suites[n].len || !(limits.ciphers & BIT(n)))
		return SKUA_ST_UNSUPPORTED;
	/* with TKIP the Michael keys may stand behind the key */
	if (p->key_len != suites[n].len &&
	    !(p->cipher == SKUA_CIPHER_TKIP &&
	      p->key_len == SKUA_KEY_LEN_TKIP_MICHAEL))
		return SKUA_ST_INVALID;
	/* Exactly the IGTKs (4, 5) and BIGTKs (6, 7) are BIP keys. */
	if (suites[n].bip != (p->keyidx >= 4))
		return SKUA_ST_INVALID;
	if (p->flags & SKUA_KEYF_MGMT && !suites[n].bip)
		return SKUA_ST_INVALID;
	return SKUA_ST_OK;
}

static u16 key_check(const struct skua_cmd_key *p)
{
	struct sta *s;
	u16 status;

	if (p->slot >= limits.keys || p->keyidx > 7 || p->flags & ~KEYF_VALID)
		return SKUA_ST_INVALID;
	if (p->flags & SKUA_KEYF_TX_ONLY && p->flags & SKUA_KEYF_RX_ONLY)
		return SKUA_ST_INVALID;
	if (p->link)
		return SKUA_ST_UNSUPPORTED;
	if (!vif_get(p->vif))
		return SKUA_ST_NO_ENTRY;
	status = cipher_check(p);
	if (status != SKUA_ST_OK)
		return status;
	if (p->sta == SKUA_STA_NONE)
		return (p->flags & SKUA_KEYF_PAIRWISE) ? SKUA_ST_INVALID : SKUA_ST_OK;

	/* The engine has no place for a management group key of one station. */
	if (p->keyidx >= 4)
		return SKUA_ST_UNSUPPORTED;
	status = sta_ref(p->sta, p->sta_gen, &s);
	if (status == SKUA_ST_OK && s->cmd.vif != p->vif)
		status = SKUA_ST_INVALID;
	return status;
}

static void stage(const struct skua_cmd_key *p)
{
	staging.gen = p->gen;
	staging.sta = p->sta;
	staging.vif = p->vif;
	staging.keyidx = p->keyidx;
	staging.key_len = p->key_len;
	staging.rsvd = 0;
	staging.cipher = p->cipher;
	staging.flags = p->flags;
	memcpy(staging.key, p->key, sizeof(staging.key));
	memcpy(staging.tx_mic_key, p->tx_mic_key, sizeof(staging.tx_mic_key));
	memcpy(staging.rx_mic_key, p->rx_mic_key, sizeof(staging.rx_mic_key));
	memcpy(staging.rx_pn, p->rx_pn, sizeof(staging.rx_pn));
	memcpy(staging.tx_lease, p->tx_lease, sizeof(staging.tx_lease));
	staging.lease_len = p->lease_len;
}

static void key_wipe(void)
{
	wipe(&staging, sizeof(staging));
}

/* The reference by which the engines find this key for receiving. */
static struct eng_key_ref *key_place(const struct key *k)
{
	struct sta *s = sta_get(k->sta);

	if (k->sta == SKUA_STA_NONE)
		return &vif_get(k->vif)->eng.key[k->keyidx];
	fw_assert(s);
	return k->pairwise ? &s->eng.key[k->keyidx] : &s->eng.group_key[k->keyidx];
}

static u16 place_push(const struct key *k)
{
	if (k->sta == SKUA_STA_NONE)
		return vif_push(vif_get(k->vif));
	return sta_push(sta_get(k->sta));
}

static u16 key_slot(const struct key *k)
{
	return (u16)(k - keys);
}

bool key_exists(u32 slot, u32 gen)
{
	return slot < limits.keys && keys[slot].used && keys[slot].gen == gen;
}

/* WEP keys of an interface are for unicast, too; its TKIP key is for groups alone. */
bool key_ampdu_ok(const struct sta *s)
{
	const struct eng_vif *v = &vif_get(s->cmd.vif)->eng;

	for (u32 i = 0; i < ARRAY_SIZE(s->eng.key); i++) {
		const struct eng_key_ref *own = &s->eng.key[i], *vif = &v->key[i];

		if (key_exists(own->slot, own->gen) &&
		    (keys[own->slot].wep || keys[own->slot].tkip))
			return false;
		if (key_exists(vif->slot, vif->gen) && keys[vif->slot].wep)
			return false;
	}
	return true;
}

u16 key_cmd_set(struct cmd *c)
{
	const struct skua_cmd_key *p = c->data;
	struct eng_key_ref *ref;
	struct key *k;
	u16 status = key_check(p);

	if (status != SKUA_ST_OK)
		return status;
	k = &keys[p->slot];
	if (k->used)
		return SKUA_ST_EXISTS;

	stage(p);
	status = tbl_write(ENG_TBL_KEY, p->slot, &staging);
	key_wipe();
	if (status != SKUA_ST_OK)
		return status;

	k->used = true;
	k->vif = p->vif;
	k->keyidx = p->keyidx;
	k->pairwise = p->flags & SKUA_KEYF_PAIRWISE;
	k->wep = p->cipher == SKUA_CIPHER_WEP40 || p->cipher == SKUA_CIPHER_WEP104;
	k->tkip = p->cipher == SKUA_CIPHER_TKIP;
	k->gen = p->gen;
	k->sta = p->sta;
	if (p->flags & SKUA_KEYF_TX_ONLY)
		return SKUA_ST_OK;
	/* The key that had this reference keeps its slot until it is deleted. */
	ref = key_place(k);
	ref->slot = p->slot;
	ref->gen = p->gen;
	return place_push(k);
}

/*
 * First the references go, then the key is wiped. After that no completion can
 * have a frame that the key decrypted, so KEY_RETIRED goes into the completions.
 */
static void key_remove(struct key *k)
{
	struct eng_key_ref *ref = key_place(k);
	struct eng_key_ref *def = &vif_get(k->vif)->eng.def_key;
	u16 slot = key_slot(k);
	struct sta *s = sta_get(k->sta);

	if (ref->slot == slot && ref->gen == k->gen) {
		ref->slot = SKUA_KEY_NONE;
		ref->gen = 0;
		place_push(k);
	}
	if (def->slot == slot && def->gen == k->gen) {
		def->slot = SKUA_KEY_NONE;
		def->gen = 0;
		vif_push(vif_get(k->vif));
	}
	tbl_clear(ENG_TBL_KEY, slot);
	k->used = false;
	inband_post(SKUA_INB_KEY_RETIRED, k->vif, k->sta, s ? s->cmd.gen : 0, 0,
		    slot | (u32)k->gen << 16);
}

static u16 key_ref(const struct skua_cmd_key_ref *p, struct key **found)
{
	if (p->slot >= limits.keys || !keys[p->slot].used)
		return SKUA_ST_NO_ENTRY;
	if (keys[p->slot].gen != p->gen)
		return SKUA_ST_STALE;
	if (keys[p->slot].vif != p->vif)
		return SKUA_ST_INVALID;
	*found = &keys[p->slot];
	return SKUA_ST_OK;
}

u16 key_cmd_del(struct cmd *c)
{
	struct key *k;
	u16 status = key_ref(c->data, &k);

	if (status == SKUA_ST_OK)
		key_remove(k);
	return status;
}

/* The key for data frames that the engines generate */
u16 key_cmd_default(struct cmd *c)
{
	const struct skua_cmd_key_ref *p = c->data;
	struct vif *v = vif_get(p->vif);
	struct key *k;
	u16 status;

	if (!v)
		return SKUA_ST_NO_ENTRY;
	if (p->slot == SKUA_KEY_NONE) {
		v->eng.def_key.slot = SKUA_KEY_NONE;
		v->eng.def_key.gen = 0;
		return vif_push(v);
	}
	status = key_ref(p, &k);
	if (status != SKUA_ST_OK)
		return status;
	v->eng.def_key.slot = p->slot;
	v->eng.def_key.gen = p->gen;
	return vif_push(v);
}

/* The engine counts the PNs, so only the engine knows the next one. */
u16 key_cmd_lease(struct cmd *c)
{
	const struct skua_cmd_key_ref *p = c->data;
	struct skua_key_lease *ans = c->ans;
	struct eng_key e;
	struct key *k;
	u16 status = key_ref(p, &k);

	if (status == SKUA_ST_OK)
		status = tbl_read(ENG_TBL_KEY, p->slot, &e);
	if (status != SKUA_ST_OK)
		return status;
	memset(ans, 0, sizeof(*ans));
	memcpy(ans->next_pn, e.tx_lease, sizeof(ans->next_pn));
	wipe(&e, sizeof(e));
	c->ans_len = sizeof(*ans);
	return SKUA_ST_OK;
}

/* The engine checks slot, generation and cipher, and knows the key's owner. */
u16 key_cmd_phase1(struct cmd *c)
{
	const struct skua_cmd_tkip_phase1 *p = c->data;
	struct eng_tkip_p1 e = { .gen = p->gen, .iv32 = p->iv32 };
	u16 status;

	if (!key_exists(p->slot, p->gen))
		return p->slot < limits.keys && keys[p->slot].used ? SKUA_ST_STALE :
								     SKUA_ST_NO_ENTRY;
	memcpy(e.p1k, p->p1k, sizeof(e.p1k));
	status = tbl_write(ENG_TBL_TKIP_P1, p->slot, &e);
	wipe(&e, sizeof(e));
	return status;
}

void key_sta_gone(u16 sta)
{
	for (u32 i = 0; i < limits.keys; i++) {
		if (keys[i].used && keys[i].sta == sta)
			key_remove(&keys[i]);
	}
}

void key_vif_gone(u8 vif)
{
	for (u32 i = 0; i < limits.keys; i++) {
		if (keys[i].used && keys[i].vif == vif)
			key_remove(&keys[i]);
	}
}
