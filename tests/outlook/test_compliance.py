"""Every rule with parameters that keep it and parameters that break it; severities, waivers, what is not checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import poolcast
from poolcast.outlook.compliance import Waiver, check_compliance, read_waivers
from poolcast.outlook.compliance_rules import RULES
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, STATUSES, index
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import ScenarioError
from poolcast.scenarios.catalogue import LEVERS
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.scenario import BASELINE, LeverCall, Scenario
from tests.fixtures.minimal_set import write_minimal_set

Change = Callable[[Assumptions], Assumptions]
CITY, AREA = "130100", "133100"
RATES = "inpatient.reimbursement_rate"


def put(name: str, value: float, **members: str | tuple[str, ...]) -> Change:
    """A change of the values of some members in every year from the base year on (or from ``year``)."""

    def change(given: Assumptions) -> Assumptions:
        values = given[name].copy()
        cells = []
        for axis in PARAMETERS[name].dimensions:
            if axis == "year":
                first = int(members.get("year", given.base_year))
                cells.append(list(range(given.year_position(first), len(given.years))))
            elif axis in members:
                wanted = members[axis] if isinstance(members[axis], tuple) else (members[axis],)
                known = [str(member) for member in given.axis_members(axis)]
                cells.append([known.index(member) for member in wanted])
            else:
                cells.append(list(range(len(given.axis_members(axis)))))
        values[np.ix_(*cells)] = value
        return given.with_values({name: values})

    return change


def option(**options: str) -> Change:
    return lambda given: given.with_options(**options)


def several(*changes: Change) -> Change:
    def change(given: Assumptions) -> Assumptions:
        for one in changes:
            given = one(given)
        return given

    return change


def coded(*codes: str) -> Change:
    """Other division codes, in order."""

    def change(given: Assumptions) -> Assumptions:
        regions = tuple(replace(region, code=code) for region, code in zip(given.regions, codes, strict=True))
        return replace(given, regions=regions)

    return change


def named(*names: str) -> Change:
    def change(given: Assumptions) -> Assumptions:
        pairs = zip(given.regions, names, strict=True)
        return replace(given, regions=tuple(replace(region, name=Words(name, name)) for region, name in pairs))

    return change


def without(*names: str) -> Change:
    return lambda given: replace(given, values={key: one for key, one in given.values.items() if key not in names})


def ratio(employee: float, resident: float) -> Change:
    """Rates such that the in-policy inpatient payment ratio is as wanted: it is linear in them."""

    def change(given: Assumptions) -> Assumptions:
        run = poolcast.project(given).sel(benefit="inpatient", year=given.base_year)
        values = given[RATES].copy()
        for statuses, wanted in ((EMPLOYEE_STATUSES, employee), (RESIDENT_STATUSES, resident)):
            chosen = run.sel(status=list(statuses))
            now = float(chosen.fund_payments.sum() / chosen.in_policy_bills.sum())
            values[:, :, [index("status", status) for status in statuses]] *= wanted / now
        return given.with_values({RATES: values})

    return change


def keep(given: Assumptions) -> Assumptions:
    return given


def call(lever: str) -> Scenario:
    """A scenario that calls a lever; one that is not built yet stands in by its id."""
    found = LEVERS.get(lever) or replace(LEVERS["F01"], id=lever)
    quiet = replace(found, changes=(), transform=None, options={}, arguments=())
    return Scenario(lever, BASELINE.title, BASELINE.why, reforms=(LeverCall(quiet),))


def shifted(name: str, by: float) -> Scenario:
    return Scenario("shifted", BASELINE.title, BASELINE.why, reforms=(Reform("shift", name, {2027: by}),))


_TIERS = {"employee": (0.92, 0.88, 0.82), "resident": (0.90, 0.78, 0.62)}


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> Assumptions:
    """A set of two regions that keeps every rule that reads parameters."""
    folder = tmp_path_factory.mktemp("sets") / "good"
    rates = [
        ({"status": "|".join(statuses), "tier": tier}, rate)
        for statuses, scheme in ((EMPLOYEE_STATUSES, "employee"), ((*RESIDENT_STATUSES, "uninsured"), "resident"))
        for tier, rate in zip(
            ("primary", "secondary", "tertiary", "out_of_region"), (*_TIERS[scheme], 0.5), strict=True
        )
    ]
    write_minimal_set(
        folder,
        name="good",
        regions=(CITY, AREA),
        last_year=2036,
        ledgers=("EPF", "EPA", "RPF", "CII", "LTCI", "VBPR"),
        options={"payment_rule": "closure"},
        values={RATES: rates, "procurement.saving_share": 0.05},
    )
    return named("Shijiazhuang", "Xiong'an New Area")(poolcast.load_assumptions(folder))


def broken(given: Assumptions, rule: str, scenario: Scenario = BASELINE, rules: str = "hebei"):
    found = check_compliance(given, scenario, rules)
    return [finding for finding in found.findings if finding.rule.id == rule and finding.checked]


EMPLOYEES, RESIDENTS = EMPLOYEE_STATUSES, RESIDENT_STATUSES

CASES: list[tuple[str, Change, Change, str, float | None]] = [
    # rule, what keeps it, what breaks it, a word of the place, the value found
    (
        "C01",
        put(RATES, 0.90, status=RESIDENTS, tier="primary"),
        put(RATES, 0.89, status="child", tier="primary"),
        "child",
        0.89,
    ),
    (
        "C02",
        put(RATES, 0.87, status="active", tier="secondary"),
        put(RATES, 0.92, status="retired", tier="secondary"),
        "retired",
        0.0,
    ),
    ("C02", keep, put(RATES, 0.9, status="child", tier="tertiary"), "secondary less tertiary", -0.12),
    (
        "C03",
        put(RATES, 0.80, status=RESIDENTS, tier="secondary"),
        put(RATES, 0.81, status="child", tier="secondary"),
        "child",
        0.09,
    ),
    (
        "C04",
        put(RATES, 0.89, status="active", tier="secondary"),
        put(RATES, 0.90, status="active", tier="secondary"),
        "active",
        0.02,
    ),
    (
        "C05",
        put(RATES, 0.63, status=RESIDENTS, tier="tertiary"),
        put(RATES, 0.64, status="child", tier="tertiary"),
        "child",
        0.14,
    ),
    (
        "C06",
        put(RATES, 0.83, status="active", tier="tertiary"),
        put(RATES, 0.84, status="active", tier="tertiary"),
        "active",
        0.04,
    ),
    ("C07", put("revenue.employee_rate", 0.015), put("revenue.employee_rate", 0.021), "employee_rate", 0.021),
    (
        "C07",
        put("revenue.employee_rate", 0.0, region=CITY),
        put("revenue.share_credited_to_active_accounts", 0.1),
        "credit",
        0.028,
    ),
    ("C08", keep, put("revenue.share_credited_to_active_accounts", 0.01, year="2030"), "share_credited", 0.01),
    (
        "C09",
        put("outpatient.reimbursement_rate", 0.5, status="active"),
        put("outpatient.reimbursement_rate", 0.49, status="flexible"),
        "flexible",
        0.49,
    ),
    (
        "C10",
        put("outpatient.ceiling", 4000.0, status="retired"),
        put("outpatient.ceiling", 2000.0, status="retired"),
        "ceiling",
        -1000.0,
    ),
    ("C10", keep, put("outpatient.reimbursement_rate", 0.52, status="retired"), "retired less active", -0.03),
    ("C11", keep, put("revenue.share_credited_to_active_accounts", 0.05), "share_credited", 0.05),
    (
        "C12",
        put("ledger.other_expenditure", 1e6, ledger="EPF"),
        several(put("ledger.other_expenditure", 1e6, ledger="EPF"), put("ledger.other_revenue", 1e6, ledger="RPF")),
        "EPF",
        1e6,
    ),
    (
        "C16",
        put("revenue.collection_rate", 0.95),
        put("revenue.collection_rate", 0.94, region=AREA),
        "collection_rate",
        0.94,
    ),
    ("C16", keep, put("revenue.resident_collection_rate", 0.9), "resident_collection_rate", 0.9),
    (
        "C17",
        put("payment.budgeted_share", 0.95, year="2030"),
        put("payment.budgeted_share", 0.85, year="2030"),
        "budgeted_share",
        0.85,
    ),
    (
        "C18",
        put("payment.overspend_softness", 0.99),
        put("payment.overspend_softness", 1.0, scheme="resident"),
        "softness",
        1.0,
    ),
    ("C20", keep, put("ledger.other_expenditure", 5e5, ledger="RPF"), "RPF", 5e5),
    ("C21", coded("130200", "130300"), coded("130102", "130300"), "employee_pool", None),
    ("C22", keep, several(coded("130100", "130600"), named("Shijiazhuang", "Baoding")), "regions", None),
    (
        "C23",
        put("procurement.saving_share", 0.0),
        put("procurement.retention_rate", 0.0, scheme="employee"),
        "employee",
        0.0,
    ),
    ("C28", keep, put("revenue.base_floor_multiple", 0.5), "floor", 0.5),
    ("C28", keep, put("revenue.base_cap_multiple", 4.0, region=CITY), "cap", 4.0),
    (
        "C29",
        put("prepayment.months", 1.0),
        several(put("prepayment.months", 1.0), put("prepayment.minimum_months", 11.0, scheme="employee")),
        "employee",
        11.0,
    ),
    (
        "C29",
        put("prepayment.minimum_months", 5.0, scheme="resident"),
        several(put("prepayment.months", 1.0), put("prepayment.minimum_months", 5.0, scheme="resident")),
        "resident",
        5.0,
    ),
    (
        "C30",
        put("critical_illness.threshold_multiple", 0.4),
        put("critical_illness.threshold_multiple", 0.6),
        "threshold",
        0.6,
    ),
    ("C30", keep, put("critical_illness.tranche_rate", 0.55, tranche="tranche_1"), "tranche_1", 0.55),
    ("C35", keep, put("revenue.retiree_rate", 0.01, region=CITY), "retiree_rate", 0.01),
]


@pytest.mark.parametrize(("rule", "keeps", "breaks", "place", "value"), CASES)
def test_a_rule_is_kept_and_broken_by_parameters(good, rule, keeps, breaks, place, value):
    assert not broken(keeps(good), rule)
    found = broken(breaks(good), rule)
    assert found
    assert all(finding.severity == RULES[rule].hebei for finding in found)
    assert place in found[0].place
    assert found[0].value == (None if value is None else pytest.approx(value))
    assert found[0].required


def test_a_breach_names_region_years_and_members_together(good):
    change = several(
        put(RATES, 0.85, status=("child", "adult_resident"), tier="primary", region=AREA, year="2030"),
        put(RATES, 0.91, status=("child", "adult_resident"), tier="primary", region=AREA, year="2033"),
    )
    (found,) = broken(change(good), "C01")
    assert (found.region, found.first_year, found.last_year) == (AREA, 2030, 2032)
    assert "status=child|adult_resident" in found.place
    assert found.value == 0.85
    assert found.required == ">= 0.9"


def test_deficits_are_found_in_the_result(good):
    low, high = put("resident.subsidy", 200.0, region=CITY), put("resident.subsidy", 9000.0)
    assert not [one for one in broken(high(good), "C13") if "RPF" in one.place]
    found = [one for one in broken(low(good), "C13") if "RPF" in one.place]
    run = poolcast.project(low(good)).sel(region=CITY, ledger="RPF")
    deficits = run.year.values[run.balance.values < 0]
    assert [(one.first_year, one.last_year) for one in found if one.region == CITY] == [(deficits[0], deficits[-1])]
    assert found[0].value == float(run.balance.sel(year=deficits[0]))
    lasting = float(run.reserve.sel(year=deficits[-1])) >= 0
    assert found[0].note.en == ("covered by the reserve" if lasting else "the reserve does not last")


def test_the_actuarial_balance_of_ten_years(good):
    rich, poor = put("ledger.opening_reserve", 1e11), put("ledger.opening_reserve", -1e10)
    assert not broken(rich(good), "C15")
    found = broken(poor(good), "C15")
    assert {finding.place for finding in found} == {f"actuarial_balance({fund}, horizon=10)" for fund in ("EPF", "RPF")}
    assert not broken(poor(good), "C15", call("G04"))


def test_the_inpatient_payment_ratio_has_a_band(good):
    good = option(payment_rule="fee_for_service")(good)
    assert not broken(ratio(0.8, 0.7)(good), "C25", rules="national")
    found = broken(ratio(0.8, 0.6)(good), "C25")
    assert {finding.place.split(", ")[1] for finding in found} == {"resident scheme"}
    assert found[0].value == pytest.approx(0.6, abs=0.02)
    assert "employee scheme" in broken(ratio(0.9, 0.7)(good), "C25")[0].place


def test_participation_has_a_band(good):
    share = good["coverage.status_share"]

    def uninsured(part: float) -> Assumptions:
        changed = share.copy()
        insured = [index("status", status) for status in STATUSES if status != "uninsured"]
        now = changed[:, insured].sum(1, keepdims=True)
        changed[:, insured] *= (1 - part) / now
        changed[:, index("status", "uninsured")] = part
        return good.with_values({"coverage.status_share": changed})

    assert not broken(uninsured(0.05), "C26")
    found = broken(uninsured(0.1), "C26")
    assert found[0].value == pytest.approx(0.9, abs=0.01)


def test_the_statutory_retirement_age(good):
    def schedule(on: float) -> Change:
        return lambda given: given.with_values({"retirement.delay": np.array(on)}).with_options(
            coverage_movement="by_cohort"
        )

    from poolcast.outlook.compliance_case import Breach, Case, Unchecked
    from poolcast.outlook.compliance_checks import retirement_schedule

    on, off = (Case(schedule(switch)(good), good) for switch in (1.0, 0.0))
    assert list(retirement_schedule(on)) == []
    (found,) = retirement_schedule(off)
    assert isinstance(found, Breach)
    assert (found.place, found.value) == ("retirement.delay", 0.0)
    assert isinstance(next(iter(retirement_schedule(Case(good, good)))), Unchecked)


def test_rules_on_scenarios(good):
    assert not broken(good, "C24", shifted("cost.price_growth", -0.01))
    (found, *_) = broken(good, "C24", shifted("cost.price_growth", 0.01))
    assert found.first_year == 2027
    assert found.value == pytest.approx(0.01, rel=0.05)
    assert not broken(good, "C27", call("B24"))
    assert broken(good, "C27", call("B23"))[0].place == "lever B23"
    paying = put("revenue.retiree_rate", 0.01)(good)
    assert not broken(paying, "C35", call("F10"))
    two = several(put("ledger.other_expenditure", 1e6, ledger="EPF"), put("ledger.other_revenue", 1e6, ledger="RPF"))
    assert not broken(two(good), "C12", call("F13"))


def test_pooling_by_the_parent_merges_the_new_area(good):
    merged = option(employee_pool="parent")(good)
    from poolcast.outlook.compliance_case import Case
    from poolcast.outlook.compliance_checks import new_area_by_itself, pooled_by_municipality

    (found,) = new_area_by_itself(Case(merged, merged))
    assert found.region == AREA
    counties = option(employee_pool="parent", resident_pool="parent")(coded("130102", "133100")(good))
    assert list(pooled_by_municipality(Case(counties, counties))) == []
    assert "A" in next(iter(pooled_by_municipality(Case(*[coded("A", "130200")(good)] * 2)))).reason.en


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("C09", keep),
        ("C11", keep),
        ("C14", keep),
        ("C19", keep),
        ("C31", keep),
        ("C32", keep),
        ("C36", keep),
        ("C17", option(payment_rule="fee_for_service")),
        ("C18", option(payment_rule="fee_for_service")),
        ("C21", coded("A", "B")),
        ("C23", without("procurement.saving_share")),
        ("C33", put("ledger.other_expenditure", 1.0, ledger="EPF")),
        ("C34", put("ledger.other_revenue", 1.0, ledger="RPF")),
    ],
)
def test_what_cannot_be_checked_is_said_and_never_counts(good, rule, change):
    from poolcast.outlook.compliance_case import Case, Unchecked
    from poolcast.projection.control_totals import calibrate

    case = Case(calibrate(change(good)), calibrate(change(good)))
    said = [one for one in RULES[rule].check(case) if isinstance(one, Unchecked)]
    assert said
    assert said[0].reason.en
    assert said[0].reason.zh


def test_what_is_not_checked_is_information_and_not_passed(good):
    result = check_compliance(good, rules="hebei")
    silent = [finding for finding in result.findings if not finding.checked]
    assert {"C14", "C19", "C31", "C36"} <= {finding.rule.id for finding in silent}
    assert {finding.severity for finding in silent} == {"information"}
    assert not {finding.rule.id for finding in silent} & set(result.passed)
    assert set(result.passed) | {finding.rule.id for finding in result.findings} == set(RULES)
    assert result.passes
    assert {"C33", "C34"} <= set(result.passed)


def test_every_rule_is_there_with_words_source_and_the_severity_of_the_handbook():
    assert list(RULES) == [f"C{number:02}" for number in range(1, 37)]
    letters = "WEEEEEEWEWEEWWWWWEEWWIWWWWIWEWWEEEWI"
    only_hebei = ("C03", "C04", "C05", "C06", "C19")
    for (name, rule), letter in zip(RULES.items(), letters, strict=True):
        severity = {"E": "error", "W": "warning", "I": "information"}[letter]
        assert rule.hebei == ("error" if name == "C01" else severity), name
        assert rule.national == ("information" if name in only_hebei else severity), name
        assert rule.source
        assert rule.text.en
        assert rule.text.zh


def test_severities_differ_by_rule_set(good):
    gap = put(RATES, 0.85, status="adult_resident", tier="secondary")(good)
    assert broken(gap, "C03", rules="hebei")[0].severity == "error"
    assert broken(gap, "C03", rules="national")[0].severity == "information"
    assert not check_compliance(gap, rules="hebei").passes
    assert check_compliance(gap, rules="national").passes
    with pytest.raises(ScenarioError, match="hebei"):
        check_compliance(good, rules="heibei")


def test_waivers_need_the_rule_the_region_and_all_years(good):
    gap = put(RATES, 0.85, status="adult_resident", tier="secondary", region=AREA, year="2030")(good)
    for waiver, covers in (
        (Waiver("C03", "agreed"), True),
        (Waiver("C03", "agreed", AREA, 2030, 2036), True),
        (Waiver("C03", "agreed", CITY), False),
        (Waiver("C03", "agreed", AREA, 2031, 2036), False),
        (Waiver("C03", "agreed", AREA, 2026, 2035), False),
        (Waiver("C04", "agreed"), False),
    ):
        result = check_compliance(gap, rules="hebei", waivers=[waiver])
        assert result.passes == covers, waiver
        assert result.unused_waivers == (() if covers else (waiver,))
    waived = check_compliance(gap, rules="hebei", waivers=[Waiver("C03", "agreed")]).findings
    assert next(finding for finding in waived if finding.rule.id == "C03").document()["waived"] == "agreed"


def test_waivers_are_read_from_a_file(tmp_path):
    file = tmp_path / "waivers.yaml"
    file.write_text(
        'waivers:\n  - {rule: C03, region: "133100", years: 2026-2028, reason: transition}\n'
        "  - {rule: C16, years: 2026, reason: arrears}\n  - {rule: C01, reason: always}\n",
        encoding="utf-8",
    )
    assert read_waivers(file) == (
        Waiver("C03", "transition", "133100", 2026, 2028, 2),
        Waiver("C16", "arrears", "", 2026, 2026, 3),
        Waiver("C01", "always", line=4),
    )


def test_every_problem_of_a_waiver_file_has_its_line(tmp_path):
    file = tmp_path / "waivers.yaml"
    file.write_text(
        "waivers:\n  - {rule: C99, reason: x}\n  - {rule: C03}\n  - {rule: C03, reason: x, years: 2030-2026}\n"
        "  - {rule: C03, reason: x, reigon: '1'}\n  - C03\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as caught:
        read_waivers(file)
    assert [problem.row for problem in caught.value.problems] == [2, 3, 4, 5, None]
    assert "C09" in caught.value.problems[0].remedy
    assert "region" in caught.value.problems[3].remedy
    with pytest.raises(ScenarioError, match="not there"):
        read_waivers(tmp_path / "none.yaml")
