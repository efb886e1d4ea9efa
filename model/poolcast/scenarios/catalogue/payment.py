"""Levers of the group `payment`: how providers are paid, and when."""

from __future__ import annotations

from poolcast.parameters.declaration import Words
from poolcast.scenarios.catalogue import inpatient
from poolcast.scenarios.catalogue.care_effects import RESIDENT, cheaper_care, dearer_care
from poolcast.scenarios.catalogue.shorthand import EMPLOYEES, RESIDENTS, assumed
from poolcast.scenarios.lever import Amount, Arguments, Change, Effect, Lever

_INPATIENT = {"benefit": "inpatient"}
_OUTBREAK = next(lever for lever in inpatient.LEVERS if lever.id == "B26")


def _budget_effects(en: str, zh: str) -> tuple[Effect, ...]:
    """Effects of a budget: what the fund does not pay, providers bear; bills and own shares stay."""
    return (Effect("EPF", "+", Words(en, zh)), Effect("RPF", "+", Words(en, zh)))


_NO_EXPENDITURE = tuple(
    Effect(
        ledger,
        "0",
        Words("An advance moves cash, not expenditure; the memo stock shows it.", "仅影响现金,不影响支出,见备查存量。"),
    )
    for ledger in ("EPF", "RPF")
)


def _grouped_cost(given: Arguments) -> float:
    """Yearly factor on unit cost: ``(1 + effect)(1 + drift x passed on)``."""
    return (1 + given["cost_change"]) * (1 + given["drift"] * given["passed_on"])


def _kept_in_county(part: str, tier: str, sign: float) -> Change:
    """Shift of out-of-county stays of one scheme, half to primary and half to secondary care."""
    statuses = RESIDENTS if part == "resident_share" else EMPLOYEES
    return Change(
        "shift",
        "inpatient.tier_share",
        lambda given, _: sign * given["kept_in_county"] * given[part],
        {"status": statuses, "tier": tier},
    )


def _paid_per_head(share: str, scheme: str, benefits: str) -> Change:
    """Payment per head for a share of the members of a scheme."""
    return Change("set", "capitation.share", share, {"scheme": scheme, "benefit": benefits})


def _of_the_package(parameter: str, amount: Amount) -> Change:
    """Rule of the package of a consortium, for both schemes."""
    return Change("set", f"capitation.{parameter}", amount)


