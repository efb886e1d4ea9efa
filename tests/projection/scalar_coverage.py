"""How cover moves with the cohort (handbook 2.3, 6.3; docs of `coverage`), as plain loops for one region."""

from __future__ import annotations

from typing import Any

AGES = range(101)
MEN, W50, W55 = range(3)
ORIGINAL = (60, 50, 55)


def delay(group: int, year: int, month: int) -> int:
    """2.3: months by which retirement is delayed for those born in a month."""
    if group == MEN:
        return 0 if year < 1965 else min(36, ((year - 1965) * 12 + month - 1) // 4 + 1)
    if group == W55:
        return 0 if year < 1970 else min(36, ((year - 1970) * 12 + month - 1) // 4 + 1)
    return 0 if year < 1975 else min(60, ((year - 1975) * 12 + month - 1) // 2 + 1)


def past(P: dict[str, Any], group: int, year: int, age: int) -> float:
    """Share of an age past retirement at the end of a year, over twelve birth months of year - age."""
    early, late = P["retirement.early_share"], P["retirement.late_share"]
    total = 0.0
    for month in range(1, 13):
        lived, first = 12 * age + 12.5 - month, 12 * ORIGINAL[group]
        d = delay(group, year - age, month) * P["retirement.delay"]
        if d == 0:
            total += lived >= first
        else:
            total += (1 - early - late) * (lived >= first + d) + early * (lived >= max(first, first + d - 36))
            total += late * (lived >= first + d + P["retirement.late_months"])
    return total / 12


def filled(part: list[float], whole: list[float]) -> list[float]:
    out, last = [], 0.0
    for x, y in zip(part, whole, strict=True):
        last = x / y if y > 0 else last
        out.append(last)
    return out


def shares_by_cohort(P: dict[str, Any], base: int, last: int, stocks: list[Any]) -> list[Any]:
    """Status shares [status][sex][age] at the year end before the base year and every later one."""
    sigma = P["coverage.status_share"]
    sex_of = (0, 1, 1)
    pay = [[sum(sigma[k][s][a] for k in (2, 3, 6)) for a in AGES] for s in (0, 1)]
    pension = [[sigma[4][s][a] + sigma[5][s][a] for a in AGES] for s in (0, 1)]
    vested_ratio = [filled(sigma[4][s], pension[s]) for s in (0, 1)]
    flexible = [filled(sigma[3][s], pay[s]) for s in (0, 1)]
    jobless = [filled(sigma[6][s], pay[s]) for s in (0, 1)]
    outside = [[sigma[0][s][a] + sigma[1][s][a] + sigma[7][s][a] for a in AGES] for s in (0, 1)]
    child = [filled(sigma[0][s], outside[s]) for s in (0, 1)]
    without = [filled(sigma[7][s], outside[s]) for s in (0, 1)]
    child_of_insured = [filled(child[s], [1 - u for u in without[s]]) for s in (0, 1)]

    declared = P["coverage.women_retiring_at_50_share"]
    omega, gone = [], [list(pension[0]), [], []]
    for a in AGES:
        e, p = pay[1][a] + pension[1][a], pension[1][a]
        at50, at55 = past(P, W50, base, a), past(P, W55, base, a)
        told = min(max((p / e - at55) / (at50 - at55), 0.0), 1.0) if e > 0 and at50 > at55 else declared
        omega.append(told)
        expected = told * at50 + (1 - told) * at55
        first = min(max(at50 * p / expected if expected > 0 else p, 0.0), e)
        second = (p - told * first) / (1 - told) if told < 1 else first
        gone[W50].append(first)
        gone[W55].append(min(max(second, 0.0), e))
    employee = [[pay[s][a] + pension[s][a] for a in AGES] for s in sex_of]
    c = [[employee[g][a] - gone[g][a] for a in AGES] for g in range(3)]
    r = [[gone[g][a] * vested_ratio[sex_of[g]][a] for a in AGES] for g in range(3)]
    d = [[gone[g][a] * (1 - vested_ratio[sex_of[g]][a]) for a in AGES] for g in range(3)]
    entry_last = int(P["coverage.entry_last_age"])
    entry = [[max(c[g][a] - c[g][a - 1], 0.0) if 1 <= a <= entry_last else 0.0 for a in AGES] for g in range(3)]
    result = [P["coverage.previous_status_share"], sigma]
    growth_f, decline = 1.0, 1.0
    for year in range(base + 1, last + 1):
        y, N = year - base + 2, stocks[year - base]
        omega = [declared, *omega[:-1]]
        for table in (c, r, d):
            for g in range(3):
                old, top = table[g], N[sex_of[g]][99] + N[sex_of[g]][100]
                weight = N[sex_of[g]][99] / top if top > 0 else 0.5
                table[g] = [old[0], *old[:99], weight * old[99] + (1 - weight) * old[100]]
        for g in range(3):
            v = P["coverage.vested_share"][y][sex_of[g]]
            for a in AGES:
                before = past(P, g, year - 1, a - 1) if 0 < a < 100 else (0.0 if a == 0 else 1.0)
                hazard = (past(P, g, year, a) - before) / (1 - before) if before < 1 else 1.0
                retiring, vesting = c[g][a] * hazard, d[g][a] * P["coverage.vesting_rate_of_unvested"]
                r[g][a] += v * retiring + vesting
                d[g][a] += (1 - v) * retiring - vesting - d[g][a] * P["coverage.lapse_rate_of_unvested"]
                now = c[g][a] - retiring
                if a >= P["coverage.exit_first_age"]:
                    now *= 1 - P["coverage.exit_rate_before_retirement"]
                now += entry[g][a] * (1 + P["coverage.entry_growth_rate"]) ** (year - base)
                rest = 1 - r[g][a] - d[g][a]
                if P["coverage.formalisation_first_age"] <= a <= P["coverage.formalisation_last_age"]:
                    now += P["coverage.formalisation_rate"][y] * max(rest - now, 0.0)
                c[g][a] = min(now, P["coverage.contributor_share_ceiling"] * rest)
        growth_f *= 1 + P["coverage.flexible_share_growth"][y]
        decline *= 1 - P["coverage.uninsured_decline"][y]
        shares = [[[0.0] * 101, [0.0] * 101] for _ in range(8)]
        for a in AGES:
            for s in (0, 1):
                mixed = [t[0][a] if s == 0 else omega[a] * t[1][a] + (1 - omega[a]) * t[2][a] for t in (c, r, d)]
                f, u = min(flexible[s][a] * growth_f, 1 - jobless[s][a]), min(without[s][a] * decline, 1.0)
                left = max(1 - sum(mixed), 0.0)
                kid = child_of_insured[s][a] * (1 - u)
                row = (
                    left * kid,
                    left * (1 - u - kid),
                    mixed[0] * (1 - f - jobless[s][a]),
                    mixed[0] * f,
                    mixed[1],
                    mixed[2],
                    mixed[0] * jobless[s][a],
                    left * u,
                )
                for k, value in enumerate(row):
                    shares[k][s][a] = value
        result.append(shares)
    return insured_by_age(P, result)


def insured_by_age(P: dict[str, Any], ends: list[Any]) -> list[Any]:
    """Year ends at which some of the uninsured of each age are residents after all, from the first after the base."""
    result = ends[:2]
    for later, shares in enumerate(ends[2:]):
        joined = P["coverage.joining_share"][3 + later]
        table = [[list(of_sex) for of_sex in of_status] for of_status in shares]
        for s in (0, 1):
            for a in AGES:
                child, adult, without = (shares[k][s][a] for k in (0, 1, 7))
                part = child / (child + adult) if child + adult > 0 else float(a < 18)
                table[7][s][a] = without * (1 - joined[a])
                table[0][s][a] = child + without * joined[a] * part
                table[1][s][a] = adult + without * joined[a] * (1 - part)
        result.append(table)
    return result
