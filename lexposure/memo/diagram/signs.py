"""How the signs look: colours, dashes and corners, chosen so that a black-and-white print still tells them apart."""

from collections.abc import Mapping
from dataclasses import dataclass

from lexposure.memo.diagram.model import Point, Shape, Style

INK, QUIET, PAPER, ALERT = "#1f2933", "#4b5563", "#ffffff", "#b3261e"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line: the dash pattern carries the meaning, the colour repeats it."""

    width: float
    dash: tuple[float, ...]
    colour: str
    legend: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A box: how far its corners are cut or rounded, which is where no line may meet it."""

    corner: float
    legend: str


@dataclass(frozen=True, slots=True)
class Tone:
    """The colours of a lane: its band, its boxes, its borders."""

    band: str
    box: str
    line: str


STROKES: Mapping[Style, Stroke] = {
    "flow": Stroke(1.0, (), QUIET, "Flow"),
    "transfer": Stroke(1.3, (4.5, 2.5), ALERT, "Crosses a border"),
    "incidental": Stroke(1.4, (1.2, 2.2), QUIET, "Incidental capture"),
    "unintended": Stroke(2.4, (), INK, "Unintended"),
    "doubtful": Stroke(1.0, (7, 2.2, 1.2, 2.2), QUIET, "Not certain"),
}
SHAPES: Mapping[Shape, Outline] = {
    "people": Outline(12.0, "People"),
    "system": Outline(3.5, "System"),
    "use": Outline(7.0, "Use"),
    "party": Outline(0.0, "Party"),
}
LEGEND: Mapping[Shape | Style, str] = {
    **{shape: outline.legend for shape, outline in SHAPES.items()},
    **{style: stroke.legend for style, stroke in STROKES.items()},
}
TONES = (
    Tone("#f3f7fc", "#e2ecf9", "#2457a0"),
    Tone("#fdf6ee", "#fbe9d6", "#a8540f"),
    Tone("#f8f4fb", "#ecdff4", "#6b2f8a"),
    Tone("#f1f8f3", "#dcefe1", "#256b3f"),
    Tone("#f6f6f4", "#e8e8e3", "#55554a"),
)
SIGN = (24.0, 11.0)  # width and height of a sign in the legend
INSET = 2.5  # of the inner border of a party's double frame


def tone(number: int) -> Tone:
    """The colours of the n-th lane; they come round again where there are more lanes than tones."""
    return TONES[number % len(TONES)]


def stroke_of(style: Style, crossing: bool) -> Stroke:
    """The line of a link: a plain flow that crosses a border is a transfer, any other keeps its pattern in red."""
    if crossing and style == "flow":
        return STROKES["transfer"]
    stroke = STROKES[style]
    return Stroke(stroke.width, stroke.dash, ALERT, stroke.legend) if crossing else stroke


def corner_of(shape: Shape, height: float) -> float:
    """How far the corners of a box of this height are cut or rounded; the low boxes of the legend less than others."""
    return min(SHAPES[shape].corner, height / (3 if shape == "use" else 2))


def octagon(x: float, y: float, width: float, height: float, cut: float) -> tuple[Point, ...]:
    """The outline of a use: a box with cut corners."""
    right, bottom = x + width, y + height
    return (
        (x + cut, y), (right - cut, y), (right, y + cut), (right, bottom - cut),
        (right - cut, bottom), (x + cut, bottom), (x, bottom - cut), (x, y + cut),
    )
