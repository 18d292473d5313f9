// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - files that show the driver's state: /sys/kernel/debug/ieee80211/phyN/skua/
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/random.h>
#include <linux/seq_file.h>

#include "skua.h"

#define SKUA_ECHO_MAX		100000
#define SKUA_ECHO_PAUSE_US	40

#ifdef CONFIG_MAC80211_DEBUGFS

static const char *const skua_ctr_names[SKUA_NUM_CTRS] = {
	[SKUA_CTR_CMD_SENT] = "cmd_sent",
	[SKUA_CTR_CMD_FAILED] = "cmd_failed",
	[SKUA_CTR_CMD_TIMEOUT] = "cmd_timeout",
	[SKUA_CTR_CMD_SLOW] = "cmd_slow",
	[SKUA_CTR_CMD_RING_FULL] = "cmd_ring_full",
	[SKUA_CTR_EVT] = "evt",
	[SKUA_CTR_EVT_BAD] = "evt_bad",
	[SKUA_CTR_EVT_STALE] = "evt_stale",
	[SKUA_CTR_EVT_MISSING] = "evt_missing",
	[SKUA_CTR_CPL_BAD] = "cpl_bad",
	[SKUA_CTR_RING_BAD] = "ring_bad",
	[SKUA_CTR_DOORBELL] = "doorbell",
	[SKUA_CTR_DOORBELL_SAVED] = "doorbell_saved",
	[SKUA_CTR_IRQ] = "irq",
	[SKUA_CTR_POLL] = "poll",
	[SKUA_CTR_LOST_IRQ] = "lost_irq",
	[SKUA_CTR_LOST_DOORBELL] = "lost_doorbell",
	[SKUA_CTR_TX_STALL] = "tx_stall",
	[SKUA_CTR_SILENT] = "silent",
	[SKUA_CTR_CRASH] = "crash",
	[SKUA_CTR_LOST] = "lost",
	[SKUA_CTR_RESTART] = "restart",
	[SKUA_CTR_INBAND] = "inband",
	[SKUA_CTR_INBAND_BAD] = "inband_bad",
	[SKUA_CTR_TX_QUEUED] = "tx_queued",
	[SKUA_CTR_TX_ACKED] = "tx_acked",
	[SKUA_CTR_TX_NOT_ACKED] = "tx_not_acked",
	[SKUA_CTR_TX_UNACKED_SENT] = "tx_unacked_sent",
	[SKUA_CTR_TX_FLUSHED] = "tx_flushed",
	[SKUA_CTR_TX_STALE] = "tx_stale",
	[SKUA_CTR_TX_BAD] = "tx_bad",
	[SKUA_CTR_TX_NIC_OTHER] = "tx_nic_other",
	[SKUA_CTR_TX_DEAD] = "tx_dead",
	[SKUA_CTR_TX_NO_KEY] = "tx_no_key",
	[SKUA_CTR_TX_REFUSED] = "tx_refused",
	[SKUA_CTR_TX_GSO] = "tx_gso",
	[SKUA_CTR_TX_CUT] = "tx_cut",
	[SKUA_CTR_TX_SUMMED] = "tx_summed",
	[SKUA_CTR_TX_NO_ROOM] = "tx_no_room",
	[SKUA_CTR_TX_MAP] = "tx_map",
	[SKUA_CTR_TX_BAD_TOKEN] = "tx_bad_token",
	[SKUA_CTR_TX_RECLAIMED] = "tx_reclaimed",
	[SKUA_CTR_TX_AGAIN] = "tx_again",
	[SKUA_CTR_RX] = "rx",
	[SKUA_CTR_RX_BAD_BUF] = "rx_bad_buf",
	[SKUA_CTR_RX_BAD_LEN] = "rx_bad_len",
	[SKUA_CTR_RX_BAD_FIELD] = "rx_bad_field",
	[SKUA_CTR_RX_REFUSED] = "rx_refused",
	[SKUA_CTR_RX_COALESCED] = "rx_coalesced",
	[SKUA_CTR_RX_STALE_STA] = "rx_stale_sta",
	[SKUA_CTR_RX_STALE_KEY] = "rx_stale_key",
	[SKUA_CTR_RX_REPLAY] = "rx_replay",
	[SKUA_CTR_RX_NO_MEM] = "rx_no_mem",
	[SKUA_CTR_RX_REFILL] = "rx_refill",
	[SKUA_CTR_RX_NO_CHANNEL] = "rx_no_channel",
	[SKUA_CTR_RX_DOWN] = "rx_down",
	[SKUA_CTR_KEY_INSTALLED] = "key_installed",
	[SKUA_CTR_KEY_REFUSED] = "key_refused",
	[SKUA_CTR_KEY_FULL] = "key_full",
	[SKUA_CTR_KEY_REPLAY] = "key_replay",
	[SKUA_CTR_KEY_MIC_FAILURE] = "key_mic_failure",
	[SKUA_CTR_KEY_CUT_SHORT] = "key_cut_short",
	[SKUA_CTR_BA_TX] = "ba_tx",
	[SKUA_CTR_BA_RX] = "ba_rx",
	[SKUA_CTR_BA_REFUSED] = "ba_refused",
	[SKUA_CTR_BA_STALLED] = "ba_stalled",
	[SKUA_CTR_BA_IDLE] = "ba_idle",
};

