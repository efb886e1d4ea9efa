"""The handbook as plain loops over floats: one region, no array library, nothing taken from the package.

``P[name]`` are nested lists with the axes of the declarations less the region; years count from two before the base
year. Sections of the handbook stand beside the formulae.
"""

from __future__ import annotations

from math import erfc, exp, inf, log, sqrt
from typing import Any

from tests.projection.scalar_people import age_sums, population

K, R, A, F, T, D, J, U = range(8)
EMPLOYEE, RESIDENT = (A, F, T, D, J), (K, R)
INSURED = (*RESIDENT, *EMPLOYEE)
IP, OG, OC, DC, MM, MA, LTC = range(7)
LEDGER = {code: n for n, code in enumerate(("EPF", "EPA", "RPF", "CII", "LAS", "CSS", "MAF", "LTCI", "ADJ", "VBPR"))}


def phi(x: float) -> float:
    return 0.5 * erfc(-x / sqrt(2.0))


def lev(mean: float, cv: float, limit: float) -> float:
    """3.1: E[min(C, u)] of a lognormal amount; cv 0 is the amount at its mean."""
    if mean <= 0 or limit <= 0:
        return 0.0
    if limit == inf or cv == 0:
        return min(mean, limit)
    s2 = log(1 + cv * cv)
    m, s = log(mean) - s2 / 2, sqrt(s2)
    return mean * phi((log(limit) - m - s2) / s) + limit * phi(-(log(limit) - m) / s)


