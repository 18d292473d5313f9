// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: a whole NIC against its driver and its firmware
 *
 * The input is a list of acts: boot contexts and images, of which the input changes
 * some bytes; code from the input, or a program that writes the input's numbers
 * into the engines' registers; commands, ring indices, registers of BAR 0 and of
 * the configuration space in any order; time that passes. The sanitizers and
 * libFuzzer's timeout find errors.
 */
#include <stdlib.h>

#include "input.h"
#include "turns.h"
#include "whole.h"

#define ACTS_MAX	48
#define CODE_MAX	4096
#define BOOT_STEPS	20

/* Code that survives its own faults: the handler skips the trapped instruction. */
static uint32_t put_program(struct input *in, uint8_t *code)
{
	static const uint32_t frame[] = {
		0x34102e73,	/* handler: csrr t3, mepc */
		0x004e0e13,	/* addi t3, t3, 4 */
		0x341e1073,	/* csrw mepc, t3 */
		0x30200073,	/* mret */
		0x100002b7,	/* entry: lui t0, 0x10000 */
		0x30529073,	/* csrw mtvec, t0 */
	};
	static const uint32_t end[] = { 0x10500073 /* wfi */, 0xffdff06f /* j -4 */ };
	uint32_t len = sizeof(frame), n = 1 + take8(in) % 64;

	memcpy(code, frame, sizeof(frame));
	while (n--) {
		uint32_t addr = ENG_REG_BASE + take16(in) % 0x800, val = take32(in);
		const uint32_t insn[] = {
			((addr + 0x800) & 0xfffff000) | 5 << 7 | 0x37,	/* lui t0 */
			(addr & 0xfff) << 20 | 5 << 15 | 5 << 7 | 0x13,	/* addi t0 */
			((val + 0x800) & 0xfffff000) | 6 << 7 | 0x37,	/* lui t1 */
			(val & 0xfff) << 20 | 6 << 15 | 6 << 7 | 0x13,	/* addi t1 */
			0x0062a023,	/* sw t1, 0(t0) */
			0x0002a383,	/* lw t2, 0(t0) */
		};

		memcpy(code + len, insn, sizeof(insn));
		len += sizeof(insn);
	}
	memcpy(code + len, end, sizeof(end));
	return len + (uint32_t)sizeof(end);
}

static void act_boot(struct whole *w, struct input *in)
{
	static uint8_t code[CODE_MAX];
	uint32_t len;

	whole_prepare(w);
	switch (take8(in) % 4) {
	case 0:
		break;
	case 1:
		len = take16(in) % CODE_MAX;
		take(in, code, len);
		whole_image(w, code, len, take8(in) * 2u);
		break;
	case 2:
		whole_image(w, code, put_program(in, code), 16);
		break;
	default:
		/* context and header; the hash covers the rest, which would be refused */
		for (int n = take8(in) % 4; n >= 0; n--) {
			uint32_t at = take16(in) % (sizeof(struct skua_boot_ctx) +
						    sizeof(struct skua_fw_hdr));

			len = sizeof(struct skua_boot_ctx);
			at = at < len ? WHOLE_CTX + at : WHOLE_FW + at - len;
			take(in, w->mem + at, 1 + take8(in) % 8);
		}
		break;
	}
	whole_boot(w);
	whole_pass(w, BOOT_STEPS);
}

static struct skua_ring_idx *idx_of(struct whole *w, unsigned int ring)
{
	return (void *)(w->mem + WHOLE_IDX + ring * 128);
}

static void act_cmd(struct whole *w, struct input *in)
{
	struct skua_ring_idx *idx = idx_of(w, SKUA_RING_CMD);
	uint32_t prod = le32toh(idx->prod);
	struct skua_cmd *cmd = (void *)(w->mem + WHOLE_RINGS +
					prod % WHOLE_ENTRIES * sizeof(*cmd));
	uint8_t how = take8(in);

	memset(cmd, 0, sizeof(*cmd));
	cmd->op = htole16(how & 1 ? take16(in) : take8(in) % 0x90);
	cmd->len = htole16(how & 2 ? take16(in) : take8(in));
	cmd->flags = htole16(take8(in));
	cmd->ext_len = htole32(how & 4 ? take32(in) : take8(in) * 16u);
	take(in, cmd->data, take8(in) % sizeof(cmd->data));
	if (how & 8) {
		uint64_t addr = htole64(WHOLE_BASE + take32(in) % WHOLE_MEM);

		memcpy(cmd->data + SKUA_CMD_EXT_ADDR, &addr, sizeof(addr));
	}
	idx->prod = htole32(prod + 1);
	w->bd->ops->bar_write(w->bd, 0, SKUA_REG_DOORBELL(0), 4, 1);
	whole_pass(w, 2);
}

static void act_reg(struct whole *w, struct input *in)
{
	uint8_t how = take8(in);
	unsigned int size = 1u << (how & 3);
	uint64_t off = how & 4 ? take32(in) : take16(in) % 0x1100;
	uint64_t val = how & 8 ? (uint64_t)take32(in) << 32 | take32(in) : take8(in);

	switch (how >> 6) {
	case 0:
		w->bd->ops->bar_write(w->bd, how >> 4 & 3, off, size, val);
		break;
	case 1:
		w->bd->ops->bar_read(w->bd, how >> 4 & 3, off, size);
		break;
	case 2:
		w->bd->ops->cfg_write(w->bd, off, size, val);
		break;
	default:
		w->bd->ops->cfg_read(w->bd, off, size);
		break;
	}
}

static void act_index(struct whole *w, struct input *in)
{
	unsigned int ring = take8(in) % SKUA_NUM_RINGS;
	uint8_t how = take8(in);
	uint32_t val = how & 1 ? take32(in) : take8(in) % (WHOLE_ENTRIES + 2);

	if (how & 2)
		idx_of(w, ring)->prod = htole32(val);
	else
		idx_of(w, ring)->cons = htole32(val);
	if (how & 4)
		w->bd->ops->bar_write(w->bd, 0, SKUA_REG_DOORBELL(ring), 4, 1);
}

/* Any bytes of guest memory: entries of rings, mostly */
static void act_memory(struct whole *w, struct input *in)
{
	uint32_t at = take32(in) % (WHOLE_FW - 256);

	take(in, w->mem + at, take8(in));
}

static void act(struct whole *w, struct input *in)
{
	switch (take8(in) % 8) {
	case 0:
		act_boot(w, in);
		break;
	case 1:
	case 2:
		act_cmd(w, in);
		break;
	case 3:
	case 4:
		act_reg(w, in);
		break;
	case 5:
		act_index(w, in);
		break;
	case 6:
		act_memory(w, in);
		break;
	default:
		whole_pass(w, take8(in) % 32);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .at = data, .left = size };
	struct whole *w = whole_new();

	act_boot(w, &in);
	for (int i = 0; in.left && i < ACTS_MAX; i++) {
		turns_act(w->loop);
		act(w, &in);
		turns_judge(w->loop);
	}
	whole_pass(w, 10);
	turns_judge(w->loop);
	whole_free(w);
	return 0;
}
