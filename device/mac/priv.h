/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MAC engines: what their files share
 *
 * mac.c        life, engine registers
 * mac_radar.c  radar pulses
 * tbl*.c       tables that the firmware writes, see tbl.h
 * obj.c        interfaces, stations and keys: lookup
 * survey.c     time on each channel
 * mac_json.c   counters for the control socket
 * txf.c, txq*.c  frames to send and their queues, see txq.h
 * txe_sched.c  which frame is next
 * txe_fetch.c  descriptors: copied, checked, made frames
 * txe_send.c   sequence numbers, protection, retries
 * rxe.c        what arrives: filter, answers, power save, duplicates
 * rxe_up.c     decryption, replay, and the way into the guest's buffers
 * cpl.c        the completion ring
 * beacon.c     TBTT
 *
 * Fields are in host order; what crosses SRAM or the bus is converted where
 * it is copied. Everything belongs to the loop's thread.
 */
#ifndef SKUA_DEVICE_MAC_PRIV_H
#define SKUA_DEVICE_MAC_PRIV_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

#include "air/air.h"
#include "dot11/airtime.h"
#include "crypto/crypto.h"
#include "dot11/ieee80211.h"
#include "mac/key.h"
#include "mac/mac.h"
#include "mac/txq.h"

#define MAC_VIFS		NIC_MAX_VIFS
#define MAC_BATCH		32	/* frames of one round, either way */
#define MAC_BEACON_MAX		2048	/* template */
#define MAC_SURVEY_MAX		160	/* channels remembered */
#define MAC_CIPHERS		11	/* rows of crypto_ciphers */
#define MAC_PULSES		128	/* radar pulses that wait */

#define TXE_QUANTUM_US		300	/* airtime of a turn */
#define TXE_DEFAULT_TRIES	7
#define TXE_MAX_TRIES		31
#define TXE_MAX_STAGES		(ENG_RATE_STAGES + 1)

/**
 * struct mac_sta - a peer
 * @idx: handle
 * @gen: generation
 * @aid: association id
 * @vif: its interface
 * @uapsd: bit per AC
 * @addr: its address
 * @flags: ENG_STAF_*
 * @key: pairwise keys
 * @group_key: group keys of its own
 * @dozing: in power save
 * @doze_next: list of the interface's dozing stations
 * @doze_prev: likewise
 * @hash_next: chain of the address table
 * @q: queues
 * @deficit: airtime left of its turn, by class, us
 * @seq: next sequence number by TID
 * @dup: last sequence control by TID, then of other frames; ~0 for none
 * @rate: what to try
 * @probe_count: frames since the last probe
 * @stage_sent: since the firmware last read
 * @stage_acked: likewise
 * @probe_sent: likewise
 * @probe_acked: likewise
 * @stats: since the station was added; host order
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
	int32_t deficit[TXE_CLASSES];
	uint16_t seq[SKUA_NUM_TIDS];
	uint32_t dup[SKUA_NUM_TIDS + 1];
	struct {
		uint32_t rate[ENG_RATE_STAGES];
		uint8_t tries[ENG_RATE_STAGES];
		uint32_t probe_rate;
		uint32_t probe_interval;
	} rate;
	uint32_t probe_count;
	uint32_t stage_sent[ENG_RATE_STAGES];
	uint32_t stage_acked[ENG_RATE_STAGES];
	uint32_t probe_sent;
	uint32_t probe_acked;
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
 * @dtim_period: likewise
 * @csa_off: likewise
 * @csa_done: ENG_IRQ_CSA has been raised for this template
 * @rate: likewise
 * @bigtk: likewise
 * @contending: the TBTT of an IBSS has come, @timer is for the random delay
 * @own_was_last: of the IBSS's beacons
 * @tbtt: number of the next TBTT: TSF / interval
 * @timer: when it is
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
 * @valid: the entry has been written
 * @type: enum skua_vif_type
 * @bw: enum skua_bw
 * @aid: own
 * @flags: SKUA_VIFF_*
 * @addr: own
 * @bssid: BSSID
 * @freq: MHz, 0 without channel
 * @center1: MHz
 * @beacon_int: TU
 * @basic_rates: mask
 * @mgmt_rate: rate word or 0
 * @mcast_rate: rate word or 0
 * @key: receive keys
 * @tsf_offset: TSF less the NIC's time
 * @last_beacon: see struct eng_vif
 * @edca: by AC; for an air with contention
 * @dozing: stations in power save
 * @doze_list: they
 * @q: queues
 * @deficit: airtime left of its turn, by class, us
 * @seq: next sequence number of frames that are no QoS data
 * @tim_host: bit per AID: the host holds frames
 * @beacon: template
 */
