/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NIC's crypto engine: protection of MPDUs by IEEE 802.11-2020 clause 12.
 *
 * The engine works on a batch of jobs, in general the MPDUs of a round, so that an
 * implementation can interleave them or give them to worker threads. A job changes
 * its frame and the contexts of its key, and no other data.
 *
 * The caller manages packet numbers: it supplies them for encryption, and compares
 * those that decryption returns with crypto_pn_check().
 */
#ifndef SKUA_DEVICE_CRYPTO_H
#define SKUA_DEVICE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw.h"

#define CRYPTO_PN_MAX		((1ULL << 48) - 1)
#define CRYPTO_IV_LEN_MAX	8	/* room between MAC header and data */
#define CRYPTO_MIC_LEN_MAX	26	/* room after the data: the MMIE */
#define CRYPTO_MICHAEL_LEN	8
#define CRYPTO_P1K_WORDS	5

/* Properties of a cipher: &struct crypto_cipher.flags */
#define CRYPTO_F_DATA		0x01	/* data frames */
#define CRYPTO_F_MGMT		0x02	/* robust individually addressed mgmt */
#define CRYPTO_F_GROUP_MGMT	0x04	/* BIP: integrity of group mgmt frames */
#define CRYPTO_F_MICHAEL	0x08	/* the MSDU carries a Michael MIC too */
#define CRYPTO_F_REPLAY		0x10	/* the PN counts up and is checked */
#define CRYPTO_F_AEAD		0x20	/* the MIC covers header and PN as well */

#define CRYPTO_CIPHERS		11	/* rows of crypto_ciphers */

struct crypto_ops;

/**
 * struct crypto_cipher - a cipher that the engine offers
 * @suite: cipher suite selector, SKUA_CIPHER_*
 * @name: name in the standard
 * @key_len: octets of the key; for TKIP these are TK and both Michael keys
 * @iv_len: octets between MAC header and data
 * @mic_len: octets after the data: MIC or ICV; the whole MMIE for BIP
 * @pn_bits: size of the packet number
 * @flags: CRYPTO_F_*
 * @ops: functions, which only the engine calls
 */
struct crypto_cipher {
	uint32_t suite;
	const char *name;
	uint8_t key_len;
	uint8_t iv_len;
	uint8_t mic_len;
	uint8_t pn_bits;
	uint8_t flags;
	const struct crypto_ops *ops;
};

extern const struct crypto_cipher crypto_ciphers[];

/**
 * crypto_cipher_find() - find a cipher
 * @suite: cipher suite selector
 *
 * Return: the row of crypto_ciphers, or NULL if the engine lacks it.
 */
const struct crypto_cipher *crypto_cipher_find(uint32_t suite);

enum crypto_op {
	CRYPTO_ENCRYPT,		/* for BIP: add the MMIE */
	CRYPTO_DECRYPT,		/* for BIP: check it */
	CRYPTO_OPS
};

enum crypto_status {
	CRYPTO_OK,
	CRYPTO_MIC_FAILURE,	/* CCMP, GCMP, BIP */
	CRYPTO_ICV_FAILURE,	/* WEP, TKIP: nothing was verified */
	CRYPTO_MICHAEL_FAILURE,	/* TKIP: the countermeasures count it */
	CRYPTO_MALFORMED,	/* no room, wrong header, no Ext IV, no MMIE */
	CRYPTO_WRONG_KEY,	/* no key, or the frame has another key id */
	CRYPTO_PN_EXHAUSTED,	/* the PN to send does not fit its field */
	CRYPTO_FAILED,		/* the library failed; logged by the caller */
	CRYPTO_STATUSES
};

/* Text for a log line */
const char *crypto_status_name(enum crypto_status status);

/**
 * enum crypto_lib - a library that does ciphers
 * @CRYPTO_LIB_EVP: OpenSSL, one frame after another; has all ciphers
 * @CRYPTO_LIB_IPSEC_MB: libipsec-mb, for amd64: GCMP, and CCMP for several frames of a
 *	batch at once; all else is OpenSSL's, too
 */
enum crypto_lib {
	CRYPTO_LIB_EVP,
	CRYPTO_LIB_IPSEC_MB,
};

