// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beacons: TBTT, timestamp, TIM and DTIM, countdowns
 *
 * TBTTs lie at multiples of the beacon interval in the interface's TSF, and the
 * DTIM count follows from the number of the TBTT. So both go on while the radio is
 * on another channel, and after a late timer.
 */
#include <stdlib.h>
#include <string.h>

#include "mac/beacon.h"
#include "mac/count.h"
#include "mac/obj.h"
#include "mac/priv.h"
#include "mac/txe.h"
#include "mac/txq.h"

#define TIM_BITMAP_MAX	251
#define IBSS_CW_MIN	15u
#define IBSS_SLOT_US	20u
#define BEACON_ROOM	(MAC_BEACON_MAX + 2 + 3 + TIM_BITMAP_MAX + \
			 CRYPTO_MIC_LEN_MAX + IEEE80211_FCS_LEN)

static uint64_t interval_us(const struct mac_beacon *b)
{
	return (uint64_t)b->interval * IEEE80211_TU_US;
}

static void arm(struct mac_vif *vif)
{
	struct mac_beacon *b = &vif->beacon;
	uint64_t wait = b->tbtt * interval_us(b) - vif_tsf(vif);

	/* The TSF may have been set back, or forward, by more than an interval */
	if (wait > interval_us(b))
		wait = 0;
	loop_timer_after(vif->mac->loop, &b->timer,
			 wait * LOOP_NS_PER_US);
}

void beacon_start(struct mac_vif *vif)
{
	/* The founder of an IBSS answers probe requests before the first TBTT, too */
	vif->beacon.own_was_last = vif->type == SKUA_VIF_IBSS &&
				   !vif->last_beacon;
	beacon_set(vif);
}

void beacon_set(struct mac_vif *vif)
{
	struct mac_beacon *b = &vif->beacon;

	if (!b->len)
		return;
	b->contending = false;
	b->tbtt = vif_tsf(vif) / interval_us(b) + 1;
	arm(vif);
}

void beacon_stop(struct mac_vif *vif)
{
	loop_timer_cancel(vif->mac->loop, &vif->beacon.timer);
	vif->mac->tx.beacons &= ~(1u << vif->idx);
	vif->beacon.len = 0;
	vif->beacon.contending = false;
	vif->beacon.own_was_last = false;
	/* No DTIM beacon will come that could release these frames */
	txq_dtim(vif->mac, vif);
}

/* The virtual bitmap: a bit for each AID for which NIC or host hold frames */
static void traffic_map(const struct mac_vif *vif, uint8_t *map)
{
	memcpy(map, vif->tim_host, TIM_BITMAP_MAX);
	for (const struct mac_sta *sta = vif->doze_list; sta;
	     sta = sta->doze_next)
		if (sta->aid && sta->aid <= SKUA_MAX_AID && txq_sta_held(sta))
			map[sta->aid / 8] |= (uint8_t)(1u << (sta->aid % 8));
}

/*
 * The TIM element. The partial virtual bitmap goes from octet N1 to octet N2: N1 is
 * the largest even number for which all octets before are zero, and N2 is the last
 * octet that is not zero.
 */
static unsigned int put_tim(const struct mac_vif *vif, uint8_t *e,
			    uint8_t dtim_count, bool group)
{
	uint8_t map[TIM_BITMAP_MAX];
	unsigned int n1 = 0, n2 = TIM_BITMAP_MAX - 1;

	traffic_map(vif, map);
	while (n2 && !map[n2])
		n2--;
	while (n1 < n2 && !map[n1])
		n1++;
	n1 &= ~1u;
	e[0] = IEEE80211_EID_TIM;
	e[1] = (uint8_t)(3 + n2 - n1 + 1);
	e[IEEE80211_TIM_OFF_COUNT] = dtim_count;
	e[IEEE80211_TIM_OFF_PERIOD] = vif->beacon.dtim_period;
	/* Bits 1 to 7 are the offset in units of two octets */
	e[IEEE80211_TIM_OFF_CONTROL] = (uint8_t)(n1 | group);
	memcpy(e + IEEE80211_TIM_OFF_BITMAP, map + n1, n2 - n1 + 1);
	return 2u + e[1];
}

static uint8_t dtim_count(const struct mac_beacon *b)
{
	uint8_t at;

	if (!b->dtim_period)
		return 0;
	at = (uint8_t)(b->due % b->dtim_period);
	return at ? (uint8_t)(b->dtim_period - at) : 0;
}

/* Return: octets of the beacon, without MMIE */
static uint16_t build(const struct mac_vif *vif, uint8_t *frame)
{
	const struct mac_beacon *b = &vif->beacon;
	unsigned int head = b->tim_off ? b->tim_off : b->len;
	unsigned int skip, n = head;
	uint8_t count = dtim_count(b);

	memcpy(frame, b->tmpl, head);
	if (!b->tim_off)
		return (uint16_t)n;
	skip = 2u + b->tmpl[b->tim_off + 1];
	n += put_tim(vif, frame + n, count,
		     !count && vif->q[VIF_Q_DTIM].count);
	memcpy(frame + n, b->tmpl + head + skip, b->len - head - skip);
	return (uint16_t)(n + b->len - head - skip);
}

