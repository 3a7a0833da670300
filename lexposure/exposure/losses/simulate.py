"""The same losses drawn: the check of what the transforms compute, and the way for what no transform can express.

Every matter and every peril draws from a stream of its own (Philox, keyed by seed and name), so that adding or removing one
never shifts the others, and two variants differ only by what changed.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from lexposure.exposure.losses.aggregate import Matter
from lexposure.exposure.losses.severity import Vector


def stream(seed: int, name: str) -> np.random.Generator:
    """The generator of a name under a seed."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.Generator(np.random.Philox(key=[seed & (2**64 - 1), key]))


def simulate(matters: Sequence[Matter], correlation: float, draws: int, seed: int) -> Vector:
    """Draws of the sum of all losses, in euros."""
    climate = stream(seed, "climate").standard_normal(draws)
    total = np.zeros(draws)
    for matter in matters:
        own = stream(seed, f"matter {matter.id}")
        pressure = np.sqrt(correlation) * climate + np.sqrt(1 - correlation) * own.standard_normal(draws)
        up = ndtr(pressure) > 1 - matter.taken_up if 0 < matter.taken_up < 1 else np.full(draws, matter.taken_up >= 1)
        finding = own.random(draws)
        for peril in matter.perils:
            occurs = np.flatnonzero(up & (finding < peril.probability))
            if not len(occurs):
                continue
            drawn = stream(seed, f"peril {peril.id}")
            amounts = peril.severity.quantile(drawn.random(draws)[occurs])
            if peril.severity.reduced:
                amounts = np.where(drawn.random(draws)[occurs] < peril.severity.reduced, amounts * peril.severity.kept,
                                   amounts)
            total[occurs] += amounts
    return total

