"""The tests behind the compliance rules (handbook 9): what a set, a scenario or a result breaks, and where.

Each check returns what is broken, place by place, and what it cannot see; it judges nothing by itself. Rates are the
nominal parameters, not effective ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from poolcast.outlook.actuarial_measures import longest_horizon
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.outlook.compliance_case import (
    TOLERANCE,
    Breach,
    Case,
    Check,
    Outcome,
    Unchecked,
    at_least,
    breaches,
    equal_to,
    spans,
)
from poolcast.parameters.axes import AXES, EMPLOYEE_STATUSES, INSURED_STATUSES, RESIDENT_STATUSES, index
from poolcast.parameters.declaration import Words

REFORM_YEAR = 2024
"""First year in which employers' contributions go to no account anywhere (handbook 3.5: reform of 2021-23)."""

MUNICIPAL_YEAR = 2022
"""First year in which every region should pool at least by municipality (handbook 9, C21)."""


def tier_gap(statuses: Sequence[str], lower_tier: str, higher_tier: str, minimum: float) -> Check:
    """Return the check that a lower tier of provider is reimbursed at a rate so many points above a higher one."""
    name = "inpatient.reimbursement_rate"

    def check(case: Case) -> Iterator[Outcome]:
        values = case.yearly(name, status=statuses)
        gap = values[..., index("tier", lower_tier)] - values[..., index("tier", higher_tier)]
        bad = gap < minimum - TOLERANCE if minimum > 0 else gap <= TOLERANCE
        required = f">= {minimum:g}" if minimum > 0 else "> 0"
        yield from breaches(case, f"{name}, {lower_tier} less {higher_tier}", gap, bad, required, status=statuses)

    return check


def primary_tier_at_least(minimum: float, statuses: Sequence[str]) -> Check:
    """Return the check that primary institutions reimburse at least so much."""
    name = "inpatient.reimbursement_rate"

    def check(case: Case) -> Iterator[Outcome]:
        values = case.yearly(name, status=statuses)[..., index("tier", "primary")]
        bad = values < minimum - TOLERANCE
        yield from breaches(case, f"{name}, primary", values, bad, f">= {minimum:g}", status=statuses)

    return check


def account_credit(case: Case) -> Iterator[Outcome]:
    """C07: the own contribution, and all that accounts of the active receive, are at most 2 % of the base."""
    rate = case.yearly("revenue.employee_rate")
    yield from breaches(case, "revenue.employee_rate", rate, rate > 0.02 + TOLERANCE, "<= 0.02")
    share = case.yearly("revenue.share_credited_to_active_accounts")
    credit = rate + share * case.yearly("revenue.employer_rate")
    bad = (credit > 0.02 + TOLERANCE) & (rate <= 0.02 + TOLERANCE)
    yield from breaches(case, "revenue.share_credited_to_active_accounts, credit of the base", credit, bad, "<= 0.02")


def employer_share_in_accounts(case: Case) -> Iterator[Outcome]:
    """C08: of the employer contribution accounts get at most 30 % before the reform, nothing after it."""
    name = "revenue.share_credited_to_active_accounts"
    values = case.yearly(name)
    after = np.array([year >= REFORM_YEAR for year in case.years])[None]
    yield from breaches(case, name, values, after & (values > TOLERANCE), f"0 from {REFORM_YEAR}")
    yield from breaches(case, name, values, ~after & (values > 0.3 + TOLERANCE), f"<= 0.3 before {REFORM_YEAR}")


def outpatient_floor(case: Case) -> Iterator[Outcome]:
    """C09: general outpatient care of employees is reimbursed from 50 %."""
    yield from at_least("outpatient.reimbursement_rate", 0.5, status=EMPLOYEE_STATUSES)(case)
    reason = Words(
        "One rate holds for all tiers of providers: a single tier below it is not seen.",
        "模型中各级机构共用一个比例,无法检查单个级别。",
    )
    yield Unchecked(reason)


def retired_not_below_active(case: Case) -> Iterator[Outcome]:
    """C10: outpatient pooling covers every employee member, the retired no worse than the active."""
    rate = "outpatient.reimbursement_rate"
    covered = case.yearly(rate, status=EMPLOYEE_STATUSES)
    yield from breaches(case, rate, covered, covered <= 0, "> 0", status=EMPLOYEE_STATUSES)
    for name in (rate, "outpatient.ceiling"):
        if case.holds(name):
            pair = case.yearly(name, status=("active", "retired"))
            less = pair[..., 1] - pair[..., 0]
            yield from breaches(case, f"{name}, retired less active", less, less < -TOLERANCE, ">= 0")


