"""Charts of a complaint: when what happens before each forum, and a map of Europe in tiles."""

from collections.abc import Mapping, Sequence

from reportlab.graphics.shapes import Circle, Drawing, Line, Rect
from reportlab.lib.colors import Color, HexColor

from lexposure.memo.charts import short, words
from lexposure.memo.document import FanRow
from lexposure.memo.look import ACCENT, INK, RULE, SANS

_WARM, _BAND, _NONE = (HexColor(c) for c in ("#b35c00", "#9db4cc", "#eef1f4"))
_BOLD = f"{SANS}-SemiBold"
#: Where each state's tile stands: column and row from the top left.
_TILES = {
    "IS": (0, 0), "NO": (4, 0), "SE": (5, 0), "FI": (6, 0), "EE": (6, 1), "LV": (6, 2), "LT": (6, 3), "DK": (4, 1),
    "IE": (0, 2), "GB": (1, 2), "NL": (3, 2), "DE": (4, 2), "PL": (5, 2), "BE": (2, 3), "LU": (3, 3), "CZ": (4, 3),
    "SK": (5, 3), "FR": (2, 4), "CH": (3, 4), "LI": (3, 5), "AT": (4, 4), "HU": (5, 4), "RO": (6, 4),
    "PT": (0, 6), "ES": (1, 6), "IT": (3, 6), "SI": (4, 5), "HR": (5, 5), "BG": (6, 5), "GR": (6, 6),
    "MT": (3, 7), "CY": (7, 7),
}


def _block(rect: Rect, fill: Color, edge: Color | None, thick: float) -> Rect:
    """A rectangle with its colours."""
    rect.fillColor, rect.strokeColor, rect.strokeWidth = fill, edge, thick
    return rect


def fan(rows: Sequence[FanRow], horizon: int, width: float = 470) -> Drawing:
    """For each forum the span in which a decision falls, if one does, over the years of the horizon."""
    height = 34.0 + 15 * len(rows)
    drawing = Drawing(width, height)
    left, right, bottom, top = 116.0, width - 52, 24.0, height - 6
    years = max(1, round(horizon / 365))

    def at(day: float) -> float:
        return left + min(day / horizon, 1) * (right - left)

    for year in range(years + 1):
        drawing.add(Line(at(year * 365), bottom, at(year * 365), top, strokeColor=RULE, strokeWidth=0.4))
        drawing.add(words(at(year * 365), bottom - 11, f"{year} y" if year else "filed", anchor="middle"))
    for i, row in enumerate(rows):
        y = top - 15 * (i + 1) + 4
        label = row.label if len(row.label) <= 26 else row.label[:25] + "…"
        drawing.add(words(left - 6, y, label, anchor="end", colour=INK))
        if row.decision:
            a, b, c = row.decision
            drawing.add(_block(Rect(at(a), y, max(at(c) - at(a), 1), 6), _BAND, None, 0))
            drawing.add(Line(at(b), y - 1, at(b), y + 7, strokeColor=ACCENT, strokeWidth=1.4))
        if row.pause is not None:
            drawing.add(Circle(at(row.pause), y + 3, 2, fillColor=_WARM, strokeColor=None))
        drawing.add(words(right + 4, y, f"{row.probability:.0%}", colour=INK))
    drawing.add(words(left, 4, "band: 10 to 90 % of decisions, line: median; dot: median day of a pause; right: a decision "
                      "by the end", size=6.8))
    return drawing


def tiles(amounts: Mapping[str, float], marked: Sequence[str], width: float = 300) -> Drawing:
    """Europe as tiles, darker where more is to be expected (euros); the forums of the complaint have a frame."""
    side = width / 9
    drawing = Drawing(width, side * 8 + 8)
    most = max(amounts.values(), default=0.0)
    for code, (column, row) in _TILES.items():
        x, y = column * side + 4, (7 - row) * side + 4
        amount = amounts.get(code, 0.0)
        share = (amount / most) ** 0.35 if most > 0 and amount > 0 else 0.0
        fill = Color(*(n + (a - n) * share for n, a in zip(_NONE.rgb(), ACCENT.rgb(), strict=True)))
        ink = HexColor("#ffffff") if share > 0.5 else INK
        edge, thick = (_WARM, 1.6) if code in marked else (RULE, 0.4)
        drawing.add(_block(Rect(x, y, side - 3, side - 3, rx=2, ry=2), fill, edge, thick))
        drawing.add(words(x + (side - 3) / 2, y + side / 2 - 1, code, anchor="middle", face=_BOLD, colour=ink, size=8))
        if amount >= 1:
            drawing.add(words(x + (side - 3) / 2, y + 4, short(amount), anchor="middle", colour=ink, size=6))
    return drawing


def as_svg(drawing: Drawing) -> bytes:
    """A drawing as SVG."""
    from reportlab.graphics import renderSVG

    svg: str = renderSVG.drawToString(drawing)
    return svg.encode()
