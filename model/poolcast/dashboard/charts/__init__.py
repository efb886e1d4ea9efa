"""Figures of the dashboard: plain Plotly specifications in one language and one palette."""
