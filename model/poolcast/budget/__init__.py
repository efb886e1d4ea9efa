"""Next year: the annual budget, its statement, the budget of providers, months, and early warning.

The room has the name of its door: ``poolcast.budget("china")`` is `poolcast.budget.annual_budget.budget`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from poolcast.budget.annual_budget import AnnualBudget


class _Door(ModuleType):
    """A module that can be called: importing it would otherwise hide the function of the same name."""

    def __call__(self, *arguments: Any, **named: Any) -> AnnualBudget:
        """Return the annual budget of a set; see `poolcast.budget.annual_budget.budget`."""
        from poolcast.budget.annual_budget import budget

        return budget(*arguments, **named)


sys.modules[__name__].__class__ = _Door
