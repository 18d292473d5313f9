/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - the contract between driver, firmware and NIC
 *
 * Everything that crosses the PCI bus is defined here and explained in
 * docs/nic.rst. The driver, the firmware (fw/) and the NIC (device/) include
 * this one file; it may be used under either licence so that others can build
 * the NIC too.
 *
 * Conventions: all multi-byte fields are little-endian. A field called rsvd
 * is written as zero and ignored when read. "Host" is the machine with the
 * driver, "NIC" the device. Indices run freely modulo 2^32; the slot is the
 * index masked with the (power of two) number of entries less one.
 */
#ifndef SKUA_HW_H
#define SKUA_HW_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "fw/types.h"
#endif

/*
 * PCI identity. The device id lies in the range that QEMU documents for
 * experiments.
 */
#define SKUA_PCI_VENDOR_ID		0x1af4
#define SKUA_PCI_DEVICE_ID		0x10f5
#define SKUA_BAR0_SIZE			0x10000
#define SKUA_MSIX_VECTORS		4

/* ABI of this file. Major must match; minor only ever adds. */
#define SKUA_ABI_MAJOR			1
#define SKUA_ABI_MINOR			2

/*
 * BAR0 registers: 32 bits each, naturally aligned accesses only.
 * RO read-only, WO write-only (reads zero), RW both.
 */
#define SKUA_REG_ID			0x0000	/* RO: SKUA_ID_MAGIC */
#define SKUA_REG_ABI			0x0004	/* RO: major << 16 | minor */
#define SKUA_REG_CTRL			0x0008	/* WO: SKUA_CTRL_* */
#define SKUA_REG_STATUS			0x000c	/* RO: SKUA_STATUS_* */
#define SKUA_REG_BOOT_ADDR_LO		0x0010	/* RW: bus address of the boot context */
#define SKUA_REG_BOOT_ADDR_HI		0x0014	/* RW */
#define SKUA_REG_NONCE			0x0018	/* RW: must equal skua_boot_ctx.nonce */
#define SKUA_REG_BOOT_ERR		0x001c	/* RO: enum skua_boot_err */
#define SKUA_REG_FATAL			0x0020	/* RO: enum skua_fatal */
#define SKUA_REG_TSF_LO			0x0024	/* RO: free-running microseconds; latches HI */
#define SKUA_REG_TSF_HI			0x0028	/* RO: high half latched by the last LO read */
#define SKUA_REG_FW_IDLE		0x002c	/* RO: ms the firmware owes a sign; 1.2 */
#define SKUA_REG_DOORBELL(ring)		(0x0100 + 4 * (ring))	/* WO: any value */

#define SKUA_ID_MAGIC			0x41554b53	/* "SKUA" */

#define SKUA_CTRL_RESET			BIT(0)	/* stop all DMA, forget everything */
#define SKUA_CTRL_BOOT			BIT(1)	/* read the boot context and start */
#define SKUA_CTRL_DUMP			BIT(2)	/* stop the processor, write a crash record */

#define SKUA_STATUS_RESET_DONE		BIT(0)	/* no guest memory will be touched */
#define SKUA_STATUS_BOOTING		BIT(1)	/* boot ROM or firmware start-up runs */
#define SKUA_STATUS_ALIVE		BIT(2)	/* the ALIVE event has been posted */
#define SKUA_STATUS_BOOT_FAILED		BIT(3)	/* SKUA_REG_BOOT_ERR says why */
#define SKUA_STATUS_FATAL		BIT(4)	/* the firmware died; SKUA_REG_FATAL */
#define SKUA_STATUS_GONE		0xffffffff	/* what a removed NIC reads */

/**
 * enum skua_boot_err - what the boot ROM found wrong
 * @SKUA_BOOT_OK: nothing
 * @SKUA_BOOT_ERR_DMA: the boot context or the image is not readable by DMA
 * @SKUA_BOOT_ERR_CTX_MAGIC: the boot context has a wrong magic or size
 * @SKUA_BOOT_ERR_NONCE: nonce in memory and register differ: memory not shared
 * @SKUA_BOOT_ERR_ABI: driver and NIC differ in ABI major version
 * @SKUA_BOOT_ERR_RING: a ring has a bad address, size, entry size or vector
 * @SKUA_BOOT_ERR_IMG_MAGIC: the firmware image has a wrong magic
 * @SKUA_BOOT_ERR_IMG_ABI: the image is for another ABI major version
 * @SKUA_BOOT_ERR_IMG_LEN: the image is truncated, too long, or outside SRAM
 * @SKUA_BOOT_ERR_IMG_HASH: the image's SHA-256 does not match
 */
enum skua_boot_err {
	SKUA_BOOT_OK		= 0,
	SKUA_BOOT_ERR_DMA	= 1,
	SKUA_BOOT_ERR_CTX_MAGIC	= 2,
	SKUA_BOOT_ERR_NONCE	= 3,
	SKUA_BOOT_ERR_ABI	= 4,
	SKUA_BOOT_ERR_RING	= 5,
	SKUA_BOOT_ERR_IMG_MAGIC	= 6,
	SKUA_BOOT_ERR_IMG_ABI	= 7,
	SKUA_BOOT_ERR_IMG_LEN	= 8,
	SKUA_BOOT_ERR_IMG_HASH	= 9,
};

/**
 * enum skua_fatal - why the control processor stopped
 * @SKUA_FATAL_NONE: it has not
 * @SKUA_FATAL_ASSERT: the firmware called its own assertion
 * @SKUA_FATAL_TRAP: an unhandled trap
 * @SKUA_FATAL_WATCHDOG: the firmware did not feed the watchdog in time
 * @SKUA_FATAL_RING: the host broke a ring's rules (index out of range)
 * @SKUA_FATAL_DMA: memory that a ring needs cannot be reached
 * @SKUA_FATAL_HOST: the host had it stopped, by SKUA_CTRL_DUMP
 */
enum skua_fatal {
	SKUA_FATAL_NONE		= 0,
	SKUA_FATAL_ASSERT	= 1,
	SKUA_FATAL_TRAP		= 2,
	SKUA_FATAL_WATCHDOG	= 3,
	SKUA_FATAL_RING		= 4,
	SKUA_FATAL_DMA		= 5,
	SKUA_FATAL_HOST		= 6,
};

/*
 * Features: offered by NIC and firmware, accepted by the driver in the boot
 * context; ALIVE carries the intersection, and only that may be used.
 */
#define SKUA_FEAT_HT			BIT_ULL(0)
#define SKUA_FEAT_VHT			BIT_ULL(1)
#define SKUA_FEAT_HE			BIT_ULL(2)
#define SKUA_FEAT_EHT			BIT_ULL(3)
#define SKUA_FEAT_TX_AMPDU		BIT_ULL(4)
#define SKUA_FEAT_RX_AMPDU		BIT_ULL(5)
#define SKUA_FEAT_RX_REORDER		BIT_ULL(6)
#define SKUA_FEAT_TX_ENCAP		BIT_ULL(7)	/* 802.3 frames in, 802.11 out */
#define SKUA_FEAT_RX_DECAP		BIT_ULL(8)
#define SKUA_FEAT_TX_CSUM		BIT_ULL(9)
#define SKUA_FEAT_TX_GSO		BIT_ULL(10)
#define SKUA_FEAT_RX_CSUM		BIT_ULL(11)
#define SKUA_FEAT_RX_COALESCE		BIT_ULL(12)
#define SKUA_FEAT_TKIP_PHASE1_HOST	BIT_ULL(13)	/* contract clause K10 */
#define SKUA_FEAT_AP_PS			BIT_ULL(14)	/* the NIC buffers for sleepers */
#define SKUA_FEAT_STA_PS		BIT_ULL(15)
#define SKUA_FEAT_UAPSD			BIT_ULL(16)
#define SKUA_FEAT_BEACON_PROT		BIT_ULL(17)
#define SKUA_FEAT_HW_SCAN		BIT_ULL(18)
#define SKUA_FEAT_ROC			BIT_ULL(19)
#define SKUA_FEAT_WOWLAN		BIT_ULL(20)
#define SKUA_FEAT_MLO			BIT_ULL(21)
#define SKUA_FEAT_TX_FRAG		BIT_ULL(22)
#define SKUA_FEAT_RADAR			BIT_ULL(23)	/* radar detection */

/*
 * Architectural limits: what the field widths allow. The real limits of a
 * NIC arrive in SKUA_TLV_LIMITS and are never larger.
 */
#define SKUA_MAX_VIFS			32
#define SKUA_MAX_LINKS			15
#define SKUA_MAX_STAS			1024
#define SKUA_MAX_KEYS			4096
#define SKUA_MAX_CHANCTX		8
#define SKUA_NUM_TIDS			16
#define SKUA_NUM_PN			17	/* one a TID, one for management */
#define SKUA_PN_MGMT			16
#define SKUA_NUM_ACS			4
#define SKUA_MAX_MPDU			11454
#define SKUA_STA_NONE			0xffff
#define SKUA_KEY_NONE			0xffff
#define SKUA_VIF_NONE			0xff
#define SKUA_CHANCTX_NONE		0xff
#define SKUA_MAX_KEY_LEN		32
#define SKUA_MAX_AID			2007

/* ------------------------------------------------------------------ */
/* Rings								*/
/* ------------------------------------------------------------------ */

