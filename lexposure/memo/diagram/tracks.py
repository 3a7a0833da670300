"""Parallel lines in a gap or channel: which goes beside which, so that few cross and none run over each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Wire:
    """A stretch from ``low`` to ``high`` along a gap, and the stubs that leave it: place and side (-1 or 1)."""

    low: float
    high: float
    stubs: tuple[tuple[float, int], ...]


def wire(*stubs: tuple[float, int]) -> Wire:
    """The wire between its stubs."""
    places = [place for place, _ in stubs]
    return Wire(min(places), max(places), stubs)


def _crossings(first: Wire, second: Wire) -> int:
    """How often the two cross when the first goes before the second."""
    return sum(side > 0 and second.low < place < second.high for place, side in first.stubs) + sum(
        side < 0 and first.low < place < first.high for place, side in second.stubs
    )


def _ordered(wires: Sequence[Wire]) -> list[int]:
    """An order of the wires that moving any single one does not improve."""
    order = list(range(len(wires)))
    gain = [[_crossings(a, b) - _crossings(b, a) for b in wires] for a in wires]
    moved = True
    while moved:  # ends, since every move removes a crossing
        moved = False
        for number in range(len(wires)):
            here = order.index(number)
            rest = [*order[:here], *order[here + 1 :]]
            # What it costs to stand before the first, the second ... of the others, against standing before all.
            costs = list(accumulate((gain[other][number] for other in rest), initial=0))
            best = min(costs)
            if best < costs[here]:
                order = rest
                order.insert(costs.index(best), number)
                moved = True
    return order


def allot(wires: Sequence[Wire], margin: float) -> tuple[tuple[int, ...], int]:
    """The track of each wire and how many tracks there are; wires that do not meet within the margin may share one."""
    track: dict[int, int] = {}
    for number in _ordered(wires):
        low, high = wires[number].low - margin, wires[number].high + margin
        track[number] = 1 + max(
            (taken for other, taken in track.items() if low < wires[other].high and wires[other].low < high),
            default=-1,
        )
    return tuple(track[number] for number in range(len(wires))), 1 + max(track.values(), default=-1)
