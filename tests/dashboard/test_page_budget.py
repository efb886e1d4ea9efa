"""The page Budget: what it says and shows in both languages, with months, broken months, and without."""

from __future__ import annotations

import math
import re

import pytest

from poolcast.dashboard.budget_parts import belonging
from poolcast.dashboard.services import budgets, clearing
from poolcast.dashboard.services.alarms import warnings_of
from poolcast.dashboard.services.budget_rows import shown_statement
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.month_files import example_months, months_workbook
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import Edit, edited_set, load_set
from tests.dashboard.opening import html, open_page

NATION, FUND = "000000", "EPF"


@pytest.fixture(scope="module")
def china():
    return load_set("china")


@pytest.fixture(scope="module")
def plain(china):
    return budgets.annual_budget(china, scenario("baseline"))


@pytest.fixture(scope="module")
def fund(plain, china):
    return budgets.fund_months(plain, china, scenario("baseline"), NATION, FUND)


@pytest.fixture(scope="module")
def uploads(plain, fund):
    content = months_workbook(fund, "zh", example_months(fund))
    return budgets.Uploads(budgets.read_uploaded_months("月报.xlsx", content, plain))


def cells(app) -> dict[str, list[str]]:
    """Return the cells of the statement by code."""
    table = re.search(r'<table class="pc-table">.*?</table>', html(app), re.S)
    assert table is not None
    found = {}
    for row in re.findall(r"<tr.*?</tr>", table.group(), re.S)[1:]:
        texts = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.S)]
        found[texts[0]] = texts[1:]
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_months_the_page_says_the_draft_and_asks_for_months(plain, lang):
    app = open_page("budget", lang=lang)
    statement = plain.statements[NATION]
    shown = cells(app)
    draft = statement.value("E", FUND, "draft")
    assert shown["E"][-1] == f"{draft / 1e8:,.1f}"
    assert f"{draft / 1e8:,.0f}" in html(app)
    assert {"zh": "还没有本年的月报", "en": "No months of this year yet"}[lang] in html(app)
    assert {"zh": ">执行率 %<", "en": ">Execution %<"}[lang] not in html(app)
    assert "R2.1" not in shown  # zeros only


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_and_every_unit(lang):
    app = open_page("budget", lang=lang)
    app.toggle(key="every_row").set_value(True).run()
    assert "R2.1" in cells(app)
    app.segmented_control(key=f"budget_unit@{lang}").set_value("wan").run()
    assert not app.exception
    assert {"zh": "万元", "en": "10k yuan"}[lang] in html(app)
    assert re.fullmatch(r"[\d,]+", cells(app)["R"][1])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_months_bring_execution_outlook_and_warnings(china, plain, uploads, lang):
    app = open_page("budget", lang=lang, session={"budget_uploads": (belonging(china), uploads)})
    made = budgets.with_uploads(plain, uploads, NATION, FUND)
    watched = made.months.of(NATION, FUND).watched
    rate = watched.execution.rate[watched.execution.lines.index("E")]
    row = cells(app)["E"]
    assert row[4].startswith(f"{100 * rate:.1f}")
    assert f"{100 * (rate - 1):+.1f}" in row[4]  # the sign says it without the colour
    outlook = made.statements[NATION].value("E", FUND, "outlook")
    assert row[5] == f"{outlook / 1e8:,.1f}"
    assert f"{100 * rate:.1f}%" in html(app)
    assert {"zh": "预算执行偏离", "en": "Off the budget"}[lang] in html(app)
    assert "月报.xlsx" in html(app)


def test_displayed_sums_foot(plain, uploads):
    made = budgets.with_uploads(plain, uploads, NATION, FUND)
    months = made.months.of(NATION, FUND)
    for unit, step in (("yi", 1e7), ("wan", 1e4)):
        shown = shown_statement(made, NATION, FUND, months, unit)
        lines = {line.code: line for line in made.statements[NATION].lines}
        for column in ("outcome", "budget", "outlook", "draft", "so_far"):
            values = {row.code: row.so_far if column == "so_far" else row.amounts[column] for row in shown.rows}
            for code in ("R", "E", "R1", "E1"):
                parts = [values[part] for part in lines[code].parts if part in values and math.isfinite(values[part])]
                assert sum(round(part / step) for part in parts) == round(values[code] / step), (unit, column, code)
            assert round(values["B1"] / step) == round(values["R"] / step) - round(values["E"] / step)
            assert column == "budget" or values["B3"] - values["B2"] == pytest.approx(values["B1"], abs=step / 10)


