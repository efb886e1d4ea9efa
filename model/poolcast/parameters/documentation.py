"""The parameter reference: one Markdown page made from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import UNITS, Parameter, Words
from poolcast.parameters.declarations import OPTIONS, PARAMETERS
from poolcast.parameters.declarations.groups import GROUPS
from poolcast.parameters.number_cells import plain

_TITLE = Words("Parameter reference", "参数手册")
_NOTE = Words(
    "Made from the declarations; do not edit. Fractions are written as fractions: 4.5 % is 0.045. "
    "A default fills templates and new sets; the engine never reads it.",
    "由参数声明自动生成,请勿手工修改。比例一律写小数:4.5% 写作 0.045。默认值仅用于模板和新假设集,引擎不读取。",
)
_IF_NOT_NAMED = Words(" (where the set does not name the option)", "(未写明时)")
_OPTIONS = Words("Options of a set", "假设集选项")
_HEADINGS: tuple[Words, ...] = (
    Words("Parameter", "参数"),
    Words("Meaning", "含义"),
    Words("Unit", "单位"),
    Words("Axes", "维度"),
    Words("Bounds", "取值范围"),
    Words("Between and beyond given years", "年份间与年份后"),
    Words("Default", "默认值"),
    Words("Evidence of the default", "默认值依据"),
    Words("Needed", "何时必需"),
    Words("Handbook", "手册章节"),
)
_OPTION_HEADINGS = (Words("Option", "选项"), Words("Choices", "可选值"), Words("Handbook", "手册章节"))
_FILLING = {
    "linear": Words("straight line", "线性"),
    "step": Words("step", "阶梯"),
    "hold": Words("held", "保持"),
    "grow": Words("growth goes on", "按末期增长"),
}
_NEEDED = {"always": Words("always", "总是"), "never": Words("may be left out", "可省略")}
_ACCOUNTS = Words("as given", "仅给定年份")
_WHOLE = Words("whole numbers", "整数")
_ADDS = Words("adds to one over", "合计为1,维度")


def parameter_reference(language: str = "en") -> str:
    """Return the reference page of all parameters and options as Markdown.

    Parameters
    ----------
    language : {"en", "zh"}
        Language of labels, help and headings; names are the same in both.

    Examples
    --------
    >>> parameter_reference("en").splitlines()[0]
    '# Parameter reference'
    """
    lines = [f"# {_TITLE.in_language(language)}", "", _NOTE.in_language(language)]
    for group, words in GROUPS.items():
        members = [parameter for parameter in PARAMETERS.values() if parameter.group == group]
        if members:
            lines += ["", f"## {words.in_language(language)}", ""]
            lines += _table(_HEADINGS, (parameter_row(parameter, language) for parameter in members), language)
    lines += ["", f"## {_OPTIONS.in_language(language)}", ""]
    rows = (
        (
            f"`{option.name}`<br>{option.label.in_language(language)}",
            "<br>".join(
                f"`{choice}`: {words.in_language(language)}"
                + (_IF_NOT_NAMED.in_language(language) if choice == option.default else "")
                for choice, words in option.choices.items()
            ),
            option.handbook,
        )
        for option in OPTIONS.values()
    )
    lines += _table(_OPTION_HEADINGS, rows, language)
    return "\n".join(lines) + "\n"


def parameter_row(parameter: Parameter, language: str) -> tuple[str, ...]:
    """Return the cells of a parameter's row in the reference, in the order of the headings."""
    label, explained = parameter.label.in_language(language), parameter.help.in_language(language)
    if parameter.adds_to_one_over:
        over = ", ".join(_axis(axis, language) for axis in parameter.adds_to_one_over)
        explained += f" ({_ADDS.in_language(language)} {over})"
    bounds = f"{plain(parameter.minimum)} … {plain(parameter.maximum)}"
    if parameter.integer:
        bounds += f", {_WHOLE.in_language(language)}"
    needed = _NEEDED[parameter.needed].in_language(language) if parameter.needed in _NEEDED else f"`{parameter.needed}`"
    return (
        f"`{parameter.name}`",
        f"**{label}**. {explained}",
        UNITS[parameter.unit][1 if language == "zh" else 0],
        ", ".join(_axis(axis, language) for axis in parameter.dimensions),
        bounds,
        filling_words(parameter, language),
        "" if parameter.default is None else plain(parameter.default),
        parameter.evidence,
        needed,
        parameter.handbook,
    )


def filling_words(parameter: Parameter, language: str) -> str:
    """Return in words how a dated parameter is filled between and beyond given years; nothing for others."""
    if not parameter.is_dated:
        return ""
    if parameter.layer == "accounts":
        return _ACCOUNTS.in_language(language)
    return f"{_FILLING[parameter.between].in_language(language)}, {_FILLING[parameter.beyond].in_language(language)}"


def _axis(axis: str, language: str) -> str:
    return AXES[axis].label_zh if language == "zh" else axis


def _table(headings: Sequence[Words], rows: Iterable[Sequence[str]], language: str) -> list[str]:
    """Return a Markdown table."""
    lines = [_line(heading.in_language(language) for heading in headings), _line("---" for _ in headings)]
    return lines + [_line(row) for row in rows]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
