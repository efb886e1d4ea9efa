"""A zip file as the tables of a set: ``set.yaml`` and the CSV files beside it, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from poolcast.parameters.errors import Problem
from poolcast.parameters.exchange.safe_files import Limits, refusal, unpack
from poolcast.parameters.exchange.unpacked import Unpacked, checked_set_file
from poolcast.parameters.location import SET_FILE, display


def unpack_zip(content: bytes, unpacked: Unpacked, limits: Limits, problems: list[Problem]) -> bool:
    """Write ``set.yaml`` and the tables that lie beside it; other members are left alone."""
    members = unpack(content, unpacked.name, limits, problems)
    if members is None:
        return False
    homes = sorted({str(PurePosixPath(name).parent) for name in members if PurePosixPath(name).name == SET_FILE})
    if len(homes) != 1:
        found = "no set.yaml" if not homes else f"set.yaml in {len(homes)} folders"
        problems.append(
            refusal(
                unpacked.name,
                (found, "set.yaml once, with its tables beside it", "Pack the folder of one set."),
                (
                    "缺少 set.yaml" if not homes else f"{len(homes)} 个文件夹含 set.yaml",
                    "一个 set.yaml 及同目录表格",
                    "请压缩一个假设集文件夹。",
                ),
            )
        )
        return False
    tables = _tables_of(members, homes[0], unpacked)
    rows = sum(data.count(b"\n") + 1 for data in tables.values())
    for what, count, limit in (("tables", len(tables), limits.tables), ("rows", rows, limits.rows)):
        if count > limit:
            problems.append(
                refusal(
                    unpacked.name,
                    (f"{count:,} {what}", f"at most {limit:,}", "Send a smaller set, or use its folder directly."),
                    (
                        f"{count:,} {'个表' if what == 'tables' else '行'}",
                        f"最多 {limit:,}",
                        "请减小假设集,或直接使用文件夹。",
                    ),
                )
            )
            return False
    yaml = members[f"{homes[0]}/{SET_FILE}" if homes[0] != "." else SET_FILE]
    if not _is_plain_yaml(yaml):
        problems.append(
            refusal(
                f"{unpacked.name}: {SET_FILE}",
                ("anchors, aliases, tags or very deep nesting", "plain YAML", "Write every value out."),
                ("YAML 锚点、别名、标签或过深嵌套", "普通 YAML", "请逐项写出。"),
            )
        )
        return False
    for name, data in {SET_FILE: yaml, **tables}.items():
        path = unpacked.folder / name
        path.write_bytes(data)
        unpacked.files[display(path)] = name
    checked_set_file(unpacked, problems)
    return True


def _tables_of(members: Mapping[str, bytes], home: str, unpacked: Unpacked) -> dict[str, bytes]:
    tables: dict[str, bytes] = {}
    for name, data in members.items():
        path = PurePosixPath(name)
        hidden = path.name.startswith((".", "~$")) or "__MACOSX" in path.parts
        clean = re.sub(r"[^\w.-]+", "_", path.name)
        if str(path.parent) == home and path.suffix.lower() == ".csv" and not hidden and clean not in tables:
            tables[clean] = data
        elif path.name != SET_FILE:
            unpacked.ignored.append(name)
    return tables


def _is_plain_yaml(data: bytes) -> bool:
    """Return whether YAML has no aliases that multiply, no tags, and no depth that exhausts the reader."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.tokens import AliasToken, AnchorToken, TagToken

    if len(data) > 4 << 20:
        return False
    if data.count(b"[") + data.count(b"{") > 200_000 or re.search(rb"[\[{]\s*(?:[\[{]\s*){20}", data):
        return False
    depth = 0
    try:
        for token in YAML(typ="safe", pure=True).scan(data.decode("utf-8-sig", "replace")):
            if isinstance(token, (AliasToken, AnchorToken, TagToken)):
                return False
            kind = type(token).__name__
            depth += kind.endswith("StartToken") and kind != "StreamStartToken" and kind != "DocumentStartToken"
            depth -= kind.endswith("EndToken") and kind not in ("StreamEndToken", "DocumentEndToken")
            if depth > 30:
                return False
    except (YAMLError, RecursionError):
        return depth <= 30  # the reader says what is wrong with it
    return True
