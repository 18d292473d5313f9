// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two guests on one air: neither reaches the other's memory or keys
 *
 * The access point's guest is the attacker, the station's guest is the victim. The
 * attacker can write any descriptor. The two NICs share the process alone.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "host.h"

#define SECRET		0xc5
#define FILL		0x3c
#define FRAME_LEN	200
/* Memory of the victim alone, right behind the memory that both have at HOST_BASE */
#define VICTIM_BASE	(HOST_BASE + HOST_MEM)
#define VICTIM_LEN	65536u
/* Offset at which both have memory for these tests alone */
#define COMMON_OFF	0x700000u

struct pair {
	struct scene *s;
	struct host *attacker;
	struct host *victim;
	uint8_t *secret;
	int fd;
};

static int setup(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));

	p->s = scene_new(NULL, NULL);
	p->attacker = p->s->ap;
	p->victim = p->s->sta;
	p->fd = memfd_create("victim", 0);
	if (p->fd < 0 || ftruncate(p->fd, VICTIM_LEN))
		return -1;
	p->secret = mmap(NULL, VICTIM_LEN, PROT_READ | PROT_WRITE, MAP_SHARED,
			 p->fd, 0);
	assert_true(p->secret != MAP_FAILED);
	memset(p->secret, SECRET, VICTIM_LEN);
	assert_return_code(dma_map(p->victim->dma, VICTIM_BASE, VICTIM_LEN,
				   p->fd, 0, true), 0);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;
	void *scene = p->s;

	scene_teardown(&scene);
	munmap(p->secret, VICTIM_LEN);
	close(p->fd);
	free(p);
	return 0;
}

static bool all(const uint8_t *mem, uint8_t byte, size_t len)
{
	while (len--)
		if (*mem++ != byte)
			return false;
	return true;
}

static uint64_t rejected(const struct host *h)
{
	return dma_get_stats(h->dma)->rejected_range;
}

/* Send a frame to the other guest from an address in guest memory */
static void send_at(struct host *from, bool from_ap, uint64_t addr,
		    uint32_t len, unsigned int n_segs, uint64_t head)
{
	struct tx t = { .ring = 2, .token = 9, .key = SKUA_KEY_NONE,
			.sta = from_ap ? AP_STA : STA_AP,
			.gen = from_ap ? AP_GEN : STA_GEN };
	struct skua_tx_desc d;

	host_desc(&d, &t, addr, len);
	if (n_segs == 2) {
		d.w0 = htole32(9 | HW_PUT(SKUA_TXD_W0_NSEG, 2));
		d.seg[1] = d.seg[0];
		d.seg[0].addr = htole64(head);
		d.seg[0].len = htole32(24);
	}
	host_put_desc(from, 2, &d);
	host_publish(from, 2);
	host_poll(from);
}

static bool on_air(const struct sniffer *s, uint8_t byte)
{
	static const size_t some = 16;

	for (unsigned int i = 0; i < s->n; i++)
		for (size_t at = 0; at + some <= s->frame[i].len; at++)
			if (all(s->frame[i].data + at, byte, some))
				return true;
	return false;
}

/* The address of a transmit descriptor refers to the guest's own memory */
static void test_transmit_reads_own_memory(void **state)
{
	struct pair *p = *state;
	uint8_t f[FRAME_LEN];
	uint64_t head;
	uint64_t before = rejected(p->attacker);

	mk_data(f, true, -1, FRAME_LEN - 24);
	head = host_mem(p->attacker, f, FRAME_LEN);
	/* All of the frame, or its end, or its payload alone, is in the victim's memory */
	send_at(p->attacker, true, VICTIM_BASE, FRAME_LEN, 1, 0);
	host_expect_tx(p->attacker, 9, SKUA_TXS_DMA, 0);
	memcpy(p->attacker->mem + HOST_MEM - 100, f, 100);
	send_at(p->attacker, true, VICTIM_BASE - 100, FRAME_LEN, 1, 0);
	host_expect_tx(p->attacker, 9, SKUA_TXS_DMA, 0);
	send_at(p->attacker, true, VICTIM_BASE, FRAME_LEN - 24, 2, head);
	host_expect_tx(p->attacker, 9, SKUA_TXS_DMA, 0);
	assert_int_equal(rejected(p->attacker), before + 3);
	assert_int_equal(p->s->sniff.n, 0);
	host_expect_nothing(p->victim);

	/* The owner of the memory can send from it */
	mk_data(f, false, -1, FRAME_LEN - 24);
	head = host_mem(p->victim, f, FRAME_LEN);
	send_at(p->victim, false, VICTIM_BASE, FRAME_LEN - 24, 2, head);
	host_expect_tx(p->victim, 9, SKUA_TXS_ACKED, 1);
	assert_true(on_air(&p->s->sniff, SECRET));
}

