"""The layout of a workbook: which sheets it has, how each says what it is, and the words on them.

The first cell of a sheet says what the sheet is, so that a planner may rename or move it; a sheet of his own without
that cell is left alone. Below it stand the headers in Chinese and English, then the names that the reader knows, then
rows. A column whose name begins with ``#`` helps the planner and is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from poolcast.parameters.axes import AXES, LEDGERS
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import OPTIONS, PARAMETERS
from poolcast.parameters.declarations.groups import GROUPS
from poolcast.parameters.set_file import SetFile

MARK = "poolcast"
SETTINGS, REGIONS, POOLS, SOURCES, TABLE, TOTALS = "set", "regions", "pools", "sources", "table", "totals"
GUIDE, REFERENCE, LISTS = "guide", "parameters", "lists"
READ = (SETTINGS, REGIONS, POOLS, SOURCES, TABLE, TOTALS)
"""Kinds of sheet that are read back; the others are for people."""

HEAD_ROWS = 4
"""Rows above the data: what the sheet is, headers in two languages, names."""

HELPER = "#"
LONGEST_NAME = 31
LEADS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that some spreadsheet takes for a formula; Chinese ones read full-width signs too."""
_GUARD = "'"

SHEETS: dict[str, Words] = {
    GUIDE: Words("Read me first", "填写说明"),
    SETTINGS: Words("The set", "假设集"),
    REGIONS: Words("Regions", "统筹区"),
    POOLS: Words("Pools across provinces", "跨省共同基金"),
    SOURCES: Words("Sources", "资料来源"),
    REFERENCE: Words("Every parameter", "参数说明"),
    LISTS: Words("Lists", "选项"),
}

TABLE_WORDS: dict[str, Words] = {
    "totals": Words("Totals to be spread", "合计数(自动分摊)"),
    "accounts": Words("Accounts", "基金决算"),
    "economy": Words("Wages and incomes", "工资与收入"),
    "rates": Words("Rates and premiums", "费率与筹资"),
    "benefits": Words("Rules of benefits", "待遇规则"),
    "migration": Words("Migration", "人口迁移"),
}
"""Sheets of the template."""

COLUMNS_OF: dict[str, tuple[str, ...]] = {
    SETTINGS: ("key", "value"),
    REGIONS: ("code", "name.en", "name.zh", "parent", "projected", "own_pool", "tile"),
    POOLS: ("code", "name.en", "name.zh", "members"),
    SOURCES: ("key", "title", "publisher", "year", "address", "grade", "note"),
}
"""Columns of the sheets that become ``set.yaml``."""

COLUMN_WORDS: dict[str, Words] = {
    "key": Words("Key", "键"),
    "value": Words("Value", "数值"),
    "code": Words("Code", "代码"),
    "name.en": Words("English name", "英文名称"),
    "name.zh": Words("Chinese name", "中文名称"),
    "parent": Words("Parent", "上级代码"),
    "projected": Words("Projected", "是否测算"),
    "own_pool": Words("Own pool", "独立统筹"),
    "tile": Words("Place on the tile map", "方格地图位置"),
    "members": Words("Members", "成员"),
    "title": Words("Title", "文件名称"),
    "publisher": Words("Publisher", "发布机构"),
    "address": Words("Address", "网址"),
    "parameter": Words("Parameter", "参数"),
    "unit": Words("Unit", "单位"),
    "evidence": Words("Evidence", "依据"),
    "grade": Words("Grade", "等级"),
    "source": Words("Source keys", "来源键"),
    "note": Words("Note", "备注"),
    "#name": Words("What it is", "名称"),
    "#help": Words("Meaning", "含义"),
    "#range": Words("Allowed", "允许范围"),
    "#needed": Words("Must it be given?", "是否必填"),
    "#example": Words("Example", "示例"),
    **{name: Words(axis.label, axis.label_zh) for name, axis in AXES.items()},
}

