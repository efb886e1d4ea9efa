"""``poolcast roll``: close a year; the next closed year becomes the base of a new set.

Keys of ``poolcast.roll/1``::

    poolcast     version of the package
    schema       "poolcast.roll/1"; a change that breaks readers changes the number
    set, base_year, accounts     the set rolled, its base year, the table of accounts
    to, name, new_base_year      folder, name and base year of the new set
    digest       digest of the new set
    given        parameters that the table gives
    projected    control totals of which at least one cell is projected, not observed
    factors      [{name, region, member, value}], calibration factors outside the range that needs no explanation
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from poolcast import __version__
from poolcast.parameters.declaration import Words
from poolcast.reporting.console import data_console, message_console, print_json, working

SCHEMA = "poolcast.roll/1"

_WORDS = {
    "done": Words("Base year {year}: {folder}", "基年 {year}:{folder}"),
    "given": Words("Given by {file}: {names}", "{file} 给出:{names}"),
    "projected": Words("Projected by set {set}, not observed: {names}", "由假设集 {set} 推算、非实际数据:{names}"),
    "factor": Words(
        "{name} {place} is {value:.4g}, outside the usual range: look at the accounts.",
        "{name} {place} 为 {value:.4g},超出通常范围,请核对决算。",
    ),
    "next": Words(
        "Why results change: poolcast explain baseline --set {folder} --against baseline --against-set {set}",
        "结果变动原因:poolcast explain baseline --set {folder} --against baseline --against-set {set}",
    ),
}


@dataclass(frozen=True)
class RollOptions:
    """What the command line asked for.

    Parameters
    ----------
    assumption_set : str
        Set that is rolled.
    accounts, to : Path
        Table of the closed year; new folder.
    language : {"en", "zh"}
    as_json, quiet : bool
    """

    assumption_set: str
    accounts: Path
    to: Path
    language: str
    as_json: bool
    quiet: bool


def roll(options: RollOptions) -> None:
    """Roll a set and say what it rests on.

    Raises
    ------
    PoolcastError
        With every problem of the set, the accounts and the place; nothing is written then.
    """
    from poolcast.calibration.rolling import roll as roll_set

    console = message_console(quiet=options.quiet or options.as_json)
    with working(console, "Rolling"):
        rolled = roll_set(options.assumption_set, options.accounts, options.to)
    found = rolled.assumptions
    if options.as_json:
        print_json(
            {
                "poolcast": __version__,
                "schema": SCHEMA,
                "set": options.assumption_set,
                "base_year": found.base_year - 1,
                "accounts": str(options.accounts),
                "to": str(options.to),
                "name": found.name,
                "new_base_year": found.base_year,
                "digest": found.digest(),
                "given": list(rolled.given),
                "projected": list(rolled.projected),
                "factors": [
                    {"name": factor.name, "region": factor.region, "member": factor.member, "value": factor.value}
                    for factor in rolled.warnings
                ],
            }
        )
        return

    def say(key: str, **texts: object) -> None:
        text = _WORDS[key].in_language(options.language).format(**texts)
        console.print(text, markup=False, soft_wrap=True)

    say("given", file=options.accounts.name, names=", ".join(rolled.given))
    say("projected", set=options.assumption_set, names=", ".join(rolled.projected) or "-")
    for factor in rolled.warnings:
        say("factor", name=factor.name, place=f"{factor.region} {factor.member}".strip(), value=factor.value)
    say("next", folder=options.to, set=options.assumption_set)
    done = _WORDS["done"].in_language(options.language).format(year=found.base_year, folder=options.to)
    data_console().print(done, markup=False, soft_wrap=True)
