"""From heads to matters: what each forum may take up, how probable that is, and how large what may come of it.

A supervisory authority's file on a controller is one matter, with one peril for each conduct that it may fine. An attorney
general or agency settles all that it has in one sum. A statute's private claims before a court are one class. A stop or a
deletion costs what the program says that the use is worth.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from lexposure.exposure.ceilings import Head
from lexposure.exposure.facts import people_of
from lexposure.exposure.findings import Finding
from lexposure.exposure.losses import practice as p
from lexposure.exposure.losses.aggregate import Matter, Peril
from lexposure.exposure.losses.conducts import conduct_of, in_euros, start_of, turnover_in
from lexposure.exposure.losses.likelihood import Answers, Fact, Likelihood, likelihood
from lexposure.exposure.losses.priors import Priors
from lexposure.exposure.losses.severity import Severity, heavy, uncertain
from lexposure.exposure.losses.worksheet import Worksheet
from lexposure.law.conditions import Range
from lexposure.law.packs import Law
from lexposure.program.operations import Operation

#: Which prior says how probable it is that a forum of a kind takes a matter up.
_TAKEN_UP = {
    "supervisory_authority": "taken_up_supervisory_authority", "attorney_general": "taken_up_attorney_general",
    "agency": "taken_up_agency", "labour_authority": "taken_up_labour_authority", "commission": "taken_up_commission",
}
_STOPS = ("order", "injunction", "deletion")


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is taken otherwise than stated: answers to unknown facts, headcounts and turnover by a factor."""

    answers: Mapping[Fact, float]
    people: Mapping[str, float]
    turnover: float = 1.0


AS_MODELLED = Supposed({}, {})


@dataclass(frozen=True, slots=True)
class Priced:
    """One peril with everything it rests on: the heads and findings, the probabilities in a chain, the calculation.

    ``weights`` share the loss out over the findings; ``moved`` is what moved the amount's location, in log10.
    """

    id: str
    matter: str
    kind: str
    forum: str | None
    jurisdiction: str
    controller: str
    heads: tuple[str, ...]
    weights: tuple[tuple[Finding, float], ...]
    chain: tuple[tuple[str, float], ...]
    severity: Severity
    ceiling: float | None
    sheet: Worksheet | None = None
    moved: tuple[tuple[str, float], ...] = ()

    @property
    def probability(self) -> float:
        """That the loss comes about once the matter is taken up."""
        return math.prod(x for _, x in self.chain)


@dataclass(frozen=True)
class Priceable:
    """Everything that pricing needs, gathered once: what is supposed changes from run to run, this does not."""

    heads: tuple[Head, ...]
    findings: Mapping[str, Finding]
    law: Law
    priors: Priors
    day: dt.date

    @cached_property
    def open(self) -> Mapping[str, frozenset[Fact]]:
        """The unknown facts that each finding hangs on."""
        return {name: frozenset((leaf.fact, leaf.argument) for leaf in f.open_leaves())
                for name, f in self.findings.items()}

    @cached_property
    def modelled(self) -> dict[str, Likelihood]:
        """How probable each finding is as modelled; worked out when first asked for."""
        return {}

    def likelihood(self, name: str, answers: Mapping[Fact, float]) -> Likelihood:
        """How probable a finding is, with these facts answered; those that it does not hang on change nothing."""
        bearing = {fact: answers[fact] for fact in answers if fact in self.open[name]}
        against = self.priors["open_fact_against"]
        if bearing:
            return likelihood(self.findings[name], self.priors, Answers(against, bearing))
        if name not in self.modelled:
            self.modelled[name] = likelihood(self.findings[name], self.priors, Answers(against, {}))
        return self.modelled[name]


Group = tuple[str, tuple[Head, ...]]