struct mac_vif {
	struct mac *mac;
	uint8_t idx;
	bool valid;
	uint8_t type;
	uint8_t bw;
	uint16_t aid;
	uint32_t flags;
	uint8_t addr[6];
	uint8_t bssid[6];
	uint16_t freq;
	uint16_t center1;
	uint16_t beacon_int;
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
	int32_t deficit[TXE_CLASSES];
	uint16_t seq;
	uint8_t tim_host[(SKUA_MAX_AID + 8) / 8];
	struct mac_beacon beacon;
};

/**
 * struct txe_ops - what the transmit engine asks of the file above it
 * @answer: an ACK, CTS or Block Ack has come for a frame that was sent at rate
 *	word @rate; FCS included
 */
struct txe_ops {
	void (*answer)(struct mac *mac, const uint8_t *frame, uint16_t len,
		       const struct air_rx *rx, uint32_t rate);
};

/**
 * struct txe - transmit engine
 * @ops: see there
 * @pool: free frames, small and large
 * @pooled: frames allocated, of each size
 * @count: frames in queues
 * @active: queues that may send, by class
 * @parked: queues whose channel the radio is not on
 * @sync_prod: mac_tx_sync(): fetch up to there; until the command is retired
 * @sync_valid: @sync_prod holds
 * @batch: frames of the round
 * @jobs: their protection
 */
struct txe {
	const struct txe_ops *ops;
	struct txf *pool[2];
	uint32_t pooled[2];
	uint32_t count;
	struct txq_list active[TXE_CLASSES];
	struct txq_list parked;
	uint32_t sync_prod[SKUA_NUM_TX_RINGS];
	bool sync_valid;
	struct txf *batch[MAC_BATCH];
	struct crypto_job jobs[MAC_BATCH];
};

/**
 * struct rx_item - something that waits for rxe_flush()
 * @inband: it is an in-band event and not a frame
 * @event: the event
 * @vif: interface, or SKUA_VIF_NONE
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @flags: SKUA_RXF_* so far
 * @len: octets of @data, without FCS
 * @hdr_len: of them the MAC header
 * @tid: TID or MAC_TID_NONE
 * @monitor: pass it up even if it does not decrypt
 * @key: key that is to decrypt it, or NULL
 * @slot: slot of @key
 * @job: index of its job
 * @rate: rate word
 * @freq: MHz
 * @signal: dBm
 * @noise: dBm
 * @time_us: NIC's time at its start
 * @airtime_us: duration
 * @ampdu_ref: see struct air_frame
 * @ampdu_last: likewise
 * @drop: it is not to be passed up
 * @start: where the frame starts in @data after decryption
 * @pn: packet number, with SKUA_RXF_PN_VALID
 * @data: the frame
 * @raw: copy for monitors, as it came
 * @raw_len: its octets
 */
struct rx_item {
	bool inband;
	struct skua_cpl_inband event;
	uint8_t vif;
	uint16_t sta;
	uint16_t sta_gen;
	uint32_t flags;
	uint16_t len;
	uint16_t hdr_len;
	uint8_t tid;
	bool monitor;
	struct mac_key *key;
	uint16_t slot;
	uint16_t job;
	uint32_t rate;
	uint16_t freq;
	int8_t signal;
	int8_t noise;
	uint64_t time_us;
	uint32_t airtime_us;
	uint32_t ampdu_ref;
	bool ampdu_last;
	bool drop;
	uint16_t start;
	uint64_t pn;
	uint8_t *data;
	uint8_t *raw;
	uint16_t raw_len;
};

/**
 * struct rxe - receive engine
 * @item: batch
 * @n: used of it
 * @jobs: decryption
 * @mem: memory of the frames
 */
struct rxe {
	struct rx_item item[MAC_BATCH];
	unsigned int n;
	struct crypto_job jobs[MAC_BATCH];
	uint8_t *mem;
};

/**
 * struct cplq - completion ring writer
 * @wait: units that wait for room
 * @cap: room there
 * @first: the oldest
 * @len: how many
 * @rec: transmit record that is being filled
 * @rec_open: there is one
 * @timer: looks for room while the loop sleeps
 */
