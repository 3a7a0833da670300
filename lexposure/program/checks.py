"""What the types cannot say: references that name nothing, facts that contradict, entries without effect."""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lexposure.program.model import Bases, Program, Site, StatedFact, Use
from lexposure.reading.diagnostics import Diagnostic, Severity, nearest
from lexposure.reading.source import Address, Source
from lexposure.reading.typed import decimal
from lexposure.vocabulary import Kind, is_a, labels, within
from lexposure.vocabulary.facts import Fact, Type, Unit, catalogue

#: What each kind of fact may be stated on: the unit it belongs to, and everything that contains it.
_SITES = {
    Unit.OPERATION: ("program", "party", "population", "system", "use", "purpose"),
    Unit.CONTROLLER: ("program", "party"),
    Unit.PROGRAM: ("program",),
    Unit.INCIDENT: ("program", "incident"),
}

#: The places that a fact may be stated on, in a sentence.
_A = {"program": "the program", "party": "a party", "population": "a population", "system": "a system",
      "use": "a use", "purpose": "a purpose", "flow": "a flow", "incident": "an incident"}


@dataclass(frozen=True)
class _Checker:
    program: Program
    source: Source
    left_out: frozenset[str]

    def error(self, code: str, message: str, at: Address, expected: str = "", near: str = "") -> Diagnostic:
        return self.source.fault(code, message, at, expected=expected, near=near)

    def warning(self, code: str, message: str, at: Address, expected: str = "", *, key: bool = True) -> Diagnostic:
        return replace(self.source.fault(code, message, at, key=key, expected=expected), severity=Severity.WARNING)

    def refer(self, names: Collection[str], known: Collection[str], what: str, at: Address) -> Iterator[Diagnostic]:
        """References in a list (or a single word) that name nothing."""
        for index, name in enumerate(names):
            if name not in known and name not in self.left_out:
                place = (*at, index) if (*at, index) in self.source.values else at
                yield self.error("LX301", f"`{name}` is not {what} of this program", place,
                                 _some(known), nearest(name, known))


def _some(known: Collection[str]) -> str:
    shown = ", ".join(f"`{k}`" for k in list(known)[:12])
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    return f"one of {shown}{more}" if known else "(there is none in this program)"


def check(program: Program, source: Source, left_out: frozenset[str] = frozenset()) -> list[Diagnostic]:
    """Every fault and warning of a typed program; linear in its size.

    ``left_out`` names entries that the program lacks because they are faulty themselves: a reference to one of them
    is no fault, and nothing is concluded from what it might have said.
    """
    checker = _Checker(program, source, left_out)
    parts: tuple[Callable[[_Checker], Iterator[Diagnostic]], ...] = (
        _names, _references, _flows, _dates, _stated, _safeguards, _dead
    )
    return [d for part in parts for d in part(checker)]


def _names(c: _Checker) -> Iterator[Diagnostic]:
    """Populations, systems and parties share one space of names: a flow refers to any of them."""
    taken: dict[str, str] = {}
    for section in ("populations", "systems", "parties"):
        for name in getattr(c.program, section):
            if name in taken:
                yield c.source.fault("LX302", f"`{name}` already names one of the {taken[name]}", (section, name),
                                     key=True, expected="a name of its own, since flows refer to it")
            taken.setdefault(name, section)