def test_the_plan_stands_beside_the_outlook_where_no_budget_was_approved(plain, uploads):
    made = budgets.with_uploads(plain, uploads, NATION, FUND)
    months = made.months.of(NATION, FUND)
    shown = shown_statement(made, NATION, FUND, months)
    projected = plain.statements[NATION].value("E", FUND, "outlook")
    assert shown.row("E").amounts["budget"] == pytest.approx(projected, abs=1e7)
    assert shown.row("E").amounts["outlook"] > shown.row("E").amounts["budget"]
    done = months.watched.execution
    for side in ("R", "E"):
        assert shown.row(side).so_far == pytest.approx(done.actual[done.lines.index(side)], abs=2e7)
    band = shown.row("E")
    assert band.low < band.amounts["outlook"] < band.high
    reserve, payable = shown.row("B3"), shown.row("B4.1")
    assert reserve.low < reserve.amounts["outlook"] < reserve.high
    assert payable.low < payable.amounts["outlook"] < payable.high
    expected = 12 * reserve.amounts["outlook"] / band.amounts["outlook"]
    assert payable.amounts["outlook"] == pytest.approx(expected, abs=0.01)


def test_the_band_of_cumulated_spending_starts_at_the_last_month_and_ends_at_that_of_the_year(plain, uploads):
    watched = budgets.with_uploads(plain, uploads, NATION, FUND).months.of(NATION, FUND).watched
    low, high = watched.cumulative_band("E")
    place = watched.outlook.lines.index("E")
    assert low[8] == high[8] == pytest.approx(watched.execution.actual[watched.execution.lines.index("E")])
    assert (high[8:] - low[8:] >= 0).all()
    assert (low[1:] > low[:-1]).all()
    assert (low[-1], high[-1]) == pytest.approx(
        (watched.outlook.nowcast.low[place], watched.outlook.nowcast.high[place])
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_broken_months_are_listed_at_their_cells_and_nothing_is_loaded(plain, lang):
    content = b"line,Jan cumulative (yuan),Feb cumulative (yuan)\nE9.9,1,2\nE1.1,x,3\n"
    with pytest.raises(budgets.PoolcastError) as error:
        budgets.read_uploaded_months("mine.csv", content, plain)
    assert len(error.value.problems) >= 2
    assert all(problem.file == "mine.csv" for problem in error.value.problems)
    app = open_page("budget", lang=lang, session={"budget_problems": ("mine.csv", error.value)})
    said = "\n".join(text.value for text in app.get("text"))
    assert "E9.9" in said
    assert "mine.csv" in said
    assert "upload.csv" not in said + html(app)
    assert {"zh": "尚未载入", "en": "Nothing was loaded"}[lang] in html(app)


def test_what_no_reader_takes_is_refused(plain):
    for name, content in (("months.exe", b"x"), ("months.xlsx", b"x" * (budgets.LARGEST_UPLOAD + 1))):
        with pytest.raises(budgets.PoolcastError):
            budgets.read_uploaded_months(name, content, plain)


def test_the_empty_table_is_read_back_once_it_is_filled(plain, fund):
    months = example_months(fund)
    read = budgets.read_uploaded_months("a.xlsx", months_workbook(fund, "en", months), plain)
    for place, line in enumerate(fund.lines):
        found = read.months[NATION, FUND, line, fund.year]
        assert found[:9] == pytest.approx(months[place, :9], rel=1e-6, abs=0.05)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_details_open(china, uploads, fund, lang):
    session = {"budget_uploads": (belonging(china), uploads)}
    session |= {f"budget_{panel}": True for panel in ("monthly", "cash", "adjustment", "provider", "schedules")}
    app = open_page("budget", lang=lang, session=session)
    shown = html(app)
    assert fund.cash.lowest_day.isoformat() in shown
    assert {"zh": "规则 C14", "en": "rule C14"}[lang] in shown
    assert {"zh": "DIP 点值", "en": "DIP point value"}[lang] in shown
    assert len(app.dataframe) == 4  # months, adjustment, providers, a schedule
    app.segmented_control(key=f"budget_schedule@{lang}").set_value("S6").run()
    assert not app.exception


def test_the_example_is_marked_and_forgotten():
    app = open_page("budget", lang="zh", session={"budget_upload": True})
    app.button(key="budget_example@zh").click().run()
    assert '<span class="pc-synthetic">合成数据</span>' in html(app)
    assert "执行率 %" in html(app)
    app.button(key="budget_forget@zh").click().run()
    assert "还没有本年的月报" in html(app)


def test_months_of_another_region_say_so(plain):
    hebei = load_set("hebei")
    base = budgets.annual_budget(hebei, scenario("baseline"))
    content = b"region,ledger,line,Jan cumulative (yuan)\n130200,EPF,E,1000000\n"
    read = budgets.read_uploaded_months("m.csv", content, base)
    app = open_page(
        "budget", set="hebei", region="131100", lang="en",
        session={"budget_uploads": (belonging(hebei), budgets.Uploads(read))},
    )  # fmt: skip
    assert "m.csv holds no months of this fund" in html(app)
    few = open_page(
        "budget", set="hebei", region="130200", lang="en",
        session={"budget_uploads": (belonging(hebei), budgets.Uploads(read))},
    )  # fmt: skip
    assert "execution gives no warnings before 3 months" in html(few)


def test_ways_to_clear_are_tried_one_by_one_and_kept(monkeypatch, china):
    warning = warnings_of(projected(china, scenario("baseline"))).all[0]
    asked = []

    def ways(given, _assumptions, _scenario, unknowns):
        asked.append(unknowns[0])
        if len(asked) == 1:
            raise budgets.ResultError(budgets.Problem("x", "y", "z", "w"))
        return iter([given])

    monkeypatch.setattr(clearing, "ways_to_clear", ways)
    clearing.clear()
    tried = warning.rule.tried(warning.ledger)
    told = []
    found = clearing.find_ways(china, scenario("baseline"), warning, lambda done, every: told.append((done, every)))
    assert asked == list(tried)
    assert [way.unknown for way in found] == asked
    assert found[0].error is not None
    assert all(way.clearing is warning for way in found[1:])
    assert told[-1] == (len(tried), len(tried))
    clearing.find_ways(china, scenario("baseline"), warning)
    assert asked == list(tried)  # nothing is tried twice
    clearing.clear()


def test_lines_off_the_budget_stand_together_and_totals_alone(plain, uploads):
    months = budgets.with_uploads(plain, uploads, NATION, FUND).months.of(NATION, FUND)
    done = months.watched.execution
    found = budgets.off_budget(months)
    listed = [line for alert in found for line, _ in alert.lines]
    assert sorted(listed) == sorted(
        line for line, alert in zip(done.lines, done.alerts, strict=True) if alert in ("amber", "red")
    )
    assert all(len(alert.lines) == 1 for alert in found if {"R", "E"} & {line for line, _ in alert.lines})
    for alert in found:
        for line, away in alert.lines:
            assert 1 + away == pytest.approx(done.rate[done.lines.index(line)])
            assert (abs(away) > 0.10) == (alert.level == "red")


def test_every_source_of_a_rule_can_be_read_in_chinese():
    from poolcast.budget.warning_rules import RULES
    from poolcast.budget.warning_words import source_in

    for rule in RULES.values():
        chinese = re.sub(r"docs/\S+\.md|\b[ivx]+\b", "", source_in(rule.source, "zh"))
        assert not re.search(r"[A-Za-z]", chinese), rule.source


@pytest.mark.parametrize(("lang", "said"), [("zh", "预警规则只用于"), ("en", "The rules of early warning hold for")])
def test_a_ledger_without_rules_says_so(lang, said):
    assert said in html(open_page("budget", lang=lang, ledger="EPA"))


def test_the_workbook_follows_the_ledger_to_which_months_without_one_belong(plain):
    """Months that name no fund are those of the fund in view; the file of another fund was kept once."""
    content = b"line,Jan cumulative (yuan),Feb cumulative (yuan),Mar cumulative (yuan)\nE,4e10,9e10,15e10\n"
    read = budgets.read_uploaded_months("m.csv", content, plain)
    session = {"budget_uploads": (belonging(load_set("china")), budgets.Uploads(read)), "budget_excel": True}
    app = open_page("budget", session=session, lang="en")
    first = app.session_state["budget_book"]
    app.selectbox(key="ledger@en").set_value("RPF").run()
    assert not app.exception
    second = app.session_state["budget_book"]
    assert second[1] != first[1]
    app.run()
    assert app.session_state["budget_book"] is second


def test_months_stay_when_the_reader_changes_an_assumption_or_the_last_year(china, uploads):
    app = open_page("budget", session={"budget_uploads": (belonging(china), uploads)})
    assert "月报.xlsx" in html(app)
    changed = edited_set(china, [Edit("revenue.employer_rate", 0.09)])
    for query, own in (({"to": "2040"}, {}), ({}, {"china": changed})):
        session = {"budget_uploads": (belonging(china), uploads), "own_sets": own}
        assert "月报.xlsx" in html(open_page("budget", session=session, **query))
    other = open_page("budget", set="hebei", session={"budget_uploads": (belonging(china), uploads)})
    assert "月报.xlsx" not in html(other)
