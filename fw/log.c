// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of text: to the NIC's own log, and to the host as an event
 *
 * At most LOG_BURST lines are sent in a second; further lines are only counted.
 */
#include <stdarg.h>

#include "host.h"

#define LOG_BURST	8
#define LOG_LEN		120

static u64 window_us;
static u32 in_window;
static u32 dropped;

struct line {
	char text[LOG_LEN];
	u32 len;
};

static void put(struct line *l, char ch)
{
	if (l->len < LOG_LEN)
		l->text[l->len++] = ch;
}

static void put_number(struct line *l, u32 val, u32 base)
{
	char digits[10];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[val % base];
		val /= base;
	} while (val);
	while (n)
		put(l, digits[--n]);
}

static void format(struct line *l, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(l, *fmt);
			continue;
		}
		switch (*++fmt) {
		case 's':
			for (const char *s = va_arg(ap, const char *); *s; s++)
				put(l, *s);
			break;
		case 'u':
			put_number(l, va_arg(ap, unsigned int), 10);
			break;
		case 'x':
			put_number(l, va_arg(ap, unsigned int), 16);
			break;
		case '%':
			put(l, '%');
			break;
		default:
			fw_assert(false);
		}
	}
}

static bool log_allowed(void)
{
	u64 now = time_us();

	if (!evt_room(EVT_ROOM_NEWS)) {
		dropped++;
		return false;
	}

	if (now - window_us >= SEC_US || !window_us) {
		window_us = now;
		in_window = 0;
	}
	if (in_window >= LOG_BURST) {
		dropped++;
		return false;
	}
	in_window++;
	return true;
}

void log_text(const char *fmt, ...)
{
	struct line l = { .len = 0 };
	va_list ap;

	if (!log_allowed())
		return;
	if (dropped) {
		put(&l, '(');
		put_number(&l, dropped, 10);
		for (const char *s = " lines left out) "; *s; s++)
			put(&l, *s);
		dropped = 0;
	}
	va_start(ap, fmt);
	format(&l, fmt, ap);
	va_end(ap);

	for (u32 i = 0; i < l.len; i++)
		reg_write(ENG_SYS_PUTC, (u8)l.text[i]);
	reg_write(ENG_SYS_PUTC, '\n');
	evt_post(SKUA_EVT_LOG, l.text, (u16)l.len);
}
