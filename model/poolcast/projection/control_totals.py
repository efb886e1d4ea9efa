"""The base-year step of calibration: factors that make the base year reproduce the accounts, found once and frozen."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, SCHEMES, STATUSES, index
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.projection.behaviour import REFERENCE, REFERENCE_BY_TIER
from poolcast.projection.claims import by_scheme
from poolcast.projection.coverage import fit_status_shares
from poolcast.projection.engine import project_money
from poolcast.projection.flows import FINANCED_BY_NEED, WITHOUT_RESERVE, Flows, project_flows
from poolcast.projection.ledgers import margin_of_base_year
from poolcast.projection.money import MoneyState

Array = NDArray[np.float64]

FACTORS = tuple(
    name for name in PARAMETERS if name.startswith("calibration.") and name not in (REFERENCE, REFERENCE_BY_TIER)
)
WARNING_RANGE = (0.8, 1.25)
"""A factor outside this range is a warning about the data (handbook 6.10)."""

_INPATIENT = index("benefit", "inpatient")
_CACHE: OrderedDict[str, Assumptions] = OrderedDict()
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Factor:
    """One calibration factor and whether it lies in the expected range."""

    name: str
    region: str
    member: str
    value: float

    @property
    def within_range(self) -> bool:
        """Whether the factor lies in the range that needs no explanation."""
        if self.name == "calibration.other_expenditure_share":
            return abs(self.value) <= 0.02
        return WARNING_RANGE[0] <= self.value <= WARNING_RANGE[1]


def calibrate(assumptions: Assumptions) -> Assumptions:
    """Return the set with its calibration factors, and the unreformed law as reference of behaviour (handbook 6.10).

    With ``calibration: none`` every factor is one. Runs once per content of the set; a reform is applied afterwards and
    never moves a factor. A set that has its factors already, reformed or not, comes back as it is, unless its accounts
    or the option are no longer those to which the factors were found.

    Raises
    ------
    AssumptionError
        If the base year cannot be brought to the accounts.
    """
    accounts = _accounts_digest(assumptions)
    if assumptions.calibrated_to == accounts:
        return assumptions
    key = assumptions.digest()
    with _LOCK:
        if key in _CACHE:
            return _CACHE[key]
    fitted = neutral(assumptions)
    if assumptions.options["calibration"] == "accounts":
        fitted = fit_members(fitted)
        fitted = fitted.with_values(_BaseYear(fitted).factors())
    fitted = replace(_with_reference(fitted), calibrated_to=accounts)
    with _LOCK:
        _CACHE[key] = fitted
        while len(_CACHE) > 8:
            _CACHE.popitem(last=False)
    return fitted


def neutral(assumptions: Assumptions) -> Assumptions:
    """Return the set with every factor at one, no residual, and no reference of behaviour: nothing is calibrated."""
    values = {name: array for name, array in assumptions.values.items() if name not in (REFERENCE, REFERENCE_BY_TIER)}
    for name in FACTORS:
        shape = tuple(len(assumptions.axis_members(axis)) for axis in PARAMETERS[name].dimensions)
        values[name] = np.full(shape, float(PARAMETERS[name].default or 0.0))
    return replace(assumptions, values=values, calibrated_to="")


def _accounts_digest(assumptions: Assumptions) -> str:
    """Return a hash of what factors are found for: the option, and the accounts of the base year and the one before."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((assumptions.base_year, assumptions.options["calibration"], assumptions.region_codes)).encode())
    for name in sorted(name for name in assumptions.values if name.startswith("accounts.")):
        for year in (assumptions.base_year - 1, assumptions.base_year):
            array = assumptions.in_year(name, year)
            digest.update(f"{name}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def factor_report(assumptions: Assumptions) -> list[Factor]:
    """List every calibration factor that is not neutral, by region and member."""
    found = []
    for name in FACTORS:
        array, parameter = assumptions[name], PARAMETERS[name]
        for position in np.argwhere(array != (parameter.default or 0.0)):
            members = [
                assumptions.axis_members(axis)[at] for axis, at in zip(parameter.dimensions, position, strict=True)
            ]
            found.append(Factor(name, str(members[0]), " ".join(map(str, members[1:])), float(array[tuple(position)])))
    return found


def fit_members(assumptions: Assumptions) -> Assumptions:
    """Fit the status shares of both year ends to the members of the accounts."""
    changes: dict[str, Array] = {}
    problems: list[Problem] = []
    for share, population, offset in (
        ("coverage.previous_status_share", "population.at_previous_year_end", -1),
        ("coverage.status_share", "population.at_base_year_end", 0),
    ):
        year = assumptions.base_year + offset
        members = np.nan_to_num(assumptions.in_year("accounts.members", year))
        changes[share], missed = fit_status_shares(assumptions[share], assumptions[population], members)
        problems += [
            Problem(
                f"assumption set {assumptions.name}",
                f"{members[row, column]:,.0f} members of status {STATUSES[column]} at the end of {year} in region "
                f"{assumptions.region_codes[row]}, {missed[row, column]:,.0f} more or fewer than fit",
                "members that the people of the ages with a share in the status can hold",
                "Mend the members, or give the status a share at more ages.",
                column="accounts.members",
            )
            for row, column in np.argwhere((missed > 1e-6 * members) & (members > 0))
        ]
    if problems:
        raise AssumptionError(problems)
    return assumptions.with_values(changes)


def until(assumptions: Assumptions, last_year: int) -> Assumptions:
    """Return the set with a shorter horizon."""
    values = {}
    for name, array in assumptions.values.items():
        dimensions = PARAMETERS[name].dimensions
        if "year" in dimensions:
            axis = dimensions.index("year")
            array = array[(slice(None),) * axis + (slice(0, assumptions.year_position(last_year) + 1),)]
        values[name] = array
    return replace(assumptions, values=values, last_year=last_year)


class _BaseYear:
    """Works the factors out in the order of the handbook: bases, rates, use, cost, payments, the other ledgers."""

    def __init__(self, assumptions: Assumptions) -> None:
        # Three projected years: the health shift at the base year end looks that far ahead (`health.gained_years`).
        self._set = until(assumptions, min(assumptions.base_year + 3, assumptions.last_year))
        self._values: dict[str, Array] = {}

    def factors(self) -> dict[str, Array]:
        """Return the values of all factors."""
        self._contributions()
        self._admissions_and_cost()
        for _ in range(100):
            if self._benefits() < 1e-13:
                break
        self._resident_financing()
        self._other_ledgers()
        self._refuse_missed_benefits()
        self._residuals()
        self._refuse_missed_totals()
        return self._values

    def _put(self, name: str, value: Array) -> None:
        self._values[f"calibration.{name}"] = value
        self._set = self._set.with_values({f"calibration.{name}": value})

    def _state(self) -> MoneyState:
        return project_money(self._set)

    def _account(self, name: str) -> Array:
        return self._set.in_year(f"accounts.{name}", self._set.base_year)

    def _revenue_target(self, ledger: str) -> Array:
        """Revenue before interest of the accounts: ``R = (R_accounts - i F_{-1} + i tau X) / (1 + i tau)``."""
        number = index("ledger", ledger)
        revenue, spending = self._account("revenue")[:, number], self._account("expenditure")[:, number]
        before = self._set["ledger.opening_reserve"][:, number] - (revenue - spending)
        rate = self._set.in_year("ledger.interest_rate", self._set.base_year)[:, number]
        on_stock = np.where(before < 0, rate + margin_of_base_year(self._set), rate)
        timing = float(self._set["ledger.flow_timing"])
        result: Array = (revenue - on_stock * before + rate * timing * spending) / (1 + rate * timing)
        return result

    def _contributions(self) -> None:
        """Two accounts, two unknowns: the base (from EPA) and the employer's contribution (from EPF)."""
        if "EPF" not in self._set.ledgers:
            return
        paid = self._state().contributions

        def first(array: Array) -> Array:
            return np.broadcast_to(array, paid.units.shape)[0, :, 0]

        units = first(paid.units + paid.arrears_recovered + paid.late_fees)
        credited, fixed = first(paid.credited_to_active), first(paid.credited_to_retired)
        others = first(paid.flexible + paid.unemployment_fund + paid.retirees) + self._declared("EPF")
        if "EPA" not in self._set.ledgers:
            self._put("pooled_contribution", _quotient(self._revenue_target("EPF") - others, units))
            return
        scale = _quotient(self._revenue_target("EPF") - others + fixed, units - credited)
        members = first(paid.members)
        accounts = self._revenue_target("EPA") - first(paid.flexible_accounts) - fixed - self._declared("EPA")
        base = _quotient(accounts - scale * credited, members)
        self._put("contribution_base", base)
        paid = self._state().contributions
        self._put(
            "pooled_contribution", _quotient(scale * units, first(paid.units + paid.arrears_recovered + paid.late_fees))
        )

    def _declared(self, ledger: str) -> Array:
        """Subsidy and other revenue that the set gives in yuan."""
        number = index("ledger", ledger)
        base = self._set.base_year
        result: Array = (
            self._set.in_year("ledger.fiscal_subsidy", base)[:, number]
            + self._set.in_year("ledger.other_revenue", base)[:, number]
        )
        return result

    def _admissions_and_cost(self) -> None:
        care = self._state().claims
        admissions = by_scheme(care.services[..., _INPATIENT], 3)[0, :, 0]
        bills = by_scheme(care.bills[..., _INPATIENT], 3)[0, :, 0]
        given, cost = (self._optional(name) for name in ("admissions", "cost_per_admission"))
        if given is not None:
            self._put("admissions", np.where(np.isfinite(given), _quotient(given, admissions), 1.0))
        if cost is not None:
            self._put(
                "cost_per_admission", np.where(np.isfinite(cost), _quotient(cost, _quotient(bills, admissions)), 1.0)
            )

    def _optional(self, name: str) -> Array | None:
        return self._account(name) if f"accounts.{name}" in self._set else None

    def _benefits(self) -> float:
        """Bring payments to the accounts by benefit; repeated because a payment never exceeds the in-policy bill."""
        given = self._account("benefit_expenditure")
        computed = by_scheme(self._state().claims.payments, 3)[0, :, 0]
        self._refuse_unreachable(given, computed)
        now = self._set["calibration.benefit"]
        step = np.where((computed > 0) & np.isfinite(given), given / np.where(computed > 0, computed, 1.0), 1.0)
        self._put("benefit", now * step)
        return float(np.abs(step - 1).max())

    def _refuse_unreachable(self, given: Array, computed: Array) -> None:
        problems = [
            Problem(
                f"assumption set {self._set.name}",
                f"accounts of {given[position]:,.0f} yuan for {BENEFITS[position[2]]} of the {SCHEMES[position[1]]} "
                f"scheme in region {self._set.region_codes[position[0]]}, but the parameters give nothing",
                "parameters that pay something, or accounts of zero",
                "Give use, cost and reimbursement of this benefit, or set its accounts to zero.",
                column="accounts.benefit_expenditure",
            )
            for position in map(tuple, np.argwhere((computed <= 0) & (np.nan_to_num(given) > 0)))
        ]
        if problems:
            raise AssumptionError(problems)

    def _refuse_missed_benefits(self) -> None:
        """Refuse accounts that no payment within the in-policy bills can reach."""
        given = self._account("benefit_expenditure")
        computed = by_scheme(self._state().claims.payments, 3)[0, :, 0]
        missed = np.isfinite(given) & (np.abs(computed - given) > 1e-6 * np.maximum(given, 1.0))
        self._refuse(
            [
                (self._benefit_missed(given, computed, tuple(position)), "accounts.benefit_expenditure")
                for position in np.argwhere(missed)
            ],
            "accounts within the in-policy bills of the members",
            "Mend the accounts, or raise use, cost or the in-policy share of this benefit.",
        )

    def _benefit_missed(self, given: Array, computed: Array, position: tuple[int, ...]) -> str:
        row, scheme, benefit = position
        return (
            f"{given[position]:,.0f} yuan for {BENEFITS[benefit]} of the {SCHEMES[scheme]} scheme in region "
            f"{self._set.region_codes[row]}; the most that the rules can pay is {computed[position]:,.0f}"
        )

    def _refuse_missed_totals(self) -> None:
        """Refuse a base year that does not reproduce revenue and expenditure of the accounts to a millionth."""
        flows = self._base_flows()
        found = []
        for ledger in self._set.ledgers:
            number = index("ledger", ledger)
            pairs = []
            if ledger not in FINANCED_BY_NEED and np.isfinite(self._account("revenue")[:, number]).all():
                target = self._account("revenue") if ledger in WITHOUT_RESERVE else None
                wanted = target[:, number] if target is not None else self._revenue_target(ledger)
                pairs.append(("revenue", wanted, flows.total(flows.revenue, ledger)[0, :, 0]))
            if ledger != "EPA":
                wanted = self._account("expenditure")[:, number]
                pairs.append(("expenditure", wanted, flows.total(flows.expenditure, ledger)[0, :, 0]))
            for name, wanted, computed in pairs:
                missed = np.isfinite(wanted) & (np.abs(computed - wanted) > 1e-6 * np.maximum(np.abs(wanted), 1.0))
                for row in np.flatnonzero(missed):
                    text = (
                        f"{name} of {ledger} in region {self._set.region_codes[row]}: {wanted[row]:,.0f} yuan in the "
                        f"accounts, {computed[row]:,.0f} by the parameters"
                    )
                    found.append((text, f"accounts.{name}"))
        self._refuse(
            found,
            "parameters that a factor can bring to the accounts",
            "Give the ledger's rates, members and bases, or remove its accounts.",
        )

    def _refuse(self, found: list[tuple[str, str]], allowed: str, remedy: str) -> None:
        where = f"assumption set {self._set.name}"
        problems = [Problem(where, text, allowed, remedy, column=column) for text, column in found]
        if problems:
            raise AssumptionError(problems)

    def _base_flows(self) -> Flows:
        return project_flows(self._state())

    def _resident_financing(self) -> None:
        if "RPF" not in self._set.ledgers:
            return
        lines = self._base_flows().revenue["RPF"]
        scaled = sum(lines[line][0, :, 0] for line in ("R1.4", "R2.1", "R2.2", "R2.3", "R2.4") if line in lines)
        target = self._revenue_target("RPF") - self._declared("RPF")
        self._put("resident_financing", _quotient(target, np.asarray(scaled)))

    def _other_ledgers(self) -> None:
        ledgers = self._set.ledgers
        if "CII" in ledgers and "RPF" in ledgers:
            premium = self._base_flows().transfers["RPF", "CII"][0, :, 0]
            given = self._account("revenue")[:, index("ledger", "CII")]
            self._put("critical_illness_premium", np.where(np.isfinite(given), _quotient(given, premium), 1.0))
        if "LTCI" in ledgers:
            computed = self._base_flows()
            revenue = computed.total(computed.revenue, "LTCI")[0, :, 0] - self._declared("LTCI")
            target = self._revenue_target("LTCI") - self._declared("LTCI")
            self._put("long_term_care_revenue", np.where(np.isfinite(target), _quotient(target, revenue), 1.0))
        if "MAF" in ledgers:
            lines = self._base_flows().expenditure["MAF"]
            others = sum((lines[line][0, :, 0] for line in ("E3", "E6") if line in lines), np.zeros(1))
            given = self._account("expenditure")[:, index("ledger", "MAF")] - others
            self._put("assistance", np.where(np.isfinite(given), _quotient(given, lines["E1.7"][0, :, 0]), 1.0))
        if "EPA" in ledgers:
            number = index("ledger", "EPA")
            spent = _quotient(self._account("expenditure")[:, number], self._account("revenue")[:, number])
            propensity = self._set.in_year("account.spending_propensity", self._set.base_year)
            self._put("account_spending", np.where(np.isfinite(spent), _quotient(spent, propensity), 1.0))

    def _residuals(self) -> None:
        """What the accounts show beyond the modelled lines, as a share of them (statement line E6)."""
        flows = self._base_flows()
        share = np.zeros_like(self._set["calibration.other_expenditure_share"])
        for ledger in self._set.ledgers:
            if ledger in ("EPA", "MAF"):
                continue
            number = index("ledger", ledger)
            given = self._account("expenditure")[:, number]
            modelled = flows.total(flows.expenditure, ledger)[0, :, 0]
            known = np.isfinite(given) & (modelled > 0)
            share[:, number] = np.where(known, given / np.where(known, modelled, 1.0) - 1, 0.0)
        share[np.abs(share) < 1e-14] = 0.0
        self._put("other_expenditure_share", share)


def _quotient(numerator: Array, denominator: Array) -> Array:
    """Return the quotient, one where there is nothing to scale."""
    result: Array = np.divide(
        numerator,
        denominator,
        out=np.ones(np.broadcast_shapes(np.shape(numerator), np.shape(denominator))),
        where=np.asarray(denominator) != 0,
    )
    return result


def _with_reference(assumptions: Assumptions) -> Assumptions:
    """Add the patient's share of the unreformed law for every year, to which behaviour refers (handbook 6.7)."""
    entitlement = project_money(assumptions).claims.entitlement
    pad = ((0, 0), (2, 0), (0, 0), (0, 0))
    return assumptions.with_values(
        {
            REFERENCE: np.pad(entitlement.own_share[0], pad, constant_values=1.0),
            REFERENCE_BY_TIER: np.pad(entitlement.tier_own_share[0], pad, constant_values=1.0),
        }
    )
