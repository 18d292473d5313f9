// SPDX-License-Identifier: GPL-2.0-only
/*
 * Skua - unit tests: the content of ALIVE
 */
#include "fake.h"

#define NONCE	0x12345678

/**
 * struct alive_ctx - an ALIVE event in the making
 * @evt: the event
 * @caps: result of parsing @evt
 */
struct alive_ctx {
	struct skua_evt evt;
	struct skua_caps caps;
};

static void add(struct kunit *test, struct skua_evt *evt, u16 type,
		const void *val, u16 len)
{
	struct skua_tlv tlv = {
		.type = cpu_to_le16(type), .len = cpu_to_le16(len),
	};
	u16 pos = ALIGN(le16_to_cpu(evt->len), 4);

	KUNIT_ASSERT_LE(test, pos + sizeof(tlv) + len, sizeof(evt->data));
	memcpy(evt->data + pos, &tlv, sizeof(tlv));
	memcpy(evt->data + pos + sizeof(tlv), val, len);
	evt->len = cpu_to_le16(pos + sizeof(tlv) + len);
}

/* All types that must be there, except type @without. */
static struct alive_ctx *make_alive(struct kunit *test, u16 without)
{
	static const struct skua_limits limits = {
		.vifs = cpu_to_le16(0xffff),
		.stas = cpu_to_le16(32),
		.keys = cpu_to_le16(64),
		.chanctxs = 1,
		.channels = 9,
		.max_mpdu = cpu_to_le16(0xffff),
	};
	static const struct skua_radio radio = {
		.bands = 0xff, .chains = 2, .nss = 2, .max_bw = 9, .max_power = 20,
	};
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	const __le32 nonce = cpu_to_le32(NONCE);
	const __le64 feats = cpu_to_le64(SKUA_FEAT_HT | SKUA_FEAT_MLO);
	struct skua_fake *fake = test->priv;
	struct alive_ctx *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	fake->sc->nonce = NONCE;
	fake->sc->boot = kunit_kzalloc(test, sizeof(*fake->sc->boot), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake->sc->boot);
	fake->sc->boot->features = cpu_to_le64(SKUA_FEAT_HT | SKUA_FEAT_VHT);
	if (without != SKUA_TLV_NONCE)
		add(test, &ctx->evt, SKUA_TLV_NONCE, &nonce, sizeof(nonce));
	if (without != SKUA_TLV_FEATURES)
		add(test, &ctx->evt, SKUA_TLV_FEATURES, &feats, sizeof(feats));
	if (without != SKUA_TLV_MAC)
		add(test, &ctx->evt, SKUA_TLV_MAC, mac, sizeof(mac));
	if (without != SKUA_TLV_LIMITS)
		add(test, &ctx->evt, SKUA_TLV_LIMITS, &limits, sizeof(limits));
	if (without != SKUA_TLV_RADIO)
		add(test, &ctx->evt, SKUA_TLV_RADIO, &radio, sizeof(radio));
	return ctx;
}

static int parse(struct kunit *test, struct alive_ctx *ctx)
{
	struct skua_fake *fake = test->priv;

	return skua_parse_alive(fake->sc, &ctx->evt, &ctx->caps);
}

/* Limits of the NIC are clamped to the size of the driver's tables. */
static void alive_is_understood(struct kunit *test)
{
	struct alive_ctx *ctx = make_alive(test, 0);
	const __le32 ciphers[2] = { cpu_to_le32(WLAN_CIPHER_SUITE_CCMP),
				    cpu_to_le32(WLAN_CIPHER_SUITE_GCMP) };

	add(test, &ctx->evt, SKUA_TLV_CIPHERS, ciphers, sizeof(ciphers));
	add(test, &ctx->evt, SKUA_TLV_FW_VERSION, "1.2.3", 5);
	KUNIT_ASSERT_EQ(test, 0, parse(test, ctx));
	KUNIT_EXPECT_EQ(test, SKUA_FEAT_HT, ctx->caps.features);
	KUNIT_EXPECT_EQ(test, SKUA_MAX_VIFS, ctx->caps.vifs);
	KUNIT_EXPECT_EQ(test, 32, ctx->caps.stas);
	KUNIT_EXPECT_EQ(test, 1, ctx->caps.channels);
	KUNIT_EXPECT_EQ(test, SKUA_MAX_MPDU, ctx->caps.max_mpdu);
	KUNIT_EXPECT_EQ(test, 7, ctx->caps.bands);
	KUNIT_EXPECT_EQ(test, SKUA_BW_160, ctx->caps.max_bw);
	KUNIT_EXPECT_EQ(test, 1, ctx->caps.mac[5]);
	KUNIT_EXPECT_EQ(test, 2, ctx->caps.n_ciphers);
	KUNIT_EXPECT_EQ(test, WLAN_CIPHER_SUITE_GCMP, ctx->caps.cipher[1]);
	KUNIT_EXPECT_STREQ(test, "1.2.3", ctx->caps.fw_version);
}

static void alive_skips_the_unknown(struct kunit *test)
{
	struct alive_ctx *ctx = make_alive(test, 0);

	add(test, &ctx->evt, 0x7777, "abc", 3);
	add(test, &ctx->evt, SKUA_TLV_FW_VERSION, "x", 1);
	KUNIT_EXPECT_EQ(test, 0, parse(test, ctx));
	KUNIT_EXPECT_STREQ(test, "x", ctx->caps.fw_version);
}

