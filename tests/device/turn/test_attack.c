// SPDX-License-Identifier: GPL-2.0-only
/*
 * One guest, its firmware or the air attacks the loop. Beside it stands a second guest
 * that reads a register whenever the buses are served, and a control client that asks
 * for the counters again and again. No turn may take more than device/base/turn.h
 * promises, by processor time, so that a busy machine changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "guest.h"
#include "mac/priv.h"

#define ATTACK_NS	(300 * LOOP_NS_PER_MS)	/* processor time of each attack */
#define BLOCKED_MAX_NS	(100 * LOOP_NS_PER_MS)
#define RX_LEN		11000

struct scene {
	struct loop *loop;
	struct air *air;
	struct guest *bad;	/* attacks */
	struct guest *good;	/* is measured */
	struct ctl *ctl;
	struct sockaddr_un sa;
	int client;
	bool asked;
	uint64_t answers;
	struct loop_poll poll;
	uint64_t polls;
	uint64_t last;
	uint64_t worst_gap;
	unsigned int busy;
	void (*act)(struct scene *s);
};

/* The measured guest, and the client, have no time of their own: the loop's bus poll */

static void client_turn(struct scene *s)
{
	static char text[65536];
	ssize_t n;

	if (!s->asked && send(s->client, "{\"cmd\":\"counters\"}\n", 19,
			      MSG_DONTWAIT | MSG_NOSIGNAL) == 19)
		s->asked = true;
	n = recv(s->client, text, sizeof(text), MSG_DONTWAIT);
	if (n <= 0 || text[n - 1] != '\n')
		return;
	s->answers++;
	s->asked = false;
}

static bool good_poll(struct loop_poll *p)
{
	struct scene *s = container_of(p, struct scene, poll);
	uint64_t now = cpu_now();

	if (s->last && now - s->last > s->worst_gap)
		s->worst_gap = now - s->last;
	assert_int_equal(s->good->bd->ops->bar_read(s->good->bd, 0, SKUA_REG_ID, 4),
			 SKUA_ID_MAGIC);
	s->polls++;
	if (s->polls % 64 == 0)
		client_turn(s);
	if (s->act)
		s->act(s);
	s->last = cpu_now();
	return true;
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct ctl_config cfg = { 0 };

	log_set_level((enum log_level)-1);
	s->loop = loop_new(NULL);
	loop_set_spin(s->loop, 0);
	s->air = air_new(s->loop);
	s->bad = guest_new(s->loop, s->air, "nic0");
	s->good = guest_new(s->loop, s->air, "nic1");
	nic_ctl(s->bad->nic)->next = nic_ctl(s->good->nic);
	s->sa.sun_family = AF_UNIX;
	snprintf(s->sa.sun_path, sizeof(s->sa.sun_path), "/tmp/skua-attack-%d.ctl",
		 getpid());
	cfg.path = s->sa.sun_path;
	cfg.air = s->air;
	cfg.nics = nic_ctl(s->bad->nic);
	s->ctl = ctl_new(s->loop, &cfg);
	s->client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	s->poll.poll = good_poll;
	*state = s;
	return !s->ctl || connect(s->client, (void *)&s->sa, sizeof(s->sa));
}

static int teardown(void **state)
{
	struct scene *s = *state;

	close(s->client);
	ctl_free(s->ctl);
	guest_free(s->bad);
	guest_free(s->good);
	air_free(s->air);
	loop_free(s->loop);
	free(s);
	return 0;
}

/* Begin to measure: preparations of a test are no attack. */
static void measure(struct scene *s)
{
	loop_step(s->loop, false);
	turn_forget(loop_turn(s->loop));
	loop_poll_add(s->loop, &s->poll, LOOP_POLL_BUS);
}