/**
 * crypto_lib_use() - choose the library for keys that are initialised from now on
 * @lib: the library
 *
 * Without a call it is libipsec-mb where there is one. One thread at a time may choose
 * or initialise keys.
 *
 * Return: 0, or -EOPNOTSUPP: the NIC was built without the library, or the processor
 *	lacks what the library needs; then nothing changes.
 */
int crypto_lib_use(enum crypto_lib lib);

/** crypto_lib_used() - the library of keys that are initialised from now on */
enum crypto_lib crypto_lib_used(void);

/* Name of the library for users: "evp", "ipsec-mb" */
const char *crypto_lib_name(enum crypto_lib lib);

/* Text for a log line: what there is of libipsec-mb, and which processor it is for */
const char *crypto_lib_ipsec_mb(void);

struct crypto_mb_key;
struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;

/* A phase 1 key of TKIP and the values that it was computed from */
struct crypto_p1k {
	bool valid;
	uint8_t ta[6];
	uint32_t iv32;
	uint16_t p1k[CRYPTO_P1K_WORDS];
};

/**
 * struct crypto_key - a key, expanded once
 * @cipher: cipher, or NULL: no key
 * @keyidx: key id that frames carry
 * @ctx: cipher contexts of the library, by operation
 * @mac: MAC contexts of the library, by operation
 * @ops: functions of the cipher, of the library that was chosen
 * @mb: the key as libipsec-mb expands it, or NULL
 * @p1k: phase 1 keys of TKIP, by operation
 * @bytes: the key
 *
 * All zero means "no key". Only @cipher, @keyidx and @p1k are for users of the
 * engine. crypto_key_init() makes the contexts, and each frame uses them again, so
 * that one thread for each operation may use a key at a time.
 */
struct crypto_key {
	const struct crypto_cipher *cipher;
	uint8_t keyidx;
	struct evp_cipher_ctx_st *ctx[CRYPTO_OPS];
	struct evp_mac_ctx_st *mac[CRYPTO_OPS];
	const struct crypto_ops *ops;
	struct crypto_mb_key *mb;
	struct crypto_p1k p1k[CRYPTO_OPS];
	uint8_t bytes[SKUA_MAX_KEY_LEN];
};

/**
 * crypto_key_init() - expand a key
 * @key: the key to set; must be all zero or wiped
 * @suite: cipher suite selector, SKUA_CIPHER_*
 * @bytes: the key; for TKIP in the order of mac80211: TK, Michael key
 *	authenticator to supplicant, Michael key supplicant to authenticator
 * @len: octets of @bytes
 * @keyidx: key id that frames carry: 0 to 3, 4 to 7 for BIP
 *
 * Allocates; not for a hot path.
 *
 * Return: 0, -EOPNOTSUPP for a cipher that the engine lacks, -EINVAL for a
 *	length or key id that does not fit the cipher, -ENOMEM, or -EIO if
 *	the library refuses. On error @key stays empty.
 */
int crypto_key_init(struct crypto_key *key, uint32_t suite,
		    const uint8_t *bytes, size_t len, uint8_t keyidx);

/**
 * crypto_key_wipe() - forget a key
 * @key: initialised, or all zero
 *
 * Clears all copies, also the expanded ones in the library. The caller makes sure
 * that no job uses the key.
 */
void crypto_key_wipe(struct crypto_key *key);

static inline bool crypto_key_valid(const struct crypto_key *key)
{
	return key->cipher;
}

/* &struct crypto_job.flags */
#define CRYPTO_JOB_SPP_AMSDU	0x01	/* both peers are SPP A-MSDU capable */

/**
 * struct crypto_job - protect or unprotect one MPDU, in place
 * @op: operation
 * @key: initialised key
 * @frame: MAC header, then IV, data and MIC without gaps; FCS not included
 * @hdr_len: octets of the MAC header, HT Control included
 * @body_len: octets after the header, both ways as they are on the air: IV,
 *	data and MIC (or data and MMIE)
 * @pn: packet number: given to encrypt, given back by decrypt wherever the
 *	IV could be read. WEP: the 24-bit IV; TKIP: the TSC; BIP: the IPN
 * @flags: CRYPTO_JOB_*
 * @keyid: key id of the IV or MMIE, given back by decrypt
 * @lib: the library that has done the cipher, given back if that came to it
 * @status: given back
 *
 * To encrypt, the caller leaves room for IV and MIC, which the engine fills in. The
 * engine also sets the Protected Frame bit (not for BIP). Decryption does not change
 * header and IV; the data follow the IV, and the lengths are in &struct
 * crypto_cipher. After a MIC or ICV failure the data are cleared, since they may be
 * forged; after any other failure the frame is unchanged.
 *
 * Fragments are separate MPDUs, each with its PN. TKIP's Michael MIC is part
 * of the data here: crypto_michael_add() before fragmentation and
 * crypto_michael_check() after defragmentation.
 */
