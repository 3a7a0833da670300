"""Conditions over facts, in Kleene's strong three-valued logic: true, false, and unknown (None).

Written in a pack as mappings: ``{subject: employee, place: US-NY}`` means both, ``any:``/``all:``/``not:`` combine,
``{defined: name}`` stands for a condition that the pack defines once. A condition is compiled once, against the fact
catalogue, and evaluated many times; its evidence is a tree whose leaves name the fact, what was asked, what was found
and where the model says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Protocol, TypeAlias

from lexposure.program.model import CURRENCIES
from lexposure.reading.diagnostics import Diagnostic, nearest
from lexposure.reading.source import Address, Source
from lexposure.reading.typed import decimal
from lexposure.vocabulary import Kind, labels, terms, within
from lexposure.vocabulary.facts import Fact, Type, Unit, catalogue

Truth: TypeAlias = "bool | None"


def every(truths: Iterable[Truth]) -> Truth:
    """Kleene's conjunction: false if any is false, else unknown if any is, else true."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def some(truths: Iterable[Truth]) -> Truth:
    """Kleene's disjunction: true if any is true, else unknown if any is, else false."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def at_least(needed: int, truths: Sequence[Truth]) -> Truth:
    """Whether so many hold: true once enough do, false once too few can, else unknown."""
    met = sum(t is True for t in truths)
    if met >= needed:
        return True
    return None if met + sum(t is None for t in truths) >= needed else False


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a fact with words for values: those that surely hold, and those that at least possibly do."""

    surely: frozenset[str]
    may: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Words":
        """Words that all surely hold."""
        known = frozenset(words)
        return cls(known, known)


@dataclass(frozen=True, slots=True)
class Range:
    """A number that is not exactly known, with a currency where it is money."""

    low: Decimal
    likely: Decimal
    high: Decimal
    currency: str = ""


#: A fact's value by its type: bool (flag, safeguard), Words (term, terms, words, places), Range (number, money).
Value: TypeAlias = "bool | Words | Range | None"


@dataclass(frozen=True, slots=True)
class Found:
    """What the facts say: the value (None where unknown), where the model says so, and whether only a claim says it."""

    value: Value
    addresses: tuple[Address, ...] = ()
    claimed: bool = False


UNSTATED = Found(None)


class Facts(Protocol):
    """Whatever can be asked for catalogued facts."""

    def find(self, fact: str, argument: str = "") -> Found:
        """The fact's value; ``argument`` names the safeguard where the fact is one."""
        ...

    def convert(self, amount: Decimal, currency: str, wanted: str) -> Decimal | None:
        """An amount in another currency, or None where no rate is known."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A node of the tree that a verdict rests on: ``all``, ``any``, ``not``, ``count``, or a leaf with what was found.

    The parts of a ``count`` are criteria with names (``label``), of which ``needed`` have to be met. Words are made only
    when they are read: most evidence never is.
    """

    kind: str
    truth: Truth
    parts: tuple["Evidence", ...] = ()
    test: "Test | None" = None
    argument: str = ""
    answer: Found = UNSTATED
    label: str = ""
    needed: int = 0

    @property
    def fact(self) -> str:
        """The id of a leaf's fact."""
        return self.test.fact.id if self.test else ""

    @property
    def asked(self) -> str:
        """What a leaf asks, in words."""
        return self.test.asked(self.argument) if self.test else ""

    @property
    def found(self) -> str:
        """What was found for a leaf, in words."""
        return self.test.shown(self.answer) if self.test else ""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where the model says so."""
        return self.answer.addresses

    @property
    def claimed(self) -> bool:
        """Whether only a claim says so."""
        return self.answer.claimed

    @property
    def wanted(self) -> tuple[str, ...]:
        """The words that a leaf's fact is compared with; a safeguard is its own question."""
        return () if self.test is None or self.argument else self.test.wanted

    def counts(self) -> Iterator["Evidence"]:
        """Every count, outermost first."""
        if self.kind == "count":
            yield self
        for part in self.parts:
            yield from part.counts()

    def leaves(self) -> Iterator["Evidence"]:
        """Every leaf, left to right."""
        if self.kind == "fact":
            yield self
        for part in self.parts:
            yield from part.leaves()

    def deciding(self) -> Iterator["Evidence"]:
        """The leaves that decided the truth: in a false conjunction the false ones, and so on."""
        if self.kind == "fact":
            yield self
            return
        if self.kind == "not":
            yield from self.parts[0].deciding()
            return
        decisive = [p for p in self.parts if p.truth is self.truth]
        for part in decisive or self.parts:
            yield from part.deciding()


