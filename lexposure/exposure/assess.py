"""From a program and the law to an Assessment: the whole chain, one pure step after another."""

import importlib.metadata
import platform
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal

import lexposure
from lexposure.exposure import assessment as a
from lexposure.exposure.ceilings import Head, heads
from lexposure.exposure.facts import crosses, place_of, turnover_before
from lexposure.exposure.findings import Bench, Finding, Silent, find
from lexposure.exposure.losses.estimating import losses
from lexposure.exposure.losses.matters import Priceable
from lexposure.exposure.losses.priors import Priors, built_in
from lexposure.exposure.part import Outcome
from lexposure.exposure.questions import questions
from lexposure.exposure.timeline import timeline
from lexposure.law.conditions import Evidence, Truth
from lexposure.law.judgement import Judgement, Reason, Rule, Status, Step, stands
from lexposure.law.model import Citation, Forum, Method
from lexposure.law.packs import Law
from lexposure.program.checks import controllers
from lexposure.program.graph import FlowGraph
from lexposure.program.model import Estimate, Program, Site
from lexposure.program.operations import Operation, operations
from lexposure.program.reading import Reading, phases_up_to
from lexposure.reading.diagnostics import render
from lexposure.reading.source import Address, Source
from lexposure.vocabulary import Kind, terms, within

#: Provisions last checked longer ago than this are said to be stale.
STALE_DAYS = 365
_LIBRARIES = ("networkx", "numpy", "pydantic", "PyYAML", "reportlab", "scipy")
_OUTCOME: Mapping[Truth, Outcome] = {True: "met", False: "not met", None: "unknown"}


def assess(reading: Reading, law: Law, *, seed: int = 0, priors: Priors | None = None) -> a.Assessment:
    """Everything the packs have to say about a program on a day. Pure: the same inputs give the same value."""
    day, program = reading.as_of, reading.program
    ops = operations(FlowGraph(program))
    findings, silent = find(law, ops, day)
    exposed = heads(findings, law, day)
    asked = questions(findings, silent, exposed, day)
    named = {f.rule.id for f in findings} | {s.rule.id for s in silent}
    forums = {name for h in exposed for name in (h.forum, *h.others) if name}
    view = _View(reading, law)
    given = Priceable(exposed, {f.id: f for f in findings}, law, priors or built_in(), day)
    return a.Assessment(
        id=program.program.id, name=program.program.name, summary=program.program.summary,
        client=program.program.client, question=program.program.question,
        hypothetical=program.program.hypothetical, as_of=day, phase=reading.phase,
        phases=view.phases(), sources=view.sources(), groups=view.groups(), parties=view.parties(),
        populations=view.populations(), systems=view.systems(), uses=view.uses(), flows=view.flows(),
        measures=view.measures(), incidents=view.incidents(),
        operations=tuple(_operation(o) for o in ops),
        findings=tuple(view.finding(f) for f in findings),
        silent=tuple(_silent(s) for s in silent),
        provisions=tuple(provision(r) for r in law.rules if r.id in named),
        heads=tuple(_head(h) for h in exposed),
        methods=tuple(_method(m.method) for name, m in law.methods.items() if name in {h.method for h in exposed}),
        forums=tuple(forum_note(name, *law.forums[name]) for name in law.forums if name in forums),
        questions=asked, changes=changes(reading, law, ops),
        rates=_rates(exposed), losses=losses(given, program),
        limits=_limits(reading, law, ops, _reached(findings, silent)),
        warnings=tuple(render(w).split("\n", 1)[0] for w in reading.warnings),
        made=_made(reading, law, seed),
    )


def weighed(reading: Reading, law: Law, priors: Priors | None = None) -> Priceable:
    """The findings and heads of a program, ready to be priced: what complaints are followed through with."""
    ops = operations(FlowGraph(reading.program))
    findings, _ = find(law, ops, reading.as_of)
    exposed = heads(findings, law, reading.as_of)
    return Priceable(exposed, {f.id: f for f in findings}, law, priors or built_in(), reading.as_of)


