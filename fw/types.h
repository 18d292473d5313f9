/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * The kernel's types that hw.h uses, for firmware and NIC
 *
 * Firmware and NIC are little-endian machines, so a wire type is a plain one.
 */
#ifndef SKUA_FW_TYPES_H
#define SKUA_FW_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifndef BIT
#define BIT(n) (1u << (n))
#endif
#ifndef BIT_ULL
#define BIT_ULL(n) (1ull << (n))
#endif
#ifndef GENMASK
#define GENMASK(h, l) ((~0u >> (31 - (h))) & (~0u << (l)))
#endif
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
#ifdef __linux__
/* the C library of newer systems brings it in, and would contradict */
#include <linux/types.h>
#else
typedef uint16_t __le16;
typedef uint32_t __le32;
typedef uint64_t __le64;
#endif
#ifndef static_assert
#define static_assert _Static_assert
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "firmware and NIC are built for little-endian machines"
#endif

#endif /* SKUA_FW_TYPES_H */
