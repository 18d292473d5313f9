// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - transmit: decisions about a frame, and its descriptor
 *
 * No function here touches a ring or changes state. Deciding reads mac80211's
 * control information about a frame and fails closed; encoding is a pure function.
 */
#include <linux/etherdevice.h>
#include <linux/tcp.h>

#include "key.h"
#include "tx_desc.h"

/* ------------------------------------------------------------------ */
/* Decide								*/
/* ------------------------------------------------------------------ */

/**
 * skua_tx_clear_ok() - may a frame without a key of the NIC leave as it is?
 * @v: the frame
 *
 * Fails closed: once a key has been offered for a peer, only the frames that are
 * listed here may go to it in clear text. mac80211 has rules of its own; but
 * while a key is replaced, or taken away, a frame of mac80211's queues can slip
 * through them. Frames of a handshake, and robust management frames, are in clear
 * text until a key is for transmitting: the peer may not have that key yet.
 *
 * Return: true if the frame may leave
 */
bool skua_tx_clear_ok(const struct skua_tx_view *v)
{
	/* root asked for exactly these bytes */
	if (v->injected)
		return true;
	if (ieee80211_is_mgmt(v->fc))
		return v->sw_encrypted || v->group || !v->robust || !v->mfp ||
		       !v->sta_tx_keyed;
	/* control and null data frames have no body to hide */
	if (!ieee80211_is_data_present(v->fc))
		return true;
	if (v->sw_encrypted)
		return true;
	if (v->eapol && !v->group)
		return v->dont_encrypt || !v->sta_tx_keyed;
	if (v->group)
		return !v->vif_keyed;
	return !v->sta_keyed && !v->vif_keyed;
}

/**
 * skua_tx_looks_clear() - does the body of a data frame begin with LLC/SNAP?
 * @skb: frame
 *
 * mac80211 sets the Protected bit early. A frame that was filtered while its
 * station slept is sent again with the bit, but in clear text, and mac80211 does
 * not encrypt it again. Only the body shows that. The body of an A-MSDU has the header
 * of its first subframe before that: addresses and length.
 *
 * Return: true if it does
 */
bool skua_tx_looks_clear(const struct sk_buff *skb)
{
	static const u8 snap[] = { 0xaa, 0xaa, 0x03, 0x00, 0x00 };
	struct ieee80211_hdr *hdr = (void *)skb->data;
	unsigned int at = ieee80211_hdrlen(hdr->frame_control);
	u8 buf[sizeof(snap)], *p;

	if (ieee80211_is_data_qos(hdr->frame_control) &&
	    (*ieee80211_get_qos_ctl(hdr) & IEEE80211_QOS_CTL_A_MSDU_PRESENT))
		at += ETH_HLEN;
	p = skb_header_pointer(skb, at, sizeof(buf), buf);
	return p && !memcmp(p, snap, sizeof(snap));
}

static bool skua_tx_sw_encrypted(const struct sk_buff *skb)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB((struct sk_buff *)skb);
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	if (!ieee80211_has_protected(hdr->frame_control))
		return false;
	/* mac80211's fast path never encrypts by itself. */
	if (info->control.flags & IEEE80211_TX_CTRL_FAST_XMIT)
		return false;
	return ieee80211_is_mgmt(hdr->frame_control) ||
	       !skua_tx_looks_clear(skb);
}

/* A frame of the control port: of a handshake, as a rule */
static bool skua_tx_is_eapol(const struct sk_buff *skb)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB((struct sk_buff *)skb);

	return skb->protocol == cpu_to_be16(ETH_P_PAE) ||
	       (info->control.flags & IEEE80211_TX_CTRL_PORT_CTRL_PROTO);
}

static void skua_tx_look(struct skua_tx_view *v, struct sk_buff *skb,
			 struct ieee80211_vif *vif, struct ieee80211_sta *sta)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	*v = (struct skua_tx_view) {
		.fc = hdr->frame_control,
		.group = is_multicast_ether_addr(hdr->addr1),
		.robust = ieee80211_is_robust_mgmt_frame(skb),
		.sw_encrypted = skua_tx_sw_encrypted(skb),
		.eapol = skua_tx_is_eapol(skb),
		.dont_encrypt = info->flags & IEEE80211_TX_INTFL_DONT_ENCRYPT,
		.injected = info->flags & IEEE80211_TX_CTL_INJECTED,
		.sta_keyed = sta && READ_ONCE(skua_sta(sta)->keyed),
		.sta_tx_keyed = sta && READ_ONCE(skua_sta(sta)->tx_keyed),
		.vif_keyed = vif && READ_ONCE(skua_vif(vif)->keyed),
		.mfp = sta && sta->mfp,
	};
}

