"""The ground floor starts fast: nothing heavy is imported before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "xarray", "scipy", "numba", "plotly", "streamlit", "openpyxl")
MODULES = ("reading", "documentation", "location", "needs", "declarations", "assumptions")


@pytest.mark.parametrize("module", MODULES)
def test_import_stays_light(module: str) -> None:
    code = (
        f"import sys, poolcast.parameters.{module}; "
        f"print([name for name in {(*HEAVY, 'ruamel.yaml')!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_needs_no_data_frames(tmp_path) -> None:  # type: ignore[no-untyped-def]
    code = (
        "import sys; from pathlib import Path; "
        "from tests.fixtures.minimal_set import write_minimal_set; "
        "from poolcast.parameters.reading import load_assumptions; "
        f"load_assumptions(write_minimal_set(Path({str(tmp_path / 'minimal')!r}))); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
