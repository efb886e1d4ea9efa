"""Broken sets and command lines: reads the cases of tests/data/broken and makes what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.fixtures.minimal_set import MinimalSet, minimal_set

FOLDER = Path(__file__).parents[1] / "data" / "broken"


def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file of tests/data/broken."""
    found: list[dict[str, Any]] = YAML(typ="safe").load((FOLDER / name).read_text(encoding="utf-8"))
    names = [case["name"] for case in found]
    assert len(set(names)) == len(names), "case names must differ"
    return found


@dataclass
class Recipe:
    """A minimal set and what is done to it."""

    content: MinimalSet
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    to: int | None = None


def make_broken_set(folder: Path, steps: list[dict[str, Any]]) -> int | None:
    """Write the set that a case describes; return the year asked for."""
    first = steps[0].get("set", {}) if steps else {}
    recipe = Recipe(minimal_set(name=folder.name, **first))
    for step in steps:
        for verb, what in step.items():
            _STEPS[verb](recipe, what)
    for number, value in enumerate(recipe.content.document.values()):
        if value == "SELF":
            recipe.content.document[list(recipe.content.document)[number]] = str(folder)
    recipe.content.write(folder)
    for name in recipe.removed:
        (folder / name).unlink()
    for name, old, new in recipe.texts:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {name}"
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return recipe.to


def _edit(recipe: Recipe, what: list[Any]) -> None:
    parameter, cells = what
    rows = recipe.content.of(parameter)
    assert rows, f"the minimal set has no {parameter}"
    rows[0].update(cells)


def _add(recipe: Recipe, what: list[Any]) -> None:
    parameter, value, cells = what
    recipe.content.add(parameter, value, **cells)


def _document(recipe: Recipe, what: Mapping[str, Any]) -> None:
    for path, value in what.items():
        *parents, key = path.split(".")
        place = recipe.content.document
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[key]
        else:
            place[key] = value


def _file(recipe: Recipe, what: Mapping[str, str]) -> None:
    if "text" not in what:
        recipe.removed.append(what["name"])
        return
    encoding = what.get("encoding", "utf-8")
    content = bytes.fromhex(what["text"]) if encoding == "hex" else what["text"].encode(encoding)
    recipe.content.files[what["name"]] = content


_STEPS: dict[str, Any] = {
    "set": lambda recipe, what: None,
    "edit": _edit,
    "add": _add,
    "drop": lambda recipe, what: recipe.content.drop(what),
    "document": _document,
    "text": lambda recipe, what: recipe.texts.append(tuple(what)),
    "file": _file,
    "to": lambda recipe, what: setattr(recipe, "to", what),
}


def line_of(path: Path, line: int | str | None) -> int | None:
    """Return a line number: given, or that of the first line that holds a text (after a break, if it starts so)."""
    if not isinstance(line, str):
        return line
    text = path.read_text(encoding="utf-8", errors="replace")
    position = text.index(line)
    return text.count("\n", 0, position + (1 if line.startswith("\n") else 0)) + 1
