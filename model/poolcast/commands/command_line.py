"""Words of a command line: what is wrong with one, choices, and the language in which to answer."""

from __future__ import annotations

import locale
import os
from collections.abc import Sequence
from typing import Any

import typer

from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

LANGUAGES = ("en", "zh")

UsageError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
"""Base of everything that can be wrong with a command line; older versions of typer take it from click."""


def usage_problem(error: Any, arguments: Sequence[str]) -> Problem:
    """Return a usage error in the form of all our problems, with the nearest valid name."""
    context = error.ctx
    hint = f"See `{context.command_path if context else 'poolcast'} --help`."
    kind = type(error).__name__
    command = context.command if context is not None else None
    if kind == "NoSuchOption" and command is not None:
        held = sorted({name for parameter in command.params for name in parameter.opts if name.startswith("--")})
        found = str(error.option_name)
        return Problem("command line", found, ", ".join(held), did_you_mean(found, held) or hint)
    commands = getattr(command, "commands", None)
    if commands and "No such command" in error.format_message():
        found = next((word for word in arguments if word not in commands and not word.startswith("-")), "nothing")
        return Problem("command line", found, ", ".join(commands), did_you_mean(found, commands) or hint)
    parameter = getattr(error, "param", None)
    if parameter is None:
        return Problem("command line", error.message, "the options and arguments of the command", hint)
    name = parameter.opts[0]
    metavar = parameter.metavar or parameter.name.upper()
    if kind == "MissingParameter":
        shown = f"{name} {metavar}" if name.startswith("-") else metavar
        return Problem(shown, "nothing", metavar, f"It is required. {hint}")
    allowed = "a whole number" if "integer" in error.message else metavar
    return Problem(name, _value_given(name, arguments), allowed, hint)


def _value_given(option: str, arguments: Sequence[str]) -> str:
    """Return what was written behind an option."""
    for position, argument in enumerate(arguments):
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
        if argument == option and position + 1 < len(arguments):
            return arguments[position + 1]
    return "nothing"


def choice(option: str, value: str, allowed: Sequence[str]) -> str:
    """Return the value of an option that takes one of a few words."""
    if value in allowed:
        return value
    raise ResultError(Problem(option, value, ", ".join(allowed), did_you_mean(value, allowed) or "Name one of those."))


def resolve_language(asked: str | None) -> str:
    """Return the language asked for, else that of the locale where it is Chinese, else English.

    Parameters
    ----------
    asked : {"en", "zh"} or None
        Value of ``--language``.
    """
    if asked is not None:
        return choice("--language", asked, LANGUAGES)
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((name for name in names if name), "") or (locale.getlocale()[0] or "")
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"


def language_asked(arguments: list[str]) -> str:
    """Return the language for problems, also of a command line that could not be parsed."""
    for position, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--language=") else ""
        if argument == "--language":
            value = arguments[position + 1] if position + 1 < len(arguments) else ""
        if value in LANGUAGES:
            return value
    return resolve_language(None)
