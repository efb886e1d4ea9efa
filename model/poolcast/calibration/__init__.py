"""Where the assumptions come from: so far the generator of synthetic multi-region sets."""
