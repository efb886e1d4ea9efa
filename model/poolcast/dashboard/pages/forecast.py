"""Forecast: where this fund is heading, and what drives it."""

from poolcast.dashboard.context import context
from poolcast.dashboard.parts.takeaway import takeaway

here = context()
takeaway(here.ledger_name, here.scope)
