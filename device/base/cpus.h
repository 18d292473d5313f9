/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processors that this process and another one may use
 */
#ifndef SKUA_DEVICE_CPUS_H
#define SKUA_DEVICE_CPUS_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * cpus_one_for_both() - do this thread and a process have one processor together?
 * @pid: the process, 0 if it is not known
 *
 * Then one of them stands still while the other one spins.
 *
 * Return: true if each may run on one processor only, and that is the same one.
 */
bool cpus_one_for_both(pid_t pid);

/** cpus_peer() - the process at the other end of a Unix socket, 0 if it is not known */
pid_t cpus_peer(int fd);

#endif /* SKUA_DEVICE_CPUS_H */
