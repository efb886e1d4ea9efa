"""What the page Solve is put together from: the sentence of controls, the answer in words, the panels, the details."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.charts.grids import Need, heat_map, needs
from poolcast.dashboard.context import Context
from poolcast.dashboard.forecast_panels import Panel
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import goals, takeaways
from poolcast.dashboard.services.goals import Goal
from poolcast.outlook.searching import Solution
from poolcast.outlook.unknowns import Unknown
from poolcast.parameters.declaration import UNITS, Words
from poolcast.reporting.formats import MONTHS, PERCENT, Scale, money_text, months_text, probability_text, year_text
from poolcast.uncertainty.seeking import LikelySolution
from poolcast.uncertainty.seeking_regions import RegionNeed

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

YI = 1e8
USUAL_MONTHS = 6.0


@dataclass(frozen=True)
class Answer:
    """What is known of a goal.

    Parameters
    ----------
    goal : Goal
    probability : float
        Odds asked for.
    paths, seed : int
    central : Solution or None
        Of a single run.
    likely : LikelySolution or None
        With the odds asked for.
    even : RegionNeed or None
        At even odds.
    """

    goal: Goal
    probability: float
    paths: int
    seed: int
    central: Solution | None
    likely: LikelySolution | None
    even: RegionNeed | None

    @classmethod
    def of(cls, goal: Goal, here: Context) -> Answer:
        """Return what is known already."""
        p, paths, seed = here.view.p, here.view.paths, here.view.seed
        likely = goals.held_likely(goal, p, paths, seed)
        found = goals.held_regions(goal, p, paths, seed) or {}
        even = found.get(goal.region, {}).get(goals.EVEN)
        return cls(goal, p, goals.bounded(paths), seed, goals.held_central(goal), likely, even)

    @property
    def best(self) -> Solution | None:
        """The answer with the odds asked for; that of a single run until it is there."""
        return self.central if self.likely is None else self.likely.solution


def usual_target(here: Context, measure: str) -> float:
    """Return the target in view, the usual one where there is none."""
    if here.view.target is not None:
        return here.view.target
    return USUAL_MONTHS if measure == "payable_months" else 0.0


def question(here: Context, choices: Mapping[str, Unknown], text: str, year: int, ask: Callable[[], None]) -> None:
    """Draw the question as a sentence of controls; every change is in the view at once."""
    t, view = here.t, here.view
    first = here.held.base_year + 2

    def say(key: str) -> None:
        st.html(f'<div class="pc-say">{t(key)}</div>', width="content")

    def choose(name: str) -> None:
        session.change(what=name)

    def other_measure(name: str) -> None:
        session.change(goal=name, target=None)

    with (
        st.container(border=True, key="card_question"),
        st.container(horizontal=True, vertical_alignment="center", key="question"),
    ):
        say("ask.set")
        st.selectbox(
            t("ask.unknown"), list(choices), format_func=lambda one: here.say(choices[one].label),
            label_visibility="collapsed", width=252, **session.bound("what", text, choose),
        )  # fmt: skip
        say("ask.so_that")
        st.selectbox(
            t("ask.measure"), list(goals.MEASURES), format_func=lambda one: t(f"goal.{one}"),
            label_visibility="collapsed", width=138, **session.bound("goal", view.goal, other_measure),
        )  # fmt: skip
        say("ask.in")
        st.selectbox(
            t("ask.year"), list(range(first, here.last_year + 1)), label_visibility="collapsed", width=80,
            **session.bound("goal_year", year, lambda one: session.change(year=one)),
        )  # fmt: skip
        if view.goal == "exhaustion":
            say("ask.not_exhausted")
        else:
            _target(here, say)
        say("ask.odds")
        odds = sorted({*goals.PROBABILITIES, view.p})
        st.selectbox(
            t("ask.probability"), odds, format_func=probability_text, label_visibility="collapsed", width=78,
            **session.bound("odds", view.p, lambda one: session.change(p=one)),
        )  # fmt: skip
        st.space("stretch")
        st.button(t("ask.solve"), key=session.key_of("solve"), type="primary", icon=":material/target:", on_click=ask)


def _target(here: Context, say: Callable[[str], None]) -> None:
    money = here.view.goal != "payable_months"
    factor = YI if money else 1.0
    say("ask.at_least")
    st.number_input(
        here.t("ask.target"),
        None if money else 0.0,
        None if money else 60.0,
        step=1.0 if money else 0.5,
        format="%.1f",
        label_visibility="collapsed",
        width=80,
        **session.bound(
            "target",
            float(usual_target(here, here.view.goal) / factor),
            lambda value: session.change(target=float(value) * factor),
        ),
    )
    say("ask.yi" if money else "ask.months")


def condition_words(here: Context, goal: Goal) -> str:
    """Return the target in words."""
    if goal.measure == "payable_months":
        return here.t("condition.payable_months", year=goal.year, target=f"{goal.target:g}")
    amount = money_text(goal.target, here.language)
    return here.t(f"condition.{goal.measure}", year=goal.year, target=amount)


def sentence(here: Context, answer: Answer) -> str:
    """Return the answer, or what is missing for one."""
    found = answer.best
    if found is None:
        return takeaways.solve(None, "", here.language)
    odds = None if answer.likely is None else answer.probability
    told = takeaways.solve(found, condition_words(here, answer.goal), here.language, odds)
    if found.reached:
        return told
    reached = here.t("solve.at_the_limit", value=_reading(here, answer))
    return told + (" " if here.language == "en" else "") + reached


def _reading(here: Context, answer: Answer) -> str:
    """Return what the conditions find at the value that comes nearest."""
    found = answer.best
    assert found is not None
    value = found.checks[0].after.value
    if answer.likely is not None:
        return here.t("solve.odds_reached", share=probability_text(value))
    if answer.goal.measure == "payable_months":
        return months_text(value, here.language)
    if answer.goal.measure == "exhaustion":
        return year_text(int(value) if math.isfinite(value) else None, here.last_year, here.language)
    return money_text(value, here.language)


def basis(here: Context, answer: Answer, title: str) -> list[str]:
    """Return what the answer rests on: error, even odds, whether it was run again, runs and seed."""
    found = answer.best
    if found is None:
        return list(here.scope)
    parts = []
    likely = answer.likely
    if likely is None:
        parts.append(here.t("solve.single_run"))
    elif likely.reached:
        if math.isfinite(likely.error):
            error = takeaways.moved_text(found.unknown, 1.96 * likely.error, here.language).lstrip("+")
            parts.append(here.t("solve.error", error=error))
        if answer.even is not None and answer.even.reached and answer.probability != goals.EVEN:
            value = takeaways.value_text(found.unknown, answer.even.value, here.language)
            parts.append(here.t("solve.even_odds", value=value))
    if found.reached and found.change == 0 and (least := _least(here, answer)) is not None:
        parts.append(here.t("solve.room", value=takeaways.value_text(found.unknown, least, here.language)))
    if likely is not None:
        parts.append(here.t("solve.fresh", share=probability_text(likely.fresh_share)))
    parts.append(here.t("solve.verified" if found.verified else "solve.not_verified"))
    if likely is not None:
        parts += [here.t("c.runs", n=f"{likely.paths:,}"), here.t("c.seed", n=likely.seed)]
    return [*here.scope, title, *parts]


def _least(here: Context, answer: Answer) -> float | None:
    """Return the value that just does it with the odds asked for, where the present one does more than that."""
    found = goals.held_regions(answer.goal, answer.probability, here.view.paths, here.view.seed)
    need = None if found is None else found.get(answer.goal.region, {}).get(answer.probability)
    return need.value if need is not None and need.reached else None


def scale_of(unknown: Unknown) -> Scale:
    """Return the unit in which an unknown is shown."""
    if unknown.unit in ("fraction", "rate_per_year"):
        return PERCENT
    if getattr(unknown, "kind", "set") == "scale":
        return Scale(1.0, 3, Words("times", "倍"))
    english, chinese = UNITS[unknown.unit]
    return Scale(1.0, 2 if unknown.unit == "ratio" else 0, Words(english, chinese))


def grid(here: Context, answer: Answer, found: xr.Dataset, unknown: Unknown) -> Panel:
    """Return payable months for values of the unknown by year; the present row framed, the answer at the right."""
    rates, years = found.rate.values.tolist(), [int(year) for year in found.year.values]
    values = found["payable_months"].values.tolist()
    rows = [takeaways.value_text(unknown, rate, here.language) for rate in rates]
    best = answer.best
    mark = None
    if best is not None and best.reached and best.change != 0:
        arrow = "▲ " if best.value > rates[-1] else "▼ " if best.value < rates[0] else "◄ "
        mark = _between(rates, best.value), arrow + takeaways.value_text(unknown, best.value, here.language)
    present = goals.position_of(rates, unknown.present)
    label = here.say(unknown.label)

    def table() -> pd.DataFrame:
        import pandas as pd

        unit = here.say(MONTHS.unit)
        cells = {f"{year} ({unit})": [round(line[at], 2) for line in values] for at, year in enumerate(years)}
        return pd.DataFrame({label: rows} | cells)

    figure = heat_map(here, rows, [str(year) for year in years], values, MONTHS, present=present, answer=mark)
    return Panel(here.t("solve.grid_title", label=label), figure, table, how=here.t("solve.how_grid"))


def _between(rates: list[float], value: float) -> float:
    """Return where a value lies among the rows of a grid, between two of them where it is none."""
    if value <= rates[0]:
        return 0.0
    for number in range(1, len(rates)):
        if value <= rates[number]:
            return number - 1 + (value - rates[number - 1]) / (rates[number] - rates[number - 1])
    return len(rates) - 1.0


def regions(here: Context, answer: Answer, unknown: Unknown) -> Panel:
    """Return what every region needs; of a set with one region what each of several odds needs."""
    title = here.t("solve.regions_title" if len(here.held.regions) > 1 else "solve.odds_title")
    found = goals.held_regions(answer.goal, here.view.p, here.view.paths, here.view.seed)
    if found is None:
        return Panel(title, None, None)
    p = answer.probability
    lines: list[tuple[Need, str]] = []

    def value(region: str, odds: float) -> float:
        """Return what a region needs; of the region in view what the goal seek found, which looks closer."""
        if region == answer.goal.region and odds == p and answer.likely is not None and answer.likely.solution.change:
            return answer.likely.value if answer.likely.reached else math.nan
        need = found[region].get(odds)
        return need.value if need is not None and need.reached else math.nan

    if len(found) > 1:
        for code, needed in found.items():
            row = Need(
                here.say(here.held.name_of(code)), value(code, goals.EVEN), value(code, p), needed[p].present,
                code == here.region,
            )  # fmt: skip
            lines.append((row, probability_text(needed[p].share)))
        lines.sort(key=lambda line: -(line[0].chosen if math.isfinite(line[0].chosen) else math.inf))
    else:
        (code,) = found
        for odds in sorted(found[code], reverse=True):
            name = here.t("solve.with_odds", odds=probability_text(odds))
            row = Need(name, math.nan, value(code, odds), found[code][odds].present, odds == p)
            lines.append((row, probability_text(found[code][odds].share)))
    scale = scale_of(unknown)
    unit = here.say(scale.unit)

    def table() -> pd.DataFrame:
        import pandas as pd

        heads = (here.t("solve.present"), here.t("solve.even"), here.t("solve.chosen"))
        columns: dict[str, Any] = {here.t("bar.region"): [row.name for row, _ in lines]}
        for head, name in zip(heads, ("present", "even", "chosen"), strict=True):
            columns[f"{head} ({unit})"] = [
                round(getattr(row, name) / scale.divisor, scale.digits + 1) for row, _ in lines
            ]
        columns[here.t("solve.share")] = [share for _, share in lines]
        return pd.DataFrame(columns)

    figure = needs(here, [row for row, _ in lines], scale, here.t("solve.unreachable"))
    return Panel(title, figure, table, note=unit, how=here.t("solve.how_regions"))


def invitation(here: Context, searching: bool, ask: Callable[[], None]) -> None:
    """Draw a sketch of what each region, or each of several odds, needs, and say how it is asked for."""
    several = len(here.held.regions) > 1
    rows = "".join(
        f'<span></span><div>{_EVEN.format(even, most - even) if several else ""}<b style="left:{most}%"></b></div>'
        for even, most in _SKETCH
    )
    st.html(f'<div class="pc-sketch" aria-hidden="true">{rows}</div>')
    if searching:
        st.html(f'<div class="pc-note" role="status">◔ {safe(here.t("solve.searching"))}</div>')
        return
    what = here.t("solve.regions_wait" if several else "solve.odds_wait", odds=probability_text(here.view.p))
    st.html(f'<div class="pc-note">{safe(what)}</div>')
    st.button(here.t("ask.solve"), key=session.key_of("solve_here"), icon=":material/target:", on_click=ask)


_SKETCH = ((58, 82), (46, 70), (38, 58), (26, 44), (14, 30))
"""Where dot and bar of the sketch stand, per cent of its width; it is a shape and holds no numbers."""
_EVEN = '<u style="left:{0}%;width:{1}%"></u><i style="left:{0}%"></i>'
"""What stands for even odds, and for what more the chosen odds need."""


def _change_to(text: str) -> None:
    session.change(what=text)


def other_levers(here: Context, choices: Mapping[str, Unknown], text: str) -> None:
    """Draw two other things that could be changed, where the one asked for does not do it."""
    others = [one for one in choices if one != text][:2]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<div class="pc-note">{here.t("solve.try")}</div>', width="content")
        for number, one in enumerate(others):
            st.button(
                here.say(choices[one].label),
                key=session.key_of(f"other_{number}"),
                on_click=_change_to,
                args=(one,),
                icon=":material/tune:",
            )


def needed_table(here: Context, found: xr.Dataset, unknown: Unknown) -> pd.DataFrame:
    """Return which value so many months at the end of a year need; rows are months, columns years."""
    import pandas as pd

    rows: dict[str, Any] = {
        here.t("solve.months_wanted"): [f"{months:g} {here.say(MONTHS.unit)}" for months in found.months.values]
    }
    for year in found.year.values.tolist():
        values = found["rate_needed"].sel(year=year).values.tolist()
        rows[str(int(year))] = [
            takeaways.value_text(unknown, value, here.language) if math.isfinite(value) else here.t("solve.unreachable")
            for value in values
        ]
    return pd.DataFrame(rows)


def unit_cost(unknown: Unknown, cost: float) -> float:
    """Return the cost of one unit of change: a reader gives that of a percentage point, or of one per cent."""
    if unknown.unit in ("fraction", "rate_per_year"):
        return cost / 0.01
    return cost / (0.01 * abs(unknown.present)) if unknown.present else cost


def package_table(here: Context, package: Any, odds: Mapping[str, float]) -> pd.DataFrame:
    """Return the parts of a package: now, then, change, cost, and what the part would cost alone."""
    import pandas as pd

    rows = []
    for part in package.parts:
        unknown, alone = part.unknown, package.alone[part.unknown.text]
        present = takeaways.value_text(unknown, unknown.present, here.language)
        rows.append(
            {
                here.t("solve.what"): here.say(unknown.label),
                here.t("solve.present"): present,
                here.t("solve.then"): takeaways.value_text(unknown, part.value, here.language),
                here.t("solve.change"): takeaways.moved_text(unknown, part.change, here.language),
                here.t("solve.cost"): round(part.cost, 2),
                here.t("solve.alone"): f"{alone:,.2f}" if math.isfinite(alone) else here.t("solve.cannot"),
            }
        )
    return pd.DataFrame(rows)
