// SPDX-License-Identifier: GPL-2.0-only
/* Random numbers that can be repeated */
#include "base/rng.h"

#define MULTIPLIER	6364136223846793005ull
#define INCREMENT	1442695040888963407ull

static void step(struct rng *rng)
{
	rng->state = rng->state * MULTIPLIER + INCREMENT;
}

void rng_seed(struct rng *rng, uint64_t seed)
{
	rng->state = 0;
	step(rng);
	rng->state += seed;
	step(rng);
}

uint32_t rng_u32(struct rng *rng)
{
	uint64_t old = rng->state;
	uint32_t mixed = (uint32_t)((old >> 18 ^ old) >> 27);
	unsigned int turn = (unsigned int)(old >> 59);

	step(rng);
	return mixed >> turn | mixed << (-turn & 31);
}

/* The high half of a product is as even as a quotient for the small @n of this NIC */
uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (uint32_t)((uint64_t)rng_u32(rng) * n >> 32);
}
