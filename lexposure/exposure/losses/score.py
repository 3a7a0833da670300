"""The exposure score: where the expected loss stands on a logarithmic scale.

0 is nothing, and each tenfold of the expected loss in euros adds some 17 points: 10,000 is 17, a million 50, a billion 100.
It never falls when a breach is added and never rises when a safeguard takes effect: of the expected loss it leaves out the
duties on how a measure is carried out, which only bind who takes it.
"""

import math

#: The expected loss below which the scale is about linear, and the one that is 100, in euros.
FROM, FULL = 1e3, 1e9


def score(expected: float) -> float:
    """The score of an expected loss in euros, from 0 to 100 with one decimal."""
    return round(min(100.0, 100 * math.log1p(max(expected, 0.0) / FROM) / math.log1p(FULL / FROM)), 1)
