"""A document as PDF: embedded fonts, outline, running lines, page X of Y, the same bytes for the same document."""

import io
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, cast
from xml.sax.saxutils import escape

from reportlab import platypus as rl
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from lexposure.memo.diagram import collapse, lay_out
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
    Mark,
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
from lexposure.memo.look import ACCENT, BAND, FAINT, INK, RULE, SANS, SERIF, TONES

_FACE = ("FONTNAME", (0, 0), (-1, -1), f"{SANS}-Regular")
_MARGIN = 62.0
_TOP, _BOTTOM = 64.0, 62.0


def _style(name: str, **settings: Any) -> ParagraphStyle:
    base: dict[str, Any] = {
        "fontName": f"{SERIF}-Regular", "fontSize": 10, "leading": 14, "textColor": INK, "spaceAfter": 6,
        "bulletFontName": f"{SERIF}-Regular", "splitLongWords": 1, "allowWidows": 0, "allowOrphans": 0,
    }
    return ParagraphStyle(name, **{**base, **settings})


STYLES = {
    "title": _style("title", fontName=f"{SANS}-SemiBold", fontSize=20, leading=24, textColor=ACCENT, spaceAfter=10),
    "legend": _style("legend", fontName=f"{SANS}-SemiBold", fontSize=9, leading=12, textColor=TONES["breach"]),
    "h1": _style("h1", fontName=f"{SANS}-SemiBold", fontSize=14.5, leading=18, textColor=ACCENT, spaceBefore=16,
                 spaceAfter=6),
    "h2": _style("h2", fontName=f"{SANS}-SemiBold", fontSize=11.5, leading=15, textColor=ACCENT, spaceBefore=12,
                 spaceAfter=4),
    "h3": _style("h3", fontName=f"{SANS}-SemiBold", fontSize=10, leading=13, spaceBefore=9, spaceAfter=3),
    "body": _style("body"),
    "small": _style("small", fontSize=8.5, leading=11.5, textColor=FAINT, spaceAfter=5),
    "callout": _style("callout", fontSize=10, leading=14, leftIndent=10, rightIndent=10, backColor=BAND,
                      borderPadding=(7, 8, 7, 8), spaceBefore=8, spaceAfter=12),
    "bullet": _style("bullet", leftIndent=13, bulletIndent=2, spaceAfter=3),
    "cell": _style("cell", fontName=f"{SANS}-Regular", fontSize=8.2, leading=10.4, spaceAfter=0),
    "number": _style("number", fontName=f"{SANS}-Regular", fontSize=8.2, leading=10.4, spaceAfter=0, alignment=2),
    "head": _style("head", fontName=f"{SANS}-SemiBold", fontSize=8, leading=10, textColor=ACCENT, spaceAfter=0),
    "field": _style("field", fontName=f"{SANS}-Regular", fontSize=9.5, leading=13, spaceAfter=0),
}


class _Shown(dict[int, str]):
    """What stands for each character in a face, worked out when it is first met; a table for ``str.translate``."""

    def __init__(self, face: str) -> None:
        super().__init__()
        self._known = frozenset(cast("TTFont", pdfmetrics.getFont(face)).face.charToGlyph)

    def __missing__(self, number: int) -> str:
        c = chr(number)
        if c != "\n" and not (number in self._known and c.isprintable()):
            c = " " if c in "\t\r\x0b\x0c" else f"[U+{number:04X}]"
        self[number] = c
        return c


_shown = cache(_Shown)


def printable(text: str, face: str = f"{SANS}-Regular") -> str:
    """Text that the face can show: a character that it lacks, or that would not show, is spelled out by its number."""
    return text.translate(_shown(face))


def _markup(text: Text) -> str:
    """reportlab's markup for runs of plain text; every character of the text itself is escaped."""
    return "".join(_run(run) for run in runs(text))


