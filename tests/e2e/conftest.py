# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures of the whole-system tests.

A test asks for `lab` and makes its guests with it:

    def test_something(lab):
        vm = lab.guest(nics=2)                  # skua loaded, phys in one place
        ap, sta = lab.pair()                    # a guest, name spaces ap and sta

Everything is torn down, and every guest's console judged, when the test ends.
Most tests do not ask for `lab` but for guests that are already there (bench.py):

    def test_something(trio):
        trio.link(security="wpa2")              # hostapd and wpa_supplicant
        assert trio.ends["sta"].ping("192.168.77.1")[1] == 5

A test that provokes kernel messages says so:

    @pytest.mark.splats("um virt-pci delay")    # a regular expression, or none

The logs of each test are in a directory of its own in that of the session,
build/run/DATE-TIME-e2e; the report of a failure ends with their last lines.
"""

import os
import re
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(HERE, "..", "..", "scripts", "lab")]

import bench  # noqa: E402
import skualink  # noqa: E402
import skuavm  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "splats(ignore): kernel messages that the test provokes on purpose")
    config.addinivalue_line(
        "markers", "contract(*ids): clauses of docs/contract.rst that the test proves")
    config.addinivalue_line(
        "markers", "long: runs for minutes, and only when asked for: -m long (make test-long)")
    config.addinivalue_line(
        "markers", "lengthy: takes ten seconds or more; several processes begin with it")
    config.addinivalue_line(
        "markers", "hostap: is run with the newest hostapd and wpa_supplicant, too")
    config.addinivalue_line(
        "markers", "fault_injection: needs the debug kernel, and is run on no other")
    config.addinivalue_line(
        "markers", "smp: runs on the kernel with two processors too, see make test-smp")
    config.addinivalue_line(
        "markers", "needs_smp: needs a guest with two processors, and is run in no other")
    if is_worker(config):
        # the tests' own computing shall not disturb the guests of another process
        if skuavm.PROCESSORS.cpus:
            os.sched_setaffinity(0, skuavm.PROCESSORS.cpus)
    elif not config.option.collectonly:
        # the logs of all tests are in one place, for all processes that run tests
        os.environ["SKUA_RUN_DIR"] = skuavm.make_run_dir("e2e")


def is_worker(config):
    """Whether this is one of several processes that run the tests (pytest -n)."""
    return hasattr(config, "workerinput")


def pytest_collection_modifyitems(config, items):
    unwanted = set() if "long" in (config.option.markexpr or "") else {"long"}
    if not bench.DEBUG_KERNEL:
        unwanted.add("fault_injection")
    if not bench.SMP_KERNEL:
        unwanted.add("needs_smp")
    late = [item for item in items if any(map(item.get_closest_marker, unwanted))]
    items[:] = [item for item in items if item not in late]
    if is_worker(config):
        # at the end no process shall be alone with a long test
        items.sort(key=lambda item: item.get_closest_marker("lengthy") is None)
    config.hook.pytest_deselected(items=late)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Several processes (pytest -n): each takes the next test as soon as it is free."""
    from xdist.scheduler import LoadScopeScheduling

    class ByTest(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return nodeid

    return ByTest(config, log)


# Complaints of kernels in any try of any test: each fails the run.
complaints = []


def complain(err):
    """Records splats and leaks, except splats that only show that the machine is busy."""
    if (isinstance(err, (skuavm.SplatFound, skuavm.LeakFound))
            and "um virt-pci delay" not in str(err) and str(err) not in complaints):
        complaints.append(str(err))


def pytest_sessionfinish(session, exitstatus):
    if is_worker(session.config):
        session.config.workeroutput["complaints"] = complaints
        return
    if complaints and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if session.exitstatus and "SKUA_RUN_DIR" in os.environ:
        skuavm.mark_failed(os.environ["SKUA_RUN_DIR"])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """One of several processes (pytest -n) is done: its complaints count here."""
    complaints.extend(getattr(node, "workeroutput", {}).get("complaints", []))


class Lab:
    """NICs and guests of one test."""

    def __init__(self, run_dir, ignore=None, ignore_all=False):
        self.run_dir = run_dir
        self.ignore = ignore
        self.ignore_all = ignore_all
        self.nics = None
        self.vms = []

    def air(self, count, **options):
        """The test's skua-nic process with count NICs; see skuavm.Nics."""
        assert self.nics is None, "one air a test"
        self.nics = skuavm.Nics(count, run_dir=self.run_dir, **options)
        return self.nics.start()

    def guest(self, nics=0, hwsim=0, load=True, params=(), **options):
        """A running guest.

        nics      Skua NICs, of the air if there is one, else of a new air
        hwsim     radios of mac80211_hwsim
        load      load skua.ko, with params, and wait for its phys
        options   as skuavm.VM takes them
        """
        if nics and self.nics is None:
            self.air(nics)
        sockets = self.nics.take(nics) if nics else ()
        options.setdefault("name", f"guest{len(self.vms)}")
        vm = skuavm.VM(sockets, run_dir=self.run_dir, **options)
        self.vms.append(vm)
        vm.start()
        if hwsim or (nics and load):
            vm.modprobe("cfg80211")
            vm.run(["iw", "reg", "set", "US"], check=True)
        if hwsim:
            vm.modprobe("mac80211_hwsim", f"radios={hwsim}")
        if nics and load:
            vm.modprobe("skua", *params)
            skuavm.wait_until("the NICs' phys", 30, lambda: len(vm.phys()) == nics + hwsim)
        return vm

    def pair(self, names=("ap", "sta"), hwsim=False, vm=None, **options):
        """A guest with one radio in each of the name spaces; returns it."""
        if vm is None:
            radios = {"hwsim" if hwsim else "nics": len(names)}
            vm = self.guest(**radios, **options)
        for name, phy in zip(names, vm.phys()):
            vm.add_netns(name, phy)
        return vm

    def link(self, vm, security="wpa2", ap_ns="ap", sta_ns="sta", channel=36, band="auto",
             subnet="192.168.77", ap_extra="", sta_extra=""):
        """hostapd and wpa_supplicant, connected, with addresses; (ap, sta)."""
        ap = skualink.AccessPoint(vm, ap_ns, security=security, channel=channel, band=band,
                                  extra=ap_extra).start()
        sta = skualink.Station(vm, sta_ns, security=security, network_extra=sta_extra,
                               freqs=[skualink.frequency(channel, band)]).start()
        vm.run(["ip", "addr", "replace", f"{subnet}.1/24", "dev", ap.interface], netns=ap_ns,
               check=True)
        vm.run(["ip", "addr", "replace", f"{subnet}.2/24", "dev", sta.interface], netns=sta_ns,
               check=True)
        return ap, sta

    def close(self, judge):
        """Ends everything; with judge, fails the test for splats, leaks and bad ends.

        A splat is one even if the test failed by itself.
        """
        errors = []
        for vm in self.vms:
            try:
                if judge and vm.proc.poll() is None:
                    vm.check_leaks()
                vm.stop()
                if not self.ignore_all:
                    vm.console.check(self.ignore)
            except skuavm.GuestError as err:
                complain(err)
                errors.append(str(err))
                vm.stop()
        if self.nics is not None:
            try:
                self.nics.stop()
            except skuavm.GuestError as err:
                errors.append(str(err))
        if errors and judge:
            pytest.fail("\n".join(errors), pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    setattr(item, "report_" + report.when, report)
    places = [value for value in getattr(item, "funcargs", {}).values()
              if isinstance(value, (Lab, bench.Bench))]
    for place in places if report.failed else ():
        for name in sorted(os.listdir(place.run_dir)):
            if name.endswith((".log", ".stderr")):
                text = skuavm.tail(os.path.join(place.run_dir, name), 40)
                report.sections.append((os.path.join(place.run_dir, name), text))


def pytest_terminal_summary(terminalreporter):
    """Names the tests that were run once more, with the reason, and all complaints."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first failure of {report.nodeid} ({report.when})", sep="_")
        terminalreporter.write_line(report.longreprtext)
    for text in complaints:
        terminalreporter.section("a kernel complained, which fails the run", sep="_")
        terminalreporter.write_line(text)


def ignored_splats(request):
    """Kernel messages that the test may cause: (regular expression or None, any)."""
    marker = request.node.get_closest_marker("splats")
    ignore = marker.args[0] if marker and marker.args else None
    return ignore, bool(marker) and ignore is None


@pytest.fixture
def lab(request):
    name = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name).strip("-")
    ignore, ignore_all = ignored_splats(request)
    lab = Lab(skuavm.make_run_dir(name), ignore, ignore_all)
    yield lab
    called = getattr(request.node, "report_call", None)
    lab.close(judge=called is not None and called.passed)


def stop(up):
    """The end of all that are up; fails if a kernel of theirs leaks memory."""
    leaks = []
    for one in up.values():
        for vm in one.vms:
            try:
                vm.check_leaks()
            except skuavm.GuestError as err:
                complain(err)
                leaks.append(str(err))
        one.stop()
    if leaks:
        pytest.fail("\n".join(leaks), pytrace=False)


@pytest.fixture(scope="session")
def benches():
    """The benches that are up, by shape."""
    up = {}
    yield up
    stop(up)


def run_on(shape, benches, request):
    """The life of a bench during one test; see bench.py."""
    if shape not in benches:
        new = bench.Bench(shape, skuavm.make_run_dir(shape))
        try:
            new.start()
        except BaseException:
            new.kill()
            raise
        benches[shape] = new
    here = benches.pop(shape)
    ignored = ignored_splats(request)
    try:
        here.begin(request.node.name)
        yield here
        called = getattr(request.node, "report_call", None)
        if called is None or not called.passed:
            here.check_consoles(*ignored)
            return
        here.settle()
        here.judge(*ignored)
        benches[shape] = here
    except skuavm.GuestError as err:
        complain(err)
        pytest.fail(str(err), pytrace=False)
    finally:
        if shape not in benches:
            here.kill()


@pytest.fixture
def bare(benches, request):
    """One guest without NICs, and without any driver of Wi-Fi."""
    yield from run_on("bare", benches, request)


@pytest.fixture
def trio(benches, request):
    """One guest: ends ap, sta and third."""
    yield from run_on("trio", benches, request)


@pytest.fixture
def octet(benches, request):
    """One guest with eight NICs: ends n0 to n7."""
    yield from run_on("octet", benches, request)


@pytest.fixture
def mixed(benches, request):
    """Two guests on one air: end hard, and end soft, which has swcrypto=1."""
    yield from run_on("mixed", benches, request)


@pytest.fixture
def spread(benches, request):
    """One guest: ends ap, sta and third; interrupts are threads, for any processor."""
    yield from run_on("spread", benches, request)


@pytest.fixture
def shaped(benches, request):
    """A bench of the shape that the test names: parametrize("shaped", SHAPES, indirect=True)."""
    yield from run_on(request.param, benches, request)


@pytest.fixture
def single(benches, request):
    """One guest with single_channel=1: ends ap and sta."""
    yield from run_on("single", benches, request)


@pytest.fixture
def tuned(request):
    """One guest whose skua.ko has the parameters that the test names: ends ap and sta."""
    shape = "tuned-" + ("-".join(request.param) or "not")
    bench.SHAPES[shape] = [(("ap", "sta"), request.param)]
    up = {}
    yield from run_on(shape, up, request)
    stop(up)
