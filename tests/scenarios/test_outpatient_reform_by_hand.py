"""Handbook 11.6: the outpatient rate rises by ten points; figures printed to 0.01 yuan, through a scenario file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.parameters.assumptions import Assumptions
from tests.fixtures.minimal_set import write_minimal_set
from tests.validation.worked_example import VALUES

BEHAVIOUR = {
    "behaviour.own_price_elasticity": [
        ({"benefit": "outpatient"}, -0.52),
        (
            {"benefit": "inpatient|chronic|dual_channel|maternity_care|maternity_allowance|long_term_care"},
            0.0,
        ),
    ],
    "behaviour.cross_price_elasticity": 0.10,
    "behaviour.phase_in": 1.0,
}
REFORM = """\
name: b01
title: {en: Outpatient pooling, zh: 门诊共济}
why: {en: Handbook 11.6, zh: 手册11.6}
source: handbook 11.6
reforms:
  - set: outpatient.reimbursement_rate
    where: {status: active|flexible}
    values: {2026: 0.60}
  - set: outpatient.reimbursement_rate
    where: {status: retired}
    values: {2026: 0.70}
"""


def read_set(folder: Path, **values: object) -> Assumptions:
    return poolcast.load_assumptions(
        write_minimal_set(
            folder,
            base_year=2024,
            last_year=2026,
            ledgers=("EPF", "EPA", "RPF", "CII"),
            options={"wage_distribution": "classes", "outpatient_layers": "fixed_share"},
            values={**VALUES, **BEHAVIOUR, **values},
        )
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, xr.Dataset]:
    folder = tmp_path_factory.mktemp("b01")
    scenario = folder / "b01.yaml"
    scenario.write_text(REFORM, encoding="utf-8")
    assumptions = read_set(folder / "answering")
    silent = read_set(folder / "silent", **{"behaviour.response": 0.0})
    found = {
        "baseline": poolcast.project(assumptions),
        "reform": poolcast.project(assumptions, scenario),
        "static": poolcast.project(silent, scenario),
    }
    return {name: forecast.isel(region=0).sel(year=2026) for name, forecast in found.items()}


def epf(forecast: xr.Dataset, name: str, **where: str) -> float:
    return float(forecast[name].sel(ledger="EPF", **where))


def test_use_answers_the_price(runs: dict[str, xr.Dataset]) -> None:
    ratio = runs["reform"].services / runs["baseline"].services
    for status, outpatient, admissions in (
        ("active", 1.0610415445, 0.9886702447),
        ("flexible", 1.0610415445, 0.9886702447),
        ("retired", 1.0691682786, 0.9872206209),
    ):
        assert float(ratio.sel(status=status, benefit="outpatient")) == pytest.approx(outpatient, abs=5e-11)
        assert float(ratio.sel(status=status, benefit="inpatient")) == pytest.approx(admissions, abs=5e-11)
    residents = ratio.sel(status="adult_resident", benefit=["outpatient", "inpatient"]).values
    assert residents == pytest.approx([1.0, 1.0], abs=1e-15)


@pytest.mark.parametrize(
    ("run", "line", "printed"),
    [
        ("baseline", "E1.2", 2_409_791.58),
        ("static", "E1.2", 2_835_206.64),
        ("reform", "E1.2", 3_024_354.95),
        ("baseline", "E1.1", 8_483_250.09),
        ("static", "E1.1", 8_483_250.09),
        ("reform", "E1.1", 8_378_139.62),
    ],
)
def test_lines(runs: dict[str, xr.Dataset], run: str, line: str, printed: float) -> None:
    assert epf(runs[run], "expenditure_by_line", expenditure_line=line) == pytest.approx(printed, abs=0.0051)


@pytest.mark.parametrize(
    ("name", "baseline", "reform"),
    [
        ("expenditure", 10_893_041.67, 11_402_494.57),
        ("balance_before_interest", -2_268_578.36, -2_778_031.26),
        ("interest", 408_991.20, 403_896.67),
        ("reserve", 19_724_262.13, 19_209_714.70),
    ],
)
def test_accounts(runs: dict[str, xr.Dataset], name: str, baseline: float, reform: float) -> None:
    assert epf(runs["baseline"], name) == pytest.approx(baseline, abs=0.0051)
    assert epf(runs["reform"], name) == pytest.approx(reform, abs=0.0051)


def test_parts_of_the_effect(runs: dict[str, xr.Dataset]) -> None:
    line = {name: epf(run, "expenditure_by_line", expenditure_line="E1.2") for name, run in runs.items()}
    assert line["static"] - line["baseline"] == pytest.approx(425_415.06, abs=0.0051)
    assert line["reform"] - line["static"] == pytest.approx(189_148.31, abs=0.0101)
    spent = epf(runs["reform"], "expenditure") - epf(runs["baseline"], "expenditure")
    assert spent == pytest.approx(509_452.90, abs=0.0051)
    reserve = epf(runs["reform"], "reserve") - epf(runs["baseline"], "reserve")
    assert reserve == pytest.approx(-514_547.43, abs=0.0051)
    assert reserve == pytest.approx(-spent * 1.01, rel=1e-9)
    assert epf(runs["reform"], "payable_months") == pytest.approx(20.2163, abs=5e-5)


def test_the_reform_touches_no_other_ledger(runs: dict[str, xr.Dataset]) -> None:
    for name in ("revenue", "expenditure"):
        for ledger in ("RPF", "EPA"):
            left, right = (float(runs[run][name].sel(ledger=ledger)) for run in ("baseline", "reform"))
            assert left == pytest.approx(right, rel=1e-14)


def test_a_response_in_steps(tmp_path: Path) -> None:
    """Half, four fifths and the whole of the answer in the first three years (handbook 6.7)."""
    steps = [({"response_year": year}, part) for year, part in (("first", 0.5), ("second", 0.8), ("third", 1.0))]
    folder = write_minimal_set(
        tmp_path / "steps",
        last_year=2031,
        options={"outpatient_layers": "fixed_share"},
        values={**BEHAVIOUR, "behaviour.phase_in": steps},
    )
    scenario = tmp_path / "b01.yaml"
    scenario.write_text(REFORM.replace("2026:", "2027:"), encoding="utf-8")
    left, right = poolcast.project(folder), poolcast.project(folder, scenario)
    ratio = (right.services / left.services).sel(status="active", benefit="outpatient").isel(region=0)
    rate = float(poolcast.load_assumptions(folder)["outpatient.reimbursement_rate"][0, 0, 2])
    price = (1 - 0.5 * 0.60) / (1 - 0.5 * rate)  # half of the bill lies between deductible and ceiling
    wanted = [1, 1, *(price ** (-0.52 * part) for part in (0.5, 0.8, 1.0, 1.0, 1.0))]
    np.testing.assert_allclose(ratio.values, wanted, rtol=1e-12)


@pytest.mark.parametrize(("elasticity", "bound"), [(-2.0, 1.6), (-0.52, None)])
def test_the_answer_stays_in_its_bounds(tmp_path: Path, elasticity: float, bound: float | None) -> None:
    """H lies in 0.6-1.6, and the own share never counts for less than 0.02 (handbook 6.7)."""
    own = [({"benefit": "outpatient"}, elasticity), (BEHAVIOUR["behaviour.own_price_elasticity"][1][0], 0.0)]
    folder = write_minimal_set(
        tmp_path / "free",
        options={"outpatient_layers": "fixed_share"},
        values={
            **BEHAVIOUR,
            "behaviour.own_price_elasticity": own,
            "outpatient.share_between_deductible_and_ceiling": 1.0,
            "outpatient.reimbursement_rate": 0.5,
            "outpatient.in_policy_share": 1.0,
        },
    )
    scenario = tmp_path / "b01.yaml"
    scenario.write_text(REFORM.replace("0.60", "1.0").replace("0.70", "0.99"), encoding="utf-8")
    left, right = poolcast.project(folder), poolcast.project(folder, scenario)
    ratio = (right.services / left.services).isel(region=0).sel(year=2026, benefit="outpatient")
    free = (0.02 / 0.5) ** elasticity
    for status in ("active", "retired"):
        assert float(ratio.sel(status=status)) == pytest.approx(min(free, 1.6), rel=1e-12)
    assert (bound is None) or float(ratio.sel(status="active")) == bound