/**
 * enum skua_ring_id - the rings, by doorbell number
 * @SKUA_RING_CMD: host to NIC, struct skua_cmd
 * @SKUA_RING_EVT: NIC to host, struct skua_evt
 * @SKUA_RING_TX_VO: host to NIC, struct skua_tx_desc, and so for the next four
 * @SKUA_RING_TX_VI: video
 * @SKUA_RING_TX_BE: best effort
 * @SKUA_RING_TX_BK: background
 * @SKUA_RING_TX_MGMT: management, and what goes off channel
 * @SKUA_RING_RXBUF: host to NIC, struct skua_rx_buf: lends receive buffers
 * @SKUA_RING_CPL0: NIC to host, struct skua_cpl: receive units, transmit
 *	records and in-band events, in the order in which they happened
 * @SKUA_RING_CPL1: as CPL0, for a second receive queue; optional
 * @SKUA_RING_CPL2: as CPL0, for a third
 * @SKUA_RING_CPL3: as CPL0, for a fourth
 * @SKUA_NUM_RINGS: how many there can be
 *
 * The transmit rings stand in the order of IEEE80211_AC_*.
 */
enum skua_ring_id {
	SKUA_RING_CMD		= 0,
	SKUA_RING_EVT		= 1,
	SKUA_RING_TX_VO		= 2,
	SKUA_RING_TX_VI		= 3,
	SKUA_RING_TX_BE		= 4,
	SKUA_RING_TX_BK		= 5,
	SKUA_RING_TX_MGMT	= 6,
	SKUA_RING_RXBUF		= 7,
	SKUA_RING_CPL0		= 8,
	SKUA_RING_CPL1		= 9,
	SKUA_RING_CPL2		= 10,
	SKUA_RING_CPL3		= 11,
	SKUA_NUM_RINGS		= 16,
};

#define SKUA_RING_MIN_ENTRIES		8
#define SKUA_RING_MAX_ENTRIES		65536

/**
 * struct skua_ring_idx - a ring's indices, in host memory
 * @prod: written by the producer: entries before it are valid
 * @space_event: written by the producer: tell me when cons passes this
 * @rsvd0: fills the producer's cache line
 * @cons: written by the consumer: entries before it may be overwritten
 * @avail_event: written by the consumer: tell me when prod passes this
 * @rsvd1: fills the consumer's cache line
 *
 * The producer writes entries, then (after a write barrier) @prod, then (after
 * a full barrier) reads @avail_event and notifies if it lies in the half-open
 * range of what was just published: (u32)(new - avail_event - 1) <
 * (u32)(new - old). @cons and @space_event work alike the other way. To
 * notify means a doorbell write when the host does it, an interrupt on the
 * ring's vector when the NIC does. A consumer that goes to sleep writes
 * @avail_event = its cons, then a full barrier, then looks at @prod once more.
 * Index and event index are naturally aligned and accessed as single words.
 */
struct skua_ring_idx {
	__le32 prod;
	__le32 space_event;
	__le32 rsvd0[14];
	__le32 cons;
	__le32 avail_event;
	__le32 rsvd1[14];
};

static_assert(sizeof(struct skua_ring_idx) == 128, "ring index size");

/**
 * struct skua_ring_cfg - where a ring is
 * @addr: bus address of the first entry, 64-byte aligned
 * @idx_addr: bus address of its struct skua_ring_idx, 64-byte aligned
 * @entries: number of entries, a power of two; 0 means the ring is not used
 * @entry_size: bytes an entry; must be that of the ring's structure
 * @vector: MSI-X vector of notifications to the host
 * @rsvd: zero
 * @coalesce_us: interrupt moderation: longest delay in microseconds
 * @coalesce_max: interrupt moderation: notify at once after so many entries
 * @rsvd2: zero
 */
struct skua_ring_cfg {
	__le64 addr;
	__le64 idx_addr;
	__le32 entries;
	__le16 entry_size;
	u8 vector;
	u8 rsvd;
	__le16 coalesce_us;
	__le16 coalesce_max;
	__le32 rsvd2;
};

static_assert(sizeof(struct skua_ring_cfg) == 32, "ring config size");

/* ------------------------------------------------------------------ */
/* Boot									*/
/* ------------------------------------------------------------------ */

#define SKUA_BOOT_MAGIC			0x544f4253	/* "SBOT" */
#define SKUA_FW_MAGIC			0x57464b53	/* "SKFW" */
#define SKUA_FW_MAX_SEGS		16
#define SKUA_FW_MAX_LEN			(512 * 1024)
#define SKUA_FW_FILE			"skua/skua.fw"

/**
 * struct skua_seg - a piece of host memory
 * @addr: bus address
 * @len: bytes
 * @rsvd: zero
 */
struct skua_seg {
	__le64 addr;
	__le32 len;
	__le32 rsvd;
};

static_assert(sizeof(struct skua_seg) == 16, "segment size");

/**
 * struct skua_boot_ctx - what one write of SKUA_CTRL_BOOT hands over
 * @magic: SKUA_BOOT_MAGIC
 * @size: sizeof(struct skua_boot_ctx)
 * @abi_major: SKUA_ABI_MAJOR
 * @abi_minor: SKUA_ABI_MINOR
 * @nonce: random, also in SKUA_REG_NONCE
 * @features: the features that the driver accepts (SKUA_FEAT_*)
 * @fw_len: length of the firmware image
 * @fw_nsegs: how many of @fw_seg are used
 * @dump_addr: where the NIC writes its crash record (struct skua_crash_hdr)
 * @dump_len: room there; 0 for none
 * @rsvd: zero
 * @fw_seg: the firmware image, in order
 * @ring: the rings, by enum skua_ring_id
 *
 * The context must stay in place until ALIVE or a failed boot; rings and dump
 * buffer until SKUA_STATUS_RESET_DONE.
 */
struct skua_boot_ctx {
	__le32 magic;
	__le32 size;
	__le16 abi_major;
	__le16 abi_minor;
	__le32 nonce;
	__le64 features;
	__le32 fw_len;
	__le32 fw_nsegs;
	__le64 dump_addr;
	__le32 dump_len;
	__le32 rsvd[5];
	struct skua_seg fw_seg[SKUA_FW_MAX_SEGS];
	struct skua_ring_cfg ring[SKUA_NUM_RINGS];
};

static_assert(sizeof(struct skua_boot_ctx) == 64 + 256 + 512, "boot context size");

/**
 * struct skua_fw_hdr - head of a firmware image file
 * @magic: SKUA_FW_MAGIC
 * @hdr_len: sizeof(struct skua_fw_hdr); the body follows
 * @abi_major: ABI that the firmware was built for
 * @abi_minor: likewise
 * @body_len: bytes after the header
 * @load_addr: where the body goes in the control processor's SRAM
 * @entry: where the hart starts
 * @mem_len: bytes of SRAM that the image needs in all, body included
 * @flags: zero
 * @version: NUL-terminated text
 * @sha256: SHA-256 over the body
 * @build_id: first 16 bytes of the ELF file's SHA-256, to find its symbols
 * @rsvd: zero
 */
struct skua_fw_hdr {
	__le32 magic;
	__le32 hdr_len;
	__le16 abi_major;
	__le16 abi_minor;
	__le32 body_len;
	__le32 load_addr;
	__le32 entry;
	__le32 mem_len;
	__le32 flags;
	char version[32];
	u8 sha256[32];
	u8 build_id[16];
	u8 rsvd[16];
};

static_assert(sizeof(struct skua_fw_hdr) == 128, "firmware header size");

#define SKUA_CRASH_MAGIC		0x48535243	/* "CRSH" */

/**
 * struct skua_crash_hdr - the crash record in the dump buffer
 * @magic: SKUA_CRASH_MAGIC, written last
 * @len: bytes written, this header included
 * @cause: enum skua_fatal
 * @line: source line of an assertion, else 0
 * @time_us: SKUA_REG_TSF when it happened
 * @pc: program counter
 * @mcause: RISC-V machine cause
 * @mepc: machine exception program counter
 * @mtval: machine trap value
 * @mstatus: machine status
 * @x: integer registers x1 to x31
 * @file: source file of an assertion, NUL-terminated, or empty
 * @build_id: of the image, as in struct skua_fw_hdr
 * @sram_base: address of the SRAM copy that follows
 * @sram_len: its length; key material is wiped from it
 */
struct skua_crash_hdr {
	__le32 magic;
	__le32 len;
	__le32 cause;
	__le32 line;
	__le64 time_us;
	__le32 pc;
	__le32 mcause;
	__le32 mepc;
	__le32 mtval;
	__le32 mstatus;
	__le32 x[31];
	char file[32];
	u8 build_id[16];
	__le32 sram_base;
	__le32 sram_len;
};

static_assert(sizeof(struct skua_crash_hdr) == 224, "crash header size");

/* ------------------------------------------------------------------ */
/* Rates								*/
/* ------------------------------------------------------------------ */

/*
 * A rate is one word. For legacy encodings the index is the rate in units of
 * 100 kbit/s (10 to 540); for HT the MCS 0-31; for VHT, HE and EHT the MCS,
 * with the number of spatial streams beside it. 0 means "none".
 */
#define SKUA_RATE_IDX			GENMASK(9, 0)
#define SKUA_RATE_NSS			GENMASK(13, 10)
#define SKUA_RATE_ENC			GENMASK(16, 14)	/* enum skua_enc */
#define SKUA_RATE_BW			GENMASK(19, 17)	/* enum skua_bw */
#define SKUA_RATE_GI			GENMASK(22, 20)	/* enum skua_gi */
#define SKUA_RATE_LDPC			BIT(23)
#define SKUA_RATE_STBC			BIT(24)
#define SKUA_RATE_SHORTPRE		BIT(25)
#define SKUA_RATE_DCM			BIT(26)
#define SKUA_RATE_GREENFIELD		BIT(27)