struct cplq {
	struct skua_cpl *wait;
	uint32_t cap;
	uint32_t first;
	uint32_t len;
	struct skua_cpl_tx rec;
	bool rec_open;
	struct loop_timer timer;
};

/*
 * Counters: X(name, what it counts). mac_counters() follows.
 */
#define MAC_COUNTERS(X)							\
	X(tx_fetched,	"descriptors fetched")				\
	X(tx_mgmt,	"management frames sent, first tries")		\
	X(tx_ctl,	"control frames sent for the host")		\
	X(tx_data,	"data frames sent, first tries")		\
	X(tx_group,	"of the last three, group addressed")		\
	X(tx_beacon,	"beacons sent")					\
	X(tx_fw,	"frames of the firmware sent")			\
	X(tx_acked,	"frames acknowledged")				\
	X(tx_no_ack,	"frames given up")				\
	X(tx_sent,	"frames sent that expect no answer")		\
	X(tx_retries,	"retransmissions")				\
	X(tx_bytes,	"octets sent, FCS and retries included")	\
	X(tx_rts,	"RTS sent")					\
	X(tx_rts_no_cts, "RTS without CTS")				\
	X(tx_cts_self,	"CTS-to-self sent")				\
	X(tx_bad_answer, "answers that were not what was waited for")	\
	X(tx_encrypted,	"MPDUs protected")				\
	X(tx_encrypted_bytes, "octets protected")			\
	X(tx_crypto_failed, "MPDUs that could not be protected")	\
	X(tx_flushed,	"frames flushed")				\
	X(tx_stale_sta,	"frames of a stale station")			\
	X(tx_stale_key,	"frames with a stale key")			\
	X(tx_wrong_key,	"frames with a key of another owner or kind")	\
	X(tx_bad_desc,	"descriptors that make no sense")		\
	X(tx_bad_frame,	"frames that make no sense")			\
	X(tx_clear_refused, "clear frames for keyed stations refused")	\
	X(tx_no_chan,	"frames of interfaces without channel")		\
	X(tx_no_mem,	"frames refused for want of memory")		\
	X(tx_dma_error,	"frames whose memory cannot be read")		\
	X(tx_held,	"frames held for a dozing station or DTIM")	\
	X(tx_released,	"frames released to a dozing station")		\
	X(tx_bad_rate,	"rate words of the firmware that name no rate")	\
	X(rx_frames,	"frames heard and whole, for anybody here")	\
	X(rx_mgmt,	"management frames passed up")			\
	X(rx_ctl,	"control frames passed up")			\
	X(rx_data,	"data frames passed up")			\
	X(rx_group,	"of the last three, group addressed")		\
	X(rx_bytes,	"octets passed up")				\
	X(rx_beacon,	"beacons of own BSSs")				\
	X(rx_acks_sent,	"acknowledgements sent")			\
	X(rx_cts_sent,	"CTS sent")					\
	X(rx_fcs_error,	"frames with a wrong FCS")			\
	X(rx_malformed,	"frames that make no sense")			\
	X(rx_filtered,	"frames that the filter dropped")		\
	X(rx_dup,	"duplicates dropped")				\
	X(rx_replay,	"replays dropped")				\
	X(rx_mic_error,	"frames whose MIC or ICV was wrong")		\
	X(rx_michael_error, "frames whose Michael MIC was wrong")	\
	X(rx_no_key,	"protected frames without key, passed up so")	\
	X(rx_no_phase1,	"TKIP frames that wait for a phase 1 key: likewise") \
	X(rx_clear_refused, "clear frames of keyed stations dropped")	\
	X(rx_decrypted,	"MPDUs decrypted or verified")			\
	X(rx_decrypted_bytes, "octets decrypted")			\
	X(rx_no_buffer,	"frames dropped for want of buffers")		\
	X(rx_bad_buffer, "receive buffers that make no sense")		\
	X(rx_no_cpl,	"frames dropped since completions wait")	\
	X(rx_overrun,	"frames not even acknowledged, for the same")	\
	X(ps_sleep,	"stations that fell asleep")			\
	X(ps_wake,	"stations that woke up")			\
	X(ps_poll,	"PS-Polls")					\
	X(beacon_skipped, "beacons not sent: the radio was elsewhere")	\
	X(beacon_missed, "TBTTs that passed unseen")			\
	X(beacon_yielded, "beacons not sent: another of the IBSS was quicker") \
	X(beacon_no_pn,	"beacons not sent: lease of PNs used up")	\
	X(cpl_units,	"completion units written")			\
	X(cpl_waited,	"of them some that found no room at once")	\
	X(cpl_lost,	"completion units lost: firmware posts too many") \
	X(radar_pulses,	"radar pulses heard")				\
	X(radar_lost,	"of them lost: the firmware is too slow")	\
	X(eng_errors,	"register writes of the firmware refused")

