// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: the MAC engines against host, firmware and strangers
 *
 * The input is a list of acts on the scene of tests/device/mac: an access
 * point, a station with pairwise and group keys, a stranger's radio. The host
 * publishes descriptors and indices, the firmware writes registers and table
 * entries, the stranger sends frames. The sanitizers find
 * errors; and a NIC may become fatal only through an act of its own host.
 */
#include "host.h"
#include "input.h"
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

static void act(struct scene *s, struct input *in)
{
	switch (take8(in) % 7) {
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
	default:
		scene_pass(s, take8(in) * 100u);
		break;
	}
	/* The number of turns is bounded: an endless turn shows as a timeout. */
	for (int i = 0; i < 50; i++) {
		turns_act(s->loop);
		if (!mac_poll(s->ap->mac) && !mac_poll(s->sta->mac))
			break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct host_cfg cfg = {
		.tx_entries = 16, .cpl_entries = 64, .buf_entries = 16,
		.buf_len = 2048, .max_txq = 64,
		.features = SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE,
	};
	struct input in = { .at = data, .left = size };
	struct scene *s = scene_new(&cfg, &cfg);
	void *state = s;

	log_set_level((enum log_level)-1);
	scene_pairwise(s, SUITE_CCMP, 0);
	scene_group(s, SUITE_CCMP, 1);
	host_post(s->ap, 8);
	host_post(s->sta, 8);
	for (int i = 0; in.left && i < ACTS_MAX; i++) {
		turns_act(s->loop);
		act(s, &in);
		turns_judge(s->loop);
	}
	scene_pass(s, 200000);
	scene_teardown(&state);
	return 0;
}
