/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - types and numbers that all parts of the contract share
 */
#ifndef SKUA_HW_TYPES_H
#define SKUA_HW_TYPES_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>
#else
#include "../fw/types.h"
#endif

/*
 * Architectural limits: the largest numbers that the fields can hold. The
 * real limits of a NIC arrive in SKUA_TLV_LIMITS and are never larger.
 */
#define SKUA_MAX_VIFS			32
#define SKUA_MAX_LINKS			15
#define SKUA_MAX_STAS			1024
#define SKUA_MAX_KEYS			4096
#define SKUA_MAX_CHANCTX		8
#define SKUA_NUM_TIDS			16
#define SKUA_NUM_PN			17	/* of each TID, and of management */
#define SKUA_PN_MGMT			16
#define SKUA_NUM_ACS			4
#define SKUA_MAX_MPDU			11454
#define SKUA_MAX_GSO			(65535 + 128)	/* octets of a frame to be cut */
#define SKUA_MAX_GSO_HDR		256	/* of these, headers to the end of TCP's */
#define SKUA_MAX_GSO_SEGS		128	/* segments that it becomes */
#define SKUA_STA_NONE			0xffff
#define SKUA_KEY_NONE			0xffff
#define SKUA_VIF_NONE			0xff
#define SKUA_CHANCTX_NONE		0xff
#define SKUA_MAX_KEY_LEN		32
#define SKUA_MAX_AID			2007
#define SKUA_SN_MAX			4095	/* sequence numbers */

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

#endif /* SKUA_HW_TYPES_H */