def _references(c: _Checker) -> Iterator[Diagnostic]:
    p = c.program
    yield from _sources(c)
    for name, party in p.parties.items():
        at: Address = ("parties", name)
        if party.group is not None:
            yield from c.refer([party.group], p.groups, "a group", (*at, "group"))
        yield from c.refer(party.processor_for, p.parties, "a party", (*at, "processor_for"))
    for name, population in p.populations.items():
        if population.of is not None:
            yield from c.refer([population.of], p.parties, "a party", ("populations", name, "of"))
        yield from c.refer(population.part_of, p.populations, "a population", ("populations", name, "part_of"))
        if name in population.part_of:
            yield c.error("LX205", "a population is not part of itself", ("populations", name, "part_of"),
                          "populations that count these people too")
        for i, place in enumerate(population.not_in):
            if place == "unknown" or (population.place != "unknown" and within(place, population.place) is not True):
                yield c.error("LX205", f"`{place}` does not lie in `{population.place}`",
                              ("populations", name, "not_in", i), f"places within `{population.place}`")
    for name, system in p.systems.items():
        yield from c.refer([system.operator], p.parties, "a party", ("systems", name, "operator"))
    for name, use in p.uses.items():
        at = ("uses", name)
        yield from c.refer([use.at], p.systems, "a system", (*at, "at"))
        yield from c.refer(use.controllers, p.parties, "a party", (*at, "controllers"))
        yield from c.refer(use.populations, p.populations, "a population", (*at, "populations"))
        yield from _bases(c, use.basis, (*at, "basis"))
        yield from _bases(c, use.special_basis, (*at, "special_basis"))
        if not controllers(p, name) and all(d in p.parties or d in p.systems for d in _deciders(p, use)):
            yield c.error("LX202", f"nobody is the controller of the use `{name}`", at,
                          "`controllers: [...]` here, or a controller (or a processor with `processor_for`) as the "
                          "operator of its system")
    for name, notice in p.notices.items():
        yield from c.refer(notice.to, p.populations, "a population", ("notices", name, "to"))
        yield from c.refer(notice.about, p.uses, "a use", ("notices", name, "about"))
    for name, choice in p.choices.items():
        yield from c.refer(choice.of, p.populations, "a population", ("choices", name, "of"))
        yield from c.refer(choice.about, p.uses, "a use", ("choices", name, "about"))
    for name, transfer in p.transfers.items():
        yield from c.refer(transfer.populations, p.populations, "a population", ("transfers", name, "populations"))
    for name, incident in p.incidents.items():
        yield from c.refer(incident.at, p.systems, "a system", ("incidents", name, "at"))
    for name, guard in p.safeguards.items():
        yield from _site(c, guard.on, ("safeguards", name, "on"))
    for name, fact in p.facts.items():
        yield from _site(c, fact.on, ("facts", name, "on"))


def _bases(c: _Checker, bases: Bases, at: Address) -> Iterator[Diagnostic]:
    for key in bases:
        if key != "default" and key not in c.program.populations and key not in c.left_out:
            known = ["default", *c.program.populations]
            yield c.source.fault("LX301", f"`{key}` is not a population of this program", (*at, key), key=True,
                                 expected=f"`default`, or {_some(c.program.populations)}",
                                 near=nearest(key, known))


def _site(c: _Checker, site: Site, at: Address) -> Iterator[Diagnostic]:
    p = c.program
    sections: Mapping[str, tuple[Collection[str], str]] = {
        "use": (p.uses, "a use"), "system": (p.systems, "a system"), "flow": (p.flows, "a flow"),
        "population": (p.populations, "a population"), "party": (p.parties, "a party"),
        "incident": (p.incidents, "an incident"),
    }
    for key, (known, what) in sections.items():
        yield from c.refer(getattr(site, key), known, what, (*at, key))


def _sources(c: _Checker) -> Iterator[Diagnostic]:
    """Every `source` that names no entry of `sources`, wherever it stands; found in the text, not entry by entry."""
    known = c.program.sources
    for address in c.source.values:
        if not address or address[-1] != "source" or address[0] in ("sources", "phases"):
            continue
        found: Any = c.source.tree
        for step in address:
            found = found[step]
        names = [found] if isinstance(found, str) else found
        if isinstance(names, list):
            yield from c.refer([n for n in names if isinstance(n, str)], known, "a source", address)


def _flows(c: _Checker) -> Iterator[Diagnostic]:
    p = c.program
    for name, flow in p.flows.items():
        at: Address = ("flows", name)
        origins = {**p.populations, **p.systems}
        targets = {**p.systems, **p.parties}
        yield from c.refer([flow.origin], origins, "a population or a system", (*at, "from"))
        yield from c.refer([flow.to], targets, "a system or a party", (*at, "to"))
        yield from c.refer(flow.of, p.populations, "a population", (*at, "of"))
        yield from c.refer(flow.through, p.populations, "a population", (*at, "through"))
        if flow.origin in p.populations:
            if not flow.data and not flow.may_carry:
                yield c.error("LX202", f"the flow `{name}` says not which data it captures", at,
                              "`data: [...]`, a list of data categories")
            if flow.of:
                yield c.error("LX205", "`of` has no meaning where the flow starts at a population", (*at, "of"),
                              "leave it out; `from` already names the population")
        elif flow.origin in p.systems and (flow.incidental or flow.through):
            yield c.error("LX205", "only people can be captured incidentally, not a system's data", at,
                          "`incidental` and `through` on flows that start at a population")
        if flow.through and not flow.incidental:
            yield c.error("LX205", "`through` says that the capture is incidental", (*at, "through"),
                          "`incidental: yes` beside it")
        for index, transform in enumerate(flow.transforms):
            if not is_a(Kind.SAFEGUARD, transform.kind, "transformation"):
                yield c.error("LX204", f"`{transform.kind}` does not change the data",
                              (*at, "transforms", index, "kind"),
                              "a case of `transformation`, such as `redaction` or `pseudonymisation`")


