"""The template: the smallest workbook that makes a region, written from the declarations.

About sixty numbers a region: people by three age groups, members, accounts of one to five years, wages, and the rules
of benefits. Everything else is borrowed from the set named in ``based_on`` and listed as borrowed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from poolcast.parameters.assumptions import Assumptions, Region
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import UNITS, Parameter, Words
from poolcast.parameters.declarations import OPTIONS, PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.export import refuse_place, replacing
from poolcast.parameters.exchange.layout import SheetTable
from poolcast.parameters.number_cells import plain
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.selectors import ALL, FIXED_MEMBERS, select
from poolcast.parameters.set_file import SetFile

REQUIRED = Words("required", "必填 required")
MAY_BORROW = Words("may be borrowed", "可借用")
OPTIONAL = Words("optional", "可省略")
INSTEAD = Words("instead of two rows on 'accounts'", "可代替 accounts 表两行")
WITH_THE_REST = Words("with the rest of its block", "随同填写 with the rest")
GIVEN = Words("given, change if you know better", "已预填,可修改")

MOST_YEARS = 5
MOST_REGIONS = 500
LEDGERS = ("EPF", "EPA", "RPF", "CII")
_PAYING = "active|flexible|unemployed|paying_past_retirement"
_RESIDENTS = "child|adult_resident"
_BENEFITS = "inpatient|outpatient|chronic|dual_channel|maternity_care|maternity_allowance"
_HELPERS = ("#name", "#needed", "#range", "#example")


@dataclass(frozen=True)
class Item:
    """One line of the template.

    Parameters
    ----------
    sheet : str
        Table on which it stands.
    parameter : str
        Its name.
    axes : dict of str to str
        Cells of the axes other than region and year.
    years : tuple of int
        Years counted from the base year; of history too, where ``history``.
    needed : Words
        Whether it must be given.
    value, note : str
        Already filled in, as an assumption with this note.
    history : bool
        Whether earlier years may be given too.
    several : bool
        Only where there are several regions; given once for all of them.
    """

    sheet: str
    parameter: str
    axes: dict[str, str]
    years: tuple[int, ...] = ()
    needed: Words = MAY_BORROW
    value: str = ""
    note: str = ""
    history: bool = False
    several: bool = False


def _people() -> Iterator[Item]:
    for parameter in ("population.at_previous_year_end", "population.at_base_year_end"):
        for age in ("0-14", "15-59", "60+"):
            yield Item("totals", parameter, {"sex": ALL, "age": age}, (), REQUIRED)
    for status in (_PAYING, "retired", _RESIDENTS):
        yield Item("totals", "accounts.members", {"status": status}, (-1, 0), REQUIRED)


def _accounts() -> Iterator[Item]:
    for name in ("revenue", "expenditure", "reserve"):
        for ledger in ("EPF", "EPA", "RPF"):
            yield Item("accounts", f"accounts.{name}", {"ledger": ledger}, (0,), REQUIRED, history=True)
    for name in ("revenue", "expenditure"):
        yield Item("totals", f"accounts.{name}", {"ledger": "EPF|EPA"}, (0,), INSTEAD)
    for ledger in LEDGERS:
        needed = REQUIRED if ledger != "CII" else GIVEN
        value = "" if ledger != "CII" else "0"
        note = "" if ledger != "CII" else "no reserve: the premium is paid out"
        yield Item("accounts", "ledger.opening_reserve", {"ledger": ledger}, (), needed, value, note)
    for scheme in ("employee", "resident"):
        axes = {"scheme": scheme, "benefit": _BENEFITS}
        yield Item("totals", "accounts.benefit_expenditure", axes, (0,), REQUIRED)
    for scheme in ("employee", "resident"):
        for name in ("admissions", "cost_per_admission"):
            yield Item("accounts", f"accounts.{name}", {"scheme": scheme}, (0,), OPTIONAL, history=True)


def _economy() -> Iterator[Item]:
    yield Item("economy", "economy.gross_domestic_product", {}, (0,), REQUIRED)
    yield Item("economy", "economy.average_wage", {}, (-2, -1, 0), REQUIRED)
    yield Item("economy", "economy.average_pension", {}, (0,))
    yield Item("economy", "economy.disposable_income", {}, (-1, 0))


def _rules() -> Iterator[Item]:
    for name in ("employer_rate", "employee_rate", "flexible_rate"):
        yield Item("rates", f"revenue.{name}", {}, (0,))
    yield Item("rates", "resident.personal_premium", {}, (0, 1))
    yield Item("rates", "resident.subsidy", {}, (0, 1))
    for status in (_PAYING, "retired", _RESIDENTS):
        for tier in ("primary", "secondary", "tertiary", "out_of_region"):
            axes = {"status": status, "tier": tier}
            yield Item("benefits", "inpatient.reimbursement_rate", axes, (0,))
    nobody = {"status": "uninsured", "tier": ALL}
    yield Item("benefits", "inpatient.reimbursement_rate", nobody, (0,), WITH_THE_REST, "0", "no cover")
    for name in ("reimbursement_rate", "deductible", "ceiling"):
        for status in (_PAYING, "retired", _RESIDENTS):
            yield Item("benefits", f"outpatient.{name}", {"status": status}, (0,))
        nobody = {"status": "uninsured"}
        yield Item("benefits", f"outpatient.{name}", nobody, (0,), WITH_THE_REST, "0", "no cover")


def _without_people() -> Iterator[Item]:
    """What a template fills in itself."""
    stay = "nobody moves in or out; write the net number a year if you know it"
    everyone = {"sex": ALL, "age": ALL}
    yield Item("migration", "population.net_migration", everyone, (1,), GIVEN, "0", stay)
    moves = {"destination": ALL}
    yield Item("migration", "population.migration_flow", moves, (1,), GIVEN, "0", stay, several=True)
    for age, share in (("20-44", "0.02"), ("0-19|45+", "0")):
        note = "even over ages 20 to 44; read only where people move"
        axes = {"sex": ALL, "age": age}
        yield Item("migration", "population.migration_age_profile", axes, (), GIVEN, share, note, several=True)


ITEMS: tuple[Item, ...] = (*_people(), *_accounts(), *_economy(), *_rules(), *_without_people())

SHEET_ORDER = ("totals", "accounts", "economy", "rates", "benefits", "migration")


def template_set_file(below: Assumptions, codes: Sequence[str], base_year: int) -> SetFile:
    """Return the head of a new set: its regions by code, and the options of the set below."""
    options = {name: below.options.get(name, option.default or "") for name, option in OPTIONS.items()}
    options |= {"calibration": "accounts", "payment_rule": "fee_for_service", "adjustment_fund": "none"}
    return SetFile(
        "",
        name="my_set",
        title=Words("My pooling regions", "本地统筹区"),
        description=Words("Entered with the template.", "由模板录入。"),
        base_year=base_year,
        last_year=below.last_year,
        longest=below.last_year,
        based_on=below.name,
        ledgers=LEDGERS,
        options={name: choice for name, choice in options.items() if choice},
        regions=tuple(Region(code, Words(f"Region {code}", f"统筹区 {code}")) for code in codes),
    )


def template_tables(set_file: SetFile, below: Assumptions, language: str, years: int = 1) -> list[SheetTable]:
    """Return the tables of a template.

    Parameters
    ----------
    set_file : SetFile
        Regions and base year.
    below : Assumptions
        The set from which the rest is borrowed; gives the examples.
    language : {"en", "zh"}
        Language of the helpers.
    years : int
        Years of accounts, the base year the last of them.
    """
    codes = [region.code for region in set_file.regions]
    tables = []
    for sheet in SHEET_ORDER:
        items = [item for item in ITEMS if item.sheet == sheet and (not item.several or len(codes) > 1)]
        axes = [axis for axis in FIXED_MEMBERS | {"destination": {}} if any(axis in item.axes for item in items)]
        columns = ("parameter", "#name", "region", "year", *axes, "value", *_HELPERS[1:],
                   "unit", "evidence", "grade", "source", "note")  # fmt: skip
        rows = []
        for code in [ALL] if sheet == "migration" else codes:
            for item in items:
                rows += list(_rows(item, code, set_file, below, axes, language, years))
        kind = layout.TOTALS if sheet == "totals" else layout.TABLE
        tables.append(SheetTable(sheet, columns, rows, kind))
    return tables


def _rows(
    item: Item, code: str, set_file: SetFile, below: Assumptions, axes: Sequence[str], language: str, years: int
) -> Iterator[list[str]]:
    """Yield the rows of an item for a region."""
    parameter = PARAMETERS[item.parameter]
    offsets: Sequence[int | None] = item.years or (None,)
    if item.history:
        offsets = [*range(1 - years, 0), *item.years]
    for offset in offsets:
        needed = item.needed if offset is None or offset in item.years else OPTIONAL
        year = "" if offset is None else str(set_file.base_year + offset)
        yield [
            item.parameter,
            _name(parameter, item, language),
            code if "region" in parameter.dimensions else "",
            year,
            *(item.axes.get(axis, "") for axis in axes),
            item.value,
            needed.in_language(language),
            _range(parameter, item.sheet == "totals", language),
            _example(parameter, item, offset, below),
            parameter.unit,
            "assumption" if item.value else "",
            "",
            "",
            item.note if item.value else "",
        ]


def _name(parameter: Parameter, item: Item, language: str) -> str:
    """Return what a row asks for: the parameter, and the members that it selects, in words."""
    words = [parameter.label.in_language(language)]
    for axis, cell in item.axes.items():
        if cell == ALL:
            continue
        known = AXES[axis].member_labels_zh if language == "zh" else {}
        names = [known.get(name, name.replace("_", " ")) for name in cell.split("|")]
        unit = ("岁" if language == "zh" else "") if axis == "age" else ""
        words.append(("、" if language == "zh" else ", ").join(names) + unit)
    return " · ".join(words)


def _range(parameter: Parameter, total: bool, language: str) -> str:
    """Return bounds and unit."""
    unit = UNITS[parameter.unit][1 if language == "zh" else 0]
    low = plain(parameter.minimum)
    return f"≥ {low} {unit}" if total or parameter.maximum >= 1e12 else f"{low} … {plain(parameter.maximum)} {unit}"


def _example(parameter: Parameter, item: Item, offset: int | None, below: Assumptions) -> str:
    """Return what the set below has there: what would be borrowed, or the like for a million people."""
    if parameter.name not in below:
        return ""
    values = below[parameter.name]
    for axis in reversed(parameter.dimensions):
        number = parameter.dimensions.index(axis)
        if axis == "region":
            chosen: tuple[int, ...] = (0,)
        elif axis == "year":
            chosen = (below.year_position(min(below.base_year + (offset or 0), below.last_year)),)
        else:
            found = select(axis, item.axes.get(axis, ALL), FIXED_MEMBERS[axis]) if axis in FIXED_MEMBERS else ()
            chosen = found if isinstance(found, tuple) else ()
        values = np.take(values, chosen, axis=number)
    if not values.size or np.isnan(values).all():
        return ""
    if parameter.is_extensive:
        people = float(below["population.at_base_year_end"][0].sum())
        return f"{float(f'{float(np.nansum(values)) / people * 1e6:.2e}'):,.0f}"
    return plain(float(np.nanmean(values)))


def write_template(
    to: str | os.PathLike[str],
    *,
    regions: int = 1,
    codes: Sequence[str] = (),
    based_on: str = "china",
    base_year: int | None = None,
    years: int = 1,
    language: str = "zh",
    overwrite: bool = False,
) -> SetFile:
    """Write an empty workbook for new regions.

    Parameters
    ----------
    to : str or path
        ``.xlsx``; written whole or not at all.
    regions : int
        How many regions; they get the codes ``R1``, ``R2`` ... where `codes` does not name them.
    codes : sequence of str
        Division codes.
    based_on : str
        Set from which the rest is borrowed.
    base_year : int, optional
        Last closed year; that of the set below where not given.
    years : int
        Years of accounts to enter, 1 to 5.
    language : {"en", "zh"}
        Which language comes first.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    SetFile
        The head of the new set.
    """
    from poolcast.parameters.exchange.writing import write_book

    place = Path(to).expanduser()
    names = list(codes) or [f"R{number}" for number in range(1, regions + 1)]
    refuse_place(place, overwrite, (".xlsx",))
    below = load_assumptions(based_on)
    year = below.base_year if base_year is None else base_year
    problems = [
        *_out_of_range("--regions", len(names), 1, MOST_REGIONS),
        *_out_of_range("--years", years, 1, MOST_YEARS),
        *_out_of_range("--base-year", year, below.base_year - 5, below.last_year - 1),
        *(
            Problem("--code", f"'{code}'", "codes without blanks, commas or |, each once", "Name each region once.")
            for code in dict.fromkeys(names)
            if not code.strip() or set(code) & set("|,; ") or code == ALL or names.count(code) > 1
        ),
    ]
    if problems:
        raise AssumptionError(problems)
    set_file = template_set_file(below, names, year)
    tables = template_tables(set_file, below, language, years)
    notes = [
        *layout.GUIDANCE_ON_TOTALS,
        Words(
            f"'#example': what {based_on} has there, which would be borrowed; persons and yuan for a million people.",
            f"“#example”列:{based_on} 的相应数值(留空即借用);人数与金额按百万人口折算。",
        ),
    ]
    with replacing(place) as partial:
        write_book(partial, set_file, tables, language, notes)
    return set_file


def _out_of_range(option: str, found: int, low: int, high: int) -> list[Problem]:
    if low <= found <= high:
        return []
    return [Problem(option, str(found), f"{low} to {high}", "Choose a number in that range.", kind=option)]


def numbers_asked(regions: int = 1, years: int = 1) -> int:
    """Return how many cells a template leaves to fill.

    Examples
    --------
    >>> 50 <= numbers_asked() <= 70
    True
    """
    total = 0
    for item in ITEMS:
        if not item.value and item.needed is not INSTEAD:
            total += max(len(item.years), 1) + (years - 1 if item.history else 0)
    return total * regions


def numbers_required(regions: int = 1) -> int:
    """Return how many of the cells of a template must be filled.

    Examples
    --------
    >>> numbers_required(2) == 2 * numbers_required()
    True
    """
    return sum(max(len(item.years), 1) for item in ITEMS if item.needed is REQUIRED) * regions