class Condition(Protocol):
    """A compiled condition."""

    def truth(self, facts: Facts) -> Truth:
        """Whether it holds."""
        ...

    def evidence(self, facts: Facts) -> Evidence:
        """Whether it holds, and why."""
        ...

    def leaves(self) -> Iterator["Test"]:
        """The tests it is made of."""
        ...


@dataclass(frozen=True, slots=True)
class _Compound:
    """A condition made of parts."""

    parts: tuple[Condition, ...]

    def leaves(self) -> Iterator["Test"]:
        """See Condition."""
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class Every(_Compound):
    """All parts hold."""

    def truth(self, facts: Facts) -> Truth:
        """See Condition."""
        return every(p.truth(facts) for p in self.parts)

    def evidence(self, facts: Facts) -> Evidence:
        """See Condition."""
        parts = tuple(p.evidence(facts) for p in self.parts)
        return Evidence("all", every(p.truth for p in parts), parts)


@dataclass(frozen=True, slots=True)
class Some(_Compound):
    """At least one part holds."""

    def truth(self, facts: Facts) -> Truth:
        """See Condition."""
        return some(p.truth(facts) for p in self.parts)

    def evidence(self, facts: Facts) -> Evidence:
        """See Condition."""
        parts = tuple(p.evidence(facts) for p in self.parts)
        return Evidence("any", some(p.truth for p in parts), parts)


@dataclass(frozen=True, slots=True)
class Count(_Compound):
    """At least ``needed`` of several named criteria hold."""

    labels: tuple[str, ...]
    needed: int

    def truth(self, facts: Facts) -> Truth:
        """See Condition."""
        return at_least(self.needed, [p.truth(facts) for p in self.parts])

    def evidence(self, facts: Facts) -> Evidence:
        """See Condition."""
        parts = tuple(Evidence("all", e.truth, (e,), label=label)
                      for label, e in zip(self.labels, (p.evidence(facts) for p in self.parts), strict=True))
        return Evidence("count", at_least(self.needed, [p.truth for p in parts]), parts, needed=self.needed)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def truth(self, facts: Facts) -> Truth:
        """See Condition."""
        truth = self.part.truth(facts)
        return None if truth is None else not truth

    def evidence(self, facts: Facts) -> Evidence:
        """See Condition."""
        part = self.part.evidence(facts)
        return Evidence("not", None if part.truth is None else not part.truth, (part,))

    def leaves(self) -> Iterator["Test"]:
        """See Condition."""
        yield from self.part.leaves()


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number is compared with: each bound that is not None must hold."""

    at_least: Decimal | None = None
    more_than: Decimal | None = None
    at_most: Decimal | None = None
    less_than: Decimal | None = None
    currency: str = ""

    def holds(self, value: Decimal) -> bool:
        """Whether one exact number satisfies every bound."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.more_than is None or value > self.more_than)
            and (self.at_most is None or value <= self.at_most)
            and (self.less_than is None or value < self.less_than)
        )

    def test(self, low: Decimal, high: Decimal) -> Truth:
        """Whether a number in the range satisfies every bound: None where it depends on where it lies."""
        ends = (self.holds(low), self.holds(high))
        if all(ends):
            return True
        if not any(ends):
            inside = [b for b in (self.at_least, self.more_than, self.at_most, self.less_than) if b is not None]
            return None if any(low < b < high for b in inside) and len(inside) > 1 else False
        return None

    def __str__(self) -> str:
        words = (("at least", self.at_least), ("more than", self.more_than), ("at most", self.at_most),
                 ("less than", self.less_than))
        return " and ".join(f"{w} {self.currency + ' ' if self.currency else ''}{v:,f}"
                            for w, v in words if v is not None)