/**
 * struct mac_radar - radar pulses that the firmware has not read
 * @pulse: they, the oldest at @first
 * @first: index
 * @n: how many
 * @time: ENG_RADAR_TIME
 */
struct mac_radar {
	struct {
		uint32_t time;
		uint16_t width;
	} pulse[MAC_PULSES];
	unsigned int first;
	unsigned int n;
	uint32_t time;
};

/**
 * struct mac_survey - the channels that the radio has been on
 * @chan: these channels: MHz, and microseconds on the channel, of reception and
 *	of transmission
 * @n: number of channels in @chan
 * @now: index of the channel that the radio is on, or -1
 * @since: time at which @chan[@now].time_us was last brought up to date
 */
struct mac_survey {
	struct {
		uint16_t freq;
		uint64_t time_us;
		uint64_t rx_us;
		uint64_t tx_us;
	} chan[MAC_SURVEY_MAX];
	unsigned int n;
	int now;
	uint64_t since;
};

struct mac_counts {
#define MAC_COUNT_FIELD(name, text) uint64_t name;
	MAC_COUNTERS(MAC_COUNT_FIELD)
#undef MAC_COUNT_FIELD
};

/* What became of MPDUs by cipher, in the order of crypto_ciphers */
struct mac_cipher_counts {
	uint64_t enc_frames;
	uint64_t enc_bytes;
	uint64_t dec_frames;
	uint64_t dec_bytes;
};

/**
 * struct mac - the MAC engines of a NIC
 * @nic: owner
 * @log: the NIC's
 * @radio: on the air
 * @running: between mac_start() and mac_stop() or mac_reset()
 * @enabled: ENG_MAC_ENABLE
 * @chan: what the radio is tuned to
 * @rf: ENG_RF_*: what ENG_RF_TUNE will apply
 * @power: dBm in force
 * @roc_vif: ENG_RF_ROC_VIF
 * @filter: ENG_MAC_FILTER
 * @rts_thresh: ENG_MAC_RTS_THRESH
 * @tbtt_vifs: ENG_TBTT_VIFS
 * @csa_vifs: ENG_CSA_VIFS
 * @tbl: ENG_TBL_*
 * @fwtx: ENG_FWTX_*
 * @txq: ENG_TXQ_*
 * @vif: interfaces
 * @sta: stations by handle, or NULL
 * @sta_hash: by address
 * @hash_mask: its size less one
 * @key: keys by slot, or NULL
 * @survey: time spent on each channel
 * @tx: transmit engine
 * @rx: receive engine
 * @cpl: completion ring
 * @c: counters
 * @ciphers: counters by cipher
 */
struct mac {
	struct nic *nic;
	struct log *log;
	struct air_radio *radio;
	bool running;
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
	struct mac_sta **sta;
	struct mac_sta **sta_hash;
	uint32_t hash_mask;
	struct mac_key **key;
	struct mac_survey survey;
	struct txe tx;
	struct rxe rx;
	struct mac_radar radar;
	struct cplq cpl;
	struct mac_counts c;
	struct mac_cipher_counts ciphers[MAC_CIPHERS];
};

static inline uint64_t vif_tsf(const struct mac_vif *vif)
{
	return nic_time_us(vif->mac->nic) + (uint64_t)vif->tsf_offset;
}

static inline bool mac_tuned_2ghz(const struct mac *mac)
{
	return airtime_2ghz(mac->chan.freq);
}

/* Frames may be sent and received now */
static inline bool mac_on_air(const struct mac *mac)
{
	return mac->running && mac->enabled && mac->chan.freq;
}

/* A management frame, or one of a peer, names the interface's BSS */
static inline bool vif_in_bss(const struct mac_vif *vif, const uint8_t *frame)
{
	return ieee80211_addr_equal(ieee80211_addr3(frame), vif->bssid);
}

/* A rate word of host or firmware is 0, or names a rate that can be sent */
static inline bool mac_rate_ok(const struct mac *mac, uint32_t rate)
{
	const struct nic_config *cfg = &mac->nic->cfg;

	return !rate || airtime_rate_ok(rate, mac->nic->features, cfg->max_bw,
					cfg->chains);
}

