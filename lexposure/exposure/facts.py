"""The catalogue's facts, answered for an operation (and, where asked, one of its incidents)."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from lexposure.exposure.rates import convert
from lexposure.law.conditions import UNSTATED, Found, Range, Truth, Value, Words, every, some
from lexposure.program.graph import Statement
from lexposure.program.model import Estimate, Group, Notice, Party, Program, Site, StatedFact, Turnover
from lexposure.program.operations import Operation
from lexposure.reading.source import Address
from lexposure.vocabulary import Kind, is_a, labels, terms, within
from lexposure.vocabulary.facts import Type, catalogue

#: How closely a statement fits when several do: the narrower the thing it is made on, the more it weighs.
_WEIGHT = {"program": 0, "party": 1, "purpose": 2, "system": 3, "use": 4, "population": 5, "incident": 6}
_STANDS: Mapping[str, Truth] = {
    "verified": True, "claimed": True, "failed": False, "absent": False, "planned": False,
    "disputed": None, "unknown": None,
}


@dataclass
class OperationFacts:
    """The facts of one operation; answers are kept, since many provisions ask the same."""

    operation: Operation
    day: dt.date
    incident: str | None = None
    _kept: dict[tuple[str, str], Found] = field(default_factory=dict)

    def find(self, fact: str, argument: str = "") -> Found:
        """See Facts."""
        key = (fact, argument)
        if key not in self._kept:
            reader = READERS.get(fact)
            self._kept[key] = (
                _safeguard(self, argument) if fact == "safeguard" else reader(self) if reader else _stated(self, fact)
            )
        return self._kept[key]

    def convert(self, amount: Decimal, currency: str, wanted: str) -> Decimal | None:
        """See Facts."""
        converted = convert(amount, currency, wanted, self.day)
        return converted.amount if converted else None

    @property
    def program(self) -> Program:
        """The program that the operation belongs to."""
        return self.operation.graph.program


@dataclass(frozen=True)
class Supposing:
    """Facts with one answer supposed: what if?"""

    facts: OperationFacts
    fact: str
    argument: str
    answer: Value

    def find(self, fact: str, argument: str = "") -> Found:
        """See Facts."""
        return Found(self.answer) if (fact, argument) == (self.fact, self.argument) else self.facts.find(fact, argument)

    def convert(self, amount: Decimal, currency: str, wanted: str) -> Decimal | None:
        """See Facts."""
        return self.facts.convert(amount, currency, wanted)


# -- what the program's sections say ------------------------------------------------------------------------------------


def _population(f: OperationFacts, key: str) -> Address:
    return ("populations", f.operation.population, key)


def _term(word: str, *addresses: Address) -> Found:
    return UNSTATED if word == "unknown" else Found(Words.of([word]), addresses)


def _range(estimate: Estimate | None, address: Address, currency: str = "") -> Found:
    if estimate is None:
        return Found(None, (address,))
    return Found(Range(estimate.lower, estimate.likely, estimate.upper, currency), (address,))


def _places(known: Iterable[str], addresses: Iterable[Address]) -> Found:
    """Places; an ``unknown`` among them leaves open what else there is."""
    words = frozenset(known)
    sure = words - {"unknown"}
    return Found(Words(sure, words), tuple(addresses)) if words and (sure or words) != {"unknown"} else UNSTATED


def _subject(f: OperationFacts) -> Found:
    return _term(f.operation.people.kind, _population(f, "kind"))


def _place(f: OperationFacts) -> Found:
    people = f.operation.people
    if people.not_in:
        rest = rest_of(people.place, people.not_in)
        return Found(Words(frozenset(), rest), (_population(f, "place"), _population(f, "not_in")))
    return _places([people.place], [_population(f, "place")])


@lru_cache(maxsize=256)
def rest_of(place: str, without: tuple[str, ...]) -> frozenset[str]:
    """The smallest places within one, less those named: which of them people are in is open."""
    known = terms(Kind.PLACE)
    broad = {b for t in known.values() for b in t.broader}
    inside = {n for n in known if n not in broad and (place == "unknown" or place in known[n].ancestors)}
    return frozenset(n for n in inside if known[n].ancestors.isdisjoint(without))


def _headcount(f: OperationFacts) -> Found:
    return _range(f.operation.people.count, _population(f, "count"))


def _state_consumers(f: OperationFacts) -> Found:
    """What is stated; else at least as many as the program itself has in the same place."""
    stated = f.find("consumers_yearly")
    if stated is not UNSTATED and stated.value is not None:
        return stated
    place, people = f.operation.people.place, f.program.populations
    if place == "unknown":
        return UNSTATED
    here = [n for n in f.operation.graph.by_place[place]
            if people[n].count and is_a(Kind.SUBJECT, people[n].kind, "consumer")]
    counts = {n: c for n in apart(here, f.program) if (c := people[n].count)}
    if not counts:
        return UNSTATED
    least = sum((c.lower for c in counts.values()), Decimal(0))
    return Found(Range(least, least, Decimal("Infinity")), tuple(("populations", n, "count") for n in counts))


def apart(populations: Collection[str], program: Program) -> list[str]:
    """The populations less those that are part of another one among them, so that nobody is counted twice."""
    among = set(populations)
    return [p for p in populations if among.isdisjoint(program.populations[p].part_of)]


def people_of(program: Program, populations: Iterable[str]) -> Range | None:
    """How many people the populations hold, nobody counted twice; None where no count is stated."""
    counts = [c for p in apart(tuple(dict.fromkeys(populations)), program)
              if (c := program.populations[p].count) is not None]
    if not counts:
        return None
    return Range(sum((c.lower for c in counts), Decimal(0)), sum((c.likely for c in counts), Decimal(0)),
                 sum((c.upper for c in counts), Decimal(0)))


def _months_running(f: OperationFacts) -> Found:
    """Whole months from the program's start to the day."""
    started = f.program.program.started
    if started is None or started > f.day:
        return UNSTATED
    months = Decimal((f.day.year - started.year) * 12 + f.day.month - started.month - (f.day.day < started.day))
    return Found(Range(months, months, months), (("program", "started"),))


