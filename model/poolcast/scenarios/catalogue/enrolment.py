"""Levers of the group `enrolment`: who is insured, in which status, and how many people there are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index, positions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.catalogue.cover import (
    OUTSIDE,
    RESIDENTS,
    more_a_year,
    persons,
    population,
    ratio,
    yearly_decline,
    years_passed,
)
from poolcast.scenarios.lever import Argument, Arguments, Change, Effect, Lever, arrived
from poolcast.scenarios.phase_in import PhaseIn

Array = NDArray[np.float64]

LAST_AGE_OF_STUDY = 22
"""Children and students are the people up to this age (handbook 6.3: education ends between 16 and 24)."""
YEARS_TO_SETTLE = 3
"""Years in which the uninsured come down to their new level: re-entry of a half a year leaves an eighth of the gap."""
YEARS_OF_GOOD_HEALTH = 10
"""Years of inflow after which as many migrants lose their advantage in health as arrive."""
MIGRANT_AGES = {(0, 14): 0.10, (15, 19): 0.10, (20, 24): 0.25, (25, 29): 0.25, (30, 34): 0.15, (35, 44): 0.15}
"""Shares of newcomers by age, both sexes alike: the peak of 20-29 of a Rogers-Castro profile, with some children."""

_UNINSURED = ("uninsured",)
_RESIDENT_POSITIONS = positions("status", RESIDENTS)
_OUT_OF_REGION, _TERTIARY = index("tier", "out_of_region"), index("tier", "tertiary")


def _use(before: Assumptions, statuses: list[int], factor: Array, benefit: int | None = None) -> dict[str, Array]:
    """Return the use multiplier times a factor (region, year) for some statuses and one benefit, or all."""
    values = before["utilisation.multiplier"].copy()
    benefits = slice(None) if benefit is None else slice(benefit, benefit + 1)
    for status in statuses:
        values[:, :, status, benefits] *= factor[:, :, None]
    return {"utilisation.multiplier": values}


def _covered(given: Arguments, start: int, before: Assumptions, _: PhaseIn) -> dict[str, Array]:
    """F04: the uninsured join until the coverage is reached, some of them as workers; newcomers use less."""
    uninsured = persons(before, _UNINSURED)
    share = ratio(uninsured, population(before))
    joining = np.maximum(1 - ratio(np.full_like(share, 1 - given["coverage"]), share), 0.0)
    joining = np.where(share > 0, joining, 0.0)
    newcomers = joining * uninsured
    in_residents = ratio(newcomers, newcomers + persons(before, RESIDENTS))
    come = years_passed(before, start, given["years"]) / round(given["years"])
    return {
        **more_a_year(
            before,
            start,
            given["years"],
            uninsured_decline=yearly_decline(joining, given["years"]),
            formalisation_rate=_joining_rate(before, given["workers"] * newcomers) / round(given["years"]),
        ),
        **_use(before, _RESIDENT_POSITIONS, 1 - (1 - given["relative_use"]) * in_residents[:, None] * come),
    }


def _joining_rate(before: Assumptions, workers: Array) -> Array:
    """Workers over those outside the employee scheme at the ages of formalisation."""
    if "coverage.formalisation_first_age" not in before:
        return np.zeros_like(workers)
    first, last = (int(before[f"coverage.formalisation_{end}_age"]) for end in ("first", "last"))
    return ratio(workers, persons(before, OUTSIDE, first, last))


def _moved_cover(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F05: migrants among the uninsured join; admissions of residents move from out of region to tertiary."""
    joining = np.full(len(before.regions), given["migrants"] * given["joining"])
    mix = before["inpatient.tier_share"].copy()
    come = given["tier_shift"] * arrived(before, start, phase_in)
    for status in _RESIDENT_POSITIONS:
        moved = np.minimum(come, mix[:, :, status, _OUT_OF_REGION])
        mix[:, :, status, _OUT_OF_REGION] -= moved
        mix[:, :, status, _TERTIARY] += moved
    rates = more_a_year(before, start, given["years"], uninsured_decline=yearly_decline(joining, given["years"]))
    return {"inpatient.tier_share": mix, **rates}