enum skua_enc {
	SKUA_ENC_LEGACY	= 0,
	SKUA_ENC_HT	= 1,
	SKUA_ENC_VHT	= 2,
	SKUA_ENC_HE	= 3,
	SKUA_ENC_EHT	= 4,
};

enum skua_bw {
	SKUA_BW_20	= 0,
	SKUA_BW_40	= 1,
	SKUA_BW_80	= 2,
	SKUA_BW_160	= 3,
	SKUA_BW_320	= 4,
};

enum skua_gi {
	SKUA_GI_LONG	= 0,	/* 0.8 us, HT and VHT long */
	SKUA_GI_SHORT	= 1,	/* 0.4 us, HT and VHT */
	SKUA_GI_1_6	= 2,	/* HE */
	SKUA_GI_3_2	= 3,	/* HE */
};

/* ------------------------------------------------------------------ */
/* Transmit								*/
/* ------------------------------------------------------------------ */

#define SKUA_TXD_SEGS			2	/* segments in the first slot */
#define SKUA_TXD_CONT_SEGS		4	/* segments in a continuation slot */
#define SKUA_TXD_MAX_SEGS		20

#define SKUA_TXD_W0_TOKEN		GENMASK(15, 0)
#define SKUA_TXD_W0_NSEG		GENMASK(20, 16)	/* 1 to SKUA_TXD_MAX_SEGS */
#define SKUA_TXD_W2_STA			GENMASK(15, 0)	/* or SKUA_STA_NONE */
#define SKUA_TXD_W2_STA_GEN		GENMASK(31, 16)
#define SKUA_TXD_W3_VIF			GENMASK(7, 0)
#define SKUA_TXD_W3_LINK		GENMASK(11, 8)
#define SKUA_TXD_W3_TID			GENMASK(15, 12)	/* valid with SKUA_TXF_QOS */
#define SKUA_TXD_W3_TRIES		GENMASK(20, 16)	/* most transmissions; 0: default */
#define SKUA_TXD_W4_KEY			GENMASK(15, 0)	/* or SKUA_KEY_NONE */
#define SKUA_TXD_W4_KEY_GEN		GENMASK(31, 16)
#define SKUA_TXD_W6_PN_HI		GENMASK(15, 0)
#define SKUA_TXD_W6_GSO_SIZE		GENMASK(31, 16)
#define SKUA_TXD_W7_CSUM_START		GENMASK(15, 0)
#define SKUA_TXD_W7_CSUM_OFF		GENMASK(31, 16)

/* Flags, word 1 */
#define SKUA_TXF_QOS			BIT(0)	/* W3_TID is valid */
#define SKUA_TXF_NO_ACK			BIT(1)	/* send once, expect no ACK */
#define SKUA_TXF_PROTECT		BIT(2)	/* encrypt with W4's key; PN is valid */
#define SKUA_TXF_KEEP_SEQ		BIT(3)	/* leave sequence control alone (injected) */
#define SKUA_TXF_INSERT_TS		BIT(4)	/* put TSF into a beacon or probe response */
#define SKUA_TXF_RATE			BIT(5)	/* W7 is a rate word, not checksum offsets */
#define SKUA_TXF_RTS			BIT(6)	/* RTS/CTS first, whatever the length */
#define SKUA_TXF_CTS_SELF		BIT(7)	/* CTS-to-self first */
#define SKUA_TXF_AFTER_DTIM		BIT(8)	/* hold until after the next DTIM beacon */
#define SKUA_TXF_NO_PS_BUFFER		BIT(9)	/* send even to a sleeping station */
#define SKUA_TXF_OFFCHAN		BIT(10)	/* send on the remain-on-channel channel */
#define SKUA_TXF_AMPDU			BIT(11)	/* may be aggregated */
#define SKUA_TXF_ENCAP			BIT(12)	/* 802.3 header; SKUA_FEAT_TX_ENCAP */
#define SKUA_TXF_CSUM			BIT(13)
#define SKUA_TXF_GSO_V4			BIT(14)
#define SKUA_TXF_GSO_V6			BIT(15)
#define SKUA_TXF_EOSP			BIT(16)	/* last frame of a service period */
#define SKUA_TXF_MORE_DATA		BIT(17)
#define SKUA_TXF_STATUS			BIT(18)	/* the stack asked for the frame's fate */
#define SKUA_TXF_MGMT_PROT		BIT(19)	/* group management: append an MMIE */
#define SKUA_TXF_VALID			GENMASK(19, 0)

/**
 * struct skua_tx_desc - a frame to send: first slot
 * @w0: token and number of segments
 * @flags: SKUA_TXF_*
 * @w2: station handle and generation
 * @w3: vif, link, TID, tries
 * @w4: key slot and generation
 * @pn_lo: low 32 bits of the first packet number
 * @w6: high 16 bits of it, segment size
 * @w7: checksum offsets, or a rate with SKUA_TXF_RATE
 * @seg: the first segments
 *
 * The frame starts with its 802.11 header (802.3 with SKUA_TXF_ENCAP) and has
 * neither IV nor MIC nor FCS. Continuation slots follow when there are more
 * than SKUA_TXD_SEGS segments. Ring slots are given back by cons, in order;
 * the token stays out until a transmit record returns it.
 */
struct skua_tx_desc {
	__le32 w0;
	__le32 flags;
	__le32 w2;
	__le32 w3;
	__le32 w4;
	__le32 pn_lo;
	__le32 w6;
	__le32 w7;
	struct skua_seg seg[SKUA_TXD_SEGS];
};

static_assert(sizeof(struct skua_tx_desc) == 64, "tx descriptor size");

/**
 * struct skua_tx_cont - a frame to send: continuation slot
 * @seg: further segments
 */
struct skua_tx_cont {
	struct skua_seg seg[SKUA_TXD_CONT_SEGS];
};

static_assert(sizeof(struct skua_tx_cont) == 64, "tx continuation size");

/* ------------------------------------------------------------------ */
/* Receive buffers							*/
/* ------------------------------------------------------------------ */

#define SKUA_RXBUF_MIN_LEN		512

/**
 * struct skua_rx_buf - a receive buffer lent to the NIC
 * @addr: bus address
 * @len: bytes, at least SKUA_RXBUF_MIN_LEN
 * @id: comes back in the completion
 * @rsvd: zero
 */
struct skua_rx_buf {
	__le64 addr;
	__le32 len;
	__le16 id;
	__le16 rsvd;
};

static_assert(sizeof(struct skua_rx_buf) == 16, "rx buffer size");

/* ------------------------------------------------------------------ */
/* Completions								*/
/* ------------------------------------------------------------------ */

#define SKUA_CPL_UNIT			64
#define SKUA_CPL_W0_TYPE		GENMASK(7, 0)	/* enum skua_cpl_type */
#define SKUA_CPL_W0_UNITS		GENMASK(15, 8)	/* 64-byte units of the record */
#define SKUA_CPL_W0_COUNT		GENMASK(31, 16)	/* words or buffers that follow */

/**
 * enum skua_cpl_type - what a completion record is
 * @SKUA_CPL_RX: struct skua_cpl_rx, then one word for each further buffer
 * @SKUA_CPL_TX: struct skua_cpl_tx, then one word for each ended descriptor
 * @SKUA_CPL_INBAND: struct skua_cpl_inband
 */
enum skua_cpl_type {
	SKUA_CPL_RX	= 1,
	SKUA_CPL_TX	= 2,
	SKUA_CPL_INBAND	= 3,
};

/**
 * struct skua_cpl - one 64-byte unit of a completion ring
 * @w0: in the first unit of a record: type, units, count
 * @w: the rest, or, in the units that follow, all words
 *
 * A record's units stand in consecutive slots (modulo the ring).
 */
struct skua_cpl {
	__le32 w0;
	__le32 w[15];
};

static_assert(sizeof(struct skua_cpl) == SKUA_CPL_UNIT, "completion unit size");

/* Receive flags */
#define SKUA_RXF_FCS_ERR		BIT(0)
#define SKUA_RXF_PLCP_ERR		BIT(1)
#define SKUA_RXF_DECRYPTED		BIT(2)
#define SKUA_RXF_IV_STRIPPED		BIT(3)
#define SKUA_RXF_ICV_STRIPPED		BIT(4)
#define SKUA_RXF_MIC_STRIPPED		BIT(5)
#define SKUA_RXF_MMIC_STRIPPED		BIT(6)
#define SKUA_RXF_MMIC_ERR		BIT(7)
#define SKUA_RXF_PN_VALIDATED		BIT(8)
#define SKUA_RXF_DUP_VALIDATED		BIT(9)
#define SKUA_RXF_AMPDU			BIT(10)
#define SKUA_RXF_AMPDU_LAST		BIT(11)
#define SKUA_RXF_AMPDU_LAST_KNOWN	BIT(12)
#define SKUA_RXF_AMPDU_DELIM_CRC_ERR	BIT(13)
#define SKUA_RXF_AMPDU_EOF		BIT(14)
#define SKUA_RXF_AMPDU_EOF_KNOWN	BIT(15)
#define SKUA_RXF_AMSDU			BIT(16)
#define SKUA_RXF_8023			BIT(17)
#define SKUA_RXF_CSUM_OK		BIT(18)
#define SKUA_RXF_MONITOR_ONLY		BIT(19)	/* for monitors, not for the stack */
#define SKUA_RXF_MACTIME_START		BIT(20)
#define SKUA_RXF_NO_SIGNAL		BIT(21)
#define SKUA_RXF_PN_VALID		BIT(22)	/* the pn field holds the frame's PN */

