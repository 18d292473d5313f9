/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - features, the boot context, the firmware image, the crash record
 */
#ifndef SKUA_HW_BOOT_H
#define SKUA_HW_BOOT_H

#include "types.h"
#include "ring.h"

/*
 * Features. NIC and firmware offer them, and the driver accepts some in the boot
 * context. ALIVE carries the features of all three; no other may be used.
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
#define SKUA_FEAT_TX_GSO		BIT_ULL(10)	/* needs TX_CSUM */
#define SKUA_FEAT_RX_CSUM		BIT_ULL(11)
#define SKUA_FEAT_RX_COALESCE		BIT_ULL(12)	/* needs RX_DECAP and RX_CSUM */
#define SKUA_FEAT_TKIP_PHASE1_HOST	BIT_ULL(13)	/* contract clause K10 */
#define SKUA_FEAT_AP_PS			BIT_ULL(14)	/* the NIC buffers for sleeping stations */
#define SKUA_FEAT_STA_PS		BIT_ULL(15)
#define SKUA_FEAT_UAPSD			BIT_ULL(16)
#define SKUA_FEAT_BEACON_PROT		BIT_ULL(17)
#define SKUA_FEAT_HW_SCAN		BIT_ULL(18)
#define SKUA_FEAT_ROC			BIT_ULL(19)
#define SKUA_FEAT_WOWLAN		BIT_ULL(20)
#define SKUA_FEAT_MLO			BIT_ULL(21)
#define SKUA_FEAT_RADAR			BIT_ULL(23)	/* radar detection */
#define SKUA_FEAT_CONN_MONITOR		BIT_ULL(24)	/* the NIC watches a station's connection */

#define SKUA_BOOT_MAGIC			0x544f4253	/* "SBOT" */
#define SKUA_FW_MAGIC			0x57464b53	/* "SKFW" */
#define SKUA_FW_MAX_SEGS		16
#define SKUA_FW_MAX_LEN			(512 * 1024)
#define SKUA_FW_FILE			"skua/skua.fw"

/**
 * struct skua_boot_ctx - read by the boot ROM after SKUA_CTRL_BOOT
 * @magic: SKUA_BOOT_MAGIC
 * @size: sizeof(struct skua_boot_ctx)
 * @abi_major: SKUA_ABI_MAJOR
 * @abi_minor: SKUA_ABI_MINOR
 * @nonce: random number, the same as in SKUA_REG_NONCE
 * @features: the features that the driver accepts (SKUA_FEAT_*)
 * @fw_len: length of the firmware image
 * @fw_nsegs: number of used entries in @fw_seg
 * @dump_addr: bus address of the dump buffer, for struct skua_crash_hdr
 * @dump_len: bytes of the dump buffer; 0 if there is none
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
 * @abi_minor: its minor version
 * @body_len: bytes after the header
 * @load_addr: address of the body in the control processor's SRAM
 * @entry: address at which the hart starts
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
 * @time_us: SKUA_REG_TSF at the crash
 * @pc: program counter
 * @mcause: RISC-V machine cause
 * @mepc: machine exception program counter
 * @mtval: machine trap value
 * @mstatus: machine status
 * @x: integer registers x1 to x31
 * @file: source file of an assertion, NUL-terminated, or empty
 * @build_id: build id of the image, as in struct skua_fw_hdr
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

#endif /* SKUA_HW_BOOT_H */