def _groups_joined(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F06: newborns are insured from birth, a part of the uninsured young joins, and more workers do."""
    come = arrived(before, start, phase_in)
    uninsured = ratio(persons(before, _UNINSURED, 0, 0), before["population.at_base_year_end"][:, :, 0].sum(1))
    newborns = np.maximum(1 - ratio(np.full_like(uninsured, 1 - given["newborns"]), uninsured), 0.0)
    joining = np.zeros_like(before["coverage.joining_share"])
    joining[..., 0] = newborns[:, None] * come
    joining[..., 1 : LAST_AGE_OF_STUDY + 1] = (given["young"] * come)[:, None]
    return {
        "coverage.joining_share": 1 - (1 - before["coverage.joining_share"]) * (1 - joining),
        **more_a_year(before, start, given["years"], formalisation_rate=np.full(len(before.regions), given["workers"])),
    }


def _kept_cover(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F07: the uninsured settle at ``lapse / (lapse + re-entry)``; who re-enters waits; a few visits are avoided."""

    def uninsured(lapse: float) -> float:
        return lapse / (lapse + given["re_entry"])

    kept = uninsured(given["lapse"] * (1 - given["lapse_cut"])) / uninsured(given["lapse"])
    fewer = np.full(len(before.regions), 1 - kept)
    avoided = given["outpatient_avoided"] * arrived(before, start, phase_in)
    factor = np.broadcast_to(1 - avoided, (len(before.regions), len(before.years)))
    decline = yearly_decline(fewer, YEARS_TO_SETTLE)
    return {
        **more_a_year(before, start, YEARS_TO_SETTLE, uninsured_decline=decline),
        **_use(before, _RESIDENT_POSITIONS, factor, index("benefit", "outpatient")),
        **_waiting(given, start, before),
        **_raised_ceiling(given, start, before),
    }


def _waiting(given: Arguments, start: int, before: Assumptions) -> dict[str, Array]:
    """Waiting months of those who re-enter, from the first year on.

    As many return as lapse, ``lapse x residents``, which is a share of all the uninsured (some of whom were never
    insured) and at most the re-entry rate of those who lapsed. The mean lapse is ``1 / re-entry`` years, of which the
    first is in the fixed period.
    """
    lapsing = given["lapse"] * (1 - given["lapse_cut"]) * persons(before, RESIDENTS)
    waiting: dict[str, Array | float] = {
        "waiting_months": given["waiting_months"],
        "waiting_months_per_missed_year": given["months_per_missed_year"],
        "re_entry_rate": np.minimum(ratio(lapsing, persons(before, _UNINSURED)), given["re_entry"])[:, None],
        "missed_years": 1 / given["re_entry"] - 1,
    }
    first = before.year_position(start)
    result = {}
    for name, value in waiting.items():
        values = before[f"coverage.{name}"].copy()
        values[:, first:] = value
        result[f"coverage.{name}"] = values
    return result


def _raised_ceiling(given: Arguments, start: int, before: Assumptions) -> dict[str, Array]:
    """The ceiling of critical-illness insurance rises by an amount a year, up to a share of what it was."""
    name = "critical_illness.ceiling_bonus"
    if name not in before:
        return {}
    ceiling = before["critical_illness.tranche_upper"][:, -1:]
    bonus = np.minimum(given["bonus"] * years_passed(before, start) / ceiling, given["largest_bonus"])
    result: Array = before[name] + bonus
    return {name: result}


def _fertile(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F17: every age-specific rate grows by ``change / TFR`` of its region and year."""
    rate = before["population.fertility_rate"]
    total = rate.sum(-1)
    more = ratio(given["change"] * arrived(before, start, phase_in) + np.zeros_like(total), total)
    return {"population.fertility_rate": rate * np.maximum(1 + more, 0.0)[..., None]}


def _attracted(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F18: net migrants as a share of the base-year population by age; they use less care than their neighbours."""
    inflow = given["share"] * population(before)[:, None, None] * arrived(before, start, phase_in)[:, None]
    migrants = before["population.net_migration"].copy()
    for (first, last), part in MIGRANT_AGES.items():
        migrants[..., first : last + 1] += (inflow * part / (2 * (last - first + 1)))[..., None]
    recent = given["share"] * years_passed(before, start, YEARS_OF_GOOD_HEALTH)
    factor = np.broadcast_to(1 - (1 - given["relative_use"]) * recent, (len(before.regions), len(before.years)))
    moved = positions("status", ("active", "flexible", "adult_resident"))
    return {"population.net_migration": migrants, **_use(before, moved, factor)}


def _turned_flexible(given: Arguments, start: int, before: Assumptions, _: PhaseIn) -> dict[str, Array]:
    """F19: the flexible share grows by the employees who turn flexible over the flexible workers."""
    growth = given["shift"] * ratio(persons(before, ("active",)), persons(before, ("flexible",)))
    return more_a_year(before, start, given["years"], flexible_share_growth=growth)


_MORE_RESIDENTS = (
    Effect("CII", "+", Words("Newcomers are young: more premium than claims.", "新参保者较年轻,保费多于赔付。")),
    Effect("LTCI", "+", Words("More residents pay, few need care.", "缴费居民增加,失能者少。")),
)
_MORE_AID = Effect("MAF", "-", Words("More residents may claim aid.", "可获救助的居民增加。"))
_WORKERS_JOIN = (
    Effect(
        "EPF",
        "either",
        Words(
            "Workers pay for some twenty years, then retire within the horizon; by its end the two about cancel.",
            "新参保职工缴费约二十年后在预测期内退休,期末收支大致相抵。",
        ),
    ),
    Effect("EPA", "+", Words("More accounts are paid into.", "建账人数增加。")),
    Effect(
        "LAS",
        "either",
        Words("Premiums of the joined come first, their age later.", "新参保职工先缴费,后步入老年。"),
    ),
    Effect("CSS", "-", Words("More members share in the subsidy.", "享受补助人数增加。")),
)

LEVERS: tuple[Lever, ...] = (
    Lever(
        id="F04",
        name="universal_participation",
        group="enrolment",
        title=Words("Universal participation plan", "全民参保计划(一人一档)"),
        explanation=Words(
            "The uninsured join until a share of the population is insured: with U the uninsured share of the base "
            "year, they decline by 1 - ((1 - coverage) / U)^(1/years) a year on top of the set's own path, every age "
            "alike. Most become residents; a part joins as workers, as a rate of those outside at the ages of "
            "formalisation. Newcomers use less care than residents of their age, which lowers the use of residents by "
            "their share. The cost of registering and the removal of duplicates are not counted.",
            "未参保者陆续参保,直至参保率达到目标:设 U 为基年未参保率,未参保者每年在原路径之外减少 1-((1-参保率)/U)^(1/"
            "年数),各年龄同比例。多数参加居民医保,一部分按正规化年龄段以职工身份参保。新参保者就医少于同龄居民,居民利"
            "用率按其占比下调。不计登记成本和重复参保清理。",
        ),
        documents=("seed 001 item 8", "seed 003", "seed 004 item 4"),
        arguments=(
            Argument(
                "coverage",
                "fraction",
                0.8,
                1.0,
                0.97,
                0.01,
                Words("Coverage to reach", "目标参保率"),
                "assumption",
                "handbook 8.1, F04; cities report more than 99 % (seed 004 item 4)",
            ),
            Argument(
                "years",
                "years",
                1,
                15,
                3,
                1,
                Words("Years until then", "达到年数"),
                "assumption",
                "three years, as the plan's own stages",
            ),
            Argument(
                "workers",
                "fraction",
                0.0,
                1.0,
                0.1,
                0.05,
                Words("Newcomers who join as workers", "以职工身份参保比例"),
                "assumption",
                "one in ten: most of the uninsured are students, migrants and the self-employed",
            ),
            Argument(
                "relative_use",
                "ratio",
                0.3,
                1.2,
                0.8,
                0.05,
                Words("Use of newcomers", "新参保者相对利用率"),
                "assumption",
                "handbook 8.1, F04: 0.8",
            ),
        ),
        effects=(
            Effect("RPF", "+", Words("Newcomers bring more financing than cost.", "新参保者筹资多于费用。")),
            _MORE_AID,
            *_MORE_RESIDENTS,
            *_WORKERS_JOIN,
        ),
        transform=_covered,
        needs=("RPF",),
    ),
    Lever(
        id="F05",
        name="registration_limit_removed",
        group="enrolment",
        title=Words("Enrolment without household registration", "放开参保户籍限制"),
        explanation=Words(
            "Uninsured migrants enrol where they live. They are an assumed share of the uninsured, and a part of them "
            "joins within some years, so that the uninsured decline by 1 - (1 - migrants x joining)^(1/years) a year. "
            "Migrants insured at home who move their cover no longer count as out of region: a part of the admissions "
            "of residents moves from out-of-region to tertiary hospitals. The subsidy follows the insured to the "
            "receiving place; what the place of origin saves is not counted.",
            "未参保流动人口在居住地参保:其占未参保者的比例为假设,其中一部分在若干年内参保,未参保者每年减少 1-(1-占比×"
            "参保比例)^(1/年数)。原在户籍地参保者转移参保后不再计为异地就医,居民部分住院由统筹区外转为本地三级医院。补"
            "助随人转入,不计转出地节省。",
        ),
        documents=("seed 004 item 4",),
        arguments=(
            Argument(
                "joining",
                "fraction",
                0.0,
                1.0,
                0.3,
                0.05,
                Words("Uninsured migrants who join", "未参保流动人口参保比例"),
                "assumption",
                "handbook 8.1, F05: 30 % in three years",
            ),
            Argument(
                "migrants",
                "fraction",
                0.0,
                1.0,
                0.3,
                0.05,
                Words("Migrants among the uninsured", "未参保者中流动人口占比"),
                "assumption",
                "about the share of migrants in the population (376 of 1,412 million at the census of 2020)",
            ),
            Argument(
                "years",
                "years",
                1,
                15,
                3,
                1,
                Words("Years until then", "达到年数"),
                "assumption",
                "handbook 8.1, F05",
            ),
            Argument(
                "tier_shift",
                "fraction",
                0.0,
                0.05,
                0.005,
                0.005,
                Words("Admissions no longer out of region", "不再计为异地的住院比例"),
                "assumption",
                "half a point of the admissions of residents; no source gives a number",
            ),
        ),
        effects=(
            Effect(
                "RPF",
                "+",
                Words("Newcomers are young, and fewer bills are out of region.", "新参保者年轻,异地费用减少。"),
            ),
            _MORE_AID,
            *_MORE_RESIDENTS,
        ),
        transform=_moved_cover,
        needs=("RPF",),
    ),
    Lever(
        id="F06",
        name="group_enrolment",
        group="enrolment",
        title=Words("Newborns, students, migrant and flexible workers", "新生儿、学生、农民工和灵活就业人员参保"),
        explanation=Words(
            "Newborns (age 0 at the year end) are insured to a share of all, a part of the uninsured children and "
            "students of ages 1 to 22 joins, and more workers join the employee scheme each year at the ages of "
            "formalisation. Both shares of the young arrive with the phase-in and stay: each year they hold for "
            "whoever is of that age, on top of the set's own path, and who grows out of the ages is insured as "
            "others of his age. Nobody is counted twice: who joins leaves the uninsured. Workers enter as unit "
            "employees and flexible workers in the mix of their age.",
            "新生儿(年末0岁)参保率达到设定水平,1-22岁未参保儿童和学生按一定比例参保,正规化年龄段每年有更多劳动者参加"
            "职工医保。两项比例随分步实施到位并持续有效:每年适用于当年处于该年龄者,叠加于参数集自身路径;超出年龄后按"
            "同龄人参保水平。参保者同时从未参保者中减去,人数守恒。新参保劳动者按同龄在职与灵活就业构成进入。",
        ),
        documents=("seed 003", "seed 004 item 4", "seed 004 item 7"),
        arguments=(
            Argument(
                "newborns",
                "fraction",
                0.0,
                1.0,
                1.0,
                0.05,
                Words("Coverage of newborns", "新生儿参保率"),
                "assumption",
                "handbook 8.1, F06: newborn coverage 1.0",
            ),
            Argument(
                "young",
                "fraction",
                0.0,
                1.0,
                0.5,
                0.1,
                Words("Uninsured young people who join", "未参保儿童学生参保比例"),
                "assumption",
                "half: students part of the way; no source gives a number",
            ),
            Argument(
                "workers",
                "rate_per_year",
                0.0,
                0.02,
                0.002,
                0.001,
                Words("More workers who join, a year", "每年新增职工参保比例"),
                "assumption",
                "an eighth of the formalisation rate of handbook 6.3",
            ),
            Argument(
                "years",
                "years",
                1,
                15,
                3,
                1,
                Words("Years in which more workers join", "职工新增参保年数"),
                "assumption",
                "three years, as F04",
            ),
        ),
        effects=(
            Effect(
                "RPF",
                "+",
                Words("Young newcomers cost little; few workers leave.", "年轻新参保者费用低,转出劳动者少。"),
            ),
            _MORE_AID,
            *_MORE_RESIDENTS,
            *_WORKERS_JOIN,
        ),
        transform=_groups_joined,
        phase_in=PhaseIn(3),
        needs=("RPF",),
    ),
    Lever(
        id="F07",
        name="continuous_enrolment",
        group="enrolment",
        title=Words("Continuous-enrolment and zero-claim incentives", "连续参保与零报销激励"),
        explanation=Words(
            "Fewer residents lapse, because unbroken cover raises the ceiling of critical-illness insurance and "
            "interruption brings waiting months. The uninsured settle at lapse / (lapse + re-entry) of those outside "
            "the employee scheme; a lower lapse brings them down to the new level in three years. Who re-enters pays "
            "at once and waits for benefits: fixed months, and more for each further missed year (the mean lapse is "
            "1 / re-entry years). In balance as many return as lapse; the residents' exposure falls by their number "
            "x months / 12. Their care meanwhile is outside the model, like that of the uninsured. The ceiling of "
            "critical-illness insurance rises each year by an amount, up to a share of it, for all residents; its "
            "expected cost is a thin tail layer. The zero-claim bonus makes residents avoid a few outpatient visits. "
            "Not counted: buying the variable months back.",
            "连续参保提高大病保险封顶线、中断参保设待遇等待期,使断保减少。未参保者占职工医保以外人口的比例收敛于 断保"
            "率/(断保率+再参保率),断保率下降后三年内降至新水平。再参保者当年缴费并等待享受待遇:固定月数加每多断保一年"
            "的变动月数(平均断保 1/再参保率 年)。均衡时再参保人数等于断保人数,居民享受待遇的人数按 再参保人数×等待月"
            "数/12 减少,等待期内就医同未参保者,不在模型内。大病保险封顶线每年提高一定金额,以原封顶线的一定比例为限,适"
            "用于全体居民,属极薄的尾部赔付。零报销激励使居民少量减少门诊就诊。不计补缴缩短变动等待期。",
        ),
        documents=("seed 004 item 4",),
        arguments=(
            Argument(
                "lapse_cut",
                "fraction",
                0.0,
                0.9,
                0.2,
                0.05,
                Words("Cut of the lapse rate", "断保率降幅"),
                "assumption",
                "handbook 8.1, F07",
            ),
            Argument(
                "lapse",
                "rate_per_year",
                0.001,
                0.2,
                0.02,
                0.005,
                Words("Lapse rate before", "原断保率"),
                "assumption",
                "handbook 6.3",
            ),
            Argument(
                "re_entry",
                "rate_per_year",
                0.05,
                1.0,
                0.5,
                0.05,
                Words("Re-entry rate", "再参保率"),
                "assumption",
                "handbook 6.3",
            ),
            Argument(
                "outpatient_avoided",
                "fraction",
                0.0,
                0.05,
                0.005,
                0.0025,
                Words("Outpatient use avoided", "门诊利用下降"),
                "assumption",
                "handbook 8.1, F07: 0.5 %",
            ),
            Argument(
                "waiting_months",
                "months",
                0.0,
                12.0,
                3.0,
                1.0,
                Words("Fixed waiting period", "固定等待期"),
                "source_unverified",
                "handbook 3.10: 3 months, guidance of August 2024 as reported",
            ),
            Argument(
                "months_per_missed_year",
                "months",
                0.0,
                6.0,
                1.0,
                0.5,
                Words("Months for each further missed year", "每多断保一年增加月数"),
                "source_unverified",
                "handbook 3.10: one month, guidance of August 2024 as reported",
            ),
            Argument(
                "bonus",
                "yuan_per_person_year",
                0.0,
                10_000.0,
                1_000.0,
                500.0,
                Words("Rise of the critical-illness ceiling a year", "大病封顶线年提高额"),
                "source",
                "handbook 3.8: at least 1,000 yuan a year, guidance of August 2024 as reported",
            ),
            Argument(
                "largest_bonus",
                "fraction",
                0.0,
                1.0,
                0.2,
                0.05,
                Words("Limit of the rise", "封顶线提高上限"),
                "source",
                "handbook 3.8: 20 % of the ceiling",
            ),
        ),
        effects=(
            Effect("RPF", "+", Words("More residents pay, and visits fall a little.", "缴费居民增加,门诊略减。")),
            _MORE_AID,
            *_MORE_RESIDENTS,
        ),
        transform=_kept_cover,
        needs=("RPF",),
    ),
    Lever(
        id="F11",
        name="vesting_years",
        group="enrolment",
        title=Words("Longer vesting period", "延长最低缴费年限"),
        explanation=Words(
            "The years of contribution that free a member from paying in retirement rise from 25/20 by one a year to "
            "30/25. Each further year lowers the share vested at retirement by an assumed amount; the others go on "
            "paying past retirement until they vest, and get no account credit meanwhile, and a few fall back to the "
            "resident scheme. One-off back payments are inside the vested share. Evasion by those who give up reaching "
            "the standard (5 %) is not counted.",
            "退休免缴所需年限由25/20年每年提高1年至30/25年。每提高一年,退休时达标比例按假设幅度下降;未达标者退休后继续"
            "缴费至达标,期间无个人账户划入,少数转入居民医保。一次性补缴已含在达标比例内。不计因难以达标而逃避缴费者(5%"
            ")。",
        ),
        documents=("expected: provincial vesting rules (handbook 2.2)",),
        arguments=(
            Argument(
                "years",
                "years",
                1,
                10,
                5,
                1,
                Words("Years added", "提高年数"),
                "source_unverified",
                "handbook 8.1, F11: 25/20 to 30/25, one a year",
            ),
            Argument(
                "loss",
                "fraction",
                0.0,
                0.06,
                0.02,
                0.005,
                Words("Vested share lost per year added", "每提高一年达标比例下降"),
                "assumption",
                "half the density of normal(24, 8) years at 25-30 (0.04): half of those who miss the standard pay back",
            ),
        ),
        effects=(
            Effect(
                "EPF",
                "+",
                Words("More pay past retirement, fewer credits to accounts.", "退休后继续缴费者增加,划账减少。"),
            ),
            Effect("EPA", "-", Words("Those still paying get no credit.", "继续缴费者无划账。")),
            Effect("RPF", "-", Words("Some old people fall back to it.", "部分老年人转入居民医保。")),
            Effect("CII", "-", Words("They are old and often ill.", "转入者年老多病。")),
            Effect("MAF", "-", Words("More old residents may claim aid.", "可获救助的老年居民增加。")),
            Effect(
                "LTCI",
                "+",
                Words("Contributions on bases exceed those on pensions.", "按缴费基数缴纳高于按养老金缴纳。"),
            ),
            Effect("LAS", "+", Words("Fewer old members.", "老年参保职工减少。")),
            Effect("CSS", "+", Words("Fewer retired members.", "退休人数减少。")),
        ),
        changes=(
            Change("shift", "coverage.vested_share", lambda given, _: -given["loss"], yearly=True, years="years"),
        ),
    ),
    Lever(
        id="F12",
        name="retirement_age_reform",
        group="enrolment",
        title=Words("Retirement age reform off or on", "延迟退休(关/开)"),
        explanation=Words(
            "The gradual delay of the retirement age to 63, 58 and 55 by 2039 is law and in the baseline. As it stands "
            "the lever takes it away and keeps 60, 55 and 50; switched on it changes nothing, unless the shares that "
            "retire early or late are moved. The age at retirement moves cohorts between paying and retired, with the "
            "benefits of each; use of care depends on age and status as before. It holds for all projected years, "
            "whatever the start of the lever, and equal ages for women and men cannot be set.",
            "渐进式延迟退休(2039年至63、58、55岁)已入法并在基线内。默认取消延迟、维持60、55、50岁;打开则不变,除非调整"
            "弹性提前或延迟退休比例。退休年龄决定各队列由缴费转为退休的时间及相应待遇,就医仍按年龄和身份。对全部预测年"
            "份生效,与起始年无关;暂不能设定男女同龄退休。",
        ),
        documents=("expected: decision of 13 September 2024 (handbook 2.3)",),
        arguments=(
            Argument(
                "delay",
                "switch",
                0,
                1,
                0,
                1,
                Words("Gradual delay", "渐进式延迟"),
                "source",
                "handbook 8.1, F12: the counterfactual is off",
            ),
            Argument(
                "early_change",
                "fraction",
                -0.25,
                0.5,
                0.0,
                0.05,
                Words("Change of the share retiring early", "提前退休比例变动"),
                "assumption",
                "left as in the set (a quarter)",
            ),
            Argument(
                "late_change",
                "fraction",
                -0.05,
                0.2,
                0.0,
                0.05,
                Words("Change of the share retiring late", "延迟退休比例变动"),
                "assumption",
                "left as in the set (a twentieth)",
            ),
        ),
        effects=(
            Effect(
                "EPF", "-", Words("Fewer years of contributions, more of retirement.", "缴费年限缩短,退休年限延长。")
            ),
            Effect("EPA", "-", Words("The credit is less than contributions from work.", "划账低于在职缴费。")),
            Effect(
                "RPF", "+", Words("Fewer leave the employee scheme before they retire.", "退休前退出职工医保者减少。")
            ),
            Effect("CII", "+", Words("So fewer old residents.", "老年居民相应减少。")),
            Effect("MAF", "+", Words("So fewer old residents.", "老年居民相应减少。")),
            Effect("LTCI", "-", Words("Pensions bear a lower rate than wages.", "养老金费率低于工资费率。")),
            Effect(
                "LAS",
                "either",
                Words(
                    "Fewer pay premiums as active, more do as retired; claims hardly move.",
                    "在职缴费减少而退休参保增加,赔付变化很小。",
                ),
            ),
            Effect("CSS", "-", Words("Flexible workers share in it once retired.", "灵活就业者退休后享受补助。")),
        ),
        changes=(
            Change("set", "retirement.delay", "delay"),
            Change("shift", "retirement.early_share", "early_change"),
            Change("shift", "retirement.late_share", "late_change"),
        ),
    ),
    Lever(
        id="F17",
        name="birth_support",
        group="enrolment",
        title=Words("Birth support", "生育支持政策"),
        explanation=Words(
            "Support of families raises fertility: every age-specific rate grows by the change of the total fertility "
            "rate over the rate of its region and year, evenly over five years. Births cost maternity care and "
            "allowance at once, children are insured residents, and the first workers come some twenty years later. "
            "The childcare subsidy of 3,600 yuan a year is paid by the budget, outside the funds.",
            "生育支持提高生育率:各年龄生育率按总和生育率增幅与当年当地总和生育率之比同比例上升,五年内均匀到位。生育当"
            "期产生生育医疗和津贴支出,儿童参加居民医保,约二十年后才有首批劳动者。育儿补贴(每孩每年3600元)由财政在基金"
            "之外支付。",
        ),
        documents=("expected: childcare subsidy, July 2025 (handbook 8.1)",),
        arguments=(
            Argument(
                "change",
                "births_per_woman_year",
                -0.3,
                0.3,
                0.05,
                0.05,
                Words("Change of total fertility", "总和生育率变动"),
                "assumption",
                "handbook 8.1, F17: range 0 to 0.2",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("Maternity is paid at once, contributions come late.", "生育支出在前,缴费在后。")),
            Effect("EPA", "+", Words("The first of them work before the horizon ends.", "预测期末首批开始缴费。")),
            Effect("RPF", "+", Words("Children cost less than their financing.", "儿童费用低于人均筹资。")),
            Effect("CII", "+", Words("Children pay premium for few claims.", "儿童保费多于赔付。")),
            Effect("MAF", "-", Words("More residents may claim aid.", "可获救助的居民增加。")),
            Effect("LTCI", "+", Words("More pay, none needs care.", "缴费者增加而无失能。")),
            Effect("LAS", "+", Words("Young members late in the horizon.", "预测后期年轻参保者增加。")),
            Effect("CSS", "-", Words("More members share in it.", "享受补助人数增加。")),
        ),
        transform=_fertile,
        phase_in=PhaseIn(5),
    ),
    Lever(
        id="F18",
        name="talent_attraction",
        group="enrolment",
        title=Words("Immigration and talent attraction", "人口流入与人才引进"),
        explanation=Words(
            "Net migration of every region rises each year by a share of its base-year population, mostly at 20 to 34, "
            "both sexes alike. Newcomers take the cover that is usual at their age. For ten "
            "years of inflow the use of workers and adult residents falls by the share of newcomers times their "
            "advantage in health. What the places that they leave lose is not counted; for one region use `where`.",
            "各地区净迁入每年增加其基年人口的一定比例,以20至34岁为主,男女相同。迁入者按同龄人的参保状态参保。前十年迁"
            "入使劳动者和成年居民利用率按迁入者占比乘以健康优势下调。不计迁出地损失;只对一个地区时用 where 指定。",
        ),
        documents=("expected (handbook 8.1)",),
        arguments=(
            Argument(
                "share",
                "rate_per_year",
                0.0,
                0.02,
                0.002,
                0.001,
                Words("Newcomers a year, of the population", "每年迁入占人口比例"),
                "assumption",
                "handbook 8.1, F18: 0.2 %",
            ),
            Argument(
                "relative_use",
                "ratio",
                0.5,
                1.2,
                0.85,
                0.05,
                Words("Use of newcomers", "迁入者相对利用率"),
                "assumption",
                "handbook 8.1, F18: 0.85",
            ),
        ),
        effects=(
            Effect("EPF", "+", Words("Newcomers are of working age.", "迁入者多为劳动年龄。")),
            Effect("EPA", "+", Words("More accounts are paid into.", "建账人数增加。")),
            Effect("RPF", "+", Words("Young residents cost less than their financing.", "年轻居民费用低于筹资。")),
            Effect("CII", "+", Words("Young residents claim little.", "年轻居民赔付少。")),
            Effect("MAF", "-", Words("More residents may claim aid.", "可获救助的居民增加。")),
            Effect("LTCI", "+", Words("More pay, few need care.", "缴费者增加,失能者少。")),
            Effect("LAS", "+", Words("Younger members claim little.", "年轻参保者赔付少。")),
            Effect("CSS", "-", Words("More members share in it.", "享受补助人数增加。")),
        ),
        transform=_attracted,
    ),
    Lever(
        id="F19",
        name="flexible_employment_shift",
        group="enrolment",
        title=Words("Shift to flexible employment", "就业冲击与灵活就业化"),
        explanation=Words(
            "A share of unit employees becomes flexible each year for a number of years: the flexible share of every "
            "age grows by shift times employees over flexible workers. They pay on 0.6 of last year's average wage "
            "instead of their wage, only part of them keeps an account, and births bring no allowance. Not counted: "
            "members on unemployment benefit and those who leave the scheme, because neither has a dated rate, and "
            "lower wages in a slump (change wage growth for that).",
            "每年有一定比例的单位职工转为灵活就业,持续若干年:各年龄灵活就业占比按 转移比例×职工人数/灵活就业人数 增长"
            "。转移者按上年平均工资的0.6缴费,仅部分建账,生育无津贴。不计失业金领取者和退出参保者(尚无分年参数),以及衰"
            "退期工资下降(请另调工资增长率)。",
        ),
        documents=("expected (handbook 8.1)",),
        arguments=(
            Argument(
                "shift",
                "rate_per_year",
                0.0,
                0.03,
                0.01,
                0.0025,
                Words("Employees who turn flexible, a year", "每年转为灵活就业的职工比例"),
                "assumption",
                "handbook 8.1, F19: one point a year",
            ),
            Argument(
                "years",
                "years",
                1,
                15,
                5,
                1,
                Words("Years of the shift", "持续年数"),
                "assumption",
                "the table names no end; a slump and its aftermath",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("The base falls to 0.6 of the average wage.", "缴费基数降至平均工资的0.6。")),
            Effect("EPA", "-", Words("Fewer and smaller own contributions.", "个人账户缴费减少。")),
            Effect("LTCI", "-", Words("Its rate rests on the same bases.", "长护险按同一基数计征。")),
            Effect("CSS", "+", Words("Flexible workers have no part in it.", "灵活就业者不享受补助。")),
            Effect(
                "LAS",
                "+",
                Words("A trace: layers act on the mean age of each group.", "微量:分段支付按各群体平均年龄计算。"),
            ),
        ),
        transform=_turned_flexible,
    ),
)
