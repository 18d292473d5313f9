#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""tshark reads a capture, and has to find the frames and values that were written.

usage: judge.py WRITER CAPTURE
"""
import json
import subprocess
import sys

TK = b"0123456789abcde\0".hex()
BW_VHT = {20: 0, 40: 1, 80: 4, 160: 11}
BW_HE = {20: 0, 40: 1, 80: 2, 160: 3}
GI_HE = {800: 0, 1600: 1, 3200: 2}

FIELDS = """
frame.interface_name frame.time_epoch frame.comment
radiotap.mactime radiotap.channel.freq radiotap.flags.preamble
radiotap.flags.fcs radiotap.flags.badfcs radiotap.dbm_antsignal
radiotap.datarate radiotap.channel.flags.cck radiotap.channel.flags.2ghz
radiotap.mcs.index radiotap.mcs.bw radiotap.mcs.gi radiotap.mcs.fec
radiotap.mcs.stbc
radiotap.ampdu.reference radiotap.ampdu.flags.lastknown radiotap.ampdu.flags.last
radiotap.ampdu.flags.delim_crc_error radiotap.ampdu.flags.eof_known
radiotap.ampdu.flags.eof
radiotap.vht.mcs.0 radiotap.vht.nss.0 radiotap.vht.bw radiotap.vht.gi
radiotap.vht.coding.0 radiotap.vht.stbc
radiotap.he.data_3.data_mcs radiotap.he.data_3.data_dcm
radiotap.he.data_3.coding radiotap.he.data_3.stbc
radiotap.he.data_5.data_bw_ru_allocation radiotap.he.data_5.gi
radiotap.he.data_6.nsts
wlan.fc.type_subtype wlan.fcs.status wlan.ssid wlan.fixed.timestamp
wlan.ccmp.extiv arp.src.proto_ipv4 arp.dst.proto_ipv4 _ws.malformed
""".split()


def read_back(path):
    """The fields that tshark reads, a dictionary for each frame; hexadecimal or decimal
    numbers become int."""
    cmd = ["tshark", "-r", path, "-T", "json",
           "-o", "wlan.enable_decryption:TRUE", "-o", "wlan.check_checksum:TRUE",
           "-o", f'uat:80211_keys:"tk","{TK}"']
    for field in FIELDS:
        cmd += ["-e", field]
    out = subprocess.run(cmd, check=True, timeout=120, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL).stdout
    frames = []
    for packet in json.loads(out):
        frame = {}
        for name, values in packet["_source"]["layers"].items():
            # tshark 4.2 and later have words for 1 and 0
            value = {"True": "1", "False": "0"}.get(values[0], values[0])
            try:
                frame[name] = int(value, 0)
            except ValueError:
                frame[name] = value
        frames.append(frame)
    return frames


def expected_rate(m):
    """The expected header fields of each encoding."""
    if m["encoding"] == 0:
        return {"radiotap.datarate": m["rate"] / 10,
                "radiotap.flags.preamble": m["short"],
                "radiotap.channel.flags.cck":
                    int(m["rate"] in (10, 20, 55, 110))}
    if m["encoding"] == 1:
        return {"radiotap.mcs.index": m["mcs"] + 8 * (m["nss"] - 1),
                "radiotap.mcs.bw": int(m["bw"] == 40),
                "radiotap.mcs.gi": int(m["gi"] == 400),
                "radiotap.mcs.fec": m["ldpc"],
                "radiotap.mcs.stbc": m["stbc"]}
    if m["encoding"] == 2:
        return {"radiotap.vht.mcs.0": m["mcs"],
                "radiotap.vht.nss.0": m["nss"],
                "radiotap.vht.bw": BW_VHT[m["bw"]],
                "radiotap.vht.gi": int(m["gi"] == 400),
                "radiotap.vht.coding.0": m["ldpc"],
                "radiotap.vht.stbc": m["stbc"]}
    return {"radiotap.he.data_3.data_mcs": m["mcs"],
            "radiotap.he.data_3.data_dcm": m["dcm"],
            "radiotap.he.data_3.coding": m["ldpc"],
            "radiotap.he.data_3.stbc": m["stbc"],
            "radiotap.he.data_5.data_bw_ru_allocation": BW_HE[m["bw"]],
            "radiotap.he.data_5.gi": GI_HE[m["gi"]],
            "radiotap.he.data_6.nsts": m["nss"]}


def expected_frame(m):
    """The expected fields of the frame itself."""
    if m["kind"] == "beacon":
        return {"wlan.fc.type_subtype": 8, "wlan.ssid": b"skua".hex(),
                "wlan.fixed.timestamp": 0x1122334455667788}
    if m["kind"] == "ack":
        return {"wlan.fc.type_subtype": 0x1d}
    if m["bad_fcs"]:
        # tshark does not decrypt frames with a bad FCS
        return {"wlan.fc.type_subtype": 0x28}
    return {"wlan.fc.type_subtype": 0x28,
            "wlan.ccmp.extiv": "0x00000000004D",
            "arp.src.proto_ipv4": "10.0.0.2", "arp.dst.proto_ipv4": "10.0.0.1"}


def expected(m):
    """Every field that tshark has to show for one frame."""
    want = {"frame.interface_name": f"air{m['interface']}",
            "frame.time_epoch": "%d.%09d" % divmod(m["time_ns"], 10 ** 9),
            "radiotap.mactime": m["time_ns"] // 1000,
            "radiotap.channel.freq": m["freq"],
            "radiotap.channel.flags.2ghz": int(m["freq"] < 5000),
            "radiotap.dbm_antsignal": m["signal"],
            "radiotap.flags.fcs": 1,
            "radiotap.flags.badfcs": m["bad_fcs"],
            "wlan.fcs.status": 0 if m["bad_fcs"] else 1,
            "frame.comment": m["sender"] or None,
            "radiotap.ampdu.reference": m["ampdu_ref"] or None,
            # this is how tshark marks a wrong FCS
            "_ws.malformed": "_ws.malformed" if m["bad_fcs"] else None}
    if m["ampdu_ref"]:
        want["radiotap.ampdu.flags.lastknown"] = 1
        want["radiotap.ampdu.flags.last"] = m["ampdu_last"]
        want["radiotap.ampdu.flags.delim_crc_error"] = m["delim_error"]
        want["radiotap.ampdu.flags.eof_known"] = m["eof_known"]
        want["radiotap.ampdu.flags.eof"] = m["eof"]
    want.update(expected_rate(m))
    want.update(expected_frame(m))
    return want


def same(got, want):
    """Compare one field; tshark writes rates as decimals."""
    if isinstance(want, float):
        return got is not None and float(got) == want
    if isinstance(want, str) and isinstance(got, int):
        return got == int(want, 0) if want.startswith("0x") else False
    return got == want


def main():
    """Compare all; exit 1 if anything differs."""
    writer, capture = sys.argv[1:]
    out = subprocess.run([writer, capture], check=True, timeout=60,
                         stdout=subprocess.PIPE).stdout
    metas = [json.loads(line) for line in out.splitlines()]
    frames = read_back(capture)
    errors = 0
    if len(frames) != len(metas):
        print(f"wrote {len(metas)} frames, tshark read {len(frames)}")
        errors += 1
    checked = 0
    for number, (m, frame) in enumerate(zip(metas, frames), 1):
        for field, want in expected(m).items():
            checked += 1
            if not same(frame.get(field), want):
                print(f"frame {number} ({m['kind']}): {field} is "
                      f"{frame.get(field)!r}, should be {want!r}")
                errors += 1
    print(f"tap: tshark read {len(frames)} frames back, "
          f"{checked} fields compared, {errors} wrong")
    failed = bool(errors or not checked)
    print(f"{int(not failed)} passed, {int(failed)} failed, 0 skipped")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
