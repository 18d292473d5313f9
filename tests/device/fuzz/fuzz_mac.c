// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: the MAC engines against host, firmware and strangers
 *
 * The input is a list of acts on the scene of tests/device/mac: an access
 * point, a station with pairwise and group keys, a stranger's radio. The host
 * publishes descriptors and indices, packets to be cut among them, the firmware writes
 * registers and table entries, the stranger sends frames and A-MPDUs, sessions begin and
 * end. The sanitizers find errors; and a NIC may become fatal only through an act of its own
 * host.
 */
#include "host.h"
#include "input.h"
#include "packet.h"
#include "turns.h"

#define SUITE_CCMP	0x000fac04
#define ACTS_MAX	64

/* A descriptor; most point into guest memory, or hardly any would be read. */
static void act_desc(struct scene *s, struct input *in)
{
	unsigned int ring = take8(in) % SKUA_NUM_TX_RINGS;
	struct skua_tx_desc d;
	uint8_t where = take8(in);

	take(in, &d, sizeof(d));
	if (where & 1)
		d.seg[0].addr = htole64(HOST_BASE + take32(in) % HOST_MEM);
	if (where & 2)
		d.seg[0].len = htole32(le32toh(d.seg[0].len) % 2400);
	if (where & 4) {
		d.w2 = htole32(AP_STA | AP_GEN << 16);
		d.w4 = htole32(KEY_SLOT | KEY_GEN << 16);
	}
	host_put_desc(s->ap, ring, &d);
	host_publish(s->ap, ring);
}

/* A well-formed frame, of which the input changes some fields */
static void act_send(struct scene *s, struct input *in)
{
	uint8_t frame[600], body[512];
	struct tx t = {
		.ring = 2, .token = take8(in), .sta = AP_STA, .gen = AP_GEN,
		.flags = SKUA_TXF_QOS | (take32(in) & SKUA_TXF_VALID),
		.tid = take8(in) & 15, .key = KEY_SLOT, .key_gen = KEY_GEN,
		.pn = take32(in),
	};
	unsigned int len = take8(in) * 2u;

	take(in, body, len);
	len = mk_frame(frame, IEEE80211_QOS_DATA | FC_FROMDS, addr_sta, addr_ap,
		       addr_ap, t.tid, body, len);
	host_tx(s->ap, &t, frame, len);
}

/*
 * A packet to be cut, or an 802.3 frame, or a checksum to be filled in, well-formed at first;
 * the input changes octets of the headers, fields of the descriptor, and where it is cut
 */
static void act_offload(struct scene *s, struct input *in)
{
	static uint8_t frame[SKUA_MAX_GSO + 64], payload[SKUA_MAX_GSO];
	uint8_t how = take8(in), where = take8(in);
	struct packet k = {
		.v6 = how & 1, .flags = take8(in), .payload = payload,
		.len = (how & 2 ? take16(in) : take8(in)) % 40000u,
		.tcp_opts = how & 4 ? 12 : 0, .exts = how >> 3 & 1,
		.ext = { { .number = 60, .units = 1 } },
	};
	unsigned int at = how & 16 ? 14 : 26 + 8, len, first;
	struct tx t = {
		.ring = 2, .token = take8(in), .sta = AP_STA, .gen = AP_GEN,
		.flags = SKUA_TXF_QOS | SKUA_TXF_PROTECT | SKUA_TXF_AMPDU |
			 SKUA_TXF_CSUM | (how & 16 ? SKUA_TXF_ENCAP : 0) |
			 (how & 32 ? SKUA_TXF_GSO : 0),
		.key = KEY_SLOT, .key_gen = KEY_GEN, .pn = take32(in),
		.gso_size = (uint16_t)(take8(in) * 8u),
		.w7 = HW_PUT(SKUA_TXD_W7_CSUM_START, at + packet_l4(&k)) |
		      HW_PUT(SKUA_TXD_W7_CSUM_OFF, 16u),
	};
	uint32_t cut[2];

	mk_frame(frame, IEEE80211_QOS_DATA | FC_FROMDS, addr_sta, addr_ap, addr_ap, 0,
		 "\xaa\xaa\x03\0\0\0\x08\0", 8);
	if (how & 16) {
		memcpy(frame, addr_sta, 6);
		memcpy(frame + 6, addr_ap, 6);
	}
	frame[at - 2] = (uint8_t)(packet_type(&k) >> 8);
	frame[at - 1] = (uint8_t)packet_type(&k);
	len = at + packet_write(frame + at, &k, true);
	for (unsigned int i = where & 3; i; i--)
		frame[take8(in) % (at + packet_headers(&k))] = take8(in);
	if (where & 4)
		t.w7 = take32(in);
	if (where & 8)
		t.flags ^= take32(in) & SKUA_TXF_VALID;
	if (where & 16)
		len = 1 + take16(in) % len;
	first = 1 + take8(in);
	if (where & 32 || first >= len) {
		host_tx(s->ap, &t, frame, len);
		return;
	}
	cut[0] = first;
	cut[1] = len - first;
	host_tx_pieces(s->ap, &t, frame, cut, 2);
}

