"""Who can complain before whom, who then decides, and on which grounds.

Standing: articles 77, 80 GDPR. Competence: articles 55, 56, 4(16), 4(22) and (23) GDPR as EDPB Opinion 04/2024 reads them:
a main establishment counts where decisions are taken; with one establishment in the EEA its authority leads; with several
and no main one, or with none, every authority decides for itself.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lexposure.complaints.procedure import Procedure
from lexposure.exposure.findings import Finding
from lexposure.exposure.losses.matters import Priceable
from lexposure.law.judgement import Status
from lexposure.law.model import Forum
from lexposure.law.packs import Law
from lexposure.program.model import Party, Population, Program
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
from lexposure.vocabulary import Kind, is_a, within

Route: TypeAlias = Literal["lead", "concerned", "local", "own"]
#: The instrument whose authorities a complaint in Europe goes to, and where its rules of competence hold.
GDPR, AREA, UNION_OF_STATES = "gdpr", "EEA", "US"


@dataclass(frozen=True, slots=True)
class Ground:
    """A finding that a complaint before a forum can rest on, and how probable it is to be made."""

    finding: Finding
    probability: float


@dataclass(frozen=True, slots=True)
class StandingNote:
    """Whether a complainant of the kind can complain there, by which link, on what authority, until when."""

    holds: bool | None
    links: tuple[str, ...]
    people: tuple[str, ...]
    cite: str
    note: str
    deadline: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A complaint before one forum: standing, who decides on it, and its grounds, strongest first."""

    code: str
    forum: str
    authority: Forum
    standing: StandingNote
    route: Route
    why: str
    grounds: tuple[Ground, ...]

    @property
    def american(self) -> bool:
        """Whether the forum is one of the United States."""
        return self.code.split("-")[0] == UNION_OF_STATES


@dataclass(frozen=True, slots=True)
class Competence:
    """Who leads, and why; None where every authority decides for itself."""

    lead: str | None
    why: str
    cross_border: bool
    established: bool


def codes(text: str, law: Law, procedure: Procedure, program: Program) -> tuple[str, ...]:
    """The forums that an option names: codes, a named set, or `all` where people or establishments are.

    Raises InvalidInput for what is no place with an authority, naming the nearest.
    """
    known = {place: True for place, f in law.forums.values() if f.kind != "court" or place.split("-")[0] == UNION_OF_STATES}
    if text in procedure.sets:
        return procedure.sets[text].forums
    if text == "all":
        there = [c for c in known if _people(program, c) or _established(program, c)]
        return tuple(c for c in there if c not in ("EU", AREA))
    found = tuple(dict.fromkeys(word.strip().upper() for word in text.split(",") if word.strip()))
    faults = [Diagnostic("LX501", f"`{word}` is no forum of the packs", None, "",
                         f"codes such as `AT,BE,US-CA`, `all`, or a set ({', '.join(procedure.sets)})",
                         nearest(word, [*known, *procedure.sets])) for word in found if word not in known]
    if not found:
        faults = [Diagnostic("LX501", "no forum is named", None, "", "codes such as `AT,BE,FR`, `all`, or a set")]
    if faults:
        raise InvalidInput(faults)
    return found


def competence(program: Program, procedure: Procedure) -> Competence:
    """Who leads for the program's controllers."""
    parties = [p for p in program.parties.values() if is_a(Kind.ROLE, p.role, "controller")]
    here = {place for p in parties for place in _places(p) if _in(place, AREA)}
    states = {p.place for p in program.populations.values() if _in(p.place, AREA)}
    cross = len(states | here) > 1
    main = [p.seat for p in parties if p.main_establishment and _in(p.seat, AREA)]
    lead = None
    if not here:
        why = "no_establishment"
    elif not cross:
        why = "one_state"
    elif main:
        lead, why = main[0], "main_establishment"
    elif len(here) == 1:
        lead, why = next(iter(here)), "only_establishment"
    else:
        why = "no_main_establishment"
    return Competence(lead, procedure.competence[why].stated, cross, bool(here))


def _in(place: str, area: str) -> bool:
    """Whether a place surely lies within another."""
    return place != "unknown" and within(place, area) is True


def _places(party: Party) -> tuple[str, ...]:
    return tuple(x for x in (party.seat, *party.establishments) if x != "unknown")


def _people(program: Program, code: str) -> tuple[str, ...]:
    """The populations of a place: surely there, or there by part of their place."""
    return tuple(n for n, p in program.populations.items()
                 if p.place != "unknown" and (_in(p.place, code) or (within(code, p.place) is True
                                              and not any(_in(code, x) for x in p.not_in))))


def _established(program: Program, code: str) -> bool:
    return any(_in(place, code) for p in program.parties.values()
               if is_a(Kind.ROLE, p.role, "controller") for place in _places(p))


