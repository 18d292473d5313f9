# SPDX-License-Identifier: GPL-2.0-only
"""Kinds of security: lines for hostapd and wpa_supplicant, and the ciphers that follow."""


def wpa(pairwise, group, version=2):
    hostapd = (f"wpa={version}\nwpa_key_mgmt=WPA-PSK\nwpa_pairwise={pairwise}\n"
               f"rsn_pairwise={pairwise}\ngroup_cipher={group}\nwpa_passphrase=PASS\n")
    proto = "RSN" if version == 2 else "WPA"
    return (hostapd, f"key_mgmt=WPA-PSK\nproto={proto}\npairwise={pairwise}\ngroup={group}\n"
                     'psk="PASS"\n')


def sae(pairwise, mgmt, beacons=False):
    more = "beacon_prot=1\n" if beacons else ""
    hostapd = (f"wpa=2\nwpa_key_mgmt=SAE\nrsn_pairwise={pairwise}\nsae_password=PASS\n"
               f"ieee80211w=2\ngroup_mgmt_cipher={mgmt}\n{more}")
    return (hostapd, f"key_mgmt=SAE\nproto=RSN\npairwise={pairwise}\ngroup={pairwise}\n"
                     f'group_mgmt={mgmt}\nsae_password="PASS"\nieee80211w=2\n{more}')


def wep(key):
    return (f"auth_algs=3\nwep_default_key=0\nwep_key0={key}\n",
            f"key_mgmt=NONE\nwep_key0={key}\nwep_tx_keyidx=0\nauth_alg=%s\n")


# name -> (lines of both programs, pairwise cipher, group cipher) as the NIC calls them
DATA = {
    "wep-40": (wep("0102030405"), "WEP-40", "WEP-40"),
    "wep-104": (wep("0102030405060708090a0b0c0d"), "WEP-104", "WEP-104"),
    "tkip": (wpa("TKIP", "TKIP", version=1), "TKIP", "TKIP"),
    "ccmp-tkip": (wpa("CCMP", "TKIP"), "CCMP-128", "TKIP"),
    "ccmp-128": (wpa("CCMP", "CCMP"), "CCMP-128", "CCMP-128"),
    "ccmp-256": (wpa("CCMP-256", "CCMP-256"), "CCMP-256", "CCMP-256"),
    "gcmp-128": (wpa("GCMP", "GCMP"), "GCMP-128", "GCMP-128"),
    "gcmp-256": (wpa("GCMP-256", "GCMP-256"), "GCMP-256", "GCMP-256"),
}
MGMT = {
    "AES-128-CMAC": ("CCMP", "BIP-CMAC-128"),
    "BIP-CMAC-256": ("CCMP-256", "BIP-CMAC-256"),
    "BIP-GMAC-128": ("GCMP", "BIP-GMAC-128"),
    "BIP-GMAC-256": ("GCMP-256", "BIP-GMAC-256"),
}


def lines_of(name, auth="OPEN"):
    hostapd, supplicant = DATA[name][0]
    return hostapd, supplicant.replace("%s", auth)
