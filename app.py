"""The dashboard from a checkout: ``streamlit run app.py``; an installed Poolcast starts it with ``poolcast app``."""

from poolcast.dashboard.router import show

if __name__ == "__main__":  # process pools import this file again; the page must not run in them
    show()
