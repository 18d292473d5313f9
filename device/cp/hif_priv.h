/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host interface engine: state, for hif.c and the control socket
 */
#ifndef SKUA_DEVICE_HIF_PRIV_H
#define SKUA_DEVICE_HIF_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "hw.h"
#include "base/loop.h"

/**
 * struct hif - host interface engine
 * @nic: owner
 * @status: ENG_HIF_STATUS
 * @cmd_addr: ENG_HIF_CMD_ADDR
 * @dma_lo: ENG_HIF_DMA_LO
 * @dma_hi: ENG_HIF_DMA_HI
 * @dma_sram: ENG_HIF_DMA_SRAM
 * @dma_len: ENG_HIF_DMA_LEN
 * @evt_addr: ENG_HIF_EVT_ADDR
 * @inb: ENG_HIF_INB_0 and 1
 * @seen: commands that the firmware was told of
 * @unretired: a command was fetched that has not taken effect
 * @fetched: commands fetched
 * @idle: ticks while the firmware owes a sign of life, see hif_fw_idle_ms()
 * @idle_ticks: how many in a row have found none
 * @idle_fetched: @fetched at the last of them
 * @secret: key of the command under way, to keep it out of a crash record
 * @secret_mic: likewise the Michael keys
 * @secret_len: bytes of @secret
 * @evt_seq: next event's number
 * @lost: events that found no room
 * @backlog: events that wait for room in the ring
 * @backlog_first: the oldest
 * @backlog_len: how many
 */
struct hif {
	struct nic *nic;
	uint32_t status;
	uint32_t cmd_addr;
	uint32_t dma_lo;
	uint32_t dma_hi;
	uint32_t dma_sram;
	uint32_t dma_len;
	uint32_t evt_addr;
	uint32_t inb[2];
	uint32_t seen;
	bool unretired;
	uint64_t fetched;
	struct loop_timer idle;
	uint32_t idle_ticks;
	uint64_t idle_fetched;
	uint8_t secret[SKUA_MAX_KEY_LEN];
	uint8_t secret_mic[2][8];
	uint8_t secret_len;
	uint32_t evt_seq;
	uint64_t lost;
	struct skua_evt *backlog;
	uint32_t backlog_first;
	uint32_t backlog_len;
};

/** hif_flush_events() - move waiting events into the ring */
void hif_flush_events(struct hif *hif);

/** hif_scrub() - remove the secret of the command under way from a copy of SRAM */
void hif_scrub(struct hif *hif, uint8_t *mem, uint32_t len);

#endif /* SKUA_DEVICE_HIF_PRIV_H */
