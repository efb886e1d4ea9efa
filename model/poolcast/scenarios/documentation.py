"""The reference of the levers, made from their declarations."""

from __future__ import annotations

from poolcast.parameters.declaration import UNITS, Words
from poolcast.scenarios.catalogue import LEVERS
from poolcast.scenarios.lever import GROUPS, Lever

_HEAD = Words(
    "# Levers\n\nMade from the declarations by `docs/generate.py`; do not edit. Signs are the expected effect on the "
    "balance of a ledger by the horizon, written down before the lever first ran; the few that were corrected are "
    "listed in [design changes](../design-changes.md). `stress` marks levers whose source is of grade D, `record` "
    "those that move nothing by default.",
    "# 政策工具\n\n由 `docs/generate.py` 根据声明生成，请勿手工修改。符号为对该账户预测期内结余的预期方向，"
    "在首次运行前确定，少数更正见[设计变更](../design-changes.md)；"
    "「压力」表示来源等级为 D，「记录」表示默认不产生影响。",
)
_WORDS = {
    "argument": Words("argument", "参数"),
    "default": Words("default", "默认"),
    "range": Words("range", "范围"),
    "evidence": Words("evidence", "依据"),
    "source": Words("source or reason", "来源或理由"),
    "ledgers": Words("Ledgers", "涉及账户"),
    "documents": Words("Named in", "文件依据"),
    "stress": Words("stress", "压力"),
    "record": Words("record", "记录"),
    "needs": Words("Needs", "需要"),
}


def lever_reference(language: str) -> str:
    """Return the page of all levers by group, in Markdown.

    Parameters
    ----------
    language : {"en", "zh"}
    """
    parts = [_HEAD.in_language(language), ""]
    for group, title in GROUPS.items():
        parts += [f"## {title.in_language(language)}", ""]
        for lever in sorted(LEVERS.values(), key=lambda lever: lever.id):
            if lever.group == group:
                parts += _lever(lever, language)
    return "\n".join(parts).rstrip() + "\n"


def _lever(lever: Lever, language: str) -> list[str]:
    def word(key: str) -> str:
        return _WORDS[key].in_language(language)

    marks = [word("stress")] * lever.stress + [word("record")] * (lever.no_effect is not None)
    mark = f" ({', '.join(marks)})" if marks else ""
    rows = [f"### {lever.id} {lever.title.in_language(language)}{mark}", ""]
    rows += [f"`{lever.name}`. {lever.explanation.in_language(language)}", ""]
    if lever.no_effect is not None:
        rows += [lever.no_effect.in_language(language), ""]
    rows.append(f"{word('documents')}: {'; '.join(lever.documents)}")
    if lever.needs:
        rows.append(f"{word('needs')}: {', '.join(lever.needs)}")
    rows.append("")
    if lever.arguments:
        rows.append(
            "| " + " | ".join(word(key) for key in ("argument", "default", "range", "evidence", "source")) + " |"
        )
        rows.append("|---|---:|---|---|---|")
        for argument in lever.arguments:
            unit = UNITS[argument.unit][0 if language == "en" else 1]
            rows.append(
                f"| `{argument.name}` {argument.label.in_language(language)} | {argument.default:g} | "
                f"{argument.minimum:g} … {argument.maximum:g} {unit} | {argument.evidence} | {_cell(argument.source)} |"
            )
        rows.append("")
    if lever.effects:
        effects = [
            f"{one.ledger} {one.sign} ({one.reason.in_language(language).rstrip('.。')})" for one in lever.effects
        ]
        rows += [f"{word('ledgers')}: {'; '.join(effects)}", ""]
    return rows


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")
