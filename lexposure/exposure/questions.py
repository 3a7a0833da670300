"""The questions to ask: unknown facts, ranked by how far an answer moves what is still possible."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from lexposure.exposure.assessment import QuestionNote
from lexposure.exposure.ceilings import Head
from lexposure.exposure.facts import Supposing
from lexposure.exposure.findings import Finding, Silent
from lexposure.exposure.rates import convert
from lexposure.law.conditions import Value, Words
from lexposure.law.judgement import Reason, lifts
from lexposure.vocabulary import Kind, terms
from lexposure.vocabulary.facts import Fact, Type, catalogue

#: How many jurisdictions a question about a place names.
_CODES = 12


def questions(
    findings: Iterable[Finding], silent: Iterable[Silent], heads: Sequence[Head], day: dt.date, currency: str = "EUR"
) -> tuple[QuestionNote, ...]:
    """Every unknown fact that a finding depends on, and every place that is not exact, the weightiest first.

    Only ceilings are weighed: what is still possible, not what is likely.
    """
    asked: dict[tuple[str, str], dict[str, Finding]] = {}
    words: dict[tuple[str, str], dict[str, None]] = {}
    for finding in findings:
        for leaf in finding.open_leaves():
            key = leaf.fact, leaf.argument
            asked.setdefault(key, {})[finding.id] = finding
            words.setdefault(key, {}).update(dict.fromkeys(leaf.wanted))
    by_finding: dict[str, list[Head]] = {}
    for head in heads:
        for name in head.findings:
            by_finding.setdefault(name, []).append(head)
    found = [
        _question(key, tuple(words[key]), list(concerned.values()), by_finding, day, currency)
        for key, concerned in asked.items()
    ]
    return tuple(sorted([*found, *_places(silent, currency)], key=_weight))


def _places(silent: Iterable[Silent], currency: str) -> Iterator[QuestionNote]:
    """Where people are, for each population whose place is too broad for some law to be asked at all."""
    waiting: dict[str, dict[str, str]] = {}
    for s in silent:
        if s.reason is Reason.PLACE_NOT_EXACT:
            for o in s.operations:
                waiting.setdefault(o.population, {})[s.rule.id] = s.rule.instrument.jurisdiction
    fact = catalogue()["place"]
    for population, rules in waiting.items():
        codes = list(dict.fromkeys(rules.values()))
        named = ", ".join(codes[:_CODES]) + (f" and {len(codes) - _CODES} more" if len(codes) > _CODES else "")
        yield QuestionNote(
            fact=fact.id, argument="", text=f"{fact.question} Only then is the law of {named} asked.", where=fact.where,
            populations=(population,), findings=(), yes_clears=None, no_clears=None, opens=len(rules), moves=Decimal(0),
            currency=currency)


def _weight(question: QuestionNote) -> tuple[Decimal, int, int, str, str]:
    """What moves most money comes first, then what settles most findings, then what most of them hang on."""
    settles = max(question.yes_clears or 0, question.no_clears or 0)
    hang = max(len(question.findings), question.opens)
    return -question.moves, -settles, -hang, question.fact, question.argument


def _worth(head: Head, currency: str, day: dt.date) -> Decimal:
    """A head's ceiling in one currency, for the sake of ranking; what has no figure or no rate weighs nothing."""
    converted = convert(head.likely, head.currency, currency, day) if head.likely is not None else None
    return converted.amount if converted else Decimal(0)


def _answers(fact: Fact, words: tuple[str, ...]) -> tuple[Value, Value] | None:
    """The two answers to weigh: yes and no, or all that is in question and none of it; None for numbers."""
    if fact.type in (Type.FLAG, Type.SAFEGUARD):
        return True, False
    return None if fact.type in (Type.NUMBER, Type.MONEY) else (Words.of(words), Words.of(()))


def _question(
    key: tuple[str, str], words: tuple[str, ...], concerned: list[Finding], by_finding: dict[str, list[Head]],
    day: dt.date, currency: str,
) -> QuestionNote:
    name, argument = key
    fact = catalogue()[name]
    answers = _answers(fact, words)
    clears = [
        {f.id for f in concerned if lifts(f.rule, Supposing(f.facts, name, argument, answer), name, day)}
        for answer in answers or ()
    ]
    better = max(clears, key=len, default=set())
    # A head falls away only when every finding it answers does.
    gone = {
        head.id: _worth(head, currency, day)
        for f in concerned if f.id in better for head in by_finding.get(f.id, ()) if set(head.findings) <= better
    }
    text = fact.question.replace("{term}", _means(argument))
    if words:
        shown = [w if fact.type is Type.PLACES else w.replace("_", " ") for w in words]
        text += f" In question: {', '.join(shown[:8])}{f' and {len(shown) - 8} more' if len(shown) > 8 else ''}."
    populations = tuple(dict.fromkeys(p for f in concerned for p in f.populations))
    return QuestionNote(
        fact=name, argument=argument, text=text, where=fact.where, populations=populations,
        findings=tuple(f.id for f in concerned), yes_clears=len(clears[0]) if clears else None,
        no_clears=len(clears[1]) if clears else None, moves=sum(gone.values(), Decimal(0)).quantize(Decimal(1)),
        currency=currency,
    )


def _means(safeguard: str) -> str:
    known = terms(Kind.SAFEGUARD).get(safeguard)
    return known.means[0].lower() + known.means[1:] if known else safeguard


