/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations shared by the files of the control processor
 */
#ifndef SKUA_DEVICE_CP_PRIV_H
#define SKUA_DEVICE_CP_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"
#include "cp/cp.h"

/**
 * enum hif_phase - the sign of life that the firmware is due to give
 * @HIF_OFF: nothing
 * @HIF_BOOTING: an ALIVE
 * @HIF_ALIVE: answers to commands
 */
enum hif_phase {
	HIF_OFF,
	HIF_BOOTING,
	HIF_ALIVE,
};

/**
 * struct hif - host interface engine
 * @env: its surroundings
 * @client: engines that send and receive
 * @client_priv: first argument of @client
 * @fault: faults on purpose, normally NULL
 * @fault_priv: first argument of @fault
 * @idle: ticks while the firmware owes a sign of life, see hif_fw_idle_ms()
 * @backlog: events that wait for room in the ring
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
 * @phase: the sign of life that the firmware is due to give
 * @idle_ticks: ticks in a row that have found none
 * @idle_fetched: @fetched at the last tick
 * @secret: key of the command under way, to keep it out of a crash record
 * @secret_mic: its Michael keys, likewise
 * @secret_len: bytes of @secret
 * @evt_seq: next event's number
 * @lost: events that found no room
 * @backlog_first: the oldest of @backlog
 * @backlog_len: number of events in @backlog
 *
 * A reset clears all from @status on.
 */
struct hif {
	struct cp_env env;
	const struct hif_client_ops *client;
	void *client_priv;
	const struct hif_fault_ops *fault;
	void *fault_priv;
	struct loop_timer idle;
	struct skua_evt *backlog;
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
	enum hif_phase phase;
	uint32_t idle_ticks;
	uint64_t idle_fetched;
	uint8_t secret[SKUA_MAX_KEY_LEN];
	uint8_t secret_mic[2][8];
	uint8_t secret_len;
	uint32_t evt_seq;
	uint64_t lost;
	uint32_t backlog_first;
	uint32_t backlog_len;
};

/** hif_cmd_due() - does a command wait, and can its answer be kept? */
bool hif_cmd_due(struct hif *hif);

/** hif_scrub() - remove the secret of the command under way from a copy of SRAM */
void hif_scrub(struct hif *hif, uint8_t *mem, uint32_t len);

/**
 * struct rom_boot - arguments and results of a boot
 * @addr: bus address of the boot context
 * @nonce: the value that it must have
 * @drv_features: the features that the driver accepts
 * @dump_addr: bus address for a crash record
 * @dump_len: room there
 * @entry: where the firmware begins
 * @build_id: of the image
 */
struct rom_boot {
	uint64_t addr;
	uint32_t nonce;
	uint64_t drv_features;
	uint64_t dump_addr;
	uint32_t dump_len;
	uint32_t entry;
	uint8_t build_id[16];
};

/**
 * rom_boot() - check the boot context and the image, load it, attach the rings
 * @env: surroundings of the control processor; the image goes to the SRAM of
 *	@env->bus
 * @boot: @addr and @nonce are set; the rest is filled in
 *
 * Return: SKUA_BOOT_OK, or the error (logged in words).
 */
enum skua_boot_err rom_boot(const struct cp_env *env, struct rom_boot *boot);

#endif /* SKUA_DEVICE_CP_PRIV_H */
