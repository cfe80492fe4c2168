"""Lists as XLSX workbooks: a cell is a text or a count, so nothing in one can be a formula."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kiosk.devices.export_folder import UNFINISHED
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.exports.columns import (
    Cell,
    ExportContext,
    Progress,
    Table,
    report_progress,
    row_formatter,
    sheet_formatters,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet


MOST_ROWS = 1_048_575
"""What a sheet holds below its header."""
_A4 = 9
_NUMBERS = {"num_format": "0"}


def write_xlsx(
    folder: Path,
    table: Table,
    rows: Iterable[object],
    file: BinaryIO,
    context: ExportContext,
    progress: Progress | None = None,
    total: int = 0,
) -> int:
    """Write `rows` as a workbook with one sheet and return how many there were.

    The rows go through a new folder (0700) inside `folder`, which goes again, and not through the
    system's for temporary files. Raises SetupError for more rows than a sheet holds, OSError.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    lent = _LentFile(file)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as between:
        # Without `with`, which would finish a workbook whose rows have failed.
        book = Workbook(lent, {"constant_memory": True, "tmpdir": between})
        sheet = book.add_worksheet(table.title)
        try:
            _format_sheet(book, sheet, table, context)
            count = _write_rows(
                book,
                sheet,
                table,
                rows,
                context,
                lambda done: report_progress(progress, done, total),
            )
            sheet.autofilter(0, 0, count, len(table.for_people) - 1)
            book.close()
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from None
        finally:
            sheet.row_data_fh.close()
            lent.take_back()
    if lent.error is not None:
        raise lent.error
    report_progress(progress, count, total or count, last=True)
    return count


def _write_rows(
    book: "Workbook",
    sheet: "Worksheet",
    table: Table,
    rows: Iterable[object],
    context: ExportContext,
    report_done: Callable[[int], None],
) -> int:
    """Write the cells below the header and return how many rows there were."""
    as_text, as_number = book.add_format({"num_format": "@"}), book.add_format(_NUMBERS)
    numbers = {place for place, one in enumerate(table.for_people) if one.cell is Cell.NUMBER}
    texts_of = row_formatter(table.for_people, sheet_formatters(context.zone))
    write_string = sheet.write_string
    count = 0
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise SetupError("A spreadsheet does not hold so many rows; export as csv or json.")
        for place, text in enumerate(texts_of(row)):
            if text and place in numbers:
                sheet.write_number(count, place, int(text), as_number)
            elif text:
                write_string(count, place, text, as_text)
        report_done(count)
    return count


def _format_sheet(
    book: "Workbook", sheet: "Worksheet", table: Table, context: ExportContext
) -> None:
    """Write the header, the settings to read and print it, and who made it when."""
    # The format of texts keeps a cell that begins with = a text when somebody edits it.
    bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
    as_text, as_number = book.add_format({"num_format": "@"}), book.add_format(_NUMBERS)
    for place, column in enumerate(table.for_people):
        is_number = column.cell is Cell.NUMBER
        sheet.set_column(place, place, column.width, as_number if is_number else as_text)
        sheet.write_string(0, place, column.title, bold)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    lines = format_watermark(context)
    sheet.set_footer(f"&L{_format_footer(lines)}&R&P / &N")
    book.set_properties(
        {
            "title": table.title,
            "subject": clean(context.selection),
            "author": clean(context.login),
            "company": clean(context.site),
            "comments": ". ".join(lines),
            "created": context.at.astimezone(UTC).replace(tzinfo=None),
        }
    )


def format_watermark(context: ExportContext) -> Sequence[str]:
    """Return sentences on who made the file, when, of what, and until when to keep it."""
    lines = [f"Exported by {clean(context.login)}, {context.stamp}", clean(context.selection)]
    if context.delete_by is not None:
        lines.append(f"Delete by {context.delete_by.isoformat()}")
    return tuple(filter(None, lines))


def _format_footer(lines: Sequence[str]) -> str:
    """Return the lines as one footer: cut, for 255 characters is its limit, & written as &&."""
    return " · ".join(lines)[:110].replace("&", "&&")


class _LentFile:
    """The file as the library sees it: it fails without an exception, and can be taken back.

    An archive that was not finished writes its end when it is forgotten; a file that is full or
    closed by then would have the interpreter print an error over the screen.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file
        self._at = 0
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        if self._file is not None:
            try:
                self._file.write(content)
            except OSError as error:
                self.error = error
                self.take_back()
        self._at += len(content)
        return len(content)

    def seek(self, to: int, _whence: int = 0) -> int:
        self._at = to
        return to if self._file is None else self._file.seek(to)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Do nothing: the caller flushes the file."""

    def take_back(self) -> None:
        """Let nothing more reach the file."""
        self._file = None
