/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skua - differences between kernel versions, in this one place
 *
 * The driver is written against Linux 6.12. Where a later kernel names or
 * shapes something differently, the 6.12 form is mapped to it here, so that
 * no other file asks for the version.
 */
#ifndef SKUA_COMPAT_H
#define SKUA_COMPAT_H

#include <linux/timer.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "Skua needs Linux 6.12 or later"
#endif

/* 6.15 dropped the old names of the timer calls. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define skua_timer_delete_sync(t)	timer_delete_sync(t)
#else
#define skua_timer_delete_sync(t)	del_timer_sync(t)
#endif

#endif /* SKUA_COMPAT_H */
