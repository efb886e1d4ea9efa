"""The template: what it asks, how totals are spread, what is borrowed; Jiaozuo 2024 as the worked example."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from types import ModuleType

import numpy as np
import openpyxl
import pytest

from poolcast.outlook.forecasting import project
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, index
from poolcast.parameters.borrowing import borrowed_parameters, borrowed_words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError
from poolcast.parameters.exchange.importing import Imported, read_upload
from poolcast.parameters.exchange.template import ITEMS, numbers_asked, numbers_required, write_template
from poolcast.parameters.filling import carry_back
from poolcast.parameters.reading import load_assumptions
from tests.fixtures.minimal_set import write_minimal_set

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture(scope="module")
def jiaozuo() -> ModuleType:
    """The script that fills the template."""
    import sys

    spec = importlib.util.spec_from_file_location("jiaozuo", EXAMPLES / "jiaozuo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["jiaozuo"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def filled(jiaozuo: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("example") / "filled.xlsx"
    jiaozuo.fill(file)
    return file.read_bytes()


@pytest.fixture(scope="module")
def imported(filled: bytes) -> Imported:
    return read_upload(filled, "filled.xlsx")


@pytest.fixture(scope="module")
def region(imported: Imported) -> Assumptions:
    return imported.assumptions


@pytest.fixture(scope="module")
def china() -> Assumptions:
    return load_assumptions("china", to=2050)


def base(assumptions: Assumptions, name: str, offset: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    return assumptions.in_year(name, assumptions.base_year + offset)[0]


# -- the template -------------------------------------------------------------------------------------------------


def test_about_sixty_numbers_a_region_half_of_them_required() -> None:
    assert 55 <= numbers_asked() <= 70
    assert numbers_required() == 30
    assert numbers_asked(3, 5) == 3 * numbers_asked(1, 5)
    assert numbers_asked(1, 5) - numbers_asked() == 4 * sum(item.history for item in ITEMS)


def test_every_item_is_a_declared_parameter_with_its_axes() -> None:
    for item in ITEMS:
        axes = set(PARAMETERS[item.parameter].dimensions)
        assert axes - {"region", "year"} == set(item.axes), item
        assert ("year" in axes) == bool(item.years), item


def test_several_regions_and_years(tmp_path: Path) -> None:
    file = tmp_path / "many.xlsx"
    set_file = write_template(file, codes=["410800", "410900"], years=3, language="en")
    assert [one.code for one in set_file.regions] == ["410800", "410900"]
    book = openpyxl.load_workbook(file)
    sheets = {sheet["B1"].value: sheet for sheet in book.worksheets}
    rows = list(sheets["accounts"].iter_rows(min_row=5, values_only=True))
    mine = [row for row in rows if row[0] == "accounts.reserve" and row[2] == "410900" and "EPF" in row]
    assert [row[3] for row in mine] == [2023, 2024, 2025]
    assert any(row[0] == "population.migration_flow" for row in sheets["migration"].iter_rows(values_only=True))
    with pytest.raises(AssumptionError) as caught:
        read_upload(file.read_bytes(), "many.xlsx")
    problems = caught.value.problems
    assert len(problems) == numbers_required(2)
    assert all(problem.cell and problem.sheet and problem.zh for problem in problems)


@pytest.mark.parametrize(
    "asked",
    [{"regions": 0}, {"regions": 501}, {"years": 6}, {"base_year": 1990}, {"codes": ["a b"]}, {"codes": ["1", "1"]}],
)
def test_what_no_template_can_be(asked: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(AssumptionError):
        write_template(tmp_path / "t.xlsx", **asked)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


# -- the worked example -------------------------------------------------------------------------------------------


def test_the_workbook_in_the_documentation_is_the_filled_template(jiaozuo: ModuleType, region: Assumptions) -> None:
    stored = read_upload(jiaozuo.WORKBOOK.read_bytes(), "stored.xlsx").assumptions
    assert stored.digest() == region.digest()


def test_published_accounts_go_in_as_they_were_printed(region: Assumptions) -> None:
    """Jiaozuo's table of 28 March 2025, in 10k yuan: both ledgers of employees together, residents, balances."""
    ledgers = {name: index("ledger", name) for name in ("EPF", "EPA", "RPF", "CII")}
    revenue, spent, reserve = (base(region, f"accounts.{name}") / 1e4 for name in ("revenue", "expenditure", "reserve"))
    assert revenue[ledgers["EPF"]] + revenue[ledgers["EPA"]] == pytest.approx(255_897, rel=1e-10)
    assert spent[ledgers["EPF"]] + spent[ledgers["EPA"]] == pytest.approx(236_692, rel=1e-10)
    assert (revenue[ledgers["RPF"]], spent[ledgers["RPF"]]) == (303_677, 253_803)
    assert (reserve[ledgers["EPF"]], reserve[ledgers["EPA"]], reserve[ledgers["RPF"]]) == (85_719, 186_697, 132_337)
    assert revenue[ledgers["CII"]] == 13_554


