"""Real histories of funds, and how the warning rules would have done on them: only false alarms can be seen there.

None of the published series holds a fund that was exhausted, so nothing can be said of misses; `warning_scoring`
measures those on simulated funds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np

from poolcast.budget.warning_rules import BY_YEAR, Level
from poolcast.budget.warning_scores import LEAD
from poolcast.budget.warning_series import FundSeries
from poolcast.parameters.assumptions import Source
from poolcast.parameters.declaration import Words

FILE = Path(__file__).resolve().parent / "data" / "real_histories.csv"
_NHSA = "National Healthcare Security Administration (国家医疗保障局)"
_NBS = "National Bureau of Statistics (国家统计局)"
_BULLETIN = "年全国医疗保障事业发展统计公报 (statistical bulletin on healthcare security)"
SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        Source(
            "NHSA_DS_MACRO", "1998年-2025年全国经济人口卫生医保相关数据 (economy, insurance 1998-2025)",
            _NHSA, "2026", "https://www.nhsa.gov.cn/art/2026/7/6/art_257_21309.html", "B-", "transcribed from an image",
        ),
        Source("NHSA_B2021_TXT", f"2021{_BULLETIN}", _NHSA, "2022", "https://www.nhsa.gov.cn/", "A-", "read in a copy"),
        Source(
            "NHSA_B2022_NEWS", f"2022{_BULLETIN}", _NHSA, "2023", "https://www.nhsa.gov.cn/", "B",
            "as reported in the press",
        ),
        Source(
            "NHSA_B2023", f"2023{_BULLETIN}", _NHSA, "2024",
            "https://www.nhsa.gov.cn/art/2024/7/25/art_7_13340.html", "B+",
        ),
        Source(
            "NHSA_B2024", f"2024{_BULLETIN}", _NHSA, "2025",
            "https://www.nhsa.gov.cn/art/2025/7/14/art_7_17248.html", "B+",
        ),
        Source(
            "NHSA_B2025", f"2025{_BULLETIN}", _NHSA, "2026",
            "https://www.nhsa.gov.cn/art/2026/7/16/art_7_21451.html", "B+",
            "reserves of the end of 2025 rolled forward from 2024",
        ),
        Source(
            "NBS_2007_2337", "China Statistical Yearbook 2007, table 23-37", _NBS, "2007",
            "https://www.stats.gov.cn/sj/ndsj/2007/html/W2337e.htm", "A", "copy cut off after Guizhou",
        ),
        Source(
            "NBS_2009_2244", "China Statistical Yearbook 2009, table 22-44", _NBS, "2009",
            "http://www.stats.gov.cn/tjsj/ndsj/2009/html/W2244e.htm", "A", "copy cut off after Gansu",
        ),
        Source(
            "NBS_TJ", "国家数据 分省年度数据: 城镇基本医疗保险 (national data by province)", _NBS, "2023",
            "https://data.stats.gov.cn/", "B", "the copy does not name the region; Tianjin by its figures",
        ),
    )
}  # fmt: skip
"""Documents behind the histories."""


@dataclass(frozen=True)
class RealHistory:
    """A published series of a fund.

    Parameters
    ----------
    place : Words
    series : FundSeries
        Years without figures between two published ones are NaN.
    sources, notes : tuple of str
    """

    place: Words
    series: FundSeries
    sources: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RealScore:
    """What a rule did on real funds, none of which was exhausted.

    Parameters
    ----------
    rule : str
    level : Level
    funds, fund_years : int
        Of which the value of the rule is known, and that the reserve was not exhausted three years later (two for the
        provinces of 2006, of which nothing later than 2008 is known).
    alarms : int
        False alarms among them.
    """

    rule: str
    level: Level
    funds: int
    fund_years: int
    alarms: int

    @property
    def false_alarm_rate(self) -> float:
        """Alarms over fund-years."""
        return self.alarms / self.fund_years if self.fund_years else float("nan")


@lru_cache(maxsize=1)
def real_histories() -> tuple[RealHistory, ...]:
    """Return every published series of a fund that came to hand."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["place"], row["ledger"], int(row["year"])))
    found = []
    for (place, ledger), group in groupby(rows, key=lambda row: (row["place"], row["ledger"])):
        given = {int(row["year"]): row for row in group}
        years = tuple(range(min(given), max(given) + 1))
        figures = {
            name: np.array([float(given[year][name]) if year in given else np.nan for year in years])
            for name in ("revenue", "expenditure", "reserve")
        }
        found.append(
            RealHistory(
                Words(place, next(iter(given.values()))["place_zh"]),
                FundSeries(ledger, years, figures),
                tuple(dict.fromkeys(row["source"] for row in given.values())),
                tuple(dict.fromkeys(row["note"] for row in given.values() if row["note"])),
            )
        )
    return tuple(found)


def score_real(lead: int = LEAD) -> Iterator[RealScore]:
    """Return the false alarms of every rule that the published figures answer."""
    for rule in BY_YEAR:
        if not {"revenue", "expenditure", "reserve"}.issuperset(rule.reads):
            continue
        assert rule.value is not None
        for level, _ in rule.levels:
            funds = years = alarms = 0
            for history in real_histories():
                series = history.series
                limit = dict(rule.thresholds(series.ledger))[level]
                values = rule.value(series)
                judged = np.isfinite(values) & _not_exhausted_later(series, lead)
                funds += bool(judged.any())
                years += int(judged.sum())
                alarms += int((judged & rule.fired(values, limit)).sum())
            yield RealScore(rule.id, level, funds, years, alarms)


def _not_exhausted_later(series: FundSeries, lead: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return the years after which the reserve is known to have lasted for the lead, or to the end of the series."""
    reserve = series["reserve"]
    last = len(series.years) - 1
    span = min(lead, last)  # the provinces of 2006 are known again in 2008 only
    result = np.zeros(len(series.years), dtype=bool)
    for year in range(len(series.years) - span):
        later = reserve[year + 1 : year + span + 1]
        result[year] = bool(
            reserve[year] > 0 and (later[np.isfinite(later)] > 0).all() and np.isfinite(later[-1:]).all()
        )
    return result & (np.arange(len(series.years)) < last)
