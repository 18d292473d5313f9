// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit engine: from descriptors in the host's rings to frames in queues
 *
 * A descriptor is copied once, and the copy is checked; then the payload is copied
 * once. Ring slots go back to the host at once and in order, whether or not the
 * frame is sent. The token of the frame comes back in a record.
 *
 * Of a frame that the NIC rewrites, the head is copied first (struct txd_head); the rest of
 * it is copied behind what takes the place of that.
 */
#include <string.h>

#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txd.h"
#include "mac/txe.h"
#include "mac/txe_encap.h"
#include "mac/txe_gso.h"
#include "mac/txq.h"

#define FETCH_MAX	64	/* frames of one ring in a turn */
#define SYNC_MAX	256	/* the same, before a command, of one access */
#define COUNT_LOOKS	8192	/* entries that a count looks at */
#define FETCH_COST	200	/* of a frame, see eng_charge() */
#define FETCH_NS	500	/* of a slot or a frame, about, for turn_work() */

/* Flags that say how a frame is made, and nothing of how it is sent */
#define MAKE_FLAGS	(SKUA_TXF_ENCAP | SKUA_TXF_CSUM | SKUA_TXF_GSO)

static struct ring *tx_ring(struct mac *mac, unsigned int cls)
{
	return &mac->rings->ring[SKUA_RING_TX_VO + cls];
}

/* Compare the header with length and descriptor. Return: the fault, or NULL */
static const char *frame_fault(struct txf *f, const struct txd *d)
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

static enum skua_tx_status stale_sta(struct mac *mac, uint16_t sta)
{
	mac->c.tx_stale_sta++;
	log_warn(mac->log, "transmit: frame for stale station %u", sta);
	return SKUA_TXS_STALE_STA;
}

/* The receiver address must be that of the station in the descriptor */
static enum skua_tx_status check_sta(struct mac *mac, struct txf *f)
{
	const uint8_t *ra = dot11_addr1(txf_data(f));
	const struct mac_sta *sta;

