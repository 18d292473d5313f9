/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MAC engines: the state that their files share
 *
 * mac.c    life, one turn of work; regs.c: engine registers
 * count.h  counters; json.c: for the control socket
 * obj.h    interfaces, stations; key.h: keys
 * tbl.h    tables that the firmware writes
 * txq.h    frames to send and their queues
 * ba_tx.h  Block Ack sessions, originator; ampdu.h: limits of an A-MPDU
 * txe.h    transmit engine
 * rxe.h    receive engine
 * cpl.h    completion ring
 * beacon.h beacons, clock of a BSS
 * survey.h time on each channel
 * radar.h  radar pulses
 *
 * Fields are in host order; entries in SRAM and in guest memory are converted
 * where they are copied. Everything belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_MAC_PRIV_H
#define SKUA_DEVICE_MAC_PRIV_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

#include "air/air.h"
#include "base/base.h"
#include "crypto/crypto.h"
#include "dot11/dot11.h"
#include "mac/ba_evt.h"
#include "mac/count.h"
#include "mac/cpl.h"
#include "mac/key.h"
#include "mac/mac.h"
#include "mac/obj.h"
#include "mac/radar.h"
#include "mac/rxe.h"
#include "mac/survey.h"
#include "mac/txe.h"
#include "mac/txq.h"
#include "pcie/pcie.h"

#define MAC_VIFS		ENG_MAX_VIFS

static_assert(MAC_VIFS <= 32, "a bit for each interface");

/**
 * struct mac - the MAC engines of a NIC
 * @cfg: capabilities and sizes of the engines
 * @log: log of the NIC
 * @loop: event loop
 * @dma: the NIC's view of guest memory
 * @rings: the NIC's rings
 * @bus: engine bus
 * @ops: operations of the NIC
 * @ops_priv: first argument of @ops
 * @fault: faults on purpose, normally NULL
 * @fault_priv: first argument of @fault
 * @air: medium that the NIC is on
 * @radio: its radio
 * @running: between mac_start() and mac_stop() or mac_reset()
 * @wiped: how far mac_wipe() has come
 * @enabled: ENG_MAC_ENABLE
 * @chan: channel that the radio is tuned to
 * @rf: ENG_RF_*: settings that ENG_RF_TUNE will apply
 * @power: transmit power in force, dBm
 * @roc_vif: ENG_RF_ROC_VIF
 * @filter: ENG_MAC_FILTER
 * @scan_lo: ENG_MAC_SCAN_LO
 * @scan_hi: ENG_MAC_SCAN_HI
 * @rts_thresh: ENG_MAC_RTS_THRESH
 * @retry: ENG_MAC_RETRY
 * @tbtt_vifs: ENG_TBTT_VIFS
 * @csa_vifs: ENG_CSA_VIFS
 * @tbl: ENG_TBL_*
 * @fwtx: ENG_FWTX_*
 * @txq: ENG_TXQ_*
 * @vif: interfaces
 * @vifs: bit for each interface that is in use: its entry has been written
 * @sta: stations by handle, or NULL
 * @sta_hash: stations by address: heads of chains
 * @hash_mask: number of chains less one
 * @key: keys by slot, or NULL
 * @survey: time spent on each channel
 * @tx: transmit engine
 * @rx: receive engine
 * @radar: radar pulses
 * @ba_evts: events of Block Ack sessions
 * @cpl: completion ring
 * @c: counters
 * @ciphers: counters by cipher
 */
