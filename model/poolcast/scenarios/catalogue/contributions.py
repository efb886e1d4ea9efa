"""Levers of the group `contributions`: what members, units and the budget pay in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.catalogue.cover import (
    OUTSIDE,
    RESIDENTS,
    during,
    more_a_year,
    persons,
    ratio,
    yearly_decline,
    years_passed,
)
from poolcast.scenarios.lever import Argument, Arguments, Change, Effect, Lever, arrived
from poolcast.scenarios.phase_in import PhaseIn

Array = NDArray[np.float64]

POOR_INSURED = 0.95
"""Assumed participation of the poor before premium aid is widened (handbook 6.3: about 95 % of everybody)."""
YEARS_OF_AID = 3
"""Years in which the poor still uninsured join."""


def _changed_rate(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F01: the rate moves by the change, compliance by ``(rate / old rate)^elasticity``."""
    old = before["revenue.employer_rate"]
    new = old + given["change"] * arrived(before, start, phase_in)
    answer = np.divide(new, old, out=np.ones_like(old), where=(old > 0) & (new > 0)) ** given["compliance_elasticity"]
    return {"revenue.employer_rate": new, "revenue.wage_compliance": before["revenue.wage_compliance"] * answer}


def _audited(given: Arguments, start: int, before: Assumptions, _: PhaseIn) -> dict[str, Array]:
    """F02: compliance rises by the step in each year until the target; who is above it stays."""
    old = before["revenue.wage_compliance"]
    rise = given["step"] * years_passed(before, start)
    return {"revenue.wage_compliance": old + np.minimum(rise, np.maximum(given["target"] - old, 0.0))}


