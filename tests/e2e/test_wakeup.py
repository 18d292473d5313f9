# SPDX-License-Identifier: GPL-2.0-only
"""The wake-up litmus: sleep and wake hand-overs with the watch off, none lost."""

import pytest

# The NIC sleeps as soon as it has nothing to do, or spins for a time like the
# driver's pauses, so that both are caught half-way.
SPINS = ("0", "20")


def hand_overs(lab, spin, wanted):
    """Echoes until the doorbells and interrupts are that many; all must be answered."""
    lab.air(1, extra=("--spin", spin), capture=False)
    vm = lab.guest(nics=1)
    directory = f"/sys/kernel/debug/ieee80211/{vm.phys()[0]}/skua"
    vm.run(f"echo 1 > {directory}/watch_off", check=True)

    def counters():
        text = vm.run(["cat", f"{directory}/stats"], check=True).stdout
        return {name: int(value) for name, value in (line.split() for line in text.splitlines())}

    first = counters()
    done = 0
    while done < wanted:
        vm.run(f"echo 5000 > {directory}/echo", check=True, timeout=60)
        now = counters()
        done = sum(now[name] - first[name] for name in ("doorbell", "irq"))
    print(f"spin {spin} us: {now['cmd_sent'] - first['cmd_sent']} echoes, "
          f"{now['doorbell'] - first['doorbell']} doorbells, {now['irq'] - first['irq']} interrupts")
    for name in ("cmd_timeout", "crash", "lost_doorbell", "lost_irq", "evt_bad"):
        assert now[name] == first[name], name


@pytest.mark.contract("D2")
@pytest.mark.parametrize("spin", SPINS)
def test_no_wakeup_is_lost(lab, spin):
    hand_overs(lab, spin, 20_000)


@pytest.mark.long
@pytest.mark.contract("D2")
@pytest.mark.parametrize("spin", SPINS)
def test_no_wakeup_is_lost_long(lab, spin):
    """Half a million for each way to sleep; on both kernels (SKUA_KERNEL=debug)."""
    hand_overs(lab, spin, 500_000)
