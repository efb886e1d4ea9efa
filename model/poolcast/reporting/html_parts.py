"""Parts of the HTML pages: the self-contained document, texts in two languages, buttons, keys of lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from poolcast.parameters.declaration import Words
from poolcast.reporting.theme import FONT

_SKELETON = """<!DOCTYPE html>
<html lang="{html_language}" data-language="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
<script type="application/json" id="figures">{data}</script>
<script>{plotly}</script>
<script>{script}</script>
</body>
</html>
"""


def document(title: Words, language: str, body: str, data: Mapping[str, Any], style: str = "") -> str:
    """Return a page that needs nothing else: style, figures, Plotly and the script that draws and switches are inside.

    Parameters
    ----------
    title : Words
    language : {"en", "zh"}
        What it shows when it opens.
    body : str
        HTML between header and footer, with both.
    data : mapping
        For the script: ``figures`` and what is shown at first.
    style : str
        Rules of this page besides ``page.css``.
    """
    from plotly.offline import get_plotlyjs

    parts = {
        "language": language,
        "html_language": "zh-CN" if language == "zh" else "en",
        "title": escape(title.in_language(language)),
        "style": asset("page.css").replace("FONT", FONT) + style,
        "body": body,
        "plotly": get_plotlyjs(),
        "data": json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c"),
        "script": asset("page.js"),
    }
    return _SKELETON.format(**parts)


def asset(name: str) -> str:
    """Return a file that lies beside this module."""
    return files("poolcast.reporting").joinpath(name).read_text(encoding="utf-8")


def spans(words: Words) -> str:
    """Return both languages, each in an element of its language; the style sheet hides one."""
    if words.en == words.zh:
        return escape(words.en)
    return f'<span lang="en">{escape(words.en)}</span><span lang="zh">{escape(words.zh)}</span>'


def choices(name: str, label: Words | None, choices: Sequence[tuple[str, Words]], chosen: str) -> str:
    """Return buttons of which one is pressed; ``page.js`` switches the page by them."""
    buttons = "".join(
        f'<button type="button" data-choice="{name}" value="{escape(value)}" '
        f'aria-pressed="{str(value == chosen).lower()}">{spans(words)}</button>'
        for value, words in choices
    )
    head = f'<span class="label">{spans(label)}</span>' if label else ""
    return f'<span class="group">{head}<span class="choices">{buttons}</span></span>'


def line_key(colour: str, dash: str, words: Words) -> str:
    """Return a sample of a line or colour with its words."""
    if dash in ("fill", "zone", "hatch"):
        sample = f'<i class="sample {dash}" style="background:{colour}"></i>'
    else:
        style = {"solid": "solid", "dot": "dotted"}.get(dash, "dashed")
        sample = f'<i class="sample" style="border-top-color:{colour};border-top-style:{style}"></i>'
    return f'<span class="key">{sample}{spans(words)}</span>'
