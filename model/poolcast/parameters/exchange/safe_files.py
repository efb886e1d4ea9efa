"""Files that somebody sends: opened only after what could harm was refused.

A workbook and an archive of tables are both zip files. Every member is unpacked here, within limits, and only what was
unpacked here is read further on: a member that says it is small and is not, a path that leaves its folder, an XML
entity, a macro or a link to another file never reaches a reader.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from poolcast.parameters.errors import Problem

_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30
_CHUNK = 1 << 20
_TIME = (1980, 1, 1, 0, 0, 0)
_RATIO_MATTERS_FROM = 1 << 20
"""Members that unpack to less than this may be packed as tightly as they like."""

_DECLARATIONS = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_MACRO_PARTS = re.compile(r"(?:vba|macro|activex|embeddings/|ctrlprops/|dialogsheets/)", re.IGNORECASE)
_LINK_PARTS = re.compile(r"(?:externallinks/|xl/connections\.xml|querytables/|xl/model/|/customdata/)", re.IGNORECASE)
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """How much a sent file may hold.

    Parameters
    ----------
    packed, unpacked : int
        Bytes of the file, and of all its members unpacked.
    ratio : float
        Bytes unpacked over bytes packed, of a member.
    members : int
        Members of the zip file.
    tables, rows, cells : int
        Tables, rows of all tables, cells of all tables.
    text : int
        Signs of one cell.
    """

    packed: int = 32 << 20
    unpacked: int = 400 << 20
    ratio: float = 200.0
    members: int = 1_000
    tables: int = 100
    rows: int = 1_000_000
    cells: int = 20_000_000
    text: int = 32_767


LIMITS = Limits()


def refusal(file: str, english: tuple[str, str, str], chinese: tuple[str, str, str], **place: str | None) -> Problem:
    """Return a problem of a sent file in both languages: found, allowed, remedy of each."""
    return Problem(file, *english, kind="file", zh=chinese, **place)  # type: ignore[arg-type]


def unpack(content: bytes, file: str, limits: Limits, problems: list[Problem]) -> dict[str, bytes] | None:
    """Unpack a zip file within limits.

    Parameters
    ----------
    content : bytes
        The file.
    file : str
        Its name for readers.
    limits : Limits
        What it may hold.
    problems : list of Problem
        Receives what is refused.

    Returns
    -------
    dict of str to bytes or None
        Members by name; None where the file is refused.
    """
    before = len(problems)
    if len(content) > limits.packed:
        problems.append(_too_much(file, f"{len(content):,} bytes", f"{len(content):,} 字节", limits.packed))
        return None
    if content.startswith(_OLE):
        problems.append(
            refusal(
                file,
                (
                    "an old or password-protected Excel workbook",
                    "an .xlsx workbook without a password",
                    "In Excel remove the password and save as 'Excel Workbook (*.xlsx)'.",
                ),
                (
                    "旧版(.xls)或加密的 Excel 工作簿",
                    "不加密的 .xlsx 工作簿",
                    "请在 Excel 中取消密码,另存为“Excel 工作簿(*.xlsx)”。",
                ),
            )
        )
        return None
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (BadZipFile, ValueError, NotImplementedError, EOFError):
        entries = []
    if not content.startswith(_ZIP) or not entries:
        problems.append(_damaged(file))
        return None
    if len(entries) > limits.members:
        problems.append(_too_much(file, f"{len(entries):,} members", f"{len(entries):,} 个成员", limits.members))
        return None
    members: dict[str, bytes] = {}
    room = limits.unpacked
    for entry in entries:
        fault = _entry_fault(entry, file, members)
        data = None if fault else _inflate(content, entry, file, min(room, limits.unpacked), limits.ratio)
        if isinstance(data, Problem):
            fault = data
        if fault is not None:
            problems.append(fault)
            if len(problems) - before > 20:
                break
        elif isinstance(data, bytes):
            members[entry.filename] = data
            room -= len(data)
    return members if len(problems) == before else None


def _entry_fault(entry: ZipInfo, file: str, known: Mapping[str, bytes]) -> Problem | None:
    """Say what is wrong with the name or the kind of a member."""
    name = entry.filename
    path = PurePosixPath(name)
    if "\\" in name or path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", name) or "\x00" in name:
        return refusal(
            file,
            (f"a member named {name!r}, outside its folder", "plain names inside the file", "Pack the folder again."),
            (f"成员名 {name!r} 指向文件夹之外", "文件内的普通名称", "请重新压缩该文件夹。"),
        )
    if name in known:
        return refusal(
            file,
            (f"two members named {name!r}", "each member once", "Pack the folder again."),
            (f"两个成员同名 {name!r}", "每个成员只出现一次", "请重新压缩该文件夹。"),
        )
    if entry.flag_bits & _ENCRYPTED:
        return refusal(
            file,
            ("a password on the file", "a file without a password", "Remove the password."),
            ("文件已加密", "不加密的文件", "请取消密码。"),
        )
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return _damaged(file)
    return None


def _inflate(content: bytes, entry: ZipInfo, file: str, room: int, ratio: float) -> bytes | Problem:
    """Unpack one member; never more than it may hold, whatever it says of itself."""
    start = entry.header_offset
    header = content[start : start + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER or not header.startswith(_ZIP):
        return _damaged(file)
    start += _LOCAL_HEADER + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = content[start : start + entry.compress_size]
    most = min(room, max(int(len(packed) * ratio), _RATIO_MATTERS_FROM))
    if entry.compress_type == ZIP_STORED:
        data = packed
    else:
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = machine.decompress(packed, most + 1)
            if len(data) <= most and not machine.eof:
                return _damaged(file)
        except zlib.error:
            return _damaged(file)
    if len(data) > most:
        return _bomb(file, entry.filename)
    if len(data) != entry.file_size or zlib.crc32(data) != entry.CRC:
        return _damaged(file)
    return data


def _too_much(file: str, found: str, found_zh: str, limit: int) -> Problem:
    return refusal(
        file,
        (found, f"at most {limit:,}", "Send the set in parts, or import it with the command line."),
        (found_zh, f"最多 {limit:,}", "请拆分后再传,或用命令行导入。"),
    )


def _damaged(file: str) -> Problem:
    return refusal(
        file,
        ("a file that is no whole .xlsx or .zip", "an .xlsx workbook or a .zip of tables", "Save the file again."),
        ("文件不完整,或不是 .xlsx / .zip", ".xlsx 工作簿或表格 .zip 压缩包", "请重新保存文件。"),
    )


def _bomb(file: str, member: str) -> Problem:
    return refusal(
        file,
        (
            f"the member {member!r}, which unpacks to far more than a set needs",
            "a file that unpacks within the limits",
            "Save the workbook again in Excel; empty rows with formats may be the reason.",
        ),
        (
            f"成员 {member!r} 解压后远超一个假设集所需",
            "解压后不超过上限的文件",
            "请在 Excel 中重新保存;也可能是空行带格式所致。",
        ),
    )


def check_workbook(members: Mapping[str, bytes], file: str, problems: list[Problem]) -> bool:
    """Refuse macros, links to other files, and XML that declares entities; return whether nothing was refused."""
    before = len(problems)
    if "[Content_Types].xml" not in members or "xl/workbook.xml" not in members:
        problems.append(_damaged(file))
        return False
    types = members["[Content_Types].xml"]
    if b"macroEnabled" in types or any(_MACRO_PARTS.search(name) for name in members):
        problems.append(
            refusal(
                file,
                ("macros or embedded programs", "a workbook without them", "Save as 'Excel Workbook (*.xlsx)'."),
                ("工作簿含宏或嵌入程序", "不含宏的工作簿", "请另存为“Excel 工作簿(*.xlsx)”。"),
            )
        )
    if any(_LINK_PARTS.search(name) for name in members) or _has_external_link(members):
        problems.append(
            refusal(
                file,
                (
                    "links to other files or to data on a network",
                    "a workbook that stands alone",
                    "In Excel choose Data > Edit Links > Break Link; remove queries and connections.",
                ),
                (
                    "工作簿链接到其他文件或网络数据",
                    "不依赖其他文件的工作簿",
                    "请在 Excel 中“数据 > 编辑链接 > 断开链接”,并删除查询和连接。",
                ),
            )
        )
    if any(_is_xml(name) and not _is_plain_xml(data) for name, data in members.items()):
        problems.append(
            refusal(
                file,
                (
                    "XML that declares a document type or entities",
                    "the XML that Excel writes",
                    "Save it again in Excel.",
                ),
                ("XML 中声明了文档类型或实体", "Excel 写出的 XML", "请在 Excel 中重新保存。"),
            )
        )
    return len(problems) == before


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _is_plain_xml(data: bytes) -> bool:
    """Return whether XML is UTF-8 and declares nothing; another encoding could hide a declaration."""
    found = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf")[:200])
    if found is not None and found[1].lower() not in (b"utf-8", b"us-ascii"):
        return False
    return b"\x00" not in data[:4096] and _DECLARATIONS.search(data) is None


def _has_external_link(members: Mapping[str, bytes]) -> bool:
    """Return whether a relationship leads out of the workbook; an address to click leads nowhere by itself."""
    for name, data in members.items():
        if not name.endswith(".rels"):
            continue
        for tag in _RELATIONSHIP.findall(data):
            hidden = b"&#" in tag  # a letter written as its number
            if hidden or (b'External"' in tag.replace(b"'", b'"') and b"/hyperlink" not in tag):
                return True
    return False


def repacked(members: Mapping[str, bytes]) -> io.BytesIO:
    """Return the members as a zip file that is not compressed: what a reader gets is what was checked."""
    result = io.BytesIO()
    with ZipFile(result, "w", ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(ZipInfo(name, _TIME), data)
    result.seek(0)
    return result