#define SKUA_RX_BUF_ID			GENMASK(15, 0)
#define SKUA_RX_BUF_LEN			GENMASK(31, 16)

/**
 * struct skua_cpl_rx - a received frame
 * @w0: type, units, number of buffers (at least 1)
 * @flags: SKUA_RXF_*
 * @buf0: id and bytes used of the first buffer, @offset included; further ones
 *	in the words that follow the 64th byte
 * @frame_len: bytes of the frame over all buffers, without FCS
 * @offset: where the frame starts in the first buffer
 * @vif: interface it was received for, or SKUA_VIF_NONE
 * @link: link of it
 * @sta: handle of the transmitter, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @key: slot of the key that decrypted it, or SKUA_KEY_NONE
 * @key_gen: generation of it
 * @rate: rate word
 * @pn_lo: low 32 bits of the packet number, with SKUA_RXF_PN_VALID
 * @pn_hi: high 16 bits of it
 * @freq: centre of the primary 20 MHz channel in MHz
 * @signal: dBm, all chains together
 * @noise: dBm
 * @chain_signal: dBm of up to four chains; 0 for none
 * @chains: bit mask of valid @chain_signal
 * @tid: TID, or 16 for frames without one
 * @tsf: microseconds of @vif's TSF, or of the NIC's time if it is
 *	SKUA_VIF_NONE; first symbol of the frame (MACTIME_START)
 * @ampdu_ref: with SKUA_RXF_AMPDU: the same in all frames of one A-MPDU
 * @rsvd: zero
 */
struct skua_cpl_rx {
	__le32 w0;
	__le32 flags;
	__le32 buf0;
	__le16 frame_len;
	u8 offset;
	u8 vif;
	u8 link;
	u8 tid;
	__le16 sta;
	__le16 sta_gen;
	__le16 key;
	__le16 key_gen;
	__le16 pn_hi;
	__le32 pn_lo;
	__le32 rate;
	__le16 freq;
	s8 signal;
	s8 noise;
	s8 chain_signal[4];
	u8 chains;
	u8 rsvd[3];
	__le32 ampdu_ref;
	__le64 tsf;
};

static_assert(sizeof(struct skua_cpl_rx) == SKUA_CPL_UNIT, "rx completion size");

#define SKUA_TXS_TOKEN			GENMASK(15, 0)
#define SKUA_TXS_TRIES			GENMASK(23, 16)
#define SKUA_TXS_STATUS			GENMASK(31, 24)	/* enum skua_tx_status */

/**
 * enum skua_tx_status - how a descriptor ended
 * @SKUA_TXS_ACKED: acknowledged (all of its MPDUs)
 * @SKUA_TXS_NO_ACK: given up after the last try
 * @SKUA_TXS_SENT: sent, and no acknowledgment was expected
 * @SKUA_TXS_FLUSHED: dropped by a flush, reset of its queue or station removal
 * @SKUA_TXS_STALE_STA: station handle unknown or of another generation
 * @SKUA_TXS_STALE_KEY: key slot empty or of another generation
 * @SKUA_TXS_BAD: the descriptor or the frame makes no sense
 * @SKUA_TXS_NO_CHAN: its interface has no channel
 * @SKUA_TXS_NO_MEM: the NIC ran out of memory
 * @SKUA_TXS_DMA: its memory cannot be read
 */
enum skua_tx_status {
	SKUA_TXS_ACKED		= 0,
	SKUA_TXS_NO_ACK		= 1,
	SKUA_TXS_SENT		= 2,
	SKUA_TXS_FLUSHED	= 3,
	SKUA_TXS_STALE_STA	= 4,
	SKUA_TXS_STALE_KEY	= 5,
	SKUA_TXS_BAD		= 6,
	SKUA_TXS_NO_CHAN	= 7,
	SKUA_TXS_NO_MEM		= 8,
	SKUA_TXS_DMA		= 9,
};

#define SKUA_CPL_TX_WORDS		7	/* status words in the first unit */

/**
 * struct skua_cpl_tx - the fate of one PPDU's descriptors
 * @w0: type, units, number of status words (at least 1)
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @vif: interface
 * @link: link
 * @tid: TID, or 16
 * @ack_signal: dBm of the last acknowledgment, 0 if none
 * @rate: of the last transmission
 * @airtime_us: of all transmissions
 * @mpdus: sent for the first time
 * @acked: acknowledged
 * @retried: retransmissions
 * @rsvd: zero
 * @rsvd2: zero
 * @rsvd3: zero
 * @status: the first status words; the rest in the units that follow
 */
struct skua_cpl_tx {
	__le32 w0;
	__le16 sta;
	__le16 sta_gen;
	u8 vif;
	u8 link;
	u8 tid;
	s8 ack_signal;
	__le32 rate;
	__le32 airtime_us;
	__le16 mpdus;
	__le16 acked;
	__le16 retried;
	__le16 rsvd;
	__le32 rsvd2;
	__le32 rsvd3;
	__le32 status[SKUA_CPL_TX_WORDS];
};

static_assert(sizeof(struct skua_cpl_tx) == SKUA_CPL_UNIT, "tx completion size");

/**
 * enum skua_inband_id - station events that keep their place among frames
 * @SKUA_INB_STA_SLEEP: a frame with the PM bit came from it
 * @SKUA_INB_STA_WAKE: a frame without
 * @SKUA_INB_PSPOLL: it polls, and the NIC holds nothing for it
 * @SKUA_INB_UAPSD_TRIGGER: it opened a service period (tid)
 * @SKUA_INB_EOSP: the service period that the NIC served has ended
 * @SKUA_INB_BA_STOP: a Block Ack session ended (tid, arg = 1 for transmit)
 * @SKUA_INB_KEY_RETIRED: no later frame was decrypted with key (arg = slot
 *	| generation << 16)
 * @SKUA_INB_TX_DRAINED: what a flush waited for has left (arg = cookie)
 */
enum skua_inband_id {
	SKUA_INB_STA_SLEEP	= 1,
	SKUA_INB_STA_WAKE	= 2,
	SKUA_INB_PSPOLL		= 3,
	SKUA_INB_UAPSD_TRIGGER	= 4,
	SKUA_INB_EOSP		= 5,
	SKUA_INB_BA_STOP	= 6,
	SKUA_INB_KEY_RETIRED	= 7,
	SKUA_INB_TX_DRAINED	= 8,
};

/**
 * struct skua_cpl_inband - an event in the completion ring
 * @w0: type, units (1), count (0)
 * @id: enum skua_inband_id
 * @tid: where it applies
 * @vif: where it applies
 * @sta: station handle, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @arg: see enum skua_inband_id
 * @rsvd: zero
 */
struct skua_cpl_inband {
	__le32 w0;
	__le16 id;
	u8 tid;
	u8 vif;
	__le16 sta;
	__le16 sta_gen;
	__le32 arg;
	__le32 rsvd[12];
};

static_assert(sizeof(struct skua_cpl_inband) == SKUA_CPL_UNIT, "in-band size");

/* ------------------------------------------------------------------ */
/* Commands								*/
/* ------------------------------------------------------------------ */

#define SKUA_CMD_INLINE			208
#define SKUA_NUM_TX_RINGS		5
#define SKUA_CMD_MAX_EXT		8192

#define SKUA_CMDF_NO_ACK		BIT(0)	/* no CMD_DONE unless it fails */
#define SKUA_CMDF_SECRET		BIT(1)	/* wiped from every copy once used */

/**
 * struct skua_cmd - a command
 * @op: enum skua_cmd_op
 * @len: bytes used of @data; must be exactly what @op wants
 * @flags: SKUA_CMDF_*
 * @seq: comes back in CMD_DONE
 * @ext_len: bytes of further data in host memory, at most SKUA_CMD_MAX_EXT
 * @rsvd: zero
 * @tx_prod: producer index of each transmit ring (from SKUA_RING_TX_VO on)
 *	when the command was published
 * @rsvd2: zero
 * @data: the command's structure; with @ext_len, its last 8 bytes are the bus
 *	address of the further data, which stays in place until CMD_DONE
 *
 * Commands take effect in order, after the NIC has fetched the frames before
 * @tx_prod, and before it fetches any other.
 */
struct skua_cmd {
	__le16 op;
	__le16 len;
	__le16 flags;
	__le16 seq;
	__le32 ext_len;
	__le32 rsvd;
	__le32 tx_prod[SKUA_NUM_TX_RINGS];
	__le32 rsvd2[3];
	u8 data[SKUA_CMD_INLINE];
};

static_assert(sizeof(struct skua_cmd) == 256, "command size");
#define SKUA_CMD_EXT_ADDR		(SKUA_CMD_INLINE - 8)	/* offset in data */

