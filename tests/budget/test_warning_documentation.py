"""The page on early warning says what is declared and measured."""

from __future__ import annotations

import re
from pathlib import Path

from poolcast.budget.warning_documentation import renewed, tables

PAGE = Path(__file__).parents[2] / "docs" / "early-warning.md"


def test_the_tables_of_the_page_are_up_to_date() -> None:
    """Else: python -m poolcast.budget.warning_documentation docs/early-warning.md."""
    text = PAGE.read_text(encoding="utf-8")
    assert renewed(text) == text
    assert set(re.findall(r"<!-- begin (warning-[a-z-]+) -->", text)) == set(tables())


def test_an_older_table_is_replaced() -> None:
    old = "before\n<!-- begin warning-bands -->\nold\n<!-- end warning-bands -->\nafter\n"
    new = renewed(old)
    assert "old" not in new
    assert new.startswith("before\n<!-- begin warning-bands -->\n| band |")
    assert new.endswith("<!-- end warning-bands -->\nafter\n")
