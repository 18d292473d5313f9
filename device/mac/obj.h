/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces and stations: their table entries, and their state
 *
 * obj.c  memory of the tables, lookup, counts of each key
 */
#ifndef SKUA_DEVICE_MAC_OBJ_H
#define SKUA_DEVICE_MAC_OBJ_H

#include <stdbool.h>
#include <stdint.h>

#include "../fw/engine.h"
#include "base/base.h"
#include "mac/key.h"
#include "mac/txq.h"

struct ba_rx;
struct ba_sta;
struct mac;

#define MAC_BEACON_MAX		2048	/* template */

/**
 * struct mac_sta - a peer
 * @idx: handle
 * @gen: generation
 * @aid: association id
 * @vif: its interface
 * @uapsd: bit for each AC that is delivery- and trigger-enabled
 * @addr: address of the peer
 * @flags: ENG_STAF_*
 * @key: pairwise keys
 * @group_key: group keys that this station alone sends with
 * @dozing: in power save
 * @doze_next: next in the list of the interface's dozing stations
 * @doze_prev: previous one
 * @hash_next: next in the chain of the address table
 * @q: queues
 * @frames: frames for the station in all queues, by class
 * @deficit: airtime that is left of the station's turn, by class, us
 * @seq: last sequence number by TID
 * @numbered: frames that have such a number and have not ended, by TID
 * @released: frames in STA_Q_AWAKE that were held before, by TID, then of other frames
 * @ba_tx: transmit halves of Block Ack sessions by TID, or NULL
 * @ampdu_factor: see struct eng_sta
 * @ampdu_density: see struct eng_sta
 * @tid_frames: see struct eng_sta_stats
 * @dup: last Sequence Control received by TID, then of other frames; ~0 for none
 * @ba_rx: receive halves of Block Ack sessions by TID, or NULL
 * @bars_told: TIDs without a session of which a BlockAckReq went up since @bars_since
 * @bars_since: when they began to be remembered
 * @rate: rates to try, from struct eng_rate
 * @probe_count: frames since the last probe
 * @stage_sent: transmissions by stage since the firmware last read the count
 * @stage_acked: acknowledged transmissions by stage since then
 * @stage_ppdus: PPDUs by stage since then
 * @probe_sent: transmissions of probes since then
 * @probe_acked: acknowledged probes since then
 * @probe_ppdus: PPDUs at the probe rate since then
 * @stats: counts since the station was added
 */
struct mac_sta {
	uint16_t idx;
	uint16_t gen;
	uint16_t aid;
	struct mac_vif *vif;
	uint8_t uapsd;
	uint8_t addr[6];
	uint32_t flags;
	struct key_ref key[MAC_KEYS_PER_STA];
	struct key_ref group_key[MAC_KEYS_PER_STA];
	bool dozing;
	struct mac_sta *doze_next;
	struct mac_sta *doze_prev;
	struct mac_sta *hash_next;
	struct txq q[STA_QUEUES];
	uint32_t frames[TXE_CLASSES];
	int32_t deficit[TXE_CLASSES];
	uint16_t seq[SKUA_NUM_TIDS];
	uint16_t numbered[SKUA_NUM_TIDS];
	uint16_t released[SKUA_NUM_TIDS + 1];
	struct ba_sta *ba_tx[SKUA_NUM_TIDS];
	uint8_t ampdu_factor;
	uint8_t ampdu_density;
	uint16_t tid_frames[SKUA_NUM_TIDS];
	uint32_t dup[SKUA_NUM_TIDS + 1];
	struct ba_rx *ba_rx[SKUA_NUM_TIDS];
	uint16_t bars_told;
	uint64_t bars_since;
	struct {
		uint32_t rate[ENG_RATE_STAGES];
		uint8_t tries[ENG_RATE_STAGES];
		uint32_t probe_rate;
		uint32_t probe_interval;
	} rate;
	uint32_t probe_count;
	uint32_t stage_sent[ENG_RATE_STAGES];
	uint32_t stage_acked[ENG_RATE_STAGES];
	uint32_t stage_ppdus[ENG_RATE_STAGES];
	uint32_t probe_sent;
	uint32_t probe_acked;
	uint32_t probe_ppdus;
	struct {
		uint32_t tx_packets;
		uint32_t tx_failed;
		uint32_t tx_retries;
		uint32_t tx_rate;
		uint32_t rx_packets;
		uint32_t rx_dups;
		uint32_t rx_replays;
		uint32_t rx_mic_errors;
		uint32_t rx_rate;
		int8_t rx_signal;
		int8_t ack_signal;
		uint64_t tx_bytes;
		uint64_t rx_bytes;
		uint64_t tx_airtime;
		uint64_t rx_airtime;
	} stats;
};