/* Descriptor flags that follow from mac80211's control information */
static u32 skua_tx_info_flags(const struct ieee80211_tx_info *info)
{
	static const struct {
		u32 info;
		u32 flag;
	} map[] = {
		{ IEEE80211_TX_CTL_NO_ACK, SKUA_TXF_NO_ACK },
		{ IEEE80211_TX_CTL_SEND_AFTER_DTIM, SKUA_TXF_AFTER_DTIM },
		{ IEEE80211_TX_CTL_NO_PS_BUFFER, SKUA_TXF_NO_PS_BUFFER },
		{ IEEE80211_TX_CTL_TX_OFFCHAN, SKUA_TXF_OFFCHAN },
		{ IEEE80211_TX_STATUS_EOSP, SKUA_TXF_EOSP },
		{ IEEE80211_TX_CTL_REQ_TX_STATUS, SKUA_TXF_STATUS },
	};
	u32 flags = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (info->flags & map[i].info)
			flags |= map[i].flag;
	return flags;
}

/**
 * skua_tx_flags() - descriptor flags that follow from the frame alone
 * @skb: frame with its control information
 *
 * Return: SKUA_TXF_*
 */
u32 skua_tx_flags(const struct sk_buff *skb)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB((struct sk_buff *)skb);
	struct ieee80211_hdr *hdr = (void *)skb->data;
	u32 flags = skua_tx_info_flags(info);
	__le16 fc = hdr->frame_control;

	if (ieee80211_is_data_qos(fc))
		flags |= SKUA_TXF_QOS;
	if (is_multicast_ether_addr(hdr->addr1))
		flags |= SKUA_TXF_NO_ACK;
	if (info->flags & IEEE80211_TX_CTL_INJECTED)
		flags |= SKUA_TXF_KEEP_SEQ;
	else if (ieee80211_is_probe_resp(fc))
		flags |= SKUA_TXF_INSERT_TS;
	/* fragments of an MSDU share the number that mac80211 gave it */
	if (ieee80211_is_frag(hdr))
		flags |= SKUA_TXF_KEEP_SEQ;
	if (ieee80211_has_moredata(fc))
		flags |= SKUA_TXF_MORE_DATA;
	return flags;
}

/* The lowest basic rate, without CCK if mac80211 asks for that. */
static u32 skua_tx_min_rate(const struct ieee80211_tx_info *info,
			    const struct ieee80211_vif *vif)
{
	u32 basic = vif ? vif->bss_conf.basic_rates : 0;
	u8 first = 0;

	if (info->band == NL80211_BAND_2GHZ &&
	    (info->flags & IEEE80211_TX_CTL_NO_CCK_RATE)) {
		first = 4;
		basic &= ~GENMASK(3, 0);
	}
	return skua_legacy_rate(info->band, basic ? __ffs(basic) : first);
}

/* A rate that mac80211 insists on; else the NIC chooses the rate. */
static void skua_tx_set_rate(struct skua_tx_req *req,
			     const struct ieee80211_tx_info *info,
			     const struct ieee80211_vif *vif)
{
	const struct ieee80211_tx_rate *rate = &info->control.rates[0];

	if ((info->flags & IEEE80211_TX_CTL_INJECTED) &&
	    (info->control.flags & IEEE80211_TX_CTRL_RATE_INJECT)) {
		req->rate = skua_rate_from_tx_rate(info->band, rate, info->flags);
		req->tries = min_t(u8, rate->count, 31);
		if (rate->flags & IEEE80211_TX_RC_USE_RTS_CTS)
			req->flags |= SKUA_TXF_RTS;
		else if (rate->flags & IEEE80211_TX_RC_USE_CTS_PROTECT)
			req->flags |= SKUA_TXF_CTS_SELF;
	} else if (info->flags & (IEEE80211_TX_CTL_USE_MINRATE |
				  IEEE80211_TX_CTL_NO_CCK_RATE)) {
		req->rate = skua_tx_min_rate(info, vif);
	}
	if (req->rate)
		req->flags |= SKUA_TXF_RATE;
}

static void skua_tx_use_key(struct skua_tx_req *req, struct skua_key *key)
{
	req->flags |= SKUA_TXF_PROTECT;
	req->key = key->slot;
	req->key_gen = key->gen;
	if (key->suite->flags & SKUA_SUITE_BIP)
		req->flags |= SKUA_TXF_MGMT_PROT;
	req->pn_key = key;
}

