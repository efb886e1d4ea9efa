"""What stands around the six panels of the page Forecast: settings, and the details below the fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.context import Context
from poolcast.dashboard.forecast_panels import Fund, dependency, flows, parts, stock
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.chart_card import show_table
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import funds
from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.funds import Ages
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.reporting.formats import rounded

if TYPE_CHECKING:
    import pandas as pd

_WITH_COHORTS = ("EPF", "RPF")


def settings(here: Context) -> None:
    """Draw the last year of the projection and the unit of money, behind a button."""
    base, longest = here.held.base_year, here.held.longest
    years = sorted({year for year in range(base + 1, longest + 1) if year % 5 == 0} | {here.last_year, longest})

    def change(year: int) -> None:
        session.change(to=None if year == here.held.last_year else year)

    with st.popover(here.t("forecast.settings"), icon=":material/tune:", key="forecast_settings"):
        st.selectbox(
            here.t("forecast.to"),
            years,
            disabled=not here.loaded.is_named,
            **session.bound("to", here.last_year, change),
        )
        session.select(
            "unit",
            ["auto", "yi", "wan", "yuan"],
            here.t("forecast.unit_label"),
            lambda unit: here.t(f"money_unit.{unit}"),
        )


def ages_table(here: Context, ages: Ages) -> pd.DataFrame:
    """Return the people of a year by age group, sex and part."""
    import pandas as pd

    names = [here.t(f"forecast.{part}") for part in ("children", "working", "retired")]
    sexes = {"male": here.t("forecast.men"), "female": here.t("forecast.women")}
    frame: dict[str, Sequence[object]] = {here.t("u.age"): ages.groups}
    for sex, title in sexes.items():
        for part, name in enumerate(names):
            frame[f"{title} {name}"] = [round(float(value)) for value in ages.parts[sex][part]]
    return pd.DataFrame(frame)


def below(fund: Fund, found: Found | None, year: int) -> None:
    """Draw the details: actuarial balance, birth cohorts, pooling, and one file with every panel.

    Parameters
    ----------
    fund : Fund
    found : Found or None
        Bands of the scenario, where they are known.
    year : int
        Of the pyramid.
    """
    here = fund.here
    box = st.expander(here.t("forecast.below"), key="forecast_below", on_change="rerun")
    if not box.open:
        return
    with box:
        left, right = st.columns(2)
        with left:
            _balance(fund)
        with right:
            _cohorts(fund)
        _pool(fund)
        _download(fund, found, year)


def _head(title: str, note: str) -> None:
    st.html(f'<div class="pc-head">{safe(title)}</div><div class="pc-note">{safe(note)}</div>')


def _balance(fund: Fund) -> None:
    import pandas as pd

    here = fund.here
    _head(here.t("forecast.balance_title"), here.t("forecast.balance_note"))
    rows = funds.actuarial_rows(fund.item, here.region, here.ledger)
    names = [name for name in rows[0] if name != "horizon"]
    frame = {here.t("forecast.horizon"): [f"{row['horizon']:.0f}" for row in rows]}
    for name in names:
        head = f"{here.say(MEASURES[name].label)} %"
        frame[head] = [rounded(row[name] * 100, 2) if row[name] == row[name] else "—" for row in rows]
    show_table(pd.DataFrame(frame), key="table_balance", alt=here.t("forecast.balance_title"))


def _cohorts(fund: Fund) -> None:
    here = fund.here
    _head(here.t("forecast.cohorts_title"), here.t("forecast.cohorts_note"))
    if here.ledger not in _WITH_COHORTS:
        st.caption(here.t("forecast.no_cohorts"))
        return
    found = funds.cohorts(fund.item)
    own = found[(found.region == here.region) & (found.ledger == here.ledger) & (found.cohort % 10 == 0)]
    frame = own[["cohort", "ratio", "ratio_with_subsidy"]].round(2)
    frame = frame.assign(cohort=frame["cohort"].astype(str))
    keys = ("forecast.cohort", "forecast.ratio", "forecast.ratio_with_subsidy")
    frame.columns = [here.t(key) for key in keys]
    show_table(frame, key="table_cohorts", alt=here.t("forecast.cohorts_title"), height=220)


def _pool(fund: Fund) -> None:
    here, forecast = fund.here, fund.item.forecast
    names = here.held.name_of
    members = funds.pool_parts(fund.item, here.region)
    if here.region in here.pools:
        listed = ("、" if here.language == "zh" else ", ").join(here.say(names(code)) for code in members)
        text = here.t("forecast.pool_members", pool=here.region_name, members=listed)
    else:
        pool = str(forecast.pool.sel(region=here.region).values)
        kept = fund.item.outcome.has_reserve(here.region, here.ledger)
        values = {"region": here.region_name, "ledger": here.ledger_name}
        own = kept or not pool
        text = (
            here.t("forecast.pool_own", **values)
            if own
            else here.t("forecast.pool_of", **values, pool=here.say(names(pool)))
        )
    _head(here.t("forecast.pool_title"), text)


def _download(fund: Fund, found: Found | None, year: int) -> None:
    """Draw the file of every panel as it is shown: with the bands that are known, and the pyramid of its year."""
    here = fund.here
    panels = [stock(fund, found, measure) for measure in ("payable_months", "reserve")]
    panels += [parts(fund, "revenue"), parts(fund, "expenditure"), flows(fund), dependency(fund)]
    sheets = {panel.title: panel.table() for panel in panels if panel.table is not None}
    ages = funds.ages_of(fund.item, here.region, year)
    if ages is not None:
        sheets[f"{here.t('forecast.pyramid')} {year}"] = ages_table(here, ages)
    st.download_button(
        here.t("forecast.all_panels"),
        files.as_xlsx(sheets, here),
        files.file_name(here, "forecast", "xlsx"),
        files.XLSX,
        key=session.key_of("forecast_all"),
        on_click="ignore",
        icon=":material/download:",
    )