class _View:
    """The client's model as the assessment shows it, each entry with its place in the file."""

    def __init__(self, reading: Reading, law: Law) -> None:
        self.law = law
        self._program = reading.program
        self._source: Source = reading.source
        self._reading = reading

    def where(self, address: Address) -> a.Where | None:
        """The place of an address, with the file's name only, so that no path of a machine is carried along."""
        place = self._source.place(address, key=True)
        if place is None:
            return None
        file = place.file.replace("\\", "/").rsplit("/", 1)[-1]
        return a.Where(file=file, line=place.line, column=place.column, path=".".join(str(s) for s in address))

    def phases(self) -> tuple[a.PhaseNote, ...]:
        applied = phases_up_to(self._program, self._reading.phase)
        return tuple(
            a.PhaseNote(id=n, name=p.name, start=p.start, end=p.end, note=p.note, applied=n in applied)
            for n, p in sorted(self._program.phases.items(), key=lambda item: item[1].start)
        )

    def sources(self) -> tuple[a.SourceNote, ...]:
        return tuple(a.SourceNote(id=n, title=s.title, url=s.url, date=s.date, confidence=s.confidence, note=s.note)
                     for n, s in self._program.sources.items())

    def groups(self) -> tuple[a.GroupNote, ...]:
        found = []
        for name, group in self._program.groups.items():
            last = turnover_before(group, self._reading.as_of)
            found.append(a.GroupNote(id=name, name=group.name or name, year=last.year if last else None,
                                     currency=last.currency if last else "", turnover=_figure(last)))
        return tuple(found)

    def parties(self) -> tuple[a.PartyNote, ...]:
        return tuple(
            a.PartyNote(id=n, name=p.name or n, role=p.role, seat=p.seat, establishments=p.establishments,
                        group=p.group, orders=p.orders, main_establishment=p.main_establishment,
                        where=self.where(("parties", n)))
            for n, p in self._program.parties.items()
        )

    def populations(self) -> tuple[a.PopulationNote, ...]:
        return tuple(
            a.PopulationNote(id=n, name=p.name or n, kind=p.kind, place=p.place, of=p.of, count=_figure(p.count),
                             note=p.note, source=p.source, where=self.where(("populations", n)))
            for n, p in self._program.populations.items()
        )

    def systems(self) -> tuple[a.SystemNote, ...]:
        return tuple(
            a.SystemNote(id=n, name=s.name or n, operator=s.operator, place=s.place, where=self.where(("systems", n)),
                         retention="unknown" if s.retention is None
                         else s.retention.period or s.retention.criteria or "undefined")
            for n, s in self._program.systems.items()
        )

    def uses(self) -> tuple[a.UseNote, ...]:
        return tuple(
            a.UseNote(id=n, name=u.name or n, at=u.at, purpose=u.purpose, controllers=controllers(self._program, n),
                      where=self.where(("uses", n)))
            for n, u in self._program.uses.items()
        )

    def flows(self) -> tuple[a.FlowNote, ...]:
        return tuple(
            a.FlowNote(id=n, number=i, origin=f.origin, target=f.to, data=f.data, may_carry=f.may_carry,
                       incidental=f.incidental, intended=f.intended, occurs=f.occurs, note=f.note, source=f.source,
                       crosses=crosses(self._program, f.origin, f.to), where=self.where(("flows", n)))
            for i, (n, f) in enumerate(self._program.flows.items(), 1)
        )

    def measures(self) -> tuple[a.MeasureNote, ...]:
        program = self._program
        found = [
            a.MeasureNote(section="safeguards", id=n, kind=s.kind, on=_site(s.on), state=s.state, evidence=s.evidence,
                          note=s.note, source=s.source, where=self.where(("safeguards", n)))
            for n, s in program.safeguards.items()
        ]
        found += [
            a.MeasureNote(section="notices", id=n, kind=", ".join(x.fulfils) or "notice", on=", ".join(x.to),
                          state=x.state, evidence=x.evidence, note=x.note, source=x.source,
                          where=self.where(("notices", n)))
            for n, x in program.notices.items()
        ]
        found += [
            a.MeasureNote(section="choices", id=n, kind=c.kind, on=", ".join(c.of), state=c.state, evidence=c.evidence,
                          note=c.note, source=c.source, where=self.where(("choices", n)))
            for n, c in program.choices.items()
        ]
        found += [
            a.MeasureNote(section="facts", id=n, kind=e.fact, on=_site(e.on),
                          state=", ".join(e.value) if isinstance(e.value, list) else str(e.value), evidence=e.evidence,
                          note=e.note, source=e.source, where=self.where(("facts", n)))
            for n, e in program.facts.items()
        ]
        return tuple(found)

    def incidents(self) -> tuple[a.IncidentNote, ...]:
        return tuple(
            a.IncidentNote(id=n, name=i.name or n, discovered=i.discovered, kind=i.kind, audience=i.audience, at=i.at,
                           note=i.note, source=i.source, where=self.where(("incidents", n)))
            for n, i in self._program.incidents.items()
        )

    def finding(self, f: Finding) -> a.FindingNote:
        rows = rows_of(f.rule, f.judgement, self)
        path = f.operation.path()
        claimed = dict.fromkeys(leaf.argument for row in rows for leaf in row.leaves if leaf.claimed)
        return a.FindingNote(
            id=f.id, provision=f.rule.id, status=f.status.value, certainty=f.judgement.certainty,
            controller=f.operation.controller, populations=f.populations,
            uses=tuple(dict.fromkeys(o.use for o in f.operations)), incident=f.incident,
            operations=tuple(o.id for o in f.operations), path=path,
            bare=bare_paths(f.operation, rows), rows=rows,
            rests_on_claims=tuple(claimed),
            displaced_by=tuple(a.Displaced(relation=kind, finding=name) for kind, name in f.displaced_by),
            where=self.where(("flows", path[0])) if path else None,
        )

    def leaf(self, evidence: Evidence) -> a.Leaf:
        """A leaf of an evidence tree with its places in the file."""
        places = [w for at in evidence.addresses if (w := self.where(at))]
        return a.Leaf(fact=evidence.fact, argument=evidence.argument, asked=evidence.asked, found=evidence.found,
                      outcome=_OUTCOME[evidence.truth], claimed=evidence.claimed, where=tuple(dict.fromkeys(places)))


