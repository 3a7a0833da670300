"""Charts as vector drawings: the loss exceedance curve, what the unknowns are worth, how well predictions are calibrated."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor

from lexposure.memo.look import ACCENT, FAINT, INK, RULE, SANS

_WARM, _BAND = (HexColor(c) for c in ("#b35c00", "#dbe4ee"))
_FACE, _BOLD = f"{SANS}-Regular", f"{SANS}-SemiBold"
_WORDS = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def short(amount: float) -> str:
    """An amount for an axis: 250k, 10m, 1.2bn."""
    for size, word in _WORDS:
        if amount >= size:
            return f"{amount / size:.3g}{word}"
    return f"{amount:.0f}"


def words(x: float, y: float, text: str, *, anchor: Literal["start", "middle", "end"] = "start", face: str = _FACE,
          colour: Any = FAINT, size: float = 7.5) -> String:
    """Words in a chart, in the house's face; sizes are points."""
    return String(x, y, text, textAnchor=anchor, fontName=face, fontSize=size, fillColor=colour)


def _block(x: float, y: float, width: float, height: float, colour: Color) -> Rect:
    """A filled rectangle without an outline."""
    rect = Rect(x, y, width, height)
    rect.fillColor, rect.strokeColor = colour, None
    return rect


def exceedance(
    points: Sequence[tuple[float, float]], marks: Sequence[tuple[str, float]], width: float = 470, height: float = 190
) -> Drawing:
    """The probability of losing more than each amount (euros, logarithmic), with amounts marked on it."""
    drawing = Drawing(width, height)
    left, bottom, right, top = 38.0, 30.0, width - 14, height - 14
    low, high = math.log10(max(points[0][0], 1)), math.log10(max(points[-1][0], 10))
    most = max(p for _, p in points) or 1.0
    step = next(s for s in (0.05, 0.1, 0.2, 0.25) if most / s <= 5 or s == 0.25)
    ceiling = max(step, math.ceil(most / step) * step)

    def at(amount: float, p: float) -> tuple[float, float]:
        share = (math.log10(max(amount, 1)) - low) / max(high - low, 1e-9)
        return left + share * (right - left), bottom + p / ceiling * (top - bottom)

    for i in range(round(ceiling / step) + 1):
        _, y = at(10**low, i * step)
        drawing.add(Line(left, y, right, y, strokeColor=RULE, strokeWidth=0.4))
        drawing.add(words(left - 4, y - 2.5, f"{i * step:.0%}", anchor="end"))
    for decade in range(math.ceil(low), math.floor(high) + 1):
        x, _ = at(10.0**decade, 0)
        drawing.add(Line(x, bottom, x, bottom - 3, strokeColor=FAINT, strokeWidth=0.5))
        drawing.add(words(x, bottom - 12, short(10.0**decade), anchor="middle"))
    drawing.add(words((left + right) / 2, 4, "loss in euros (logarithmic)", anchor="middle"))
    drawing.add(PolyLine([c for amount, p in points for c in at(amount, p)], strokeColor=ACCENT, strokeWidth=1.6))
    for label, amount in marks:
        if not 10**low <= amount <= 10**high:
            continue
        p = _at(points, amount)
        x, y = at(amount, p)
        drawing.add(Line(x, bottom, x, y, strokeColor=_WARM, strokeWidth=0.6, strokeDashArray=[2, 2]))
        drawing.add(Circle(x, y, 2.2, fillColor=_WARM, strokeColor=None))
        drawing.add(words(x + 4, y + 3, f"{label}: {short(amount)}", colour=INK))
    return drawing


def _at(points: Sequence[tuple[float, float]], amount: float) -> float:
    for (a, p), (b, q) in pairwise(points):
        if a <= amount <= b:
            return p + (q - p) * (amount - a) / max(b - a, 1e-9)
    return points[-1][1]


