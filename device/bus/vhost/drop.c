// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that broke the protocol loses its connection
 *
 * Any code that reads a guest's data may find that out, so this is the lowest
 * file of the front end: it only asks for the end, which vhost_close() brings.
 */
#include "base/base.h"
#include "bus/vhost/priv.h"
#include "pcie/pcie.h"

void vhost_drop(struct vhost *v, const char *why)
{
	if (v->broken)
		return;
	/* Zeroes in place of the rings look like any other malformed data. */
	if (dma_dead(v->bd->dma))
		why = "its memory vanished, the file was truncated";
	log_err(v->log, "guest disconnected: %s", why);
	v->broken = true;
	v->stats.drops++;
	loop_defer(v->loop, &v->drop_work);
}
