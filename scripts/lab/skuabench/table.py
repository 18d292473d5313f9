# SPDX-License-Identifier: GPL-2.0-only
"""Reports as text."""

from .plan import LINKS, MEASURES

COLUMNS = (*LINKS, "skua/hwsim", "skua/veth")
COST_COLUMNS = (("MPDUs", "mpdus", 0), ("MPDUs/PPDU", "mpdus_per_ppdu", 1),
                ("Block Acks", "block_acks", 3), ("retries", "retransmissions", 4),
                ("doorbells", "doorbells", 5), ("interrupts", "interrupts", 4),
                ("reg. reads", "register_reads", 5), ("instructions", "instructions", 1),
                ("NIC us", "nic_cpu_us", 2), ("NIC share", "nic_cpu_share", 2))


def cell(numbers, digits):
    """median (least to most); one number is alone."""
    if numbers is None:
        return ""
    text = f"{numbers['median']:.{digits}f}"
    if numbers["count"] == 1:
        return text
    return f"{text} ({numbers['min']:.{digits}f} to {numbers['max']:.{digits}f})"


def grid(rows):
    """Lines of a table; the first row is its head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rows = [rows[0], ["-" * width for width in widths], *rows[1:]]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip()
            for row in rows]


def measures(rows):
    """The table of one cipher; columns without any figure are left out."""
    columns = [name for name in COLUMNS if any(name in row for row in rows.values())]
    lines = [["", *columns]]
    for name, row in rows.items():
        measure = MEASURES[name]
        lines.append([f"{measure.title}, {measure.unit}"] + [
            cell(row.get(column), 2 if "/" in column else measure.digits) for column in columns])
    return grid(lines)


def costs(tests):
    """The NICs' costs of a frame on the air, a line for each test of one cipher."""
    lines = [["", *(title for title, _, _ in COST_COLUMNS)]]
    for test, numbers in tests.items():
        lines.append([test, *(f"{numbers[key]:.{digits}f}" for _, key, digits in COST_COLUMNS)])
    return grid(lines)


def head(report):
    pinned = "guest and NICs pinned" if report["pinned"] else "nothing pinned"
    return (f"median (least to most) of {report['rounds']} rounds of {report['seconds']} s; "
            f"{pinned}; load {report['load_before'][0]:.1f} before and "
            f"{report['load_after'][0]:.1f} after, on {report['processors']} processors")


def text(report):
    lines = [head(report)]
    for cipher, rows in report["summary"].items():
        lines += ["", f"{cipher}:", *measures(rows)]
    for cipher, tests in report["costs"].items():
        lines += ["", f"{cipher}: both NICs, for each MPDU that they sent:", *costs(tests)]
    return "\n".join(lines)
