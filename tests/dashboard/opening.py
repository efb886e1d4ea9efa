"""Opens a page of the dashboard without a browser: one address, one language, one run."""

from __future__ import annotations

import json
from pathlib import Path

from plotly.graph_objects import Figure
from streamlit.testing.v1 import AppTest

from poolcast.dashboard import server

SCRIPT = server.SCRIPT
PAGES = Path(server.__file__).parent / "pages"


def open_page(page: str, *, timeout: float = 120, session: dict[str, object] | None = None, **query: str) -> AppTest:
    """Return a page after its first run.

    Parameters
    ----------
    page : str
        Id of the page.
    timeout : float
        Seconds that a run may take; the first projection of a process compiles its kernels.
    session : dict, optional
        Values of the session before the first run.
    **query
        Keys of the address, ``lang="en"``.
    """
    app = AppTest.from_file(str(SCRIPT), default_timeout=timeout)
    app.query_params.update(query)
    for name, value in (session or {}).items():
        app.session_state[name] = value
    if page != "overview":
        app.switch_page(str(PAGES / f"{page}.py"))
    app.run()
    assert not app.exception, app.exception
    for chart in app.get("plotly_chart"):  # pages send what they made to the browser as it is
        Figure(json.loads(chart.proto.spec))
    return app


def html(app: AppTest) -> str:
    """Return all pieces of HTML of a page, one after another."""
    return "\n".join(str(piece.proto.body) for piece in app.get("html"))