COLUMN_NOTES: dict[str, Words] = {
    "tile": Words(
        "Column, row from 0 at the upper left, as 2, 0; may be empty.", "列, 行(左上角从 0 起),如 2, 0;可空。"
    ),
    "parameter": Words("Name of a declared parameter; see the sheet 'parameters'.", "参数名,见“parameters”工作表。"),
    "region": Words("Code of a region or parent, or 'all'.", "统筹区或上级代码,或 all。"),
    "year": Words("One year a row.", "每行一个年份。"),
    "age": Words("60, 60-64, 85+, all; several joined by |.", "60、60-64、85+、all;多个用 | 连接。"),
    "value": Words("A plain number in the unit beside it: 0.08, not 8 %.", "按所列单位填普通数字:0.08,不写 8%。"),
    "unit": Words("The declared unit; do not change it.", "参数规定单位,请勿更改。"),
    "evidence": Words(
        "source: read in a document (with grade and key); derived: computed from such; assumption: the note says why.",
        "source 文件所载(须填等级和来源);derived 由其推算;assumption 假设(备注说明理由)。",
    ),
    "grade": Words("A official copy ... D fragment.", "A 官方文本 …… D 零星资料。"),
    "source": Words("Keys of the sheet 'sources', joined by ;.", "“sources”工作表中的键,多个用 ; 连接。"),
    "note": Words("Why this value.", "说明取值理由。"),
}

GUIDANCE: tuple[Words, ...] = (
    Words("Fill the cells without colour; the headers are protected.", "请填写无底色单元格;表头受保护。"),
    Words(
        "One row is one value for one or many cells. 'all', a|b and 60-64 select several members of an axis.",
        "一行一个数值,可对应多个单元:all、a|b、60-64 表示多个成员。",
    ),
    Words(
        "Numbers only, in the unit of the row: 8 % is 0.08; 1.2 亿元 is 120000000.",
        "只填数字,用本行单位:8% 写 0.08,1.2 亿元写 120000000。",
    ),
    Words(
        "Every value says where it comes from: evidence, grade, source keys (sheet 'sources'), note.",
        "每个数值须说明出处:依据、等级、来源键(见“sources”表)、备注。",
    ),
    Words(
        "What is left empty and may be borrowed is taken from the set named in 'based_on' and listed as borrowed.",
        "可借用的项目留空时,取 based_on 所指假设集的数值,并在结果中列为“借用”。",
    ),
    Words(
        "No formulas: paste numbers as values (Paste special > Values). No macros, no links to other files.",
        "不接受公式:请“选择性粘贴 > 数值”。不接受宏和外部链接。",
    ),
    Words(
        "Sheets that you add for yourself are left alone. Columns that begin with # are not read.",
        "自行增加的工作表不读取;以 # 开头的列不读取。",
    ),
    Words(
        "Then: poolcast import FILE --to FOLDER; poolcast check FOLDER; poolcast run --set FOLDER.",
        "完成后:poolcast import 文件 --to 文件夹;poolcast check 文件夹;poolcast run --set 文件夹。",
    ),
)

GUIDANCE_ON_TOTALS: tuple[Words, ...] = (
    Words(
        "Sheet 'totals': a value is the TOTAL of everything that its row selects, as in 'age 0-14'. The reader spreads "
        "it over the single members in the proportions of the set named in 'based_on', and says so in the note.",
        "“totals”工作表:数值为该行所选全部成员的合计,如 0-14 岁。"
        "读取时按 based_on 假设集的比例分摊到各成员,并在备注中注明。",
    ),
    Words(
        "Have you more detail? Split the row: one for men, one for women; one for each status.",
        "有更细数据时可拆行:男女各一行、各状态各一行。",
    ),
)