struct mac {
	const struct eng_config *cfg;
	struct log *log;
	struct loop *loop;
	struct dma *dma;
	struct ring_set *rings;
	struct eng_bus *bus;
	const struct mac_host_ops *ops;
	void *ops_priv;
	const struct mac_fault_ops *fault;
	void *fault_priv;
	struct air *air;
	struct air_radio *radio;
	bool running;
	uint32_t wiped;
	bool enabled;
	struct air_chan chan;
	struct {
		uint32_t freq;
		uint32_t center1;
		uint32_t bw;
		uint32_t power;
	} rf;
	int8_t power;
	uint32_t roc_vif;
	uint32_t filter;
	uint32_t scan_lo;
	uint32_t scan_hi;
	uint32_t rts_thresh;
	uint32_t retry;
	uint32_t tbtt_vifs;
	uint32_t csa_vifs;
	struct {
		uint32_t sel;
		uint32_t index;
		uint32_t addr;
		uint32_t status;
	} tbl;
	struct {
		uint32_t addr;
		uint32_t len;
		uint32_t vif;
		uint32_t flags;
		uint32_t rate;
		uint32_t status;
	} fwtx;
	struct {
		uint32_t vif;
		uint32_t sta;
		uint32_t acs;
	} txq;
	struct mac_vif vif[MAC_VIFS];
	uint32_t vifs;
	struct mac_sta **sta;
	struct mac_sta **sta_hash;
	uint32_t hash_mask;
	struct mac_key **key;
	struct mac_survey survey;
	struct txe tx;
	struct rxe rx;
	struct mac_radar radar;
	struct ba_evts ba_evts;
	struct cplq cpl;
	struct mac_counts c;
	struct mac_cipher_counts ciphers[CRYPTO_CIPHERS];
};

/* TSF of an interface, us */
static inline uint64_t vif_tsf(const struct mac_vif *vif)
{
	return loop_now_us(vif->mac->loop) + (uint64_t)vif->tsf_offset;
}

/* Power with which the interface sends on this channel, dBm */
static inline int8_t vif_power(const struct mac_vif *vif)
{
	return vif->power < vif->mac->power ? vif->power : vif->mac->power;
}

static inline bool mac_tuned_2ghz(const struct mac *mac)
{
	return skua_freq_band(mac->chan.freq) == SKUA_BAND_2GHZ;
}

/* Frames may be sent and received now */
static inline bool mac_on_air(const struct mac *mac)
{
	return mac->running && mac->enabled && mac->chan.freq;
}

/* Check a rate word of host or firmware: 0, or a rate that can be sent */
static inline bool mac_rate_ok(const struct mac *mac, uint32_t rate)
{
	const struct eng_config *cfg = mac->cfg;

	return !rate || airtime_rate_ok(rate, mac->bus->features, cfg->max_bw,
					cfg->chains);
}

/* regs.c */

/** mac_regs_reset() - set the registers to their values after a reset */
void mac_regs_reset(struct mac *mac);

/** mac_regs_init() - register the blocks on the engine bus */
void mac_regs_init(struct mac *mac);

/* obj.c */

/** mac_sta_get() - station by handle and generation, or NULL */
static inline struct mac_sta *mac_sta_get(struct mac *mac, uint16_t idx,
					  uint16_t gen)
{
	struct mac_sta *sta;

	if (idx >= mac->cfg->max_stas)
		return NULL;
	sta = mac->sta[idx];
	return sta && sta->gen == gen ? sta : NULL;
}

/** txf_sta() - station that a frame is for, or NULL */
static inline struct mac_sta *txf_sta(struct mac *mac, const struct txf *f)
{
	return mac_sta_get(mac, f->sta, f->sta_gen);
}

/** mac_key_get() - key by slot and generation, or NULL */
static inline struct mac_key *mac_key_get(struct mac *mac, struct key_ref ref)
{
	struct mac_key *key;

	if (ref.slot >= mac->cfg->max_keys)
		return NULL;
	key = mac->key[ref.slot];
	return key && key->gen == ref.gen ? key : NULL;
}

/* cpl.c */

/** cpl_waiting() - units wait for room: nothing that makes more of them may start */
static inline bool cpl_waiting(const struct mac *mac)
{
	return mac->cpl.len != 0;
}

#endif /* SKUA_DEVICE_MAC_PRIV_H */
