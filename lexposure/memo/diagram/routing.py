"""How links run: which gap and channel each one takes, and in which order they leave their nodes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, TypeAlias

from lexposure.memo.diagram.model import Link
from lexposure.memo.diagram.placing import Grid

Side: TypeAlias = Literal["left", "right", "top", "bottom"]
PITCH = 8.0  # between two parallel lines: more than a badge's radius, so that a badge hides no neighbour
_APART = 16.0  # between two parallel straight links: more than the badges of both
_FLAT = 46.0  # of the shortest side of a node: where straight links may meet it, between its corners
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
            lanes = (*grid.lane_of(above), *grid.lane_of(below))
            costs = []
            for channel in (strip for strip in lanes if not grid.is_row(strip)):
                shared = sum(1 for left, right in load[channel] if left <= high and low <= right)
                onward = abs(channel - below)
                costs.append((abs(channel - above) + onward + _LOAD * shared, onward, channel))
            channel = min(costs)[-1]
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


def _offsets(loops: int, above: int, level: int, below: int) -> list[float]:
    """Offsets of so many ports in order; straight ones keep the middle, to be level with those at their other end."""
    # Straight neighbours stand further apart: their badges cannot step aside.
    wide = min(_APART, _FLAT / (level - 1)) if level > 1 else 0.0
    steps = [PITCH] * above + [wide] * (level - 1) + [PITCH] * below if level else [PITCH] * (above + below - 1)
    if loops:
        steps[loops - 1] = 2 * PITCH  # the innermost loop, for its badge must not hide its arrowhead
    places = list(accumulate(steps, initial=0.0))
    middle = (places[above] + places[above + level - 1]) / 2 if level else places[-1] / 2
    offsets = [place - middle for place in places]
    # Reckoned without the others, to be equal to the last bit at both ends: a straight line is exactly straight.
    offsets[above : above + level] = [wide * (number - (level - 1) / 2) for number in range(level)]
    return offsets


def ports(grid: Grid, courses: tuple[Route, ...]) -> Ports:
    """Place the ends of all links along the sides of their nodes."""
    straight: dict[tuple[str, Side], list[tuple[str, int]]] = defaultdict(list)
    bent: dict[tuple[str, Side], list[tuple[tuple[float, ...], tuple[str, int]]]] = defaultdict(list)
    for number, route in enumerate(courses):
        for end, node in enumerate((route.link.origin, route.link.target)):
            where, port = (node, _side(grid, route, end)), (route.link.id, end)
            if not route.gaps:
                straight[where].append(port)
            elif route.link.origin == route.link.target:
                # Loops leave at the very top and come back beneath, each inside the one before.
                bent[where].append(((-2, -number) if end else (-3, number), port))
            else:
                bent[where].append((_rank(grid, route, end), port))

    placed: dict[tuple[str, Side], dict[tuple[str, int], float]] = {}
    for where in dict.fromkeys((*straight, *bent)):
        ordered = sorted(bent[where], key=lambda entry: entry[0])
        above = [port for rank, port in ordered if rank[0] < 0]
        below = [port for rank, port in ordered if rank[0] > 0]
        level = straight[where]
        loops = sum(1 for rank, _ in ordered if rank[0] == -3)
        offsets = _offsets(loops, len(above), len(level), len(below))
        placed[where] = dict(zip((*above, *level, *below), offsets, strict=True))

    for (node, side), left in placed.items():
        facing = grid.occupied.get((grid.column[node] + 1, grid.strip[node]), "")
        if side == "right":
            _step_apart(left, placed.get((facing, "left"), {}), {port for _, port in bent[node, side]},
                        {port for _, port in bent[facing, "left"]})
    return {
        port: Port(side, offset) for (_, side), along in placed.items() for port, offset in along.items()
    }


def _step_apart(
    left: dict[tuple[str, int], float], right: dict[tuple[str, int], float],
    bent_left: set[tuple[str, int]], bent_right: set[tuple[str, int]],
) -> None:
    """Where bent links of two facing nodes would run on one level over each other, move each a quarter step away."""
    if {left[port] for port in bent_left} & {right[port] for port in bent_right}:
        left |= {port: left[port] - PITCH / 4 for port in bent_left}
        right |= {port: right[port] + PITCH / 4 for port in bent_right}
