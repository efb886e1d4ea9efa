"""Compliance: a set, with or without a scenario, against the rules of the policy documents (handbook 9)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from poolcast.outlook.compliance_case import Breach, Case
from poolcast.outlook.compliance_rules import RULE_SETS, RULES, Rule, RuleSet, Severity
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.location import display
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.yaml_fields import Fields, read_mapping, shown
from poolcast.projection.control_totals import calibrate
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "information")


@dataclass(frozen=True)
class Finding:
    """A rule that is broken somewhere, or that could not be checked.

    Parameters
    ----------
    rule : Rule
        The rule.
    severity : {"error", "warning", "information"}
        How bad it is under the rule set; what could not be checked is information.
    checked : bool
        Whether the rule could be checked there.
    region : str
        Code; empty where it concerns the set as a whole.
    first_year, last_year : int or None
        Years concerned.
    place : str
        Parameter, measure or option, with the members concerned.
    value : float or None
        Value in the first of these years.
    required : str
        What the rule asks for.
    note : Words
        What else there is to say.
    waived : str
        Reason of the waiver; empty for none.
    """

    rule: Rule
    severity: Severity
    checked: bool
    region: str = ""
    first_year: int | None = None
    last_year: int | None = None
    place: str = ""
    value: float | None = None
    required: str = ""
    note: Words = field(default=Words("", ""))
    waived: str = ""

    def document(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "rule": self.rule.id,
            "text": self.rule.text.en,
            "text_zh": self.rule.text.zh,
            "source": self.rule.source,
            "severity": self.severity,
            "checked": self.checked,
            "region": self.region or None,
            "first_year": self.first_year,
            "last_year": self.last_year,
            "place": self.place,
            "value": self.value,
            "required": self.required,
            "note": self.note.en,
            "note_zh": self.note.zh,
            "waived": self.waived or None,
        }


@dataclass(frozen=True)
class Waiver:
    """A rule that shall not count, with the reason.

    Parameters
    ----------
    rule : str
        Id.
    reason : str
        Why.
    region : str
        Code; empty for every region.
    first_year, last_year : int
        The findings of these years only.
    line : int or None
        Line of the file.
    """

    rule: str
    reason: str
    region: str = ""
    first_year: int = 0
    last_year: int = 9999
    line: int | None = None

    def covers(self, finding: Finding) -> bool:
        """Return whether the waiver covers all of a finding: its rule, region and every one of its years."""
        first = self.first_year if finding.first_year is None else finding.first_year
        last = self.last_year if finding.last_year is None else finding.last_year
        here = self.region in ("", finding.region)
        return finding.rule.id == self.rule and here and self.first_year <= first and last <= self.last_year


@dataclass(frozen=True)
class Compliance:
    """What a check found.

    Parameters
    ----------
    rules : {"national", "hebei"}
        Rule set.
    findings : tuple of Finding
        The worst first, then by rule; waived ones too.
    unused_waivers : tuple of Waiver
        Waivers that cover nothing.
    """

    rules: RuleSet
    findings: tuple[Finding, ...]
    unused_waivers: tuple[Waiver, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether no error is left that is not waived."""
        return not self.number("error")

    @property
    def passed(self) -> tuple[str, ...]:
        """Ids of the rules without any finding."""
        found = {finding.rule.id for finding in self.findings}
        return tuple(rule for rule in RULES if rule not in found)

    def number(self, severity: Severity) -> int:
        """Return how many findings of a severity are not waived."""
        return sum(finding.severity == severity and not finding.waived for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "rules": self.rules,
            "passes": self.passes,
            "errors": self.number("error"),
            "warnings": self.number("warning"),
            "information": self.number("information"),
            "waived": sum(bool(finding.waived) for finding in self.findings),
            "passed": list(self.passed),
            "findings": [finding.document() for finding in self.findings],
            "unused_waivers": [
                {"rule": one.rule, "region": one.region, "line": one.line} for one in self.unused_waivers
            ],
        }


def check_compliance(
    assumptions: Assumptions | str | os.PathLike[str],
    scenario: Scenario | str = "baseline",
    rules: str = "national",
    waivers: Sequence[Waiver] = (),
) -> Compliance:
    """Check a set under a scenario against every rule.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set, calibrated or not, its name or its folder.
    scenario : Scenario or str
        What is changed.
    rules : {"national", "hebei"}
        Rule set; the rules are the same, their severities differ.
    waivers : sequence of Waiver
        What shall not count.

    Raises
    ------
    ScenarioError
        Where there is no such rule set, or the scenario cannot be applied.
    """
    chosen = _rule_set(rules)
    given = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    before = calibrate(given)
    case = Case(asked.apply(before), before, asked)
    findings = [finding for rule in RULES.values() for finding in _findings(rule, case, chosen)]
    used: set[int] = set()
    for number, finding in enumerate(findings):
        for at, waiver in enumerate(waivers):
            if waiver.covers(finding):
                used.add(at)
                findings[number] = replace(finding, waived=waiver.reason)
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    unused = tuple(waiver for at, waiver in enumerate(waivers) if at not in used)
    return Compliance(chosen, tuple(findings), unused)


