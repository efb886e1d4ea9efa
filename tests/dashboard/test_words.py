"""The catalogues: the same keys, nothing missing, nothing unused, the same values asked for."""

import re
from pathlib import Path
from string import Formatter

from poolcast.dashboard import words
from poolcast.dashboard.words import FAMILIES, LANGUAGES, catalogue, fill

DASHBOARD = Path(words.__file__).parents[1]
KEY = re.compile(r"""["']([a-z_0-9]+(?:\.[a-z_0-9]+)+)["']""")
SOURCES = {path: path.read_text(encoding="utf-8") for path in DASHBOARD.rglob("*.py")}
CODE = "\n".join(SOURCES.values())


def families() -> set[str]:
    return {f"{family}.{member}" for family, members in FAMILIES.items() for member in members}


def test_both_languages_have_the_same_keys():
    assert catalogue("zh").keys() == catalogue("en").keys()


def test_no_key_is_missing():
    heads = {key.split(".")[0] for key in catalogue("zh")}
    asked = re.findall(r"""\bt\(\s*f?["']([^"'{}]+)["']""", CODE)
    asked += [key for key in KEY.findall(CODE) if key.split(".")[0] in heads]
    known = set(catalogue("zh"))
    missing = {key for key in asked if key not in known and not key.endswith(PASSED_OVER)}
    assert not missing
    assert families() <= known


PASSED_OVER = (".toml", ".yaml", ".css", ".png", ".svg", ".json")


def test_no_key_is_unused():
    found = set(KEY.findall(CODE)) | families()
    assert not set(catalogue("zh")) - found


def test_families_are_asked_for():
    for family in FAMILIES:
        assert re.search(rf"""f["']{family}\.\{{""", CODE), family


def test_both_languages_take_the_same_values():
    def names(text: str) -> set[str]:
        return {name.split("|")[0] for _, name, _, _ in Formatter().parse(text) if name}

    for key in catalogue("zh"):
        chinese, english = (names(catalogue(language)[key]) for language in ("zh", "en"))
        assert chinese == english, key


def test_each_language_is_itself():
    for key, text in catalogue("zh").items():
        assert re.search(r"[\u4e00-\u9fff]", text) or key in SAME_IN_BOTH, key
    for key, text in catalogue("en").items():
        assert not re.search(r"[\u4e00-\u9fff]", text), key


SAME_IN_BOTH = ("bar.python",)


def test_plural_forms():
    assert fill("{n} {n|year|years}", {"n": 1}) == "1 year"
    assert fill("{n} {n|year|years}", {"n": 3}) == "3 years"


def test_languages_are_those_of_the_view():
    from poolcast.dashboard import state

    assert state.LANGUAGES == LANGUAGES
