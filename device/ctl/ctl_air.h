/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: senders that are no NICs: attackers and radars
 */
#ifndef SKUA_DEVICE_CTL_AIR_H
#define SKUA_DEVICE_CTL_AIR_H

#include <stdint.h>

struct air;
struct json_t;

/** ctl_air() - put a frame on the air; NULL, or the request's error in words */
const char *ctl_air(struct air *air, struct json_t *req);

/** ctl_radar() - radar pulses; NULL, or the request's error in words */
const char *ctl_radar(struct air *air, uint64_t now_us, struct json_t *req);

#endif /* SKUA_DEVICE_CTL_AIR_H */
