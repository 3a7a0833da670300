"""The picture as a self-contained SVG: no style sheet, no font, no script, and every text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from lexposure.memo.diagram.badges import RADIUS
from lexposure.memo.diagram.model import Badge, Band, Box, Edge, Geometry, Point, Sample, Shape, Text
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
from lexposure.memo.diagram.text import width_of

_FONTS = "Helvetica, Arial, 'Liberation Sans', sans-serif"


def _n(value: float) -> str:
    """A coordinate with two decimals at most, so that the same picture is the same text."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _text(text: Text, colour: str) -> str:
    anchor = ' text-anchor="middle"' if text.centred else ""
    weight = ' font-weight="600"' if text.bold else ""
    turn = f' transform="rotate(-90 {_n(text.x)} {_n(text.y)})"' if text.turned else ""
    length = width_of(text.text, text.size, text.bold)
    # The reader's font may be wider than was reckoned; a line that fills its room is held to it.
    held = f' textLength="{_n(length)}" lengthAdjust="spacingAndGlyphs"' if length > 0.85 * text.room else ""
    place = f'x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}"'
    return f'<text {place} fill="{colour}"{anchor}{weight}{held}{turn}>{escape(text.text)}</text>'


def _shape(shape: Shape, x: float, y: float, width: float, height: float, colours: Tone) -> str:
    """The outline of a node, or of its sign in the legend."""
    paint = f'fill="{colours.box}" stroke="{colours.line}" stroke-width="1.2"'
    corner = corner_of(shape, height)
    if shape == "use":
        return f'<polygon points="{_points(octagon(x, y, width, height, corner))}" {paint}/>'
    frame = f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(corner)}" {paint}/>'
    if shape != "party":
        return frame
    return frame + (
        f'<rect x="{_n(x + INSET)}" y="{_n(y + INSET)}" width="{_n(width - 2 * INSET)}" '
        f'height="{_n(height - 2 * INSET)}" fill="none" stroke="{colours.line}" stroke-width="0.7"/>'
    )


def _line(points: Sequence[Point], stroke: Stroke) -> str:
    """A line with its arrowhead."""
    steps = rounded(points)
    path = f"M{_points(steps[0])}" + "".join(("L" if len(step) == 1 else "C") + _points(step) for step in steps[1:])
    dash = f' stroke-dasharray="{" ".join(map(_n, stroke.dash))}"' if stroke.dash else ""
    return (
        f'<path d="{path}" fill="none" stroke="{stroke.colour}" stroke-width="{_n(stroke.width)}"{dash}/>'
        f'<polygon points="{_points(arrowhead(points))}" fill="{stroke.colour}"/>'
    )


def _band(band: Band, width: float) -> str:
    colours = tone(band.tone)
    frame = (
        f'<rect x="0.5" y="{_n(band.y)}" width="{_n(width - 1)}" height="{_n(band.height)}" '
        f'fill="{colours.band}" stroke="{colours.line}" stroke-width="0.8"/>'
    )
    return frame + "".join(_text(text, colours.line) for text in band.texts)


def _box(box: Box) -> str:
    outline = _shape(box.shape, box.x, box.y, box.width, box.height, tone(box.tone))
    return f"<g><title>{escape(box.name)}</title>{outline}{''.join(_text(text, INK) for text in box.texts)}</g>"


def _badge(badge: Badge, crossing: bool) -> str:
    """The number: dark on light or, for a crossing, light on dark."""
    fill, line, ink = (ALERT, ALERT, PAPER) if crossing else (PAPER, QUIET, INK)
    return (
        f'<rect x="{_n(badge.x - badge.half)}" y="{_n(badge.y - RADIUS)}" width="{_n(2 * badge.half)}" '
        f'height="{_n(2 * RADIUS)}" rx="{_n(RADIUS)}" fill="{fill}" stroke="{line}" stroke-width="0.9"/>'
        + _text(badge.text, ink)
    )


def _named(edge: Edge, names: dict[str, str]) -> str:
    """What the link says, for those who hear the picture."""
    meaning = stroke_of(edge.style, edge.crossing).legend.lower()
    border = ", crosses a border" if edge.crossing and edge.style not in ("flow", "transfer") else ""
    return escape(f"{edge.number}: {names[edge.origin]} → {names[edge.target]} ({meaning}{border})")


def _sample(sample: Sample) -> str:
    (width, height), text = SIGN, _text(sample.text, INK)
    for shape in SHAPES:
        if sample.sign == shape:
            return _shape(shape, sample.x, sample.y - height / 2, width, height, Tone(PAPER, PAPER, QUIET)) + text
    for style, stroke in STROKES.items():
        if sample.sign == style:
            return _line(((sample.x, sample.y), (sample.x + width, sample.y)), stroke) + text
    return text


def to_svg(geometry: Geometry) -> str:
    """The picture as text, to stand alone or inside a page."""
    names = {box.id: box.name for box in geometry.boxes}
    size = f"{_n(geometry.width)} {_n(geometry.height)}"
    width, height = size.split()
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{width}" height="{height}" '
        f'role="img" font-family="{_FONTS}">',
        f"<title>{escape(geometry.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *(_band(band, geometry.width) for band in geometry.bands),
        *(_text(text, QUIET) for text in geometry.headings),
        *(_line(edge.points, stroke_of(edge.style, edge.crossing)) for edge in geometry.edges),
        *(_box(box) for box in geometry.boxes),
        *(f"<g><title>{_named(edge, names)}</title>{_badge(edge.badge, edge.crossing)}</g>"
          for edge in geometry.edges if edge.number),
        *(_sample(sample) for sample in geometry.legend),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