/* regs.c */

/** mac_regs_reset() - registers have the values that they have after a reset */
void mac_regs_reset(struct mac *mac);

/* radar.c */

/** mac_radar_pulse() - struct air_radio_ops.pulse */
void mac_radar_pulse(void *priv, const struct air_pulse *pulse);

/** mac_radar_take() - the value of ENG_RADAR_WIDTH */
uint32_t mac_radar_take(struct mac *mac);

/* obj.c */

/** mac_obj_init() - memory for the tables of stations and keys; false: there is none */
bool mac_obj_init(struct mac *mac);
void mac_obj_free(struct mac *mac);

/** mac_vif() - an interface that is in use, or NULL */
struct mac_vif *mac_vif(struct mac *mac, unsigned int idx);

/** mac_sta_find() - station of an interface by address, or NULL */
struct mac_sta *mac_sta_find(struct mac *mac, const struct mac_vif *vif,
			     const uint8_t *addr);

/** mac_sta_link() - make a station known by its handle and its address */
void mac_sta_link(struct mac *mac, struct mac_sta *sta);

/** mac_sta_unlink() - undo mac_sta_link(); the caller frees the station */
void mac_sta_unlink(struct mac *mac, struct mac_sta *sta);

/** mac_count_key() - count an MPDU, for its key and its cipher */
void mac_count_key(struct mac *mac, struct mac_key *key, bool enc,
		   uint32_t bytes);

/** mac_sta_get() - station by handle and generation, or NULL */
static inline struct mac_sta *mac_sta_get(struct mac *mac, uint16_t idx,
					  uint16_t gen)
{
	struct mac_sta *sta;

	if (idx >= mac->nic->cfg.max_stas)
		return NULL;
	sta = mac->sta[idx];
	return sta && sta->gen == gen ? sta : NULL;
}

/** mac_key_get() - key by slot and generation, or NULL */
static inline struct mac_key *mac_key_get(struct mac *mac, struct key_ref ref)
{
	struct mac_key *key;

	if (ref.slot >= mac->nic->cfg.max_keys)
		return NULL;
	key = mac->key[ref.slot];
	return key && key->gen == ref.gen ? key : NULL;
}

/* survey.c */

/** survey_reset() - forget all channels */
void survey_reset(struct mac *mac);

/** survey_tune() - the radio is on another channel now */
void survey_tune(struct mac *mac);

/** survey_read() - what ENG_TBL_SURVEY says of a channel, by its frequency in MHz */
enum skua_status survey_read(struct mac *mac, uint32_t freq,
			     struct skua_survey *e);

/** survey_rx() - the channel was busy with reception for @us microseconds */
static inline void survey_rx(struct mac *mac, uint32_t us)
{
	if (mac->survey.now >= 0)
		mac->survey.chan[mac->survey.now].rx_us += us;
}

/** survey_tx() - the radio has transmitted for @us microseconds */
static inline void survey_tx(struct mac *mac, uint32_t us)
{
	if (mac->survey.now >= 0)
		mac->survey.chan[mac->survey.now].tx_us += us;
}

/* txe_sched.c */

/** txe_collect() - the next frames to send, at most @max */
unsigned int txe_collect(struct mac *mac, struct txf **batch, unsigned int max);

/** txe_pending() - there is something that may be sent now */
bool txe_pending(const struct mac *mac);

/* txe_fetch.c */

/** txe_fetch() - fetch what is published, a bounded amount; true if any */
bool txe_fetch(struct mac *mac);

/** txe_fetch_sync() - fetch what stands before the command under way */
void txe_fetch_sync(struct mac *mac);

/** txe_ring_count() - frames in the rings, not fetched, that match */
uint32_t txe_ring_count(struct mac *mac, const struct txq_match *m);

/* txe_send.c */

/** txe_round() - send a batch; true if there was anything */
bool txe_round(struct mac *mac);

/** txe_fw_send() - send the firmware's frame now; enum skua_tx_status */
enum skua_tx_status txe_fw_send(struct mac *mac, uint8_t *frame, uint32_t len,
				struct mac_vif *vif, bool no_ack, uint32_t rate);

/** txe_stamp() - put the TSF into a beacon or probe response sent now at @rate */
void txe_stamp(const struct mac_vif *vif, uint8_t *frame, uint32_t rate);

/**
 * txe_transmit() - put a frame on the air once
 * @frame: with room for the FCS behind it
 * @len: octets without FCS
 * @response: for the answer, or NULL
 * @response_len: room there, then what came
 * @rx: how it was received
 *
 * Return: airtime in microseconds.
 */