/**
 * enum skua_cmd_op - commands
 * @SKUA_CMD_NOP: nothing; CMD_DONE echoes the data
 * @SKUA_CMD_START: the interface is up; engines may run
 * @SKUA_CMD_STOP: the opposite: radio off, queues flushed
 * @SKUA_CMD_CRASH: fail on purpose (struct skua_cmd_u32: enum skua_crash_how)
 * @SKUA_CMD_VIF_ADD: struct skua_cmd_vif
 * @SKUA_CMD_VIF_UPDATE: struct skua_cmd_vif
 * @SKUA_CMD_VIF_REMOVE: struct skua_cmd_u32: vif
 * @SKUA_CMD_CHANCTX_SET: struct skua_cmd_chanctx; adds or changes
 * @SKUA_CMD_CHANCTX_REMOVE: struct skua_cmd_u32: context
 * @SKUA_CMD_VIF_CHANCTX: struct skua_cmd_vif_chanctx
 * @SKUA_CMD_EDCA: struct skua_cmd_edca
 * @SKUA_CMD_RX_FILTER: struct skua_cmd_u32: SKUA_FILTER_*
 * @SKUA_CMD_RTS_THRESHOLD: struct skua_cmd_u32: bytes, ~0 for off
 * @SKUA_CMD_FRAG_THRESHOLD: struct skua_cmd_u32: bytes, ~0 for off
 * @SKUA_CMD_TXPOWER: struct skua_cmd_u32: dBm
 * @SKUA_CMD_STA_ADD: struct skua_cmd_sta
 * @SKUA_CMD_STA_UPDATE: struct skua_cmd_sta
 * @SKUA_CMD_STA_REMOVE: struct skua_cmd_sta_ref; its queue is flushed first
 * @SKUA_CMD_STA_STATS: struct skua_cmd_sta_ref; answers struct skua_sta_stats
 * @SKUA_CMD_KEY_SET: struct skua_cmd_key
 * @SKUA_CMD_KEY_DEL: struct skua_cmd_key_ref; then SKUA_INB_KEY_RETIRED
 * @SKUA_CMD_KEY_DEFAULT: struct skua_cmd_key_ref: default unicast (WEP) key
 * @SKUA_CMD_KEY_TKIP_PHASE1: struct skua_cmd_tkip_phase1
 * @SKUA_CMD_KEY_LEASE: struct skua_cmd_key_ref; answers struct skua_key_lease
 * @SKUA_CMD_BEACON_SET: struct skua_cmd_beacon with the template as further
 *	data; template length 0 stops
 * @SKUA_CMD_TIM_SET: struct skua_cmd_tim
 * @SKUA_CMD_SCAN: struct skua_cmd_scan with struct skua_scan_chan and elements
 *	as further data; SKUA_EVT_SCAN_DONE follows CMD_DONE
 * @SKUA_CMD_SCAN_CANCEL: nothing; SKUA_EVT_SCAN_DONE follows
 * @SKUA_CMD_ROC: struct skua_cmd_roc; SKUA_EVT_ROC_READY follows, then
 *	SKUA_EVT_ROC_EXPIRED
 * @SKUA_CMD_ROC_CANCEL: nothing; SKUA_EVT_ROC_EXPIRED does not follow. No
 *	mistake if the period has just ended
 * @SKUA_CMD_FLUSH: struct skua_cmd_flush; CMD_DONE when nothing is left
 * @SKUA_CMD_SURVEY: struct skua_cmd_u32: MHz; answers struct skua_survey
 * @SKUA_CMD_TSF_GET: struct skua_cmd_tsf; answers the same
 * @SKUA_CMD_TSF_SET: struct skua_cmd_tsf: TSF to set
 * @SKUA_CMD_TSF_OFFSET: struct skua_cmd_tsf: signed microseconds to add
 * @SKUA_CMD_BA: struct skua_cmd_ba; needs an A-MPDU feature
 * @SKUA_CMD_PS: struct skua_cmd_ps; needs SKUA_FEAT_STA_PS
 * @SKUA_CMD_PS_RELEASE: struct skua_cmd_ps_release; needs SKUA_FEAT_AP_PS
 * @SKUA_CMD_PROBE_RESP_SET: as BEACON_SET; reserved for offload
 */
enum skua_cmd_op {
	SKUA_CMD_NOP			= 0x00,
	SKUA_CMD_START			= 0x01,
	SKUA_CMD_STOP			= 0x02,
	SKUA_CMD_CRASH			= 0x03,
	SKUA_CMD_VIF_ADD		= 0x10,
	SKUA_CMD_VIF_UPDATE		= 0x11,
	SKUA_CMD_VIF_REMOVE		= 0x12,
	SKUA_CMD_CHANCTX_SET		= 0x13,
	SKUA_CMD_CHANCTX_REMOVE		= 0x14,
	SKUA_CMD_VIF_CHANCTX		= 0x15,
	SKUA_CMD_EDCA			= 0x16,
	SKUA_CMD_RX_FILTER		= 0x17,
	SKUA_CMD_RTS_THRESHOLD		= 0x18,
	SKUA_CMD_FRAG_THRESHOLD		= 0x19,
	SKUA_CMD_TXPOWER		= 0x1a,
	SKUA_CMD_STA_ADD		= 0x20,
	SKUA_CMD_STA_UPDATE		= 0x21,
	SKUA_CMD_STA_REMOVE		= 0x22,
	SKUA_CMD_STA_STATS		= 0x23,
	SKUA_CMD_KEY_SET		= 0x30,
	SKUA_CMD_KEY_DEL		= 0x31,
	SKUA_CMD_KEY_DEFAULT		= 0x32,
	SKUA_CMD_KEY_TKIP_PHASE1	= 0x33,
	SKUA_CMD_KEY_LEASE		= 0x34,
	SKUA_CMD_BEACON_SET		= 0x40,
	SKUA_CMD_TIM_SET		= 0x41,
	SKUA_CMD_PROBE_RESP_SET		= 0x42,
	SKUA_CMD_SCAN			= 0x50,
	SKUA_CMD_SCAN_CANCEL		= 0x51,
	SKUA_CMD_ROC			= 0x52,
	SKUA_CMD_ROC_CANCEL		= 0x53,
	SKUA_CMD_FLUSH			= 0x60,
	SKUA_CMD_SURVEY			= 0x61,
	SKUA_CMD_TSF_GET		= 0x62,
	SKUA_CMD_TSF_SET		= 0x63,
	SKUA_CMD_TSF_OFFSET		= 0x64,
	SKUA_CMD_BA			= 0x70,
	SKUA_CMD_PS			= 0x80,
	SKUA_CMD_PS_RELEASE		= 0x81,
};

/**
 * enum skua_status - how a command ended, in CMD_DONE
 * @SKUA_ST_OK: done
 * @SKUA_ST_INVALID: a field makes no sense, or the size is wrong
 * @SKUA_ST_NO_ENTRY: no such vif, station, key, context
 * @SKUA_ST_EXISTS: it exists already
 * @SKUA_ST_NO_SPACE: the table is full
 * @SKUA_ST_UNSUPPORTED: unknown command, or its feature was not accepted
 * @SKUA_ST_BUSY: not now
 * @SKUA_ST_STALE: wrong generation
 * @SKUA_ST_DMA: further data cannot be read
 * @SKUA_ST_STATE: not in this state (no channel, not started)
 */
enum skua_status {
	SKUA_ST_OK		= 0,
	SKUA_ST_INVALID		= 1,
	SKUA_ST_NO_ENTRY	= 2,
	SKUA_ST_EXISTS		= 3,
	SKUA_ST_NO_SPACE	= 4,
	SKUA_ST_UNSUPPORTED	= 5,
	SKUA_ST_BUSY		= 6,
	SKUA_ST_STALE		= 7,
	SKUA_ST_DMA		= 8,
	SKUA_ST_STATE		= 9,
};

/** struct skua_cmd_u32 - a command with one number
 * @val: the number
 */
struct skua_cmd_u32 {
	__le32 val;
};

static_assert(sizeof(struct skua_cmd_u32) == 4, "u32 command size");

/**
 * enum skua_crash_how - ways to fail for SKUA_CMD_CRASH
 * @SKUA_CRASH_ASSERT: a firmware assertion
 * @SKUA_CRASH_TRAP: an illegal instruction
 * @SKUA_CRASH_LOOP: an endless loop, for the watchdog to find
 * @SKUA_CRASH_SILENT: sleep for ever with the watchdog off: no sign at all
 */
enum skua_crash_how {
	SKUA_CRASH_ASSERT	= 0,
	SKUA_CRASH_TRAP		= 1,
	SKUA_CRASH_LOOP		= 2,
	SKUA_CRASH_SILENT	= 3,
};

/**
 * enum skua_vif_type - interface types
 * @SKUA_VIF_STA: station or P2P client
 * @SKUA_VIF_AP: access point or P2P group owner
 * @SKUA_VIF_IBSS: IBSS
 * @SKUA_VIF_MESH: mesh point
 * @SKUA_VIF_MONITOR: monitor
 * @SKUA_VIF_DEVICE: P2P device
 * @SKUA_VIF_OCB: outside the context of a BSS
 */
enum skua_vif_type {
	SKUA_VIF_STA		= 0,
	SKUA_VIF_AP		= 1,
	SKUA_VIF_IBSS		= 2,
	SKUA_VIF_MESH		= 3,
	SKUA_VIF_MONITOR	= 4,
	SKUA_VIF_DEVICE		= 5,
	SKUA_VIF_OCB		= 6,
};

