"""Levers of the group `prices`: drugs, supplies and the prices of services."""

from __future__ import annotations

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.catalogue.care_effects import CARE, cheaper_care, dearer_care, narrower_cover
from poolcast.scenarios.lever import Argument, Arguments, Change, Effect, Lever, now

_DRUG_SHARE = Argument(
    "drug_share",
    "fraction",
    0.0,
    1.0,
    0.30,
    0.05,
    Words("Drugs in bills", "药占比"),
    "assumption",
    "no share of drugs in fund spending was read; hospital bulletins put drugs near a quarter of inpatient and two "
    "fifths of outpatient income (from memory), so a round 0.30 on all benefits",
)
_CONSUMABLE_SHARE = Argument(
    "consumable_share",
    "fraction",
    0.0,
    0.5,
    0.12,
    0.02,
    Words("Supplies in inpatient bills", "住院耗材占比"),
    "assumption",
    "no published share was read; about an eighth of inpatient bills",
)
_RETENTION = Argument(
    "retention_rate",
    "fraction",
    0.0,
    1.0,
    0.5,
    0.1,
    Words("Saving that hospitals keep", "结余留用比例"),
    "source_unverified",
    "handbook 4.8: at most half (Yi Bao Fa [2020] 26, to be verified); only for sets without the ledger of retained "
    "savings, where the others carry their own rate",
)


def _years(default: float, why: str) -> Argument:
    return Argument("years", "years", 1, 20, default, 1, Words("Years that it goes on", "持续年数"), "assumption", why)


def _in_policy(
    factor: object, benefits: tuple[str, ...] = ("inpatient", "outpatient", "chronic")
) -> tuple[Change, ...]:
    return tuple(Change("scale", f"{benefit}.in_policy_share", factor) for benefit in benefits)  # type: ignore[arg-type]


def _removed_drugs(given: Arguments, _: Assumptions) -> float:
    return 1 - given["removed_share"] * (1 - given["substitution"]) * given["drug_share"]


def _imported_models(given: Arguments, _: Assumptions) -> float:
    dear = given["high_value_share"] * given["imported_share"] * (1 - given["shift_to_domestic"])
    return 1 - dear * (1 - given["reimbursed_part"])


def drug_saving(given: Arguments) -> float:
    """Saving of a batch as a share of bills: ``w cov (1 - (1 + q)(1 - dp)) (1 - alternatives)`` (handbook 4.8)."""
    price = 1 - (1 + given["volume_increase"]) * (1 - given["price_cut"])
    return given["drug_share"] * given["covered_share"] * price * (1 - given["alternatives"])


def supply_saving(given: Arguments) -> float:
    """Saving on supplies as a share of inpatient bills: ``w cov (1 - (1 + q)(1 - dp))`` (handbook 4.8)."""
    price = 1 - (1 + given["volume_increase"]) * (1 - given["price_cut"])
    return given["consumable_share"] * given["covered_share"] * price


def _hospital_price(saving: float, given: Arguments, before: Assumptions) -> float:
    """Factor on unit cost in sets without the ledger of retained savings; in the others procurement cuts the claims."""
    return 1.0 if "procurement.saving_share" in before else 1 - saving * (1 - given["retention_rate"])


def _effort(given: Arguments, before: Assumptions) -> float:
    more = given["retention_rate"] - now(before, "procurement.retention_rate")
    return 1 + given["effort"] * more / 0.1


_MORE_RETAINED = Effect(
    "VBPR", "+", Words("A larger saving leaves more for hospitals to keep.", "节约增加,医院留用相应增加。")
)


def _procured(en: str, zh: str) -> tuple[Effect, ...]:
    return (*(effect for effect in cheaper_care(en, zh) if effect.ledger != "VBPR"), _MORE_RETAINED)