struct crypto_job {
	enum crypto_op op;
	struct crypto_key *key;
	uint8_t *frame;
	uint16_t hdr_len;
	uint16_t body_len;
	uint64_t pn;
	uint8_t flags;
	uint8_t keyid;
	enum crypto_lib lib;
	enum crypto_status status;
};

/**
 * crypto_run() - do a batch of jobs
 * @jobs: the jobs; keys and operations may be mixed
 * @n: number of jobs
 *
 * Does not allocate and does not block. The frames must not overlap, since their
 * order is the engine's to choose. Threads may call this side by side, with keys as
 * &struct crypto_key says; only one of them at a time has libipsec-mb for CCMP.
 *
 * Return: number of jobs whose status is not CRYPTO_OK.
 */
size_t crypto_run(struct crypto_job *jobs, size_t n);

/**
 * crypto_pn_check() - replay check
 * @last: highest PN accepted under this key, in this replay counter
 * @pn: PN of a frame that was decrypted
 *
 * The caller has a counter for each key and TID, and for management frames, and sets
 * it to @pn if this returns true.
 *
 * Return: true if @pn is new.
 */
static inline bool crypto_pn_check(uint64_t last, uint64_t pn)
{
	return pn > last && pn <= CRYPTO_PN_MAX;
}

/* TKIP beyond a single MPDU */

/**
 * crypto_michael_add() - Michael MIC of an MSDU to be sent
 * @key: TKIP key
 * @from_ap: the sender is the authenticator, which chooses the Michael key
 * @da: destination address
 * @sa: source address
 * @priority: TID of a QoS frame, 0 otherwise
 * @msdu: LLC header and payload
 * @len: octets of @msdu
 * @mic: room for CRYPTO_MICHAEL_LEN octets, in general @msdu + @len
 */
void crypto_michael_add(const struct crypto_key *key, bool from_ap,
			const uint8_t *da, const uint8_t *sa, uint8_t priority,
			const uint8_t *msdu, size_t len, uint8_t *mic);

/**
 * crypto_michael_check() - check the Michael MIC of a received MSDU
 * @key: TKIP key
 * @from_ap: the sender is the authenticator, which chooses the Michael key
 * @da: destination address
 * @sa: source address
 * @priority: TID of a QoS frame, 0 otherwise
 * @msdu: LLC header, payload and MIC
 * @len: octets of @msdu, the MIC included
 *
 * Return: CRYPTO_OK, CRYPTO_MALFORMED or CRYPTO_MICHAEL_FAILURE.
 */
enum crypto_status crypto_michael_check(const struct crypto_key *key,
					bool from_ap, const uint8_t *da,
					const uint8_t *sa, uint8_t priority,
					const uint8_t *msdu, size_t len);

/**
 * crypto_tkip_set_p1k() - set a phase 1 key that was computed elsewhere
 * @key: TKIP key
 * @op: direction
 * @ta: transmitter address of the phase 1 key
 * @iv32: upper 32 bits of the TSC of the phase 1 key
 * @p1k: the phase 1 key
 *
 * This only saves time: for frames with another address or IV32, the engine computes
 * the phase 1 key.
 */
void crypto_tkip_set_p1k(struct crypto_key *key, enum crypto_op op,
			 const uint8_t *ta, uint32_t iv32,
			 const uint16_t p1k[CRYPTO_P1K_WORDS]);

/**
 * crypto_tkip_has_p1k() - whether a received frame needs no phase 1
 * @key: TKIP key
 * @frame: MPDU
 * @hdr_len: octets of its MAC header
 * @len: octets of @frame
 *
 * Return: false if the phase 1 key of @key is for another sender or IV32.
 */
bool crypto_tkip_has_p1k(const struct crypto_key *key, const uint8_t *frame,
			 size_t hdr_len, size_t len);

#endif /* SKUA_DEVICE_CRYPTO_H */
