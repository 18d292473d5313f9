// SPDX-License-Identifier: GPL-2.0-only
/* A host for the MAC engines under test, see host.h */
#include <sys/mman.h>
#include <unistd.h>

#include "host.h"

const uint8_t addr_ap[6] = { 0x02, 0, 0, 0, 0, 0x01 };
const uint8_t addr_sta[6] = { 0x02, 0, 0, 0, 0, 0x02 };
const uint8_t addr_sta2[6] = { 0x02, 0, 0, 0, 0, 0x03 };
const uint8_t addr_other[6] = { 0x02, 0, 0, 0, 0, 0x99 };
const uint8_t addr_bcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* Offsets in guest memory */
#define IDX_OFF(ring)	((ring) * 128u)
#define RING_OFF(ring)	(0x10000u + (ring) * 0x20000u)
#define BUF_OFF		0x200000u
#define HEAP_OFF	0x600000u

/* The rest of the NIC */

static void ring_broken(void *priv)
{
	struct host *h = priv;

	h->fatals++;
	mac_stop(h->mac);
}

static const struct ring_host_ops ring_host = { .broken = ring_broken };

static bool tx_gate(void *priv)
{
	struct host *h = priv;

	return h->gate;
}

static const struct mac_host_ops mac_host = { .tx_gate = tx_gate };

static void cp_irq(void *cp, uint32_t causes)
{
	struct host *h = cp;

	h->irqs |= causes;
}

static void cp_sram_written(void *cp, uint32_t addr, uint32_t len)
{
	struct host *h = cp;

	assert_non_null(eng_sram(&h->bus, addr, len));
}

static const struct eng_cp_ops cp_ops = {
	.irq = cp_irq,
	.sram_written = cp_sram_written,
};

static uint32_t bar_read(void *priv, uint32_t off)
{
	(void)priv;
	(void)off;
	return 0;
}

static void bar_write(void *priv, uint32_t off, uint32_t val)
{
	(void)priv;
	(void)off;
	(void)val;
}

static void pci_reset(void *priv, enum bus_reset why)
{
	(void)priv;
	(void)why;
}

static const struct pci_ops pci_ops = {
	.bar_read = bar_read,
	.bar_write = bar_write,
	.reset = pci_reset,
};

uint64_t host_irqs(struct host *h)
{
	const struct pci_stats *s = pci_get_stats(h->pci);
	uint64_t n = 0;

	for (unsigned int i = 0; i < PCI_VECTORS; i++)
		n += s->raised[i];
	return n;
}

/* Set-up */

static void attach(struct host *h, enum skua_ring_id id, uint32_t entries,
		   uint16_t size)
{
	struct skua_ring_cfg cfg = {
		.addr = htole64(HOST_BASE + RING_OFF(id)),
		.idx_addr = htole64(host_idx_addr(id)),
		.entries = htole32(entries),
		.entry_size = htole16(size),
	};

	assert_true(entries * size <= 0x20000);
	assert_true(ring_attach(&h->rings, &h->rings.ring[id], id, &cfg));
}

static uint32_t or_default(uint32_t val, uint32_t def)
{
	return val ? val : def;
}

static void configure(struct host *h, const char *name,
		      const struct host_cfg *cfg)
{
	struct eng_config *c = &h->eng;

	snprintf(h->name, sizeof(h->name), "%s", name);
	log_init(&h->log, "%s", name);
	c->bands = SKUA_BAND_2GHZ | SKUA_BAND_5GHZ | SKUA_BAND_6GHZ;
	c->chains = 2;
	c->max_bw = SKUA_BW_160;
	c->max_stas = or_default(cfg->max_stas, 64);
	c->max_keys = 64;
	c->max_txq = or_default(cfg->max_txq, 256);
	c->features = cfg->features ? cfg->features :
		SKUA_FEAT_HT | SKUA_FEAT_VHT | SKUA_FEAT_HE |
		SKUA_FEAT_AP_PS | SKUA_FEAT_UAPSD;
	h->buf_len = or_default(cfg->buf_len, 4096);
	eng_bus_init(&h->bus, c);
	h->bus.features = c->features;
	h->bus.sram = h->sram;
	h->bus.sram_len = sizeof(h->sram);
	h->bus.ops = &cp_ops;
	h->bus.cp = h;
}