struct alive_missing_case {
	const char *desc;
	u16 type;
};

static const struct alive_missing_case alive_missing_cases[] = {
	{ "nonce", SKUA_TLV_NONCE },
	{ "features", SKUA_TLV_FEATURES },
	{ "address", SKUA_TLV_MAC },
	{ "limits", SKUA_TLV_LIMITS },
	{ "radio", SKUA_TLV_RADIO },
};

KUNIT_ARRAY_PARAM_DESC(alive_missing, alive_missing_cases, desc);

static void alive_without_something(struct kunit *test)
{
	const struct alive_missing_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, -EPROTO, parse(test, make_alive(test, c->type)));
}

/* The same type is there, but of a wrong length. */
static void alive_of_a_wrong_length(struct kunit *test)
{
	const struct alive_missing_case *c = test->param_value;
	struct alive_ctx *ctx = make_alive(test, c->type);
	u8 val[64] = {};

	add(test, &ctx->evt, c->type, val, 3);
	KUNIT_EXPECT_EQ(test, -EPROTO, parse(test, ctx));
}

static void alive_runs_over_the_end(struct kunit *test)
{
	struct alive_ctx *ctx = make_alive(test, 0);
	u16 len = le16_to_cpu(ctx->evt.len);

	/* an event that is cut anywhere is an error, and nothing worse */
	while (len--) {
		ctx->evt.len = cpu_to_le16(len);
		KUNIT_EXPECT_EQ(test, -EPROTO, parse(test, ctx));
	}
}

static void alive_of_another_boot(struct kunit *test)
{
	struct alive_ctx *ctx = make_alive(test, 0);
	struct skua_fake *fake = test->priv;

	fake->sc->nonce++;
	KUNIT_EXPECT_EQ(test, -EPROTO, parse(test, ctx));
}

static void alive_of_too_many_ciphers(struct kunit *test)
{
	struct alive_ctx *ctx = make_alive(test, 0);
	u8 val[SKUA_MAX_CIPHERS * 4 + 4] = {};

	add(test, &ctx->evt, SKUA_TLV_CIPHERS, val, sizeof(val));
	KUNIT_EXPECT_EQ(test, 0, parse(test, ctx));
	KUNIT_EXPECT_EQ(test, SKUA_MAX_CIPHERS, ctx->caps.n_ciphers);
}

/* D4: a restart without memory is tried again, and the NIC is not called dead for it */
static void restart_without_memory(struct kunit *test)
{
	struct skua_fake *fake = test->priv;
	struct skua *sc = fake->sc;

	KUNIT_EXPECT_EQ(test, -ENOMEM, skua_op_result(sc, -ENOMEM));
	KUNIT_EXPECT_FALSE(test, test_bit(SKUA_F_NO_MEMORY, &sc->flags));
	set_bit(SKUA_F_RECONFIG, &sc->flags);
	KUNIT_EXPECT_EQ(test, 0, skua_op_result(sc, -ENOMEM));
	KUNIT_EXPECT_TRUE(test, test_bit(SKUA_F_NO_MEMORY, &sc->flags));
	KUNIT_EXPECT_FALSE(test, skua_alive(sc));
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_CRASH));
	/* the rest of this restart */
	KUNIT_EXPECT_EQ(test, 0, skua_op_result(sc, -EIO));
	KUNIT_EXPECT_EQ(test, 0, skua_fake_count(test, SKUA_CTR_CRASH));

	/* a NIC that refuses is another matter */
	clear_bit(SKUA_F_DEAD, &sc->flags);
	clear_bit(SKUA_F_NO_MEMORY, &sc->flags);
	KUNIT_EXPECT_EQ(test, 0, skua_op_result(sc, -EINVAL));
	KUNIT_EXPECT_FALSE(test, test_bit(SKUA_F_NO_MEMORY, &sc->flags));
	KUNIT_EXPECT_EQ(test, 1, skua_fake_count(test, SKUA_CTR_CRASH));
}

static void restart_patience(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, 100, jiffies_to_msecs(skua_retry_delay(0)));
	for (i = 1; i < 7; i++)
		KUNIT_EXPECT_EQ(test, 2 * skua_retry_delay(i - 1),
				skua_retry_delay(i));
	KUNIT_EXPECT_EQ(test, 10 * HZ, skua_retry_delay(7));
	KUNIT_EXPECT_EQ(test, 10 * HZ, skua_retry_delay(UINT_MAX));
}

static struct kunit_case boot_cases[] = {
	KUNIT_CASE(alive_is_understood),
	KUNIT_CASE(alive_skips_the_unknown),
	KUNIT_CASE_PARAM(alive_without_something, alive_missing_gen_params),
	KUNIT_CASE_PARAM(alive_of_a_wrong_length, alive_missing_gen_params),
	KUNIT_CASE(alive_runs_over_the_end),
	KUNIT_CASE(alive_of_another_boot),
	KUNIT_CASE(alive_of_too_many_ciphers),
	KUNIT_CASE(restart_without_memory),
	KUNIT_CASE(restart_patience),
	{}
};

static struct kunit_suite boot_suite = {
	.name = "skua_boot",
	.init = skua_fake_init,
	.test_cases = boot_cases,
};

kunit_test_suite(boot_suite);