/* The NIC's key for the frame; -ENOKEY if the frame must not leave. */
static int skua_tx_set_key(struct skua_tx_req *req, struct sk_buff *skb,
			   struct ieee80211_vif *vif, struct ieee80211_sta *sta)
{
	struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	struct ieee80211_key_conf *conf = info->control.hw_key;
	struct skua_key *key = NULL;
	struct skua_tx_view view;

	req->key = SKUA_KEY_NONE;
	if (!conf) {
		skua_tx_look(&view, skb, vif, sta);
		return skua_tx_clear_ok(&view) ? 0 : -ENOKEY;
	}

	if (sta)
		key = skua_key_of(skua_sta(sta)->key, conf);
	if (!key && vif)
		key = skua_key_of(skua_vif(vif)->key, conf);
	if (!key)
		return -ENOKEY;
	skua_tx_use_key(req, key);
	return 0;
}

/*
 * The same for an 802.3 frame. mac80211 looks for its key anew when the frame leaves its
 * queue. If the station has none just then, in a rekeying, mac80211 reads the 802.3 header
 * as an 802.11 one, may find a group key by that, and does not drop the frame in any case.
 * So a key of the interface is right only if it is one for unicast frames: of WEP.
 */
static int skua_tx_set_key_8023(struct skua_tx_req *req,
				const struct ieee80211_key_conf *conf,
				struct ieee80211_sta *sta)
{
	struct skua_vif *svif = skua_vif(skua_sta(sta)->vif);
	const struct skua_tx_view view = {
		.fc = cpu_to_le16(IEEE80211_FTYPE_DATA),
		.sta_keyed = READ_ONCE(skua_sta(sta)->keyed),
		.vif_keyed = READ_ONCE(svif->keyed),
	};
	struct skua_key *key;

	req->key = SKUA_KEY_NONE;
	if (!conf)
		return skua_tx_clear_ok(&view) ? 0 : -ENOKEY;
	key = skua_key_of(skua_sta(sta)->key, conf);
	if (!key) {
		key = skua_key_of(svif->key, conf);
		if (!key || !(key->suite->flags & SKUA_SUITE_WEP))
			return -ENOKEY;
	}
	if (key->suite->flags & (SKUA_SUITE_TKIP | SKUA_SUITE_BIP))
		return -ENOKEY;
	skua_tx_use_key(req, key);
	return 0;
}

/*
 * May a data frame be part of an A-MPDU? Whether there is a session the NIC knows better.
 * Raw frames and fragments keep numbers of their own, and other frames of mac80211's are
 * for a rate that it insists on.
 */
static bool skua_tx_aggregates(const struct skua_tx_req *req)
{
	const struct skua_key *key = req->pn_key;
	const u32 never = SKUA_TXF_NO_ACK | SKUA_TXF_KEEP_SEQ | SKUA_TXF_RATE |
			  SKUA_TXF_OFFCHAN;

	if (req->sta == SKUA_STA_NONE || !(req->flags & SKUA_TXF_QOS) ||
	    (req->flags & never))
		return false;
	return !key || !(key->suite->flags & (SKUA_SUITE_TKIP | SKUA_SUITE_WEP));
}

/* What the NIC cuts as the kernel would */
#define SKUA_TX_GSO_TYPES	(SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN | \
				 SKB_GSO_DODGY)

#define SKUA_TX_NEVER_GSO	(SKUA_TXF_KEEP_SEQ | SKUA_TXF_INSERT_TS | \
				 SKUA_TXF_AFTER_DTIM | SKUA_TXF_OFFCHAN | \
				 SKUA_TXF_MGMT_PROT)

/*
 * Octets of the headers of a packet that the NIC can cut; 0 if the NIC cannot. They lie where
 * the kernel alone writes: the NIC reads them again, and would take more packet numbers than
 * the driver if they had become shorter.
 */
static unsigned int skua_tx_gso_hdr(const struct sk_buff *skb, unsigned int start)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const struct tcphdr *tcp;
	unsigned int hdr;

	if (!skb_is_gso(skb) || (info->gso_type & ~SKUA_TX_GSO_TYPES) ||
	    skb->len > SKUA_MAX_GSO)
		return 0;
	if (start + sizeof(*tcp) > skb_headlen(skb))
		return 0;
	tcp = (const void *)(skb->data + start);
	hdr = start + 4 * tcp->doff;
	if (tcp->doff < sizeof(*tcp) / 4 || hdr > skb_headlen(skb) ||
	    hdr > SKUA_MAX_GSO_HDR || hdr >= skb->len ||
	    skb->len - hdr > SKUA_MAX_GSO_SEGS * info->gso_size ||
	    hdr + info->gso_size > ETH_HLEN + IEEE80211_MAX_DATA_LEN)
		return 0;
	return hdr;
}