LEVERS: tuple[Lever, ...] = (
    Lever(
        id="P01",
        name="total_budget",
        group="payment",
        title=Words("Total budget for inpatient care", "医保基金总额预算"),
        explanation=Words(
            "A budget covers a share of inpatient claims and grows with the smaller of contribution income and "
            "claims. X = B + softness x max(0, C - B) - (1 - retained) x max(0, B - C); half of this year's gap "
            "enters next year's budget, so that the ratio of budget to claims settles instead of drifting apart. "
            "What the fund does not pay, providers bear. That they may treat fewer patients or discharge sooner is "
            "not counted.",
            "预算覆盖一定比例住院费用,按缴费收入与费用增速孰低增长。支出=预算+软约束系数×超支-(1-留用比例)×结余;当年"
            "缺口的一半计入次年预算,预算与费用之比趋于稳定。基金不付部分由医疗机构承担。不计推诿或提前出院。",
        ),
        documents=("seed 001 item 14", "seed 002", "seed 003"),
        arguments=(
            assumed(
                "softness",
                "fraction",
                (0, 1),
                0.3,
                0.1,
                ("Overspend that the fund pays after all", "超支由基金补付比例"),
                "handbook 4: softness 0.3",
            ),
            assumed(
                "follows_revenue",
                "fraction",
                (0, 1),
                1.0,
                0.25,
                ("Budget follows revenue", "预算随收入增长权重"),
                "handbook 4.2: growth of the budget is the smaller of revenue and need",
            ),
            assumed(
                "budgeted_share",
                "fraction",
                (0, 1),
                0.9,
                0.05,
                ("Inpatient spending under the budget", "预算覆盖住院费用比例"),
                "more than 90 % of discharges were paid by group at the end of 2024 (seed 004 item 1)",
            ),
            assumed(
                "retained",
                "fraction",
                (0, 1),
                0.7,
                0.1,
                ("Surplus that providers keep", "结余留用比例"),
                "handbook 4.2",
            ),
            assumed(
                "catch_up",
                "fraction",
                (0, 1.9),
                0.5,
                0.1,
                ("Gap that enters next year's budget", "缺口计入次年预算比例"),
                "handbook 4: catch-up 0.5",
            ),
        ),
        effects=_budget_effects(
            "Claims above a budget tied to revenue are paid in part only.", "超出随收入增长预算的费用仅部分支付。"
        ),
        changes=(
            Change("set", "payment.budgeted_share", "budgeted_share"),
            Change("set", "payment.budget_follows_revenue", "follows_revenue"),
            Change("set", "payment.overspend_softness", "softness"),
            Change("set", "payment.retained_share", "retained"),
            Change("set", "payment.catch_up", "catch_up"),
        ),
        options=lambda given, _: {"payment_rule": "closure"} if given["budgeted_share"] else {},
    ),
    Lever(
        id="P02",
        name="drg_payment",
        group="payment",
        title=Words("Payment by diagnosis-related group", "DRG实际付费"),
        explanation=Words(
            "A price per group makes hospitals save: unit cost of inpatient care changes by a rate for some years, "
            "volume rises once, and heavier coding passes into what the fund pays by a part (within a closed budget "
            "it only lowers the value of a point). Where the set has a budget, more of the claims come under it. The "
            "evidence is mixed: studies show rising as well as falling cost per case.",
            "按病组定价促使医院节约:住院单位费用在若干年内按一定比率变化,住院量一次性上升,编码升级按一定比例传导至基"
            "金支付(闭合预算内仅稀释点值)。设有预算的数据集扩大预算覆盖。现有研究结论不一,次均费用有升有降。",
        ),
        documents=("seed 000 item 7", "seed 002", "seed 004 item 1"),
        arguments=(
            assumed(
                "cost_change",
                "rate_per_year",
                (-0.03, 0.01),
                -0.01,
                0.005,
                ("Change of unit cost a year", "单位费用年变化"),
                "handbook 4: -1 % a year, range -3 to +1, as the evidence on DRG and DIP is mixed",
            ),
            assumed("years", "years", (1, 10), 3, 1, ("Years that it goes on", "持续年数"), "handbook 4: three years"),
            assumed(
                "volume",
                "fraction",
                (-0.1, 0.1),
                0.01,
                0.005,
                ("Volume response", "住院量反应"),
                "handbook 8.3, P02: +1 %",
            ),
            assumed(
                "drift",
                "rate_per_year",
                (0, 0.05),
                0.005,
                0.0025,
                ("Drift of the case mix a year", "病例组合指数年漂移"),
                "handbook 4: +0.5 % a year by coding",
            ),
            assumed(
                "passed_on",
                "fraction",
                (0, 1),
                0.3,
                0.1,
                ("Part of the drift that the fund pays", "漂移由基金支付比例"),
                "handbook 4: only through the softness of the budget, 0.3",
            ),
            assumed(
                "coverage",
                "fraction",
                (0, 0.1),
                0.05,
                0.01,
                ("More claims under the budget", "新增预算覆盖比例"),
                "handbook 8.3, P02: 90 % to 95 %",
            ),
        ),
        effects=cheaper_care("Saving per case outweighs volume and coding.", "次均节约超过住院量与编码上升。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: _grouped_cost(given),
                _INPATIENT,
                yearly=True,
                years="years",
            ),
            Change(
                "scale", "utilisation.multiplier", lambda given, _: 1 + given["volume"], _INPATIENT, behavioural=True
            ),
            Change("shift", "payment.case_mix_growth", "drift"),
            Change("shift", "payment.budgeted_share", "coverage", optional=True),
        ),
    ),
    Lever(
        id="P03",
        name="dip_payment",
        group="payment",
        title=Words("Payment by diagnosis-intervention packet", "DIP实际付费"),
        explanation=Words(
            "Points per case share out a regional budget: v = (budget + other payers) / points. Hospitals collect more "
            "points, but that lowers the value of a point; only a small part reaches what the fund pays. Unit cost and "
            "volume as under groups.",
            "按病种分值分配区域预算:点值=(预算+其他支付)/总分值。医院争取更多分值会稀释点值,仅少部分传导至基金支付。"
            "单位费用和住院量反应同DRG。",
        ),
        documents=("seed 000 item 7",),
        arguments=(
            assumed(
                "cost_change",
                "rate_per_year",
                (-0.03, 0.01),
                -0.01,
                0.005,
                ("Change of unit cost a year", "单位费用年变化"),
                "handbook 4 and 8.3, P03: as for groups",
            ),
            assumed("years", "years", (1, 10), 3, 1, ("Years that it goes on", "持续年数"), "handbook 4: three years"),
            assumed(
                "volume",
                "fraction",
                (-0.1, 0.1),
                0.01,
                0.005,
                ("Volume response", "住院量反应"),
                "handbook 8.3, P03: as P02",
            ),
            assumed(
                "drift",
                "rate_per_year",
                (0, 0.1),
                0.02,
                0.005,
                ("Inflation of points a year", "分值年膨胀率"),
                "handbook 8.3, P03: 2 % a year",
            ),
            assumed(
                "passed_on",
                "fraction",
                (0, 1),
                0.1,
                0.05,
                ("Part of it that the fund pays", "膨胀由基金支付比例"),
                "within the budget it lowers the value of a point; a tenth for the next negotiation of the budget",
            ),
        ),
        effects=cheaper_care("Saving per case outweighs volume and points.", "次均节约超过住院量与分值上升。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: _grouped_cost(given),
                _INPATIENT,
                yearly=True,
                years="years",
            ),
            Change(
                "scale", "utilisation.multiplier", lambda given, _: 1 + given["volume"], _INPATIENT, behavioural=True
            ),
            Change("shift", "payment.case_mix_growth", "drift"),
        ),
    ),
    Lever(
        id="P04",
        name="compound_payment",
        group="payment",
        title=Words("Bed days, diseases and heads in place of items", "按床日、病种、人头复合支付"),
        explanation=Words(
            "A share of inpatient claims moves from items to bed days or diseases, a share of outpatient claims to "
            "payment per head. What moves costs less by a given part: X x (1 - moved share x saving). The moved "
            "inpatient part comes under the budget where the set has one.",
            "部分住院由按项目改为按床日或病种,部分门诊改为按人头。转换部分费用下降:费用×(1-转换比例×节约率)。设有预算"
            "的数据集相应扩大预算覆盖。",
        ),
        documents=("seed 001 item 14", "seed 002"),
        arguments=(
            assumed(
                "saving",
                "fraction",
                (0, 0.3),
                0.05,
                0.01,
                ("Saving on what moves", "转换部分节约率"),
                "the handbook gives a matrix without sizes; a twentieth, between audit cuts and day surgery",
            ),
            assumed(
                "inpatient_moved",
                "fraction",
                (0, 0.1),
                0.05,
                0.01,
                ("Inpatient claims moved", "住院转换比例"),
                "half of the tenth that is not yet paid by group: psychiatric, rehabilitation and long stays",
            ),
            assumed(
                "outpatient_moved",
                "fraction",
                (0, 1),
                0.1,
                0.05,
                ("Outpatient claims moved", "门诊转换比例"),
                "no figure was read; family-doctor contracts for a tenth of spending",
            ),
        ),
        effects=cheaper_care("Bundled payment leaves less room for extra items.", "打包支付减少多开项目。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["inpatient_moved"] * given["saving"],
                _INPATIENT,
            ),
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["outpatient_moved"] * given["saving"],
                {"benefit": "outpatient|chronic"},
            ),
            Change("shift", "payment.budgeted_share", "inpatient_moved", optional=True),
        ),
    ),
    Lever(
        id="P05",
        name="special_case_review",
        group="payment",
        title=Words("Review of special cases", "特例单议"),
        explanation=Words(
            "Hospitals may ask that long or costly stays be paid by item. A share of cases leaves the budget and "
            "costs more than its group price: unit cost x (1 + share x excess). The upper limit is 5 % of discharges "
            "under groups and 5 per mille under points.",
            "医院可就住院时间长、资源消耗多的病例申请按项目付费。一定比例病例移出预算并高于病组价格:费用×(1+比例×超出"
            "幅度)。上限为DRG出院人次5%、DIP千分之五。",
        ),
        documents=("seed 004 item 1",),
        arguments=(
            assumed(
                "share",
                "fraction",
                (0, 0.05),
                0.05,
                0.01,
                ("Cases under review", "特例病例比例"),
                "handbook 4.3: at most 5 % under groups (to be verified)",
            ),
            assumed(
                "excess",
                "fraction",
                (0, 1),
                0.1,
                0.05,
                ("Cost above the group price", "超出病组价格幅度"),
                "with 5 % of cases it makes the +0.5 % of handbook 8.3, P05",
            ),
        ),
        effects=dearer_care("Costly cases are paid in full.", "高费用病例据实支付。"),
        changes=(
            Change("scale", "cost.multiplier", lambda given, _: 1 + given["share"] * given["excess"], _INPATIENT),
            Change("scale", "payment.budgeted_share", lambda given, _: 1 - given["share"], optional=True),
        ),
    ),
    Lever(
        id="P06",
        name="outpatient_capitation",
        group="payment",
        title=Words("Outpatient capitation with family doctors", "门诊按人头付费与家庭医生签约"),
        explanation=Words(
            "Family doctors receive an amount per head for the outpatient and chronic care of a share of residents: "
            "the payment per head of the base year x (1 + allowance), moved with the age of the residents, growing "
            "with the expected cost of the set and a declared growth beside it. What they do not spend they keep, "
            "down to the quality gate; of what they overspend the fund pays a part. Patients' rights stay as they "
            "are: the difference is the doctors'. They refer more: admissions of those enrolled rise. A benefit that "
            "is widened at the same time does not raise the amount.",
            "家庭医生按人头承包部分居民门诊和慢特病费用:基年人均支付×(1+上浮),随居民年龄结构调整,按参数集预期费用增长"
            "并可另设增长率。结余在质量门槛内留用,超支由基金分担一部分。患者待遇不变,差额归医生。转诊增加,签约人群住"
            "院上升。同时扩大待遇不自动提高标准。",
        ),
        documents=("seed 000 item 7", "seed 002", "seed 004 item 3"),
        arguments=(
            assumed(
                "share",
                "fraction",
                (0, 1),
                0.3,
                0.1,
                ("Residents under contract", "签约居民比例"),
                "no figure was read; a third of care is at contracted primary providers",
            ),
            assumed(
                "allowance",
                "fraction",
                (-0.2, 0.2),
                0.03,
                0.01,
                ("Amount over the mean", "人头标准上浮"),
                "handbook 8.3, P06: mean x 1.03",
            ),
            assumed(
                "growth",
                "rate_per_year",
                (-0.03, 0.03),
                0.0,
                0.0025,
                ("Growth of the amount beside that of cost", "标准在费用增速之外的增长率"),
                "no document names a growth; the amount follows cost",
            ),
            assumed(
                "retained",
                "fraction",
                (0, 1),
                1.0,
                0.1,
                ("Surplus that doctors keep", "结余留用比例"),
                "handbook 4.6: rho = 1 within the quality gate",
            ),
            assumed(
                "overspend_share",
                "fraction",
                (0, 1),
                0.6,
                0.1,
                ("Overspend that the fund pays", "超支基金分担比例"),
                "handbook 4.6: overspend shared; as 4.2",
            ),
            assumed(
                "referrals",
                "fraction",
                (-0.1, 0.2),
                0.02,
                0.01,
                ("More referrals to hospital", "转诊住院增加"),
                "handbook 8.3, P06: +2 %",
            ),
        ),
        effects=dearer_care(
            "The amount lies above the mean, and more are referred.", "标准高于均值且转诊增加。", RESIDENT
        ),
        changes=(
            _paid_per_head("share", "resident", "outpatient|chronic"),
            Change("set", "capitation.amount_ratio", lambda given, _: 1 + given["allowance"], {"scheme": "resident"}),
            Change("shift", "capitation.growth", "growth", {"scheme": "resident"}),
            Change("set", "capitation.retained_share", "retained", {"scheme": "resident"}),
            Change("set", "capitation.overspend_share", "overspend_share", {"scheme": "resident"}),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, _: 1 + given["share"] * given["referrals"],
                {"status": RESIDENTS, "benefit": "inpatient"},
                behavioural=True,
            ),
        ),
    ),
    Lever(
        id="P07",
        name="county_consortium_package",
        group="payment",
        title=Words("Package payment of county consortia", "县域医共体总额付费"),
        explanation=Words(
            "A county consortium, its village stations inside, receives one amount per head for the inpatient, "
            "outpatient and chronic care of a share of members. The amount is the payment per head of the base year "
            "and grows with contribution income per member, so that the whole package grows with revenue; it is not "
            "adjusted for age. Stays outside the county are paid to the hospital there and taken off the amount. A "
            "surplus stays with the consortium down to the quality gate; of an overspend the fund pays a part. What "
            "is paid per head leaves the total budget. An amount that grows more slowly than cost falls behind it "
            "for good: nothing catches up. Stays outside the county fall, half to primary and half to secondary "
            "care. More primary visits are inside the amount; members keep their rights.",
            "县域医共体(含村卫生室)就部分参保人的住院、门诊和慢特病费用领取一个人头总额:以基年人均支付为起点,随人均缴"
            "费收入增长,即总包随收入增长,不按年龄调整。县外住院由基金付给外部医院并从总额中扣除(钱随人走)。结余在质量"
            "门槛内留用,超支由基金分担一部分。按人头付费部分不再计入总额预算。总额增速长期低于费用时差距持续累积,不作"
            "追加。县外住院下降,一半转基层、一半转二级。基层就诊增加已含于总包,参保人待遇不变。",
        ),
        documents=("seed 000 item 7", "seed 001 item 14"),
        arguments=(
            assumed(
                "resident_share",
                "fraction",
                (0, 1),
                0.5,
                0.1,
                ("Residents covered", "覆盖居民比例"),
                "about half of residents live in counties with a consortium; no figure was read",
            ),
            assumed(
                "employee_share",
                "fraction",
                (0, 1),
                0.2,
                0.1,
                ("Employees covered", "覆盖职工比例"),
                "employees live in cities more often; no figure was read",
            ),
            assumed(
                "follows_revenue",
                "fraction",
                (0, 1),
                1.0,
                0.25,
                ("Amount follows revenue", "总额随收入增长权重"),
                "handbook 8.3, P07: growth of revenue; the rest of the weight follows expected cost",
            ),
            assumed(
                "retained",
                "fraction",
                (0, 1),
                1.0,
                0.1,
                ("Surplus that the consortium keeps", "结余留用比例"),
                "handbook 4.6: rho = 1 within the quality gate",
            ),
            assumed(
                "overspend_share",
                "fraction",
                (0, 1),
                0.6,
                0.1,
                ("Overspend that the fund pays", "超支基金分担比例"),
                "handbook 4.6: overspend shared; as 4.2",
            ),
            assumed(
                "kept_in_county",
                "fraction",
                (0, 0.05),
                0.03,
                0.01,
                ("Stays kept in the county", "县外住院回流"),
                "handbook 8.3, P07: share outside the county -3 points",
            ),
        ),
        effects=cheaper_care(
            "The amount lags cost, and fewer stays are outside the county.", "标准增速低于费用且县外住院减少。"
        ),
        changes=(
            _paid_per_head("resident_share", "resident", "inpatient|outpatient|chronic"),
            _paid_per_head("employee_share", "employee", "inpatient|outpatient|chronic"),
            *(
                _of_the_package(parameter, amount)
                for parameter, amount in (
                    ("amount_ratio", 1.0),
                    ("follows_revenue", "follows_revenue"),
                    ("follows_cost", lambda given, _: 1 - given["follows_revenue"]),
                    ("risk_adjustment", 0.0),
                    ("retained_share", "retained"),
                    ("overspend_share", "overspend_share"),
                )
            ),
            *(
                _kept_in_county(part, tier, sign)
                for part in ("resident_share", "employee_share")
                for tier, sign in (("out_of_region", -1.0), ("primary", 0.5), ("secondary", 0.5))
            ),
        ),
    ),
    Lever(
        id="P08",
        name="retention_and_overspend_sharing",
        group="payment",
        title=Words("Retained surplus and shared overspend", "结余留用与超支分担"),
        explanation=Words(
            "Budget with a corridor: up to the threshold the fund pays claims, below the budget providers keep a "
            "part of the surplus, above it the fund shares overspend up to a limit. A higher retained share makes "
            "providers save: unit cost of inpatient care falls by effort x (retained - 0.7) / 0.1. Off budget and "
            "corridor nothing changes.",
            "预算走廊:结余低于门槛部分据实支付,预算内结余按比例留用,超支在上限内分担。留用比例越高医院越节约:住院单位"
            "费用下降“努力系数×(留用-0.7)/0.1”。",
        ),
        documents=("seed 002", "seed 001 item 14"),
        arguments=(
            assumed(
                "retained",
                "fraction",
                (0, 1),
                0.8,
                0.1,
                ("Surplus that providers keep", "结余留用比例"),
                "one tenth above the 0.7 of handbook 4.2, which the accounts are taken to hold already",
            ),
            assumed(
                "overspend_share",
                "fraction",
                (0, 0.8),
                0.6,
                0.1,
                ("Overspend that the fund shares", "超支基金分担比例"),
                "handbook 4.2",
            ),
            assumed(
                "overspend_limit",
                "ratio",
                (1, 1.5),
                1.15,
                0.05,
                ("Limit of sharing", "分担上限"),
                "handbook 4.2",
            ),
            assumed(
                "budgeted_share",
                "fraction",
                (0, 1),
                0.9,
                0.05,
                ("Inpatient spending under the budget", "预算覆盖住院费用比例"),
                "more than 90 % of discharges were paid by group at the end of 2024 (seed 004 item 1)",
            ),
            assumed(
                "effort",
                "fraction",
                (0, 0.05),
                0.01,
                0.005,
                ("Saving for each tenth retained", "每0.1留用的节约"),
                "handbook 8.3, P08: -1 % for each 0.1",
            ),
        ),
        effects=cheaper_care("Providers who keep a surplus spend less.", "留用激励降低费用。"),
        changes=(
            Change("set", "payment.budgeted_share", "budgeted_share"),
            Change("set", "payment.retained_share", "retained"),
            Change("set", "payment.overspend_share", "overspend_share"),
            Change("set", "payment.overspend_limit", "overspend_limit"),
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["effort"] * (given["retained"] - 0.7) / 0.1,
                _INPATIENT,
                behavioural=True,
            ),
        ),
        options=lambda given, _: {"payment_rule": "corridor"} if given["budgeted_share"] else {},
    ),
    Lever(
        id="P09",
        name="prepayment",
        group="payment",
        title=Words("Prepayment of working capital", "医保基金预付"),
        explanation=Words(
            "Providers receive months of fund payments in advance in each year in which the fund passes the tests: "
            "enough payable months at the last year end, no deficit last year and none this year. It is an asset, "
            "not expenditure: reserves stay, the cash balance is the reserve less what is prepaid.",
            "通过检验的年份向医疗机构预付若干月基金支付:上年末可支付月数达标、上年及当年无当期赤字。属资产而非支出,结"
            "余不变,现金余额=结余-预付。",
        ),
        documents=("seed 001 item 14", "seed 004 item 6"),
        arguments=(
            assumed(
                "months",
                "months",
                (0, 6),
                1,
                0.5,
                ("Months in advance", "预付月数"),
                "handbook 4: about one month, 170 billion yuan in 2024",
            ),
            assumed(
                "employee_minimum",
                "months",
                (0, 60),
                12,
                1,
                ("Months needed, employees", "职工所需可支付月数"),
                "notice of November 2024 as reported",
            ),
            assumed(
                "resident_minimum",
                "months",
                (0, 60),
                6,
                1,
                ("Months needed, residents", "居民所需可支付月数"),
                "notice of November 2024 as reported",
            ),
        ),
        effects=_NO_EXPENDITURE,
        changes=(
            Change("set", "prepayment.months", "months"),
            Change("set", "prepayment.minimum_months", "employee_minimum", {"scheme": "employee"}),
            Change("set", "prepayment.minimum_months", "resident_minimum", {"scheme": "resident"}),
        ),
    ),
    Lever(
        id="P10",
        name="faster_settlement",
        group="payment",
        title=Words("Faster settlement and clearing", "结算清算提速"),
        explanation=Words(
            "Providers are settled some working days sooner. Cash of days / 250 x yearly expenditure leaves once and "
            "stays out; accrued expenditure and reserves do not change. Interest lost on that cash is not counted.",
            "医疗机构结算提前若干工作日,现金一次性流出“天数/250×年支出”,权责发生制支出和结余不变。不计相应利息损失。",
        ),
        documents=("seed 004 item 6",),
        arguments=(
            assumed(
                "days",
                "days",
                (0, 60),
                10,
                5,
                ("Working days sooner", "提前工作日"),
                "handbook 8.3, P10; seed 004 item 6: from 30 to 20 working days",
            ),
        ),
        effects=_NO_EXPENDITURE,
        changes=(Change("set", "settlement.days_faster", "days"),),
    ),
    Lever(
        id="P11",
        name="day_surgery",
        group="payment",
        title=Words("Day surgery", "日间手术"),
        explanation=Words(
            "A further share of inpatient spending moves to day surgery each year and costs less: unit cost x (1 - "
            "share x saving), every year anew. Easier access brings more: use x (1 + share x induction).",
            "每年新增一定比例住院转为日间手术并降低费用:单位费用×(1-比例×节约率);便利性诱导需求:利用率×(1+比例×诱导系"
            "数),逐年累积。",
        ),
        documents=("seed 004 item 1",),
        arguments=(
            assumed(
                "share",
                "rate_per_year",
                (0, 0.05),
                0.02,
                0.005,
                ("Share moved a year", "每年转移比例"),
                "handbook 8.3, P11: 2 points a year, from 5 % to 20 %",
            ),
            assumed(
                "saving",
                "fraction",
                (0, 0.6),
                0.3,
                0.05,
                ("Saving", "节约率"),
                "seed 004 item 1: about 30 % in Shandong; taken for the whole country",
            ),
            assumed(
                "induction",
                "fraction",
                (0, 1),
                0.1,
                0.05,
                ("Induced use", "诱导系数"),
                "handbook 4.7",
            ),
            assumed("years", "years", (1, 15), 7, 1, ("Years of growth", "增长年数"), "15 points at 2 a year"),
        ),
        effects=cheaper_care("Stays of a day cost less.", "日间手术费用更低。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["share"] * given["saving"],
                _INPATIENT,
                yearly=True,
                years="years",
            ),
            Change(
                "scale",
                "utilisation.multiplier",
                lambda given, _: 1 + given["share"] * given["induction"],
                _INPATIENT,
                yearly=True,
                years="years",
                behavioural=True,
            ),
        ),
    ),
    Lever(
        id="G06",
        name="prepay_and_treat_first",
        group="payment",
        title=Words("Treat first and prepay in an outbreak", "疫情先救治后收费与预拨资金"),
        explanation=Words(
            "The first year is an outbreak: cases and the waiver of own shares, ceilings and limits of the catalogue "
            "as in the lever on outbreak rules (B26), and hospitals receive months in advance in that year (P09, "
            "within its tests). Reserves move by the cases only; the advance shows as prepaid.",
            "首年发生疫情:病例及个人负担、封顶线和目录限制豁免按疫情规则(B26)计,当年向收治医院预拨若干月资金(P09,须通"
            "过检验)。结余仅受病例影响,预拨列为预付。",
        ),
        documents=("seed 001 item 6",),
        arguments=(
            *_OUTBREAK.arguments,
            assumed(
                "months",
                "months",
                (0, 3),
                1,
                0.5,
                ("Months in advance", "预拨月数"),
                "as P09: one month, in the year itself",
            ),
        ),
        effects=_OUTBREAK.effects,
        transform=_OUTBREAK.transform,
        changes=(
            Change("shift", "prepayment.months", lambda given, _: 2 * given["months"], yearly=True, years=1),
            Change("shift", "prepayment.months", lambda given, _: -given["months"], yearly=True, years=2),
        ),
    ),
)