static void make_pci(struct host *h)
{
	h->pci = pci_new(h->loop, &h->log, &pci_ops, h);
	assert_non_null(h->pci);
	h->dma = pci_dma(h->pci);
	h->rings.log = &h->log;
	h->rings.pci = h->pci;
	h->rings.dma = h->dma;
	h->rings.ops = &ring_host;
	h->rings.priv = h;
}

static void make_mac(struct host *h, struct air *air)
{
	const struct mac_env env = {
		.name = h->name, .log = &h->log, .loop = h->loop,
		.dma = h->dma, .rings = &h->rings, .bus = &h->bus,
		.air = air, .ops = &mac_host, .priv = h,
	};

	h->mac = mac_new(&env);
	assert_non_null(h->mac);
}

struct host *host_new(struct loop *loop, struct air *air, const char *name,
		      const struct host_cfg *cfg)
{
	static const struct host_cfg none;
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	if (!cfg)
		cfg = &none;
	configure(h, name, cfg);
	h->loop = loop;
	h->gate = true;
	h->heap = HEAP_OFF;
	h->fd = memfd_create(name, 0);
	assert_true(h->fd >= 0);
	assert_return_code(ftruncate(h->fd, HOST_MEM), 0);
	h->mem = mmap(NULL, HOST_MEM, PROT_READ | PROT_WRITE, MAP_SHARED, h->fd,
		      0);
	assert_true(h->mem != MAP_FAILED);
	make_pci(h);
	assert_return_code(dma_map(h->dma, HOST_BASE, HOST_MEM, h->fd, 0,
				   true), 0);
	dma_enable(h->dma, true);
	for (unsigned int i = 0; i < SKUA_NUM_TX_RINGS; i++)
		attach(h, SKUA_RING_TX_VO + i, or_default(cfg->tx_entries, 64),
		       sizeof(struct skua_tx_desc));
	attach(h, SKUA_RING_RXBUF, or_default(cfg->buf_entries, 64),
	       sizeof(struct skua_rx_buf));
	attach(h, SKUA_RING_CPL0, or_default(cfg->cpl_entries, 512),
	       sizeof(struct skua_cpl));
	make_mac(h, air);
	mac_start(h->mac);
	host_write(h, ENG_MAC_ENABLE, 1);
	host_post(h, or_default(cfg->buf_entries, 64));
	return h;
}

void host_free(struct host *h)
{
	if (!h)
		return;
	mac_reset(h->mac);
	mac_free(h->mac);
	ring_detach_all(&h->rings);
	pci_free(h->pci);
	munmap(h->mem, HOST_MEM);
	close(h->fd);
	free(h);
}

void host_reset(struct host *h)
{
	mac_reset(h->mac);
	while (!mac_wipe(h->mac))
		;
}

/* The part of the firmware */

uint32_t host_read(struct host *h, uint32_t off)
{
	uint32_t val = 0xdeadbeef;

	assert_true(eng_read(&h->bus, off, &val));
	return val;
}

void host_write(struct host *h, uint32_t off, uint32_t val)
{
	assert_true(eng_write(&h->bus, off, val));
}

enum skua_status host_tbl(struct host *h, enum eng_tbl tbl, uint32_t index,
			  enum eng_tbl_op op, void *entry, size_t len)
{
	if (op == ENG_TBL_WRITE)
		memcpy(h->sram, entry, len);
	host_write(h, ENG_TBL_SEL, tbl);
	host_write(h, ENG_TBL_INDEX, index);
	host_write(h, ENG_TBL_ADDR, ENG_SRAM_BASE);
	host_write(h, ENG_TBL_GO, op);
	if (op == ENG_TBL_READ)
		memcpy(entry, h->sram, len);
	return host_read(h, ENG_TBL_STATUS);
}

void host_tune(struct host *h, uint16_t freq, uint16_t center1, uint8_t bw)
{
	host_write(h, ENG_RF_FREQ, freq);
	host_write(h, ENG_RF_CENTER1, center1);
	host_write(h, ENG_RF_BW, bw);
	host_write(h, ENG_RF_POWER, 20);
	host_write(h, ENG_RF_TUNE, 1);
}