def _dates(c: _Checker) -> Iterator[Diagnostic]:
    p, as_of = c.program, c.program.program.as_of
    if p.program.started and p.program.started > as_of and p.program.hypothetical is False:
        yield c.warning("LX303", "the program starts after the day it is assessed for", ("program", "started"),
                        f"a day up to {as_of}, or `hypothetical: yes`", key=False)
    for name, incident in p.incidents.items():
        at: Address = ("incidents", name)
        if incident.ended and incident.ended < incident.discovered and incident.kind != "unauthorised_access":
            yield c.warning("LX303", f"the incident `{name}` ended before it was discovered", (*at, "ended"), key=False)
        if incident.discovered > as_of:
            yield c.error("LX303", f"the incident `{name}` is discovered after the day of assessment",
                          (*at, "discovered"), f"a day up to {as_of}")
    for name, notice in p.notices.items():
        if notice.given and notice.given > as_of and notice.state in ("verified", "claimed"):
            yield c.error("LX303", f"the notice `{name}` is given after the day of assessment",
                          ("notices", name, "given"), f"a day up to {as_of}, or `state: planned`")
    for name, group in p.groups.items():
        for index, turnover in enumerate(group.turnover):
            if turnover.year > as_of.year:
                at = ("groups", name, "turnover")
                at = (*at, index) if (*at, index) in c.source.values else at
                yield c.error("LX303", "the turnover is of a year that has not come", (*at, "year"),
                              f"a year up to {as_of.year}")


def _stated(c: _Checker) -> Iterator[Diagnostic]:
    facts = catalogue()
    seen: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[object, str]] = {}
    for name, entry in c.program.facts.items():
        at: Address = ("facts", name)
        fact = facts.get(entry.fact)
        if fact is None:
            stated = [f.id for f in facts.values() if f.stated]
            yield c.error("LX204", f"`{entry.fact}` is not a fact that can be stated", (*at, "fact"),
                          "a fact of the catalogue (see `lexposure vocabulary facts`)", nearest(entry.fact, stated))
            continue
        if not fact.stated:
            yield c.error("LX306", f"`{entry.fact}` is not stated here", (*at, "fact"),
                          f"it comes from `{fact.where}`")
            continue
        for key in type(entry.on).model_fields:
            if getattr(entry.on, key) and key not in _SITES[fact.unit]:
                yield c.error("LX306", f"`{entry.fact}` cannot be stated on {_A[key]}", (*at, "on"),
                              f"on {', '.join(f'`{s}`' for s in _SITES[fact.unit])}")
        message, expected, near = _wrong(fact, entry)
        if message:
            yield c.error("LX203", message, (*at, "value"), expected, near)
        for where in _places(entry.on):
            other = seen.setdefault((entry.fact, where), (entry.value, name))
            if other[0] != entry.value:
                yield c.error("LX302", f"`{entry.fact}` is stated twice, as `{other[0]}` in `{other[1]}` and as "
                              f"`{entry.value}` here", (*at, "value"), "one value")


def _places(site: Site) -> Iterator[tuple[tuple[str, str], ...]]:
    """Each single place that a site names, as its selectors: one target for each key that it gives."""
    keys = [key for key in type(site).model_fields if key != "program" and getattr(site, key)]
    for targets in itertools.product(*(getattr(site, key) for key in keys)):
        yield tuple(zip(keys, targets, strict=True))


def _wrong(fact: Fact, entry: StatedFact) -> tuple[str, str, str]:
    """What is wrong with a stated value: message, expected, nearest; three empty texts where nothing is."""
    value = entry.value
    if value == "unknown":
        return "", "", ""
    if fact.type is Type.FLAG:
        allowed: Collection[str] = ("yes", "no", "unknown")
    elif fact.type is Type.WORDS:
        allowed = fact.values
    elif fact.type is Type.PLACES:
        allowed = labels(Kind.PLACE)
    elif fact.terms is not None:
        allowed = labels(fact.terms)
    elif fact.type is Type.NUMBER:
        return ("", "", "") if decimal(value) is not None else (f"`{value}` is not a number", "digits, such as `1200`", "")
    else:
        return "this kind of fact has a section of its own", f"`{fact.where}`", ""
    for word in value if isinstance(value, list) and value and fact.type is not Type.FLAG else [value]:
        if not isinstance(word, str) or word not in allowed:
            shown = ", ".join(f"`{a}`" for a in list(allowed)[:12]) + (" ..." if len(allowed) > 12 else "")
            return f"`{word}` is not an answer to `{fact.id}`", shown, nearest(str(word), allowed)
    return "", "", ""


