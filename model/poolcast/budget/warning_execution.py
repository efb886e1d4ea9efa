"""Alerts of the months of a budget as early warnings: what `poolcast.budget.execution` finds, taken up among them."""

from __future__ import annotations

import math

from poolcast.budget.execution import AMBER, RED, Execution
from poolcast.budget.warning_results import ExecutionAlert
from poolcast.budget.warning_rules import Level
from poolcast.parameters.declaration import Words

_LEVELS: dict[str, tuple[Level, float]] = {"amber": ("orange", AMBER), "red": ("red", RED)}
"""Level of an alert, and the departure of the execution rate from one that it stands for."""


def alerts_of_execution(region: str, ledger: str, year: int, execution: Execution) -> tuple[ExecutionAlert, ...]:
    """Return the alerts of a budget's execution, for ``early_warnings(..., execution=...)``.

    Parameters
    ----------
    region, ledger : str
    year : int
        Budget year.
    execution : Execution
        Lines without an alert are left out; totals come first.
    """
    found = []
    order = sorted(range(len(execution.lines)), key=lambda place: execution.lines[place] not in ("R", "E"))
    for place in order:
        line, rate, alert = execution.lines[place], float(execution.rate[place]), execution.alerts[place]
        if alert not in _LEVELS or math.isnan(rate):
            continue
        level, limit = _LEVELS[alert]
        shown, months = f"{100 * (rate - 1):+.1f}%", execution.months
        what = Words(
            f"line {line} {shown} against the phased budget of {months} months",
            f"科目{line}前{months}个月较分月预算{shown}",
        )
        found.append(ExecutionAlert(region, ledger, level, year, abs(rate - 1), limit, what))
    return tuple(found)
