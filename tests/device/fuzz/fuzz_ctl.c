// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: the control socket
 *
 * The input is sent by a client to a NIC that is alive. Each line that is received
 * has to be answered with one line, and captures are not written.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "input.h"
#include "turns.h"
#include "whole.h"

static struct whole *w;
static struct ctl *ctl;
static struct sockaddr_un sa = { .sun_family = AF_UNIX };

/* No input may touch a file of this machine. */
static void capture(struct air *air, const char *path, uint32_t snaplen,
		    uint64_t size, struct air_capture_wait *wait)
{
	(void)air;
	(void)snaplen;
	(void)size;
	wait->done(wait, path[0] ? 0 : -1, true);
}

static void begin(void)
{
	struct ctl_config cfg = { .path = sa.sun_path, .capture = capture };

	w = whole_new();
	cfg.air = w->air;
	cfg.nics = nic_ctl(w->nic);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "/tmp/skua-fuzz-%d.ctl", getpid());
	ctl = ctl_new(w->loop, &cfg);
	if (!ctl)
		abort();
}

static void end(void)
{
	ctl_free(ctl);
	whole_free(w);
}

/* Return: the number of lines of the answers */
static unsigned int pump(int fd)
{
	unsigned int lines = 0;
	char text[16384];
	ssize_t n;

	for (int i = 0; i < 4; i++) {
		whole_pass(w, 1);
		while ((n = recv(fd, text, sizeof(text), MSG_DONTWAIT)) > 0)
			for (ssize_t at = 0; at < n; at++)
				lines += text[at] == '\n';
	}
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int asked = 0, answered = 0;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	begin();
	whole_prepare(w);
	whole_boot(w);
	whole_pass(w, 20);
	if (w->nic->state != NIC_ALIVE || connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		abort();
	for (size_t at = 0; at < size;) {
		const uint8_t *nl = memchr(data + at, '\n', size - at);
		size_t n = nl ? (size_t)(nl - data) - at + 1 : size - at;

		if (send(fd, data + at, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
		asked += nl != NULL;
		answered += pump(fd);
		at += n;
	}
	if (asked != answered)
		abort();
	turns_judge(w->loop);
	close(fd);
	end();
	return 0;
}
