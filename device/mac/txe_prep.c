// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: before the first try
 *
 * The frames of a round are numbered and protected together. A retransmission
 * has the sequence number, PN and ciphertext of the first try.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txq.h"

void txe_assign_seq(struct mac_vif *vif, struct mac_sta *sta, struct txf *f)
{
	uint8_t *frame = txf_data(f);
	uint16_t *counter = &vif->seq;
	uint16_t frag;

	if ((f->flags & SKUA_TXF_KEEP_SEQ) || dot11_fc_is_ctl(f->fc))
		return;
	if (sta && f->tid != MAC_TID_NONE &&
	    dot11_fc_is_data_present(f->fc) &&
	    !dot11_addr_is_group(dot11_addr1(frame)))
		counter = &sta->seq[f->tid];
	/* All fragments have the number of the first one */
	frag = dot11_frag(frame);
	if (!frag)
		*counter = (*counter + 1) % IEEE80211_SN_MODULO;
	dot11_put_le16(frame + IEEE80211_OFF_SEQ,
		       (uint16_t)(*counter << IEEE80211_SEQ_SN_SHIFT |
				  frag));
}

static void add_michael(const struct mac_vif *vif, const struct mac_key *key,
			struct txf *f)
{
	uint8_t *frame = txf_data(f);
	uint8_t *body = frame + f->hdr_len;
	size_t len = f->len - f->hdr_len;

	crypto_michael_add(&key->crypto, vif->type == SKUA_VIF_AP,
			   dot11_da(frame), dot11_sa(frame),
			   dot11_tid(frame), body, len, body + len);
	f->len += CRYPTO_MICHAEL_LEN;
}

/* Make room for IV and MIC. Return: false if the key is gone */
static bool start_protect(struct mac *mac, const struct mac_vif *vif,
			  struct txf *f, struct crypto_job *job)
{
	struct mac_key *key = mac_key_get(mac, f->key);
	const struct crypto_cipher *c;
	uint8_t *frame = txf_data(f);

	if (!key || key->vif != f->vif ||
	    (key->sta != SKUA_STA_NONE && key->sta != f->sta)) {
		mac->c.tx_stale_key++;
		return false;
	}
	c = key->crypto.cipher;
	/* A fragmented MSDU has got its Michael MIC before it was cut */
	if ((c->flags & CRYPTO_F_MICHAEL) && !dot11_is_fragment(frame))
		add_michael(vif, key, f);
	mac_count_key(mac, key, true, f->len - f->hdr_len);
	memmove(frame - c->iv_len, frame, f->hdr_len);
	f->off -= c->iv_len;
	f->len += c->iv_len + c->mic_len;
	*job = (struct crypto_job){
		.op = CRYPTO_ENCRYPT,
		.key = &key->crypto,
		.frame = txf_data(f),
		.hdr_len = f->hdr_len,
		.body_len = (uint16_t)(f->len - f->hdr_len),
		.pn = f->pn,
		.flags = key->flags & SKUA_KEYF_SPP_AMSDU ?
			 CRYPTO_JOB_SPP_AMSDU : 0,
	};
	return true;
}

/* Return: SENT if the frame may leave; @job is filled in for a protected frame */
static enum skua_tx_status prepare(struct mac *mac, struct txf *f,
				   struct crypto_job *job)
{
	struct mac_vif *vif = mac_vif(mac, f->vif);
	struct mac_sta *sta = mac_sta_get(mac, f->sta, f->sta_gen);
	uint8_t *frame = txf_data(f);

	if (!vif)
		return SKUA_TXS_FLUSHED;
	if (f->sta != SKUA_STA_NONE && !sta) {
		mac->c.tx_stale_sta++;
		return SKUA_TXS_STALE_STA;
	}
	/* It may have waited for its station since; no cipher covers this bit */
	if (f->more_data)
		frame[1] |= IEEE80211_FC_MOREDATA >> 8;
	else if (f->prepared)
		frame[1] &= (uint8_t)~(IEEE80211_FC_MOREDATA >> 8);
	if (f->prepared)
		return (f->flags & SKUA_TXF_PROTECT) &&
		       !mac_key_get(mac, f->key) ? SKUA_TXS_STALE_KEY :
						   SKUA_TXS_SENT;
	txe_assign_seq(vif, sta, f);
	if ((f->flags & SKUA_TXF_PROTECT) && !start_protect(mac, vif, f, job))
		return SKUA_TXS_STALE_KEY;
	return SKUA_TXS_SENT;
}

/* Frames that an earlier round has had no time for are ready */
static bool has_job(const struct txf *f)
{
	return (f->flags & SKUA_TXF_PROTECT) && !f->prepared;
}

static void all_prepared(struct txf **batch, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		batch[i]->prepared = true;
}

unsigned int txe_prepare(struct mac *mac, unsigned int n)
{
	struct txf **batch = mac->tx.batch;
	struct crypto_job *jobs = mac->tx.jobs;
	unsigned int kept = 0, n_jobs = 0, j = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct txf *f = batch[i];
		enum skua_tx_status status = prepare(mac, f, &jobs[n_jobs]);

		if (status != SKUA_TXS_SENT) {
			txf_end(mac, f, status);
			continue;
		}
		n_jobs += has_job(f);
		batch[kept++] = f;
	}
	if (!n_jobs || !crypto_run(jobs, n_jobs)) {
		all_prepared(batch, kept);
		return kept;
	}
	n = kept;
	kept = 0;
	for (unsigned int i = 0; i < n; i++) {
		struct txf *f = batch[i];

		if (has_job(f) && jobs[j++].status != CRYPTO_OK) {
			mac->c.tx_crypto_failed++;
			log_warn(mac->log, "transmit: protection failed: %s",
				 crypto_status_name(jobs[j - 1].status));
			txf_end(mac, f, SKUA_TXS_BAD);
			continue;
		}
		batch[kept++] = f;
	}
	all_prepared(batch, kept);
	return kept;
}