def _collected(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F03: rates rise by their points as far as one, the bound of a share."""
    come = arrived(before, start, phase_in)
    moved = {
        "revenue.collection_rate": given["units"],
        "revenue.flexible_collection_rate": given["flexible"],
        "revenue.arrears_recovery_rate": given["recovery"],
    }
    return {name: np.clip(before[name] + points * come, 0.0, 1.0) for name, points in moved.items()}


def _financed(given: Arguments, start: int, before: Assumptions, _: PhaseIn) -> dict[str, Array]:
    """F08: premium and subsidy by steps or tied to incomes; cover answers the relative rise of the premium."""
    old, subsidy = before["resident.personal_premium"], before["resident.subsidy"]
    if given["income_linked"]:
        from_start = years_passed(before, start) > 0
        new = np.where(from_start, given["income_share"] * _income(before, lag=2), old)
        subsidy = np.where(from_start, given["subsidy_ratio"] * new, subsidy)
    else:
        steps = years_passed(before, start, given["years"])
        new = np.maximum(old + given["premium_step"] * steps, 0.0)
        subsidy = np.maximum(subsidy + given["subsidy_step"] * steps, 0.0)
    result = {"resident.personal_premium": new, "resident.subsidy": subsidy}
    if "coverage.uninsured_decline" in before:
        against = np.divide(new, old, out=np.ones_like(old), where=(old > 0) & (new > 0))
        rise = np.zeros_like(old)
        rise[:, 1:] = against[:, 1:] / against[:, :-1] - 1
        uninsured = ratio(persons(before, ("uninsured",)), persons(before, OUTSIDE))
        odds = ratio(1 - uninsured, uninsured)[:, None]
        declared = before["coverage.uninsured_decline"]
        result["coverage.uninsured_decline"] = declared + given["elasticity"] * rise * odds
    return result


def _income(before: Assumptions, lag: int) -> Array:
    """Disposable income per head of some years before (region, year); the earliest known where it is not."""
    known = before["economy.disposable_income"]
    base = before.year_position(before.base_year)
    growth = before["economy.disposable_income_growth"][:, base:]
    factors = 1 + np.nan_to_num(growth)
    factors[:, 0] = 1.0
    levels = np.concatenate([known[:, :base], known[:, base, None] * np.cumprod(factors, axis=1)], axis=1)
    result: Array = levels[:, np.maximum(np.arange(levels.shape[1]) - lag, 0)]
    return result


def _aided(given: Arguments, start: int, before: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """F09: the mean aid rate rises, and the poor who join are aided too."""
    rate, share = before["assistance.premium_aid_rate"], before["assistance.premium_aid_share"]
    come = arrived(before, start, phase_in)
    joining = (given["coverage"] - POOR_INSURED) / POOR_INSURED
    poor = before.in_year("assistance.premium_aid_share", before.base_year) * persons(before, RESIDENTS)
    reduction = np.minimum(ratio(poor * joining, persons(before, ("uninsured",))), 0.9)
    counted = years_passed(before, start, YEARS_OF_AID) / YEARS_OF_AID
    return {
        "assistance.premium_aid_rate": np.clip(rate + given["change"] * come, 0.0, 1.0),
        "assistance.premium_aid_share": np.minimum(share * (1 + joining * counted), 1.0),
        **more_a_year(before, start, YEARS_OF_AID, uninsured_decline=yearly_decline(reduction, YEARS_OF_AID)),
    }


def _waived(given: Arguments, start: int, before: Assumptions, _: PhaseIn) -> dict[str, Array]:
    """F14: the cut of the year is the cut of the rate times the months of the holiday over twelve."""
    cut = given["cut"] * given["months"] / 12
    return {"holiday.cut": np.maximum(before["holiday.cut"], cut * during(before, start, given["years"]))}


LEVERS: tuple[Lever, ...] = (
    Lever(
        id="F01",
        name="employer_rate_change",
        group="contributions",
        title=Words("Employer rate change", "单位费率调整(基准费率)"),
        explanation=Words(
            "Adds a number of points to the employer rate, the benchmark-rate system of the provincial opinions. Units "
            "answer by declaring a little less: wage compliance moves by the compliance elasticity times the relative "
            "change of the rate. Effects on employment and wages are not counted.",
            "在单位费率上增减若干百分点(省级意见中的基准费率制度)。用人单位会相应少报工资:申报率按弹性乘以费率的相对变"
            "化调整。不计对就业和工资水平的影响。",
        ),
        documents=("seed 001 item 9",),
        arguments=(
            Argument(
                "change",
                "fraction",
                -0.03,
                0.03,
                0.005,
                0.0025,
                Words("Change of the rate", "费率变动"),
                "assumption",
                "handbook 8.1, F01: half a point either way",
            ),
            Argument(
                "compliance_elasticity",
                "ratio",
                -1.0,
                0.0,
                -0.1,
                0.05,
                Words("Elasticity of declared wages", "申报工资弹性"),
                "assumption",
                "handbook 8.1, F01",
            ),
        ),
        effects=(
            Effect("EPF", "+", Words("More is contributed on every base.", "每一缴费基数多缴。")),
            Effect("EPA", "-", Words("Declared wages fall a little.", "申报工资略降。")),
            Effect("LTCI", "-", Words("Its rate rests on the same declared wages.", "长护险费率按同一申报工资计征。")),
        ),
        transform=_changed_rate,
    ),
    Lever(
        id="F02",
        name="contribution_base_audit",
        group="contributions",
        title=Words("Contribution-base audit", "缴费基数核定与稽核"),
        explanation=Words(
            "Declared wages rise by the yearly step until wage compliance reaches the target, and stay there: old + "
            "min(step x years, target - old); where compliance is above the target nothing changes. Floor and cap of "
            "the base may be moved as well, in multiples of last year's average wage. Not counted: the small loss of "
            "employment that dearer labour brings (0.02 per point), and wages that fall in answer.",
            "申报率每年提高给定步长,升至目标后保持:原值+min(步长×年数,目标-原值);高于目标者不变。也可同时调整基数上下"
            "限倍数(相对上年平均工资)。不计用工成本上升带来的少量就业损失(每百分点0.02)和工资的相应下降。",
        ),
        documents=("seed 001 item 9", "seed 002"),
        arguments=(
            Argument(
                "target",
                "fraction",
                0.7,
                1.0,
                0.95,
                0.01,
                Words("Wage compliance to reach", "目标申报率"),
                "assumption",
                "handbook 8.1, F02",
            ),
            Argument(
                "step",
                "fraction",
                0.005,
                0.1,
                0.02,
                0.005,
                Words("Rise a year", "每年升幅"),
                "assumption",
                "handbook 8.1, F02",
            ),
            Argument(
                "floor_change",
                "ratio",
                -0.2,
                0.4,
                0.0,
                0.05,
                Words("Change of the floor multiple", "下限倍数变动"),
                "assumption",
                "left alone: the bounds are national rules (handbook 2.1)",
            ),
            Argument(
                "cap_change",
                "ratio",
                -1.0,
                3.0,
                0.0,
                0.5,
                Words("Change of the cap multiple", "上限倍数变动"),
                "assumption",
                "left alone: the bounds are national rules (handbook 2.1)",
            ),
        ),
        effects=(
            Effect("EPF", "+", Words("Units pay on more of the wages.", "单位按更高基数缴费。")),
            Effect("EPA", "+", Words("Members pay their 2 % on more of the wages.", "个人按更高基数缴纳2%。")),
            Effect("LTCI", "+", Words("Its rate rests on the same bases.", "长护险按同一基数计征。")),
        ),
        changes=(
            Change("shift", "revenue.base_floor_multiple", "floor_change"),
            Change("shift", "revenue.base_cap_multiple", "cap_change"),
        ),
        transform=_audited,
    ),
    Lever(
        id="F03",
        name="full_collection",
        group="contributions",
        title=Words("Full collection and clearing of arrears", "应收尽收与清缴欠费"),
        explanation=Words(
            "Adds points to the collection rates of units and of flexible workers and to the share of the arrears that "
            "is recovered in a year, evenly over three years; no rate goes beyond one. What is collected at once no "
            "longer becomes arrears, so that later recoveries fall. Late fees and the cost of collecting are not "
            "counted.",
            "三年内均匀提高单位、灵活就业征缴率和欠费年清缴比例,均不超过1。当年多征收的部分不再形成欠费,以后清缴相应减"
            "少。不计滞纳金和征缴成本。",
        ),
        documents=("seed 002",),
        arguments=(
            Argument(
                "units",
                "fraction",
                -0.1,
                0.05,
                0.01,
                0.0025,
                Words("Collection from units", "单位征缴率变动"),
                "assumption",
                "handbook 8.1, F03: one point in three years",
            ),
            Argument(
                "flexible",
                "fraction",
                -0.1,
                0.05,
                0.01,
                0.0025,
                Words("Collection from flexible workers", "灵活就业征缴率变动"),
                "assumption",
                "the same point as for units",
            ),
            Argument(
                "recovery",
                "fraction",
                -0.3,
                0.7,
                0.1,
                0.05,
                Words("Recovery of arrears", "欠费清缴率变动"),
                "assumption",
                "from 30 % to 40 % of the opening arrears a year; the document gives no number",
            ),
        ),
        effects=(
            Effect("EPF", "+", Words("More of what is due arrives.", "应缴到账增加。")),
            Effect("EPA", "+", Words("So do the members' own contributions.", "个人缴费到账同样增加。")),
        ),
        transform=_collected,
        phase_in=PhaseIn(3),
    ),
    Lever(
        id="F08",
        name="resident_financing_path",
        group="contributions",
        title=Words("Resident premium and subsidy", "居民个人缴费与财政补助标准"),
        explanation=Words(
            "Adds a number of yuan to the personal premium and to the subsidy of residents, once more in every year "
            "for a number of years, on top of the set's own path. Tied to incomes instead, the premium is a share of "
            "the disposable income per head of two years before and the subsidy a multiple of it. Some residents "
            "lapse when the premium rises against its path: cover falls by the participation elasticity times the "
            "relative rise, so that the uninsured grow by elasticity times rise times (1 - u) / u, u the uninsured "
            "share of those outside the employee scheme. Who pays the larger subsidy follows the split of the set.",
            "在原定路径之上,个人缴费和财政补助每年各再增加若干元,持续若干年。若与收入挂钩,则个人缴费为两年前人均可支配"
            "收入的一定比例,补助为其倍数。个人缴费相对原路径提高会使部分居民断保:参保人数按参保弹性乘以相对升幅下降,即"
            "未参保人数变化为 弹性×升幅×(1-u)/u,u 为职工医保以外人口的未参保率。新增补助按既定比例由各级财政分担。",
        ),
        documents=("seed 001 item 9",),
        arguments=(
            Argument(
                "premium_step",
                "yuan_per_person_year",
                -20,
                100,
                20,
                5,
                Words("Premium, more each year", "个人缴费每年增加"),
                "assumption",
                "handbook 8.1, F08: 20 yuan a year",
            ),
            Argument(
                "subsidy_step",
                "yuan_per_person_year",
                -30,
                200,
                20,
                5,
                Words("Subsidy, more each year", "财政补助每年增加"),
                "assumption",
                "handbook 8.1, F08: 20 yuan a year",
            ),
            Argument(
                "years",
                "years",
                1,
                35,
                10,
                1,
                Words("Years of rises", "提高年数"),
                "assumption",
                "the table names no end; ten years, so that financing does not outgrow incomes for ever",
            ),
            Argument(
                "elasticity",
                "ratio",
                -0.5,
                0.0,
                -0.05,
                0.01,
                Words("Participation elasticity", "参保弹性"),
                "assumption",
                "handbook 8.1, F08",
            ),
            Argument(
                "income_linked",
                "switch",
                0,
                1,
                0,
                1,
                Words("Tied to incomes instead of steps", "与收入挂钩(替代逐年增加)"),
                "assumption",
                "handbook 8.1, F08: the alternative",
            ),
            Argument(
                "income_share",
                "fraction",
                0.005,
                0.03,
                0.01,
                0.001,
                Words("Premium over income per head", "个人缴费占人均可支配收入"),
                "derived",
                "handbook 2.4: 400 of some 41,000 yuan",
            ),
            Argument(
                "subsidy_ratio",
                "ratio",
                0.5,
                5.0,
                1.75,
                0.05,
                Words("Subsidy over premium", "补助与个人缴费之比"),
                "derived",
                "handbook 2.4: 700 over 400",
            ),
        ),
        effects=(
            Effect("RPF", "+", Words("More per head outweighs the few who lapse.", "人均筹资增加大于少数断保的损失。")),
            Effect(
                "CII",
                "-",
                Words("Those who lapse are young and paid premium for few claims.", "断保者多年轻,保费贡献大于赔付。"),
            ),
            Effect("MAF", "-", Words("It pays a share of a dearer premium.", "资助参保按更高标准支付。")),
            Effect(
                "LTCI",
                "-",
                Words("Fewer residents pay, and the lapsed need little care.", "缴费居民减少,断保者少有失能。"),
            ),
        ),
        transform=_financed,
        needs=("RPF",),
    ),
    Lever(
        id="F09",
        name="premium_aid",
        group="contributions",
        title=Words("Premium aid for the poor", "困难群众资助参保"),
        explanation=Words(
            "Medical assistance pays more of the premium of those whom it aids: the mean rate rises by the change, as "
            "when half of them are paid in full and half at 50 % (0.75). At the same time the poor still uninsured "
            "join in three years, from 95 % to the coverage to reach; they are aided too. What the person saves is "
            "not fund money: the resident fund receives the same premium from another purse.",
            "医疗救助提高对资助对象的资助比例:平均资助率增加给定幅度(如一半全额、一半50%,即0.75)。同时三年内将困难群众"
            "参保率由95%提高至目标,新参保者同样获资助。个人少缴部分由救助资金缴入,居民基金收入不变。",
        ),
        documents=("seed 001 item 5", "seed 003"),
        arguments=(
            Argument(
                "change",
                "fraction",
                -0.5,
                0.4,
                0.25,
                0.05,
                Words("Change of the mean aid rate", "平均资助比例变动"),
                "assumption",
                "handbook 8.1, F09: 100 % and 50 %, taken as halves, against 50 % in the base year",
            ),
            Argument(
                "coverage",
                "fraction",
                POOR_INSURED,
                1.0,
                0.99,
                0.01,
                Words("Coverage of the poor", "困难群众参保率"),
                "seed",
                "handbook 8.1, F09: 99 % and more",
            ),
        ),
        effects=(
            Effect("MAF", "-", Words("It pays more of the premium, for more people.", "为更多人支付更高比例的保费。")),
            Effect("RPF", "+", Words("Newcomers bring more than they cost.", "新参保者缴费与补助多于其费用。")),
            Effect("CII", "+", Words("So they do here.", "大病保险同理。")),
            Effect("LTCI", "+", Words("More residents pay.", "缴费居民增加。")),
        ),
        transform=_aided,
        needs=("MAF", "RPF"),
    ),
    Lever(
        id="F10",
        name="retiree_contribution",
        group="contributions",
        title=Words("Contribution of retired members", "退休人员缴费"),
        explanation=Words(
            "Retired members pay a share of their pension to the pooled fund: rate times average pension times retired "
            "members. Present law asks nothing of them (Social Insurance Law, art. 27). Effects on the age of "
            "retirement or on pensions are not counted.",
            "退休人员按养老金的一定比例向统筹基金缴费:费率×平均养老金×退休人数。现行法不要求缴费(社会保险法第27条)。"
            "不计对退休年龄和养老金水平的影响。",
        ),
        documents=("literature: Li & Zhao 2024 (handbook 2.2)",),
        arguments=(
            Argument(
                "rate",
                "fraction",
                0.0,
                0.05,
                0.01,
                0.0025,
                Words("Rate on pensions", "按养老金费率"),
                "assumption",
                "handbook 8.1, F10; 0.015-0.02 in handbook 2.2",
            ),
        ),
        effects=(Effect("EPF", "+", Words("A new contribution.", "新增缴费来源。")),),
        changes=(Change("shift", "revenue.retiree_rate", "rate"),),
    ),
    Lever(
        id="F14",
        name="rate_holiday",
        group="contributions",
        title=Words("Rate holiday", "阶段性降费"),
        explanation=Words(
            "Waives a share of the employer contribution for some months of the year where the pooled fund ended the "
            "year before with more than the payable months required, as in 2020: waived = cut times months / 12, for "
            "the years of the holiday. Accounts, personal rates and later arrears do not move; effects on employment "
            "are not counted.",
            "上年末统筹基金可支付月数高于规定时,减免单位缴费若干月(如2020年):减免比例=减征幅度×月数/12,持续给定年数。"
            "个人账户、个人费率和以后欠费不变,不计对就业的影响。",
        ),
        documents=("expected: as Yi Bao Fa [2020] 6 (handbook 2.1)",),
        arguments=(
            Argument(
                "cut",
                "fraction",
                0.0,
                1.0,
                0.5,
                0.1,
                Words("Share of the rate waived", "减征幅度"),
                "source_unverified",
                "Yi Bao Fa [2020] 6: halved",
            ),
            Argument(
                "months",
                "months",
                0,
                12,
                5,
                1,
                Words("Months of the holiday", "减征月数"),
                "source_unverified",
                "Yi Bao Fa [2020] 6: up to five months",
            ),
            Argument(
                "minimum_months",
                "months",
                0,
                60,
                6,
                1,
                Words("Payable months required", "所需可支付月数"),
                "source_unverified",
                "Yi Bao Fa [2020] 6: reserves above six months",
            ),
            Argument(
                "years",
                "years",
                1,
                35,
                1,
                1,
                Words("Years with a holiday", "实施年数"),
                "assumption",
                "once, as in 2020",
            ),
        ),
        effects=(Effect("EPF", "-", Words("Employer contributions are waived.", "单位缴费减免。")),),
        changes=(Change("set", "holiday.minimum_months", "minimum_months"),),
        transform=_waived,
    ),
    Lever(
        id="F15",
        name="fiscal_backstop",
        group="contributions",
        title=Words("Fiscal backstop", "财政兜底"),
        explanation=Words(
            "The budget refills a pooled fund that ended the last year with less than a number of payable months: "
            "subsidy = max(0, months times X / 12 - F), for employees and residents alike. Collection slackens where "
            "the budget stands behind the fund: the collection rate of units falls by the loss. The law promises a "
            "subsidy of shortfalls without a number of months; what the budget forgoes elsewhere is not counted.",
            "统筹基金上年末低于规定可支付月数时由财政补足:补助=max(0,月数×X/12-F),职工与居民基金同样适用。有兜底时征缴"
            "趋松:单位征缴率下降给定幅度。法律规定不足时给予补贴而未定月数;不计财政的机会成本。",
        ),
        documents=("Social Insurance Law art 65",),
        arguments=(
            Argument(
                "months",
                "months",
                0,
                12,
                1,
                1,
                Words("Months refilled to", "补足至可支付月数"),
                "assumption",
                "handbook 8.1, F15 gives 0, which is no backstop in the engine; one month of payments is the least "
                "that keeps a fund paying",
            ),
            Argument(
                "collection_loss",
                "fraction",
                0.0,
                0.05,
                0.002,
                0.001,
                Words("Loss of collection", "征缴率下降"),
                "assumption",
                "handbook 8.1, F15: 0.2 points",
            ),
        ),
        effects=(
            Effect(
                "EPF",
                "either",
                Words(
                    "Refilled where it runs dry, slack collection where it does not.", "耗尽处获补足,未耗尽处征缴趋松。"
                ),
            ),
            Effect("EPA", "-", Words("Members' contributions are collected less fully too.", "个人缴费征收同样趋松。")),
            Effect("RPF", "+", Words("It runs dry and is refilled.", "基金耗尽后获补足。")),
        ),
        changes=(
            Change("shift", "backstop.months", "months", {"ledger": "EPF|RPF"}),
            Change("shift", "revenue.collection_rate", lambda given, _: -given["collection_loss"]),
        ),
    ),
    Lever(
        id="F16",
        name="investment_return",
        group="contributions",
        title=Words("Interest and entrusted investment", "利率与委托投资"),
        explanation=Words(
            "Adds a number of points to the interest rate of the employee pooled fund, as from longer deposits or "
            "entrusted investment. A negative reserve pays the higher rate too, because the borrowing rate is the "
            "interest rate and a margin. Swings of the return and the limits on how much may be invested are not "
            "counted.",
            "职工统筹基金利率提高若干百分点,如延长存期或委托投资。结余为负时借款利率(利率加利差)同步上升。不计收益波动"
            "和投资比例限制。",
        ),
        documents=("Social Insurance Law art 69",),
        arguments=(
            Argument(
                "change",
                "rate_per_year",
                -0.01,
                0.03,
                0.005,
                0.0025,
                Words("Change of the rate", "利率变动"),
                "assumption",
                "handbook 8.1, F16",
            ),
        ),
        effects=(Effect("EPF", "+", Words("The reserve earns more.", "结余收益增加。")),),
        changes=(Change("shift", "ledger.interest_rate", "change", {"ledger": "EPF"}),),
    ),
)