def test_totals_are_spread_as_in_the_set_below(region: Assumptions, china: Assumptions) -> None:
    people, nation = region["population.at_base_year_end"][0], china["population.at_base_year_end"][0]
    for ages, total in ((slice(0, 15), 720_575), (slice(15, 60), 2_038_700), (slice(60, 101), 755_725)):
        assert people[:, ages].sum() == pytest.approx(total, rel=1e-10)
        expected = nation[:, ages] / nation[:, ages].sum() * total
        np.testing.assert_allclose(people[:, ages], expected, rtol=1e-10)
    members, theirs = base(region, "accounts.members", -1), base(china, "accounts.members", -1)
    child, adult = index("status", "child"), index("status", "adult_resident")
    assert members[child] / members[adult] == pytest.approx(theirs[child] / theirs[adult], rel=1e-10)
    paid = base(region, "accounts.benefit_expenditure")[index("scheme", "resident")]
    below = base(china, "accounts.benefit_expenditure")[index("scheme", "resident")]
    those = [index("benefit", name) for name in BENEFITS if name != "long_term_care"]
    np.testing.assert_allclose(paid[those] / paid[those].sum(), below[those] / below[those].sum(), rtol=1e-10)


def test_a_spread_total_says_so(region: Assumptions) -> None:
    entries = region.provenance["accounts.revenue"]
    assert {entry.evidence for entry in entries} == {"derived", "source"}  # parts of a total; the resident fund
    assert {entry.evidence for entry in region.provenance["population.at_base_year_end"]} == {"assumption"}


def test_the_rest_is_listed_as_borrowed(region: Assumptions, imported: Imported) -> None:
    found = {one.name: one for one in borrowed_parameters(region)}
    own = {name for name in region.values if name not in found}
    assert own >= {"accounts.revenue", "accounts.members", "economy.average_wage", "population.at_base_year_end"}
    assert len(found) == sum(any(e.evidence == "borrowed" for e in p) for p in region.provenance.values())
    employer = found["revenue.employer_rate"]
    assert (employer.lender, employer.regions, employer.carried_back) == ("china", (), 2025)
    assert found["resident.subsidy"].carried_back == 0  # the nation's history reaches back
    assert f"{len(found)} 个借自 china" in borrowed_words(region).zh
    assert imported.spread[0] == "population.at_previous_year_end"
    assert ("accounts 基金决算", "G5", "accounts.revenue") not in imported.left_empty  # given as a total


def test_a_set_that_borrows_nothing_says_nothing(china: Assumptions) -> None:
    assert borrowed_parameters(china) == ()
    assert borrowed_words(china).zh == ""


def test_the_first_value_of_a_later_set_stands_in(region: Assumptions, china: Assumptions) -> None:
    rate = region["revenue.employer_rate"][0]
    assert region.years[0] == 2022
    assert set(rate[:4]) == {china.in_year("revenue.employer_rate", 2025)[0]}
    assert base(region, "resident.subsidy") == 670  # of 2024 itself, not of the first year of the projection
    filled = carry_back(np.array([[[np.nan, 1.0], [2.0, 3.0]]]))
    assert filled.tolist() == [[[2.0, 1.0], [2.0, 3.0]]]


def test_a_set_of_the_same_base_year_lends_nothing_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLCAST_HOME", str(tmp_path))
    write_minimal_set(tmp_path / "assumptions" / "below", name="below")
    folder = write_minimal_set(tmp_path / "upper", based_on="below", without=["economy.wage_growth"])
    assert all(not entry.carried_back for entry in load_assumptions(folder).provenance["economy.wage_growth"])


