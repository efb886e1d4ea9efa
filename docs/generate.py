"""Writes the generated parts of the documentation, or checks that they are up to date.

    python docs/generate.py            rewrite
    python docs/generate.py --check    say what is out of date; exit code 1 where anything is

Whole pages: the parameter reference in two languages, the variables of a forecast. Blocks between
``<!-- begin NAME -->`` and ``<!-- end NAME -->`` in other pages: measured tables, and what the command line prints.
Numbers in blocks may differ in their last digits from machine to machine.
"""

from __future__ import annotations

import ast
import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import measure_joint
import measure_layers
import numpy as np
import xarray as xr

import poolcast
from poolcast.parameters.documentation import parameter_reference
from poolcast.parameters.errors import AssumptionError
from poolcast.parameters.reading import load_observations
from poolcast.projection.control_totals import factor_report
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES
from poolcast.reporting.population_files import run_population
from poolcast.scenarios.documentation import lever_reference
from poolcast.uncertainty.mortality_estimate import read_history, window_table

HERE = Path(__file__).resolve().parent
UN_CHINA = HERE.parent / "tests" / "data" / "un_china"
GENERATED_PAGES = (
    "reference/parameters.md",
    "reference/parameters.zh.md",
    "reference/forecast.md",
    "reference/levers.md",
    "reference/levers.zh.md",
)
PAGES_WITH_BLOCKS = (
    "first-projection.md",
    "index.zh.md",
    "handbook.md",
    "validation.md",
    "developers.md",
    "uncertainty.md",
    "reference/command-line.md",
    "how-to/enter-a-region.md",
    "how-to/project-a-population.md",
    "how-to/write-a-scenario.md",
)
BLOCK = re.compile(r"(<!-- begin (?P<name>[a-z0-9-]+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)
NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")


@cache
def china() -> xr.Dataset:
    """Return the baseline of `china`."""
    return poolcast.project("china")


def forecast_page() -> str:
    """Return the page of the variables of a forecast."""
    forecast = poolcast.project("china", by_age=True)
    lines = [
        "# The forecast: variables and coordinates",
        "",
        "Made from `poolcast.project('china', by_age=True)`; do not edit. A forecast is an `xarray.Dataset`. With",
        "drivers every variable has a leading `path` dimension, and those with `sex` and `age` are dropped. The last",
        "four, the money by age, are there with `by_age=True` and in run folders. NaN: not defined (a ledger without a",
        "reserve, a member region of a shared pool). Stocks stand at 31 December, flows belong to the year.",
        "",
        "## Coordinates",
        "",
        "| coordinate | axes | members |",
        "|---|---|---|",
    ]
    for name, coordinate in forecast.coords.items():
        values = [str(value) for value in coordinate.values]
        shown = ", ".join(values) if len(values) <= 20 else f"{values[0]} … {values[-1]}"
        lines.append(f"| `{name}` | {', '.join(map(str, coordinate.dims))} | {shown} |")
    lines += ["", "## Variables", "", "| variable | axes | unit | name | 名称 |", "|---|---|---|---|---|"]
    for name, variable in forecast.data_vars.items():
        words = variable.attrs
        axes = ", ".join(map(str, variable.dims))
        lines.append(f"| `{name}` | {axes} | {words['units']} | {words['long_name']} | {words['long_name_zh']} |")
    lines += ["", "## Attributes", "", "| attribute | of this forecast |", "|---|---|"]
    for name, value in forecast.attrs.items():
        shown = "(a hash)" if str(name).endswith("digest") and value else str(value)
        lines.append(f"| `{name}` | {shown or '(empty)'} |")
    return "\n".join(lines) + "\n"


def modules() -> list[str]:
    """Return every module of the package with the first sentence of its docstring, by room."""
    root = HERE.parent / "model" / "poolcast"
    rows, room = [], None
    for path in sorted(root.rglob("*.py"), key=lambda path: (path.parent.relative_to(root).parts, path.name)):
        if path.name == "__init__.py":
            continue
        here = "/".join(path.parent.relative_to(root).parts) or "poolcast"
        if here != room:
            rows += ["", f"**{here}**", "", "| module | what |", "|---|---|"]
            room = here
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        first = text.split("\n\n")[0].replace("\n", " ").rstrip(":")
        rows.append(f"| `{path.stem}` | {first} |")
    return [*rows[1:], ""]


def pages() -> dict[str, str]:
    """Return the generated pages by path below docs/."""
    return {
        "reference/parameters.md": parameter_reference("en"),
        "reference/parameters.zh.md": parameter_reference("zh"),
        "reference/forecast.md": forecast_page(),
        "reference/levers.md": lever_reference("en"),
        "reference/levers.zh.md": lever_reference("zh"),
    }


def statement() -> list[str]:
    """Return the table of statement lines."""
    rows = ["| line | revenue | 收入 | | line | expenditure | 支出 |", "|---|---|---|---|---|---|---|"]
    revenue, spending = list(REVENUE_LINES.items()), list(EXPENDITURE_LINES.items())
    for number, (code, words) in enumerate(revenue):
        other, theirs = spending[number] if number < len(spending) else ("", None)
        tail = f"{other} | {theirs.en} | {theirs.zh}" if theirs else " | | "
        rows.append(f"| {code} | {words.en} | {words.zh} | | {tail} |")
    return rows


def base_year() -> list[str]:
    """Return the base year beside the accounts."""
    forecast = china().isel(region=0)
    year = int(forecast.attrs["base_year"])
    rows = ["| control total | accounts | engine, difference relative |", "|---|---:|---:|"]
    for side in ("revenue", "expenditure", "reserve"):
        given = load_observations("china", f"accounts.{side}")
        given = given[given["year"] == year].set_index("ledger")["value"]
        for ledger in forecast.ledger.values:
            if ledger not in given:
                continue
            found = float(forecast[side].sel(ledger=ledger, year=year))
            if not np.isnan(found):
                rows.append(_control(f"{ledger} {side}, 100m yuan", given[ledger], found, 1e8))
    given = load_observations("china", "accounts.members")
    for status, value in given[given["year"] == year].set_index("status")["value"].items():
        found = float(forecast.members.sel(status=status, year=year))
        rows.append(_control(f"members, {status}, 10 thousand", value, found, 1e4))
    return rows


def _control(name: str, given: float, found: float, unit: float) -> str:
    difference = abs(found / given - 1)
    return f"| {name} | {given / unit:,.2f} | {'below 1e-9' if difference < 1e-9 else f'{difference:.0e}'} |"


def factors() -> list[str]:
    """Return the calibration factors of `china`."""
    rows = ["| factor | member | value |", "|---|---|---:|"]
    for factor in factor_report(poolcast.calibrate(poolcast.load_assumptions("china"))):
        if abs(factor.value - 1) > 5e-4 and abs(factor.value) > 5e-4:
            rows.append(f"| `{factor.name}` | {factor.member} | {factor.value:.3f} |")
    return rows


def united_nations() -> list[str]:
    """Return the error of the cohort projection against the UN's published totals."""
    with tempfile.TemporaryDirectory() as folder:
        run = run_population(UN_CHINA, None, 2100, Path(folder) / "china.csv")
    rows = ["| 1 July | total, UN, thousand | error | 65 and over, UN, thousand | error |", "|---|---:|---:|---:|---:|"]
    with (UN_CHINA / "china_published_totals.csv").open(encoding="utf-8", newline="") as file:
        for published in csv.DictReader(file):
            people = run.population[int(published["year"]) - run.years[0]] / 1000
            cells = [published["year"]]
            for key, found in (("population", people.sum()), ("aged_65_and_over", people[:, 65:].sum())):
                given = float(published[f"{key}_thousands"])
                cells += [f"{given:,.1f}", f"{100 * (found / given - 1):+.3f} %"]
            rows.append("| " + " | ".join(cells) + " |")
    return rows


def mortality_windows() -> list[str]:
    """Return how the uncertainty of mortality moves with the years to which it is fitted."""
    return window_table(read_history(UN_CHINA.with_name("un_china_history") / "china_mortality_history.csv"))


def printed(command: str, *, files: dict[str, str] | None = None, width: int = 100) -> list[str]:
    """Return what a command line prints, in a folder of its own, as a block of text."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (files or {}).items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(text, encoding="utf-8")
        plain = {"COLUMNS": str(width), "TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
        code = "import sys; from poolcast.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", code, *command.split()[1:]],
            cwd=folder,
            env={**os.environ, **plain},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    lines = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return ["```text", f"$ {command}", *lines, "```"]


def _file_in_page(page: str, name: str) -> str:
    """Return the example file that a page shows in a fence after its name."""
    text = (HERE / page).read_text(encoding="utf-8")
    found = re.search(rf"<!-- file {re.escape(name)} -->\n```[a-z]+\n(.*?)```", text, re.DOTALL)
    if found is None:
        raise LookupError(f"{page} shows no file {name}")
    return found[1]


def broken_set() -> list[str]:
    """Return the reader's message for the example of the page, which holds two slips."""
    page = "how-to/enter-a-region.md"
    names = ("set.yaml", "people.csv", "money.csv", "rates.csv")
    files = {f"assumptions/linzhen/{name}": _file_in_page(page, name) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(text, encoding="utf-8")
        here = Path.cwd()
        os.chdir(folder)
        try:
            poolcast.load_assumptions("assumptions/linzhen")
        except AssumptionError as error:
            problems = [str(problem) for problem in error.problems if problem.row is not None]
            return ["```text", *problems, "```"]
        finally:
            os.chdir(here)
    raise LookupError("the broken example is no longer broken")


def scenario_run() -> list[str]:
    """Return the run of the example scenario."""
    page = "how-to/write-a-scenario.md"
    files = {f"scenarios/{name}": _file_in_page(page, name) for name in ("later_rate.yaml", "later_rate_cautious.yaml")}
    command = "poolcast run baseline later_rate later_rate_cautious --ledger EPF --to 2030 --out runs/rates"
    return printed(command, files=files, width=140)


BLOCKS: dict[str, Callable[[], list[str]]] = {
    "statement": statement,
    "base-year": base_year,
    "factors": factors,
    "mortality-windows": mortality_windows,
    "modules": modules,
    "united-nations": united_nations,
    "layers": measure_layers.table,
    "growth": measure_joint.growth_table,
    "trend": measure_joint.trend_table,
    "long-run": measure_joint.long_run_table,
    "deficits": measure_joint.deficit_table,
    "broken-set": broken_set,
    "scenario-run": scenario_run,
    "first-run": lambda: printed("poolcast run baseline --set china --to 2040 --out runs/first"),
    "first-check": lambda: printed("poolcast check china"),
    "first-run-zh": lambda: printed(
        "poolcast run baseline --set china --ledger EPF --ledger RPF --language zh --out runs/china"
    ),
    "wrong-name": lambda: printed("poolcast run baseline --set chnia", width=120),
    "help": lambda: printed("poolcast --help"),
    "help-run": lambda: printed("poolcast run --help"),
    "help-list": lambda: printed("poolcast list --help"),
    "help-check": lambda: printed("poolcast check --help"),
    "help-budget": lambda: printed("poolcast budget --help"),
    "help-roll": lambda: printed("poolcast roll --help"),
    "help-population": lambda: printed("poolcast population --help"),
    "list-measures": lambda: printed("poolcast list measures"),
}


@cache
def block(name: str) -> str:
    """Return the lines of a block."""
    return "\n".join(BLOCKS[name]()) + "\n"


def filled(page: str) -> str:
    """Return a page with its blocks made anew."""
    text = (HERE / page).read_text(encoding="utf-8")
    return BLOCK.sub(lambda found: f"{found[1]}{block(found['name'])}{found[3]}", text)


def is_same(written: str, made: str) -> bool:
    """Whether two texts agree: the same words, and numbers that differ in their last digits at most."""
    if written == made:
        return True
    if NUMBER.sub("#", written) != NUMBER.sub("#", made):
        return False
    pairs = zip(NUMBER.findall(written), NUMBER.findall(made), strict=True)
    return all(_close(*(text.replace(",", "").replace("−", "-") for text in pair)) for pair in pairs)


def _close(one: str, other: str) -> bool:
    digits = len(one.partition(".")[2])
    return abs(float(one) - float(other)) <= 1.5 * 10.0**-digits


def main() -> int:
    """Rewrite everything, or check it."""
    check = "--check" in sys.argv[1:]
    made = pages() | {page: filled(page) for page in PAGES_WITH_BLOCKS}
    stale = []
    for page, text in made.items():
        path = HERE / page
        written = path.read_text(encoding="utf-8") if path.is_file() else ""
        if is_same(written, text):
            continue
        stale.append(page)
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
    for page in stale:
        print(f"docs/{page}: {'out of date; run python docs/generate.py' if check else 'written'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
