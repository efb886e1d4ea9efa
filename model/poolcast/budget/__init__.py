"""Next year's budget, and the year watched month by month."""