void host_vif(struct host *h, uint32_t i, struct eng_vif *e)
{
	assert_int_equal(host_tbl(h, ENG_TBL_VIF, i, ENG_TBL_WRITE, e,
				  sizeof(*e)), SKUA_ST_OK);
}

void host_sta(struct host *h, uint32_t i, struct eng_sta *e)
{
	assert_int_equal(host_tbl(h, ENG_TBL_STA, i, ENG_TBL_WRITE, e,
				  sizeof(*e)), SKUA_ST_OK);
}

struct eng_vif host_get_vif(struct host *h, uint32_t i)
{
	struct eng_vif e;

	assert_int_equal(host_tbl(h, ENG_TBL_VIF, i, ENG_TBL_READ, &e,
				  sizeof(e)), SKUA_ST_OK);
	return e;
}

void host_vif_freq(struct host *h, uint16_t freq)
{
	struct eng_vif e = host_get_vif(h, 0);

	e.freq = htole16(freq);
	e.center1 = htole16(freq);
	host_vif(h, 0, &e);
}

struct eng_sta host_get_sta(struct host *h, uint32_t i)
{
	struct eng_sta e;

	assert_int_equal(host_tbl(h, ENG_TBL_STA, i, ENG_TBL_READ, &e,
				  sizeof(e)), SKUA_ST_OK);
	return e;
}

/* The part of the driver */

static void *at(struct host *h, uint64_t addr)
{
	assert_true(addr >= HOST_BASE && addr < HOST_BASE + HOST_MEM);
	return h->mem + (addr - HOST_BASE);
}

static struct skua_ring_idx *idx(struct host *h, unsigned int ring)
{
	return (void *)(h->mem + IDX_OFF(ring));
}

uint64_t host_idx_addr(unsigned int ring)
{
	return HOST_BASE + IDX_OFF(ring);
}

static void *slot(struct host *h, unsigned int ring, uint32_t i)
{
	const struct ring *r = &h->rings.ring[ring];

	return h->mem + RING_OFF(ring) +
	       (size_t)(i & (r->entries - 1)) * r->entry_size;
}

uint64_t host_mem(struct host *h, const void *data, uint32_t len)
{
	uint64_t addr;

	if (h->heap + len > HOST_MEM)
		h->heap = HEAP_OFF;
	addr = HOST_BASE + h->heap;
	memcpy(at(h, addr), data, len);
	h->heap += (len + 63) & ~63u;
	return addr;
}

static void post_one(struct host *h, uint16_t id)
{
	struct skua_rx_buf buf = {
		.addr = htole64(HOST_BASE + BUF_OFF + (uint64_t)id * 8192),
		.len = htole32(h->buf_len),
		.id = htole16(id),
	};

	memcpy(slot(h, SKUA_RING_RXBUF, h->buf_prod++), &buf, sizeof(buf));
	idx(h, SKUA_RING_RXBUF)->prod = htole32(h->buf_prod);
}

void host_post(struct host *h, uint32_t n)
{
	while (n--)
		post_one(h, (uint16_t)h->n_bufs++);
}

void host_desc(struct skua_tx_desc *d, const struct tx *t, uint64_t addr,
	       uint32_t len)
{
	memset(d, 0, sizeof(*d));
	d->w0 = htole32(t->token | HW_PUT(SKUA_TXD_W0_NSEG, 1));
	d->flags = htole32(t->flags);
	d->w2 = htole32(t->sta | (uint32_t)t->gen << 16);
	d->w3 = htole32(HW_PUT(SKUA_TXD_W3_VIF, t->vif) |
			HW_PUT(SKUA_TXD_W3_TID, t->tid) |
			HW_PUT(SKUA_TXD_W3_TRIES, t->tries));
	d->w4 = htole32(t->key | (uint32_t)t->key_gen << 16);
	d->pn_lo = htole32((uint32_t)t->pn);
	d->w6 = htole32((uint32_t)(t->pn >> 32) |
			HW_PUT(SKUA_TXD_W6_GSO_SIZE, t->gso_size));
	d->w7 = htole32(t->w7);
	d->seg[0].addr = htole64(addr);
	d->seg[0].len = htole32(len);
}

