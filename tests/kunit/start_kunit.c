// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: start and restart of a NIC that fails meanwhile
 */
#include <kunit/static_stub.h>

#include "../../key.h"
#include "fake.h"

enum start_how {
	START_WELL,
	START_DIES,	/* between ALIVE and the answer to START */
	START_LOST,	/* does not answer for a moment while it boots */
	START_REFUSES,	/* does not boot */
	START_GONE,	/* is removed meanwhile */
};

/**
 * struct start_nic - a NIC that boots in some way
 * @fake: the device; the first member, since fake.c takes test->priv for it
 * @how: the way
 * @boots: boots so far
 */
struct start_nic {
	struct skua_fake fake;
	enum start_how how;
	unsigned int boots;
};

static struct start_nic *start_nic(void)
{
	struct skua_fake *fake = kunit_get_current_test()->priv;

	return container_of(fake, struct start_nic, fake);
}

static int start_boot(struct skua *sc)
{
	struct start_nic *nic = start_nic();

	nic->boots++;
	clear_bit(SKUA_F_DEAD, &sc->flags);
	switch (nic->how) {
	case START_DIES:
		set_bit(SKUA_F_ALIVE, &sc->flags);
		skua_nic_dead(sc, SKUA_FATAL_NONE, "test");
		nic->fake.cmd_err = -EIO;
		return 0;
	case START_LOST:
		skua_nic_lost(sc, "test");
		clear_bit(SKUA_F_LOST, &sc->flags);
		return -EAGAIN;
	case START_REFUSES:
		return -EIO;
	case START_GONE:
		skua_nic_gone(sc);
		return -ENODEV;
	case START_WELL:
		break;
	}
	set_bit(SKUA_F_ALIVE, &sc->flags);
	return 0;
}

static int start_init(struct kunit *test)
{
	int ret = skua_fake_init_in(test, sizeof(struct start_nic));

	if (ret)
		return ret;
	skua_fake_ring(test, SKUA_RING_RXBUF, 16, 4);
	kunit_activate_static_stub(test, skua_boot, start_boot);
	return 0;
}

/* A start of a NIC that is dead. */
static int start(struct kunit *test, enum start_how how, bool restart)
{
	struct start_nic *nic = start_nic();
	struct skua *sc = nic->fake.sc;
	int ret;

	nic->how = how;
	nic->boots = 0;
	nic->fake.cmd_err = 0;
	sc->hopeless = false;
	clear_bit(SKUA_F_GONE, &sc->flags);
	clear_bit(SKUA_F_CRASH_DUE, &sc->flags);
	clear_bit(SKUA_F_ALIVE, &sc->flags);
	set_bit(SKUA_F_DEAD, &sc->flags);
	assign_bit(SKUA_F_STARTED, &sc->flags, restart);
	wiphy_lock(nic->fake.hw->wiphy);
	ret = skua_op_start(nic->fake.hw);
	wiphy_unlock(nic->fake.hw->wiphy);
	return ret;
}

/* D4: the crash worker counts this death like any other */
static void start_again_dies(struct kunit *test)
{
	struct start_nic *nic = start_nic();
	struct skua *sc = nic->fake.sc;
	enum start_how how;

	for (how = START_DIES; how <= START_LOST; how++) {
		KUNIT_EXPECT_EQ(test, start(test, how, true), 0);
		KUNIT_EXPECT_EQ(test, nic->boots, 1u);
		KUNIT_EXPECT_FALSE(test, sc->hopeless);
		KUNIT_EXPECT_FALSE(test, skua_alive(sc));
		KUNIT_EXPECT_TRUE(test, test_bit(SKUA_F_CRASH_DUE, &sc->flags));
		/* The ops of this restart report success. */
		KUNIT_EXPECT_EQ(test, skua_op_result(sc, -EIO), 0);
	}
}

/* D4: a NIC that does not boot is given up after some tries; one that is gone at once */
static void start_again_fails(struct kunit *test)
{
	struct start_nic *nic = start_nic();
	struct skua *sc = nic->fake.sc;

	KUNIT_EXPECT_EQ(test, start(test, START_REFUSES, true), 0);
	KUNIT_EXPECT_EQ(test, nic->boots, 3u);
	KUNIT_EXPECT_TRUE(test, sc->hopeless);
	KUNIT_EXPECT_TRUE(test, test_bit(SKUA_F_CRASH_DUE, &sc->flags));
	KUNIT_EXPECT_EQ(test, start(test, START_GONE, true), 0);
	KUNIT_EXPECT_EQ(test, nic->boots, 1u);
	KUNIT_EXPECT_TRUE(test, test_bit(SKUA_F_CRASH_DUE, &sc->flags));
	KUNIT_EXPECT_EQ(test, start(test, START_WELL, true), 0);
	KUNIT_EXPECT_EQ(test, nic->boots, 1u);
	KUNIT_EXPECT_TRUE(test, skua_alive(sc));
	KUNIT_EXPECT_FALSE(test, sc->hopeless);
}

