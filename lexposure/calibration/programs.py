"""A decided case as a program: its structured facts and nothing of its outcome, by the terms of coding.yaml."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lexposure.calibration.cases import Case
from lexposure.program.model import Program
from lexposure.reading.source import read
from lexposure.vocabulary import Kind, labels

#: The names of the entries that a case is modeled with.
_USE, _SYSTEM, _PARTY, _OTHER = "use", "system", "respondent", "recipient"


#: The United States, whose cases are read by terms of their own.
US = "US"


@dataclass(frozen=True, slots=True)
class CasedProgram:
    """A case's program, the jurisdiction whose authority decided, the day, and the terms that say nothing here."""

    program: Program
    jurisdiction: str
    day: dt.date
    unread: tuple[str, ...]


@cache
def coding() -> Mapping[str, Any]:
    """The table of terms."""
    tree = read(Path(__file__).with_name("coding.yaml")).tree
    assert isinstance(tree, dict)
    return tree


def jurisdiction_of(authority: str) -> str:
    """The country of an authority's code (`DE-HH` is Germany); the United Kingdom is GB."""
    code = authority.split("-", 1)[0].upper()
    return {"UK": "GB", "EL": "GR"}.get(code, code)


@dataclass
class _Draft:
    """What the terms of a case state, gathered; ``table`` holds the terms of the case's part of the world."""

    table: Mapping[str, Any]
    absent: dict[str, None] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    data: dict[str, None] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)

    def take(self, section: str, terms: Iterable[str]) -> None:
        """The terms of a section; one that it does not know is kept as unread."""
        known = self.table[section]
        for term in terms:
            entry = known.get(term)
            if entry is None:
                self.unread.append(f"{section}: {term}")
                continue
            self.absent.update(dict.fromkeys(entry.get("absent", ())))
            self.facts.update(entry.get("facts", {}))
            self.data.update(dict.fromkeys(entry.get("data", ())))
            if "mark" in entry:
                self.marks.add(entry["mark"])

    def words(self, section: str, terms: Iterable[str]) -> list[Any]:
        """What the terms of a section stand for, in the program's vocabulary."""
        known, found = self.table[section], []
        for term in terms:
            if term in known:
                found.append(known[term])
            else:
                self.unread.append(f"{section}: {term}")
        return found


def program_of(case: Case) -> CasedProgram:
    """The program of a case. Raises ValueError, with the reason, where it says too little to be assessed."""
    if not case.authority:
        raise ValueError("it names no authority")
    if case.decision_date is None:
        raise ValueError("it has no date of decision")
    code, facts = jurisdiction_of(case.authority), case.facts
    if code not in labels(Kind.PLACE):
        raise ValueError(f"`{case.authority}` names no jurisdiction that is known")
    table = _table(code)
    place = table["places"].get(case.authority.upper()) or table["places"].get(case.authority.split("-", 1)[0].upper(), code)
    draft = _Draft(table)
    draft.take("missing", facts.missing)
    draft.take("practices", facts.practices)
    subjects = list(dict.fromkeys(draft.words("subjects", facts.subjects))) or ["third_party"]
    data = [w for words in draft.words("data", facts.data_categories) for w in words]
    data = list(dict.fromkeys([*data, *draft.data])) or ["personal_data"]
    purposes = draft.words("purposes", facts.purposes)
    ranked = [p for p in dict.fromkeys(table["purposes"].values()) if p in purposes]
    claimed = draft.words("bases", [b for b in facts.legal_basis_claimed if b in table["bases"]])
    for factors in ("aggravating", "mitigating"):
        for entry in draft.words(factors, getattr(case, factors)):
            draft.facts.update(entry)
    if case.intent in ("negligent", "intentional"):
        draft.facts["culpability"] = case.intent
    public = case.size_band == "public_body" or case.sector == "public_administration"
    tree: dict[str, Any] = {
        "lexposure": "1",
        "program": {"id": "case", "name": case.id, "as_of": case.decision_date, **_started(case)},
        "groups": {"group": {"turnover": _turnover(case)}} if _turnover(case) else {},
        "parties": {_PARTY: {
            "role": "controller", "public_body": "yes" if public else "no",
            **({"group": "group"} if _turnover(case) else {}),
            **({"seat": US, "establishments": [US]} if "no_establishment" in draft.marks or code == US else
               {"seat": place, "establishments": [place], "main_establishment": "yes"}),
            "orders": ["gdpr-58-1"] if "authority_ignored" in draft.marks else [],
        }},
        "populations": _populations(subjects, place, facts.subjects_count),
        "systems": {_SYSTEM: {"operator": _PARTY, "place": place}},
        "uses": {_USE: {"at": _SYSTEM, "controllers": [_PARTY], "purpose": ranked[0] if ranked else "any_purpose",
                        "basis": "unknown"}},
        "flows": {}, "safeguards": {}, "facts": {},
    }
    _flows(tree, data, draft)
    _bases(tree, claimed, draft)
    if "no_notice" in draft.marks:
        tree["notices"] = {"none": {"to": list(tree["populations"]), "state": "absent"}}
        if subjects:
            draft.facts.setdefault("large_scale", "yes")
    if "no_establishment" in draft.marks:
        draft.facts |= {"eu_offers_services": "yes", "eu_activity_link": "no"}
    if code == US:
        draft.facts["does_business_in"] = [place]
    if "no_choice" in draft.marks:
        tree["choices"] = {"none": {"of": list(tree["populations"]), "kind": "none"}}
    if "officer" in draft.marks:
        draft.absent["data_protection_officer"] = None
        draft.facts["core_activity"] = "yes"
    if "authority_ignored" in draft.marks:
        draft.facts |= {"cooperates_with_authority": "no", "authority_given_access": "no"}
    _breach(tree, case, draft)
    tree["safeguards"] = {f"no-{kind}".replace("_", "-"): {"kind": kind, "on": "program", "state": "absent"}
                          for kind in draft.absent}
    tree["facts"] = {f"fact-{i}": {"fact": name, "value": value} for i, (name, value) in enumerate(draft.facts.items())}
    return CasedProgram(Program.model_validate(tree), code, case.decision_date, tuple(dict.fromkeys(draft.unread)))


