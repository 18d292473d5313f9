# SPDX-License-Identifier: GPL-2.0-only
"""The data ciphers of 802.11 once more, for tests that judge or forge frames.

Written from the standard alone and in another language than the NIC's, with
libcrypto's CCM and GCM below; so that NIC, mac80211 and this one must agree.
A frame is its bytes from the 802.11 header on, without FCS.
"""

import ctypes
import ctypes.util
import hashlib
import hmac
import zlib

RETRY, MORE_FRAG, PROTECTED = 0x08, 0x04, 0x40
QOS_AMSDU = 0x80

EVP_CTRL_AEAD_SET_IVLEN, EVP_CTRL_AEAD_GET_TAG, EVP_CTRL_AEAD_SET_TAG = 9, 16, 17


def libcrypto():
    lib = ctypes.CDLL(ctypes.util.find_library("crypto"))
    pointer = ctypes.c_void_p
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_ccm", "EVP_aes_256_ccm", "EVP_aes_128_gcm",
                 "EVP_aes_256_gcm"):
        getattr(lib, name).restype = pointer
    lib.EVP_CIPHER_CTX_free.argtypes = [pointer]
    lib.EVP_CIPHER_CTX_ctrl.argtypes = [pointer, ctypes.c_int, ctypes.c_int, pointer]
    for name in ("EVP_DecryptInit_ex", "EVP_EncryptInit_ex"):
        getattr(lib, name).argtypes = [pointer, pointer, pointer, ctypes.c_char_p, ctypes.c_char_p]
    for name in ("EVP_DecryptUpdate", "EVP_EncryptUpdate"):
        getattr(lib, name).argtypes = [pointer, pointer, pointer, ctypes.c_char_p, ctypes.c_int]
    for name in ("EVP_DecryptFinal_ex", "EVP_EncryptFinal_ex"):
        getattr(lib, name).argtypes = [pointer, pointer, pointer]
    lib.AES_set_decrypt_key.argtypes = [ctypes.c_char_p, ctypes.c_int, pointer]
    lib.AES_unwrap_key.argtypes = [pointer, pointer, pointer, ctypes.c_char_p, ctypes.c_uint]
    return lib


LIB = libcrypto()


# Headers


def hdrlen(frame):
    """Octets of a data or management header, HT Control included."""
    kind = frame[0] >> 2 & 3
    if kind == 0:
        return 28 if frame[1] & 0x80 else 24
    length = 30 if frame[1] & 3 == 3 else 24
    if frame[0] & 0x80:
        length += 2 + (4 if frame[1] & 0x80 else 0)
    return length


def qos_offset(frame):
    """Where QoS Control stands, or None."""
    if frame[0] & 0x8c != 0x88:
        return None
    return 30 if frame[1] & 3 == 3 else 24


def tid_of(frame):
    at = qos_offset(frame)
    return frame[at] & 15 if at is not None else 0


def is_group(frame):
    return bool(frame[4] & 1)


def source(frame):
    return frame[24:30] if frame[1] & 3 == 3 else frame[16:22] if frame[1] & 2 else frame[10:16]


def destination(frame):
    return frame[16:22] if frame[1] & 1 else frame[4:10]


def aad_of(frame, spp=False):
    """The part of a header that the AEAD ciphers authenticate (AAD)."""
    management = frame[0] & 0x0c == 0
    at = qos_offset(frame)
    first = frame[0] if management else frame[0] & 0x8f
    second = frame[1] & 0xc7 | PROTECTED
    if at is not None:
        second &= 0x7f
    aad = bytes((first, second)) + frame[4:22] + bytes((frame[22] & 15, 0))
    if frame[1] & 3 == 3:
        aad += frame[24:30]
    if at is not None:
        aad += bytes((frame[at] & (0x8f if spp else 0x0f), 0))
    return aad


def ext_iv(pn, keyid):
    p = pn.to_bytes(6, "little")
    return bytes((p[0], p[1], 0, 0x20 | keyid << 6)) + p[2:]


def ext_pn(frame, at):
    return int.from_bytes(frame[at:at + 2] + frame[at + 4:at + 8], "little")


def keyid_of(frame):
    return frame[hdrlen(frame) + 3] >> 6


