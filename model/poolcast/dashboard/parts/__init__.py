"""Parts that every page uses: header bar, takeaway, cards, chart cards, states."""
