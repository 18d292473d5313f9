# SPDX-License-Identifier: GPL-2.0-only
"""Reports as JSON files."""

import json
import os
import time


def new_path(folder, name="bench"):
    """The path of a report of now, without its suffix; the folder is made."""
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, time.strftime(f"{name}-%Y%m%d-%H%M%S"))


def save(report, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def merge(reports):
    """One report of several runs; the rounds of each are counted on from those before."""
    merged = dict(reports[0], samples=[], rounds=0)
    for report in reports:
        merged["samples"] += [dict(one, round=one["round"] + merged["rounds"])
                              for one in report["samples"]]
        merged["rounds"] += report["rounds"]
        merged["load_after"] = report["load_after"]
    for name in ("source", "guest", "processor", "processors", "pinned", "seconds"):
        values = {str(report[name]): report[name] for report in reports}
        merged[name] = report[name] if len(values) == 1 else ", ".join(sorted(values))
    return merged
