// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive engine: decryption, replay check, and the way up to the guest
 *
 * A batch is decrypted in the NIC's own memory, where nobody can change it
 * meanwhile, and then copied once into the buffers that the guest has lent.
 */
#include <string.h>

#include "mac/beacon.h"
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/rxe.h"

#define UP_MAX_BUFS	(SKUA_MAX_MPDU / SKUA_RXBUF_MIN_LEN + 2)
#define UP_WORDS	(SKUA_CPL_UNIT / sizeof(__le32))
#define UP_MAX_UNITS	(1 + (UP_MAX_BUFS + UP_WORDS - 1) / UP_WORDS)

/* Buffers for a frame, copied from the ring and checked */
struct lent {
	unsigned int n;
	struct {
		uint64_t addr;
		uint32_t len;
		uint16_t id;
	} buf[UP_MAX_BUFS];
};

/* Keys */

/* What the cipher does not cover goes up as it came */
static bool covers(const struct crypto_cipher *c, uint16_t fc)
{
	/* Third frame of Shared Key authentication */
	if (dot11_fc_is_stype(fc, IEEE80211_AUTH))
		return !(c->flags & CRYPTO_F_REPLAY);
	return !dot11_fc_is_mgmt(fc) || (c->flags & CRYPTO_F_MGMT);
}

static struct mac_key *usable_key(struct mac *mac, const struct rx_item *item,
				  struct key_ref ref, uint8_t keyid, bool bip)
{
	struct mac_key *key = mac_key_get(mac, ref);
	const struct crypto_cipher *c;

	if (!key || key->vif != item->vif || key->keyidx != keyid ||
	    (key->flags & SKUA_KEYF_TX_ONLY))
		return NULL;
	c = key->crypto.cipher;
	if (bip != (bool)(c->flags & CRYPTO_F_GROUP_MGMT) ||
	    (!bip && !covers(c, dot11_fc(item->data))))
		return NULL;
	return key;
}

/* The host does phase 1, and has not done it for this frame: it gets it so */
static bool lacks_phase1(const struct mac *mac, const struct rx_item *item)
{
	return (mac->bus->features & SKUA_FEAT_TKIP_PHASE1_HOST) &&
	       (item->key->crypto.cipher->flags & CRYPTO_F_MICHAEL) &&
	       !crypto_tkip_has_p1k(&item->key->crypto, item->data,
				    item->hdr_len, item->len);
}

static bool has_mmie(const struct rx_item *item, unsigned int len)
{
	const uint8_t *e = item->data + item->len - len;

	return item->len >= item->hdr_len + len && e[0] == IEEE80211_EID_MMIE &&
	       e[IEEE80211_MMIE_OFF_LEN] == len - 2;
}

static void choose_mmie_key(struct mac *mac, struct rx_item *item)
{
	const struct mac_vif *vif = &mac->vif[item->vif];
	bool beacon = dot11_fc_is_beacon(dot11_fc(item->data));
	unsigned int len;
	uint16_t keyid;

	if (has_mmie(item, IEEE80211_MMIE_LEN_8))
		len = IEEE80211_MMIE_LEN_8;
	else if (has_mmie(item, IEEE80211_MMIE_LEN_16))
		len = IEEE80211_MMIE_LEN_16;
	else
		return;
	keyid = dot11_get_le16(item->data + item->len - len +
			       IEEE80211_MMIE_OFF_KEYID);
	/* IGTKs are 4 and 5, BIGTKs 6 and 7 */
	if (keyid < (beacon ? MAC_KEYID_BIGTK : 4) ||
	    keyid > (beacon ? MAC_KEYID_BIGTK + 1 : 5))
		return;
	item->slot = vif->key[keyid].slot;
	item->key = usable_key(mac, item, vif->key[keyid], (uint8_t)keyid,
			       true);
	if (item->key && item->key->crypto.cipher->mic_len != len)
		item->key = NULL;
}

static void try_key(struct mac *mac, struct rx_item *item, struct key_ref ref,
		    uint8_t keyid)
{
	if (item->key)
		return;
	item->key = usable_key(mac, item, ref, keyid, false);
	item->slot = ref.slot;
}

