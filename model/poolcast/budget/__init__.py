"""NEXT YEAR: the annual budget, its statement, the budget of providers, months, and early warning."""