def _findings(rule: Rule, case: Case, rules: RuleSet) -> list[Finding]:
    findings = []
    for outcome in rule.check(case):
        if isinstance(outcome, Breach):
            note = Words(outcome.note, _NOTES_ZH.get(outcome.note, outcome.note))
            findings.append(
                Finding(
                    rule,
                    rule.severity(rules),
                    True,
                    outcome.region,
                    outcome.first_year,
                    outcome.last_year,
                    outcome.place,
                    outcome.value,
                    outcome.required,
                    note,
                )
            )
        else:
            findings.append(Finding(rule, "information", False, note=outcome.reason))
    return findings


_NOTES_ZH: Mapping[str, str] = {
    "covered by the reserve": "由累计结余弥补",
    "the reserve does not last": "累计结余不足",
    "part of other regions": "并入其他统筹区",
    "EPF is kept by a county": "职工统筹基金为县级统筹",
    "RPF is kept by a county": "居民统筹基金为县级统筹",
    "EPF is kept by the parent": "职工统筹基金由上级统一管理",
    "RPF is kept by the parent": "居民统筹基金由上级统一管理",
}


def _rule_set(name: str) -> RuleSet:
    for known in RULE_SETS:
        if known == name:
            return known
    remedy = did_you_mean(name, RULE_SETS) or "Name one of those."
    raise ScenarioError(Problem("--rules", name, ", ".join(RULE_SETS), remedy))


_KEYS = ("rule", "region", "years", "reason")


def read_waivers(file: str | os.PathLike[str]) -> tuple[Waiver, ...]:
    """Read waivers from a YAML file.

    ::

        waivers:
          - rule: C03
            region: "130100"      # every region where it is left out
            years: 2026-2028      # every year where it is left out
            reason: transition agreed with the province until 2028

    Raises
    ------
    ScenarioError
        With every problem and its line.
    """
    path = Path(file).expanduser()
    if not path.is_file():
        raise ScenarioError(Problem("--waivers", f"'{file}', which is not there", "a YAML file", "Check the path."))
    problems: list[Problem] = []
    fields = Fields(display(path), problems)
    document = read_mapping(path, fields)
    waivers: list[Waiver] = []
    if document is not None:
        fields.known_keys(document, ("waivers",))
        listed = document.get("waivers")
        if not isinstance(listed, list):
            fields.refuse(
                fields.line(document, "waivers"), "waivers", shown(listed), "a list", "Write `waivers:`, `- rule: C03`."
            )
            listed = []
        for number, item in enumerate(listed, start=1):
            waiver = _waiver(fields, item, f"waivers[{number}]")
            if waiver is not None:
                waivers.append(waiver)
    if problems:
        raise ScenarioError(problems)
    return tuple(waivers)


def _waiver(fields: Fields, item: Any, place: str) -> Waiver | None:
    if not isinstance(item, Mapping):
        fields.refuse(None, place, shown(item), "rule, reason, region, years", "Write `- rule: C03`.")
        return None
    before = len(fields.problems)
    fields.known_keys(item, _KEYS, f"{place}.")
    rule, reason = fields.text(item, "rule", f"{place}."), fields.text(item, "reason", f"{place}.")
    if rule and rule not in RULES:
        remedy = did_you_mean(rule, RULES) or "See `poolcast list rules`."
        fields.refuse(fields.line(item, "rule"), f"{place}.rule", f"an unknown rule '{rule}'", "C01 to C36", remedy)
    text = str(item.get("years") or "0-9999")
    first, _, last = (part.strip() for part in text.partition("-"))
    if not (first.isdigit() and (last or first).isdigit() and int(first) <= int(last or first)):
        allowed = "2026, or 2026-2028"
        fields.refuse(fields.line(item, "years"), f"{place}.years", shown(item["years"]), allowed, "Write years so.")
    if len(fields.problems) > before:
        return None
    region = str(item.get("region") or "")
    return Waiver(rule, reason, region, int(first), int(last or first), fields.line(item, "rule"))
