"""Plans of any number of invented regions under the provinces, for tests of scale."""

from __future__ import annotations

import numpy as np

from poolcast.calibration.region_profiles import ParentProfile, RegionProfile, SetPlan, anchor_rows, generator
from poolcast.parameters.assumptions import Assumptions, CommonPool
from poolcast.parameters.declaration import Words

_MEAN_POPULATION = 4.2e6
_POOL = Words("Pool of all provinces", "各省共同基金")


def provinces() -> tuple[ParentProfile, ...]:
    """Return the 31 provinces by code."""
    return tuple(ParentProfile(row["code"], Words(row["en"], row["zh"])) for row in anchor_rows("provinces"))


def random_plan(name: str, regions: int, parents: int, seed: int, base: Assumptions) -> SetPlan:
    """Return a plan of invented regions; nothing in it is a figure of a real place, even under a real province.

    Parameters
    ----------
    name : str
        Name of the set.
    regions, parents : int
        Numbers of projected regions and of provinces; regions are dealt out to the provinces in turn.
    seed : int
        Seed of everything that is drawn.
    base : Assumptions
        The set it rests on: anchors scatter around its means.
    """
    most = min(len(provinces()), regions)
    if not 1 <= parents <= most:
        raise ValueError(f"{parents} provinces; between 1 and {most} are possible")
    if regions > 9_999 * parents:
        raise ValueError(f"{regions} regions; at most {9_999 * parents} have a code under {parents} provinces")
    above = provinces()[:parents]
    made = tuple(_region(above[number % parents], number // parents + 1, seed, base) for number in range(regions))
    return SetPlan(
        name=name,
        title=Words(f"{regions} invented regions (synthetic)", f"{regions}个虚构统筹区(合成数据)"),
        description=Words(
            "Invented regions for tests of scale; nothing in this set is a figure of a real place.",
            "用于规模测试的虚构统筹区,不含任何真实地区数据。",
        ),
        seed=seed,
        regions=made,
        parents=above,
        flows=_flows(made),
        profile_level="parent",
        pools=(CommonPool("POOL", _POOL, tuple(parent.code for parent in above)),) if parents > 1 else (),
    )


def _region(parent: ParentProfile, number: int, seed: int, base: Assumptions) -> RegionProfile:
    """Invent a region; the first of a province is its capital: larger, richer, younger."""
    code = f"{parent.code[:2]}{number:02d}00" if number < 100 else f"{parent.code[:2]}{number:04d}"
    draw = generator(seed, code)
    capital = number == 1
    richness = float(np.exp(draw.normal(0.25 if capital else -0.05, 0.15)))
    population = _MEAN_POPULATION * float(np.exp(draw.normal(-0.18, 0.6))) * (2.0 if capital else 1.0)
    year = base.base_year
    wage = float(base.in_year("economy.average_wage", year)[0]) * richness
    product = float(base.in_year("economy.gross_domestic_product", year)[0] / base["population.at_base_year_end"].sum())
    return RegionProfile(
        code=code,
        name=Words(f"{parent.name.en} {number}", f"{parent.name.zh}第{number}区"),
        parent=parent.code,
        population=round(population),
        children=draw.uniform(0.11, 0.19),
        old=draw.uniform(0.18, 0.28) - (0.03 if capital else 0.0),
        young_adults=0.15 if capital else 0.0,
        employees=float(np.clip(0.25 * richness**1.5 + draw.normal(0, 0.02), 0.1, 0.5)),
        uninsured=draw.uniform(0.03, 0.08),
        wage=wage,
        income=float(base.in_year("economy.disposable_income", year)[0]) * richness,
        product=population * product * richness**1.2,
        mortality=1.0,
        out_of_region=draw.uniform(0.03, 0.2),
        resident_premium=None,
        resident_subsidy=None,
        long_term_care=draw.uniform(0.1, 0.5),
        reserve_months=(draw.uniform(3, 24), draw.uniform(2, 9)),
        employee_spending=draw.uniform(0.75, 1.02),
        resident_spending=draw.uniform(0.94, 1.02),
        outside_migration=0.0,
    )


def _flows(regions: tuple[RegionProfile, ...]) -> dict[tuple[str, str], float]:
    """Let 2 in 1,000 people of a region move to the capital of its province, and 1 in 1,000 to that of the next."""
    capitals = list({region.parent: region.code for region in reversed(regions)}.values())[::-1]
    of_parent = {region.parent: region.code for region in reversed(regions)}
    flows: dict[tuple[str, str], float] = {}
    for region in regions:
        home = of_parent[region.parent]
        beside = capitals[(capitals.index(home) + 1) % len(capitals)]
        for target, share in ((home, 0.002), (beside, 0.001)):
            if target != region.code:
                flows[region.code, target] = flows.get((region.code, target), 0.0) + share * region.population
    return flows
