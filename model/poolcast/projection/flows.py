"""Flows: what each ledger receives and pays by statement line, transfers booked on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, SCHEMES, index, positions
from poolcast.parameters.declaration import Words
from poolcast.projection.contributions import coverage_before_shift, premium_of_cover
from poolcast.projection.money import MoneyState
from poolcast.projection.second_layers import critical_illness_claims, large_amount_claims
from poolcast.projection.statement import BENEFIT_LINES, CARE_LINES, EXPENDITURE_LINES, REVENUE_LINES

Array = NDArray[np.float64]

ALLOWED_TRANSFERS = frozenset(
    {
        ("EPF", "EPA"),
        ("EPF", "LTCI"),
        ("EPA", "LTCI"),
        ("RPF", "LTCI"),
        ("EPF", "LAS"),
        ("EPA", "LAS"),
        ("RPF", "CII"),
        ("MAF", "RPF"),
        ("EPF", "VBPR"),
        ("RPF", "VBPR"),
        ("EPF", "ADJ"),
        ("RPF", "ADJ"),
        ("ADJ", "EPF"),
        ("ADJ", "RPF"),
    }
)
"""Transfers between ledgers that the law allows (handbook 1.3); anything else is refused."""

MERGED_FUND, MERGED_AWAY = "EPF", "RPF"
"""Where both schemes share a ledger, the employee fund is the merged fund; the resident fund is empty from then on."""

MERGER_TRANSFERS = frozenset({("RPF", "EPF"), ("EPF", "CII"), ("MAF", "EPF")})
"""Transfers of the merged fund only (handbook 1.3): its opening reserve, and what was the resident fund's."""

FINANCED_BY_NEED = ("MAF", "CSS")
"""Ledgers that the budget fills to what they need: their revenue is their expenditure and they hold no reserve."""

WITHOUT_RESERVE = (*FINANCED_BY_NEED, "CII")

_RESIDENTS = positions("status", RESIDENT_STATUSES)
_EMPLOYEES = positions("status", EMPLOYEE_STATUSES)
_RETIRED = index("status", "retired")


@dataclass
class Flows:
    """Revenue and expenditure of every ledger by line; arrays (path, region, year), yuan a year.

    Parameters
    ----------
    revenue, expenditure : dict
        By ledger, then by statement line.
    transfers : dict
        By pair (from, to): what left the one and arrived in the other.
    outside_care : dict of str to array
        By scheme: what is spent on inpatient care outside the region; kept where a pool across provinces asks for it.
    merged : array (region, year) of bool
        Where both schemes share a ledger.
    moved_contributions, moved_care : array (path, region, year), yuan a year
        What of the merged fund's contributions and care is the residents'.
    """

    shape: tuple[int, int, int]
    revenue: dict[str, dict[str, Array]] = field(default_factory=dict)
    expenditure: dict[str, dict[str, Array]] = field(default_factory=dict)
    transfers: dict[tuple[str, str], Array] = field(default_factory=dict)
    outside_care: dict[str, Array] = field(default_factory=dict)
    merged: NDArray[np.bool_] | None = None
    moved_contributions: Array | None = None
    moved_care: Array | None = None

    def receive(self, ledger: str, line: str, amount: Array) -> None:
        """Add revenue to a line of a ledger."""
        self._book(self.revenue, REVENUE_LINES, ledger, line, amount)

    def pay(self, ledger: str, line: str, amount: Array) -> None:
        """Add expenditure to a line of a ledger."""
        self._book(self.expenditure, EXPENDITURE_LINES, ledger, line, amount)

    def transfer(self, source: str, target: str, pay_line: str, receive_line: str, amount: Array) -> None:
        """Move money between two ledgers, booked on both sides; only allowed pairs."""
        if (source, target) not in ALLOWED_TRANSFERS:
            raise ValueError(f"no transfer from {source} to {target} is allowed")
        self.pay(source, pay_line, amount)
        self.receive(target, receive_line, amount)
        earlier = self.transfers.get((source, target), 0.0)
        self.transfers[source, target] = earlier + np.broadcast_to(amount, self.shape)

    def merge_schemes(self, merged: NDArray[np.bool_]) -> None:
        """Book every line and transfer of the resident fund in the merged fund, where and when schemes share a ledger.

        Parameters
        ----------
        merged : array (region, year) of bool
        """
        self.merged = merged
        self.moved_contributions = sum(
            (array * merged for line, array in self.revenue[MERGED_AWAY].items() if line.startswith("R1")),
            np.zeros(self.shape),
        )
        self.moved_care = sum(
            (array * merged for line, array in self.expenditure[MERGED_AWAY].items() if line in CARE_LINES),
            np.zeros(self.shape),
        )
        for side in (self.revenue, self.expenditure):
            into = side.setdefault(MERGED_FUND, {})
            for line, array in side[MERGED_AWAY].items():
                into[line] = into.get(line, 0.0) + np.where(merged, array, 0.0)
                side[MERGED_AWAY][line] = np.where(merged, 0.0, array)
        for pair in [pair for pair in self.transfers if MERGED_AWAY in pair]:
            source, target = (MERGED_FUND if ledger == MERGED_AWAY else ledger for ledger in pair)
            if (source, target) not in ALLOWED_TRANSFERS | MERGER_TRANSFERS:
                raise ValueError(f"no transfer from {source} to {target} is allowed")
            amount = self.transfers[pair]
            earlier = self.transfers.get((source, target), np.zeros(self.shape))
            self.transfers[source, target] = earlier + np.where(merged, amount, 0.0)
            self.transfers[pair] = np.where(merged, 0.0, amount)

    def total(self, side: dict[str, dict[str, Array]], ledger: str) -> Array:
        """Return the sum of all lines of a ledger on one side."""
        result: Array = sum(side.get(ledger, {}).values(), np.zeros(self.shape))
        return result

    def _book(
        self, side: dict[str, dict[str, Array]], known: Mapping[str, Words], ledger: str, line: str, amount: Array
    ) -> None:
        if line not in known:
            raise ValueError(f"{line} is no line of the statement")
        lines = side.setdefault(ledger, {})
        whole = np.broadcast_to(amount, self.shape)
        lines[line] = lines[line] + whole if line in lines else whole


