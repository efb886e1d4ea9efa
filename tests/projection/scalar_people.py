"""The handbook as plain loops over floats: people, how their health moves, and the sums over ages (6.2, 6.5, 6.6).

``P[name]`` are nested lists with the axes of the declarations less the region; years count from two before the base
year.
"""

from __future__ import annotations

from typing import Any

A = 2
RESIDENT = (0, 1)
IP, OG, OC, LTC = 0, 1, 2, 6
AGES = range(101)


def population(P: dict[str, Any], years: int) -> tuple[list[Any], list[float]]:
    """6.2, migrants at the end of the year: stocks [year end][sex][age] from the one before the base year, births."""
    stocks = [P["population.at_previous_year_end"], P["population.at_base_year_end"]]
    births = []
    for y in range(3, years + 3):
        S, M, f = (P[f"population.{n}"][y] for n in ("survival_ratio", "net_migration", "fertility_rate"))
        old = stocks[-1]
        new = [
            [0.0] + [old[s][a - 1] * S[s][a] for a in range(1, 100)] + [(old[s][99] + old[s][100]) * S[s][100]]
            for s in (0, 1)
        ]
        born = sum(f[a] * (old[1][a] + new[1][a]) / 2 for a in AGES)
        ratio = P["population.male_births_per_female_birth"][y]
        new[0][0], new[1][0] = born * ratio / (1 + ratio) * S[0][0], born / (1 + ratio) * S[1][0]
        stocks.append([[new[s][a] + M[s][a] for a in AGES] for s in (0, 1)])
        births.append(born)
    return stocks, births


def expectancy(S: list[float], age: int) -> float:
    """Period remaining life expectancy: half a year and the chance of every further year end."""
    alive, total = 1.0, 0.5
    for a in range(age + 1, 101):
        alive *= S[a]
        total += alive
    last = min(S[100], 0.999)
    return total + alive * last / (1 - last)


def gained(P: dict[str, Any], end: int, sex: int, age: int) -> float:
    """6.2: life expectancy gained since the base year end; the gain of years two to three is carried back."""
    S = [row[sex] for row in P["population.survival_ratio"]]
    second, third = expectancy(S[4], age), expectancy(S[5], age)
    step = third - second
    return step * (end - 1) if end < 3 else expectancy(S[end + 1], age) - second + 2 * step


def moved(P: dict[str, Any], profile: list[Any], end: int, benefit: int, cost: bool) -> list[list[float]]:
    """6.2 and 6.6: a profile [sex][age] at a year end, read at a* = a - theta (e_t - e_0), then tied to death."""
    theta, w = P["health.shift"][benefit], P["health.death_related_share"][benefit] if cost and end >= 2 else 0.0
    S, S1 = (P["population.survival_ratio"][y] for y in (max(end + 1, 3), 3))
    out = []
    for s in (0, 1):
        row = []
        for a in AGES:
            at = min(max(a - theta * gained(P, end, s, a), 0.0), 100.0)
            low = min(int(at), 99)
            value = profile[s][low] + (at - low) * (profile[s][low + 1] - profile[s][low])
            k, b = P["health.decedent_cost_ratio"][a], min(a + 1, 100)
            burden, burden0 = (1 + (1 - X[s][b]) * (k - 1) for X in (S, S1))
            row.append(value * (1 + w * (burden / burden0 - 1)))
        out.append(row)
    return out


def age_sums(P: dict[str, Any], stocks: list[Any], shares: list[Any]) -> list[dict[str, Any]]:
    """Sums over sex and age at every year end, by status."""
    ends = []
    for end, (N, sigma) in enumerate(zip(stocks, shares, strict=True)):
        f = P["population.fertility_rate"][max(end + 1, 2)]
        prevalence = moved(P, P["long_term_care.prevalence"], end, LTC, False)
        names = ("members", "admissions", "inpatient_cost", "outpatient_bill", "chronic_bill", "births", "disabled")
        sums = {name: [0.0] * 8 for name in names}
        wages, heads = [0.0, 0.0], [0.0, 0.0]
        for k in range(8):
            g = int(k in RESIDENT)
            rate = moved(P, P["utilisation.inpatient_rate"][k], end, IP, False)
            cost = moved(P, P["utilisation.inpatient_cost"][g], end, IP, True)
            bill = moved(P, P["utilisation.outpatient_bill"][g], end, OG, True)
            chronic = moved(P, P["utilisation.chronic_bill"][g], end, OC, True)
            for s in (0, 1):
                for a in AGES:
                    n = N[s][a] * sigma[k][s][a]
                    values = (
                        1.0,
                        rate[s][a],
                        rate[s][a] * cost[s][a],
                        bill[s][a],
                        chronic[s][a],
                        s * f[a],
                        prevalence[s][a],
                    )
                    for name, value in zip(names, values, strict=True):
                        sums[name][k] += n * value
                    if k == A:
                        heads[s] += n
                        wages[s] += n * P["revenue.relative_wage"][s][a]
        ends.append({**sums, "heads": heads, "wages": wages})
    return ends