/**
 * struct mac_beacon - a beacon template and its TBTT
 * @len: octets of @tmpl; 0: no beacons
 * @interval: TU
 * @tim_off: see struct eng_beacon
 * @dtim_period: see struct eng_beacon
 * @csa_off: see struct eng_beacon
 * @csa_done: ENG_IRQ_CSA has been raised for this template
 * @rate: rate word, 0 for the lowest basic rate
 * @bigtk: key of the MMIE
 * @contending: the TBTT of an IBSS has come, and @timer is for the random delay
 * @own_was_last: the last beacon of the IBSS was sent by this interface
 * @tbtt: number of the next TBTT: TSF / interval
 * @due: number of the TBTT of the beacon that is being sent, or was last
 * @timer: for the next TBTT
 * @tmpl: the template
 */
struct mac_beacon {
	uint16_t len;
	uint16_t interval;
	uint16_t tim_off;
	uint8_t dtim_period;
	uint16_t csa_off[2];
	bool csa_done;
	bool contending;
	bool own_was_last;
	uint32_t rate;
	struct key_ref bigtk;
	uint64_t tbtt;
	uint64_t due;
	struct loop_timer timer;
	uint8_t tmpl[MAC_BEACON_MAX];
};

/* Channel access of an access category, as struct eng_edca */
struct mac_edca {
	uint8_t aifsn;
	uint16_t cw_min;
	uint16_t cw_max;
	uint16_t txop;
};

/**
 * struct mac_vif - an interface
 * @mac: the engines
 * @idx: handle
 * @type: enum skua_vif_type
 * @bw: enum skua_bw; the engines only give it back
 * @aid: association id of a station's interface; the engines only give it back
 * @flags: SKUA_VIFF_*
 * @addr: own address
 * @bssid: BSSID
 * @freq: MHz, 0 without channel
 * @center1: MHz; the engines only give it back
 * @beacon_int: TU; the engines only give it back
 * @power: highest transmit power, dBm
 * @basic_rates: mask over SKUA_LEGACY_RATES
 * @mgmt_rate: rate word or 0
 * @mcast_rate: rate word or 0
 * @key: receive keys
 * @tsf_offset: TSF less the NIC's time
 * @last_beacon: see struct eng_vif
 * @edca: by AC
 * @dozing: number of stations in power save
 * @doze_list: stations in power save
 * @q: queues
 * @frames: frames of the interface in all queues, by class
 * @deficit: airtime that is left of the interface's turn, by class, us
 * @seq: last sequence number of frames other than QoS data
 * @tim_host: bit for each AID: the host holds frames for the station
 * @beacon: template
 */
struct mac_vif {
	struct mac *mac;
	uint8_t idx;
	uint8_t type;
	uint8_t bw;
	uint16_t aid;
	uint32_t flags;
	uint8_t addr[6];
	uint8_t bssid[6];
	uint16_t freq;
	uint16_t center1;
	uint16_t beacon_int;
	int8_t power;
	uint32_t basic_rates;
	uint32_t mgmt_rate;
	uint32_t mcast_rate;
	struct key_ref key[MAC_KEYS_PER_VIF];
	int64_t tsf_offset;
	uint32_t last_beacon;
	struct mac_edca edca[SKUA_NUM_ACS];
	uint32_t dozing;
	struct mac_sta *doze_list;
	struct txq q[VIF_QUEUES];
	uint32_t frames[TXE_CLASSES];
	int32_t deficit[TXE_CLASSES];
	uint16_t seq;
	uint8_t tim_host[(SKUA_MAX_AID + 8) / 8];
	struct mac_beacon beacon;
};

/* Address 3 of a frame is the interface's BSSID */
static inline bool vif_in_bss(const struct mac_vif *vif, const uint8_t *frame)
{
	return dot11_addr_equal(dot11_addr3(frame), vif->bssid);
}

/** mac_obj_init() - allocate the tables of stations and keys; false without memory */
bool mac_obj_init(struct mac *mac);
void mac_obj_free(struct mac *mac);

/** mac_vif() - an interface that is in use, or NULL */
struct mac_vif *mac_vif(struct mac *mac, unsigned int idx);

/* Each interface that is in use, by rising handle; the others are not looked at */
#define mac_for_each_vif(mac, pos)					\
	for (uint32_t left_ = (mac)->vifs;				\
	     left_ && ((pos) = &(mac)->vif[__builtin_ctz(left_)], true); \
	     left_ &= left_ - 1)

/** mac_sta_find() - station of an interface by address, or NULL */
struct mac_sta *mac_sta_find(struct mac *mac, const struct mac_vif *vif,
			     const uint8_t *addr);

/** mac_sta_link() - make a station known by its handle and its address */
void mac_sta_link(struct mac *mac, struct mac_sta *sta);

/** mac_sta_unlink() - undo mac_sta_link(); the caller frees the station */
void mac_sta_unlink(struct mac *mac, struct mac_sta *sta);

/**
 * mac_count_key() - count an MPDU, for its key and its cipher
 * @mac: the engines
 * @key: key
 * @enc: the MPDU was encrypted, else decrypted
 * @bytes: octets of its body, without IV and MIC
 */
void mac_count_key(struct mac *mac, struct mac_key *key, bool enc,
		   uint32_t bytes);

#endif /* SKUA_DEVICE_MAC_OBJ_H */
