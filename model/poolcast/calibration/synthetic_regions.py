"""The generator of synthetic multi-region sets: ``hebei``, and sets of any size for tests of scale.

``python -m poolcast.calibration.synthetic_regions --hebei`` writes ``assumptions/hebei`` again, to the byte;
``--regions 333 --out FOLDER`` writes a set of that many regions under up to 31 provinces.

How a set is made
-----------------
1. A plan names the regions with a few anchors each (`hebei_regions`, `random_regions`).
2. Ages are tilted from those of the base set to the shares of children and of the old; the year before is run back;
   cover is tilted to the share of the employee scheme (`synthetic_people`).
3. Wages, incomes and cost levels follow from the anchors; the rest is taken from the base set (`synthetic_money`).
4. Calibration factors are drawn, the engine is run with them, and the accounts are read off (`synthetic_accounts`).
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from poolcast.calibration.hebei_regions import hebei_plan
from poolcast.calibration.random_regions import random_plan
from poolcast.calibration.region_profiles import SetPlan
from poolcast.calibration.set_tables import Table, write_set_file
from poolcast.calibration.synthetic_accounts import make_accounts, placeholder_table
from poolcast.calibration.synthetic_money import money_tables
from poolcast.calibration.synthetic_people import make_people, people_tables
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.location import package_copy
from poolcast.parameters.reading import load_assumptions

BASE_SET = "china"
OPTIONS = {
    "calibration": "accounts",
    "coverage_movement": "by_cohort",
    "migration_timing": "end",
    "wage_distribution": "lognormal",
    "outpatient_layers": "distribution",
    "payment_rule": "closure",
    "employee_pool": "region",
    "resident_pool": "region",
    "adjustment_fund": "none",
}


def generate_set(
    folder: str | os.PathLike[str], regions: int = 40, seed: int = 20251231, parents: int = 4, name: str | None = None
) -> Path:
    """Write a complete synthetic set of any number of regions.

    Parameters
    ----------
    folder : str or path
        Folder of the set; made where it is not there.
    regions : int
        Number of projected regions.
    seed : int
        Seed of everything that is drawn.
    parents : int
        Number of provinces above the regions, at most 31.
    name : str, optional
        Name of the set; that of its folder where not given.

    Returns
    -------
    Path
        The folder.
    """
    target = Path(folder)
    return write_plan(target, random_plan(name or target.name, regions, parents, seed, load_base()))


def generate_hebei(folder: str | os.PathLike[str] | None = None) -> Path:
    """Write the set ``hebei``; into ``assumptions/hebei`` where no folder is given."""
    return write_plan(package_copy("assumptions") / "hebei" if folder is None else Path(folder), hebei_plan())


def load_base() -> Assumptions:
    """Return the set on which synthetic sets rest, as far into the future as it goes."""
    return load_assumptions(BASE_SET, to=2075)


def write_plan(folder: Path, plan: SetPlan) -> Path:
    """Make every table of a plan, check that the set can be read, and put it in place of an earlier one."""
    base = load_base()
    made = make_people(plan, base)
    tables = [*people_tables(plan, base, made), *money_tables(plan, base), _figures_table(plan)]
    with tempfile.TemporaryDirectory() as place:
        trial, final = Path(place, "trial"), Path(place, "final")
        _write(trial, plan, base.base_year, [*tables, placeholder_table()], {**OPTIONS, "calibration": "none"})
        accounts = make_accounts(load_assumptions(trial), plan)
        _write(final, plan, base.base_year, [*tables, *accounts.tables], OPTIONS)
        load_assumptions(final)
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.csv"):
            old.unlink()
        for file in sorted(final.iterdir()):
            shutil.copyfile(file, folder / file.name)
    return folder


def _figures_table(plan: SetPlan) -> Table:
    table = Table("published")
    for figure in plan.figures:
        table.add_figure(figure)
    return table


def _write(folder: Path, plan: SetPlan, base_year: int, tables: Sequence[Table], options: dict[str, str]) -> None:
    folder.mkdir()
    write_set_file(folder, plan, base_year, LEDGERS, options)
    for table in tables:
        table.write(folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sets that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m poolcast.calibration.synthetic_regions", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--hebei", action="store_true", help="write assumptions/hebei again")
    parser.add_argument("--regions", type=int, help="write a set of this many regions")
    parser.add_argument("--parents", type=int, default=31, help="provinces above them (31)")
    parser.add_argument("--seed", type=int, default=20251231, help="seed of everything that is drawn")
    parser.add_argument("--out", type=Path, help="folder of the set; with --hebei in place of assumptions/hebei")
    given = parser.parse_args(arguments)
    if not given.hebei and given.regions is None:
        parser.error("name --hebei, or --regions NUMBER with --out FOLDER")
    if given.regions is not None and (given.out is None or given.hebei):
        parser.error("--regions needs --out FOLDER, and stands without --hebei")
    if given.hebei:
        generate_hebei(given.out)
    else:
        generate_set(given.out, given.regions, given.seed, min(given.parents, given.regions))


if __name__ == "__main__":
    main()