def _own_staff(f: OperationFacts) -> Found:
    people = f.operation.people
    at = (_population(f, "of"), _population(f, "kind"))
    if not any(is_a(Kind.SUBJECT, people.kind, k) for k in ("worker", "applicant", "former_employee")):
        return Found(False, at[1:])
    if people.of is None:
        return Found(None, at[1:])
    return Found(people.of in _group(f), at)


def _group(f: OperationFacts) -> tuple[str, ...]:
    """The controller and the parties of its undertaking."""
    own, parties = f.operation.party, f.program.parties
    if own.group is None:
        return (f.operation.controller,)
    return tuple(name for name, p in parties.items() if p.group == own.group)


def _sites(names: Iterable[str], parties: Mapping[str, Party]) -> Found:
    """Where parties have their seats and establishments."""
    places, addresses = [], []
    for name in names:
        party = parties[name]
        if party.seat == "unknown" and not party.establishments:
            continue
        # A seat that is not stated says nothing beside stated establishments; an unknown establishment leaves more open.
        places += [p for p in (party.seat, *party.establishments) if p != "unknown" or p in party.establishments]
        addresses.append(("parties", name))
    return _places(places, addresses)


def _employer_place(f: OperationFacts) -> Found:
    employer = f.operation.people.of
    return _sites([employer] if employer else [], f.program.parties)


def _data(f: OperationFacts) -> Found:
    surely, may = f.operation.categories
    return Found(Words(surely, may), tuple(("flows", name) for name in f.operation.captures))


def _captures(f: OperationFacts, name: str) -> Iterator[tuple[object, Address]]:
    for flow in f.operation.captures:
        yield getattr(f.program.flows[flow], name), ("flows", flow, name)