@dataclass(frozen=True, slots=True)
class Test:
    """One fact asked about: a flag, words of which one must hold, places to be outside of, or bounds of a number."""

    __test__ = False  # pytest takes the name for a test class

    fact: Fact
    wanted: tuple[str, ...] = ()
    flag: bool = True
    outside: bool = False
    bound: Bound | None = None

    def truth(self, facts: Facts) -> Truth:
        """See Condition."""
        if self.fact.type is Type.SAFEGUARD:
            return some(self._flag(facts.find(self.fact.id, name)) for name in self.wanted)
        return self._judge(facts.find(self.fact.id), facts)

    def evidence(self, facts: Facts) -> Evidence:
        """See Condition."""
        if self.fact.type is Type.SAFEGUARD:
            found_all = [(name, facts.find(self.fact.id, name)) for name in self.wanted]
            parts = tuple(Evidence("fact", self._flag(found), (), self, name, found) for name, found in found_all)
            return parts[0] if len(parts) == 1 else Evidence("any", some(p.truth for p in parts), parts)
        found = facts.find(self.fact.id)
        return Evidence("fact", self._judge(found, facts), (), self, "", found)

    def leaves(self) -> Iterator["Test"]:
        """See Condition."""
        yield self

    def asked(self, argument: str = "") -> str:
        """What is asked, in words; ``argument`` names the safeguard where the fact is one."""
        if argument:
            return f"{_plain(argument)} in effect"
        name = _plain(self.fact.id)
        if self.fact.type is Type.FLAG:
            return f"{name}: {'yes' if self.flag else 'no'}"
        if self.bound is not None:
            return f"{name}: {self.bound}"
        words = " or ".join(w if self.fact.type is Type.PLACES else _plain(w) for w in self.wanted)
        return f"{name}: {'outside ' if self.outside else ''}{words}"

    @staticmethod
    def _flag(found: Found) -> Truth:
        return found.value if isinstance(found.value, bool) else None

    def _judge(self, found: Found, facts: Facts) -> Truth:
        value = found.value
        if value is None:
            return None
        if isinstance(value, bool):
            return value is self.flag
        if isinstance(value, Range):
            return self._within_bounds(value, facts)
        if self.fact.type is Type.PLACES:
            return _among_places(value, self.wanted, self.outside)
        if self.fact.type is Type.WORDS:
            return True if value.surely & set(self.wanted) else None if value.may & set(self.wanted) else False
        known = terms(self.fact.terms or Kind.DATA)
        for word in value.surely:
            if not known[word].ancestors.isdisjoint(self.wanted):
                return True
        # What is only possible, and what is stated more broadly than asked, leaves the question open.
        for word in value.may:
            if not known[word].ancestors.isdisjoint(self.wanted) or any(word in known[w].ancestors for w in self.wanted):
                return None
        return False

    def _within_bounds(self, value: Range, facts: Facts) -> Truth:
        bound = self.bound
        if bound is None:
            return None
        low, high = value.low, value.high
        if bound.currency and value.currency != bound.currency:
            changed = [facts.convert(v, value.currency, bound.currency) for v in (low, high)]
            if changed[0] is None or changed[1] is None:
                return None
            low, high = changed[0], changed[1]
        return bound.test(low, high)

    def shown(self, found: Found) -> str:
        """What was found, in words."""
        value = found.value
        if value is None:
            return "not known" if found.addresses else "not stated"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Range):
            money = f"{value.currency} " if value.currency else ""
            if value.high.is_infinite():
                return f"at least {money}{value.low:,f}"
            span = f" ({value.low:,f} to {value.high:,f})" if value.low != value.high else ""
            return f"{money}{value.likely:,f}{span}"
        plain = str if self.fact.type is Type.PLACES else _plain
        surely, may = self._relevant(value.surely), self._relevant(value.may - value.surely)
        if not surely and not may and (value.surely or value.may) and self.fact.type in (Type.TERMS, Type.WORDS):
            return "none of these"
        sure = ", ".join(plain(w) for w in sorted(surely))
        maybe = ", ".join(plain(w) for w in sorted(may)[:6]) + (" and others" if len(may) > 6 else "")
        return "; ".join(part for part in (sure, f"possibly {maybe}" if maybe else "") if part) or "none"

    def _relevant(self, words: frozenset[str]) -> frozenset[str]:
        """Of a fact with many words for values, those that bear on what is asked."""
        if self.fact.type is not Type.TERMS:
            return words
        known = terms(self.fact.terms or Kind.DATA)
        return frozenset(
            w for w in words
            if not known[w].ancestors.isdisjoint(self.wanted) or any(w in known[x].ancestors for x in self.wanted)
        )


