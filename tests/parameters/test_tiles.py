"""Places of regions on a tile map, as set.yaml gives them."""

import pytest

from poolcast.parameters.location import find_set
from poolcast.parameters.set_file import read_set_file

TEXT = (find_set("hebei") / "set.yaml").read_text(encoding="utf-8")


def read(folder, text):
    (folder / "set.yaml").write_text(text, encoding="utf-8")
    problems = []
    return read_set_file(folder, problems), problems


def test_tiles_and_short_title_are_read(tmp_path):
    found, problems = read(tmp_path, TEXT)
    assert not problems
    assert found.tiles["130700"] == (1, 0)
    assert len(set(found.tiles.values())) == len(found.regions) == 14
    assert found.short.zh == "河北及京津 14 区"


@pytest.mark.parametrize("tile", ["[1, -1]", "[1]", "[1, 0, 2]", "[a, 0]", "[true, 0]", "[3, 0]", "'1, 0'"])
def test_a_tile_that_is_none_or_taken_is_refused_with_its_line(tmp_path, tile):
    text = TEXT.replace("tile: [1, 0]", f"tile: {tile}")
    found, problems = read(tmp_path, text)
    (problem,) = problems
    line = text[: text.index(f"tile: {tile}")].count("\n") + 1
    taken = tile == "[3, 0]"  # Chengde stands there, and comes later
    assert problem.row == (line + 1 if taken else line)
    assert problem.column == "regions.tile"
    assert ("130800" if taken else "130700") not in found.tiles
