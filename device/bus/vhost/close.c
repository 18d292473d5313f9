// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a connection: all that was the guest's own is forgotten
 */
#include <sys/socket.h>

#include "bus/vhost/priv.h"
#include "pcie/pcie.h"

void vhost_close(struct vhost *v)
{
	loop_work_cancel(v->loop, &v->drop_work);
	loop_timer_cancel(v->loop, &v->signal_timer);
	for (int i = 0; i < VQ_COUNT; i++)
		vq_close(&v->vqs[i]);
	v->bd->fe = NULL;
	v->bd->ops->reset(v->bd, BUS_RESET_DISCONNECT);
	dma_on_idle(v->bd->dma, NULL, NULL);
	dma_unmap_all(v->bd->dma);
	/* Else vhost_looked() closes them. */
	if (!v->looking)
		vhost_close_fds(v);
	helper_close(v->helper, v->backend_fd);
	v->backend_fd = -1;
	loop_fd_del(v->loop, &v->sock);
	/* Descriptors in messages that were not received are closed with the socket. */
	shutdown(v->sock.fd, SHUT_RDWR);
	helper_close(v->helper, v->sock.fd);
	v->sock.fd = -1;
	v->got = 0;
	v->features = 0;
	v->pfeatures = 0;
	v->regions = 0;
	v->reply_waits = false;
	v->irq_waits = false;
	v->broken = false;
	if (v->shares)
		loop_share(v->loop, false);
	v->shares = false;
}
