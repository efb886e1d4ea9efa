"""Reproduce: the command line and the Python lines that print the numbers of a page."""

from __future__ import annotations

import shlex

from poolcast.dashboard.context import Context


def command_line(context: Context) -> str:
    """Return the command that prints what the page shows.

    Several scenarios are compared, one is run; both with the region, ledger and horizon in view.
    """
    view, several = context.view, bool(context.view.scenarios)
    words = ["poolcast", "compare" if several else "run", "baseline", *view.scenarios, "--set", view.set]
    words += ["--region", context.region, "--ledger", context.ledger]
    if view.to is not None:
        words += ["--to", str(view.to)]
    return shlex.join([*words, "--language", view.lang])


def python_lines(context: Context) -> str:
    """Return the lines of Python that print the reserve and payable months of the page."""
    view = context.view
    read = f"poolcast.load_assumptions({view.set!r}" + (f", to={view.to})" if view.to is not None else ")")
    names = ", ".join(repr(shown.id) for shown in context.shown)
    place = f"region={context.region!r}, ledger={context.ledger!r}"
    return (
        "import poolcast\n\n"
        f"assumptions = {read}\n"
        f"for scenario in [{names}]:\n"
        "    forecast = poolcast.project(assumptions, scenario)\n"
        f"    print(scenario, forecast[['reserve', 'payable_months']].sel({place}).to_dataframe())\n"
    )
