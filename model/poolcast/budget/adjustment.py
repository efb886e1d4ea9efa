"""Mid-year adjustment of a budget: what the outlook would have it be, with the record that rule C14 asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolcast.budget.execution import AMBER, LEAST_MONTHS, RED
from poolcast.budget.year_end import YearEndOutlook
from poolcast.parameters.declaration import Words


@dataclass(frozen=True)
class Adjustment:
    """One proposed line of an adjusted budget.

    Parameters
    ----------
    line : str
        Statement line.
    approved, outlook, low, high : float, yuan
        The approved budget, the nowcast and its 80 % band.
    proposed : float, yuan
        The line of the adjusted budget: the outlook.
    reason : Words
        Why, with the figures.
    """

    line: str
    approved: float
    outlook: float
    low: float
    high: float
    proposed: float
    reason: Words

    @property
    def change(self) -> float:
        """Proposed less approved, yuan."""
        return self.proposed - self.approved


@dataclass(frozen=True)
class AdjustmentRecord:
    """The record of a proposed adjustment; without it a changed budget breaks rule C14.

    Parameters
    ----------
    year, months : int
        Year of the budget, and months known when the proposal was made.
    adjustments : tuple of Adjustment
        Lines to be changed; empty where nothing calls for it.
    balance_before, balance_after : float, yuan
        Revenue less expenditure of the approved and of the adjusted budget.
    procedure : Words
        Who has to agree before it holds.
    approved_by : str
        Empty while it is a proposal; a record counts only once this is filled in.
    """

    year: int
    months: int
    adjustments: tuple[Adjustment, ...]
    balance_before: float
    balance_after: float
    procedure: Words
    approved_by: str = ""

    @property
    def is_approved(self) -> bool:
        """Whether somebody has answered for it."""
        return bool(self.approved_by.strip())


PROCEDURE = Words(
    "Not in force until adjusted by the procedure of the budget itself: drafted by the handling institution, reviewed "
    "by medical security and finance, approved by government and people's congress (rule C14).",
    "按预算编制同等程序调整后方可执行:经办机构提出,医保、财政部门审核,报政府和人大批准(规则 C14)。",
)


def propose_adjustment(
    outlook: YearEndOutlook, year: int, *, threshold: float = AMBER, least_months: int = LEAST_MONTHS
) -> AdjustmentRecord:
    """Propose to adjust the lines whose year will end off budget, and only those.

    A line is adjusted where the outlook is more than `threshold` from the budget and the whole 80 % band lies on one
    side of it: a departure that may yet vanish is no reason to change a budget.

    Parameters
    ----------
    outlook : YearEndOutlook
        By statement line; totals (``R``, ``E``) are left out.
    year : int
    threshold : float
        Departure of the outlook from the budget, as a fraction of the budget.
    least_months : int
        Months that must be known.
    """
    adjustments = []
    before = after = 0.0
    for place, line in enumerate(outlook.lines):
        if line in ("R", "E"):
            continue
        sign = 1.0 if line.startswith("R") else -1.0
        budget, central = float(outlook.budget[place]), float(outlook.nowcast.central[place])
        low, high = float(outlook.nowcast.low[place]), float(outlook.nowcast.high[place])
        proposed = budget
        off = budget != 0 and abs(central / budget - 1) > threshold and not min(low, high) <= budget <= max(low, high)
        if off and outlook.months >= least_months and np.isfinite(central):
            proposed = central
            reason = _reason(outlook.months, central / budget - 1, low / budget - 1, high / budget - 1)
            adjustments.append(Adjustment(line, budget, central, low, high, proposed, reason))
        before += sign * budget
        after += sign * proposed
    return AdjustmentRecord(year, outlook.months, tuple(adjustments), before, after, PROCEDURE)


def _reason(months: int, departure: float, low: float, high: float) -> Words:
    grave = abs(departure) > RED
    band = f"80%区间{low:+.1%}至{high:+.1%}"
    return Words(
        f"after {months} months the year is expected to end {departure:+.1%} from budget"
        f" (80 % band {low:+.1%} to {high:+.1%}){', far off' if grave else ''}",
        f"截至{months}月,预计全年偏离预算{departure:+.1%}({band}){',严重偏离' if grave else ''}",
    )
