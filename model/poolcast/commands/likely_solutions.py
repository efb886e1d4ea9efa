"""Lines of a goal seek with probability, for the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from poolcast.parameters.declaration import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from poolcast.uncertainty.seeking import LikelySolution
    from poolcast.uncertainty.seeking_regions import RegionNeed


def likely_lines(found: LikelySolution, language: str) -> list[str]:
    """Return the lines that ``poolcast solve --probability`` prints.

    Parameters
    ----------
    found : LikelySolution
    language : {"en", "zh"}
    """
    chinese = language == "zh"
    solution, unknown = found.solution, found.solution.unknown
    unit = UNITS[unknown.unit][1 if chinese else 0]
    name = f"{solution.region}  {unknown.text}" if solution.region else unknown.text
    low, high = unknown.bounds
    if found.reached:
        now, change, error = ("现值", "变动", "标准误") if chinese else ("now", "change", "standard error")
        head = f"{name} = {found.value:.6g} {unit} ({now} {unknown.present:.6g}, {change} {solution.change:+.4g}"
        head += f", {error} {found.error:.2g})" if math.isfinite(found.error) else ")"
        if solution.change == 0:
            head += " 已经达标" if chinese else ": met already"
    elif chinese:
        head = f"{name}: {low:g} 至 {high:g} {unit} 内没有概率达到 {found.probability:g} 的取值;"
        head += f"最接近的是 {found.value:.6g}"
    else:
        head = f"{name}: no value from {low:g} to {high:g} {unit} is likely enough; {found.value:.6g} comes nearest"
    lines = [head, f"  {unknown.label.in_language(language)}"]
    words = ("达标", "未达标") if chinese else ("met", "missed")
    for check in solution.checks:
        before, after = f"{check.before.value:.3f}", f"{check.after.value:.3f}"
        lines.append(
            f"  P({check.condition}): {before} -> {after} (>= {found.probability:g}), "
            f"{words[0] if check.after.holds else words[1]}"
        )
    lines += _certainty(found, chinese)
    if solution.note:
        lines.append(f"  {solution.note}")
    return lines


def lines_of_each(unknown: str, found: Mapping[str, RegionNeed], probability: float, language: str) -> list[str]:
    """Return a line for each region: the value that it needs, from the present one, and the share of paths it holds in.

    Parameters
    ----------
    unknown : str
        As it was asked for; its values in its own unit.
    found : mapping of str to RegionNeed
        By region code.
    probability : float
    language : {"en", "zh"}
    """
    chinese = language == "zh"
    head = f"{unknown}: 各统筹区以 {probability:g} 的概率达标所需的取值" if chinese else ""
    lines = [head or f"{unknown}: what each region needs for a probability of {probability:g}, all moving together"]
    for code, need in found.items():
        share = f"P = {need.share:.3f}"
        if need.reached:
            now = "现值" if chinese else "now"
            lines.append(f"  {code}  {need.value:.6g} ({now} {need.present:.6g}); {share}")
        else:
            missed = "界内没有足够的取值，最接近的是" if chinese else "no value within its bounds is enough; nearest"
            lines.append(f"  {code}  {missed} {need.value:.6g}; {share}")
    return lines


def _certainty(found: LikelySolution, chinese: bool) -> list[str]:
    solution = found.solution
    lines = []
    if math.isfinite(found.error):
        ends = [f"{end:.6g}" if math.isfinite(end) else ("不限" if chinese else "open") for end in found.bracket]
        meaning = (
            "概率相差约两个标准误的取值" if chinese else "values whose probability is about two standard errors off"
        )
        lines.append(f"  {meaning}: {ends[0]} … {ends[1]}")
    share = f"{found.fresh_share:.3f} ± {found.fresh_error:.3f}"
    if chinese:
        lines.append(f"  共 {found.paths} 条路径,随机种子 {found.seed};在另外 {found.paths} 条路径上的概率: {share}")
        verified = "已重新运行验证" if solution.verified else "重新运行未能验证"
        lines.append(f"  {verified};共模拟 {solution.runs} 次")
    else:
        lines.append(f"  {found.paths} paths, seed {found.seed}; on as many other paths: {share}")
        verified = "verified by a run of its own" if solution.verified else "NOT confirmed by a run of its own"
        lines.append(f"  {verified}; {solution.runs} simulations")
    return lines
