"""A pack's own tests: facts in, expected statuses out, and what the cases leave untested."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lexposure.law.conditions import UNSTATED, Found, Range, Value, Words
from lexposure.law.judgement import Judgement, Reason, Rule, Status, judge, stands
from lexposure.law.model import Case, Cases, Inherited
from lexposure.law.packs import Law
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, Severity, nearest
from lexposure.reading.source import Address, Source, read
from lexposure.reading.typed import decimal, validate
from lexposure.vocabulary import Kind, is_a, labels
from lexposure.vocabulary.facts import Fact, Type, catalogue


@dataclass(frozen=True)
class CaseFacts:
    """Facts given by hand. A measure said to be in effect answers for its broader kinds, a missing one for narrower.

    ``presupposed`` is how what the provision presupposes stands.
    """

    values: Mapping[str, Value]
    safeguards: Mapping[str, bool | None]
    presupposed: Status | None = None

    def under(self, other: "CaseFacts") -> "CaseFacts":
        """These facts with others laid over them."""
        rest = {k: v for k, v in self.safeguards.items() if k not in other.safeguards}
        return CaseFacts({**self.values, **other.values}, {**other.safeguards, **rest},
                         other.presupposed or self.presupposed)

    def find(self, fact: str, argument: str = "") -> Found:
        """See Facts."""
        if catalogue()[fact].type is not Type.SAFEGUARD:
            return Found(self.values.get(fact)) if fact in self.values else UNSTATED
        for kind, state in self.safeguards.items():
            if state is not None and is_a(Kind.SAFEGUARD, *((kind, argument) if state else (argument, kind))):
                return Found(state)
        return UNSTATED

    def convert(self, amount: Decimal, currency: str, wanted: str) -> Decimal | None:
        """Cases give money in the currency that the condition asks for."""
        return amount if currency == wanted else None


@dataclass(frozen=True, slots=True)
class Tested:
    """One case with the judgement of each provision it expects something of."""

    case: Case
    judgements: Mapping[str, Judgement]


def check_cases(law: Law, instrument: str) -> list[Diagnostic]:
    """Run an instrument's cases, and its family's; every wrong expectation and everything left untested is a fault.

    Raises InvalidInput where cases cannot be read.
    """
    rules = [r for r in law.rules if r.instrument.id == instrument]
    paths = law.cases.get(instrument, ())
    if not paths:
        source = law.sources[rules[0].file] if rules else None
        message = f"the pack `{instrument}` has no cases"
        return [source.fault("LX406", message, ("instrument", "id")) if source else Diagnostic("LX406", message)]
    faults: list[Diagnostic] = []
    unreadable: list[Diagnostic] = []
    own = list(_read(paths, unreadable))
    shared = list(_read(law.family_cases.get(instrument, ()), unreadable))
    if unreadable:
        raise InvalidInput(unreadable)
    tested: list[Tested] = []
    by_id = {r.id: [r] for r in rules}
    for cases, source in own:
        if cases.instrument != instrument:
            faults.append(source.fault("LX403", f"the cases are of `{cases.instrument}`", ("instrument",),
                                       expected=f"`{instrument}`"))
        tested.extend(_run(cases, source, by_id, faults))
    by_draft: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.provision.origin:
            by_draft.setdefault(rule.provision.origin, []).append(rule)
    first, said = own[0]
    for cases, source in shared:
        tested.extend(_run(cases, source, by_draft, faults, (first.inherited, said)))
    for rule in rules:
        faults.extend(_untested(rule, tested, law.sources[rule.file]))
    faults.extend(_unturned(rules, tested, law))
    return faults


def _unturned(rules: list[Rule], tested: list[Tested], law: Law) -> Iterator[Diagnostic]:
    """The exceptions of the whole pack that no case turns, on whichever provision."""
    turned = {j.clause for t in tested for j in t.judgements.values() if j.reason is Reason.EXCEPTION}
    for rule in rules[:1]:
        for exception in rule.exceptions:
            if exception.common and exception.clause.id not in turned:
                message = f"no case of the pack turns on its exception `{exception.clause.id}`"
                yield law.sources[rule.file].fault("LX406", message, ("exceptions",), key=True)


def _read(paths: Iterable[str], unreadable: list[Diagnostic]) -> Iterator[tuple[Cases, Source]]:
    for path in paths:
        try:
            source = read(path)
            yield validate(Cases, source), source
        except InvalidInput as error:
            unreadable += error.diagnostics


def _run(
    cases: Cases, source: Source, rules: Mapping[str, list[Rule]], faults: list[Diagnostic],
    inherited: tuple[Inherited, Source] | None = None,
) -> Iterator[Tested]:
    """Run a file's cases; those of a family are run on what the pack's own file says that it inherits."""
    shared = _given(cases.given, source, ("given",), faults)
    if inherited:
        shared = shared.under(_given(inherited[0].given, inherited[1], ("inherited", "given"), faults))
        names = [c.name for c in cases.cases]
        faults.extend(inherited[1].fault("LX403", f"`{name}` is not a case of the family", ("inherited", "without"),
                                         expected="the name of one of its cases", near=nearest(name, names))
                      for name in inherited[0].without if name not in names)
    for index, case in enumerate(cases.cases):
        if inherited and case.name in inherited[0].without:
            continue
        at: Address = ("cases", index)
        facts = shared.under(_given(case.given, source, (*at, "given"), faults))
        day = case.as_of or (inherited and inherited[0].as_of) or cases.as_of
        standing = facts.presupposed or Status.UNKNOWN
        judged = {}
        for name, expected in case.expect.items():
            where: Address = (*at, "expect", name)
            if name not in rules and not inherited:
                faults.append(source.fault("LX403", f"`{name}` is not a provision of this pack", where, key=True,
                                           expected="a provision's id", near=nearest(name, rules)))
            for rule in rules.get(name, ()):
                footing = (("", standing),) if rule.provision.presupposes else None
                judgement = judge(rule, facts, day, footing=footing, thorough=True)
                judged[rule.id] = judgement
                faults.extend(_mismatch(case, rule.id, judgement, expected, source, where, day))
        yield Tested(case, judged)


def _mismatch(
    case: Case, name: str, judgement: Judgement, expected: object, source: Source, at: Address, day: dt.date
) -> Iterator[Diagnostic]:
    """What differs between the judgement and the expectation: a status, or ``{clear: what lifts it}``."""
    status, because = (expected, None) if isinstance(expected, str) else (None, None)
    if isinstance(expected, dict) and len(expected) == 1:
        (status, because), = expected.items()
    if status not in {s.value for s in Status} or (because is not None and status != "clear"):
        yield source.fault("LX203", "that is not an expectation", at,
                           expected="`breach`, `arguable`, `unknown`, `clear`, or `{clear: an element or exception, "
                           "scope, force, presupposed}`")
        return
    reason = {Reason.OUT_OF_SCOPE: "scope", Reason.NOT_IN_FORCE: "force", Reason.NOTHING_PRESUPPOSED: "presupposed"}.get(
        judgement.reason, judgement.clause)
    if status != judgement.status.value or (because is not None and because != reason):
        got = judgement.status.value + (f" ({reason})" if reason else "")
        open_ = ", ".join(sorted({
            f"{leaf.fact}{' ' + leaf.argument if leaf.argument else ''}"
            for step in (*judgement.limbs, *judgement.elements, *judgement.exceptions) if step.truth is None
            for leaf in step.evidence.deciding() if leaf.truth is None
        } | ({"presupposed"} if stands(judgement.footing) is None else set())))
        more = f"; not given: {open_}" if judgement.status is Status.UNKNOWN and open_ else ""
        yield source.fault("LX405", f"`{case.name}`: {name} is {got} on {day}{more}", at,
                           expected=f"{status}" + (f" ({because})" if because else ""))


def _untested(rule: Rule, tested: list[Tested], source: Source) -> Iterator[Diagnostic]:
    """What no case turns: firing at all, staying clear, each element, each exception, each limb."""
    judged = [t.judgements[rule.id] for t in tested if rule.id in t.judgements]
    at: Address = ("provisions", rule.id)

    def fault(what: str, where: Address) -> Diagnostic:
        return source.fault("LX406", f"no case of the pack {what}", where, key=len(where) == 2)

    if not any(j.status in (Status.BREACH, Status.ARGUABLE) for j in judged):
        yield fault(f"makes `{rule.id}` fire", at)
    if not any(j.status is Status.CLEAR for j in judged):
        yield fault(f"leaves `{rule.id}` clear", at)
    if rule.provision.presupposes and not any(j.reason is Reason.NOTHING_PRESUPPOSED for j in judged):
        yield fault(f"leaves `{rule.id}` without what it presupposes", at)
    for i, element in enumerate(rule.elements):
        if not any(
            j.reason is Reason.ELEMENT_NOT_MET and j.clause == element.clause.id
            and all(s.truth is not False for s in j.elements if s.id != j.clause)
            for j in judged
        ):
            yield fault(f"turns on the element `{element.clause.id}` of `{rule.id}` alone", (*at, "elements", i))
    for i, exception in enumerate(rule.exceptions):
        # What lifts every provision of the pack is to be turned once for all of them.
        if exception.common:
            continue
        if not any(
            j.reason is Reason.EXCEPTION and any(s.id == exception.clause.id and s.truth is True for s in j.exceptions)
            and all(s.truth is True for s in j.elements)
            for j in judged
        ):
            yield fault(f"turns on the exception `{exception.clause.id}` of `{rule.id}`", (*at, "exceptions", i))


def _given(given: Mapping[str, object], source: Source, at: Address, faults: list[Diagnostic]) -> CaseFacts:
    """The facts of a ``given`` block; what is not understood is a fault."""
    values: dict[str, Value] = {}
    safeguards: dict[str, bool | None] = {}
    facts = catalogue()
    presupposed = None
    for name, value in given.items():
        where: Address = (*at, name)
        fact = facts.get(name)
        if name == "presupposed":
            presupposed = next((s for s in Status if s.value == value), None)
            if presupposed is None:
                faults.append(source.fault("LX402", "that is not how something presupposed stands", where,
                                           expected="`breach`, `arguable`, `unknown` or `clear`"))
        elif fact is None:
            faults.append(source.fault("LX401", f"`{name}` is not a fact of the catalogue", where, key=True,
                                       near=nearest(name, [*facts, "presupposed"])))
        elif fact.type is Type.SAFEGUARD:
            if not isinstance(value, dict):
                faults.append(source.fault("LX402", f"`{name}` says which measure is in effect", where,
                                           expected="`{dpia: yes, redaction: no}`"))
                continue
            kinds = labels(Kind.SAFEGUARD)
            for kind, state in value.items():
                if kind not in kinds or state not in ("yes", "no", "unknown"):
                    faults.append(source.fault("LX402", f"`{kind}: {state}` is not a safeguard's state", (*where, kind),
                                               key=True, expected="`yes`, `no` or `unknown`",
                                               near="" if kind in kinds else nearest(kind, kinds)))
                else:
                    safeguards[kind] = {"yes": True, "no": False}.get(state)
        elif value != "unknown":
            try:
                values[name] = _value(fact, value)
            except ValueError:
                faults.append(source.fault("LX402", f"that is not a value of `{name}`", where,
                                           expected=_form(fact)))
        else:
            values[name] = None
    return CaseFacts(values, safeguards, presupposed)


def _form(fact: Fact) -> str:
    return {
        Type.FLAG: "`yes`, `no` or `unknown`",
        Type.NUMBER: "a number, or `{low, likely, high}`",
        Type.MONEY: "`{USD: 1000}`",
    }.get(fact.type, "a word, a list of words, or `{surely: [...], possibly: [...]}`")


def _value(fact: Fact, value: object) -> Value:
    if fact.type is Type.FLAG:
        return {"yes": True, "no": False}[value] if value in ("yes", "no") else _refuse()
    if fact.type is Type.NUMBER:
        if not isinstance(value, dict):
            number = _figure(value)
            return Range(number, number, number)
        low, likely, high = (_figure(value.get(k)) for k in ("low", "likely", "high"))
        return Range(low, likely, high) if low <= likely <= high and len(value) == 3 else _refuse()
    if fact.type is Type.MONEY:
        if not isinstance(value, dict) or len(value) != 1:
            return _refuse()
        (currency, text), = value.items()
        number = _figure(text)
        return Range(number, number, number, str(currency))
    if isinstance(value, dict):
        if not value or not set(value) <= {"surely", "possibly"}:
            return _refuse()
        surely = _words(fact, value.get("surely", []))
        return Words(surely, surely | _words(fact, value.get("possibly", [])))
    return Words.of(_words(fact, value))


def _words(fact: Fact, value: object) -> frozenset[str]:
    words = [value] if isinstance(value, str) else value
    allowed = labels(Kind.PLACE) if fact.type is Type.PLACES else labels(fact.terms) if fact.terms else fact.values
    if not isinstance(words, list) or not all(isinstance(w, str) and (not allowed or w in allowed) for w in words):
        raise ValueError(value)
    return frozenset(words)


def _figure(value: object) -> Decimal:
    number = decimal(value)
    if number is None:
        raise ValueError(value)
    return number


def _refuse() -> Value:
    raise ValueError


def stale(law: Law, day: dt.date, days: int) -> list[Diagnostic]:
    """A warning for every provision that was last checked more than ``days`` days before the day."""
    return [
        Diagnostic("LX408", f"{rule.cite}: last checked on {rule.checked}, more than {days} days before {day}",
                   law.sources[rule.file].place(("provisions", rule.id), key=True), "", "a fresh reading of the source",
                   "", Severity.WARNING)
        for rule in law.rules if (day - rule.checked).days > days
    ]


