"""Next year: the annual budget, its months, and early warning."""