def project_flows(state: MoneyState) -> Flows:
    """Book every line of every ledger that the set holds (handbook 1.1, 5.2, 6.4, 6.8)."""
    flows = Flows(state.shape)
    held = state.assumptions.ledgers
    for ledger, book in _BOOKS.items():
        if ledger in held:
            book(state, flows)
    _book_declared_lines(state, flows)
    _book_extra_cost(state, flows)
    merged = schemes_merged(state.assumptions)
    if merged is not None:
        flows.merge_schemes(merged)
    return flows


def schemes_merged(assumptions: Assumptions) -> NDArray[np.bool_] | None:
    """Return where both schemes share a ledger (region, year from the base year on); None where they nowhere do."""
    if assumptions.option("scheme_ledgers") != "common":
        return None
    merged: NDArray[np.bool_] = assumptions.from_year("ledger.schemes_merged", assumptions.base_year) > 0
    return merged if merged.any() else None


def _book_pooled_fund(state: MoneyState, flows: Flows) -> None:
    """EPF: contributions less what goes to accounts; benefits of the employee scheme."""
    paid_in = state.contributions
    flows.receive("EPF", "R1.1", paid_in.units)
    flows.receive("EPF", "R1.3", paid_in.flexible)
    flows.receive("EPF", "R1.5", paid_in.arrears_recovered)
    flows.receive("EPF", "R1.6", paid_in.late_fees)
    flows.receive("EPF", "R1.7", paid_in.unemployment_fund)
    flows.receive("EPF", "R1.8", paid_in.retirees)
    if "EPA" in state.assumptions.ledgers:
        flows.receive("EPF", "R1.9", -(paid_in.credited_to_active + paid_in.credited_to_retired))
    _book_benefits(state, flows, "EPF", 0)


def _book_accounts(state: MoneyState, flows: Flows) -> None:
    """EPA: own contributions and credits; spending out of the income of the year (handbook 3.5, 6.8)."""
    paid_in = state.contributions
    flows.receive("EPA", "R1.2", paid_in.members + paid_in.flexible_accounts)
    flows.receive("EPA", "R4", paid_in.credited_to_active + paid_in.credited_to_retired)


