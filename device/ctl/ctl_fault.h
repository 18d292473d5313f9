/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control socket: requests that make a NIC misbehave
 */
#ifndef SKUA_DEVICE_CTL_FAULT_H
#define SKUA_DEVICE_CTL_FAULT_H

struct fault;
struct json_t;

/** ctl_fault() - set or end a fault; NULL, or the request's error in words */
const char *ctl_fault(struct fault *f, struct json_t *req);

/** ctl_inject() - put raw entries into a ring that the host consumes */
const char *ctl_inject(struct fault *f, struct json_t *req);

/** ctl_poke() - write any value to the NIC's index of a ring, and interrupt */
const char *ctl_poke(struct fault *f, struct json_t *req);

#endif /* SKUA_DEVICE_CTL_FAULT_H */
