"""The dashboard: pages of Streamlit over the functions that the command line calls."""
