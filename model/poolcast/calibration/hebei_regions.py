"""The plan of the set ``hebei``: real anchors of 14 regions, and what is invented around them.

The anchors are the tables in ``anchors/``: ``regions`` (people, ages, wages 2021, and what is invented for each city),
``flows`` (invented), ``figures`` (published rows that go into the set as they are) and ``sources``. Nothing of the
rest may be quoted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.calibration.region_profiles import Figure, ParentProfile, RegionProfile, SetPlan, anchor_rows
from poolcast.parameters.assumptions import CommonPool, Source
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words

Array = NDArray[np.float64]

SEED = 20251231
PROVINCE = "130000"
_PROVINCES = ("110000", "120000", PROVINCE)
XIONGAN = "133100"
"""A key of this set: Xiong'an has no code in GB/T 2260."""

_POPULATION = 73_630_000.0
"""Hebei at the end of 2025: 73.78 million a year before (bulletin of 2024) less the fall of that year."""

_CHILDREN, _OLD = 0.168, 0.236
"""Shares of 0-14 and 60+: 2020 20.22 % and 19.85 %, 2022 18.57 % and 21.0 %, 2024 18.4 % (0-15) and 22.85 %."""

_NEWBORNS = -0.3
"""So that the province has about the births printed for 2024: 440,000, or 5.9 per 1,000 people."""

_INCOME, _PRODUCT = 36_439.0, 4.93e12
"""Disposable income per head and gross domestic product of the province in 2025 (government work report 2026)."""

_WAGE = 77_130.0
"""Full-calibre wage of the province in 2025: half of 97,046 and half of 52,374 yuan (2024), 3 % more."""

_WAGE_2021 = 82_526.0
"""Non-private wage of the province in 2021, against which the wages of the cities are read."""


_TILES = {
    "130700": (1, 0),
    "130800": (3, 0),
    "110000": (2, 1),
    "130200": (3, 1),
    "130300": (4, 1),
    "130600": (1, 2),
    "131000": (2, 2),
    "120000": (3, 2),
    "130100": (1, 3),
    "133100": (2, 3),
    "130900": (3, 3),
    "130500": (1, 4),
    "131100": (2, 4),
    "130400": (1, 5),
}
"""About where the regions lie to each other: column from west to east, row from north to south."""


def hebei_plan() -> SetPlan:
    """Return the plan of the set ``hebei``."""
    return SetPlan(
        name="hebei",
        title=Words("Hebei with Xiong'an, Beijing and Tianjin (synthetic)", "河北(含雄安)与京津(合成数据)"),
        description=Words(
            "Eleven cities of Hebei, Xiong'an, Beijing and Tianjin as 14 pooling regions: pooling, adjustment funds, "
            "migration and cross-region care. Synthetic: totals of people, wages and incomes rest on published figures "
            "where there are any; accounts, members by status, rules and moves of people are generated and must not be "
            "quoted.",
            "河北十一市、雄安新区、北京和天津共14个统筹区,用于统筹层次、调剂金、人口迁移和异地就医分析。合成数据:"
            "人口总量、工资和收入在有公开数据处以其为锚,"
            "基金账、分状态参保人数、政策规则和迁移均由程序生成,不得引用。",
        ),
        seed=SEED,
        regions=(*_cities(), *_municipalities()),
        parents=(ParentProfile(PROVINCE, Words("Hebei", "河北省")),),
        flows={(row["origin"], row["destination"]): float(row["persons"]) for row in anchor_rows("flows")},
        keeps_up=frozenset({XIONGAN}),
        figures=tuple(_figure(row) for row in anchor_rows("figures")),
        sources={row["key"]: Source(**row) for row in anchor_rows("sources")},
        pools=(CommonPool("JJJ", Words("Beijing-Tianjin-Hebei pool", "京津冀共同基金"), _PROVINCES),),
        short=Words("Hebei, Beijing, Tianjin", "河北及京津 14 区"),
        tiles=_TILES,
    )


def _figure(row: dict[str, str]) -> Figure:
    axes = {axis: row[axis] for axis in AXES if row.get(axis)}
    return Figure(
        row["parameter"], float(row["value"]), axes, row["evidence"], row["grade"], row["source"], row["note"]
    )


