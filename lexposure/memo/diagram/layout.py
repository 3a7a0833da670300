"""The layout of the swim-lane diagram: bands are jurisdictions, columns are stages, a line between bands is a transfer.

All positions come from the order of the diagram's own tuples; nothing is random, and no font engine is needed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from lexposure.memo.diagram.badges import SIZE, caption, place_badges
from lexposure.memo.diagram.model import Badge, Band, Box, Diagram, Edge, Geometry, Link, Node, Point, Sample, Text
from lexposure.memo.diagram.placing import Grid, place
from lexposure.memo.diagram.routing import PITCH, Port, Ports, Route, ports, routes
from lexposure.memo.diagram.signs import LEGEND, SHAPES, SIGN
from lexposure.memo.diagram.text import plain, width_of, wrap
from lexposure.memo.diagram.tracks import Wire, allot, wire

__all__ = ["Diagram", "Geometry", "Link", "Node", "lay_out"]

LABEL, SUBLABEL = 8.5, 7.5
_LEADING = 1.18
_GUTTER = 22.0  # for the names of the lanes
_NODE = (72.0, 128.0)  # narrowest and widest
_NODE_HEIGHT = 30.0
_PADDING = 4.5  # between a box's border and its text
_GAP, _GAP_PAD = 28.0, 12.0  # a gap holds a badge and an arrowhead; a track keeps clear of both columns
_EDGE_GAP = 10.0  # outermost gaps without tracks
_CHANNEL, _CHANNEL_PAD, _LINKED = 14.0, 9.0, 29.0  # linked: a line from one row to the next has a badge too
_SPREAD = 14.0  # tracks are drawn no further apart than this
_CORNER = 8.0  # wires that share a track keep this distance, for their rounded corners
_LEGEND_STEP = 15.0
_SHARE = 0.6  # of the spare width: what goes to the nodes, the rest widens the gaps
_HEAD = 5.0  # above and below the headings


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything about the picture that is decided before there are positions."""

    diagram: Diagram
    grid: Grid
    routes: tuple[Route, ...]
    ports: Ports
    runs: Mapping[str, int]  # the track in its channel, by link
    channels: Mapping[int, int]  # tracks, by channel


@dataclass(frozen=True, slots=True)
class _Vertical:
    """Tops and heights of the strips."""

    tops: tuple[float, ...]
    heights: tuple[float, ...]

    def middle(self, strip: int) -> float:
        """The level of a row's centre line."""
        return self.tops[strip] + self.heights[strip] / 2


def _plan(diagram: Diagram) -> _Plan:
    grid = place(diagram)
    courses = routes(grid, diagram.links)
    members: dict[int, list[Route]] = defaultdict(list)
    for route in courses:
        if route.channel is not None:
            members[route.channel].append(route)
    runs: dict[str, int] = {}
    channels: dict[int, int] = {}
    for channel, run in members.items():
        tracks, channels[channel] = allot([_run(grid, route, channel) for route in run], 0.5)
        runs |= {route.link.id: track for route, track in zip(run, tracks, strict=True)}
    return _Plan(diagram, grid, courses, ports(grid, courses), runs, channels)


def _run(grid: Grid, route: Route, channel: int) -> Wire:
    """A link's run in its channel: from gap to gap, leaving upwards (before) or downwards (after)."""
    ends = zip(route.gaps, (route.link.origin, route.link.target), strict=True)
    return wire(*((float(gap), -1 if grid.strip[node] < channel else 1) for gap, node in ends))


def _spread(count: int, start: float, size: float, pad: float) -> list[float]:
    """Positions of the tracks, in the middle of their gap or channel."""
    step = min(_SPREAD, (size - 2 * pad) / (count - 1)) if count > 1 else 0.0
    first = start + size / 2 - step * (count - 1) / 2
    return [first + step * number for number in range(count)]


def _room_for_tracks(count: int, pad: float) -> float:
    return 2 * pad + (count - 1) * PITCH if count else 0.0


def _reach(plan: _Plan) -> Mapping[str, float]:
    """Half the height that each node needs for the lines at its sides."""
    reach = {node.id: 0.0 for node in plan.diagram.nodes}
    for link in plan.diagram.links:
        for end, node in enumerate((link.origin, link.target)):
            port = plan.ports[link.id, end]
            if port.side in ("left", "right"):
                reach[node] = max(reach[node], abs(port.offset))
    return {node.id: reach[node.id] + SHAPES[node.shape].corner + 1 for node in plan.diagram.nodes}


