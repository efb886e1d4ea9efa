"""Levers of the group `outpatient`: pooling of outpatient care, personal accounts, chronic care, access."""

from __future__ import annotations

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.catalogue.shorthand import (
    EMPLOYEES,
    INSURED,
    assumed,
    has_accounts,
    layers_behind,
    received,
    spent_on,
)
from poolcast.scenarios.lever import Argument, Arguments, Change, Effect, Lever, now
from poolcast.scenarios.phase_in import PhaseIn

_DIVIDED = "active", "retired"


def _outpatient_rate(before: Assumptions) -> float:
    """Return the outpatient rate of employees in the base year, the mean of active and retired members."""
    return sum(now(before, "outpatient.reimbursement_rate", status=status) for status in _DIVIDED) / len(_DIVIDED)


def _less_from_accounts(given: Arguments, before: Assumptions) -> float:
    """Return the fall of the spending propensity: substitution x added outpatient payments / account income.

    The added payments are those of the base year at unchanged use, ``X (d + tilt / 2) / r``; the tilt concerns about
    half of the spending. Nothing without accounts of the base year.
    """
    if not has_accounts(before) or received(before, "EPA") == 0:
        return 0.0
    rate_change = given["rate_change"] + given["retiree_tilt"] / 2
    added = spent_on(before, "employee", "outpatient") * rate_change / _outpatient_rate(before)
    return -given["substitution"] * added / received(before, "EPA")


def _shifted_to_the_fund(given: Arguments, before: Assumptions) -> float:
    """Return the factor on outpatient use: ``1 + shift x cut x account income x r / outpatient payments``."""
    if not has_accounts(before) or spent_on(before, "employee", "outpatient") == 0:
        return 1.0
    moved = given["shift_to_outpatient"] * -given["propensity_change"] * received(before, "EPA")
    return 1 + moved * _outpatient_rate(before) / spent_on(before, "employee", "outpatient")


