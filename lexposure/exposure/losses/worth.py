"""What the unknowns are worth: the expected loss if a fact resolves well, as modelled and badly; the same for estimates.

Only the perils that a fact bears on are priced again. A quick look at the likelihoods ranks the facts; those that move
most are priced exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lexposure.exposure.losses.likelihood import Fact
from lexposure.exposure.losses.matters import Group, Priceable, Priced, Supposed, matters, priced

#: How many facts are priced exactly, the likeliest to matter first.
MOST = 16
#: The name of turnover among the uncertain numbers.
TURNOVER = "turnover"


@dataclass(frozen=True, slots=True)
class Worth:
    """The expected loss in euros at both ends."""

    id: str
    argument: str
    well: float
    badly: float

    @property
    def spread(self) -> float:
        """How far it moves."""
        return self.badly - self.well


def expected(perils: Iterable[Priced], given: Priceable) -> float:
    """The expected loss of perils, in euros: linear in them, whatever depends on what."""
    return sum(m.taken_up * p.probability * p.severity.mean
               for m in matters(perils, given.law, given.priors) for p in m.perils)


def unknowns(given: Priceable, groups: Iterable[Group], total: float) -> tuple[Worth, ...]:
    """The unknown facts that move the expected loss, those that move it most first."""
    grouped = tuple(groups)
    touching: dict[Fact, list[int]] = {}
    for i, (_, heads) in enumerate(grouped):
        names = dict.fromkeys(n for h in heads for n in h.counted)
        facts = {fact for n in names for fact in given.open[n]}
        for fact in facts:
            touching.setdefault(fact, []).append(i)
    base = [expected(priced(given, only=[group]), given) for group in grouped]
    ordered = [sorted(dict.fromkeys(n for h in heads for n in h.counted), key=lambda n: -given.likelihood(n, {}).found)
               for _, heads in grouped]
    ranked = sorted(touching, key=lambda fact: (-_rough(given, ordered, base, fact, touching[fact]), fact))
    found = []
    for fact in ranked[:MOST]:
        concerned = [grouped[i] for i in touching[fact]]
        rest = total - sum(base[i] for i in touching[fact])
        ends = [rest + expected(priced(given, Supposed({fact: against}, {}), concerned), given) for against in (0.0, 1.0)]
        if abs(ends[1] - ends[0]) >= 1:
            found.append(Worth(*fact, min(ends), max(ends)))
    return tuple(sorted(found, key=lambda w: (-w.spread, w.id, w.argument)))


def _rough(given: Priceable, ordered: list[list[str]], base: list[float], fact: Fact, touched: list[int]) -> float:
    """About how far a fact moves the expected loss: by how it moves the likeliest finding of each group.

    ``ordered`` has each group's findings, the likeliest first.
    """
    moved = 0.0
    for i in touched:
        names = ordered[i]
        top = given.likelihood(names[0], {}).found
        if top <= 0:
            continue
        other = next((given.likelihood(n, {}).found for n in names if fact not in given.open[n]), 0.0)
        ends = [max([other, *(given.likelihood(n, {fact: end}).found for n in names if fact in given.open[n])])
                for end in (0.0, 1.0)]
        moved += base[i] * (ends[1] - ends[0]) / top
    return moved


def estimates(
    given: Priceable, groups: Iterable[Group], stated: Mapping[str, tuple[float, float]], total: float
) -> tuple[Worth, ...]:
    """What uncertain headcounts and turnover are worth: the expected loss at the low and the high end of each.

    ``stated`` has the ends of each population's headcount and, under ``turnover``, those of turnover as factors.
    """
    grouped = [(group, {p for h in group[1] for p in h.populations}) for group in groups]
    found = []
    for name, ends in stated.items():
        concerned = [group for group, people in grouped if name == TURNOVER or name in people]
        rest = total - expected(priced(given, only=concerned), given)
        runs = [Supposed({}, {}, end) if name == TURNOVER else Supposed({}, {name: end}) for end in ends]
        low, high = sorted(rest + expected(priced(given, run, concerned), given) for run in runs)
        if high - low >= 1:
            found.append(Worth(name, "", low, high))
    return tuple(sorted(found, key=lambda w: (-w.spread, w.id)))