class Aead:
    """CCMP or GCMP with one temporal key; not for several threads."""

    iv_len = 8

    def __init__(self, name, key):
        self.ccm = name.startswith("ccmp")
        bits = name.rpartition("-")[2]
        self.key = bytes(key[:int(bits) // 8])
        self.mic_len = 8 if name == "ccmp-128" else 16
        self.evp = getattr(LIB, f"EVP_aes_{bits}_{'ccm' if self.ccm else 'gcm'}")()
        self.context = LIB.EVP_CIPHER_CTX_new()
        self.out = ctypes.create_string_buffer(12000)
        self.count = ctypes.c_int()

    def __del__(self):
        LIB.EVP_CIPHER_CTX_free(self.context)

    def nonce(self, frame, pn):
        tail = frame[10:16] + pn.to_bytes(6, "big")
        if not self.ccm:
            return tail
        return bytes((tid_of(frame) | (0x10 if frame[0] & 0x0c == 0 else 0),)) + tail

    def start(self, init, nonce, tag):
        ctx = self.context
        init(ctx, self.evp, None, None, None)
        LIB.EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, len(nonce), None)
        if tag is not None or self.ccm:
            LIB.EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, self.mic_len, tag)
        init(ctx, None, None, self.key, nonce)

    def seal(self, header, body, pn, keyid=0, spp=False):
        """A whole frame from its header and plain body."""
        header = bytes((header[0], header[1] | PROTECTED)) + header[2:]
        ctx, n = self.context, ctypes.byref(self.count)
        self.start(LIB.EVP_EncryptInit_ex, self.nonce(header, pn), None)
        if self.ccm:
            LIB.EVP_EncryptUpdate(ctx, None, n, None, len(body))
        aad = aad_of(header, spp)
        LIB.EVP_EncryptUpdate(ctx, None, n, aad, len(aad))
        LIB.EVP_EncryptUpdate(ctx, self.out, n, bytes(body), len(body))
        encrypted = self.out.raw[:len(body)]
        LIB.EVP_EncryptFinal_ex(ctx, self.out, n)
        tag = ctypes.create_string_buffer(self.mic_len)
        LIB.EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, self.mic_len, tag)
        return header + ext_iv(pn, keyid) + encrypted + tag.raw

    def open(self, frame, spp=False):
        """The plain body of a frame, or None."""
        at = hdrlen(frame)
        data = frame[at + 8:-self.mic_len]
        if len(frame) < at + 8 + self.mic_len:
            return None
        ctx, n = self.context, ctypes.byref(self.count)
        self.start(LIB.EVP_DecryptInit_ex, self.nonce(frame, ext_pn(frame, at)),
                   frame[-self.mic_len:])
        aad = aad_of(frame, spp)
        if self.ccm:
            LIB.EVP_DecryptUpdate(ctx, None, n, None, len(data))
        LIB.EVP_DecryptUpdate(ctx, None, n, aad, len(aad))
        if LIB.EVP_DecryptUpdate(ctx, self.out, n, data, len(data)) <= 0:
            return None
        plain = self.out.raw[:len(data)]
        if not self.ccm and LIB.EVP_DecryptFinal_ex(ctx, self.out, n) <= 0:
            return None
        return plain


# WEP and TKIP


def rc4(key, data):
    s = list(range(256))
    j = 0
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) & 255
        s[i], s[j] = s[j], s[i]
    out = bytearray(len(data))
    i = j = 0
    for n, byte in enumerate(data):
        i = (i + 1) & 255
        a = s[i]
        j = (j + a) & 255
        b = s[j]
        s[i], s[j] = b, a
        out[n] = byte ^ s[(a + b) & 255]
    return bytes(out)


def icv(data):
    return zlib.crc32(data).to_bytes(4, "little")


class Wep:
    """WEP with one key."""

    iv_len = 4
    mic_len = 4

    def __init__(self, _name, key):
        self.key = bytes(key)

    def seal(self, header, body, pn, keyid=0):
        header = bytes((header[0], header[1] | PROTECTED)) + header[2:]
        iv = pn.to_bytes(3, "big")
        return header + iv + bytes((keyid << 6,)) + rc4(iv + self.key, body + icv(body))

    def open(self, frame):
        at = hdrlen(frame)
        if len(frame) < at + 8:
            return None
        plain = rc4(frame[at:at + 3] + self.key, frame[at + 4:])
        return plain[:-4] if icv(plain[:-4]) == plain[-4:] else None


def tkip_sbox():
    """AES's S-box, each value times 2 and times 3 in GF(2^8)."""
    def times2(v):
        return (v << 1 ^ (0x11b if v & 0x80 else 0)) & 0xff

    p = q = 1
    sbox = [0] * 256
    while True:
        p ^= times2(p)
        for shift in (1, 2, 4):
            q ^= q << shift & 0xff
        if q & 0x80:
            q ^= 9
        x = q
        for shift in range(1, 5):
            x ^= (q << shift | q >> (8 - shift)) & 0xff
        sbox[p] = x ^ 0x63
        if p == 1:
            break
    sbox[0] = 0x63
    return [times2(v) << 8 | times2(v) ^ v for v in sbox]


TKIP_SBOX = tkip_sbox()


def tkip_s(v):
    high = TKIP_SBOX[v >> 8]
    return TKIP_SBOX[v & 255] ^ (high << 8 & 0xffff | high >> 8)


def le16s(data):
    return [int.from_bytes(data[i:i + 2], "little") for i in range(0, len(data), 2)]


def tkip_phase1(key, ta, iv32):
    k = le16s(key)
    p = [iv32 & 0xffff, iv32 >> 16, *le16s(ta)]
    for i in range(8):
        for n in range(5):
            part = k[2 * n + (i & 1)] if n < 4 else k[i & 1]
            p[n] = (p[n] + tkip_s(p[n - 1] ^ part)) & 0xffff
        p[4] = (p[4] + i) & 0xffff
    return p