static void choose_key(struct mac *mac, struct rx_item *item)
{
	const struct mac_vif *vif = &mac->vif[item->vif];
	const struct mac_sta *sta = mac_sta_get(mac, item->sta, item->sta_gen);
	uint16_t fc = dot11_fc(item->data);
	bool group = dot11_addr_is_group(dot11_addr1(item->data));
	uint8_t keyid;

	if (!(fc & IEEE80211_FC_PROTECTED)) {
		if (dot11_fc_is_mgmt(fc) && group)
			choose_mmie_key(mac, item);
		return;
	}
	if (!dot11_fc_is_data_present(fc) && !dot11_fc_is_mgmt(fc))
		return;
	if (item->len <= item->hdr_len + IEEE80211_IV_OFF_KEYID)
		return;
	keyid = dot11_iv_keyid(item->data + item->hdr_len);
	if (sta)
		try_key(mac, item, group ? sta->group_key[keyid] :
			sta->key[keyid], keyid);
	if (group)
		try_key(mac, item, vif->key[keyid], keyid);
	if (!item->key && !group) {
		/* Only WEP's keys serve for both kinds of frames */
		try_key(mac, item, vif->key[keyid], keyid);
		if (item->key &&
		    (item->key->crypto.cipher->flags & CRYPTO_F_REPLAY))
			item->key = NULL;
	}
	if (!item->key) {
		mac->c.rx_no_key++;
	} else if (lacks_phase1(mac, item)) {
		mac->c.rx_no_phase1++;
		item->key = NULL;
	}
}

static void start_job(struct mac *mac, struct rx_item *item, uint16_t n)
{
	if (item->monitor)
		memcpy(item->raw, item->data, item->len);
	item->raw_len = item->len;
	item->job = n;
	mac->rx.jobs[n] = (struct crypto_job){
		.op = CRYPTO_DECRYPT,
		.key = &item->key->crypto,
		.frame = item->data,
		.hdr_len = item->hdr_len,
		.body_len = (uint16_t)(item->len - item->hdr_len),
		.flags = item->key->flags & SKUA_KEYF_SPP_AMSDU ?
			 CRYPTO_JOB_SPP_AMSDU : 0,
	};
}

/* After decryption */

/* Monitors see it as it came; the stack does not see it */
static void reject(struct rx_item *item)
{
	item->key = NULL;
	if (!item->monitor) {
		item->drop = true;
		return;
	}
	item->len = item->raw_len;
	memcpy(item->data, item->raw, item->len);
	item->flags &= ~(SKUA_RXF_DUP_VALIDATED | SKUA_RXF_DECRYPTED |
			 SKUA_RXF_PN_VALID | SKUA_RXF_ICV_STRIPPED |
			 SKUA_RXF_MMIC_STRIPPED);
	item->flags |= SKUA_RXF_MONITOR_ONLY;
}

/*
 * A forged or repeated beacon goes up unverified, so that the stack, which
 * finds the same, can tell its user of the attack.
 */
static void reject_bip(struct rx_item *item)
{
	if (!dot11_fc_is_beacon(dot11_fc(item->data))) {
		reject(item);
		return;
	}
	item->key = NULL;
	item->flags &= ~(SKUA_RXF_DECRYPTED | SKUA_RXF_PN_VALID);
}

static void mic_error(struct mac *mac, struct rx_item *item)
{
	struct mac_sta *sta = mac_sta_get(mac, item->sta, item->sta_gen);

	mac->c.rx_mic_error++;
	item->key->mic_errors++;
	if (sta)
		sta->stats.rx_mic_errors++;
	if (item->key->crypto.cipher->flags & CRYPTO_F_GROUP_MGMT)
		reject_bip(item);
	else
		reject(item);
}

