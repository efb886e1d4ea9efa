"""The script that ``poolcast app`` gives to Streamlit; apart from ``pages``, which Streamlit would take for its own."""

from poolcast.dashboard.router import show

if __name__ == "__main__":
    show()
