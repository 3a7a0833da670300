"""The model against what happened: each wave of complaints drawn by figures that have not seen it.

Durations and counts leave the wave's own cases out. Figures that were chosen to reproduce a wave are named, and that wave is
no check of them. Most of a wave is one observation: its forums share a lead, or a finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lexposure.complaints.histories import Case, Setting, histories
from lexposure.complaints.procedure import Procedure, Wave

_DRAWS, _SEED = 100_000, 1
#: How probable a finding is in a wave whose programs are not modeled: the share of published complaints upheld.
_UPHELD = "upheld_share"


@dataclass(frozen=True, slots=True)
class Check:
    """Something observed of a wave, and how probable the model makes it (or something as extreme)."""

    wave: str
    text: str
    observed: str
    probability: float
    seen: bool


def checks(procedure: Procedure, draws: int = _DRAWS, seed: int = _SEED) -> tuple[Check, ...]:
    """What was observed of each wave against a model that has not seen it."""
    return tuple(check for name, wave in procedure.waves.items() for check in _checks(name, wave, procedure, draws, seed))


def _checks(name: str, wave: Wave, procedure: Procedure, draws: int, seed: int) -> Iterator[Check]:
    o, until = wave.observed, (wave.until - wave.filed).days
    upheld = procedure.figure(_UPHELD)
    codes = wave.forums or tuple(f"X{i}" for i in range(min(wave.separate, 40)))
    cases = tuple(Case(c, f"{c}-authority", _route(c, wave), upheld, None, slow=bool(wave.separate)) for c in codes)
    setting = Setting(
        represented=True, urgent=bool(wave.urgent), ahead=bool(wave.ahead), adverse=False,
        regime=procedure.regime(wave.filed), lead=wave.lead, established=True, without=name)
    drawn = histories(cases, setting, procedure, draws, seed)
    decision = np.array([t.day["decision"] for t in drawn.forums.values()])
    first = decision.min(axis=0)
    urgent = np.array([t.day["urgent_measure"] for t in drawn.forums.values()]).min(axis=0)
    chosen = any(f.chosen_for == name for f in procedure.figures.values())
    if o.pause_within is not None:
        p = float(np.mean(drawn.pause <= 2 * o.pause_within))
        yield Check(name, "a voluntary pause within twice the days", f"after {o.pause_within:g} days", p, chosen)
    if o.urgent_measures == 0 and wave.urgent:
        yield Check(name, "no urgent measure by any authority", "none", float(np.mean(urgent > until)), chosen)
    if o.decisions == 0:
        yield Check(name, f"no decision on the merits by {wave.until}", "none", float(np.mean(first > until)), chosen)
    if o.first_decision is not None:
        rank = float(np.mean(first <= o.first_decision))
        yield Check(name, "the day of the first decision, from both sides", f"{o.first_decision:g} days",
                    2 * min(rank, 1 - rank), chosen)
    if o.decided_low is not None and o.decided_high is not None:
        share = float(np.mean(decision <= until))
        spread = np.mean(decision <= until, axis=0)
        p = float(np.mean((spread >= o.decided_low) & (spread <= o.decided_high)))
        yield Check(name, f"share decided after {until} days, modelled at {share:.0%}",
                    f"{o.decided_low:.0%} to {o.decided_high:.0%}", p, chosen)


def _route(code: str, wave: Wave) -> str:
    if wave.lead is None:
        return "own"
    return "lead" if code == wave.lead else "concerned"


