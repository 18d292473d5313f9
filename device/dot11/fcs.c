// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frame Check Sequence (IEEE 802.11-2020, 9.2.4.8).
 *
 * Every frame passes here twice, once for each end. libdeflate's carry-less
 * multiplication is ten times as fast as zlib's tables, which would otherwise
 * take half a core at the rates that the air reaches.
 */
#include <libdeflate.h>

#include "dot11/frame.h"

uint32_t dot11_fcs(const uint8_t *mpdu, size_t len)
{
	return libdeflate_crc32(0, mpdu, len);
}
