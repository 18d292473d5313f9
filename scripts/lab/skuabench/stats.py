# SPDX-License-Identifier: GPL-2.0-only
"""Medians, spread and ratios of samples."""

import statistics

from .costs import per_frame
from .plan import CIPHERS, LINKS, MEASURES, cipher_of


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "count": len(values)}


def by_round(samples, link, cipher, measure):
    """{round: value}"""
    return {one["round"]: one["values"][measure] for one in samples
            if one["link"] == link and one["cipher"] == cipher_of(link, cipher)
            and measure in one["values"]}


def ratios(ours, theirs):
    """One for each round that has both; none where the divisor is 0."""
    return [ours[number] / theirs[number] for number in sorted(ours)
            if theirs.get(number)]


def row(samples, cipher, measure):
    """{link: spread, "skua/hwsim": spread, "skua/veth": spread} as far as there are samples."""
    values = {link: by_round(samples, link, cipher, measure) for link in LINKS}
    result = {link: spread(list(found.values())) for link, found in values.items() if found}
    for other in LINKS[1:]:
        found = ratios(values["skua"], values[other])
        if found:
            result[f"skua/{other}"] = spread(found)
    return result


def ciphers_of(samples):
    """The ciphers that were measured; [None] if no link had any."""
    found = [cipher for cipher in CIPHERS if any(one["cipher"] == cipher for one in samples)]
    return found or [None]


def summarize(samples):
    """{cipher: {measure: row}}; "none" stands for no cipher."""
    result = {}
    for cipher in ciphers_of(samples):
        rows = {measure: row(samples, cipher, measure) for measure in MEASURES}
        result[cipher or "none"] = {measure: one for measure, one in rows.items() if one}
    return result


def total(costs):
    """Sum of counters, key by key."""
    result = {}
    for one in costs:
        for name, value in one.items():
            result[name] = result.get(name, 0) + value
    return result


def summarize_costs(samples):
    """{cipher: {test: costs of a frame on the air}}, all rounds together."""
    found = {}
    for one in samples:
        if one.get("costs"):
            found.setdefault(one["cipher"], {}).setdefault(one["test"], []).append(one["costs"])
    return {cipher: {test: per_frame(total(costs)) for test, costs in tests.items()}
            for cipher, tests in found.items()}
