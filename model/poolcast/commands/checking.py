"""``poolcast check``: what an assumption set holds and rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poolcast.reporting.console import data_console, message_console, print_json, working
from poolcast.reporting.words import EVIDENCES

if TYPE_CHECKING:
    from poolcast.parameters.assumptions import Assumptions


def check(name: str, language: str, *, as_json: bool, quiet: bool) -> None:
    """Read a set, calibrate it and print what was found.

    Parameters
    ----------
    name : str
        Name or folder of the set.
    language : {"en", "zh"}
        Language of labels.
    as_json, quiet : bool
        One JSON document instead of tables; nothing but problems.

    Raises
    ------
    PoolcastError
        With every problem of the set.
    """
    import poolcast
    from poolcast.projection.control_totals import calibrate

    console = message_console(quiet=quiet or as_json)
    with working(console, f"Reading {name}"):
        assumptions = poolcast.load_assumptions(name)
    with working(console, "Calibrating"):
        calibrated = calibrate(assumptions)
    document = check_document(assumptions, calibrated)
    if as_json:
        print_json(document)
    elif not quiet:
        _print(document, language)


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
