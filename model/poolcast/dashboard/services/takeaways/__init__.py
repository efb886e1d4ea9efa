"""The sentence that opens a page and answers its question, made from the numbers, in either language.

Templates are words of the catalogue (``take.*``); a page shows one, and what stands between asterisks is set off. Each
function decides which case holds, and the tests compare what it says with the numbers.
"""

from __future__ import annotations

from poolcast.dashboard.services.takeaways.amounts import amount_text, change_text, moved_text, value_text
from poolcast.dashboard.services.takeaways.budgets import Execution, budget, budget_draft
from poolcast.dashboard.services.takeaways.funds import forecast, overview, uncertainty
from poolcast.dashboard.services.takeaways.goals import solve
from poolcast.dashboard.services.takeaways.scenarios import build, compare
from poolcast.dashboard.services.takeaways.sets import assumptions

__all__ = [
    "Execution",
    "amount_text",
    "assumptions",
    "budget",
    "budget_draft",
    "build",
    "change_text",
    "compare",
    "forecast",
    "moved_text",
    "overview",
    "solve",
    "uncertainty",
    "value_text",
]
