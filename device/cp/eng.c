// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine bus: registers by table
 */
#include <stdlib.h>
#include <string.h>

#include "cp/eng.h"

void eng_bus_init(struct eng_bus *bus, const struct eng_config *cfg)
{
	memset(bus, 0, sizeof(*bus));
	bus->cfg = cfg;
}

void eng_add(struct eng_bus *bus, const struct eng_block *block, void *owner)
{
	uint32_t first = block->base / ENG_PAGE;
	uint32_t end = (block->base + block->len + ENG_PAGE - 1) / ENG_PAGE;

	if (block->base % ENG_PAGE || end > ENG_PAGES)
		abort();
	for (uint32_t i = first; i < end; i++) {
		if (bus->slot[i].block)
			abort();
		bus->slot[i].block = block;
		bus->slot[i].owner = owner;
	}
}

/* The block that has the register at @off, or NULL */
static const struct eng_block *find(const struct eng_bus *bus, uint32_t off,
				    void **owner)
{
	const struct eng_block *block;

	if (off >= ENG_REG_SIZE || off % 4)
		return NULL;
	block = bus->slot[off / ENG_PAGE].block;
	*owner = bus->slot[off / ENG_PAGE].owner;
	return block && off - block->base < block->len ? block : NULL;
}

static uint32_t *variable(const struct eng_reg *reg, void *owner)
{
	return (uint32_t *)(void *)((char *)owner + reg->var);
}

bool eng_read(struct eng_bus *bus, uint32_t off, uint32_t *val)
{
	const struct eng_block *block;
	const struct eng_reg *reg;
	void *owner;

	block = find(bus, off, &owner);
	if (!block)
		return false;
	if (!block->regs)
		return block->read(owner, off, val);
	reg = &block->regs[(off - block->base) / 4];
	if (reg->read)
		*val = reg->read(owner);
	else if (reg->access & ENG_REG_R)
		*val = *variable(reg, owner);
	else
		return false;
	return true;
}

bool eng_write(struct eng_bus *bus, uint32_t off, uint32_t val)
{
	const struct eng_block *block;
	const struct eng_reg *reg;
	void *owner;

	block = find(bus, off, &owner);
	if (!block)
		return false;
	if (!block->regs)
		return block->write(owner, off, val);
	reg = &block->regs[(off - block->base) / 4];
	if (reg->write)
		reg->write(owner, val);
	else if (reg->access & ENG_REG_W)
		*variable(reg, owner) = val;
	else
		return false;
	return true;
}

uint8_t *eng_sram(struct eng_bus *bus, uint32_t addr, uint32_t len)
{
	uint32_t off = addr - ENG_SRAM_BASE;

	if (off > bus->sram_len || len > bus->sram_len - off)
		return NULL;
	return bus->sram + off;
}
