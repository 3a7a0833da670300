"""The law model: jurisdictions, instruments, provisions, remedies and forums, as packs state them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lexposure.program.model import Currency
from lexposure.reading.typed import (
    Answer,
    Date,
    Identifier,
    Many,
    Model,
    Number,
    OneOf,
    Section,
    Words,
    decimal,
    fault,
)
from lexposure.vocabulary import Kind, labels
from lexposure.vocabulary.facts import Unit

Topic = Annotated[str, OneOf("a topic", labels(Kind.TOPIC))]
PlaceCode = Annotated[str, OneOf("a place", labels(Kind.PLACE))]
#: How well a statement of law was checked, best first: the text itself, secondary sources only, from memory, in doubt.
CONFIDENCES = ("verified", "secondary", "recalled", "uncertain")
Confidence = Annotated[str, OneOf("a confidence", CONFIDENCES)]
#: How settled a reading is, best first.
CERTAINTIES = ("settled", "arguable", "novel")
Certainty = Annotated[str, OneOf("a certainty of reading", CERTAINTIES)]
RemedyKind = Annotated[str, OneOf("a kind of remedy",
    ("administrative_fine", "civil_penalty", "statutory_damages", "actual_damages", "compensation", "reimbursement",
     "make_whole", "order", "injunction", "deletion", "criminal_penalty"))]
RelationKind = Annotated[
    str, OneOf("a relation", ("cumulates", "absorbed_by", "special_case_of", "consequence_of", "presupposes"))
]
ForumKind = Annotated[str, OneOf("a kind of forum",
    ("supervisory_authority", "attorney_general", "agency", "labour_authority", "court", "commission"))]
#: What is counted or timed of a forum's practice.
MEASURES = ("staff", "budget", "complaints", "fines", "fines_total", "fine", "fine_rate", "upheld_share",
            "fine_share_of_upheld", "months_to_decision")
#: What a unit of a remedy is multiplied by for its ceiling.
Counting = Annotated[str, OneOf("a way of counting", ("once", "person", "person_day", "day", "nothing"))]


def _figure(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    number = decimal(value)
    if number is None:
        raise fault("expected an amount", expected="digits, such as `5000`")
    return number


Figure = Annotated[Decimal, BeforeValidator(_figure), WithJsonSchema({"type": "number", "minimum": 0})]


class Citation(Model):
    """Where a statement of law can be read."""

    title: Words
    url: str = ""
    opened: Answer = None


def _list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


Citations = Annotated[tuple[Citation, ...], BeforeValidator(_list)]


class InForce(Model):
    """The days on which something is law; ``until`` is the last of them."""

    start: Annotated[Date, Field(alias="from")]
    until: Date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> "InForce":
        if self.until and self.until < self.start:
            raise fault("it ends before it starts", expected=f"a day from {self.start} on", code="LX303")
        return self


class ReadingOfLaw(Model):
    """How settled a reading is, on what authority, and when it is weak."""

    certainty: Certainty = "settled"
    authority: str = ""
    weak_when: str = ""
    contrary: str = ""

    @model_validator(mode="after")
    def _says_why(self) -> "ReadingOfLaw":
        if self.certainty != "settled" and not (self.authority or self.weak_when):
            raise fault(f"a {self.certainty} reading says on what authority, or when it is weak",
                        expected="`authority:` or `weak_when:`", code="LX205")
        return self


class Amount(Model):
    """A sum of money in a remedy, from the day it applies; ``checked`` is the last day it was found unchanged."""

    value: Figure
    start: Annotated[Date, Field(alias="from")]
    until: Date | None = None
    checked: Date | None = None
    confidence: Confidence | None = None
    note: str = ""


class Tier(Model):
    """A ceiling of a fine: the greater (for undertakings) of a fixed sum and a share of worldwide turnover.

    ``one_conduct`` is the pinpoint of the rule by which one conduct that breaches several provisions has one ceiling,
    that of the gravest; without it each provision has its own.
    """

    static: Figure
    share: Number
    currency: Currency
    cite: Words
    one_conduct: str = ""
    method: Identifier | None = None


class Realised(Model):
    """What such claims have come to per person of the class, gross, in settlements and verdicts; not a ceiling."""

    low: Figure
    likely: Figure
    high: Figure
    basis: Words
    source: Citations
    confidence: Confidence

    @model_validator(mode="after")
    def _in_order(self) -> "Realised":
        if not self.low <= self.likely <= self.high:
            raise fault("the values are out of order", expected="`low` up to `likely` up to `high`", code="LX205")
        return self


class Remedy(Model):
    """What a forum can do about a breach.

    A fine names its ``tier``; a penalty or statutory damages name dated ``amount`` and how units are ``counted``
    for the ceiling. ``unit`` is the statute's own word for what is counted; ``count_settled`` says whether counting
    so is settled. ``needs`` says what must be shown beyond the breach itself (intent, say) for this sum. ``cap`` is the
    most that one action can bring, however many units there are; ``realised`` is kept apart from every ceiling.
    """

    forum: Identifier
    kind: RemedyKind
    label: str = ""
    cite: str = ""
    tier: Identifier | None = None
    currency: Currency | None = None
    amount: Annotated[tuple[Amount, ...], BeforeValidator(_list)] = ()
    unit: str = ""
    counted: Counting = "nothing"
    count_settled: Answer = None
    needs: str = ""
    cap: Figure | None = None
    realised: Realised | None = None
    private: Answer = False
    fee_shifting: Answer = None
    limitation: str = ""
    cure: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> "Remedy":
        if self.amount and (self.currency is None or not self.unit or self.counted == "nothing"):
            raise fault("an amount needs its currency, its unit and how it is counted",
                        expected="`currency:`, `unit:` and `counted:`", code="LX205")
        if (self.cap is not None or self.realised) and self.currency is None:
            raise fault("a cap, and what was realised, are sums in a currency", expected="`currency:`", code="LX205")
        if self.kind == "administrative_fine" and not (self.tier or self.amount):
            raise fault("a fine names its tier or its amount", expected="`tier:` or `amount:`", code="LX205")
        return self


class Relation(Model):
    """How a provision stands to another."""

    kind: RelationKind
    to: Identifier
    note: str = ""


class Clause(Model):
    """An element or an exception: a short text in our own words, a pinpoint where it has one, and a condition.

    ``in_force`` says when its days differ from the provision's: on other days it is not asked for.

    ``burden`` says who has to show an exception. One that the party bound by the provision has to show, and that nobody
    has stated, does not leave the matter open: the provision is then arguably breached.
    """

    id: Identifier
    text: Words
    when: Mapping[str, Any]
    cite: str = ""
    burden: Annotated[str, OneOf("who has to show it", ("bound",))] | None = None
    in_force: InForce | None = None
    note: str = ""


class Limb(Model):
    """A way in which an instrument comes to apply, with how settled that way is, and when where its days differ."""

    id: Identifier
    text: Words
    when: Mapping[str, Any]
    cite: Words
    in_force: InForce | None = None
    reading: ReadingOfLaw = ReadingOfLaw()


class Provision(Model):
    """A duty, stated as lawyers state a cause of action.

    It speaks when ``scope`` holds; it is breached when all ``elements`` are met and no exception is.
    """

    origin: Annotated[Identifier | None, Field(alias="from")] = None
    cite: Words
    heading: Words
    text: Words
    topics: Many[Topic]
    binds: Many[Words] = ("controller",)
    unit: Unit = Unit.OPERATION
    in_force: InForce | None = None
    scope: Mapping[str, Any] = {}
    elements: tuple[Clause, ...]
    exceptions: tuple[Clause, ...] = ()
    reading: ReadingOfLaw = ReadingOfLaw()
    remedies: tuple[Remedy, ...] = ()
    relations: tuple[Relation, ...] = ()
    source: Citations = ()
    checked: Date | None = None
    confidence: Confidence | None = None
    note: str = ""

    @property
    def presupposes(self) -> tuple[str, ...]:
        """The provisions and instruments of which at least one has to be breached as well."""
        return tuple(x.to for x in self.relations if x.kind == "presupposes")

    @model_validator(mode="after")
    def _distinct(self) -> "Provision":
        ids = [c.id for c in (*self.elements, *self.exceptions)]
        if any(c.burden for c in self.elements):
            raise fault("an element has no burden of its own", expected="`burden` on exceptions only", code="LX205")
        if not self.elements:
            raise fault("a provision has at least one element", expected="`elements: [...]`")
        if len(ids) != len(set(ids)):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise fault(f"`{twice}` names two elements or exceptions", expected="a name of its own for each")
        return self


class Instrument(Model):
    """A statute, regulation or order."""

    id: Identifier
    jurisdiction: PlaceCode
    title: Words
    short: Words
    cite: Words
    in_force: InForce
    checked: Date
    confidence: Confidence
    source: Citations
    note: str = ""
    not_covered: Many[Words] = ()


Definitions = Annotated[Mapping[Identifier, Mapping[str, Any]], BeforeValidator(lambda v: v or {})]


class Family(Model):
    """What the instruments of several places share: provisions over definitions that each of them makes its own.

    A provision here is a draft: it becomes law where a pack that ``builds_on`` the family takes it up with a citation.
    """

    lexposure_family: Annotated[Literal["1"], Field(alias="lexposure-family")]
    id: Identifier
    note: str = ""
    definitions: Definitions = {}
    provisions: Mapping[Identifier, Mapping[str, Any]]


class Pack(Model):
    """One instrument's file. Its provisions may stand in ``parts``, files of their own beside it, in that order.

    With ``builds_on``, a provision that is ``from`` one of the family's states what differs. ``remedies`` are those of
    every provision that states none; ``exceptions`` lift every provision of the pack beside its own.
    """

    lexposure_law: Annotated[Literal["1"], Field(alias="lexposure-law")]
    instrument: Instrument
    builds_on: Identifier | None = None
    parts: Many[Identifier] = ()
    remedies: tuple[Remedy, ...] = ()
    exceptions: tuple[Clause, ...] = ()
    tiers: Section[Tier] = {}
    definitions: Definitions = {}
    applies: tuple[Limb, ...] = ()
    provisions: Section[Provision] = {}

    @model_validator(mode="after")
    def _has_provisions(self) -> "Pack":
        if not self.provisions and not self.parts:
            raise fault("a pack has provisions, or names the parts that do", expected="`provisions:` or `parts:`",
                        code="LX205")
        return self


class Part(Model):
    """A part of an instrument's provisions. It may use the definitions of its instrument's file and has its own."""

    lexposure_provisions: Annotated[Literal["1"], Field(alias="lexposure-provisions")]
    instrument: Identifier
    definitions: Definitions = {}
    provisions: Section[Provision]


class Figures(Model):
    """What a forum has done, as a figure: one value, or the quartiles (and more) of a distribution over ``n`` cases.

    ``unit`` is a currency for sums; shares are from 0 to 1. ``basis`` tells a published figure from one that was
    computed out of a public collection of decisions and from a judgement.
    """

    measure: Annotated[str, OneOf("a measure of practice", MEASURES)]
    unit: Words
    basis: Annotated[str, OneOf("a basis", ("reported", "computed", "judgement"))]
    period: Words
    n: Figure | None = None
    value: Figure | None = None
    q25: Figure | None = None
    median: Figure | None = None
    q75: Figure | None = None
    q90: Figure | None = None
    q95: Figure | None = None
    largest: Figure | None = None
    ln_mu: float | None = None
    ln_sigma: float | None = None
    source: Citations
    confidence: Confidence
    note: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> "Figures":
        if self.value is None and self.median is None:
            raise fault("a figure of practice has a value or a median", expected="`value:` or `median:`", code="LX205")
        return self


class FineLimits(Model):
    """How a forum's fines come about and how national law limits them, for public bodies above all (art. 83(7) GDPR).

    ``public_bodies`` says whether they can be fined; ``cap`` is the ceiling for those that can be up to a sum.
    """

    imposed_by: Annotated[str, OneOf("who imposes the fine", ("authority", "court", "nobody"))] = "authority"
    public_bodies: Annotated[str, OneOf("a rule for public bodies",
        ("not_fined", "capped", "partly", "as_others", "unclear"))] = "unclear"
    cap: Figure | None = None
    currency: Currency | None = None
    cite: str = ""
    confidence: Confidence
    note: str = ""

    @model_validator(mode="after")
    def _cap_has_currency(self) -> "FineLimits":
        if (self.cap is None) != (self.currency is None):
            raise fault("a cap is a sum in a currency", expected="both `cap:` and `currency:`", code="LX205")
        return self


class Power(Model):
    """Something that this forum can do, must do or does in its own way, which others do not; from a day on, if dated."""

    text: Words
    start: Annotated[Date | None, Field(alias="from")] = None
    cite: str = ""
    confidence: Confidence


class Forum(Model):
    """Who can act: an authority, an attorney general, a court for private claims."""

    name: Words
    english: str = ""
    abbreviation: str = ""
    kind: ForumKind
    competent_for: Many[Identifier] = ()
    languages: Many[Words] = ()
    website: str = ""
    private: Answer = False
    powers: Annotated[tuple[Power, ...], BeforeValidator(_list)] = ()
    fines: FineLimits | None = None
    practice: tuple[Figures, ...] = ()
    source: Citations = ()
    checked: Date
    confidence: Confidence
    note: str = ""


class Authorities(Model):
    """A jurisdiction's forums file; ``not_covered`` is the law of the place that no pack states."""

    lexposure_forums: Annotated[Literal["1"], Field(alias="lexposure-forums")]
    jurisdiction: PlaceCode
    not_covered: Many[Words] = ()
    forums: Section[Forum]


