"""Levers of the group `serious_illness`: critical illness, assistance, maternity, long-term care, rare diseases."""

from __future__ import annotations

import math
from collections.abc import Callable

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index, positions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.catalogue.shorthand import (
    CHRONIC_SHARE,
    INSURED,
    RESIDENTS,
    assumed,
    has_accounts,
    layers_behind,
    medical_spending,
    spent_on,
)
from poolcast.scenarios.lever import Argument, Arguments, Change, Effect, Lever, now
from poolcast.scenarios.phase_in import PhaseIn

_FEMALE = index("sex", "female")
_EMPLOYED = positions("status", ("active", "flexible", "unemployed"))
_ART_AGES = slice(25, 45)
_POOR = 0.05
_MEDICAL = "inpatient|outpatient|chronic|dual_channel"
_MORE_CARE = layers_behind(residents_serious="+", residents="+", employees_inpatient="+", employees="+", claims="+")


def _reproduction_per_birth(given: Arguments, before: Assumptions) -> float:
    """Return the cost of assisted reproduction per birth: ``cost per woman x insured women 25-44 / their births``."""
    women = before["population.at_base_year_end"][:, _FEMALE]
    employed = women * before["coverage.status_share"][:, _EMPLOYED, _FEMALE].sum(1)
    births = float((employed * before.in_year("population.fertility_rate", before.base_year + 1)).sum())
    per_birth = float(employed[:, _ART_AGES].sum()) / births if births > 0 else 0.0
    return given["reproduction_per_woman"] * per_birth


def _years_of_steps(given: Arguments, before: Assumptions) -> float:
    """Return the years of steps, no more than reach every birth."""
    step = given["flexible_step"]
    return min(given["years"], math.floor(1 / step + 1e-9)) if step > 0 else given["years"]


def _flexible_allowance_step(given: Arguments, before: Assumptions) -> float:
    """Return the yearly step of births with allowance, in allowances on a full wage: ``step x declared multiple``."""
    return given["flexible_step"] * min(now(before, "revenue.flexible_base_multiple"), 1.0)


def recipients_part_of_admissions(before: Assumptions, status: str) -> float:
    """Return the part of a status's admissions that fall on people who would newly receive long-term care.

    ``sum P sigma d (1 - coverage) take-up u / sum P sigma u`` over regions, sexes and ages in the base year, with d the
    share of the severely disabled and u the admission rate.
    """
    number = index("status", status)
    people = before["population.at_base_year_end"] * before["coverage.status_share"][:, number]
    admissions = people * before["utilisation.inpatient_rate"][:, number]
    uncovered = 1 - before.in_year("long_term_care.coverage_share", before.base_year)
    new = uncovered * before.in_year("long_term_care.take_up", before.base_year)
    total = float(admissions.sum())
    return (
        float((admissions * before["long_term_care.prevalence"] * new[:, None, None]).sum()) / total if total else 0.0
    )


def _offset(status: str) -> Callable[[Arguments, Assumptions], float]:
    def factor(given: Arguments, before: Assumptions) -> float:
        return 1 - given["inpatient_offset"] * given["gap_closed"] * recipients_part_of_admissions(before, status)

    return factor


def _moderate_use(given: Arguments) -> float:
    return given["prevalence_factor"] * (1 + given["added_take_up"])


def _moderate_cost(given: Arguments, before: Assumptions) -> float:
    """Return the factor on the mean cost of a beneficiary: ``(1 + (n - 1) c) / n`` for n times the beneficiaries."""
    times = _moderate_use(given)
    return (1 + (times - 1) * given["relative_cost"]) / times


def _rare_disease_factor(scheme: str) -> Callable[[Arguments, Assumptions], float]:
    """Return the factor on chronic cost that adds a share of all spending: ``1 + share / chronic part``."""

    def factor(given: Arguments, before: Assumptions) -> float:
        part = CHRONIC_SHARE
        if has_accounts(before) and spent_on(before, scheme, "chronic") > 0:
            part = spent_on(before, scheme, "chronic") / medical_spending(before, scheme)
        return 1 + given["share_of_spending"] / part

    return factor


