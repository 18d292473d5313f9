/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scene of tests/device/mac/host.h on a medium on which time passes
 *
 * The test clock jumps from event to event, so that nothing happens late.
 */
#ifndef TEST_AIR_TIMED_H
#define TEST_AIR_TIMED_H

#include "host.h"
#include "medium.h"

#define US		LOOP_NS_PER_US
#define SIFS		16u	/* 5 GHz, us */
#define SLOT		9u
#define AIFS(aifsn)	(SIFS + (aifsn) * SLOT)
#define AIFS_DEFAULT	AIFS(2)
#define ACK_US		44u	/* ACK or CTS, 14 octets at 6 Mbit/s: 6 symbols */
#define RTS_US		52u	/* 20 octets: 8 symbols */
#define CLS_BE		2u	/* rings, see struct tx */
#define CLS_VO		0u
#define CLS_MGMT	4u

/**
 * struct timed - a scene and its medium
 * @s: the scene
 * @m: the medium
 * @more: a third NIC, or NULL
 */
struct timed {
	struct scene *s;
	struct medium m;
	struct host *more;
};

/** timed_new() - access point, station and sniffer on such a medium */
struct timed *timed_new(const struct host_cfg *cfg);
void timed_free(struct timed *t);
int timed_setup(void **state);
int timed_teardown(void **state);

/** timed_third() - add a second station, which the access point knows as @handle */
void timed_third(struct timed *t, uint16_t handle);

/** timed_now() - time of the clock, us */
uint64_t timed_now(const struct timed *t);

/** timed_step() - go on to the next event, at most to @until, us; false if it is later */
bool timed_step(struct timed *t, uint64_t until);

/** timed_run() - let so many microseconds pass */
void timed_run(struct timed *t, uint64_t us);

/** timed_ppdus() - go on until @n PPDUs have begun since the start */
void timed_ppdus(struct timed *t, unsigned int n);

/** timed_settle() - go on until nothing is left to do, which must come soon */
void timed_settle(struct timed *t);

/** timed_tx() - a data frame from the access point; @flags: further SKUA_TXF_* */
void timed_tx(struct timed *t, unsigned int ring, uint16_t token, uint32_t flags,
	      unsigned int payload);

/** timed_edca() - EDCA parameters of interface 0; @txop in units of 32 us */
void timed_edca(struct host *h, unsigned int ac, uint8_t aifsn, uint16_t cw_min,
		uint16_t cw_max, uint16_t txop);

/** timed_signal() - the @i-th PPDU; there must be one */
const struct signal *timed_signal(const struct timed *t, unsigned int i);

/** timed_fc() - Frame Control of a PPDU's first frame, without flags */
uint16_t timed_fc(const struct signal *s);

#endif /* TEST_AIR_TIMED_H */
