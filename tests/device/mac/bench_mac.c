// SPDX-License-Identifier: GPL-2.0-only
/* MAC engines: processor time of a frame from one host to another */
#include <time.h>

#include "host.h"

#define ROUNDS	4000
#define BURST	32

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void drain(struct host *h)
{
	struct rec rec;

	while (host_next(h, &rec))
		;
}

static void run(const char *name, uint32_t cipher, unsigned int payload)
{
	struct host_cfg big = { .buf_entries = 128, .cpl_entries = 1024 };
	struct scene *s = scene_new(&big, &big);
	struct tx t = { .ring = 2, .sta = AP_STA, .gen = AP_GEN,
			.key = SKUA_KEY_NONE };
	uint8_t f[2000];
	unsigned int len = mk_data(f, true, 0, payload);
	double spent = 0;
	void *p = s;

	air_leave(s->sniff.radio);
	s->sniff.radio = NULL;
	if (cipher) {
		scene_pairwise(s, cipher, 0);
		t.flags = SKUA_TXF_PROTECT;
		t.key = KEY_SLOT;
		t.key_gen = KEY_GEN;
	}
	for (unsigned int i = 0; i < ROUNDS; i++) {
		double before;

		for (unsigned int k = 0; k < BURST; k++) {
			t.pn++;
			host_tx(s->ap, &t, f, len);
		}
		before = cpu_ns();
		host_poll(s->ap);
		spent += cpu_ns() - before;
		drain(s->ap);
		drain(s->sta);
	}
	assert_int_equal(s->sta->mac->c.rx_data, ROUNDS * BURST);
	printf("%-10s %5u octets: %6.0f ns a frame, %5.2f Gbit/s\n", name,
	       payload, spent / (ROUNDS * BURST),
	       (double)payload * 8 * ROUNDS * BURST / spent);
	scene_teardown(&p);
}

int main(void)
{
	run("open", 0, 64);
	run("open", 0, 1500);
	run("CCMP-128", SKUA_CIPHER_CCMP, 1500);
	run("GCMP-128", SKUA_CIPHER_GCMP, 1500);
	run("GCMP-256", SKUA_CIPHER_GCMP_256, 1500);
	return 0;
}
