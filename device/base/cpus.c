// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processors that this process and another one may use
 */
#include <sched.h>
#include <sys/socket.h>

#include "base/cpus.h"

bool cpus_one_for_both(pid_t pid)
{
	cpu_set_t ours, theirs;

	/* With more processors than a set has room for, it is not one. */
	if (pid <= 0 || sched_getaffinity(0, sizeof(ours), &ours) ||
	    sched_getaffinity(pid, sizeof(theirs), &theirs))
		return false;
	return CPU_COUNT(&ours) == 1 && CPU_EQUAL(&ours, &theirs);
}

pid_t cpus_peer(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return 0;
	return peer.pid;
}
