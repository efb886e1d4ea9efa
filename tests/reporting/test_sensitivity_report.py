"""The sensitivity report: page, workbook, tables and folder."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import ResultError
from poolcast.parameters.partial_folders import PARTIAL
from poolcast.parameters.reading import load_assumptions
from poolcast.reporting import sensitivity_folder
from poolcast.reporting.sensitivity_basis import Origin
from poolcast.reporting.sensitivity_chances import headline_panel, headline_years, median_year
from poolcast.reporting.sensitivity_folder import csv_tables, save_report
from poolcast.reporting.sensitivity_page import all_panels, sensitivity_page
from poolcast.reporting.sensitivity_panels import YI, Subject, shown
from poolcast.reporting.sensitivity_words import SECTIONS, SHEETS
from poolcast.uncertainty.findings import find_all
from tests.reporting.test_page import CHROMIUM, _Reader

ORIGIN = Origin("poolcast sensitivity baseline B01 --report x", "2026-11-03T14:25:01+08:00", "0123456789abcdef")
WITHOUT_POOLING = [key for key in SECTIONS if key != "pooling"]


@pytest.fixture(scope="module")
def china():
    return find_all(load_assumptions("china", to=2030), ["baseline", "B01"], paths=30, seed=2)


@pytest.fixture(scope="module")
def hebei():
    return find_all(load_assumptions("hebei", to=2030), paths=20, seed=2)


@pytest.fixture(scope="module")
def panels(china):
    return all_panels(Subject(china), ORIGIN)


@pytest.fixture(scope="module")
def html(china, panels):
    return sensitivity_page(Subject(china), panels, ORIGIN, "en")


@pytest.fixture(scope="module")
def folder(china, tmp_path_factory):
    return save_report(tmp_path_factory.mktemp("report") / "new", china, ORIGIN, "en")


def test_nothing_is_fetched_from_elsewhere(html):
    assert _Reader(html).addresses == ["data:,"]
    own = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert "@import" not in own
    assert "url(" not in own
    assert not re.search(r"(src|href)\s*=\s*[\"']?\s*(https?:)?//", own)
    assert html.count("plotly.js v") == 1


def test_every_section_stands_in_both_languages_and_in_order(html):
    assert re.findall(r'<section id="(\w+)">', html) == WITHOUT_POOLING
    read = _Reader(html)
    assert len(read.texts["en"]) == len(read.texts["zh"])
    assert not [text for text in read.texts["en"] if re.search(r"[\u4e00-\u9fff]", text)]
    for number, key in enumerate(WITHOUT_POOLING, start=1):
        heading = SECTIONS[key][0]
        assert f"{number} {heading.en}" in read.texts["en"]
        assert f"{number} {heading.zh}" in read.texts["zh"]


def test_figures_have_both_languages_and_are_drawn_once_each(html):
    read = _Reader(html)
    numbers = [int(number) for number in re.findall(r'data-figure="(\d+)"', html)]
    assert numbers == list(range(len(read.figures["figures"])))
    for text in re.findall(r'"(§[^"]*)"', json.dumps(read.figures, ensure_ascii=False)):
        english, bar, _ = text.partition("¦")
        assert bar
        assert not re.search(r"[\u4e00-\u9fff]", english)


def test_the_condition_stands_at_top_and_bottom_with_what_made_it(html):
    head, foot = html.split("<main>")[0], html.split("<footer>")[1]
    for part in (head, foot):
        assert "Projections, not forecasts" in part
        assert "这是推算，不是预言" in part
    for fact in ("0123456789ab", "seed 2", "30 paths", "Poolcast", "set china", "B01", ORIGIN.command):
        assert fact in foot


def _panel(panels, sheet, *leads):
    return next(one for one in panels if one.sheet == sheet and set(leads) <= {value.en for _, value in one.leads})


def test_tables_hold_the_numbers_of_the_summary(china, panels):
    place = {"region": "000000", "ledger": "EPF"}
    second = china.by_scenario[1]
    fan = _panel(panels, "fans", "Outpatient pooling", "EPF Employee pooled fund", "Reserve")
    wanted = second.fans["reserve"].sel(place)
    assert [row[0] for row in fan.rows] == list(range(2025, 2031))
    assert [row[4] for row in fan.rows] == wanted["quantile"].sel(level=0.5).values.tolist()
    assert [row[8] for row in fan.rows] == wanted["quantile_error"].sel(level=0.5).values.tolist()
    assert [row[9] for row in fan.rows] == wanted["mean"].values.tolist()
    last = [f"{float(wanted['quantile'].sel(level=key, year=2030)) / 1e8:,.0f}" for key in (0.5, 0.1, 0.9)]
    assert fan.sentence.en == "2030: median {}, 8 in 10 from {} to {}.".format(*last)
    assert [row[-1] for row in fan.rows] == second.single["reserve"].sel(place).values.tolist()
    by = _panel(panels, "chances", "Outpatient pooling", "EPF Employee pooled fund", "in the year or before")
    chances = second.chances.sel(place).sel(year=slice(2026, None))
    assert [row[3] for row in by.rows] == chances["months_below_6_by"].values.tolist()
    assert [row[4] for row in by.rows] == chances["months_below_6_by_error"].values.tolist()
    events = _panel(panels, "events", "Outpatient pooling", "EPF Employee pooled fund", "First deficit")
    assert sum(row[1] for row in events.rows) == pytest.approx(1.0)
    tornado = _panel(panels, "tornado", "Law in force")
    data = china.datasets["tornado"].sel(scenario="baseline")
    assert [row[1] for row in tornado.rows] == data["effect"].sel(size="tenth", side="minus").values.tolist()
    tails = _panel(panels, "tails", "Law in force")
    law = china.by_scenario[0]
    assert tails.rows[0][-2] == float(law.reserve_needed.sel(place))
    np.testing.assert_equal(tails.rows[0][-1], float(law.reserve_needed_error.sel(place)))
    assert tails.rows[0][1] == float(law.tails["shortfall_value_at_risk"].sel(place))


def test_months_below_zero_are_none_but_differences_of_months_keep_their_sign(panels):
    assert shown(-2.0, "months", YI).en == "0.0"
    difference = _panel(panels, "differences", "Payable months")
    last = difference.rows[-1]
    texts = [shown(cell, column.style, YI).en for cell, column in zip(last, difference.columns, strict=True)]
    assert last[4] < 0  # outpatient pooling costs the fund months
    assert texts[4] == f"\u2212{abs(last[4]):.1f}"
    effects = {column.style for one in panels if one.sheet in ("tornado", "standard") for column in one.columns[1:3]}
    assert effects == {"money_change"}


def test_the_headline_is_months_and_the_chance_and_year_of_exhaustion(hebei):
    subject = Subject(hebei)
    found = subject.scenarios[0]
    assert headline_years(subject) == [2030]
    row = next(row for row in headline_panel(subject).rows if row[1].en == "Shijiazhuang" and row[2].en[:3] == "RPF")
    place = {"region": "130100", "ledger": "RPF"}
    months = found.fans["payable_months"]["quantile"].sel(place).sel(year=2030)
    assert row[3:6] == [float(months.sel(level=level)) for level in (0.1, 0.5, 0.9)]
    gone = float(found.chances["exhausted_by"].sel(place).sel(year=2030))
    assert row[6] == pytest.approx(gone)
    assert (row[8].en if gone < 0.5 else row[8]) in ("not by 2030", *range(2026, 2031))


def test_the_median_year_is_the_first_by_which_half_of_the_futures_see_it(china):
    shares = china.by_scenario[0].events["exhaustion"]

    def with_shares(values):
        held = shares["probability"] * 0 + np.array(values)[:, None, None]
        events = {"exhaustion": shares.assign(probability=held)}
        return replace(china.by_scenario[0], events=events)

    assert median_year(with_shares([0.1, 0.2, 0.2, 0.1, 0.0]), "exhaustion", "000000", "EPF") == 2028
    assert median_year(with_shares([0.1, 0.2, 0.1, 0.0, 0.0]), "exhaustion", "000000", "EPF") is None


def test_the_figure_of_a_fan_is_its_table_in_the_unit_of_the_axis(china, panels):
    fan = _panel(panels, "fans", "Law in force", "EPF Employee pooled fund", "Reserve")
    low, high = fan.figure["data"][0]["y"], fan.figure["data"][1]["y"]  # widest band first: 5 and 95 %
    assert low == pytest.approx([row[1] / 1e8 for row in fan.rows], rel=1e-5)
    assert high == pytest.approx([row[7] / 1e8 for row in fan.rows], rel=1e-5)
    assert fan.figure["data"][-1]["y"] == pytest.approx([row[-1] / 1e8 for row in fan.rows], rel=1e-5)


def test_a_fund_that_a_scenario_does_not_touch_is_said_not_drawn(html, panels):
    assert "The same on every path. Outpatient pooling: Resident fund." in html
    funds = {value.en for one in panels if one.sheet == "differences" for _, value in one.leads}
    assert "EPF Employee pooled fund" in funds
    assert "RPF Resident fund" not in funds


def test_the_workbook_has_each_table_with_its_note(folder):
    book = openpyxl.load_workbook(folder / "report.xlsx")
    assert book.sheetnames == [name.en for key, name in SHEETS.items() if key != "pooling"]
    for sheet in book:
        note = sheet["A2"].value
        for fact in ("scenarios baseline, B01", "set china", "seed 2", "30 paths", "Poolcast "):
            assert fact in note, sheet.title
        assert sheet.freeze_panes is not None
        assert any(str(sheet.cell(row, 1).value).startswith("Projections, not forecasts") for row in range(1, 8))


def test_numbers_are_numbers_in_100_million_yuan(china, folder):
    sheet = openpyxl.load_workbook(folder / "report.xlsx")["Fans"]
    head = next(row for row in range(1, 10) if sheet.cell(row, 1).value == "Scenario")
    names = [cell.value for cell in sheet[head]]
    first = dict(zip(names, [cell.value for cell in sheet[head + 1]], strict=True))
    fan = china.by_scenario[0].fans["reserve"].sel(region="000000", ledger="EPF", year=2025)
    assert first["Year"] == 2025
    assert first["50 %"] == pytest.approx(float(fan["quantile"].sel(level=0.5)) / 1e8, rel=1e-12)
    cell = sheet.cell(head + 1, names.index("50 %") + 1)
    assert (cell.data_type, cell.number_format[:8]) == ("n", "#,##0.00")


def test_tables_are_tidy_and_in_yuan(china, folder):
    table = pd.read_csv(folder / "tables" / "fans.csv", encoding="utf-8-sig")
    row = table.query("scenario == 'B01' and measure == 'reserve' and ledger == 'EPF' and year == 2030").iloc[0]
    fan = china.by_scenario[1].fans["reserve"].sel(region="000000", ledger="EPF", year=2030)
    assert row["p50"] == pytest.approx(float(fan["quantile"].sel(level=0.5)), rel=1e-12)
    names = {path.stem for path in (folder / "tables").iterdir()}
    assert names == {
        *("fans", "differences", "probabilities", "events", "tails", "single_run", "reserve_needed", "convergence"),
        *("tornado", "standard", "rates", "rates_needed", "sobol"),
    }


def test_the_manifest_is_enough_to_make_it_again(china, folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["seed"], manifest["paths"]) == ("sensitivity", 2, 30)
    assert manifest["set_digest"] == ORIGIN.digest
    assert manifest["scenario_digests"] == {one.name: one.digest for one in china.scenarios}
    assert manifest["sampling"] == "random"


def test_texts_that_look_like_formulas_stay_texts(china, tmp_path):
    title = Words("=1+1", "@SUM(A1)")
    named = replace(china, scenarios=(replace(china.scenarios[0], title=title), china.scenarios[1]))
    for language, text in (("en", "=1+1"), ("zh", "@SUM(A1)")):
        place = save_report(tmp_path / language, named, ORIGIN, language)
        for sheet in openpyxl.load_workbook(place / "report.xlsx"):
            kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
            assert "f" not in kinds, sheet.title
            if language == "zh" and sheet.title == SHEETS["fans"].zh:
                assert text in {row[0].value for row in sheet.iter_rows()}
    table = next(table for name, table in csv_tables(china) if name == "tornado")
    table.insert(0, "title", ["+cmd"] + ["plain"] * (len(table) - 1))
    assert sensitivity_folder.guarded(table, every_text=True)["title"].tolist()[:2] == ["'+cmd", "plain"]


def test_a_title_cannot_bring_code_into_the_page(china):
    title = Words("</script><img src=x onerror=alert(1)>", "<b>")
    named = replace(china, scenarios=(replace(china.scenarios[0], title=title), china.scenarios[1]))
    subject = Subject(named)
    html = sensitivity_page(subject, all_panels(subject, ORIGIN), ORIGIN, "zh")
    assert "<img" not in html.split("<script>")[0]
    assert _Reader(html).addresses == ["data:,"]


def test_a_folder_is_whole_or_not_there(china, tmp_path, monkeypatch):
    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sensitivity_folder, "write_sensitivity_workbook", broken)
    with pytest.raises(ResultError, match="--report"):
        save_report(tmp_path / "half", china, ORIGIN, "en")
    assert list(tmp_path.iterdir()) == []
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "file").write_text("mine")
    with pytest.raises(ResultError, match="holds something"):
        save_report(taken, china, ORIGIN, "en")
    assert [path.name for path in tmp_path.rglob("*")] == ["taken", "file"]
    assert not list(tmp_path.glob(f"{PARTIAL}*"))


def test_several_regions_have_pooling_and_the_synthetic_banner(hebei, tmp_path):
    subject = Subject(hebei)
    panels = all_panels(subject, ORIGIN)
    html = sensitivity_page(subject, panels, ORIGIN, "en")
    assert re.findall(r'<section id="(\w+)">', html) == [key for key in SECTIONS if key != "differences"]
    assert 'class="synthetic"' in html
    assert str(hebei.call) == "reserve(EPF, year=2030, region=130100)"
    pooled = _panel(panels, "pooling", "EPF Employee pooled fund")
    data = hebei.datasets["pooling"].sel(ledger="EPF")
    assert [row[1] for row in pooled.rows[:14]] == data["separate"].values.tolist()
    total = pooled.rows[14]
    assert total[1] == pytest.approx(float(data["separate"].values[data.pool_of.values == "130000"].sum()))
    assert total[1] - total[3] == pytest.approx(total[5])  # alone less pooled is what is saved
    place = save_report(tmp_path / "hebei", hebei, ORIGIN, "zh")
    for sheet in openpyxl.load_workbook(place / "report.xlsx"):
        assert sheet["A1"].value.startswith("合成数据"), sheet.title
    pools = pd.read_csv(place / "tables" / "pooling_pools.csv", encoding="utf-8-sig")
    assert np.allclose(pools["pool_need"], hebei.datasets["pooling"]["pool_need"].values.ravel())


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_in_a_browser_it_draws_switches_and_asks_nobody(tmp_path, html):
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    asked, complaints = [], []
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=[*flags, "--disable-sync"])
        view = browser.new_page(viewport={"width": 390, "height": 900})
        view.on("request", lambda request: asked.append(request.url))
        view.on("console", lambda message: complaints.append(message.text))
        view.on("pageerror", lambda error: complaints.append(str(error)))
        view.goto((tmp_path / "report.html").as_uri())
        view.wait_for_selector("article:not([hidden]) .main-svg")
        shown = view.locator("article:visible").count()
        view.click("button[value=B01]")
        assert view.locator("article:visible").count() == shown
        view.click("button[value=zh]")
        text = view.inner_text("main")
        assert "可支付月数" in text
        assert "Payable months" not in text
        assert view.evaluate("document.documentElement.scrollWidth") <= 390
        empty = (
            "[...document.querySelectorAll('article:not([hidden]) .plot')].filter(p => !p.querySelector('.main-svg'))"
        )
        assert view.evaluate(f"{empty}.length") == 0
        browser.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    assert complaints == []
