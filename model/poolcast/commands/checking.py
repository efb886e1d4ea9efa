"""``poolcast check``: what an assumption set holds and rests on, and which rules it or a scenario breaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast.commands.compliance import print_compliance
from poolcast.parameters.errors import AssumptionError, Problem, ScenarioError
from poolcast.parameters.nearest import did_you_mean
from poolcast.reporting.console import data_console, message_console, print_json, working
from poolcast.reporting.words import EVIDENCES

if TYPE_CHECKING:
    from poolcast.outlook.compliance import Compliance
    from poolcast.parameters.assumptions import Assumptions
    from poolcast.scenarios.scenario import Scenario


@dataclass(frozen=True)
class CheckOptions:
    """What the command line asked for.

    Parameters
    ----------
    name : str
        Set or scenario: name, lever id, folder or file.
    assumption_set : str
        Set under which a scenario is checked.
    rules : str or None
        Rule set; no rules where None.
    waivers : path or None
        File of waivers.
    language : {"en", "zh"}
        Language of labels.
    as_json, quiet : bool
        One JSON document instead of tables; nothing but problems.
    """

    name: str
    assumption_set: str = "china"
    rules: str | None = None
    waivers: Path | None = None
    language: str = "en"
    as_json: bool = False
    quiet: bool = False


def check(options: CheckOptions) -> bool:
    """Read a set or a scenario, calibrate, and print what was found; return whether no rule is broken.

    Raises
    ------
    PoolcastError
        With every problem of set, scenario and waivers.
    """
    from poolcast.projection.control_totals import calibrate

    console = message_console(quiet=options.quiet or options.as_json)
    with working(console, f"Reading {options.name}"):
        assumptions, scenario = _set_and_scenario(options)
    with working(console, "Calibrating"):
        calibrated = calibrate(assumptions)
    document = check_document(assumptions, calibrated)
    if scenario is not None:
        changed = scenario.apply(calibrated)
        reforms = len(scenario.reforms)
        document |= {"scenario": scenario.name, "reforms": reforms, "changes": changed.digest() != calibrated.digest()}
    result = _compliance(options, assumptions, scenario)
    if result is not None:
        document["compliance"] = result.document()
    if options.as_json:
        print_json(document)
    elif not options.quiet:
        _print(document, options.language)
        if result is not None:
            print_compliance(result, options.language)
    return result is None or result.passes


def _set_and_scenario(options: CheckOptions) -> tuple[Assumptions, Scenario | None]:
    """Return the set, and the scenario where it is one that is to be checked."""
    import poolcast
    from poolcast.parameters.location import SET_FILE, available_scenarios, available_sets
    from poolcast.scenarios.catalogue import find_lever

    name = options.name
    file = name.endswith((".yaml", ".yml")) and Path(name).name != SET_FILE
    named = name in available_scenarios() or find_lever(name) is not None
    if file or (named and name not in available_sets()):
        scenario = poolcast.load_scenario(name)
        return poolcast.load_assumptions(options.assumption_set), scenario
    try:
        return poolcast.load_assumptions(name), None
    except AssumptionError as error:
        nearest = did_you_mean(name, available_scenarios())
        if error.problems[0].kind != "assumption set not found" or not nearest:
            raise
        found = f"unknown scenario '{name}'"
        problem = Problem("SCENARIO", found, ", ".join(available_scenarios()), nearest)
        raise AssumptionError([*error.problems, problem]) from None


def _compliance(options: CheckOptions, assumptions: Assumptions, scenario: Scenario | None) -> Compliance | None:
    from poolcast.outlook.compliance import check_compliance, read_waivers
    from poolcast.scenarios.scenario import BASELINE

    if options.rules is None:
        if options.waivers is not None:
            remedy = "Add --rules national or --rules hebei."
            raise ScenarioError(Problem("--waivers", "waivers without rules", "--rules with --waivers", remedy))
        return None
    waivers = read_waivers(options.waivers) if options.waivers is not None else ()
    return check_compliance(assumptions, scenario or BASELINE, options.rules, waivers)


def check_document(assumptions: Assumptions, calibrated: Assumptions) -> dict[str, Any]:
    """Return what a set holds, as the JSON document of ``poolcast check --json``.

    Parameters
    ----------
    assumptions, calibrated : Assumptions
        The set as read, and with its calibration factors.
    """
    from poolcast.reporting.evidence import parameters_by_evidence, parameters_by_grade, parameters_with

    factors = _factors(calibrated)
    return {
        "schema": "poolcast.check/1",
        "set": assumptions.name,
        "title": assumptions.title.en,
        "title_zh": assumptions.title.zh,
        "digest": assumptions.digest(),
        "base_year": assumptions.base_year,
        "last_year": assumptions.last_year,
        "regions": list(assumptions.region_codes),
        "ledgers": list(assumptions.ledgers),
        "options": dict(assumptions.options),
        "synthetic": assumptions.synthetic,
        "parameters": len(assumptions.values),
        "parameters_by_evidence": parameters_by_evidence(assumptions),
        "parameters_by_grade": parameters_by_grade(assumptions),
        "borrowed": parameters_with(assumptions, "borrowed"),
        "synthetic_parameters": parameters_with(assumptions, "synthetic"),
        "calibration_factors": len(factors),
        "calibration_outside": [factor for factor in factors if not factor["within_range"]],
    }


def _factors(calibrated: Assumptions) -> list[dict[str, Any]]:
    from poolcast.projection.control_totals import factor_report

    return [
        {
            "name": factor.name,
            "region": factor.region,
            "member": factor.member,
            "value": factor.value,
            "within_range": factor.within_range,
        }
        for factor in factor_report(calibrated)
    ]


def _print(document: dict[str, Any], language: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    chinese = language == "zh"
    console = data_console()
    title = document["title_zh" if chinese else "title"]
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    words = (
        ("set", "假设集", f"{document['set']}: {title}"),
        ("digest", "内容摘要值", document["digest"]),
        *_scenario_words(document, chinese),
        ("years", "年份", f"{document['base_year']} - {document['last_year']}"),
        ("regions", "统筹区", f"{len(document['regions'])}: {', '.join(document['regions'][:20])}"),
        ("ledgers", "基金(账)", ", ".join(document["ledgers"])),
        ("parameters", "参数个数", str(document["parameters"])),
        ("by evidence", "按依据", _counts(document["parameters_by_evidence"], chinese)),
        ("by grade", "按等级", _counts(document["parameters_by_grade"], chinese)),
        ("borrowed", "借用", ", ".join(document["borrowed"]) or ("无" if chinese else "none")),
        ("synthetic", "合成数据", _synthetic(document, chinese)),
        ("calibration factors", "校准系数", _calibration(document, chinese)),
    )
    for english, zh, text in words:
        facts.add_row(Text(zh if chinese else english, style="bold"), Text(text))
    console.print(facts)
    outside = document["calibration_outside"]
    if outside:
        table = Table("factor", "where", "value", box=box.SIMPLE_HEAD, header_style="bold")
        for row in outside:
            table.add_row(Text(row["name"]), Text(f"{row['region']} {row['member']}"), f"{row['value']:.3f}")
        console.print(table)


def _scenario_words(document: dict[str, Any], chinese: bool) -> list[tuple[str, str, str]]:
    if "scenario" not in document:
        return []
    changes = "" if document["changes"] else ("；不改变任何参数" if chinese else "; no parameter moves")
    reforms = f"{document['reforms']} 项改变" if chinese else f"{document['reforms']} changes"
    return [("scenario", "情景", f"{document['scenario']}: {reforms}{changes}")]


def _counts(counts: dict[str, int], chinese: bool) -> str:
    names = {key: EVIDENCES[key].in_language("zh" if chinese else "en") if key in EVIDENCES else key for key in counts}
    return " · ".join(f"{names[key]} {count}" for key, count in counts.items())


def _synthetic(document: dict[str, Any], chinese: bool) -> str:
    if not document["synthetic"]:
        return "无" if chinese else "none"
    parts = ", ".join(document["synthetic_parameters"])
    return parts or ("整个假设集" if chinese else "the whole set")


def _calibration(document: dict[str, Any], chinese: bool) -> str:
    count, outside = document["calibration_factors"], len(document["calibration_outside"])
    if chinese:
        return f"{count} 个，其中 {outside} 个超出 0.80 至 1.25"
    return f"{count}, of which {outside} outside 0.80 to 1.25"