def _vertical(plan: _Plan, heights: Mapping[str, float], top: float) -> _Vertical:
    """Stack the strips: rows as high as their highest box, channels as their tracks need, lanes as their names need."""
    grid = plan.grid
    sizes: dict[int, float] = {}
    for lane, name in zip(grid.lanes, plan.diagram.lanes, strict=True):
        for strip in lane:
            sizes[strip] = max(_CHANNEL, _room_for_tracks(plan.channels.get(strip, 0), _CHANNEL_PAD))
        for node, strip in grid.strip.items():
            if strip in lane:
                sizes[strip] = max(sizes[strip], heights[node])
        for route in plan.routes:
            strips = sorted((grid.strip[route.link.origin], grid.strip[route.link.target]))
            if not route.gaps and strips[0] < strips[1] and strips[0] in lane and strips[1] in lane:
                sizes[strips[0] + 1] = max(sizes[strips[0] + 1], _LINKED)
        lacking = min(width_of(plain(name[:200]), LABEL, bold=True) + 12, 90) - sum(sizes[strip] for strip in lane)
        for strip in {lane[0]: None, lane[-1]: None}:
            sizes[strip] += max(0.0, lacking) / (2 if len(lane) > 1 else 1)
    ordered = tuple(sizes[strip] for strip in sorted(sizes))
    return _Vertical(tuple(accumulate(ordered[:-1], initial=top)) if ordered else (), ordered)


def _levels(plan: _Plan, vertical: _Vertical, route: Route) -> tuple[float, ...]:
    """The levels of a link from its origin over its run, if it has one, to its target."""
    link, channel = route.link, route.channel
    start = _level(plan, vertical, link.origin, plan.ports[link.id, 0])
    end = _level(plan, vertical, link.target, plan.ports[link.id, 1])
    if channel is None:
        return start, end
    runs = _spread(plan.channels[channel], vertical.tops[channel], vertical.heights[channel], _CHANNEL_PAD)
    return start, runs[plan.runs[link.id]], end


def _level(plan: _Plan, vertical: _Vertical, node: str, port: Port) -> float:
    return vertical.middle(plan.grid.strip[node]) + port.offset


def _gap_tracks(plan: _Plan, vertical: _Vertical) -> tuple[Mapping[tuple[str, int], int], Mapping[int, int]]:
    """The upright track of each link in each of its gaps, and how many tracks every gap has."""
    wires: dict[int, list[tuple[tuple[str, int], Wire]]] = defaultdict(list)
    for route in plan.routes:
        levels = _levels(plan, vertical, route)
        # Each track begins and ends at a node, which is before or after its gap, or at the run to the other gap.
        sides = [1 if plan.ports[route.link.id, end].side == "left" else -1 for end in (0, 1)]
        if len(route.gaps) == 2:
            onward = 1 if route.gaps[0] < route.gaps[1] else -1
            sides = [sides[0], onward, -onward, sides[1]]
        for number, (gap, pair) in enumerate(zip(route.gaps, pairwise(levels), strict=False)):
            stubs = zip(pair, sides[2 * number : 2 * number + 2], strict=True)
            wires[gap].append(((route.link.id, number), wire(*stubs)))
    tracks: dict[tuple[str, int], int] = {}
    counts = {}
    for gap, members in wires.items():
        allotted, counts[gap] = allot([each for _, each in members], _CORNER)
        tracks |= {key: track for (key, _), track in zip(members, allotted, strict=True)}
    return tracks, counts


def _columns(plan: _Plan, counts: Mapping[int, int], width: float) -> tuple[float, list[float], list[float]]:
    """Width of the nodes, where every gap begins, and its width; the picture outgrows the width if it must."""
    columns = len(plan.grid.stages)
    gaps = [
        max(_room_for_tracks(counts.get(gap, 0), _GAP_PAD), _EDGE_GAP if gap in (0, columns) else _GAP)
        for gap in range(columns + 1)
    ]
    for route in plan.routes:
        left, right = sorted((plan.grid.column[route.link.origin], plan.grid.column[route.link.target]))
        if right - left == 1:  # between neighbours there is no other place for the number than the gap
            gaps[right] = max(gaps[right], 2 * caption(route.link.number)[1] + 14)
    narrow, wide = _NODE
    spare = max(0.0, width - _GUTTER - sum(gaps) - columns * narrow)
    node = min(wide, narrow + _SHARE * spare / columns) if columns else narrow
    spare = max(0.0, width - _GUTTER - sum(gaps) - columns * node)
    gaps = [gap + spare / len(gaps) for gap in gaps]
    return node, list(accumulate((gap + node for gap in gaps[:-1]), initial=_GUTTER)), gaps