def _book_resident_fund(state: MoneyState, flows: Flows) -> None:
    """RPF: premium and subsidy of the insured at the year end; benefits of the resident scheme (handbook 2.4)."""
    heads = state.people.at_year_end("members")[..., _RESIDENTS].sum(-1) * state.factor("resident_financing")
    premium = premium_of_cover(state.assumptions)[None] * heads * state.yearly("revenue.resident_collection_rate")
    aided = np.zeros_like(premium)
    if "MAF" in state.assumptions.ledgers:
        aided = premium * state.yearly("assistance.premium_aid_share") * state.yearly("assistance.premium_aid_rate")
        flows.transfer("MAF", "RPF", "E3", "R2.4", aided)
    flows.receive("RPF", "R1.4", premium - aided)
    subsidy = state.yearly("resident.subsidy") * heads
    shares = state.assumptions["resident.subsidy_share"]
    for level, line in enumerate(("R2.1", "R2.2", "R2.3")):
        flows.receive("RPF", line, subsidy * shares[:, level][None, :, None])
    _book_benefits(state, flows, "RPF", 1)


def _book_benefits(state: MoneyState, flows: Flows, ledger: str, scheme: int) -> None:
    payments = state.claim_sums.payments[..., scheme, :]
    if state.assumptions.option("cross_province_pool") != "none":
        flows.outside_care[SCHEMES[scheme]] = state.claim_sums.outside[..., scheme]
    for benefit, line in BENEFIT_LINES.items():
        if benefit != "long_term_care":
            flows.pay(ledger, line, payments[..., index("benefit", benefit)])
    if "VBPR" in state.assumptions.ledgers:
        retained = (
            state.claim_sums.procurement_saving[..., scheme] * state.yearly("procurement.retention_rate")[..., scheme]
        )
        flows.transfer(ledger, "VBPR", "E1.7", "R4", retained)


def _book_critical_illness(state: MoneyState, flows: Flows) -> None:
    """CII: the premium that RPF pays, and the claims expected from the layers above the threshold (handbook 3.8)."""
    heads = state.people.in_year("members")[..., _RESIDENTS].sum(-1)
    follows = float(state.assumptions["critical_illness.premium_follows_cost"])
    growth = state.trend.unit_cost[..., 1, 0] * state.trend.use[..., 0]
    premium = state.yearly("critical_illness.premium_per_head") * (1 + follows * (growth - 1))
    flows.transfer("RPF", "CII", "E2", "R4", heads * premium * state.factor("critical_illness_premium"))
    flows.pay(
        "CII", "E1.7", critical_illness_claims(state.assumptions, state.economy, state.claim_sums.own_counted, heads)
    )


def _book_long_term_care(state: MoneyState, flows: Flows) -> None:
    """LTCI: rates on bases, pensions and incomes of the covered; a part of it moved from EPF and EPA (handbook 3.6)."""

    def yearly(name: str) -> Array:
        return state.yearly(f"long_term_care.{name}")

    members = state.people.in_year("members")
    contributions = state.contributions.contributory_bases * yearly("employee_rate")
    pensions = members[..., _RETIRED] * state.economy.pension * yearly("retiree_rate")
    incomes = members[..., _RESIDENTS].sum(-1) * state.economy.income * yearly("resident_rate")
    covered = yearly("coverage_share")
    of_employees = covered * (contributions + pensions) * state.factor("long_term_care_revenue")
    revenue = of_employees + covered * incomes * state.factor("long_term_care_revenue")
    before = coverage_before_shift(state.assumptions)[None]
    of_base = np.divide(np.minimum(covered, before), covered, out=np.zeros_like(covered), where=covered > 0)
    from_fund = of_employees * yearly("share_from_pooled_fund") * of_base
    from_accounts = of_employees * yearly("share_from_accounts") if "EPA" in state.assumptions.ledgers else 0 * revenue
    from_budget = (revenue - of_employees) * yearly("share_from_budget")
    flows.transfer("EPF", "LTCI", "E3", "R4", from_fund)
    flows.receive("LTCI", "R2.5", from_budget)
    flows.receive("LTCI", "R1.1", revenue - from_fund - from_accounts - from_budget)
    if "EPA" in state.assumptions.ledgers:
        flows.transfer("EPA", "LTCI", "E3", "R4", from_accounts)
    flows.pay("LTCI", "E1.8", state.claim_sums.long_term_care)