/* The same address refers to other memory for another guest */
static void test_same_address_is_own_memory(void **state)
{
	struct pair *p = *state;
	uint8_t f[FRAME_LEN];
	uint64_t head;

	mk_data(f, true, -1, FRAME_LEN - 24);
	head = host_mem(p->attacker, f, FRAME_LEN);
	memset(p->victim->mem + COMMON_OFF, SECRET, FRAME_LEN);
	memset(p->attacker->mem + COMMON_OFF, FILL, FRAME_LEN);
	send_at(p->attacker, true, HOST_BASE + COMMON_OFF, FRAME_LEN - 24, 2,
		head);
	host_expect_tx(p->attacker, 9, SKUA_TXS_ACKED, 1);
	assert_true(on_air(&p->s->sniff, FILL));
	assert_false(on_air(&p->s->sniff, SECRET));
	assert_true(all(p->victim->mem + COMMON_OFF, SECRET, FRAME_LEN));
}

/* Set the address of all buffers that a guest has posted */
static void aim_buffers(struct host *h, uint64_t addr)
{
	struct ring *r = &h->rings.ring[SKUA_RING_RXBUF];

	for (uint32_t i = 0; i < r->entries; i++) {
		struct skua_rx_buf *buf = (void *)(r->mem + (size_t)i *
						   r->entry_size);

		buf->addr = htole64(addr);
	}
}

static void hear(struct pair *p, bool attacker)
{
	uint8_t f[FRAME_LEN];
	unsigned int len = mk_data(f, !attacker, -1, FRAME_LEN - 24);

	memset(f + 24, FILL, len - 24);
	sniffer_send(&p->s->sniff, f, (uint16_t)len);
	host_poll(attacker ? p->attacker : p->victim);
}

/* The address of a posted buffer refers to the guest's own memory */
static void test_receive_writes_own_memory(void **state)
{
	struct pair *p = *state;
	uint64_t before = rejected(p->attacker);

	aim_buffers(p->attacker, VICTIM_BASE);
	hear(p, true);
	assert_true(all(p->secret, SECRET, VICTIM_LEN));
	assert_true(rejected(p->attacker) > before);
	assert_true(p->attacker->mac->c.rx_bad_buffer > 0);

	/* A buffer that is the guest's memory in part, and buffers at the same addresses */
	aim_buffers(p->attacker, VICTIM_BASE - 64);
	hear(p, true);
	assert_true(all(p->secret, SECRET, VICTIM_LEN));
	memset(p->victim->mem + COMMON_OFF, SECRET, FRAME_LEN);
	aim_buffers(p->attacker, HOST_BASE + COMMON_OFF);
	hear(p, true);
	assert_true(memchr(p->attacker->mem + COMMON_OFF, FILL, FRAME_LEN));
	assert_true(all(p->victim->mem + COMMON_OFF, SECRET, FRAME_LEN));

	/* The owner of the memory can receive into it */
	aim_buffers(p->victim, VICTIM_BASE);
	hear(p, false);
	assert_non_null(memchr(p->secret, FILL, VICTIM_LEN));
}

