"""What the tool must conclude from the sample of the eleven complaints; the README beside it says why."""

from functools import cache
from pathlib import Path

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.assessment import Assessment
from lexposure.law.packs import load
from lexposure.program.reading import read_program

SAMPLE = Path(__file__).parents[2] / "samples" / "noyb-meta-ai-2024"
COUNTRIES = ("at", "be", "fr", "de", "gr", "ie", "it", "nl", "no", "pl", "es")
#: What the complaints plead, as reports tell it, with the provisions of the packs that state it.
PLEADED = {
    "5(1)": {"gdpr-5-1-b", "gdpr-5-1-c", "gdpr-5-1-e"}, "5(2)": {"gdpr-5-2"}, "6(1)": {"gdpr-6-1-f-training"},
    "6(4)": {"gdpr-6-4"}, "9(1)": {"gdpr-9-1-training"}, "12(1)": {"gdpr-12-1"}, "12(2)": {"gdpr-12-2"},
    "13(1) and (2)": {"gdpr-13"}, "17(1)(c)": {"gdpr-17"}, "18(1)(d)": {"gdpr-18-1-d"}, "19": {"gdpr-19"},
    "21(1)": {"gdpr-21"}, "25": {"gdpr-25-1", "gdpr-25-2"},
}
#: What is found for users beyond the pleadings, each with its reason.
EXPLAINED = {
    "gdpr-5-1-a-fairness": "hidden behind a form, and nothing that users had to expect",
    "gdpr-6-1-f-interest": "first step of what is pleaded under 6(1)",
    "gdpr-6-1-f-necessity": "second step of what is pleaded under 6(1)",
    "gdpr-6-1-f-balance": "third step of what is pleaded under 6(1)",
    "gdpr-13-3": "the new purpose was not told with what 13(2) asks for",
    "gdpr-21-propagation": "argued under 17, 19 and 21: nothing reaches a trained model",
    "gdpr-21-4": "the right to object is nowhere apart from the rest",
    "rad-injunction": "follows from any breach that meets consumers alike",
}


@cache
def assessed(phase: str, file: str = "program.yaml") -> Assessment:
    return assess(read_program(SAMPLE / file, phase=phase), load())


def fired(a: Assessment, population: str) -> set[str]:
    return {f.provision for f in a.findings if population in f.populations and f.status in ("breach", "arguable")}


def found(a: Assessment, population: str, provision: str) -> set[str]:
    return {f.status for f in a.findings if population in f.populations and f.provision == provision}


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_was_pleaded_is_found_before_each_of_the_eleven_authorities(country: str) -> None:
    here = fired(assessed("announced"), f"users-{country}")
    missed = {article for article, provisions in PLEADED.items() if not provisions <= here}
    assert missed == set()


@pytest.mark.parametrize("country", COUNTRIES)
def test_whatever_is_found_beyond_the_pleadings_is_explained(country: str) -> None:
    pleaded = set().union(*PLEADED.values())
    extra = fired(assessed("announced"), f"users-{country}") - pleaded
    assert extra <= set(EXPLAINED)


def test_the_packs_know_nothing_of_the_pleadings() -> None:
    for rule in load().rules:
        for clause in (*rule.elements, *rule.exceptions):
            assert "noyb" not in str(clause.clause.when)


def test_people_without_an_account_come_in_by_the_posts_of_others() -> None:
    a = assessed("announced")
    finding = next(f for f in a.findings if f.provision == "gdpr-14" and "non-users" in f.populations)
    assert finding.status in ("breach", "arguable")
    assert finding.path == ("shown", "to-corpus", "to-models")
    assert not found(a, "non-users", "gdpr-13")


def test_scraped_data_are_told_as_data_from_elsewhere() -> None:
    assert found(assessed("announced"), "scraped", "gdpr-14") <= {"breach", "arguable"}
    assert found(assessed("announced"), "scraped", "gdpr-14")


def test_the_irish_authority_leads_and_the_others_are_concerned() -> None:
    fine = next(h for h in assessed("announced").heads if h.kind == "administrative_fine" and h.forum == "ie-dpa")
    assert set(fine.others) >= {"at-dpa", "be-dpa", "fr-dpa", "gr-dpa", "it-dpa", "nl-dpa", "no-dpa", "pl-dpa", "es-dpa"}


def test_one_wrong_is_not_counted_five_times() -> None:
    fine = next(h for h in assessed("announced").heads if h.kind == "administrative_fine" and h.forum == "ie-dpa")
    assert 0 < len(fine.counted) < len(fine.findings)


def test_nobody_is_decided_upon() -> None:
    assert not found(assessed("announced"), "users-at", "gdpr-22")


@pytest.mark.parametrize("phase", ["announced", "relaunch"])
def test_no_labour_law_no_monitoring_no_breach_and_no_wiretapping(phase: str) -> None:
    a = assessed(phase)
    topics = {p.id: set(p.topics) for p in a.provisions}
    found_here = {f.provision for f in a.findings}
    # Article 35(9) asks for the views of whoever is concerned, not of workers only.
    assert not {p for p in found_here if "labour" in topics[p] and p != "gdpr-35-9"}
    assert not {p for p in found_here if p.startswith(("us-", "gdpr-33", "gdpr-34", "gdpr-7-4-work"))}


def test_nothing_is_found_while_it_is_paused() -> None:
    a = assessed("paused")
    assert a.operations == ()
    assert a.findings == ()


def test_the_relaunch_leaves_open_what_the_plan_had_breached() -> None:
    before, after = fired(assessed("announced"), "users-de"), fired(assessed("relaunch"), "users-de")
    assert after < before
    assert {"gdpr-5-1-b", "gdpr-12-1", "gdpr-12-2", "gdpr-13", "gdpr-6-1-f-training"} <= before - after
    # What nobody said was changed: everyone is still in unless they object, and special categories are still there.
    assert {"gdpr-9-1-training", "gdpr-25-2"} <= after


def test_the_relaunch_rests_on_claims_and_says_so() -> None:
    silent = {s.provision for s in assessed("relaunch").silent}
    assert "gdpr-12-1" in silent


def test_on_the_companys_account_most_is_open() -> None:
    alleged, own = (fired(assessed("announced", f), "users-ie") for f in ("program.yaml", "meta-account.yaml"))
    assert len(own) < len(alleged) / 2
    assert "gdpr-5-1-b" not in own


def test_the_criteria_for_an_impact_assessment_are_counted_and_shown() -> None:
    """WP248 rev.01: two of nine make an assessment due; each is told, met or not."""
    finding = next(f for f in assessed("announced").findings if f.provision == "gdpr-35" and "users-at" in f.populations)
    tally = next(row.tallies[0] for row in finding.rows if row.id == "high_risk")
    assert tally.needed == 2
    assert {c.text[0]: c.outcome for c in tally.criteria} == {
        "1": "not met", "2": "not met", "3": "unknown", "4": "met", "5": "met", "6": "unknown", "7": "not met", "8": "met",
        "9": "not met"}
