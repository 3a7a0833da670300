"""The Assessment: one immutable, versioned, JSON-serialisable value with everything that a renderer needs."""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from lexposure.exposure.losses.notes import Losses
from lexposure.exposure.part import Outcome, Part, StatusWord, Sum
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, Place

#: The version of the saved form; a reader refuses any other.
FORMAT: Literal["lexposure-assessment/1"] = "lexposure-assessment/1"


class Where(Part):
    """A place in the client's model."""

    file: str
    line: int
    column: int
    path: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Figure(Part):
    """An estimate with its range and provenance."""

    low: Sum
    likely: Sum
    high: Sum
    kind: str
    source: str | None = None
    note: str = ""


class SourceNote(Part):
    """A source that the client's model names."""

    id: str
    title: str
    url: str
    date: dt.date | None
    confidence: str | None
    note: str


class PartyNote(Part):
    """A party."""

    id: str
    name: str
    role: str
    seat: str
    establishments: tuple[str, ...]
    group: str | None
    orders: tuple[str, ...]
    main_establishment: bool | None
    where: Where | None


class GroupNote(Part):
    """An undertaking and the turnover that counts."""

    id: str
    name: str
    year: int | None
    currency: str
    turnover: Figure | None


class PopulationNote(Part):
    """A population."""

    id: str
    name: str
    kind: str
    place: str
    of: str | None
    count: Figure | None
    note: str
    source: tuple[str, ...]
    where: Where | None


class SystemNote(Part):
    """A system."""

    id: str
    name: str
    operator: str
    place: str
    retention: str
    where: Where | None


class UseNote(Part):
    """A use."""

    id: str
    name: str
    at: str
    purpose: str
    controllers: tuple[str, ...]
    where: Where | None


class FlowNote(Part):
    """A flow. ``number`` ties the diagram to the table of flows."""

    id: str
    number: int
    origin: str
    target: str
    data: tuple[str, ...]
    may_carry: tuple[str, ...]
    incidental: bool | None
    intended: bool | None
    occurs: bool | None
    crosses: bool
    note: str
    source: tuple[str, ...]
    where: Where | None


class MeasureNote(Part):
    """A safeguard, notice, choice or stated fact, as counsel reads it in the facts relied on."""

    section: str
    id: str
    kind: str
    on: str
    state: str
    evidence: str
    note: str
    source: tuple[str, ...]
    where: Where | None


class IncidentNote(Part):
    """An incident."""

    id: str
    name: str
    discovered: dt.date
    kind: str
    audience: str
    at: tuple[str, ...]
    note: str
    source: tuple[str, ...]
    where: Where | None


class PhaseNote(Part):
    """A phase of the program; ``applied`` marks those whose changes are in this assessment."""

    id: str
    name: str
    start: dt.date
    end: dt.date | None
    applied: bool
    note: str


class OperationNote(Part):
    """An operation: who does what with whose data, by which way; ``borders`` are the places it leaves and enters."""

    id: str
    controller: str
    population: str
    use: str
    data: tuple[str, ...]
    possibly: tuple[str, ...]
    path: tuple[str, ...]
    systems: tuple[str, ...]
    places: tuple[str, ...]
    recipients: tuple[str, ...]
    borders: tuple[tuple[str, str], ...]


class Leaf(Part):
    """One fact asked about: what was asked, what was found, and where the model says so."""

    fact: str
    argument: str
    asked: str
    found: str
    outcome: Outcome
    claimed: bool
    where: tuple[Where, ...]


class ReadingNote(Part):
    """How settled a way of applying the law is, on what authority, and what is said against it."""

    certainty: str
    authority: str
    weak_when: str
    contrary: str


class Criterion(Part):
    """One of several criteria that are counted."""

    text: str
    outcome: Outcome


class Tally(Part):
    """Criteria of which a number has to be met."""

    needed: int
    criteria: tuple[Criterion, ...]


class Row(Part):
    """A row of a finding's table: a way in which the law applies, scope, what is presupposed, an element, an exception."""

    part: Literal["applies", "scope", "presupposed", "element", "exception"]
    id: str
    text: str
    cite: str
    outcome: Outcome
    leaves: tuple[Leaf, ...]
    tallies: tuple[Tally, ...] = ()
    to_be_shown: bool = False
    reading: ReadingNote | None = None


