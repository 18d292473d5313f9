// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: from descriptors in the host's rings to frames in queues
 *
 * A descriptor is copied once, and the copy is checked; then the payload is copied
 * once. Ring slots go back to the host at once and in order, whether or not the
 * frame is sent. The token of the frame comes back in a record.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txq.h"

#define FETCH_MAX	64	/* frames of one ring in a turn */
#define SYNC_MAX	256	/* the same, before a command, of one access */
#define COUNT_LOOKS	8192	/* entries that a count looks at */
#define FETCH_COST	200	/* of a frame, see eng_charge() */
#define FETCH_UNSUPPORTED (SKUA_TXF_ENCAP | SKUA_TXF_CSUM | SKUA_TXF_GSO)

/* The fields of a descriptor */
struct desc {
	uint16_t token;
	uint32_t nseg;
	uint32_t slots;
	uint32_t flags;
	uint16_t sta;
	uint16_t sta_gen;
	uint8_t vif;
	uint8_t link;
	uint8_t tid;
	uint8_t tries;
	struct key_ref key;
	uint64_t pn;
	uint32_t w7;
	uint32_t len;
	bool whole;
	struct {
		uint64_t addr;
		uint32_t len;
	} seg[SKUA_TXD_MAX_SEGS];
};

static struct ring *tx_ring(struct mac *mac, unsigned int cls)
{
	return &mac->rings->ring[SKUA_RING_TX_VO + cls];
}

static void take_seg(struct desc *d, unsigned int i, const struct skua_seg *seg)
{
	if (i >= d->nseg)
		return;
	d->seg[i].addr = le64toh(seg->addr);
	d->seg[i].len = le32toh(seg->len);
}

/* Take all fields but the segments, which are not needed to count frames */
static void take_words(struct desc *d, const struct skua_tx_desc *raw)
{
	uint32_t w0 = le32toh(raw->w0), w2 = le32toh(raw->w2);
	uint32_t w3 = le32toh(raw->w3), w4 = le32toh(raw->w4);

	d->token = (uint16_t)HW_GET(SKUA_TXD_W0_TOKEN, w0);
	d->nseg = HW_GET(SKUA_TXD_W0_NSEG, w0);
	d->flags = le32toh(raw->flags);
	d->sta = (uint16_t)HW_GET(SKUA_TXD_W2_STA, w2);
	d->sta_gen = (uint16_t)HW_GET(SKUA_TXD_W2_STA_GEN, w2);
	d->vif = (uint8_t)HW_GET(SKUA_TXD_W3_VIF, w3);
	d->link = (uint8_t)HW_GET(SKUA_TXD_W3_LINK, w3);
	d->tid = (uint8_t)HW_GET(SKUA_TXD_W3_TID, w3);
	d->tries = (uint8_t)HW_GET(SKUA_TXD_W3_TRIES, w3);
	d->key.slot = (uint16_t)HW_GET(SKUA_TXD_W4_KEY, w4);
	d->key.gen = (uint16_t)HW_GET(SKUA_TXD_W4_KEY_GEN, w4);
	d->pn = le32toh(raw->pn_lo) |
		(uint64_t)HW_GET(SKUA_TXD_W6_PN_HI, le32toh(raw->w6)) << 32;
	d->w7 = le32toh(raw->w7);
	d->slots = 1;
	if (d->nseg > SKUA_TXD_SEGS && d->nseg <= SKUA_TXD_MAX_SEGS)
		d->slots += (d->nseg - SKUA_TXD_SEGS + SKUA_TXD_CONT_SEGS - 1) /
			    SKUA_TXD_CONT_SEGS;
}

/* @at: slot, counted from the ring's own index; @avail: slots from there on */
static void read_desc(struct ring *ring, uint32_t at, uint32_t avail,
		      struct desc *d)
{
	struct skua_tx_desc raw;
	struct skua_tx_cont cont;

	ring_peek(ring, at, &raw);
	take_words(d, &raw);
	d->whole = d->slots <= avail;
	if (!d->whole)
		d->slots = avail;
	if (!d->nseg || d->nseg > SKUA_TXD_MAX_SEGS)
		return;
	for (unsigned int i = 0; i < SKUA_TXD_SEGS; i++)
		take_seg(d, i, &raw.seg[i]);
	for (uint32_t s = 1; s < d->slots; s++) {
		ring_peek(ring, at + s, &cont);
		for (unsigned int i = 0; i < SKUA_TXD_CONT_SEGS; i++)
			take_seg(d, SKUA_TXD_SEGS +
				 (s - 1) * SKUA_TXD_CONT_SEGS + i, &cont.seg[i]);
	}
}

