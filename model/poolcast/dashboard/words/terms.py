"""The terms that the glossary explains in words of its own."""

from __future__ import annotations

TERMS: tuple[str, ...] = (
    "months", "reserve", "balance", "first_deficit", "exhaustion", "median", "eight_in_ten", "probability", "fan",
    "seed", "base", "collection", "level_rate", "dependency", "flexible", "vesting", "utilisation", "unitcost",
    "inpolicy", "reimbursement", "deductible", "tiers", "mutual_aid", "behaviour", "static", "actuarial", "pooling",
    "adjustment", "drgdip", "vbp", "capitation", "execution", "worry", "baseline", "scenario", "lever", "notches",
    "assumption_set", "evidence", "borrowed", "calibration", "synthetic", "digest", "conditional",
)  # fmt: skip
"""Terms whose words stand in the catalogue of the page Help, ``term.NAME`` and ``meaning.NAME``."""
