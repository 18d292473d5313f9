/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts of IEEE 802.11, and of what its frames carry, that need no state
 *
 * frame.h    headers of frames, elements, FCS
 * inet.h     TCP and UDP: lengths, checksums
 * airtime.h  rates, durations
 */
#ifndef SKUA_DEVICE_DOT11_H
#define SKUA_DEVICE_DOT11_H

#include "dot11/airtime.h"
#include "dot11/frame.h"
#include "dot11/inet.h"

#endif /* SKUA_DEVICE_DOT11_H */
