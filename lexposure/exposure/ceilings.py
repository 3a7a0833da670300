"""Statutory ceilings with their arithmetic, and the starting ranges of a published fining method.

A head is what one forum can do about findings that one remedy answers: a fine for one conduct of one controller (where
the law says that the ceiling of the gravest provision counts once), or one statute's sum over the people concerned.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from lexposure.exposure.facts import OperationFacts, apart, people_of
from lexposure.exposure.findings import Finding
from lexposure.exposure.rates import Rate, convert
from lexposure.law.conditions import Range
from lexposure.law.judgement import Status, amount_on
from lexposure.law.model import Amount, FineLimits, Method, Remedy, Tier
from lexposure.law.packs import COMPETENT, COMPETENT_COURT, Law
from lexposure.program.model import Program


@dataclass(frozen=True, slots=True)
class StartingRange:
    """Where a calculation starts at one level of seriousness, in the tier's currency."""

    level: str
    low: Decimal
    high: Decimal
    cite: str


@dataclass(frozen=True, slots=True)
class Head:
    """One forum, one remedy, the findings it answers, and its ceiling; None where the law sets no figure.

    ``counted`` are those findings that are a wrong of their own: what another one absorbs is answered and not counted
    again. ``low`` to ``high`` is the ceiling over the range of the headcounts or turnover; ``arithmetic`` shows each step.
    """

    id: str
    forum: str | None
    others: tuple[str, ...]
    remedy: Remedy
    controller: str
    findings: tuple[str, ...]
    counted: tuple[str, ...]
    populations: tuple[str, ...]
    status: Status
    currency: str
    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None
    arithmetic: tuple[str, ...]
    starting: tuple[StartingRange, ...]
    method: str
    rates: tuple[Rate, ...]
    cite: str
    one_conduct: str
    realised: tuple[Decimal, Decimal, Decimal] | None = None


def heads(findings: Iterable[Finding], law: Law, day: dt.date) -> tuple[Head, ...]:
    """Every head of exposure, in the order of the findings. Ceilings are shown, never added up here."""
    groups: dict[tuple[str, ...], list[tuple[Finding, Remedy, str | None, tuple[str, ...]]]] = {}
    for finding in findings:
        for index, remedy in enumerate(finding.rule.provision.remedies):
            forum, others = _forum(finding, remedy, law)
            if remedy.tier and finding.rule.tiers[remedy.tier].one_conduct:
                conduct = finding.incident or finding.operation.use
                key: tuple[str, ...] = ("fine", finding.operation.controller, forum or "", conduct)
            else:
                # A ceiling per head counts people: those of a breach are not mixed with those for whom it is open.
                key = (finding.rule.id, str(index), finding.operation.controller, forum or "", finding.incident or "",
                       finding.status.value)
            groups.setdefault(key, []).append((finding, remedy, forum, others))
    return tuple(_head(":".join(key), group, law, day) for key, group in groups.items())


def _forum(finding: Finding, remedy: Remedy, law: Law) -> tuple[str | None, tuple[str, ...]]:
    """Who acts: the forum named, or whichever is competent, and the others that may act beside it.

    An authority is competent where the main establishment is, and those of the people's places are concerned; a court
    is where the people live (the plaintiff's choice, art. 79(2) GDPR) or where the controller has its seat.
    """
    program, instrument = finding.facts.program, finding.rule.instrument.id
    if remedy.forum == COMPETENT_COURT:
        seats = [program.populations[p].place for p in finding.populations]
        seats.append(program.parties[finding.operation.controller].seat)
        courts = list(dict.fromkeys(c[0] for s in seats if (c := law.forum_for(s, instrument, court=True))))
        return (courts[0], tuple(courts[1:])) if courts else (None, ())
    if remedy.forum != COMPETENT:
        return remedy.forum, ()
    group = program.parties[finding.operation.controller].group
    main = [p for n, p in program.parties.items() if p.main_establishment
            and (n == finding.operation.controller or (group is not None and p.group == group))]
    lead = next((found[0] for p in main if (found := law.forum_for(p.seat, instrument))), None)
    places = dict.fromkeys(program.populations[p].place for p in finding.populations)
    concerned = [found[0] for place in places if (found := law.forum_for(place, instrument))]
    if lead is None and concerned:
        return concerned[0], tuple(concerned[1:])
    return lead, tuple(c for c in concerned if c != lead)


