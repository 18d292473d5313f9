// SPDX-License-Identifier: GPL-2.0-only
/* The scene on a medium on which time passes: see timed.h */
#include "air/priv.h"
#include "timed.h"

struct timed *timed_new(const struct host_cfg *cfg)
{
	struct timed *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->s = scene_new_on(&medium_timed, &t->m, cfg, cfg);
	rng_seed(loop_rng(t->s->loop), 1);
	return t;
}

void timed_free(struct timed *t)
{
	void *scene = t->s;

	host_free(t->more);
	scene_teardown(&scene);
	free(t);
}

int timed_setup(void **state)
{
	*state = timed_new(NULL);
	return 0;
}

int timed_teardown(void **state)
{
	timed_free(*state);
	return 0;
}

void timed_third(struct timed *t, uint16_t handle)
{
	struct scene *s = t->s;
	struct eng_vif vif = host_get_vif(s->sta, 0);
	struct eng_sta peer = host_get_sta(s->sta, STA_AP);

	t->more = host_new(s->loop, s->air, "sta2", NULL);
	host_tune(t->more, 5180, 5180, SKUA_BW_20);
	memcpy(vif.addr, addr_sta2, 6);
	host_vif(t->more, 0, &vif);
	host_sta(t->more, STA_AP, &peer);
	peer = host_get_sta(s->ap, AP_STA);
	memcpy(peer.addr, addr_sta2, 6);
	peer.aid = htole16(2);
	host_sta(s->ap, handle, &peer);
}

uint64_t timed_now(const struct timed *t)
{
	return t->s->clock.time / US;
}

static uint64_t earlier(const struct loop_timer *timer, uint64_t at)
{
	return loop_timer_armed(timer) && timer->when < at ? timer->when : at;
}

static uint64_t host_next_timer(const struct host *h, uint64_t at)
{
	if (!h)
		return at;
	for (unsigned int i = 0; i < MAC_VIFS; i++)
		at = earlier(&h->mac->vif[i].beacon.timer, at);
	return at;
}

static void poll_all(struct timed *t)
{
	struct host *host[] = { t->s->ap, t->s->sta, t->more };
	bool busy;

	do {
		busy = false;
		for (unsigned int i = 0; i < 3; i++)
			busy |= host[i] && mac_poll(host[i]->mac);
		while (loop_step(t->s->loop, false))
			busy = true;
	} while (busy);
}

bool timed_step(struct timed *t, uint64_t until)
{
	const struct air_events *ev = &t->s->air->ev;
	uint64_t at = until * US;
	bool any;

	poll_all(t);
	at = host_next_timer(t->s->ap, at);
	at = host_next_timer(t->s->sta, at);
	at = host_next_timer(t->more, at);
	if (ev->head.next != &ev->head && ev->head.next->when < at)
		at = ev->head.next->when;
	any = at < until * US;
	if (at > t->s->clock.time)
		t->s->clock.time = at;
	poll_all(t);
	return any;
}

void timed_run(struct timed *t, uint64_t us)
{
	uint64_t until = timed_now(t) + us;
	unsigned int n = 0;

	while (timed_step(t, until))
		assert_true(++n < 1000000);
}

void timed_ppdus(struct timed *t, unsigned int n)
{
	for (unsigned int i = 0; t->m.n < n; i++) {
		assert_true(i < 10000);
		timed_step(t, timed_now(t) + 1000000);
	}
}

void timed_settle(struct timed *t)
{
	const struct air_events *ev = &t->s->air->ev;

	poll_all(t);
	for (unsigned int n = 0; ev->head.next != &ev->head; n++) {
		assert_true(n < 10000);
		timed_step(t, timed_now(t) + 1000000);
	}
}

void timed_tx(struct timed *t, unsigned int ring, uint16_t token, uint32_t flags,
	      unsigned int payload)
{
	struct tx tx = { .ring = ring, .token = token, .sta = AP_STA,
			 .gen = AP_GEN, .key = SKUA_KEY_NONE, .flags = flags };
	uint8_t f[HOST_FRAME_MAX];
	unsigned int len = mk_data(f, true, -1, payload);

	host_tx(t->s->ap, &tx, f, len);
}

void timed_edca(struct host *h, unsigned int ac, uint8_t aifsn, uint16_t cw_min,
		uint16_t cw_max, uint16_t txop)
{
	struct eng_edca e = {
		.aifsn = aifsn, .cw_min = htole16(cw_min),
		.cw_max = htole16(cw_max), .txop = htole16(txop),
	};

	assert_int_equal(host_tbl(h, ENG_TBL_EDCA, ac, ENG_TBL_WRITE, &e,
				  sizeof(e)), SKUA_ST_OK);
}

const struct signal *timed_signal(const struct timed *t, unsigned int i)
{
	assert_true(i < t->m.n);
	return &t->m.signal[i];
}

uint16_t timed_fc(const struct signal *s)
{
	return dot11_fc(s->head) & (IEEE80211_FC_TYPE | IEEE80211_FC_SUBTYPE);
}