def groups(given: Priceable) -> tuple[Group, ...]:
    """The heads that come to one peril together, each group with what kind of peril it is; crimes have no price here."""
    found: dict[tuple[str, ...], list[Head]] = {}
    for head in given.heads:
        if head.remedy.kind == "criminal_penalty" or not head.counted:
            continue
        matter, kind = matter_of(head, given), _kind(head.forum, given.law)
        if head.remedy.kind in _STOPS:
            key: tuple[str, ...] = ("stop", matter)
        elif head.remedy.kind == "administrative_fine" and (head.remedy.tier or not _american(head, given.law)):
            # One conduct of one undertaking is one fine, whichever of its companies answers for it.
            key = ("fine", matter, head.id.rsplit(":", 1)[-1]) if head.one_conduct else ("fine", head.id)
        elif kind == "court" or head.remedy.private:
            key = ("claim", matter, given.findings[head.findings[0]].rule.instrument.id)
        else:
            key = ("penalty", matter)
        found.setdefault(key, []).append(head)
    return tuple((kind, tuple(heads)) for (kind, *_), heads in found.items())


def priced(given: Priceable, supposed: Supposed = AS_MODELLED, only: Iterable[Group] | None = None) -> tuple[Priced, ...]:
    """Every peril that has an amount; of ``only`` these groups, if any are named."""
    run = _Pricing(given, supposed)
    making = {"stop": run.stop, "fine": run.fine, "claim": run.claim, "penalty": run.penalty}
    return tuple(made for kind, heads in (groups(given) if only is None else only) if run.weighed(*heads)
                 for made in making[kind](heads))


def matter_of(head: Head, given: Priceable) -> str:
    """The forum and the undertaking: what one forum does about the companies of one group is one matter."""
    program = given.findings[head.findings[0]].facts.program
    return f"{head.forum or 'competent-authority'}:{program.parties[head.controller].group or head.controller}"


def _kind(forum: str | None, law: Law) -> str:
    """What kind of forum it is; nothing where the pack names none."""
    return law.forums[forum][1].kind if forum is not None and forum in law.forums else ""


def _place(forum: str | None, law: Law) -> str:
    """Where a forum is; nothing where the pack names none."""
    return law.forums[forum][0] if forum is not None and forum in law.forums else ""


def _american(head: Head, law: Law) -> bool:
    """Whether the head is before a forum of the United States."""
    return _place(head.forum, law).split("-")[0] == "US"


def matters(perils: Iterable[Priced], law: Law, priors: Priors) -> tuple[Matter, ...]:
    """The matters of the perils, each with how probable it is that it is taken up."""
    grouped: dict[str, list[Priced]] = {}
    for peril in perils:
        grouped.setdefault(peril.matter, []).append(peril)
    return tuple(
        Matter(name, priors[_taken_up(group[0], law)], tuple(Peril(x.id, x.probability, x.severity) for x in group))
        for name, group in grouped.items())


def _taken_up(peril: Priced, law: Law) -> str:
    """Which prior says how probable it is that the peril's matter is taken up."""
    if peril.kind == "class":
        return "taken_up_class"
    if peril.kind == "claim":
        return "taken_up_claim"
    kind = _kind(peril.forum, law) or "supervisory_authority"
    return _TAKEN_UP.get(kind, "taken_up_claim")