static void judge(struct scene *s, const char *name)
{
	const struct turn *t = loop_turn(s->loop);
	enum turn_cause worst = TURN_BUS;
	uint64_t blocked = 0;

	loop_poll_del(s->loop, &s->poll);
	for (int c = 0; c < TURN_CAUSES; c++) {
		if (t->worst[c].blocked_ns > blocked)
			blocked = t->worst[c].blocked_ns;
		if (t->worst[c].cpu_ns > t->worst[worst].cpu_ns)
			worst = (enum turn_cause)c;
	}
	print_message("%s: worst turn %u us (%s), %llu polls, %llu answers\n", name,
		      (unsigned int)(t->worst[worst].cpu_ns / LOOP_NS_PER_US),
		      turn_cause_name(worst), (unsigned long long)s->polls,
		      (unsigned long long)s->answers);
	assert_true(t->worst[worst].cpu_ns <= TURN_MAX_NS);
	/* A page fault may wait for the machine; a wait for a guest would not end. */
	assert_true(blocked <= BLOCKED_MAX_NS);
	assert_true(s->worst_gap <= TURN_MAX_NS);
	assert_true(s->polls > 10);
	assert_true(s->answers > 1);
}

static void attack_for(struct scene *s, const char *name, uint64_t ns)
{
	uint64_t end = cpu_now() + ns;

	measure(s);
	/* With sanitizers, turns are longer, and answers take as many */
	while (cpu_now() < end ||
	       (s->answers < 2 && cpu_now() < end + ns * TURN_FACTOR))
		loop_step(s->loop, false);
	judge(s, name);
}

static void attack(struct scene *s, const char *name)
{
	attack_for(s, name, ATTACK_NS);
}

/* Attacks by firmware */

/* Firmware that repeats one access */
static void boot_loop(struct scene *s, uint32_t reg, uint32_t val, bool read)
{
	unsigned int mark;

	code_begin(s->bad);
	code_write(s->bad, ENG_TXQ_VIF, SKUA_VIF_NONE);
	code_write(s->bad, ENG_TXQ_STA, SKUA_STA_NONE);
	code_write(s->bad, ENG_TXQ_ACS, 0x1f);
	code_write(s->bad, ENG_HIF_DMA_LO, (uint32_t)(G_BASE + G_DATA));
	code_write(s->bad, ENG_HIF_DMA_SRAM, ENG_SRAM_BASE + 0x10000);
	code_write(s->bad, ENG_HIF_DMA_LEN, 65536);
	code_write(s->bad, ENG_HIF_EVT_ADDR, ENG_SRAM_BASE + 0x10000);
	code_write(s->bad, ENG_TBL_ADDR, ENG_SRAM_BASE + G_CODE_DATA);
	mark = code_mark(s->bad);
	if (read)
		code_read(s->bad, reg);
	else
		code_write(s->bad, reg, val);
	code_loop(s->bad, mark);
	guest_boot(s->bad);
	guest_alive(s->bad);
}

static void test_count(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_TXQ_COUNT, 0, true);
	guest_vif(s->bad, 2412);
	/* Frames that wait for the radio fill the queues */
	guest_tune(s->bad, 2437);
	guest_frames(s->bad, 100, 0);
	attack(s, "count frames");
}

static void test_drop(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_TXQ_DROP, 1, false);
	guest_vif(s->bad, 2412);
	guest_tune(s->bad, 2437);
	guest_frames(s->bad, 100, 0);
	attack(s, "drop frames");
}

static void test_tune(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_RF_TUNE, 1, false);
	guest_vif(s->bad, 2412);
	guest_tune(s->bad, 2437);
	guest_frames(s->bad, 100, 0);
	attack(s, "tune");
}

static void test_dma(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_HIF_DMA_GO, 2, false);
	attack(s, "DMA");
}

static void test_events(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_HIF_EVT_GO, 1, false);
	attack(s, "events");
}

static void test_inband(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_HIF_INB_GO, 1, false);
	attack(s, "in-band events");
}

static void test_lines(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_SYS_PUTC, '\n', false);
	attack(s, "lines in the log");
}