#define SKUA_VIFF_ASSOC			BIT(0)	/* station: associated */
#define SKUA_VIFF_SHORT_SLOT		BIT(1)
#define SKUA_VIFF_SHORT_PREAMBLE	BIT(2)
#define SKUA_VIFF_CTS_PROT		BIT(3)	/* ERP protection */
#define SKUA_VIFF_QOS			BIT(4)
#define SKUA_VIFF_HIDDEN_SSID		BIT(5)
#define SKUA_VIFF_BEACONING		BIT(6)	/* IBSS, mesh, AP: beacons enabled */

/**
 * struct skua_cmd_vif - an interface and its BSS
 * @vif: handle, chosen by the driver, below the limit
 * @type: enum skua_vif_type
 * @link: link
 * @rsvd: zero
 * @flags: SKUA_VIFF_*
 * @addr: own MAC address
 * @bssid: BSSID, zero if none
 * @aid: station: association id
 * @beacon_int: TU, 0 if unknown
 * @dtim_period: beacons
 * @rsvd2: zero
 * @ht_protection: HT operation mode, as in the HT Operation element
 * @basic_rates: rate mask over the legacy rates 1, 2, 5.5, 11, 6, 9, 12, 18,
 *	24, 36, 48, 54 Mbit/s, in this order
 * @mgmt_rate: rate word for management frames; 0: lowest basic rate
 * @mcast_rate: rate word for group data; 0: lowest basic rate
 * @sync_tsf: station: timestamp of the last beacon
 * @sync_device_ts: and the NIC's time then
 */
struct skua_cmd_vif {
	u8 vif;
	u8 type;
	u8 link;
	u8 rsvd;
	__le32 flags;
	u8 addr[6];
	u8 bssid[6];
	__le16 aid;
	__le16 beacon_int;
	u8 dtim_period;
	u8 rsvd2;
	__le16 ht_protection;
	__le32 basic_rates;
	__le32 mgmt_rate;
	__le32 mcast_rate;
	__le32 sync_device_ts;
	__le64 sync_tsf;
};

static_assert(sizeof(struct skua_cmd_vif) == 52 + 4, "vif command size");

/**
 * struct skua_chandef - a channel
 * @freq: centre of the primary 20 MHz channel, MHz
 * @center1: centre of the whole (first segment), MHz
 * @bw: enum skua_bw
 * @flags: SKUA_CHANF_*
 * @power: highest transmit power, dBm
 * @rsvd: zero
 */
struct skua_chandef {
	__le16 freq;
	__le16 center1;
	u8 bw;
	u8 flags;
	s8 power;
	u8 rsvd;
};

static_assert(sizeof(struct skua_chandef) == 8, "chandef size");

#define SKUA_CHANF_PASSIVE		BIT(0)	/* no-IR: listen only */
#define SKUA_CHANF_RADAR		BIT(1)	/* of a context: look for radar */
#define SKUA_CHANF_OFDM_ONLY		BIT(2)	/* no CCK rates (no_cck, 5, 6 GHz) */

/**
 * struct skua_cmd_chanctx - a channel context
 * @ctx: handle, chosen by the driver
 * @rsvd: zero
 * @chan: the channel
 */
struct skua_cmd_chanctx {
	u8 ctx;
	u8 rsvd[3];
	struct skua_chandef chan;
};

static_assert(sizeof(struct skua_cmd_chanctx) == 12, "chanctx command size");

/**
 * struct skua_cmd_vif_chanctx - which context an interface's link uses
 * @vif: interface
 * @link: link
 * @ctx: context, or SKUA_CHANCTX_NONE
 * @rsvd: zero
 */
struct skua_cmd_vif_chanctx {
	u8 vif;
	u8 link;
	u8 ctx;
	u8 rsvd;
};

static_assert(sizeof(struct skua_cmd_vif_chanctx) == 4, "vif chanctx command size");

/**
 * struct skua_cmd_edca - EDCA parameters of one AC
 * @vif: interface
 * @link: link
 * @ac: access category, in the order of the transmit rings
 * @aifsn: AIFS number, slots
 * @cw_min: 2^n - 1, slots
 * @cw_max: likewise
 * @txop: limit in units of 32 us
 * @flags: bit 0: U-APSD; bit 1: admission control mandatory
 * @mu_aifsn: HE MU EDCA; 0 with @mu_timer 0 when there are none
 * @mu_ecw: HE MU EDCA: ECWmin and ECWmax nibbles
 * @mu_timer: HE MU EDCA timer
 * @rsvd: zero
 */
struct skua_cmd_edca {
	u8 vif;
	u8 link;
	u8 ac;
	u8 aifsn;
	__le16 cw_min;
	__le16 cw_max;
	__le16 txop;
	u8 flags;
	u8 mu_aifsn;
	u8 mu_ecw;
	u8 mu_timer;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_cmd_edca) == 16, "edca command size");

/* Receive filter: what passes beside frames for one's own interfaces */
#define SKUA_FILTER_ALLMULTI		BIT(0)
#define SKUA_FILTER_FCSFAIL		BIT(1)
#define SKUA_FILTER_PLCPFAIL		BIT(2)
#define SKUA_FILTER_BCN_PRBRESP		BIT(3)	/* of any BSS */
#define SKUA_FILTER_CONTROL		BIT(4)	/* addressed to us */
#define SKUA_FILTER_OTHER_BSS		BIT(5)	/* everything: monitors */
#define SKUA_FILTER_PSPOLL		BIT(6)
#define SKUA_FILTER_PROBE_REQ		BIT(7)
#define SKUA_FILTER_MCAST_ACTION	BIT(8)
#define SKUA_FILTER_VALID		GENMASK(8, 0)

#define SKUA_STAF_AUTH			BIT(0)
#define SKUA_STAF_ASSOC			BIT(1)
#define SKUA_STAF_AUTHORIZED		BIT(2)
#define SKUA_STAF_QOS			BIT(3)
#define SKUA_STAF_MFP			BIT(4)
#define SKUA_STAF_4ADDR			BIT(5)
#define SKUA_STAF_TDLS			BIT(6)
#define SKUA_STAF_SHORT_GI_20		BIT(7)
#define SKUA_STAF_SHORT_GI_40		BIT(8)
#define SKUA_STAF_SHORT_GI_80		BIT(9)
#define SKUA_STAF_SHORT_GI_160		BIT(10)
#define SKUA_STAF_LDPC			BIT(11)
#define SKUA_STAF_SPP_AMSDU		BIT(12)
#define SKUA_STAF_KEYED			BIT(13)	/* saw set_key: fail closed */

/**
 * struct skua_cmd_sta - a peer
 * @sta: handle, chosen by the driver, below the limit
 * @gen: generation, one more at each use of the handle
 * @vif: interface
 * @link: link
 * @aid: association id; 0 if none
 * @addr: its MAC address
 * @addr_pad: zero
 * @flags: SKUA_STAF_*
 * @legacy_rates: it supports, as in skua_cmd_vif.basic_rates
 * @ht_mcs: its HT receive MCS 0-31; 0 without HT
 * @vht_mcs: its VHT receive MCS map; 0xffff without VHT
 * @he_mcs: its HE receive MCS map for 80 MHz; 0xffff without HE
 * @he_mcs160: for 160 MHz
 * @bw: enum skua_bw, widest that it receives now
 * @nss: spatial streams that it receives now
 * @uapsd_queues: bit per AC
 * @max_sp: service period length
 * @ampdu_factor: largest A-MPDU as 2^(13 + factor) - 1 bytes
 * @ampdu_density: minimum MPDU spacing, as in the HT Capabilities element
 * @max_amsdu: bytes
 * @rsvd: zero
 * @eht_mcs: its EHT receive MCS and NSS; zero without EHT
 * @fixed_rate: rate word that is used alone; 0: rate control
 */
struct skua_cmd_sta {
	__le16 sta;
	__le16 gen;
	u8 vif;
	u8 link;
	__le16 aid;
	u8 addr[6];
	u8 addr_pad[2];
	__le32 flags;
	__le32 legacy_rates;
	__le32 ht_mcs;
	__le16 vht_mcs;
	__le16 he_mcs;
	__le16 he_mcs160;
	u8 bw;
	u8 nss;
	u8 uapsd_queues;
	u8 max_sp;
	u8 ampdu_factor;
	u8 ampdu_density;
	__le16 max_amsdu;
	__le16 rsvd;
	u8 eht_mcs[16];
	__le32 fixed_rate;
};

static_assert(sizeof(struct skua_cmd_sta) == 64, "sta command size");

/**
 * struct skua_cmd_sta_ref - names a station
 * @sta: handle
 * @gen: generation
 */
struct skua_cmd_sta_ref {
	__le16 sta;
	__le16 gen;
};

static_assert(sizeof(struct skua_cmd_sta_ref) == 4, "sta ref size");

/**
 * struct skua_sta_stats - answer of SKUA_CMD_STA_STATS
 * @tx_packets: MPDUs acknowledged
 * @tx_failed: MPDUs given up
 * @tx_retries: retransmissions
 * @tx_rate: rate used last
 * @rx_packets: MPDUs received
 * @rx_dups: duplicates dropped
 * @rx_replays: replays dropped
 * @rx_mic_errors: MPDUs whose MIC was wrong
 * @rx_rate: rate received last
 * @rx_signal: dBm, last frame
 * @ack_signal: dBm, last acknowledgment
 * @rsvd: zero
 * @tx_bytes: in acknowledged MPDUs
 * @rx_bytes: in received MPDUs
 * @tx_airtime_us: airtime
 * @rx_airtime_us: airtime
 */
