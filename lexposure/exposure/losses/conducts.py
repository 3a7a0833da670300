"""From findings to what a fine is calculated for: one sanctionable conduct, its worksheet, and what practice looks at."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from lexposure.exposure.facts import OperationFacts, people_of
from lexposure.exposure.losses.practice import Conduct
from lexposure.exposure.losses.worksheet import Worksheet, worksheet
from lexposure.exposure.rates import convert
from lexposure.law.conditions import Range
from lexposure.law.judgement import CompiledMethod
from lexposure.law.model import Tier
from lexposure.program.operations import Operation
from lexposure.vocabulary import Kind, is_a

#: Data that weigh more wherever a fine is measured.
_SPECIAL = ("special_category", "biometric_identifiers", "criminal_records")


def turnover_in(facts: OperationFacts, currency: str) -> Decimal | None:
    """The undertaking's turnover of the preceding year in a currency; None where it is not stated or has no rate."""
    turnover = facts.find("turnover").value
    if not isinstance(turnover, Range):
        return None
    converted = convert(turnover.likely, turnover.currency, currency, facts.day)
    return converted.amount if converted else None


def start_of(
    method: CompiledMethod, tier: Tier, facts: OperationFacts, counted: Sequence[str], ops: Sequence[Operation],
    displaced: Sequence[str] = (), ceiling: Decimal | None = None, turnover: Decimal | None = None,
    people: Range | None = None,
) -> Worksheet:
    """The worksheet of one conduct on these operations. ``ceiling`` and ``turnover`` are in the tier's currency.

    By default the turnover and the people are as stated, and the ceiling is the law's.
    """
    turnover = turnover_in(facts, tier.currency) if turnover is None else turnover
    share = Decimal(str(tier.share))
    most = max(tier.static, share * (turnover or Decimal(0))) if ceiling is None else ceiling
    people = people_of(facts.program, (o.population for o in ops)) if people is None else people
    return worksheet(method, tier, facts, counted, displaced, people, turnover, most)


def conduct_of(
    jurisdiction: str, scale: float, facts: OperationFacts, ops: Sequence[Operation], breadth: float
) -> Conduct:
    """What practice looks at. ``scale`` is the worksheet's, in euros."""
    program = facts.program
    kinds = [program.populations[o.population].kind for o in ops]
    held = {category for o in ops for category in o.categories[0]}
    people = people_of(program, (o.population for o in ops))
    return Conduct(
        jurisdiction, scale, float(people.likely) if people else None, breadth,
        special=any(is_a(Kind.DATA, c, s) for c in held for s in _SPECIAL),
        children=any(is_a(Kind.SUBJECT, k, "child") for k in kinds),
        only_staff=all(any(is_a(Kind.SUBJECT, k, s) for s in ("worker", "applicant")) for k in kinds),
        public_body=facts.operation.party.public_body is True,
    )


def in_euros(amount: Decimal, currency: str, day: dt.date) -> float:
    """An amount in euros at the rate of the day; unchanged where there is no rate."""
    converted = convert(amount, currency, "EUR", day)
    return float(converted.amount if converted else amount)
