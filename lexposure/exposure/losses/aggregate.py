"""From single losses to their sum, exactly: transforms of discretised amounts, one branch of the shared causes at a time.

Three causes are shared. *Climate*: whether matters are taken up moves together, by one normal factor with a correlation
(Gauss-Hermite quadrature over it). *Taking up*: all losses of one matter (an authority's file, a class action) need it to
be taken up. *The finding*: within a matter one finding of fact decides many heads, so that the likelier head is found
wherever the less likely one is. Given these, amounts are independent, and their sum is a product of transforms.

Amounts reach from thousands to billions; so the sum is computed on a ladder of grids, each resolving what the coarser one
cannot, with what lies beyond a grid left out and exponential tilting against wrapping around (Embrechts and Frei 2009;
Grubel and Hermesmeier 1999). The discretisation keeps means. Amounts are in euros.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from lexposure.exposure.losses.severity import Severity, Vector

Spectrum = NDArray[np.complex128]
#: Cells of a grid, by how much finer the next one is, quadrature nodes over the climate, strength of the tilt.
CELLS, FINER, NODES, TILT = 4096, 8, 16, 20.0
#: The finest grid still holds this probability of the sum within it, or the ladder ends.
_ENOUGH, _MOST_GRIDS = 0.02, 9


@dataclass(frozen=True, slots=True)
class Peril:
    """One possible loss of a matter that was taken up: how probable then, and how large."""

    id: str
    probability: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class Matter:
    """What is taken up or not as a whole, with the losses that may come of it."""

    id: str
    taken_up: float
    perils: tuple[Peril, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The sum on one grid: the probability of at most the end of each cell; only the part within the grid is there."""

    step: float
    below: Vector


@dataclass(frozen=True)
class Distribution:
    """The sum of all losses.

    ``contributions`` are each peril's share of the mean and of the tail beyond the 95 % quantile.
    """

    grids: tuple[Grid, ...]
    mean: float
    nothing: float
    tail_mean: float
    contributions: tuple[tuple[str, float, float], ...]

    def at_most(self, x: float) -> float:
        """The probability that the sum is at most ``x`` euros."""
        if x < 0:
            return 0.0
        grid = next((g for g in self.grids if x <= g.step * (len(g.below) - 2)), None)
        if grid is None:
            return 1.0
        # The mass of a cell lies about its middle; between middles it is spread evenly.
        return float(np.interp(x / grid.step + 0.5, np.arange(1, len(grid.below) + 1), grid.below, left=grid.below[0]))

    def quantile(self, level: float) -> float:
        """The smallest sum that is not exceeded with this probability, in euros."""
        if level <= self.nothing:
            return 0.0
        for grid in self.grids:
            last = len(grid.below) - 2
            if grid.below[last] >= level:
                j = int(np.searchsorted(grid.below, level))
                before = float(grid.below[j - 1]) if j else 0.0
                part = (level - before) / max(float(grid.below[j]) - before, 1e-300)
                return max(0.0, (j - 0.5 + part) * grid.step)
        return self.grids[-1].step * (len(self.grids[-1].below) - 2)

    def exceeds(self, x: float) -> float:
        """The probability that the sum is more than ``x`` euros."""
        return max(0.0, 1 - self.at_most(x))

    @cached_property
    def curve(self) -> tuple[tuple[float, float], ...]:
        """The loss exceedance curve: sums in equal steps of their logarithm, and the probability of more."""
        top = self.quantile(0.9995)
        if top <= 0:
            return ()
        return tuple((float(x), self.exceeds(float(x))) for x in np.geomspace(max(top / 1e5, 1.0), top, 60))