def filings(
    given: Priceable, program: Program, wanted: Sequence[str], complainant: str, procedure: Procedure, filed: dt.date
) -> tuple[tuple[Filing, ...], Competence]:
    """The complaint before each forum. Raises InvalidInput for a forum without any link, or a day before the law."""
    competent = competence(program, procedure)
    faults: list[Diagnostic] = []
    made: list[Filing] = []
    for code in wanted:
        american = code.split("-")[0] == UNION_OF_STATES
        if not american and procedure.regime(filed) is None:
            raise InvalidInput([Diagnostic("LX501", f"there was no such procedure on {filed}", None, "",
                                           f"a day from {procedure.regimes[0].start} on")])
        standing = _standing(program, code, complainant, procedure)
        if not standing.people and not _established(program, code):
            faults.append(Diagnostic("LX501", f"nobody in the program lives or works in `{code}`, and no controller is "
                                     "established there: a complaint before it would have no link", None, "",
                                     "a forum where there are people, or `all`"))
            continue
        made += _american(given, code, standing) if american else \
            _european(given, program, code, standing, competent, procedure)
    if not made and not faults:
        faults.append(Diagnostic("LX501", "no authority or court of those named has anything to decide on in the program",
                                 None, "", "a forum where there are people, under a law of the packs"))
    if faults:
        raise InvalidInput(faults)
    return tuple(made), competent


def _standing(program: Program, code: str, complainant: str, procedure: Procedure) -> StandingNote:
    rule = procedure.standing[complainant]
    people = _people(program, code)
    links = []
    if people and "residence" in rule.by:
        links.append("residence or place of work" if any(_works(program.populations[n]) for n in people) else "residence")
    if _established(program, code) and "infringement" in rule.by:
        links.append("place of the alleged infringement")
    holds: bool | None = rule.holds if links else False
    note = rule.note
    if rule.consumers_only and not any(is_a(Kind.SUBJECT, program.populations[n].kind, "consumer") for n in people):
        holds, note = False, "None of the people there are consumers. " + note
    deadline = procedure.deadlines.get(code)
    return StandingNote(holds, tuple(links), people, rule.cited, note,
                        deadline.stated if deadline else "")


def _works(people: Population) -> bool:
    return is_a(Kind.SUBJECT, people.kind, "worker")


def _european(
    given: Priceable, program: Program, code: str, standing: StandingNote, competent: Competence, procedure: Procedure,
) -> Iterator[Filing]:
    found = given.law.forum_for(code, GDPR) or next(
        ((n, f) for n, (place, f) in given.law.forums.items() if place == code and f.kind == "supervisory_authority"), None)
    if found is None:
        return
    name, forum = found
    route, why = _route(program, code, competent, procedure)
    # Where nobody lives, a complaint by the place of infringement is whoever's it concerns.
    yield Filing(code, name, forum, standing, route, why, grounds(given, code, standing.people or _people(program, AREA)))


def _route(program: Program, code: str, competent: Competence, procedure: Procedure) -> tuple[Route, str]:
    if not _in(code, AREA):
        return "own", procedure.competence["outside"].stated
    if competent.lead is None:
        return "own", competent.why
    if code == competent.lead:
        return "lead", competent.why
    only_here = {p.place for p in program.populations.values() if _in(p.place, AREA)} == {code}
    if only_here and _established(program, code):
        return "local", procedure.competence["local"].stated
    return "concerned", procedure.competence["concerned"].stated.format(lead=competent.lead)


def _american(given: Priceable, code: str, standing: StandingNote) -> Iterator[Filing]:
    """The forums of a state or of the federation that have heads in the program: each acts for itself."""
    named = dict.fromkeys(h.forum for h in given.heads if h.forum and h.counted)
    for name in named:
        place, forum = given.law.forums[name]
        if place != code:
            continue
        mine = {n for h in given.heads if h.forum == name for n in h.counted}
        kind = {"court": "A private claim, on behalf of a class or alone",
                "attorney_general": "The attorney general's own motion",
                "labour_authority": "A charge"}.get(forum.kind, "The agency's own motion, or on a complaint")
        own = StandingNote(True, standing.links or ("residence",), standing.people, "", kind, standing.deadline)
        yield Filing(code, name, forum, own, "own", kind, _ranked(given, (given.findings[n] for n in mine)))


def grounds(given: Priceable, code: str, people: Iterable[str]) -> tuple[Ground, ...]:
    """The findings that concern the people, under the law of the Union or of the place, strongest first.

    Also what another finding displaces: that keeps fines from counting twice, and nobody from pleading both.
    """
    there = set(people)
    laws = {code, "EU", AREA} if _in(code, AREA) else {code}
    return _ranked(given, (f for f in given.findings.values()
                           if f.rule.instrument.jurisdiction in laws
                           and not f.rule.provision.presupposes and there & set(f.populations)))


def _ranked(given: Priceable, findings: Iterable[Finding]) -> tuple[Ground, ...]:
    """Each provision once, for whom it is likeliest; a breach before what is arguable or open."""
    best: dict[str, Ground] = {}
    for f in findings:
        ground = Ground(f, given.likelihood(f.id, {}).found)
        old = best.get(f.rule.id)
        if old is None or ground.probability > old.probability:
            best[f.rule.id] = ground
    order = {Status.BREACH: 0, Status.ARGUABLE: 1, Status.UNKNOWN: 2}
    return tuple(sorted(best.values(), key=lambda g: (order[g.finding.status], -g.probability, g.finding.rule.id)))
