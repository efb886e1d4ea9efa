"""The JSON document of ``poolcast run --json``: documented, stable, one document for all scenarios of a command.

Keys of ``poolcast.run/1``::

    poolcast        version of the package
    schema          "poolcast.run/1"; a change that breaks readers changes the number
    set, set_digest name and content digest of the assumption set; set_title, set_title_zh
    synthetic       true where the set holds generated data
    base_year, last_year
    prices          "nominal", "real" (constant yuan of the base year) or "gdp" (fractions of GDP)
    currency, unit  "CNY" and "yuan"; with prices "gdp" the unit is "fraction"
    payable_months_basis  "current": reserve over the monthly expenditure of the same year
    regions         [{code, kind: region | pool, name, name_zh}]
    ledgers         [{code, name, name_zh}], those held
    scenarios       [{name, title, title_zh, digest, rows, events, calibration, run_folder}]
      rows          [{region, ledger, year, revenue, expenditure, balance, interest, revenue_before_interest,
                      balance_before_interest, reserve, payable_months}], from the base year on; revenue and
                      expenditure as the accounts print them (interest and subsidy inside), so that the row of the
                      base year is the published one; reserve at 31 December
      events        [{region, ledger, first_deficit, first_deficit_before_interest, exhaustion}], years; null: not
                      within the horizon
      calibration   [{name, its axes, value, within_range}]
      birth_cohorts [{region, ledger, cohort, from_age, to_age, ratio, ratio_with_subsidy, present_value_of_benefits,
                      _of_contributions, _of_subsidies, _of_account_contributions, from_year, to_year}], birth years
                      of full decades, ledger EPF, RPF or all, yuan of the end of the base year whatever the prices;
                      tables/birth_cohorts.csv has every birth year
      run_folder    where the run was saved, null where it was not
    warnings        [text]

A value that is not defined (a ledger without a reserve) is null. A ledger that a region does not hold has no rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from poolcast import __version__
from poolcast.reporting.outcome import EVENTS, Outcome, all_regions
from poolcast.reporting.tables import ACCOUNT_MEASURES, calibration_rows

SCHEMA = "poolcast.run/1"


def run_document(
    outcomes: Sequence[Outcome],
    prices: str,
    folders: Mapping[str, Path] | None = None,
    warnings: Sequence[str] = (),
    regions: Sequence[str] | None = None,
    ledgers: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return the document of one command.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Scenarios over one assumption set.
    prices : {"nominal", "real", "gdp"}
        How money is expressed.
    folders : mapping, optional
        Run folder by scenario.
    warnings : sequence of str
        What the reader must know.
    regions, ledgers : sequence of str, optional
        Which to show; all by default.
    """
    first = outcomes[0]
    attributes = first.forecast.attrs
    names = all_regions(outcomes)
    regions = list(names) if regions is None else regions
    ledgers = first.ledgers if ledgers is None else ledgers
    kinds = {
        code: str(kind)
        for outcome in outcomes
        for code, kind in zip(outcome.regions, outcome.forecast["kind"].values, strict=True)
    }
    return {
        "poolcast": __version__,
        "schema": SCHEMA,
        "set": str(attributes["set"]),
        "set_title": str(attributes["title"]),
        "set_title_zh": str(attributes["title_zh"]),
        "set_digest": str(attributes["set_digest"]),
        "synthetic": first.synthetic,
        "base_year": first.base_year,
        "last_year": first.last_year,
        "prices": prices,
        "currency": "CNY",
        "unit": "fraction" if prices == "gdp" else "yuan",
        "payable_months_basis": str(attributes["payable_months_basis"]),
        "regions": [{"code": code, "kind": kinds[code], **_names(names[code])} for code in regions],
        "ledgers": [{"code": code, **_names(first.ledger_name(code))} for code in ledgers],
        "scenarios": [_scenario(outcome, prices, folders or {}, regions, ledgers) for outcome in outcomes],
        "warnings": [*warnings],
    }


def calibration_warnings(outcomes: Sequence[Outcome]) -> list[str]:
    """Return one sentence for each calibration factor outside the range that needs no explanation."""
    from poolcast.projection.control_totals import WARNING_RANGE

    low, high = WARNING_RANGE
    sentences = {}
    for outcome in outcomes:
        for row in calibration_rows(outcome.forecast):
            if not row["within_range"]:
                axes = [str(value) for key, value in row.items() if key not in ("name", "value", "within_range")]
                place = f"{row['name']} ({', '.join(axes)})"
                sentences[place] = f"calibration factor {place} is {row['value']:.3f}, outside {low:.2f} to {high:.2f}"
    return list(sentences.values())


def _scenario(
    outcome: Outcome, prices: str, folders: Mapping[str, Path], regions: Sequence[str], ledgers: Sequence[str]
) -> dict[str, Any]:
    places = [(region, ledger) for region in regions for ledger in ledgers if outcome.holds(region, ledger)]
    rows = []
    for region, ledger in places:
        series = {name: outcome.series(name, region, ledger, prices) for name in ACCOUNT_MEASURES}
        for position, year in enumerate(outcome.years):
            values = {name: _finite(values[position]) for name, values in series.items()}
            rows.append({"region": region, "ledger": ledger, "year": year, **values})
    events = [
        {"region": region, "ledger": ledger, **{name: outcome.event_year(name, region, ledger) for name in EVENTS}}
        for region, ledger in places
    ]
    folder = folders.get(outcome.name)
    return {
        "name": outcome.name,
        "title": outcome.title.en,
        "title_zh": outcome.title.zh,
        "digest": str(outcome.forecast.attrs["scenario_digest"]),
        "rows": rows,
        "events": events,
        "calibration": calibration_rows(outcome.forecast),
        "birth_cohorts": _birth_cohorts(outcome, regions, ledgers),
        "run_folder": None if folder is None else str(folder),
    }


def _birth_cohorts(outcome: Outcome, regions: Sequence[str], ledgers: Sequence[str]) -> list[dict[str, Any]]:
    if "benefits_by_age" not in outcome.forecast:
        return []
    from poolcast.outlook.birth_cohorts import ALL, birth_cohorts

    table = birth_cohorts(outcome.forecast)
    shown = (table.cohort % 10 == 0) & table.region.isin(list(regions)) & table.ledger.isin([*ledgers, ALL])
    return [
        {str(key): _finite(value) if isinstance(value, float) else value for key, value in row.items()}
        for row in table[shown].to_dict("records")
    ]


def _names(words: Any) -> dict[str, str]:
    return {"name": words.en, "name_zh": words.zh}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
