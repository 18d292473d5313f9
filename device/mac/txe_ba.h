/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transmit engine: what Block Ack sessions say to a PPDU, and a PPDU to them
 */
#ifndef SKUA_DEVICE_MAC_TXE_BA_H
#define SKUA_DEVICE_MAC_TXE_BA_H

#include <stdbool.h>
#include <stdint.h>

#include "mac/ba_tx.h"

struct ampdu;
struct mac;
struct mac_sta;
struct txf;
struct txq;

/**
 * txe_ba_choose() - how many frames of a queue make up the next PPDU
 * @mac: the engines; rate and TXOP are chosen
 * @q: the queue
 * @a: to be filled in: limits and length
 *
 * Return: the number, or 0 if none may go now.
 */
unsigned int txe_ba_choose(struct mac *mac, const struct txq *q,
			   struct ampdu *a);

/** txe_ba_bar() - the BlockAckReq that has to go before the frames of the queue, or NULL */
struct txf *txe_ba_bar(struct mac *mac, struct txq *q);

/** txe_ba_bar_ended() - a BlockAckReq was sent; @ba: its answer, or NULL */
void txe_ba_bar_ended(struct mac *mac, const struct txf *f,
		      const struct ba_info *ba);

/** txe_ba_quiet() - the queue cannot send: it has no BlockAckReq either */
void txe_ba_quiet(struct mac *mac, struct txq *q);

/**
 * txe_ba_answered() - a PPDU has ended, and what came of its frames has been said
 * @mac: the engines
 * @f: what the PPDU was for: station and TID
 * @acked: number of MPDUs that were acknowledged
 */
void txe_ba_answered(struct mac *mac, const struct txf *f, unsigned int acked);

/**
 * txe_ba_others() - end frames that the Block Ack acknowledges though they were not in
 *	its PPDU: the answer to an earlier one was lost
 *
 * Return: their number.
 */
unsigned int txe_ba_others(struct mac *mac, struct txq *q,
			   const struct ba_info *ba);

#endif /* SKUA_DEVICE_MAC_TXE_BA_H */
