"""What could harm is refused before anything reads it, in both languages."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange.annotation import annotate
from poolcast.parameters.exchange.export import export_bytes
from poolcast.parameters.exchange.importing import import_set, read_upload
from poolcast.parameters.exchange.safe_files import Limits
from poolcast.parameters.exchange.sheet_scan import address, position
from tests.fixtures.minimal_set import write_minimal_set

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return export_bytes(write_minimal_set(tmp_path_factory.mktemp("sets") / "minimal"), language="en")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return export_bytes(write_minimal_set(tmp_path_factory.mktemp("sets") / "minimal"), ".zip")


def members(content: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


def refused(content: bytes, name: str = "sent.xlsx", limits: Limits | None = None) -> list[Problem]:
    with pytest.raises(AssumptionError) as caught:
        read_upload(content, name, **({"limits": limits} if limits else {}))
    problems = list(caught.value.problems)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in "".join(one.words_in("zh"))) for one in problems)
    return problems


def with_part(name: str, data: bytes) -> Callable[[Members], None]:
    def change(parts: Members) -> None:
        parts[name] = data

    return change


def replaced(name: str, before: bytes, after: bytes) -> Callable[[Members], None]:
    def change(parts: Members) -> None:
        assert before in parts[name]
        parts[name] = parts[name].replace(before, after, 1)

    return change


SHEET = "xl/worksheets/sheet6.xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
RELATION = (
    b'<Relationship Id="rId99" Type="http://x/%s" Target="http://example.org/" TargetMode="External"/></Relationships>'
)
ATTACKS: dict[str, tuple[Callable[[Members], None], str]] = {
    "a macro": (with_part("xl/vbaProject.bin", b"macro"), "macros"),
    "a macro by its type": (
        replaced("[Content_Types].xml", b"spreadsheetml.sheet.main", b"spreadsheetml.sheet.macroEnabled.main"),
        "macros",
    ),
    "an embedded program": (with_part("xl/embeddings/oleObject1.bin", b"x"), "macros"),
    "a link to another workbook": (with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "links to other files"),
    "a connection": (with_part("xl/connections.xml", b"<x/>"), "links to other files"),
    "an external relationship": (
        replaced("xl/_rels/workbook.xml.rels", b"</Relationships>", RELATION % b"attachedTemplate"),
        "links to other files",
    ),
    "an external relationship in other letters": (
        replaced(
            "xl/_rels/workbook.xml.rels",
            b"</Relationships>",
            (RELATION % b"image").replace(b'"External"', b"'Exter&#110;al'"),
        ),
        "links to other files",
    ),
    "entities": (replaced(SHEET, b"<worksheet", DOCTYPE + b"<worksheet"), "entities"),
    "an external entity": (replaced("xl/sharedStrings.xml", b"<sst", XXE + b"<sst"), "entities"),
    "another encoding": (
        lambda parts: parts.update(
            {SHEET: parts[SHEET].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")}
        ),
        "entities",
    ),
    "a cell at the far corner": (
        replaced(SHEET, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        "16,384 columns",
    ),
    "a cell with a broken address": (
        replaced(
            SHEET, b"</sheetData>", b'<row r="9"><c r="&#65;9"><f>1+1</f></c></row><row><c r="?"/></row></sheetData>'
        ),
        "cannot be read",
    ),
    "torn XML": (replaced(SHEET, b"</sheetData>", b""), "cannot be read"),
    "a path above": (with_part("../../evil.csv", b"x"), "outside its folder"),
    "an absolute path": (with_part("/etc/evil.csv", b"x"), "outside its folder"),
    "a path of Windows": (with_part("xl\\..\\evil.xml", b"x"), "outside its folder"),
    "a drive of Windows": (with_part("C:/evil.xml", b"x"), "outside its folder"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_could_harm_is_refused(attack: str, book: bytes) -> None:
    change, words = ATTACKS[attack]
    parts = members(book)
    change(parts)
    problems = refused(packed(parts))
    assert words in problems[0].found
    if "columns" not in words:
        with pytest.raises(AssumptionError):
            annotate(packed(parts), problems)


def test_the_workbook_itself_is_accepted_when_packed_again(book: bytes) -> None:
    assert read_upload(packed(members(book)), "sent.xlsx").assumptions.name == "minimal"


def test_an_address_that_one_may_click_is_no_link_to_data(book: bytes) -> None:
    parts = members(book)
    replaced("xl/_rels/workbook.xml.rels", b"</Relationships>", RELATION % b"hyperlink")(parts)
    assert read_upload(packed(parts), "sent.xlsx").assumptions.name == "minimal"


def test_a_shared_text_repeated_in_every_cell_is_counted(book: bytes) -> None:
    parts = members(book)
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"<si><t>", b"<si><t>" + b"x" * 90_000, 1)
    rows = b"".join(b'<row r="%d"><c r="B%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(5_000, 7_000))
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")
    (problem,) = refused(packed(parts), limits=Limits(unpacked=60 << 20))
    assert "signs of text" in problem.found


def test_a_member_that_unpacks_to_far_more_is_a_bomb(book: bytes) -> None:
    parts = {**members(book), "xl/media/zeros.xml": bytes(64 << 20)}
    assert "unpacks to far more" in refused(packed(parts))[0].found


def test_a_member_that_lies_about_its_size_is_caught(book: bytes) -> None:
    """The directory says ten bytes; the stream holds eight million."""
    name, data = "xl/media/lie.xml", bytes(8 << 20)
    whole = packed({**members(book), name: data})
    lie = whole.replace(struct.pack("<I", len(data)), struct.pack("<I", 10))
    first = zlib.crc32(data[:10])
    lie = lie.replace(struct.pack("<I", zlib.crc32(data)), struct.pack("<I", first))
    assert "unpacks to far more" in refused(lie)[0].found


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(packed=1_000), "bytes"),
        (Limits(unpacked=100_000), "unpacks to far more"),
        (Limits(members=5), "members"),
        (Limits(rows=100), "rows"),
        (Limits(cells=1_000), "cells"),
    ],
)
def test_limits_hold(limits: Limits, words: str, book: bytes) -> None:
    assert words in refused(book, limits=limits)[0].found


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old.xlsx", "password-protected"),
        (b"plain text", "text.xlsx", "no whole"),
        (b"PK\x03\x04" + bytes(30), "torn.xlsx", "no whole"),
        (b"", "empty.zip", "no whole"),
        (b"", "macro.xlsm", "may hold macros"),
        (b"", "old.xls", "ends in '.xls'"),
        (b"", "noending", "ends in ''"),
    ],
)
def test_other_files_are_refused_with_a_way_out(content: bytes, name: str, words: str) -> None:
    (problem,) = refused(content, name)
    assert words in problem.found
    assert problem.remedy


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AssumptionError, match="which is not there"):
        import_set(tmp_path / "none.xlsx", tmp_path / "new")


# -- zip of tables ------------------------------------------------------------------------------------------------


def test_a_zip_may_hold_a_folder_and_other_files(archive: bytes) -> None:
    parts = {f"mine/{name}": data for name, data in members(archive).items()}
    parts |= {"mine/README.md": b"#", "__MACOSX/mine/._values.csv": b"x", "other/values.csv": b"x"}
    found = read_upload(packed(parts), "sent.zip")
    assert set(found.ignored) == {"mine/README.md", "__MACOSX/mine/._values.csv", "other/values.csv"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda parts: parts.pop("set.yaml"), "no set.yaml"),
        (with_part("again/set.yaml", b"name: x"), "set.yaml in 2 folders"),
        (with_part("../values.csv", b"x"), "outside its folder"),
        (with_part("set.yaml", b"a: &a [x, x]\nb: [*a, *a]\n"), "anchors"),
        (with_part("set.yaml", b"a: !!python/name:os.system x\n"), "anchors"),
        (with_part("set.yaml", b"a: " + b"[" * 500 + b"]" * 500), "deep nesting"),
    ],
)
def test_a_zip_that_could_harm_is_refused(change: Callable[[Members], None], words: str, archive: bytes) -> None:
    parts = members(archive)
    change(parts)
    assert words in refused(packed(parts), "sent.zip")[0].found


def test_the_rows_of_a_zip_are_counted(archive: bytes) -> None:
    assert "rows" in refused(archive, "sent.zip", Limits(rows=50))[0].found


def test_problems_of_a_zip_name_the_table_and_its_line(archive: bytes) -> None:
    parts = members(archive)
    lines = parts["values.csv"].split(b"\n")
    row = next(number for number, line in enumerate(lines) if line.startswith(b"revenue.employer_rate"))
    lines[row] = lines[row].replace(b"0.08", b"8")
    (problem,) = refused(packed({**parts, "values.csv": b"\n".join(lines)}), "sent.zip")
    assert (problem.file, problem.row, problem.column) == ("sent.zip: values.csv", row + 1, "value")


@pytest.mark.parametrize("path", ["../../secret", "/etc", "./china", "~", "nowhere"])
def test_no_path_of_a_sender_reaches_the_disk(path: str, archive: bytes) -> None:
    parts = members(archive)
    parts["set.yaml"] = b"\n".join(
        b'based_on: "%s"' % path.encode() if line.startswith(b"based_on") else line
        for line in parts["set.yaml"].split(b"\n")
    )
    problems = refused(packed(parts), "sent.zip")
    assert [problem.column for problem in problems] == ["based_on"]
    assert "the name of a set" in problems[0].allowed


def test_a_table_for_other_programs_holds_no_formula(tmp_path: Path) -> None:
    folder = write_minimal_set(tmp_path / "one")
    text = (folder / "values.csv").read_text(encoding="utf-8").split("\n")
    text[1] = text[1].rsplit(",", 1)[0] + ",=cmd|' /C calc'!A0"
    (folder / "values.csv").write_text("\n".join(text), encoding="utf-8")
    table = members(export_bytes(folder, ".zip"))["values.csv"].decode()
    assert ",'=cmd|" in table
    assert ",=cmd" not in table


@pytest.mark.parametrize("cell", ["A1", "Z9", "AA10", "XFD1048576"])
def test_addresses_there_and_back(cell: str) -> None:
    assert address(*position(cell)) == cell
