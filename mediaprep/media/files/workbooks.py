"""Tables that people write, row by row, every cell with its place: CSV in whatever encoding a spreadsheet saved it, and
the door to openpyxl for workbooks (.xlsx), which are streamed and bounded."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.utils import get_column_letter

from mediaprep.errors import BadConfig
from mediaprep.media.files import encodings
from mediaprep.model.marked import Marked, Place

Cells = list[Marked | None]
"""A row of a table; None where nothing stands."""

_MOST_UNPACKED: Final = 400_000_000
_MOST_PARTS: Final = 5_000
_MOST_COLUMNS: Final = 1_000
_DELIMITERS: Final = ",;\t"


def csv_rows(raw: bytes, name: str) -> Iterator[Cells]:
    """The rows of a CSV file that are not empty. Raises BadConfig for what is none."""
    found = encodings.decode(raw)
    if found is None:
        raise BadConfig(
            f"{name}: is no text in {encodings.TRIED.en} (all tried): save it as UTF-8",
            f"{name}：不是 {encodings.TRIED.zh}文本（均已尝试）：请另存为 UTF-8",
        )
    decoded = found.text.removeprefix("\ufeff")
    delimiter = max(_DELIMITERS, key=decoded.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            cells = [
                Marked(value, Place(file=name, line=line, column=number)) if value.strip() else None
                for number, value in enumerate(row, 1)
            ]
            line = reader.line_num + 1
            if any(cells):
                yield cells
    except csv.Error as error:
        raise BadConfig(
            f"{name}:{line}: no row of a table: {error}", f"{name}:{line}：不是有效的表格行：{error}"
        ) from None


class Workbook:
    """A workbook, read while it is open. Raises BadConfig for what is none, or would unpack to too much."""

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        if path.is_fifo():  # whoever opens one waits for its writer, and a workbook is not read in order
            raise BadConfig(f"{name}: is a pipe, no workbook", f"{name}：是管道，不是工作簿")
        try:
            with zipfile.ZipFile(path) as archive:
                parts = archive.infolist()
            whole = sum(part.file_size for part in parts)
            if whole > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
                raise BadConfig(
                    f"{name}: unpacks to {whole} bytes, at most {_MOST_UNPACKED}: split it",
                    f"{name}：解压后 {whole} 字节，最多 {_MOST_UNPACKED}：请拆分",
                )
            with warnings.catch_warnings(
                action="ignore"
            ):  # of styles and extensions, which are not looked at
                self._book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except BadConfig:
            raise
        except Exception as error:  # noqa: BLE001  (what a damaged workbook raises is anything)
            raise self._damaged(error) from None

    def close(self) -> None:
        self._book.close()

    @property
    def sheets(self) -> list[str]:
        """The names of the sheets that are shown, in order."""
        return [sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible"]

    def rows(self, sheet: str) -> Iterator[Cells]:
        """The rows of a sheet that are not empty. Raises BadConfig."""
        table = self._book[sheet]
        table.reset_dimensions()  # what a file says of its size may be anything
        try:
            for number, row in enumerate(table.iter_rows(values_only=True), 1):
                cells = [
                    self._cell(sheet, number, at, value) for at, value in enumerate(row[:_MOST_COLUMNS], 1)
                ]
                if any(cells):
                    yield cells
        except Exception as error:  # noqa: BLE001
            raise self._damaged(error) from None

    def _cell(self, sheet: str, row: int, column: int, value: Any) -> Marked | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        cell = f"{get_column_letter(column)}{row}"
        place = Place(file=self._name, line=row, column=column, sheet=sheet, cell=cell)
        return Marked(value, place)

    def _damaged(self, error: Exception) -> BadConfig:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        return BadConfig(f"{self._name}: no workbook: {why}", f"{self._name}：不是有效的工作簿：{why}")
