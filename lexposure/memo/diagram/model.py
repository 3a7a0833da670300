"""What a swim-lane diagram says (nodes and links), and where it is drawn (geometry): plain immutable values."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Shape: TypeAlias = Literal["people", "system", "use", "party"]
Style: TypeAlias = Literal["flow", "incidental", "transfer", "unintended", "doubtful"]
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody or something that data come from, rest in or go to; ``lane`` is its jurisdiction."""

    id: str
    label: str
    sublabel: str
    lane: str
    stage: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Link:
    """A numbered movement of data; the number ties it to the table of flows."""

    id: str
    number: str
    origin: str
    target: str
    style: Style


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything that the picture has to say, and nothing of how it looks."""

    title: str
    lanes: tuple[str, ...]
    stages: tuple[str, ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, before the layout trips over it."""
        ids = {node.id for node in self.nodes}
        if len(ids) < len(self.nodes) or len({link.id for link in self.links}) < len(self.links):
            raise ValueError("two nodes or two links have the same id")
        if len(set(self.lanes)) < len(self.lanes):
            raise ValueError("two lanes have the same label")
        for node in self.nodes:
            if node.lane not in self.lanes:
                raise ValueError(f"node {node.id!r} is in no lane of the diagram: {node.lane!r}")
        for link in self.links:
            if link.origin not in ids or link.target not in ids:
                raise ValueError(f"link {link.id!r} has an end that is no node: {link.origin!r} to {link.target!r}")

    def crossings(self) -> tuple[Link, ...]:
        """The links whose ends lie in different lanes, which are the transfers that a reader looks for."""
        lane = {node.id: node.lane for node in self.nodes}
        return tuple(link for link in self.links if lane[link.origin] != lane[link.target])


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text on its baseline; ``turned`` reads upwards."""

    x: float
    y: float
    text: str
    size: float
    room: float
    bold: bool = False
    turned: bool = False
    centred: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """The strip of one jurisdiction."""

    y: float
    height: float
    tone: int
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place; ``name`` is its whole label, ``texts`` what fits."""

    id: str
    name: str
    x: float
    y: float
    width: float
    height: float
    shape: Shape
    tone: int
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Badge:
    """The number on a link: a circle, or a pill where the number is long."""

    x: float
    y: float
    half: float
    text: Text


@dataclass(frozen=True, slots=True)
class Edge:
    """A link in its place: corner points from border to border, all segments level or upright."""

    id: str
    number: str
    origin: str
    target: str
    style: Style
    crossing: bool
    points: tuple[Point, ...]
    badge: Badge


@dataclass(frozen=True, slots=True)
class Sample:
    """A sign in the legend and what it stands for."""

    x: float
    y: float
    sign: Shape | Style
    text: Text


@dataclass(frozen=True, slots=True)
class Geometry:
    """The whole picture in points, origin at the top left: all that a renderer needs."""

    title: str
    width: float
    height: float
    bands: tuple[Band, ...]
    headings: tuple[Text, ...]
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    legend: tuple[Sample, ...]
