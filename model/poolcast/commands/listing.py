"""``poolcast list``: what there is. Starts fast: nothing heavy is imported."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

Rows = list[dict[str, Any]]


def list_things(kind: str, language: str, *, as_json: bool) -> None:
    """Print the things of a kind, as a table or as one JSON document.

    Parameters
    ----------
    kind : str
        Key of `KINDS`.
    language : {"en", "zh"}
        Language of labels.
    as_json : bool
        Whether to print JSON.

    Raises
    ------
    ResultError
        Where there is no such kind.
    """
    if kind not in KINDS:
        remedy = did_you_mean(kind, KINDS) or "Name one of those."
        raise ResultError(Problem("poolcast list", kind, ", ".join(KINDS), remedy))
    rows = (RECORDS if as_json else {}).get(kind, KINDS[kind])(language)
    from poolcast.reporting.console import data_console, message_console, print_json, width_wanted

    if as_json:
        print_json({kind: rows})
        return
    if not rows:
        message_console().print(f"没有 {kind}" if language == "zh" else f"There are no {kind} here.")
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = data_console()
    table = Table(*rows[0], box=box.SIMPLE_HEAD, header_style="bold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    if not console.is_terminal:  # a file or a pipe: no line is broken
        console.width = max(console.width, width_wanted(console, table))
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sets(language: str) -> Rows:
    from poolcast.parameters.location import SET_FILE, available_sets, display

    rows = []
    for name, folder in available_sets().items():
        head = _head(folder / SET_FILE)
        row = {"name": name, "title": _title(head, language), "synthetic": head.get("synthetic") is True}
        rows.append({**row, "folder": display(folder)})
    return rows


def _scenarios(language: str) -> Rows:
    from poolcast.parameters.location import display

    return [
        {"name": name, "title": _title(_head(file), language), "file": display(file)}
        for name, file in shipped_scenarios().items()
    ]


def shipped_scenarios() -> dict[str, Path]:
    """Return the file of every scenario that a name can find, ``baseline`` first."""
    from poolcast.parameters.location import available_scenarios

    found = available_scenarios()
    return {name: found[name] for name in sorted(found, key=lambda name: (name != "baseline", name))}


_LONG_BLOCKS = re.compile(r"^(?:sources|regions|reforms):.*\n(?:[ \t#-].*\n|\n)*", re.MULTILINE)
"""Parts of a set or scenario that a list does not show and that take long to parse."""


def _head(file: Path) -> dict[str, Any]:
    """Return the top of a YAML file; nothing where it cannot be read, which ``check`` and ``run`` explain."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = _LONG_BLOCKS.sub("", file.read_text(encoding="utf-8-sig") + "\n")
        content = YAML(typ="safe").load(text)
    except (OSError, UnicodeDecodeError, YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _title(head: dict[str, Any], language: str) -> str:
    title = head.get("title")
    return str(title.get(language, "")) if isinstance(title, dict) else str(title or "")


def _levers(language: str) -> Rows:
    from poolcast.scenarios.catalogue import LEVERS
    from poolcast.scenarios.lever import GROUPS

    return [
        {
            "id": lever.id,
            "name": lever.name,
            "title": lever.title.in_language(language),
            "group": GROUPS[lever.group].in_language(language),
            "arguments": [f"{argument.name}={argument.default:g}" for argument in lever.arguments],
            "ledgers": [f"{effect.ledger} {effect.sign}" for effect in lever.effects],
            "mark": "stress" if lever.stress else ("record" if lever.no_effect else ""),
        }
        for lever in sorted(LEVERS.values(), key=lambda lever: lever.id)
    ]


def _lever_records(language: str) -> Rows:
    """Everything that a lever declares about itself, for programs."""
    from poolcast.scenarios.catalogue import LEVERS

    return [
        {
            "id": lever.id,
            "name": lever.name,
            "group": lever.group,
            "title": {"en": lever.title.en, "zh": lever.title.zh},
            "explanation": {"en": lever.explanation.en, "zh": lever.explanation.zh},
            "documents": list(lever.documents),
            "arguments": [
                {
                    "name": argument.name,
                    "unit": argument.unit,
                    "minimum": argument.minimum,
                    "maximum": argument.maximum,
                    "default": argument.default,
                    "notch": argument.notch,
                    "label": {"en": argument.label.en, "zh": argument.label.zh},
                    "evidence": argument.evidence,
                    "source": argument.source,
                }
                for argument in lever.arguments
            ],
            "ledgers": [
                {
                    "ledger": effect.ledger,
                    "sign": effect.sign,
                    "reason": {"en": effect.reason.en, "zh": effect.reason.zh},
                }
                for effect in lever.effects
            ],
            "stress": lever.stress,
            "no_effect": None if lever.no_effect is None else {"en": lever.no_effect.en, "zh": lever.no_effect.zh},
            "needs": list(lever.needs),
        }
        for lever in sorted(LEVERS.values(), key=lambda lever: lever.id)
    ]


def _parameters(language: str) -> Rows:
    from poolcast.parameters.declarations import PARAMETERS

    return [
        {
            "name": parameter.name,
            "unit": parameter.unit,
            "minimum": parameter.minimum,
            "maximum": parameter.maximum,
            "axes": list(parameter.dimensions),
            "label": parameter.label.in_language(language),
        }
        for parameter in PARAMETERS.values()
    ]


def _ledgers(language: str) -> Rows:
    from poolcast.parameters.axes import AXES, LEDGERS
    from poolcast.reporting.words import LEDGER_NAMES

    chinese = AXES["ledger"].member_labels_zh
    return [{"code": code, "name": chinese[code] if language == "zh" else LEDGER_NAMES[code]} for code in LEDGERS]


def _measures(language: str) -> Rows:
    from poolcast.outlook.catalogue_of_measures import MEASURES

    return [
        {
            "name": measure.name,
            "unit": measure.unit,
            "label": measure.label.in_language(language),
            "better": measure.better,
            "horizon": measure.takes_horizon,
            "cohort": measure.by_cohort,
            "basis": measure.basis.in_language(language),
        }
        for measure in MEASURES.values()
    ]


def _rules(language: str) -> Rows:
    from poolcast.outlook.compliance_rules import RULES

    return [
        {
            "id": rule.id,
            "text": rule.text.in_language(language),
            "national": rule.national,
            "hebei": rule.hebei,
            "reads": rule.reads,
            "source": rule.source,
        }
        for rule in RULES.values()
    ]


def _runs(language: str) -> Rows:
    from poolcast.reporting.run_folder import list_runs

    return [
        {
            "time": manifest.get("time"),
            "set": manifest.get("set"),
            "scenarios": manifest.get("scenarios", [manifest.get("scenario")]),
            "last_year": manifest.get("last_year"),
            "version": manifest.get("poolcast"),
            "folder": manifest["folder"],
        }
        for manifest in list_runs()
    ]


RECORDS: dict[str, Callable[[str], Rows]] = {"levers": _lever_records}
"""Kinds of which a program is told more than a reader."""

KINDS: dict[str, Callable[[str], Rows]] = {
    "sets": _sets,
    "scenarios": _scenarios,
    "levers": _levers,
    "parameters": _parameters,
    "ledgers": _ledgers,
    "measures": _measures,
    "rules": _rules,
    "runs": _runs,
}
