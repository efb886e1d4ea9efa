"""Levers of the group `pooling`: who shares a fund, and how its use is watched."""

from __future__ import annotations

import numpy as np

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import INSURED_STATUSES, RESIDENT_STATUSES, index, positions
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.scenarios.catalogue.care_effects import CARE, cheaper_care, dearer_care
from poolcast.scenarios.catalogue.shorthand import INSURED, assumed, layers_behind
from poolcast.scenarios.lever import Argument, Arguments, Array, Change, Effect, Lever, arrived
from poolcast.scenarios.phase_in import PhaseIn

XIONGAN, BEIJING = "133100", "110000"

_CONVERGING = (
    "inpatient.reimbursement_rate",
    "inpatient.in_policy_share",
    "outpatient.reimbursement_rate",
    "outpatient.ceiling",
    "outpatient.in_policy_share",
    "chronic.reimbursement_rate",
    "chronic.in_policy_share",
    "dual_channel.reimbursement_rate",
)
"""Rules of residents that move towards those of active employees; deductibles, lower for residents, stay."""


def converged(given: Arguments, start: int, assumptions: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """Return residents' rules on the way to those of active employees: ``old + arrived x share x (employee - old)``."""
    share = given["share"] * arrived(assumptions, start, phase_in)
    changed = {}
    for name in _CONVERGING:
        axes = PARAMETERS[name].dimensions
        by = "status" if "status" in axes else "scheme"
        employee = index(by, "active" if by == "status" else "employee")
        residents = positions("status", RESIDENT_STATUSES) if by == "status" else [index("scheme", "resident")]
        values = np.moveaxis(assumptions[name].copy(), (axes.index("year"), axes.index(by)), (0, 1))
        on_the_way = share.reshape(-1, *(1 for _ in values.shape[2:]))
        for resident in residents:
            old = values[:, resident].copy()
            moved = share > 0
            values[moved, resident] = (old + on_the_way * (values[:, employee] - old))[moved]
        changed[name] = np.moveaxis(values, (0, 1), (axes.index("year"), axes.index(by)))
    return changed


def merged_schemes(given: Arguments, start: int, assumptions: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """Return residents' rules on their way, and one ledger from the start on where it is asked for."""
    changed = converged(given, start, assumptions, phase_in)
    if given["common_ledger"]:
        switch = assumptions["ledger.schemes_merged"].copy()
        switch[:, assumptions.year_position(start) :] = 1.0
        changed["ledger.schemes_merged"] = switch
    return changed


def merger_options(given: Arguments, _: Assumptions) -> dict[str, str]:
    """Return one ledger for both schemes where it is asked for."""
    return {"scheme_ledgers": "common"} if given["common_ledger"] else {}


def taken_over(given: Arguments, _: Assumptions) -> Words | None:
    """Return how to read the two ledgers where the schemes share one."""
    if not given["common_ledger"]:
        return None
    return Words(
        "from its start on EPF is the merged fund of both schemes and RPF shows nothing; compare EPF with the sum of "
        "EPF and RPF of a scenario without it",
        "自起始年起 EPF 为两制度合并基金,RPF 不再有数;与未并账情景比较时应以 EPF 与 RPF 之和对照",
    )


def moved_to_xiongan(given: Arguments, start: int, assumptions: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """Return the moves between regions with those from Beijing to Xiong'an raised.

    ``n_t = arrived x rate x P_0 (1 + rate)^(t - start)`` persons for a number of years, P_0 the people of Xiong'an at
    the base year end. Sets without both regions stay as they are.
    """
    codes = assumptions.region_codes
    if "population.migration_flow" not in assumptions or not {XIONGAN, BEIJING} <= set(codes):
        return {}
    here, there = codes.index(XIONGAN), codes.index(BEIJING)
    people = float(assumptions["population.at_base_year_end"][here].sum())
    shares = arrived(assumptions, start, phase_in)
    flow = assumptions["population.migration_flow"].copy()
    for year in range(start, min(start + int(given["years"]), assumptions.last_year + 1)):
        place = assumptions.year_position(year)
        flow[there, here, place] += shares[place] * given["growth"] * people * (1 + given["growth"]) ** (year - start)
    return {"population.migration_flow": flow}


def pooled(given: Arguments, start: int, assumptions: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """Return what pooling does to the regions that join, those with a parent, or all where none has one.

    Collection rates less the loss, stays from secondary to tertiary care, each times what has arrived and only where
    behaviour counts; without one ledger also the pay-in rate of the employee scheme.
    """
    shares = arrived(assumptions, start, phase_in)
    with_parent = np.array([region.parent is not None for region in assumptions.regions])
    joins = with_parent if with_parent.any() else ~with_parent
    by_year = joins[:, None] * shares * given["behaviour"]
    changed: dict[str, Array] = {
        f"revenue.{rate}": assumptions[f"revenue.{rate}"] - given["collection_loss"] * by_year
        for rate in ("collection_rate", "flexible_collection_rate")
    }
    tiers = assumptions["inpatient.tier_share"].copy()
    moved = given["tertiary_rise"] * by_year[..., None]
    insured = positions("status", INSURED_STATUSES)
    tiers[:, :, insured, index("tier", "tertiary")] += moved
    tiers[:, :, insured, index("tier", "secondary")] -= moved
    changed["inpatient.tier_share"] = tiers
    if not given["one_ledger"]:
        changed |= _pay_in(given, shares, assumptions)
    return changed


def _pay_in(given: Arguments, shares: Array, assumptions: Assumptions) -> dict[str, Array]:
    """Return pay-in rates that begin with the policy; nothing for sets without an adjustment fund."""
    if "adjustment.pay_in_rate" not in assumptions or not given["pay_in"]:
        return {}
    rates = np.zeros_like(assumptions["adjustment.pay_in_rate"])
    return {"adjustment.pay_in_rate": rates + given["pay_in"] * shares[:, None]}


def pooling_options(given: Arguments, assumptions: Assumptions) -> dict[str, str]:
    """Return one ledger, or an adjustment fund of the employee scheme where the set can hold one."""
    if given["one_ledger"]:
        return {"employee_pool": "parent", "resident_pool": "parent", "adjustment_fund": "none"}
    return {"adjustment_fund": "employee"} if given["pay_in"] and "ADJ" in assumptions.ledgers else {}


def common_budget(given: Arguments, start: int, assumptions: Assumptions, phase_in: PhaseIn) -> dict[str, Array]:
    """Return the pay-in of the common budget: to the pool across provinces, or to the fund of the province."""
    shares = arrived(assumptions, start, phase_in)
    if not has_common_pool(assumptions):
        return _pay_in(given, shares, assumptions)
    if not given["shared"] or "common_pool.pay_in_rate" not in assumptions:
        return {}
    rates = np.zeros_like(assumptions["common_pool.pay_in_rate"])
    return {"common_pool.pay_in_rate": rates + given["shared"] * shares[:, None]}


def has_common_pool(assumptions: Assumptions) -> bool:
    """Whether a set holds a pool with regions of several provinces, and the ledger for it."""
    regions = assumptions.regions
    provinces = [
        {regions[position].parent or regions[position].code for position in assumptions.regions_of(pool)}
        for pool in assumptions.pools
    ]
    return "ADJ" in assumptions.ledgers and any(len(found) > 1 for found in provinces)


def alone(_: Arguments, assumptions: Assumptions) -> Words | None:
    """Return what is missing where a set holds no pool across provinces."""
    if has_common_pool(assumptions):
        return None
    return Words(
        f"set {assumptions.name} declares no pool with regions of several provinces (`pools` in set.yaml, with the "
        "ledger ADJ): the members of other provinces are absent, and a fund, if any, stays within its province",
        f"假设集 {assumptions.name} 未声明跨省共同基金(set.yaml 的 pools 及账户 ADJ):缺少外省成员,调剂(如有)限于省内",
    )


def common_budget_options(given: Arguments, assumptions: Assumptions) -> dict[str, str]:
    """Return the pool across provinces; else a fund for both schemes, unless the province holds one ledger already."""
    if has_common_pool(assumptions):
        return {"cross_province_pool": "both"} if given["shared"] else {}
    separate = assumptions.options["employee_pool"] == assumptions.options["resident_pool"] == "region"
    return {"adjustment_fund": "both"} if given["pay_in"] and separate and "ADJ" in assumptions.ledgers else {}


_DEARER_STAYS = layers_behind(residents_serious="+", residents="+", employees_inpatient="+", employees="+", claims="+")
_SUM_OF_BOTH_ENDS = Words(
    "A move, not an addition: Xiong'an gains what Beijing loses; the sum hangs on wages, scheme and cost at both ends.",
    "人口转移而非新增:雄安所得即北京所失,合计取决于两地工资、参保结构和费用水平。",
)
_NOT_WATCHED = Words(
    "Administrative: the document names no size; kept on record with an argument at zero.",
    "管理类措施:文件未给出量化效果,保留记录,参数默认为零。",
)


def _audit(default: float, why: str) -> Argument:
    return assumed("audit", "fraction", (0, 0.1), default, 0.001, ("Claims cut by audit", "审核扣减比例"), why)


LEVERS: tuple[Lever, ...] = (
    Lever(
        id="G01",
        name="provincial_pooling",
        group="pooling",
        title=Words("Provincial pooling", "省级统筹"),
        explanation=Words(
            "One ledger: regions of a province keep one employee and one resident fund from the base year on; "
            "rich regions fill poor ones, nobody borrows while the province has money. Without it, regions keep "
            "their funds and pay a share of contribution income into the adjustment fund of the employee scheme, "
            "which grants 80 % of recognised gaps times the enforcement coefficient. Responsibility is diluted: "
            "collection rates fall and stays move from secondary to tertiary hospitals over three years, in the "
            "regions that join (a set of one region joins as a whole).",
            "统收统支:同省各统筹区自基年起合并职工和居民基金,富余补不足,全省有结余时无人借款。"
            "否则各区分账,按缴费收入一定比例上解职工调剂金,按认定缺口的80%乘以考核系数补助。"
            "责任稀释:加入地区三年内征缴率下降、住院由二级转向三级(单一地区数据集整体加入)。",
        ),
        documents=("seed 001 item 10",),
        arguments=(
            assumed(
                "one_ledger",
                "switch",
                (0, 1),
                1,
                1,
                ("One ledger (0: adjustment fund)", "统收统支(0为调剂金)"),
                "handbook 1.4 names both designs; the unified one is the stronger",
            ),
            assumed(
                "pay_in",
                "fraction",
                (0, 0.3),
                0.05,
                0.01,
                ("Pay-in to the adjustment fund", "调剂金上解比例"),
                "handbook 1.4: 5 %, range 2 to 10; only without one ledger",
            ),
            assumed(
                "collection_loss",
                "fraction",
                (0, 0.05),
                0.005,
                0.0025,
                ("Loss of collection", "征缴率下降"),
                "handbook 1.4: half a point of the collection rate",
            ),
            assumed(
                "tertiary_rise",
                "fraction",
                (0, 0.1),
                0.02,
                0.01,
                ("Stays moving to tertiary care", "三级住院占比上升"),
                "handbook 1.4: two points over three years",
            ),
        ),
        effects=(
            Effect(
                "EPF",
                "either",
                Words(
                    "Less is collected and stays cost more, but poor regions stop borrowing at a margin.",
                    "征缴减少、费用上升,但困难地区不再付息借款。",
                ),
            ),
            Effect("EPA", "-", Words("Less is collected.", "征缴减少。")),
            Effect(
                "RPF",
                "-",
                Words(
                    "Stays cost more; nearly all resident funds run dry alike.", "费用上升;各地居民基金缺口时间相近。"
                ),
            ),
            *_DEARER_STAYS,
        ),
        transform=pooled,
        options=pooling_options,
        phase_in=PhaseIn(3),
    ),
    Lever(
        id="G02",
        name="cross_province_pool",
        group="pooling",
        title=Words("Cross-province budget, Beijing-Tianjin-Hebei", "京津冀跨省基金预算"),
        explanation=Words(
            "Mutual recognition makes it easier to be treated next door: stays outside the region rise, taken from "
            "tertiary care at home, and the lower rate outside is raised. The provinces share a pool: each member pays "
            "in 5 % of what its funds spend outside, and the pool grants 80 % of recognised gaps beyond six months "
            "of reserve, cut evenly where it does not reach; the schemes stay apart in it. On a set without a pool "
            "across provinces a fund within each province stands for it, with a share of contribution income.",
            "互认使异地就医更便利:统筹区外住院上升(来自本地三级),区外报销降幅收窄。各省共建基金:成员按基金区外支出"
            "的5%上解,对自留6个月结余之外的认定缺口补助80%,不足时等比例削减,两制度分开核算。未声明跨省基金的数据集以"
            "省内调剂金代替,按缴费收入上解。",
        ),
        documents=("seed 001 item 11", "seed 001 item 15"),
        arguments=(
            assumed(
                "out_of_region_rise",
                "fraction",
                (0, 0.05),
                0.01,
                0.005,
                ("Stays moving outside", "区外住院占比上升"),
                "handbook 8.4, G02: one point",
            ),
            assumed(
                "penalty_cut",
                "fraction",
                (0, 0.1),
                0.05,
                0.01,
                ("Rate outside raised by", "区外报销比例提高"),
                "half of the ten points by which referred patients get less (handbook 3.7)",
            ),
            assumed(
                "shared",
                "fraction",
                (0, 1),
                0.05,
                0.01,
                ("Pay-in of spending outside", "上解区外支出比例"),
                "handbook 8.4, G02: 5 % of spending outside; on sets with a pool across provinces",
            ),
            assumed(
                "pay_in",
                "fraction",
                (0, 0.1),
                0.004,
                0.001,
                ("Pay-in of contribution income, without such a pool", "上解缴费收入比例(无跨省基金时)"),
                "handbook 8.4, G02: 5 % of spending outside, of which the set hebei has about 8 % of contribution "
                "income; on sets without a pool across provinces",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("Care outside costs more and is paid better.", "区外费用更高、支付更多。")),
            Effect("RPF", "-", Words("Care outside costs more and is paid better.", "区外费用更高、支付更多。")),
            *layers_behind(residents_serious="-", residents="-", employees_inpatient="-", employees="-", claims="+"),
        ),
        changes=(
            Change("shift", "inpatient.tier_share", "out_of_region_rise", {"status": INSURED, "tier": "out_of_region"}),
            Change(
                "shift",
                "inpatient.tier_share",
                lambda given, _: -given["out_of_region_rise"],
                {"status": INSURED, "tier": "tertiary"},
            ),
            Change(
                "shift", "inpatient.reimbursement_rate", "penalty_cut", {"status": INSURED, "tier": "out_of_region"}
            ),
        ),
        transform=common_budget,
        options=common_budget_options,
        remark=alone,
    ),
    Lever(
        id="G03",
        name="xiongan_region",
        group="pooling",
        title=Words("Xiong'an as its own pooling region", "雄安新区独立统筹区"),
        explanation=Words(
            "Xiong'an has its own ledgers in the set already; the lever speeds up its planned in-migration: people "
            "of working age come from Beijing for some years, rate x people of Xiong'an x (1 + rate)^years passed. "
            "Nobody is made up: Beijing loses whom Xiong'an gains. A reserve to start with is not counted.",
            "数据集中雄安已独立建账;本项加快规划人口迁入:若干年内自北京迁入“比率×雄安人口×(1+比率)^已过年数”。人口守"
            "恒:雄安所增即北京所减。不计起步储备金。",
        ),
        documents=("seed 001 item 15",),
        arguments=(
            assumed(
                "growth",
                "rate_per_year",
                (0, 0.15),
                0.05,
                0.01,
                ("Added growth of people a year", "每年新增人口比例"),
                "handbook 8.4, G03: +5 % a year",
            ),
            assumed(
                "years", "years", (1, 30), 10, 1, ("Years of it", "持续年数"), "to the middle of the 2030s, as planned"
            ),
        ),
        effects=tuple(
            Effect(ledger, "either", _SUM_OF_BOTH_ENDS)
            for ledger in ("EPF", "EPA", "RPF", "CII", "LAS", "CSS", "MAF", "LTCI", "VBPR")
        ),
        transform=moved_to_xiongan,
        needs=(XIONGAN,),
    ),
    Lever(
        id="G04",
        name="budget_performance",
        group="pooling",
        title=Words("Budget performance and early warning", "预算绩效与风险预警"),
        explanation=Words(
            "Performance management and early warning ask which smallest change keeps payable months above a minimum "
            "(six, by the handbook). That is a question, not a change: it is answered by `poolcast solve` with the "
            "condition payable_months >= 6, for any lever or parameter. The lever stands on record and moves nothing.",
            "预算绩效和风险预警回答“怎样的最小调整可使可支付月数不低于下限(手册为6个月)”。这是求解问题而非政策变动:用"
            " poolcast solve 对任一工具或参数求解。本项仅作记录,不改变结果。",
        ),
        documents=("seed 001 item 11", "seed 002"),
        no_effect=Words(
            "A preset of solve: the smallest change of a lever that keeps payable months at six or more.",
            "求解预设:使可支付月数不低于6个月的最小政策调整。",
        ),
    ),
    Lever(
        id="F13",
        name="scheme_convergence",
        group="pooling",
        title=Words("Residents' rules converge to employees'", "居民医保待遇向职工医保趋近"),
        explanation=Words(
            "In-policy shares, reimbursement rates and the outpatient ceiling of residents move to those of active "
            "employees: old + arrived x share x (employees' - old), over ten years. Residents answer by the "
            "elasticities; their premium rises by a part of its path. The subsidy is not raised. The two funds stay "
            "apart unless a common ledger is asked for: then the employee fund takes over the reserve and all lines of "
            "the resident fund in the first year, and is the merged fund from then on (EPF); the resident fund shows "
            "nothing more.",
            "居民政策内比例、报销比例和门诊封顶线十年内向在职职工趋近:原值+进度×比例×(职工-原值)。居民按弹性反应,个人"
            "缴费按一定比例提高,不提高财政补助。默认两项基金仍分账;选择并账时,职工统筹基金自首年接收居民基金的结余和"
            "全部收支,成为合并基金(EPF),居民基金此后无数。",
        ),
        documents=("seed 004 item 4",),
        arguments=(
            assumed(
                "share",
                "fraction",
                (0, 1),
                0.2,
                0.1,
                ("Part of the gap closed", "弥合差距比例"),
                "handbook 8.1, F13: a fifth of the gap in ten years",
            ),
            assumed(
                "premium_increase",
                "fraction",
                (0, 3),
                0.1,
                0.05,
                ("Rise of the personal premium", "个人缴费提高"),
                "the handbook leaves it open; about a third of the added cost",
            ),
            assumed(
                "common_ledger",
                "switch",
                (0, 1),
                0,
                1,
                ("One ledger for both (0: apart)", "并账(0为分账)"),
                "handbook 8.1, F13 names both designs; converging rules alone is the weaker one and the default",
            ),
        ),
        effects=(
            Effect("RPF", "-", Words("Better rules cost more than the premium brings.", "待遇提高超过增缴。")),
            *layers_behind(residents_serious="-", residents="-", claims="+"),
        ),
        changes=(Change("scale", "resident.personal_premium", lambda given, _: 1 + given["premium_increase"]),),
        transform=merged_schemes,
        options=merger_options,
        brings=("ledger.schemes_merged",),
        remark=taken_over,
        phase_in=PhaseIn(10),
    ),
    Lever(
        id="P22",
        name="fund_supervision",
        group="pooling",
        title=Words("Supervision of the fund", "医保基金监管"),
        explanation=Words(
            "Flight inspections, big data, credit and rewards: claims are cut or recovered by a share, and "
            "deterrence keeps a further share of care from being billed. The cut falls on providers, not on "
            "patients. Fines of two to five times go to the treasury and are no revenue of the fund; recoveries of "
            "the year after are inside the cut.",
            "飞行检查、大数据、信用与举报奖励:按比例扣减或追回费用,震慑使一部分服务不再发生。扣减由医疗机构承担。二至"
            "五倍罚款上缴国库,不计基金收入;次年追回计入扣减。",
        ),
        documents=("seed 000 item 4", "seed 001 items 16-18", "seed 003", "seed 004 item 6"),
        arguments=(
            _audit(0.01, "handbook 4.11: 1 % of expenditure; recoveries were 0.5 to 1.1 % (derived)"),
            assumed(
                "deterrence",
                "fraction",
                (0, 0.05),
                0.003,
                0.001,
                ("Care not billed any more", "震慑减少服务比例"),
                "handbook 8.3, P22: 0.3 %",
            ),
        ),
        effects=cheaper_care("Claims are cut, and some are no longer made.", "费用被扣减,部分不再发生。"),
        changes=(
            Change("shift", "payment.audit_deduction", "audit"),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, _: 1 - given["deterrence"],
                {"benefit": CARE},
                behavioural=True,
            ),
        ),
    ),
    Lever(
        id="P23",
        name="agreement_management",
        group="pooling",
        title=Words("Agreements with providers and exit", "定点协议管理与退出"),
        explanation=Words(
            "Agreements cap what designated providers use outside the lists: the in-policy share of inpatient, "
            "outpatient and chronic bills rises. Patients pay less for what is outside, the funds pay their part of "
            "what is now inside. Exits of providers are not counted.",
            "协议约束定点机构目录外使用比例:住院、门诊、慢特病政策范围内比例提高。患者目录外自费减少,基金支付增加。不"
            "计机构退出影响。",
        ),
        documents=("seed 001 item 13",),
        arguments=(
            assumed(
                "change",
                "fraction",
                (0, 0.05),
                0.01,
                0.005,
                ("Rise of the in-policy share", "政策内比例提高"),
                "handbook 8.3, P23: one point",
            ),
        ),
        effects=dearer_care(
            "More of the bill is reimbursed, and more in-policy own share arises.", "政策内费用及其自付增加。"
        ),
        changes=tuple(
            Change("shift", f"{benefit}.in_policy_share", "change")
            for benefit in ("inpatient", "outpatient", "chronic")
        ),
    ),
    Lever(
        id="P24",
        name="clinical_behaviour_control",
        group="pooling",
        title=Words("Control of clinical behaviour and drug use", "规范诊疗与合理用药"),
        explanation=Words(
            "Reviews of diagnosis, treatment and drug use slow the growth of intensity by a rate for some years: "
            "unit cost x (1 - rate) each year, kept afterwards.",
            "诊疗合理性和临床用药评价减缓诊疗强度增长:若干年内单位费用每年乘以(1-比率),之后保持。",
        ),
        documents=("seed 001 item 24", "seed 002"),
        arguments=(
            assumed(
                "slowdown",
                "rate_per_year",
                (0, 0.03),
                0.005,
                0.0025,
                ("Slower growth of intensity", "强度增速下降"),
                "handbook 8.3, P24: half a point a year",
            ),
            assumed("years", "years", (1, 10), 2, 1, ("Years of it", "持续年数"), "handbook 8.3, P24: two years"),
        ),
        effects=cheaper_care("Fewer drugs and procedures per case.", "每例用药和项目减少。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["slowdown"],
                {"benefit": CARE},
                yearly=True,
                years="years",
            ),
        ),
    ),
    Lever(
        id="P25",
        name="mutual_recognition_of_results",
        group="pooling",
        title=Words("Mutual recognition of test results", "检查检验结果互认"),
        explanation=Words(
            "Tests done elsewhere are accepted: bills fall by examinations in bills x the part avoided. Named for "
            "Beijing-Tianjin-Hebei; on the national set it stands for the same rule everywhere.",
            "互认外院检查检验结果:费用下降“检查占比×避免比例”。文件针对京津冀;用于全国数据时表示普遍推行。",
        ),
        documents=("seed 001 item 15",),
        arguments=(
            assumed(
                "avoided",
                "fraction",
                (0, 0.1),
                0.01,
                0.005,
                ("Examinations avoided", "避免检查比例"),
                "handbook 8.3, P25: 1 % of examinations",
            ),
            assumed(
                "examination_share",
                "fraction",
                (0, 0.5),
                0.15,
                0.05,
                ("Examinations in bills", "检查检验占费用比例"),
                "no figure was read; about a seventh. The 7.6 % of seed 004 item 5 is of grade D and not used",
            ),
        ),
        effects=cheaper_care("Fewer repeated tests.", "重复检查减少。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["avoided"] * given["examination_share"],
                {"benefit": "inpatient|outpatient|chronic"},
            ),
        ),
    ),
    Lever(
        id="P26",
        name="primary_care_capacity",
        group="pooling",
        title=Words("Primary care capacity", "基层能力建设与家庭医生"),
        explanation=Words(
            "Training and pay of general practitioners and village doctors draw stays from tertiary to primary "
            "institutions, a share each year, and the rate at primary institutions is raised once. Outpatient visits "
            "that move are not counted, nor is the budget that pays for training.",
            "全科医生和乡村医生培养及薪酬改善使住院每年由三级转向基层一定比例,基层报销比例一次性提高。不计门诊转移和"
            "财政培训投入。",
        ),
        documents=("seed 001 items 22-23", "seed 004 item 3"),
        arguments=(
            assumed(
                "shift",
                "rate_per_year",
                (0, 0.03),
                0.01,
                0.005,
                ("Stays moving a year", "每年转移住院占比"),
                "handbook 8.3, P26: one point a year",
            ),
            assumed("years", "years", (1, 10), 5, 1, ("Years of it", "持续年数"), "the five years of a plan"),
            assumed(
                "rate_rise",
                "fraction",
                (0, 0.05),
                0.01,
                0.005,
                ("Rise of the primary rate", "基层报销比例提高"),
                "the handbook gives no size; one point",
            ),
        ),
        effects=cheaper_care("Stays at primary institutions cost about half.", "基层住院费用约为一半。"),
        changes=(
            Change(
                "shift",
                "inpatient.tier_share",
                "shift",
                {"status": INSURED, "tier": "primary"},
                yearly=True,
                years="years",
            ),
            Change(
                "shift",
                "inpatient.tier_share",
                lambda given, _: -given["shift"],
                {"status": INSURED, "tier": "tertiary"},
                yearly=True,
                years="years",
            ),
            Change("shift", "inpatient.reimbursement_rate", "rate_rise", {"status": INSURED, "tier": "primary"}),
        ),
    ),
    Lever(
        id="P27",
        name="large_equipment_control",
        group="pooling",
        title=Words("Control of large equipment and staffing", "大型设备配置与编制管控"),
        explanation=Words(
            "Planned equipment and staffing slow the growth of intensity by a rate for some years: unit cost of "
            "inpatient and outpatient care x (1 - rate) each year, kept afterwards.",
            "控制大型设备配置和超编,减缓强度增长:若干年内住院和门诊单位费用每年乘以(1-比率),之后保持。",
        ),
        documents=("seed 001 item 22",),
        arguments=(
            assumed(
                "slowdown",
                "rate_per_year",
                (0, 0.03),
                0.002,
                0.001,
                ("Slower growth of intensity", "强度增速下降"),
                "handbook 8.3, P27: 0.2 points",
            ),
            assumed(
                "years",
                "years",
                (1, 10),
                5,
                1,
                ("Years of it", "持续年数"),
                "no end is named; the five years of a plan",
            ),
        ),
        effects=cheaper_care("Less equipment induces fewer examinations.", "设备减少,诱导检查减少。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["slowdown"],
                {"benefit": "inpatient|outpatient"},
                yearly=True,
                years="years",
            ),
        ),
    ),
    Lever(
        id="P28",
        name="information_platform",
        group="pooling",
        title=Words("Information platform and codes", "医保信息平台与编码标准"),
        explanation=Words(
            "The platform standard of January 2026 is administrative. It may help supervision: the argument cuts a "
            "share of claims by audit, zero unless set (the handbook thinks of 0.1 %).",
            "2026年1月实施的平台标准属管理措施,可能有助于监管:参数为审核扣减比例,默认为零(手册提示约0.1%)。",
        ),
        documents=("seed 004 item 2",),
        arguments=(_audit(0.0, "handbook 8.3, P28: zero"),),
        changes=(Change("shift", "payment.audit_deduction", "audit"),),
        no_effect=_NOT_WATCHED,
    ),
    Lever(
        id="P29",
        name="refined_management",
        group="pooling",
        title=Words("Refined management", "精细化管理"),
        explanation=Words(
            "Refined management is administrative. The argument cuts a share of claims by audit, zero unless set (the "
            "handbook thinks of 0.1 points).",
            "精细化管理属管理措施。参数为审核扣减比例,默认为零(手册提示约0.1个百分点)。",
        ),
        documents=("seed 000 item 10",),
        arguments=(_audit(0.0, "handbook 8.3, P29: zero"),),
        changes=(Change("shift", "payment.audit_deduction", "audit"),),
        no_effect=_NOT_WATCHED,
    ),
    Lever(
        id="B29",
        name="policy_awareness",
        group="pooling",
        title=Words("Awareness of the rules", "政策知晓度宣传"),
        explanation=Words(
            "Stress lever after a press item of low reliability: ten per cent more awareness is said to cut "
            "unreasonable spending by eight. Use falls by awareness gain x 0.8 x unreasonable share. Zero unless set.",
            "压力测试(来源不可靠):知晓度每提高10%,不合理支出下降8%。利用率下降“知晓度提升×0.8×不合理占比”。默认为零。",
        ),
        documents=("seed 004 item 5",),
        arguments=(
            assumed(
                "gain",
                "fraction",
                (0, 0.5),
                0.0,
                0.05,
                ("Gain of awareness", "知晓度提升"),
                "handbook 8.2, B29: off; stress 0.1",
            ),
            Argument(
                "effect",
                "ratio",
                0,
                2,
                0.8,
                0.1,
                Words("Fall of unreasonable spending per gain", "不合理支出降幅系数"),
                "seed",
                "seed 004 item 5, grade D: 8 % for 10 %",
            ),
            assumed(
                "unreasonable_share",
                "fraction",
                (0, 0.5),
                0.1,
                0.05,
                ("Unreasonable spending", "不合理支出占比"),
                "handbook 8.2, B29: 10 %",
            ),
        ),
        changes=(
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, _: 1 - given["gain"] * given["effect"] * given["unreasonable_share"],
                {"benefit": CARE},
            ),
        ),
        stress=True,
        no_effect=Words("The only source is of grade D; off unless set.", "唯一来源为D级,默认关闭。"),
    ),
)
