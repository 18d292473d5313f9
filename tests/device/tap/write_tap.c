// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a capture with all kinds of radiotap fields, and print their values as lines
 * of JSON; judge.py compares them with tshark's values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "dot11/dot11.h"
#include "air/tap.h"
#include "now.h"

static const uint8_t ap[6] = { 0x02, 0, 0, 0, 1, 0 };
static const uint8_t sta[6] = { 0x02, 0, 0, 0, 2, 0 };
static const uint8_t tk[16] = "0123456789abcde";

static const struct tap_meta metas[] = {
	{ .freq = 2412, .bw_mhz = 20, .rate_100k = 10, .signal = -30,
	  .sender = "nic0" },
	{ .freq = 2437, .bw_mhz = 20, .rate_100k = 55, .short_preamble = true,
	  .signal = -31, .sender = "nic1" },
	{ .freq = 2462, .bw_mhz = 20, .rate_100k = 540, .signal = -90 },
	{ .freq = 5180, .bw_mhz = 20, .rate_100k = 60, .bad_fcs = true,
	  .signal = -1, .sender = "nic1" },
	{ .freq = 2412, .bw_mhz = 20, .encoding = TAP_HT, .mcs = 7, .nss = 2,
	  .gi_ns = 400, .ldpc = true, .signal = -40 },
	{ .freq = 5200, .bw_mhz = 40, .encoding = TAP_HT, .mcs = 3, .nss = 1,
	  .gi_ns = 800, .stbc = true, .signal = -41, .ampdu_ref = 7 },
	{ .freq = 5200, .bw_mhz = 80, .encoding = TAP_VHT, .mcs = 9, .nss = 2,
	  .gi_ns = 400, .signal = -42, .ampdu_ref = 8, .ampdu_last = true,
	  .eof_known = true, .eof = true },
	{ .freq = 5200, .bw_mhz = 160, .encoding = TAP_VHT, .mcs = 0, .nss = 4,
	  .gi_ns = 800, .ldpc = true, .stbc = true, .signal = -43 },
	{ .freq = 5955, .bw_mhz = 80, .encoding = TAP_HE, .mcs = 11, .nss = 2,
	  .gi_ns = 800, .ldpc = true, .signal = -44, .ampdu_ref = 0x12345678,
	  .eof_known = true, .delim_error = true },
	{ .freq = 5955, .bw_mhz = 160, .encoding = TAP_HE, .mcs = 0, .nss = 1,
	  .gi_ns = 3200, .dcm = true, .signal = -45 },
	{ .freq = 2412, .bw_mhz = 20, .encoding = TAP_HE, .mcs = 5, .nss = 1,
	  .gi_ns = 1600, .stbc = true, .signal = -46 },
};

static size_t put_header(uint8_t *p, uint16_t fc, const uint8_t *a1,
			 const uint8_t *a2, const uint8_t *a3)
{
	memset(p, 0, IEEE80211_HDR_LEN_MAX);
	dot11_put_le16(p, fc);
	memcpy(p + IEEE80211_OFF_ADDR1, a1, 6);
	memcpy(p + IEEE80211_OFF_ADDR2, a2, 6);
	memcpy(p + IEEE80211_OFF_ADDR3, a3, 6);
	return dot11_fc_hdrlen(fc);
}

static size_t make_beacon(uint8_t *p)
{
	static const uint8_t body[] = {
		0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 100, 0, 0x11, 0,
		IEEE80211_EID_SSID, 4, 's', 'k', 'u', 'a',
		IEEE80211_EID_SUPP_RATES, 2, 0x82, 0x84,
	};
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	size_t len = put_header(p, IEEE80211_BEACON, all, ap, ap);

	memcpy(p + len, body, sizeof(body));
	return len + sizeof(body);
}

/* An ARP request encrypted with CCMP, which tshark has to decrypt */
static size_t make_encrypted(uint8_t *p)
{
	static const uint8_t arp[] = {
		0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1,
		0x02, 0, 0, 0, 2, 0, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1,
	};
	struct crypto_key key = { 0 };
	struct crypto_job job = {
		.op = CRYPTO_ENCRYPT, .key = &key, .frame = p, .pn = 77,
		.body_len = 8 + sizeof(arp) + 8,
	};

	job.hdr_len = (uint16_t)put_header(p, IEEE80211_QOS_DATA |
					   IEEE80211_FC_TODS, ap, sta, ap);
	memcpy(p + job.hdr_len + 8, arp, sizeof(arp));
	if (crypto_key_init(&key, SKUA_CIPHER_CCMP, tk, 16, 0) ||
	    crypto_run(&job, 1))
		exit(2);
	crypto_key_wipe(&key);
	return (size_t)job.hdr_len + job.body_len;
}

static size_t make_ack(uint8_t *p)
{
	put_header(p, IEEE80211_ACK, sta, sta, sta);
	return IEEE80211_ACK_LEN;
}

static void print_meta(const struct tap_meta *m, const char *kind, int iface)
{
	printf("{\"kind\": \"%s\", \"interface\": %d, \"time_ns\": %llu, "
	       "\"freq\": %u, \"bw\": %u, \"encoding\": %d, \"rate\": %u, "
	       "\"mcs\": %u, \"nss\": %u, \"gi\": %u, \"ldpc\": %d, "
	       "\"stbc\": %d, \"dcm\": %d, \"short\": %d, \"bad_fcs\": %d, "
	       "\"signal\": %d, \"ampdu_ref\": %u, \"ampdu_last\": %d, "
	       "\"eof_known\": %d, \"eof\": %d, \"delim_error\": %d, "
	       "\"sender\": \"%s\"}\n", kind, iface,
	       (unsigned long long)m->time_ns, m->freq, m->bw_mhz, m->encoding,
	       m->rate_100k, m->mcs, m->nss, m->gi_ns, m->ldpc, m->stbc, m->dcm,
	       m->short_preamble, m->bad_fcs, m->signal, m->ampdu_ref,
	       m->ampdu_last, m->eof_known, m->eof, m->delim_error, m->sender ? m->sender : "");
}

int main(int argc, char **argv)
{
	static const char * const kinds[] = { "beacon", "encrypted", "ack" };
	struct tap *tap = argc == 2 ? tap_now(argv[1], NULL) : NULL;
	int ifs[2];

	if (!tap)
		return 2;
	ifs[0] = tap_add_interface(tap, "air0");
	ifs[1] = tap_add_interface(tap, "air1");
	for (size_t i = 0; i < 3 * sizeof(metas) / sizeof(metas[0]); i++) {
		struct tap_meta m = metas[i / 3];
		uint8_t p[256];
		size_t len = i % 3 == 0 ? make_beacon(p) :
			     i % 3 == 1 ? make_encrypted(p) : make_ack(p);

		m.time_ns = 1700000000123456789ULL + i * 1000001;
		dot11_fcs_put(p, len);
		len += IEEE80211_FCS_LEN;
		if (m.bad_fcs)
			p[len - 1] ^= 0x80;
		tap_frame(tap, ifs[i & 1], &m, p, len);
		print_meta(&m, kinds[i % 3], ifs[i & 1]);
	}
	tap_close(tap);
	return 0;
}
