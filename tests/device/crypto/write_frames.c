// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a capture of frames that are encrypted with one cipher; judge.py has tshark
 * decrypt them. Usage: write_frames SUITE CAPTURE. Each line of the output is a
 * frame: kind, number and content.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "dot11/dot11.h"
#include "../tap/now.h"

#define DS_BOTH		(IEEE80211_FC_TODS | IEEE80211_FC_FROMDS)
#define MSDU_HEAD	36	/* SNAP, IPv4, UDP */

static struct crypto_key key;
static struct tap *tap;
static uint64_t pn = 0x010203;
static uint64_t now_ns = 1700000000ULL * 1000000000;
static uint16_t sn;

static const uint8_t addrs[4][6] = {
	{ 0x02, 0, 0, 0, 0, 1 }, { 0x02, 0, 0, 0, 0, 2 },
	{ 0x02, 0, 0, 0, 0, 3 }, { 0x02, 0, 0, 0, 0, 4 },
};

static size_t put_header(uint8_t *p, uint16_t fc, uint16_t qos, uint8_t frag)
{
	size_t len = dot11_fc_hdrlen(fc);

	memset(p, 0, len);
	dot11_put_le16(p, fc);
	for (int i = 0; i < 3; i++)
		memcpy(p + IEEE80211_OFF_ADDR1 + 6 * i, addrs[i], 6);
	dot11_put_le16(p + IEEE80211_OFF_SEQ, (uint16_t)(sn << 4 | frag));
	if (dot11_fc_has_a4(fc))
		memcpy(p + IEEE80211_OFF_ADDR4, addrs[3], 6);
	if (dot11_fc_is_data_qos(fc))
		dot11_put_le16(p + dot11_fc_qos_off(fc), qos);
	return len;
}

/* An UDP datagram with @n octets inside. Return: length of the MSDU. */
static size_t put_msdu(uint8_t *p, size_t n)
{
	static const uint8_t head[MSDU_HEAD] = {
		0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00,
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0,
		2, 0xc3, 0x50, 0xc3, 0x51, 0, 0, 0, 0,
	};

	memcpy(p, head, sizeof(head));
	p[10] = (uint8_t)((n + 28) >> 8);
	p[11] = (uint8_t)(n + 28);
	p[32] = (uint8_t)((n + 8) >> 8);
	p[33] = (uint8_t)(n + 8);
	for (size_t i = 0; i < n; i++)
		p[MSDU_HEAD + i] = (uint8_t)(i * 11 + n);
	return MSDU_HEAD + n;
}

static void seal_and_record(uint8_t *frame, size_t hdr_len, size_t data_len)
{
	static const struct tap_meta meta = {
		.freq = 5180, .bw_mhz = 20, .rate_100k = 540, .signal = -40,
	};
	struct tap_meta m = meta;
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT, .key = &key, .frame = frame, .pn = pn,
		.hdr_len = (uint16_t)hdr_len,
		.body_len = (uint16_t)(key.cipher->iv_len + data_len +
				       key.cipher->mic_len),
	};
	size_t len = hdr_len + job.body_len;

	pn++;
	if (crypto_run(&job, 1)) {
		fprintf(stderr, "%s\n", crypto_status_name(job.status));
		exit(2);
	}
	dot11_fcs_put(frame, len);
	m.time_ns = now_ns += 1000000;
	tap_frame(tap, 0, &m, frame, len + IEEE80211_FCS_LEN);
}

static void print_payload(const char *kind, const uint8_t *p, size_t n)
{
	printf("%s ", kind);
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
	printf("\n");
}

/* Add the Michael MIC of an MSDU. Return: length of the MSDU with the MIC. */
static size_t add_michael(const uint8_t *hdr, uint8_t *msdu, size_t len)
{
	uint16_t fc = dot11_fc(hdr);

	if (!(key.cipher->flags & CRYPTO_F_MICHAEL))
		return len;
	crypto_michael_add(&key, fc & IEEE80211_FC_FROMDS, dot11_da(hdr),
			   dot11_sa(hdr), dot11_tid(hdr), msdu, len,
			   msdu + len);
	return len + CRYPTO_MICHAEL_LEN;
}

