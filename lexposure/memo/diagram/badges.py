"""Where the numbers go: on the longest segment of their line, or the next best place that is free."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lexposure.memo.diagram.model import Box, Point
from lexposure.memo.diagram.text import plain, shorten, width_of

RADIUS = 6.8
SIZE = 7.0
_ROOM = 46.0
_ARROW = 8.0
_STEP = 4.0


def caption(number: str) -> tuple[str, float]:
    """The number as it is shown, and half the width of its badge."""
    shown = shorten(plain(number[:200]), _ROOM, SIZE, bold=True)
    return shown, max(RADIUS, width_of(shown, SIZE, bold=True) / 2 + 2.6)


def _candidates(points: Sequence[Point], half: float) -> Iterator[Point]:
    """Places on the line, from the middle of the longest segment outwards, then on the shorter ones.

    A pill may also hang on an upright line by either of its ends.
    """
    segments = list(pairwise(points))
    last = len(segments) - 1
    lengths = [abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in segments]
    for number in sorted(range(len(segments)), key=lambda n: -lengths[n]):
        (x0, y0), (x1, y1) = segments[number]
        length = lengths[number] - (_ARROW if number == last else 0)
        middle, free = length / 2, max(0.0, length / 2 - (half if y0 == y1 else RADIUS) - 2)
        for step in range(min(40, int(free / _STEP)) + 1):
            for along in dict.fromkeys((middle + step * _STEP, middle - step * _STEP)):
                share = along / lengths[number] if lengths[number] else 0.0
                for aside in dict.fromkeys((0.0, half - RADIUS, RADIUS - half)) if x0 == x1 else (0.0,):
                    yield x0 + (x1 - x0) * share + aside, y0 + (y1 - y0) * share


class _Lines:
    """All segments, sorted so that those near a place are found without looking at the others."""

    def __init__(self, lines: Sequence[Sequence[Point]]) -> None:
        level, upright = [], []
        for owner, points in enumerate(lines):
            for (x0, y0), (x1, y1) in pairwise(points):
                if y0 == y1:
                    level.append((y0, min(x0, x1), max(x0, x1), owner))
                else:
                    upright.append((x0, min(y0, y1), max(y0, y1), owner))
        self._level, self._upright = sorted(level), sorted(upright)

    def through(self, place: Point, half: float, owner: int) -> int:
        """How many segments of other lines run through a badge at this place."""
        (x, y), tall = place, RADIUS
        return sum(
            1
            for segments, across, reach, along, extent in (
                (self._level, y, tall, x, half), (self._upright, x, half, y, tall),
            )
            for _, low, high, other in segments[
                bisect_left(segments, (across - reach,)) : bisect_right(segments, (across + reach, float("inf")))
            ]
            if other != owner and low < along + extent and along - extent < high
        )


def place_badges(
    lines: Sequence[Sequence[Point]], halves: Sequence[float], boxes: Sequence[Box]
) -> tuple[Point, ...]:
    """A place for every number, off the other numbers and boxes and, if there is room, off the other lines."""
    index = _Lines(lines)
    placed: dict[int, Point] = {}

    def badness(place: Point, number: int) -> int:
        (x, y), half = place, halves[number]
        on_badges = sum(
            1 for other, (u, v) in placed.items()
            if abs(x - u) < half + halves[other] + 1 and abs(y - v) < 2 * RADIUS + 1
        )
        on_boxes = sum(
            1 for box in boxes
            if box.x - half < x < box.x + box.width + half and box.y - RADIUS < y < box.y + box.height + RADIUS
        )
        return 1000 * on_badges + 50 * on_boxes + index.through(place, half, number)

    # The short lines choose first: they have the fewest places.
    reach = [sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in pairwise(line)) for line in lines]
    for number in sorted(range(len(lines)), key=lambda n: reach[n]):
        best, least = lines[number][0], -1
        for candidate in _candidates(lines[number], halves[number]):
            bad = badness(candidate, number)
            if least < 0 or bad < least:
                best, least = candidate, bad
            if bad == 0:
                break
        placed[number] = best
    return tuple(placed[number] for number in range(len(lines)))
