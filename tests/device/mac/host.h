/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host for the MAC engines under test
 *
 * Guest memory is a memfd, with rings as a driver lays them out. Tables are written
 * by the engine registers, as the firmware does it. host.c takes the part of control
 * processor and host interface; rings and PCI function are real. Time is a test
 * clock, which stands still until a test sets it forward.
 */
#ifndef TEST_MAC_HOST_H
#define TEST_MAC_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mac/priv.h"
#include "pcie/pci.h"

#define HOST_BASE	0x40000000ull
#define HOST_MEM	(8u << 20)
#define HOST_FRAME_MAX	32000
#define SNIFF_MAX	512

/* Addresses of all stations */
extern const uint8_t addr_ap[6];
extern const uint8_t addr_sta[6];
extern const uint8_t addr_sta2[6];
extern const uint8_t addr_other[6];
extern const uint8_t addr_bcast[6];

struct host {
	char name[32];
	struct log log;
	struct loop *loop;
	struct pci_dev *pci;
	struct dma *dma;
	struct ring_set rings;
	struct eng_config eng;
	struct eng_bus bus;
	struct mac *mac;
	int fd;
	uint8_t *mem;
	uint8_t sram[64 * 1024];
	uint32_t heap;		/* next free byte of payload memory */
	uint32_t tx_prod[SKUA_NUM_TX_RINGS];
	uint32_t cpl_cons;
	uint32_t buf_prod;
	uint32_t buf_len;
	uint32_t n_bufs;
	bool gate;		/* hif_tx_gate() */
	uint32_t irqs;		/* causes raised */
	unsigned int fatals;
};

struct host_cfg {
	uint32_t tx_entries;
	uint32_t cpl_entries;
	uint32_t buf_entries;
	uint32_t buf_len;
	uint32_t max_txq;
	uint32_t max_stas;
	uint64_t features;
};

/* A frame for the transmit rings; 0 is the default of each field */
struct tx {
	unsigned int ring;	/* class: 0 VO to 4 management */
	uint16_t token;
	uint32_t flags;
	uint16_t sta;
	uint16_t gen;
	uint8_t vif;
	uint8_t tid;
	uint8_t tries;
	uint16_t key;
	uint16_t key_gen;
	uint64_t pn;
	uint16_t gso_size;
	uint32_t w7;
};

/* A completion record */
struct rec {
	enum skua_cpl_type type;
	struct skua_cpl_rx rx;
	struct skua_cpl_tx tx;
	struct skua_cpl_inband inband;
	unsigned int n;		/* buffers or status words */
	uint32_t status[1024];	/* all status words */
	uint8_t frame[UINT16_MAX];	/* rx.frame_len cannot say more */
	unsigned int len;
};

/* A radio that records all frames, and can send any frame */
struct sniffer {
	struct air *air;
	struct air_radio *radio;
	struct air_chan chan;
	unsigned int n;
	struct {
		uint16_t len;
		uint32_t rate;
		int8_t signal;
		uint8_t data[2400];
	} frame[SNIFF_MAX];
};

/* The common scene: an access point, a station, a sniffer on one channel */
struct scene {
	struct loop_test_clock clock;
	struct loop *loop;
	struct air *air;
	struct host *ap;
	struct host *sta;
	struct sniffer sniff;
};

#define AP_STA		3	/* the AP's handle of the station */
#define AP_GEN		7
#define STA_AP		5	/* the station's handle of the AP */
#define STA_GEN		9

struct host *host_new(struct loop *loop, struct air *air, const char *name,
		      const struct host_cfg *cfg);
void host_free(struct host *h);
void host_reset(struct host *h);	/* to its end */
uint64_t host_irqs(struct host *h);	/* interrupts asked for */
uint32_t host_read(struct host *h, uint32_t off);
void host_write(struct host *h, uint32_t off, uint32_t val);
enum skua_status host_tbl(struct host *h, enum eng_tbl tbl, uint32_t index,
			  enum eng_tbl_op op, void *entry, size_t len);
void host_tune(struct host *h, uint16_t freq, uint16_t center1, uint8_t bw);
void host_vif(struct host *h, uint32_t i, struct eng_vif *e);
void host_sta(struct host *h, uint32_t i, struct eng_sta *e);
struct eng_vif host_get_vif(struct host *h, uint32_t i);
void host_vif_freq(struct host *h, uint16_t freq);	/* of interface 0 */
struct eng_sta host_get_sta(struct host *h, uint32_t i);
uint64_t host_mem(struct host *h, const void *data, uint32_t len);
uint64_t host_idx_addr(unsigned int ring);	/* of struct skua_ring_idx */
void host_post(struct host *h, uint32_t n);
void host_put_desc(struct host *h, unsigned int ring,
		   const struct skua_tx_desc *d);
void host_desc(struct skua_tx_desc *d, const struct tx *t, uint64_t addr,
	       uint32_t len);
void host_publish(struct host *h, unsigned int ring);
void host_tx(struct host *h, const struct tx *t, const void *frame,
	     uint32_t len);
void host_tx_pieces(struct host *h, const struct tx *t, const void *frame,
		    const uint32_t *len, unsigned int n);
void host_poll(struct host *h);
void host_air(struct host *h);	/* let the air run, as the loop does */
bool host_next(struct host *h, struct rec *rec);
unsigned int host_ended(struct host *h, uint16_t token,
			enum skua_tx_status status);	/* returns tries */
void host_expect_tx(struct host *h, uint16_t token, enum skua_tx_status status,
		    unsigned int tries);
void host_expect_rx(struct host *h, struct rec *rec);
void host_expect_inband(struct host *h, enum skua_inband_id id,
			struct rec *rec);
void host_expect_nothing(struct host *h);

void sniffer_new(struct sniffer *s, struct air *air, uint16_t freq);
void sniffer_send(struct sniffer *s, const void *frame, uint16_t len);
void sniffer_send_raw(struct sniffer *s, const void *psdu, uint16_t len);

/* Frames */
#define FC_TODS		IEEE80211_FC_TODS
#define FC_FROMDS	IEEE80211_FC_FROMDS
unsigned int mk_frame(uint8_t *f, uint16_t fc, const uint8_t *a1,
		      const uint8_t *a2, const uint8_t *a3, int tid,
		      const void *body, unsigned int len);
unsigned int mk_data(uint8_t *f, bool from_ap, int tid, unsigned int payload);
unsigned int mk_beacon(uint8_t *f, const uint8_t *bssid, uint64_t ts);

int scene_setup(void **state);
int scene_teardown(void **state);
struct scene *scene_new_on(const struct air_medium_ops *medium, void *priv,
			   const struct host_cfg *ap, const struct host_cfg *sta);
struct scene *scene_new(const struct host_cfg *ap, const struct host_cfg *sta);
void scene_lose(struct scene *s, int type, int subtype, uint32_t nth,
		uint32_t count);
void scene_poll(struct scene *s);
void scene_pass(struct scene *s, uint64_t us);
void scene_rests(struct scene *s);	/* let time pass until no queue rests */
void scene_pairwise(struct scene *s, uint32_t cipher, uint8_t keyidx);
void scene_group(struct scene *s, uint32_t cipher, uint8_t keyidx);
enum skua_status host_key(struct host *h, uint16_t slot, uint16_t gen,
			  uint16_t sta, uint8_t keyidx, uint32_t cipher,
			  uint8_t fill);

#define KEY_SLOT	11
#define KEY_GEN		4
#define GROUP_SLOT	21

#endif /* TEST_MAC_HOST_H */