/* Send an MSDU in @frags fragments */
static void send_data(uint16_t fc, uint16_t qos, size_t n, size_t frags)
{
	uint8_t msdu[4096], frame[4096];
	size_t len, each;

	sn++;
	put_header(frame, fc, qos, 0);
	len = put_msdu(msdu, n);
	print_payload("udp", msdu + MSDU_HEAD, n);
	len = add_michael(frame, msdu, len);
	each = (len / frags + 1) & ~1u;
	for (size_t i = 0; i < frags; i++) {
		size_t off = i * each;
		size_t part = i == frags - 1 ? len - off : each;
		uint16_t more = i == frags - 1 ? 0 : IEEE80211_FC_MOREFRAGS;
		size_t hdr = put_header(frame, fc | more, qos, (uint8_t)i);

		memcpy(frame + hdr + key.cipher->iv_len, msdu + off, part);
		seal_and_record(frame, hdr, part);
	}
}

/* Send an A-MSDU with one MSDU */
static void send_amsdu(uint16_t fc, size_t n)
{
	uint8_t frame[4096];
	size_t hdr = put_header(frame, fc, IEEE80211_QOS_AMSDU | 4, 0);
	uint8_t *p = frame + hdr + key.cipher->iv_len;
	size_t len = put_msdu(p + IEEE80211_AMSDU_HDR_LEN, n);

	memcpy(p, addrs[0], 6);
	memcpy(p + 6, addrs[1], 6);
	p[12] = (uint8_t)(len >> 8);
	p[13] = (uint8_t)len;
	print_payload("udp", p + IEEE80211_AMSDU_HDR_LEN + MSDU_HEAD, n);
	len = add_michael(frame, p, len + IEEE80211_AMSDU_HDR_LEN);
	sn++;
	dot11_put_le16(frame + IEEE80211_OFF_SEQ, (uint16_t)(sn << 4));
	seal_and_record(frame, hdr, len);
}

static void send_deauth(uint16_t reason)
{
	uint8_t frame[128];
	size_t hdr = put_header(frame, IEEE80211_DEAUTH, 0, 0);

	dot11_put_le16(frame + hdr + key.cipher->iv_len, reason);
	printf("deauth %04x\n", reason);
	seal_and_record(frame, hdr, 2);
}

static void send_all(void)
{
	static const size_t sizes[] = { 1, 2, 15, 16, 17, 100, 1400 };
	static const struct {
		uint16_t fc, qos;
	} shapes[] = {
		{ IEEE80211_DATA | IEEE80211_FC_TODS, 0 },
		{ IEEE80211_DATA | IEEE80211_FC_FROMDS, 0 },
		{ IEEE80211_DATA | IEEE80211_FC_FROMDS | IEEE80211_FC_RETRY |
		  IEEE80211_FC_MOREDATA | IEEE80211_FC_PM, 0 },
		{ IEEE80211_QOS_DATA | IEEE80211_FC_TODS, 6 },
		{ IEEE80211_QOS_DATA | IEEE80211_FC_FROMDS, 0x0f11 },
		{ IEEE80211_DATA | DS_BOTH, 0 },
		{ IEEE80211_QOS_DATA | DS_BOTH, 3 },
		{ IEEE80211_QOS_DATA | IEEE80211_FC_TODS | IEEE80211_FC_ORDER,
		  2 },
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++)
			send_data(shapes[i].fc, shapes[i].qos, sizes[j], 1);
		/*
		 * tshark 4.0 removes a Michael MIC from each fragment, though
		 * only the MSDU has one, so it cannot check fragments of TKIP.
		 */
		if (!(key.cipher->flags & CRYPTO_F_MICHAEL))
			send_data(shapes[i].fc, shapes[i].qos, 1000, 3);
	}
	pn |= 0xffff;			/* TKIP: another phase 1 key */
	send_data(shapes[0].fc, 0, 200, 1);
	if (key.cipher->flags & CRYPTO_F_REPLAY)
		pn = 0x89abcdef0123;
	send_data(shapes[3].fc, 7, 200, 1);
	send_amsdu(IEEE80211_QOS_DATA | IEEE80211_FC_TODS, 333);
	if (key.cipher->flags & CRYPTO_F_MGMT)
		send_deauth(0x0007);
}

int main(int argc, char **argv)
{
	uint8_t bytes[SKUA_MAX_KEY_LEN];
	const struct crypto_cipher *c;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0x30 + i);
	if (argc != 3)
		return 2;
	c = crypto_cipher_find((uint32_t)strtoul(argv[1], NULL, 16));
	if (!c || crypto_key_init(&key, c->suite, bytes, c->key_len, 0))
		return 2;
	tap = tap_now(argv[2], NULL);
	if (!tap || tap_add_interface(tap, "air0") < 0)
		return 2;
	send_all();
	tap_close(tap);
	crypto_key_wipe(&key);
	return 0;
}