/* Return: the fault of a descriptor in words, or NULL */
static const char *desc_fault(struct mac *mac, struct desc *d)
{
	uint64_t len = 0;

	if (!d->nseg || d->nseg > SKUA_TXD_MAX_SEGS)
		return "impossible number of segments";
	if (!d->whole)
		return "a continuation slot was not published";
	if (d->flags & ~SKUA_TXF_VALID)
		return "unknown flags";
	if (d->flags & FETCH_UNSUPPORTED)
		return "flags of a feature that was not negotiated";
	if (d->link)
		return "no such link";
	if (!mac_vif(mac, d->vif))
		return "no such interface";
	if ((d->flags & SKUA_TXF_RATE) &&
	    (!d->w7 || !mac_rate_ok(mac, d->w7)))
		return "the rate is none";
	for (uint32_t i = 0; i < d->nseg; i++) {
		if (!d->seg[i].len)
			return "an empty segment";
		len += d->seg[i].len;
	}
	if (len > SKUA_MAX_MPDU)
		return "too long";
	if (len < IEEE80211_ACK_LEN)
		return "too short";
	d->len = (uint32_t)len;
	return NULL;
}

static bool gather(struct mac *mac, const struct desc *d, struct txf *f)
{
	uint8_t *to = txf_data(f);

	for (uint32_t i = 0; i < d->nseg; i++) {
		if (!dma_read(mac->dma, d->seg[i].addr, to, d->seg[i].len))
			return false;
		to += d->seg[i].len;
	}
	return true;
}

/* Compare the header with length and descriptor. Return: the fault, or NULL */
static const char *frame_fault(struct txf *f, const struct desc *d)
{
	const uint8_t *frame = txf_data(f);

	f->fc = dot11_fc(frame);
	f->hdr_len = (uint16_t)dot11_fc_hdrlen(f->fc);
	if (!f->hdr_len)
		return "unknown frame type";
	if (f->hdr_len > f->len)
		return "shorter than its header";
	f->tid = MAC_TID_NONE;
	if (dot11_fc_is_data_qos(f->fc))
		f->tid = dot11_tid(frame);
	if ((d->flags & SKUA_TXF_QOS) && f->tid != d->tid)
		return "header and descriptor differ in TID";
	if ((d->flags & SKUA_TXF_PROTECT) && dot11_fc_is_ctl(f->fc))
		return "control frames cannot be protected";
	if ((d->flags & SKUA_TXF_INSERT_TS) &&
	    ((!dot11_fc_is_stype(f->fc, IEEE80211_PROBE_RESP) &&
	      !dot11_fc_is_beacon(f->fc)) ||
	     f->len < IEEE80211_BEACON_OFF_INTERVAL))
		return "no place for a timestamp";
	return NULL;
}

/* The receiver address must be that of the station in the descriptor */
static enum skua_tx_status check_sta(struct mac *mac, struct txf *f)
{
	const uint8_t *ra = dot11_addr1(txf_data(f));
	const struct mac_sta *sta;

	if (f->sta == SKUA_STA_NONE)
		return SKUA_TXS_SENT;
	sta = txf_sta(mac, f);
	if (!sta) {
		mac->c.tx_stale_sta++;
		log_warn(mac->log, "transmit: frame for stale station %u",
			 f->sta);
		return SKUA_TXS_STALE_STA;
	}
	if (sta->vif->idx != f->vif ||
	    (!dot11_addr_is_group(ra) &&
	     !dot11_addr_equal(ra, sta->addr))) {
		mac->c.tx_bad_frame++;
		log_warn(mac->log,
			 "transmit: frame is not for station %u of interface %u",
			 f->sta, f->vif);
		return SKUA_TXS_BAD;
	}
	/* Fail closed: once there was a key, only EAPOL is sent in clear text */
	if ((sta->flags & ENG_STAF_KEYED) &&
	    dot11_fc_is_data_present(f->fc) &&
	    !dot11_addr_is_group(ra) &&
	    !(f->flags & SKUA_TXF_PROTECT) &&
	    !(f->fc & IEEE80211_FC_PROTECTED) &&
	    !dot11_is_eapol(txf_data(f), f->hdr_len, f->len)) {
		mac->c.tx_clear_refused++;
		log_warn(mac->log,
			 "transmit: clear frame for keyed station %u refused",
			 f->sta);
		return SKUA_TXS_BAD;
	}
	return SKUA_TXS_SENT;
}

static enum skua_tx_status check_key(struct mac *mac, const struct txf *f)
{
	const struct mac_key *key;
	const struct crypto_cipher *c;
	unsigned int overhead;
	bool bip;