class Bare(Part):
    """A path on which a safeguard that the finding turns on does not stand."""

    safeguard: str
    path: tuple[str, ...]


class ChangeNote(Part):
    """What the law changes after the day of assessment, and how that provision stands on the program then.

    ``status`` is ``procedure`` for what binds a forum and not the program; ``provision`` is empty then.
    """

    day: dt.date
    provision: str
    cite: str
    heading: str
    jurisdiction: str
    what: str
    status: StatusWord | Literal["clear", "procedure"]
    populations: tuple[str, ...]
    confidence: str
    note: str


class Displaced(Part):
    """A finding for the same wrong that is counted in another one's place, and the law's relation that says so."""

    relation: str
    finding: str


class FindingNote(Part):
    """A finding with its evidence. ``operations`` lists all that it concerns; the rows are of the first."""

    id: str
    provision: str
    status: StatusWord
    certainty: str
    controller: str
    populations: tuple[str, ...]
    uses: tuple[str, ...]
    incident: str | None
    operations: tuple[str, ...]
    path: tuple[str, ...]
    bare: tuple[Bare, ...]
    rows: tuple[Row, ...]
    rests_on_claims: tuple[str, ...]
    displaced_by: tuple[Displaced, ...] = ()
    where: Where | None


class SilentNote(Part):
    """A provision that did not fire for some operations, and why."""

    provision: str
    reason: str
    clause: str
    clause_text: str
    operations: tuple[str, ...]


class Citation(Part):
    """Where a statement of law can be read."""

    title: str
    url: str
    opened: bool | None


class ProvisionNote(Part):
    """A provision that the assessment names."""

    id: str
    cite: str
    heading: str
    text: str
    instrument: str
    instrument_title: str
    instrument_short: str
    jurisdiction: str
    topics: tuple[str, ...]
    unit: str
    certainty: str
    authority: str
    weak_when: str
    contrary: str
    in_force_from: dt.date
    in_force_until: dt.date | None
    checked: dt.date
    confidence: str
    sources: tuple[Citation, ...]
    relations: tuple[str, ...]
    note: str


class PracticeNote(Part):
    """What a forum has done, as a figure or the quartiles of a distribution over ``n`` cases; shares are from 0 to 1."""

    measure: str
    unit: str
    basis: str
    period: str
    n: Decimal | None
    value: Decimal | None
    q25: Decimal | None
    median: Decimal | None
    q75: Decimal | None
    sources: tuple[Citation, ...]
    confidence: str
    note: str


class ForumNote(Part):
    """An authority or court, with what is peculiar to it; ``fines`` says how national law limits its fines."""

    id: str
    jurisdiction: str
    name: str
    english: str
    kind: str
    languages: tuple[str, ...]
    website: str
    powers: tuple[str, ...]
    fines: str
    practice: tuple[PracticeNote, ...]
    checked: dt.date
    confidence: str
    note: str


class Start(Part):
    """A starting range of a published fining method at one level of seriousness."""

    level: str
    low: Sum
    high: Sum
    cite: str


class RealisedNote(Part):
    """What such claims have come to per person, and times the people concerned; nothing of a ceiling."""

    per_low: Decimal
    per_likely: Decimal
    per_high: Decimal
    low: Sum
    likely: Sum
    high: Sum
    basis: str
    confidence: str
    sources: tuple[Citation, ...]


class HeadNote(Part):
    """One forum, one remedy, its ceiling with the arithmetic. A ceiling is not an expectation."""

    id: str
    forum: str | None
    others: tuple[str, ...]
    kind: str
    label: str
    private: bool
    cite: str
    controller: str
    findings: tuple[str, ...]
    counted: tuple[str, ...] = ()
    populations: tuple[str, ...]
    status: StatusWord
    currency: str
    low: Sum | None
    likely: Sum | None
    high: Sum | None
    arithmetic: tuple[str, ...]
    unit: str
    count_settled: bool | None
    needs: str
    starting: tuple[Start, ...]
    method: str
    one_conduct: str
    limitation: str
    cure: str
    fee_shifting: bool | None
    realised: RealisedNote | None = None
    note: str