/* Rings: descriptors, completions and indices in memory of another guest */
static void test_rings_in_own_memory(void **state)
{
	struct pair *p = *state;
	struct skua_ring_cfg cfg = {
		.addr = htole64(VICTIM_BASE),
		.idx_addr = htole64(HOST_BASE + COMMON_OFF),
		.entries = htole32(64),
		.entry_size = htole16(sizeof(struct skua_evt)),
	};
	struct ring ring = { 0 };

	assert_false(ring_attach(&p->attacker->rings, &ring, SKUA_RING_EVT,
				 &cfg));
	cfg.addr = htole64(HOST_BASE + COMMON_OFF);
	cfg.idx_addr = htole64(VICTIM_BASE);
	assert_false(ring_attach(&p->attacker->rings, &ring, SKUA_RING_EVT,
				 &cfg));
	assert_true(all(p->secret, SECRET, VICTIM_LEN));
	/* The owner of the memory can have the ring there */
	assert_true(ring_attach(&p->victim->rings, &ring, SKUA_RING_EVT, &cfg));
	ring_detach(&ring);
}

static void send_with_key(struct pair *p, enum skua_tx_status status,
			  unsigned int tries)
{
	struct tx t = { .ring = 2, .token = 9, .flags = SKUA_TXF_PROTECT,
			.sta = AP_STA, .gen = AP_GEN, .key = KEY_SLOT,
			.key_gen = KEY_GEN, .pn = 1 };
	uint8_t f[FRAME_LEN];

	p->s->sniff.n = 0;
	host_tx(p->attacker, &t, f, mk_data(f, true, -1, FRAME_LEN - 24));
	host_poll(p->attacker);
	host_expect_tx(p->attacker, 9, status, tries);
	assert_int_equal(p->s->sniff.n, status == SKUA_TXS_ACKED ? 2 : 0);
}

/* Slot and generation of a key of another NIC name no key of this one */
static void test_keys_are_of_one_nic(void **state)
{
	struct pair *p = *state;
	struct eng_key key;
	struct eng_sta e;

	/* The key's owner has the same handle and generation on both NICs */
	assert_int_equal(host_tbl(p->victim, ENG_TBL_STA, STA_AP, ENG_TBL_READ,
				  &e, sizeof(e)), SKUA_ST_OK);
	e.gen = htole16(AP_GEN);
	memcpy(e.addr, addr_other, sizeof(e.addr));
	host_sta(p->victim, AP_STA, &e);
	assert_int_equal(host_key(p->victim, KEY_SLOT, KEY_GEN, AP_STA, 0,
				  SKUA_CIPHER_CCMP, SECRET), SKUA_ST_OK);
	send_with_key(p, SKUA_TXS_STALE_KEY, 0);
	assert_int_equal(p->attacker->mac->c.tx_wrong_key, 0);
	memset(&key, 0, sizeof(key));
	assert_int_not_equal(host_tbl(p->attacker, ENG_TBL_KEY, KEY_SLOT,
				      ENG_TBL_READ, &key, sizeof(key)),
			     SKUA_ST_OK);
	assert_null(memchr(&key, SECRET, sizeof(key)));
	/* If the attacker fills and clears that slot, the victim's key stays */
	assert_int_equal(host_key(p->attacker, KEY_SLOT, KEY_GEN, AP_STA, 0,
				  SKUA_CIPHER_CCMP, FILL), SKUA_ST_OK);
	send_with_key(p, SKUA_TXS_ACKED, 1);
	assert_int_equal(p->victim->mac->c.rx_decrypted, 0);
	assert_int_equal(host_tbl(p->attacker, ENG_TBL_KEY, KEY_SLOT,
				  ENG_TBL_CLEAR, NULL, 0), SKUA_ST_OK);
	assert_non_null(p->victim->mac->key[KEY_SLOT]);
	send_with_key(p, SKUA_TXS_STALE_KEY, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_transmit_reads_own_memory),
		T(test_same_address_is_own_memory),
		T(test_receive_writes_own_memory),
		T(test_rings_in_own_memory),
		T(test_keys_are_of_one_nic),
	};

	return cmocka_run_group_tests_name("mac: two guests", tests, NULL,
					   NULL);
}