void host_put_desc(struct host *h, unsigned int ring,
		   const struct skua_tx_desc *d)
{
	memcpy(slot(h, SKUA_RING_TX_VO + ring, h->tx_prod[ring]++), d,
	       sizeof(*d));
}

void host_publish(struct host *h, unsigned int ring)
{
	idx(h, SKUA_RING_TX_VO + ring)->prod = htole32(h->tx_prod[ring]);
}

void host_tx(struct host *h, const struct tx *t, const void *frame,
	     uint32_t len)
{
	struct skua_tx_desc d;

	host_desc(&d, t, host_mem(h, frame, len), len);
	host_put_desc(h, t->ring, &d);
	host_publish(h, t->ring);
}

/* A frame in @n pieces of these lengths, with the continuation slots that they need */
void host_tx_pieces(struct host *h, const struct tx *t, const void *frame,
		    const uint32_t *len, unsigned int n)
{
	struct skua_seg piece[4 * SKUA_TXD_MAX_SEGS] = { { 0 } };
	const uint8_t *from = frame;
	struct skua_tx_desc d;

	assert_true(n >= 1 && n <= SKUA_TXD_MAX_SEGS);
	for (unsigned int i = 0; i < n; i++) {
		piece[i].addr = htole64(host_mem(h, from, len[i]));
		piece[i].len = htole32(len[i]);
		from += len[i];
	}
	host_desc(&d, t, 0, 0);
	d.w0 = htole32(t->token | HW_PUT(SKUA_TXD_W0_NSEG, n));
	memcpy(d.seg, piece, sizeof(d.seg));
	host_put_desc(h, t->ring, &d);
	for (unsigned int i = SKUA_TXD_SEGS; i < n; i += SKUA_TXD_CONT_SEGS) {
		memcpy(&d, &piece[i], sizeof(struct skua_tx_cont));
		host_put_desc(h, t->ring, &d);
	}
	host_publish(h, t->ring);
}

void host_poll(struct host *h)
{
	for (unsigned int i = 0; mac_poll(h->mac); i++)
		assert_true(i < 100000);
}

void host_air(struct host *h)
{
	while (air_run(h->mac->air))
		;
}

static void take_frame(struct host *h, struct rec *rec,
		       const struct skua_cpl *unit)
{
	const __le32 *more = (const __le32 *)(unit + 1);
	unsigned int skip = rec->rx.offset, total = 0;

	for (unsigned int i = 0; i < rec->n; i++) {
		uint32_t word = le32toh(i ? more[i - 1] : rec->rx.buf0);
		uint16_t id = (uint16_t)HW_GET(SKUA_RX_BUF_ID, word);
		uint32_t len = HW_GET(SKUA_RX_BUF_LEN, word);

		assert_true(len > skip && len <= h->buf_len);
		assert_true(total + len - skip <= sizeof(rec->frame));
		memcpy(rec->frame + total,
		       h->mem + BUF_OFF + id * 8192u + skip, len - skip);
		total += len - skip;
		skip = rec->rx.more_off;
		post_one(h, id);
	}
	rec->len = total;
	assert_int_equal(total, le16toh(rec->rx.frame_len));
}

static void take_status(struct rec *rec, const struct skua_cpl *unit, uint32_t n)
{
	const __le32 *words = (const __le32 *)unit +
			      offsetof(struct skua_cpl_tx, status) / 4;

	assert_true(rec->n <= SKUA_CPL_TX_WORDS + (n - 1) * 16);
	assert_true(n == 1 || rec->n > SKUA_CPL_TX_WORDS + (n - 2) * 16);
	for (unsigned int i = 0; i < rec->n; i++)
		rec->status[i] = le32toh(words[i]);
}

