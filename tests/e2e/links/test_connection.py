# SPDX-License-Identifier: GPL-2.0-only
"""A station's connection: what ends it, and what must not (time away, silence, idleness)."""

import re
import time

import pytest

import bench
import faults
from bench import AP
from skuavm import wait_until

ELSEWHERE = 2437
# null frames of a station that is awake
AWAKE = "wlan.fc.type_subtype in {0x24, 0x2c} && wlan.fc.pwrmgt == 0 && wlan.fc.tods == 1"


def stay(end, freq, ms):
    """The radio goes to a channel, and is back; how long it was away, in seconds."""
    home = end.engines()["freq"]
    iw = end.popen(["iw", "dev", end.interface, "roc", "start", str(freq), str(ms)])
    wait_until("the radio to be away", 10, lambda: end.engines()["freq"] == freq)
    begin = time.monotonic()
    wait_until("the radio to be back", 20, lambda: end.engines()["freq"] == home)
    away = time.monotonic() - begin
    iw.wait(20)
    return away


def undisturbed(station, start):
    """Nothing has ended the connection since a place in the program's output."""
    text = station.process.output[start:]
    return not re.search("DISCONNECTED|CTRL-EVENT-CONNECTED", text)


@pytest.mark.lengthy
@pytest.mark.contract("M6", "P7")
def test_long_stays_on_another_channel(trio):
    """M6: beacons that come while the radio is away are not lost: the link outlives it."""
    _, station = trio.link()
    sta = trio.ends["sta"]
    sta.ping(AP, count=3)
    start = len(station.process.output)
    for _ in range(3):
        assert stay(sta, ELSEWHERE, 4000) > 3, "a stay that was long enough to lose the link"
        # what follows has to find the link, too: it is not to end a moment later
        sta.ping(AP, count=3)
    time.sleep(2)
    assert undisturbed(station, start)
    sta.ping(AP, count=3)


@pytest.mark.lengthy
@pytest.mark.contract("M5", "M6", "P7")
def test_long_listening_and_scanning_beside_a_link(trio):
    """M5, M6: a P2P device that listens for seconds, and a scan that does."""
    _, station = trio.link()
    sta = trio.ends["sta"]
    start = len(station.process.output)
    for _ in range(2):
        assert "OK" in station.cli("p2p_listen", "4")
        wait_until("the radio to be away", 10, lambda: sta.engines()["freq"] != 5180)
        wait_until("the radio to be back", 20, lambda: sta.engines()["freq"] == 5180)
        station.cli("p2p_stop_find")
        sta.ping(AP, count=3)
    sta.scan("freq", "2412", "2462", "duration", "3000", "passive")
    sta.ping(AP, count=3)
    time.sleep(2)
    assert undisturbed(station, start)


@pytest.mark.lengthy
@pytest.mark.contract("M6", "P7")
def test_long_stay_by_software(single):
    """With one channel, mac80211 leaves it by itself, knows of it, and watches by itself."""
    _, station = single.link()
    sta = single.ends["sta"]
    start = len(station.process.output)
    assert stay(sta, ELSEWHERE, 3000) > 2
    sta.ping(AP, count=3)
    assert undisturbed(station, start)


@pytest.mark.contract("T7", "P7")
def test_silence_is_noticed_between_stays(trio):
    """T7: the time at home counts, though it is never long enough at once."""
    _, station = trio.link()
    sta = trio.ends["sta"]
    start = len(station.process.output)
    rule = trio.lose(ta=trio.ends["ap"].mac, count=1_000_000)
    end = time.monotonic() + 30
    while "CTRL-EVENT-DISCONNECTED" not in station.process.output[start:]:
        assert time.monotonic() < end, "nobody has noticed that the access point is silent"
        stay(sta, ELSEWHERE, 800)
        # much less than seven beacons
        time.sleep(0.25)
    output = station.process.output[start:]
    # a question that the access point could not hear would have been a reason, too
    assert re.search("CTRL-EVENT-BEACON-LOSS.*CTRL-EVENT-DISCONNECTED.*reason=4", output, re.S)
    trio.nics.control({"cmd": "lose_clear", "id": rule})
    station.process.wait_for("CTRL-EVENT-CONNECTED", 30, start=start)


@pytest.mark.lengthy
@pytest.mark.contract("D4", "P7", "T7")
def test_the_watch_goes_on_after_a_restart(trio):
    """D4: firmware that was started anew watches the connections that there are."""
    _, station = trio.link()
    sta = trio.ends["sta"]
    start = len(station.process.output)
    sta.vm.put(faults.crash_file(sta), "0")
    faults.await_count(sta, "crash", 1)
    sta.ping(AP, count=3)
    assert stay(sta, ELSEWHERE, 3000) > 2
    sta.ping(AP, count=3)
    assert undisturbed(station, start)
    trio.lose(ta=trio.ends["ap"].mac, count=1_000_000)
    station.process.wait_for("CTRL-EVENT-BEACON-LOSS", 15, start=start)
    station.process.wait_for("CTRL-EVENT-DISCONNECTED.*reason=4", 15, start=start)


@pytest.mark.lengthy
@pytest.mark.contract("P7", "T7")
def test_idle_connections_are_kept_alive(trio):
    """P7: an idle station shows that it is there; one that is not heard any more finds out."""
    trio.ends["ap"].ap()
    sta, third = trio.ends["sta"], trio.ends["third"]
    heard = sta.station(freqs=[5180])
    unheard = third.station(freqs=[5180])
    start = {station: len(station.process.output) for station in (heard, unheard)}
    path = trio.capture()
    begin = time.monotonic()
    trio.lose(ta=third.mac, count=1_000_000)
    # the beacons go on: it cannot be those
    unheard.process.wait_for("CTRL-EVENT-DISCONNECTED.*reason=4", 90, start=start[unheard])
    assert time.monotonic() - begin > 15
    wait_until("a keep-alive", 60, lambda: bench.count_frames(
        path, f"{AWAKE} && wlan.ta == {sta.mac}"))
    trio.capture_end()
    assert bench.count_frames(path, f"{AWAKE} && wlan.ta == {sta.mac}") <= 3, "too many"
    assert undisturbed(heard, start[heard])