static bool is_replay(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	struct mac_sta *sta = mac_sta_get(mac, item->sta, item->sta_gen);
	unsigned int i = item->tid == MAC_TID_NONE ? 0 : item->tid;

	if (dot11_fc_is_mgmt(dot11_fc(item->data)))
		i = SKUA_PN_MGMT;
	if (crypto_pn_check(item->key->rx_pn[i], pn)) {
		item->key->rx_pn[i] = pn;
		return false;
	}
	mac->c.rx_replay++;
	item->key->replays++;
	if (sta)
		sta->stats.rx_replays++;
	return true;
}

/* The Michael MIC of a whole MSDU, IV in front and ICV already cut off */
static bool michael_ok(struct mac *mac, struct rx_item *item)
{
	const struct crypto_cipher *c = item->key->crypto.cipher;
	uint8_t *body = item->data + item->hdr_len + c->iv_len;
	bool from_ap = mac->vif[item->vif].type != SKUA_VIF_AP;
	enum crypto_status status;

	status = crypto_michael_check(&item->key->crypto, from_ap,
				      dot11_da(item->data),
				      dot11_sa(item->data),
				      dot11_tid(item->data), body,
				      (size_t)(item->len - item->hdr_len -
					       c->iv_len));
	if (status != CRYPTO_OK)
		return false;
	item->len -= CRYPTO_MICHAEL_LEN;
	item->flags |= SKUA_RXF_MMIC_STRIPPED;
	return true;
}

static void strip_iv(struct rx_item *item, unsigned int iv_len)
{
	memmove(item->data + iv_len, item->data, item->hdr_len);
	item->start = (uint16_t)iv_len;
	item->len -= (uint16_t)iv_len;
	item->flags |= SKUA_RXF_IV_STRIPPED | SKUA_RXF_PN_VALIDATED;
}

/* WEP and TKIP: the IV stays, since the stack checks TKIP's */
static void finish_icv(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	const struct crypto_cipher *c = item->key->crypto.cipher;

	item->len -= c->mic_len;
	item->flags |= SKUA_RXF_ICV_STRIPPED;
	if (!(c->flags & CRYPTO_F_MICHAEL))
		return;
	if (!dot11_is_fragment(item->data) && !michael_ok(mac, item)) {
		/* Goes up: countermeasures count these. No counter moves. */
		mac->c.rx_michael_error++;
		item->key->mic_errors++;
		item->flags |= SKUA_RXF_MMIC_ERR;
		return;
	}
	if (is_replay(mac, item, pn))
		reject(item);
}

/* BIP: the stack looks at the MMIE and takes it off */
static void finish_bip(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	if (is_replay(mac, item, pn))
		reject_bip(item);
	else if (dot11_fc_is_beacon(dot11_fc(item->data)))
		tsf_beacon(mac, item->data, item->len, item->time_us,
			   item->rate, true);
}

static void finish_aead(struct mac *mac, struct rx_item *item, uint64_t pn)
{
	const struct crypto_cipher *c = item->key->crypto.cipher;

	if (is_replay(mac, item, pn)) {
		reject(item);
		return;
	}
	item->len -= c->mic_len;
	item->flags |= SKUA_RXF_MIC_STRIPPED;
	/* Fragments keep it: whoever joins them checks that PNs follow */
	if (!dot11_is_fragment(item->data))
		strip_iv(item, c->iv_len);
}

static void finish(struct mac *mac, struct rx_item *item)
{
	const struct crypto_job *job = &mac->rx.jobs[item->job];
	const struct crypto_cipher *c = item->key->crypto.cipher;

	switch (job->status) {
	case CRYPTO_OK:
		break;
	case CRYPTO_MIC_FAILURE:
	case CRYPTO_ICV_FAILURE:
	case CRYPTO_MICHAEL_FAILURE:
		mic_error(mac, item);
		return;
	case CRYPTO_MALFORMED:
		mac->c.rx_malformed++;
		reject(item);
		return;
	default:
		log_warn(mac->log, "receive: decryption failed: %s",
			 crypto_status_name(job->status));
		reject(item);
		return;
	}
	mac_count_key(mac, item->key, false,
		      item->len - item->hdr_len - c->iv_len - c->mic_len);
	item->pn = job->pn;
	item->flags |= SKUA_RXF_DECRYPTED;
	if (c->flags & CRYPTO_F_REPLAY)
		item->flags |= SKUA_RXF_PN_VALID;
	if (c->flags & CRYPTO_F_GROUP_MGMT)
		finish_bip(mac, item, job->pn);
	else if (c->flags & CRYPTO_F_AEAD)
		finish_aead(mac, item, job->pn);
	else
		finish_icv(mac, item, job->pn);
}

