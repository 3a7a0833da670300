"""The program model: who collects what about whom, where it flows, for which purpose, behind which safeguards.

Everything is immutable and typed from text; ``unknown`` is a value, never a default for *no*. Cross-references are
checked in :mod:`lexposure.program.checks`, so that one run reports every fault.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lexposure.reading.diagnostics import nearest
from lexposure.reading.typed import Answer, Date, Identifier, Many, Model, OneOf, Section, Words, decimal, fault
from lexposure.vocabulary import Kind, labels

DataCategory = Annotated[str, OneOf("a data category", labels(Kind.DATA))]
Purpose = Annotated[str, OneOf("a purpose", labels(Kind.PURPOSE))]
LegalBasis = Annotated[str, OneOf("a legal basis", (*labels(Kind.BASIS), "unknown"))]
SafeguardKind = Annotated[str, OneOf("a safeguard", labels(Kind.SAFEGUARD))]
SubjectKind = Annotated[str, OneOf("a kind of data subject", labels(Kind.SUBJECT))]
Role = Annotated[str, OneOf("a role", labels(Kind.ROLE))]
Mechanism = Annotated[str, OneOf("a transfer mechanism", (*labels(Kind.TRANSFER), "unknown"))]
ChoiceKind = Annotated[str, OneOf("a kind of choice", (*labels(Kind.CHOICE), "unknown"))]
NoticeItem = Annotated[str, OneOf("an item of a notice", labels(Kind.NOTICE))]
PlaceCode = Annotated[str, OneOf("a place", (*labels(Kind.PLACE), "unknown"))]
State = Annotated[
    str, OneOf("a state of a safeguard", ("verified", "claimed", "planned", "disputed", "failed", "absent", "unknown"))
]
Provenance = Annotated[str, OneOf("a kind of figure", ("reported", "derived", "estimated", "placeholder"))]
References = Many[Identifier]


#: No sum of money or headcount of a program reaches this.
_MOST = Decimal(10) ** 16


def _amount(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    if not isinstance(value, str):
        raise fault("expected a number", expected="a number, such as `25000`")
    number = decimal(re.sub(r"(?<=[0-9])_(?=[0-9])", "", value))
    if number is None:
        raise fault(f"`{value}` is not a number", expected="digits, such as `25000`; no signs, spaces or commas")
    if number >= _MOST:
        raise fault(f"`{value}` is larger than any sum or headcount", expected=f"a number below {_MOST:,}")
    return number


Amount = Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "NOK", "SEK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "ISK", "CAD", "JPY")
Currency = Annotated[str, OneOf("a currency", CURRENCIES)]


class Estimate(Model):
    """A number with a range and a provenance. ``low`` and ``high`` may be left out for a reported or derived figure."""

    likely: Amount
    low: Amount | None = None
    high: Amount | None = None
    kind: Provenance
    source: Identifier | None = None
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> "Estimate":
        if self.kind in ("estimated", "placeholder") and (self.low is None or self.high is None):
            raise fault(f"an {self.kind} figure needs a range" if self.kind[0] == "e" else "a placeholder needs a range",
                        expected="`low` and `high` beside `likely`", code="LX205")
        if not self.lower <= self.likely <= self.upper:
            raise fault(f"the range is out of order: {self.lower}, {self.likely}, {self.upper}",
                        expected="low <= likely <= high", code="LX205")
        return self

    @property
    def lower(self) -> Decimal:
        """The lowest value that the figure may have."""
        return self.likely if self.low is None else self.low

    @property
    def upper(self) -> Decimal:
        """The highest value that the figure may have."""
        return self.likely if self.high is None else self.high


def _unknown(value: object) -> object:
    """``unknown`` written out is the same as not written; anything else that is no mapping is refused."""
    if value == "unknown":
        return None
    if value is not None and not isinstance(value, dict | Estimate | Turnover):
        raise fault("a number needs its provenance", expected="`{likely: 1738, kind: reported}` or `unknown`")
    return value


class Turnover(Estimate):
    """Worldwide turnover of one financial year, in the currency it was reported in."""

    currency: Currency
    year: Annotated[int, Field(ge=1950, le=2100)]


class Money(Estimate):
    """A sum of money with a range and a provenance."""

    currency: Currency


Worth: TypeAlias = Annotated[
    Money | None, BeforeValidator(_unknown, json_schema_input_type=Money | Literal["unknown"])
]
Count: TypeAlias = Annotated[
    Estimate | None, BeforeValidator(_unknown, json_schema_input_type=Estimate | Literal["unknown"])
]


class Reference(Model):
    """Where a fact of the model comes from."""

    title: Words
    url: str = ""
    date: Date | None = None
    confidence: Annotated[str, OneOf("a confidence", ("high", "medium", "low"))] | None = None
    note: str = ""


class Described(Model):
    """What every entry may carry for the reader of the memo."""

    name: str = ""
    note: str = ""
    source: References = ()


class Header(Model):
    """What is assessed, and as of when."""

    id: Identifier
    name: Words
    as_of: Date
    summary: str = ""
    hypothetical: Answer = False
    client: str = ""
    question: str = ""
    started: Date | None = None
    note: str = ""
    source: References = ()


class Group(Described):
    """An undertaking: the economic unit whose turnover a fine looks at."""

    turnover: Annotated[
        tuple[Turnover, ...],
        BeforeValidator(lambda v: [v] if isinstance(v, dict) else v,
                        json_schema_input_type=tuple[Turnover, ...] | Turnover),
    ] = ()


class Party(Described):
    """A legal entity. ``seat`` and ``establishments`` are places; ``main_establishment`` is the one in the EEA."""

    role: Role
    seat: PlaceCode = "unknown"
    establishments: Many[PlaceCode] = ()
    main_establishment: Answer = None
    group: Identifier | None = None
    processor_for: References = ()
    orders: References = ()
    public_body: Answer = None
    staff: Count = None


class Population(Described):
    """Data subjects of one kind in one place. ``of`` is the party they work for or deal with.

    ``not_in`` narrows a broad place: the rest of a country's staff, say, apart from the states listed on their own.
    ``part_of`` names populations that already count these people, so that nobody is counted twice.
    """

    kind: SubjectKind
    place: PlaceCode
    not_in: Many[PlaceCode] = ()
    of: Identifier | None = None
    part_of: References = ()
    count: Count = None


class Retention(Model):
    """How long a copy is kept."""

    period: str = ""
    criteria: str = ""
    enforced: Answer = None


def _retention(value: object) -> object:
    if value == "unknown":
        return None
    if value == "undefined":
        return {}
    if value is not None and not isinstance(value, dict | Retention):
        raise fault("expected a retention entry", expected="`{period: 90 days}`, `undefined` or `unknown`")
    return value


class System(Described):
    """Where data are captured, stored or used. ``retention: undefined`` says that there is no rule."""

    operator: Identifier
    place: PlaceCode = "unknown"
    retention: Annotated[
        Retention | None,
        BeforeValidator(_retention, json_schema_input_type=Retention | Literal["undefined", "unknown"]),
    ] = None


def _basis(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


Bases = Annotated[
    Mapping[Identifier, LegalBasis],
    BeforeValidator(_basis, json_schema_input_type=Mapping[Identifier, LegalBasis] | LegalBasis),
]


class Use(Described):
    """What is done with the data at a system. ``basis`` is one basis, or one per population with a ``default``.

    ``value`` is what would be lost if the use had to stop, or what it made be deleted.
    """

    at: Identifier
    purpose: Purpose
    controllers: References = ()
    basis: Bases = {}
    special_basis: Bases = {}
    data: Many[DataCategory] = ()
    populations: References = ()
    value: Worth = None


class Transform(Model):
    """A change to the data on a flow; only a verified one takes the data away, any other leaves doubt."""

    kind: SafeguardKind
    state: State
    data: Many[DataCategory] = ()
    source: References = ()
    note: str = ""


class Flow(Described):
    """Data moving from a population or system to a system or party.

    From a population, ``data`` is what is captured, ``may_carry`` what is possibly in it; between systems, ``data``
    and ``of`` restrict what passes. ``incidental`` marks people captured because somebody else (``through``) is;
    ``obtained`` says how data were come by that were not collected from the people at all.
    """

    origin: Annotated[Identifier, Field(alias="from")]
    to: Identifier
    data: Many[DataCategory] = ()
    may_carry: Many[DataCategory] = ()
    of: References = ()
    incidental: Answer = False
    through: References = ()
    obtained: Annotated[str, OneOf("a way of obtaining data", ("from_others", "scraped", "inferred"))] | None = None
    continuous: Answer = None
    intended: Answer = True
    occurs: Answer = True
    collected_for: Many[Purpose] = ()
    transforms: tuple[Transform, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "Flow":
        if self.obtained and self.incidental:
            raise fault(f"data that are {self.obtained.replace('_', ' ')} are not captured incidentally",
                        expected="either `incidental: yes` or `obtained:`")
        return self


class Site(Model):
    """Where a safeguard stands. ``program: yes`` is everywhere; a purpose is every use of it."""

    program: Answer = None
    purpose: Many[Purpose] = ()
    use: References = ()
    system: References = ()
    flow: References = ()
    population: References = ()
    party: References = ()
    incident: References = ()

    @model_validator(mode="after")
    def _somewhere(self) -> "Site":
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise fault("it stands nowhere", expected="`program`, or `{system: ...}`, `{flow: ...}`, `{use: ...}` ...")
        return self


def _site(value: object) -> object:
    if value == "program":
        return {"program": "yes"}
    if isinstance(value, str):
        raise fault(f"`{value}` does not say what it stands on", near=nearest(value, ["program"]),
                    expected="`program`, or `{system: ...}`, `{flow: ...}`, `{use: ...}`, `{population: ...}`")
    return value


On = Annotated[Site, BeforeValidator(_site, json_schema_input_type=Site | Literal["program"])]


class Safeguard(Described):
    """A measure, where it stands, and how sure that is."""

    kind: SafeguardKind
    on: On
    state: State
    evidence: str = ""


class Notice(Described):
    """What people were told. ``state: absent`` says that they were told nothing; ``items: unknown`` is the default.

    ``fulfils`` names the notice measures (of the safeguards) that it amounts to, in the notice's own state.
    """

    to: References = ()
    about: References = ()
    state: State
    given: Date | None = None
    before_start: Answer = None
    individual: Answer = None
    fulfils: Many[SafeguardKind] = ()
    items: Annotated[
        Many[NoticeItem] | None,
        BeforeValidator(lambda v: None if v == "unknown" else v,
                        json_schema_input_type=tuple[NoticeItem, ...] | NoticeItem | Literal["unknown"]),
    ] = None
    evidence: str = ""


class Choice(Described):
    """What people can do about a use, or about all uses; a choice that is only planned, failed or absent is none yet."""

    of: References
    about: References = ()
    kind: ChoiceKind
    state: State = "verified"
    evidence: str = ""


class Transfer(Described):
    """What carries data out of a place. An empty ``populations`` means all whose data cross there."""

    origin: Annotated[PlaceCode, Field(alias="from")]
    to: PlaceCode
    mechanism: Mechanism
    populations: References = ()


class Incident(Described):
    """Something that went wrong with the data at one or more systems."""

    at: References
    discovered: Date
    kind: Annotated[str, OneOf("a kind of incident", ("unauthorised_access", "disclosure", "loss", "alteration", "theft"))]
    audience: Annotated[str, OneOf("an audience", ("internal", "external", "unknown"))] = "unknown"
    risk: Annotated[str, OneOf("a level of risk", ("unlikely", "likely", "high", "unknown"))] = "unknown"
    exfiltration: Answer = None
    authority_told: Answer = None
    people_told: Answer = None
    data: Many[DataCategory] = ()
    ended: Date | None = None


class StatedFact(Model):
    """A fact of the catalogue stated by hand, on the things it is true of."""

    fact: Identifier
    on: On = Site(program=True)
    value: Any
    evidence: str = ""
    note: str = ""
    source: References = ()


class Phase(Model):
    """A stretch of time with what it changes: the same sections as the program, laid over it, and what it removes."""

    start: Annotated[Date, Field(alias="from")]
    end: Annotated[Date | None, Field(alias="to")] = None
    name: str = ""
    note: str = ""
    source: References = ()
    changes: Mapping[str, Any] = {}
    removes: Many[Identifier] = ()


class Program(Model):
    """A data-processing program as its file states it, variants and phase already applied."""

    lexposure: Annotated[Literal["1"], WithJsonSchema({"enum": [1, "1"]})] = Field(
        description="The version of this format."
    )
    program: Header
    extends: str = ""
    removes: Many[Identifier] = ()
    sources: Section[Reference] = {}
    groups: Section[Group] = {}
    parties: Section[Party]
    populations: Section[Population]
    systems: Section[System]
    uses: Section[Use]
    flows: Section[Flow]
    safeguards: Section[Safeguard] = {}
    notices: Section[Notice] = {}
    choices: Section[Choice] = {}
    transfers: Section[Transfer] = {}
    incidents: Section[Incident] = {}
    facts: Section[StatedFact] = {}
    phases: Section[Phase] = {}


def period(phase: Phase) -> str:
    """The phase's dates as text."""
    return f"{phase.start.isoformat()} to {phase.end.isoformat() if phase.end else 'open'}"


