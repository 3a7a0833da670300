"""How large a loss is if there is one: distributions over amounts in euros, cut at what the law allows."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

Vector = NDArray[np.float64]
#: How finely a distribution is tabulated, in equal steps of its logarithm, and between which of its quantiles.
_POINTS, _END = 512, 1e-5
#: The standard normal quantile of 90 %: a range from low to high is read as the middle 80 %.
_TENTH = float(ndtri(0.9))


@dataclass(frozen=True)
class Severity:
    """A distribution of the logarithm of an amount, cut at ``ceiling`` (euros; infinite where the law sets none).

    With ``degrees`` it is Student's t about ``location`` with ``scale``; without, normal, with ``scale`` below the
    location and ``upper`` above it. In log10 of euros. A share ``reduced`` of the amounts is multiplied by ``kept``.
    """

    location: float
    scale: float
    upper: float
    degrees: float | None = None
    ceiling: float = math.inf
    reduced: float = 0.0
    kept: float = 1.0

    def below(self, x: Vector) -> Vector:
        """The probability of an amount of at most ``x`` euros."""
        whole = self._plain(x)
        if not self.reduced:
            return whole
        return (1 - self.reduced) * whole + self.reduced * self._plain(x / self.kept)

    def _plain(self, x: Vector) -> Vector:
        with np.errstate(divide="ignore"):
            z = np.log10(np.maximum(x, 0)) - self.location
        if self.degrees is None:
            f = ndtr(np.where(z < 0, z / self.scale, z / self.upper))
        else:
            f = stdtr(self.degrees, z / self.scale)
        return np.where(x >= self.ceiling, 1.0, f)

    def quantile(self, u: Vector) -> Vector:
        """The amount in euros at a level, before any reduction."""
        if self.degrees is None:
            z = ndtri(u)
            log = self.location + np.where(z < 0, z * self.scale, z * self.upper)
        else:
            log = self.location + self.scale * stdtrit(self.degrees, u)
        cut: Vector = np.minimum(10.0 ** np.minimum(log, 300), self.ceiling)
        return cut

    @cached_property
    def most(self) -> float:
        """An amount that is next to never exceeded."""
        return float(self.quantile(np.array([1 - _END]))[0])

    @property
    def table(self) -> tuple[Vector, Vector]:
        """Amounts in equal steps of their logarithm, and the probability of at most each."""
        return _table(self)

    def tabulated(self) -> tuple[Vector, Vector]:
        """See table; worked out anew."""
        low = float(self.quantile(np.array([_END]))[0]) * (self.kept if self.reduced else 1)
        # The jump at the ceiling is kept sharp: just below it, and at it.
        points = np.append(np.geomspace(max(low, 1e-3), max(self.most, 1e-2) * (1 - 1e-9), _POINTS), self.most)
        f = self.below(points)
        f[-1] = 1.0
        return points, f

    @cached_property
    def mean(self) -> float:
        """The expected amount in euros, as tabulated: infinite means are cut at what is next to never exceeded."""
        return float(self.limited(np.array([self.table[0][-1]]))[0])

    def limited(self, x: Vector) -> Vector:
        """The expected value of the amount or ``x``, whichever is less: exact for the table's straight lines."""
        points, f = self.table
        widths = np.diff(points)
        whole = np.concatenate(([points[0]], points[0] + np.cumsum(widths * (1 - (f[1:] + f[:-1]) / 2))))
        k = np.clip(np.searchsorted(points, x, side="right") - 1, 0, len(widths) - 1)
        beyond = np.minimum(x, points[-1]) - points[k]
        slope = np.diff(f) / np.maximum(widths, 1e-300)
        inside = whole[k] + (1 - f[k]) * beyond - slope[k] * beyond**2 / 2
        return np.where(x <= points[0], x, inside)


@lru_cache(maxsize=4096)
def _table(severity: Severity) -> tuple[Vector, Vector]:
    """A distribution's table, once for each distribution: many heads share one."""
    return severity.tabulated()


def uncertain(low: float, likely: float, high: float, ceiling: float = math.inf) -> Severity:
    """An amount of which eight in ten lie between ``low`` and ``high``: a split log-normal distribution with this median."""
    middle = math.log10(max(likely, 1e-2))
    down = max(middle - math.log10(max(low, 1e-3)), 1e-3) / _TENTH
    up = max(math.log10(max(high, 1e-2)) - middle, 1e-3) / _TENTH
    return Severity(middle, down, up, None, ceiling)


def heavy(location: float, scale: float, degrees: float, ceiling: float = math.inf) -> Severity:
    """An amount whose logarithm has heavy tails: Student's t."""
    return Severity(location, scale, scale, degrees, ceiling)


def largest(severities: Iterable[Severity]) -> float:
    """What the amounts together next to never exceed."""
    return sum(s.most for s in severities)
