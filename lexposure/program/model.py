"""The program model: who collects what about whom, where it flows, for which purpose, behind which safeguards.

Everything is immutable and typed from text; ``unknown`` is a value, never a default for *no*. Cross-references are
checked in :mod:`lexposure.program.checks`, so that one run reports every fault.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lexposure.reading.diagnostics import nearest
from lexposure.reading.typed import Answer, Date, Identifier, Model, Words, fault, many, one_of, section
from lexposure.vocabulary import Kind, labels

DataCategory = one_of("a data category", labels(Kind.DATA))
Purpose = one_of("a purpose", labels(Kind.PURPOSE))
LegalBasis = one_of("a legal basis", (*labels(Kind.BASIS), "unknown"))
SafeguardKind = one_of("a safeguard", labels(Kind.SAFEGUARD))
SubjectKind = one_of("a kind of data subject", labels(Kind.SUBJECT))
Role = one_of("a role", labels(Kind.ROLE))
Mechanism = one_of("a transfer mechanism", (*labels(Kind.TRANSFER), "unknown"))
ChoiceKind = one_of("a kind of choice", (*labels(Kind.CHOICE), "unknown"))
NoticeItem = one_of("an item of a notice", labels(Kind.NOTICE))
PlaceCode = one_of("a place", (*labels(Kind.PLACE), "unknown"))
State = one_of(
    "a state of a safeguard", ("verified", "claimed", "planned", "disputed", "failed", "absent", "unknown")
)
Provenance = one_of("a kind of figure", ("reported", "derived", "estimated", "placeholder"))
References = many(Identifier)


def _amount(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    if not isinstance(value, str):
        raise fault("expected a number", expected="a number, such as `25000`")
    text = value.replace("_", "") if value.replace("_", "").isdigit() and not value.startswith("_") else value
    head, _, tail = text.partition(".")
    if not (head.isascii() and head.isdigit()) or len(text) > 30 or ("." in text and not tail.isdigit()):
        raise fault(f"`{value}` is not a number", expected="digits, such as `25000`; no signs, spaces or commas")
    return Decimal(text)


Amount = Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "NOK", "SEK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "ISK", "CAD", "JPY")
Currency = one_of("a currency", CURRENCIES)


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


Count: TypeAlias = Annotated[Estimate | None, BeforeValidator(_unknown)]


class Reference(Model):
    """Where a fact of the model comes from."""

    title: Words
    url: str = ""
    date: Date | None = None
    confidence: one_of("a confidence", ("high", "medium", "low")) | None = None  # type: ignore[valid-type]
    note: str = ""


class Described(Model):
    """What every entry may carry for the reader of the memo."""

    name: str = ""
    note: str = ""
    source: References = ()  # type: ignore[valid-type]


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
    source: References = ()  # type: ignore[valid-type]


class Group(Described):
    """An undertaking: the economic unit whose turnover a fine looks at."""

    turnover: Annotated[tuple[Turnover, ...], BeforeValidator(lambda v: [v] if isinstance(v, dict) else v)] = ()


class Party(Described):
    """A legal entity. ``seat`` and ``establishments`` are places; ``main_establishment`` is the one in the EEA."""

    role: Role
    seat: PlaceCode = "unknown"
    establishments: many(PlaceCode) = ()  # type: ignore[valid-type]
    main_establishment: Answer = None
    group: Identifier | None = None
    processor_for: References = ()  # type: ignore[valid-type]
    orders: References = ()  # type: ignore[valid-type]
    public_body: Answer = None
    staff: Count = None


class Population(Described):
    """Data subjects of one kind in one place. ``of`` is the party they work for or deal with.

    ``not_in`` narrows a broad place: the rest of a country's staff, say, apart from the states listed on their own.
    """

    kind: SubjectKind
    place: PlaceCode
    not_in: many(PlaceCode) = ()  # type: ignore[valid-type]
    of: Identifier | None = None
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
    retention: Annotated[Retention | None, BeforeValidator(_retention)] = None


def _basis(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


Bases = Annotated[Mapping[Identifier, LegalBasis], BeforeValidator(_basis)]


class Use(Described):
    """What is done with the data at a system. ``basis`` is one basis, or one per population with a ``default``."""

    at: Identifier
    purpose: Purpose
    controllers: References = ()  # type: ignore[valid-type]
    basis: Bases = {}
    special_basis: Bases = {}
    data: many(DataCategory) = ()  # type: ignore[valid-type]
    populations: References = ()  # type: ignore[valid-type]


class Transform(Model):
    """A change to the data on a flow; only a verified one takes the data away, any other leaves doubt."""

    kind: SafeguardKind
    state: State
    data: many(DataCategory) = ()  # type: ignore[valid-type]
    source: References = ()  # type: ignore[valid-type]
    note: str = ""


class Flow(Described):
    """Data moving from a population or system to a system or party.

    From a population, ``data`` is what is captured, ``may_carry`` what is possibly in it; between systems, ``data``
    and ``of`` restrict what passes. ``incidental`` marks people captured because somebody else (``through``) is.
    """

    origin: Annotated[Identifier, Field(alias="from")]
    to: Identifier
    data: many(DataCategory) = ()  # type: ignore[valid-type]
    may_carry: many(DataCategory) = ()  # type: ignore[valid-type]
    of: References = ()  # type: ignore[valid-type]
    incidental: Answer = False
    through: References = ()  # type: ignore[valid-type]
    continuous: Answer = None
    intended: Answer = True
    occurs: Answer = True
    collected_for: many(Purpose) = ()  # type: ignore[valid-type]
    transforms: tuple[Transform, ...] = ()


class Site(Model):
    """Where a safeguard stands. ``program: yes`` is everywhere; a purpose is every use of it."""

    program: Answer = None
    purpose: many(Purpose) = ()  # type: ignore[valid-type]
    use: References = ()  # type: ignore[valid-type]
    system: References = ()  # type: ignore[valid-type]
    flow: References = ()  # type: ignore[valid-type]
    population: References = ()  # type: ignore[valid-type]
    party: References = ()  # type: ignore[valid-type]
    incident: References = ()  # type: ignore[valid-type]

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


On = Annotated[Site, BeforeValidator(_site)]


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

    to: References = ()  # type: ignore[valid-type]
    about: References = ()  # type: ignore[valid-type]
    state: State
    given: Date | None = None
    before_start: Answer = None
    individual: Answer = None
    fulfils: many(SafeguardKind) = ()  # type: ignore[valid-type]
    items: Annotated[many(NoticeItem) | None, BeforeValidator(lambda v: None if v == "unknown" else v)] = None  # type: ignore[valid-type]
    evidence: str = ""


class Choice(Described):
    """What people can do about a use, or about all uses."""

    of: References  # type: ignore[valid-type]
    about: References = ()  # type: ignore[valid-type]
    kind: ChoiceKind
    evidence: str = ""


class Transfer(Described):
    """What carries data out of a place. An empty ``populations`` means all whose data cross there."""

    origin: Annotated[PlaceCode, Field(alias="from")]
    to: PlaceCode
    mechanism: Mechanism
    populations: References = ()  # type: ignore[valid-type]


class Incident(Described):
    """Something that went wrong with the data at one or more systems."""

    at: References  # type: ignore[valid-type]
    discovered: Date
    kind: one_of("a kind of incident", ("unauthorised_access", "disclosure", "loss", "alteration", "theft"))  # type: ignore[valid-type]
    audience: one_of("an audience", ("internal", "external", "unknown")) = "unknown"  # type: ignore[valid-type]
    risk: one_of("a level of risk", ("unlikely", "likely", "high", "unknown")) = "unknown"  # type: ignore[valid-type]
    exfiltration: Answer = None
    authority_told: Answer = None
    people_told: Answer = None
    data: many(DataCategory) = ()  # type: ignore[valid-type]
    ended: Date | None = None


class StatedFact(Model):
    """A fact of the catalogue stated by hand, on the things it is true of."""

    fact: Identifier
    on: On = Site(program=True)
    value: Any
    evidence: str = ""
    note: str = ""
    source: References = ()  # type: ignore[valid-type]


class Phase(Model):
    """A stretch of time with what it changes: the same sections as the program, laid over it, and what it removes."""

    start: Annotated[Date, Field(alias="from")]
    end: Annotated[Date | None, Field(alias="to")] = None
    name: str = ""
    note: str = ""
    source: References = ()  # type: ignore[valid-type]
    changes: Mapping[str, Any] = {}
    removes: many(Identifier) = ()  # type: ignore[valid-type]


class Program(Model):
    """A data-processing program as its file states it, variants and phase already applied."""

    lexposure: Literal["1"] = Field(description="The version of this format.")
    program: Header
    extends: str = ""
    removes: many(Identifier) = ()  # type: ignore[valid-type]
    sources: section(Reference) = {}  # type: ignore[valid-type]
    groups: section(Group) = {}  # type: ignore[valid-type]
    parties: section(Party)  # type: ignore[valid-type]
    populations: section(Population)  # type: ignore[valid-type]
    systems: section(System)  # type: ignore[valid-type]
    uses: section(Use)  # type: ignore[valid-type]
    flows: section(Flow)  # type: ignore[valid-type]
    safeguards: section(Safeguard) = {}  # type: ignore[valid-type]
    notices: section(Notice) = {}  # type: ignore[valid-type]
    choices: section(Choice) = {}  # type: ignore[valid-type]
    transfers: section(Transfer) = {}  # type: ignore[valid-type]
    incidents: section(Incident) = {}  # type: ignore[valid-type]
    facts: section(StatedFact) = {}  # type: ignore[valid-type]
    phases: section(Phase) = {}  # type: ignore[valid-type]


def period(phase: Phase) -> str:
    """The phase's dates as text."""
    return f"{phase.start.isoformat()} to {phase.end.isoformat() if phase.end else 'open'}"


