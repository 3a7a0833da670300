"""A fine calculated step by step as a published method has it, each step a row that a memo can print.

EDPB Guidelines 04/2022 (v2.1): concurrence (chapter 3), starting amount by class, seriousness and turnover (chapter 4),
circumstances (chapter 5), legal maximum (chapter 6), effect, proportion and deterrence (chapter 7). The ICO's guidance of
18 March 2024 has the same shape. What a method leaves open (where in a range, how much for a circumstance) stands in its
pack with what it rests on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from lexposure.exposure.facts import OperationFacts, Supposing
from lexposure.law.conditions import Evidence, Range
from lexposure.law.judgement import CompiledMethod
from lexposure.law.model import Factor, Method, Tier


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the calculation: its figures in the tier's currency, or the multipliers that it applies."""

    step: str
    text: str
    cite: str
    how: str
    low: Decimal | None = None
    likely: Decimal | None = None
    high: Decimal | None = None
    multiplies: bool = False


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A calculation for one sanctionable conduct, in ``currency``.

    ``scale`` is the legal maximum after the turnover's step, whatever the seriousness; ``start`` the starting amount.
    """

    method: str
    currency: str
    level: str
    rows: tuple[Row, ...]
    scale: Decimal
    start: Decimal
    low: Decimal
    likely: Decimal
    high: Decimal
    ceiling: Decimal


def size_factor(method: Method, turnover: Decimal | None, ceiling_share: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """The factor for the size of the undertaking: low, at this turnover, high. No factor where turnover is unknown.

    Linear in turnover within a band, so that more turnover never lowers it there; the method's own spread about it, within
    the band. ``ceiling_share`` is 1 where the share of turnover is itself the scale (above the last band).
    """
    one = Decimal(1)
    bands = sorted(method.bands, key=lambda b: b.up_to)
    if turnover is None or not bands or turnover >= bands[-1].up_to:
        return one, one, one
    below = Decimal(0)
    for band in bands:
        if turnover <= band.up_to:
            break
        below = band.up_to
    here = (band.start + (band.end - band.start) * (turnover - below) / (band.up_to - below)) * ceiling_share
    spread = method.size_spread
    return max(band.start, here * (1 - spread)), here, min(band.end, here * (1 + spread))


def stepped(
    ceiling: Decimal, share: Decimal, size: Decimal = Decimal(1), *multipliers: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    """The arithmetic alone: starting amount, amount after turnover, and the last amount within the legal maximum."""
    start = ceiling * share
    sized = start * size
    last = sized
    for multiplier in multipliers:
        last *= multiplier
    return start, sized, min(ceiling, last)


def seriousness(
    method: CompiledMethod, facts: OperationFacts, people: Range | None
) -> tuple[str, tuple[tuple[str, str, str, str], ...]]:
    """The level of seriousness, and what each criterion says for it: text, cite, level or nothing, why.

    So many criteria for the highest level as the method says settle on it; else the middle one counts unless more criteria
    speak for the lowest. A criterion whose facts nobody stated does not speak.
    """
    asked = Supposing(facts, "headcount", "", people) if people is not None else facts
    rows, said = [], []
    for weighed in method.weighing:
        found: list[tuple[str, Evidence]] = [
            (level, condition.evidence(asked)) for level, condition in (("high", weighed.high), ("medium", weighed.medium))
            if condition is not None]
        level = next((name for name, evidence in found if evidence.truth is True), None)
        if level is None and found and all(evidence.truth is False for _, evidence in found):
            level = "low" if weighed.weight.medium is not None else None
        leaf = next(iter(found[0][1].leaves()), None) if found else None
        rows.append((weighed.weight.text, weighed.weight.cite, level or "", leaf.found if leaf else ""))
        if level:
            said.append(level)
    if said.count("high") >= method.method.high_from:
        return "high", tuple(rows)
    middling = said.count("medium") + said.count("high")
    return ("medium" if middling >= said.count("low") else "low"), tuple(rows)


def circumstances(method: CompiledMethod, facts: OperationFacts) -> tuple[Factor, ...]:
    """The aggravating and mitigating circumstances that are there; what nobody stated is not."""
    return tuple(f.factor for f in method.factors if f.condition.truth(facts) is True)


def worksheet(
    method: CompiledMethod, tier: Tier, facts: OperationFacts, counted: Sequence[str], displaced: Sequence[str],
    people: Range | None, turnover: Decimal | None, ceiling: Decimal,
) -> Worksheet:
    """The calculation for one conduct. ``turnover`` and ``ceiling`` are in the tier's currency.

    ``counted`` cites the provisions that stand on their own, ``displaced`` those that give way to one of them (chapter 3).
    """
    stated = method.method
    level, criteria = seriousness(method, facts, people)
    share = next(s for s in stated.seriousness if s.level == level)
    position, later = stated.position, stated.later
    one, none = Decimal(1), Decimal(0)
    where = (position.low, position.likely, position.high) if position else (none, Decimal("0.5"), one)
    shares = [share.start + p * (share.end - share.start) for p in where]
    sizes = size_factor(stated, turnover, one)
    least, middle, most = (ceiling * s for s in shares)
    rows = [
        Row("conduct", "What is fined as one conduct", tier.one_conduct,
            (_cited(counted) or "nothing that stands alone")
            + (f"; reported and not counted again: {_cited(displaced)}" if displaced else "")),
        Row("maximum", "Legal maximum of the gravest provision", tier.cite, "", ceiling, ceiling, ceiling),
        *(Row("seriousness", text, cite, f"{found}: {says}" if says else f"{found}: says nothing")
          for text, cite, says, found in criteria),
        Row("level", f"Level of seriousness: {level}", share.cite,
            f"starts at {share.start * 100:f} to {share.end * 100:f} % of the maximum"
            + (f"; where in it: {position.basis}" if position else ""), least, middle, most),
        Row("turnover", "Size of the undertaking", _band_cite(stated, turnover),
            "turnover is not stated: no factor" if turnover is None else
            "the share of turnover is itself the scale" if sizes[1] == 1 else "linear in turnover within its band",
            *sizes, multiplies=True),
    ]
    low, start, high = (ceiling * s * z for s, z in zip(shares, sizes, strict=True))
    low, likely, high, found_rows = _circumstanced(method, facts, low, start, high)
    rows += found_rows
    if later is not None:
        rows.append(Row("later", "Circumstances that nobody stated, effect, proportion and deterrence", "", later.basis,
                        later.low, later.likely, later.high, multiplies=True))
        low, likely, high = low * later.low, likely * later.likely, high * later.high
    low, likely, high = (min(ceiling, x).quantize(one, ROUND_DOWN) for x in (low, likely, high))
    rows.append(Row("result", "What the method comes to, within the legal maximum", "", "", low, likely, high))
    return Worksheet(stated.id, tier.currency, level, tuple(rows), ceiling * sizes[1], start, low, likely, high, ceiling)


def _cited(cites: Sequence[str], most: int = 8) -> str:
    """Provisions in a row, each once; of many the first, and how many more."""
    once = list(dict.fromkeys(cites))
    return ", ".join(once[:most]) + (f" and {len(once) - most} more" if len(once) > most else "")


def _circumstanced(
    method: CompiledMethod, facts: OperationFacts, low: Decimal, likely: Decimal, high: Decimal
) -> tuple[Decimal, Decimal, Decimal, list[Row]]:
    """The amounts with each circumstance that is there applied once, and its row."""
    rows = []
    for f in circumstances(method, facts):
        rows.append(Row(f.step, f.text, f.cite, f.basis, f.low, f.likely, f.high, multiplies=True))
        low, likely, high = low * f.low, likely * f.likely, high * f.high
    return low, likely, high, rows


def _band_cite(method: Method, turnover: Decimal | None) -> str:
    if turnover is None or not method.bands:
        return ""
    return next((b.cite for b in sorted(method.bands, key=lambda b: b.up_to) if turnover <= b.up_to), "")