/* Into the guest */

static bool lend(struct mac *mac, uint32_t need, uint32_t *taken,
		 struct lent *lent)
{
	struct ring *ring = &mac->rings->ring[SKUA_RING_RXBUF];
	uint32_t avail = ring_avail(ring), at = *taken, room = 0;
	struct skua_rx_buf raw;

	lent->n = 0;
	while (room < need) {
		uint32_t len;

		if (at == avail || lent->n == UP_MAX_BUFS)
			return false;
		ring_peek(ring, at++, &raw);
		len = le32toh(raw.len);
		if (len < SKUA_RXBUF_MIN_LEN || len > UINT16_MAX) {
			mac->c.rx_bad_buffer++;
			log_warn(mac->log,
				 "receive: a buffer of %u bytes was lent", len);
			continue;
		}
		lent->buf[lent->n].addr = le64toh(raw.addr);
		lent->buf[lent->n].len = len;
		lent->buf[lent->n].id = le16toh(raw.id);
		lent->n++;
		room += len;
	}
	*taken = at;
	return true;
}

static uint32_t buf_word(uint16_t id, uint32_t len)
{
	return HW_PUT(SKUA_RX_BUF_ID, id) | HW_PUT(SKUA_RX_BUF_LEN, len);
}

/* Copy the frame; the words of buffers go to @rec and behind it */
static bool scatter(struct mac *mac, const struct rx_item *item,
		    const struct lent *lent, unsigned int offset,
		    struct skua_cpl_rx *rec, __le32 *more)
{
	const uint8_t *from = item->data + item->start;
	uint32_t left = item->len;

	for (unsigned int i = 0; i < lent->n; i++) {
		uint32_t n = lent->buf[i].len - offset;
		uint32_t word;

		if (n > left)
			n = left;
		if (!dma_write(mac->dma, lent->buf[i].addr + offset, from,
			       n)) {
			mac->c.rx_bad_buffer++;
			return false;
		}
		word = buf_word(lent->buf[i].id, n + offset);
		if (i)
			more[i - 1] = htole32(word);
		else
			rec->buf0 = htole32(word);
		from += n;
		left -= n;
		offset = 0;
	}
	return true;
}

static void fill_signal(const struct mac *mac, const struct rx_item *item,
			struct skua_cpl_rx *rec)
{
	/* Each chain has its part of the power, in dB */
	static const int8_t part[] = { 0, 0, 3, 5, 6 };
	unsigned int chains = mac->cfg->chains;

	if (chains > 4)
		chains = 4;
	rec->signal = item->signal;
	rec->noise = item->noise;
	rec->chains = (uint8_t)((1u << chains) - 1);
	for (unsigned int i = 0; i < chains; i++)
		rec->chain_signal[i] = (int8_t)(item->signal - part[chains]);
}

/* From the NIC's time to the TSF of the interface that the frame is for */
static uint64_t tsf_offset(const struct mac *mac, const struct rx_item *item)
{
	return item->vif < MAC_VIFS ?
		(uint64_t)mac->vif[item->vif].tsf_offset : 0;
}

static void fill_record(const struct mac *mac, const struct rx_item *item,
			struct skua_cpl_rx *rec)
{
	uint32_t flags = item->flags;

