"""Formulae changed on purpose in a copy of the package: each change must be caught by a fast test.

Run as ``python -m tests.validation.mutations``; a line each says which test caught what.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "model" / "poolcast"
SCALAR = "tests/projection/test_against_scalar_model.py::test_every_ledger_with_cover_by_age"
VECTORS = "tests/validation/test_handbook_vectors.py"


@dataclass(frozen=True)
class Mutation:
    """A formula, the text that states it, the text that breaks it, and the test that must then fail."""

    name: str
    file: str
    old: str
    new: str
    test: str

    def apply(self, package: Path) -> None:
        path = package / self.file
        text = path.read_text(encoding="utf-8")
        found = text.count(self.old)
        if found != 1:
            raise LookupError(f"{self.name}: its text stands {found} times in {self.file}, not once; write it anew")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


MUTATIONS = (
    Mutation(
        "open age group loses its own survivors",
        "projection/cohort_reference.py",
        "end[..., -1] += remaining[..., -1]",
        "end[..., -1] += 0.0 * remaining[..., -1]",
        SCALAR,
    ),
    Mutation(
        "births from the women at the start only",
        "projection/cohort_reference.py",
        "(start[:, :, FEMALE] + women_at_end) / 2",
        "start[:, :, FEMALE]",
        SCALAR,
    ),
    Mutation(
        "a full year of interest on the balance",
        "projection/ledgers.py",
        "+ rate * timing * balance\n",
        "+ rate * balance\n",
        f"{VECTORS}::test_interest_identity",
    ),
    Mutation(
        "sign in the limited expected value",
        "projection/limited_expected_value.py",
        "normal_distribution(standard - deviation)",
        "normal_distribution(standard + deviation)",
        f"{VECTORS}::test_limited_expected_value",
    ),
    Mutation(
        "whole deductible at repeat admissions",
        "projection/benefits.py",
        "deductible * again",
        "deductible",
        SCALAR,
    ),
    Mutation(
        "arrears written off are kept",
        "projection/contributions.py",
        "(1 - leaving[:, year]) * opening",
        "(1 - recovery[:, year]) * opening",
        "tests/projection/test_ledger_rules.py::test_arrears_begin_at_their_steady_state",
    ),
    Mutation(
        "members on unemployment benefit left out of the dependency ratio",
        "projection/forecast.py",
        '("active", "flexible", "unemployed", "paying_past_retirement")',
        '("active", "flexible", "paying_past_retirement")',
        "tests/projection/test_money_identities.py::test_the_labelled_forecast_is_the_same_account",
    ),
    Mutation(
        "retention turned round in the budget closure",
        "projection/payment.py",
        "(1 - softness) * over + keeps * under",
        "(1 - softness) * over + (1 - keeps) * under",
        f"{VECTORS}::test_the_corridor_jumps_at_its_threshold_on_both_sides",
    ),
    Mutation(
        "opening and closing stock change places in the exposure",
        "projection/people.py",
        "weight * at_year_ends[:, :, 1:] + (1 - weight) * at_year_ends[:, :, :-1]",
        "weight * at_year_ends[:, :, :-1] + (1 - weight) * at_year_ends[:, :, 1:]",
        SCALAR,
    ),
    Mutation(
        "growth of use counted twice in the cost trend",
        "projection/economy.py",
        "    factor /= (1 + use_growth)[:, :, :, None]\n",
        "",
        SCALAR,
    ),
    Mutation(
        "retirement hazard of all instead of those who still work",
        "projection/retirement.py",
        "(now - before) / np.where(open_share > 1e-12, open_share, 1.0)",
        "(now - before)",
        "tests/projection/test_retirement.py::test_hazards_of_a_cohort_add_up_to_its_share",
    ),
    Mutation(
        "resident financing on average heads instead of those certified",
        "projection/flows.py",
        'heads = state.people.at_year_end("members")[..., _RESIDENTS]',
        'heads = state.people.in_year("members")[..., _RESIDENTS]',
        SCALAR,
    ),
    Mutation(
        "longer lives make profiles older",
        "projection/health.py",
        "np.arange(OPEN_AGE + 1) - shift",
        "np.arange(OPEN_AGE + 1) + shift",
        SCALAR,
    ),
    Mutation(
        "no cross effect of outpatient prices on admissions",
        "projection/behaviour.py",
        "cross * change[..., _OUTPATIENT]",
        "0.0 * cross * change[..., _OUTPATIENT]",
        "tests/scenarios/test_outpatient_reform_by_hand.py::test_use_answers_the_price",
    ),
    Mutation(
        "stays outside the region beside the amount per head",
        "projection/payment.py",
        "np.maximum(amount - deducted * outside, 0.0)",
        "np.maximum(amount, 0.0)",
        "tests/projection/test_payment_per_head.py::test_settlement_by_hand",
    ),
    Mutation(
        "overspend of the amount borne the wrong way round",
        "projection/payment.py",
        "borne = (1 - shared) * np.maximum(inside - purse, 0.0)",
        "borne = shared * np.maximum(inside - purse, 0.0)",
        "tests/projection/test_payment_per_head.py::test_settlement_by_hand",
    ),
    Mutation(
        "no risk adjustment of the amount",
        "projection/payment.py",
        '1 + yearly("risk_adjustment")[..., None] * (heads.need - 1)',
        '1 + 0.0 * yearly("risk_adjustment")[..., None] * (heads.need - 1)',
        "tests/projection/test_payment_per_head.py::test_the_amount_by_hand",
    ),
    Mutation(
        "hospitals outside the region share in the amount",
        "projection/claims.py",
        "added_by_tier[..., _OUT_OF_REGION] = 0.0",
        "added_by_tier[..., _OUT_OF_REGION] *= 1.0",
        "tests/projection/test_payment_per_head.py::test_patients_keep_their_rights_and_the_bill_adds_up",
    ),
    Mutation(
        "cases of an outbreak under the budget",
        "projection/claims.py",
        "budgeted = audited[..., _INPATIENT] - waived",
        "budgeted = audited[..., _INPATIENT] - 0.0 * waived",
        "tests/projection/test_outbreak.py::test_cases_are_outside_the_budget",
    ),
    Mutation(
        "cases of an outbreak meet the ceiling",
        "projection/benefits.py",
        "above_ceiling=(1 - share[..., _INPATIENT]) * ordinary.above_ceiling",
        "above_ceiling=ordinary.above_ceiling",
        "tests/projection/test_outbreak.py::test_a_fifth_of_the_stays_by_hand",
    ),
    Mutation(
        "waiting of those uninsured this year",
        "projection/care.py",
        'people.at_previous_year_end("members")[..., _UNINSURED]',
        'people.at_year_end("members")[..., _UNINSURED]',
        "tests/projection/test_cover_rules.py::test_the_wait_by_hand",
    ),
    Mutation(
        "newly insured adults are lost",
        "projection/coverage.py",
        "later[:, :, _ADULT] += moved - as_child",
        "later[:, :, _ADULT] += 0.0 * (moved - as_child)",
        "tests/projection/test_cover_rules.py::test_people_are_moved_not_made",
    ),
)


def copied(folder: Path) -> Path:
    """Copy the package into a folder; return the copy."""
    target = folder / "poolcast"
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def passes(folder: Path, *tests: str) -> tuple[bool, str]:
    """Run tests against the package in a folder; say whether they pass, and what was printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--tb=line", "-p", "no:cacheprovider", *dict.fromkeys(tests)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.returncode == 0, done.stdout


def uncaught() -> list[str]:
    """Try every mutation; return those that no test caught (the copy itself must pass first)."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copied(folder)
        whole, text = passes(folder, *(mutation.test for mutation in MUTATIONS))
        if not whole:
            return [f"the tests fail on the package as it is:\n{text}"]
    missed = []
    for mutation in MUTATIONS:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            mutation.apply(copied(folder))
            alive, _ = passes(folder, mutation.test)
        print(f"{'MISSED' if alive else 'caught'}  {mutation.name}  <-  {mutation.test}", flush=True)
        missed += [mutation.name] if alive else []
    return missed


def main() -> int:
    """Try every mutation; 0 if all are caught."""
    missed = uncaught()
    print("\n".join(missed) if missed else f"all {len(MUTATIONS)} mutations are caught")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