def _book_assistance(state: MoneyState, flows: Flows) -> None:
    """MAF: premium aid (booked with RPF) and direct aid that follows the own share of residents (handbook 3.9)."""
    heads = state.people.in_year("members")[..., _RESIDENTS].sum(-1)
    own = state.claim_sums.own_of_residents
    per_head = np.divide(own, heads, out=np.zeros_like(own), where=heads > 0)
    of_base = per_head[:, :, :1]
    growth = np.divide(per_head, of_base, out=np.ones_like(per_head), where=of_base > 0)
    aid = state.yearly("assistance.direct_aid_per_resident") * heads * growth
    flows.pay("MAF", "E1.7", aid * state.factor("assistance"))


def _book_large_amount(state: MoneyState, flows: Flows) -> None:
    """LAS: premium per member, part of it from accounts; payments beyond the pooled fund's (handbook 1.1)."""
    heads = state.people.in_year("members")[..., _EMPLOYEES].sum(-1)
    growth = state.trend.unit_cost[..., 0, 0] * state.trend.use[..., 0]
    premium = heads * state.yearly("large_amount.premium_per_head") * growth
    share = state.yearly("large_amount.share_from_accounts") if "EPA" in state.assumptions.ledgers else np.zeros(1)
    if "EPA" in state.assumptions.ledgers:
        flows.transfer("EPA", "LAS", "E3", "R4", premium * share)
    flows.receive("LAS", "R1.1", premium * (1 - share))
    sums = state.claim_sums
    flows.pay("LAS", "E1.7", large_amount_claims(state.assumptions, sums.above_ceiling, sums.own_of_stays))


def _book_civil_service(state: MoneyState, flows: Flows) -> None:
    """CSS: a share of the own payments of unit employees and retired members entitled to it (handbook 1.1)."""
    paid = (
        state.claim_sums.own_of_entitled
        * state.yearly("civil_service.member_share")
        * state.yearly("civil_service.subsidy_rate")
    )
    flows.pay("CSS", "E1.7", paid)


def _book_retained_surplus(state: MoneyState, flows: Flows) -> None:
    """VBPR: hospitals receive in a year what was retained for them in the year before (handbook 4.8)."""
    retained = flows.total(flows.revenue, "VBPR")
    first = retained[:, :, :1]
    if "opening.procurement_retained" in state.assumptions:
        first = np.broadcast_to(state.assumptions["opening.procurement_retained"][None, :, None], first.shape)
    paid = np.concatenate([first, retained[:, :, :-1]], axis=2)
    flows.pay("VBPR", "E1.7", paid)


def _book_declared_lines(state: MoneyState, flows: Flows) -> None:
    """Book the lines that the set gives in yuan, residuals of the accounts, and revenue that follows need."""
    assumptions = state.assumptions
    for ledger in assumptions.ledgers:
        number = index("ledger", ledger)
        flows.receive(ledger, "R2.5", state.yearly("ledger.fiscal_subsidy")[..., number])
        flows.receive(ledger, "R7", state.yearly("ledger.other_revenue")[..., number])
        flows.pay(ledger, "E6", state.yearly("ledger.other_expenditure")[..., number])
        residual = assumptions["calibration.other_expenditure_share"][None, :, number, None]
        flows.pay(ledger, "E6", residual * flows.total(flows.expenditure, ledger))
    for ledger in FINANCED_BY_NEED:
        if ledger in assumptions.ledgers:
            need = flows.total(flows.expenditure, ledger) - flows.total(flows.revenue, ledger)
            flows.receive(ledger, "R2.5", need)


def _book_extra_cost(state: MoneyState, flows: Flows) -> None:
    """Book what the driver `extra_cost` adds to EPF and RPF: a share of their payments for care (E1.1 to E1.5)."""
    if state.drivers.extra_cost is None:
        return
    share = np.asarray(state.drivers.added("extra_cost"))
    for ledger in ("EPF", "RPF"):
        if ledger in state.assumptions.ledgers:
            care = sum((flows.expenditure[ledger][line] for line in CARE_LINES), np.zeros(1))
            flows.pay(ledger, "E1.7", share * care)


_BOOKS = {
    "EPF": _book_pooled_fund,
    "EPA": _book_accounts,
    "RPF": _book_resident_fund,
    "CII": _book_critical_illness,
    "LTCI": _book_long_term_care,
    "MAF": _book_assistance,
    "LAS": _book_large_amount,
    "CSS": _book_civil_service,
    "VBPR": _book_retained_surplus,
}