/*
 * What the NIC sums up, and where it cuts. If it may not, the driver does: see
 * skua_tx_one(). A descriptor has one checksum, but each subframe of an A-MSDU its own.
 */
static void skua_tx_set_offloads(struct skua_tx_req *req,
				 const struct sk_buff *skb, u64 features)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	int start = skb_checksum_start_offset(skb);
	unsigned int hdr;

	req->segs = max_t(u16, info->gso_segs, 1);
	if (skb->ip_summed != CHECKSUM_PARTIAL ||
	    !(features & SKUA_FEAT_TX_CSUM) || (req->flags & SKUA_TXF_RATE) ||
	    skb_has_frag_list(skb) || skb_csum_is_sctp((struct sk_buff *)skb) ||
	    start < 0 || start + skb->csum_offset + sizeof(__sum16) > skb->len ||
	    start > FIELD_MAX(SKUA_TXD_W7_CSUM_START))
		return;
	req->flags |= SKUA_TXF_CSUM;
	req->csum_start = start;
	req->csum_off = skb->csum_offset;
	hdr = skua_tx_gso_hdr(skb, start);
	if (!hdr || !(features & SKUA_FEAT_TX_GSO) ||
	    (req->flags & SKUA_TX_NEVER_GSO))
		return;
	req->flags |= SKUA_TXF_GSO;
	req->gso_size = info->gso_size;
	/* gso_segs may be wrong if the packet is from user space */
	req->segs = DIV_ROUND_UP(skb->len - hdr, info->gso_size);
}

static int skua_tx_decide_80211(struct skua_tx_req *req, struct sk_buff *skb,
				struct ieee80211_sta *sta)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	struct ieee80211_hdr *hdr = (void *)skb->data;
	struct ieee80211_vif *vif = info->control.vif;

	req->flags = skua_tx_flags(skb);
	req->vif = vif ? skua_vif(vif)->idx : SKUA_VIF_NONE;
	if (req->flags & SKUA_TXF_QOS)
		req->tid = ieee80211_get_tid(hdr);
	skua_tx_set_rate(req, info, vif);
	return skua_tx_set_key(req, skb, vif, sta);
}

#define SKUA_TX_NEVER_8023	(SKUA_TXF_AFTER_DTIM | SKUA_TXF_OFFCHAN)

/*
 * mac80211 checks less of an 802.3 frame, and does so by a header that is none: the station
 * may not be authorized any more, and the interface may be an AP_VLAN, which the driver
 * does not know. So all that matters is taken from the station.
 */
static int skua_tx_decide_8023(struct skua_tx_req *req, struct sk_buff *skb,
			       struct ieee80211_sta *sta, u64 features)
{
	const struct ieee80211_tx_info *info = IEEE80211_SKB_CB(skb);
	const struct ethhdr *eth = (const void *)skb->data;

	if (!(features & SKUA_FEAT_TX_ENCAP) || !sta ||
	    skb_headlen(skb) < ETH_HLEN || eth->h_proto == htons(ETH_P_PAE) ||
	    READ_ONCE(skua_sta(sta)->state) < IEEE80211_STA_AUTHORIZED)
		return -EPERM;
	req->flags = SKUA_TXF_ENCAP | skua_tx_info_flags(info);
	if (info->flags & IEEE80211_TX_CTL_MORE_FRAMES)
		req->flags |= SKUA_TXF_MORE_DATA;
	req->vif = skua_vif(skua_sta(sta)->vif)->idx;
	if (sta->wme) {
		req->flags |= SKUA_TXF_QOS;
		req->tid = skb->priority & IEEE80211_QOS_CTL_TAG1D_MASK;
	}
	if (req->flags & SKUA_TX_NEVER_8023)
		return -EPERM;
	return skua_tx_set_key_8023(req, info->control.hw_key, sta);
}

/* Null data have a TID as well, and a handshake must not wait for a window. */
static bool skua_tx_is_bulk(const struct sk_buff *skb)
{
	const struct ieee80211_hdr *hdr = (const void *)skb->data;

	return skua_tx_is_8023(skb) ||
	       (ieee80211_is_data_present(hdr->frame_control) &&
		!skua_tx_is_eapol(skb));
}

/**
 * skua_tx_decide() - turn mac80211's wishes for a frame into a request
 * @req: to fill, except for the token and the packet number
 * @skb: the frame
 * @sta: its station, or NULL
 * @features: SKUA_FEAT_* in force
 *
 * Inside rcu_read_lock().
 *
 * Return: 0; -ENOKEY if the frame must not leave without its key, -EPERM if it must not
 * leave with an 802.3 header
 */