def rows_of(rule: Rule, judgement: Judgement, view: _View) -> tuple[a.Row, ...]:
    """The table of a judgement: limbs, scope, what it presupposes, elements, exceptions."""
    rows = [_row("applies", step, view, a.ReadingNote(**step.reading.model_dump()) if step.reading else None)
            for step in judgement.limbs]
    if judgement.scope is not None and any(judgement.scope.leaves()):
        rows.append(a.Row(part="scope", id="scope", text="The provision speaks of these people and this processing",
                          cite="", outcome=_OUTCOME[judgement.scope.truth], leaves=_leaves(judgement.scope, view)))
    if judgement.footing is not None:
        rows.append(_footing(view.law, judgement.footing))
    rows += [_row("element", step, view) for step in judgement.elements]
    rows += [_row("exception", step, view) for step in judgement.exceptions]
    return tuple(rows)


#: How many of the provisions that a finding rests on are named in its table.
_NAMED = 6


def _footing(law: Law, footing: tuple[tuple[str, Status], ...]) -> a.Row:
    """The row that says which of the provisions that a rule presupposes fire on the same processing."""
    fired = [name for name, status in footing if status in (Status.BREACH, Status.ARGUABLE)]
    open_ = [name for name, status in footing if status is Status.UNKNOWN]
    named = [law.by_id[name].cite for name in (fired or open_)[:_NAMED]]
    more = f" and {len(fired or open_) - _NAMED} more" if len(fired or open_) > _NAMED else ""
    text = ("Rests on the findings under " if fired else "Rests on what is open under ") + ", ".join(named) + more
    return a.Row(part="presupposed", id="presupposed", cite="", outcome=_OUTCOME[stands(footing)], leaves=(),
                 text=text if named else "Nothing that it presupposes is found on this processing")