class MethodNote(Part):
    """A published method of calculating fines that heads have starting ranges of."""

    id: str
    title: str
    checked: dt.date
    confidence: str
    sources: tuple[Citation, ...]
    note: str


class QuestionNote(Part):
    """An unknown fact: what to ask, about whom, which findings hang on it, and what each answer would do.

    ``yes_clears`` and ``no_clears`` count the findings that become clear with each answer (all that is in question, or
    none of it, where words are the answer; None for numbers); ``moves`` is the sum of the ceilings, in ``currency``,
    that the better answer alone would take away. ``opens`` counts the provisions that are asked only once it is answered.
    """

    fact: str
    argument: str
    text: str
    where: str
    populations: tuple[str, ...]
    findings: tuple[str, ...]
    yes_clears: int | None
    no_clears: int | None
    opens: int = 0
    moves: Sum
    currency: str


class PackNote(Part):
    """A pack that was used."""

    id: str
    jurisdiction: str
    title: str
    origin: str
    sha256: str
    checked: dt.date


class RateNote(Part):
    """An exchange rate that was used."""

    origin: str
    target: str
    date: dt.date
    rate: Sum
    confidence: str
    source: str


class Limits(Part):
    """What the assessment does not cover, and what it assumes."""

    notes: tuple[str, ...]
    places_without_packs: tuple[str, ...]
    not_covered: tuple[str, ...]
    placeholders: tuple[str, ...]
    stale: tuple[str, ...]


class Made(Part):
    """What the assessment was made from and with: enough to make it again."""

    lexposure: str
    python: str
    libraries: Mapping[str, str]
    inputs: tuple[tuple[str, str], ...]
    packs: tuple[PackNote, ...]
    seed: int


class Assessment(Part):
    """One program, at one date, under the packs of that date."""

    format: Literal["lexposure-assessment/1"] = FORMAT
    id: str
    name: str
    summary: str
    client: str
    question: str
    hypothetical: bool | None
    as_of: dt.date
    phase: str | None
    phases: tuple[PhaseNote, ...]
    sources: tuple[SourceNote, ...]
    groups: tuple[GroupNote, ...]
    parties: tuple[PartyNote, ...]
    populations: tuple[PopulationNote, ...]
    systems: tuple[SystemNote, ...]
    uses: tuple[UseNote, ...]
    flows: tuple[FlowNote, ...]
    measures: tuple[MeasureNote, ...]
    incidents: tuple[IncidentNote, ...]
    operations: tuple[OperationNote, ...]
    findings: tuple[FindingNote, ...]
    silent: tuple[SilentNote, ...]
    provisions: tuple[ProvisionNote, ...]
    heads: tuple[HeadNote, ...]
    methods: tuple[MethodNote, ...]
    forums: tuple[ForumNote, ...]
    questions: tuple[QuestionNote, ...]
    changes: tuple[ChangeNote, ...]
    rates: tuple[RateNote, ...]
    losses: Losses | None = None
    limits: Limits
    warnings: tuple[str, ...]
    made: Made

    def as_json(self) -> str:
        """The saved form: two-space indented JSON, the same bytes for the same assessment."""
        return self.model_dump_json(indent=2) + "\n"


def read_assessment(path: Path) -> Assessment:
    """A saved assessment. Raises InvalidInput where the file is not one of this version."""
    place = Place(str(path), 1, 1, 2)
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
    except OSError as error:
        raise InvalidInput([Diagnostic("LX101", f"cannot read {path}: {error.strerror}", place)]) from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise InvalidInput([Diagnostic("LX103", "the file is not JSON", Place(str(path), line, 1, 2), "",
                                       "an assessment that `lexposure assess -o` wrote")]) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InvalidInput([Diagnostic("LX203", "the file is not an assessment of this version", place, "", FORMAT)])
    try:
        return Assessment.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        raise InvalidInput([Diagnostic("LX203", f"the assessment is damaged at {at}: {first['msg']}", place)]) from None