def test_the_example_meets_its_accounts_and_goes_on_from_them(region: Assumptions) -> None:
    """The base year is the published one; the first years of the projection follow without a kink."""
    forecast = project(region)
    of = {ledger: forecast.sel(region="410800", ledger=ledger) for ledger in ("EPF", "EPA", "RPF")}
    printed = {"RPF": (303_677, 253_803, 132_337)}
    for ledger, figures in printed.items():
        for name, figure in zip(("revenue", "expenditure", "reserve"), figures, strict=True):
            assert float(of[ledger][name].sel(year=2024)) / 1e4 == pytest.approx(figure, rel=1e-6)
    flows = ("revenue", "expenditure")
    both = [sum(float(of[ledger][name].sel(year=2024)) for ledger in ("EPF", "EPA")) for name in flows]
    assert both == pytest.approx([255_897e4, 236_692e4], rel=1e-6)
    for ledger, one in of.items():
        for name in ("revenue", "expenditure"):
            growth = one[name].sel(year=[2024, 2025, 2026]).values
            assert 0.98 < growth[1] / growth[0] < 1.10, (ledger, name)
            assert 0.98 < growth[2] / growth[1] < 1.10, (ledger, name)


def test_two_regions_make_a_set_that_projects(jiaozuo: ModuleType, tmp_path: Path) -> None:
    """The same city twice: each fund of the one goes as that of the other, and as that of the city alone."""
    file = tmp_path / "two.xlsx"
    write_template(file, codes=["A1", "B2"], base_year=2024, language="en")
    book = openpyxl.load_workbook(file)
    sheets = {str(sheet["B1"].value): sheet for sheet in book.worksheets}
    for row in sheets["set"].iter_rows(min_row=5):
        if row[0].value == "last_year":
            row[1].value = 2030
    for number in (5, 6):
        sheets["regions"].cell(number, 5).value = "true"
    jiaozuo._put(sheets["sources"], 5, jiaozuo.SOURCES[0])
    for code in ("A1", "B2"):
        jiaozuo.CODE = code
        for figure in jiaozuo.FIGURES:
            jiaozuo._enter(sheets[figure.sheet], figure)
    jiaozuo.CODE = "410800"
    book.save(file)
    found = read_upload(file.read_bytes(), "two.xlsx").assumptions
    reserve = project(found)["reserve"].sel(year=2030, ledger=["EPF", "EPA", "RPF"])
    np.testing.assert_allclose(reserve.sel(region="A1").values, reserve.sel(region="B2").values, rtol=1e-12)
    assert np.isfinite(reserve.sel(region="A1").values).all()


# -- what a planner may get wrong ---------------------------------------------------------------------------------


def changed(filled: bytes, sheet: str, cells: dict[str, object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(filled))
    page = next(page for page in book.worksheets if page["B1"].value == sheet)
    for cell, value in cells.items():
        page[cell].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refused(content: bytes) -> list:  # type: ignore[type-arg]
    with pytest.raises(AssumptionError) as caught:
        read_upload(content, "mine.xlsx")
    return list(caught.value.problems)


def test_faults_of_totals_stand_at_their_cells(filled: bytes) -> None:
    cells = {"H5": "0-14 years", "K6": "58 %", "K8": None, "E11": "activ|flexible"}
    problems = refused(changed(filled, "totals", cells))
    found = {problem.cell: problem.found for problem in problems}
    assert "'0-14 years'" in found["H5"]
    assert "'58 %'" in found["K6"]
    assert "'activ'" in found["E11"]
    assert len(found) == len(problems)
    assert {problem.sheet for problem in problems} == {"totals 合计数(自动分摊)"}


def test_a_total_over_what_the_set_below_lacks_is_refused(filled: bytes) -> None:
    problems = refused(changed(filled, "totals", {"J17": "ADJ|VBPR"}))
    assert "cannot be spread" in problems[0].found
    assert problems[0].cell == "K17"


def test_a_block_half_filled_is_asked_for_at_its_first_empty_cell(filled: bytes) -> None:
    problems = refused(changed(filled, "benefits", {"G5": 0.9, "L5": "assumption", "O5": "as decided"}))
    (problem,) = problems
    assert "no value of inpatient.reimbursement_rate" in problem.found
    assert problem.cell == "G6"