struct skua_sta_stats {
	__le32 tx_packets;
	__le32 tx_failed;
	__le32 tx_retries;
	__le32 tx_rate;
	__le32 rx_packets;
	__le32 rx_dups;
	__le32 rx_replays;
	__le32 rx_mic_errors;
	__le32 rx_rate;
	s8 rx_signal;
	s8 ack_signal;
	u8 rsvd[2];
	__le64 tx_bytes;
	__le64 rx_bytes;
	__le64 tx_airtime_us;
	__le64 rx_airtime_us;
};

static_assert(sizeof(struct skua_sta_stats) == 72, "sta stats size");

#define SKUA_KEYF_PAIRWISE		BIT(0)
#define SKUA_KEYF_TX_ONLY		BIT(1)
#define SKUA_KEYF_RX_ONLY		BIT(2)	/* Extended Key ID, NO_AUTO_TX */
#define SKUA_KEYF_SPP_AMSDU		BIT(3)
#define SKUA_KEYF_DEFAULT_TX		BIT(4)	/* frames that the NIC makes itself */
#define SKUA_KEYF_MGMT			BIT(5)	/* IGTK or BIGTK */

/**
 * struct skua_cmd_key - installs a key
 * @slot: chosen by the driver, below the limit
 * @gen: generation, one more at each use of the slot
 * @sta: owner, or SKUA_STA_NONE for a key of the interface
 * @sta_gen: generation of it
 * @vif: interface
 * @link: link
 * @keyidx: key index, 0 to 7
 * @key_len: bytes of @key
 * @cipher: suite selector, 00-0F-AC:n as 0x000fac00 | n
 * @flags: SKUA_KEYF_*
 * @key: the key
 * @tx_mic_key: TKIP: Michael key for transmitting
 * @rx_mic_key: TKIP: Michael key for receiving
 * @rx_pn: initial receive PN of each TID, then of management (48 bits each,
 *	little-endian; for BIP the IPN stands at SKUA_PN_MGMT)
 * @tx_lease: first PN that the NIC may use for frames it makes itself
 * @lease_len: how many
 */
struct skua_cmd_key {
	__le16 slot;
	__le16 gen;
	__le16 sta;
	__le16 sta_gen;
	u8 vif;
	u8 link;
	u8 keyidx;
	u8 key_len;
	__le32 cipher;
	__le32 flags;
	u8 key[SKUA_MAX_KEY_LEN];
	u8 tx_mic_key[8];
	u8 rx_mic_key[8];
	u8 rx_pn[SKUA_NUM_PN][6];
	u8 tx_lease[6];
	__le32 lease_len;
};

static_assert(sizeof(struct skua_cmd_key) == 180, "key command size");

/**
 * struct skua_cmd_key_ref - names a key
 * @slot: slot
 * @gen: generation
 * @vif: interface
 * @rsvd: zero
 */
struct skua_cmd_key_ref {
	__le16 slot;
	__le16 gen;
	u8 vif;
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_cmd_key_ref) == 8, "key ref size");

/**
 * struct skua_key_lease - answer of SKUA_CMD_KEY_LEASE
 * @next_pn: PN that the next frame gets which the NIC makes itself, least
 *	significant byte first
 * @rsvd: zero
 */
struct skua_key_lease {
	u8 next_pn[6];
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_key_lease) == 8, "key lease size");

/**
 * struct skua_cmd_tkip_phase1 - phase 1 output for receiving
 * @slot: slot
 * @gen: generation
 * @iv32: the IV32 that it is for
 * @p1k: phase 1 key
 * @rsvd: zero
 */
struct skua_cmd_tkip_phase1 {
	__le16 slot;
	__le16 gen;
	__le32 iv32;
	__le16 p1k[5];
	__le16 rsvd;
};

static_assert(sizeof(struct skua_cmd_tkip_phase1) == 20, "phase 1 command size");

/**
 * struct skua_cmd_beacon - beacon template
 * @vif: interface
 * @link: link
 * @dtim_period: beacons; 0 for none (IBSS)
 * @rsvd: zero
 * @beacon_int: TU
 * @tim_off: offset of the TIM element in the template, 0 for none. The
 *	template holds an empty TIM; the NIC grows it
 * @csa_off: offsets of countdown bytes; 0 for none
 * @rate: rate word; 0: lowest basic rate
 * @bigtk_slot: key for beacon protection, or SKUA_KEY_NONE
 * @bigtk_gen: generation of it
 *
 * The template is further data: a whole beacon from frame control on; its
 * length is skua_cmd.ext_len. The NIC fills in timestamp, sequence number,
 * DTIM count and partial virtual bitmap.
 */
struct skua_cmd_beacon {
	u8 vif;
	u8 link;
	u8 dtim_period;
	u8 rsvd;
	__le16 beacon_int;
	__le16 tim_off;
	__le16 csa_off[2];
	__le32 rate;
	__le16 bigtk_slot;
	__le16 bigtk_gen;
};

static_assert(sizeof(struct skua_cmd_beacon) == 20, "beacon command size");

/**
 * struct skua_cmd_tim - the host holds, or no longer holds, frames for a station
 * @vif: interface
 * @set: 1 or 0
 * @aid: association id, 1 to SKUA_MAX_AID
 */
struct skua_cmd_tim {
	u8 vif;
	u8 set;
	__le16 aid;
};

static_assert(sizeof(struct skua_cmd_tim) == 4, "tim command size");

#define SKUA_SCAN_MAX_SSIDS		16
#define SKUA_SCAN_MAX_CHANS		128
#define SKUA_SCAN_MAX_IES		2048

/**
 * struct skua_scan_chan - a channel to scan
 * @freq: MHz
 * @flags: SKUA_CHANF_*
 * @power: dBm
 * @dwell_active: TU
 * @dwell_passive: TU
 */
struct skua_scan_chan {
	__le16 freq;
	u8 flags;
	s8 power;
	__le16 dwell_active;
	__le16 dwell_passive;
};

static_assert(sizeof(struct skua_scan_chan) == 8, "scan channel size");

/**
 * struct skua_scan_ssid - an SSID to probe for
 * @len: 0 for the wildcard
 * @ssid: bytes
 * @rsvd: zero
 */
struct skua_scan_ssid {
	u8 len;
	u8 ssid[32];
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_scan_ssid) == 36, "scan ssid size");

/**
 * struct skua_cmd_scan - scan
 * @vif: interface
 * @n_ssids: 0: passive
 * @n_chans: channels
 * @flags: bit 0: no CCK rates in probe requests
 * @addr: source address of probe requests
 * @bssid: address 3 (and, unless broadcast, 1) of probe requests
 * @ie_len: bytes of elements for each band: 2.4, 5, 6 GHz
 * @ie_common_len: bytes of elements that follow those of any band
 *
 * Further data: n_ssids struct skua_scan_ssid, n_chans struct skua_scan_chan,
 * then the elements: 2.4 GHz, 5 GHz, 6 GHz, common. A probe request carries
 * the SSID element, its band's elements, and the common ones.
 */
struct skua_cmd_scan {
	u8 vif;
	u8 n_ssids;
	u8 n_chans;
	u8 flags;
	u8 addr[6];
	u8 bssid[6];
	__le16 ie_len[3];
	__le16 ie_common_len;
};

static_assert(sizeof(struct skua_cmd_scan) == 24, "scan command size");

/**
 * struct skua_cmd_roc - remain on channel
 * @vif: interface
 * @rsvd: zero
 * @duration_ms: how long
 * @cookie: comes back in the events
 * @chan: where
 */
struct skua_cmd_roc {
	u8 vif;
	u8 rsvd;
	__le16 duration_ms;
	__le32 cookie;
	struct skua_chandef chan;
};

static_assert(sizeof(struct skua_cmd_roc) == 16, "roc command size");

/**
 * struct skua_cmd_flush - wait until frames have left, or drop them
 * @vif: interface, or SKUA_VIF_NONE for all
 * @ac_mask: bit per transmit ring, SKUA_RING_TX_VO being bit 0
 * @sta: only this station's, or SKUA_STA_NONE
 * @sta_gen: generation of it
 * @drop: 1: drop instead of sending
 * @rsvd: zero
 * @timeout_ms: drop what is left then
 */
struct skua_cmd_flush {
	u8 vif;
	u8 ac_mask;
	__le16 sta;
	__le16 sta_gen;
	u8 drop;
	u8 rsvd;
	__le32 timeout_ms;
};

static_assert(sizeof(struct skua_cmd_flush) == 12, "flush command size");

/**
 * struct skua_survey - answer of SKUA_CMD_SURVEY
 * @freq: MHz
 * @noise: dBm
 * @in_use: 1 if it is an operating channel
 * @rsvd: zero
 * @time_us: spent there
 * @busy_us: of that, medium busy
 * @rx_us: of that, receiving
 * @tx_us: of that, sending
 */
struct skua_survey {
	__le16 freq;
	s8 noise;
	u8 in_use;
	__le32 rsvd;
	__le64 time_us;
	__le64 busy_us;
	__le64 rx_us;
	__le64 tx_us;
};

static_assert(sizeof(struct skua_survey) == 40, "survey size");

#define SKUA_TSFF_LAST_BEACON		BIT(0)	/* the last beacon of the IBSS was its own */

/**
 * struct skua_cmd_tsf - TSF of an interface
 * @vif: interface
 * @flags: SKUA_TSFF_*; only in the answer to TSF_GET
 * @rsvd: zero
 * @tsf: microseconds
 */