class Level(Model):
    """A level of seriousness: the share of the legal ceiling at which a calculation starts."""

    level: Words
    start: Annotated[Figure, Field(alias="from")]
    end: Annotated[Figure, Field(alias="to")]
    cite: Words
    confidence: Confidence | None = None


class Band(Model):
    """A band of turnover with the factor that it puts on the starting amount."""

    up_to: Figure
    start: Annotated[Figure, Field(alias="from")]
    end: Annotated[Figure, Field(alias="to")]
    cite: Words
    confidence: Confidence | None = None


class Weight(Model):
    """What is weighed to find the level of seriousness, and when it speaks for the middle or the highest level."""

    id: Identifier
    text: Words
    cite: Words
    medium: Mapping[str, Any] | None = None
    high: Mapping[str, Any] | None = None
    basis: str = ""


class Factor(Model):
    """An aggravating or mitigating circumstance, or one of proportion: what the amount is multiplied by if it is there."""

    id: Identifier
    text: Words
    cite: Words
    step: Annotated[str, OneOf("a step of the calculation", ("circumstances", "proportionality"))] = "circumstances"
    when: Mapping[str, Any]
    low: Figure
    likely: Figure
    high: Figure
    basis: Words
    confidence: Confidence


class Spread(Model):
    """A figure with its range, and what it rests on."""

    low: Figure
    likely: Figure
    high: Figure
    basis: Words