def no_pooled_money_to_accounts(case: Case) -> Iterator[Outcome]:
    """C11: the pooled fund pays into accounts the credit of the retired only."""
    if "EPA" not in case.assumptions.ledgers:
        yield Unchecked(Words("The set holds no personal accounts.", "假设集没有个人账户。"))
        return
    name = "revenue.share_credited_to_active_accounts"
    values = case.yearly(name)
    yield from breaches(case, name, values, values > TOLERANCE, "0")
    yield Unchecked(Words("For whom accounts are spent is not modelled.", "模型不区分个人账户的使用对象。"))


def schemes_apart(case: Case) -> Iterator[Outcome]:
    """C12: no money moves between the two schemes, nor the same sum out of one and into the other."""
    if case.calls("F13") or not {"EPF", "RPF"} <= set(case.assumptions.ledgers):
        return
    if case.assumptions.option("scheme_ledgers") == "common" and case.holds("ledger.schemes_merged"):
        merged = case.yearly("ledger.schemes_merged")
        yield from breaches(case, "ledger.schemes_merged", merged, merged > 0, "0, or lever F13")
    out, into = case.yearly("ledger.other_expenditure"), case.yearly("ledger.other_revenue")
    for source, target in (("EPF", "RPF"), ("RPF", "EPF")):
        paid, received = out[..., index("ledger", source)], into[..., index("ledger", target)]
        same = (paid > 0) & np.isclose(paid, received, rtol=1e-9)
        place = f"ledger.other_expenditure of {source} and ledger.other_revenue of {target}"
        yield from breaches(case, place, paid, same, "no flow between EPF and RPF")


def no_deficit(case: Case) -> Iterator[Outcome]:
    """C13: no deficit is planned; where there is one, the note says whether the reserve covers it."""
    for ledger in _pooled(case):
        balance, reserve = case.forecast.balance.sel(ledger=ledger), case.forecast.reserve.sel(ledger=ledger)
        for region in case.forecast.region.values:
            series = balance.sel(region=region).values
            for first, last in spans(np.nan_to_num(series) < 0):
                stock = float(reserve.sel(region=region).isel(year=last))
                note = "covered by the reserve" if stock >= 0 else "the reserve does not last"
                years = case.years[first], case.years[last]
                yield Breach(str(region), *years, f"balance({ledger})", float(series[first]), ">= 0", note)


def actuarial_balance_of_ten_years(case: Case) -> Iterator[Outcome]:
    """C15: the actuarial balance over ten years is not negative, or lever G04 plans how to mend it."""
    if case.calls("G04"):
        return
    if longest_horizon(case.forecast) < 10:
        yield Unchecked(Words("The projection is shorter than ten years.", "预测期不足十年。"))
        return
    values = MEASURES["actuarial_balance"].read(case.forecast, 10)
    years = case.assumptions.base_year + 1, case.assumptions.base_year + 10
    for ledger in _pooled(case):
        for region in case.forecast.region.values:
            value = float(values.sel(ledger=ledger, region=region))
            if value < 0:
                yield Breach(str(region), *years, f"actuarial_balance({ledger}, horizon=10)", value, ">= 0")


def collected_in_full(case: Case) -> Iterator[Outcome]:
    """C16: collection rates of units, flexible workers and residents are at least 95 %."""
    for name in ("collection_rate", "flexible_collection_rate", "resident_collection_rate"):
        yield from at_least(f"revenue.{name}", 0.95)(case)


def budgets_widen(case: Case) -> Iterator[Outcome]:
    """C17: the share paid under a budget never falls, so that fee for service never grows."""
    name = "payment.budgeted_share"
    if case.assumptions.options["payment_rule"] == "fee_for_service" or not case.holds(name):
        yield _no_budgets()
        return
    values = case.yearly(name, scheme=AXES["scheme"].members)
    change = np.diff(values, axis=1, prepend=values[:, :1])
    bad = change < -TOLERANCE
    yield from breaches(case, name, values, bad, "not below the year before", scheme=AXES["scheme"].members)


def sharing_ratios(case: Case) -> Iterator[Outcome]:
    """C18: retained and shared parts lie between 0 and 1, the shared overspend below 1."""
    rule = case.assumptions.options["payment_rule"]
    shared = {"closure": "payment.overspend_softness", "corridor": "payment.overspend_share"}.get(rule)
    if shared is None or not case.holds("payment.retained_share", shared):
        yield _no_budgets()
        return
    schemes = AXES["scheme"].members
    kept = case.yearly("payment.retained_share", scheme=schemes)
    yield from breaches(case, "payment.retained_share", kept, (kept < 0) | (kept > 1), "0 to 1", scheme=schemes)
    values = case.yearly(shared, scheme=schemes)
    yield from breaches(case, shared, values, (values < 0) | (values >= 1), "0 to below 1", scheme=schemes)