def bare_paths(operation: Operation, rows: Iterable[a.Row]) -> tuple[a.Bare, ...]:
    """For each safeguard that surely does not stand on every path, a path without it."""
    missing = dict.fromkeys(leaf.argument for row in rows for leaf in row.leaves
                            if leaf.argument and leaf.outcome == "not met")
    return tuple(a.Bare(safeguard=kind, path=path) for kind in missing if (path := operation.path(avoiding=kind)))


def _row(
    part: Literal["applies", "element", "exception"], step: Step, view: _View, reading: a.ReadingNote | None = None
) -> a.Row:
    return a.Row(part=part, id=step.id, text=step.text, cite=step.cite, outcome=_OUTCOME[step.truth],
                 leaves=_leaves(step.evidence, view), tallies=tuple(_tally(c) for c in step.evidence.counts()),
                 to_be_shown=step.to_be_shown, reading=reading)


def _tally(count: Evidence) -> a.Tally:
    return a.Tally(needed=count.needed, criteria=tuple(
        a.Criterion(text=p.label, outcome=_OUTCOME[p.truth]) for p in count.parts))


def _leaves(evidence: Evidence, view: _View) -> tuple[a.Leaf, ...]:
    return tuple(dict.fromkeys(view.leaf(leaf) for leaf in evidence.deciding()))


def explain(
    reading: Reading, law: Law, rule: Rule, operation: Operation, incident: str | None = None
) -> tuple[Judgement, tuple[a.Row, ...]]:
    """A provision on one operation with its whole evidence, whether it fired or not."""
    judgement = Bench(law, operation, reading.as_of).explain(rule, incident)
    return judgement, rows_of(rule, judgement, _View(reading, law))


def _figure(estimate: Estimate | None) -> a.Figure | None:
    if estimate is None:
        return None
    return a.Figure(low=estimate.lower, likely=estimate.likely, high=estimate.upper, kind=estimate.kind,
                    source=estimate.source, note=estimate.note)


def _site(site: Site) -> str:
    if site.program:
        return "the whole program"
    return "; ".join(f"{key} {', '.join(names)}" for key in type(site).model_fields
                     if isinstance(names := getattr(site, key), tuple) and names)


def _operation(o: Operation) -> a.OperationNote:
    surely, may = o.categories
    program, nodes = o.graph.program, o.graph.nodes
    ends = [(nodes[e.origin], nodes[e.target]) for e in (*o.edges, *o.disclosures)]
    return a.OperationNote(
        id=o.id, controller=o.controller, population=o.population, use=o.use, data=tuple(sorted(surely)),
        possibly=tuple(sorted(may - surely)), path=o.path(), systems=o.systems,
        places=tuple(dict.fromkeys(place_of(program, node) for node in (o.population, *o.systems))),
        recipients=tuple(dict.fromkeys(nodes[e.target] for e in o.disclosures)),
        borders=tuple(dict.fromkeys((place_of(program, u), place_of(program, v)) for u, v in ends
                                    if crosses(program, u, v))),
    )


def _silent(s: Silent) -> a.SilentNote:
    clauses = {c.clause.id: c.clause.text for c in (*s.rule.elements, *s.rule.exceptions)}
    text = clauses.get(s.clause, "")
    return a.SilentNote(provision=s.rule.id, reason=s.reason.value, clause=s.clause, clause_text=text,
                        operations=tuple(o.id for o in s.operations))


