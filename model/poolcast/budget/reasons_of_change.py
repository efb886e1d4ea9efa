"""Reasons of change: why a line of next year's draft differs from this year's outlook (handbook 5.3, 6.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.expenditure_reasons import expenditure_shares
from poolcast.budget.revenue_reasons import revenue_shares
from poolcast.outlook.mixed_sets import Side
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES

if TYPE_CHECKING:
    import pandas as pd

    from poolcast.projection.engine import Projection

Array = NDArray[np.float64]
Class = Literal["volume", "price", "mix", "policy", "other"]

CLASSES: dict[Class, Words] = {
    "volume": Words("Volume", "数量"),
    "price": Words("Price", "价格"),
    "mix": Words("Mix", "结构"),
    "policy": Words("Policy", "政策"),
    "other": Words("Other", "其他"),
}


@dataclass(frozen=True)
class Reason:
    """One reason of change.

    Parameters
    ----------
    key : str
    label : Words
    of_class : {"volume", "price", "mix", "policy", "other"}
        What it counts as in a variance split (handbook 5.3).
    """

    key: str
    label: Words
    of_class: Class


EXPENDITURE_REASONS: tuple[Reason, ...] = (
    Reason("members", Words("Number of members", "参保人数"), "volume"),
    Reason("use", Words("Use at constant age", "利用率"), "volume"),
    Reason("unit_cost", Words("Prices, wages and intensity", "价格、工资与服务强度"), "price"),
    Reason("age_and_status", Words("Age and status of members", "年龄与身份结构"), "mix"),
    Reason("policy", Words("Benefits, financing and payment", "待遇、筹资与支付政策"), "policy"),
    Reason(
        "follows_revenue", Words("Accounts and transfers that follow revenue", "随收入变动的账户支出与转移"), "other"
    ),
)
REVENUE_REASONS: tuple[Reason, ...] = (
    Reason("members", Words("Number of members", "缴费人数"), "volume"),
    Reason("reserve", Words("Reserve that bears interest", "计息结余"), "volume"),
    Reason("base", Words("Base per member", "人均缴费基数"), "price"),
    Reason("interest_rate", Words("Yield of the reserve", "结余收益率"), "price"),
    Reason("rate", Words("Rates, premiums and subsidies per head", "费率与人均筹资标准"), "policy"),
    Reason("collection", Words("Collection and arrears", "征缴与清欠"), "policy"),
    Reason("other", Words("Transfers, rules on reserves and the rest", "转移、结余规则及其他"), "other"),
)


@dataclass(frozen=True)
class ReasonsOfChange:
    """Why the lines of one year differ from those of the year before; reasons add up to the change of every line.

    Parameters
    ----------
    before, after : int
        The two years.
    regions, ledgers : tuple of str
    revenue : array (reason, region, ledger, revenue line), yuan
        In the order of `REVENUE_REASONS`.
    expenditure : array (reason, region, ledger, expenditure line), yuan
        In the order of `EXPENDITURE_REASONS`; the mean over all orders in which drivers may change (Shapley).
    """

    before: int
    after: int
    regions: tuple[str, ...]
    ledgers: tuple[str, ...]
    revenue: Array = field(repr=False)
    expenditure: Array = field(repr=False)

    def of(self, region: str, ledger: str, side: str = "expenditure") -> dict[str, float]:
        """Return the change of one side of a ledger by reason, yuan."""
        reasons, shares = self._side(side)
        amounts = shares[:, self._place(region, ledger)[0], self._place(region, ledger)[1]].sum(-1)
        return {reason.key: float(amount) for reason, amount in zip(reasons, amounts, strict=True)}

    def of_line(self, region: str, ledger: str, line: str) -> dict[str, float]:
        """Return the change of one line of the engine (``E1.1``, ``R1.3``) by reason, yuan."""
        side, lines = ("revenue", REVENUE_LINES) if line in REVENUE_LINES else ("expenditure", EXPENDITURE_LINES)
        if line not in lines:
            remedy = did_you_mean(line, [*REVENUE_LINES, *EXPENDITURE_LINES]) or "Name a line without parts."
            raise ResultError(Problem("line", line, ", ".join([*REVENUE_LINES, *EXPENDITURE_LINES]), remedy))
        reasons, shares = self._side(side)
        amounts = shares[(slice(None), *self._place(region, ledger), list(lines).index(line))]
        return {reason.key: float(amount) for reason, amount in zip(reasons, amounts, strict=True)}

    def by_class(self, region: str, ledger: str, side: str = "expenditure") -> dict[str, float]:
        """Return the change of one side of a ledger as volume, price, mix, policy and other, yuan."""
        reasons, _ = self._side(side)
        found = self.of(region, ledger, side)
        return {name: sum(found[one.key] for one in reasons if one.of_class == name) for name in CLASSES}

    def table(self, region: str) -> pd.DataFrame:
        """Return one row a ledger, side and reason."""
        import pandas as pd

        rows = [
            {
                "ledger": ledger,
                "side": side,
                "reason": reason.key,
                "label": reason.label.en,
                "label_zh": reason.label.zh,
                "class": reason.of_class,
                "change": self.of(region, ledger, side)[reason.key],
            }
            for ledger in self.ledgers
            for side, reasons in (("revenue", REVENUE_REASONS), ("expenditure", EXPENDITURE_REASONS))
            for reason in reasons
        ]
        return pd.DataFrame(rows)

    def _side(self, side: str) -> tuple[tuple[Reason, ...], Array]:
        if side == "revenue":
            return REVENUE_REASONS, self.revenue
        if side == "expenditure":
            return EXPENDITURE_REASONS, self.expenditure
        raise ResultError(Problem("side", side, "revenue, expenditure", "Name one of those."))

    def _place(self, region: str, ledger: str) -> tuple[int, int]:
        for name, known, what in ((region, self.regions, "region"), (ledger, self.ledgers, "ledger")):
            if name not in known:
                remedy = did_you_mean(name, known) or "Name one of those."
                raise ResultError(Problem(what, name, ", ".join(known), remedy))
        return self.regions.index(region), self.ledgers.index(ledger)


def reasons_of_change(side: Side, projection: Projection, before: int, after: int) -> ReasonsOfChange:
    """Return why every line of a year differs from the same line of another.

    Parameters
    ----------
    side : Side
        The calibrated set before and after the scenario.
    projection : Projection
        The run of the set after the scenario.
    before, after : int
        Two years of the projection, in order.
    """
    assumptions = projection.assumptions
    return ReasonsOfChange(
        before,
        after,
        tuple(unit.code for unit in projection.holders.units),
        assumptions.ledgers,
        revenue_shares(projection, before, after),
        expenditure_shares(side, projection, before, after),
    )


__all__ = ["CLASSES", "EXPENDITURE_REASONS", "REVENUE_REASONS", "Reason", "ReasonsOfChange", "reasons_of_change"]
