/* SPDX-License-Identifier: (GPL-2.0 OR BSD-3-Clause) */
/*
 * Skua - cipher suites that a NIC may have, and the sizes of their keys
 */
#ifndef SKUA_HW_CIPHER_H
#define SKUA_HW_CIPHER_H

/* Suite selectors: 00-0F-AC:n (IEEE 802.11-2020, table 9-149) */
#define SKUA_CIPHER(n)			(0x000fac00 | (n))
#define SKUA_CIPHER_WEP40		SKUA_CIPHER(1)
#define SKUA_CIPHER_TKIP		SKUA_CIPHER(2)
#define SKUA_CIPHER_CCMP		SKUA_CIPHER(4)
#define SKUA_CIPHER_WEP104		SKUA_CIPHER(5)
#define SKUA_CIPHER_BIP_CMAC		SKUA_CIPHER(6)
#define SKUA_CIPHER_GCMP		SKUA_CIPHER(8)
#define SKUA_CIPHER_GCMP_256		SKUA_CIPHER(9)
#define SKUA_CIPHER_CCMP_256		SKUA_CIPHER(10)
#define SKUA_CIPHER_BIP_GMAC		SKUA_CIPHER(11)
#define SKUA_CIPHER_BIP_GMAC_256	SKUA_CIPHER(12)
#define SKUA_CIPHER_BIP_CMAC_256	SKUA_CIPHER(13)

/* Octets of the key; TKIP has two Michael keys beside it, which may follow the key */
#define SKUA_KEY_LEN_WEP40		5
#define SKUA_KEY_LEN_TKIP		16
#define SKUA_KEY_LEN_CCMP		16
#define SKUA_KEY_LEN_WEP104		13
#define SKUA_KEY_LEN_BIP_CMAC		16
#define SKUA_KEY_LEN_GCMP		16
#define SKUA_KEY_LEN_GCMP_256		32
#define SKUA_KEY_LEN_CCMP_256		32
#define SKUA_KEY_LEN_BIP_GMAC		16
#define SKUA_KEY_LEN_BIP_GMAC_256	32
#define SKUA_KEY_LEN_BIP_CMAC_256	32
#define SKUA_KEY_LEN_MICHAEL		8
#define SKUA_KEY_LEN_TKIP_MICHAEL	(SKUA_KEY_LEN_TKIP + 2 * SKUA_KEY_LEN_MICHAEL)

#endif /* SKUA_HW_CIPHER_H */