def _run(run: Run) -> str:
    if isinstance(run, str):
        return _escaped(run)
    inner = _escaped(run.text)
    if isinstance(run, Strong):
        return f"<b>{inner}</b>"
    if isinstance(run, Emphasis):
        return f"<i>{inner}</i>"
    if isinstance(run, Faint):
        return f'<font color="{FAINT.hexval().replace("0x", "#")}">{inner}</font>'
    if isinstance(run, Mark):
        tone = TONES.get(run.tone, INK)
        return f'<font name="{SANS}-SemiBold" color="{tone.hexval().replace("0x", "#")}">{inner}</font>'
    raise TypeError(run)


def _escaped(text: str) -> str:
    return escape(printable(text)).replace("\n", "<br/>")


class _Prose(rl.Paragraph):
    """A paragraph that breaks its lines once for a width: tables ask for it again and again."""

    _broken: tuple[float, tuple[float, float]] | None = None

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803 - reportlab's names
        """The width and height that it takes."""
        # reportlab drops the broken lines (``blPara``) of what it sends on to the next page whole.
        if self._broken is None or self._broken[0] != availWidth or not hasattr(self, "blPara"):
            self._broken = availWidth, super().wrap(availWidth, availHeight)
        return self._broken[1]


class _Headline(_Prose):
    """A heading, which knows its level in the outline (from 0)."""

    def __init__(self, markup: str, level: int) -> None:
        super().__init__(markup, STYLES[f"h{min(level, 3)}"])
        self.level = level - 1


class _Template(rl.BaseDocTemplate):
    """The page: running lines, page numbers, and headings that write themselves into the outline."""

    def __init__(self, stream: io.BytesIO, document: Document) -> None:
        super().__init__(stream, pagesize=A4, title=document.title, author=document.author, subject=document.subject,
                         creator="lexposure", lang="en-GB", invariant=1, initialFontName=f"{SANS}-Regular",
                         leftMargin=_MARGIN, rightMargin=_MARGIN,
                         topMargin=_TOP, bottomMargin=_BOTTOM)
        self._document = document
        self._anchors = 0
        for name, size in (("portrait", A4), ("landscape", landscape(A4))):
            frame = rl.Frame(_MARGIN, _BOTTOM, size[0] - 2 * _MARGIN, size[1] - _TOP - _BOTTOM, id=name, leftPadding=0,
                             rightPadding=0, topPadding=0, bottomPadding=0)
            self.addPageTemplates(rl.PageTemplate(id=name, frames=[frame], onPage=self._running, pagesize=size))

    def _running(self, canvas: Canvas, _: object) -> None:
        width, height = canvas._pagesize  # type: ignore[attr-defined]
        canvas.saveState()
        canvas.setFont(f"{SANS}-Regular", 8)
        canvas.setFillColor(FAINT)
        canvas.drawString(_MARGIN, height - 40, printable(self._document.running)[:110])
        if self._document.legend:
            canvas.setFont(f"{SANS}-SemiBold", 8)
            canvas.drawRightString(width - _MARGIN, height - 40, printable(self._document.legend)[:60])
            canvas.setFont(f"{SANS}-Regular", 8)
        canvas.setStrokeColor(RULE)
        canvas.line(_MARGIN, height - 46, width - _MARGIN, height - 46)
        canvas.drawString(_MARGIN, 36, printable(self._document.date))
        text = f"Page {canvas.getPageNumber()} of "
        # The number of pages is known at the end: a form drawn last, referred to from every page.
        end = width - _MARGIN - pdfmetrics.stringWidth("000", f"{SANS}-Regular", 8)
        canvas.drawRightString(end, 36, text)
        canvas.translate(end, 36)
        canvas.doForm("pages")
        canvas.restoreState()

    def afterFlowable(self, flowable: rl.Flowable) -> None:  # noqa: N802 - reportlab's name
        """Write a heading into the outline."""
        if not isinstance(flowable, _Headline):
            return
        self._anchors += 1
        key = f"h{self._anchors}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(flowable.getPlainText(), key, level=flowable.level, closed=flowable.level > 0)

    def beforeDocument(self) -> None:  # noqa: N802 - reportlab's name
        """Show the outline when the file is opened."""
        self.canv.showOutline()

    def _endBuild(self) -> None:  # noqa: N802 - reportlab's name
        canvas = self.canv
        canvas.beginForm("pages", 0, -3, 40, 12)
        canvas.setFont(f"{SANS}-Regular", 8)
        canvas.setFillColor(FAINT)
        canvas.drawString(0, 0, str(self.page))
        canvas.endForm()
        super()._endBuild()  # type: ignore[misc]


