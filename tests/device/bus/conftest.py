# SPDX-License-Identifier: GPL-2.0-only
"""Prints a line for each test that was skipped, with the reason."""


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        terminalreporter.write_line(f"SKIP {report.nodeid}: {reason}")