bool host_next(struct host *h, struct rec *rec)
{
	struct skua_ring_idx *ix = idx(h, SKUA_RING_CPL0);
	struct skua_cpl unit[80];
	uint32_t n, w0;

	memset(rec, 0, sizeof(*rec));
	if (h->cpl_cons == le32toh(ix->prod))
		return false;
	memcpy(unit, slot(h, SKUA_RING_CPL0, h->cpl_cons), sizeof(unit[0]));
	w0 = le32toh(unit[0].w0);
	n = HW_GET(SKUA_CPL_W0_UNITS, w0);
	assert_true(n >= 1 && n <= 80);
	assert_true(le32toh(ix->prod) - h->cpl_cons >= n);
	for (uint32_t i = 0; i < n; i++)
		memcpy(&unit[i], slot(h, SKUA_RING_CPL0, h->cpl_cons++),
		       sizeof(unit[0]));
	ix->cons = htole32(h->cpl_cons);
	rec->type = HW_GET(SKUA_CPL_W0_TYPE, w0);
	rec->n = HW_GET(SKUA_CPL_W0_COUNT, w0);
	memcpy(&rec->rx, unit, sizeof(rec->rx));
	memcpy(&rec->tx, unit, sizeof(rec->tx));
	memcpy(&rec->inband, unit, sizeof(rec->inband));
	if (rec->type == SKUA_CPL_TX)
		take_status(rec, unit, n);
	if (rec->type == SKUA_CPL_RX)
		take_frame(h, rec, unit);
	return true;
}

unsigned int host_ended(struct host *h, uint16_t token,
			enum skua_tx_status status)
{
	struct rec rec;
	uint32_t word;

	/* PPDUs in which no frame ended have records, too */
	do {
		assert_true(host_next(h, &rec));
		assert_int_equal(rec.type, SKUA_CPL_TX);
	} while (!rec.n);
	assert_int_equal(rec.n, 1);
	word = le32toh(rec.tx.status[0]);
	assert_int_equal(HW_GET(SKUA_TXS_TOKEN, word), token);
	assert_int_equal(HW_GET(SKUA_TXS_STATUS, word), status);
	return HW_GET(SKUA_TXS_TRIES, word);
}

void host_expect_tx(struct host *h, uint16_t token, enum skua_tx_status status,
		    unsigned int tries)
{
	assert_int_equal(host_ended(h, token, status), tries);
}

void host_expect_rx(struct host *h, struct rec *rec)
{
	assert_true(host_next(h, rec));
	assert_int_equal(rec->type, SKUA_CPL_RX);
}

void host_expect_inband(struct host *h, enum skua_inband_id id,
			struct rec *rec)
{
	struct rec own;

	if (!rec)
		rec = &own;
	assert_true(host_next(h, rec));
	assert_int_equal(rec->type, SKUA_CPL_INBAND);
	assert_int_equal(le16toh(rec->inband.id), id);
}

void host_expect_nothing(struct host *h)
{
	struct rec rec;

	assert_false(host_next(h, &rec));
}

/* The sniffer */

static void sniff_rx(void *priv, const struct air_frame *f,
		     const struct air_rx *rx)
{
	struct sniffer *s = priv;

	if (s->n == SNIFF_MAX || f->len > sizeof(s->frame[0].data))
		return;
	memcpy(s->frame[s->n].data, f->data, f->len);
	s->frame[s->n].len = f->len;
	s->frame[s->n].rate = f->rate;
	s->frame[s->n].signal = rx->signal;
	s->n++;
}

static void sniff_idle(void *priv)
{
	(void)priv;
}

static void sniff_sent(void *priv, struct air_ppdu *ppdu)
{
	(void)priv;
	(void)ppdu;
}

static const struct air_radio_ops sniff_ops = {
	.rx = sniff_rx,
	.tx_end = sniff_sent,
	.flush = sniff_idle,
};

void sniffer_new(struct sniffer *s, struct air *air, uint16_t freq)
{
	s->n = 0;
	s->air = air;
	s->chan = (struct air_chan){ .freq = freq, .center1 = freq };
	s->radio = air_join(air, &sniff_ops, s, "sniffer");
	assert_non_null(s->radio);
	air_tune(s->radio, &s->chan);
}

void sniffer_send_raw(struct sniffer *s, const void *psdu, uint16_t len)
{
	struct air_mpdu m = { .data = psdu, .len = len };
	struct air_ppdu p = {
		.mpdu = &m, .n = 1, .ta = addr_other, .rate = 60, .power = 20,
		.airtime_us = airtime_ppdu_us(60, len, false),
	};

	if (air_begin(s->radio, &p))
		while (air_run(s->air))
			;
}

