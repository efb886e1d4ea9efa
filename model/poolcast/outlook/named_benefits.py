"""Which benefits a change of assumptions names: the rules that it changes say so."""

from __future__ import annotations

import numpy as np

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS
from poolcast.parameters.declarations import PARAMETERS

_MEDICAL = ("inpatient", "outpatient", "chronic", "dual_channel", "maternity_care")
_OF_RULE: dict[str, tuple[str, ...]] = {
    "inpatient": ("inpatient",),
    "outpatient": ("outpatient",),
    "chronic": ("chronic",),
    "dual_channel": ("dual_channel",),
    "maternity": ("maternity_care",),
    "maternity.leave_days": ("maternity_allowance",),
    "maternity.allowance_coverage": ("maternity_allowance",),
    "long_term_care": ("long_term_care",),
    "payment": ("inpatient",),
    "payment.audit_deduction": _MEDICAL,
    "procurement": ("inpatient", "chronic"),
}
"""Benefits by parameter or, where that is not listed, by its first word."""

_BY_BENEFIT = ("capitation.share", "outbreak.case_share")
"""Rules of payment and entitlement with a benefit axis of their own."""

_OF_PROFILE: dict[str, tuple[str, ...]] = {
    "utilisation.inpatient_rate": ("inpatient",),
    "utilisation.inpatient_cost": ("inpatient",),
    "utilisation.outpatient_bill": ("outpatient",),
    "utilisation.chronic_bill": ("chronic",),
    "utilisation.dual_channel_bill": ("dual_channel",),
}


def named_benefits(before: Assumptions, after: Assumptions) -> frozenset[str]:
    """Return the benefits that a change of assumptions names.

    Those whose rules of entitlement or payment it changes. Where it changes none, those whose use or cost it moves: a
    lever that pays more outpatient care and, as its offset, scales admissions names outpatient care only. Whatever
    names no benefit (contributions, population) moves all of them directly: every benefit is returned.

    Parameters
    ----------
    before, after : Assumptions
        The set without the change and with it.
    """
    changed = [name for name in after.values if name in before and after.values[name] is not before.values[name]]
    by_rule = {benefit for name in changed for benefit in _of_rule(name, before, after)}
    by_use = {benefit for name in changed for benefit in _of_use(name, before, after)}
    return frozenset(by_rule or by_use or BENEFITS)


def _of_rule(name: str, before: Assumptions, after: Assumptions) -> tuple[str, ...]:
    if name in _BY_BENEFIT:
        return _moved_benefits(name, before, after)
    benefits = _OF_RULE.get(name, _OF_RULE.get(name.partition(".")[0], ()))
    return benefits if benefits and not np.array_equal(before[name], after[name], equal_nan=True) else ()


def _of_use(name: str, before: Assumptions, after: Assumptions) -> tuple[str, ...]:
    if name in _OF_PROFILE:
        return () if np.array_equal(before[name], after[name], equal_nan=True) else _OF_PROFILE[name]
    dimensions = PARAMETERS[name].dimensions
    if not name.startswith(("utilisation.", "cost.")) or "benefit" not in dimensions:
        return ()
    return _moved_benefits(name, before, after)


def _moved_benefits(name: str, before: Assumptions, after: Assumptions) -> tuple[str, ...]:
    """Benefits for which a parameter with a benefit axis has other values."""
    axis = PARAMETERS[name].dimensions.index("benefit")
    differs = (before[name] != after[name]) & ~(np.isnan(before[name]) & np.isnan(after[name]))
    moved = np.moveaxis(differs, axis, 0).reshape(len(BENEFITS), -1).any(1)
    return tuple(benefit for benefit, is_moved in zip(BENEFITS, moved, strict=True) if is_moved)