def _lines(node: Node, width: float) -> tuple[tuple[str, float, bool], ...]:
    """The lines of a box: text, size, bold."""
    room = width - 2 * _PADDING
    return (
        *((line, LABEL, True) for line in wrap(node.label, room, LABEL, bold=True, lines=3)),
        *((line, SUBLABEL, False) for line in wrap(node.sublabel, room, SUBLABEL, lines=2)),
    )


def _stack(
    lines: Sequence[tuple[str, float, bool]], x: float, middle: float, room: float, turned: bool = False
) -> tuple[Text, ...]:
    """Lines of text around a middle: one below the other or, turned, one beside the other."""
    heights = [size * _LEADING for _, size, _ in lines]
    start = (x if turned else middle) - sum(heights) / 2
    # A baseline lies about four fifths down its line.
    ends = accumulate(heights, initial=0.0)
    bases = [start + end + 0.8 * height for end, height in zip(ends, heights, strict=False)]
    return tuple(
        Text(base if turned else x, middle if turned else base, text, size, room, bold, turned)
        for base, (text, size, bold) in zip(bases, lines, strict=True)
    )


def _headings(
    plan: _Plan, node: float, starts: Sequence[float], gaps: Sequence[float]
) -> tuple[tuple[Text, ...], float]:
    """The stages' names over their columns, all on one top line, and the height they take."""
    named = plan.diagram.stages
    room = node + 0.8 * min(gaps)
    wrapped = [
        wrap(named[stage], room, LABEL, lines=2) if 0 <= stage < len(named) else () for stage in plan.grid.stages
    ]
    height = max(map(len, wrapped), default=0) * LABEL * _LEADING
    return tuple(
        text
        for column, lines in enumerate(wrapped)
        for text in _stack(
            [(line, LABEL, False) for line in lines], starts[column] + gaps[column] + node / 2, _HEAD + height / 2, room
        )
    ), height + (2 * _HEAD if height else 1.0)


def _boxes(
    plan: _Plan, vertical: _Vertical, heights: Mapping[str, float], left: Sequence[float], width: float
) -> tuple[Box, ...]:
    lane = {name: number for number, name in enumerate(plan.diagram.lanes)}
    boxes = []
    for node in plan.diagram.nodes:
        x, middle = left[plan.grid.column[node.id]], vertical.middle(plan.grid.strip[node.id])
        y, height = middle - heights[node.id] / 2, heights[node.id]
        texts = _stack(_lines(node, width), x + width / 2, middle, width - 2 * _PADDING)
        boxes.append(Box(node.id, plain(node.label), x, y, width, height, node.shape, lane[node.lane], texts))
    return tuple(boxes)


def _polylines(
    plan: _Plan, vertical: _Vertical, boxes: Mapping[str, Box], tracks: Mapping[tuple[str, int], float]
) -> tuple[tuple[Point, ...], ...]:
    """The corner points of every link."""

    def meeting(node: str, port: Port) -> Point:
        """The point on a node's border; exactly level, or upright, with that of a straight link's other end."""
        box = boxes[node]
        if port.side in ("top", "bottom"):
            return box.x + box.width / 2 + port.offset, box.y + (box.height if port.side == "bottom" else 0.0)
        return box.x + (box.width if port.side == "right" else 0.0), _level(plan, vertical, node, port)

    lines: list[tuple[Point, ...]] = []
    for route in plan.routes:
        link = route.link
        start, end = meeting(link.origin, plan.ports[link.id, 0]), meeting(link.target, plan.ports[link.id, 1])
        if not route.gaps:
            lines.append((start, end))
            continue
        xs = [tracks[link.id, number] for number in range(len(route.gaps))]
        tracked = zip(xs, pairwise(_levels(plan, vertical, route)), strict=True)
        lines.append((start, *((x, level) for x, pair in tracked for level in pair), end))
    return tuple(lines)


