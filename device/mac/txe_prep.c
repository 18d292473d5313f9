// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: before the first try
 *
 * The frames of a PPDU are numbered and protected when the medium has been won, in the
 * order of their queue. A retransmission has the sequence number, PN and ciphertext of
 * the first try.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/ba_sta.h"
#include "mac/txq.h"

/*
 * A turn protects at least so many frames, or octets. The more there are at a time, the
 * better are the lanes of the crypto engine used; TKIP takes half a millisecond for them.
 */
#define CHUNK		64
#define CHUNK_BYTES	98304

/* For so long a frame is tried again */
#define LIFETIME_US	2000000

/* Number a frame, unless the host has done so */
static void assign_seq(struct mac_vif *vif, struct mac_sta *sta, struct txf *f)
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
	if (counter != &vif->seq)
		ba_sta_numbered(sta, f);
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

/* The frame's key, or NULL if that is gone */
static struct mac_key *protect_key(struct mac *mac, const struct txf *f)
{
	struct mac_key *key = mac_key_get(mac, f->key);

	if (key && key->vif == f->vif &&
	    (key->sta == SKUA_STA_NONE || key->sta == f->sta))
		return key;
	mac->c.tx_stale_key++;
	return NULL;
}

/* Make room for IV and MIC */
static void start_protect(struct mac *mac, const struct mac_vif *vif,
			  struct txf *f, struct mac_key *key,
			  struct crypto_job *job)
{
	const struct crypto_cipher *c = key->crypto.cipher;
	uint8_t *frame = txf_data(f);

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
}

/* It is too old, or the limit is lower than when it was tried last */
static bool given_up(struct mac *mac, struct mac_sta *sta, const struct txf *f)
{
	uint64_t now = air_now(mac->air) / LOOP_NS_PER_US;

	if (!f->tries)
		return false;
	if (ba_tx_expired(f->first_us, now, LIFETIME_US))
		mac->c.tx_expired++;
	else if (f->tries < txe_retry_limit(mac, f, txe_expected_answer(f)))
		return false;
	mac->c.tx_no_ack++;
	if (sta)
		sta->stats.tx_failed++;
	return true;
}

/* Return: SENT if the frame may leave; @job is filled in for a protected frame */
static enum skua_tx_status prepare(struct mac *mac, struct txf *f,
				   struct crypto_job *job)
{
	struct mac_vif *vif = mac_vif(mac, f->vif);
	struct mac_sta *sta = txf_sta(mac, f);
	uint8_t *frame = txf_data(f);
	struct mac_key *key = NULL;

	if (!vif || f->doomed)
		return SKUA_TXS_FLUSHED;
	if (f->owner == TXF_BAR)
		return SKUA_TXS_SENT;
	if (f->sta != SKUA_STA_NONE && !sta) {
		mac->c.tx_stale_sta++;
		return SKUA_TXS_STALE_STA;
	}
	if (given_up(mac, sta, f))
		return SKUA_TXS_NO_ACK;
	/* It may have waited for its station since; no cipher covers this bit */
	if (f->more_data)
		frame[1] |= IEEE80211_FC_MOREDATA >> 8;
	else if (f->prepared)
		frame[1] &= (uint8_t)~(IEEE80211_FC_MOREDATA >> 8);
	if (f->prepared)
		return (f->flags & SKUA_TXF_PROTECT) &&
		       !mac_key_get(mac, f->key) ? SKUA_TXS_STALE_KEY :
						   SKUA_TXS_SENT;
	/* A number for a frame that does not leave would be a hole in a window */
	if (f->flags & SKUA_TXF_PROTECT) {
		key = protect_key(mac, f);
		if (!key)
			return SKUA_TXS_STALE_KEY;
	}
	assign_seq(vif, sta, f);
	if (key)
		start_protect(mac, vif, f, key, job);
	return SKUA_TXS_SENT;
}

/* A frame that has been tried before is ready */
static bool has_job(const struct txf *f)
{
	return (f->flags & SKUA_TXF_PROTECT) && !f->prepared;
}

static bool protected_ok(struct mac *mac, const struct crypto_job *job)
{
	mac->c.crypto_ipsec_mb += job->lib == CRYPTO_LIB_IPSEC_MB;
	if (job->status == CRYPTO_OK)
		return true;
	mac->c.tx_crypto_failed++;
	log_warn(mac->log, "transmit: protection failed: %s",
		 crypto_status_name(job->status));
	return false;
}

/*
 * Prepare some frames from txop.ready on. Frames that end leave a gap, which is closed
 * at once, so that txop.f[0] to [ready - 1] are ready at any time.
 */
static void prepare_chunk(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	unsigned int from = op->ready, to = from, n = from, jobs = 0, j = 0;
	uint32_t bytes = 0;

	for (; to < op->n && to - from < CHUNK && bytes < CHUNK_BYTES; to++) {
		struct txf *f = op->f[to];
		enum skua_tx_status status = prepare(mac, f, &op->job[jobs]);

		if (status != SKUA_TXS_SENT) {
			txe_end(mac, f, status);
			continue;
		}
		jobs += has_job(f);
		bytes += f->len;
		op->f[n++] = f;
	}
	if (jobs)
		crypto_run(op->job, jobs);
	for (unsigned int i = from; i < n; i++) {
		struct txf *f = op->f[i];

		if (has_job(f) && !protected_ok(mac, &op->job[j++])) {
			txe_end(mac, f, SKUA_TXS_BAD);
			continue;
		}
		f->prepared = true;
		op->f[op->ready++] = f;
	}
	memmove(&op->f[op->ready], &op->f[to], (op->n - to) * sizeof(op->f[0]));
	op->n -= to - op->ready;
}

bool txe_prepare(struct mac *mac)
{
	struct txop *op = &mac->tx.op;
	bool any = false;

	while (op->ready < op->n) {
		if (!mac->running)
			return true;
		if (any && turn_late(loop_turn(mac->loop)))
			return false;
		prepare_chunk(mac);
		any = true;
	}
	/* Numbers that were given, and frames that ended, have moved a window */
	if (op->q && mac->running)
		txq_settle(mac, op->q);
	return true;
}