def branches(perils: Sequence[Peril]) -> Iterator[tuple[float, tuple[int, ...]]]:
    """The branches of a matter's finding: how probable each, and the perils that occur in it, the likeliest in most.

    One finding decides all: a peril occurs wherever a less probable one does.
    """
    order = sorted(range(len(perils)), key=lambda i: -perils[i].probability)
    yield 1 - (perils[order[0]].probability if order else 0.0), ()
    for n, i in enumerate(order, 1):
        after = perils[order[n]].probability if n < len(order) else 0.0
        if perils[i].probability > after:
            yield perils[i].probability - after, tuple(order[:n])


def climates(correlation: float, nodes: int = NODES) -> tuple[Vector, Vector]:
    """The values of the shared factor and their weights."""
    if correlation <= 0:
        return np.zeros(1), np.ones(1)
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    return x, w / w.sum()


def taken_up(probability: float, correlation: float, climate: Vector) -> Vector:
    """How probable it is that a matter is taken up in each climate (Vasicek 1987)."""
    if correlation <= 0 or probability in (0.0, 1.0):
        return np.full(climate.shape, probability)
    found: Vector = ndtr((ndtri(probability) + math.sqrt(correlation) * climate) / math.sqrt(1 - correlation))
    return found


def discretised(severity: Severity, step: float, cells: int) -> Vector:
    """The amount on a grid, with its mean kept; what lies beyond the grid is left out.

    A cell's mass is the second difference of the limited expected value (Gerber 1982).
    """
    ends: Vector = np.arange(cells + 1, dtype=np.float64) * step
    limited = severity.limited(ends) / step
    mass: Vector = np.diff(limited, n=2, prepend=0.0) * -1
    mass[0] = 1 - limited[1]
    return mass