	if (!(f->flags & SKUA_TXF_PROTECT))
		return SKUA_TXS_SENT;
	key = mac_key_get(mac, f->key);
	if (!key) {
		mac->c.tx_stale_key++;
		log_warn(mac->log, "transmit: frame with stale key %u",
			 f->key.slot);
		return SKUA_TXS_STALE_KEY;
	}
	c = key->crypto.cipher;
	bip = c->flags & CRYPTO_F_GROUP_MGMT;
	if (key->vif != f->vif ||
	    (key->sta != SKUA_STA_NONE && key->sta != f->sta) ||
	    bip != (bool)(f->flags & SKUA_TXF_MGMT_PROT)) {
		mac->c.tx_wrong_key++;
		log_warn(mac->log,
			 "transmit: key %u does not belong to the frame",
			 f->key.slot);
		return SKUA_TXS_BAD;
	}
	overhead = c->iv_len + c->mic_len +
		   (c->flags & CRYPTO_F_MICHAEL ? CRYPTO_MICHAEL_LEN : 0);
	if (f->len + overhead > SKUA_MAX_MPDU) {
		mac->c.tx_bad_frame++;
		return SKUA_TXS_BAD;
	}
	return SKUA_TXS_SENT;
}

static void fill(struct txf *f, const struct desc *d, uint8_t cls)
{
	f->token = d->token;
	f->flags = d->flags;
	/* MGMT_PROT alone asks for an MMIE, which is protection as well */
	if (f->flags & SKUA_TXF_MGMT_PROT)
		f->flags |= SKUA_TXF_PROTECT;
	f->sta = d->sta;
	f->sta_gen = d->sta_gen;
	f->vif = d->vif;
	f->cls = cls;
	f->tid = MAC_TID_NONE;
	f->max_tries = d->tries;
	f->more_data = d->flags & SKUA_TXF_MORE_DATA;
	f->eosp = d->flags & SKUA_TXF_EOSP;
	f->key = d->key;
	f->pn = d->pn;
	f->rate = d->flags & SKUA_TXF_RATE ? d->w7 : 0;
}

/* A frame for which there is no memory has a TX status, too */
static void refuse(struct mac *mac, const struct desc *d, uint8_t cls,
		   enum skua_tx_status status)
{
	struct txf f = { 0 };

	fill(&f, d, cls);
	cpl_tx(mac, &f, status);
}

static enum skua_tx_status load(struct mac *mac, const struct desc *d,
				struct txf *f)
{
	enum skua_tx_status status;
	const char *fault;

	if (!gather(mac, d, f)) {
		mac->c.tx_dma_error++;
		return SKUA_TXS_DMA;
	}
	fault = frame_fault(f, d);
	if (fault) {
		mac->c.tx_bad_frame++;
		log_warn(mac->log, "transmit: bad frame: %s", fault);
		return SKUA_TXS_BAD;
	}
	status = check_sta(mac, f);
	if (status != SKUA_TXS_SENT)
		return status;
	return check_key(mac, f);
}

static void accept(struct mac *mac, struct desc *d, uint8_t cls)
{
	const char *fault = desc_fault(mac, d);
	enum skua_tx_status status;
	struct txf *f;

	mac->c.tx_fetched++;
	if (fault) {
		mac->c.tx_bad_desc++;
		log_warn(mac->log, "transmit: bad descriptor: %s", fault);
		refuse(mac, d, cls, SKUA_TXS_BAD);
		return;
	}
	f = txf_alloc(mac, d->len);
	if (!f) {
		mac->c.tx_no_mem++;
		refuse(mac, d, cls, SKUA_TXS_NO_MEM);
		return;
	}
	fill(f, d, cls);
	status = load(mac, d, f);
	if (status != SKUA_TXS_SENT)
		txf_end(mac, f, status);
	else
		txq_enqueue(mac, f);
}

/* Without room, frames stay in the ring; no frame is lost */
static bool has_room(const struct mac *mac)
{
	return mac->tx.count < mac->cfg->max_txq && !cpl_waiting(mac);
}

/* The guest has used its budget of frames up: that is counted, and said, once */
static void note_full(struct mac *mac)
{
	if (mac->tx.full || mac->tx.count < mac->cfg->max_txq)
		return;
	mac->tx.full = true;
	mac->c.tx_full++;
	log_info(mac->log,
		 "transmit: %u frames wait, as many as the NIC holds: others stay in their rings",
		 mac->tx.count);
}

static uint32_t fetch_ring(struct mac *mac, unsigned int cls, uint32_t avail,
			   uint32_t max)
{
	struct ring *ring = tx_ring(mac, cls);
	uint32_t used = 0, n = 0;
	struct desc d;

	if (mac->tx.count <= mac->cfg->max_txq / 2)
		mac->tx.full = false;
	/* At least one frame, so that fetching always comes to an end */
	while (used < avail && n < max && has_room(mac) &&
	       (!n || !turn_late(loop_turn(mac->loop)))) {
		if (mac->fault && mac->fault->tx_hold(mac->fault_priv))
			break;
		read_desc(ring, used, avail - used, &d);
		used += d.slots;
		accept(mac, &d, (uint8_t)cls);
		n++;
	}
	if (used)
		ring_consume(ring, used);
	if (used < avail)
		note_full(mac);
	eng_charge(mac->bus, n * FETCH_COST);
	return n;
}