def _edges(plan: _Plan, lines: Sequence[tuple[Point, ...]], boxes: Sequence[Box]) -> tuple[Edge, ...]:
    """The links with their lines and numbers."""
    captions = [caption(link.number) for link in plan.diagram.links]
    places = place_badges(lines, [half for _, half in captions], boxes)
    crossing = {link.id for link in plan.diagram.crossings()}
    return tuple(
        Edge(
            link.id, plain(link.number), link.origin, link.target, link.style,
            link.id in crossing or link.style == "transfer", points,
            Badge(x, y, half, Text(x, y + 0.35 * SIZE, shown, SIZE, 2 * half - 2, bold=True)),
        )
        for link, points, (shown, half), (x, y) in zip(plan.diagram.links, lines, captions, places, strict=True)
    )


def _legend(boxes: Sequence[Box], edges: Sequence[Edge], top: float, width: float) -> tuple[tuple[Sample, ...], float]:
    """The signs that the picture uses, in as many lines as they need, and the height they take."""
    used = {box.shape for box in boxes} | {
        "transfer" if edge.crossing and edge.style == "flow" else edge.style for edge in edges
    }
    if any(edge.crossing for edge in edges):
        used.add("transfer")
    samples: list[Sample] = []
    x, y = _GUTTER, top + _LEGEND_STEP
    for sign, label in LEGEND.items():
        if sign in used:
            room = width_of(label, SUBLABEL)
            if x > _GUTTER and x + SIGN[0] + room > width:
                x, y = _GUTTER, y + _LEGEND_STEP
            text = Text(x + SIGN[0] + 5, y + 0.35 * SUBLABEL, label, SUBLABEL, room, centred=False)
            samples.append(Sample(x, y, sign, text))
            x += SIGN[0] + room + 20
    return tuple(samples), y + _LEGEND_STEP / 2 - top if samples else 0.0


def lay_out(diagram: Diagram, width: float) -> Geometry:
    """Draw up the diagram for a page of this width; where the links need more room the geometry is wider than asked."""
    plan = _plan(diagram)
    reach = _reach(plan)
    # The order along the gaps needs no text, and the width of the text needs the gaps: so the levels are set twice,
    # first as low as the lines allow. Text only drives them further apart, which keeps the order.
    lowest = {node: max(_NODE_HEIGHT, 2 * half) for node, half in reach.items()}
    track, counts = _gap_tracks(plan, _vertical(plan, lowest, 0.0))
    node_width, starts, gaps = _columns(plan, counts, width)
    whole = starts[-1] + gaps[-1]

    headings, top = _headings(plan, node_width, starts, gaps)
    heights = {
        node.id: max(
            lowest[node.id],
            sum(size * _LEADING for _, size, _ in _lines(node, node_width)) + 2 * _PADDING,
        )
        for node in diagram.nodes
    }
    vertical = _vertical(plan, heights, top)
    left = [start + gap for start, gap in zip(starts, gaps, strict=True)]
    boxes = _boxes(plan, vertical, heights, left, node_width)
    upright = {gap: _spread(count, starts[gap], gaps[gap], _GAP_PAD) for gap, count in counts.items()}
    tracks = {
        (route.link.id, number): upright[gap][track[route.link.id, number]]
        for route in plan.routes for number, gap in enumerate(route.gaps)
    }
    edges = _edges(plan, _polylines(plan, vertical, {box.id: box for box in boxes}, tracks), boxes)

    bottom = top + sum(vertical.heights)
    legend, below = _legend(boxes, edges, bottom, whole)
    return Geometry(plain(diagram.title), whole, bottom + below, _bands(plan, vertical), headings, boxes, edges, legend)


def _bands(plan: _Plan, vertical: _Vertical) -> tuple[Band, ...]:
    bands = []
    for number, (name, lane) in enumerate(zip(plan.diagram.lanes, plan.grid.lanes, strict=True)):
        y, height = vertical.tops[lane[0]], sum(vertical.heights[strip] for strip in lane)
        lines = [(line, LABEL, True) for line in wrap(name, height - 8, LABEL, bold=True, lines=2)]
        bands.append(Band(y, height, number, _stack(lines, _GUTTER / 2, y + height / 2, height - 8, turned=True)))
    return tuple(bands)