	if (item->ampdu_ref)
		flags |= SKUA_RXF_AMPDU | SKUA_RXF_AMPDU_LAST_KNOWN |
			 (item->ampdu_last ? SKUA_RXF_AMPDU_LAST : 0);
	rec->flags = htole32(flags);
	rec->frame_len = htole16(item->len);
	rec->vif = item->vif;
	rec->tid = item->tid;
	rec->sta = htole16(item->sta);
	rec->sta_gen = htole16(item->sta_gen);
	rec->key = htole16(SKUA_KEY_NONE);
	if (item->key) {
		rec->key = htole16(item->slot);
		rec->key_gen = htole16(item->key->gen);
	}
	if (flags & SKUA_RXF_PN_VALID) {
		rec->pn_lo = htole32((uint32_t)item->pn);
		rec->pn_hi = htole16((uint16_t)(item->pn >> 32));
	}
	rec->rate = htole32(item->rate);
	rec->freq = htole16(item->freq);
	rec->ampdu_ref = htole32(item->ampdu_ref);
	rec->tsf = htole64(item->time_us + tsf_offset(mac, item));
	fill_signal(mac, item, rec);
}

static void count_up(struct mac *mac, const struct rx_item *item)
{
	uint16_t fc = dot11_fc(item->data + item->start);

	if (dot11_fc_is_mgmt(fc))
		mac->c.rx_mgmt++;
	else if (dot11_fc_is_data(fc))
		mac->c.rx_data++;
	else
		mac->c.rx_ctl++;
	mac->c.rx_group += dot11_addr_is_group(item->data + item->start +
					       IEEE80211_OFF_ADDR1);
	mac->c.rx_bytes += item->len;
}

static void pass_up(struct mac *mac, const struct rx_item *item,
		    uint32_t *taken)
{
	/* What follows the header shall be aligned to four bytes */
	unsigned int offset = item->hdr_len % 4 ? 2 : 0;
	_Alignas(8) struct skua_cpl unit[UP_MAX_UNITS] = { 0 };
	struct skua_cpl_rx *rec = (struct skua_cpl_rx *)unit;
	struct lent lent;
	unsigned int n;

	if (!cpl_room(mac, UP_MAX_UNITS)) {
		mac->c.rx_no_cpl++;
		return;
	}
	if (!lend(mac, item->len + offset, taken, &lent)) {
		mac->c.rx_no_buffer++;
		return;
	}
	if (!scatter(mac, item, &lent, offset, rec,
		     (__le32 *)unit + UP_WORDS)) {
		log_warn(mac->log,
			 "receive: a lent buffer cannot be written: frame dropped");
		return;
	}
	fill_record(mac, item, rec);
	rec->offset = (uint8_t)offset;
	n = 1 + (lent.n - 1 + UP_WORDS - 1) / UP_WORDS;
	rec->w0 = htole32(HW_PUT(SKUA_CPL_W0_TYPE, SKUA_CPL_RX) |
			  HW_PUT(SKUA_CPL_W0_UNITS, n) |
			  HW_PUT(SKUA_CPL_W0_COUNT, lent.n));
	cpl_put(mac, unit, n);
	count_up(mac, item);
}

static unsigned int start_jobs(struct mac *mac)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < mac->rx.n; i++) {
		struct rx_item *item = &mac->rx.item[i];

		if (item->inband || item->vif == SKUA_VIF_NONE ||
		    (item->flags & SKUA_RXF_FCS_ERR))
			continue;
		choose_key(mac, item);
		if (item->key)
			start_job(mac, item, (uint16_t)n++);
	}
	return n;
}

void rxe_flush(struct mac *mac)
{
	uint32_t taken = 0;
	unsigned int n;

	if (!mac->rx.n)
		return;
	if (!mac->running) {
		mac->rx.n = 0;
		return;
	}
	n = start_jobs(mac);
	if (n)
		crypto_run(mac->rx.jobs, n);
	for (unsigned int i = 0; i < mac->rx.n; i++) {
		struct rx_item *item = &mac->rx.item[i];

		if (item->inband) {
			cpl_event(mac, &item->event);
			continue;
		}
		if (item->key)
			finish(mac, item);
		if (!item->drop)
			pass_up(mac, item, &taken);
	}
	mac->rx.n = 0;
	if (taken)
		ring_consume(&mac->rings->ring[SKUA_RING_RXBUF], taken);
	cpl_publish(mac);
}
