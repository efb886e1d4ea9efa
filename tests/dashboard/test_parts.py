"""Cards, figures and files: what they show is what they were given."""

import itertools
import math
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from poolcast.dashboard.charts.labels import LABEL_HEIGHT, label_margin, spread_labels, text_width
from poolcast.dashboard.charts.tiles import places_of
from poolcast.dashboard.context import Context, Shown
from poolcast.dashboard.parts import bands, chart_card, files
from poolcast.dashboard.parts.cards import CardLine, _line, _span
from poolcast.dashboard.services.jobs import Status
from poolcast.dashboard.services.library import summary_of
from poolcast.dashboard.services.sets import load_set
from poolcast.dashboard.state import ViewState
from poolcast.reporting.theme import DARK, LIGHT


def here(name: str, language: str = "zh") -> Context:
    view = ViewState(set=name, region="131100" if name == "hebei" else "000000", lang=language)
    shown = (Shown("baseline", "现行政策", 0, LIGHT),)
    return Context("forecast", view, load_set(name), summary_of(name), LIGHT, shown, ("overview", "forecast"))


def test_labels_stand_apart_and_inside():
    labels = [(50.0, "a", "#000000"), (50.5, "b", "#000000"), (99.9, "c", "#000000"), (100.0, "d", "#000000")]
    placed = spread_labels(labels, 0.0, 100.0, 190)
    places = sorted(note["y"] for note in placed)
    step = LABEL_HEIGHT * 100 / 190
    assert all(b - a >= step - 1e-9 for a, b in itertools.pairwise(places))
    assert places[-1] <= 100 + 1e-9  # beyond the axis Plotly draws nothing
    assert [note["text"] for note in sorted(placed, key=lambda note: note["y"])] == ["a", "b", "c", "d"]


def test_the_margin_fits_the_longest_label():
    assert text_width("收入 1") == 2 * 13 + 2 * 7
    assert label_margin(["<b>收入</b>", "x"]) == 26 + 14


def test_the_strip_places_range_and_median_on_one_scale():
    shown = Shown("a", "A", 1, LIGHT)
    lines = [CardLine(shown, "5", 5.0, 0.0, 10.0), CardLine(shown, "7.5", 7.5, 5.0, 10.0)]
    low, high = _span(lines)
    assert (low, high) == (0.0, 10.0)
    drawn = _line(lines[1], low, high, "")
    assert "left:50.0%" in drawn  # 3 + 94 * 0.5
    assert "left:73.5%" in drawn  # 3 + 94 * 0.75


def test_an_unsure_difference_says_so_and_names_are_escaped():
    shown = Shown("a", "<b>A&", 2, LIGHT)
    line = CardLine(shown, "5", change="+1.2", tone="better", sure=False)
    drawn = _line(line, math.nan, math.nan, "why")
    assert "+1.2 ≈" in drawn
    assert 'title="why"' in drawn
    assert "<b>A" not in drawn
    assert "pc-sure" not in drawn


def test_tiles_without_places_stand_in_a_grid_and_others_close_up():
    tiles = summary_of("hebei").tiles
    assert len(set(tiles.values())) == 14
    placed = places_of(list(tiles), tiles)
    assert min(column for column, _ in placed.values()) == 0
    assert placed["130200"][0] - placed["130700"][0] == 2
    grid = places_of(["3", "1", "2", "4"], {})
    assert grid == {"1": (0, 0), "2": (1, 0), "3": (0, 1), "4": (1, 1)}


EVIL = pd.DataFrame({"=name": ["=1+1", "@x", "-3", "plain", "+x"], "值": [1.5, -2.0, math.nan, 4.0, 5.0]})


