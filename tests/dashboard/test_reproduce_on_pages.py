"""Reproduce on every page: what stands behind the button prints what that page shows now, and can be run."""

from __future__ import annotations

import pytest

from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.reproduce import report_command
from poolcast.dashboard.services.sets import Edit, edited_set
from poolcast.scenarios.scenario import BASELINE
from tests.dashboard.opening import open_page
from tests.dashboard.services_shared import draft, loaded

DRAFT = Draft().with_lever("B01").link()


def offered(app):
    """Return the command line and the lines of Python behind the button of the bar."""
    codes = [code.value for code in app.code]
    command = next(code for code in codes if code.startswith("poolcast "))
    return command, next(code for code in codes if code.startswith("import poolcast"))


@pytest.mark.parametrize(("page", "query", "command"), [
    ("overview", {}, "poolcast run baseline --set china --ledger EPF"),
    ("compare", {}, "poolcast run baseline"),
    ("compare", {"s": "high_cost", "ledger": "CII"}, "poolcast compare baseline high_cost --measure balance"),
    ("build", {"d": DRAFT}, "poolcast compare baseline draft.yaml --measure payable_months"),
    ("build", {}, "poolcast run baseline"),
    ("uncertainty", {"paths": "10", "measure": "first_deficit"}, "poolcast simulate baseline --paths 40 --seed 7"),
    ("uncertainty", {"s": "high_cost", "one": "high_cost"}, "poolcast simulate baseline high_cost --paths 1000"),
    ("solve", {"year": "2040"}, "poolcast solve revenue.employer_rate --for 'payable_months(EPF, year=2040) >= 6'"),
    ("budget", {"ledger": "RPF"}, "poolcast budget --scenario baseline"),
])  # fmt: skip
def test_the_first_run_of_a_page_offers_its_own_command(page, query, command):
    app = open_page(page, session={"ctx_reproduce": True}, lang="en", **query)
    assert offered(app)[0].startswith(command)


@pytest.mark.parametrize(("page", "query"), [("compare", {}), ("forecast", {"measure": "first_deficit"})])
def test_lines_of_a_view_without_the_measure_of_the_address_can_be_run(page, query, capsys):
    app = open_page(page, session={"ctx_reproduce": True}, lang="en", **query)
    exec(compile(offered(app)[1], page, "exec"), {})
    assert "payable_months" in capsys.readouterr().out


def test_a_page_that_shows_nothing_offers_nothing_of_the_view_before():
    app = open_page("solve", session={"ctx_reproduce": True}, lang="en")
    assert offered(app)[0].startswith("poolcast solve")
    app.selectbox(key="ledger@en").set_value("CII").run()
    assert offered(app)[0].startswith("poolcast run baseline --set china --region 000000 --ledger CII")


def test_the_report_of_a_draft_on_a_set_of_the_readers_own_names_both_as_files():
    mine = edited_set(loaded(), [Edit("revenue.employer_rate", 0.09)])
    command = report_command(mine, draft("B01").scenario, "reserve(EPF, year=2040)", 200, 7, "en")
    assert command.startswith(
        "poolcast sensitivity draft.yaml --set my_china --of 'reserve(EPF, year=2040)' --paths 200"
    )
    named = report_command(loaded(), BASELINE, "reserve(EPF, year=2040)", 200, 7, "en")
    assert named.startswith("poolcast sensitivity baseline --set china --of")