def aggregate(
    matters: Sequence[Matter], correlation: float, *, cells: int = CELLS, nodes: int = NODES, tail: float = 0.95,
    shared_out: bool = True,
) -> Distribution:
    """The distribution of the sum of all losses. O(grids x nodes x matters x cells); exact but for the grids.

    Each peril's part in the tail is worked out only if it is to be ``shared_out``.
    """
    live = [m for m in matters if m.taken_up > 0 and any(p.probability > 0 for p in m.perils)]
    expected = {p.id: m.taken_up * p.probability * p.severity.mean for m in live for p in m.perils}
    mean = sum(expected.values())
    if not live:
        return Distribution((Grid(1.0, np.ones(4)),), 0.0, 1.0, 0.0, ())
    climate, weights = climates(correlation, nodes)
    rates = np.array([taken_up(m.taken_up, correlation, climate) for m in live])
    hit = np.array([max(p.probability for p in m.perils) for m in live])
    nothing = float(weights @ np.prod(1 - rates * hit[:, None], axis=0))
    reach = sum(p.severity.most for m in live for p in m.perils)
    grids: list[tuple[Grid, _Transformed]] = []
    for _ in range(_MOST_GRIDS):
        made = _Transformed(live, rates, weights, reach / cells, cells)
        grids.insert(0, (Grid(reach / cells, made.below()), made))
        # Finer grids are worth their while as long as some of what is not nothing lies within them.
        inside = grids[0][0].below[cells // FINER]
        if inside - nothing < _ENOUGH:
            break
        reach /= FINER
    rough = Distribution(tuple(g for g, _ in grids), mean, nothing, 0.0, ())
    if not shared_out:
        return rough
    threshold = rough.quantile(tail)
    finest = next(((g, t) for g, t in grids if threshold <= g.step * (cells - 2)), grids[-1])
    beyond = max(rough.exceeds(threshold), 1e-12) if threshold > 0 else max(1 - nothing, 1e-12)
    inside_parts = finest[1].inside(threshold)
    parts = {name: (expected[name] - inside_parts.get(name, 0.0)) / beyond for name in expected}
    return Distribution(
        tuple(g for g, _ in grids), mean, nothing, sum(parts.values()),
        tuple((name, expected[name], parts[name]) for name in expected))


class _Transformed:
    """The matters' transforms on one grid, tilted, with the sum over climates."""

    def __init__(self, matters: Sequence[Matter], rates: Vector, weights: Vector, step: float, cells: int) -> None:
        self.matters, self.rates, self.weights, self.step, self.cells = matters, rates, weights, step, cells
        self.tilt = np.exp(-TILT / (2 * cells) * np.arange(cells))
        self.amounts = {p.id: discretised(p.severity, step, cells) for m in matters for p in m.perils}
        self.spectra: dict[str, Spectrum] = {
            name: np.fft.rfft(mass * self.tilt, 2 * cells) for name, mass in self.amounts.items()}
        #: Less one, so that in a climate a matter's transform is 1 + rate x this.
        self.branched: Spectrum = np.array([self._branched(m) for m in matters]) - 1

    def _branched(self, matter: Matter) -> Spectrum:
        """The transform of a matter's losses once it is taken up."""
        found = np.zeros(self.cells + 1, dtype=complex)
        product = np.ones(self.cells + 1, dtype=complex)
        taken: tuple[int, ...] = ()
        for probability, occurring in branches(matter.perils):
            for i in occurring[len(taken):]:
                product = product * self.spectra[matter.perils[i].id]
            taken = occurring
            found += probability * product
        return found

    def _mixed(self, node: int) -> Spectrum:
        """Each matter's transform in one climate."""
        mixed: Spectrum = self.branched * self.rates[:, node][:, None]
        mixed += 1
        return mixed

    def _mass(self, spectrum: Spectrum) -> Vector:
        mass: Vector = np.fft.irfft(spectrum, 2 * self.cells)[: self.cells] / self.tilt
        return mass

    def below(self) -> Vector:
        """The probability that the sum is at most the end of each cell."""
        total = np.zeros(self.cells + 1, dtype=complex)
        for node, weight in enumerate(self.weights):
            # Row by row: a row stays in the processor's cache, all of them do not.
            product = np.full(self.cells + 1, complex(weight))
            for row, rate in zip(self.branched, self.rates[:, node], strict=True):
                product *= 1 + rate * row
            total += product
        below: Vector = np.minimum(np.cumsum(np.maximum(self._mass(total), 0.0)), 1.0)
        return below

    def inside(self, threshold: float) -> dict[str, float]:
        """Each peril's expected loss where the sum stays below the threshold."""
        others = np.zeros_like(self.branched)
        for node, weight in enumerate(self.weights):
            mixed = self._mixed(node)
            before = np.ones_like(mixed)
            np.cumprod(mixed[:-1], axis=0, out=before[1:])
            after = np.ones_like(mixed)
            after[:-1] = np.cumprod(mixed[:0:-1], axis=0)[::-1]
            others += weight * self.rates[:, node][:, None] * before * after
        # Of a cell that the threshold cuts, the part below it counts.
        edge = threshold / self.step + 0.5
        share = np.clip(edge - np.arange(self.cells), 0.0, 1.0)
        found = {}
        for m, matter in enumerate(self.matters):
            for name, spectrum in self._with_amount(matter):
                mass = self._mass(others[m] * spectrum)
                found[name] = float(np.sum(mass * share)) * self.step
        return found

    def _with_amount(self, matter: Matter) -> Iterator[tuple[str, Spectrum]]:
        """For each peril of a matter the transform in which its own amount weighs what comes about."""
        cells = np.arange(self.cells)
        listed = list(branches(matter.perils))
        for i, peril in enumerate(matter.perils):
            weighed = np.fft.rfft(self.amounts[peril.id] * cells * self.tilt, 2 * self.cells)
            rest = np.zeros(self.cells + 1, dtype=complex)
            product = np.ones(self.cells + 1, dtype=complex)
            taken: tuple[int, ...] = ()
            for probability, occurring in listed:
                for k in occurring[len(taken):]:
                    if k != i:
                        product = product * self.spectra[matter.perils[k].id]
                taken = occurring
                if i in occurring:
                    rest += probability * product
            yield peril.id, rest * weighed