class Method(Model):
    """A published method of calculating fines, as far as its tables go, and how what it leaves open is filled in.

    ``high_from``: how many weights for the highest level settle on it; otherwise the greater number counts.
    ``position`` is where in a level's range authorities start, from 0 to 1; ``later`` what the last amount is of the
    starting amount, where the circumstances are not known; ``size_spread`` by how much the turnover's factor may be off.
    """

    lexposure_method: Annotated[Literal["1"], Field(alias="lexposure-method")]
    id: Identifier
    title: Words
    source: Citations
    checked: Date
    confidence: Confidence
    note: str = ""
    seriousness: tuple[Level, ...]
    bands: tuple[Band, ...]
    weighing: tuple[Weight, ...] = ()
    high_from: Annotated[int, Field(ge=1)] = 2
    factors: tuple[Factor, ...] = ()
    position: Spread | None = None
    later: Spread | None = None
    size_spread: Figure = Decimal(0)


class Case(Model):
    """A pack's own test: facts in, statuses out."""

    name: Words
    as_of: Date | None = None
    given: Mapping[str, Any] = {}
    expect: Mapping[Identifier, Any]


class Inherited(Model):
    """How a family's cases are run for a pack that builds on it: on which day, on which facts, and which are left out."""

    as_of: Date | None = None
    given: Mapping[str, Any] = {}
    without: Many[Words] = ()


class Cases(Model):
    """A pack's or a family's cases file; ``given`` holds the facts that every case starts from."""

    lexposure_cases: Annotated[Literal["1"], Field(alias="lexposure-cases")]
    instrument: Identifier
    as_of: Date
    inherited: Inherited = Inherited()
    given: Mapping[str, Any] = {}
    cases: tuple[Case, ...]