@dataclass(frozen=True)
class SheetTable:
    """A table as it stands on a sheet.

    Parameters
    ----------
    name : str
        File name of the table without its ending.
    columns : tuple of str
        Names of its columns; helpers among them.
    rows : sequence of sequence of str
        Cells in the order of the columns, empty where nothing is given.
    kind : str
        `TABLE` or `TOTALS`.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    kind: str = TABLE


def sheet_name(name: str, words: str, taken: Iterable[str]) -> str:
    """Return a name that Excel accepts and that no other sheet has.

    Examples
    --------
    >>> sheet_name("accounts", "决算", ()), sheet_name("a/b", "", ("a_b",))
    ('accounts 决算', 'a_b 2')
    """
    clean = re.sub(r"[\[\]:*?/\\']", "_", f"{name} {words}".strip())[:LONGEST_NAME].strip()
    others = {other.lower() for other in taken}
    if clean.lower() not in others and clean.lower() != "history":
        return clean
    for number in range(2, 1000):
        tail = f" {number}"
        longer = clean[: LONGEST_NAME - len(tail)] + tail
        if longer.lower() not in others:
            return longer
    raise AssertionError("more than a thousand sheets of one name")


def table_words(name: str, parameters: Iterable[str]) -> Words:
    """Return what a table is about: its own words, or the groups of most of its parameters."""
    if name in TABLE_WORDS:
        return TABLE_WORDS[name]
    groups = Counter(PARAMETERS[name].group for name in parameters if name in PARAMETERS)
    most = [group for group, _ in groups.most_common(2)]
    if not most:
        return Words("", "")
    return Words(", ".join(GROUPS[group].en for group in most), "、".join(GROUPS[group].zh for group in most))


def setting_rows(set_file: SetFile) -> list[tuple[str, str]]:
    """Return keys and values of the sheet that becomes the head of ``set.yaml``."""
    rows = [
        ("name", set_file.name),
        ("title.en", set_file.title.en),
        ("title.zh", set_file.title.zh),
        ("short.en", set_file.short.en if set_file.short else ""),
        ("short.zh", set_file.short.zh if set_file.short else ""),
        ("description.en", set_file.description.en),
        ("description.zh", set_file.description.zh),
        ("base_year", str(set_file.base_year)),
        ("last_year", str(set_file.last_year)),
        ("longest", str(set_file.longest)),
        ("currency", "CNY"),
        ("synthetic", "true" if set_file.synthetic else "false"),
        ("based_on", set_file.based_on or ""),
        ("ledgers", ", ".join(set_file.ledgers)),
    ]
    rows += [(f"options.{name}", set_file.options.get(name, "")) for name in OPTIONS]
    rows += [(f"rolled_from.{key}", text) for key, text in set_file.rolled_from.items()]
    return rows


def setting_words(key: str) -> Words:
    """Return what a setting means."""
    known = {
        "name": Words("Short name of the set, without blanks", "假设集简称,不含空格"),
        "title.en": Words("Title in English", "英文标题"),
        "title.zh": Words("Title in Chinese", "中文标题"),
        "short.en": Words("A shorter title in English; may be empty", "英文短标题,可空"),
        "short.zh": Words("A shorter title in Chinese; may be empty", "中文短标题,可空"),
        "description.en": Words("What the set is, in English", "英文说明"),
        "description.zh": Words("What the set is, in Chinese", "中文说明"),
        "base_year": Words("Last closed year", "基年(最近决算年度)"),
        "last_year": Words("Last year of the projection", "测算末年"),
        "longest": Words("Last year to which --to may go", "可延长至的年份"),
        "currency": Words("CNY: all money in yuan", "CNY:金额单位均为元"),
        "synthetic": Words("true where any figure is made up", "含虚构数据时填 true"),
        "based_on": Words("Set from which the rest is borrowed; empty for none", "借用其余参数的假设集,可空"),
        "ledgers": Words(f"Ledgers held, out of {', '.join(LEDGERS)}", f"所设基金,可选 {', '.join(LEDGERS)}"),
    }
    if key in known:
        return known[key]
    kind, _, rest = key.partition(".")
    if kind == "options" and rest in OPTIONS:
        return OPTIONS[rest].label
    return Words("Written by poolcast roll", "由 poolcast roll 写入") if kind == "rolled_from" else Words("", "")


def setting_choices(key: str) -> tuple[str, ...]:
    """Return the choices of a setting; empty where it is free."""
    if key == "synthetic":
        return ("true", "false")
    kind, _, rest = key.partition(".")
    return tuple(OPTIONS[rest].choices) if kind == "options" and rest in OPTIONS else ()


def guarded(text: str) -> str:
    """Return a text for a CSV file: one that a spreadsheet would take for a formula gets an apostrophe in front.

    Examples
    --------
    >>> guarded("=1+1"), guarded("- as before"), guarded("plain"), unguarded(guarded("=1+1"))
    ("'=1+1", "'- as before", 'plain', '=1+1')
    """
    return _GUARD + text if text.startswith(LEADS_A_FORMULA) else text


def unguarded(text: str) -> str:
    """Return a text without the apostrophe that `guarded` put in front."""
    return text[1:] if text[:1] == _GUARD and text[1:].startswith(LEADS_A_FORMULA) else text