/* Add the MMIE of a protected beacon. Return: octets, 0 if it must not be sent */
static uint16_t protect(struct mac_vif *vif, uint8_t *frame, uint16_t len)
{
	struct mac *mac = vif->mac;
	struct mac_key *key;
	struct crypto_job job;

	if (vif->beacon.bigtk.slot == SKUA_KEY_NONE)
		return len;
	key = mac_key_get(mac, vif->beacon.bigtk);
	if (!key || key->vif != vif->idx || !key->lease_len ||
	    !(key->crypto.cipher->flags & CRYPTO_F_GROUP_MGMT)) {
		mac->c.beacon_no_pn++;
		log_warn(mac->log,
			 "beacon of interface %u not sent: no key or PN for its protection",
			 vif->idx);
		return 0;
	}
	job = (struct crypto_job){
		.op = CRYPTO_ENCRYPT,
		.key = &key->crypto,
		.frame = frame,
		.hdr_len = IEEE80211_HDR_LEN_3ADDR,
		.body_len = (uint16_t)(len + key->crypto.cipher->mic_len -
				       IEEE80211_HDR_LEN_3ADDR),
		.pn = key->lease++,
	};
	key->lease_len--;
	if (crypto_run(&job, 1))
		return 0;
	mac_count_key(mac, key, true, len - IEEE80211_HDR_LEN_3ADDR);
	return (uint16_t)(len + key->crypto.cipher->mic_len);
}

static void count_down(struct mac_vif *vif)
{
	struct mac_beacon *b = &vif->beacon;
	bool ended = false;

	for (unsigned int i = 0; i < 2; i++) {
		uint8_t *count = &b->tmpl[b->csa_off[i]];

		if (!b->csa_off[i])
			continue;
		if (*count > 1)
			--*count;
		else
			ended = true;
	}
	if (!ended || b->csa_done)
		return;
	b->csa_done = true;
	vif->mac->csa_vifs |= 1u << vif->idx;
	eng_irq(vif->mac->bus, ENG_IRQ_CSA);
}

static bool on_channel(const struct mac_vif *vif)
{
	return mac_on_air(vif->mac) && vif->freq == vif->mac->chan.freq;
}

/* The beacon as a frame of the transmit engine, or NULL */
static struct txf *make(struct mac_vif *vif)
{
	struct mac *mac = vif->mac;
	struct txf *f = txf_make(mac, TXF_BEACON, vif, BEACON_ROOM);
	uint8_t *frame;

	if (!f)
		return NULL;
	frame = txf_data(f);
	f->fc = IEEE80211_BEACON;
	f->hdr_len = IEEE80211_HDR_LEN_3ADDR;
	f->flags = SKUA_TXF_NO_ACK | SKUA_TXF_INSERT_TS;
	f->rate = txe_vif_rate(mac, vif, vif->beacon.rate);
	f->len = build(vif, frame);
	/* No cipher covers number, Duration and timestamp, which are filled in later */
	dot11_put_le16(frame + IEEE80211_OFF_SEQ, 0);
	f->len = protect(vif, frame, f->len);
	if (f->len)
		return f;
	txf_free(mac, f);
	return NULL;
}

struct txf *beacon_take(struct mac *mac)
{
	while (mac->tx.beacons) {
		unsigned int i = (unsigned int)__builtin_ctz(mac->tx.beacons);
		struct mac_vif *vif = &mac->vif[i];
		struct txf *f = NULL;

		mac->tx.beacons &= ~(1u << i);
		if (on_channel(vif))
			f = make(vif);
		else
			mac->c.beacon_skipped++;
		if (f)
			return f;
		count_down(vif);
	}
	return NULL;
}

void beacon_ended(struct mac_vif *vif, bool sent)
{
	struct mac_beacon *b = &vif->beacon;

	if (!b->len)
		return;
	if (sent) {
		vif->mac->c.tx_beacon++;
		b->own_was_last = vif->type == SKUA_VIF_IBSS;
		if (!dtim_count(b))
			txq_dtim(vif->mac, vif);
	}
	count_down(vif);
}

/*
 * All members of an IBSS contend for the beacon at each TBTT. Each waits for a
 * random time first, and sends none if it hears another member's beacon meanwhile
 * (IEEE 802.11-2020, 11.1.3.5).
 */
static bool contend(struct mac_vif *vif)
{
	struct mac_beacon *b = &vif->beacon;

	if (b->contending || vif->type != SKUA_VIF_IBSS) {
		b->contending = false;
		return false;
	}
	b->contending = true;
	loop_timer_after(vif->mac->loop, &b->timer,
			 rng_below(loop_rng(vif->mac->loop),
				   2 * IBSS_CW_MIN + 1) *
			 IBSS_SLOT_US * LOOP_NS_PER_US);
	return true;
}

void beacon_heard(struct mac_vif *vif)
{
	struct mac_beacon *b = &vif->beacon;

	b->own_was_last = false;
	if (!b->contending)
		return;
	vif->mac->c.beacon_yielded++;
	b->contending = false;
	b->tbtt++;
	arm(vif);
}

bool beacon_tbtt(struct mac_vif *vif)
{
	struct mac_beacon *b = &vif->beacon;
	struct mac *mac = vif->mac;
	uint32_t bit = 1u << vif->idx;
	uint64_t now;

	if (!b->len || !mac->running)
		return false;
	now = vif_tsf(vif) / interval_us(b);
	if (now < b->tbtt) {
		arm(vif);
		return false;
	}
	if (contend(vif))
		return false;
	mac->c.beacon_missed += now - b->tbtt;
	/* The medium has been busy since the last TBTT: that beacon is late, and lost */
	if (mac->tx.beacons & bit) {
		mac->c.beacon_missed++;
		count_down(vif);
	}
	b->due = now;
	if (on_channel(vif)) {
		mac->tx.beacons |= bit;
	} else {
		mac->c.beacon_skipped++;
		count_down(vif);
	}
	mac->tbtt_vifs |= bit;
	eng_irq(mac->bus, ENG_IRQ_TBTT);
	b->tbtt = now + 1;
	arm(vif);
	return mac->tx.beacons & bit;
}