/* One line "name value" for each counter of enum skua_ctr. */
static int skua_stats_show(struct seq_file *m, void *v)
{
	struct skua *sc = m->private;
	unsigned int i;

	for (i = 0; i < SKUA_NUM_CTRS; i++)
		seq_printf(m, "%s %lld\n", skua_ctr_names[i] ?: "unnamed",
			   atomic64_read(&sc->ctr[i]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(skua_stats);

static const char *const skua_ring_names[SKUA_NUM_RINGS] = {
	[SKUA_RING_CMD]		= "cmd",
	[SKUA_RING_EVT]		= "evt",
	[SKUA_RING_TX_VO]	= "tx_vo",
	[SKUA_RING_TX_VI]	= "tx_vi",
	[SKUA_RING_TX_BE]	= "tx_be",
	[SKUA_RING_TX_BK]	= "tx_bk",
	[SKUA_RING_TX_MGMT]	= "tx_mgmt",
	[SKUA_RING_RXBUF]	= "rxbuf",
	[SKUA_RING_CPL0]	= "cpl0",
};

static int skua_rings_show(struct seq_file *m, void *v)
{
	struct skua *sc = m->private;
	unsigned int i;

	seq_puts(m, "ring entries prod cons space_event avail_event private broken\n");
	for (i = 0; i < SKUA_NUM_RINGS; i++) {
		struct skua_ring *ring = &sc->ring[i];

		if (!ring->entries)
			continue;
		seq_printf(m, "%s %u %u %u %u %u %u %d\n",
			   skua_ring_names[i] ?: "?", ring->entries,
			   le32_to_cpu(READ_ONCE(ring->idx->prod)),
			   le32_to_cpu(READ_ONCE(ring->idx->cons)),
			   le32_to_cpu(READ_ONCE(ring->idx->space_event)),
			   le32_to_cpu(READ_ONCE(ring->idx->avail_event)),
			   READ_ONCE(ring->next), ring->broken);
	}
	seq_printf(m, "tokens %u free %u\n", sc->tx.ntokens,
		   READ_ONCE(sc->tx.nfree));
	seq_printf(m, "rx_buffers %u not_posted %u\n", sc->rx.nbufs,
		   READ_ONCE(sc->rx.nfree));
	seq_printf(m, "frames_in_nic %d\n", atomic_read(&sc->tx.queued));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(skua_rings);

static int skua_caps_show(struct seq_file *m, void *v)
{
	struct skua *sc = m->private;
	const struct skua_caps *caps = &sc->caps;
	unsigned int i;

	seq_printf(m, "firmware %s\n", caps->fw_version);
	seq_printf(m, "build_id %16phN\n", sc->fw_build_id);
	seq_printf(m, "features 0x%016llx\n", caps->features);
	seq_printf(m, "address %pM\n", caps->mac);
	seq_printf(m, "vifs %u stas %u keys %u chanctxs %u channels %u\n",
		   caps->vifs, caps->stas, caps->keys, caps->chanctxs,
		   caps->channels);
	seq_printf(m, "scan_ssids %u scan_chans %u scan_ie_len %u\n",
		   caps->scan_ssids, caps->scan_chans, caps->scan_ie_len);
	seq_printf(m, "beacon_len %u max_mpdu %u tx_queue %u\n",
		   caps->beacon_len, caps->max_mpdu, caps->tx_queue);
	seq_printf(m, "bands 0x%x chains %u nss %u max_bw %u max_power %d\n",
		   caps->bands, caps->chains, caps->nss, caps->max_bw,
		   caps->max_power);
	seq_puts(m, "ciphers");
	for (i = 0; i < caps->n_ciphers; i++)
		seq_printf(m, " %08x", caps->cipher[i]);
	seq_printf(m, "\nvectors %d\nflags 0x%lx\n", sc->nvectors,
		   READ_ONCE(sc->flags));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(skua_caps);

/* A write of an enum skua_crash_how makes the firmware fail in that way. */
static int skua_crash_set(void *data, u64 val)
{
	struct skua *sc = data;
	struct skua_cmd_u32 cmd = { .val = cpu_to_le32(val) };

	if (val > SKUA_CRASH_SILENT)
		return -EINVAL;
	return skua_cmd_post(sc, SKUA_CMD_CRASH, &cmd, sizeof(cmd));
}
DEFINE_DEBUGFS_ATTRIBUTE(skua_crash_fops, NULL, skua_crash_set, "%llu\n");

/*
 * A write of a number has the firmware answer as many NOPs, one after the other,
 * after pauses of random length, so that each side is caught at any point of
 * its way to sleep. Together with watchdog_off this proves that no wake-up is
 * lost: a lost wake-up would end in a timeout.
 */
static int skua_echo_set(void *data, u64 val)
{
	struct skua *sc = data;
	int ret = 0;

	if (val > SKUA_ECHO_MAX)
		return -EINVAL;
	wiphy_lock(sc->hw->wiphy);
	while (!ret && val--) {
		udelay(get_random_u32_below(SKUA_ECHO_PAUSE_US));
		ret = skua_cmd_send(sc, SKUA_CMD_NOP, NULL, 0);
	}
	wiphy_unlock(sc->hw->wiphy);
	return ret;
}
DEFINE_DEBUGFS_ATTRIBUTE(skua_echo_fops, NULL, skua_echo_set, "%llu\n");

/* A write of any number reports a radar on the operating channel to mac80211. */
static int skua_radar_set(void *data, u64 val)
{
	skua_radar_detected(data, 0);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(skua_radar_fops, NULL, skua_radar_set, "%llu\n");

/**
 * skua_debugfs_init() - make the files
 * @sc: the device, registered with mac80211
 *
 * Process context. Errors do not matter: the driver works without debugfs.
 */
void skua_debugfs_init(struct skua *sc)
{
	sc->debugfs = debugfs_create_dir("skua", sc->hw->wiphy->debugfsdir);
	debugfs_create_file("stats", 0444, sc->debugfs, sc, &skua_stats_fops);
	debugfs_create_file("rings", 0444, sc->debugfs, sc, &skua_rings_fops);
	debugfs_create_file("caps", 0444, sc->debugfs, sc, &skua_caps_fops);
	debugfs_create_file_unsafe("crash", 0200, sc->debugfs, sc,
				   &skua_crash_fops);
	debugfs_create_file_unsafe("echo", 0200, sc->debugfs, sc,
				   &skua_echo_fops);
	if (skua_has(sc, SKUA_FEAT_RADAR))
		debugfs_create_file_unsafe("dfs_simulate_radar", 0200,
					   sc->debugfs, sc, &skua_radar_fops);
	debugfs_create_bool("watchdog_off", 0600, sc->debugfs, &sc->watchdog.off);
}

/**
 * skua_debugfs_exit() - remove the files
 * @sc: the device, before it is unregistered
 */
void skua_debugfs_exit(struct skua *sc)
{
	debugfs_remove(sc->debugfs);
	sc->debugfs = NULL;
}

#else

void skua_debugfs_init(struct skua *sc)
{
}

void skua_debugfs_exit(struct skua *sc)
{
}

#endif
