"""The documentation tells the truth: sections, links, equations, names, blocks of code and everything generated."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from poolcast.cli import main
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.declarations.options import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "model" / "poolcast"
PAGES = sorted(DOCS.rglob("*.md"))
HANDBOOK = (DOCS / "handbook.md").read_text(encoding="utf-8")

SECTION = r"\d{1,2}(?:\.\d{1,2})?"
CITED = re.compile(
    rf"handbook\s+((?:{SECTION})(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*-\s*)(?:{SECTION}))*)", re.IGNORECASE
)
SECTIONS = {match[1] for match in re.finditer(rf"^#+ ({SECTION})\.? ", HANDBOOK, re.MULTILINE)}
RUNNABLE = re.compile(r"<!-- runnable -->\n```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
EQUATION = r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?"

ids = [str(page.relative_to(DOCS)) for page in PAGES]


def cited_sections(text: str) -> set[str]:
    """Return every section that a text cites; of a range, both ends."""
    joined = re.sub(r"\s+", " ", text)
    return {section for match in CITED.finditer(joined) for section in re.findall(SECTION, match[1])}


def slug(heading: str) -> str:
    """Return the anchor that Markdown programs make of a heading."""
    words = re.sub(r"[^\w\s-]", "", re.sub(r"[`*]", "", heading).lower()).strip()
    return re.sub(r"[\s-]+", "-", words)


def anchors(page: Path) -> set[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {slug(match[1]) for match in re.finditer(r"^#+ (.+)$", text, re.MULTILINE)}


def citing_files() -> list[Path]:
    tables = [*ROOT.glob("assumptions/*/*"), *ROOT.glob("scenarios/*")]
    return [*PACKAGE.rglob("*.py"), *(path for path in tables if path.is_file()), *PAGES, *DOCS.glob("*.py")]


def test_every_cited_section_of_the_handbook_exists() -> None:
    missing = {}
    for path in citing_files():
        unknown = cited_sections(path.read_text(encoding="utf-8")) - SECTIONS
        if unknown:
            missing[str(path.relative_to(ROOT))] = sorted(unknown)
    assert not missing


def test_every_declared_section_exists() -> None:
    declared = {item.name: item.handbook for item in (*PARAMETERS.values(), *OPTIONS.values())}
    assert not {name: section for name, section in declared.items() if section not in SECTIONS}


def defined_equations() -> list[tuple[str, str]]:
    """Return (section, number) of every equation of the handbook."""
    section, inside, found = "", False, []
    for line in HANDBOOK.splitlines():
        heading = re.match(rf"#+ ({SECTION})\.? ", line)
        section = heading[1] if heading and not inside else section
        inside = line == "```text" or (inside and line != "```")
        number = re.match(rf"\(({EQUATION})\)", line) if inside else None
        if number:
            found.append((section, number[1]))
    return found


def test_equations_are_numbered_once_and_lie_in_their_section() -> None:
    equations = defined_equations()
    numbers = [number for _, number in equations]
    assert len(numbers) > 100
    assert not {number for number in numbers if numbers.count(number) > 1}
    assert not [pair for pair in equations if pair[1].rsplit(".", 1)[0] not in (pair[0], f"{pair[0]}.0")]


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_cited_equations_exist(page: Path) -> None:
    defined = {number for _, number in defined_equations()}
    text = page.read_text(encoding="utf-8")
    assert not set(re.findall(r"\((\d{1,2}\.\d{1,2}\.\d{1,2})\)", text)) - defined


def test_names_of_the_handbook_are_declared_or_importable() -> None:
    unknown = []
    for name in set(re.findall(r"`([a-z_]+(?:\.[A-Za-z_]+)+)`", HANDBOOK)):
        if name in PARAMETERS or name.endswith((".md", ".py", ".csv", ".yaml")):
            continue
        if not _importable(name):
            unknown.append(name)
    assert not unknown


def _importable(name: str) -> bool:
    for prefix in ("poolcast.projection.", "poolcast.", ""):
        parts = f"{prefix}{name}".split(".")
        for length in range(len(parts), 0, -1):
            try:
                found: object = importlib.import_module(".".join(parts[:length]))
            except ImportError:
                continue
            for part in parts[length:]:
                found = getattr(found, part, None)
            if found is not None:
                return True
            break
    return False


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=[*ids, "README.md"])
def test_relative_links_resolve(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            broken.append(target)
    assert not broken


def _blocks() -> list[tuple[str, str]]:
    found = []
    for page, name in zip(PAGES, ids, strict=True):
        blocks = RUNNABLE.findall(page.read_text(encoding="utf-8"))
        found += [(f"{name}-{number}", block) for number, block in enumerate(blocks, start=1)]
    return found


@pytest.mark.parametrize("block", [block for _, block in _blocks()], ids=[name for name, _ in _blocks()])
def test_runnable_blocks_run(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "<documentation>", "exec"), {"__name__": "documentation"})


def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, "<README>", "exec"), {"__name__": "readme"})


def test_the_example_region_is_read_and_projected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import poolcast

    text = (DOCS / "how-to" / "enter-a-region.md").read_text(encoding="utf-8")
    folder = tmp_path / "linzhen"
    folder.mkdir()
    for name, content in re.findall(r"<!-- file (\S+) -->\n```[a-z]+\n(.*?)```", text, re.DOTALL):
        if name != "rates.csv":  # the one that is broken on purpose
            (folder / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    forecast = poolcast.project(folder)
    assert forecast.attrs["synthetic"] == 1
    assert float(forecast["reserve"].sel(region="990101", ledger="EPF", year=2025)) == 1.2e9


@pytest.mark.long
def test_what_is_generated_is_up_to_date() -> None:
    command = [sys.executable, str(DOCS / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def test_the_map_of_modules_is_complete() -> None:
    text = (DOCS / "developers.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    held = {path.stem for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}
    assert listed == held


def test_every_key_of_the_json_document_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "baseline", "--set", "china", "--to", "2026", "--json", "--out", str(tmp_path / "run")]) == 0
    document = json.loads(capsys.readouterr().out)
    scenario = document["scenarios"][0]
    keys = {*document, *scenario, *scenario["rows"][0], *scenario["events"][0]}
    keys |= {key for factor in scenario["calibration"] for key in factor}
    keys |= {key for group in ("regions", "ledgers") for key in document[group][0]}
    text = (DOCS / "how-to" / "read-a-result.md").read_text(encoding="utf-8")
    assert not {key for key in keys if f"`{key}`" not in text and f"`scenarios[].{key}`" not in text}


@pytest.mark.parametrize("page", [*PAGES, *DOCS.glob("*.py"), *DOCS.glob("images/*")], ids=lambda page: page.name)
def test_no_path_of_a_machine_and_no_registry(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.findall(
        r"/(?:work|tmp|root|home|opt|Users)/\S*|file://\S+|localhost\S*|\S*pypi\.\S+|--index-url\S*", text
    )
    assert not found


def test_the_sentences_of_the_dashboard_are_those_it_says() -> None:
    from dataclasses import replace

    from poolcast.dashboard.services import goals, takeaways
    from poolcast.dashboard.services.drafts import Draft
    from poolcast.dashboard.services.goals import Goal
    from poolcast.dashboard.services.library import scenario
    from poolcast.dashboard.services.projections import projected
    from poolcast.dashboard.services.sets import load_set
    from poolcast.parameters.declaration import Words

    text = (DOCS / "how-to" / "use-the-dashboard.md").read_text(encoding="utf-8")
    china, place = load_set("china"), ("000000", "RPF", 2040, "en")
    law = projected(china, scenario("baseline"))
    plan = replace(Draft().with_lever("F08").scenario, title=Words("My plan", "我的方案"))
    said = [takeaways.forecast(law, *place), takeaways.build(law, projected(china, plan), *place)]
    assert re.findall(r"^> (.+)$", text, re.MULTILINE) == [sentence.replace("*", "") for sentence in said]
    goal = Goal(china, scenario("baseline"), "000000", "RPF", "scale:resident.subsidy", "payable_months", 2040, 6.0)
    found = goals.central(goal)(lambda *_: None, threading.Event())
    assert f"{found.value:.3f} times" in text
