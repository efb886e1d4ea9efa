"""Lines of the budget statement: words, order, sums, and the ledgers that they belong to (handbook 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poolcast.budget.footing import Sum
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.projection.forecast import LEDGER_NAMES
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES

Side = Literal["revenue", "expenditure", "balance", "memo"]

REVENUE, EXPENDITURE = "R", "E"
BALANCE, OPENING, TAKEN_OVER, CLOSING = "B1", "B2", "B2.1", "B3"
MONTHS, MONTHS_NEXT = "B4.1", "B4.2"
PREPAID, PAYABLE, ARREARS, SETTLED_FASTER = "M1", "M2", "M3", "M4"

_SUBTOTALS: dict[str, Words] = {
    "R1": Words("Contribution income", "保险费收入"),
    "R2": Words("Fiscal subsidy", "财政补贴收入"),
    "E1": Words("Benefit expenditure", "待遇支出"),
}
_OF_BASIC_FUNDS: dict[str, tuple[str, ...]] = {
    "R1.1": ("EPF",),
    "R1.2": ("EPA",),
    "R1.3": ("EPF",),
    "R1.4": ("RPF",),
    "R1.5": ("EPF",),
    "R1.6": ("EPF",),
    "R1.7": ("EPF",),
    "R1.8": ("EPF",),
    "R1.9": ("EPF",),
    "R2.1": ("EPF", "RPF"),
    "R2.2": ("EPF", "RPF"),
    "R2.3": ("EPF", "RPF"),
    "R2.4": ("RPF",),
    "R2.5": ("EPF", "RPF"),
    "R3": ("EPF", "EPA", "RPF"),
    "R4": ("EPA",),
    "R5": ("EPF", "RPF"),
    "R6": ("EPF", "RPF"),
    "R7": ("EPF", "RPF"),
    "E1.1": ("EPF", "RPF"),
    "E1.2": ("EPF", "RPF"),
    "E1.3": ("EPF", "RPF"),
    "E1.4": ("EPF", "RPF"),
    "E1.5": ("EPF", "RPF"),
    "E1.6": ("EPF",),
    "E1.7": ("EPF", "EPA", "RPF"),
    "E2": ("RPF",),
    "E3": ("EPA",),
    "E4": ("EPF", "RPF"),
    "E5": ("EPF", "RPF"),
    "E6": ("EPF", "EPA", "RPF"),
}
"""Lines of flows that the official statement has for the basic funds (handbook 5.2); others have what they book."""

SPLIT_BY_LEDGER = ("R4", "E1.7", "E3")
"""Lines that are shown by the ledger that the money comes from or goes to."""


@dataclass(frozen=True)
class StatementLine:
    """One row of the statement.

    Parameters
    ----------
    code : str
        ``R1.1``; totals ``R`` and ``E``; a part by ledger ``E3/LTCI``; what is left of such a line ``E1.7/-``.
    label : Words
        Name in both languages.
    level : int
        Indent: 0 for totals and balances, 1 for lines, 2 and 3 for parts.
    side : {"revenue", "expenditure", "balance", "memo"}
        Where it stands. Memo lines are in no sum.
    parts : tuple of str
        Codes of the rows that it is the sum of; empty for none.
    unit : {"yuan", "months"}
    """

    code: str
    label: Words
    level: int
    side: Side
    parts: tuple[str, ...] = ()
    unit: Literal["yuan", "months"] = "yuan"


def statement_lines(transfers: tuple[tuple[str, str], ...] = ()) -> tuple[StatementLine, ...]:
    """Return all rows of a statement in their order.

    Parameters
    ----------
    transfers : tuple of (line, ledger)
        Lines of `SPLIT_BY_LEDGER` with the other ledgers that money comes from or goes to.
    """
    balance = (
        StatementLine(BALANCE, Words("Balance of the year", "当期结余"), 0, "balance"),
        StatementLine(OPENING, Words("Reserve at the last year end", "上年末累计结余"), 0, "balance"),
        StatementLine(TAKEN_OVER, Words("Reserve taken over from another ledger", "并账划转结余"), 1, "balance"),
        StatementLine(CLOSING, Words("Reserve at the year end", "年末累计结余"), 0, "balance"),
        StatementLine(
            MONTHS,
            Words("Payable months on the expenditure of the year", "可支付月数(按当年支出)"),
            1,
            "balance",
            unit="months",
        ),
        StatementLine(
            MONTHS_NEXT,
            Words("Payable months on the expenditure of the next year", "可支付月数(按下年支出)"),
            1,
            "balance",
            unit="months",
        ),
    )
    memo = (
        StatementLine(PREPAID, Words("Prepaid to providers", "预付医药机构资金余额"), 1, "memo"),
        StatementLine(PAYABLE, Words("Payable to providers", "应付医药机构待结算费用"), 1, "memo"),
        StatementLine(ARREARS, Words("Arrears outstanding", "年末欠缴保险费"), 1, "memo"),
        StatementLine(
            SETTLED_FASTER, Words("Cash settled sooner than in the base year", "提速结算释放现金"), 1, "memo"
        ),
    )
    return (
        *_side(REVENUE, Words("Total revenue", "收入合计"), "revenue", REVENUE_LINES, transfers),
        *_side(EXPENDITURE, Words("Total expenditure", "支出合计"), "expenditure", EXPENDITURE_LINES, transfers),
        *balance,
        *memo,
    )


def _side(
    total: str, label: Words, side: Side, lines: dict[str, Words], transfers: tuple[tuple[str, str], ...]
) -> list[StatementLine]:
    """Return the rows of one side: the total, lines, their parts, and parts by ledger."""
    tops = list(dict.fromkeys(code.partition(".")[0] for code in lines))
    rows = [StatementLine(total, label, 0, side, tuple(tops))]
    for top in tops:
        children = tuple(code for code in lines if code.startswith(f"{top}."))
        if children:
            rows.append(StatementLine(top, _SUBTOTALS[top], 1, side, children))
        for code in children or (top,):
            rows += _with_ledgers(code, lines[code], 2 if children else 1, side, transfers)
    return rows


def _with_ledgers(
    code: str, label: Words, level: int, side: Side, transfers: tuple[tuple[str, str], ...]
) -> list[StatementLine]:
    others = [ledger for line, ledger in transfers if line == code]
    if not others:
        return [StatementLine(code, label, level, side)]
    keys = tuple(f"{code}/{ledger}" for ledger in (*others, "-"))
    rows = [StatementLine(code, label, level, side, keys)]
    for key, ledger in zip(keys, others, strict=False):
        english, chinese = LEDGER_NAMES[ledger], AXES["ledger"].member_labels_zh[ledger]
        words = (
            Words(f"From: {english}", f"来自{chinese}")
            if side == "revenue"
            else Words(f"To: {english}", f"转入{chinese}")
        )
        rows.append(StatementLine(key, words, level + 1, side))
    return [*rows, StatementLine(keys[-1], Words("Other", "其他"), level + 1, side)]


def declared_for(code: str, ledger: str) -> bool:
    """Return whether the official statement has a line of flows for a basic fund (handbook 5.2)."""
    return ledger in _OF_BASIC_FUNDS.get(code.partition("/")[0], ())


def sums_of(lines: tuple[StatementLine, ...]) -> tuple[Sum, ...]:
    """Return the sums among the rows of a statement."""
    return tuple(Sum(line.code, line.parts) for line in lines if line.parts)


__all__ = ["StatementLine", "declared_for", "statement_lines", "sums_of"]
