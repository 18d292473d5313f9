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
 * @taken: @cmd holds the next command, and frames before it are being fetched
 * @cmd: copy of the next command
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
	bool taken;
	struct skua_cmd cmd;
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

/** define HIF_SECRET_MAX - the longest secret of a command */
#define HIF_SECRET_MAX		SKUA_MAX_KEY_LEN

/** hif_scrub() - remove the secrets of the command under way from SRAM */
void hif_scrub(struct hif *hif, uint8_t *mem, uint32_t len);

/* rom.c */

/**
 * enum rom_stage - what the boot ROM does next
 * @ROM_OFF: nothing: it has not begun, or has ended
 * @ROM_CTX: takes the boot context
 * @ROM_FETCH: copies the image
 * @ROM_HASH: hashes it
 * @ROM_LOAD: compares the hash, and puts the body into SRAM
 * @ROM_RINGS: attaches the rings
 */
enum rom_stage {
	ROM_OFF,
	ROM_CTX,
	ROM_FETCH,
	ROM_HASH,
	ROM_LOAD,
	ROM_RINGS,
};

/**
 * struct rom_boot - arguments and results of a boot, and how far it has come
 * @addr: bus address of the boot context
 * @nonce: the value that it must have
 * @drv_features: the features that the driver accepts
 * @dump_addr: bus address for a crash record
 * @dump_len: room there
 * @entry: where the firmware begins
 * @build_id: of the image
 * @stage: what is next
 * @ctx: copy of the boot context
 * @hdr: copy of the image's header
 * @img: copy of the image
 * @img_len: its length
 * @seg: segment of the image that is being copied
 * @seg_at: bytes of it that are copied
 * @at: bytes of @img that are copied, then hashed
 * @hash: hash under way, an EVP_MD_CTX
 */
struct rom_boot {
	uint64_t addr;
	uint32_t nonce;
	uint64_t drv_features;
	uint64_t dump_addr;
	uint32_t dump_len;
	uint32_t entry;
	uint8_t build_id[16];
	enum rom_stage stage;
	struct skua_boot_ctx ctx;
	struct skua_fw_hdr hdr;
	uint8_t *img;
	uint32_t img_len;
	uint32_t seg;
	uint32_t seg_at;
	uint32_t at;
	struct evp_md_ctx_st *hash;
};

/** rom_begin() - begin to boot from the context at @addr, which must have @nonce */
void rom_begin(struct rom_boot *boot, uint64_t addr, uint32_t nonce);

/**
 * rom_step() - check the boot context and the image, load it, attach the rings
 * @env: surroundings of the control processor; the image goes to the SRAM of
 *	@env->bus
 * @boot: a boot that has begun
 *
 * Does a bounded part of it. @boot->stage is ROM_OFF after the last one.
 *
 * Return: SKUA_BOOT_OK, or the error (logged in words), which ends the boot.
 */
enum skua_boot_err rom_step(const struct cp_env *env, struct rom_boot *boot);

/** rom_end() - free what a boot holds; its results stay */
void rom_end(struct rom_boot *boot);

/* boot.c */

/**
 * struct cp_boot - boots, one at a time and not too often
 * @env: surroundings of the control processor
 * @rom: the boot under way, or the results of the last one
 * @done: a boot has ended with @err
 * @work: does a part of the boot
 * @timer: the budget has room again
 * @credit: boots that may begin at once
 * @credit_time: when @credit was last made larger
 * @boots: boots that have begun
 * @delayed: boots that had to wait for the budget
 */
struct cp_boot {
	const struct cp_env *env;
	struct rom_boot rom;
	void (*done)(struct cp_boot *boot, enum skua_boot_err err);
	struct loop_work work;
	struct loop_timer timer;
	uint32_t credit;
	uint64_t credit_time;
	uint64_t boots;
	uint64_t delayed;
};

/** cp_boot_init() - prepare; @env must outlive @boot */
void cp_boot_init(struct cp_boot *boot, const struct cp_env *env,
		  void (*done)(struct cp_boot *boot, enum skua_boot_err err));

/**
 * cp_boot_start() - boot, from the loop
 * @boot: no boot is under way
 * @addr: bus address of the boot context
 * @nonce: the value that it must have
 *
 * Sixteen boots may follow one another at once. Further ones begin 50 ms apart; that is
 * logged and counted, and no boot is refused.
 */
void cp_boot_start(struct cp_boot *boot, uint64_t addr, uint32_t nonce);

/** cp_boot_cancel() - end a boot that may be under way, and forget its results */
void cp_boot_cancel(struct cp_boot *boot);

/* dump.c */

/**
 * struct cp_dump - a crash record on its way to the host
 * @env: surroundings of the control processor
 * @hif: host interface, which knows the secrets to leave out
 * @done: the record is complete, or cannot be written
 * @work: writes a part of it
 * @addr: where it goes
 * @hdr: its head, which is written last
 * @len: bytes of SRAM in it
 * @at: how many of them are written
 * @dumps: records that were begun
 */
struct cp_dump {
	const struct cp_env *env;
	struct hif *hif;
	void (*done)(struct cp_dump *dump);
	struct loop_work work;
	uint64_t addr;
	struct skua_crash_hdr hdr;
	uint32_t len;
	uint32_t at;
	uint64_t dumps;
};

/** cp_dump_init() - prepare; @env and @hif must outlive @dump */
void cp_dump_init(struct cp_dump *dump, const struct cp_env *env,
		  struct hif *hif, void (*done)(struct cp_dump *dump));

/**
 * cp_dump_start() - write a crash record, from the loop
 * @dump: no record is under way
 * @addr: where it goes
 * @room: bytes there; too few for a header: nothing is written
 * @hdr: its head, without length and description of SRAM
 */
void cp_dump_start(struct cp_dump *dump, uint64_t addr, uint32_t room,
		   const struct skua_crash_hdr *hdr);

/** cp_dump_cancel() - end a record that may be under way: @done is not called */
void cp_dump_cancel(struct cp_dump *dump);

#endif /* SKUA_DEVICE_CP_PRIV_H */
