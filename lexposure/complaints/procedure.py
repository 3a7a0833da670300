"""The procedure as data: durations from dated cases, counted events, figures with their origin, and the waves."""

import datetime as dt
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from lexposure.law.model import Citations, Confidence, PlaceCode
from lexposure.reading.source import read
from lexposure.reading.typed import Answer, Date, Identifier, Many, Model, Number, OneOf, Section, Words, validate

Origin = Annotated[str, OneOf("an origin", ("empirical", "statutory", "judgement"))]
Whole = Annotated[int, BeforeValidator(lambda v: int(v) if isinstance(v, str) and v.isdigit() else v)]


class Named(Model):
    """A named set of forums."""

    text: Words
    forums: Many[PlaceCode]


class Regime(Model):
    """The rules of procedure for complaints from a day on; without periods where there are none."""

    id: Identifier
    start: Annotated[Date, Field(alias="from")]
    cite: Words
    text: Words
    nominal_days: Number | None = None
    longest_days: Number | None = None
    share_held: Number = 0.0
    spread: Number = 0.25
    note: str = ""


class DatedCase(Model):
    """A decided case: of which wave, and how many days it took."""

    wave: Identifier
    days: Number
    what: str = ""


class Duration(Model):
    """A log-normal duration in days: computed from dated cases, or stated. Beside cases ``sigma`` is the least spread."""

    text: Words = "days"
    cases: tuple[DatedCase, ...] = ()
    median: Number | None = None
    sigma: Number | None = None
    n: Whole | None = None
    origin: Origin = "empirical"
    source: str = ""
    note: str = ""

    def law(self, without: str = "") -> tuple[float, float]:
        """Median and sigma, without the cases of a wave. The sigma allows for how few the cases are."""
        kept = [math.log(c.days) for c in self.cases if c.wave != without]
        if not kept:
            return float(self.median or 365.0), float(self.sigma or 0.8)
        middle = sum(kept) / len(kept)
        spread = math.sqrt(sum((x - middle) ** 2 for x in kept) / max(len(kept) - 1, 1))
        return math.exp(middle), max(spread, self.sigma or 0.2) * math.sqrt(1 + 1 / len(kept))


class Happened(Model):
    """In a wave, how often something happened, of how many independent chances."""

    wave: Identifier
    happened: Number
    of: Number


class Prior(Model):
    """What is thought before any wave: so many of so many."""

    happened: Number = 2.0
    of: Number = 4.0
    note: str = ""


class Counted(Model):
    """An event counted over waves, with a prior, and after how many days it comes."""

    text: Words
    days: Duration
    waves: tuple[Happened, ...]
    prior: Prior = Prior()

    def probability(self, without: str = "") -> float:
        """How probable it is, without a wave."""
        kept = [w for w in self.waves if w.wave != without]
        return (self.prior.happened + sum(w.happened for w in kept)) / (self.prior.of + sum(w.of for w in kept))


class Stated(Model):
    """A figure that is stated; ``chosen_for`` names the wave that it was chosen to reproduce."""

    value: Number
    low: Number
    high: Number
    origin: Origin
    text: Words
    source: str = ""
    note: str = ""
    chosen_for: str = ""


class American(Model):
    """A proceeding in the United States: how long, how often it ends early without money, and when then."""

    text: Words
    median: Number
    sigma: Number
    early: Number
    early_days: Number
    origin: Origin
    note: str = ""


class Basis(Model):
    """Where the law of the procedure was read, and when."""

    checked: Date
    source: Citations
    note: str = ""


class Legal(Model):
    """A statement of law with its pinpoint."""

    text: Words
    cite: Words
    confidence: Confidence

    @property
    def cited(self) -> str:
        """The pinpoint, with what is not verified marked as such."""
        return self.cite if self.confidence == "verified" else f"{self.cite}; {self.confidence}"

    @property
    def stated(self) -> str:
        """The statement with its pinpoint."""
        return f"{self.text} ({self.cited})"


class Standing(Legal):
    """Who may complain, and by what link to the forum's state."""

    holds: Answer
    by: Many[Words]
    consumers_only: Answer = False
    note: str = ""


class Observed(Model):
    """What became of a wave, as far as is known."""

    pause_within: Number | None = None
    urgent_measures: Whole | None = None
    decisions: Whole | None = None
    first_decision: Number | None = None
    decided_low: Number | None = None
    decided_high: Number | None = None


class Wave(Model):
    """A wave of complaints that happened. ``separate``: so many that each authority decided for itself."""

    text: Words
    filed: Date
    forums: Many[PlaceCode] = ()
    lead: PlaceCode | None = None
    separate: Whole = 0
    urgent: Answer = False
    ahead: Answer = False
    until: Date
    observed: Observed
    note: str = ""


class Procedure(Model):
    """Everything that procedure.yaml says."""

    version: Annotated[Literal["1"], Field(alias="lexposure-procedure")]
    sets: Section[Named]
    regimes: tuple[Regime, ...]
    durations: Section[Duration]
    pace: Mapping[str, Number]
    counts: Section[Counted]
    figures: Section[Stated]
    american: Section[American]
    basis: Basis
    competence: Section[Legal]
    measures: Section[Legal]
    standing: Section[Standing]
    deadlines: Section[Legal]
    waves: Section[Wave]

    def figure(self, name: str) -> float:
        """The value of a figure."""
        return self.figures[name].value

    def regime(self, filed: dt.date) -> Regime | None:
        """The rules for a complaint of the day; None before there were any."""
        return max((r for r in self.regimes if r.start <= filed), key=lambda r: r.start, default=None)


@cache
def built_in() -> Procedure:
    """The procedure that comes with lexposure."""
    return validate(Procedure, read(Path(__file__).with_name("procedure.yaml")))