/* D7: the user hears of a NIC that does not start, after a bounded number of boots */
static void start_by_user(struct kunit *test)
{
	struct start_nic *nic = start_nic();
	struct skua *sc = nic->fake.sc;

	KUNIT_EXPECT_EQ(test, start(test, START_DIES, false), -EIO);
	KUNIT_EXPECT_EQ(test, nic->boots, 1u);
	KUNIT_EXPECT_EQ(test, start(test, START_LOST, false), -ENODEV);
	KUNIT_EXPECT_EQ(test, nic->boots, 3u);
	KUNIT_EXPECT_FALSE(test, test_bit(SKUA_F_STARTED, &sc->flags));
	KUNIT_EXPECT_EQ(test, start(test, START_WELL, false), 0);
	KUNIT_EXPECT_TRUE(test, skua_alive(sc));
}

/* D4: a start makes good what a restart without memory left: no other one follows */
static void start_ends_retry(struct kunit *test)
{
	struct start_nic *nic = start_nic();
	struct skua *sc = nic->fake.sc;
	unsigned int restart;

	for (restart = 0; restart < 2; restart++) {
		set_bit(SKUA_F_NO_MEMORY, &sc->flags);
		schedule_delayed_work(&sc->retry_work, 600 * HZ);
		KUNIT_EXPECT_EQ(test, start(test, START_WELL, restart), 0);
		KUNIT_EXPECT_FALSE(test, delayed_work_pending(&sc->retry_work));
		KUNIT_EXPECT_FALSE(test, test_bit(SKUA_F_NO_MEMORY, &sc->flags));
		cancel_delayed_work_sync(&sc->retry_work);
	}
}

/**
 * struct slow_case - commands that follow each other, and what becomes of the NIC
 * @desc: in words
 * @ms: for which each command is waited for
 * @free: ms of these that it may need
 * @pause: ms between two
 * @hung: the number of the command with which the NIC counts as hung; 0: never
 */
struct slow_case {
	const char *desc;
	unsigned int ms;
	unsigned int free;
	unsigned int pause;
	unsigned int hung;
};

static const struct slow_case slow_cases[] = {
	{ "a healthy NIC", 5, 200, 0, 0 },
	{ "a busy host", 200, 200, 0, 0 },
	{ "a host that is stopped for a second now and then", 1000, 200, 4000, 0 },
	{ "just below the limit of each", 1990, 200, 0, 4 },
	{ "half of that", 1000, 200, 0, 9 },
	{ "commands that wait by themselves", 1190, 1200, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(slow, slow_cases, desc);

/* D4: a NIC that answers each command just in time does not hold the RTNL for minutes */
static void start_slow_commands(struct kunit *test)
{
	const struct slow_case *c = test->param_value;
	struct skua_fake *fake = test->priv;
	unsigned int i, hung = 0;

	fake->sc->cmd_credit.at = jiffies;
	for (i = 1; i <= 200 && !hung; i++) {
		/* time passes */
		fake->sc->cmd_credit.at -= msecs_to_jiffies(c->ms + c->pause);
		if (skua_cmd_charge(fake->sc, msecs_to_jiffies(c->ms),
				    msecs_to_jiffies(c->free)))
			hung = i;
	}
	KUNIT_EXPECT_EQ(test, c->hung, hung);
	/* after its restart it is quick */
	KUNIT_EXPECT_FALSE(test, skua_cmd_charge(fake->sc, 1, HZ / 5));
}

static struct kunit_case start_cases[] = {
	KUNIT_CASE(start_again_dies),
	KUNIT_CASE(start_again_fails),
	KUNIT_CASE(start_by_user),
	KUNIT_CASE(start_ends_retry),
	KUNIT_CASE_PARAM(start_slow_commands, slow_gen_params),
	{}
};

static struct kunit_suite start_suite = {
	.name = "skua_start",
	.init = start_init,
	.test_cases = start_cases,
};

kunit_test_suite(start_suite);