static void act_air(struct scene *s, struct input *in)
{
	uint8_t frame[1024];
	uint16_t len = (uint16_t)((take8(in) | take8(in) << 8) % (sizeof(frame) - 4));
	uint8_t how = take8(in);

	take(in, frame, len);
	if (how & 1 && len >= 16) {
		memcpy(frame + 4, how & 2 ? addr_sta : addr_bcast, 6);
		memcpy(frame + 10, how & 4 ? addr_ap : addr_other, 6);
	}
	if (how & 8)
		sniffer_send_raw(&s->sniff, frame, len);
	else
		sniffer_send(&s->sniff, frame, len);
}

#define AMPDU_MAX	8

/* Encrypt as the access point would, if it still has the key. Return: the new length */
static unsigned int encrypt(struct scene *s, uint8_t *f, unsigned int len,
			    uint64_t pn)
{
	struct mac_key *key = s->ap->mac->key[KEY_SLOT];
	unsigned int hdr = dot11_fc_hdrlen(dot11_fc(f));
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT, .frame = f, .hdr_len = (uint16_t)hdr,
		.pn = pn,
	};

	if (!key || !(key->crypto.cipher->flags & CRYPTO_F_AEAD))
		return len;
	job.key = &key->crypto;
	memmove(f + hdr + 8, f + hdr, len - hdr);
	len += 8 + key->crypto.cipher->mic_len;
	job.body_len = (uint16_t)(len - hdr);
	crypto_run(&job, 1);
	return len;
}

/* An MPDU or a BlockAckReq from the other end of a session; the input chooses its fields */
static uint16_t mk_part(struct scene *s, struct input *in, uint8_t *f)
{
	uint8_t how = take8(in), tid = take8(in);
	uint16_t ssc = (uint16_t)(take8(in) << 4 | (take8(in) & 1) << 12);
	unsigned int len;

	if (how & 1) {
		memset(f, 0, IEEE80211_BAR_LEN);
		dot11_put_le16(f, IEEE80211_BACK_REQ);
		memcpy(f + 4, addr_sta, 6);
		memcpy(f + 10, addr_ap, 6);
		f[16] = IEEE80211_BA_CTL_COMPRESSED | (take8(in) & 3);
		f[17] = (uint8_t)(tid << 4);
		dot11_put_le16(f + 18, ssc);
		len = IEEE80211_BAR_LEN - (how & 2);
	} else {
		len = mk_data(f, true, tid & 15, 40);
		dot11_put_le16(f + IEEE80211_OFF_SEQ, ssc);
		f[24] |= tid & (IEEE80211_QOS_ACK_POLICY | IEEE80211_QOS_AMSDU);
		f[1] |= take8(in) & (IEEE80211_FC_RETRY | IEEE80211_FC_PM) >> 8;
		if (!(how & 32))
			len = encrypt(s, f, len, take8(in) + 1u);
		/* a wrong MIC */
		if ((how & 80) == 80)
			f[len - 1] ^= 1;
	}
	dot11_fcs_put(f, len);
	if (how & 4 && how & 8)
		f[len] ^= 1;
	return (uint16_t)(len + IEEE80211_FCS_LEN);
}

static void act_ampdu(struct scene *s, struct input *in)
{
	static uint8_t f[AMPDU_MAX][128];
	uint8_t how = take8(in);
	struct air_mpdu mpdu[AMPDU_MAX] = { 0 };
	struct air_ppdu p = {
		.mpdu = mpdu, .n = how % AMPDU_MAX + 1u, .ta = addr_ap,
		.rate = HW_PUT(SKUA_RATE_ENC, how & 64 ? SKUA_ENC_HT :
						       SKUA_ENC_VHT) |
			HW_PUT(SKUA_RATE_NSS, 1),
		.power = 20, .airtime_us = 100,
	};

	p.ampdu = p.n > 1 || how & 128;
	for (unsigned int i = 0; i < p.n; i++) {
		mpdu[i].data = f[i];
		mpdu[i].len = mk_part(s, in, f[i]);
	}
	if (!air_begin(s->sniff.radio, &p))
		return;
	for (unsigned int i = 0; i < 1000 && air_run(s->air); i++)
		turns_act(s->loop);
	air_abort(s->sniff.radio);
}

/*
 * What an MSDU or an A-MSDU carries: a TCP segment or a UDP datagram, well-formed at first, or
 * octets of the input's own
 */
