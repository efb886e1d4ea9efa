"""What pages show at once where it is known, and leave to a job where it is not: reasons, rules, required rates."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from poolcast.dashboard.services.headline import USUAL_MONTHS
from poolcast.dashboard.services.mending import Mend, mends
from poolcast.dashboard.services.projections import Projected, explained, findings, held_explained, held_findings
from poolcast.dashboard.services.required import held_required, required_financing
from poolcast.outlook.compliance import Compliance
from poolcast.outlook.explaining import Explanation
from poolcast.uncertainty.simulate import Progress

__all__ = ["explain_later", "required_is_known", "required_later", "rules_later", "rules_of", "why_of"]


def required_is_known(items: Sequence[Projected], region: str, ledger: str, year: int) -> bool:
    """Whether the required rate of every scenario is known, so that it can be shown at once."""
    return all(held_required(item, region, ledger, year, USUAL_MONTHS) for item in items)


def required_later(
    items: Sequence[Projected], region: str, ledger: str, year: int, progress: Progress, stop: threading.Event
) -> None:
    """Find the required rates of scenarios one after another; the work of a job."""
    for number, item in enumerate(items):
        if stop.is_set():
            return
        required_financing(item, region, ledger, year, USUAL_MONTHS)
        progress(number + 1, len(items))


def why_of(item: Projected, against: Projected) -> Explanation | None:
    """Return why a scenario differs from another where that is known."""
    return held_explained(item, against)


def explain_later(item: Projected, against: Projected, progress: Progress, stop: threading.Event) -> None:
    """Find why a scenario differs from another; the work of a job."""
    if not stop.is_set():
        explained(item, against)
        progress(1, 1)


def rules_of(item: Projected, against: Projected) -> tuple[Compliance, Compliance] | None:
    """Return what a scenario and another one break of the rules, where both are known."""
    own, other = (held_findings(one.loaded, one.scenario) for one in (item, against))
    return None if own is None or other is None else (own, other)


def rules_later(item: Projected, against: Projected, progress: Progress, stop: threading.Event) -> dict[str, Mend]:
    """Check the rules for both, and find what would mend what the first breaks anew; the work of a job."""
    other = findings(against.loaded, against.scenario)
    own = findings(item.loaded, item.scenario)
    progress(1, 2)
    found = {} if stop.is_set() else mends(item, own, other)
    progress(2, 2)
    return found
