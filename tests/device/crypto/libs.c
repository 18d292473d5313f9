// SPDX-License-Identifier: GPL-2.0-only
/* See libs.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dot11/dot11.h"
#include "libs.h"

#define COMPANY		15
#define FRAME_LEN	12288
#define HDR_LEN		24

static struct crypto_key key;
static uint8_t frames[COMPANY][FRAME_LEN];

static bool is_ccmp(const struct crypto_cipher *c)
{
	return c->suite == SKUA_CIPHER_CCMP || c->suite == SKUA_CIPHER_CCMP_256;
}

/* As long as the job, so that EVP is never faster */
static struct crypto_job companion(uint8_t *frame, const struct crypto_job *job)
{
	const struct crypto_cipher *c = key.cipher;
	uint16_t least = (uint16_t)(c->iv_len + c->mic_len);

	dot11_put_le16(frame, IEEE80211_DATA | IEEE80211_FC_TODS);
	return (struct crypto_job){
		.op = CRYPTO_ENCRYPT, .key = &key, .frame = frame,
		.hdr_len = HDR_LEN, .pn = 1,
		.body_len = job->body_len < least ? least :
			    job->body_len > FRAME_LEN - HDR_LEN ?
			    FRAME_LEN - HDR_LEN : job->body_len,
	};
}

size_t libs_run(struct crypto_job *job)
{
	static const uint8_t bytes[SKUA_KEY_LEN_CCMP] = { 0xf0, 0xe1, 0xd2 };
	static unsigned int place;
	struct crypto_job jobs[1 + COMPANY];
	size_t failed;

	if (!job->key || !crypto_key_valid(job->key) || !job->key->mb ||
	    !is_ccmp(job->key->cipher))
		return crypto_run(job, 1);
	if (!crypto_key_valid(&key))
		assert_int_equal(crypto_key_init(&key, SKUA_CIPHER_CCMP, bytes,
						 sizeof(bytes), 0), 0);
	/* each lane has its turn */
	place = (place + 1) % (1 + COMPANY);
	for (unsigned int i = 0, k = 0; i <= COMPANY; i++)
		jobs[i] = i == place ? *job : companion(frames[k++], job);
	failed = crypto_run(jobs, 1 + COMPANY);
	*job = jobs[place];
	assert_int_equal(failed, job->status != CRYPTO_OK);
	if (job->status == CRYPTO_OK || job->status == CRYPTO_MIC_FAILURE)
		assert_int_equal(job->lib, CRYPTO_LIB_IPSEC_MB);
	return failed;
}