void sniffer_send(struct sniffer *s, const void *frame, uint16_t len)
{
	uint8_t psdu[HOST_FRAME_MAX];

	memcpy(psdu, frame, len);
	dot11_fcs_put(psdu, len);
	sniffer_send_raw(s, psdu, (uint16_t)(len + IEEE80211_FCS_LEN));
}

/* Frames */

unsigned int mk_frame(uint8_t *f, uint16_t fc, const uint8_t *a1,
		      const uint8_t *a2, const uint8_t *a3, int tid,
		      const void *body, unsigned int len)
{
	unsigned int n = IEEE80211_HDR_LEN_3ADDR;

	memset(f, 0, IEEE80211_HDR_LEN_MAX);
	dot11_put_le16(f, fc);
	memcpy(f + 4, a1, 6);
	memcpy(f + 10, a2, 6);
	memcpy(f + 16, a3, 6);
	if (tid >= 0) {
		f[n] = (uint8_t)tid;
		n += 2;
	}
	if (len)
		memcpy(f + n, body, len);
	return n + len;
}

unsigned int mk_data(uint8_t *f, bool from_ap, int tid, unsigned int payload)
{
	static const uint8_t snap[] = { 0xaa, 0xaa, 3, 0, 0, 0, 8, 0 };
	uint16_t fc = tid >= 0 ? IEEE80211_QOS_DATA : IEEE80211_DATA;
	uint8_t body[HOST_FRAME_MAX];

	memcpy(body, snap, sizeof(snap));
	for (unsigned int i = sizeof(snap); i < payload; i++)
		body[i] = (uint8_t)(i * 7 + payload);
	if (from_ap)
		return mk_frame(f, fc | FC_FROMDS, addr_sta, addr_ap, addr_ap,
				tid, body, payload);
	return mk_frame(f, fc | FC_TODS, addr_ap, addr_sta, addr_ap, tid, body,
			payload);
}

unsigned int mk_beacon(uint8_t *f, const uint8_t *bssid, uint64_t ts)
{
	uint8_t body[] = { 0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 1, 0, 0, 4,
			   't', 'e', 's', 't' };

	dot11_put_le64(body, ts);
	return mk_frame(f, IEEE80211_BEACON, addr_bcast, bssid, bssid, -1, body,
			sizeof(body));
}

/* The scene */

struct scene *scene_new(const struct host_cfg *ap, const struct host_cfg *sta)
{
	return scene_new_on(&air_perfect, NULL, ap, sta);
}

struct scene *scene_new_on(const struct air_medium_ops *medium, void *priv,
			   const struct host_cfg *ap, const struct host_cfg *sta)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct eng_vif vif = { .freq = htole16(5180), .center1 = htole16(5180),
			       .basic_rates = htole32(0x150), .power = INT8_MAX };
	struct eng_sta peer = { .flags = htole32(ENG_STAF_QOS) };

	assert_non_null(s);
	log_set_level(LOG_LEVEL_ERR);
	loop_test_clock_init(&s->clock, 5 * LOOP_NS_PER_S);
	s->loop = loop_new(&s->clock.clock);
	s->air = air_new_on(s->loop, medium, priv);
	s->ap = host_new(s->loop, s->air, "ap", ap);
	s->sta = host_new(s->loop, s->air, "sta", sta);
	sniffer_new(&s->sniff, s->air, 5180);
	host_tune(s->ap, 5180, 5180, SKUA_BW_20);
	host_tune(s->sta, 5180, 5180, SKUA_BW_20);
	for (unsigned int i = 0; i < 8; i++)
		vif.key[i].slot = htole16(SKUA_KEY_NONE);
	for (unsigned int i = 0; i < 4; i++) {
		peer.key[i].slot = htole16(SKUA_KEY_NONE);
		peer.group_key[i].slot = htole16(SKUA_KEY_NONE);
	}
	memcpy(vif.bssid, addr_ap, 6);
	memcpy(vif.addr, addr_ap, 6);
	vif.type = SKUA_VIF_AP;
	host_vif(s->ap, 0, &vif);
	memcpy(vif.addr, addr_sta, 6);
	vif.type = SKUA_VIF_STA;
	host_vif(s->sta, 0, &vif);
	peer.gen = htole16(AP_GEN);
	peer.aid = htole16(1);
	memcpy(peer.addr, addr_sta, 6);
	peer.flags = htole32(ENG_STAF_QOS | ENG_STAF_PS_TRACK);
	host_sta(s->ap, AP_STA, &peer);
	peer.gen = htole16(STA_GEN);
	memcpy(peer.addr, addr_ap, 6);
	peer.flags = htole32(ENG_STAF_QOS);
	host_sta(s->sta, STA_AP, &peer);
	return s;
}

