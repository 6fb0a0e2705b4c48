"""The door to LibreOffice (`soffice`): a pptx or ppt → a PDF with one page for each slide, hidden ones too.

It runs in a guarded child with limits and a profile of its own, and is told to fetch nothing that a deck links to
and to run no macro. Its exit code is 0 on every failure: only the PDF proves that there is one.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mediaprep.errors import BadAsset, ToolMissing
from mediaprep.media.decks import typefaces
from mediaprep.media.isolation import children, guard, posix

PROGRAMS: Final = ("soffice", "libreoffice")
SECONDS: Final = 180.0
_MEMORY_BYTES: Final = 2 << 30
_PDF_BYTES: Final = 1 << 30
_TELLS_WITHIN: Final = 20.0  # seconds for its version
_SINCE_OPTIONS: Final = (7, 4)  # earlier versions take no options: they leave hidden slides out
_READERS: Final[Mapping[str, str]] = {"pptx": "Impress MS PowerPoint 2007 XML", "ppt": "MS PowerPoint 97"}
_NOWHERE: Final = "127.0.0.1"  # a proxy at its discard port: whatever still tries, reaches nothing
_SETTINGS: Final = (
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", _NOWHERE),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", _NOWHERE),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def program() -> Path | None:
    """Where LibreOffice is; None where it is not installed."""
    found = next((place for name in PROGRAMS if (place := children.which(name))), None)
    return None if found is None else Path(found)


@functools.cache
def version(office: Path) -> tuple[int, ...]:
    """Its version, (7, 4, 7, 2). Raises ToolMissing when it does not run."""
    try:
        told = children.call([str(office), "--version"], seconds=_TELLS_WITHIN).stdout.decode(
            "utf-8", "replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolMissing(f"{office} does not run: {error}", f"{office} 无法运行：{error}") from error
    found = re.search(r"\d+(?:\.\d+)+", told)
    if found is None:
        raise ToolMissing(f"{office} names no version of LibreOffice", f"{office} 不是可用的 LibreOffice")
    return tuple(int(part) for part in found.group().split("."))


def shows_hidden(office: Path) -> bool:
    """Whether it can be told to keep hidden slides and to take a range of pages."""
    return version(office)[:2] >= _SINCE_OPTIONS


def to_pdf(
    office: Path, deck: Path, format: str, folder: Path, *, pages: range, seconds: float = SECONDS
) -> Path:
    """The deck's pages (1-based; all visible ones where `shows_hidden` is false) as a PDF in `folder`, which is private
    to this job. Raises BadAsset for a deck that it does not open, or not within its limits."""
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_registry(), encoding="utf-8")
    copy, made = folder / f"deck.{format}", folder / "made" / "deck.pdf"
    with posix.open_regular(deck) as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    command = [
        str(office), "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}", f"--infilter={_READERS[format]}",
        "--convert-to", f"pdf:impress_pdf_Export{_options(pages) if shows_hidden(office) else ''}",
        "--outdir", str(made.parent), str(copy),
    ]  # fmt: skip
    environment = {**children.environment(folder), **typefaces.lay_out(folder), "SAL_USE_VCLPLUGIN": "svp"}
    told = guard.ask(
        "office", "office", command, str(folder), environment,
        wall_seconds=seconds, memory_bytes=_MEMORY_BYTES, file_bytes=_PDF_BYTES,
    )  # fmt: skip
    copy.unlink(missing_ok=True)
    if isinstance(told, guard.Stopped):
        raise BadAsset(f"LibreOffice: {told.en}", f"LibreOffice：{told.zh}")
    if not made.is_file() or made.stat().st_size == 0:
        code, words = told
        said = f" ({code}: {words})" if code or words else ""
        raise BadAsset(
            f"LibreOffice cannot open it{said}: open it in PowerPoint and save it as pptx or PDF",
            f"LibreOffice 无法打开{said}：请用 PowerPoint 打开后另存为 pptx 或 PDF",
        )
    return made


def run(command: list[str], folder: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Inside the child: exit code and last words. Its limits and its process group are the program's too."""
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return done.returncode, " | ".join(line for line in lines if "javaldx" not in line)[-200:]


def _options(pages: range) -> str:
    chosen = {
        "ExportHiddenSlides": {"type": "boolean", "value": "true"},
        "ExportNotes": {"type": "boolean", "value": "false"},
        "PageRange": {"type": "string", "value": f"{pages.start}-{pages.stop - 1}"},
    }
    return ":" + json.dumps(chosen, separators=(",", ":"))


def _registry() -> str:
    rows = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{rows}</oor:items>"
    )