static unsigned int mk_body(struct input *in, uint8_t *b, uint8_t how)
{
	static const uint8_t payload[256];
	const struct packet k = {
		.v6 = how & 1, .udp = (how & 6) == 6, .id = how & 8 ? take8(in) : 0,
		.seq = take8(in) * 16u, .flags = how & 16 ? take8(in) : TCP_ACK,
		.tcp_opts = how & 32 ? 12 : 0, .len = (take8(in) & 7) * 16u,
		.payload = payload,
	};
	unsigned int len = 8;

	if (how & 64) {
		len = take8(in);
		take(in, b, len);
		return len;
	}
	memcpy(b, "\xaa\xaa\x03\0\0\0", 6);
	b[6] = (uint8_t)(packet_type(&k) >> 8);
	b[7] = (uint8_t)packet_type(&k);
	return len + packet_write(b + len, &k, false);
}

/* Some of these in one A-MSDU, whose headers the input may change */
static unsigned int mk_subframes(struct input *in, uint8_t *b, uint8_t how)
{
	unsigned int at = 0;

	for (unsigned int n = 1 + (how & 3); n; n--) {
		unsigned int len = mk_body(in, b + at + 14, take8(in));

		memcpy(b + at, take8(in) & 15 ? addr_sta : addr_other, 6);
		memcpy(b + at + 6, addr_other, 6);
		b[at + 12] = 0;
		b[at + 13] = (uint8_t)len;
		at += (14 + (len & 255) + 3) & ~3u;
	}
	if (how & 4)
		b[take8(in) % at] = take8(in);
	return at - (how >> 3 & 3);
}

/* An A-MPDU for the station, whose frames go up as 802.3 frames, and in runs */
static void act_receive(struct scene *s, struct input *in)
{
	static uint8_t f[AMPDU_MAX][2400];
	uint8_t how = take8(in), body[2200];
	struct air_mpdu mpdu[AMPDU_MAX] = { 0 };
	struct air_ppdu p = {
		.mpdu = mpdu, .n = how % AMPDU_MAX + 1u, .ampdu = true, .ta = addr_ap,
		.rate = HW_PUT(SKUA_RATE_ENC, SKUA_ENC_VHT) |
			HW_PUT(SKUA_RATE_NSS, 1),
		.power = 20, .airtime_us = 100,
	};
	uint16_t sn = take8(in);

	for (unsigned int i = 0; i < p.n; i++) {
		uint8_t what = take8(in);
		unsigned int len = what & 128 ? mk_subframes(in, body, what) :
						mk_body(in, body, what);

		len = mk_frame(f[i], IEEE80211_QOS_DATA | FC_FROMDS, addr_sta, addr_ap,
			       addr_other, how >> 4 & 1, body, len);
		f[i][24] |= what & IEEE80211_QOS_AMSDU;
		dot11_put_le16(f[i] + IEEE80211_OFF_SEQ, (uint16_t)((sn + i) << 4));
		len = encrypt(s, f[i], len, (uint64_t)sn + i + 1);
		dot11_fcs_put(f[i], len);
		mpdu[i].data = f[i];
		mpdu[i].len = (uint16_t)(len + IEEE80211_FCS_LEN);
	}
	if (!air_begin(s->sniff.radio, &p))
		return;
	for (unsigned int i = 0; i < 1000 && air_run(s->air); i++)
		turns_act(s->loop);
	air_abort(s->sniff.radio);
}

/* What the frames of the access point go up as */
static void act_format(struct scene *s, struct input *in)
{
	struct eng_sta e;

	if (host_tbl(s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_READ, &e, sizeof(e)) !=
	    SKUA_ST_OK)
		return;
	e.flags ^= htole32(take32(in) & (ENG_STAF_DECAP | ENG_STAF_KEYED |
					 ENG_STAF_4ADDR | ENG_STAF_QOS));
	host_tbl(s->sta, ENG_TBL_STA, STA_AP, ENG_TBL_WRITE, &e, sizeof(e));
}

/* A session of one half or both, at the end that hears the stranger or at the other one */
static void act_session(struct scene *s, struct input *in)
{
	uint8_t how = take8(in), tid = take8(in) & 15;
	struct host *h = how & 1 ? s->ap : s->sta;
	uint32_t sta = how & 1 ? AP_STA : STA_AP;
	struct eng_ba e = {
		.gen = htole16(how & 1 ? AP_GEN : STA_GEN),
		.set = how >> 1 & 3, .tx = how >> 3 & 3, .rx = how >> 5 & 1,
		.tx_size = htole16(take8(in)), .rx_size = htole16(take8(in)),
		.rx_ssn = htole16(take8(in)), .rx_timeout_tu = htole16(take8(in)),
	};

	host_tbl(h, ENG_TBL_BA, sta * SKUA_NUM_TIDS + tid,
		 how & 128 ? ENG_TBL_CLEAR : ENG_TBL_WRITE, &e, sizeof(e));
	host_read(h, ENG_BA_EVT);
}