int skua_tx_decide(struct skua_tx_req *req, struct sk_buff *skb,
		   struct ieee80211_sta *sta, u64 features)
{
	int err;

	*req = (struct skua_tx_req) {
		.sta = sta ? skua_sta(sta)->handle : SKUA_STA_NONE,
		.sta_gen = sta ? skua_sta(sta)->gen : 0,
	};
	if (skua_tx_is_8023(skb))
		err = skua_tx_decide_8023(req, skb, sta, features);
	else
		err = skua_tx_decide_80211(req, skb, sta);
	if (err)
		return err;
	if ((features & SKUA_FEAT_TX_AMPDU) && skua_tx_aggregates(req) &&
	    skua_tx_is_bulk(skb))
		req->flags |= SKUA_TXF_AMPDU;
	skua_tx_set_offloads(req, skb, features);
	/* a bridge may have taken it from a network with larger frames */
	if ((req->flags & SKUA_TXF_ENCAP) && !skb_is_gso(skb) &&
	    skb->len > ETH_HLEN + IEEE80211_MAX_DATA_LEN)
		return -EPERM;
	return 0;
}

/* ------------------------------------------------------------------ */
/* Encode								*/
/* ------------------------------------------------------------------ */

static void skua_tx_encode_segs(struct skua_seg *seg, unsigned int room,
				const struct skua_tx_map *map, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < min(room, n); i++) {
		seg[i].addr = cpu_to_le64(map[i].addr);
		seg[i].len = cpu_to_le32(map[i].len);
	}
}

/**
 * skua_tx_encode() - fill a frame's ring slots
 * @req: the frame
 * @map: its mapped pieces
 * @nmaps: number of pieces, 1 to SKUA_TXD_MAX_SEGS
 * @slot: to fill; continuation slots have the layout of struct skua_tx_cont
 *
 * Return: number of slots
 */
unsigned int skua_tx_encode(const struct skua_tx_req *req,
			    const struct skua_tx_map *map, unsigned int nmaps,
			    struct skua_tx_desc slot[SKUA_TX_MAX_SLOTS])
{
	struct skua_tx_desc *desc = &slot[0];
	unsigned int done = SKUA_TXD_SEGS, n = 1;

	memset(desc, 0, sizeof(*desc));
	desc->w0 = le32_encode_bits(req->token, SKUA_TXD_W0_TOKEN) |
		   le32_encode_bits(nmaps, SKUA_TXD_W0_NSEG);
	desc->flags = cpu_to_le32(req->flags);
	desc->w2 = le32_encode_bits(req->sta, SKUA_TXD_W2_STA) |
		   le32_encode_bits(req->sta_gen, SKUA_TXD_W2_STA_GEN);
	desc->w3 = le32_encode_bits(req->vif, SKUA_TXD_W3_VIF) |
		   le32_encode_bits(req->link, SKUA_TXD_W3_LINK) |
		   le32_encode_bits(req->tid, SKUA_TXD_W3_TID) |
		   le32_encode_bits(req->tries, SKUA_TXD_W3_TRIES);
	desc->w4 = le32_encode_bits(req->key, SKUA_TXD_W4_KEY) |
		   le32_encode_bits(req->key_gen, SKUA_TXD_W4_KEY_GEN);
	desc->pn_lo = cpu_to_le32(lower_32_bits(req->pn));
	desc->w6 = le32_encode_bits(upper_32_bits(req->pn) & 0xffff,
				    SKUA_TXD_W6_PN_HI) |
		   le32_encode_bits(req->gso_size, SKUA_TXD_W6_GSO_SIZE);
	if (req->flags & SKUA_TXF_CSUM)
		desc->w7 = le32_encode_bits(req->csum_start, SKUA_TXD_W7_CSUM_START) |
			   le32_encode_bits(req->csum_off, SKUA_TXD_W7_CSUM_OFF);
	else
		desc->w7 = cpu_to_le32(req->rate);
	skua_tx_encode_segs(desc->seg, SKUA_TXD_SEGS, map, nmaps);

	for (; done < nmaps; done += SKUA_TXD_CONT_SEGS, n++) {
		struct skua_tx_cont *cont = (void *)&slot[n];

		memset(cont, 0, sizeof(*cont));
		skua_tx_encode_segs(cont->seg, SKUA_TXD_CONT_SEGS, map + done,
				    nmaps - done);
	}
	return n;
}
