# SPDX-License-Identifier: GPL-2.0-only
"""Says in a line of its own what was skipped, and why."""


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        terminalreporter.write_line(f"SKIP {report.nodeid}: {reason}")
