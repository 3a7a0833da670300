"""A table as Markdown, CSV or a workbook. Whatever stands in a cell is text there: no markup, no formula, no link."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence

Rows = Sequence[Sequence[str]]

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Every workbook is made on the same day, so that equal tables give equal bytes.
_MADE = dt.datetime(1980, 1, 1)
#: What Markdown would take for markup, and how it is written as text.
_MARKUP = str.maketrans({**{sign: f"\\{sign}" for sign in "\\`*_{}[]|#"}, "<": "&lt;", ">": "&gt;"})
_WIDEST = 60


def markdown(title: str, head: Sequence[str], rows: Rows) -> bytes:
    """A heading and a table in GitHub's Markdown."""
    lines = [f"# {_escaped(title)}", "", _line([_escaped(h) for h in head]), _line(["---"] * len(head)),
             *(_line([_escaped(c) for c in row]) for row in rows), ""]
    return "\n".join(lines).encode()


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return " ".join(text.translate(_MARKUP).split())


def comma_separated(title: str, head: Sequence[str], rows: Rows) -> bytes:
    """CSV after RFC 4180 in UTF-8 with its mark, so that spreadsheets read accents; the title is left out."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([head, *([_plain(c) for c in row] for row in rows)])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def workbook(title: str, head: Sequence[str], rows: Rows) -> bytes:
    """An XLSX workbook of one sheet with a frozen, filtered head."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "created": _MADE})
        sheet = book.add_worksheet("Comparison")
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, name in enumerate(head):
            sheet.write_string(0, column, name, bold)
            longest = max((len(row[column]) for row in rows), default=0)
            sheet.set_column(column, column, min(max(len(name), longest, 8), _WIDEST) * 0.9)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell[:32_767], wrapped)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(rows), 1), len(head) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
    return out.getvalue()


#: The form that a file's name asks for.
FORMS: Mapping[str, Callable[[str, Sequence[str], Rows], bytes]] = {
    ".md": markdown, ".csv": comma_separated, ".xlsx": workbook,
}
