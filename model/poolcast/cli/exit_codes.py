"""Exit codes of the command ``poolcast``."""

from __future__ import annotations

DONE, NOT_MET, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