def lines_beyond_the_list(case: Case) -> Iterator[Outcome]:
    """C20: expenditure that is no benefit of the list is flagged."""
    name, ledgers = "ledger.other_expenditure", tuple(_pooled(case))
    values = case.yearly(name, ledger=ledgers)
    yield from breaches(case, name, values, values > 0, "0, or a line that the list knows", ledger=ledgers)


def pooled_by_municipality(case: Case) -> Iterator[Outcome]:
    """C21: no county keeps a fund of its own from 2022 on (six-digit division codes; a county does not end in 00)."""
    chosen = case.assumptions.options
    if case.assumptions.last_year < MUNICIPAL_YEAR:
        return
    odd = [code for code in case.assumptions.region_codes if not (len(code) == 6 and code.isdigit())]
    if odd:
        shown = ", ".join(odd[:5])
        yield Unchecked(Words(f"No division codes, so no level is known: {shown}", f"非行政区划代码,层次不明:{shown}"))
    for ledger, option in (("EPF", "employee_pool"), ("RPF", "resident_pool")):
        if ledger not in case.assumptions.ledgers or chosen[option] != "region":
            continue
        for code in case.assumptions.region_codes:
            if code not in odd and not code.endswith("00"):
                first = max(MUNICIPAL_YEAR, case.assumptions.base_year)
                note = f"{ledger} is kept by a county"
                yield Breach(code, first, case.assumptions.last_year, f"options.{option}", None, "municipal", note)


def new_area_by_itself(case: Case) -> Iterator[Outcome]:
    """C22: a set of Hebei holds Xiong'an as a region with ledgers of its own."""
    regions = (*case.assumptions.regions, *case.assumptions.parents)
    if not any(region.code.startswith("13") for region in regions):
        return
    own = [region for region in case.assumptions.regions if "Xiong" in region.name.en or "雄安" in region.name.zh]
    years = case.assumptions.base_year, case.assumptions.last_year
    if not own:
        yield Breach("", *years, "regions", None, "Xiong'an as a pooling region", "part of other regions")
    for region in own:
        for ledger, option in (("EPF", "employee_pool"), ("RPF", "resident_pool")):
            if case.assumptions.options[option] == "parent":
                yield Breach(
                    region.code, *years, f"options.{option}", None, "region", f"{ledger} is kept by the parent"
                )


def procurement_returned(case: Case) -> Iterator[Outcome]:
    """C23: where procurement saves, hospitals get a share of it back each year."""
    if not case.holds("procurement.saving_share", "procurement.retention_rate"):
        reason = "The set holds no retained procurement surplus (ledger VBPR)."
        yield Unchecked(Words(reason, "假设集没有集采结余留用账户(VBPR)。"))
        return
    schemes = AXES["scheme"].members
    name = "procurement.retention_rate"
    values, saved = case.yearly(name, scheme=schemes), case.yearly("procurement.saving_share", scheme=schemes)
    yield from breaches(case, name, values, (saved > 0) & (values <= 0), "> 0", scheme=schemes)


def prices_not_raised(case: Case) -> Iterator[Outcome]:
    """C24: a scenario does not raise the price index of care above that of the set without it."""
    name = "cost.price_growth"
    if not case.scenario.reforms or not case.holds(name):
        return
    now = np.cumprod(1 + case.yearly(name), axis=1)
    base = np.cumprod(1 + Case(case.before, case.before).yearly(name), axis=1)
    raised = now / base - 1
    yield from breaches(case, f"{name}, index against the set", raised, raised > TOLERANCE, "<= 0")


def inpatient_ratio(case: Case) -> Iterator[Outcome]:
    """C25: the in-policy payment ratio of inpatient care is within 5 points of 80 % and 70 %."""
    inpatient = case.forecast.sel(benefit="inpatient")
    for scheme, statuses, target in (("employee", EMPLOYEE_STATUSES, 0.8), ("resident", RESIDENT_STATUSES, 0.7)):
        chosen = inpatient.sel(status=list(statuses))
        bills = chosen.in_policy_bills.sum("status")
        ratio = (chosen.fund_payments.sum("status") / bills.where(bills > 0)).transpose("region", "year").values
        values = ratio[: len(case.assumptions.regions)]
        bad = np.abs(values - target) > 0.05 + TOLERANCE
        place = f"in-policy payment ratio of inpatient care, {scheme} scheme"
        yield from breaches(case, place, values, bad, f"{target - 0.05:g} to {target + 0.05:g}")


