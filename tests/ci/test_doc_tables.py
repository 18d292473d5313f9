# SPDX-License-Identifier: GPL-2.0-only
"""The check on documents notices each kind of thing that is no longer true."""

import os
import re
import shutil
import subprocess
import sys

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts/ci"))

import doc_tables  # noqa: E402  (after the path)


class Copy:
    """The tree, to be made untrue one thing at a time"""

    def __init__(self, top):
        self.top = top
        listing = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=TOP,
                                 capture_output=True, text=True, check=True).stdout
        for name in filter(None, listing.split("\0")):
            if os.path.isfile(os.path.join(TOP, name)) and not name.endswith((".pcapng", ".bin")):
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(os.path.join(TOP, name), top / name)
        self.known = set(doc_tables.Check(top).run())

    def faults(self, name, pattern, to):
        """The faults found when the first match of @pattern in a file is replaced"""
        path = self.top / name
        before = path.read_text(encoding="utf-8")
        after, n = re.subn(pattern, to, before, count=1, flags=re.M | re.S)
        assert n == 1 and after != before, f"{name} has no {pattern}"
        path.write_text(after, encoding="utf-8")
        try:
            return sorted(set(doc_tables.Check(self.top).run()) - self.known)
        finally:
            path.write_text(before, encoding="utf-8")


@pytest.fixture(name="copy", scope="module")
def fixture_copy(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("tree"))


def test_the_tree_is_true(copy):
    assert not copy.known


NIC, DRIVER, CONTRACT = "docs/nic.rst", "docs/driver.rst", "docs/contract.rst"


@pytest.mark.parametrize("name,pattern,to,fault", [
    # registers
    (NIC, r"^0x018  ", "0x01c  ", "register NONCE: says 0x1c RW, the code 0x18 RW"),
    (NIC, r"(``STATUS`` +)RO", r"\1RW", "register STATUS: says 0xc RW, the code 0xc RO"),
    ("hw/regs.h", r"^#define SKUA_REG_FATAL\b", "#define SKUA_REG_DEATH",
     "register FATAL does not exist"),
    # commands
    (NIC, r"^0x41 (``TIM_SET``)", r"0x43 \1", "command TIM_SET: says 0x43, the code 0x41"),
    (NIC, r"^0x41 ``TIM_SET``[^\n]*\n[^\n]*\n", "", "command TIM_SET is missing"),
    (NIC, r"(``EDCA`` +)``skua_cmd_edca``", r"\1``skua_cmd_u32`` ",
     "structure of EDCA: says skua_cmd_u32, the code skua_cmd_edca"),
    (NIC, r"^(0x10 ``VIF_ADD`` .*?)``EXISTS``", r"\1``NO_SPACE``",
     "errors of VIF_ADD: says ['NO_SPACE'], the code ['EXISTS']"),
    ("fw/cmd_vif.c", r"SKUA_ST_EXISTS", "SKUA_ST_BUSY",
     "errors of VIF_ADD: says ['EXISTS'], the code ['BUSY']"),
    ("fw/sta.c", r"^(u16 sta_ref\(.*?)SKUA_ST_STALE", r"\1SKUA_ST_STATE",
     "errors of STA_STATS: says ['NO_ENTRY', 'STALE'], the code ['NO_ENTRY', 'STATE']"),
    ("fw/cmd.c", r"{ SKUA_CMD_EDCA,[^}]*},", "", "fw/cmd.c: knows no command EDCA"),
    ("hw/cmd.h", r"(@SKUA_CMD_EDCA: struct )skua_cmd_edca", r"\1skua_cmd_vif",
     "SKUA_CMD_EDCA: says skua_cmd_vif, fw/cmd.c skua_cmd_edca"),
    # statuses, events, boot errors
    (NIC, r"^6( +``BUSY``)", r"7\1", "status BUSY: says 7, the code 6"),
    (NIC, r"-ESTALE", "-EINVAL", "errno of STALE: says -EINVAL, the code -ESTALE"),
    (NIC, r"^10( +``RADAR``)", r"11\1", "event RADAR: says 11, the code 10"),
    (NIC, r"^9 +``LOG``[^\n]*\n", "", "event LOG is missing"),
    (NIC, r"``skua_evt_radar``", "``skua_evt_vif``  ",
     "structure of RADAR: says skua_evt_vif, the code skua_evt_radar"),
    (NIC, r"``KEY_RETIRED``  ", "``KEY_GONE``     ", "event KEY_RETIRED is missing"),
    (NIC, r"``IMG_HASH``", "``IMG_SUM`` ", "boot error IMG_SUM does not exist"),
    # control socket, faults
    (NIC, r"^``lose_clear``", "``lose_none`` ", "request lose_none does not exist"),
    (NIC, r"^``tx-fatal``", "``tx-death``", "fault tx-fatal is missing"),
    # files
    (DRIVER, r"``phy.c``", "``fee.c``", "file fee.c does not exist"),
    (DRIVER, r"``phy.c``", "``sta.c``", "file phy.c is missing among the files"),
    # tracepoints
    (DRIVER, r"``skua_evt``", "``skua_event``", "tracepoint skua_event does not exist"),
    ("evt.c", r"trace_skua_evt\(", "skua_evt(", "tracepoint skua_evt is never called"),
    # names in any document
    (NIC, r"\Z", "\nSee ``device/none.c``.\n", "file device/none.c does not exist"),
    (NIC, r"\Z", "\nSee ``SKUA_EVT_NONE_SUCH``.\n", "SKUA_EVT_NONE_SUCH is no name"),
    (NIC, r"\Z", "\nSee ``struct skua_none``.\n", "struct skua_none does not exist"),
    (DRIVER, r"\Z", "\nSee ``TX_NO_KEYS``.\n", "TX_NO_KEYS is no name in the sources"),
    (DRIVER, r"\Z", "\nIt calls skua_none_such().\n", "skua_none_such() does not exist"),
    ("README.md", r"\Z", "\nRun `make tea`.\n", "make tea is no target"),
    # clauses
    (CONTRACT, r"^(K1\n).*?(?=^K2$)", r"\1  Keys. Due.\n", "K1 is called due, and a test names it"),
    (CONTRACT, r"``fw/key.c``(\s+key_cmd_phase1\(\))", r"``fw/sta.c``\1",
     "K10: fw/sta.c has no key_cmd_phase1()"),
    # layers
    (DRIVER, r"``evt.c`` ", "``rate.c``", "rate.c is in the layer base"),
    (DRIVER, r"\*\*Link\*\*", "**Line**", "has the layers base command line"),
    ("fw/README.md", r"`radio.c`", "`roc.c`", "layer of radio.c is missing"),
    ("fw/layers.txt", r" ps.c radar.c", " radar.c",
     "layer of ps.c: says policy, the code None"),
    ("device/layers.txt", r"^layer air:", "layer ether:", "layer air does not exist"),
    ("docs/nic-internals.rst", r"``mac/mac.h``", "``mac/nic.h``", "layer mac: says mac/nic.h"),
    ("docs/nic-internals.rst", r"^``mac/txf.c``", "``mac/obj.c``", "file mac/txf.c is missing"),
    ("docs/nic-internals.rst", r"``struct pci_ops``", "``struct pcie_op``",
     "table struct pci_ops is missing"),
    ("device/air/air.h", r"^struct air_radio_ops {", "struct air_ear_ops {",
     "table struct air_radio_ops does not exist"),
])
def test_notices(copy, name, pattern, to, fault):
    found = copy.faults(name, pattern, to)
    assert any(fault in line for line in found), found
