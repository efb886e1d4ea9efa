"""Tables of docs/early-warning.md, made from the declarations and the published scores.

``python -m poolcast.budget.warning_documentation docs/early-warning.md`` writes them again between their marks.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from poolcast.budget.real_histories import score_real
from poolcast.budget.warning_rules import BANDS, RULES
from poolcast.budget.warning_scores import SAMPLES, Score, published
from poolcast.budget.warning_series import WATCHED
from poolcast.budget.warning_words import figure
from poolcast.parameters.declarations import PARAMETERS

_BLOCK = re.compile(r"(<!-- begin (?P<name>warning-[a-z-]+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)
_LIGHT = {"yellow": "yellow or worse", "orange": "orange or worse", "red": "red"}
_OURS = ("months_ahead", "experience_chance", "light")
_CURVE_MISSES = (0.01, 0.02, 0.05, 0.10, 0.20, 0.50)


def tables() -> dict[str, str]:
    """Return every table as Markdown by the name of its marks."""
    return {
        "warning-bands": _bands(),
        "warning-rules": _rules(),
        "warning-scores": _scores(),
        "warning-elsewhere": _elsewhere(),
        "warning-chances": _chances(),
        "warning-leads": _leads(),
        "warning-curve": _curve(),
        "warning-experience": _experience(),
        "warning-real": _real(),
        "warning-samples": _samples(),
    }


def renewed(text: str) -> str:
    """Return a page with its tables made again."""
    made = tables()
    return _BLOCK.sub(lambda found: f"{found[1]}{made[found['name']]}{found[3]}", text)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _bands() -> str:
    limits = [PARAMETERS[f"warning.{name}_months"].default for name in ("red", "orange", "ample", "excessive")]
    red, orange, ample, excessive = (f"{limit:g}" for limit in limits)
    spans = ("≤ 0", f"> 0, < {red}", f"{red} to < {orange}", f"{orange} to < {ample}", f"{ample} to {excessive}")
    rows = [
        (band.title.en, band.title.zh, span, band.level, band.action.en, band.source)
        for band, span in zip(BANDS.values(), (*spans, f"> {excessive}"), strict=True)
    ]
    return _table(("band", "中文", "months", "level", "what it asks for", "source"), rows)


def _rules() -> str:
    rows = []
    for rule in RULES.values():
        sign = ">" if rule.fires == "above" else "<"
        limits = [
            f"{sign} {figure(rule, float(PARAMETERS[name].default or 0))}: {level} (`{name}`)"
            for level, name in rule.levels
        ]
        number = f"({rule.number})" if rule.number not in ("", "band") else ""
        books = ", ".join(rule.ledgers)
        rows.append(
            (f"`{rule.id}` {number}".strip(), rule.title.en, rule.title.zh, books, "; ".join(limits), rule.source)
        )
    return _table(("rule", "what", "中文", "ledgers", "threshold: level (parameter)", "source"), rows)


def _rates(one: Score) -> tuple[str, str, str, str]:
    return (
        f"{one.failures:,}",
        f"{100 * one.miss_rate:.1f} ± {100 * one.miss_error:.1f}" if one.failures else "—",
        f"{100 * one.false_alarm_rate:.1f} ± {100 * one.false_alarm_error:.1f}",
        f"{100 * one.low_false_alarm_rate:.0f}",
    )


def _named(one: Score) -> str:
    if one.rule == "light":
        return f"light {_LIGHT[one.level]}"
    rule = RULES[one.rule]
    return f"`{rule.id}` {'>' if rule.fires == 'above' else '<'} {figure(rule, one.threshold)}"


def _later(one: Score) -> str:
    return f"{100 * one.later / one.false_alarms:.0f}" if one.false_alarms else "—"


def _scores() -> str:
    rows = [
        (_named(one), one.ledger, *_rates(one), _later(one))
        for one in published().scores
        if (one.sample, one.failure, one.lead, one.at) == ("regions", "exhausted", 3, "exactly")
    ]
    head = (
        "alarm",
        "ledger",
        "failures",
        "missed %",
        "false alarm %",
        "same, < 9 months %",
        "of them failing within 10 y %",
    )
    return _table(head, rows)


def _elsewhere() -> str:
    rows = [
        (SAMPLES[one.sample].en, _named(one), one.ledger, *_rates(one))
        for one in published().scores
        if one.sample != "regions"
        and one.rule in ("months_ahead", "experience_chance", "light")
        and one.level == "orange"
    ]
    return _table(("funds", "alarm", "ledger", "failures", "missed %", "false alarm %", "same, < 9 months %"), rows)


def _chances() -> str:
    rows = [
        (_named(one), one.ledger, "below 3 months" if one.failure == "red" else "exhausted", *_rates(one)[:3])
        for one in published().scores
        if one.at == "within"
    ]
    return _table(("alarm", "ledger", "failure within five years", "failures", "missed %", "false alarm %"), rows)


def _leads() -> str:
    rows = []
    for failure in ("exhausted", "red"):
        for ledger in WATCHED:
            for lead in (1, 2, 3, 5):
                one = published().score("months_ahead", ledger, "orange", failure, lead)
                if one is not None:
                    what = "exhausted" if failure == "exhausted" else "below 3 months"
                    rows.append((what, ledger, str(lead), *_rates(one)))
    head = ("failure", "ledger", "years ahead", "failures", "missed %", "false alarm %", "same, < 9 months %")
    return _table(head, rows)


def _curve() -> str:
    rows = []
    for curve in published().curves:
        points = np.array(curve.points)
        order = np.argsort(points[:, 1])
        false = np.interp(_CURVE_MISSES, points[order, 1], points[order, 2])
        failure = "exhausted" if curve.failure == "exhausted" else "below 3 months"
        rows.append((failure, f"`{curve.rule}`", curve.ledger, *(f"{100 * value:.1f}" for value in false)))
    head = ("failure", "rule", "ledger", *(f"missed {100 * miss:.0f} %" for miss in _CURVE_MISSES))
    return _table(head, rows)


def _experience() -> str:
    rows = [
        (ledger, f"{one.constant:.4f}", f"{one.months:.4f}", f"{one.balance:.4f}", f"{one.most_months:.0f}",
         f"{one.fund_years:,}", f"{one.failures:,}")
        for ledger, one in published().experience.items()
    ]  # fmt: skip
    return _table(
        ("ledger", "a", "b, a month", "c, a month of balance", "cap", "fund-years", "followed by failure"), rows
    )


def _real() -> str:
    rows = [
        (f"`{one.rule}` {one.level}", str(one.funds), str(one.fund_years), str(one.alarms),
         f"{100 * one.false_alarm_rate:.0f}")
        for one in score_real()
    ]  # fmt: skip
    return _table(("alarm", "funds", "fund-years", "false alarms", "%"), rows)


def _samples() -> str:
    made = published().provenance
    rows = []
    for name, sample in made["samples"].items():
        what = "coefficients and thresholds found here" if name == "fit" else SAMPLES[name].en
        regions = f"{sample['regions']}" + (f", seed {sample['set_seed']}" if sample["name"] != "hebei" else "")
        rows.append((name, what, regions, str(sample["paths"]), str(sample["seed"]), f"`{made['digests'][name][:12]}`"))
    return _table(("sample", "what", "regions", "paths each", "seed of the paths", "digest of the set"), rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the tables of a page again."""
    parser = argparse.ArgumentParser(prog="python -m poolcast.budget.warning_documentation", description=__doc__)
    parser.add_argument("page", type=Path)
    page: Path = parser.parse_args(arguments).page
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