LEVERS: tuple[Lever, ...] = (
    Lever(
        id="B01",
        name="outpatient_pooling",
        group="outpatient",
        title=Words("Outpatient pooling", "职工门诊共济保障"),
        explanation=Words(
            "Raises the rate at which the employee fund pays general outpatient bills, r + change (retired members may "
            "get a further tilt), moves deductible and ceiling, and ends what is left of the employer contribution "
            "that is credited to accounts, chi (1 - removed). Patients answer the lower own share: outpatient use "
            "(o_new / o_old)^elasticity, admissions by the cross elasticity. A part of the added payments replaces "
            "spending from accounts. The retired members' fixed credit stays. Not counted: that the replaced spending "
            "grows with outpatient cost; waiting times; without accounts of the base year the replacement itself.",
            "提高职工普通门诊统筹支付比例(r+变动,退休可另加倾斜),可调整起付线和封顶线,并停止单位缴费剩余部分划入个人账户"
            "(chi×(1-取消比例))。患者对自付下降作出反应:门诊利用按(新自付/旧自付)的弹性变化,住院按交叉弹性变化;"
            "新增统筹支付部分替代个人账户支出。退休人员定额划入不变。不计:被替代支出随门诊费用的增长、候诊时间;"
            "无基年决算的数据集不计替代。",
        ),
        documents=("seed 000 item 3", "seed 001 item 3", "seed 004 item 7"),
        arguments=(
            assumed(
                "rate_change",
                "fraction",
                (-0.20, 0.25),
                0.10,
                0.05,
                ("Change of the outpatient rate", "门诊支付比例变动"),
                "handbook 8.2, B01: 0.50 to 0.60; ten points on today's effective rate",
            ),
            assumed(
                "retiree_tilt",
                "fraction",
                (-0.10, 0.10),
                0.0,
                0.05,
                ("Further tilt to retired members", "退休人员再倾斜"),
                "handbook 8.2, B01: five points, which the shipped sets already hold",
            ),
            assumed(
                "deductible_change",
                "yuan_per_person_year",
                (-200, 1000),
                0.0,
                50,
                ("Change of the deductible", "起付线变动"),
                "none; yuan of the base year",
            ),
            assumed(
                "ceiling_factor", "ratio", (0.2, 5), 1.0, 0.1, ("Factor on the ceiling", "封顶线倍数"), "unchanged"
            ),
            Argument(
                "credit_removed",
                "fraction",
                0,
                1,
                1.0,
                0.25,
                Words("Remaining employer credit to accounts removed", "取消单位缴费划入个账的比例"),
                "source",
                "handbook 3.5: after the reform all of the employer contribution goes to the pooled fund",
            ),
            assumed(
                "substitution",
                "fraction",
                (0, 1),
                0.3,
                0.1,
                ("Account spending replaced per yuan", "个账支出替代率"),
                "handbook 8.2, B01",
            ),
        ),
        effects=(
            Effect(
                "EPF", "-", Words("Pays more of each outpatient bill, and more bills.", "门诊支付比例和利用均上升。")
            ),
            Effect("EPA", "+", Words("Pooled payments replace spending from accounts.", "统筹支付替代个人账户支出。")),
            *layers_behind(employees_inpatient="-", employees="-", claims="-"),
        ),
        changes=(
            Change("shift", "outpatient.reimbursement_rate", "rate_change", {"status": EMPLOYEES}),
            Change("shift", "outpatient.reimbursement_rate", "retiree_tilt", {"status": "retired"}),
            Change("shift", "outpatient.deductible", "deductible_change", {"status": EMPLOYEES}),
            Change("scale", "outpatient.ceiling", "ceiling_factor", {"status": EMPLOYEES}),
            Change(
                "scale", "revenue.share_credited_to_active_accounts", lambda given, before: 1 - given["credit_removed"]
            ),
            Change("shift", "account.spending_propensity", _less_from_accounts, optional=True),
        ),
    ),
    Lever(
        id="B02",
        name="family_account_sharing",
        group="outpatient",
        title=Words("Family sharing of personal accounts", "个人账户家庭共济"),
        explanation=Words(
            "Near relatives may use the account, so that a larger share of its income is spent: propensity + change. "
            "About a tenth of the added spending pays relatives' resident premiums; it replaces their cash, so the "
            "resident fund receives the same. Not counted: a better participation of residents.",
            "近亲属可使用个人账户,账户收入支出比例上升(支出倾向+变动)。新增支出约一成用于近亲属居民医保缴费,仅替代现金,"
            "居民基金收入不变。不计居民参保率的改善。",
        ),
        documents=("seed 000 item 3", "seed 004 item 4", "seed 004 item 7"),
        arguments=(
            assumed(
                "propensity_change",
                "fraction",
                (-0.1, 0.2),
                0.05,
                0.01,
                ("Change of the spending share", "支出倾向变动"),
                "handbook 8.2, B02: 0.92 to 0.97",
            ),
        ),
        effects=(
            Effect("EPA", "-", Words("More is spent out of the same income.", "同样收入下支出更多。")),
            Effect("RPF", "0", Words("Premiums paid from accounts replace cash.", "账户代缴保费仅替代现金。")),
        ),
        changes=(Change("shift", "account.spending_propensity", "propensity_change"),),
        needs=("EPA",),
    ),
    Lever(
        id="B03",
        name="account_spending_standard",
        group="outpatient",
        title=Words("Standardised account spending", "规范个人账户支出"),
        explanation=Words(
            "Excludes uses of the account that are no care: propensity + change (negative). A fifth of what accounts "
            "no longer pay comes back as outpatient bills of the pooled fund: use x (1 + shift x cut x account income "
            "x r / outpatient payments), all of the base year. Not counted: care that is given up.",
            "剔除个人账户非医疗用途(支出倾向下调)。减少的账户支出约五分之一转为统筹门诊费用:利用乘以(1+转移率×降幅×"
            "账户收入×支付比例/门诊支付),均取基年值。不计放弃的就医。",
        ),
        documents=("seed 002",),
        arguments=(
            assumed(
                "propensity_change",
                "fraction",
                (-0.2, 0.0),
                -0.03,
                0.01,
                ("Change of the spending share", "支出倾向变动"),
                "handbook 8.2, B03: minus three points",
            ),
            assumed(
                "shift_to_outpatient",
                "fraction",
                (0, 1),
                0.2,
                0.1,
                ("Share shifted to pooled outpatient care", "转入统筹门诊的比例"),
                "handbook 8.2, B03",
            ),
        ),
        effects=(
            Effect("EPA", "+", Words("Less is spent out of the same income.", "同样收入下支出更少。")),
            Effect("EPF", "-", Words("A part of the bills comes to the pooled fund.", "部分费用转由统筹支付。")),
            Effect(
                "LAS",
                "-",
                Words(
                    "Larger outpatient bills meet the ceiling; patients pay more of them and admissions rise a trifle.",
                    "门诊费用触及封顶线,自付上升,住院略增。",
                ),
            ),
            *layers_behind(employees="+"),
        ),
        changes=(
            Change("shift", "account.spending_propensity", "propensity_change"),
            Change(
                "scale",
                "utilisation.multiplier",
                _shifted_to_the_fund,
                {"status": EMPLOYEES, "benefit": "outpatient"},
                behavioural=True,
            ),
        ),
        needs=("EPA",),
    ),
    Lever(
        id="B05",
        name="chronic_cover_widening",
        group="outpatient",
        title=Words('Wider chronic outpatient cover, "two diseases"', "扩大门诊慢特病与两病保障"),
        explanation=Words(
            "More members hold a certificate of chronic or special outpatient care: use grows by a rate for some "
            "years, each new holder costing as much as the present ones. Better care at home saves admissions: use of "
            "inpatient care x (1 + growth)^elasticity. The rate can be raised too; patients answer by the price "
            "elasticity. Not counted: milder cases among the new holders.",
            "慢特病待遇享受人数在若干年内按比例增加,新增者费用与现有者相同;住院利用按(1+增长)的弹性略降。也可提高支付比例,"
            "患者按价格弹性反应。不计新增者病情较轻。",
        ),
        documents=("seed 000 item 3", "seed 003", "seed 004 item 3", "seed 004 item 7"),
        arguments=(
            assumed(
                "holders_growth",
                "rate_per_year",
                (-0.05, 0.20),
                0.10,
                0.01,
                ("Growth of holders a year", "享受人数年增长"),
                "handbook 8.2, B05",
            ),
            assumed("years", "years", (1, 10), 3, 1, ("Years of growth", "增长年数"), "handbook 8.2, B05"),
            assumed(
                "inpatient_elasticity",
                "ratio",
                (-0.2, 0),
                -0.02,
                0.01,
                ("Admissions per 1 % of chronic use", "住院对慢特病利用的弹性"),
                "handbook 8.2, B05",
            ),
            assumed(
                "rate_change", "fraction", (-0.1, 0.15), 0.0, 0.05, ("Change of the rate", "支付比例变动"), "unchanged"
            ),
        ),
        effects=(
            Effect(
                "EPF", "-", Words("More holders; admissions saved are far fewer.", "享受人数增加,节约的住院远小于此。")
            ),
            Effect(
                "RPF", "-", Words("More holders; admissions saved are far fewer.", "享受人数增加,节约的住院远小于此。")
            ),
            *layers_behind(residents_serious="+", residents="+", employees_inpatient="-", employees="+", claims="+"),
        ),
        changes=(
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["holders_growth"],
                {"status": INSURED, "benefit": "chronic"},
                yearly=True,
                years="years",
            ),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: (1 + given["holders_growth"]) ** given["inpatient_elasticity"],
                {"status": INSURED, "benefit": "inpatient"},
                yearly=True,
                years="years",
                behavioural=True,
            ),
            Change("shift", "chronic.reimbursement_rate", "rate_change", {"status": INSURED}),
        ),
    ),
    Lever(
        id="B06",
        name="chronic_care_to_primary",
        group="outpatient",
        title=Words("Chronic care in village and township stations", "慢病下沉基层与长处方"),
        explanation=Words(
            "A part of residents' chronic care moves to primary stations, where it costs less, and long prescriptions "
            "save visits: unit cost x (1 - share moved (1 - relative cost) - visits saved x visit part of the bill). "
            "Nearness raises use. Not counted: investment in stations and doctors, which the fund does not pay.",
            "部分居民慢特病下沉到费用较低的基层,长处方减少就诊:单位费用乘以(1-下沉比例×(1-相对费用)-减少就诊×就诊费占比);"
            "就近就医使利用上升。不计基层建设投入(不由基金支付)。",
        ),
        documents=("seed 004 item 3", "seed 001 item 22"),
        arguments=(
            assumed(
                "share_moved",
                "fraction",
                (0, 0.5),
                0.10,
                0.05,
                ("Share moved to primary care", "下沉基层比例"),
                "handbook 8.2, B06",
            ),
            assumed(
                "relative_cost",
                "ratio",
                (0.3, 1),
                0.7,
                0.05,
                ("Cost at primary stations", "基层相对费用"),
                "handbook 8.2, B06",
            ),
            assumed(
                "visits_saved",
                "fraction",
                (0, 0.5),
                0.10,
                0.05,
                ("Visits saved by long prescriptions", "长处方减少就诊"),
                "handbook 8.2, B06",
            ),
            assumed(
                "visit_share",
                "fraction",
                (0, 0.5),
                0.15,
                0.05,
                ("Visit part of the chronic bill", "就诊费占慢病费用比例"),
                "no figure in the handbook; drugs and tests make up most of a chronic bill",
            ),
            assumed(
                "added_use",
                "fraction",
                (0, 0.2),
                0.03,
                0.01,
                ("Added use by nearness", "就近增加的利用"),
                "handbook 8.2, B06",
            ),
        ),
        effects=(
            Effect("RPF", "+", Words("Cheaper care outweighs added use.", "费用下降大于利用上升。")),
            *layers_behind(residents_serious="-", residents="-", claims="-"),
        ),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, before: (
                    1
                    - given["share_moved"] * (1 - given["relative_cost"])
                    - given["visits_saved"] * given["visit_share"]
                ),
                {"scheme": "resident", "benefit": "chronic"},
            ),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["added_use"],
                {"status": "child|adult_resident", "benefit": "chronic"},
                behavioural=True,
            ),
        ),
        phase_in=PhaseIn(3),
    ),
    Lever(
        id="B17",
        name="dual_channel_drugs",
        group="outpatient",
        title=Words("Dual channel of negotiated drugs", "谈判药品双通道"),
        explanation=Words(
            "More outlets carry negotiated drugs: use of the dual channel grows by a rate for some years, and once by "
            "easier access. Not counted: residents, whose dual-channel drugs stand inside their outpatient line in the "
            "shipped sets, and drugs that would have been given in hospital anyway.",
            "双通道配备机构增加:双通道利用在若干年内按比例增长,另有一次性可及性提升。不计居民(其双通道药品在数据集中并入普通门诊)"
            "以及原本在医院使用的药品。",
        ),
        documents=("seed 003",),
        arguments=(
            assumed(
                "growth", "rate_per_year", (-0.05, 0.10), 0.02, 0.01, ("Growth a year", "年增长"), "handbook 8.2, B17"
            ),
            assumed(
                "years", "years", (1, 15), 5, 1, ("Years of growth", "增长年数"), "no figure in the handbook: one plan"
            ),
            assumed(
                "added_use",
                "fraction",
                (0, 0.2),
                0.05,
                0.01,
                ("Added use by access", "可及性带来的利用"),
                "handbook 8.2, B17",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("More negotiated drugs are dispensed.", "谈判药品使用增加。")),
            Effect("RPF", "0", Words("Its bill stands inside the outpatient line.", "居民费用已并入普通门诊。")),
            *layers_behind(employees="+"),
        ),
        changes=(
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["growth"],
                {"status": INSURED, "benefit": "dual_channel"},
                yearly=True,
                years="years",
            ),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["added_use"],
                {"status": INSURED, "benefit": "dual_channel"},
                behavioural=True,
            ),
        ),
    ),
    Lever(
        id="B30",
        name="telemedicine_access",
        group="outpatient",
        title=Words("Access in counties: telemedicine, Internet+", "县乡可及性:远程医疗与互联网+"),
        explanation=Words(
            "Telemedicine brings more outpatient services at a lower price each: use x (1 + added), unit cost x (1 - "
            "saving). Where ceilings cut the dear bills (residents), cheaper services save less than the added "
            "use costs; for employees the two nearly cancel. Not counted: travel and time of patients.",
            "远程医疗使门诊利用增加、单价下降:利用乘以(1+增加),单位费用乘以(1-节约)。居民受封顶线限制,单价下降的节约小于"
            "利用增加的支出;职工两者几乎相抵。不计患者交通和时间成本。",
        ),
        documents=("seed 001 item 13", "seed 001 item 22"),
        arguments=(
            assumed("added_use", "fraction", (0, 0.1), 0.01, 0.005, ("Added use", "利用增加"), "handbook 8.2, B30"),
            assumed(
                "saving",
                "fraction",
                (0, 0.1),
                0.01,
                0.005,
                ("Saving on unit cost", "单位费用节约"),
                "handbook 8.2, B30",
            ),
        ),
        effects=(
            Effect(
                "EPF",
                "either",
                Words(
                    "Use and unit cost nearly cancel: deductibles enlarge the saving, ceilings mute it.",
                    "利用与单价几乎相抵:起付线放大节约,封顶线削弱节约。",
                ),
            ),
            Effect(
                "RPF",
                "either",
                Words("The same: use and saving nearly cancel.", "同样,利用与节约几乎相抵。"),
            ),
            *layers_behind(residents_serious="-", residents="-", employees_inpatient="-", employees="-", claims="-"),
        ),
        changes=(
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, before: 1 + given["added_use"],
                {"status": INSURED, "benefit": "outpatient"},
                behavioural=True,
            ),
            Change("scale", "cost.multiplier", lambda given, before: 1 - given["saving"], {"benefit": "outpatient"}),
        ),
    ),
)
