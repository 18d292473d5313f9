// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - the tracepoints' bodies
 */
#include <linux/module.h>

#include "key_slot.h"

/* sparse cannot parse the code that define_trace.h generates. */
#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "trace.h"
#endif