def provision(r: Rule) -> a.ProvisionNote:
    """A rule as the assessment cites it."""
    p, i = r.provision, r.instrument
    return a.ProvisionNote(
        id=r.id, cite=r.cite, heading=p.heading, text=p.text, instrument=i.id,
        instrument_title=i.title, instrument_short=i.short,
        jurisdiction=i.jurisdiction, topics=p.topics, unit=p.unit.value, certainty=p.reading.certainty,
        authority=p.reading.authority, weak_when=p.reading.weak_when, contrary=p.reading.contrary,
        in_force_from=r.in_force.start, in_force_until=r.in_force.until, checked=r.checked, confidence=r.confidence,
        sources=_citations(p.source or i.source),
        relations=tuple(f"{x.kind} {x.to}" for x in p.relations), note=p.note,
    )


def _head(h: Head) -> a.HeadNote:
    r = h.remedy
    return a.HeadNote(
        id=h.id, forum=h.forum, others=h.others, kind=r.kind, label=r.label, private=bool(r.private), cite=h.cite,
        controller=h.controller, findings=h.findings, counted=h.counted, populations=h.populations, status=h.status.value,
        currency=h.currency, low=h.low, likely=h.likely, high=h.high, arithmetic=h.arithmetic, unit=r.unit,
        count_settled=r.count_settled, needs=r.needs,
        starting=tuple(a.Start(level=s.level, low=s.low, high=s.high, cite=s.cite) for s in h.starting),
        method=h.method, one_conduct=h.one_conduct,
        limitation=r.limitation, cure=r.cure, fee_shifting=r.fee_shifting, realised=_realised(h), note=r.note,
    )


def _realised(h: Head) -> a.RealisedNote | None:
    stated, sums = h.remedy.realised, h.realised
    if stated is None or sums is None:
        return None
    return a.RealisedNote(per_low=stated.low, per_likely=stated.likely, per_high=stated.high, low=sums[0], likely=sums[1],
                          high=sums[2], basis=stated.basis, confidence=stated.confidence,
                          sources=_citations(stated.source))


def _method(m: Method) -> a.MethodNote:
    return a.MethodNote(id=m.id, title=m.title, checked=m.checked, confidence=m.confidence, sources=_citations(m.source),
                        note=m.note)


def _citations(found: Iterable[Citation]) -> tuple[a.Citation, ...]:
    return tuple(a.Citation(title=c.title, url=c.url, opened=c.opened) for c in found)


def forum_note(name: str, jurisdiction: str, f: Forum) -> a.ForumNote:
    """A forum as the assessment cites it."""
    return a.ForumNote(
        id=name, jurisdiction=jurisdiction, name=f.name, english=f.english, kind=f.kind, languages=f.languages,
        website=f.website, checked=f.checked, confidence=f.confidence, note=f.note, fines=_limits_of(f),
        powers=tuple(f"{p.text} ({', '.join(x for x in (p.start and f'from {p.start}', p.cite, p.confidence) if x)})"
                     for p in f.powers),
        practice=tuple(
            a.PracticeNote(measure=x.measure, unit=x.unit, basis=x.basis, period=x.period, n=x.n, value=x.value,
                           q25=x.q25, median=x.median, q75=x.q75, sources=_citations(x.source),
                           confidence=x.confidence, note=x.note) for x in f.practice),
    )


def _limits_of(forum: Forum) -> str:
    """How national law limits a forum's fines, in a sentence; empty where the pack says nothing."""
    limits = forum.fines
    if limits is None:
        return ""
    parts = [{"authority": "", "court": "a court imposes the fine", "nobody": "it imposes no fines"}[limits.imposed_by]]
    parts.append({
        "not_fined": "public bodies are not fined", "partly": "some public bodies are not fined",
        "capped": "public bodies are fined up to " + (f"{limits.currency} {limits.cap:,f}" if limits.cap else "a cap"),
        "as_others": "public bodies are fined as others are", "unclear": "",
    }[limits.public_bodies])
    said = "; ".join(p for p in (*parts, limits.note.rstrip(". ")) if p)
    return f"{said} ({', '.join(x for x in (limits.cite, limits.confidence) if x)})" if said else ""