static void test_random(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_SYS_RANDOM, 0, true);
	attack(s, "random numbers");
}

static void put_key(struct guest *g, uint32_t cipher, uint8_t len)
{
	struct eng_key key = {
		.gen = htole16(1), .sta = htole16(SKUA_STA_NONE), .key_len = len,
		.cipher = htole32(cipher),
	};

	memset(key.key, 0x5a, sizeof(key.key));
	assert_int_equal(guest_table(g, ENG_TBL_KEY, 0, &key, sizeof(key)), SKUA_ST_OK);
}

static void test_keys(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_TBL_GO, ENG_TBL_WRITE, false);
	guest_vif(s->bad, 2412);
	put_key(s->bad, SKUA_CIPHER_GCMP_256, SKUA_KEY_LEN_GCMP_256);
	attack(s, "key writes");
}

/* Each store changes the instruction behind it, which has to be decoded anew. */
static void test_own_code(void **state)
{
	struct scene *s = *state;
	unsigned int mark, base;

	code_begin(s->bad);
	code_word(s->bad, 0x01300e13);	/* li t3, nop */
	base = code_mark(s->bad);
	code_word(s->bad, 0x00000317);	/* auipc t1, 0 */
	mark = code_mark(s->bad);
	for (int i = 0; i < 64; i++) {
		uint32_t off = (code_mark(s->bad) + 1 - base) * 4;

		/* sw t3, off(t1) */
		code_word(s->bad, (off >> 5) << 25 | 28u << 20 | 6 << 15 |
			  2 << 12 | (off & 31) << 7 | 0x23);
		code_word(s->bad, 0x00000013);
	}
	code_loop(s->bad, mark);
	guest_boot(s->bad);
	guest_alive(s->bad);
	attack(s, "code that changes itself");
	assert_true(s->bad->nic->state == NIC_ALIVE);
}

/* Attacks by a driver */

static void act_boots(struct scene *s)
{
	for (int i = 0; i < 64; i++)
		guest_reg(s->bad, SKUA_REG_CTRL, SKUA_CTRL_RESET |
			  SKUA_CTRL_BOOT | SKUA_CTRL_DUMP);
}

static void test_boots(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_SYS_TIME_LO, 0, true);
	s->act = act_boots;
	attack(s, "reset, boot, dump");
}

/* Reset and boot as soon as the firmware is alive, dump in between */
static void act_restart(struct scene *s)
{
	if (s->bad->nic->state == NIC_ALIVE)
		guest_reg(s->bad, SKUA_REG_CTRL, SKUA_CTRL_DUMP);
	else if (s->bad->nic->state == NIC_FATAL)
		guest_reg(s->bad, SKUA_REG_CTRL, SKUA_CTRL_RESET | SKUA_CTRL_BOOT);
}

static void test_restarts(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_SYS_TIME_LO, 0, true);
	s->act = act_restart;
	attack_for(s, "restarts", ATTACK_NS / 3);
}

static void act_command(struct scene *s)
{
	struct skua_ring_idx *idx = guest_idx(s->bad, SKUA_RING_CMD);
	struct skua_cmd *cmd = guest_entry(s->bad, SKUA_RING_CMD, idx->prod);

	if (idx->prod != idx->cons)
		return;
	memset(cmd, 0, sizeof(*cmd));
	for (unsigned int i = 0; i < SKUA_NUM_TX_RINGS; i++) {
		struct skua_ring_idx *tx = guest_idx(s->bad, SKUA_RING_TX_VO + i);

		tx->prod = tx->cons + G_ENTRIES;
		cmd->tx_prod[i] = tx->prod;
	}
	guest_take(s->bad);
	__atomic_store_n(&idx->prod, idx->prod + 1, __ATOMIC_RELEASE);
	guest_reg(s->bad, SKUA_REG_DOORBELL(SKUA_RING_CMD), 1);
}

