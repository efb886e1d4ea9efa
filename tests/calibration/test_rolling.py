"""A set is rolled on disk: accounts in, the rest projected and marked so; the old figures stay as history."""

from __future__ import annotations

import csv
import hashlib

import numpy as np
import pytest

import poolcast
from poolcast.parameters.axes import index
from poolcast.parameters.errors import AssumptionError
from poolcast.parameters.partial_folders import PARTIAL
from poolcast.parameters.reading import load_observations
from poolcast.parameters.set_file import read_set_file
from poolcast.projection.engine import run
from poolcast.projection.rolling import roll as roll_in_memory

COLUMNS = ("parameter", "region", "year", "status", "ledger", "value", "unit", "evidence", "grade", "source", "note")


def projected(name_or_set):
    read = poolcast.load_assumptions(name_or_set) if isinstance(name_or_set, str) else name_or_set
    return run(poolcast.calibrate(read))


def total(projection, what: str, ledger: str, year: int = 0, region: int = 0) -> float:
    accounts = getattr(projection.accounts, what)
    return float(accounts[0, region, year, projection.assumptions.ledgers.index(ledger)])


def row(parameter: str, value: float, *, region="000000", year="2026", unit="yuan", **more) -> dict[str, str]:
    evidence = {"evidence": "source", "grade": "B", "source": "NHSA_B2026", "note": "bulletin"}
    return (
        {"parameter": parameter, "region": region, "year": year, "value": repr(value), "unit": unit} | evidence | more
    )


