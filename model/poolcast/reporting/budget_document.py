"""The JSON document of an annual budget, ``poolcast.budget/1``.

Keys::

    poolcast       version of the package
    schema         "poolcast.budget/1"; a change that breaks readers changes the number
    set, set_digest, scenario, scenario_digest, base_year, synthetic, prices
    year           year of the draft; outlook_year the running year; months of it that are known
    statements     [{region, name, name_zh, kind, columns, ledgers: {ledger: [{line, label, label_zh, level, unit,
                   values by column key}]}, misfits}], nothing rounded
    balances       [{region, ledger, revenue, expenditure, balance, reserve, surplus_share, planned, verdict}]
    execution, cash, adjustments     rows of the tables of the same names
    warnings       lights and warnings by fund
    remarks        what should be looked at in the file of months

A figure that does not apply is null.
"""

from __future__ import annotations

import math
from typing import Any

from poolcast import __version__
from poolcast.budget.statement import Statement
from poolcast.reporting.budget_tables import PRICE_UNITS, Shown, adjustment_rows, cash_rows, execution_rows

SCHEMA = "poolcast.budget/1"


def budget_document(shown: Shown) -> dict[str, Any]:
    """Return a budget as plain data."""
    budget = shown.budget
    return {
        "poolcast": __version__,
        "schema": SCHEMA,
        "set": budget.read.name,
        "set_digest": budget.read.digest(),
        "scenario": budget.scenario.name,
        "scenario_digest": budget.scenario.digest,
        "base_year": budget.read.base_year,
        "synthetic": budget.synthetic,
        "prices": shown.prices,
        "year": budget.year,
        "outlook_year": budget.outlook_year,
        "months": 0 if budget.months is None else budget.months.known,
        "statements": [_statement(shown, one) for one in shown.statements()],
        "balances": [
            {
                "region": one.region,
                "ledger": one.ledger,
                "year": one.year,
                "revenue": one.revenue,
                "expenditure": one.expenditure,
                "balance": one.balance,
                "reserve": finite(one.reserve),
                "surplus_share": finite(one.surplus_share),
                "planned": finite(one.planned),
                "verdict": one.verdict,
            }
            for region in shown.regions
            for one in budget.balances[region]
            if one.ledger in shown.ledgers
        ],
        "execution": [_plain(row) for row in execution_rows(shown)],
        "cash": [_plain(row) for row in cash_rows(shown)],
        "adjustments": [_plain(row) for row in adjustment_rows(shown)],
        "warnings": [
            fund.document()
            for fund in budget.warnings.by_worry()
            if fund.region in shown.regions and fund.ledger in shown.ledgers
        ],
        "remarks": [] if budget.months is None else [{"en": one.en, "zh": one.zh} for one in budget.months.remarks],
    }


def _statement(shown: Shown, statement: Statement) -> dict[str, Any]:
    return {
        "region": statement.region,
        "name": statement.name.en,
        "name_zh": statement.name.zh,
        "kind": statement.kind,
        "columns": [
            {
                "key": column.key,
                "year": column.year,
                "label": column.label.en,
                "label_zh": column.label.zh,
                "basis": column.basis.en,
                "basis_zh": column.basis.zh,
            }
            for column in statement.columns
        ],
        "ledgers": {
            ledger: _lines(shown, statement, ledger) for ledger in shown.ledgers if ledger in statement.ledgers
        },
    }


def _lines(shown: Shown, statement: Statement, ledger: str) -> list[dict[str, Any]]:
    place = statement.ledgers.index(ledger)
    return [
        {
            "line": line.code,
            "label": line.label.en,
            "label_zh": line.label.zh,
            "level": line.level,
            "unit": PRICE_UNITS[shown.prices] if line.unit == "yuan" else line.unit,
            "values": {
                column.key: finite(float(statement.amounts[number, place, statement.row(line.code)]))
                for number, column in enumerate(statement.columns)
            },
        }
        for line in statement.lines_of(ledger)
    ]


def finite(value: float) -> float | None:
    """Return a number, or None where it is not defined."""
    return value if math.isfinite(value) else None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: finite(value) if isinstance(value, float) else value for key, value in row.items()}


__all__ = ["SCHEMA", "budget_document", "finite"]