def render(document: Document) -> bytes:
    """The document as PDF. Deterministic: no clock, no random, fonts subset in order of use."""
    stream = io.BytesIO()
    template = _Template(stream, document)
    template.build([*_front(document), *_flow(document.blocks)])
    return stream.getvalue()


#: Drawings, which no page breaks: a heading stays with the one that follows it.
_DRAWN = (Curve, Tornado, Bars, Fan, Tiles)


def _flow(blocks: Sequence[Block]) -> Iterator[rl.Flowable]:
    """All blocks in their order."""
    following = iter((*blocks[1:], None))
    heading: list[rl.Flowable] = []
    for block, after in zip(blocks, following, strict=True):
        made = list(_flowables(block))
        if isinstance(block, Heading) and isinstance(after, Heading):
            # The next one needs room of its own, or this one would stay behind alone.
            yield rl.CondPageBreak(160)
        if isinstance(block, Heading) and isinstance(after, _DRAWN):
            heading = made
            continue
        if heading:
            yield rl.KeepTogether([*heading, *made])
            heading = []
        else:
            yield from made


def _front(document: Document) -> Iterator[rl.Flowable]:
    if document.legend:
        yield _Prose(_markup(document.legend), STYLES["legend"])
    yield _Prose(_markup(document.title), STYLES["title"])
    rows = [[_Prose(_markup(Strong(label)), STYLES["field"]), _Prose(_markup(value), STYLES["field"])]
            for label, value in document.header]
    table = rl.Table(rows, colWidths=[58, A4[0] - 2 * _MARGIN - 58], splitInRow=1)
    table.setStyle([_FACE, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2), ("TOPPADDING", (0, 0), (-1, -1), 2),
                    ("LINEBELOW", (0, -1), (-1, -1), 0.8, ACCENT)])
    yield table
    yield rl.Spacer(1, 6)


def _flowables(block: Block) -> Iterator[rl.Flowable]:
    makers: dict[type, Callable[[Any], Iterator[rl.Flowable]]] = {
        Heading: _heading, Paragraph: _paragraph, Bullets: _bullets, Table: _table, Picture: _picture,
        Curve: _curve, Tornado: _tornado, Bars: _bars, Fan: _fan, Tiles: _tiles,
        PageBreak: _break, Signatures: _signatures,
    }
    return makers[type(block)](block)


def _heading(block: Heading) -> Iterator[rl.Flowable]:
    # A heading needs room for what it heads: keeping it with a whole table would leave half a page blank.
    yield rl.CondPageBreak(96)
    yield _Headline(_markup(block.text), block.level)


def _paragraph(block: Paragraph) -> Iterator[rl.Flowable]:
    yield _Prose(_markup(block.text), STYLES[block.kind])


def _bullets(block: Bullets) -> Iterator[rl.Flowable]:
    for item in block.items:
        yield _Prose(_markup(item), STYLES["bullet"], bulletText="•")


