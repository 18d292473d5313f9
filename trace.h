/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - tracepoints: data that crosses the bus
 *
 * Keys are never traced, only their slots.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM skua

#if !defined(SKUA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SKUA_TRACE_H

#include <linux/tracepoint.h>

#include "skua.h"

#define SKUA_DEV_ENTRY		__string(dev, dev_name(sc->dev))
#define SKUA_DEV_ASSIGN		__assign_str(dev)

TRACE_EVENT(skua_cmd,
	    TP_PROTO(struct skua *sc, u16 op, u16 seq, u16 len, u32 ext_len,
		     u16 flags),
	    TP_ARGS(sc, op, seq, len, ext_len, flags),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(u16, op)
			     __field(u16, seq)
			     __field(u16, len)
			     __field(u16, flags)
			     __field(u32, ext_len)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->op = op;
			   __entry->seq = seq;
			   __entry->len = len;
			   __entry->flags = flags;
			   __entry->ext_len = ext_len;),
	    TP_printk("%s op 0x%02x seq %u len %u ext %u flags 0x%x",
		      __get_str(dev), __entry->op, __entry->seq, __entry->len,
		      __entry->ext_len, __entry->flags));

TRACE_EVENT(skua_cmd_done,
	    TP_PROTO(struct skua *sc, u16 op, u16 seq, u16 status, u16 answer_len),
	    TP_ARGS(sc, op, seq, status, answer_len),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(u16, op)
			     __field(u16, seq)
			     __field(u16, status)
			     __field(u16, answer_len)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->op = op;
			   __entry->seq = seq;
			   __entry->status = status;
			   __entry->answer_len = answer_len;),
	    TP_printk("%s op 0x%02x seq %u status %u answer %u", __get_str(dev),
		      __entry->op, __entry->seq, __entry->status,
		      __entry->answer_len));

TRACE_EVENT(skua_evt,
	    TP_PROTO(struct skua *sc, u16 id, u16 len, u32 seq),
	    TP_ARGS(sc, id, len, seq),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(u16, id)
			     __field(u16, len)
			     __field(u32, seq)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->id = id;
			   __entry->len = len;
			   __entry->seq = seq;),
	    TP_printk("%s id %u len %u seq %u", __get_str(dev), __entry->id,
		      __entry->len, __entry->seq));

TRACE_EVENT(skua_tx_desc,
	    TP_PROTO(struct skua *sc, u8 ring, const struct skua_tx_desc *desc,
		     u32 len),
	    TP_ARGS(sc, ring, desc, len),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(u32, w0)
			     __field(u32, flags)
			     __field(u32, w2)
			     __field(u32, w3)
			     __field(u32, w4)
			     __field(u64, pn)
			     __field(u32, len)
			     __field(u8, ring)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->w0 = le32_to_cpu(desc->w0);
			   __entry->flags = le32_to_cpu(desc->flags);
			   __entry->w2 = le32_to_cpu(desc->w2);
			   __entry->w3 = le32_to_cpu(desc->w3);
			   __entry->w4 = le32_to_cpu(desc->w4);
			   __entry->pn = le32_get_bits(desc->w6, SKUA_TXD_W6_PN_HI);
			   __entry->pn = __entry->pn << 32 | le32_to_cpu(desc->pn_lo);
			   __entry->len = len;
			   __entry->ring = ring;),
	    TP_printk("%s ring %u token %u len %u segs %u flags 0x%05x sta %u.%u key %u.%u pn %llu",
		      __get_str(dev), __entry->ring, __entry->w0 & 0xffff,
		      __entry->len, (__entry->w0 >> 16) & 0x1f, __entry->flags,
		      __entry->w2 & 0xffff, __entry->w2 >> 16,
		      __entry->w4 & 0xffff, __entry->w4 >> 16, __entry->pn));

