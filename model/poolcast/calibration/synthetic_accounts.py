"""Accounts of a synthetic set: the engine's own formulae under drawn calibration factors.

The drawn factors are never written down. They say how far the accounts of a region lie from what its parameters alone
would give; calibration has to recover them from the accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.calibration.region_profiles import SetPlan, generator
from poolcast.calibration.set_tables import Table, number, people, yuan
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, LEDGERS, SCHEMES, index
from poolcast.projection.claims import by_scheme
from poolcast.projection.control_totals import fit_members, neutral
from poolcast.projection.engine import project_money, run
from poolcast.projection.flows import FINANCED_BY_NEED, project_flows
from poolcast.projection.money import MoneyState

Array = NDArray[np.float64]

FACTOR_RANGE = (0.9, 1.12)
_INPATIENT = index("benefit", "inpatient")
_BUDGET_WINDOWS = ((2026, 2027), (2028, 2032), (2033, 2037), (2038, 2044), (2045, 2054), (2055, 2060))
_BUDGET_CUT = 0.003
_CARE_SPENDING = 0.65
_RESERVES = ("EPF", "EPA", "RPF", "LAS", "LTCI", "VBPR")
_EMPTY_FUNDS = ("CII", "CSS", "MAF", "ADJ")
_NOT_PRINTED = ("ADJ",)


@dataclass(frozen=True)
class SyntheticAccounts:
    """What the generator finds with the engine.

    Parameters
    ----------
    assumptions : Assumptions
        The set with everything found, calibration factors inside.
    tables : list of Table
        Tuned parameters, and accounts.
    """

    assumptions: Assumptions
    tables: list[Table]


def placeholder_table() -> Table:
    """Return values for what is tuned later, so that the set can be read a first time."""
    table = Table("rates_and_reserves")
    table.add("payment.budget_growth", "0.04", region="all", year="2026", scheme="all")
    table.add("large_amount.premium_per_head", "100", region="all", year="2025")
    table.add("ledger.opening_reserve", "0", region="all", ledger="all")
    return table


def make_accounts(assumptions: Assumptions, plan: SetPlan) -> SyntheticAccounts:
    """Tune rates, premiums and budgets, give every ledger a reserve, and read the accounts of the base year off a run.

    Parameters
    ----------
    assumptions : Assumptions
        The set read without calibration, with `placeholder_table`.
    """
    tuned = Table("rates_and_reserves")
    found = fit_members(neutral(assumptions))
    found = found.with_values(_drawn_factors(found, plan))
    found = _tune_premiums(found, tuned)
    found = _tune_rates(found, plan, tuned)
    found = _tune_budgets(found, tuned)
    found = _with_reserves(found, plan, tuned)
    return SyntheticAccounts(found, [tuned, _accounts_table(found)])


def _drawn_factors(assumptions: Assumptions, plan: SetPlan) -> dict[str, Array]:
    """Draw the factors of every region within `FACTOR_RANGE`."""
    values = {}
    for name in (
        "contribution_base",
        "pooled_contribution",
        "account_spending",
        "long_term_care_revenue",
        "critical_illness_premium",
        "assistance",
        "admissions",
        "cost_per_admission",
        "benefit",
    ):
        shape = assumptions[f"calibration.{name}"].shape[1:]
        rows = [generator(plan.seed, name, region.code).uniform(*FACTOR_RANGE, shape) for region in plan.regions]
        values[f"calibration.{name}"] = np.stack(rows)
    residual = np.zeros_like(assumptions["calibration.other_expenditure_share"])
    for number_, region in enumerate(plan.regions):
        for ledger in ("EPF", "RPF"):
            drawn = generator(plan.seed, "residual", region.code, ledger).uniform(0, 0.008)
            residual[number_, index("ledger", ledger)] = drawn
    values["calibration.other_expenditure_share"] = residual
    return values


def _tune_premiums(assumptions: Assumptions, table: Table) -> Assumptions:
    """Choose premiums that cover the claims of LAS (for good) and CII (in the base year), and the take-up of care."""
    base, last = assumptions.base_year, assumptions.last_year
    flows = project_flows(project_money(assumptions.with_options(payment_rule="fee_for_service")))
    values = {}
    for name, ledger, margin, later in (
        ("large_amount.premium_per_head", "LAS", 1.04, (2030, 2040, 2050, 2060)),
        ("critical_illness.premium_per_head", "CII", 1.1, ()),
    ):
        years = [base, *(year for year in later if year <= last)]
        short = flows.total(flows.expenditure, ledger)[0] / flows.total(flows.revenue, ledger)[0]
        wanted = np.round(margin * assumptions.from_year(name, base) * short, 1)[:, [year - base for year in years]]
        for region, code in enumerate(assumptions.region_codes):
            for year, premium in zip(years, wanted[region], strict=True):
                note = "generated: covers the claims expected"
                table.add(name, number(premium), region=code, year=str(year), note=note)
        values[name] = np.stack([np.interp(assumptions.years, years, row) for row in wanted])
    ratio = (flows.total(flows.expenditure, "LTCI") / flows.total(flows.revenue, "LTCI"))[0, :, 0]
    take_up = assumptions["long_term_care.take_up"].copy()
    take_up *= np.clip(_CARE_SPENDING / ratio, 0.3, 1.0)[:, None]
    values["long_term_care.take_up"] = np.round(take_up, 3)
    for region, code in enumerate(assumptions.region_codes):
        share = values["long_term_care.take_up"][region, assumptions.year_position(base)]
        table.add("long_term_care.take_up", number(share, 3), region=code, year=str(base))
    return assumptions.with_values(values)


def _tune_rates(assumptions: Assumptions, plan: SetPlan, table: Table) -> Assumptions:
    """Choose employer rates and resident financing for the spending wanted."""
    base = assumptions.base_year
    flows = project_flows(project_money(assumptions))

    def total(side: dict[str, dict[str, Array]], ledger: str) -> Array:
        result: Array = flows.total(side, ledger)[0, :, 0]
        return result

    units = sum(flows.revenue["EPF"][line][0, :, 0] for line in ("R1.1", "R1.5", "R1.7"))
    wanted = total(flows.expenditure, "EPF") / np.array([region.employee_spending for region in plan.regions])
    rate = assumptions.in_year("revenue.employer_rate", base)
    rate = rate * (1 + (wanted - total(flows.revenue, "EPF")) / units)
    rate = np.clip(np.round(rate / 0.0025) * 0.0025, 0.05, 0.11)
    for region, code in enumerate(assumptions.region_codes):
        table.add("revenue.employer_rate", number(rate[region], 4), region=code, year=str(base))
    rates = assumptions["revenue.employer_rate"].copy()
    rates[:, assumptions.year_position(base) :] = rate[:, None]
    aim = np.array([region.resident_spending for region in plan.regions])
    financing = np.clip(total(flows.expenditure, "RPF") / aim / total(flows.revenue, "RPF"), *FACTOR_RANGE)
    return assumptions.with_values({"revenue.employer_rate": rates, "calibration.resident_financing": financing})


def _tune_budgets(assumptions: Assumptions, table: Table) -> Assumptions:
    """Let budgets grow a little less than inpatient claims would under fee for service, a mean over some years each."""
    base, last = assumptions.base_year, assumptions.last_year
    free = assumptions.with_options(payment_rule="fee_for_service")
    claims = by_scheme(project_money(free).claims.payments, 3)[0, ..., _INPATIENT]
    growth = assumptions["payment.budget_growth"].copy()
    for region, code in enumerate(assumptions.region_codes):
        for scheme, word in enumerate(SCHEMES):
            years, rates = [], []
            for first, final in _BUDGET_WINDOWS:
                if final > last:
                    break
                before, after = claims[region, [first - 1 - base, final - base], scheme]
                years.append(first if first == base + 1 else (first + final) // 2)
                rates.append(round(float((after / before) ** (1 / (final - first + 1)) - 1 - _BUDGET_CUT), 3))
            for year, rate in zip(years, rates, strict=True):
                table.add("payment.budget_growth", number(rate, 4), region=code, year=str(year), scheme=word)
            projected = slice(assumptions.year_position(base + 1), None)
            growth[region, projected, scheme] = np.interp(assumptions.years, years, rates)[projected]
    return assumptions.with_values({"payment.budget_growth": growth})


def _with_reserves(assumptions: Assumptions, plan: SetPlan, table: Table) -> Assumptions:
    """Give every ledger a reserve of some months of expenditure; VBPR owes hospitals what it kept in the base year."""
    accounts = run(assumptions).accounts
    spent = accounts.expenditure[0, : len(plan.regions), 0]
    reserve = np.full((len(plan.regions), len(LEDGERS)), 0.0)
    for number_, region in enumerate(plan.regions):
        draws = generator(plan.seed, "reserve", region.code)
        months = {
            "EPF": region.reserve_months[0],
            "RPF": region.reserve_months[1],
            "EPA": draws.uniform(18, 34),
            "LAS": draws.uniform(4, 10),
            "LTCI": draws.uniform(8, 24),
            "VBPR": 12.0,
        }
        for ledger in assumptions.ledgers:
            amount = yuan(months.get(ledger, 0.0) / 12 * spent[number_, assumptions.ledgers.index(ledger)])
            if ledger not in _EMPTY_FUNDS or ledger == "ADJ":
                table.add("ledger.opening_reserve", amount, region=region.code, ledger=ledger)
            reserve[number_, index("ledger", ledger)] = float(amount)
    return assumptions.with_values({"ledger.opening_reserve": reserve})


def _accounts_table(assumptions: Assumptions) -> Table:
    """Read the accounts of the base year off a run."""
    table, year = Table("accounts"), str(assumptions.base_year)
    projection = run(assumptions)
    accounts, money = projection.accounts, projection.money
    revenue, expenditure = accounts.revenue[0, :, 0], accounts.expenditure[0, :, 0]
    reserve = accounts.reserve[0, :, 0]
    for region, code in enumerate(assumptions.region_codes):
        for position, ledger in enumerate(assumptions.ledgers):
            if ledger in _NOT_PRINTED:
                continue
            axes = {"region": code, "year": year, "ledger": ledger}
            if ledger not in FINANCED_BY_NEED:
                table.add("accounts.revenue", yuan(revenue[region, position]), **axes)
            table.add("accounts.expenditure", yuan(expenditure[region, position]), **axes)
            if ledger in _RESERVES:
                table.add("accounts.reserve", yuan(reserve[region, position]), **axes)
        _add_care(table, money, region, code, year)
    return table


def _add_care(table: Table, money: MoneyState, region: int, code: str, year: str) -> None:
    """Add payments by benefit, admissions and the mean bill of an admission."""
    payments = by_scheme(money.claims.payments, 3)[0, region, 0]
    admissions = by_scheme(money.claims.services[..., _INPATIENT], 3)[0, region, 0]
    bills = by_scheme(money.claims.bills[..., _INPATIENT], 3)[0, region, 0]
    for scheme, word in enumerate(SCHEMES):
        for number_, benefit in enumerate(BENEFITS):
            amount = yuan(payments[scheme, number_])
            table.add("accounts.benefit_expenditure", amount, region=code, year=year, scheme=word, benefit=benefit)
        table.add("accounts.admissions", people(admissions[scheme]), region=code, year=year, scheme=word)
        cost = number(bills[scheme] / admissions[scheme], 7)
        table.add("accounts.cost_per_admission", cost, region=code, year=year, scheme=word)