uint32_t txe_transmit(struct mac *mac, const struct mac_vif *vif,
		      uint8_t *frame, uint16_t len, uint32_t rate,
		      uint8_t *response, uint16_t *response_len,
		      struct air_rx *rx);

/** txe_vif_rate() - rate for a frame that no station's table is for */
uint32_t txe_vif_rate(struct mac *mac, const struct mac_vif *vif,
		      uint32_t wanted);

/* rxe.c */

extern const struct air_radio_ops rxe_ops;

/** rxe_init() - memory for the batch; false: there is none */
bool rxe_init(struct mac *mac);
void rxe_free(struct mac *mac);

/** rxe_answer() - show a monitor the answer that the transmit engine got */
void rxe_answer(struct mac *mac, const uint8_t *frame, uint16_t len,
		const struct air_rx *rx, uint32_t rate);

/* rxe_up.c */

/** rxe_flush() - decrypt the batch and pass it up */
void rxe_flush(struct mac *mac);

/* cpl.c */

bool cpl_init(struct mac *mac);
void cpl_free(struct mac *mac);
void cpl_reset(struct mac *mac);

/** cpl_put() - write a record, or keep it until there is room */
void cpl_put(struct mac *mac, const struct skua_cpl *unit, unsigned int n);

/** cpl_room() - a record of @n units can be written at once */
bool cpl_room(struct mac *mac, unsigned int n);

/** cpl_waiting() - units wait: start nothing that makes more of them */
static inline bool cpl_waiting(const struct mac *mac)
{
	return mac->cpl.len != 0;
}

/**
 * struct tx_result - what sending a frame came to
 * @status: see there
 * @rate: of the last transmission, 0 if there was none
 * @tries: transmissions
 * @airtime_us: of all of them
 * @ack_signal: dBm, 0 for none
 */
struct tx_result {
	enum skua_tx_status status;
	uint32_t rate;
	uint32_t tries;
	uint32_t airtime_us;
	int8_t ack_signal;
};

/** cpl_tx() - record the end of a frame, in one record with its neighbours */
void cpl_tx(struct mac *mac, const struct txf *f, const struct tx_result *r);

/** cpl_publish() - close the open record, and tell the host */
void cpl_publish(struct mac *mac);

/** cpl_poll() - move what waits into the ring; true if anything moved */
bool cpl_poll(struct mac *mac);

/** cpl_event() - write an in-band event; type and size are filled in */
void cpl_event(struct mac *mac, const struct skua_cpl_inband *event);

/** cpl_inband() - post an in-band event about a station, and tell the host */
void cpl_inband(struct mac *mac, enum skua_inband_id id,
		const struct mac_sta *sta, uint8_t tid, uint32_t arg);

/* tsf.c */

/**
 * tsf_needs_key() - beacons count only if a BIGTK has proved them
 * @mac: MAC
 * @vif: interface
 *
 * Return: true if the interface has a BIGTK.
 */
bool tsf_needs_key(struct mac *mac, const struct mac_vif *vif);

/**
 * tsf_beacon() - take clock and sign of life from a beacon
 * @mac: MAC
 * @frame: the beacon, any length
 * @len: octets
 * @time_us: NIC's time at its start
 * @rate: rate word; how far into the frame the timestamp is follows from it
 * @checked: a BIGTK has proved it: it is for those of its BSS who have one, and
 *	else for those who have none
 */
void tsf_beacon(struct mac *mac, const uint8_t *frame, uint16_t len,
		uint64_t time_us, uint32_t rate, bool checked);

/* beacon.c */

/** beacon_start() - the first template, or one with another interval */
void beacon_start(struct mac_vif *vif);

/** beacon_set() - a template or TSF has changed: find the next TBTT */
void beacon_set(struct mac_vif *vif);

/** beacon_stop() - no beacons any more */
void beacon_stop(struct mac_vif *vif);

/**
 * beacon_tbtt() - the interface's beacon timer has expired
 * @vif: the interface
 *
 * Return: true if a beacon is on the air; the caller ends the burst, see
 *	air_flush(), with the group frames that follow the beacon.
 */
bool beacon_tbtt(struct mac_vif *vif);

/** beacon_heard() - somebody else's beacon of the interface's IBSS has come */
void beacon_heard(struct mac_vif *vif);

#endif /* SKUA_DEVICE_MAC_PRIV_H */