def _collection(f: OperationFacts) -> Found:
    sure: set[str] = set()
    may: set[str] = set()
    at: list[Address] = []
    for name in f.operation.captures:
        flow = f.program.flows[name]
        at.append(("flows", name, "obtained" if flow.obtained else "incidental"))
        if flow.obtained or flow.incidental is not None:
            word = flow.obtained or ("incidental" if flow.incidental else "direct")
            may.add(word)
            # What is only possibly captured by a flow is only possibly collected in its way.
            if flow.data and flow.occurs:
                sure.add(word)
        else:
            may.update(("incidental", "direct"))
    return Found(Words(frozenset(sure), frozenset(may)), tuple(at)) if at else UNSTATED


def _continuous(f: OperationFacts) -> Found:
    said = list(_captures(f, "continuous"))
    return Found(some(v if isinstance(v, bool) else None for v, _ in said), tuple(a for _, a in said))


def _purpose(f: OperationFacts) -> Found:
    return _term(f.operation.purpose.purpose, ("uses", f.operation.use, "purpose"))


def _collected_for(f: OperationFacts) -> Found:
    words: list[str] = []
    at = []
    for purposes, address in _captures(f, "collected_for"):
        if isinstance(purposes, tuple) and purposes:
            words.extend(purposes)
            at.append(address)
    return Found(Words.of(words), tuple(at)) if words else UNSTATED


def _further_use(f: OperationFacts) -> Found:
    first = f.find("collected_for")
    if not isinstance(first.value, Words):
        return UNSTATED
    now = f.operation.purpose.purpose
    same = (is_a(Kind.PURPOSE, now, w) or is_a(Kind.PURPOSE, w, now) for w in first.value.surely)
    return Found(not all(same), (*first.addresses, ("uses", f.operation.use, "purpose")))


def _claimed_basis(f: OperationFacts, section: str, bases: Mapping[str, str]) -> Found:
    for key in (f.operation.population, "default"):
        if key in bases:
            at: Address = ("uses", f.operation.use, section)
            return Found(None, (at,)) if bases[key] == "unknown" else Found(Words.of([bases[key]]), ((*at, key),))
    return UNSTATED


def _basis(f: OperationFacts) -> Found:
    return _claimed_basis(f, "basis", f.operation.purpose.basis)


def _special_basis(f: OperationFacts) -> Found:
    return _claimed_basis(f, "special_basis", f.operation.purpose.special_basis)


def _choice(f: OperationFacts) -> Found:
    words, at = [], []
    for name, choice in f.operation.graph.choices_of.get(f.operation.population, ()):
        if not choice.about or f.operation.use in choice.about:
            if _STANDS[choice.state] is False:
                continue
            words.append(choice.kind if _STANDS[choice.state] else "unknown")
            at.append(("choices", name, "kind"))
    known = [w for w in words if w != "unknown"]
    if not known:
        return Found(None, tuple(at))
    surely = frozenset(known) if len(known) == len(words) else frozenset()
    return Found(Words(surely, frozenset(known)), tuple(at))


def _notices(f: OperationFacts) -> list[tuple[str, Notice]]:
    told = f.operation.graph.notices_to.get(f.operation.population, ())
    return [(name, n) for name, n in told if not n.about or f.operation.use in n.about]


def _notice(f: OperationFacts) -> Found:
    said = _notices(f)
    if not said:
        return UNSTATED
    truth = some(_STANDS[n.state] for _, n in said)
    claimed = truth is True and not any(n.state == "verified" for _, n in said)
    return Found(truth, tuple(("notices", name) for name, _ in said), claimed)


def _notice_item(f: OperationFacts) -> Found:
    said = _notices(f)
    at = tuple(("notices", name) for name, _ in said)
    if not said:
        return UNSTATED
    items = frozenset(i for _, n in said if _STANDS[n.state] for i in n.items or ())
    open_ = any(_STANDS[n.state] is None or (_STANDS[n.state] and n.items is None) for _, n in said)
    return Found(Words(items, frozenset(labels(Kind.NOTICE)) if open_ else items), at)


def _given_notice(f: OperationFacts, ask: Callable[[Notice], Truth]) -> Found:
    """Something asked of the notices that were given; with none given it is false, with doubt unknown."""
    said = _notices(f)
    if not said:
        return UNSTATED
    truth = some(every((_STANDS[n.state], ask(n))) for _, n in said)
    return Found(truth, tuple(("notices", name) for name, _ in said))


