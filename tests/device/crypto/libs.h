/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of the crypto engine with each library that it can use here */
#ifndef SKUA_TESTS_CRYPTO_LIBS_H
#define SKUA_TESTS_CRYPTO_LIBS_H

#include <stddef.h>
#include <stdio.h>

#include "crypto/crypto.h"

/**
 * libs_run() - crypto_run() of one job, by the library that is used
 * @job: the job
 *
 * EVP would do a CCMP frame that is alone in its batch. So it gets company.
 *
 * Return: as crypto_run().
 */
size_t libs_run(struct crypto_job *job);

/* Run a group of tests once for each library; the number of failures */
#define LIBS_RUN_GROUP(name, tests) \
	({ \
		int libs_failed = crypto_lib_use(CRYPTO_LIB_EVP) + \
			cmocka_run_group_tests_name(name ", evp", tests, NULL, NULL); \
		if (!crypto_lib_use(CRYPTO_LIB_IPSEC_MB)) \
			libs_failed += cmocka_run_group_tests_name(name ", ipsec-mb", \
								   tests, NULL, NULL); \
		else \
			printf("crypto: no tests of libipsec-mb: %s\n", \
			       crypto_lib_ipsec_mb()); \
		libs_failed; \
	})

#endif /* SKUA_TESTS_CRYPTO_LIBS_H */