def _head(
    name: str, group: list[tuple[Finding, Remedy, str | None, tuple[str, ...]]], law: Law, day: dt.date
) -> Head:
    finding, remedy, forum, _ = group[0]
    others = tuple(dict.fromkeys(o for *_, more in group for o in more))
    populations = tuple(dict.fromkeys(p for f, *_ in group for p in f.populations))
    status = max((f.status for f, *_ in group), key=lambda s: s.gravity)
    low = likely = high = None
    currency, steps, starting, method, rates = "", (), (), "", ()  # type: tuple[str, tuple[str, ...], tuple[StartingRange, ...], str, tuple[Rate, ...]]
    cite, one_conduct = remedy.cite or finding.rule.cite, ""
    if remedy.tier:
        # The gravest ceiling counts, as the gravest finding under it cites it: packs may state the same ceiling twice.
        tiered = [(f, f.rule.tiers[r.tier]) for f, r, *_ in group if r.tier]
        top = max((t.share, t.static) for _, t in tiered)
        worst, tier = max(((f, t) for f, t in tiered if (t.share, t.static) == top), key=lambda x: x[0].status.gravity)
        status, currency, cite, one_conduct = worst.status, tier.currency, tier.cite, tier.one_conduct
        low, likely, high, steps, turnover, rates = _fine_ceiling(tier, finding.facts, day)
        if finding.operation.party.public_body and low is not None and likely is not None and high is not None:
            limits = law.forums[forum][1].fines if forum is not None and forum in law.forums else None
            low, likely, high, more = _public(low, likely, high, currency, limits, day)
            steps = (*steps, *more)
        if tier.method is not None and tier.method in law.methods and likely is not None:
            starting = starting_ranges(law.methods[tier.method].method, tier, turnover)
            method = tier.method
    elif amount := amount_on(remedy, day):
        currency = remedy.currency or ""
        low, likely, high, steps = _counted(remedy, amount, populations, finding.facts.program, day)
        if remedy.cap is not None and likely is not None:
            low, likely, high = (min(x, remedy.cap) if x is not None else None for x in (low, likely, high))
            steps = (*steps, f"no more than {_money(remedy.cap, currency)} in one action")
    answered = tuple(f.id for f, *_ in group)
    counted = tuple(f.id for f, *_ in group if not f.displaced_by)
    return Head(name, forum, others, remedy, finding.operation.controller, answered, counted, populations, status,
                currency or remedy.currency or "", low, likely, high, steps, starting, method, rates, cite, one_conduct,
                _realised(remedy, populations, finding.facts.program))


def _money(value: Decimal, currency: str) -> str:
    return f"{currency} {value:,.0f}" if value == value.to_integral() else f"{currency} {value:,.2f}"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


_Ceiling = tuple[Decimal | None, Decimal | None, Decimal | None, tuple[str, ...], Decimal | None, tuple[Rate, ...]]


def _fine_ceiling(tier: Tier, facts: OperationFacts, day: dt.date) -> _Ceiling:
    """The greater of the fixed sum and the share of the undertaking's worldwide turnover; open where neither is known."""
    fixed = _money(tier.static, tier.currency)
    share = Decimal(str(tier.share))

    def without_share(why: str, meaning: str) -> _Ceiling:
        """The fixed sum alone; open where there is none."""
        most = tier.static or None
        return most, most, most, (f"{why}: the fixed sum of {fixed} {meaning}" if most else why,), None, ()

    turnover = facts.find("turnover").value
    if not isinstance(turnover, Range):
        why = "turnover of the preceding year is not stated"
        if not tier.static:
            why = f"{_percent(share)} of worldwide turnover; {why}"
        return without_share(why, f"is the ceiling only if {_percent(share)} of turnover is less")
    ends = [convert(v, turnover.currency, tier.currency, day) for v in (turnover.low, turnover.likely, turnover.high)]
    if any(e is None for e in ends):
        return without_share(f"no rate from {turnover.currency} to {tier.currency}", "is shown")
    low, likely, high = (e.amount for e in ends if e is not None)
    rate = ends[1].rate if ends[1] else None
    steps = []
    if rate is not None:
        factor = rate.rate if rate.origin == turnover.currency else 1 / rate.rate
        steps.append(f"turnover {_money(turnover.likely, turnover.currency)} x {factor:.4f} = "
                     f"{_money(likely.quantize(Decimal(1)), tier.currency)} (rate of {rate.date}, {rate.confidence})")
    part = (share * likely).quantize(Decimal(1))
    steps.append(f"{_percent(share)} x {_money(likely.quantize(Decimal(1)), tier.currency)} = "
                 f"{_money(part, tier.currency)}")
    if tier.static:
        steps.append(f"greater of {fixed} and {_money(part, tier.currency)} = "
                     f"{_money(max(tier.static, part), tier.currency)}")
    caps = [max(tier.static, (share * v).quantize(Decimal(1))) for v in (low, likely, high)]
    return caps[0], caps[1], caps[2], tuple(steps), likely, (rate,) if rate else ()