/* A command that names all slots of all transmit rings */
static void test_command(void **state)
{
	struct scene *s = *state;
	unsigned int mark;

	code_begin(s->bad);
	code_write(s->bad, ENG_HIF_CMD_ADDR, ENG_SRAM_BASE + 0x10000);
	mark = code_mark(s->bad);
	code_write(s->bad, ENG_HIF_CMD_FETCH, 1);
	code_loop(s->bad, mark);
	guest_boot(s->bad);
	guest_alive(s->bad);
	/* Without a channel the frames end as soon as they may be sent */
	guest_vif(s->bad, 0);
	guest_tune(s->bad, 2412);
	guest_frames(s->bad, 1500, 0);
	s->act = act_command;
	attack(s, "a command after all frames");
}

static void fill_tables(struct guest *g)
{
	struct eng_sta sta = { .gen = htole16(1), .addr = { 2 } };
	struct eng_key key = {
		.gen = htole16(1), .sta = htole16(SKUA_STA_NONE),
		.key_len = SKUA_KEY_LEN_GCMP, .cipher = htole32(SKUA_CIPHER_GCMP),
	};

	guest_vif(g, 2412);
	for (uint32_t i = 0; i < 1024; i++) {
		sta.addr[4] = (uint8_t)(i >> 8);
		sta.addr[5] = (uint8_t)i;
		assert_int_equal(guest_table(g, ENG_TBL_STA, i, &sta, sizeof(sta)),
				 SKUA_ST_OK);
	}
	for (uint32_t i = 0; i < 4096; i++)
		assert_int_equal(guest_table(g, ENG_TBL_KEY, i, &key, sizeof(key)),
				 SKUA_ST_OK);
	guest_tune(g, 2437);
	guest_frames(g, 100, 0);
}

static void act_reset(struct scene *s)
{
	guest_reg(s->bad, SKUA_REG_CTRL, SKUA_CTRL_RESET);
}

static void test_reset_of_all(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_SYS_TIME_LO, 0, true);
	fill_tables(s->bad);
	for (int i = 0; i < 200; i++)
		loop_step(s->loop, false);
	s->act = act_reset;
	attack(s, "reset of full tables");
}

static void act_clear(struct scene *s)
{
	struct eng_bus *bus = &s->bad->nic->bus;
	uint32_t status;

	if (s->polls < 20)
		return;
	eng_write(bus, ENG_TBL_SEL, ENG_TBL_VIF);
	eng_write(bus, ENG_TBL_INDEX, 0);
	eng_write(bus, ENG_TBL_GO, ENG_TBL_CLEAR);
	eng_read(bus, ENG_TBL_STATUS, &status);
	if (status == ENG_AGAIN)
		s->busy++;
	else
		s->act = NULL;
}

static void test_vif_clear(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_SYS_TIME_LO, 0, true);
	fill_tables(s->bad);
	for (int i = 0; i < 200; i++)
		loop_step(s->loop, false);
	s->act = act_clear;
	attack(s, "an interface with all that it has");
	/* It has come to an end, and not at once */
	assert_null(s->act);
	assert_true(s->busy > 0);
}

/* A client asks for the counters of full tables. */
static void test_counters(void **state)
{
	struct scene *s = *state;

	boot_loop(s, ENG_SYS_TIME_LO, 0, true);
	fill_tables(s->bad);
	attack(s, "counters of full tables");
}

/* Attacks over the air */

static void monitor(struct guest *g)
{
	guest_radio(g, 2412);
	eng_write(&g->nic->bus, ENG_MAC_FILTER, SKUA_FILTER_OTHER_BSS);
}

static void post(struct guest *g, uint32_t n, uint32_t len)
{
	struct skua_rx_buf buf = {
		.addr = htole64(G_BASE + G_DATA + (8u << 20)), .len = htole32(len),
	};

	for (uint32_t i = 0; i < n; i++)
		memcpy(guest_entry(g, SKUA_RING_RXBUF, i), &buf, sizeof(buf));
	guest_idx(g, SKUA_RING_RXBUF)->prod = n;
}

