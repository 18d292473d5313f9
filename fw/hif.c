// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to two engines: host interface and tables
 */
#include "host.h"

static struct skua_evt evt;

void evt_post2(u16 id, const void *head, u16 head_len, const void *data, u16 len)
{
	fw_assert(head_len <= SKUA_EVT_INLINE && len <= SKUA_EVT_INLINE - head_len);

	evt.id = id;
	evt.len = head_len + len;
	evt.seq = 0;
	memcpy(evt.data, head, head_len);
	if (len)
		memcpy(evt.data + head_len, data, len);
	memset(evt.data + evt.len, 0, SKUA_EVT_INLINE - evt.len);
	reg_write(ENG_HIF_EVT_ADDR, sram_addr(&evt));
	reg_write(ENG_HIF_EVT_GO, 1);
}

void evt_post(u16 id, const void *data, u16 len)
{
	evt_post2(id, data, len, NULL, 0);
}

bool evt_room(u32 n)
{
	return reg_read(ENG_HIF_EVT_ROOM) >= n;
}

void inband_post(u16 id, u8 vif, u16 sta, u16 gen, u8 tid, u32 arg)
{
	reg_write(ENG_HIF_INB_0, id | (u32)tid << 16 | (u32)vif << 24);
	reg_write(ENG_HIF_INB_1, sta | (u32)gen << 16);
	reg_write(ENG_HIF_INB_GO, arg);
}

u16 hif_dma_in(void *dst, u64 addr, u32 len)
{
	reg_write(ENG_HIF_DMA_LO, (u32)addr);
	reg_write(ENG_HIF_DMA_HI, (u32)(addr >> 32));
	reg_write(ENG_HIF_DMA_SRAM, sram_addr(dst));
	reg_write(ENG_HIF_DMA_LEN, len);
	reg_write(ENG_HIF_DMA_GO, 1);
	return (u16)reg_read(ENG_HIF_STATUS);
}

static u16 tbl_go(enum eng_tbl tbl, u32 index, u32 addr, enum eng_tbl_op op)
{
	reg_write(ENG_TBL_SEL, tbl);
	reg_write(ENG_TBL_INDEX, index);
	reg_write(ENG_TBL_ADDR, addr);
	reg_write(ENG_TBL_GO, op);
	return (u16)reg_read(ENG_TBL_STATUS);
}

u16 tbl_write(enum eng_tbl tbl, u32 index, const void *entry)
{
	return tbl_go(tbl, index, sram_addr(entry), ENG_TBL_WRITE);
}

u16 tbl_read(enum eng_tbl tbl, u32 index, void *entry)
{
	return tbl_go(tbl, index, sram_addr(entry), ENG_TBL_READ);
}

u16 tbl_clear(enum eng_tbl tbl, u32 index)
{
	u16 status;

	/* An interface can have more stations and keys than can be cleared at once */
	do {
		status = tbl_go(tbl, index, 0, ENG_TBL_CLEAR);
	} while (status == ENG_AGAIN);
	return status;
}