def tornado(rows: Sequence[tuple[str, float, float]], centre: float, width: float = 470) -> Drawing:
    """For each thing that is not known the expected loss (euros) at both ends, about the one as modelled."""
    height = 26.0 + 17 * len(rows)
    drawing = Drawing(width, height)
    left, right, top = 232.0, width - 44, height - 6
    low = min([centre, *(a for _, a, _ in rows)])
    high = max([centre, *(b for *_, b in rows)])

    def at(amount: float) -> float:
        return left + (amount - low) / max(high - low, 1e-9) * (right - left)

    for i, (label, a, b) in enumerate(rows):
        y = top - 17 * (i + 1)
        drawing.add(_block(at(a), y, max(at(centre) - at(a), 0.4), 10, _BAND))
        drawing.add(_block(at(centre), y, max(at(b) - at(centre), 0.4), 10, _WARM))
        drawing.add(words(left - 40, y + 2, _fit(label, 47), anchor="end", colour=INK))
        drawing.add(words(at(a) - 3, y + 2, short(a), anchor="end", size=6.5))
        drawing.add(words(at(b) + 3, y + 2, short(b), size=6.5))
    drawing.add(Line(at(centre), 14, at(centre), top, strokeColor=INK, strokeWidth=0.6))
    drawing.add(words(at(centre), 4, f"as modelled: {short(centre)}", anchor="middle", colour=INK))
    return drawing


def _fit(label: str, most: int) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def bars(rows: Sequence[tuple[str, float, str]], width: float = 470) -> Drawing:
    """Amounts (euros) as bars, each with its name and a note."""
    height = 6.0 + 17 * len(rows)
    drawing = Drawing(width, height)
    left, right = 160.0, width - 120
    most = max((x for _, x, _ in rows), default=1.0) or 1.0
    for i, (label, amount, note) in enumerate(rows):
        y = height - 17 * (i + 1)
        drawing.add(words(left - 6, y + 2, _fit(label, 34), anchor="end", colour=INK))
        drawing.add(_block(left, y, max(amount / most * (right - left), 0.5), 10, ACCENT))
        drawing.add(words(left + amount / most * (right - left) + 4, y + 2, f"{short(amount)}{note}", size=7))
    return drawing


def calibration_plot(report: Mapping[str, Any]) -> bytes:
    """How often amounts fall below each predicted quantile, as SVG: on the diagonal where predictions are calibrated."""
    levels = ("5", "10", "25", "50", "75", "90", "95")
    cases = [c for c in report["per_case"] if c["actual_eur"] and c["quantiles"]]
    drawing = Drawing(320, 320)
    left, bottom, side = 46.0, 42.0, 260.0
    drawing.add(_block(0, 0, 320, 320, HexColor("#ffffff")))
    for i in range(5):
        x = left + side * i / 4
        y = bottom + side * i / 4
        drawing.add(Line(left, y, left + side, y, strokeColor=RULE, strokeWidth=0.4))
        drawing.add(words(left - 5, y - 3, f"{i / 4:.0%}", anchor="end"))
        drawing.add(words(x, bottom - 13, f"{i / 4:.0%}", anchor="middle"))
    drawing.add(Line(left, bottom, left + side, bottom + side, strokeColor=FAINT, strokeWidth=0.7, strokeDashArray=[3, 3]))
    drawing.add(words(left + side / 2, 10, f"predicted quantile ({len(cases)} amounts)", anchor="middle"))
    drawing.add(words(left, bottom + side + 10, "share of amounts at or below it", colour=INK))
    points: list[float] = []
    for level in levels:
        below = sum(c["actual_eur"] <= c["quantiles"][level] for c in cases) / max(len(cases), 1)
        x, y = left + side * float(level) / 100, bottom + side * below
        points += [x, y]
        drawing.add(Circle(x, y, 3, fillColor=ACCENT, strokeColor=None))
    drawing.add(PolyLine(points, strokeColor=ACCENT, strokeWidth=1.2))
    svg: str = renderSVG.drawToString(drawing)
    return svg.encode()
