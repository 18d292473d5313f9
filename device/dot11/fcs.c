// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frame Check Sequence (IEEE 802.11-2020, 9.2.4.8).
 *
 * A NIC computes the FCS of each frame that it sends, and of each that it receives from
 * a sender that is no NIC. libdeflate uses carry-less multiplication, and is ten times
 * as fast as the tables of zlib, which would take half a core at the rates that the air
 * reaches.
 */
#include <libdeflate.h>

#include "dot11/frame.h"

uint32_t dot11_fcs(const uint8_t *mpdu, size_t len)
{
	return libdeflate_crc32(0, mpdu, len);
}
