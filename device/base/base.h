/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The base of all layers: the event loop, its clock, turns and helpers, logs, sockets,
 * text, random numbers
 */
#ifndef SKUA_DEVICE_BASE_H
#define SKUA_DEVICE_BASE_H

#include "base/cpus.h"
#include "base/helper.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/rng.h"
#include "base/sock.h"
#include "base/turn.h"
#include "base/util.h"

#endif /* SKUA_DEVICE_BASE_H */