/* The station's host takes its records, and posts the buffers again */
static void act_take(struct scene *s)
{
	struct rec rec;

	while (host_next(s->sta, &rec))
		;
}

static void act_reg(struct scene *s, struct input *in)
{
	uint32_t off = 0x200 + (take8(in) | take8(in) << 8) % 0x500;
	uint32_t val = take32(in), seen;

	eng_write(&s->sta->bus, off & ~3u, val);
	eng_read(&s->sta->bus, off & ~3u, &seen);
}

static void act_tbl(struct scene *s, struct input *in)
{
	uint8_t tbl = take8(in);
	uint32_t index = take8(in);

	take(in, s->sta->sram, 256);
	eng_write(&s->sta->bus, ENG_TBL_SEL, tbl);
	eng_write(&s->sta->bus, ENG_TBL_INDEX, index);
	eng_write(&s->sta->bus, ENG_TBL_ADDR, ENG_SRAM_BASE + (tbl & 0x80 ? take32(in) : 0));
	eng_write(&s->sta->bus, ENG_TBL_GO, take8(in));
}

static void act_index(struct scene *s, struct input *in)
{
	struct ring *ring = &s->ap->rings.ring[take8(in) % SKUA_NUM_RINGS];
	uint32_t val = take32(in);

	if (!ring->idx)
		return;
	if (ring_to_nic(ring->id))
		ring->idx->prod = htole32(ring->own + val % (ring->entries + 2));
	else
		ring->idx->cons = htole32(ring->own - val % (ring->entries + 2));
}

/* Values of an act from there on */
#define RECEIVE		240
#define FORMAT		248
#define OFFLOADS	250

static void act_plain(struct scene *s, struct input *in, uint8_t which)
{
	switch (which % 10) {
	case 0:
		act_desc(s, in);
		break;
	case 1:
		act_send(s, in);
		break;
	case 2:
		act_air(s, in);
		break;
	case 3:
		act_reg(s, in);
		break;
	case 4:
		act_tbl(s, in);
		break;
	case 5:
		act_index(s, in);
		break;
	case 6:
		act_ampdu(s, in);
		break;
	case 7:
		act_session(s, in);
		break;
	case 8:
		act_take(s);
		break;
	default:
		scene_pass(s, take8(in) * 100u);
		break;
	}
}

static void act(struct scene *s, struct input *in)
{
	uint8_t which = take8(in);

	if (which >= OFFLOADS)
		act_offload(s, in);
	else if (which >= FORMAT)
		act_format(s, in);
	else if (which >= RECEIVE)
		act_receive(s, in);
	else
		act_plain(s, in, which);
	/* The number of turns is bounded: an endless turn shows as a timeout. */
	for (int i = 0; i < 50; i++) {
		turns_act(s->loop);
		if (!mac_poll(s->ap->mac) && !mac_poll(s->sta->mac))
			break;
	}
}

/* The station has a session at first, and 802.3 frames */
static void begin_session(struct scene *s)
{
	struct eng_ba ba = {
		.gen = htole16(STA_GEN), .set = ENG_BA_SET_RX, .rx = 1,
		.rx_size = htole16(64),
	};
	struct eng_sta sta = host_get_sta(s->sta, STA_AP);

	sta.flags |= htole32(ENG_STAF_DECAP);
	host_sta(s->sta, STA_AP, &sta);
	host_tbl(s->sta, ENG_TBL_BA, STA_AP * SKUA_NUM_TIDS, ENG_TBL_WRITE, &ba,
		 sizeof(ba));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct host_cfg cfg = {
		.tx_entries = 16, .cpl_entries = 64, .buf_entries = 16,
		.buf_len = 2048, .max_txq = 64,
		.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |
			    SKUA_FEAT_TX_AMPDU | SKUA_FEAT_RX_AMPDU |
			    SKUA_FEAT_RX_REORDER | SKUA_FEAT_TX_ENCAP |
			    SKUA_FEAT_TX_CSUM | SKUA_FEAT_TX_GSO |
			    SKUA_FEAT_RX_DECAP | SKUA_FEAT_RX_CSUM |
			    SKUA_FEAT_RX_COALESCE,
	};
	struct input in = { .at = data, .left = size };
	struct scene *s = scene_new(&cfg, &cfg);
	void *state = s;

	log_set_level((enum log_level)-1);
	scene_pairwise(s, SUITE_CCMP, 0);
	scene_group(s, SUITE_CCMP, 1);
	begin_session(s);
	for (int i = 0; in.left && i < ACTS_MAX; i++) {
		turns_act(s->loop);
		act(s, &in);
		turns_judge(s->loop);
	}
	scene_pass(s, 200000);
	scene_teardown(&state);
	return 0;
}
