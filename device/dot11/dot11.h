/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts of IEEE 802.11 that need no state
 *
 * frame.h    headers of frames, elements, FCS
 * airtime.h  rates, durations
 */
#ifndef SKUA_DEVICE_DOT11_H
#define SKUA_DEVICE_DOT11_H

#include "dot11/airtime.h"
#include "dot11/frame.h"

#endif /* SKUA_DEVICE_DOT11_H */