def table(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def china():
    return projected("china")


@pytest.fixture(scope="module")
def own(china, tmp_path_factory):
    """China rolled with its own projection of 2026 as the accounts."""
    folder = tmp_path_factory.mktemp("own")
    rows = [
        row(f"accounts.{what}", total(china, what, ledger, 1), ledger=ledger)
        for what in ("revenue", "expenditure", "reserve")
        for ledger in ("EPF", "EPA", "RPF")
    ]
    return poolcast.roll("china", table(folder / "own.csv", rows), folder / "china_2026")


def test_the_set_read_back_is_the_one_rolled_in_memory(own):
    wanted, found = roll_in_memory(poolcast.load_assumptions("china")), own.assumptions
    assert found.base_year == 2026
    assert set(found.values) == set(wanted.values)
    for name in wanted.values:
        assert found[name] == pytest.approx(wanted[name], rel=1e-12, nan_ok=True), name


def test_the_years_after_are_those_of_the_old_set(own, china):
    after = projected(own.assumptions)
    for what in ("revenue", "expenditure", "reserve"):
        before, now = getattr(china.accounts, what)[:, :, 1:], getattr(after.accounts, what)
        assert now == pytest.approx(before, rel=1e-9, nan_ok=True)


def test_hebei_rolls_with_what_it_borrows(tmp_path):
    old = projected("hebei")
    value = total(old, "revenue", "EPF", 1)
    made_up = {"evidence": "synthetic", "grade": "", "source": ""}
    file = table(tmp_path / "a.csv", [row("accounts.revenue", value, region="130100", ledger="EPF", **made_up)])
    rolled = poolcast.roll("hebei", file, tmp_path / "hebei_2026")
    regions = slice(0, old.holders.regions)
    after = projected(rolled.assumptions)
    assert rolled.assumptions.synthetic
    for what in ("revenue", "expenditure", "reserve"):
        before, now = getattr(old.accounts, what)[:, regions, 1:], getattr(after.accounts, what)[:, regions]
        assert now == pytest.approx(before, rel=1e-9, nan_ok=True)


def test_old_figures_stay_as_history(own):
    """Rows of 2025 and before are there, with their sources; what is projected for 2026 says so."""
    for name, first in (("accounts.revenue", None), ("economy.average_wage", 2021), ("inpatient.deductible", 2025)):
        before = load_observations("china", name)
        after = load_observations(own.folder, name)
        kept = before[before.year <= 2025]
        held = after.merge(kept, on=[c for c in kept.columns if c not in ("file", "line")])
        assert len(held) == len(kept) > 0
        assert first is None or int(after.year.min()) == first
    new = load_observations(own.folder, "accounts.members")
    new = new[new.year == 2026]
    assert set(new.note) == {"projected by set china, not observed"}
    assert set(new.evidence) == {"derived"}
    given = load_observations(own.folder, "accounts.revenue")
    given = given[(given.year == 2026) & (given.ledger == "EPF")]
    assert (given.note.item(), given.source.item()) == ("bulletin", "NHSA_B2026")


def test_the_set_says_from_which_it_was_rolled(own):
    problems = []
    set_file = read_set_file(own.folder, problems)
    assert not problems
    rolled_from = set_file.rolled_from
    assert rolled_from["set"] == "china"
    assert rolled_from["base_year"] == "2025"
    assert rolled_from["digest"] == poolcast.load_assumptions("china").digest()
    assert rolled_from["version"] == poolcast.__version__
    file = own.folder.parent / "own.csv"
    assert rolled_from["accounts_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert "not observed" in set_file.description.en
    assert own.assumptions.name == "china_2026"


def test_a_rolled_set_can_be_rolled_again(own, china, tmp_path):
    file = table(
        tmp_path / "2027.csv", [row("accounts.revenue", total(china, "revenue", "EPF", 2), year="2027", ledger="EPF")]
    )
    again = poolcast.roll(own.folder, file, tmp_path / "china_2027")
    after = projected(again.assumptions)
    for what in ("revenue", "expenditure", "reserve"):
        before, now = getattr(china.accounts, what)[:, :, 2:], getattr(after.accounts, what)
        assert now == pytest.approx(before, rel=1e-9, nan_ok=True)
    years = set(load_observations(again.folder, "accounts.revenue").year)
    assert {2025, 2026, 2027} <= years


def test_calibration_meets_other_accounts(china, tmp_path):
    """Revenue 1 % and expenditure 2 % above the projection; reserve: that before, and what was left of the year."""
    rows = [
        row("accounts.revenue", 1.01 * total(china, "revenue", ledger, 1), ledger=ledger) for ledger in ("EPF", "RPF")
    ]
    rows += [row("accounts.expenditure", 1.02 * total(china, "expenditure", "EPF", 1), ledger="EPF")]
    after = projected(poolcast.roll("china", table(tmp_path / "a.csv", rows), tmp_path / "new").assumptions)
    assert total(after, "revenue", "EPF") == pytest.approx(1.01 * total(china, "revenue", "EPF", 1), rel=1e-6)
    assert total(after, "revenue", "RPF") == pytest.approx(1.01 * total(china, "revenue", "RPF", 1), rel=1e-6)
    assert total(after, "expenditure", "EPF") == pytest.approx(1.02 * total(china, "expenditure", "EPF", 1), rel=1e-6)
    assert total(after, "expenditure", "RPF") == pytest.approx(total(china, "expenditure", "RPF", 1), rel=1e-6)
    left = 1.01 * total(china, "revenue", "EPF", 1) - 1.02 * total(china, "expenditure", "EPF", 1)
    assert total(after, "reserve", "EPF") == pytest.approx(total(china, "reserve", "EPF", 0) + left, rel=1e-12)
    calibrated = after.assumptions
    # Not nothing: the transfer to long-term care follows contributions, which the accounts raise as well.
    assert np.abs(calibrated["calibration.other_expenditure_share"]).max() < 1e-5
    benefits = calibrated.in_year("accounts.benefit_expenditure", 2026)[0, 0]
    before = roll_in_memory(poolcast.load_assumptions("china")).in_year("accounts.benefit_expenditure", 2026)[0, 0]
    grown = (benefits / before)[: index("benefit", "long_term_care")]
    assert grown == pytest.approx(np.full(len(grown), grown[0]), rel=1e-12)


def test_observed_stocks_take_the_place_of_projected_ones(china, tmp_path):
    members = 1.02 * float(china.money.people.at_year_end("members")[0, 0, 1, index("status", "retired")])
    rows = [
        row("accounts.revenue", total(china, "revenue", "EPF", 1), ledger="EPF"),
        row("accounts.members", members, unit="persons", status="retired"),
        row("economy.average_wage", 101_000.0, unit="yuan_per_year"),
    ]
    after = projected(poolcast.roll("china", table(tmp_path / "a.csv", rows), tmp_path / "new").assumptions)
    people = after.money.people.at_year_end("members")
    assert float(people[0, 0, 0, index("status", "retired")]) == pytest.approx(members, rel=1e-9)
    assert after.money.economy.wage[0, 0, 0] == 101_000.0


def test_every_problem_of_the_accounts_at_once_and_nothing_written(tmp_path):
    rows = [
        row("accounts.revenue", 1.8e12, year="2025", ledger="EPF"),
        row("accounts.revenue", -1.0, ledger="RPF"),
        row("accounts.revenu", 1.0, ledger="RPF"),
        row("accounts.revenue", 1.0, region="999999", ledger="EPA"),
        row("accounts.expenditure", 1.0, ledger="LAS"),
        row("accounts.expenditure", 1.0, ledger="EPF", unit="亿元"),
        row("revenue.employer_rate", 0.08, unit="fraction"),
        row("accounts.expenditure", 2.0, ledger="MAF"),
        row("accounts.expenditure", 3.0, ledger="MAF"),
    ]
    with pytest.raises(AssumptionError) as raised:
        poolcast.roll("china", table(tmp_path / "bad.csv", rows), tmp_path / "new")
    problems = raised.value.problems
    found = {problem.row: problem for problem in problems}
    assert {2, 3, 4, 5, 6, 7, 8, 10} <= set(found)
    assert "year other than 2026" in found[2].found
    assert "ledger that the set does not hold" in found[6].found
    assert "no accounts show" in found[8].found
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_accounts_that_no_parameter_meets_leave_nothing(tmp_path):
    """Nobody can have paid a hundred times the bills."""
    file = table(tmp_path / "a.csv", [row("accounts.expenditure", 1.5e14, ledger="EPF")])
    with pytest.raises(AssumptionError, match="most that the rules can pay"):
        poolcast.roll("china", file, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_an_interrupted_roll_leaves_nothing(china, tmp_path, monkeypatch):
    file = table(tmp_path / "a.csv", [row("accounts.revenue", total(china, "revenue", "EPF", 1), ledger="EPF")])

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("poolcast.calibration.rolling.write_rolled_set_file", interrupt)
    with pytest.raises(KeyboardInterrupt):
        poolcast.roll("china", file, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_that_is_there_is_not_overwritten(own):
    with pytest.raises(AssumptionError, match="already"):
        poolcast.roll("china", own.folder.parent / "own.csv", own.folder)
    assert not list(own.folder.parent.glob(f"{PARTIAL}*"))


def test_accounts_may_come_in_a_workbook(china, own, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    with (own.folder.parent / "own.csv").open(encoding="utf-8") as file:
        for record in csv.reader(file):
            sheet.append(record)
    book.save(tmp_path / "own.xlsx")
    rolled = poolcast.roll("china", tmp_path / "own.xlsx", tmp_path / "china_2026")
    assert rolled.assumptions.digest() == own.assumptions.digest()


def test_a_set_without_accounts_is_not_rolled(tmp_path):
    from tests.fixtures.minimal_set import write_minimal_set

    folder = write_minimal_set(tmp_path / "minimal")
    code = poolcast.load_assumptions(folder).region_codes[0]
    year = str(poolcast.load_assumptions(folder).base_year + 1)
    file = table(tmp_path / "a.csv", [row("accounts.revenue", 1.0, region=code, year=year, ledger="EPF")])
    with pytest.raises(AssumptionError, match="calibration: none"):
        poolcast.roll(folder, file, tmp_path / "new")
