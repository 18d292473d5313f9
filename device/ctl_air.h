/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: a sender that is no NIC, for attacks
 */
#ifndef SKUA_DEVICE_CTL_AIR_H
#define SKUA_DEVICE_CTL_AIR_H

struct air;
struct json_t;

/** ctl_air() - put a frame on the air; NULL, or what is wrong with the request */
const char *ctl_air(struct air *air, struct json_t *req);

#endif /* SKUA_DEVICE_CTL_AIR_H */