def _rates(exposed: Iterable[Head]) -> tuple[a.RateNote, ...]:
    used = dict.fromkeys(rate for h in exposed for rate in h.rates)
    return tuple(a.RateNote(origin=r.origin, target=r.target, date=r.date, rate=Decimal(r.rate),
                            confidence=r.confidence, source=r.source) for r in used)


def _reached(findings: Iterable[Finding], silent: Iterable[Silent]) -> frozenset[str]:
    """The instruments that speak of some operation, whatever they say."""
    outside = (Reason.OUT_OF_SCOPE, Reason.PLACE_NOT_EXACT, Reason.NOT_IN_FORCE)
    return frozenset({f.rule.instrument.id for f in findings}
                     | {s.rule.instrument.id for s in silent if s.reason not in outside})


def _limits(reading: Reading, law: Law, ops: tuple[Operation, ...], reached: frozenset[str]) -> a.Limits:
    program, day = reading.program, reading.as_of
    covered = {r.instrument.jurisdiction for r in law.rules}
    places = dict.fromkeys(program.populations[o.population].place for o in ops)
    bare = [p for p in places if p == "unknown" or all(within(p, c) is False for c in covered)]
    near = _jurisdictions(program, law.not_covered)
    instruments = {r.instrument.id: r.instrument for r in law.rules if r.instrument.id in reached}
    notes = [f"{i.short}: {text}" for i in instruments.values() for text in i.not_covered]
    notes += [f"{terms(Kind.PLACE)[code].means}: {text}" for code, left in law.not_covered.items() if code in near
              for text in left]
    guesses = [
        f"{name}: {p.count.likely:,f} ({p.count.lower:,f} to {p.count.upper:,f}), {p.count.kind}"
        for name, p in program.populations.items() if p.count and p.count.kind in ("placeholder", "estimated")
    ]
    return a.Limits(
        notes=tuple(_dates(reading, law)), places_without_packs=tuple(bare), not_covered=tuple(notes),
        placeholders=tuple(guesses),
        stale=tuple(f"{r.cite}, checked {r.checked}" for r in law.rules
                    if r.instrument.id in reached and (day - r.checked).days > STALE_DAYS),
    )


def _jurisdictions(program: Program, known: Iterable[str]) -> frozenset[str]:
    """The jurisdictions that a program touches: with people, parties or systems in them."""
    places = {p.place for p in program.populations.values()} | {s.place for s in program.systems.values()}
    for party in program.parties.values():
        places |= {party.seat, *party.establishments}
    return frozenset(code for code in known if any(p != "unknown" and within(p, code) for p in places))


def changes(reading: Reading, law: Law, ops: tuple[Operation, ...]) -> tuple[a.ChangeNote, ...]:
    """What the law changes after the day of assessment, for the jurisdictions that the program touches."""
    return timeline(law, ops, reading.as_of, _jurisdictions(reading.program, law.not_covered))


def _dates(reading: Reading, law: Law) -> Iterator[str]:
    """What a day outside the range of the facts or of the law means."""
    day, started = reading.as_of, reading.program.program.started
    if started and day < started:
        yield f"The day of assessment, {day}, lies before the program started on {started}: this is a preview."
    newest = max((r.checked for r in law.rules), default=None)
    if newest and day > newest:
        yield (f"The day of assessment, {day}, lies after the packs were last checked, on {newest}: changes to the law that "
               "were not known then are not in it.")


def _made(reading: Reading, law: Law, seed: int) -> a.Made:
    return a.Made(
        lexposure=lexposure.__version__, python=platform.python_version(),
        libraries={name: importlib.metadata.version(name) for name in _LIBRARIES}, inputs=reading.files,
        packs=tuple(a.PackNote(id=p.id, jurisdiction=p.jurisdiction, title=p.title, origin=p.origin, sha256=p.sha256,
                               checked=p.checked) for p in law.packs),
        seed=seed,
    )