def _public(
    low: Decimal, likely: Decimal, high: Decimal, currency: str, limits: FineLimits | None, day: dt.date
) -> tuple[Decimal, Decimal, Decimal, tuple[str, ...]]:
    """The ceiling as national law limits it for public bodies (art. 83(7) GDPR); as it was where the pack is silent."""
    if limits is None or limits.public_bodies in ("as_others", "unclear", "partly"):
        return low, likely, high, ("whether and how far a public body can be fined is for national law",)
    said = ", ".join(x for x in (limits.cite, limits.confidence) if x)
    if limits.public_bodies == "not_fined":
        return Decimal(0), Decimal(0), Decimal(0), (f"public bodies are not fined here ({said})",)
    cap = convert(limits.cap, limits.currency, currency, day) if limits.cap and limits.currency else None
    if cap is None:
        return low, likely, high, (f"fines on public bodies have a cap of their own here, which is not known ({said})",)
    most = cap.amount.quantize(Decimal(1))
    return min(low, most), min(likely, most), min(high, most), (
        f"fines on public bodies end at {_money(most, currency)} here ({said})",)


def starting_ranges(method: Method, tier: Tier, turnover: Decimal | None) -> tuple[StartingRange, ...]:
    """The method's starting range at each level of seriousness. ``turnover`` is in the tier's currency.

    The fixed sum is scaled by the band that the turnover falls into; above the last band the share of turnover is
    itself the scale. Unknown turnover is not scaled.
    """
    share = Decimal(str(tier.share))
    cap = tier.static if turnover is None else max(tier.static, share * turnover)
    last = max(b.up_to for b in method.bands)
    band = None
    if turnover is not None and turnover < last:
        band = next(b for b in sorted(method.bands, key=lambda b: b.up_to) if turnover <= b.up_to)
    low, high = (band.start, band.end) if band else (Decimal(1), Decimal(1))
    return tuple(
        StartingRange(s.level, (cap * s.start * low).quantize(Decimal(1)), (cap * s.end * high).quantize(Decimal(1)),
                      s.cite)
        for s in method.seriousness
    )


def _realised(
    remedy: Remedy, populations: tuple[str, ...], program: Program
) -> tuple[Decimal, Decimal, Decimal] | None:
    """What such claims have come to, times the people concerned; None where nothing is known of either."""
    people = people_of(program, populations)
    if remedy.realised is None or people is None:
        return None
    per = remedy.realised
    return per.low * people.low, per.likely * people.likely, per.high * people.high


def _counted(
    remedy: Remedy, amount: Amount, populations: tuple[str, ...], program: Program, day: dt.date
) -> tuple[Decimal | None, Decimal | None, Decimal | None, tuple[str, ...]]:
    """The sum of one unit times how many there are; a missing headcount leaves the ceiling open."""
    unit, currency = amount.value, remedy.currency or ""
    if remedy.counted == "once":
        return unit, unit, unit, (f"{_money(unit, currency)} per {remedy.unit}, counted once",)
    days = _days(program, day)
    if remedy.counted == "day":
        if days is None:
            return None, None, None, (f"{_money(unit, currency)} per {remedy.unit}; when it started is not stated",)
        total = unit * days
        return total, total, total, (f"{_money(unit, currency)} per {remedy.unit} x {days} days = "
                                     f"{_money(total, currency)}",)
    people_apart = apart(populations, program)
    counts = [program.populations[p].count for p in people_apart]
    missing = [p for p, c in zip(people_apart, counts, strict=True) if c is None]
    known = [c for c in counts if c is not None]
    if not known or (remedy.counted == "person_day" and days is None):
        return None, None, None, (f"{_money(unit, currency)} per {remedy.unit}; the headcount is not stated",)
    factor = Decimal(days or 1) if remedy.counted == "person_day" else Decimal(1)
    low, likely, high = (sum((getattr(c, e) for c in known), Decimal(0)) * unit * factor
                         for e in ("lower", "likely", "upper"))
    people = sum((c.likely for c in known), Decimal(0))
    text = f"{_money(unit, currency)} per {remedy.unit} x {people:,.0f} people"
    if remedy.counted == "person_day":
        text += f" x {days} days"
    steps = [f"{text} = {_money(likely, currency)}"]
    if low != high:
        steps.append(f"over the range of the headcounts: {_money(low, currency)} to {_money(high, currency)}")
    if missing:
        steps.append(f"without {', '.join(missing)}, whose headcount is not stated")
    return low, likely, high, tuple(steps)


def _days(program: Program, day: dt.date) -> int | None:
    """Days from the program's start to the day of assessment: an upper bound for any one person."""
    started = program.program.started
    return (day - started).days + 1 if started and started <= day else None
