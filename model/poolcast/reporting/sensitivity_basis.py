"""Panels of what a sensitivity report rests on: processes and their evidence, correlations, and how to redo it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from poolcast import __version__
from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.reporting.sensitivity_panels import Cell, Column, Panel, Subject
from poolcast.reporting.sensitivity_tables import RISK_WORDS
from poolcast.reporting.sensitivity_words import W
from poolcast.reporting.words import EVIDENCES, WORDS
from poolcast.uncertainty.processes import NEEDED

_SAMPLINGS = {
    "random": Words("random", "随机抽样"),
    "antithetic": Words("antithetic pairs", "对偶抽样"),
    "sobol": Words("scrambled Sobol sequence", "加扰 Sobol 序列"),
}
_NONE = Words("", "")


@dataclass(frozen=True)
class Origin:
    """What made a report.

    Parameters
    ----------
    command : str
        The command line.
    time : str
        When it began.
    digest : str
        Of the set as read, before calibration.
    """

    command: str
    time: str
    digest: str


def basis_panels(subject: Subject, origin: Origin) -> Iterator[Panel]:
    """Yield processes, evidence, correlations and facts, in the order of the page."""
    yield _processes(subject)
    yield _evidence(subject)
    yield _correlation(subject)
    yield _facts(subject, origin)


def _processes(subject: Subject) -> Panel:
    """Show how each driver moves; mortality takes its deviation from the index of its history."""
    processes = subject.findings.simulation.job.processes
    columns = [Column(Words("Driver", "驱动因素"))]
    for name in NEEDED:
        declared = PARAMETERS[f"uncertainty.{name}"]
        columns.append(Column(declared.label, "index"))
    rows: list[list[Cell]] = []
    for number, driver in enumerate(RISK_DRIVERS):
        rows.append([RISK_WORDS[driver], *(float(getattr(processes, name)[number]) for name in NEEDED)])
    chance = processes.epidemic.probability
    return Panel(
        section="basis",
        sheet="processes",
        title=Words("Processes of the drivers", "驱动因素的随机过程"),
        unit=_NONE,
        columns=columns,
        rows=rows,
        sentence=Words(
            f"Besides: a national epidemic with {100 * chance:.1f} % a year, lognormal uncertainty of the level of "
            f"cost ({processes.benefit_level_deviation:g}) and of elasticities ({processes.elasticity_deviation:g}), "
            "and "
            f"reforms up to {processes.policy_delay:g} years late.",
            f"另有：全国性疫情，每年概率 {100 * chance:.1f}%；费用水平（{processes.benefit_level_deviation:g}）"
            f"与需求弹性（{processes.elasticity_deviation:g}）的对数正态不确定性；改革最多推迟 "
            f"{processes.policy_delay:g} 年。",
        ),
        size="full",
    )


def _evidence(subject: Subject) -> Panel:
    held = subject.findings.assumptions
    rows: list[list[Cell]] = []
    kinds: dict[str, int] = {}
    for name, entries in held.provenance.items():
        if not name.startswith("uncertainty."):
            continue
        declared = PARAMETERS.get(name)
        label = declared.label if declared else Words(name, name)
        for evidence, grade, source in sorted({(one.evidence, one.grade, one.source) for one in entries}):
            words = EVIDENCES.get(evidence, Words(evidence, evidence))
            rows.append([name, label, words, grade, _source(subject, source)])
        for evidence in {one.evidence for one in entries}:
            kinds[evidence] = kinds.get(evidence, 0) + 1
    words_of = {kind: EVIDENCES.get(kind, Words(kind, kind)) for kind in kinds}
    english = ", ".join(f"{words_of[kind].en} {count}" for kind, count in kinds.items())
    chinese = "、".join(f"{words_of[kind].zh} {count}" for kind, count in kinds.items())
    return Panel(
        section="basis",
        sheet="evidence",
        title=Words("Evidence of the parameters of uncertainty", "不确定性参数的依据"),
        unit=_NONE,
        columns=[
            Column(WORDS["parameter"]),
            Column(Words("Name", "名称")),
            Column(WORDS["evidence"]),
            Column(WORDS["grade"]),
            Column(WORDS["source"]),
        ],
        rows=rows,
        sentence=Words(
            f"Parameters by evidence: {english}. Bands are no surer than these.",
            f"参数按依据：{chinese}。范围的可靠程度不高于这些参数。",
        ),
        size="full",
    )


def _source(subject: Subject, keys: str) -> Cell:
    """Return the documents behind a value; of a key that the set does not list, the key."""
    parts = []
    for key in (part.strip() for part in keys.split(";")):
        found = subject.findings.assumptions.sources.get(key)
        parts.append(f"{found.title}, {found.publisher}, {found.year}" if found else key)
    return "; ".join(part for part in parts if part)


def _correlation(subject: Subject) -> Panel:
    correlation = subject.findings.simulation.job.processes.correlation
    used = correlation.used
    moving = [at for at in range(len(RISK_DRIVERS)) if abs(used[at]).sum() > 1]
    names = [RISK_WORDS[RISK_DRIVERS[at]] for at in moving]
    smallest, change = f"{correlation.smallest_eigenvalue:.4f}", f"{correlation.largest_change:.4f}"
    if correlation.is_repaired:
        repair = Words(
            f"The matrix as given is no correlation matrix (smallest eigenvalue {smallest}); the nearest one is used, "
            f"no correlation is changed by more than {change}.",
            f"给定矩阵不是相关矩阵（最小特征值 {smallest}），已改用最近的相关矩阵，最大改动 {change}。",
        )
    else:
        repair = Words(
            f"Used as given (smallest eigenvalue {smallest}); no repair was needed. Drivers not listed move by "
            "themselves.",
            f"按给定值使用（最小特征值 {smallest}），无需修正。未列出的因素各自独立。",
        )
    return Panel(
        section="basis",
        sheet="correlation",
        title=Words("Correlation of yearly shocks", "年度冲击的相关系数"),
        unit=_NONE,
        columns=[Column(Words("Driver", "驱动因素")), *(Column(name, "index") for name in names)],
        rows=[[name, *(float(used[at, other]) for other in moving)] for name, at in zip(names, moving, strict=True)],
        sentence=repair,
        size="full",
    )


def facts(subject: Subject, origin: Origin) -> list[tuple[Words, str | Words]]:
    """Return what is needed to make the same report again (name, value)."""
    findings = subject.findings
    held, simulation = findings.assumptions, findings.simulation
    rows: list[tuple[Words, str | Words]] = [
        (Words("Poolcast", "Poolcast"), __version__),
        (Words("Command", "命令"), origin.command),
        (Words("Made", "生成时间"), origin.time),
        (WORDS["assumption_set"], Words(f"{held.name}, {held.title.en}", f"{held.name}，{held.title.zh}")),
        (Words("Digest of the set", "假设集摘要值"), origin.digest),
        (WORDS["synthetic_short"], WORDS["yes"] if held.synthetic else WORDS["no"]),
        (Words("Years", "年份"), f"{held.base_year}–{held.last_year}"),
    ]
    for scenario in findings.scenarios:
        label = Words(f"Scenario {scenario.name}", f"情景 {scenario.name}")
        digest = scenario.digest or "—"
        rows.append((label, Words(f"{scenario.title.en} ({digest})", f"{scenario.title.zh}（{digest}）")))
    rows += [
        (Words("Measure of tornado, grid and Sobol indices", "龙卷风图、双向表和方差分解的指标"), str(findings.call)),
        (Words("Paths", "路径数"), f"{simulation.paths:,}"),
        (Words("Seed", "随机种子"), str(simulation.draws.seed)),
        (Words("Sampling", "抽样方法"), _SAMPLINGS[simulation.draws.sampling]),
    ]
    return rows


def _facts(subject: Subject, origin: Origin) -> Panel:
    return Panel(
        section="basis",
        sheet="facts",
        title=Words("To make the same numbers again", "复现信息"),
        unit=_NONE,
        columns=[Column(W["item"]), Column(W["value"])],
        rows=[list(pair) for pair in facts(subject, origin)],
        size="full",
    )
