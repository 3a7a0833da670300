"""The picture as a ReportLab drawing, for the PDF memo."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from reportlab.graphics.shapes import Drawing, Group, Path, Polygon, Rect, Shape, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from lexposure.memo.diagram.badges import RADIUS
from lexposure.memo.diagram.model import Badge, Band, Box, Geometry, Point, Sample, Text
from lexposure.memo.diagram.model import Shape as Outline
from lexposure.memo.diagram.path import arrowhead, rounded
from lexposure.memo.diagram.signs import (
    ALERT,
    INK,
    INSET,
    PAPER,
    QUIET,
    SHAPES,
    SIGN,
    STROKES,
    Stroke,
    Tone,
    corner_of,
    octagon,
    stroke_of,
    tone,
)

FRAME = (770.0, 505.0)  # landscape A4 with margins of half an inch, less a heading and a caption


class _Pen:
    """Turns geometry into shapes: ReportLab counts upwards from the bottom, and wants the names of the fonts."""

    def __init__(self, height: float, font: str, bold: str) -> None:
        self._height, self._font, self._bold = height, font, bold

    def _flat(self, points: Iterable[Point]) -> list[float]:
        return [coordinate for x, y in points for coordinate in (x, self._height - y)]

    def rect(
        self, area: tuple[float, float, float, float], corner: float, fill: str | None, line: str, thick: float
    ) -> Rect:
        """A box, given by its top left corner and its size."""
        x, y, width, height = area
        rect = Rect(x, self._height - y - height, width, height, rx=corner, ry=corner)
        rect.fillColor, rect.strokeColor, rect.strokeWidth = HexColor(fill) if fill else None, HexColor(line), thick
        return rect

    def text(self, text: Text, colour: str) -> Shape:
        """A line of text, set smaller where this font needs more room than was reckoned."""
        font = self._bold if text.bold else self._font
        size = min(text.size, text.size * text.room / max(stringWidth(text.text, font, text.size), 1e-9))
        string = String(0, 0, text.text, fontName=font, fontSize=size, fillColor=HexColor(colour),
                        textAnchor="middle" if text.centred else "start")
        x, y = text.x, self._height - text.y
        return Group(string, transform=(0, 1, -1, 0, x, y) if text.turned else (1, 0, 0, 1, x, y))

    def outline(self, shape: Outline, area: tuple[float, float, float, float], colours: Tone) -> Iterator[Shape]:
        """A node, or its sign in the legend."""
        x, y, width, height = area
        corner = corner_of(shape, height)
        if shape == "use":
            yield Polygon(self._flat(octagon(x, y, width, height, corner)), strokeWidth=1.2,
                          fillColor=HexColor(colours.box), strokeColor=HexColor(colours.line))
            return
        yield self.rect(area, corner, colours.box, colours.line, 1.2)
        if shape == "party":
            inner = (x + INSET, y + INSET, width - 2 * INSET, height - 2 * INSET)
            yield self.rect(inner, 0, None, colours.line, 0.7)

    def line(self, points: Sequence[Point], stroke: Stroke) -> Iterator[Shape]:
        """A line with its arrowhead."""
        colour = HexColor(stroke.colour)
        path = Path(fillColor=None, strokeColor=colour, strokeWidth=stroke.width, strokeDashArray=stroke.dash)
        start, *steps = (self._flat(step) for step in rounded(points))
        path.moveTo(*start)
        for step in steps:
            (path.lineTo if len(step) == 2 else path.curveTo)(*step)
        yield path
        yield Polygon(self._flat(arrowhead(points)), fillColor=colour, strokeColor=None)

    def band(self, band: Band, width: float) -> Iterator[Shape]:
        """The strip of a jurisdiction with its name."""
        colours = tone(band.tone)
        yield self.rect((0.5, band.y, width - 1, band.height), 0, colours.band, colours.line, 0.8)
        yield from (self.text(text, colours.line) for text in band.texts)

    def box(self, box: Box) -> Iterator[Shape]:
        """A node with its text."""
        yield from self.outline(box.shape, (box.x, box.y, box.width, box.height), tone(box.tone))
        yield from (self.text(text, INK) for text in box.texts)

    def badge(self, badge: Badge, crossing: bool) -> Iterator[Shape]:
        """The number: dark on light or, for a crossing, light on dark."""
        fill, line, ink = (ALERT, ALERT, PAPER) if crossing else (PAPER, QUIET, INK)
        area = (badge.x - badge.half, badge.y - RADIUS, 2 * badge.half, 2 * RADIUS)
        yield self.rect(area, RADIUS, fill, line, 0.9)
        yield self.text(badge.text, ink)

    def sample(self, sample: Sample) -> Iterator[Shape]:
        """A sign of the legend with its meaning."""
        width, height = SIGN
        area = (sample.x, sample.y - height / 2, width, height)
        for shape in SHAPES:
            if sample.sign == shape:
                yield from self.outline(shape, area, Tone(PAPER, PAPER, QUIET))
        for style, stroke in STROKES.items():
            if sample.sign == style:
                yield from self.line(((sample.x, sample.y), (sample.x + width, sample.y)), stroke)
        yield self.text(sample.text, INK)


def to_drawing(
    geometry: Geometry, font: str = "Helvetica", bold: str = "Helvetica-Bold", frame: tuple[float, float] = FRAME
) -> Drawing:
    """The picture at full size, or as large as the frame allows."""
    scale = min(1.0, frame[0] / geometry.width, frame[1] / geometry.height)
    pen = _Pen(geometry.height, font, bold)
    shapes = chain(
        *(pen.band(band, geometry.width) for band in geometry.bands),
        (pen.text(text, QUIET) for text in geometry.headings),
        *(pen.line(edge.points, stroke_of(edge.style, edge.crossing)) for edge in geometry.edges),
        *(pen.box(box) for box in geometry.boxes),
        *(pen.badge(edge.badge, edge.crossing) for edge in geometry.edges if edge.number),
        *(pen.sample(sample) for sample in geometry.legend),
    )
    drawing = Drawing(geometry.width * scale, geometry.height * scale)
    drawing.add(Group(*shapes, transform=(scale, 0, 0, scale, 0, 0)))
    return drawing
