"""Where nodes stand: a grid of columns (stages that are used) and strips (channels and rows in turn, lane by lane)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from lexposure.memo.diagram.model import Diagram, Link

_PASSES = 12
_CROSSING = 1.5  # against one row of distance


@dataclass(frozen=True, slots=True)
class Grid:
    """Every node's column and strip: a lane of k rows has 2k+1 strips, for there is a channel on each side of a row."""

    stages: tuple[int, ...]
    lanes: tuple[range, ...]
    column: Mapping[str, int]
    strip: Mapping[str, int]
    occupied: Mapping[tuple[int, int], str]

    def lane_of(self, strip: int) -> range:
        """The strips of the lane that this strip belongs to."""
        return next(lane for lane in self.lanes if strip in lane)

    def is_row(self, strip: int) -> bool:
        """Whether nodes may stand in the strip; edges run in the others."""
        return (strip - self.lane_of(strip).start) % 2 == 1

    def in_sight(self, one: str, other: str) -> bool:
        """Whether two nodes share a row or a column with no node between them, so that a straight line joins them."""
        c1, c2 = sorted((self.column[one], self.column[other]))
        s1, s2 = sorted((self.strip[one], self.strip[other]))
        if one == other or (c1 != c2 and s1 != s2):
            return False
        between = [(c, s1) for c in range(c1 + 1, c2)] or [(c1, s) for s in range(s1 + 1, s2)]
        return not any(cell in self.occupied for cell in between)


class _Rows:
    """The local search: swaps within a cell, as long as one shortens or disentangles the links of the swapped nodes."""

    def __init__(self, column: Mapping[str, int], row: dict[str, float], links: tuple[Link, ...]) -> None:
        self.row = row
        # Every link read from left to right; the direction makes no difference to where it runs.
        self.ends = [
            tuple(sorted((link.origin, link.target), key=column.__getitem__)) for link in links
            if link.origin != link.target
        ]
        self.spans = [(column[left], column[right]) for left, right in self.ends]
        self.touching: dict[str, list[int]] = defaultdict(list)
        for number, (left, right) in enumerate(self.ends):
            self.touching[left].append(number)
            self.touching[right].append(number)
        self.rivals = [list(self._rivals(number)) for number in range(len(self.ends))]

    def _rivals(self, number: int) -> Iterator[tuple[int, float, float, float, float]]:
        """The links that share a stretch with this one, and how far along each of the two it begins and ends."""
        a, b = self.spans[number]
        for other, (c, d) in enumerate(self.spans):
            low, high = max(a, c), min(b, d)
            if other != number and low < high:
                yield other, (low - a) / (b - a), (high - a) / (b - a), (low - c) / (d - c), (high - c) / (d - c)

    def cost(self, nodes: list[str]) -> float:
        """Vertical distance and crossings of the links at these nodes."""
        row, total = self.row, 0.0
        for number in sorted({number for node in nodes for number in self.touching[node]}):
            left, right = self.ends[number]
            start, rise = row[left], row[right] - row[left]
            total += abs(rise)
            for other, low, high, other_low, other_high in self.rivals[number]:
                begin = row[self.ends[other][0]]
                climb = row[self.ends[other][1]] - begin
                if (start + rise * low - begin - climb * other_low) * (
                    start + rise * high - begin - climb * other_high
                ) < 0:
                    total += _CROSSING
        return total

    def improve(self, cell: list[str | None], rows: range) -> bool:
        """Swap what helps within one cell; true if anything did."""
        improved = False
        for i, j in combinations(range(len(cell)), 2):
            nodes = [node for node in (cell[i], cell[j]) if node is not None]
            before = self.cost(nodes)
            self._swap(cell, i, j, rows)
            if nodes and self.cost(nodes) < before - 1e-9:
                improved = True
            else:
                self._swap(cell, i, j, rows)
        return improved

    def _swap(self, cell: list[str | None], i: int, j: int, rows: range) -> None:
        cell[i], cell[j] = cell[j], cell[i]
        for place in (i, j):
            node = cell[place]
            if node is not None:
                self.row[node] = rows[place] / 2


def place(diagram: Diagram) -> Grid:
    """Give every node its column and row: the same diagram gives the same places."""
    stages = tuple(sorted({node.stage for node in diagram.nodes}))
    column = {node.id: stages.index(node.stage) for node in diagram.nodes}
    cells: dict[tuple[str, int], list[str | None]] = defaultdict(list)
    for node in diagram.nodes:
        cells[node.lane, column[node.id]].append(node.id)

    lanes, rows_of = [], {}
    first = 0
    for lane in diagram.lanes:
        count = max((len(cell) for (where, _), cell in cells.items() if where == lane), default=0)
        lanes.append(range(first, first + 2 * count + 1))
        rows_of[lane] = range(first + 1, first + 2 * count, 2)
        first += 2 * count + 1

    row: dict[str, float] = {}
    for (lane, _), cell in cells.items():
        rows = rows_of[lane]
        above = (len(rows) - len(cell)) // 2
        cell[:] = [*(None,) * above, *cell, *(None,) * (len(rows) - len(cell) - above)]
        row |= {node: strip / 2 for node, strip in zip(cell, rows, strict=True) if node is not None}

    search = _Rows(column, row, diagram.links)
    order = sorted(cells, key=lambda key: (key[1], diagram.lanes.index(key[0])))
    for _ in range(_PASSES):
        # First from the left, then from the right; every cell is visited, which is why they are counted.
        if not sum(search.improve(cells[key], rows_of[key[0]]) for key in order):
            break
        order.reverse()

    strip = {node: round(2 * place) for node, place in search.row.items()}
    occupied = {(column[node], strip[node]): node for node in strip}
    return Grid(stages, tuple(lanes), column, strip, occupied)