def _notice_before(f: OperationFacts) -> Found:
    started = f.program.program.started

    def before(notice: Notice) -> Truth:
        if notice.before_start is not None or notice.given is None or started is None:
            return notice.before_start
        return notice.given <= started

    return _given_notice(f, before)


def _notice_individual(f: OperationFacts) -> Found:
    return _given_notice(f, lambda n: n.individual)


def _safeguard(f: OperationFacts, kind: str) -> Found:
    truth, statements = f.operation.protected(kind)
    return Found(truth, tuple(s.address for s in statements), truth is True and _on_claim(statements))


def _on_claim(statements: tuple[Statement, ...]) -> bool:
    states = {s.state for s in statements}
    return "claimed" in states and "verified" not in states


def _systems_in(f: OperationFacts) -> Found:
    systems = f.program.systems
    here = [s for s in f.operation.systems if s in systems]
    return _places((systems[s].place for s in here), [("systems", s, "place") for s in here])


def place_of(program: Program, node: str) -> str:
    """Where a population, system or party is; ``unknown`` where the model does not say."""
    if node in program.populations:
        return str(program.populations[node].place)
    return str(program.systems[node].place if node in program.systems else program.parties[node].seat)


def crosses(program: Program, origin: str, target: str) -> bool:
    """Whether data that move between two nodes surely leave a place: neither lies within the other."""
    a, b = place_of(program, origin), place_of(program, target)
    return "unknown" not in (a, b) and within(a, b) is False and within(b, a) is False


def _crossings(f: OperationFacts) -> list[tuple[str, str, str]]:
    """Each border that the data cross: from, to, flow. Moves inside the EEA or inside one country are none."""
    nodes, found = f.operation.graph.nodes, []
    for edge in (*f.operation.edges, *f.operation.disclosures):
        a, b = (place_of(f.program, nodes[n]) for n in (edge.origin, edge.target))
        if crosses(f.program, nodes[edge.origin], nodes[edge.target]) and not _one_area(a, b):
            found.append((a, b, edge.flow))
    return found


def _unplaced(f: OperationFacts) -> list[tuple[str, str, str]]:
    """Each move that may cross a border, since the model does not say where one of its ends is: from, to, flow."""
    nodes = f.operation.graph.nodes
    ends = [(*(place_of(f.program, nodes[n]) for n in (e.origin, e.target)), e.flow)
            for e in (*f.operation.edges, *f.operation.disclosures)]
    return [(a, b, flow) for a, b, flow in ends if "unknown" in (a, b)]


def _one_area(a: str, b: str) -> bool:
    return any(within(a, area) is True and within(b, area) is True for area in ("EEA", "US"))


def _exported(f: OperationFacts, end: Literal[0, 1]) -> Found:
    surely, perhaps = _crossings(f), _unplaced(f)
    sure = frozenset(move[end] for move in surely)
    # A move that may stay within a place is no export from it: what it may be is open, whatever its one known end.
    return Found(Words(sure, sure | {"unknown"} if perhaps else sure),
                 tuple(dict.fromkeys(("flows", flow) for *_, flow in (*surely, *perhaps))))


def _exported_from(f: OperationFacts) -> Found:
    return _exported(f, 0)


def _exported_to(f: OperationFacts) -> Found:
    return _exported(f, 1)


def _transfer_mechanism(f: OperationFacts) -> Found:
    words: list[str] = []
    at: list[Address] = []
    for name, transfer in f.program.transfers.items():
        if transfer.populations and f.operation.population not in transfer.populations:
            continue
        for a, b, _ in (*_crossings(f), *_unplaced(f)):
            fits = every((_overlap(a, transfer.origin), _overlap(b, transfer.to)))
            if fits is not False and name not in [x[1] for x in at]:
                words.append(transfer.mechanism)
                at.append(("transfers", name, "mechanism"))
    known = frozenset(w for w in words if w != "unknown")
    return Found(Words(known if "unknown" not in words else frozenset(), known), tuple(at)) if known else Found(
        None, tuple(at))