/*
 * Of the classes not fetched yet, the one that holds the fewest frames. So, when all that
 * end make room for others, no class is left without frames that could be sent.
 */
static unsigned int next_class(const struct mac *mac, uint32_t done)
{
	unsigned int cls = TXE_CLASSES;

	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		if (!(done & 1u << i) && (cls == TXE_CLASSES ||
					  mac->tx.held[i] < mac->tx.held[cls]))
			cls = i;
	return cls;
}

static bool fetch_all(struct mac *mac)
{
	uint32_t avail[TXE_CLASSES], n = 0;
	bool any = false;

	for (unsigned int i = 0; i < TXE_CLASSES; i++) {
		avail[i] = ring_avail(tx_ring(mac, i));
		any |= avail[i] != 0;
	}
	/*
	 * The gate is read after prod: so a command that was published before these
	 * frames is seen here, and holds the frames back.
	 */
	if (!any || !mac->ops->tx_gate(mac->ops_priv))
		return false;
	mac->tx.sync_valid = false;
	for (uint32_t done = 0, cls; done != (1u << TXE_CLASSES) - 1; done |= 1u << cls) {
		cls = next_class(mac, done);
		n += fetch_ring(mac, cls, avail[cls], FETCH_MAX);
	}
	return n != 0;
}

bool txe_fetch(struct mac *mac)
{
	struct turn *turn = loop_turn(mac->loop);
	enum turn_cause was = turn_switch(turn, TURN_FETCH);
	bool any = fetch_all(mac);

	turn_switch(turn, was);
	return any;
}

/* Return: entries of a ring that are to be fetched before the command under way */
static uint32_t sync_left(struct mac *mac, unsigned int cls)
{
	struct ring *ring = tx_ring(mac, cls);
	uint32_t n = mac->tx.sync_prod[cls] - ring->own;

	return n <= ring_avail(ring) ? n : 0;
}

bool txe_fetch_sync(struct mac *mac)
{
	struct turn *turn = loop_turn(mac->loop);
	enum turn_cause was;
	bool more = false;

	if (!mac->tx.sync_valid || !mac->running)
		return true;
	was = turn_switch(turn, TURN_FETCH);
	for (unsigned int i = 0; i < TXE_CLASSES; i++) {
		uint32_t n = sync_left(mac, i);

		/* A ring that gives none now, for a fault on purpose, is not waited for */
		if (n && fetch_ring(mac, i, n, SYNC_MAX))
			more |= has_room(mac) && sync_left(mac, i);
	}
	turn_switch(turn, was);
	return !more || !mac->running;
}

bool mac_tx_sync(struct mac *mac, const uint32_t prod[SKUA_NUM_TX_RINGS])
{
	if (!mac->running)
		return true;
	memcpy(mac->tx.sync_prod, prod, sizeof(mac->tx.sync_prod));
	mac->tx.sync_valid = true;
	return txe_fetch_sync(mac);
}

/* Return: frames among @avail entries that match, or that are beyond @looks */
static uint32_t count_ring(struct ring *ring, const struct txq_match *m,
			   uint32_t avail, uint32_t *looks)
{
	struct desc d;
	uint32_t n = 0;

	for (uint32_t at = 0; at < avail; at += d.slots) {
		struct skua_tx_desc raw;

		if (!*looks)
			return n + avail - at;
		--*looks;
		ring_peek(ring, at, &raw);
		take_words(&d, &raw);
		if (m->vif != SKUA_VIF_NONE && m->vif != d.vif)
			continue;
		if (m->sta == SKUA_STA_NONE ||
		    (m->sta == d.sta && m->gen == d.sta_gen))
			n++;
	}
	return n;
}

uint32_t txe_ring_count(struct mac *mac, const struct txq_match *m)
{
	uint32_t n = 0, looks = COUNT_LOOKS;

	for (unsigned int i = 0; i < TXE_CLASSES; i++) {
		struct ring *ring = tx_ring(mac, i);
		uint32_t avail = ring_avail(ring);
		uint32_t before = mac->tx.sync_prod[i] - ring->own;

		if (!(m->acs & 1u << i))
			continue;
		/* Frames published after the command under way do not count */
		if (mac->tx.sync_valid && before < avail)
			avail = before;
		n += count_ring(ring, m, avail, &looks);
	}
	eng_charge(mac->bus, (COUNT_LOOKS - looks) * 4);
	return n;
}
