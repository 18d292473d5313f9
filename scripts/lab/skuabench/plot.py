# SPDX-License-Identifier: GPL-2.0-only
"""Reports as a picture; matplotlib (Debian: python3-matplotlib) need not be there."""

from .plan import LINKS

NEEDS = "no picture: python3-matplotlib is not installed"
# a panel for each of these, with the measures that it shows
PANELS = (("TCP, Mbit/s", "tcp"), ("UDP, frames a second", "udp"), ("ping, ms", "ping"))


def bars(rows, prefix):
    """[(measure, {link: spread})] of one panel."""
    return [(name, {link: row[link] for link in LINKS if link in row})
            for name, row in rows.items()
            if name.startswith(prefix) and not name.endswith("-lost")]


def draw(axes, title, entries):
    width = 0.8 / len(LINKS)
    for place, link in enumerate(LINKS):
        found = [(x, row[link]) for x, (_, row) in enumerate(entries) if link in row]
        if not found:
            continue
        middle = [one["median"] for _, one in found]
        error = [[one["median"] - one["min"] for _, one in found],
                 [one["max"] - one["median"] for _, one in found]]
        axes.bar([x + (place - 1) * width for x, _ in found], middle, width, yerr=error,
                 capsize=2, label=link)
    if title.endswith("ms"):
        axes.set_yscale("log")
    axes.set_xticks(range(len(entries)))
    axes.set_xticklabels([name for name, _ in entries], rotation=30, ha="right")
    axes.set_title(title, fontsize="medium")
    axes.grid(axis="y", alpha=0.3)


def save(report, path):
    """Draws a row of panels for each cipher; returns whether there is matplotlib."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot

    ciphers = list(report["summary"])
    panels = [panel for panel in PANELS
              if any(bars(report["summary"][cipher], panel[1]) for cipher in ciphers)]
    figure, grid = pyplot.subplots(len(ciphers), len(panels), squeeze=False,
                                   figsize=(5 * len(panels), 3.6 * len(ciphers)))
    for line, cipher in zip(grid, ciphers):
        for axes, (title, prefix) in zip(line, panels):
            draw(axes, f"{cipher}: {title}", bars(report["summary"][cipher], prefix))
    grid[0][0].legend()
    figure.suptitle(f"{report['date']}, {report['source']}, median and spread of "
                    f"{report['rounds']} rounds", fontsize="small")
    figure.tight_layout()
    figure.savefig(path)
    return True
