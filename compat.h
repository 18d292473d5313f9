/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - what differs between the kernels that the driver is built for
 *
 * The ops are written as Linux 6.12 has them. For one that mac80211 has changed since,
 * a macro of this file makes the adapter OP_compat(), which the table of ops names.
 * Nothing else in the driver looks at the kernel's version.
 */
#ifndef SKUA_COMPAT_H
#define SKUA_COMPAT_H

#include <linux/version.h>
#include <net/mac80211.h>

/*
 * 6.17: some ops name one of a wiphy's radios, or all of them by -1. A wiphy of
 * Skua has a single radio, so the ops need not know. SKUA_RADIO_OP2() is for ops
 * with two more arguments.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)

#define SKUA_RADIO_OP(op, type)						\
static inline int op##_compat(struct ieee80211_hw *hw, int radio, type arg) \
{									\
	return op(hw, arg);						\
}

#define SKUA_RADIO_OP2(op, type1, type2)				\
static inline int op##_compat(struct ieee80211_hw *hw, int radio,	\
			      type1 arg1, type2 arg2)			\
{									\
	return op(hw, arg1, arg2);					\
}

#else

#define SKUA_RADIO_OP(op, type)						\
static inline int op##_compat(struct ieee80211_hw *hw, type arg)	\
{									\
	return op(hw, arg);						\
}

#define SKUA_RADIO_OP2(op, type1, type2)				\
static inline int op##_compat(struct ieee80211_hw *hw, type1 arg1,	\
			      type2 arg2)				\
{									\
	return op(hw, arg1, arg2);					\
}

#endif

/* 6.14: get_txpower names a link. No interface of Skua has more than one. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)

#define SKUA_LINK_OP(op, type)						\
static inline int op##_compat(struct ieee80211_hw *hw,			\
			      struct ieee80211_vif *vif,		\
			      unsigned int link, type arg)		\
{									\
	return op(hw, vif, arg);					\
}

#else

#define SKUA_LINK_OP(op, type)						\
static inline int op##_compat(struct ieee80211_hw *hw,			\
			      struct ieee80211_vif *vif, type arg)	\
{									\
	return op(hw, vif, arg);					\
}

#endif

/* 6.13: sta_rc_update became link_sta_rc_update. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)

#define SKUA_STA_RC_UPDATE	link_sta_rc_update

#define SKUA_LINK_STA_OP(op)						\
static inline void op##_compat(struct ieee80211_hw *hw,			\
			       struct ieee80211_vif *vif,		\
			       struct ieee80211_link_sta *link_sta,	\
			       u32 changed)				\
{									\
	op(hw, vif, link_sta->sta, changed);				\
}

#else

#define SKUA_STA_RC_UPDATE	sta_rc_update

#define SKUA_LINK_STA_OP(op)						\
static inline void op##_compat(struct ieee80211_hw *hw,			\
			       struct ieee80211_vif *vif,		\
			       struct ieee80211_sta *sta, u32 changed)	\
{									\
	op(hw, vif, sta, changed);					\
}

#endif

#endif
