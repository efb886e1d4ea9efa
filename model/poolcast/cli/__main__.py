"""``python -m poolcast.cli``."""

from __future__ import annotations

import sys

from poolcast.cli import main

sys.exit(main())