/* The host takes all completions, posts all buffers, publishes all frames anew. */
static void act_traffic(struct scene *s)
{
	struct guest *both[] = { s->bad, s->good };

	for (int i = 0; i < 2; i++) {
		struct guest *g = both[i];
		struct skua_ring_idx *rx = guest_idx(g, SKUA_RING_RXBUF);

		guest_take(g);
		if (rx->prod)
			rx->prod = rx->cons + G_ENTRIES;
	}
	guest_frames_again(s->bad);
}

/* The longest frames, to nobody, with all tries, and another guest listens. */
static void test_long_frames(void **state)
{
	struct scene *s = *state;

	monitor(s->good);
	post(s->good, G_ENTRIES, 2048);
	boot_loop(s, ENG_SYS_TIME_LO, 0, true);
	guest_vif(s->bad, 2412);
	put_key(s->bad, SKUA_CIPHER_CCMP, SKUA_KEY_LEN_CCMP);
	guest_tune(s->bad, 2412);
	guest_frames(s->bad, RX_LEN, 0);
	s->act = act_traffic;
	attack(s, "long frames");
	assert_true(s->good->nic->state == NIC_ALIVE);
}

/* Packets of many segments to nobody, and others of which a segment less than all can be read */
static void packets(struct scene *s, const char *name, bool vain)
{
	boot_loop(s, ENG_TXQ_COUNT, 0, true);
	s->bad->nic->bus.features = SKUA_FEAT_TX_CSUM | SKUA_FEAT_TX_GSO;
	guest_vif(s->bad, 2412);
	guest_tune(s->bad, 2412);
	guest_packets(s->bad, vain);
	s->act = act_traffic;
	attack(s, name);
	assert_true(vain ? s->bad->nic->mac->c.tx_dma_error > 1000 :
			   s->bad->nic->mac->c.tx_gso > 100);
}

static void test_packets(void **state)
{
	packets(*state, "packets to be cut", false);
}

static void test_packets_in_vain(void **state)
{
	packets(*state, "packets cut in vain", true);
}

/* Buffers that are too short, as many as there can be */
static void test_bad_buffers(void **state)
{
	struct scene *s = *state;

	monitor(s->good);
	post(s->good, G_ENTRIES, 0);
	boot_loop(s, ENG_SYS_TIME_LO, 0, true);
	guest_vif(s->bad, 2412);
	guest_tune(s->bad, 2412);
	guest_frames(s->bad, 100, 0);
	s->act = act_traffic;
	attack(s, "useless buffers");
}

/* Memory that goes away */

#define BIG	(256ull << 20)

static void act_unmap(struct scene *s)
{
	if (s->polls == 20)
		assert_int_equal(dma_unmap(s->bad->nic->dma, 0x100000000ull, BIG), 0);
}

static void test_unmap(void **state)
{
	int fd = memfd_create("big", MFD_CLOEXEC);
	struct scene *s = *state;
	uint8_t byte;

	assert_int_equal(ftruncate(fd, BIG), 0);
	assert_int_equal(dma_map(s->bad->nic->dma, 0x100000000ull, BIG, fd, 0, true), 0);
	close(fd);
	for (uint64_t at = 0; at < BIG; at += 4096)
		assert_true(dma_read(s->bad->nic->dma, 0x100000000ull + at, &byte, 1));
	s->act = act_unmap;
	attack_for(s, "unmap", ATTACK_NS / 3);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_count), T(test_drop), T(test_tune), T(test_dma),
		T(test_events), T(test_inband), T(test_lines), T(test_random),
		T(test_keys), T(test_own_code), T(test_boots), T(test_restarts),
		T(test_command), T(test_reset_of_all), T(test_vif_clear), T(test_counters),
		T(test_long_frames), T(test_packets), T(test_packets_in_vain),
		T(test_bad_buffers), T(test_unmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