int scene_setup(void **state)
{
	*state = scene_new(NULL, NULL);
	return 0;
}

int scene_teardown(void **state)
{
	struct scene *s = *state;

	host_free(s->ap);
	host_free(s->sta);
	air_leave(s->sniff.radio);
	air_free(s->air);
	loop_free(s->loop);
	free(s);
	return 0;
}

void scene_lose(struct scene *s, int type, int subtype, uint32_t nth,
		uint32_t count)
{
	struct air_loss l = { .match_type = type, .match_subtype = subtype,
			      .nth = nth, .count = count };

	assert_true(air_lose(s->air, &l) >= 0);
}

void scene_poll(struct scene *s)
{
	host_poll(s->ap);
	host_poll(s->sta);
	host_poll(s->ap);
}

void scene_pass(struct scene *s, uint64_t us)
{
	s->clock.time += us * LOOP_NS_PER_US;
	while (loop_step(s->loop, false))
		;
}

void scene_rests(struct scene *s)
{
	for (unsigned int i = 0; ; i++) {
		uint64_t at = txq_rest_end(s->ap->mac);
		uint64_t other = txq_rest_end(s->sta->mac);

		if (other < at)
			at = other;
		if (at == LOOP_NEVER)
			return;
		assert_true(i < 10000);
		s->clock.time = at;
		while (loop_step(s->loop, false))
			;
	}
}

enum skua_status host_key(struct host *h, uint16_t slot_no, uint16_t gen,
			  uint16_t sta, uint8_t keyidx, uint32_t cipher,
			  uint8_t fill)
{
	const struct crypto_cipher *c = crypto_cipher_find(cipher);
	struct eng_key key = {
		.gen = htole16(gen),
		.sta = htole16(sta),
		.keyidx = keyidx,
		.key_len = c->key_len,
		.cipher = htole32(cipher),
	};

	memset(key.key, fill, c->key_len);
	return host_tbl(h, ENG_TBL_KEY, slot_no, ENG_TBL_WRITE, &key,
			sizeof(key));
}

static void point_sta_key(struct host *h, uint32_t sta, uint8_t keyidx)
{
	struct eng_sta e = host_get_sta(h, sta);

	e.key[keyidx].slot = htole16(KEY_SLOT);
	e.key[keyidx].gen = htole16(KEY_GEN);
	e.flags |= htole32(ENG_STAF_KEYED);
	host_sta(h, sta, &e);
}

void scene_pairwise(struct scene *s, uint32_t cipher, uint8_t keyidx)
{
	assert_int_equal(host_key(s->ap, KEY_SLOT, KEY_GEN, AP_STA, keyidx,
				  cipher, 0x5a), SKUA_ST_OK);
	assert_int_equal(host_key(s->sta, KEY_SLOT, KEY_GEN, STA_AP, keyidx,
				  cipher, 0x5a), SKUA_ST_OK);
	point_sta_key(s->ap, AP_STA, keyidx);
	point_sta_key(s->sta, STA_AP, keyidx);
}

static void point_vif_key(struct host *h, uint8_t keyidx)
{
	struct eng_vif e = host_get_vif(h, 0);

	e.key[keyidx].slot = htole16(GROUP_SLOT);
	e.key[keyidx].gen = htole16(KEY_GEN);
	host_vif(h, 0, &e);
}

void scene_group(struct scene *s, uint32_t cipher, uint8_t keyidx)
{
	assert_int_equal(host_key(s->ap, GROUP_SLOT, KEY_GEN, SKUA_STA_NONE,
				  keyidx, cipher, 0xa7), SKUA_ST_OK);
	assert_int_equal(host_key(s->sta, GROUP_SLOT, KEY_GEN, SKUA_STA_NONE,
				  keyidx, cipher, 0xa7), SKUA_ST_OK);
	point_vif_key(s->ap, keyidx);
	point_vif_key(s->sta, keyidx);
}
