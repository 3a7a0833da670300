"""A document as Word file: real headings, tables that repeat their head, page X of Y, the same bytes for the same document.

Drawings become tables of what they draw. User text is put in as text nodes only: it cannot make a field or a link.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Twips

from lexposure.memo import wording
from lexposure.memo.diagram.signs import stroke_of
from lexposure.memo.document import (
    Bars,
    Block,
    Bullets,
    Curve,
    Document,
    Emphasis,
    Faint,
    Fan,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Run,
    Signatures,
    Strong,
    Table,
    Text,
    Tiles,
    Tornado,
    runs,
)
from lexposure.memo.look import ACCENT, BAND, FAINT, INK, RULE, TONES

#: Every file is made on the same day, so that equal documents give equal bytes.
_MADE = dt.datetime(1980, 1, 1)
_LONGEST_PROPERTY = 255
#: The page in twentieths of a point, as Word counts: A4 and the margins of the PDF.
_PAGE, _MARGIN, _TOP = (11906, 16838), 1240, 1280
_ROOM = _PAGE[0] - 2 * _MARGIN
_SERIF, _SANS = "Cambria", "Calibri"
#: What of the template is left out: its picture, what it says of its maker, and parts that nothing here uses.
_UNUSED = ("/thumbnail", "/extended-properties", "/customXml", "/stylesWithEffects", "/webSettings")
_POINTS = 10


class _Shown(dict[int, str]):
    """What stands for each character; a table for ``str.translate``."""

    def __missing__(self, number: int) -> str:
        c = chr(number)
        if c != "\n" and not c.isprintable():
            c = " " if c in "\t\r\x0b\x0c" else f"[U+{number:04X}]"
        self[number] = c
        return c


_shown = _Shown()


def printable(text: str) -> str:
    """Text that XML and a reader can take: a character that is forbidden or would not show is spelled out by its number."""
    return text.translate(_shown)


def _line(text: str, most: int) -> str:
    """Text for one line of so many characters."""
    return printable(text.replace("\n", " "))[:most]


# -- elements: in the order of their schema, which Word insists on --------------------------------------------------------


def _e(tag: str, *children: Any, **attributes: str | int) -> Any:
    """An element of WordprocessingML. An element has one place: what is put in twice moves."""
    made: Any = OxmlElement(f"w:{tag}", {qn(f"w:{name}"): str(value) for name, value in attributes.items()})
    made.extend(children)
    return made


def _hex(colour: Any) -> str:
    return str(colour.hexval())[2:].upper()


def _look(face: str = "", *, size: float = 0, bold: bool = False, italic: bool = False, colour: Any = None) -> Any:
    return _e("rPr", *([_e("rFonts", ascii=face, hAnsi=face, eastAsia=face, cs=face)] if face else []),
              *([_e("b"), _e("bCs")] if bold else []), *([_e("i"), _e("iCs")] if italic else []),
              *([_e("color", val=_hex(colour))] if colour else []),
              *([_e("sz", val=round(size * 2)), _e("szCs", val=round(size * 2))] if size else []))


def _run(run: Run) -> Any:
    """A run of Word's; all that users wrote ends up here, in text nodes."""
    if isinstance(run, str):
        look, text = [], run
    else:
        text = run.text
        look = [
            _look(bold=True) if isinstance(run, Strong) else
            _look(italic=True) if isinstance(run, Emphasis) else
            _look(colour=FAINT) if isinstance(run, Faint) else
            _look(_SANS, bold=True, colour=TONES.get(run.tone, INK))
        ]
    made = _e("r", *look)
    for number, line in enumerate(printable(text).split("\n")):
        if number:
            made.append(_e("br"))
        words = _e("t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        made.append(words)
    return made


def _p(style: str, text: Text = "", *settings: Any) -> Any:
    return _e("p", _e("pPr", _e("pStyle", val=style), *settings), *(_run(run) for run in runs(text) if run != ""))


def _twips(shares: Sequence[float]) -> tuple[int, ...]:
    """The page's width, shared out so that nothing is lost by rounding."""
    ends = [round(_ROOM * x / sum(shares)) for x in accumulate(shares, initial=0.0)]
    return tuple(b - a for a, b in pairwise(ends))


def _edge(side: str, colour: Any, size: int) -> Any:
    return _e(side, val="single", sz=size, space=0, color=_hex(colour))


def _shade() -> Any:
    return _e("shd", val="clear", color="auto", fill=_hex(BAND))


def _grid(widths: Sequence[int], rows: Iterable[Any], *edges: Any, inset: int = 80) -> Iterator[Any]:
    """A table of fixed widths; what follows it keeps a little off, and does not grow together with it."""
    yield _e(
        "tbl",
        _e("tblPr", _e("tblW", w=_ROOM, type="dxa"), _e("tblBorders", *edges), _e("tblLayout", type="fixed"),
           _e("tblCellMar", _e("top", w=50, type="dxa"), _e("left", w=inset, type="dxa"), _e("bottom", w=60, type="dxa"),
              _e("right", w=80, type="dxa"))),
        _e("tblGrid", *(_e("gridCol", w=width) for width in widths)), *rows,
    )
    yield _p("Gap")


def _row(widths: Sequence[int], cells: Sequence[Any], *settings: Any, band: bool = False) -> Any:
    made = [_e("tc", _e("tcPr", _e("tcW", w=width, type="dxa"), *([_shade()] if band else [])), cell)
            for width, cell in zip(widths, cells, strict=True)]
    # A row moves whole to the next page; one that is taller than any page is broken all the same.
    return _e("tr", _e("trPr", _e("cantSplit"), *settings), *made)


# -- blocks --------------------------------------------------------------------------------------------------------------


def _elements(block: Block) -> Iterator[Any]:
    makers: dict[type, Callable[[Any], Iterator[Any]]] = {
        Heading: _heading, Paragraph: _paragraph, Bullets: _bullets, Table: _table, Picture: _picture,
        Curve: _curve, Tornado: _tornado, Bars: _bars, Fan: _fan, Tiles: _tiles,
        PageBreak: _break, Signatures: _signatures,
    }
    return makers[type(block)](block)


def _front(document: Document) -> Iterator[Any]:
    if document.legend:
        yield _p("Legend", document.legend)
    yield _p("Title", document.title)
    if document.header:
        widths = (1160, _ROOM - 1160)
        rows = [_row(widths, (_p("Field", Strong(label)), _p("Field", value))) for label, value in document.header]
        yield from _grid(widths, rows, _edge("bottom", ACCENT, 6), inset=0)


def _heading(block: Heading) -> Iterator[Any]:
    yield _p(f"Heading{min(max(block.level, 1), 3)}", block.text)


def _paragraph(block: Paragraph) -> Iterator[Any]:
    yield _p({"body": "Normal", "small": "Small", "callout": "Callout"}[block.kind], block.text)


def _bullets(block: Bullets) -> Iterator[Any]:
    for item in block.items:
        yield _p("ListBullet", item)


def _table(block: Table) -> Iterator[Any]:
    if not (block.head or block.rows):
        return
    widths = _twips(block.widths)
    rows = [_row(widths, [_p("TableNumber" if i in block.numeric else "TableText", cell) for i, cell in enumerate(row)])
            for row in block.rows]
    edges = [_edge("bottom", RULE, 4), _edge("insideH", RULE, 4)]
    if block.head:
        heads = [_p("TableHead", text, _e("keepNext"), *([_e("jc", val="right")] if i in block.numeric else []))
                 for i, text in enumerate(block.head)]
        rows.insert(0, _row(widths, heads, _e("tblHeader"), band=True))
        edges.insert(0, _edge("top", ACCENT, 6))
    yield from _grid(widths, rows, *edges)


def _break(_: PageBreak) -> Iterator[Any]:
    yield _p("Gap", "", _e("pageBreakBefore"))


def _signatures(block: Signatures) -> Iterator[Any]:
    widths = (1800, _ROOM - 4440, 240, 2400)
    rows = []
    for role in block.roles:
        row = _row(widths, [_p("Field", role, _e("keepNext")), _p("Field"), _p("Field"), _p("Field")],
                   _e("trHeight", val=560, hRule="atLeast"))
        for number, cell in enumerate(row.findall(qn("w:tc"))):
            if number in (1, 3):
                cell.tcPr.append(_e("tcBorders", _edge("bottom", FAINT, 4)))
            cell.tcPr.append(_e("vAlign", val="bottom"))
        rows.append(row)
    if rows:
        yield from _grid(widths, rows, inset=0)


# -- drawings, as tables of what they draw ---------------------------------------------------------------------------------


def _picture(block: Picture) -> Iterator[Any]:
    diagram = block.diagram
    nodes = {node.id: node for node in diagram.nodes}
    crossing = {link.id for link in diagram.crossings()}

    def named(name: str) -> Text:
        node = nodes[name]
        return (node.label, Faint(f" ({node.lane})"))

    yield from _heading(Heading(block.title))
    yield _p("Small", block.caption)
    yield _p("Small", "The PDF of this document draws what the table lists.")
    yield from _table(Table(("No.", "From", "To", "Line"), tuple(
        (link.number, named(link.origin), named(link.target), stroke_of(link.style, link.id in crossing).legend)
        for link in diagram.links), (7, 38, 38, 17)))
    tied = {end for link in diagram.links for end in (link.origin, link.target)}
    alone = [node for node in diagram.nodes if node.id not in tied]
    if alone:
        yield _p("Small", f"With no line to or from them: {'; '.join(f'{node.label} ({node.lane})' for node in alone)}.")


def _euros(amount: float) -> str:
    return wording.money(Decimal(round(amount)), "EUR")


def _curve(block: Curve) -> Iterator[Any]:
    points, last = block.points, len(block.points) - 1
    if not points:
        return
    few = sorted({round(i * last / (_POINTS - 1)) for i in range(_POINTS)})
    rows = [(*points[i], "") for i in few]
    rows += [(amount, _at(points, amount), label) for label, amount in block.marks
             if points[0][0] <= amount <= points[-1][0]]
    yield from _table(Table(("Loss above", "Probability", "Marked"), tuple(
        (_euros(amount), f"{p:.1%}", Strong(label) if label else "") for amount, p, label in sorted(rows)),
        (22, 18, 60), (0, 1)))


def _at(points: Sequence[tuple[float, float]], amount: float) -> float:
    """The probability at an amount, straight from point to point as the curve is drawn."""
    for (a, p), (b, q) in pairwise(points):
        if a <= amount <= b:
            return p + (q - p) * (amount - a) / max(b - a, 1e-9)
    return points[-1][1]


def _tornado(block: Tornado) -> Iterator[Any]:
    if not block.rows:
        return
    yield from _table(Table(("Not known", "Left end", "As modelled", "Right end"), tuple(
        (label, _euros(a), _euros(block.centre), _euros(b)) for label, a, b in block.rows), (49, 17, 17, 17), (1, 2, 3)))


def _bars(block: Bars) -> Iterator[Any]:
    if not block.rows:
        return
    yield from _table(Table(("", "Amount", "Note"), tuple(
        (label, _euros(amount), note.lstrip("; ")) for label, amount, note in block.rows), (45, 20, 35), (1,)))


def _fan(block: Fan) -> Iterator[Any]:
    if not block.rows:
        return
    head = ("Forum", "Decided by the end", "One in ten by", "Half by", "Nine in ten by", "Half paused by")
    yield from _table(Table(head, tuple(
        (row.label, f"{row.probability:.0%}", *(_days(day) for day in row.decision or (None, None, None)), _days(row.pause))
        for row in block.rows), (28, 16, 14, 12, 15, 15), (1, 2, 3, 4, 5)))
    yield _p("Small", f"Days from the filing, of the decisions and pauses that fall within {block.horizon} days of it.")


def _days(day: int | None) -> str:
    return "" if day is None else f"{day:,}"


def _tiles(block: Tiles) -> Iterator[Any]:
    amounts = dict(block.amounts)
    told = dict.fromkeys((*block.marked, *(code for code, amount in block.amounts if amount >= 1)))
    if told:
        rows = tuple((code, _euros(amounts.get(code, 0))) for code in told)
        yield from _table(Table(("Forum", "Amount"), rows, (50, 50), (1,)))


# -- the file ------------------------------------------------------------------------------------------------------------


def _style(name: str, *settings: Any, size: float, face: str = _SANS, bold: bool = False, colour: Any = INK,
           following: str = "") -> Any:
    """A style of paragraphs; its id is its name without blanks."""
    key = name.title().replace(" ", "")
    base = [] if key == "Normal" else [_e("basedOn", val="Normal")]
    made = _e("style", _e("name", val=name), *base, *([_e("next", val=following)] if following else []), _e("qFormat"),
              _e("pPr", *settings), _look(face, size=size, bold=bold, colour=colour), type="paragraph", styleId=key)
    if key == "Normal":
        made.set(qn("w:default"), "1")
    return made


def _space(before: float, after: float, line: float, rule: str = "atLeast") -> Any:
    """The room about a paragraph and the height of its lines, in points."""
    return _e("spacing", before=round(before * 20), after=round(after * 20), line=round(line * 20), lineRule=rule)


def _heading_style(level: int, before: float, after: float, line: float, size: float, colour: Any = ACCENT) -> Any:
    return _style(f"heading {level}", _e("keepNext"), _e("keepLines"), _space(before, after, line),
                  _e("outlineLvl", val=level - 1), size=size, bold=True, colour=colour, following="Normal")


def _styles() -> Iterator[Any]:
    yield _style("Normal", _e("widowControl"), _space(0, 6, 14), size=10, face=_SERIF)
    yield _style("Title", _e("keepNext"), _space(0, 10, 24), size=20, bold=True, colour=ACCENT, following="Normal")
    yield _style("Legend", _space(0, 6, 12), size=9, bold=True, colour=TONES["breach"])
    yield _heading_style(1, 16, 6, 18, 14.5)
    yield _heading_style(2, 12, 4, 15, 11.5)
    yield _heading_style(3, 9, 3, 13, 10, INK)
    yield _style("Small", _space(0, 5, 11.5), size=8.5, face=_SERIF, colour=FAINT)
    frame = _e("pBdr", *(_e(side, val="single", sz=4, space=6, color=_hex(BAND))
                         for side in ("top", "left", "bottom", "right")))
    yield _style("Callout", frame, _shade(), _space(10, 14, 14),
                 _e("ind", left=200, right=200), size=10, face=_SERIF)
    yield _style("List Bullet", _e("numPr", _e("numId", val=1)), _space(0, 3, 14), size=10, face=_SERIF)
    yield _style("Table Text", _space(0, 0, 10.4), size=8.2)
    yield _style("Table Number", _space(0, 0, 10.4), _e("jc", val="right"), size=8.2)
    yield _style("Table Head", _space(0, 0, 10), size=8, bold=True, colour=ACCENT)
    yield _style("Field", _space(0, 0, 13), size=9.5)
    yield _style("Gap", _space(0, 0, 8, "exact"), size=4)
    below = _e("pBdr", _e("bottom", val="single", sz=4, space=4, color=_hex(RULE)))
    for name, border in (("header", [below]), ("footer", [])):
        yield _style(name, *border, _e("tabs", _e("tab", val="right", pos=_ROOM)), _space(0, 0, 10), size=8, colour=FAINT)


def _bullet() -> Iterator[Any]:
    """The one kind of list."""
    yield _e("abstractNum", _e("multiLevelType", val="singleLevel"), _e(
        "lvl", _e("start", val=1), _e("numFmt", val="bullet"), _e("pStyle", val="ListBullet"), _e("lvlText", val="•"),
        _e("lvlJc", val="left"), _e("pPr", _e("ind", left=260, hanging=220)), _look(_SERIF), ilvl=0), abstractNumId=0)
    yield _e("num", _e("abstractNumId", val=0), numId=1)


def _field(name: str) -> Any:
    """A number that Word works out: the only fields in the file."""
    return _e("fldSimple", _run("1"), instr=name)


def render(document: Document) -> bytes:
    """The document as Word file. Deterministic: no clock, no random."""
    file = docx.Document()
    for relations in (file.part.package.rels, file.part.rels):
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(_UNUSED)]:
            del relations[key]
    _set_up(file)
    _tell(file.core_properties, document)
    section = file.sections[0]
    section.page_width, section.page_height = (Twips(x) for x in _PAGE)
    section.left_margin = section.right_margin = Twips(_MARGIN)
    section.top_margin = section.bottom_margin = Twips(_TOP)
    section.header_distance = section.footer_distance = Twips(_TOP // 2)
    above, below = section.header.paragraphs[0]._p, section.footer.paragraphs[0]._p
    above.getparent().replace(above, _p("Header", (_line(document.running, 110),)))
    if document.legend:
        section.header.paragraphs[0]._p.extend([_e("r", _e("tab")), _run(Strong(_line(document.legend, 60)))])
    below.getparent().replace(below, _p("Footer", (_line(document.date, 110),)))
    section.footer.paragraphs[0]._p.extend([_e("r", _e("tab")), _run("Page "), _field("PAGE"), _run(" of "),
                                            _field("NUMPAGES")])
    body: Any = file.element.body
    end = body.sectPr
    for element in (*_front(document), *(e for block in document.blocks for e in _elements(block))):
        end.addprevious(element)
    stream = io.BytesIO()
    file.save(stream)
    return _undated(stream)


def _set_up(file: Any) -> None:
    """The styles, the list and the settings of the template, replaced by ours."""
    styles = file.styles.element
    for style in styles.findall(qn("w:style")):
        # What Word falls back on for tables, runs and lists stays.
        if style.get(qn("w:default")) != "1" or style.get(qn("w:type")) == "paragraph":
            styles.remove(style)
    defaults = styles.find(qn("w:docDefaults"))
    styles.replace(defaults, _e(
        "docDefaults", _e("rPrDefault", _e("rPr", _e("rFonts", ascii=_SERIF, hAnsi=_SERIF, eastAsia=_SERIF, cs=_SERIF),
                                           _e("lang", val="en-GB", eastAsia="en-GB", bidi="ar-SA"))), _e("pPrDefault")))
    styles.extend(_styles())
    numbering = file.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    numbering.extend(_bullet())
    for setting in file.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _tell(properties: Any, document: Document) -> None:
    """What the file says of itself."""
    for name, text in {"title": document.title, "subject": document.subject, "author": document.author, "comments": "",
                       "keywords": "", "last_modified_by": "lexposure", "language": "en-GB"}.items():
        setattr(properties, name, _line(text, _LONGEST_PROPERTY))
    properties.created = properties.modified = _MADE
    properties.revision = 1


def _undated(stream: io.BytesIO) -> bytes:
    """The same parts in the same order, without the hour at which they were packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(stream) as packed, zipfile.ZipFile(out, "w") as again:
        for name in packed.namelist():
            entry = zipfile.ZipInfo(name, _MADE.timetuple()[:6])
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            again.writestr(entry, packed.read(name))
    return out.getvalue()