def _overlap(place: str, stated: str) -> Truth:
    """Whether a place may be the one that a transfer names: within it, or around it."""
    return None if "unknown" in (place, stated) else some((within(place, stated), within(stated, place)))


def _recipients(f: OperationFacts) -> Found:
    nodes, parties = f.operation.graph.nodes, f.program.parties
    roles: list[tuple[str, Address]] = [
        (parties[nodes[e.target]].role, ("flows", e.flow)) for e in f.operation.disclosures
    ]
    operators = {s: f.program.systems[s].operator for s in f.operation.systems if s in f.program.systems}
    roles += [(parties[o].role, ("systems", s, "operator")) for s, o in operators.items() if o != f.operation.controller]
    return Found(Words.of(r for r, _ in roles), tuple(dict.fromkeys(a for _, a in roles)))


def _processor(f: OperationFacts) -> Found:
    systems, parties = f.program.systems, f.program.parties
    operators = [(s, systems[s].operator) for s in f.operation.systems if s in systems]
    at = [("systems", s, "operator") for s, operator in operators
          if operator != f.operation.controller and is_a(Kind.ROLE, parties[operator].role, "processor")]
    return Found(bool(at), tuple(at))


def _joint(f: OperationFacts) -> Found:
    use: Address = ("uses", f.operation.use, "controllers")
    joint = len(f.operation.purpose.controllers) > 1 or is_a(Kind.ROLE, f.operation.party.role, "joint_controller")
    return Found(joint, (use, ("parties", f.operation.controller, "role")))


def _retention(f: OperationFacts) -> Found:
    truths: list[Truth] = []
    at = []
    for name in f.operation.systems:
        if name in f.program.systems:
            rule = f.program.systems[name].retention
            truths.append(None if rule is None else bool(rule.period or rule.criteria) and rule.enforced is not False)
            at.append(("systems", name, "retention"))
    return Found(every(truths), tuple(at))


def incidents_of(operation: Operation) -> tuple[str, ...]:
    """The incidents at systems that the operation's data pass."""
    at = operation.graph.incidents_at
    here = {name for system in operation.systems for name, _ in at.get(system, ())}
    return tuple(name for name in operation.graph.program.incidents if name in here) if here else ()


def _incident(f: OperationFacts) -> Found:
    found = incidents_of(f.operation)
    return Found(bool(found), tuple(("incidents", n) for n in found))


def _seat(f: OperationFacts) -> Found:
    return _places([f.operation.party.seat], [("parties", f.operation.controller, "seat")])


def _establishments(f: OperationFacts) -> Found:
    return _sites([f.operation.controller], f.program.parties)


def _group_establishments(f: OperationFacts) -> Found:
    return _sites(_group(f), f.program.parties)


def _turnover(f: OperationFacts) -> Found:
    name = f.operation.party.group
    if name is None:
        return UNSTATED
    group = f.program.groups[name]
    last = turnover_before(group, f.day)
    return _range(last, ("groups", name, "turnover", group.turnover.index(last)), last.currency) if last else UNSTATED


def turnover_before(group: Group, day: dt.date) -> Turnover | None:
    """The turnover of the latest financial year that had ended before the year of the day."""
    return max((t for t in group.turnover if t.year < day.year), key=lambda t: t.year, default=None)


def _staff(f: OperationFacts) -> Found:
    return _range(f.operation.party.staff, ("parties", f.operation.controller, "staff"))


def _order(f: OperationFacts) -> Found:
    return Found(Words.of(f.operation.party.orders), (("parties", f.operation.controller, "orders"),))


def _public_body(f: OperationFacts) -> Found:
    return Found(f.operation.party.public_body, (("parties", f.operation.controller, "public_body"),))


