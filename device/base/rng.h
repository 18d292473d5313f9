/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that can be repeated
 *
 * Backoffs, delays and nonces of the NICs come from one generator, which belongs to the
 * loop (loop_rng()). With the same seed, a run on a test clock is the same octet for
 * octet. No secret is made of these numbers: keys come from the guests.
 */
#ifndef SKUA_DEVICE_RNG_H
#define SKUA_DEVICE_RNG_H

#include <stdint.h>

/** struct rng - generator (PCG-XSH-RR 64/32) */
struct rng {
	uint64_t state;
};

/** rng_seed() - begin the sequence of a seed */
void rng_seed(struct rng *rng, uint64_t seed);

/** rng_u32() - 32 random bits */
uint32_t rng_u32(struct rng *rng);

/** rng_below() - a number below @n, which is not 0 */
uint32_t rng_below(struct rng *rng, uint32_t n);

#endif /* SKUA_DEVICE_RNG_H */