class _Pricing:
    """Heads to perils under one supposition."""

    def __init__(self, given: Priceable, supposed: Supposed) -> None:
        self.given, self.supposed, self.priors = given, supposed, given.priors
        self.practice = p.built_in()
        self._likelihoods: dict[str, Likelihood] = {}
        self._weighed: dict[tuple[str, ...], tuple[tuple[Finding, float], ...]] = {}

    def likelihood(self, name: str) -> Likelihood:
        """How probable a finding is."""
        if name not in self._likelihoods:
            self._likelihoods[name] = self.given.likelihood(name, self.supposed.answers)
        return self._likelihoods[name]

    def weighed(self, *heads: Head) -> tuple[tuple[Finding, float], ...]:
        """The findings that stand on their own, each with how probable it is."""
        key = tuple(h.id for h in heads)
        if key not in self._weighed:
            names = dict.fromkeys(n for h in heads for n in h.counted)
            self._weighed[key] = tuple((self.given.findings[n], x) for n in names if (x := self.likelihood(n).found) > 0)
        return self._weighed[key]

    def _made(
        self, kind: str, matter: str, heads: Sequence[Head], chain: Sequence[tuple[str, float]], severity: Severity,
        ceiling: float | None, sheet: Worksheet | None = None, moved: tuple[tuple[str, float], ...] = (),
    ) -> Priced:
        first = heads[0]
        weights = self.weighed(*heads)
        jurisdiction = _place(first.forum, self.given.law) or weights[0][0].rule.instrument.jurisdiction
        top = max(weights, key=lambda w: w[1])[0].id
        facts = self.likelihood(top)
        whole: list[tuple[str, float]] = [
            ("the facts are as found", facts.facts), ("the reading holds", facts.reading), *chain]
        return Priced(f"{kind}:{first.id}", matter, kind, first.forum, jurisdiction, first.controller,
                      tuple(h.id for h in heads), weights, tuple(whole), severity, ceiling, sheet, moved)

    def people(self, populations: Iterable[str], findings: Iterable[Finding]) -> Range | None:
        """How many people, as supposed."""
        program = next(iter(findings)).facts.program
        counts = people_of(program, populations)
        if counts is None:
            return None
        shift = 0.0
        for name in populations:
            stated = program.populations[name].count
            if name in self.supposed.people and stated is not None:
                shift += self.supposed.people[name] - float(stated.likely)
        moved = Decimal(round(shift))
        return Range(max(counts.low + moved, Decimal(0)), max(counts.likely + moved, Decimal(1)),
                     max(counts.high + moved, Decimal(1)))

    # -- what each kind of matter comes to --------------------------------------------------------------------------------

    def fine(self, heads: Sequence[Head]) -> Iterator[Priced]:
        """A fine for one conduct: the method's calculation moved by the practice, or a share of the ceiling."""
        head = max(heads, key=lambda h: h.likely or Decimal(0))
        if head.likely is None:
            return
        ceiling = in_euros(head.likely, head.currency, self.given.day)
        matter = matter_of(head, self.given)
        weights = self.weighed(*heads)
        if head.method not in self.given.law.methods:
            share = self.priors.known["ceiling_share"]
            severity = uncertain(ceiling * share.low, ceiling * share.value, ceiling * share.high, ceiling)
            yield self._made("fine", matter, heads, [("a fine follows", self.priors["fine_given_infringement"])], severity,
                             ceiling=ceiling)
            return
        if ceiling <= 0:
            return
        top = max(weights, key=lambda w: (w[1], w[0].status.gravity))[0]
        ops = _operations(f for f, _ in weights)
        tier = max((f.rule.tiers[r.tier] for f, _ in weights for r in f.rule.provision.remedies if r.tier),
                   key=lambda t: (t.share, t.static))
        turnover = turnover_in(top.facts, tier.currency)
        if turnover is not None and self.supposed.turnover != 1:
            turnover *= Decimal(str(self.supposed.turnover))
            most = max(tier.static, Decimal(str(tier.share)) * turnover)
        else:
            most = head.likely
        names = {n for h in heads for n in h.counted}
        gone = [self.given.findings[n].rule.cite for h in heads for n in h.findings if n not in names]
        populations = tuple(dict.fromkeys(n for h in heads for n in h.populations))
        sheet = start_of(self.given.law.methods[head.method], tier, top.facts, [f.rule.cite for f, _ in weights], ops, gone,
                         most, turnover, self.people(populations, [top]))
        # Expected among the conduct's provisions where there is any: one of each, for whomever it is likeliest.
        each: dict[str, float] = {}
        for f, x in weights:
            each[f.rule.id] = max(each.get(f.rule.id, 0.0), x)
        breadth = sum(each.values()) / max(each.values())
        scale = in_euros(sheet.scale, tier.currency, self.given.day)
        conduct = conduct_of(_place(head.forum, self.given.law), scale, top.facts, ops, breadth)
        found = max((p.predicted(self.practice, replace(conduct, people=n)) for n in self._numbers(populations, top)),
                    key=lambda x: x.location)
        ceiling = in_euros(most, tier.currency, self.given.day)
        severity = heavy(found.location, found.scale, found.degrees, ceiling)
        appealed = self._appeal(severity)
        annulled = self.priors["appeal_annuls"]
        severity = replace(severity, reduced=appealed * (1 - annulled), kept=max(self.priors["appeal_keeps"], 0.01))
        chain = [("a fine follows", self._fined(conduct)), ("no court annuls it", 1 - appealed * annulled)]
        yield self._made("fine", matter, heads, chain, severity, ceiling=ceiling, sheet=sheet, moved=found.parts)

    def _fined(self, conduct: p.Conduct) -> float:
        """That a fine follows: what the fitted model says, carried over from its selected sample to all decisions.

        The intercept's correction of King and Zeng (2001).
        """
        fitted = min(max(p.fined(self.practice, conduct), 0.01), 0.99)
        sample, base = (min(max(self.priors[n], 0.001), 0.999) for n in ("published_fine_share", "fine_given_infringement"))
        logit = math.log(fitted / (1 - fitted)) - math.log(sample / (1 - sample)) + math.log(base / (1 - base))
        return 1 / (1 + math.exp(-logit))

    def _appeal(self, severity: Severity) -> float:
        """That an appeal changes the fine."""
        middle = min(10**severity.location, severity.ceiling)
        lodged = self.priors["appeal_large" if middle >= self.priors["appeal_large_from"] else "appeal_small"]
        return lodged * self.priors["appeal_succeeds"]

    def penalty(self, heads: Sequence[Head]) -> Iterator[Priced]:
        """What an attorney general or agency settles all its heads for: one sum."""
        ceilings = [in_euros(h.likely, h.currency, self.given.day) for h in heads if h.likely is not None]
        if not ceilings:
            return
        # Ceilings of sums per person or violation have no bearing on what is ever paid: no more than was ever seen.
        most = min(sum(ceilings), self.priors["largest_settlement"])
        severity = self._settled(heads, private=False, ceiling=most)
        if severity is not None:
            yield self._made("penalty", matter_of(heads[0], self.given), heads,
                             [("money is paid", self.priors["settles_or_pays"])], severity, ceiling=sum(ceilings))

    def _settled(self, heads: Sequence[Head], *, private: bool, ceiling: float) -> Severity | None:
        """What such matters were settled for; where some headcount is not stated, no less than for a number unknown."""
        weights = self.weighed(*heads)
        populations = dict.fromkeys(n for h in heads for n in h.populations)
        turnover = turnover_in(weights[0][0].facts, "EUR")
        worth = float(turnover) * self.supposed.turnover if turnover else self.priors["turnover_not_stated"]
        found = [p.settled(self.practice, n, worth, private) for n in self._numbers(populations, weights[0][0])]
        best = max((x for x in found if x is not None), key=lambda x: x.location, default=None)
        return None if best is None else heavy(best.location, best.scale, best.degrees, ceiling)

    def _numbers(self, populations: Iterable[str], finding: Finding) -> list[float | None]:
        """How many people may be meant: as stated, and an unknown number where some headcount is not stated."""
        people = self.people(populations, [finding])
        known = finding.facts.program.populations
        numbers: list[float | None] = [None] if any(known[n].count is None for n in populations) or people is None else []
        return [*numbers, float(people.likely)] if people else numbers

    def claim(self, heads: Sequence[Head]) -> Iterator[Priced]:
        """What a statute's private claims before one court come to: as realised, as settled, or person by person."""
        first = heads[0]
        instrument = self.given.findings[first.findings[0]].rule.instrument.id
        matter = f"{matter_of(first, self.given)}:{instrument}"
        # A sum that needs more than the breach stands beside one that does not, not on top of it; of several sums for the
        # same wrong one is paid, the largest.
        plain = [h for h in heads if not h.remedy.needs] or heads
        kind = "class" if any(h.remedy.kind == "statutory_damages" for h in plain) else "claim"
        sums = [(h, x) for h in plain if self.weighed(h) and (x := self._claimed(h)) is not None]
        if not sums:
            return
        chosen, severity = max(sums, key=lambda x: x[1].mean)
        # Whichever is paid, all of the statute's findings lead to it.
        yield self._made(kind, matter, [chosen, *(h for h, _ in sums if h is not chosen)],
                         [("money is paid", self.priors["settles_or_pays"])], severity,
                         ceiling=None if chosen.likely is None else
                         in_euros(chosen.likely, chosen.currency, self.given.day))

    def _claimed(self, head: Head) -> Severity | None:
        """What the claims of one head come to: person by person, as realised, or as such matters are settled."""
        law = in_euros(head.likely, head.currency, self.given.day) if head.likely is not None else math.inf
        ceiling = min(law, self._most([head]))
        if head.remedy.kind == "compensation":
            return self._compensation([head])
        if head.realised is not None:
            return self._realised(head, ceiling)
        return self._settled([head], private=True, ceiling=ceiling)

    def _most(self, heads: Sequence[Head]) -> float:
        """The most that is thought to be paid where the law sets no sum: so much a person, never more than was ever seen."""
        people = self.people(dict.fromkeys(n for h in heads for n in h.populations),
                             [self.given.findings[heads[0].findings[0]]])
        seen = self.priors["largest_settlement"]
        return min(seen, float(people.high) * self.priors["most_a_person"]) if people else seen

    def _realised(self, head: Head, ceiling: float) -> Severity:
        stated = head.remedy.realised
        people = self.people(head.populations, [self.given.findings[head.findings[0]]])
        assert stated is not None
        assert people is not None
        low, likely, high = (in_euros(a * n, head.currency, self.given.day) for a, n in (
            (stated.low, people.low), (stated.likely, people.likely), (stated.high, people.high)))
        return uncertain(low, likely, max(high, likely), ceiling)

    def _compensation(self, heads: Sequence[Head]) -> Severity | None:
        people = self.people(dict.fromkeys(n for h in heads for n in h.populations),
                             [self.given.findings[heads[0].findings[0]]])
        if people is None:
            return None
        share, sum_ = self.priors.known["claimants"], self.priors.known["claim"]
        likely = float(people.likely) * share.value * sum_.value
        return uncertain(float(people.low) * share.low * sum_.value, likely, float(people.high) * share.high * sum_.value)

    def stop(self, heads: Sequence[Head]) -> Iterator[Priced]:
        """A stop or deletion, where the program says what the use is worth."""
        for use, worth in self._worths(heads):
            low, likely, high = (in_euros(x, worth.currency, self.given.day)
                                 for x in (worth.lower, worth.likely, worth.upper))
            concerned = [h for h in heads
                         if any(o.use == use for n in h.counted for o in self.given.findings[n].operations)]
            first = concerned[0]
            where = matter_of(first, self.given)
            made = self._made("stop", where, concerned, [("the use is stopped", self.priors["order_given_infringement"])],
                              uncertain(low, likely, high), ceiling=None)
            yield replace(made, id=f"stop:{where}:{use}")

    def _worths(self, heads: Sequence[Head]) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for h in heads:
            for n in h.counted:
                for o in self.given.findings[n].operations:
                    if o.use not in seen and o.purpose.value is not None:
                        seen.add(o.use)
                        yield o.use, o.purpose.value


def _operations(findings: Iterable[Finding]) -> tuple[Operation, ...]:
    return tuple({o.id: o for f in findings for o in f.operations}.values())

