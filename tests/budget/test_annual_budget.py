"""The annual budget: its door, its schedules, and the approved budget that is read."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

import poolcast
from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.schedules import TITLES
from poolcast.outlook.pool_totals import with_pools
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import ResultError


def test_the_room_is_its_own_door(china_set: Assumptions, china: AnnualBudget) -> None:
    """Importing the room must not hide the function of the same name."""
    importlib.import_module("poolcast.budget.statement")
    made = poolcast.budget(china_set)
    assert isinstance(made, poolcast.AnnualBudget)
    assert made.year == china.year == 2027
    assert "budget" in dir(poolcast)


def test_the_forecast_is_that_of_project(china: AnnualBudget, china_set: Assumptions) -> None:
    wanted = poolcast.project(china_set)
    assert china.forecast.identical(wanted)


def test_schedules(china: AnnualBudget, hebei: AnnualBudget) -> None:
    for one in (china, hebei):
        for region, found in one.schedules.items():
            assert set(found) == set(TITLES) - {"S6"}
            for schedule in found.values():
                assert schedule.region == region
                assert all(len(row.values) == len(schedule.columns) for row in schedule.rows)
                assert len({row.key for row in schedule.rows}) == len(schedule.rows)
                assert all(row.trace and row.label.zh for row in schedule.rows)


def test_figures_of_schedules_are_those_of_the_forecast(hebei: AnnualBudget) -> None:
    found, here = hebei.schedules["130200"], hebei.forecast.sel(region="130200", year=2027)
    assert found["S1"].value("members/retired", "draft") == float(here.members.sel(status="retired"))
    residents = ["child", "adult_resident"]
    services = float(here.services.sel(status=residents, benefit="inpatient").sum())
    heads = float(here.average_members.sel(status=residents).sum())
    assert found["S3"].value("resident/inpatient/use", "draft") == pytest.approx(services / heads)
    outside = float(here.inpatient_payments.sel(status=residents, tier="out_of_region").sum())
    assert found["S5"].value("resident/outside", "draft") == pytest.approx(outside)
    made = hebei.statements["130200"]
    assert found["S2"].value("collected", "draft") == pytest.approx(made.value("R1.1", "EPF"))
    assert found["S2"].value("arrears", "draft") == pytest.approx(made.value("M3", "EPF"))
    rate = hebei.read.in_year("revenue.collection_rate", 2027)[1]
    assert found["S2"].value("collection_rate", "draft") == pytest.approx(rate)
    providers = hebei.provider_budgets.of("130200", "RPF", 2027)
    assert providers is not None
    dip = next(block for block in providers.blocks if block.method == "dip")
    assert found["S4"].value("RPF/dip", "draft") == dip.budget
    assert found["S4"].value("RPF/dip/settled", "draft") == dip.settled
    assert found["S4"].value("RPF/dip/price", "draft") == pytest.approx(providers.prices["dip"].at_start)
    rates = found["S7"].table().set_index("row")
    assert rates.loc["revenue.employer_rate", "draft"] == hebei.read.in_year("revenue.employer_rate", 2027)[1]
    assert rates.loc["provider_budget.risk_share[scheme=employee]", "evidence"] == "borrowed"


def test_schedules_of_a_pool_add_its_regions(hebei: AnnualBudget) -> None:
    found = hebei.schedules["130000"]["S1"]
    members = with_pools(hebei.forecast, hebei.forecast.members).sel(region="130000", year=2027)
    assert found.value("members/active", "draft") == float(members.sel(status="active")) > 0
    with pytest.raises(ResultError, match="allowed"):
        found.value("members/activ", "draft")


_HEADER = "year,region,ledger,line,amount,unit,note\n"


def _write(folder: Path, text: str) -> Path:
    file = folder / "approved.csv"
    file.write_text(_HEADER + text, encoding="utf-8")
    return file


def test_an_approved_budget_fills_its_sums(tmp_path: Path, china_set: Assumptions) -> None:
    rows = """2026,000000,EPF,R1.1,17000,亿元,
2026,000000,EPF,R1.3,2500,100m yuan,
2026,000000,EPF,R3,6000000,万元,
2026,000000,EPF,E,1400000000000,yuan,
2026,000000,EPF,B2,35144.13,亿元,
2025,000000,EPF,E,1,亿元,another year
"""
    made = budget(china_set, approved=_write(tmp_path, rows))
    statement = made.statements["000000"]
    shown = {line: statement.value(line, "EPF", "budget") / 1e8 for line in ("R1", "R", "E", "B1", "B2", "B3")}
    wanted = {"R1": 19500.0, "R": 20100.0, "E": 14000.0, "B1": 6100.0, "B2": 35144.13, "B3": 41244.13}
    assert shown == pytest.approx(wanted)
    assert np.isnan(statement.value("R", "RPF", "budget"))
    assert [column.key for column in statement.columns][:3] == ["outcome", "budget", "outlook"]
    apart = made.schedules["000000"]["S8"]
    assert apart.value("EPF/E", "deviation") == pytest.approx(statement.value("E", "EPF", "outlook") - 1.4e12)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("2026,00000,EPF,R1.1,1,亿元,\n", "Did you mean '000000'"),
        ("2026,000000,EFP,R1.1,1,亿元,\n", "EPF"),
        ("2026,000000,EPF,R1.11,1,亿元,\n", "R1.1"),
        ("2026,000000,EPF,B4.1,1,亿元,\n", "R1.1"),
        ("2026,000000,EPF,R1.1,1 000,亿元,\n", "thousands separators"),
        ("2026,000000,EPF,R1.1,1,billion,\n", "亿元"),
        ("2026,000000,EPF,R1.1,1,亿元,\n2026,000000,EPF,R1.1,1,亿元,\n", "twice"),
        ("2026,000000,EPF,R1.1,1,亿元,\n2026,000000,EPF,R1,2,亿元,\n", "from its rows"),
        ("2025,000000,EPF,R1.1,1,亿元,\n", "no row of 2026"),
        ("next,000000,EPF,R1.1,1,亿元,\n", "a year"),
        ("2026,000000,EPF\n", "cells"),
    ],
)
def test_faults_of_an_approved_budget_are_named(tmp_path: Path, china_set: Assumptions, rows: str, what: str) -> None:
    with pytest.raises(ResultError, match=what):
        budget(china_set, approved=_write(tmp_path, rows))


def test_every_fault_at_once(tmp_path: Path, china_set: Assumptions) -> None:
    file = _write(tmp_path, "2026,0,EFP,R1.11,x,billion,\n2026,000000,EPF,R1.1,y,亿元,\n")
    with pytest.raises(ResultError) as caught:
        budget(china_set, approved=file)
    assert len(caught.value.problems) == 6
    assert {problem.row for problem in caught.value.problems} == {2, 3}
    with pytest.raises(ResultError, match="no such file"):
        budget(china_set, approved=tmp_path / "none.csv")
    (tmp_path / "short.csv").write_text("year,region\n2026,000000\n", encoding="utf-8")
    with pytest.raises(ResultError, match="no column ledger, line, amount, unit"):
        budget(china_set, approved=tmp_path / "short.csv")
