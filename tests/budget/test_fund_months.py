"""Months inside the budget: what is phased, what months change of the statement, and which files are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poolcast.budget.accounts_with_months import accounts_with_months
from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.fund_months import MonthsOfBudget, parse_as_of
from poolcast.budget.reading_months import MonthsRead
from poolcast.parameters.errors import ResultError

CHINA = "000000"


def on_budget(made: AnnualBudget, ledger: str, factors: dict[str, float], months: int = 5) -> MonthsRead:
    """Return months that follow the phased budget times a factor by line."""
    assert made.months is not None
    watched = made.months.of(CHINA, ledger).watched
    found = {}
    for number, line in enumerate(watched.patterns.lines):
        amounts = np.full(12, np.nan)
        amounts[:months] = watched.phased[number, :months] * factors.get(line, 1.0)
        found[CHINA, ledger, line, 2026] = amounts
    return MonthsRead("months.csv", found)


def with_months(made: AnnualBudget, read: MonthsRead, known: int | None = None, ledger: str = "") -> AnnualBudget:
    months = MonthsOfBudget(made.projection, made.accounts, 2026, None, read, known, ledger)
    return replace(made, months=months)


def test_without_months_the_statement_is_the_engines(china: AnnualBudget) -> None:
    assert china.months is not None
    assert china.months.accounts() is china.accounts
    assert china.months.given == ()
    assert china.adjustments == {}
    assert china.months.known == 0


def test_months_on_budget_leave_the_outlook_nearly_there(china: AnnualBudget) -> None:
    watched = with_months(china, on_budget(china, "RPF", {}))
    before, after = china.statements[CHINA], watched.statements[CHINA]
    for line in ("R", "E", "E1.1"):
        # the nowcast is a median, the projection a mean: half a per cent apart
        assert after.value(line, "RPF", "outlook") == pytest.approx(before.value(line, "RPF", "outlook"), rel=0.006)


def test_months_off_budget_move_the_outlook_and_every_later_reserve(china: AnnualBudget) -> None:
    watched = with_months(china, on_budget(china, "RPF", {"E1.1": 1.2}))
    before, after = china.statements[CHINA], watched.statements[CHINA]
    assert after.misfits(0.01) == ()
    outlook = watched.months.of(CHINA, "RPF").watched.outlook
    place = outlook.lines.index("E1.1")
    assert after.value("E1.1", "RPF", "outlook") == outlook.nowcast.central[place]
    assert after.value("E1.1", "RPF", "draft") == before.value("E1.1", "RPF", "draft")
    moved = after.value("B3", "RPF", "outlook") - before.value("B3", "RPF", "outlook")
    assert moved < -5e10
    for column in ("draft", "plan_2", "plan_3"):
        assert after.value("B3", "RPF", column) - before.value("B3", "RPF", column) == pytest.approx(moved, rel=1e-9)
        assert after.value("B1", "RPF", column) == before.value("B1", "RPF", column)
    assert after.value("B2", "RPF", "draft") == after.value("B3", "RPF", "outlook")
    spent, left = after.value("E", "RPF", "draft"), after.value("B3", "RPF", "outlook")
    assert after.value("B4.2", "RPF", "outlook") == pytest.approx(12 * left / spent)
    assert after.columns[after.column("outlook")].basis.en.startswith("months to 2026-05")
    np.testing.assert_array_equal(after.amounts[:, 0], before.amounts[:, 0])  # the employees' fund has no months
    (line,) = watched.adjustments[CHINA, "RPF"].adjustments
    assert line.line == "E1.1"
    assert any(one.ledger == "RPF" and one.what.en.startswith("line E1.1 +20.0%") for one in watched.months.alerts())
    fund = next(one for one in watched.warnings.funds if one.ledger == "RPF")
    assert any(one.rule.id == "execution" for one in fund.warnings)


def test_a_transfer_follows_the_ledger_that_pays(china: AnnualBudget) -> None:
    watched = with_months(china, on_budget(china, "EPF", {"R1.9": 0.5, "E3": 2.0}))
    after = watched.statements[CHINA]
    assert after.misfits(0.01) == ()
    paid = after.value("R1.9", "EPF", "outlook")
    assert paid > 0.8 * china.statements[CHINA].value("R1.9", "EPF", "outlook")
    assert after.value("R4/EPF", "EPA", "outlook") == pytest.approx(-paid)
    assert after.value("R4/EPF", "LTCI", "outlook") == pytest.approx(after.value("E3/LTCI", "EPF", "outlook"))


def test_only_totals_move_the_lines_in_proportion(china: AnnualBudget) -> None:
    before = china.statements[CHINA]
    total = 1.1 * before.value("E", "RPF", "outlook")
    moved = accounts_with_months(china.accounts, 2026, {(CHINA, "RPF"): {"R": 1.0e12, "E": total}})
    here = moved.at(CHINA, 2026)[moved.ledgers.index("RPF")]
    at = {line.code: number for number, line in enumerate(moved.lines)}
    assert here[at["E"]] == pytest.approx(total)
    assert here[at["R"]] == pytest.approx(1.0e12)
    assert here[at["E2"]] == before.value("E2", "RPF", "outlook")  # the other side of it has no months
    scale = (total - here[at["E2"]]) / (before.value("E", "RPF", "outlook") - here[at["E2"]])
    assert here[at["E1.1"]] == pytest.approx(scale * before.value("E1.1", "RPF", "outlook"))
    assert here[at["B1"]] == pytest.approx(here[at["R"]] - here[at["E"]])
    assert china.accounts.at(CHINA, 2026)[2, at["E"]] == before.value("E", "RPF", "outlook")  # untouched itself


def test_a_file_of_totals_is_watched_by_its_totals(china: AnnualBudget) -> None:
    phased = china.months.of(CHINA, "RPF").watched.phased
    lines = china.months.of(CHINA, "RPF").lines
    expenditure = phased[[number for number, line in enumerate(lines) if line.startswith("E")]].sum(0)
    expenditure[6:] = np.nan
    watched = with_months(china, MonthsRead("m.csv", {("", "", "E", 2026): expenditure}), ledger="RPF")
    fund = watched.months.of(CHINA, "RPF")
    assert [line for line in fund.lines if line.startswith("E")] == ["E"]
    assert fund.watched.execution.rate[fund.watched.execution.lines.index("E")] == pytest.approx(1.0, abs=0.02)


def test_as_of_cuts_the_months(china: AnnualBudget) -> None:
    read = on_budget(china, "RPF", {"E1.1": 1.2}, months=8)
    assert with_months(china, read).months.known == 8
    assert with_months(china, read, 3).months.known == 3
    assert parse_as_of("2026-05", 2026) == 5
    for text, year in (("2026-13", 2026), ("2026-5", 2026), ("2025-05", 2026), ("May", None)):
        with pytest.raises(ResultError):
            parse_as_of(text, year)


@pytest.mark.parametrize(
    ("months", "known", "words"),
    [
        ({("999999", "RPF", "E1.1", 2026): 3}, None, "region '999999'"),
        ({("", "", "E1.1", 2026): 3}, None, "rows without a ledger"),
        ({("", "RPF", "R1.1", 2026): 3}, None, "line R1.1 of RPF"),
        ({("", "RPF", "E1.1", 2024): 12}, None, "months of 2024 only"),
        ({("", "RPF", "E1.1", 2026): 3}, 5, "RPF to 2026-03"),
    ],
)
def test_files_that_do_not_fit_are_refused(china: AnnualBudget, months, known, words) -> None:
    found = {}
    for key, count in months.items():
        found[key] = np.where(np.arange(12) < count, 1e9, np.nan)
    with pytest.raises(ResultError) as error:
        with_months(china, MonthsRead("m.csv", found), known)
    assert any(words in problem.found for problem in error.value.problems)


def test_the_draft_year_is_phased_and_its_cash_followed(china: AnnualBudget) -> None:
    fund = china.months.draft(CHINA, "RPF")
    statement = china.statements[CHINA]
    for number, line in enumerate(fund.lines):
        assert fund.watched.phased[number].sum() == pytest.approx(statement.value(line, "RPF", "draft"))
    schedule = fund.schedule()
    assert schedule.code == "S6"
    assert schedule.value("RPF/E1.1", "year") == pytest.approx(statement.value("E1.1", "RPF", "draft"))
    assert fund.cash.balance[-1] == pytest.approx(statement.value("B3", "RPF", "draft"), rel=0.01)
    assert china.months.draft(CHINA, "RPF") is fund


def test_a_pool_takes_the_calendar_of_its_largest_member(hebei: AnnualBudget) -> None:
    fund = next(ledger for region, ledger in hebei.months.funds if region == "130000")
    assert hebei.months.of("130000", fund).calendar_of in hebei.read.region_codes


def test_an_approved_budget_is_what_is_phased(china: AnnualBudget, tmp_path: Path) -> None:
    file = tmp_path / "budget.csv"
    rows = ("R1.4,4000", "R2.1,7300", "E1.1,9900", "E2,900")
    text = "year,region,ledger,line,amount,unit\n" + "".join(f"2026,{CHINA},RPF,{row},亿元\n" for row in rows)
    file.write_text(text, encoding="utf-8")
    made = budget(china.read, approved=file)
    fund = made.months.of(CHINA, "RPF")
    assert fund.lines == ("R1.4", "R2.1", "E1.1", "E2")
    assert fund.watched.phased.sum(-1) == pytest.approx(np.array([4000, 7300, 9900, 900]) * 1e8)
    assert fund.basis.en == "budget as approved"
    assert made.statements[CHINA].value("E", "RPF", "budget") == pytest.approx(1.08e12)