def participation(case: Case) -> Iterator[Outcome]:
    """C26: 93 % to 100 % of the population are insured."""
    insured = case.forecast.members.sel(status=list(INSURED_STATUSES)).sum("status", skipna=False)
    share = (insured / case.forecast.population).transpose("region", "year").values[: len(case.assumptions.regions)]
    bad = (share < 0.93) | (share > 1 + TOLERANCE)
    yield from breaches(case, "members / population", share, bad, "0.93 to 1")


def no_limit_of_stay(case: Case) -> Iterator[Outcome]:
    """C27: no scenario limits the length of stay (lever B23)."""
    if case.calls("B23"):
        yield Breach("", case.assumptions.base_year + 1, case.assumptions.last_year, "lever B23", None, "off")


def prepayment_thresholds(case: Case) -> Iterator[Outcome]:
    """C29: prepaid only from 12 (EPF) and 6 (RPF) payable months; the engine refuses it in deficit by itself."""
    months = case.yearly("prepayment.months", scheme=AXES["scheme"].members)
    needed = case.assumptions["prepayment.minimum_months"]
    for scheme, minimum in enumerate((12.0, 6.0)):
        bad = (months[..., scheme] > 0) & (needed[scheme] < minimum - TOLERANCE)
        values = np.full(bad.shape, needed[scheme])
        place = f"prepayment.minimum_months[scheme={AXES['scheme'].members[scheme]}]"
        yield from breaches(case, place, values, bad, f">= {minimum:g}")


def critical_illness_terms(case: Case) -> Iterator[Outcome]:
    """C30: threshold at most half of income per head, first tranche from 60 %."""
    name = "critical_illness.threshold_multiple"
    if not case.holds(name, "critical_illness.tranche_rate"):
        yield Unchecked(Words("The set holds no critical-illness insurance (ledger CII).", "假设集没有大病保险。"))
        return
    values = case.yearly(name)
    yield from breaches(case, name, values, values > 0.5 + TOLERANCE, "<= 0.5")
    yield from at_least("critical_illness.tranche_rate", 0.6, tranche=("tranche_1",))(case)


def retirement_schedule(case: Case) -> Iterator[Outcome]:
    """C32: the gradual delay of the retirement age is on, for every region alike."""
    if case.assumptions.options["coverage_movement"] != "by_cohort":
        yield Unchecked(
            Words("Statuses move by age shares, without a retirement age.", "参保状态按年龄比例移动,无退休年龄。")
        )
        return
    yield from equal_to("retirement.delay", 1.0)(case)


def nothing_hidden(name: str, line: str, en: str, zh: str) -> Check:
    """Return the check that says where a sum of one line may hide what a rule forbids: it cannot be told apart."""

    def check(case: Case) -> Iterator[Outcome]:
        ledgers = tuple(_pooled(case))
        found = [ledger for ledger in ledgers if (case.yearly(name, ledger=(ledger,)) > 0).any()]
        if line == "E6":
            residual = case.yearly("calibration.other_expenditure_share", ledger=ledgers)
            found += [ledger for at, ledger in enumerate(ledgers) if (residual[..., at] > 0).any()]
        if found:
            shown = ", ".join(dict.fromkeys(found))
            yield Unchecked(Words(f"{en}: line {line} of {shown}.", f"{zh}:{shown} 科目 {line}。"))

    return check


def severe_disability(case: Case) -> Iterator[Outcome]:
    """C36: who counts as severely disabled stands behind the prevalence, not in it."""
    ledger = "LTCI" in case.assumptions.ledgers
    en = (
        "Prevalence holds no levels or months of disability."
        if ledger
        else "The set holds no long-term care insurance."
    )
    yield Unchecked(Words(en, "患病率不分失能等级和时长。" if ledger else "假设集没有长期护理保险。"))


def _pooled(case: Case) -> list[str]:
    return [ledger for ledger in ("EPF", "RPF") if ledger in case.assumptions.ledgers]


def _no_budgets() -> Unchecked:
    return Unchecked(
        Words(
            "The set models no payment budgets (payment_rule: fee_for_service).",
            "假设集不模拟支付预算(payment_rule: fee_for_service)。",
        )
    )
