/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The main loop
 *
 * One thread of control: main.c looks at interrupt causes, timers and commands
 * and calls the modules; nothing preempts anything. A handler does a bounded
 * amount of work and returns; work that takes time continues in a timer or at an
 * interrupt cause that comes later.
 */
#ifndef SKUA_FW_FW_H
#define SKUA_FW_FW_H

/** fw_init() - from reset to ALIVE */
void fw_init(void);

/** fw_round() - one turn of the main loop, without the sleep */
void fw_round(void);

/** cmd_poll() - carry out waiting commands, a bounded number */
void cmd_poll(void);

#endif /* SKUA_FW_FW_H */
