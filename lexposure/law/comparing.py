"""What jurisdictions say on a topic, side by side, from the packs alone."""

import datetime as dt
from collections.abc import Iterable, Iterator

from lexposure.law.describing import fine
from lexposure.law.judgement import Rule, amount_on, in_force
from lexposure.law.model import Remedy
from lexposure.law.packs import Law
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
from lexposure.vocabulary import Kind, terms

HEAD = ("Jurisdiction", "Citation", "Provision", "What it asks", "Breached when all of these hold", "Lifted by any of these",
        "Reading", "In force", "Enforcement", "Private action", "Checked")


def topic_named(word: str) -> str:
    """The topic that a word stands for. Raises InvalidInput naming the nearest."""
    known = terms(Kind.TOPIC)
    for name, term in known.items():
        if word in (name, *term.also):
            return name
    words = [w for name, term in known.items() for w in (name, *term.also)]
    raise InvalidInput([Diagnostic("LX204", f"`{word}` is not a topic", None, "", ", ".join(f"`{name}`" for name in known),
                                   nearest(word, words))])


def comparison(law: Law, rules: Iterable[Rule], topic: str, day: dt.date) -> tuple[tuple[str, ...], ...]:
    """A row for every provision of the rules on the topic that is law on the day or will be, in the order of the packs.

    The columns are those of HEAD. Raises InvalidInput where there is no topic of that name.
    """
    wanted = topic_named(topic)
    return tuple(_row(law, r, day) for r in rules
                 if wanted in r.provision.topics and not (r.in_force.until and r.in_force.until < day))


def _row(law: Law, rule: Rule, day: dt.date) -> tuple[str, ...]:
    p, force = rule.provision, rule.in_force
    dates = f"from {force.start}" + (f" to {force.until}" if force.until else "")
    private = [r for r in p.remedies if r.private]
    return (
        terms(Kind.PLACE)[rule.instrument.jurisdiction].means, rule.cite, p.heading, p.text.strip(),
        "; ".join(e.clause.text.strip() for e in rule.elements),
        "; ".join(e.clause.text.strip() for e in rule.exceptions), p.reading.certainty,
        dates if in_force(force, day) else f"not yet: {dates}",
        "; ".join(dict.fromkeys(_remedy(law, rule, r, day) for r in p.remedies if not r.private)),
        "; ".join(dict.fromkeys(_remedy(law, rule, r, day) for r in private)) if private else "none in the pack",
        f"{rule.checked}, {rule.confidence}",
    )


def _remedy(law: Law, rule: Rule, remedy: Remedy, day: dt.date) -> str:
    """Who can do what, and for how much, as the law stands on the day."""
    who = law.forums[remedy.forum][1].name if remedy.forum in law.forums else remedy.forum.replace("-", " ")
    return ": ".join(x for x in (who, ", ".join(_what(rule, remedy, day))) if x)


def _what(rule: Rule, remedy: Remedy, day: dt.date) -> Iterator[str]:
    yield remedy.kind.replace("_", " ") + (f" ({remedy.label})" if remedy.label else "")
    if amount := amount_on(remedy, day):
        yield f"{remedy.currency} {amount.value:,f} per {remedy.unit}"
    if remedy.cap is not None:
        yield f"no more than {remedy.currency} {remedy.cap:,f} in one action"
    if remedy.tier:
        yield fine(rule.tiers[remedy.tier])