@cache
def _table(code: str) -> Mapping[str, Any]:
    """The table of terms for cases of a jurisdiction."""
    table = coding()
    if code != US:
        return table
    own = table["us"]
    return {**table, **own, "data": {**table["data"], **own["data"]}}


def _started(case: Case) -> dict[str, Any]:
    months, day = case.infringement.months, case.decision_date
    return {} if not months or day is None else {"started": day - dt.timedelta(days=round(months * 30.4))}


def _turnover(case: Case) -> list[dict[str, Any]]:
    """The turnover that a case states, or the usual one of its size, as a placeholder; nothing where neither is known."""
    if case.decision_date is None:
        return []
    year = case.decision_date.year - 1
    for stated, currency in ((case.turnover_eur, "EUR"), (case.turnover_usd, "USD")):
        if stated:
            return [{"likely": str(round(stated)), "currency": currency, "year": year, "kind": "reported"}]
    usual = coding()["turnover"].get(case.size_band or "")
    return [{**usual, "currency": "EUR", "year": year, "kind": "placeholder"}] if usual else []


def _populations(subjects: list[str], place: str, count: float | None) -> dict[str, Any]:
    """A population for each kind; all of them are counted in the first."""
    found: dict[str, Any] = {}
    first = f"people-{subjects[0]}".replace("_", "-")
    for kind in subjects:
        name = f"people-{kind}".replace("_", "-")
        found[name] = {"kind": kind, "place": place, **({"part_of": [first]} if name != first else {}),
                       **({"of": _PARTY} if kind in ("employee", "applicant") else {})}
        if name == first and count is not None:
            found[name]["count"] = {"likely": str(round(count)), "kind": "reported"}
    return found


def _flows(tree: dict[str, Any], data: list[str], draft: _Draft) -> None:
    obtained = next((m for m in ("scraped", "from_others") if m in draft.marks), None)
    for i, name in enumerate(tree["populations"]):
        tree["flows"][f"flow-{i}"] = {"from": name, "to": _SYSTEM, "data": data,
                                      **({"obtained": obtained} if obtained else {})}
    if "processor" in draft.marks:
        tree["parties"]["processor"] = {"role": "processor", "seat": tree["systems"][_SYSTEM]["place"]}
        tree["systems"]["processing"] = {"operator": "processor", "place": tree["systems"][_SYSTEM]["place"]}
        tree["flows"]["to-processor"] = {"from": _SYSTEM, "to": "processing"}
        tree["uses"][_USE]["at"] = "processing"
    if "sold" in draft.marks:
        tree["parties"][_OTHER] = {"role": "third_party", "seat": US}
        tree["flows"]["sale"] = {"from": _SYSTEM, "to": _OTHER}
        draft.facts |= {"sells_data": "yes", "sells_or_shares": "yes"}
    if "transfer" in draft.marks:
        tree["parties"][_OTHER] = {"role": "third_party", "seat": US}
        tree["flows"]["export"] = {"from": _SYSTEM, "to": _OTHER}
        origin = tree["systems"][_SYSTEM]["place"]
        tree["transfers"] = {"export": {"from": origin, "to": US, "mechanism": "none"}}
        draft.facts["exporter_discloses"] = "yes"


def _bases(tree: dict[str, Any], claimed: list[str], draft: _Draft) -> None:
    """The basis claimed; where it was found not to carry the processing, what failed."""
    use = tree["uses"][_USE]
    use["basis"] = claimed[0] if claimed else "unknown"
    if draft.marks & {"no_basis", "no_consent"}:
        draft.facts |= coding()["failing_basis"].get(use["basis"], {})
        if not claimed or use["basis"] == "consent":
            use["basis"] = "none"
    if "no_exception" in draft.marks:
        use["special_basis"] = "none"


def _breach(tree: dict[str, Any], case: Case, draft: _Draft) -> None:
    """The incident behind a case that came from a breach, or in which one was not told."""
    untold = draft.marks & {"authority_not_told", "people_not_told"}
    if case.trigger != "breach_notification" and not untold:
        return
    assert case.decision_date is not None
    tree["incidents"] = {"breach": {
        "at": [_SYSTEM], "discovered": case.decision_date - dt.timedelta(days=365), "kind": "unauthorised_access",
        "audience": "external", "risk": "high" if "people_not_told" in draft.marks else "unknown",
        "authority_told": "no" if "authority_not_told" in draft.marks else "unknown",
        "people_told": "no" if "people_not_told" in draft.marks else "unknown",
    }}
