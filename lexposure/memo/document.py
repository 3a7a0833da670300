"""The document model: blocks and runs of text, free of any format. Renderers read it; user text stays plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lexposure.memo.diagram.layout import Diagram


@dataclass(frozen=True, slots=True)
class Strong:
    """Text that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Text in italics."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with a tone of its own: a status or an outcome."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Faint:
    """Text of less weight: a place in a file, a note."""

    text: str


Run: TypeAlias = "str | Strong | Emphasis | Mark | Faint"
Text: TypeAlias = "str | Run | tuple[Run, ...]"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` counts from 1. Headings make the outline."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``kind`` is body, small, or callout."""

    text: Text
    kind: str = "body"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of points."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``widths`` are shares of the page's width. ``head`` may be empty."""

    head: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    widths: tuple[float, ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A data-flow diagram, drawn on a page of its own under a heading."""

    title: str
    diagram: Diagram
    caption: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A loss exceedance curve: amounts in euros with the probability of more, and amounts marked on it."""

    points: tuple[tuple[float, float], ...]
    marks: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Tornado:
    """For each thing that is not known an amount in euros at both ends, about ``centre``."""

    rows: tuple[tuple[str, float, float], ...]
    centre: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Amounts in euros as bars, each with its name and a short note."""

    rows: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class FanRow:
    """A forum: quantiles (10, 50, 90 %) of the days to a decision, how probable it is, and the median days of a pause."""

    label: str
    decision: tuple[int, int, int] | None
    probability: float
    pause: int | None


@dataclass(frozen=True, slots=True)
class Fan:
    """When decisions fall before several forums, within so many days of filing."""

    rows: tuple[FanRow, ...]
    horizon: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """Europe in tiles: amounts in euros by state, and the states that are framed."""

    amounts: tuple[tuple[str, float], ...]
    marked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on."""

    roles: tuple[str, ...]


Block: TypeAlias = (
    "Heading | Paragraph | Bullets | Table | Picture | Curve | Tornado | Bars | Fan | Tiles | PageBreak | Signatures"
)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document with what its metadata and running lines say."""

    title: str
    subject: str
    author: str
    legend: str
    header: tuple[tuple[str, Text], ...]
    running: str
    date: str
    blocks: tuple[Block, ...]


def runs(text: Text) -> Sequence[Run]:
    """The runs of a text."""
    return text if isinstance(text, tuple) else (text,)