@lru_cache(maxsize=4096)
def _among_places(value: Words, wanted: tuple[str, ...], outside: bool) -> Truth:
    """Whether one of the places is within (outside) those wanted; with none certain, each possible one must be."""

    def lies(place: str) -> Truth:
        if place == "unknown":
            return None
        if outside:
            return every(_opposite(within(place, w)) for w in wanted)
        return some(within(place, w) for w in wanted)

    sure = [lies(p) for p in value.surely]
    if True in sure or value.surely == value.may:
        return some(sure)
    possible = [lies(p) for p in value.may - value.surely]
    if not sure and all(t is True for t in possible):
        return True
    return None if None in sure or any(t is not False for t in possible) else False


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _plain(word: str) -> str:
    return word.replace("_", " ")


ALWAYS = Every(())


def needs_measure(condition: Condition, positive: bool = True) -> bool:
    """Whether a measure's being in effect helps a condition to hold: a duty on how the measure is carried out, say."""
    if isinstance(condition, Not):
        return needs_measure(condition.part, not positive)
    if isinstance(condition, _Compound):
        return any(needs_measure(part, positive) for part in condition.parts)
    return positive and isinstance(condition, Test) and condition.fact.type is Type.SAFEGUARD


# -- compiling ---------------------------------------------------------------------------------------------------------

_BOUNDS = ("at_least", "more_than", "at_most", "less_than")
#: What a condition may come to when its definitions are written out; definitions of definitions grow fast.
_LARGEST = 5_000
_DEEPEST = 16


