"""The choice of one scenario, on pages that show one; nothing where none is picked beside the baseline."""

from __future__ import annotations

from poolcast.dashboard import session
from poolcast.dashboard.context import Context, Shown


def one_scenario(here: Context) -> Shown:
    """Show the picked scenarios as buttons where there are any, and return the one shown."""
    usable = {shown.id: shown for shown in here.usable}
    if len(usable) > 1:
        session.segments("one", list(usable), here.t("bar.one"), lambda name: usable[name].title)
    return here.one