def _cities() -> tuple[RegionProfile, ...]:
    """Bring the cities to the totals of the province, and invent what is not known."""
    rows = anchor_rows("regions")

    def column(name: str) -> Array:
        return np.array([float(row[name]) for row in rows])

    recent = np.array([row["population_is"] == "recent" for row in rows])
    heads = _to_total(column("population") * 1e4, np.ones(len(rows)), recent, _POPULATION)
    known = np.array([row["ages_are"] == "known" for row in rows])
    children = _to_total(column("children"), heads, known, _CHILDREN * heads.sum())
    old = _to_total(column("old"), heads, known, _OLD * heads.sum())
    relative = column("wage_2021") / _WAGE_2021
    income = relative**0.8 * _INCOME * heads.sum() / (relative**0.8 * heads).sum()
    product = _PRODUCT * heads * relative**1.2 / (heads * relative**1.2).sum()
    return tuple(
        RegionProfile(
            code=row["code"],
            name=Words(row["en"], row["zh"]),
            parent=PROVINCE,
            population=float(heads[number]),
            children=float(children[number]),
            old=float(old[number]),
            young_adults=float(row["young_adults"]),
            newborns=_NEWBORNS,
            employees=float(row["employees"]),
            uninsured=float(row["uninsured"]),
            wage=float(_WAGE * relative[number]),
            income=float(income[number]),
            product=float(product[number]),
            out_of_region=float(row["out_of_region"]),
            long_term_care=float(row["long_term_care"]),
            reserve_months=(float(row["months_EPF"]), float(row["months_RPF"])),
            employee_spending=float(row["spending_EPF"]),
            resident_spending=float(row["spending_RPF"]),
            outside_migration=float(row["outside_migration"]),
            evidence="estimated" if row["sources"] else "invented",
            sources=row["sources"],
            wage_sources="HE_W2021;HE_W2024" if row["sources"] else "",
            income_sources="HE_GWR2026;HE_W2021" if row["sources"] else "",
        )
        for number, row in enumerate(rows)
    )


def _to_total(values: Array, weights: Array, known: NDArray[np.bool_], wanted: float) -> Array:
    """Scale the values that are not known so that the weighted sum over all is what is known of the province."""
    missing = wanted - (values * weights)[known].sum()
    result: Array = np.where(known, values, values * missing / (values * weights)[~known].sum())
    return result


def _municipalities() -> tuple[RegionProfile, ...]:
    """Beijing and Tianjin: single regions beside the province, without a parent, so that no pool takes them in.

    Known: year-end populations, ages of the census of 2020 (carried on), members of the employee scheme (Beijing 2021
    14.86 of 21.89 million, Tianjin 2022 6.426 of 13.63 million), income of Beijing in 2022. The rest is invented.
    """
    beijing = RegionProfile(
        code="110000",
        name=Words("Beijing", "北京市"),
        parent=None,
        population=21_830_000.0,
        children=0.113,
        old=0.232,
        young_adults=0.3,
        employees=0.67,
        uninsured=0.14,
        wage=145_000.0,
        income=91_000.0,
        product=5.1e12,
        mortality=0.76,
        out_of_region=0.02,
        resident_premium=480.0,
        resident_subsidy=1_450.0,
        long_term_care=0.35,
        reserve_months=(22.0, 10.0),
        employee_spending=0.82,
        resident_spending=0.96,
        outside_migration=1.0,
        evidence="estimated",
        sources="BJ_C2022;CENSUS7_B5",
        income_sources="BJ_C2022",
        newborns=0.25,
    )
    tianjin = RegionProfile(
        code="120000",
        name=Words("Tianjin", "天津市"),
        parent=None,
        population=13_630_000.0,
        children=0.122,
        old=0.255,
        young_adults=0.1,
        employees=0.478,
        uninsured=0.137,
        wage=105_000.0,
        income=55_000.0,
        product=1.85e12,
        mortality=0.82,
        out_of_region=0.04,
        resident_premium=420.0,
        resident_subsidy=800.0,
        long_term_care=0.55,
        reserve_months=(16.0, 8.0),
        employee_spending=0.90,
        resident_spending=1.0,
        outside_migration=0.5,
        evidence="estimated",
        sources="TJ_C2024;CENSUS7_B5;NBS_TJ",
    )
    return beijing, tianjin
