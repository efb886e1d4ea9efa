"""Chinese words for what the reader finds: patterns of its English sentences; what no pattern knows stays English."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FOUND: tuple[tuple[str, str], ...] = (
    (r"no value of ([\w.]+) \((.+)\)", r"未填写 \1 \2"),
    (r"no value of ([\w.]+) for (.+)", r"缺少 \1 的数值:\2"),
    (r"no value of ([\w.]+)", r"缺少参数 \1"),
    (r"an empty value", r"空单元格"),
    (r"(.+) for ([\w.]+)", r"\2 的数值 \1"),
    (r"the unit '(.*)' of ([\w.]+)", r"\2 的单位为“\1”"),
    (r"no unit of ([\w.]+)", r"\1 缺少单位"),
    (r"an unknown parameter '(.*)'", r"未知参数“\1”"),
    (r"no parameter", r"缺少参数名"),
    (r"an unknown source '(.*)'", r"未知来源键“\1”"),
    (r"an unknown column '(.*)'", r"未知列“\1”"),
    (r"the column '(.*)' twice", r"列“\1”出现两次"),
    (r"no column (.+)", r"缺少列 \1"),
    (r"no grade of evidence '(.*)'", r"依据“\1”缺少等级"),
    (r"no source of evidence '(.*)'", r"依据“\1”缺少来源键"),
    (r"evidence '(.*)' with neither source nor note", r"依据“\1”既无来源也无备注"),
    (r"made-up values in a set that is not marked as synthetic", r"假设集未标明 synthetic,却含虚构数据"),
    (r"an empty (\w+) of ([\w.]+)", r"\2 的 \1 为空"),
    (r"a filled (\w+) of ([\w.]+), which has no such axis", r"\2 没有 \1 维度,却填写了该列"),
    (r"one value of ([\w.]+) for all regions", r"\1 只给了一个全部地区的数值"),
    (r"([\w.]+) again \((.+)\), given first in (.+)", r"\1 重复(\2),首次出现在 \3"),
    (r"([\w.]+) adding to (.+)", r"\1 合计为 \2"),
    (r"'(.*)' with thousands separators", r"“\1”含千分位分隔符"),
    (r"'(.*)' in full-width characters", r"“\1”为全角字符"),
    (r"'(.*)', which is no number", r"“\1”不是数字"),
    (r"'(.*)', which is no finite number", r"“\1”不是有效数字"),
    (r"'(.*)', a code that lost its leading zeros", r"“\1”丢失了前导零"),
    (r"'(.*)', a date into which Excel turned an age range", r"“\1”:Excel 把年龄段变成了日期"),
    (r"an unknown parent '(.*)'", r"未知上级代码“\1”"),
    (r"an unknown ledger '(.*)'", r"未知基金代码“\1”"),
    (r"an unknown key '(.*)'", r"未知的键“\1”"),
    (r"the code '(.*)' again .*", r"代码“\1”重复"),
    (r"an empty cell", r"空单元格"),
    (r"nothing", r"未填写"),
    (r"'(.*)', which is there already", r"“\1”已存在"),
    (r"'(.*)'", r"“\1”"),
)
_ALLOWED: tuple[tuple[str, str], ...] = (
    (r"a number such as 1234.5 or -0.02", r"数字,如 1234.5 或 -0.02"),
    (r"([-+.\de]+) to ([-+.\de]+) \((.+)\)", r"\1 至 \2(\3)"),
    (r"a whole number, (.+)", r"整数,\1"),
    (r"a declared parameter", r"已声明的参数"),
    (r"keys of .*sources'?, joined by ;", r"“sources”中的来源键,多个用 ; 连接"),
    (r"a grade from A to D", r"A 至 D 的等级"),
    (r"a note that says why, or a source", r"说明理由的备注,或来源"),
    (r"axes (.+)", r"维度 \1"),
    (r"each cell once", r"每个单元只给一次"),
    (r"each column once", r"每列一次"),
    (r"each code once", r"每个代码一次"),
    (r"a region; 'all' for a zero only", r"具体地区;仅 0 可用 all"),
    (r"a complete block", r"完整的一组数值"),
    (r"a sum of 1 \(within (.+)\)", r"合计为 1(误差 \1 以内)"),
    (r"one year from (\d+) to (\d+)", r"\1 至 \2 之间的一个年份"),
    (r"a year from (\d+) to (\d+)", r"\1 至 \2 之间的年份"),
    (r"values by (.+) in (.+)", r"按 \1 给出的数值,单位 \2"),
    (r"a new or empty folder", r"新文件夹或空文件夹"),
    (r"a new file", r"新文件"),
    (r"a text", r"文本"),
    (r"codes of .*: (.+), 'all', or several joined by \|", r"统筹区代码:\1,all,或多个用 | 连接"),
    (r"(.+), 'all', or several joined by \|", r"\1,all,或多个用 | 连接"),
)
_REMEDIES: tuple[tuple[str, str], ...] = (
    (r"Write the number in full: (.+)\.", r"请写出完整数字:\1。"),
    (r"Write the fraction: (.+) for (.+)\.", r"请写小数:\2 写作 \1。"),
    (r"Write (\S+) for (.+) %\.", r"\2% 请写作 \1。"),
    (r"Write (\S+) without separators.*", r"请写 \1,不加分隔符。"),
    (r"Write (\S+) in ordinary \(half-width\) characters\.", r"请用半角字符写 \1。"),
    (r"Write (\S+); in Excel format the column as text\.", r"请写 \1,并将该列设为文本格式。"),
    (r"Write the value, or remove the row; a zero has to be written as 0\.", r"请填写数值或删除该行;零须写作 0。"),
    (r"Write the number alone; words belong into the note\.", r"只写数字,文字写在备注。"),
    (r"Check the value and its unit\.", r"请核对数值和单位。"),
    (r"Round it\.", r"请取整。"),
    (r"Did you mean '(.+?)'\?.*", r"是否应为“\1”?"),
    (r"Did you mean '(.+?)', .*", r"是否应为“\1”?"),
    (r"See `poolcast list parameters`\.", r"见 poolcast list parameters。"),
    (r"Give the values in (.+) and write '(.+)'\.", r"请用 \1 作单位,并写“\2”。"),
    (r"Divide the values by 100 and write '(.+)'\.", r"请将数值除以 100,单位写“\1”。"),
    (r"Multiply the values by (.+) and write '(.+)'\.", r"请将数值乘以 \1,单位写“\2”。"),
    (r"Say where the value comes from\.", r"请说明数值来源。"),
    (r"Say in the note where the value comes from\.", r"请在备注说明数值来源。"),
    (r"Grade the copy that was read\.", r"请填写所用资料的等级。"),
    (
        r"Cite the document, or call the value an assumption and say why\.",
        r"请注明文件,或将依据改为 assumption 并说明理由。",
    ),
    (r"Add the document to .*", r"请在“sources”中补充该文件。"),
    (r"Mark the set\.", r"请将假设集标为 synthetic。"),
    (r"Remove one of the two rows\.", r"请删除其中一行。"),
    (r"Remove one of them\.", r"请删除其中一个。"),
    (r"Give each region its own value:.*", r"人数和金额按地区相加,请分别填写各地区。"),
    (r"Give these cells; a block of values is never mixed from several levels\.", r"请补齐;一组数值不从多个层级拼凑。"),
    (r"Give these cells; what adds over regions is never taken from a parent\.", r"请补齐;人数和金额不从上级取值。"),
    (r"Give (\d+) or an earlier year;.*", r"请给出 \1 年或更早年份的数值,其后年份自动补足。"),
    (r"Give the accounts of these years; they are never filled in\.", r"请给出这些年份的决算数,系统不会推算。"),
    (r"Correct the shares, or divide them by their sum\.", r"请更正比例,使合计为 1。"),
    (r"Fill (\w+); 'all' stands for every member\.", r"请填写 \1;all 表示全部成员。"),
    (r"Fill the year\.", r"请填写年份。"),
    (r"Empty (\w+) in this row\.", r"请清空本行 \1。"),
    (r"Add the parent with projected: false\.", r"请增加该上级,projected 填 false。"),
    (r"Add '(.+)'; nothing is assumed in silence\.", r"请填写 \1,系统不作默认。"),
    (r"Name a new folder; a set is never overwritten\.", r"请另指定新文件夹,不覆盖已有假设集。"),
    (r"Name another file, or remove this one first\.", r"请另指定文件名,或先删除该文件。"),
    (r"The declaration suggests (\S+);.*", r"建议值 \1;若同意,请作为 assumption 填入。"),
    (r"Name the column;.*", r"请补列名。"),
)


def in_chinese(found: str, allowed: str, remedy: str) -> tuple[str, str, str]:
    """Return found, allowed and remedy of a problem in Chinese, each as far as it is known.

    Examples
    --------
    >>> in_chinese("8 for revenue.employer_rate", "0 to 0.2 (fraction of one)", "Write 0.08 for 8 %.")
    ('revenue.employer_rate 的数值 8', '0 至 0.2(fraction of one)', '8% 请写作 0.08。')
    """
    more = re.search(r" \(and (\d+) more lines\)$", found)
    said = found[: more.start()] if more else found
    result = _said(said, _FOUND) + (f"(另有 {more[1]} 行)" if more else "")
    return result, _said(allowed, _ALLOWED), _said(remedy, _REMEDIES)


def _said(text: str, patterns: Sequence[tuple[str, str]]) -> str:
    for pattern, words in patterns:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match is not None:
            return match.expand(words)
    return text
