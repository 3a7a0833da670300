"""How links run: which gap and channel each one takes, and in which order they leave their nodes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lexposure.memo.diagram.model import Link
from lexposure.memo.diagram.placing import Grid

Side: TypeAlias = Literal["left", "right", "top", "bottom"]
PITCH = 9.0  # between two parallel lines: more than a badge's radius, so that a badge hides no neighbour
_LOAD = 0.6  # of one strip of detour: what each link already in a channel costs the next


@dataclass(frozen=True, slots=True)
class Route:
    """A link's course. No gap: straight. One gap: one upright track. Two: they are joined by a run in a channel."""

    link: Link
    gaps: tuple[int, ...]
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class Port:
    """Where a link meets its node: the side, and how far from the middle of that side."""

    side: Side
    offset: float


Ports: TypeAlias = Mapping[tuple[str, int], Port]  # by link id and end: 0 is the origin, 1 the target


def routes(grid: Grid, links: Iterable[Link]) -> tuple[Route, ...]:
    """Choose each link's course in turn; a run keeps to the lanes of its ends, for data do not rest on the way."""
    load: dict[int, list[tuple[int, int]]] = defaultdict(list)
    found = []
    for link in links:
        start, end = grid.column[link.origin], grid.column[link.target]
        gaps = (start + 1, start + 1) if start == end else (start + 1, end) if start < end else (start, end + 1)
        if grid.in_sight(link.origin, link.target):
            found.append(Route(link, ()))
        elif gaps[0] == gaps[1]:
            found.append(Route(link, gaps[:1]))
        else:
            low, high = min(gaps), max(gaps)
            above, below = grid.strip[link.origin], grid.strip[link.target]

            def cost(channel: int, low: int = low, high: int = high, a: int = above, b: int = below) -> tuple[float, int]:
                shared = sum(1 for left, right in load[channel] if left <= high and low <= right)
                return abs(channel - a) + abs(channel - b) + _LOAD * shared, abs(channel - b)

            lanes = (*grid.lane_of(above), *grid.lane_of(below))
            channel = min((strip for strip in lanes if not grid.is_row(strip)), key=cost)
            load[channel].append((low, high))
            found.append(Route(link, gaps, channel))
    return tuple(found)


def _side(grid: Grid, route: Route, end: int) -> Side:
    """The side on which a link meets its origin or target."""
    node, other = (route.link.origin, route.link.target)[:: -1 if end else 1]
    column, across = grid.column[node], grid.column[other]
    if route.gaps:
        return "left" if route.gaps[-end] == column else "right"
    if column == across:
        return "bottom" if grid.strip[node] < grid.strip[other] else "top"
    return "right" if column < across else "left"


def _rank(grid: Grid, route: Route, end: int) -> tuple[float, ...]:
    """Order of bent links along a side, from the top, so that links that leave together do not cross each other."""
    node, other = (route.link.origin, route.link.target)[:: -1 if end else 1]
    here, there = grid.strip[node], grid.strip[other]
    turn = there if route.channel is None else route.channel
    reach = abs(grid.column[node] - grid.column[other])
    if turn < here:
        # A link that comes back to its own column goes round the others, and the nearest goes innermost.
        return (-1, 0, -turn, 0) if reach == 0 else (-1, 1, turn, there)
    return (1, 1, -turn, 0) if reach == 0 else (1, 0, turn, there)


def _offsets(above: list[tuple[str, int]], level: list[tuple[str, int]], below: list[tuple[str, int]]) -> list[float]:
    """Offsets of the ports in order; straight ones keep the middle, so that they are level on both sides of the gap."""
    count = len(above) + len(level) + len(below)
    middle = len(above) + (len(level) - 1) / 2 if level else (count - 1) / 2
    return [(place - middle) * PITCH for place in range(count)]


def ports(grid: Grid, courses: tuple[Route, ...]) -> Ports:
    """Place the ends of all links along the sides of their nodes."""
    straight: dict[tuple[str, Side], list[tuple[str, int]]] = defaultdict(list)
    bent: dict[tuple[str, Side], list[tuple[tuple[float, ...], tuple[str, int]]]] = defaultdict(list)
    for route in courses:
        for end, node in enumerate((route.link.origin, route.link.target)):
            where, port = (node, _side(grid, route, end)), (route.link.id, end)
            if not route.gaps:
                straight[where].append(port)
            elif route.link.origin == route.link.target:
                # A loop leaves at the very top and comes back beneath; the rank keeps both ends together.
                bent[where].append(((-2, end), port))
            else:
                bent[where].append((_rank(grid, route, end), port))

    placed: dict[tuple[str, Side], dict[tuple[str, int], float]] = {}
    for where in dict.fromkeys((*straight, *bent)):
        ordered = sorted(bent[where], key=lambda entry: entry[0])
        above = [port for rank, port in ordered if rank[0] < 0]
        below = [port for rank, port in ordered if rank[0] > 0]
        level = straight[where]
        placed[where] = dict(zip((*above, *level, *below), _offsets(above, level, below), strict=True))

    for (node, side), offsets in placed.items():
        facing = grid.occupied.get((grid.column[node] + 1, grid.strip[node]), "")
        if side == "right":
            _step_apart(offsets, placed.get((facing, "left"), {}), {port for _, port in bent[node, side]},
                        {port for _, port in bent[facing, "left"]})
    return {
        port: Port(side, offset) for (_, side), offsets in placed.items() for port, offset in offsets.items()
    }


def _step_apart(
    left: dict[tuple[str, int], float], right: dict[tuple[str, int], float],
    bent_left: set[tuple[str, int]], bent_right: set[tuple[str, int]],
) -> None:
    """Where bent links of two facing nodes would run on one level over each other, move each a quarter step away."""
    if {left[port] for port in bent_left} & {right[port] for port in bent_right}:
        left |= {port: left[port] - PITCH / 4 for port in bent_left}
        right |= {port: right[port] + PITCH / 4 for port in bent_right}
