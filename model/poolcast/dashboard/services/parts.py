"""Which lines of the statement make one part of a stack of revenue or expenditure."""

from __future__ import annotations

REVENUE_PARTS: dict[str, tuple[str, ...]] = {
    "units": ("R1.1", "R1.5", "R1.6", "R1.9"),
    "accounts": ("R1.2",),
    "flexible": ("R1.3",),
    "residents": ("R1.4",),
    "subsidy": ("R2.1", "R2.2", "R2.3", "R2.4", "R2.5"),
    "interest": ("R3",),
    "other_revenue": ("R1.7", "R1.8", "R4", "R5", "R6", "R7"),
}
"""Sources of revenue as parts of a stack; what units pay is shown net of what is split to personal accounts."""

EXPENDITURE_PARTS: dict[str, tuple[str, ...]] = {
    "inpatient": ("E1.1",),
    "outpatient": ("E1.2",),
    "chronic": ("E1.3",),
    "maternity": ("E1.5", "E1.6"),
    "long_term_care": ("E1.8",),
    "critical_illness": ("E2",),
    "benefits": ("E1.7",),
    "other_expenditure": ("E1.4", "E3", "E4", "E5", "E6"),
}
"""Uses of expenditure as parts of a stack."""