def project(P: dict[str, Any], base: int, last: int, shares: list[Any]) -> dict[str, list[dict[str, float]]]:
    """Sections 6.4-6.8 and 3.1-3.9: accounts [year] of every ledger; `shares` by year end from the one before."""
    years = last - base
    stocks, cohort_births = population(P, years)
    ends, w = age_sums(P, stocks, shares), P["coverage.exposure_weight_of_closing_stock"]
    W = [P["economy.average_wage"][y] for y in (0, 1, 2)]
    income = [P["economy.disposable_income"][y] for y in (1, 2)]
    pension, use, unit = P["economy.average_pension"][2], [1.0] * 7, [[1.0] * 7, [1.0] * 7]
    arrears, budget = 0.0, [(0.0, 0.0), (0.0, 0.0)]
    first_mean = aid_of_base = retained = 0.0
    changes: list[Any] = []
    opening: dict[str, float] = {}
    accounts: dict[str, list[dict[str, float]]] = {}
    for i in range(years + 1):
        y = i + 2

        def at(name: str, y: int = y) -> Any:
            return P[name][y]

        if i:
            g_w = at("economy.wage_growth")
            W.append(W[-1] * (1 + g_w))
            income.append(income[-1] * (1 + at("economy.disposable_income_growth")))
            pension *= 1 + at("economy.pension_growth")
            closing_gap = (
                P["cost.convergence_gap"] / P["cost.convergence_years"] if i <= P["cost.convergence_years"] else 0.0
            )
            for b in range(7):
                g_u = at("utilisation.growth")[b]
                use[b] *= 1 + g_u
                for g in (0, 1):
                    trend = (
                        at("cost.autonomous_growth")[g][b]
                        + at("cost.income_elasticity")[b] * g_w
                        + at("cost.excess_growth")[b]
                    )
                    unit[g][b] *= (1 + trend) * (1 + closing_gap) / (1 + g_u)
        wage, previous, old_income = W[-1], W[-2], income[-2]
        index = (previous / P["economy.average_wage"][1]) ** P["benefits.indexation"]

        def mean(name: str, i: int = i) -> list[float]:
            return [w * new + (1 - w) * old for new, old in zip(ends[i + 1][name], ends[i][name], strict=True)]

        n, heads, wages = mean("members"), mean("heads"), mean("wages")
        expected = mean("births")
        total_births = cohort_births[i - 1] if i else sum(expected)
        # 6.4 revenue of the employee scheme
        if not i:
            first_mean = sum(wages) / sum(heads)
        payroll = 0.0
        for s in (0, 1):
            declared = (
                P["revenue.wage_relativity"] * wage * wages[s] / heads[s] / first_mean * at("revenue.wage_compliance")
            )
            low, high = at("revenue.base_floor_multiple") * previous, at("revenue.base_cap_multiple") * previous
            cv = P["revenue.wage_coefficient_of_variation"]
            payroll += (
                heads[s] * (low + lev(declared, cv, high) - lev(declared, cv, low)) * P["calibration.contribution_base"]
            )
        covered, covered0 = at("long_term_care.coverage_share"), P["long_term_care.coverage_share"][2]
        shift = at("long_term_care.shifted_employer_rate") * max(covered - covered0, 0.0)
        rate = at("revenue.employer_rate") + at("revenue.maternity_rate") - shift
        due, kappa, kappa_f = (
            rate * payroll * P["calibration.pooled_contribution"],
            at("revenue.collection_rate"),
            at("revenue.flexible_collection_rate"),
        )
        leaving = min(at("revenue.arrears_recovery_rate") + at("revenue.arrears_write_off_rate"), 1.0)
        if not i:
            arrears = (1 - kappa) * due / (leaving + W[2] / W[1] - 1)  # dues have grown like wages
        recovered = at("revenue.arrears_recovery_rate") * arrears
        arrears = (1 - leaving) * arrears + (1 - kappa) * due
        own_base = at("revenue.flexible_base_multiple") * previous
        flexible = (n[F] + n[D]) * own_base
        credit_a = at("revenue.share_credited_to_active_accounts") * (kappa * due + recovered)
        credit_t = at("revenue.retiree_account_credit") * n[T]
        books: dict[str, dict[str, float]] = {code: {"in": 0.0, "out": 0.0} for code in LEDGER if code != "ADJ"}

        def move(source: str, target: str, amount: float, books: dict[str, dict[str, float]] = books) -> None:
            books[source]["out"] += amount
            books[target]["in"] += amount

        books["EPF"]["in"] = (
            kappa * due
            + recovered * (1 + at("revenue.late_fee_rate"))
            + kappa_f * at("revenue.flexible_rate") * flexible
            + rate * at("revenue.unemployed_base_multiple") * previous * n[J]
            + at("revenue.retiree_rate") * pension * n[T]
            - credit_a
            - credit_t
        )
        accounts_of_f = at("revenue.employee_rate") * at("revenue.flexible_account_share") * n[F] * own_base
        books["EPA"]["in"] = (
            kappa * at("revenue.employee_rate") * payroll + kappa_f * accounts_of_f + credit_a + credit_t
        )
        # 2.4 residents, on heads at the year end
        certified = (ends[i + 1]["members"][K] + ends[i + 1]["members"][R]) * P["calibration.resident_financing"]
        premium = (
            P["resident.personal_premium"][y - int(P["resident.personal_premium_lag"])]
            * certified
            * at("revenue.resident_collection_rate")
        )
        aided = premium * at("assistance.premium_aid_share") * at("assistance.premium_aid_rate")
        move("MAF", "RPF", aided)
        books["RPF"]["in"] += premium - aided + at("resident.subsidy") * certified
        # 6.5, 6.6 services and unit cost, 3.x in-policy amounts and payments, 6.7 behaviour
        services = [[0.0] * 7 for _ in range(8)]
        policy, paid, waived = ([[0.0] * 7 for _ in range(8)] for _ in range(3))
        above, of_base = [0.0] * 8, [[]] * 8
        means = {
            name: mean(name) for name in ("admissions", "inpatient_cost", "outpatient_bill", "chronic_bill", "disabled")
        }
        change, counts = [[0.0] * 7 for _ in range(8)], [[0.0] * 7 for _ in range(8)]
        for k in INSURED:
            g = int(k in RESIDENT)
            births = total_births * expected[k] / sum(expected)
            inst, home = (at("long_term_care.institution_share") * q for q in (1.0, -1.0))
            inst, home = inst * at("long_term_care.institution_cost"), (1 + home) * at("long_term_care.home_cost")
            counts[k] = [
                means["admissions"][k] * P["calibration.admissions"][g],
                n[k],
                n[k],
                n[k],
                births,
                births,
                means["disabled"][k] * covered * at("long_term_care.take_up"),
            ]
            if k in RESIDENT:  # 3.10: who re-enters pays and waits
                months = at("coverage.waiting_months")
                months += at("coverage.waiting_months_per_missed_year") * at("coverage.missed_years")
                back = at("coverage.re_entry_rate") * ends[i]["members"][7]
                entitled = max(1 - back * min(months, 12) / 12 / (n[K] + n[R]), 0.0)
                counts[k] = [entitled * count for count in counts[k][:6]] + counts[k][6:]
            stay = means["inpatient_cost"][k] / means["admissions"][k] * P["calibration.cost_per_admission"][g]
            bill = [
                stay,
                means["outpatient_bill"][k] / n[k],
                means["chronic_bill"][k] / n[k],
                P["utilisation.dual_channel_bill"][g],
                at("maternity.payment_per_birth")[k],
                0.0,
                inst + home,
            ]
            c = [bill[b] * unit[g][b] * at("cost.multiplier")[g][b] for b in range(7)]
            for b in (OG, OC, DC):  # a yearly bill: use is inside it, below the yearly deductible and ceiling (3.2)
                c[b] *= use[b] * at("utilisation.multiplier")[k][b]
            factor = P["calibration.benefit"][g]
            tiers = []
            mix0, relative = P["inpatient.tier_share"][2][k], P["inpatient.relative_cost"][g]
            normal = sum(m * r for m, r in zip(mix0, relative, strict=True))
            for h in range(4):
                amount = c[IP] * relative[h] / normal * at("inpatient.in_policy_share")[g][h]
                r, ded, cv = (
                    at("inpatient.reimbursement_rate")[k][h],
                    at("inpatient.deductible")[k][h] * index,
                    P["inpatient.cost_coefficient_of_variation"][g],
                )
                ceiling = at("inpatient.ceiling_multiple")[g] * (old_income if g else previous)
                upper = lev(amount, cv, ded + ceiling / r)
                again = P["inpatient.repeat_share"][g]
                lower = (1 - again) * lev(amount, cv, ded) + again * lev(
                    amount, cv, ded * P["inpatient.repeat_deductible_factor"][g]
                )
                pay = min(r * max(upper - lower, 0.0) * factor[IP], amount)
                reference = at("calibration.reference_tier_own_share")[k][h]
                weight = at("inpatient.tier_share")[k][h] * exp(
                    -P["behaviour.tier_switching"][g] * (1 - pay / amount - reference)
                )
                tiers.append((weight, amount, pay, amount - upper, mix0[h], c[IP] * relative[h] / normal))
            of_base[k] = tiers
            total = sum(t[0] for t in tiers)
            policy[k][IP], paid[k][IP], above[k] = (sum(t[0] * t[j] for t in tiers) / total for j in (1, 2, 3))
            policy[k][OG] = c[OG] * at("outpatient.in_policy_share")[g]
            users, r, ded = (
                1 - P["outpatient.share_without_use"][k],
                at("outpatient.reimbursement_rate")[k],
                at("outpatient.deductible")[k] * index,
            )
            each, cv = policy[k][OG] / users, P["outpatient.cost_coefficient_of_variation"][g]
            layer = lev(each, cv, ded + at("outpatient.ceiling")[k] * index / r) - lev(each, cv, ded)
            paid[k][OG] = min(users * r * layer * factor[OG], policy[k][OG])
            policy[k][OC] = c[OC] * at("chronic.in_policy_share")[g]
            paid[k][OC] = min(policy[k][OC] * at("chronic.reimbursement_rate")[k] * factor[OC], policy[k][OC])
            policy[k][DC] = c[DC]
            paid[k][DC] = min(c[DC] * at("dual_channel.reimbursement_rate")[g] * factor[DC], c[DC])
            policy[k][MM] = paid[k][MM] = c[MM] * factor[MM]
            policy[k][MA] = paid[k][MA] = (
                at("maternity.leave_days") * previous / 360 * at("maternity.allowance_coverage")[k] * factor[MA]
            )
            mixed = (
                inst * at("long_term_care.institution_reimbursement_rate")
                + home * at("long_term_care.home_reimbursement_rate")
            ) / (inst + home)
            policy[k][LTC], paid[k][LTC] = c[LTC], min(c[LTC] * mixed * factor[LTC], c[LTC])
            for b in range(7):
                own = 1 - paid[k][b] / policy[k][b] if policy[k][b] > 0 else 1.0
                if b == IP:  # at the mix of the base year: another tier is not another price (6.7)
                    own = 1 - sum(t[4] * t[2] for t in of_base[k]) / sum(t[4] * t[1] for t in of_base[k])
                small = P["behaviour.minimum_own_share"]
                change[k][b] = log(max(own, small) / max(at("calibration.reference_own_share")[k][b], small))
            for b in (IP, OG, OC, DC):  # 3.10: cases of an outbreak meet neither deductible nor ceiling
                cases, listed = at("outbreak.case_share")[g][b], at("outbreak.in_policy_share")[g]
                whole = sum(t[0] * t[5] for t in tiers) / total if b == IP else c[b]
                waived[k][b] = cases * at("outbreak.reimbursement_rate")[g] * listed * whole
                policy[k][b] = (1 - cases) * policy[k][b] + cases * listed * whole
                paid[k][b] = (1 - cases) * paid[k][b] + waived[k][b]
            above[k] *= 1 - at("outbreak.case_share")[g][IP]
        changes.append(change)
        for k in INSURED:
            g = int(k in RESIDENT)
            for b in range(7):
                power = 0.0
                phased = P["behaviour.phase_in"]
                for lag, step in enumerate((phased[0], phased[1] - phased[0], phased[2] - phased[1])):
                    if i >= lag:
                        power += step * P["behaviour.own_price_elasticity"][g][b] * changes[i - lag][k][b]
                        power += step * P["behaviour.cross_price_elasticity"][g] * changes[i - lag][k][OG] * (b == IP)
                H = min(max(exp(power), P["behaviour.minimum_multiplier"]), P["behaviour.maximum_multiplier"])
                more = 1.0 if b in (OG, OC, DC) else use[b] * at("utilisation.multiplier")[k][b]
                services[k][b] = counts[k][b] * more * H
        # 4 payment: procurement, then the budget of inpatient care; 4.8
        cut = [[1.0] * 7, [1.0] * 7]
        kept_back = []
        for g, group in ((0, EMPLOYEE), (1, RESIDENT)):
            claims = [sum(services[k][b] * paid[k][b] for k in group) for b in range(7)]
            saved = at("procurement.saving_share")[g]
            kept_back.append((claims[IP] + claims[OC]) * saved)
            cut[g][IP] = cut[g][OC] = 1 - saved
            under = claims[IP] - sum(services[k][IP] * waived[k][IP] for k in group)  # outbreaks are outside budgets
            C = under * (1 - saved) * at("payment.budgeted_share")[g]
            B0, C0 = budget[g]
            B = B0 * (1 + at("payment.budget_growth")[g]) + P["payment.catch_up"][y - 1][g] * (C0 - B0) if i else C
            if i:  # the budget follows the share that is under it
                B *= at("payment.budgeted_share")[g] / P["payment.budgeted_share"][y - 1][g]
            rho = at("payment.retained_share")[g] if at("payment.retention_threshold")[g] * B < C else 0.0
            X = B + at("payment.overspend_softness")[g] * max(C - B, 0.0) - (1 - rho) * max(B - C, 0.0)
            if P["payment_rule"] == "closure":
                cut[g][IP] *= (X + claims[IP] * (1 - saved) - C) / (claims[IP] * (1 - saved))
            budget[g] = (B, C)
            fund = ("EPF", "RPF")[g]
            books[fund]["out"] += sum(claims[b] * cut[g][b] for b in range(6))
            move(fund, "VBPR", kept_back[g] * at("procurement.retention_rate")[g])
        now = sum(kept_back[g] * at("procurement.retention_rate")[g] for g in (0, 1))
        books["VBPR"]["out"] += retained if i else now
        retained = now
        own_pay = [[services[k][b] * (policy[k][b] - paid[k][b]) for b in range(7)] for k in range(8)]
        for k in range(8):  # 1.2: not what providers bear; 4.8: patients save by procurement as well
            for b in (IP, OC):
                own_pay[k][b] *= 1 - at("procurement.saving_share")[int(k in RESIDENT)]
        # 3.8 critical illness, 3.9 assistance, 1.1 LAS and CSS, 3.6 long-term care
        residents = n[K] + n[R]
        grown = 1 + P["critical_illness.premium_follows_cost"] * (unit[1][IP] * use[IP] - 1)
        move(
            "RPF",
            "CII",
            residents * at("critical_illness.premium_per_head") * grown * P["calibration.critical_illness_premium"],
        )
        claiming = residents * (1 - P["critical_illness.share_without_claim"])
        y_mean = sum(own_pay[k][b] for k in RESIDENT for b in (IP, OC)) / claiming
        lower = threshold = at("critical_illness.threshold_multiple") * old_income
        for tranche, ratio in enumerate(at("critical_illness.tranche_rate")):
            bonus = at("critical_illness.ceiling_bonus") if tranche == 2 else 0.0
            upper = threshold + P["critical_illness.tranche_upper"][tranche] * index * (1 + bonus)
            cv = P["critical_illness.cost_coefficient_of_variation"]
            books["CII"]["out"] += claiming * ratio * (lev(y_mean, cv, upper) - lev(y_mean, cv, lower))
            lower = upper
        own_head = sum(own_pay[k][b] for k in RESIDENT for b in range(7)) / residents
        aid_of_base = aid_of_base or own_head
        books["MAF"]["out"] += (
            at("assistance.direct_aid_per_resident") * residents * own_head / aid_of_base * P["calibration.assistance"]
        )
        levy = sum(n[k] for k in EMPLOYEE) * at("large_amount.premium_per_head") * unit[0][IP] * use[IP]
        move("EPA", "LAS", levy * at("large_amount.share_from_accounts"))
        books["LAS"]["in"] += levy * (1 - at("large_amount.share_from_accounts"))
        over = sum(services[k][IP] * above[k] for k in EMPLOYEE) * (1 - at("procurement.saving_share")[0])
        rest = max(sum(own_pay[k][IP] for k in EMPLOYEE) - over, 0.0)
        books["LAS"]["out"] += at("large_amount.reimbursement_rate") * over + at("large_amount.own_share_rate") * rest
        books["CSS"]["out"] += (
            sum(own_pay[k][b] for k in (A, T) for b in range(7))
            * at("civil_service.member_share")
            * at("civil_service.subsidy_rate")
        )
        levied = at("long_term_care.employee_rate") * (payroll + flexible) + n[T] * pension * at(
            "long_term_care.retiree_rate"
        )
        levied *= covered * P["calibration.long_term_care_revenue"]
        of_residents = covered * residents * income[-1] * at("long_term_care.resident_rate")
        from_fund = levied * at("long_term_care.share_from_pooled_fund") * min(covered, covered0) / covered
        move("EPF", "LTCI", from_fund)
        move("EPA", "LTCI", levied * at("long_term_care.share_from_accounts"))
        books["LTCI"]["in"] += of_residents * P["calibration.long_term_care_revenue"]
        books["LTCI"]["in"] += levied * (1 - at("long_term_care.share_from_accounts")) - from_fund
        books["LTCI"]["out"] += sum(services[k][LTC] * paid[k][LTC] for k in INSURED)
        # 5.2 declared lines, 6.8 interest and reserves
        for code, book in books.items():
            number = LEDGER[code]
            book["in"] += at("ledger.fiscal_subsidy")[number] + at("ledger.other_revenue")[number]
            book["out"] = (book["out"] + at("ledger.other_expenditure")[number]) * (
                1 + P["calibration.other_expenditure_share"][number]
            )
            r, tau = at("ledger.interest_rate")[number], P["ledger.flow_timing"]
            end, interest = 0.0, 0.0
            p = at("account.spending_propensity") * P["calibration.account_spending"]
            F0 = P["ledger.opening_reserve"][number]
            if code == "EPA" and i:
                available = (opening[code] * (1 + r) + book["in"] * (1 + r * tau)) / (1 + r * tau)
                book["out"] = min(p * (book["in"] * (1 + r * tau) + r * opening[code]) / (1 + r * tau * p), available)
            elif code == "EPA":  # the reserve at the end is known: income Y with Y = in + interest, X = p Y
                book["out"] = p * (book["in"] * (1 + r * tau) + r * F0) / (1 + r * tau * p + r * (1 - p))
            balance = book["in"] - book["out"]
            if code not in ("CII", "CSS", "MAF"):
                start = opening[code] if i else (F0 - balance * (1 + r * tau)) / (1 + r)
                charged = r + P["ledger.borrowing_margin"] if i and start < 0 else r
                interest = charged * start + r * tau * balance
                end = start + balance + interest
                opening[code] = end
            accounts.setdefault(code, []).append(
                {"revenue": book["in"] + interest, "expenditure": book["out"], "interest": interest, "reserve": end}
            )
    accounts["members"] = [dict(enumerate(end["members"])) for end in ends[1:]]
    return accounts
