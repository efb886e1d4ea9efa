"""Levers of the group `inpatient`: tiers, referral, care outside the region, discipline, outbreaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, index, positions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.catalogue.shorthand import (
    INSURED,
    assumed,
    has_accounts,
    layers_behind,
    medical_spending,
    spent_on,
)
from poolcast.scenarios.lever import Argument, Arguments, Array, Change, Effect, Lever
from poolcast.scenarios.phase_in import PhaseIn

_GAPS = Words(
    "Less is paid at the tertiary tier, but those who turn to lower tiers have smaller bills.",
    "三级支付下降,但转向下级机构者费用较低。",
)
_FEWER_PAID = layers_behind(residents_serious="+", residents="+", employees_inpatient="+", employees="+", claims="-")
_TIER_GAPS_BEHIND = tuple(
    replace(effect, sign="either", reason=_GAPS) if effect.ledger in ("CII", "MAF") else effect
    for effect in _FEWER_PAID
)
_LESS_CARE = layers_behind(residents_serious="-", residents="-", employees_inpatient="-", employees="-", claims="-")
_MORE_CARE = layers_behind(residents_serious="+", residents="+", employees_inpatient="+", employees="+", claims="+")
_INPATIENT = index("benefit", "inpatient")
_OUTPATIENT = positions("benefit", ("outpatient", "chronic"))
_SCHEMES = {
    "employee": positions("status", EMPLOYEE_STATUSES),
    "resident": positions("status", RESIDENT_STATUSES),
}
_INPATIENT_SHARE = {"employee": 0.52, "resident": 0.77}
"""Inpatient care in the medical spending of the funds in 2025, where a set has no accounts (derived)."""


def _outbreak(given: Arguments, start: int, before: Assumptions, _: PhaseIn) -> dict[str, Array]:
    """B26: cases of one year beside the other stays of each scheme, and the rules that hold for them.

    With x the added admissions over the others, x / (1 + x) of the admissions of the year are cases. Of the bills for
    outpatient and chronic care a share is turned into cases; nothing is added to them.
    """
    year = before.year_position(start)
    use, cases = before["utilisation.multiplier"].copy(), before["outbreak.case_share"].copy()
    rules = {
        "outbreak.in_policy_share": before["outbreak.in_policy_share"].copy(),
        "outbreak.reimbursement_rate": before["outbreak.reimbursement_rate"].copy(),
    }
    for number, (scheme, statuses) in enumerate(_SCHEMES.items()):
        added = given["share_of_spending"] / _inpatient_part(before, scheme)
        use[:, year, statuses, _INPATIENT] *= 1 + added
        known = cases[:, year, number, _INPATIENT]
        cases[:, year, number, _INPATIENT] = (known + added) / (1 + added)
        for benefit in _OUTPATIENT:
            known = cases[:, year, number, benefit]
            cases[:, year, number, benefit] = known + (1 - known) * given["outpatient_cases"]
        if added or given["outpatient_cases"]:
            rules["outbreak.in_policy_share"][:, year, number] = given["in_policy_share"]
            rules["outbreak.reimbursement_rate"][:, year, number] = given["reimbursement_rate"]
    return {"utilisation.multiplier": use, "outbreak.case_share": cases, **rules}


def _inpatient_part(before: Assumptions, scheme: str) -> float:
    """Inpatient care in the medical spending of a scheme in the base year."""
    if has_accounts(before) and medical_spending(before, scheme) > 0:
        return spent_on(before, scheme, "inpatient") / medical_spending(before, scheme)
    return _INPATIENT_SHARE[scheme]


def _rates(amount: Callable[[Arguments, Assumptions], float]) -> tuple[Change, ...]:
    """Return the changes that multiply every reimbursement rate."""
    names = ("inpatient", "outpatient", "chronic", "dual_channel")
    return tuple(Change("scale", f"{name}.reimbursement_rate", amount) for name in names)


LEVERS: tuple[Lever, ...] = (
    Lever(
        id="B04",
        name="wider_tier_gaps",
        group="inpatient",
        title=Words("Wider gaps between hospital tiers", "拉开医院级别报销差距"),
        explanation=Words(
            "Pays more at primary institutions and less at tertiary hospitals and outside the region: r_h + change. "
            "Patients move to the cheaper tier (logit with the tier weight) and use a little less where the own share "
            "grows. The rules of the provincial opinions (primary at least 90 %, gaps of 10 and 15 points for "
            "residents, 3 and 5 for employees) are checked as C01-C06. Not counted: capacity and quality of primary "
            "institutions.",
            "基层报销比例上调,三级和统筹区外下调(r_h+变动)。患者按级别选择模型转向费用较低的级别,自付上升处利用略降。"
            "省级意见要求(基层不低于90%,居民级差10和15个百分点、职工3和5个百分点)由C01-C06检查。不计基层能力和质量。",
        ),
        documents=("seed 001 item 3", "seed 002"),
        arguments=(
            assumed(
                "tertiary_change",
                "fraction",
                (-0.15, 0.05),
                -0.02,
                0.01,
                ("Change at tertiary and outside", "三级及区外比例变动"),
                "no magnitude in the handbook; the effective rates already keep the gaps, two points widen them",
            ),
            assumed(
                "primary_change",
                "fraction",
                (-0.05, 0.05),
                0.02,
                0.01,
                ("Change at primary institutions", "基层比例变动"),
                "no magnitude in the handbook; two points, as far as the rate of retired members leaves room",
            ),
            assumed(
                "secondary_change",
                "fraction",
                (-0.10, 0.05),
                0.0,
                0.01,
                ("Change at secondary hospitals", "二级比例变动"),
                "unchanged",
            ),
        ),
        effects=(
            Effect("EPF", "+", Words("Most stays are tertiary, where less is paid.", "住院多在三级,其支付下降。")),
            Effect(
                "RPF",
                "+",
                Words("Tertiary and outside stays are dear and paid less.", "三级和区外住院费用高,其支付下降。"),
            ),
            *_TIER_GAPS_BEHIND,
        ),
        changes=(
            Change("shift", "inpatient.reimbursement_rate", "primary_change", {"status": INSURED, "tier": "primary"}),
            Change(
                "shift", "inpatient.reimbursement_rate", "secondary_change", {"status": INSURED, "tier": "secondary"}
            ),
            Change(
                "shift",
                "inpatient.reimbursement_rate",
                "tertiary_change",
                {"status": INSURED, "tier": "tertiary|out_of_region"},
            ),
        ),
    ),
    Lever(
        id="B14",
        name="benefit_list_discipline",
        group="inpatient",
        title=Words("Benefit-list discipline: no local extras", "待遇清单管理(清理地方超清单政策)"),
        explanation=Words(
            "Local extra benefits beyond the national list end: every reimbursement rate x (1 - share of the extras in "
            "spending). Patients bear what the funds no longer pay and answer by the price elasticities, slightly. Not "
            "counted: extras outside the rates, such as local lump sums.",
            "取消超出国家待遇清单的地方政策:各项报销比例乘以(1-超清单部分占支出比例)。减少部分由患者负担,并按价格弹性略有反应。"
            "不计报销比例以外的地方补助。",
        ),
        documents=("seed 001 item 4",),
        arguments=(
            assumed(
                "share_of_extras",
                "fraction",
                (0, 0.1),
                0.005,
                0.0025,
                ("Local extras in spending", "超清单支出占比"),
                "handbook 8.2, B14: -0.5 % of spending",
            ),
        ),
        effects=(
            Effect("EPF", "+", Words("Extras are no longer paid.", "不再支付超清单待遇。")),
            Effect("RPF", "+", Words("Extras are no longer paid.", "不再支付超清单待遇。")),
            *_FEWER_PAID,
        ),
        changes=_rates(lambda given, before: 1 - given["share_of_extras"]),
    ),
    Lever(
        id="B20",
        name="special_ward_exclusion",
        group="inpatient",
        title=Words("Exclusion of special wards and cosmetic care", "特需、美容等非基本医疗排除"),
        explanation=Words(
            "Lowers the in-policy share of inpatient and outpatient bills by what special clinics and wards and care "
            "that treats no disease take up in them. By the law in force this is nothing. For stress tests of a "
            "source that is not reliable.",
            "按特需门诊、特需病房和非疾病治疗项目在费用中的占比下调政策范围内比例。现行法律已排除,故默认为零。来源不可靠,仅供压力测试。",
        ),
        documents=("seed 004 item 5",),
        arguments=(
            assumed(
                "share_excluded",
                "fraction",
                (0, 0.1),
                0.0,
                0.005,
                ("Share of bills excluded", "排除费用占比"),
                "nothing: already outside the benefit list",
            ),
        ),
        effects=(
            Effect("EPF", "0", Words("Already excluded by law.", "现行法律已排除。")),
            Effect("RPF", "0", Words("Already excluded by law.", "现行法律已排除。")),
        ),
        changes=(
            Change("scale", "inpatient.in_policy_share", lambda given, before: 1 - given["share_excluded"]),
            Change("scale", "outpatient.in_policy_share", lambda given, before: 1 - given["share_excluded"]),
        ),
        stress=True,
        no_effect=Words(
            "Special wards and cosmetic care have never been inside the benefit list; the source reports nothing new.",
            "特需和美容项目从未纳入支付范围,来源所称并非新规。",
        ),
    ),
    Lever(
        id="B22",
        name="repeat_examination_limit",
        group="inpatient",
        title=Words("Limit on repeated large examinations", "限制大型检查重复"),
        explanation=Words(
            "Repeated examinations on large equipment within 30 days are avoided: unit cost of inpatient and "
            "outpatient care x (1 - share of spending x part avoided). The share comes from a source of grade D and is "
            "not plausible beside published figures of examinations: a stress lever. Not counted: harm by examinations "
            "that were needed.",
            "避免30天内大型设备重复检查:住院和门诊单位费用乘以(1-占支出比例×可避免比例)。占比来自D级来源,与公开检查费用不符,"
            "仅作压力测试。不计必要检查被压减的危害。",
        ),
        documents=("seed 004 item 5",),
        arguments=(
            Argument(
                "share_of_spending",
                "fraction",
                0,
                0.15,
                0.076,
                0.01,
                Words("Repeated examinations in spending", "重复检查占支出比例"),
                "seed",
                "seed 004 item 5, grade D: 7.6 % of spending in 2024",
            ),
            assumed("avoided", "fraction", (0, 1), 0.3, 0.1, ("Part avoided", "可避免比例"), "handbook 8.2, B22"),
        ),
        effects=(
            Effect("EPF", "+", Words("Bills are smaller.", "费用下降。")),
            Effect("RPF", "+", Words("Bills are smaller.", "费用下降。")),
            *_LESS_CARE,
        ),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, before: 1 - given["share_of_spending"] * given["avoided"],
                {"benefit": "inpatient|outpatient"},
            ),
        ),
        stress=True,
    ),
    Lever(
        id="B23",
        name="length_of_stay_limit",
        group="inpatient",
        title=Words("Limit on the length of stay", "住院天数限制"),
        explanation=Words(
            "Cuts the inpatient rate by a part for every day beyond a limit: r (1 - cut x mean days beyond it). No "
            "such rule exists: the national administration says that it sets no limit. Kept for stress tests; by "
            "default no stay passes the limit.",
            "住院超过规定天数后每日降低报销:r×(1-每日降幅×平均超限天数)。并无此规定,国家医保局明确未设住院天数限制;"
            "仅供压力测试,默认无住院超限。",
        ),
        documents=("seed 004 item 5", "seed 004 item 1"),
        arguments=(
            assumed(
                "days_beyond",
                "days",
                (0, 5),
                0.0,
                0.5,
                ("Mean days beyond the limit", "平均超限天数"),
                "none: the rule does not exist (seed 004 item 1 against item 5)",
            ),
            Argument(
                "cut_per_day",
                "fraction",
                0,
                0.1,
                0.05,
                0.01,
                Words("Cut for a day", "每日降幅"),
                "seed",
                "seed 004 item 5, grade D",
            ),
        ),
        effects=(
            Effect("EPF", "0", Words("The rule does not exist.", "并无此规定。")),
            Effect("RPF", "0", Words("The rule does not exist.", "并无此规定。")),
        ),
        changes=(
            Change(
                "scale",
                "inpatient.reimbursement_rate",
                lambda given, before: 1 - given["cut_per_day"] * given["days_beyond"],
            ),
        ),
        stress=True,
        no_effect=Words(
            "The national administration sets no limit on the length of stay; the report of one is wrong.",
            "国家医保局未设住院天数限制,有关报道不实。",
        ),
    ),
    Lever(
        id="B24",
        name="referral_limits",
        group="inpatient",
        title=Words("Limits on transfers that are no emergency", "限制非急诊转外就医"),
        explanation=Words(
            "Fewer stays outside the region: their share of admissions + change (negative), which goes to the "
            "secondary and the tertiary hospitals at home by a given split; the rate outside may be lowered too, and "
            "patients answer by tier. The claim of 25 billion yuan lost on needless referrals is of grade D: a stress "
            "lever. Not counted: treatment that only hospitals outside can give.",
            "区外住院占比变动(负值),按给定比例回流至区内二级和三级医院;也可下调区外报销比例,患者按级别选择反应。"
            "所称不合理转诊损失250亿元属D级来源,仅作压力测试。不计只能在区外完成的治疗。",
        ),
        documents=("seed 004 item 5", "seed 002"),
        arguments=(
            assumed(
                "share_change",
                "fraction",
                (-0.05, 0.05),
                -0.02,
                0.005,
                ("Change of the share outside", "区外住院占比变动"),
                "handbook 8.2, B24: minus two points",
            ),
            assumed(
                "to_secondary",
                "fraction",
                (0, 1),
                0.5,
                0.1,
                ("Part that goes to secondary hospitals", "回流二级医院的比例"),
                "no figure in the handbook; tiered referral sends half to secondary hospitals",
            ),
            assumed(
                "rate_change",
                "fraction",
                (-0.20, 0.10),
                0.0,
                0.05,
                ("Change of the rate outside", "区外报销比例变动"),
                "unchanged",
            ),
        ),
        effects=(
            Effect("EPF", "+", Words("Stays at home cost less.", "区内住院费用较低。")),
            Effect(
                "RPF",
                "either",
                Words(
                    "Stays at home cost less, but as they also cost residents less, more are admitted.",
                    "区内住院费用较低,但居民自付也低,住院增多。",
                ),
            ),
            *_LESS_CARE,
        ),
        changes=(
            Change("shift", "inpatient.tier_share", "share_change", {"tier": "out_of_region"}),
            Change(
                "shift",
                "inpatient.tier_share",
                lambda given, before: -given["share_change"] * given["to_secondary"],
                {"tier": "secondary"},
            ),
            Change(
                "shift",
                "inpatient.tier_share",
                lambda given, before: -given["share_change"] * (1 - given["to_secondary"]),
                {"tier": "tertiary"},
            ),
            Change(
                "shift", "inpatient.reimbursement_rate", "rate_change", {"status": INSURED, "tier": "out_of_region"}
            ),
        ),
        stress=True,
    ),
    Lever(
        id="B25",
        name="cross_region_settlement",
        group="inpatient",
        title=Words("Direct settlement across regions", "异地就医直接结算"),
        explanation=Words(
            "Simple filing and direct settlement draw stays outside the region: their share of admissions grows by a "
            "step a year for some years, at the cost of tertiary hospitals at home, and care that was put off is "
            "sought: admissions + release. Not counted: outpatient and chronic care across regions, and cash that "
            "patients no longer advance.",
            "备案简化和直接结算使区外住院占比在若干年内逐年上升(区内三级相应下降),并释放此前未满足的需求(住院增加)。"
            "不计门诊和慢特病异地结算,以及患者不再垫付的资金。",
        ),
        documents=("seed 000 item 9", "seed 003", "seed 004 item 6"),
        arguments=(
            assumed(
                "share_step",
                "fraction",
                (-0.01, 0.02),
                0.005,
                0.0025,
                ("Step of the share outside a year", "区外占比年增幅"),
                "handbook 8.2, B25: half a point a year",
            ),
            assumed("years", "years", (1, 10), 3, 1, ("Years of growth", "增长年数"), "handbook 8.2, B25"),
            assumed(
                "release",
                "fraction",
                (0, 0.1),
                0.01,
                0.005,
                ("Release of unmet need", "释放的住院需求"),
                "handbook 8.2, B25",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("More and dearer stays.", "住院增多且费用更高。")),
            Effect("RPF", "-", Words("More and dearer stays.", "住院增多且费用更高。")),
            *_MORE_CARE,
        ),
        changes=(
            Change(
                "shift", "inpatient.tier_share", "share_step", {"tier": "out_of_region"}, yearly=True, years="years"
            ),
            Change(
                "shift",
                "inpatient.tier_share",
                lambda given, before: -given["share_step"],
                {"tier": "tertiary"},
                yearly=True,
                years="years",
            ),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["release"],
                {"status": INSURED, "benefit": "inpatient"},
                behavioural=True,
            ),
        ),
    ),
    Lever(
        id="B26",
        name="epidemic_rules",
        group="inpatient",
        title=Words("Treat first: an outbreak year", "重大疫情先救治后收费"),
        explanation=Words(
            "In the first year an outbreak adds a share of spending as admissions, x = share / inpatient part of "
            "spending; x / (1 + x) of that year's admissions are then cases, and nothing is added afterwards. For "
            "cases the deductible, the ceiling, the patient's share and the limits of the catalogue are waived: the "
            "fund pays the rate of outbreak cases on the in-policy share of the whole bill, outside budgets and "
            "amounts per head, so that it pays more than the share of spending and patients pay no more than without "
            "the outbreak. A share of the bills for outpatient and chronic care may be turned into cases as well. "
            "Not counted: advances to hospitals (levers P09 and G06), care put off in the outbreak, and what public "
            "health funds pay.",
            "首年疫情使住院增加,相当于支出的一定比例:增幅 x=占比/住院占支出比重,当年住院中 x/(1+x) 为疫情病例,次年起"
            "恢复。疫情病例豁免起付线、封顶线、个人自付和目录限制:基金按疫情病例报销比例支付全部费用中政策范围内部分,"
            "不计入总额预算和人头总额,故基金支付高于该占比,患者负担不因疫情增加。也可将一定比例的门诊和慢特病费用转为"
            "疫情病例。不计预拨资金(见P09、G06)、疫情期间推迟的就医以及公共卫生资金。",
        ),
        documents=("seed 001 item 6",),
        arguments=(
            assumed(
                "share_of_spending",
                "fraction",
                (0, 0.1),
                0.005,
                0.0025,
                ("Added spending in the year", "当年增加支出占比"),
                "handbook 8.2, B26: 0.5 % of spending, at what an ordinary stay costs the fund",
            ),
            assumed(
                "reimbursement_rate",
                "fraction",
                (0, 1),
                1.0,
                0.1,
                ("Reimbursement rate of cases", "疫情病例报销比例"),
                "handbook 8.2, B26: r = 1",
            ),
            assumed(
                "in_policy_share",
                "fraction",
                (0, 1),
                1.0,
                0.1,
                ("In-policy share of cases", "疫情病例政策内比例"),
                "handbook 8.2, B26: in-policy share 1, limits waived",
            ),
            assumed(
                "outpatient_cases",
                "fraction",
                (0, 0.5),
                0.0,
                0.01,
                ("Outpatient and chronic bills of cases", "门诊和慢特病费用中疫情病例比例"),
                "the rules of 2020 were for hospitals; no share of outpatient bills was read",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("Pays the cases of the outbreak in full.", "全额支付疫情病例。")),
            Effect("RPF", "-", Words("Pays the cases of the outbreak in full.", "全额支付疫情病例。")),
            *layers_behind(claims="+"),
        ),
        transform=_outbreak,
    ),
)
