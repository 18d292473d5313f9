/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: an answer that takes longer than a turn: counters of many NICs, or
 * of full tables
 *
 * NICs and entries of tables are added in parts, by the loop. The text is made of the whole by
 * the socket's helper, which alone has the answer by then.
 */
#ifndef SKUA_DEVICE_CTL_LONG_H
#define SKUA_DEVICE_CTL_LONG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

struct ctl_nic;
struct json_t;

/**
 * struct ctl_long - a long answer
 * @job: makes the text
 * @work: adds NICs and entries
 * @loop: the loop
 * @helper: the helper
 * @next: the next one of the same list
 * @list: the list of those that are not finished
 * @answer: the answer, until its text is made
 * @nic: NIC whose counters or entries are being added
 * @index: its place in the answer
 * @at: how many of its entries were looked at
 * @text: the text; NULL without memory. @done takes it
 * @posted: the helper has the answer
 * @done: the answer is complete; frees nothing else
 * @owner: for @done; NULL: nobody waits for the answer any more
 */
struct ctl_long {
	struct helper_job job;
	struct loop_work work;
	struct loop *loop;
	struct helper *helper;
	struct ctl_long *next;
	struct ctl_long **list;
	struct json_t *answer;
	struct ctl_nic *nic;
	size_t index;
	uint32_t at;
	char *text;
	bool posted;
	void (*done)(struct ctl_long *l);
	void *owner;
};

/**
 * ctl_long_start() - complete an answer to "counters"
 * @l: cleared, with @loop, @helper, @list, @done and @owner set; from malloc(), and freed
 *	after @done
 * @answer: the answer, whose reference is taken
 * @nics: the NICs to add to its "nics", in order
 */
void ctl_long_start(struct ctl_long *l, struct json_t *answer,
		    struct ctl_nic *nics);

/** ctl_long_forget() - nobody waits for the answer any more: @done is not called */
void ctl_long_forget(struct ctl_long *l);

/** ctl_long_free_all() - free those of a list whose helper has ended */
void ctl_long_free_all(struct ctl_long **list);

#endif /* SKUA_DEVICE_CTL_LONG_H */