LEVERS: tuple[Lever, ...] = (
    Lever(
        id="B15",
        name="provincial_drug_list_removal",
        group="prices",
        title=Words("Provincial class B additions leave the list", "清退省级增补乙类药"),
        explanation=Words(
            "Drugs that a province had added to the list are no longer reimbursed. The in-policy share of bills "
            "falls by removed share x (1 - substitution) x drugs in bills: what patients do not replace by listed "
            "drugs, they pay themselves. Nationally this was done by the end of 2022, so on the national set it is a "
            "what-if. Health effects are not counted.",
            "省级自行增补的药品不再纳入支付。政策范围内比例下降“清退占比×(1-替代率)×药占比”,未替换为目录内药品的部分"
            "由患者自付。全国已于2022年底完成,对全国数据仅作假设分析。不计健康影响。",
        ),
        documents=("seed 001 item 12", "seed 000 item 8"),
        arguments=(
            Argument(
                "removed_share",
                "fraction",
                0,
                0.1,
                0.01,
                0.005,
                Words("Drug spending removed", "清退药品占药费比例"),
                "assumption",
                "handbook 8.2, B15: 1 % of drug spending",
            ),
            Argument(
                "substitution",
                "fraction",
                0,
                1,
                0.6,
                0.1,
                Words("Replaced by listed drugs", "被目录内药品替代比例"),
                "assumption",
                "handbook 8.2, B15: 60 %",
            ),
            _DRUG_SHARE,
        ),
        effects=cheaper_care("Less of the bill is reimbursed.", "可报销费用减少。"),
        changes=_in_policy(_removed_drugs),
    ),
    Lever(
        id="B16",
        name="drug_list_expansion",
        group="prices",
        title=Words("Yearly expansion of the drug list", "药品目录动态调整扩容"),
        explanation=Words(
            "Newly listed and negotiated drugs add to bills by a net share of spending each year: list price less "
            "the negotiated cut, times uptake, less the drugs they replace, all inside the one net figure. It comes "
            "on top of the cost trend of the set, which already holds the expansions of the past. Better health is "
            "not counted.",
            "每年新增谈判药品使费用净增加一定比例(谈判降价、用量爬升及替代均已计入净额)。该增量叠加于基线费用趋势之上,"
            "基线已含以往扩容。不计健康收益。",
        ),
        documents=("seed 000 item 8", "seed 003", "seed 004 item 7"),
        arguments=(
            Argument(
                "net_increase",
                "rate_per_year",
                -0.01,
                0.03,
                0.004,
                0.001,
                Words("Net addition a year", "每年净增比例"),
                "assumption",
                "handbook 8.2, B16: 0.4 % of expenditure a year net",
            ),
            _years(5, "handbook 4.9: drift for five years after entry"),
        ),
        effects=dearer_care("New drugs cost more than they replace.", "新药费用高于被替代费用。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 + given["net_increase"],
                {"benefit": CARE},
                yearly=True,
                years="years",
            ),
        ),
    ),
    Lever(
        id="B18",
        name="consumables_list",
        group="prices",
        title=Words("List of medical supplies", "医用耗材目录"),
        explanation=Words(
            "A national access list decides which supplies are paid for. The in-policy share of inpatient bills "
            "changes by the change of the in-policy share of supplies times supplies in bills. Kept at zero: no "
            "document says whether the list widens or narrows cover.",
            "国家医用耗材准入目录规范支付范围。住院政策范围内比例按“耗材政策内比例变动×耗材占比”变化。默认为零:文件未"
            "说明目录扩大还是收窄保障。",
        ),
        documents=("seed 000 item 8", "seed 001 item 12"),
        arguments=(
            Argument(
                "change",
                "fraction",
                -0.2,
                0.2,
                0.0,
                0.01,
                Words("Change of the in-policy share of supplies", "耗材政策内比例变动"),
                "assumption",
                "handbook 8.2, B18: zero",
            ),
            _CONSUMABLE_SHARE,
        ),
        changes=_in_policy(lambda given, _: 1 + given["change"] * given["consumable_share"], ("inpatient",)),
        no_effect=Words(
            "The documents announce a list, not its width; the default is no change.",
            "文件仅要求制定目录,未给出范围变化,默认无影响。",
        ),
    ),
    Lever(
        id="B19",
        name="basic_models_of_supplies_only",
        group="prices",
        title=Words("High-value supplies: basic models only", "高值耗材仅保基本型号"),
        explanation=Words(
            "Stress lever after a press item of low reliability: imported models of high-value supplies are "
            "reimbursed at 40 %. The in-policy share of inpatient bills falls by high-value share x imported share x "
            "(1 - shift to domestic models) x (1 - reimbursed part). That domestic models are also cheaper is not "
            "counted.",
            "压力测试(来源不可靠):进口高值耗材按40%支付。住院政策范围内比例下降“高值耗材占比×进口占比×(1-转国产比例"
            ")×(1-支付部分)”。未计国产型号价格更低的节约。",
        ),
        documents=("seed 004 item 5",),
        arguments=(
            Argument(
                "reimbursed_part",
                "fraction",
                0,
                1,
                0.4,
                0.05,
                Words("Imported models reimbursed", "进口型号支付比例"),
                "seed",
                "seed 004 item 5, grade D: 40 % for imported knee joints",
            ),
            Argument(
                "high_value_share",
                "fraction",
                0,
                0.3,
                0.05,
                0.01,
                Words("High-value supplies in inpatient bills", "高值耗材占住院费用"),
                "assumption",
                "no figure was read; a good third of all supplies",
            ),
            Argument(
                "imported_share",
                "fraction",
                0,
                1,
                0.3,
                0.05,
                Words("Imported part", "进口占比"),
                "assumption",
                "no figure was read; after the procurement of joints domestic models prevail",
            ),
            Argument(
                "shift_to_domestic",
                "fraction",
                0,
                1,
                0.5,
                0.1,
                Words("Shift to domestic models", "转用国产比例"),
                "assumption",
                "handbook 8.2, B19 names the shift without a size; half",
            ),
        ),
        effects=cheaper_care("Less of the bill is reimbursed.", "可报销费用减少。"),
        changes=_in_policy(_imported_models, ("inpatient",)),
        stress=True,
    ),
    Lever(
        id="B21",
        name="non_essential_drug_rate_cut",
        group="prices",
        title=Words("Lower rate for non-essential drugs", "下调非基本药物报销比例"),
        explanation=Words(
            "Stress lever after a press item of low reliability: class B drugs are reimbursed at a lower rate. Rates "
            "of inpatient, outpatient and chronic care fall by cut x class B share x drugs in bills, that of "
            "dual-channel drugs by the whole cut. Patients answer by the elasticities of the set.",
            "压力测试(来源不可靠):乙类药报销比例下调。住院、门诊、慢特病报销比例下降“下调幅度×乙类占比×药占比”,双通道"
            "药品下降全部幅度。患者按弹性反应。",
        ),
        documents=("seed 004 item 5",),
        arguments=(
            Argument(
                "cut",
                "fraction",
                0,
                0.2,
                0.02,
                0.01,
                Words("Cut of the rate", "报销比例下调"),
                "assumption",
                "handbook 8.2, B21: two points, stress only",
            ),
            Argument(
                "class_b_share",
                "fraction",
                0,
                1,
                0.7,
                0.05,
                Words("Class B in drug spending", "乙类药占药费比例"),
                "assumption",
                "no figure was read; most listed drugs by value are class B",
            ),
            _DRUG_SHARE,
        ),
        effects=narrower_cover("A lower rate on the same drugs.", "同样药品支付比例降低。"),
        changes=(
            *(
                Change(
                    "shift",
                    f"{benefit}.reimbursement_rate",
                    lambda given, _: -given["cut"] * given["class_b_share"] * given["drug_share"],
                    {"status": "child|adult_resident|active|flexible|retired|paying_past_retirement|unemployed"},
                )
                for benefit in ("inpatient", "outpatient", "chronic")
            ),
            Change("shift", "dual_channel.reimbursement_rate", lambda given, _: -given["cut"]),
        ),
        stress=True,
    ),
    Lever(
        id="P12",
        name="drug_procurement",
        group="prices",
        title=Words("Volume-based procurement of drugs", "药品集中带量采购"),
        explanation=Words(
            "Each batch covers a further part of drug spending at a lower price. Saving = drugs in bills x covered "
            "share x (1 - (1 + volume increase)(1 - price cut)) x (1 - leakage to alternatives), added once a year. "
            "Where the set holds the ledger of retained savings, inpatient and chronic claims are cut by the saving "
            "and hospitals keep their part; elsewhere unit cost falls by what the fund does not give back. General "
            "outpatient bills fall by the whole saving. Quality and shortages are not counted.",
            "每批集采使更多药品降价。节约=药占比×覆盖比例×[1-(1+用量增幅)(1-降价)]×(1-替代用药外溢),逐年累加。设有结"
            "余留用账的数据集按节约扣减住院和慢特病费用并由医院留用一部分;其余数据集单位费用按基金净节约下降。普通门"
            "诊按全部节约下降。不计质量与短缺。",
        ),
        documents=("seed 000 item 5", "seed 001 item 19", "seed 003", "seed 004 item 6"),
        arguments=(
            Argument(
                "covered_share",
                "fraction",
                0,
                0.3,
                0.05,
                0.01,
                Words("Drug spending covered by a batch", "每批覆盖药费比例"),
                "assumption",
                "handbook 8.3, P12: 5 % of drug spending a batch",
            ),
            Argument(
                "price_cut",
                "fraction",
                0,
                0.95,
                0.5,
                0.05,
                Words("Price cut", "平均降价"),
                "seed",
                "seed 003: more than half on average",
            ),
            Argument(
                "volume_increase",
                "fraction",
                0,
                1,
                0.1,
                0.05,
                Words("Volume increase", "用量增幅"),
                "assumption",
                "handbook 8.3, P12: 10 %",
            ),
            Argument(
                "alternatives",
                "fraction",
                0,
                1,
                0.1,
                0.05,
                Words("Leakage to alternatives", "替代用药外溢"),
                "assumption",
                "handbook 8.3, P12: alternatives rise by 10 %, read as a tenth of the saving lost",
            ),
            _DRUG_SHARE,
            _RETENTION,
            _years(5, "ten batches in seven years (seed 004 item 6); the five years of a plan, one batch a year"),
        ),
        effects=_procured("Lower prices of procured drugs.", "集采药品降价。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - drug_saving(given),
                {"benefit": "outpatient"},
                yearly=True,
                years="years",
            ),
            Change(
                "scale",
                "cost.multiplier",
                lambda given, before: _hospital_price(drug_saving(given), given, before),
                {"benefit": "inpatient|chronic"},
                yearly=True,
                years="years",
            ),
            Change(
                "shift",
                "procurement.saving_share",
                lambda given, _: drug_saving(given),
                yearly=True,
                years="years",
                optional=True,
            ),
        ),
    ),
    Lever(
        id="P13",
        name="supply_procurement",
        group="prices",
        title=Words("Volume-based procurement of supplies", "高值耗材集中带量采购"),
        explanation=Words(
            "High-value supplies are procured at a lower price. Saving on inpatient bills = supplies in bills x "
            "covered share x (1 - (1 + volume increase)(1 - price cut)). Where the set holds the ledger of retained "
            "savings, the saving is booked as procurement (times the part of inpatient care in procured claims); "
            "elsewhere unit cost falls by what the fund does not give back.",
            "高值耗材集采降价。住院节约=耗材占比×覆盖比例×[1-(1+用量增幅)(1-降价)]。设有结余留用账的数据集计入集采节"
            "约(乘以住院占集采费用比例),其余数据集单位费用按基金净节约下降。",
        ),
        documents=("seed 000 item 5", "seed 003"),
        arguments=(
            Argument(
                "covered_share",
                "fraction",
                0,
                1,
                0.1,
                0.05,
                Words("Supplies covered", "覆盖耗材比例"),
                "assumption",
                "handbook 8.3, P13: 10 % of supplies",
            ),
            Argument(
                "price_cut",
                "fraction",
                0,
                0.95,
                0.8,
                0.05,
                Words("Price cut", "平均降价"),
                "seed",
                "seed 003: more than 80 % on average",
            ),
            Argument(
                "volume_increase",
                "fraction",
                0,
                1,
                0.15,
                0.05,
                Words("Volume increase", "用量增幅"),
                "assumption",
                "handbook 8.3, P13: 15 %",
            ),
            _CONSUMABLE_SHARE,
            Argument(
                "inpatient_part",
                "fraction",
                0,
                1,
                0.85,
                0.05,
                Words("Inpatient care in procured claims", "住院占集采费用比例"),
                "assumption",
                "inpatient over inpatient and chronic payments of the shipped sets, 0.80 to 0.86",
            ),
            _RETENTION,
        ),
        effects=_procured("Lower prices of procured supplies.", "集采耗材降价。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, before: _hospital_price(supply_saving(given), given, before),
                {"benefit": "inpatient"},
            ),
            Change(
                "shift",
                "procurement.saving_share",
                lambda given, _: supply_saving(given) * given["inpatient_part"],
                optional=True,
            ),
        ),
    ),
    Lever(
        id="P14",
        name="procurement_surplus_retention",
        group="prices",
        title=Words("Retained savings of procurement", "集采结余留用与年度返还"),
        explanation=Words(
            "Hospitals keep a larger part of the procurement saving, paid out the year after. They answer with "
            "effort: the saving grows by a part for every tenth of the rate above that of the set. Needs the ledger "
            "of retained savings.",
            "医院留用集采节约的比例提高,次年拨付。医院相应更努力:留用比例每高出基线0.1,节约额按一定比例增加。需设结余"
            "留用账。",
        ),
        documents=("seed 000 item 5", "seed 001 item 19", "seed 003"),
        arguments=(
            Argument(
                "retention_rate",
                "fraction",
                0,
                1,
                0.6,
                0.1,
                Words("Saving that hospitals keep", "结余留用比例"),
                "assumption",
                "one tenth above the half of the sets, so that the lever shows something",
            ),
            Argument(
                "effort",
                "fraction",
                0,
                0.2,
                0.02,
                0.01,
                Words("Effort per tenth of the rate", "每0.1留用的努力"),
                "assumption",
                "handbook 8.3, P14 names the effort without a size; 2 % of the saving",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("The fund gives back more of the saving.", "基金返还更多节约。")),
            Effect("RPF", "-", Words("The fund gives back more of the saving.", "基金返还更多节约。")),
            Effect("CII", "+", Words("The larger saving also lowers own shares.", "节约增加同时降低自付。")),
            Effect("LAS", "+", Words("The larger saving also lowers own shares.", "节约增加同时降低自付。")),
            Effect("CSS", "+", Words("The larger saving also lowers own shares.", "节约增加同时降低自付。")),
            Effect("MAF", "+", Words("The larger saving also lowers own shares.", "节约增加同时降低自付。")),
            Effect("VBPR", "+", Words("More is held for hospitals.", "留用账余额增加。")),
        ),
        changes=(
            Change("set", "procurement.retention_rate", "retention_rate", optional=True),
            Change("scale", "procurement.saving_share", _effort, optional=True, behavioural=True),
        ),
        needs=("VBPR",),
    ),
    Lever(
        id="P15",
        name="direct_settlement_with_manufacturers",
        group="prices",
        title=Words("Direct settlement with manufacturers", "医保基金与药企直接结算"),
        explanation=Words(
            "The fund pays manufacturers of procured drugs directly and gets a discount for being paid on time. "
            "Bills fall by drugs in bills x directly settled share x discount. The earlier cash is not counted here "
            "(see faster settlement).",
            "医保基金与集采药企直接结算,因回款及时获得降价。费用下降“药占比×直接结算比例×降价”。提前付现不在此计(见结"
            "算提速)。",
        ),
        documents=("seed 001 item 19",),
        arguments=(
            Argument(
                "discount",
                "fraction",
                0,
                0.1,
                0.01,
                0.005,
                Words("Discount", "降价幅度"),
                "assumption",
                "handbook 8.3, P15: 1 %",
            ),
            Argument(
                "settled_share",
                "fraction",
                0,
                1,
                0.3,
                0.1,
                Words("Drug spending settled directly", "直接结算药费比例"),
                "assumption",
                "no figure was read; about the procured part of drug spending",
            ),
            _DRUG_SHARE,
        ),
        effects=cheaper_care("A discount for prompt payment.", "及时回款换取降价。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["discount"] * given["settled_share"] * given["drug_share"],
                {"benefit": CARE},
            ),
        ),
    ),
    Lever(
        id="P16",
        name="drug_payment_standard",
        group="prices",
        title=Words("Payment standard at the procurement price", "医保支付标准与采购价协同"),
        explanation=Words(
            "The rate applies to the lower of price and payment standard; what a brand costs more the patient pays. "
            "The in-policy share of bills falls by a part of drug spending times drugs in bills, patients' change of "
            "brand inside.",
            "按价格与支付标准孰低报销,超出部分由患者承担。政策范围内比例下降“药费下降比例×药占比”,已含换用品牌的反应。",
        ),
        documents=("seed 001 item 19", "seed 001 item 22", "seed 002"),
        arguments=(
            Argument(
                "saving",
                "fraction",
                0,
                0.05,
                0.003,
                0.001,
                Words("Part of drug spending", "占药费比例"),
                "assumption",
                "handbook 8.3, P16: 0.3 % of drug spending",
            ),
            _DRUG_SHARE,
        ),
        effects=cheaper_care("Prices above the standard are not reimbursed.", "超标准部分不予支付。"),
        changes=_in_policy(lambda given, _: 1 - given["saving"] * given["drug_share"]),
    ),
    Lever(
        id="P17",
        name="generics_substitution",
        group="prices",
        title=Words("Generic substitution", "仿制药替代"),
        explanation=Words(
            "Generics replace originals year by year: unit cost falls by a part of drug spending a year times drugs in "
            "bills, for a number of years.",
            "仿制药逐年替代原研药:单位费用每年下降“药费下降率×药占比”,持续若干年。",
        ),
        documents=("seed 000 item 5", "seed 001 item 22"),
        arguments=(
            Argument(
                "saving",
                "rate_per_year",
                0,
                0.03,
                0.005,
                0.0025,
                Words("Part of drug spending a year", "每年占药费比例"),
                "assumption",
                "handbook 8.3, P17: 0.5 % of drug spending a year",
            ),
            _DRUG_SHARE,
            _years(10, "no end is named; substitution is taken to be complete after ten years"),
        ),
        effects=cheaper_care("Generics are cheaper.", "仿制药价格更低。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["saving"] * given["drug_share"],
                {"benefit": CARE},
                yearly=True,
                years="years",
            ),
        ),
    ),
    Lever(
        id="P18",
        name="drug_price_monitoring",
        group="prices",
        title=Words("Monitoring of abnormal drug prices", "药品价格异常监测治理"),
        explanation=Words(
            "Inquiries, publication and delisting bring abnormal prices down: unit cost falls by a part of drug "
            "spending times drugs in bills, once.",
            "通过约谈、曝光、暂停挂网等治理异常价格:单位费用一次性下降“药费下降比例×药占比”。",
        ),
        documents=("seed 001 item 20", "seed 004 item 6"),
        arguments=(
            Argument(
                "saving",
                "fraction",
                0,
                0.05,
                0.002,
                0.001,
                Words("Part of drug spending", "占药费比例"),
                "assumption",
                "handbook 8.3, P18: 0.2 %",
            ),
            _DRUG_SHARE,
        ),
        effects=cheaper_care("Abnormal prices come down.", "异常价格回落。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 - given["saving"] * given["drug_share"],
                {"benefit": CARE},
            ),
        ),
    ),
    Lever(
        id="P19",
        name="service_price_reform",
        group="prices",
        title=Words("Reform of service prices", "医疗服务价格改革"),
        explanation=Words(
            "Prices of skilled services (diagnosis, surgery, nursing, Chinese medicine) rise, prices of drugs, "
            "supplies and imaging fall: dX = X x services in bills x rise x (1 - offset). Offset 1 is the neutral "
            "reform that the documents ask for (sum of weight times price change is zero); the default lets a fifth "
            "slip through. Changes of the mix of services are not counted.",
            "提高诊疗、手术、护理、中医等技术劳务价格,降低药品耗材和检查价格:费用变动=服务占比×涨幅×(1-腾挪比例)。腾"
            "挪比例为1即文件要求的总量中性,默认五分之一未被抵消。不计服务结构变化。",
        ),
        documents=("seed 000 item 6", "seed 001 item 21", "seed 004 item 6"),
        arguments=(
            Argument(
                "offset",
                "fraction",
                0,
                1.5,
                0.8,
                0.1,
                Words("Rise offset by cuts", "腾挪抵消比例"),
                "assumption",
                "the documents ask for 1; the handbook's 1 % if not offset, of which a fifth remains",
            ),
            Argument(
                "rise",
                "fraction",
                0,
                0.5,
                0.04,
                0.01,
                Words("Rise of service prices", "服务价格涨幅"),
                "assumption",
                "with a quarter of bills it makes the 1 % of handbook 8.3, P19",
            ),
            Argument(
                "service_share",
                "fraction",
                0,
                1,
                0.25,
                0.05,
                Words("Skilled services in bills", "技术劳务占费用比例"),
                "assumption",
                "no figure was read; a quarter",
            ),
        ),
        effects=dearer_care("Rises are not fully offset.", "涨价未被完全抵消。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 + given["service_share"] * given["rise"] * (1 - given["offset"]),
                {"benefit": "inpatient|outpatient|chronic"},
            ),
        ),
    ),
    Lever(
        id="P20",
        name="new_service_items",
        group="prices",
        title=Words("New service items", "新增医疗服务价格项目"),
        explanation=Words(
            "New items through the green channel and unified price guides add to bills each year, on top of the "
            "trend of the set.",
            "绿色通道新增项目和统一价格立项使费用每年增加,叠加于基线趋势。",
        ),
        documents=("seed 000 item 6", "seed 001 item 21", "seed 004 item 6"),
        arguments=(
            Argument(
                "increase",
                "rate_per_year",
                0,
                0.02,
                0.002,
                0.001,
                Words("Addition a year", "每年增加比例"),
                "assumption",
                "handbook 8.3, P20: 0.2 % of expenditure a year",
            ),
            _years(5, "no end is named; the five years of a plan"),
        ),
        effects=dearer_care("New items are paid on top.", "新增项目增加支付。"),
        changes=(
            Change(
                "scale",
                "cost.multiplier",
                lambda given, _: 1 + given["increase"],
                {"benefit": "inpatient|outpatient|chronic"},
                yearly=True,
                years="years",
            ),
        ),
    ),
    Lever(
        id="P21",
        name="dynamic_price_triggers",
        group="prices",
        title=Words("Dynamic price adjustment with triggers", "医疗服务价格动态调整触发机制"),
        explanation=Words(
            "In each year after one that ended above the trigger, the price of care paid by the fund rises by a "
            "step; rises stay. The trigger is payable months at the last year end, tested for each fund and region. "
            "The rise is booked on fund payments only: own shares and second layers do not move.",
            "上年末可支付月数高于触发值时,当年基金支付价格上调一步并保持。逐基金、逐统筹区检验。仅计基金支付,不影响自"
            "付和第二层保障。",
        ),
        documents=("seed 000 item 6",),
        arguments=(
            Argument(
                "increase",
                "fraction",
                0,
                0.05,
                0.002,
                0.001,
                Words("Rise per year", "每次上调幅度"),
                "assumption",
                "the handbook names the trigger, not the step; a fifth of a per cent of care a year",
            ),
            Argument(
                "minimum_months",
                "months",
                0,
                60,
                9,
                1,
                Words("Months of the trigger", "触发月数"),
                "assumption",
                "handbook 8.3, P21: more than 9 months",
            ),
        ),
        effects=(
            Effect("EPF", "-", Words("Prices rise as long as the fund is rich.", "基金充裕时价格上调。")),
            Effect("RPF", "-", Words("Prices rise as long as the fund is rich.", "基金充裕时价格上调。")),
        ),
        changes=(
            Change("set", "price_trigger.minimum_months", "minimum_months"),
            Change("set", "price_trigger.increase", "increase"),
        ),
    ),
)