def test_text_never_becomes_a_formula_in_a_table(tmp_path):
    context = here("hebei")
    text = files.as_csv(EVIL, context).decode("utf-8-sig")
    said = "合成数据 · 243 个参数中有 184 个借自 china。"
    assert text.splitlines()[0] == f"# {said}"
    assert "'=name" in text
    assert "'=1+1" in text
    assert "\n'-3," in text
    assert "\n'@x,-2.0" in text  # numbers stay numbers
    path = tmp_path / "table.xlsx"
    path.write_bytes(files.as_xlsx({"表": EVIL}, context))
    sheet = load_workbook(path)["表"]
    assert sheet["A1"].value == said
    assert sheet["A3"].value == "'=1+1"
    assert sheet["A3"].data_type == "s"
    assert sheet["B4"].value == -2.0
    assert sheet["B5"].value is None


@pytest.mark.parametrize("text", ["\t=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"])
def test_full_width_signs_and_blanks_lead_no_formula_either(text):
    assert files.harmless(text) == f"'{text}"
    assert files.harmless(f"a{text}") == f"a{text}"


def test_sheets_get_names_that_a_spreadsheet_takes(tmp_path):
    table = pd.DataFrame({"a": [1.0]})
    long = "What matters most for the reserve in 2040?"
    path = tmp_path / "book.xlsx"
    path.write_bytes(files.as_xlsx({long: table, long + " again": table, "Δ [1/2]: a*b": table}, here("china")))
    names = load_workbook(path).sheetnames
    assert len(names) == len({name.lower() for name in names}) == 3
    assert names[0] == long[:31]
    assert names[2] == "Δ _1_2__ a_b"


def test_names_of_files_say_synthetic():
    assert files.file_name(here("hebei"), "months", "csv") == "poolcast_months_hebei_131100_EPF_synthetic.csv"
    assert "synthetic" not in files.file_name(here("china"), "months", "csv")


def test_a_figure_as_a_page_needs_nothing_and_is_marked():
    figure = {"data": [{"type": "bar", "x": [2025], "y": [1.0]}], "layout": {"margin": {"t": 26, "b": 24}}}
    page = files.as_page(figure, "题目", here("hebei")).decode()
    assert 'src="http' not in page
    assert "\\u5408\\u6210\\u6570\\u636e" in page or "合成数据" in page
    assert "184" in page  # parameters that are borrowed
    assert "title" not in figure["layout"]  # the figure of the page is left as it was


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_on_bands_can_be_read(palette):
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name, (ground, ink) in palette.bands.items():
        bright, dark = sorted((light(ground), light(ink)), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, name


def test_the_first_simulation_says_that_it_compiles(monkeypatch):
    context = here("china", "en")
    slow = Status("a", "running", done=0, total=1_000, seconds=5.0)
    monkeypatch.setattr(bands, "is_warm", lambda: False)
    assert bands.progress(context, slow) == "◔ First use: preparing the engine, about 15 seconds."
    assert "0/1,000" in bands.progress(context, replace(slow, seconds=1.0))
    assert "100/1,000" in bands.progress(context, replace(slow, done=100))
    monkeypatch.setattr(bands, "is_warm", lambda: True)
    assert "0/1,000" in bands.progress(context, slow)


def test_numbers_that_are_shown_as_words_stand_at_the_right():
    table = pd.DataFrame({
        "name": ["A", "B"], "months": ["38.9", "—"], "change": ["+16.5 pt", "−6.0 pt"], "sum": ["1,207.0 亿元", ""],
        "chance": ["8% ±1.6 个百分点", "<1%"], "year": ["2053", "not by 2060"],
    })  # fmt: skip
    found = [name for name in table if chart_card._are_numbers(table[name])]
    assert found == ["months", "change", "sum", "chance"]


def test_a_difference_that_no_digit_shows_does_not_fill_the_strip():
    shown = Shown("baseline", "A", 0, LIGHT)
    alike = [CardLine(shown, "1,215", value) for value in (1215.01, 1215.02)]
    assert all(map(math.isnan, _span(alike)))
    assert 'class="pc-strip"' not in _line(alike[0], *_span(alike), "")
    apart = [CardLine(shown, text, value) for text, value in (("2040", 2040.0), ("2041", 2041.0))]
    assert _span(apart) == (2040.0, 2041.0)
    banded = [CardLine(shown, "0.0", 0.0, 0.0, high) for high in (8.0, 9.0)]
    assert _span(banded) == (0.0, 9.0)