def tkip_rc4_key(key, ta, pn):
    k = le16s(key)
    iv16 = pn & 0xffff
    p = tkip_phase1(key, ta, pn >> 16)
    p.append((p[4] + iv16) & 0xffff)
    for n in range(6):
        p[n] = (p[n] + tkip_s(p[n - 1] ^ k[n])) & 0xffff
    for n in range(6):
        part = p[n - 1] ^ (k[6 + n] if n < 2 else 0)
        p[n] = (p[n] + (part >> 1 | part << 15)) & 0xffff
    high = iv16 >> 8
    head = bytes((high, (high | 0x20) & 0x7f, iv16 & 255, (p[5] ^ k[0]) >> 1 & 255))
    return head + b"".join(v.to_bytes(2, "little") for v in p)


def michael(key, da, sa, priority, msdu):
    left, right = (int.from_bytes(key[i:i + 4], "little") for i in (0, 4))
    data = da + sa + bytes((priority, 0, 0, 0)) + msdu + b"\x5a"
    data += bytes(4 + -len(data) % 4)

    def rol(v, by):
        return (v << by | v >> (32 - by)) & 0xffffffff

    for i in range(0, len(data), 4):
        left ^= int.from_bytes(data[i:i + 4], "little")
        right ^= rol(left, 17)
        left = (left + right) & 0xffffffff
        right ^= (left & 0xff00ff00) >> 8 | (left & 0x00ff00ff) << 8
        left = (left + right) & 0xffffffff
        right ^= rol(left, 3)
        left = (left + right) & 0xffffffff
        right ^= rol(left, 30)
        left = (left + right) & 0xffffffff
    return left.to_bytes(4, "little") + right.to_bytes(4, "little")


class Tkip:
    """TKIP with a key of 32 octets: temporal key, the authenticator's and the other's MIC key."""

    iv_len = 8
    mic_len = 4

    def __init__(self, _name, key):
        self.key, self.mic_keys = bytes(key[:16]), (bytes(key[16:24]), bytes(key[24:32]))
        self.ap = None  # whose address it is, if four addresses are in use

    def michael(self, header, msdu):
        """The MIC of a whole MSDU."""
        from_ap = header[10:16] == self.ap if self.ap else header[1] & 2
        return michael(self.mic_keys[0 if from_ap else 1], destination(header), source(header),
                       tid_of(header), msdu)

    def seal_part(self, header, body, pn, keyid=0):
        """A frame or fragment, its part of the Michael MIC already inside."""
        header = bytes((header[0], header[1] | PROTECTED)) + header[2:]
        key = tkip_rc4_key(self.key, header[10:16], pn)
        iv = key[:3] + bytes((0x20 | keyid << 6,)) + (pn >> 16).to_bytes(4, "little")
        return header + iv + rc4(key, body + icv(body))

    def seal(self, header, body, pn, keyid=0):
        return self.seal_part(header, body + self.michael(header, body), pn, keyid)

    def open_part(self, frame):
        at = hdrlen(frame)
        if len(frame) < at + 12:
            return None
        pn = int.from_bytes(frame[at + 4:at + 8], "little") << 16 | frame[at] << 8 | frame[at + 2]
        plain = rc4(tkip_rc4_key(self.key, frame[10:16], pn), frame[at + 8:])
        return plain[:-4] if icv(plain[:-4]) == plain[-4:] else None

    def open(self, frame):
        plain = self.open_part(frame)
        if plain is None or len(plain) < 8:
            return None
        return plain[:-8] if self.michael(frame, plain[:-8]) == plain[-8:] else None


def cipher(name, key):
    """An implementation of wep-40, tkip, ccmp-128 and so on with a key."""
    return (Wep if name.startswith("wep") else Tkip if name == "tkip" else Aead)(name, key)


# Key derivation


def pmk_of(passphrase, ssid):
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode(), ssid.encode(), 4096, 32)


def prf(key, label, data, octets):
    """PRF of AKM 2 (SHA-1)."""
    out = b""
    for i in range((octets + 19) // 20):
        out += hmac.new(key, label + b"\0" + data + bytes((i,)), hashlib.sha1).digest()
    return out[:octets]


def ptk_of(pmk, aa, spa, anonce, snonce, octets):
    data = min(aa, spa) + max(aa, spa) + min(anonce, snonce) + max(anonce, snonce)
    return prf(pmk, b"Pairwise key expansion", data, octets)


def unwrap(kek, data):
    """AES key unwrap, or None."""
    schedule = ctypes.create_string_buffer(512)
    out = ctypes.create_string_buffer(len(data))
    LIB.AES_set_decrypt_key(kek, 8 * len(kek), schedule)
    n = LIB.AES_unwrap_key(schedule, None, out, data, len(data))
    return out.raw[:n] if n > 0 else None