	if (f->sta == SKUA_STA_NONE)
		return SKUA_TXS_SENT;
	sta = txf_sta(mac, f);
	if (!sta)
		return stale_sta(mac, f->sta);
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

static void fill(struct txf *f, const struct txd *d, uint8_t cls)
{
	f->token = d->token;
	f->flags = d->flags & ~MAKE_FLAGS;
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

/* A descriptor that becomes no frame ends with a record, too */
static void refuse(struct mac *mac, const struct txd *d, uint8_t cls,
		   enum skua_tx_status status)
{
	struct txf f = { 0 };

	fill(&f, d, cls);
	txf_tell(mac, &f, status);
}

static enum skua_tx_status bad_frame(struct mac *mac, const char *why)
{
	mac->c.tx_bad_frame++;
	log_warn(mac->log, "transmit: bad frame: %s", why);
	return SKUA_TXS_BAD;
}

/* May the frame leave as it is? What is written into it later must not change the answer */
static enum skua_tx_status check(struct mac *mac, struct txf *f)
{
	enum skua_tx_status status = check_sta(mac, f);

	return status == SKUA_TXS_SENT ? check_key(mac, f) : status;
}

/* The head of an 802.3 frame is the header of an 802.11 frame */
static enum skua_tx_status encap(struct mac *mac, struct txd *d, struct txd_head *head)
{
	const struct mac_sta *sta = mac_sta_get(mac, d->sta, d->sta_gen);
	uint8_t eth[ETHER_HDR_LEN];
	const char *fault;

	if (d->sta == SKUA_STA_NONE)
		return bad_frame(mac, "an 802.3 frame for no station");
	if (!sta)
		return stale_sta(mac, d->sta);
	if (!txd_take(mac, d, eth, sizeof(eth)))
		return SKUA_TXS_DMA;
	if (!(sta->flags & ENG_STAF_QOS))
		d->flags &= ~SKUA_TXF_QOS;
	fault = txe_encap(mac_vif(mac, d->vif), sta, d, eth, head);
	return fault ? bad_frame(mac, fault) : SKUA_TXS_SENT;
}

/* Fill a checksum in, as the kernel's skb_checksum_help does. Return: the fault, or NULL */
static const char *fill_csum(const struct txd *d, const struct txd_head *head,
			     struct txf *f)
{
	uint32_t start = txd_csum_start(d), off = txd_csum_off(d);
	uint16_t csum;

	if (start < head->taken)
		return "the checksum is not behind the header";
	start += head->len - head->taken;
	if (start < f->hdr_len || start + off + sizeof(csum) > f->len)
		return "the checksum is not inside the frame";
	csum = inet_csum(txf_data(f) + start, f->len - start);
	/* UDP has 0 for no checksum */
	if (!csum)
		csum = 0xffff;
	memcpy(txf_data(f) + start + off, &csum, sizeof(csum));
	return NULL;
}

static enum skua_tx_status load(struct mac *mac, struct txd *d,
				const struct txd_head *head, struct txf *f)
{
	const char *fault;

	memcpy(txf_data(f), head->buf, head->len);
	if (!txd_take(mac, d, txf_data(f) + head->len, f->len - head->len))
		return SKUA_TXS_DMA;
	fault = frame_fault(f, d);
	/* First: the host can place the checksum where the frame says that it is EAPOL */
	if (!fault && (d->flags & SKUA_TXF_CSUM))
		fault = fill_csum(d, head, f);
	return fault ? bad_frame(mac, fault) : check(mac, f);
}

/* A packet becomes a list of frames */
static enum skua_tx_status load_gso(struct mac *mac, struct txd *d, const struct gso *g,
				    struct txf *first)
{
	enum skua_tx_status status;
	const char *fault;

	memcpy(txf_data(first), g->head, g->payload);
	fault = frame_fault(first, d);
	if (fault)
		return bad_frame(mac, fault);
	status = check(mac, first);
	return status == SKUA_TXS_SENT ? txe_gso_cut(mac, d, g, first) : status;
}

static void enqueue(struct mac *mac, const struct txd *d, struct txf *f)
{
	mac->c.tx_encap += !!(d->flags & SKUA_TXF_ENCAP);
	mac->c.tx_csum += (d->flags & (SKUA_TXF_CSUM | SKUA_TXF_GSO)) == SKUA_TXF_CSUM;
	while (f) {
		struct txf *next = f->next;

		txq_enqueue(mac, f);
		f = next;
	}
}

/* Make the frame, or the frames, of a descriptor, and put them into their queue */
static enum skua_tx_status make(struct mac *mac, struct txd *d, uint8_t cls,
				struct txd_head *head, const struct gso *g)
{
	uint32_t len = g ? gso_frame_len(g, 0) : txd_frame_len(d, head);
	struct txf *f = txf_alloc(mac, len);
	enum skua_tx_status status;

	if (!f) {
		mac->c.tx_no_mem++;
		return SKUA_TXS_NO_MEM;
	}
	fill(f, d, cls);
	status = g ? load_gso(mac, d, g, f) : load(mac, d, head, f);
	if (status == SKUA_TXS_SENT)
		enqueue(mac, d, f);
	else
		txf_free(mac, f);
	return status;
}

/* Return: frames that the descriptor was worth; 0 if it has to wait for more room */
static uint32_t accept(struct mac *mac, struct txd *d, uint8_t cls)
{
	enum skua_tx_status status = SKUA_TXS_SENT;
	const char *fault = txd_fault(mac, d);
	struct gso gso, *g = NULL;
	struct txd_head head;

	head.len = 0;
	head.taken = 0;
	if (fault) {
		mac->c.tx_bad_desc++;
		log_warn(mac->log, "transmit: bad descriptor: %s", fault);
		status = SKUA_TXS_BAD;
	} else if (d->flags & SKUA_TXF_ENCAP) {
		status = encap(mac, d, &head);
	}
	if (status == SKUA_TXS_SENT && (d->flags & SKUA_TXF_GSO)) {
		status = txe_gso_look(mac, d, &head, &gso);
		g = status == SKUA_TXS_SENT ? &gso : NULL;
	}
	if (g && mac->tx.count + g->n > mac->cfg->max_txq)
		return 0;
	mac->c.tx_fetched++;
	if (status == SKUA_TXS_SENT)
		status = make(mac, d, cls, &head, g);
	if (status != SKUA_TXS_SENT)
		refuse(mac, d, cls, status);
	/* Much of the work was done, also if that ended in vain */
	return g ? g->n : 1;
}

/* Without room, frames stay in the ring; no frame is lost */
static bool has_room(const struct mac *mac)
{
	return mac->tx.count < mac->cfg->max_txq && !cpl_waiting(mac);
}

/* The guest has used its budget of frames up: that is counted, and said, once */
static void note_full(struct mac *mac, unsigned int cls)
{
	if (mac->tx.full || (mac->tx.count < mac->cfg->max_txq &&
			     !(mac->tx.blocked & 1u << cls)))
		return;
	mac->tx.full = true;
	mac->c.tx_full++;
	log_info(mac->log,
		 "transmit: %u frames wait, the NIC holds %u: others stay in their rings",
		 mac->tx.count, mac->cfg->max_txq);
}

static uint32_t fetch_ring(struct mac *mac, unsigned int cls, uint32_t avail,
			   uint32_t max)
{
	struct ring *ring = tx_ring(mac, cls);
	uint32_t used = 0, n = 0, got = 1;
	struct txd d;

	/* At least one frame, so that fetching always comes to an end */
	while (used < avail && n < max && has_room(mac) &&
	       (!n || !turn_due(loop_turn(mac->loop)))) {
		if (mac->fault && mac->fault->tx_hold(mac->fault_priv))
			break;
		txd_read(ring, used, avail - used, &d);
		got = accept(mac, &d, (uint8_t)cls);
		if (!got) {
			mac->tx.blocked |= 1u << cls;
			break;
		}
		used += d.slots;
		n += got;
		turn_work(loop_turn(mac->loop), (d.slots + got) * FETCH_NS);
	}
	if (used)
		ring_consume(ring, used);
	if (used < avail)
		note_full(mac, cls);
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

/*
 * A packet whose segments wait for room gets it before classes that hold more frames than
 * its own; but what the NIC is managed with waits for no packet.
 */
static bool waits_for_packet(const struct mac *mac, unsigned int cls)
{
	if (cls == TXE_CLASS_MGMT)
		return false;
	for (unsigned int i = 0; i < TXE_CLASSES; i++)
		if ((mac->tx.blocked & 1u << i) && mac->tx.held[cls] > mac->tx.held[i])
			return true;
	return false;
}

static bool fetch_all(struct mac *mac)
{
	uint32_t avail[TXE_CLASSES], n = 0;
	bool any = false;

	if (mac->tx.count <= mac->cfg->max_txq / 2 && !mac->tx.blocked)
		mac->tx.full = false;
	mac->tx.blocked = 0;
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
		if (waits_for_packet(mac, cls))
			mac->tx.blocked |= 1u << cls;
		else
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
	struct txd d;
	uint32_t n = 0;

	for (uint32_t at = 0; at < avail; at += d.slots) {
		struct skua_tx_desc raw;

		if (!*looks)
			return n + avail - at;
		--*looks;
		ring_peek(ring, at, &raw);
		txd_words(&d, &raw);
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
