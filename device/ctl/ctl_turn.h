/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: the worst turns of the loop
 */
#ifndef SKUA_DEVICE_CTL_TURN_H
#define SKUA_DEVICE_CTL_TURN_H

struct json_t;
struct loop;

/** ctl_turns() - the worst turns so far, as a JSON object (new reference) */
struct json_t *ctl_turns(struct loop *loop);

#endif /* SKUA_DEVICE_CTL_TURN_H */