def _safeguards(c: _Checker) -> Iterator[Diagnostic]:
    """Two statements about one measure at one place that cannot both be true."""
    good, bad = ("verified", "claimed"), ("absent", "planned")
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for name, guard in c.program.safeguards.items():
        for key in type(guard.on).model_fields:
            targets = getattr(guard.on, key)
            for target in targets if isinstance(targets, tuple) else (["program"] if targets else []):
                other, state = seen.setdefault((guard.kind, key, target), (name, guard.state))
                if (state in good and guard.state in bad) or (state in bad and guard.state in good):
                    yield c.error("LX302", f"`{guard.kind}` is both {state} (in `{other}`) and {guard.state} here",
                                  ("safeguards", name, "state"), "one state for one place")
        if any(is_a(Kind.SAFEGUARD, guard.kind, "transformation") for _ in guard.on.population):
            yield c.warning("LX304", f"`{guard.kind}` changes data on their way and does nothing at a population",
                            ("safeguards", name, "on"), "a flow or a system")


def _dead(c: _Checker) -> Iterator[Diagnostic]:
    """Entries without effect: nothing flows to them, or nothing uses them."""
    p = c.program
    live = [f for f in p.flows.values() if f.occurs is not False]
    onward: dict[str, set[str]] = {}
    for flow in live:
        onward.setdefault(flow.origin, set()).add(flow.to)
    reached, todo = set(p.populations), list(p.populations)
    while todo:
        for target in onward.get(todo.pop(), ()):
            if target not in reached:
                reached.add(target)
                todo.append(target)
    for name in p.systems:
        if name not in reached:
            yield c.warning("LX304", f"no person's data flow to the system `{name}`", ("systems", name),
                            "a flow to it that starts, directly or not, at a population")
    for name, use in p.uses.items():
        if use.at in p.systems and use.at not in reached:
            yield c.warning("LX304", f"no data reach the use `{name}`: nothing flows to `{use.at}`", ("uses", name),
                            "a chain of flows from a population to its system")
    origins = {f.origin for f in p.flows.values()}
    through = {t for f in p.flows.values() for t in f.through}
    for name in p.populations:
        if name not in origins and name not in through:
            yield c.warning("LX304", f"no flow mentions the population `{name}`", ("populations", name),
                            "a flow `from` it, or remove it")
    operators = {s.operator for s in p.systems.values()}
    named = operators | {x.of for x in p.populations.values() if x.of} | {f.to for f in p.flows.values()}
    named |= {q for x in p.parties.values() for q in x.processor_for}
    named |= {q for u in p.uses for q in controllers(p, u)}
    grouped = {x.group for x in p.parties.values()}
    for name, party in p.parties.items():
        if name not in named and party.group is None:
            yield c.warning("LX304", f"nothing refers to the party `{name}`", ("parties", name),
                            "a system it operates, a use it controls, a flow to it, or a group it is in")
    for name in p.groups:
        if name not in grouped:
            yield c.warning("LX304", f"no party belongs to the group `{name}`", ("groups", name), "`group:` on a party")


def _deciders(program: Program, use: Use) -> Iterator[str]:
    """The names on which it turns who decides on a use."""
    yield from (use.at, *use.controllers)
    if system := program.systems.get(use.at):
        operator = program.parties.get(system.operator)
        yield from (system.operator, *(operator.processor_for if operator else ()))


def controllers(program: Program, use: str) -> tuple[str, ...]:
    """Who decides on a use: those it names, else the operator of its system, or whom a processor there works for."""
    entry = program.uses[use]
    if entry.controllers:
        return tuple(c for c in entry.controllers if c in program.parties)
    system = program.systems.get(entry.at)
    operator = program.parties.get(system.operator) if system else None
    if system is None or operator is None:
        return ()
    if is_a(Kind.ROLE, operator.role, "processor"):
        return tuple(c for c in operator.processor_for if c in program.parties)
    return (system.operator,) if is_a(Kind.ROLE, operator.role, "controller") else ()


