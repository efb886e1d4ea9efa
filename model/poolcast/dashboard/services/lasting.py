"""What lasts as long as the server is left out when Python looks for garbage.

Now and then Python looks through every object of the process, and Streamlit can make it do so after each run of a page.
With the libraries and sets in memory that takes 0.2 s, during which no session of the server gets an answer. Objects
that are set aside are not looked through again; they are still freed when nobody refers to them.
"""

from __future__ import annotations

import gc
import sys
import threading

from poolcast.dashboard.services import projections, sets

_LOCK = threading.Lock()
_seen: tuple[int, int, bool] = (0, 0, False)


def set_aside() -> bool:
    """Set aside what is in memory, where libraries or sets came to it since the last time.

    Garbage is freed before, so that none is kept; of what belongs to runs of other sessions at that moment little is
    kept for ever, as modules and sets come to an end.

    Returns
    -------
    bool
        Whether anything new was there.
    """
    global _seen
    now = (len(sys.modules), sets.held().entries, projections.is_warm())
    if now == _seen or not _LOCK.acquire(blocking=False):
        return False
    try:
        gc.collect()
        gc.freeze()
        _seen = now
    finally:
        _LOCK.release()
    return True