struct skua_cmd_tsf {
	u8 vif;
	u8 flags;
	u8 rsvd[6];
	__le64 tsf;
};

static_assert(sizeof(struct skua_cmd_tsf) == 16, "tsf command size");

/**
 * enum skua_ba_action - for struct skua_cmd_ba
 * @SKUA_BA_RX_START: peer sends with Block Ack from @ssn on
 * @SKUA_BA_RX_STOP: no longer
 * @SKUA_BA_TX_HOLD: drain and hold the TID; answers its next sequence number
 * @SKUA_BA_TX_START: aggregate and go on
 * @SKUA_BA_TX_STOP: no longer aggregate; keep what is queued
 * @SKUA_BA_TX_FLUSH: no longer aggregate; drop what is queued
 */
enum skua_ba_action {
	SKUA_BA_RX_START	= 0,
	SKUA_BA_RX_STOP		= 1,
	SKUA_BA_TX_HOLD		= 2,
	SKUA_BA_TX_START	= 3,
	SKUA_BA_TX_STOP		= 4,
	SKUA_BA_TX_FLUSH	= 5,
};

/**
 * struct skua_cmd_ba - Block Ack session
 * @sta: handle
 * @gen: generation
 * @tid: TID
 * @action: enum skua_ba_action
 * @ssn: starting sequence number
 * @buf_size: MPDUs
 * @timeout_tu: inactivity, 0 for none
 * @amsdu: 1: A-MSDU in A-MPDU is allowed
 * @rsvd: zero
 */
struct skua_cmd_ba {
	__le16 sta;
	__le16 gen;
	u8 tid;
	u8 action;
	__le16 ssn;
	__le16 buf_size;
	__le16 timeout_tu;
	u8 amsdu;
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_cmd_ba) == 16, "ba command size");

/**
 * struct skua_cmd_ps - station power save
 * @vif: interface
 * @enable: 1 or 0
 * @timeout_ms: dynamic power save
 */
struct skua_cmd_ps {
	u8 vif;
	u8 enable;
	__le16 timeout_ms;
};

static_assert(sizeof(struct skua_cmd_ps) == 4, "ps command size");

/**
 * struct skua_cmd_ps_release - let a sleeping station have frames
 * @sta: handle
 * @gen: generation
 * @tids: bit per TID
 * @num: how many frames
 * @reason: 0 PS-Poll, 1 U-APSD
 * @more_data: 1: the host holds more
 * @rsvd: zero
 */
struct skua_cmd_ps_release {
	__le16 sta;
	__le16 gen;
	__le16 tids;
	__le16 num;
	u8 reason;
	u8 more_data;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_cmd_ps_release) == 12, "ps release size");

/* ------------------------------------------------------------------ */
/* Events								*/
/* ------------------------------------------------------------------ */

#define SKUA_EVT_INLINE			248

/**
 * struct skua_evt - an event
 * @id: enum skua_evt_id
 * @len: bytes used of @data
 * @seq: counts events from 0 on
 * @data: the event's structure
 */
struct skua_evt {
	__le16 id;
	__le16 len;
	__le32 seq;
	u8 data[SKUA_EVT_INLINE];
};

static_assert(sizeof(struct skua_evt) == 256, "event size");

/**
 * enum skua_evt_id - events
 * @SKUA_EVT_ALIVE: TLVs (struct skua_tlv)
 * @SKUA_EVT_CMD_DONE: struct skua_evt_cmd_done, then the answer
 * @SKUA_EVT_FATAL: struct skua_evt_fatal; the crash record is in place
 * @SKUA_EVT_SCAN_DONE: struct skua_evt_scan_done
 * @SKUA_EVT_ROC_READY: struct skua_evt_roc
 * @SKUA_EVT_ROC_EXPIRED: struct skua_evt_roc
 * @SKUA_EVT_BEACON_LOSS: struct skua_evt_vif
 * @SKUA_EVT_CSA_DONE: struct skua_evt_vif: the countdown has ended
 * @SKUA_EVT_LOG: text of the firmware
 * @SKUA_EVT_RADAR: struct skua_evt_radar
 */
enum skua_evt_id {
	SKUA_EVT_ALIVE		= 1,
	SKUA_EVT_CMD_DONE	= 2,
	SKUA_EVT_FATAL		= 3,
	SKUA_EVT_SCAN_DONE	= 4,
	SKUA_EVT_ROC_READY	= 5,
	SKUA_EVT_ROC_EXPIRED	= 6,
	SKUA_EVT_BEACON_LOSS	= 7,
	SKUA_EVT_CSA_DONE	= 8,
	SKUA_EVT_LOG		= 9,
	SKUA_EVT_RADAR		= 10,
};

/**
 * struct skua_tlv - type, length, value; values start 4-byte aligned
 * @type: enum skua_tlv_type
 * @len: bytes of the value, padding not counted
 */
struct skua_tlv {
	__le16 type;
	__le16 len;
};

static_assert(sizeof(struct skua_tlv) == 4, "tlv size");

/**
 * enum skua_tlv_type - what ALIVE tells; unknown ones are skipped
 * @SKUA_TLV_FW_VERSION: text
 * @SKUA_TLV_NONCE: __le32: the boot context's
 * @SKUA_TLV_FEATURES: __le64: what may be used
 * @SKUA_TLV_MAC: the NIC's MAC address
 * @SKUA_TLV_LIMITS: struct skua_limits
 * @SKUA_TLV_CIPHERS: __le32 for each cipher of the engine
 * @SKUA_TLV_RADIO: struct skua_radio
 */
enum skua_tlv_type {
	SKUA_TLV_FW_VERSION	= 1,
	SKUA_TLV_NONCE		= 2,
	SKUA_TLV_FEATURES	= 3,
	SKUA_TLV_MAC		= 4,
	SKUA_TLV_LIMITS		= 5,
	SKUA_TLV_CIPHERS	= 6,
	SKUA_TLV_RADIO		= 7,
};

/**
 * struct skua_limits - how much of everything
 * @vifs: interfaces
 * @stas: stations
 * @keys: key slots
 * @chanctxs: channel contexts
 * @channels: different channels at a time
 * @scan_ssids: SSIDs in a scan
 * @scan_chans: channels in a scan
 * @scan_ie_len: bytes of elements in a scan
 * @beacon_len: bytes of a beacon template
 * @max_mpdu: bytes of a received MPDU
 * @tx_queue: frames that the NIC holds
 */
struct skua_limits {
	__le16 vifs;
	__le16 stas;
	__le16 keys;
	u8 chanctxs;
	u8 channels;
	__le16 scan_ssids;
	__le16 scan_chans;
	__le16 scan_ie_len;
	__le16 beacon_len;
	__le16 max_mpdu;
	__le16 tx_queue;
};

static_assert(sizeof(struct skua_limits) == 20, "limits size");

#define SKUA_BAND_2GHZ			BIT(0)
#define SKUA_BAND_5GHZ			BIT(1)
#define SKUA_BAND_6GHZ			BIT(2)

/**
 * struct skua_radio - the radio
 * @bands: SKUA_BAND_*
 * @chains: antennas
 * @nss: spatial streams
 * @max_bw: enum skua_bw
 * @max_power: dBm
 * @rsvd: zero
 */
struct skua_radio {
	u8 bands;
	u8 chains;
	u8 nss;
	u8 max_bw;
	s8 max_power;
	u8 rsvd[3];
};

static_assert(sizeof(struct skua_radio) == 8, "radio size");

/**
 * struct skua_evt_cmd_done - a command has ended; its answer follows
 * @op: its opcode
 * @seq: its number
 * @status: enum skua_status
 * @rsvd: zero
 */
struct skua_evt_cmd_done {
	__le16 op;
	__le16 seq;
	__le16 status;
	__le16 rsvd;
};

static_assert(sizeof(struct skua_evt_cmd_done) == 8, "cmd done size");

/**
 * struct skua_evt_fatal - the control processor has died
 * @cause: enum skua_fatal
 * @pc: program counter
 */
struct skua_evt_fatal {
	__le32 cause;
	__le32 pc;
};

static_assert(sizeof(struct skua_evt_fatal) == 8, "fatal event size");

/**
 * struct skua_evt_scan_done - a scan has ended
 * @vif: interface
 * @aborted: 1 if cancelled or failed
 * @rsvd: zero
 */
struct skua_evt_scan_done {
	u8 vif;
	u8 aborted;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_evt_scan_done) == 4, "scan done size");

/**
 * struct skua_evt_roc - remain on channel has begun or ended
 * @vif: interface
 * @rsvd: zero
 * @cookie: of the command
 */
struct skua_evt_roc {
	u8 vif;
	u8 rsvd[3];
	__le32 cookie;
};

static_assert(sizeof(struct skua_evt_roc) == 8, "roc event size");

/**
 * struct skua_evt_vif - something concerns an interface
 * @vif: interface
 * @link: link
 * @rsvd: zero
 */
struct skua_evt_vif {
	u8 vif;
	u8 link;
	u8 rsvd[2];
};

static_assert(sizeof(struct skua_evt_vif) == 4, "vif event size");

/**
 * struct skua_evt_radar - there is a radar on the operating channel
 * @freq: its primary channel, MHz
 * @width_us: duration of a pulse
 * @pri_us: from one pulse to the next
 */
struct skua_evt_radar {
	__le16 freq;
	__le16 width_us;
	__le32 pri_us;
};

static_assert(sizeof(struct skua_evt_radar) == 8, "radar event size");

#endif /* SKUA_HW_H */
