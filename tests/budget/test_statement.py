"""The statement: the engine's figures for every year, sums, transfers and stocks, and rounding that keeps them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import poolcast
from poolcast.budget.accounts_by_line import accounts_by_line
from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.lines import declared_for
from poolcast.budget.statement import Statement, statement_of
from poolcast.parameters.errors import ResultError
from poolcast.projection.engine import run
from poolcast.projection.flows import FINANCED_BY_NEED
from poolcast.projection.forecast import label
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES
from tests.projection.test_common_ledger import apart, merged


def _places(china: AnnualBudget, hebei: AnnualBudget) -> list[tuple[AnnualBudget, str]]:
    return [(china, "000000"), (hebei, "130200"), (hebei, "130000")]


def _expect(wanted: float, found: float) -> None:
    if np.isnan(wanted):
        assert np.isnan(found)
    else:
        assert found == wanted


def test_every_year_is_the_engines(china: AnnualBudget, hebei: AnnualBudget) -> None:
    for one, region in _places(china, hebei):
        forecast = poolcast.project(one.read)
        place = forecast.sel(region=region)
        for year in one.accounts.years:
            made = statement_of(one.accounts, region, year)
            of_year = place.sel(year=year)
            for ledger in made.ledgers:
                engine = of_year.sel(ledger=ledger)
                _expect(float(engine.expenditure), made.value("E", ledger))
                _expect(float(engine.revenue), made.value("R", ledger))
                _expect(float(engine.balance), made.value("B1", ledger))
                _expect(float(engine.reserve), made.value("B3", ledger))
                _expect(float(engine.payable_months), made.value("B4.1", ledger))
                for side, lines in (("revenue", REVENUE_LINES), ("expenditure", EXPENDITURE_LINES)):
                    booked = engine[f"{side}_by_line"].values
                    for number, line in enumerate(lines):
                        shown = made.value(line, ledger)
                        assert shown == booked[number] or (np.isnan(shown) and not np.nan_to_num(booked[number]))


def test_every_year_foots(china: AnnualBudget, hebei: AnnualBudget) -> None:
    for one, region in _places(china, hebei):
        for year in one.accounts.years[::3]:
            assert not statement_of(one.accounts, region, year).misfits(0.01)


@pytest.mark.parametrize("unit", [1.0, 1e4, 1e6, 1e8])
def test_displayed_figures_foot_exactly(china: AnnualBudget, hebei: AnnualBudget, unit: float) -> None:
    for one, region in _places(china, hebei):
        for year in (2026, 2027, 2033, 2060):
            made = statement_of(one.accounts, region, year)
            shown = made.displayed(unit)
            assert not shown.misfits(0.0)
            money = [number for number, line in enumerate(made.lines) if line.unit == "yuan"]
            apart = np.abs(shown.amounts - made.amounts)[..., money] / unit
            assert np.nanmax(apart, initial=0.0) <= 2.0
            whole = shown.amounts[..., money] / unit
            assert np.array_equal(np.isnan(whole), np.isnan(made.amounts[..., money]))
            assert np.nanmax(np.abs(whole - np.rint(whole)), initial=0.0) < 1e-6


def test_an_opening_reserve_is_shown_as_the_last_closing_one(hebei: AnnualBudget) -> None:
    shown = hebei.statements["130200"].displayed(1e6)
    for before, after in (("outcome", "outlook"), ("outlook", "draft"), ("draft", "plan_2")):
        for ledger in ("EPF", "EPA", "RPF", "LTCI"):
            assert shown.value("B3", ledger, before) == shown.value("B2", ledger, after)


def test_a_year_is_shown_alike_in_every_statement(china: AnnualBudget) -> None:
    as_draft = statement_of(china.accounts, "000000", 2027).displayed(1e6)
    as_outlook = statement_of(china.accounts, "000000", 2028).displayed(1e6)
    one, other = as_draft.amounts[as_draft.column("draft")], as_outlook.amounts[as_outlook.column("outlook")]
    assert np.array_equal(one, other, equal_nan=True)


def test_transfers_stand_on_both_sides(hebei: AnnualBudget) -> None:
    made = hebei.statements["130100"]
    assert made.value("R1.9", "EPF") == -made.value("R4/EPF", "EPA")
    assert made.value("E3/LTCI", "EPF") + made.value("E3/LTCI", "EPA") == pytest.approx(made.value("R4", "LTCI"))
    assert made.value("E2", "RPF") == made.value("R4/RPF", "CII")
    assert made.value("E3/RPF", "MAF") == made.value("R2.4", "RPF")
    assert made.value("E1.7/VBPR", "RPF") == made.value("R4/RPF", "VBPR")
    pairs = {(one.source, one.target) for one in made.transfers}
    assert {("EPF", "EPA"), ("EPF", "LTCI"), ("EPA", "LAS"), ("RPF", "CII"), ("MAF", "RPF")} <= pairs


def _broken(made: Statement, line: str, ledger: str, by: float) -> Statement:
    amounts = made.amounts.copy()
    amounts[made.column("draft"), made.ledgers.index(ledger), made.row(line)] += by
    return replace(made, amounts=amounts)


@pytest.mark.parametrize(
    ("line", "ledger", "what"),
    [
        ("R1.1", "EPF", "EPF R1"),
        ("E1.2", "RPF", "RPF E1"),
        ("E", "EPF", "EPF E"),
        ("B1", "EPA", "EPA B1"),
        ("B2", "RPF", "RPF B3"),
        ("R1.9", "EPF", "EPF to EPA"),
        ("E2", "RPF", "RPF to CII"),
    ],
)
def test_what_does_not_foot_is_named(hebei: AnnualBudget, line: str, ledger: str, what: str) -> None:
    made = hebei.statements["130100"]
    found = _broken(made, line, ledger, 0.02).misfits(0.01)
    assert any(what in problem.file for problem in found)


def test_columns(china: AnnualBudget) -> None:
    made = china.statements["000000"]
    assert [(one.key, one.year) for one in made.columns] == [
        ("outcome", 2025),
        ("outlook", 2026),
        ("draft", 2027),
        ("plan_2", 2028),
        ("plan_3", 2029),
    ]
    assert made.columns[0].basis.en == "accounts of the closed year"
    assert china.year == china.read.base_year + 2
    last = statement_of(china.accounts, "000000", 2060)
    assert [one.key for one in last.columns] == ["outcome", "outlook", "draft"]
    first = statement_of(china.accounts, "000000", 2025)
    assert [one.key for one in first.columns] == ["draft", "plan_2", "plan_3"]
    assert not first.misfits(0.01)


def test_change(china: AnnualBudget) -> None:
    made = china.statements["000000"]
    row, ledger = made.row("E1.1"), made.ledgers.index("EPF")
    before, after = (made.value("E1.1", "EPF", column) for column in ("outlook", "draft"))
    assert made.change()[ledger, row] == after - before
    assert made.relative_change()[ledger, row] == (after - before) / before
    credit = made.row("R1.9")
    assert made.relative_change()[ledger, credit] > 0 > made.value("R1.9", "EPF"), "a smaller deduction is a rise"


def test_official_figures_of_the_closed_year(china: AnnualBudget) -> None:
    made = china.statements["000000"]
    for line, ledger, wanted in (
        ("R", "EPF", 18292.91),
        ("E", "EPF", 13594.28),
        ("B3", "EPF", 35144.13),
        ("R", "EPA", 6390.69),
        ("E", "EPA", 5782.28),
        ("R", "RPF", 11237.72),
        ("E", "RPF", 10678.63),
        ("B3", "RPF", 8742.11),
    ):
        assert made.value(line, ledger, "outcome") / 1e8 == pytest.approx(wanted, abs=0.005)


def test_rows_that_do_not_apply_are_empty(china: AnnualBudget) -> None:
    made = china.statements["000000"]
    assert np.isnan(made.value("R2", "EPA"))
    assert np.isnan(made.value("E2", "EPF"))
    assert made.value("R5", "EPF") == 0.0, "the official statement has the line"
    assert declared_for("R5", "EPF")
    assert not declared_for("E2", "EPF")
    assert all(np.isnan(made.value("R", ledger)) for ledger in made.ledgers if ledger in FINANCED_BY_NEED)
    codes = [line.code for line in made.lines_of("EPA")]
    assert "R4/EPF" in codes
    assert "R1.1" not in codes


def test_memo_lines(china: AnnualBudget) -> None:
    made, forecast = china.statements["000000"], china.forecast
    here = forecast.sel(region="000000", year=2027)
    assert made.value("M3", "EPF") == float(here.arrears)
    assert made.value("M1", "EPF") == float(here.prepaid.sel(ledger="EPF"))
    assert made.value("M2", "EPF") == pytest.approx(30 / 250 * made.value("E1", "EPF"))
    months = 12 * made.value("B3", "EPF") / made.value("E", "EPF", "plan_2")
    assert made.value("B4.2", "EPF") == pytest.approx(months)


@pytest.mark.parametrize("seed", [1, 663, 4021])
@pytest.mark.parametrize("shared", ["none", "both", "parent"])
@pytest.mark.parametrize("merges", [False, True])
def test_any_set_foots(seed: int, shared: str, merges: bool) -> None:
    """Pools, adjustment funds and merged schemes: sums, transfers, stocks, and the figures displayed."""
    options = (
        {"employee_pool": "parent", "resident_pool": "parent"} if shared == "parent" else {"adjustment_fund": shared}
    )
    assumptions = merged(apart(seed, **options)) if merges else apart(seed, **options)
    projection = run(assumptions)
    forecast = label(projection, with_paths=False)
    accounts = accounts_by_line(projection, forecast)
    for region in accounts.regions:
        for year in (accounts.years[0], 2027, 2028, accounts.years[-1]):
            made = statement_of(accounts, region, year)
            assert not made.misfits(0.01)
            assert not made.displayed(1e4).misfits(0.0)
    if merges and shared != "parent":
        opened = statement_of(accounts, "C", 2028)
        assert opened.value("B2.1", "EPF") == -opened.value("B2.1", "RPF")
        assert opened.value("R4/EPF", "CII") > 0
    if shared == "both":
        rows = [line.code for line in accounts.lines]
        paid, received = (accounts.amounts[..., rows.index(code)] for code in ("E5", "R6"))
        funds = [accounts.ledgers.index(ledger) for ledger in ("EPF", "RPF")]
        into = received[:, :, accounts.ledgers.index("ADJ")]
        assert np.nansum(paid[:, :, funds]) == pytest.approx(np.nansum(into))
        assert np.nansum(into) > 0


def test_what_is_unknown_is_refused(china: AnnualBudget) -> None:
    made = china.statements["000000"]
    for line, ledger, column in (("R1.11", "EPF", "draft"), ("R1.1", "EFP", "draft"), ("R1.1", "EPF", "drfat")):
        with pytest.raises(ResultError, match="allowed"):
            made.value(line, ledger, column)
    with pytest.raises(ResultError, match="2025 to 2060"):
        statement_of(china.accounts, "000000", 2061)
    with pytest.raises(ResultError, match="Name a year"):
        budget(china.read, year=2024)


def test_table(china: AnnualBudget) -> None:
    table = china.statements["000000"].table("RPF").set_index("line")
    assert table.loc["R", "draft"] == china.statements["000000"].value("R", "RPF")
    assert table.loc["R2.1", "label_zh"] == "中央财政补助"
    assert table.loc["R2.1", "level"] == 2