LEVERS: tuple[Lever, ...] = (
    Lever(
        id="B07",
        name="maternity_support",
        group="serious_illness",
        title=Words("Maternity: flexible workers, assisted reproduction", "生育保障:灵活就业、辅助生殖"),
        explanation=Words(
            "Births of flexible workers come under the maternity allowance step by step (on their declared base, so a "
            "step counts by the declared multiple); assisted reproduction costs a sum per insured woman of 25-44, "
            "booked per birth as sum x women / births of the base year; births rise a little. Newborns are insured "
            "from birth already. Not counted: subsidies outside the funds; assisted reproduction that follows women "
            "and not births when births fall; direct payment to women, which changes no amount.",
            "灵活就业生育逐年纳入津贴(按其申报基数,步长乘以申报倍数);辅助生殖按每名25-44岁参保女性定额,折算到每例生育"
            "(定额×女性人数/生育数,基年值);出生略增。新生儿出生即参保已在基线。不计基金以外补贴、出生下降时辅助生殖随女性而非生育变化,"
            "以及津贴直接发放(不改变金额)。",
        ),
        documents=("seed 004 item 7",),
        arguments=(
            assumed(
                "flexible_step",
                "rate_per_year",
                (0, 0.25),
                0.10,
                0.05,
                ("Births of flexible workers covered, a year", "灵活就业生育纳入年步长"),
                "handbook 8.2, B07: ten points a year",
            ),
            assumed("years", "years", (1, 10), 10, 1, ("Years of steps", "步数(年)"), "ten steps of ten points"),
            assumed(
                "reproduction_per_woman",
                "yuan_per_person_year",
                (0, 200),
                20,
                5,
                ("Assisted reproduction per woman 25-44", "每名25-44岁女性辅助生殖费用"),
                "handbook 8.2, B07",
            ),
            assumed(
                "added_births", "fraction", (0, 0.05), 0.005, 0.005, ("Added births", "出生增加"), "handbook 8.2, B07"
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("More allowances and treatments.", "津贴和辅助生殖支出增加。")),
            Effect(
                "RPF",
                "+",
                Words("Added children pay and are subsidised more than they cost.", "新增儿童的筹资高于费用。"),
            ),
            Effect("EPA", "+", Words("Added children work by the 2050s.", "新增人口在2050年代就业缴费。")),
            Effect(
                "LTCI", "+", Words("Added members contribute and need no care yet.", "新增成员缴费且暂无护理需求。")
            ),
            Effect("CII", "+", Words("Children bring the premium and few high bills.", "儿童缴纳保费而高额费用少。")),
            Effect("MAF", "-", Words("Aid per resident for more residents.", "居民增加,救助相应增加。")),
            Effect(
                "LAS", "+", Words("Young members bring the premium and few high bills.", "年轻成员缴费而高额费用少。")
            ),
            Effect("CSS", "-", Words("More members in the 2050s.", "2050年代成员增加。")),
            Effect("VBPR", "+", Words("Savings follow the claims of more members.", "结余随成员增加。")),
        ),
        changes=(
            Change(
                "shift",
                "maternity.allowance_coverage",
                _flexible_allowance_step,
                {"status": "flexible"},
                yearly=True,
                years=_years_of_steps,
            ),
            Change(
                "shift",
                "maternity.payment_per_birth",
                _reproduction_per_birth,
                {"status": "active|flexible|unemployed"},
            ),
            Change("scale", "population.fertility_rate", lambda given, before: 1 + given["added_births"]),
        ),
    ),
    Lever(
        id="B08",
        name="long_term_care_build_up",
        group="serious_illness",
        title=Words("Long-term care insurance for all", "长期护理保险全面建立"),
        explanation=Words(
            "Coverage goes evenly from its share in the base year to the whole of the insured: c + (1 - c) x part of "
            "the gap closed x phase, over ten years. New members pay as the covered do; for coverage above that of the "
            "base year a part of the employer's medical rate (0.15 points in the shipped sets) moves over. Recipients "
            "are admitted less often: admissions of retired members and adult residents x (1 - offset x their part). "
            "Take-up stays at that of the pilots. Not counted: a growing part of recipients as people age, informal "
            "care replaced, and a slow start of take-up in new regions.",
            "覆盖率在十年内由基年水平均匀升至全部参保人:c+(1-c)×缺口弥合比例×进度。新参保者按现有办法筹资;超出基年的覆盖部分由单位"
            "医保费率划转(数据集为0.15个百分点)。受益人住院减少:退休和成年居民住院乘以(1-抵减率×受益人住院占比)。"
            "享受率维持试点水平。不计老龄化使受益人占比上升、替代的家庭照护,以及新地区享受率的缓慢起步。",
        ),
        documents=("seed 003", "seed 004 item 7"),
        arguments=(
            assumed(
                "gap_closed",
                "fraction",
                (0, 1),
                1.0,
                0.1,
                ("Part of the coverage gap closed", "覆盖缺口弥合比例"),
                "national coverage as in `ltci_phase` of the china profiles; all regions by 2030, as reported",
            ),
            assumed(
                "shifted_rate_change",
                "fraction",
                (-0.0015, 0.003),
                0.0,
                0.0005,
                ("Change of the shifted employer rate", "划转费率变动"),
                "unchanged: the sets hold 0.0015 (handbook 3.6)",
            ),
            assumed(
                "employee_rate_change",
                "fraction",
                (-0.002, 0.003),
                0.0,
                0.0005,
                ("Change of the employees' rate", "职工费率变动"),
                "unchanged: the sets hold 0.003 (handbook 3.6)",
            ),
            assumed(
                "take_up_factor",
                "ratio",
                (0.3, 1.15),
                1.0,
                0.05,
                ("Factor on take-up", "享受率倍数"),
                "unchanged: the accounts of 2025 give 0.86; the handbook's 0.25 to 0.60 is for a slow start",
            ),
            Argument(
                "inpatient_offset",
                "fraction",
                0,
                0.3,
                0.10,
                0.05,
                Words("Fewer admissions of recipients", "受益人住院减少"),
                "source",
                "handbook 3.6: 10 to 18 % fewer admissions or lower inpatient cost in two Chinese studies",
            ),
        ),
        effects=(
            Effect(
                "LTCI",
                "-",
                Words(
                    "From about 2045 care outgrows revenue tied to wages; early surpluses are smaller.",
                    "约2045年后护理支出增长快于与工资挂钩的收入,早期盈余较小。",
                ),
            ),
            Effect(
                "EPF",
                "-",
                Words(
                    "A part of the employer rate moves over; saved admissions are worth far less.",
                    "单位费率部分划转,节约的住院远小于此。",
                ),
            ),
            Effect(
                "EPA",
                "0",
                Words(
                    "What accounts pay replaces other spending out of the same share of their income.",
                    "个人账户的划转替代其他支出,支出占收入比例不变。",
                ),
            ),
            Effect("RPF", "+", Words("Recipients are admitted less often.", "受益人住院减少。")),
            Effect(
                "MAF",
                "-",
                Words(
                    "Aid follows residents' own payments, of which care is a new part.",
                    "救助随居民自付增加(新增护理自付)。",
                ),
            ),
            *layers_behind(residents_serious="-", employees_inpatient="-", employees="+", claims="-"),
        ),
        changes=(
            Change("scale", "long_term_care.coverage_share", lambda given, before: 1 - given["gap_closed"]),
            Change("shift", "long_term_care.coverage_share", "gap_closed"),
            Change("shift", "long_term_care.shifted_employer_rate", "shifted_rate_change"),
            Change("shift", "long_term_care.employee_rate", "employee_rate_change"),
            Change("scale", "long_term_care.take_up", "take_up_factor"),
            *(
                Change("scale", "utilisation.multiplier", _offset(status), {"status": status, "benefit": "inpatient"})
                for status in ("retired", "adult_resident")
            ),
        ),
        phase_in=PhaseIn(10),
        needs=("LTCI",),
    ),
    Lever(
        id="B09",
        name="long_term_care_moderate",
        group="serious_illness",
        title=Words("Long-term care for moderate disability", "长期护理扩展至中度失能"),
        explanation=Words(
            "Entitlement reaches moderate disability: n = prevalence factor x (1 + added take-up) times the "
            "beneficiaries, at a mean cost of (1 + (n - 1) c) / n with c the cost of a moderate over a severe "
            "case. The added take-up stands for informal care that is given up. Rates stay, so the fund is short. Not "
            "counted: fewer admissions of the new recipients.",
            "待遇扩展至中度失能:受益人为原来的n倍(患病倍数×(1+享受率增幅)),人均费用为(1+(n-1)c)/n,c为中度与重度费用之比;"
            "享受率增幅代表被替代的家庭照护。费率不变,故基金不足。不计新受益人住院减少。",
        ),
        documents=("handbook 8.2, B09",),
        arguments=(
            assumed(
                "prevalence_factor",
                "ratio",
                (1, 3),
                2.2,
                0.1,
                ("Entitled over the severely disabled", "享受等级人数倍数"),
                "handbook 8.2, B09",
            ),
            assumed(
                "added_take_up", "fraction", (0, 0.3), 0.10, 0.05, ("Added take-up", "享受率增幅"), "handbook 8.2, B09"
            ),
            assumed(
                "relative_cost",
                "ratio",
                (0.2, 1),
                0.5,
                0.1,
                ("Cost of a moderate over a severe case", "中度与重度费用比"),
                "no figure in the handbook; hours of home care at lower levels are about half",
            ),
        ),
        effects=(
            Effect("LTCI", "-", Words("More beneficiaries at unchanged rates.", "受益人增加而费率不变。")),
            *layers_behind(residents="+", employees="+"),
        ),
        changes=(
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: _moderate_use(given),
                {"benefit": "long_term_care"},
            ),
            Change("scale", "cost.multiplier", _moderate_cost, {"benefit": "long_term_care"}),
        ),
        needs=("LTCI",),
    ),
    Lever(
        id="B10",
        name="critical_illness_tilt",
        group="serious_illness",
        title=Words("Critical illness: tilt to the poor", "大病保险向困难人群倾斜"),
        explanation=Words(
            "For the poor the threshold is halved and every tranche pays more: at the mean of all residents threshold "
            "x (1 - share of the poor x cut), rates + share of the poor x change. The threshold of everybody may be "
            "moved too. People above the threshold use a little more inpatient care. The premium that the resident "
            "fund pays rises as given, to cover the first years. Not counted: that the poor have more high bills than "
            "others, and the relief of medical assistance.",
            "困难人群起付线减半、各段比例提高:按全体居民平均,起付线×(1-困难人口占比×降幅),比例+困难人口占比×提高幅度;"
            "也可调整全体起付线。超过起付线者住院略增。居民基金划转保费按给定值提高,用于最初几年。"
            "不计困难人群高额费用较多,以及对医疗救助的减轻。",
        ),
        documents=("seed 000 item 2", "seed 001 item 7"),
        arguments=(
            Argument(
                "poor_rate_change",
                "fraction",
                0,
                0.2,
                0.05,
                0.05,
                Words("Higher rates for the poor", "困难人群比例提高"),
                "source",
                "handbook 3.8: five points (municipal rule of 2020)",
            ),
            Argument(
                "poor_threshold_cut",
                "fraction",
                0,
                1,
                0.5,
                0.1,
                Words("Lower threshold of the poor", "困难人群起付线降幅"),
                "source",
                "handbook 3.8: halved (municipal rule of 2020)",
            ),
            assumed(
                "poor_share",
                "fraction",
                (0, 0.2),
                _POOR,
                0.01,
                ("Poor among residents", "困难人口占比"),
                "handbook 3.9: 3 % on minimum income or in extreme poverty, 1 % marginal, 1 % other",
            ),
            assumed(
                "threshold_change",
                "ratio",
                (-0.3, 0.3),
                0.0,
                0.05,
                ("Change of the threshold of everybody", "全体起付线变动(收入倍数)"),
                "unchanged",
            ),
            assumed(
                "premium_change",
                "yuan_per_person_year",
                (-30, 100),
                1.0,
                0.5,
                ("Change of the premium", "划转保费变动"),
                "about the cost of the tilt in its first years: 2 % of expected claims of 55 yuan a head (derived)",
            ),
            assumed(
                "added_use",
                "fraction",
                (0, 0.1),
                0.01,
                0.005,
                ("Added use above the threshold", "起付线以上利用增加"),
                "handbook 8.2, B10",
            ),
            assumed(
                "share_above_threshold",
                "fraction",
                (0, 0.5),
                0.10,
                0.05,
                ("Admissions of people above it", "超起付线者住院占比"),
                "no figure in the handbook; a few per cent of residents with long or repeated stays",
            ),
        ),
        effects=(
            Effect("RPF", "-", Words("Pays a higher premium and some more admissions.", "划转保费提高,住院略增。")),
            *layers_behind(residents_serious="+", residents="+", claims="+"),
        ),
        changes=(
            Change(
                "shift",
                "critical_illness.tranche_rate",
                lambda given, before: given["poor_rate_change"] * given["poor_share"],
            ),
            Change(
                "scale",
                "critical_illness.threshold_multiple",
                lambda given, before: 1 - given["poor_threshold_cut"] * given["poor_share"],
            ),
            Change("shift", "critical_illness.threshold_multiple", "threshold_change"),
            Change("shift", "critical_illness.premium_per_head", "premium_change"),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["added_use"] * given["share_above_threshold"],
                {"status": RESIDENTS, "benefit": "inpatient"},
                behavioural=True,
            ),
        ),
        needs=("CII",),
    ),
    Lever(
        id="B11",
        name="second_layer_of_employees",
        group="serious_illness",
        title=Words("Large-amount and civil servants' subsidies", "职工大额补助与公务员补助"),
        explanation=Words(
            "The large-amount fund pays a larger share of employees' own inpatient payments, out of a higher premium "
            "(half from accounts in the shipped set); civil servants get a larger subsidy from the budget. Not "
            "counted: enterprise supplementary insurance, which is no ledger, and any response of use.",
            "大额补助对职工住院自付的补偿比例提高,保费相应上调(数据集中一半来自个人账户);公务员补助比例提高(财政负担)。"
            "不计企业补充保险(非基金账)及利用反应。",
        ),
        documents=("seed 001 item 7",),
        arguments=(
            assumed(
                "premium_change",
                "yuan_per_person_year",
                (-60, 200),
                20.0,
                5,
                ("Change of the premium", "保费变动"),
                "toward the 100 yuan of handbook 8.2, B11; the shipped regions stand at about 70 to 80",
            ),
            assumed(
                "own_share_rate_change",
                "fraction",
                (-0.2, 0.3),
                0.02,
                0.01,
                ("Change of the share of own payments paid", "自付补偿比例变动"),
                "no figure in the handbook; costs somewhat less than the added premium up to 2060, though members age",
            ),
            assumed(
                "subsidy_rate_change",
                "fraction",
                (-0.3, 0.3),
                0.05,
                0.05,
                ("Change of the civil servants' subsidy", "公务员补助比例变动"),
                "no figure in the handbook; a small step",
            ),
        ),
        effects=(
            Effect("LAS", "+", Words("The premium rises by more than the payments.", "保费上调大于补偿增加。")),
            Effect(
                "EPA",
                "0",
                Words(
                    "Their half of the premium replaces other spending out of the same share of income.",
                    "个账负担的一半保费替代其他支出,支出占收入比例不变。",
                ),
            ),
            Effect("CSS", "-", Words("The budget pays a larger subsidy.", "财政补助提高。")),
        ),
        changes=(
            Change("shift", "large_amount.premium_per_head", "premium_change"),
            Change("shift", "large_amount.own_share_rate", "own_share_rate_change"),
            Change("shift", "civil_service.subsidy_rate", "subsidy_rate_change"),
        ),
        needs=("LAS", "CSS"),
    ),
    Lever(
        id="B12",
        name="assistance_tiers",
        group="serious_illness",
        title=Words("Medical assistance: higher tiers and cap", "医疗救助分类提标"),
        explanation=Words(
            "Assistance pays a larger share of the bills of the poor: direct aid x (1 + change / present rate). The "
            "poor use more care: services of residents x (1 + added use x their share). Not counted: the cap of the "
            "budget for assistance, and a limit on what the poor pay outside the catalogue.",
            "救助比例提高:直接救助乘以(1+变动/现行比例)。困难人群利用增加:居民各项利用乘以(1+增幅×困难人口占比)。"
            "不计救助预算上限和目录外费用占比控制。",
        ),
        documents=("seed 000 item 2", "seed 001 item 5", "seed 003"),
        arguments=(
            assumed(
                "rate_change",
                "fraction",
                (-0.2, 0.3),
                0.05,
                0.05,
                ("Change of the rate of aid", "救助比例变动"),
                "handbook 8.2, B12",
            ),
            assumed(
                "present_rate",
                "fraction",
                (0.4, 1),
                0.70,
                0.05,
                ("Present rate of aid", "现行救助比例"),
                "handbook 3.9: at least 70 % for people on minimum income",
            ),
            assumed(
                "added_use",
                "fraction",
                (0, 0.2),
                0.05,
                0.01,
                ("Added use of the poor", "困难人群利用增加"),
                "handbook 8.2, B12",
            ),
            assumed(
                "poor_share",
                "fraction",
                (0, 0.2),
                _POOR,
                0.01,
                ("Poor among residents", "困难人口占比"),
                "handbook 3.9",
            ),
        ),
        effects=(
            Effect("MAF", "-", Words("Higher aid for more care.", "救助提高且利用增加。")),
            Effect("RPF", "-", Words("The poor use more care.", "困难人群利用增加。")),
            *layers_behind(residents_serious="+", claims="+"),
        ),
        changes=(
            Change(
                "scale",
                "assistance.direct_aid_per_resident",
                lambda given, before: 1 + given["rate_change"] / given["present_rate"],
            ),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["added_use"] * given["poor_share"],
                {"status": RESIDENTS, "benefit": "inpatient|outpatient|chronic"},
                behavioural=True,
            ),
        ),
        needs=("MAF",),
    ),
    Lever(
        id="B13",
        name="poverty_tilt_phase_out",
        group="serious_illness",
        title=Words("Extra help after poverty relief runs out", "脱贫过渡期倾斜政策退坡"),
        explanation=Words(
            "The extra help of the years after 2020 declines by a fifth a year (phase-in): the tilt's part of premium "
            "aid, and the higher inpatient rate of the poor (points x their share of residents). People pay "
            "the premium themselves and stay insured. Not counted: households that leave the scheme when aid ends.",
            "2020年后过渡期的倾斜支持每年退坡五分之一:资助参保中的倾斜部分,以及困难人群较高的住院比例(百分点×人口占比)。"
            "个人自缴保费且继续参保。不计资助结束后的退保。",
        ),
        documents=("seed 000 item 1",),
        arguments=(
            assumed(
                "premium_tilt",
                "fraction",
                (0, 1),
                0.25,
                0.05,
                ("Tilt in premium aid", "资助参保中的倾斜占比"),
                "no figure in the handbook; a part of those aided are out of poverty on a transition rule",
            ),
            assumed(
                "rate_tilt",
                "fraction",
                (0, 0.1),
                0.05,
                0.01,
                ("Tilt in the inpatient rate", "住院比例倾斜"),
                "five points, as in critical-illness insurance (handbook 3.8)",
            ),
            assumed(
                "poor_share",
                "fraction",
                (0, 0.2),
                _POOR,
                0.01,
                ("Poor among residents", "困难人口占比"),
                "handbook 3.9",
            ),
        ),
        effects=(
            Effect("RPF", "+", Words("Pays the poor at ordinary rates.", "困难人群按一般比例支付。")),
            Effect("MAF", "+", Words("Less premium aid; somewhat more aid for bills.", "资助参保减少,直接救助略增。")),
            *layers_behind(residents_serious="+", claims="-"),
        ),
        changes=(
            Change("scale", "assistance.premium_aid_rate", lambda given, before: 1 - given["premium_tilt"]),
            Change(
                "shift",
                "inpatient.reimbursement_rate",
                lambda given, before: -given["rate_tilt"] * given["poor_share"],
                {"status": RESIDENTS},
            ),
        ),
        phase_in=PhaseIn(5),
        needs=("MAF",),
    ),
    Lever(
        id="B27",
        name="rare_disease_drugs",
        group="serious_illness",
        title=Words("Rare-disease drugs", "罕见病用药保障"),
        explanation=Words(
            "Drugs for rare diseases add a share of spending, booked as special outpatient care: its unit cost x (1 + "
            "share / chronic part of spending), both schemes. Patients bear their ordinary share of chronic bills. Not "
            "counted: special funds, price negotiations and provincial pools outside the ledgers.",
            "罕见病用药使支出增加一定比例,计入门诊特殊病:其单位费用乘以(1+占比/慢特病占支出比重),两制度相同;患者按慢特病比例自付。"
            "不计专项基金、谈判降价和账外省级共济。",
        ),
        documents=("seed 001 item 7",),
        arguments=(
            assumed(
                "share_of_spending",
                "fraction",
                (0, 0.02),
                0.002,
                0.001,
                ("Share of spending", "占支出比例"),
                "handbook 8.2, B27",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("Pays most of the drugs of its members.", "支付职工用药的大部分。")),
            Effect("RPF", "-", Words("Pays most of the drugs of its members.", "支付居民用药的大部分。")),
            *layers_behind(residents_serious="+", residents="+", employees="+", claims="+"),
        ),
        changes=tuple(
            Change("scale", "cost.multiplier", _rare_disease_factor(scheme), {"scheme": scheme, "benefit": "chronic"})
            for scheme in ("employee", "resident")
        ),
    ),
    Lever(
        id="B28",
        name="commercial_and_charity_cover",
        group="serious_illness",
        title=Words("Commercial insurance, charity, innovative-drug list", "商业保险、慈善互助与创新药目录"),
        explanation=Words(
            "A clear boundary keeps some dear drugs out of the public list: unit cost x (1 - saving); other payers "
            "take a part of what patients pay themselves, which raises use: services x (1 + added use). The two "
            "together cost the funds a little. Not counted: what the other payers pay, which is no ledger.",
            "明确基本医保边界使部分高价药不进目录:单位费用乘以(1-节约);其他支付方分担自付使利用上升:利用乘以(1+增加)。"
            "两者合计基金略有增支。不计其他支付方的赔付(非基金账)。",
        ),
        documents=("seed 000 item 2", "seed 001 item 7", "seed 003", "seed 004 item 10"),
        arguments=(
            assumed(
                "saving",
                "fraction",
                (0, 0.02),
                0.001,
                0.0005,
                ("Saving by the boundary", "边界带来的节约"),
                "handbook 8.2, B28",
            ),
            assumed("added_use", "fraction", (0, 0.05), 0.003, 0.001, ("Added use", "利用增加"), "handbook 8.2, B28"),
        ),
        effects=(
            Effect("EPF", "-", Words("Added use is three times the saving.", "利用增加为节约的三倍。")),
            Effect("RPF", "-", Words("Added use is three times the saving.", "利用增加为节约的三倍。")),
            *_MORE_CARE,
        ),
        changes=(
            Change("scale", "cost.multiplier", lambda given, before: 1 - given["saving"], {"benefit": _MEDICAL}),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["added_use"],
                {"status": INSURED, "benefit": _MEDICAL},
                behavioural=True,
            ),
        ),
    ),
    Lever(
        id="G05",
        name="maternity_merged",
        group="serious_illness",
        title=Words("Maternity insurance inside the employee fund", "生育保险并入职工医保"),
        explanation=Words(
            "Maternity insurance has been budgeted and accounted with the employee fund since 2019: its rate is inside "
            "the employer rate and its benefits are lines of the pooled fund. On record; nothing is left to change.",
            "生育保险自2019年起与职工医保合并编制预算、统一核算:费率并入单位费率,待遇列入统筹基金。仅作记录,无需变动。",
        ),
        documents=("handbook 8.4, G05",),
        effects=(Effect("EPF", "0", Words("Already merged in the base year.", "基年已合并。")),),
        no_effect=Words("The merger of 2019 is part of the base year.", "2019年的合并已在基年体现。"),
    ),
)
