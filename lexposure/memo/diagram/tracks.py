"""Parallel lines in a gap or channel: which goes beside which, so that few cross and none run over each other."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wire:
    """A stretch from ``low`` to ``high`` along a gap, and the stubs that leave it: place and side (-1 before, 1 after)."""

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


def allot(wires: Sequence[Wire], margin: float) -> tuple[tuple[int, ...], int]:
    """The track of each wire and how many tracks there are; wires that do not meet within the margin may share one."""
    order = list(range(len(wires)))
    swapped = True
    while swapped:  # ends, since every swap of neighbours removes a crossing
        swapped = False
        for i in range(len(order) - 1):
            a, b = wires[order[i]], wires[order[i + 1]]
            if _crossings(b, a) < _crossings(a, b):
                order[i], order[i + 1] = order[i + 1], order[i]
                swapped = True

    track: dict[int, int] = {}
    for number in order:
        low, high = wires[number].low - margin, wires[number].high + margin
        track[number] = 1 + max(
            (taken for other, taken in track.items() if low < wires[other].high and wires[other].low < high),
            default=-1,
        )
    return tuple(track[number] for number in range(len(wires))), 1 + max(track.values(), default=-1)
