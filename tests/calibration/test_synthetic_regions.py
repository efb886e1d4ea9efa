"""The generator of synthetic sets: the same seed gives the same bytes, and what it writes projects."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import poolcast
from poolcast.calibration import synthetic_accounts
from poolcast.calibration.hebei_regions import hebei_plan
from poolcast.calibration.region_profiles import generator
from poolcast.calibration.set_tables import Table, joined, number, yuan
from poolcast.calibration.synthetic_people import cover_weights, migrant_profile, tilted_ages, tilted_shares
from poolcast.calibration.synthetic_regions import generate_hebei, generate_set, load_base, main
from poolcast.parameters.axes import STATUSES
from poolcast.parameters.declaration import Words
from poolcast.parameters.location import package_copy
from poolcast.projection.control_totals import factor_report
from poolcast.scenarios.catalogue import find_lever
from poolcast.scenarios.scenario import LeverCall, Scenario

COMMITTED = package_copy("assumptions") / "hebei"


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate_set(tmp_path_factory.mktemp("sets") / "forty", regions=40, seed=7, parents=4)


def test_hebei_is_what_the_generator_writes(tmp_path: Path) -> None:
    made = generate_hebei(tmp_path / "hebei")
    written = {file.name: file.read_bytes() for file in made.iterdir()}
    committed = {file.name: file.read_bytes() for file in COMMITTED.iterdir() if file.suffix in (".csv", ".yaml")}
    assert written.keys() == committed.keys()
    changed = [name for name, content in written.items() if content != committed[name]]
    assert not changed, "run `python -m poolcast.calibration.synthetic_regions --hebei` and commit what it writes"


def test_provinces_of_a_generated_set_share_a_pool(forty: Path) -> None:
    """What is paid in across four provinces is granted or kept; the pool rests in the law in force."""
    law = poolcast.calibrate(poolcast.load_assumptions(forty))
    assert [len(law.regions_of(pool)) for pool in law.pools] == [40]
    assert "POOL" not in poolcast.project(law).region.values
    lever = find_lever("G02")
    assert lever is not None
    words = Words("x", "x")
    shared = Scenario("shared", words, words, reforms=(LeverCall(lever),)).apply(law)
    forecast = poolcast.project(shared)
    assert forecast.kind.sel(region="POOL") == "pool"
    own = forecast.isel(region=slice(0, 40)).sel(ledger=["EPF", "RPF"]).sum(("region", "ledger"))
    paid, granted = own.expenditure_by_line.sel(expenditure_line="E5"), own.revenue_by_line.sel(revenue_line="R5")
    fund = forecast.sel(region="POOL", ledger="ADJ")
    assert float(paid.sum()) > 0
    assert float(granted.sum()) > 0
    left = (paid - granted).cumsum("year") + fund.interest.cumsum("year")
    np.testing.assert_allclose(fund.reserve, left, rtol=1e-9, atol=1e-9 * float(paid.sum()))


def test_hebei_is_small() -> None:
    assert sum(file.stat().st_size for file in COMMITTED.iterdir()) < 6_000_000


def test_forty_regions_load_calibrate_and_project(forty: Path) -> None:
    assumptions = poolcast.load_assumptions(forty)
    assert len(assumptions.regions) == 40
    assert len(assumptions.parents) == 4
    assert all(factor.within_range for factor in factor_report(poolcast.calibrate(assumptions)))
    forecast = poolcast.project(assumptions)
    assert forecast.attrs["synthetic"] == 1
    kept = forecast.sel(ledger=["EPF", "EPA", "RPF", "LAS", "LTCI", "VBPR"]).isel(region=slice(0, 40))
    assert np.isfinite(kept.reserve).all()


def test_calibration_finds_the_factors_that_were_drawn(forty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calibrated = poolcast.calibrate(poolcast.load_assumptions(forty))
    neutral = synthetic_accounts.neutral(poolcast.load_assumptions(forty))
    plan = replace(hebei_plan(), seed=7, regions=tuple(_Coded(code) for code in neutral.region_codes))  # type: ignore[arg-type]
    drawn = synthetic_accounts._drawn_factors(neutral, plan)
    resident = ("maternity_allowance", "maternity_care", "dual_channel")
    for name, wanted in drawn.items():
        found = calibrated[name]
        if name == "calibration.other_expenditure_share":
            np.testing.assert_allclose(found[:, [0, 2]], wanted[:, [0, 2]], atol=2e-3)
            continue
        paid = found != 1.0  # what pays nothing is not to be found: residents have no maternity allowance
        assert paid.any() or name in resident
        np.testing.assert_allclose(found[paid], wanted[paid], rtol=5e-3, err_msg=name)


class _Coded:
    """Stands for a region where only its code matters."""

    def __init__(self, code: str) -> None:
        self.code = code


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    one, two, other = (
        {file.name: file.read_bytes() for file in generate_set(tmp_path / name, 3, seed, 2, name="same").iterdir()}
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert one == two
    assert one["population.csv"] != other["population.csv"]


def test_draws_depend_on_the_words_and_not_on_the_order() -> None:
    first = generator(1, "130100").random()
    generator(1, "other").random(1000)
    assert generator(1, "130100").random() == first
    assert generator(2, "130100").random() != first
    assert generator(1, "130200").random() != first


def test_migrants_are_young_and_add_to_one() -> None:
    profile = migrant_profile()
    assert profile.sum() == pytest.approx(1, abs=1e-9)
    assert (profile >= 0).all()
    assert 21 <= int(profile.sum(0).argmax()) <= 26


def test_ages_and_cover_meet_their_targets() -> None:
    base = load_base()
    for region in hebei_plan().regions:
        people = tilted_ages(base["population.at_base_year_end"][0], region)
        assert people.sum() == pytest.approx(region.population)
        assert people[:, :15].sum() / people.sum() == pytest.approx(region.children, abs=1e-9)
        assert people[:, 60:].sum() / people.sum() == pytest.approx(region.old, abs=1e-9)
        share = base["coverage.status_share"][0]
        members = (tilted_shares(share, cover_weights(share, people, region)) * people).sum((1, 2))
        scheme = dict(zip(STATUSES, members / people.sum(), strict=True))
        assert scheme["uninsured"] == pytest.approx(region.uninsured, abs=1e-8)
        assert 1 - scheme["child"] - scheme["adult_resident"] - scheme["uninsured"] == pytest.approx(
            region.employees, abs=1e-8
        )


def test_numbers_are_written_in_plain_decimals() -> None:
    assert [number(value) for value in (0.0, 1e-7, 123456789.0, 0.1 + 0.2, 5.1e12)] == [
        "0", "0.0000001", "123457000", "0.3", "5100000000000",
    ]  # fmt: skip
    assert yuan(123_456_789.4) == "123456800"
    assert list(joined(["1", "1", "2", "2", "3"])) == [("0-1", "1"), ("2-3", "2"), ("4", "3")]


def test_a_row_must_have_the_axes_of_its_parameter() -> None:
    with pytest.raises(ValueError, match="varies by"):
        Table("any").add("economy.average_wage", "1", region="130100")


@pytest.mark.parametrize("arguments", [[], ["--regions", "3"], ["--hebei", "--regions", "3", "--out", "x"]])
def test_a_wrong_command_line_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize(("regions", "parents"), [(3, 4), (40, 32), (0, 0), (200_000, 1)])
def test_impossible_numbers_of_regions_are_refused(tmp_path: Path, regions: int, parents: int) -> None:
    with pytest.raises(ValueError, match=r"possible|at most"):
        generate_set(tmp_path / "set", regions=regions, parents=parents)