@dataclass
class Compiler:
    """Compiles a pack's conditions; faults are collected, so that one run reports all of them."""

    source: Source
    unit: Unit
    definitions: Mapping[str, object]
    definitions_at: Address
    faults: list[Diagnostic]
    _open: tuple[str, ...] = ()
    _size: int = 0

    def compile(self, tree: object, at: Address) -> Condition:
        """The condition written at ``at``; where it is faulty, one that always holds, with the fault recorded."""
        self._size += 1
        if self._size >= _LARGEST:
            if self._size == _LARGEST:
                self._fault("LX402", "the condition is too large", at, f"at most {_LARGEST} parts")
            return ALWAYS
        if not isinstance(tree, dict) or not tree:
            self._fault("LX402", "a condition is a mapping", at, "such as `{subject: employee, place: US-NY}`")
            return ALWAYS
        parts = [self._entry(str(key), value, (*at, str(key))) for key, value in tree.items()]
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _fault(self, code: str, message: str, at: Address, expected: str = "", near: str = "", *,
               key: bool = False) -> None:
        self.faults.append(self.source.fault(code, message, at, key=key, expected=expected, near=near))

    def _entry(self, key: str, value: object, at: Address) -> Condition:
        if key == "count":
            return self._count(value, at)
        if key in ("all", "any"):
            if not isinstance(value, list) or not value:
                self._fault("LX402", f"`{key}` takes a list of conditions", at, f"`{key}: [{{...}}, {{...}}]`")
                return ALWAYS
            parts = tuple(self.compile(v, (*at, i)) for i, v in enumerate(value))
            return Every(parts) if key == "all" else Some(parts)
        if key == "not":
            return Not(self.compile(value, at))
        if key == "defined":
            return self._defined(value, at)
        fact = catalogue().get(key)
        if fact is None:
            known = ["all", "any", "not", "count", "defined", *catalogue()]
            self._fault("LX401", f"`{key}` is not a fact that a program can state", at, "a fact of the catalogue",
                        nearest(key, known), key=True)
            return ALWAYS
        if fact.unit is Unit.INCIDENT and self.unit is not Unit.INCIDENT:
            self._fault("LX401", f"`{key}` belongs to an incident, and this provision is not judged per incident", at,
                        "`unit: incident` on the provision", key=True)
        return self._test(fact, value, at)

    def _count(self, value: object, at: Address) -> Condition:
        criteria = value.get("of") if isinstance(value, dict) else None
        needed = decimal(value.get("at_least")) if isinstance(value, dict) else None
        if not isinstance(criteria, dict) or needed is None or set(value) != {"at_least", "of"}:  # type: ignore[call-overload]
            self._fault("LX402", "`count` says how many of which criteria", at,
                        "`{at_least: 2, of: {a criterion: {...}, another: {...}}}`")
            return ALWAYS
        if needed != needed.to_integral() or not 1 <= needed <= len(criteria):
            self._fault("LX402", f"`{needed}` of {len(criteria)} criteria cannot be counted", (*at, "at_least"),
                        f"a whole number from 1 to {len(criteria)}")
            return ALWAYS
        parts = tuple(self.compile(v, (*at, "of", str(k))) for k, v in criteria.items())
        return Count(parts, tuple(str(k) for k in criteria), int(needed))

    def _defined(self, value: object, at: Address) -> Condition:
        if not isinstance(value, str) or value not in self.definitions:
            self._fault("LX403", f"`{value}` is not defined in this pack", at, "an entry of `definitions`",
                        nearest(str(value), self.definitions))
            return ALWAYS
        if len(self._open) >= _DEEPEST:
            self._fault("LX402", "the definitions refer to each other too deeply", at, f"at most {_DEEPEST} levels")
            return ALWAYS
        if value in self._open:
            self._fault("LX402", f"the definition `{value}` refers to itself", at, "a condition over facts")
            return ALWAYS
        self._open = (*self._open, value)
        try:
            return self.compile(self.definitions[value], (*self.definitions_at, value))
        finally:
            self._open = self._open[:-1]

    def _test(self, fact: Fact, value: object, at: Address) -> Condition:
        if fact.type is Type.FLAG:
            if value not in ("yes", "no"):
                self._fault("LX402", f"`{fact.id}` is answered by yes or no", at, "`yes` or `no`")
            return Test(fact, flag=value == "yes")
        if fact.type in (Type.NUMBER, Type.MONEY):
            return Test(fact, bound=self._bound(fact, value, at))
        outside = fact.type is Type.PLACES and isinstance(value, dict) and set(value) == {"outside"}
        listed = value["outside"] if outside and isinstance(value, dict) else value
        at = (*at, "outside") if outside else at
        words = [listed] if isinstance(listed, str) else listed
        if not isinstance(words, list) or not words or not all(isinstance(w, str) for w in words):
            self._fault("LX402", f"`{fact.id}` is compared with words", at, "a word, or a list of words")
            return ALWAYS
        allowed = _allowed(fact)
        for index, word in enumerate(words):
            if allowed and word not in allowed:
                place = (*at, index) if isinstance(listed, list) else at
                shown = ", ".join(f"`{a}`" for a in allowed) if len(allowed) <= 12 else f"one of {len(allowed)} terms"
                self._fault("LX402", f"`{word}` is not a value of `{fact.id}`", place, shown, nearest(word, allowed))
                return ALWAYS
        return Test(fact, tuple(words), outside=outside)

    def _bound(self, fact: Fact, value: object, at: Address) -> Bound:
        expected = "bounds, such as `{at_least: 100000}`" + (
            " with `currency: USD`" if fact.type is Type.MONEY else "")
        if not isinstance(value, dict) or not value or not set(value) <= {*_BOUNDS, "currency"}:
            self._fault("LX402", f"`{fact.id}` is compared with bounds", at, expected)
            return Bound()
        if (fact.type is Type.MONEY) != ("currency" in value):
            self._fault("LX402", f"`{fact.id}` {'needs a' if fact.type is Type.MONEY else 'has no'} currency", at, expected)
        currency = value.get("currency")
        if currency is not None and currency not in CURRENCIES:
            self._fault("LX402", f"`{currency}` is not a currency", (*at, "currency"),
                        ", ".join(f"`{c}`" for c in CURRENCIES), nearest(str(currency), CURRENCIES))
        bounds: dict[str, Decimal] = {}
        for name in _BOUNDS:
            if name in value:
                number = decimal(value[name])
                if number is None:
                    self._fault("LX402", f"`{value[name]}` is not a number", (*at, name), "digits")
                else:
                    bounds[name] = number
        if not any(name in value for name in _BOUNDS):
            self._fault("LX402", f"`{fact.id}` is compared with bounds", at, expected)
        return Bound(**bounds, currency=str(value.get("currency", "")))


def _allowed(fact: Fact) -> tuple[str, ...]:
    """The words that a fact may be compared with; empty where any word will do (orders)."""
    if fact.type is Type.PLACES:
        return labels(Kind.PLACE)
    if fact.type is Type.SAFEGUARD:
        return labels(Kind.SAFEGUARD)
    return labels(fact.terms) if fact.terms else fact.values