def _of_incident(name: str) -> Callable[[OperationFacts], Found]:
    """A reader of one field of the incident in question."""

    def read(f: OperationFacts) -> Found:
        if f.incident is None:
            return UNSTATED
        value: object = getattr(f.program.incidents[f.incident], name)
        at: tuple[Address, ...] = (("incidents", f.incident, name),)
        if value is None or isinstance(value, bool):
            return Found(value, at)
        if isinstance(value, tuple):
            return Found(Words.of(value), at) if value else UNSTATED
        return Found(None if value == "unknown" else Words.of([str(value)]), at)

    return read


def _incident_data(f: OperationFacts) -> Found:
    """The incident's own list of data, else everything that the operation holds there, as possibly exposed."""
    said = _of_incident("data")(f)
    surely, may = f.operation.categories
    return said if said.value is not None else Found(Words(frozenset(), surely | may), said.addresses)


#: How each derived fact of the catalogue is read; facts that are not here are stated in the program's ``facts``.
READERS: Mapping[str, Callable[[OperationFacts], Found]] = {
    "subject": _subject, "place": _place, "headcount": _headcount, "months_running": _months_running,
    "state_consumers": _state_consumers, "own_staff": _own_staff,
    "employer_place": _employer_place, "data": _data, "collection": _collection, "continuous": _continuous,
    "purpose": _purpose, "collected_for": _collected_for, "further_use": _further_use, "basis": _basis,
    "special_basis": _special_basis, "choice": _choice, "notice": _notice, "notice_item": _notice_item,
    "notice_before": _notice_before, "notice_individual": _notice_individual, "systems_in": _systems_in,
    "exported_from": _exported_from, "exported_to": _exported_to, "transfer_mechanism": _transfer_mechanism,
    "recipients": _recipients, "processor": _processor, "joint_controllers": _joint, "retention_defined": _retention,
    "incident": _incident, "controller_seat": _seat, "establishments": _establishments,
    "group_establishments": _group_establishments, "turnover": _turnover, "staff": _staff, "order": _order,
    "public_body": _public_body, "incident_kind": _of_incident("kind"), "incident_audience": _of_incident("audience"),
    "incident_risk": _of_incident("risk"), "incident_exfiltration": _of_incident("exfiltration"),
    "incident_authority_told": _of_incident("authority_told"), "incident_people_told": _of_incident("people_told"),
    "incident_data": _incident_data,
}


# -- what the program's `facts` say --------------------------------------------------------------------------------------


def _stated(f: OperationFacts, fact: str) -> Found:
    """The statement that fits the operation most closely; equally close ones that differ leave the fact open."""
    best = -1
    found: list[tuple[str, StatedFact]] = []
    for name, entry in f.operation.graph.stated(fact, f.operation.use):
        weight = _fits(f, entry.on)
        if weight is None or weight < best:
            continue
        if weight > best:
            best, found = weight, []
        found.append((name, entry))
    if not found:
        return UNSTATED
    at = tuple(("facts", name, "value") for name, _ in found)
    values = {repr(_value_of(entry)): _value_of(entry) for _, entry in found}
    return Found(next(iter(values.values())) if len(values) == 1 else None, at)


def _fits(f: OperationFacts, site: Site) -> int | None:
    """How closely a site fits the operation; None where it does not."""
    o, program = f.operation, f.program
    tests: tuple[tuple[str, bool], ...] = (
        ("party", o.controller in site.party), ("population", o.population in site.population),
        ("use", o.use in site.use), ("system", bool(set(o.systems) & set(site.system)) if site.system else False),
        ("purpose", any(is_a(Kind.PURPOSE, program.uses[o.use].purpose, p) for p in site.purpose)),
        ("incident", f.incident in site.incident), ("flow", bool(set(o.captures) & set(site.flow))),
    )
    weight = 0
    for key, holds in tests:
        if getattr(site, key):
            if not holds:
                return None
            weight += _WEIGHT.get(key, 3)
    return weight


def _value_of(entry: StatedFact) -> Value:
    fact, value = catalogue()[entry.fact], entry.value
    if value == "unknown":
        return None
    if fact.type is Type.FLAG:
        return bool(value == "yes")
    if fact.type is Type.NUMBER:
        number = Decimal(str(value))
        return Range(number, number, number)
    return Words.of([value] if isinstance(value, str) else value)
