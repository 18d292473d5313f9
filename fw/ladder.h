/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ladders of rates, for rate control
 */
#ifndef SKUA_FW_LADDER_H
#define SKUA_FW_LADDER_H

#include "tables.h"

/**
 * struct ladder - the rates that peer and radio have in common
 * @enc: enum skua_enc
 * @bw: enum skua_bw
 * @nss: streams
 * @rsvd: zero
 * @flags: of every rate word: bandwidth, guard interval, LDPC
 * @map: legacy: rate mask; HT: MCS mask; VHT, HE: map of two bits a stream
 * @mask: the user's limits, or NULL
 */
struct ladder {
	u8 enc;
	u8 bw;
	u8 nss;
	u8 rsvd;
	u32 flags;
	u32 map;
	const struct skua_rate_mask *mask;
};

/**
 * struct rung - a step of a ladder
 * @word: rate word
 * @speed: data rate, comparable within one ladder
 */
struct rung {
	u32 word;
	u32 speed;
};

/**
 * ladder_fill() - the rates that a station and the radio have in common
 * @l: the ladder
 * @s: the station
 * @widest: enum skua_bw; the ladder is no wider
 *
 * The ladder has the newest format that both know: VHT at 5 GHz alone, legacy
 * rates in all bands.
 */
void ladder_fill(struct ladder *l, const struct sta *s, u32 widest);

/**
 * ladder_walk() - find a step of a ladder
 * @l: the ladder
 * @want: the step, from 0; if there is none so high, the highest is found
 * @r: the step's rate word and speed; 0 if the ladder has no step
 *
 * The steps of more streams come after all steps of fewer streams, and only those
 * that are faster.
 *
 * Return: length of the ladder
 */
u32 ladder_walk(const struct ladder *l, u32 want, struct rung *r);

#endif /* SKUA_FW_LADDER_H */
