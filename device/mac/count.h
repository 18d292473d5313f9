/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of the MAC engines; json.c shows them
 */
#ifndef SKUA_DEVICE_MAC_COUNT_H
#define SKUA_DEVICE_MAC_COUNT_H

#include <stdint.h>

/* X(name, meaning): struct mac_counts and mac_counters() follow from this list */
#define MAC_COUNTERS(X)							\
	X(tx_fetched,	"descriptors fetched")				\
	X(tx_encap,	"802.3 frames that became 802.11 frames")	\
	X(tx_csum,	"checksums filled in, those of segments not counted") \
	X(tx_gso,	"packets cut into segments")			\
	X(tx_gso_segs,	"segments of them")				\
	X(tx_mgmt,	"management frames sent, first tries")		\
	X(tx_ctl,	"control frames sent for the host")		\
	X(tx_data,	"data frames sent, first tries")		\
	X(tx_group,	"group addressed frames among tx_mgmt, tx_ctl, tx_data") \
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
	X(tx_ppdus,	"PPDUs of the host's frames sent, BlockAckReqs not counted") \
	X(tx_mpdus,	"MPDUs in them, retransmissions included")	\
	X(tx_ampdu,	"A-MPDUs sent, of two MPDUs or more")		\
	X(tx_ampdu_mpdus, "MPDUs in them")				\
	X(tx_bar,	"BlockAckReqs sent")				\
	X(tx_bar_no_ba,	"BlockAckReqs without Block Ack")		\
	X(tx_ba_stalled, "transmit sessions that made no progress")	\
	X(tx_rests,	"rests of queues whose receiver did not answer") \
	X(tx_expired,	"frames given up since they were too old")	\
	X(tx_bad_answer, "answers of another kind than expected")	\
	X(tx_encrypted,	"MPDUs protected")				\
	X(tx_encrypted_bytes, "octets protected")			\
	X(tx_crypto_failed, "MPDUs that could not be protected")	\
	X(crypto_ipsec_mb, "MPDUs whose cipher libipsec-mb has done")	\
	X(tx_flushed,	"frames flushed")				\
	X(tx_stale_sta,	"frames of a stale station")			\
	X(tx_stale_key,	"frames with a stale key")			\
	X(tx_wrong_key,	"frames with a key of another owner or kind")	\
	X(tx_bad_desc,	"invalid descriptors")				\
	X(tx_bad_frame,	"invalid frames")				\
	X(tx_clear_refused, "clear frames for keyed stations refused")	\
	X(tx_no_chan,	"frames of interfaces without channel")		\
	X(tx_no_mem,	"frames refused without memory")		\
	X(tx_full,	"times that frames were left in their rings, since as many as the NIC holds waited") \
	X(tx_dma_error,	"frames whose memory cannot be read")		\
	X(tx_held,	"frames held for a dozing station or DTIM")	\
	X(tx_released,	"frames released to a dozing station")		\
	X(tx_bad_rate,	"invalid rate words of the firmware")		\
	X(rx_frames,	"frames with a right FCS for an interface here") \
	X(rx_mgmt,	"management frames passed up")			\
	X(rx_ctl,	"control frames passed up")			\
	X(rx_data,	"data frames passed up")			\
	X(rx_decap,	"802.3 frames among rx_data")			\
	X(rx_csum_ok,	"frames passed up with a right checksum of TCP or UDP") \
	X(rx_coalesced,	"records of two TCP segments or more")		\
	X(rx_coalesced_segs, "TCP segments in them")			\
	X(rx_amsdu,	"A-MSDUs taken apart")				\
	X(rx_amsdu_refused, "A-MSDUs dropped: malformed, or with wrong addresses") \
	X(rx_group,	"group addressed frames among rx_mgmt, rx_ctl, rx_data") \
	X(rx_bytes,	"octets passed up")				\
	X(rx_beacon,	"beacons of own BSSs")				\
	X(rx_acks_sent,	"acknowledgements sent")			\
	X(rx_cts_sent,	"CTS sent")					\
	X(rx_ba_sent,	"Block Acks sent")				\
	X(rx_ba_outside, "aggregated frames without a session: not received") \
	X(rx_ba_idle,	"timeouts of Block Ack sessions")		\
	X(rx_bar,	"BlockAckReqs of sessions")			\
	X(rx_bar_outside, "BlockAckReqs without a session, passed up")	\
	X(rx_fcs_error,	"frames with a wrong FCS")			\
	X(rx_malformed,	"frames that make no sense")			\
	X(rx_filtered,	"frames that the filter dropped")		\
	X(rx_dup,	"duplicates dropped")				\
	X(rx_replay,	"replays dropped")				\
	X(rx_mic_error,	"frames whose MIC or ICV was wrong")		\
	X(rx_michael_error, "frames whose Michael MIC was wrong")	\
	X(rx_no_key,	"protected frames without key, passed up encrypted") \
	X(rx_no_phase1,	"TKIP frames without phase 1 key, passed up encrypted") \
	X(rx_clear_refused, "clear frames of keyed stations dropped")	\
	X(rx_decrypted,	"MPDUs decrypted or verified")			\
	X(rx_decrypted_bytes, "octets decrypted")			\
	X(rx_no_buffer,	"frames dropped without a buffer")		\
	X(rx_bad_buffer, "invalid receive buffers")			\
	X(rx_no_cpl,	"frames and events dropped while completions wait") \
	X(rx_overrun,	"frames not acknowledged for want of buffers or room for completions") \
	X(ps_sleep,	"stations that fell asleep")			\
	X(ps_wake,	"stations that woke up")			\
	X(ps_poll,	"PS-Polls")					\
	X(beacon_skipped, "beacons not sent: the radio was elsewhere")	\
	X(beacon_missed, "TBTTs that passed before the timer ran")	\
	X(beacon_yielded, "beacons not sent: another station of the IBSS was quicker") \
	X(beacon_no_pn,	"beacons not sent: lease of PNs used up")	\
	X(cpl_units,	"completion units written")			\
	X(cpl_waited,	"completion units that had to wait for room")	\
	X(cpl_lost,	"completion units lost: firmware posts too many") \
	X(radar_pulses,	"radar pulses heard")				\
	X(radar_lost,	"radar pulses lost: the firmware is too slow")	\
	X(eng_errors,	"register writes of the firmware refused")

struct mac_counts {
#define MAC_COUNT_FIELD(name, text) uint64_t name;
	MAC_COUNTERS(MAC_COUNT_FIELD)
#undef MAC_COUNT_FIELD
};

/* MPDUs by cipher, in the order of crypto_ciphers; see struct mac_key */
struct mac_cipher_counts {
	uint64_t enc_frames;
	uint64_t enc_bytes;
	uint64_t dec_frames;
	uint64_t dec_bytes;
};

#endif /* SKUA_DEVICE_MAC_COUNT_H */
