"""Fields of a YAML file: read one by one, every problem with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.tables import read_text

Node = Mapping[Any, Any]
"""A mapping of a YAML file; ruamel's own remember the line of each key."""


class Fields:
    """Reads values out of a YAML mapping and notes each problem with its line.

    Parameters
    ----------
    file : str
        Path for readers.
    problems : list of Problem
        Receives what is found.
    """

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def refuse(self, line: int | None, column: str | None, found: str, allowed: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, found, allowed, remedy, row=line, column=column, kind="set.yaml"))

    def line(self, mapping: Node, key: str | None = None) -> int | None:
        """Return the line of a key, or of the mapping itself."""
        position = getattr(mapping, "lc", None)
        if position is None:
            return None
        places = position.data or {}
        if key in places:
            return int(places[key][0]) + 1
        return int(position.line) + 1 if position.line is not None else None

    def known_keys(self, mapping: Node, known: tuple[str, ...], prefix: str = "") -> None:
        """Refuse the keys of a mapping that nobody knows."""
        for key in mapping:
            if key not in known:
                remedy = did_you_mean(str(key), known) or "Remove the key."
                self.refuse(
                    self.line(mapping, key), prefix or None, f"an unknown key '{key}'", ", ".join(known), remedy
                )

    def missing(self, mapping: Node, key: str, allowed: str, prefix: str = "") -> bool:
        """Refuse a key without a value; return whether it is missing."""
        if mapping.get(key) is not None:
            return False
        line = self.line(mapping, key) if key in mapping else (self.line(mapping) if prefix else None)
        self.refuse(line, prefix + key, "nothing", allowed, f"Add '{key}'; nothing is assumed in silence.")
        return True

    def text(self, mapping: Node, key: str, prefix: str = "", required: bool = True) -> str:
        """Return a text, or an empty one where it is missing or none."""
        allowed = "a text"
        if not required and mapping.get(key) is None:
            return ""
        if self.missing(mapping, key, allowed, prefix):
            return ""
        value = mapping[key]
        if isinstance(value, (dict, list)) or not str(value).strip():
            self.refuse(self.line(mapping, key), prefix + key, shown(value), allowed, "Write one line of text.")
            return ""
        return str(value).strip()

    def words(self, mapping: Node, key: str, prefix: str = "") -> Words:
        """Return words in both languages."""
        allowed = "{en: ..., zh: ...}"
        if self.missing(mapping, key, allowed, prefix):
            return Words("", "")
        value = mapping[key]
        if not isinstance(value, dict):
            self.refuse(
                self.line(mapping, key), prefix + key, shown(value), allowed, "Write it in English and in Chinese."
            )
            return Words("", "")
        self.known_keys(value, ("en", "zh"), prefix + key)
        return Words(self.text(value, "en", f"{prefix}{key}."), self.text(value, "zh", f"{prefix}{key}."))

    def year(self, mapping: Node, key: str, first: int, last: int) -> int:
        """Return a year within bounds, or 0 where it is none."""
        allowed = f"a year from {first} to {last}"
        if self.missing(mapping, key, allowed):
            return 0
        value = mapping[key]
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(
                self.line(mapping, key),
                key,
                shown(value),
                allowed,
                "Write the year as a plain number, without quotes.",
            )
            return 0
        if not first <= value <= last:
            self.refuse(self.line(mapping, key), key, str(value), allowed, "Correct the year.")
            return 0
        return int(value)


def parsed(text: str) -> Any:
    """Return the content of a YAML text, mappings with the lines of their keys.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        Where it is none, also where it nests so deep that the reader would run out of room, or holds a number of
        thousands of digits.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    depth = deepest = 0
    for sign in _BRACKETS.findall(text):
        depth = depth + 1 if sign in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    if deepest > _MOST_NESTED:
        raise YAMLError(f"lists or mappings that nest {deepest} deep")
    try:
        return YAML(typ="rt").load(text)
    except RecursionError:
        raise YAMLError("lists or mappings that nest too deep") from None
    except ValueError as error:
        raise YAMLError(f"a value that cannot be read ({str(error)[:80]})") from None


_BRACKETS = re.compile(r"[\[\]{}]")
_MOST_NESTED = 40


def read_mapping(path: Path, reader: Fields) -> Node | None:
    """Parse the YAML text."""
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    text = read_text(path, reader.problems)
    if text is None:
        return None
    try:
        content = parsed(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else int(mark.line) + 1
        found = " ".join(str(error.problem or error.context or "text that is no YAML").split())
        remedy = "Indent with blanks, quote a text that holds ': ' or starts with a special character."
        if "duplicate key" in found:
            remedy = "Remove one of the two keys."
        reader.refuse(line, None, found, "a YAML mapping", remedy)
        return None
    except YAMLError as error:
        reader.refuse(None, None, " ".join(str(error).split()), "a YAML mapping", "Correct the file.")
        return None
    if not isinstance(content, CommentedMap):
        reader.refuse(1, None, shown(content), "a mapping of keys to values", "Write 'key: value' lines.")
        return None
    return content


def shown(value: Any) -> str:
    """Return a value as it stands in the file, short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "...'"
