/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer's clock: no input may make a turn longer than device/base/turn.h promises
 *
 * It counts processor time, so that a busy machine is no error; TURN_FACTOR is that of
 * the sanitizers and of the fuzzers' traces.
 */
#ifndef TEST_FUZZ_TURNS_H
#define TEST_FUZZ_TURNS_H

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

/** turns_act() - an act of the input begins: what it calls itself is a turn, too */
static inline void turns_act(struct loop *loop)
{
	turn_begin(loop_turn(loop));
}

/** turns_judge() - end the process if a turn was too long so far */
static inline void turns_judge(struct loop *loop)
{
	struct turn *t = loop_turn(loop);

	turn_end(t);
	for (int c = 0; c < TURN_CAUSES; c++) {
		if (!t->worst[c].over)
			continue;
		fprintf(stderr, "a turn took %llu us of processor time, and blocked for %llu us: %s\n",
			(unsigned long long)(t->worst[c].cpu_ns / LOOP_NS_PER_US),
			(unsigned long long)(t->worst[c].blocked_ns / LOOP_NS_PER_US),
			turn_cause_name((enum turn_cause)c));
		abort();
	}
}

#endif /* TEST_FUZZ_TURNS_H */