TRACE_EVENT(skua_tx_status,
	    TP_PROTO(struct skua *sc, const struct skua_cpl_tx *rec, u32 status),
	    TP_ARGS(sc, rec, status),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(u32, status)
			     __field(u32, rate)
			     __field(u32, airtime)
			     __field(u16, sta)
			     __field(u16, gen)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->status = status;
			   __entry->rate = le32_to_cpu(rec->rate);
			   __entry->airtime = le32_to_cpu(rec->airtime_us);
			   __entry->sta = le16_to_cpu(rec->sta);
			   __entry->gen = le16_to_cpu(rec->sta_gen);),
	    TP_printk("%s token %u status %u tries %u sta %u.%u rate 0x%08x airtime %u us",
		      __get_str(dev), __entry->status & 0xffff,
		      __entry->status >> 24, (__entry->status >> 16) & 0xff,
		      __entry->sta, __entry->gen, __entry->rate, __entry->airtime));

TRACE_EVENT(skua_rx,
	    TP_PROTO(struct skua *sc, const struct skua_cpl_rx *rec),
	    TP_ARGS(sc, rec),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(u32, flags)
			     __field(u32, buf0)
			     __field(u32, rate)
			     __field(u16, len)
			     __field(u16, freq)
			     __field(u16, sta)
			     __field(u16, sta_gen)
			     __field(u16, key)
			     __field(u16, key_gen)
			     __field(s8, signal)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->flags = le32_to_cpu(rec->flags);
			   __entry->buf0 = le32_to_cpu(rec->buf0);
			   __entry->rate = le32_to_cpu(rec->rate);
			   __entry->len = le16_to_cpu(rec->frame_len);
			   __entry->freq = le16_to_cpu(rec->freq);
			   __entry->sta = le16_to_cpu(rec->sta);
			   __entry->sta_gen = le16_to_cpu(rec->sta_gen);
			   __entry->key = le16_to_cpu(rec->key);
			   __entry->key_gen = le16_to_cpu(rec->key_gen);
			   __entry->signal = rec->signal;),
	    TP_printk("%s buf %u len %u flags 0x%06x sta %u.%u key %u.%u rate 0x%08x %u MHz %d dBm",
		      __get_str(dev), __entry->buf0 & 0xffff, __entry->len,
		      __entry->flags, __entry->sta, __entry->sta_gen,
		      __entry->key, __entry->key_gen, __entry->rate,
		      __entry->freq, __entry->signal));

TRACE_EVENT(skua_inband,
	    TP_PROTO(struct skua *sc, const struct skua_cpl_inband *rec),
	    TP_ARGS(sc, rec),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(u16, id)
			     __field(u16, sta)
			     __field(u16, gen)
			     __field(u8, tid)
			     __field(u32, arg)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->id = le16_to_cpu(rec->id);
			   __entry->sta = le16_to_cpu(rec->sta);
			   __entry->gen = le16_to_cpu(rec->sta_gen);
			   __entry->tid = rec->tid;
			   __entry->arg = le32_to_cpu(rec->arg);),
	    TP_printk("%s id %u sta %u.%u tid %u arg 0x%08x", __get_str(dev),
		      __entry->id, __entry->sta, __entry->gen, __entry->tid,
		      __entry->arg));

TRACE_EVENT(skua_key,
	    TP_PROTO(struct skua *sc, bool set, const struct skua_key *key, int err),
	    TP_ARGS(sc, set, key, err),
	    TP_STRUCT__entry(SKUA_DEV_ENTRY
			     __field(bool, set)
			     __field(u32, cipher)
			     __field(u8, keyidx)
			     __field(u16, slot)
			     __field(u16, gen)
			     __field(u8, vif)
			     __field(int, err)),
	    TP_fast_assign(SKUA_DEV_ASSIGN;
			   __entry->set = set;
			   __entry->cipher = key->suite->suite;
			   __entry->keyidx = key->keyidx;
			   __entry->slot = key->slot;
			   __entry->gen = key->gen;
			   __entry->vif = key->vif;
			   __entry->err = err;),
	    TP_printk("%s %s cipher %08x idx %u slot %u.%u vif %u err %d",
		      __get_str(dev), __entry->set ? "set" : "delete",
		      __entry->cipher, __entry->keyidx, __entry->slot,
		      __entry->gen, __entry->vif, __entry->err));

#endif /* SKUA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
