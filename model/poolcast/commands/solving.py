"""``poolcast solve``: the smallest change, or the cheapest package of changes, that meets conditions."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from poolcast.parameters.errors import PoolcastError, Problem, ScenarioError
from poolcast.parameters.nearest import did_you_mean
from poolcast.reporting.console import data_console, message_console, print_json, working

if TYPE_CHECKING:
    from rich.console import Console

    from poolcast.outlook.packages import Package
    from poolcast.outlook.searching import Check, Solution
    from poolcast.parameters.assumptions import Assumptions

DIGITS = 5
"""Digits of a change that are shown; the last is rounded away from the present value, so that what is shown does it."""


@dataclass(frozen=True)
class SolveOptions:
    """What the command line asked for.

    Parameters
    ----------
    unknowns : sequence of str
        What may change; several make a package.
    conditions : sequence of str
        What must hold.
    assumption_set, scenario : str
        Set, and what holds besides the unknowns.
    to, start : int or None
        Last year; first year of the change.
    region : str or None
        Code, or ``each``.
    bounds, costs : sequence of str
        ``a:b`` or ``UNKNOWN=a:b``; ``UNKNOWN=cost``.
    language : str
        Language of words.
    as_json, quiet : bool
        One JSON document; no messages.
    probability : float or None
        How likely the conditions shall hold; a single run decides where None.
    paths, seed : int
        Of the simulation behind a probability.
    """

    unknowns: Sequence[str]
    conditions: Sequence[str]
    assumption_set: str
    scenario: str
    to: int | None
    start: int | None
    region: str | None
    bounds: Sequence[str]
    costs: Sequence[str]
    language: str
    as_json: bool
    quiet: bool
    probability: float | None = None
    paths: int = 1_000
    seed: int = 1


def solve(options: SolveOptions) -> bool:
    """Solve and print; return whether every target is reached.

    Raises
    ------
    PoolcastError
        With every problem of set, scenario, unknowns, conditions and options.
    """
    console = message_console(quiet=options.quiet or options.as_json)
    started = time.perf_counter()
    bounds = _bounds(options)
    assumptions = _read(options, console)
    with working(console, "Solving"):
        if options.probability is not None:
            document, reached = _likely(options, assumptions, bounds.get(options.unknowns[0]))
        elif len(options.unknowns) > 1:
            document, reached = _package(options, assumptions, bounds)
        else:
            document, reached = _single(options, assumptions, bounds.get(options.unknowns[0]))
    document["seconds"] = round(time.perf_counter() - started, 3)
    if options.as_json:
        print_json({key: value for key, value in document.items() if key != "lines"})
    else:
        output = data_console()
        for line in document["lines"]:
            output.print(line, markup=False, soft_wrap=True)
    return reached


def _read(options: SolveOptions, console: Console) -> Assumptions:
    """Read the set, after the conditions and the scenario; the problems of all of them are raised together."""
    import poolcast
    from poolcast.outlook.conditions import parse_conditions

    problems: list[Problem] = []
    assumptions: Assumptions | None = None
    try:
        parse_conditions(options.conditions)
    except PoolcastError as error:
        problems.extend(error.problems)
    try:
        poolcast.load_scenario(options.scenario)
    except PoolcastError as error:
        problems.extend(error.problems)
    try:
        with working(console, f"Reading the assumption set {options.assumption_set}"):
            assumptions = poolcast.load_assumptions(options.assumption_set, to=options.to)
    except PoolcastError as error:
        problems.extend(error.problems)
    if problems or assumptions is None:
        raise PoolcastError(problems)
    if assumptions.synthetic:
        console.print(f"{assumptions.name} holds synthetic data: it describes no real region.", style="yellow")
    return assumptions


def _head(options: SolveOptions, assumptions: Assumptions) -> dict[str, Any]:
    return {
        "schema": "poolcast.solve/1",
        "set": assumptions.name,
        "set_digest": assumptions.digest(),
        "synthetic": assumptions.synthetic,
        "scenario": options.scenario,
    }


def _single(
    options: SolveOptions, assumptions: Assumptions, bounds: tuple[float, float] | None
) -> tuple[dict[str, Any], bool]:
    from poolcast.outlook.questions import prepare
    from poolcast.outlook.solving import hold_together
    from poolcast.outlook.solving import solve as solve_for

    found = solve_for(
        assumptions,
        options.unknowns[0],
        options.conditions,
        region=options.region,
        bounds=bounds,
        base_scenario=options.scenario,
        start=options.start,
    )
    head = _head(options, assumptions)
    if not isinstance(found, dict):
        lines = _solution_lines(found, options.language)
        return {**head, **found.document(), "lines": lines}, found.reached
    together = hold_together(prepare(assumptions, options.conditions, options.scenario, None), found)
    lines = [line for one in found.values() for line in _solution_lines(one, options.language)]
    missed = [region for region, holds in together.items() if found[region].reached and not holds]
    if missed:
        chinese = f"各区同时调整时,以下地区不再达标:{', '.join(missed)}"
        english = f"Done in all regions at once, the conditions no longer hold in {', '.join(missed)}"
        lines.append(chinese if options.language == "zh" else english)
    regions = [{**one.document(), "holds_together": together[code]} for code, one in found.items()]
    reached = all(one.reached for one in found.values())
    return {**head, "reached": reached, "regions": regions, "lines": lines}, reached


def _likely(
    options: SolveOptions, assumptions: Assumptions, bounds: tuple[float, float] | None
) -> tuple[dict[str, Any], bool]:
    """Solve for a probability: one unknown, of one region or parent, or of every region by itself."""
    from poolcast.commands.likely_solutions import likely_lines
    from poolcast.uncertainty.seeking import seek

    assert options.probability is not None
    problems = []
    if len(options.unknowns) > 1:
        found = f"{len(options.unknowns)} unknowns with a probability"
        problems.append(Problem("--probability", found, "one unknown", "Solve for one of them."))
    if options.region == "each" and len(options.conditions) > 1:
        found = f"{len(options.conditions)} conditions with a probability of each region"
        problems.append(Problem("--for", found, "one condition", "Ask for one of them."))
    if options.region == "each" and bounds is not None:
        remedy = "Leave --bounds out, or solve for one region."
        problems.append(Problem("--bounds", "with a probability of each region", "the bounds of the parameter", remedy))
    if problems:
        raise ScenarioError(problems)
    if options.region == "each":
        return _likely_of_each(options, assumptions, options.probability)
    found_one = seek(
        assumptions,
        options.unknowns[0],
        options.conditions,
        probability=options.probability,
        paths=options.paths,
        seed=options.seed,
        region=options.region,
        bounds=bounds,
        base_scenario=options.scenario,
        start=options.start,
    )
    head = {**_head(options, assumptions), **found_one.document()}
    return {**head, "lines": likely_lines(found_one, options.language)}, found_one.reached


def _likely_of_each(options: SolveOptions, assumptions: Assumptions, probability: float) -> tuple[dict[str, Any], bool]:
    """Solve for a probability in every region that keeps the ledger, each to a value of its own, all at once."""
    from poolcast.commands.likely_solutions import lines_of_each
    from poolcast.uncertainty.seeking_regions import seek_regions

    needs = seek_regions(
        assumptions,
        options.unknowns[0],
        options.conditions[0],
        probabilities=(probability,),
        paths=options.paths,
        seed=options.seed,
        base_scenario=options.scenario,
        start=options.start,
    )
    found = {code: of_region[probability] for code, of_region in needs.items()}
    reached = all(need.reached for need in found.values())
    document = {
        **_head(options, assumptions),
        "probability": probability,
        "paths": options.paths,
        "seed": options.seed,
        "reached": reached,
        "regions": [{"region": code, **asdict(need)} for code, need in found.items()],
        "lines": lines_of_each(options.unknowns[0], found, probability, options.language),
    }
    return document, reached


def _package(
    options: SolveOptions, assumptions: Assumptions, bounds: dict[str, tuple[float, float]]
) -> tuple[dict[str, Any], bool]:
    from poolcast.outlook.packages import solve_package

    if options.region == "each":
        remedy = "Solve the package for one region at a time."
        raise ScenarioError(Problem("--region", "each", "the code of a region or a parent", remedy))
    costs = _costs(options)
    found = solve_package(
        assumptions,
        costs or list(options.unknowns),
        options.conditions,
        region=options.region,
        bounds=bounds,
        base_scenario=options.scenario,
        start=options.start,
    )
    document = {**_head(options, assumptions), **found.document()}
    return {**document, "lines": _package_lines(found, options.language)}, found.reached


def _solution_lines(solution: Solution, language: str) -> list[str]:
    from poolcast.parameters.declaration import UNITS

    chinese = language == "zh"
    unknown = solution.unknown
    unit = UNITS[unknown.unit][1 if chinese else 0]
    name = f"{solution.region}  {unknown.text}" if solution.region else unknown.text
    low, high = unknown.bounds
    if solution.reached:
        value = rounded_outwards(solution.value, unknown.present, unknown.bounds)
        words = ("现值", "变动") if chinese else ("now", "change")
        change = value - unknown.present
        head = f"{name} = {value:.10g} {unit} ({words[0]} {unknown.present:.10g}, {words[1]} {change:+.6g})"
        if solution.change == 0:
            head += " 已经达标" if chinese else ": met already"
    elif chinese:
        head = f"{name}: {low:g} 至 {high:g} {unit} 内没有达标的取值;最接近的是 {solution.value:.10g}"
    else:
        head = f"{name}: no value from {low:g} to {high:g} {unit} does it; {solution.value:.10g} comes nearest"
    lines = [head, f"  {unknown.label.in_language(language)}"]
    lines += [_check_line(check, language) for check in solution.checks]
    if solution.note:
        lines.append(f"  {solution.note}")
    lines.append(_verified(solution.verified, solution.runs, language))
    return lines


def _package_lines(package: Package, language: str) -> list[str]:
    chinese = language == "zh"
    if package.reached:
        lines = [f"总成本 {package.cost:.6g}" if chinese else f"cost {package.cost:.6g}"]
    else:
        lines = ["取值范围内没有达标的组合;最接近的是:" if chinese else "No package in bounds does it; the nearest is:"]
    for part in package.parts:
        value = rounded_outwards(part.value, part.unknown.present, part.unknown.bounds)
        alone = package.alone[part.unknown.text]
        by_itself = f"{alone:.6g}" if math.isfinite(alone) else ("不能达标" if chinese else "cannot do it")
        words = ("现值", "成本", "单独使用") if chinese else ("now", "cost", "alone")
        lines.append(
            f"  {part.unknown.text} = {value:.10g} ({words[0]} {part.unknown.present:.10g}; "
            f"{words[1]} {part.cost:.6g}; {words[2]} {by_itself})"
        )
    lines += [_check_line(check, language) for check in package.checks]
    lines.append(_verified(package.verified, package.runs, language))
    return lines


def _check_line(check: Check, language: str) -> str:
    words = ("达标", "未达标") if language == "zh" else ("met", "missed")
    before, after = (_value_text(reading.value, language) for reading in (check.before, check.after))
    return f"  {check.condition}: {before} -> {after}, {words[0] if check.after.holds else words[1]}"


def _value_text(value: float, language: str) -> str:
    if math.isfinite(value):
        return f"{value:.8g}"
    return "期内不会发生" if language == "zh" else "not within the projection"


def _verified(verified: bool, runs: int, language: str) -> str:
    if language == "zh":
        return f"  {'已重新运行验证' if verified else '重新运行未能验证'};共运行 {runs} 次"
    return f"  {'verified by a run of its own' if verified else 'NOT confirmed by a run of its own'}; {runs} runs"


def rounded_outwards(value: float, present: float, bounds: tuple[float, float]) -> float:
    """Return a value with few digits, rounded away from the present one, inside the bounds.

    Examples
    --------
    >>> rounded_outwards(0.0826351023818, 0.08, (0.0, 0.2))
    0.0826352
    """
    change = value - present
    if change == 0 or not math.isfinite(change):
        return value
    places = DIGITS - 1 - math.floor(math.log10(abs(change)))
    scaled = value * 10.0**places
    rounded = math.ceil(scaled - 1e-9) if change > 0 else math.floor(scaled + 1e-9)
    return min(max(round(rounded / 10.0**places, max(places, 0)), bounds[0]), bounds[1])


def _bounds(options: SolveOptions) -> dict[str, tuple[float, float]]:
    """Read ``a:b``, for a single unknown, or ``UNKNOWN=a:b``."""
    found = {}
    for text in options.bounds:
        name, value = _named(text, options, "--bounds") if _is_named(text) else (options.unknowns[0], text)
        if not _is_named(text) and len(options.unknowns) > 1:
            raise _refused("--bounds", text, "UNKNOWN=lower:upper", "Say whose bounds these are.")
        low, _, high = value.partition(":")
        try:
            found[name] = (float(low), float(high))
        except ValueError:
            raise _refused("--bounds", text, "lower:upper, as in 0.05:0.10", "Write two numbers.") from None
    return found


def _costs(options: SolveOptions) -> dict[str, float]:
    found = {}
    for text in options.costs:
        name, value = _named(text, options, "--cost")
        try:
            found[name] = float(value)
        except ValueError:
            raise _refused("--cost", text, "UNKNOWN=number", "Say what one unit of change costs.") from None
    lacking = [name for name in options.unknowns if name not in found]
    if found and lacking:
        raise _refused("--cost", f"no cost of {', '.join(lacking)}", "the cost of each unknown, or of none", "Add it.")
    return {name: found[name] for name in options.unknowns} if found else {}


def _is_named(text: str) -> bool:
    return "=" in text


def _named(text: str, options: SolveOptions, option: str) -> tuple[str, str]:
    name, _, value = text.rpartition("=")
    if name not in options.unknowns:
        remedy = did_you_mean(name, options.unknowns) or "Write the unknown as it was named."
        raise _refused(option, text, ", ".join(f"{one}=..." for one in options.unknowns), remedy)
    return name, value


def _refused(place: str, found: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(Problem(place, found, allowed, remedy))
