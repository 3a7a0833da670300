"""From corner points to what a pen draws: rounded corners and arrowheads, the same for every renderer."""

from collections.abc import Sequence

from lexposure.memo.diagram.model import Point

_RADIUS = 5.0
_CIRCLE = 0.5523  # how far the control points of a cubic curve lie along the tangents of a quarter circle
_LENGTH, _HALF = 6.0, 2.8


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = abs(end[0] - start[0]) + abs(end[1] - start[1])
    share = distance / length if length else 0.0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def arrowhead(points: Sequence[Point]) -> tuple[Point, Point, Point]:
    """The tip and the two barbs at the end of the line."""
    before, tip = points[-2], points[-1]
    base = _towards(tip, before, _LENGTH)
    if before[1] == tip[1]:
        return tip, (base[0], base[1] - _HALF), (base[0], base[1] + _HALF)
    return tip, (base[0] - _HALF, base[1]), (base[0] + _HALF, base[1])


def rounded(points: Sequence[Point]) -> tuple[tuple[Point, ...], ...]:
    """Steps of the pen: one point is a straight line to it, three are a curve; the line ends inside its arrowhead."""
    shaft = (*points[:-1], _towards(points[-1], points[-2], _LENGTH - 1))
    steps: list[tuple[Point, ...]] = [(shaft[0],)]
    for before, corner, after in zip(shaft, shaft[1:], shaft[2:], strict=False):
        radius = min(
            _RADIUS,
            (abs(before[0] - corner[0]) + abs(before[1] - corner[1])) / 2,
            (abs(after[0] - corner[0]) + abs(after[1] - corner[1])) / 2,
        )
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        steps += [(start,), (_towards(start, corner, radius * _CIRCLE), _towards(end, corner, radius * _CIRCLE), end)]
    return (*steps, (shaft[-1],))
