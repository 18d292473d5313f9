// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - the tracepoints' bodies
 */
#include <linux/module.h>

#include "key_slot.h"

/* sparse cannot parse what define_trace.h makes of the tracepoints. */
#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "trace.h"
#endif