def _table(block: Table) -> Iterator[rl.Flowable]:
    width = A4[0] - 2 * _MARGIN
    total = sum(block.widths)
    body = [
        [_Prose(_markup(cell), STYLES["number" if i in block.numeric else "cell"]) for i, cell in enumerate(row)]
        for row in block.rows
    ]
    head = [[_Prose(_markup(h), STYLES["head"]) for h in block.head]] if block.head else []
    widths = [width * w / total for w in block.widths]
    # A row moves whole to the next page, unless it is taller than any page.
    tall = any(_taller_than_a_page(cell, w) for row in block.rows for cell, w in zip(row, widths, strict=True))
    table = rl.Table([*head, *body], colWidths=widths, repeatRows=len(head), splitInRow=int(tall), hAlign="LEFT",
                     spaceAfter=8, spaceBefore=2)
    style: list[tuple[Any, ...]] = [
        _FACE, ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
    ]
    if head:
        style += [("BACKGROUND", (0, 0), (-1, 0), BAND), ("LINEABOVE", (0, 0), (-1, 0), 0.8, ACCENT)]
    table.setStyle(style)
    yield table


def _taller_than_a_page(cell: Text, width: float) -> bool:
    """A safe guess from the length of the text: no line holds fewer characters than the widest letters would."""
    style = STYLES["cell"]
    text = "".join(run if isinstance(run, str) else run.text for run in runs(cell))
    lines = text.count("\n") + len(text) * style.fontSize * 0.75 / max(width - 8, 1) + 1
    return lines * style.leading > (A4[1] - _TOP - _BOTTOM) * 0.8


def _picture(block: Picture) -> Iterator[rl.Flowable]:
    from lexposure.memo.diagram.drawing import to_drawing

    width, height = landscape(A4)
    room, tall = width - 2 * _MARGIN, height - _TOP - _BOTTOM - 74
    yield rl.NextPageTemplate("landscape")
    yield rl.PageBreak()
    yield _Headline(_markup(block.title), 1)
    geometry = lay_out(collapse(block.diagram), room)
    yield _plain_face(to_drawing(geometry, f"{SANS}-Regular", f"{SANS}-SemiBold", (room, tall)))
    yield _Prose(_markup(block.caption), STYLES["small"])
    yield rl.NextPageTemplate("portrait")
    yield rl.PageBreak()


def _curve(block: Curve) -> Iterator[rl.Flowable]:
    from lexposure.memo.charts import exceedance

    yield _plain_face(exceedance(block.points, block.marks))


def _tornado(block: Tornado) -> Iterator[rl.Flowable]:
    from lexposure.memo.charts import tornado

    yield _plain_face(tornado(tuple((printable(label), a, b) for label, a, b in block.rows), block.centre))


def _bars(block: Bars) -> Iterator[rl.Flowable]:
    from lexposure.memo.charts import bars

    yield _plain_face(bars(tuple((printable(label), x, printable(note)) for label, x, note in block.rows)))


def _fan(block: Fan) -> Iterator[rl.Flowable]:
    from dataclasses import replace

    from lexposure.memo.complaint_charts import fan

    yield _plain_face(fan([replace(row, label=printable(row.label)) for row in block.rows], block.horizon))


def _tiles(block: Tiles) -> Iterator[rl.Flowable]:
    from lexposure.memo.complaint_charts import tiles

    yield _plain_face(tiles(dict(block.amounts), block.marked))


def _plain_face(drawing: Any) -> rl.Flowable:
    """A drawing whose file names no face but ours: the renderer names the default one even where no text is set in it."""
    from reportlab.graphics.shapes import STATE_DEFAULTS

    STATE_DEFAULTS["fontName"] = f"{SANS}-Regular"
    return cast("rl.Flowable", drawing)


def _break(_: PageBreak) -> Iterator[rl.Flowable]:
    yield rl.PageBreak()


def _signatures(block: Signatures) -> Iterator[rl.Flowable]:
    width = A4[0] - 2 * _MARGIN
    rows = [[_Prose(_markup(role), STYLES["field"]), "", ""] for role in block.roles]
    table = rl.Table(rows, colWidths=[90, width - 210, 120], rowHeights=26, hAlign="LEFT")
    table.setStyle([_FACE, ("LINEBELOW", (1, 0), (1, -1), 0.6, FAINT), ("LINEBELOW", (2, 0), (2, -1), 0.6, FAINT),
                    ("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("LEFTPADDING", (0, 0), (0, -1), 0)])
    yield rl.KeepTogether([table])
