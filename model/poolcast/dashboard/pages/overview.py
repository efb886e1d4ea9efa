"""Overview: which regions and funds need attention, and why."""

from poolcast.dashboard.context import context
from poolcast.dashboard.parts.takeaway import takeaway

here = context()
takeaway(here.ledger_name, here.scope)
