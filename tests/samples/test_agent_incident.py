"""What the tool must conclude from the agent incident, and what it must not; the README beside the sample says why."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.assessment import Assessment, FindingNote, HeadNote
from lexposure.law.packs import load
from lexposure.program.reading import check_program, read_program

SAMPLE = Path(__file__).parents[2] / "samples" / "agent-incident-2026"
PROGRAM, ACCOUNT = "program.yaml", "meta-account.yaml"
#: The variants by how many users they assume; a quarter of them in each of four places.
TIERS = {500: "tier-500.yaml", 100_000: "tier-100k.yaml", 10_000_000: "tier-10m.yaml"}
FILES = (PROGRAM, ACCOUNT, *TIERS.values())
USERS = {"users-eea", "users-ca", "users-us", "users-gb"}
NOTIFICATION = ("gdpr-33", "gdpr-34", "gb-ukgdpr-33", "gb-ukgdpr-34")


@cache
def assessed(file: str = PROGRAM) -> Assessment:
    return assess(read_program(SAMPLE / file), load())


@cache
def supposing(**answers: str) -> Assessment:
    """The program with other answers about its incident than `unknown`."""
    text = (SAMPLE / PROGRAM).read_text(encoding="utf-8")
    for field, answer in answers.items():
        line = f"    {field}: unknown\n"
        assert text.count(line) == 1, field
        text = text.replace(line, f"    {field}: {answer}\n")
    with TemporaryDirectory() as folder:
        file = Path(folder) / PROGRAM
        file.write_text(text, encoding="utf-8")
        return assess(read_program(file), load())


def findings(a: Assessment, provision: str, population: str = "") -> list[FindingNote]:
    """Findings under exactly this provision that concern the population."""
    return [f for f in a.findings if f.provision == provision and (not population or population in f.populations)]


def statuses(a: Assessment, provision: str, population: str = "") -> set[str]:
    return {f.status for f in findings(a, provision, population)}


def outcomes(a: Assessment, provision: str, population: str) -> dict[str, str]:
    """How each element and exception of the provision stands for the population, by its id."""
    (finding,) = findings(a, provision, population)
    return {r.id: r.outcome for r in finding.rows if r.part in ("element", "exception")}


def cleared(a: Assessment, provision: str, population: str) -> set[tuple[str, str]]:
    """Why the provision did not fire for the population, and by which clause."""
    here = {o.id for o in a.operations if o.population == population}
    return {(s.reason, s.clause) for s in a.silent if s.provision == provision and here & set(s.operations)}


def heads(a: Assessment, provision: str, kind: str) -> list[HeadNote]:
    return [h for h in a.heads if h.kind == kind and any(f.split(":")[0] == provision for f in h.findings)]


# -- the files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
def test_the_files_have_neither_faults_nor_warnings(file: str) -> None:
    _, warnings = check_program(SAMPLE / file)
    assert warnings == ()


@pytest.mark.parametrize("file", [PROGRAM, ACCOUNT])
def test_a_number_that_was_never_published_is_not_stated(file: str) -> None:
    program = read_program(SAMPLE / file).program
    assert all(p.count is None for p in program.populations.values())


@pytest.mark.parametrize("users", TIERS)
def test_the_numbers_of_the_tiers_are_marked_as_having_no_evidence(users: int) -> None:
    a = assessed(TIERS[users])
    assert a.hypothetical is True
    figures = {p.id: p.count for p in a.populations if p.id in USERS}
    assert sum(c.likely for c in figures.values() if c) == users
    assert all(c and c.kind == "placeholder" and [c.low, c.high] == [0, users] for c in figures.values())
    assert {line.split(":")[0] for line in a.limits.placeholders} == USERS


# -- what it must find ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("provision", "population"), [("gdpr-33", "users-eea"), ("gb-ukgdpr-33", "users-gb")])
def test_access_from_inside_without_right_is_a_breach_of_personal_data(provision: str, population: str) -> None:
    a = assessed()
    assert [i.audience for i in a.incidents] == ["internal"]
    assert outcomes(a, provision, population)["breach"] == "met"


def test_article_33_is_open_because_nobody_knows_who_was_told_and_what_the_risk_was() -> None:
    a = assessed()
    assert statuses(a, "gdpr-33", "users-eea") == {"unknown"}
    assert outcomes(a, "gdpr-33", "users-eea") == {"breach": "met", "not_reported": "unknown", "risk_unlikely": "unknown"}
    assert {"incident_authority_told", "incident_risk"} <= {q.fact for q in a.questions}


def test_article_34_is_open_because_nobody_knows_whether_the_risk_was_high_and_people_were_told() -> None:
    a = assessed()
    assert statuses(a, "gdpr-34", "users-eea") == {"unknown"}
    found = outcomes(a, "gdpr-34", "users-eea")
    assert (found["high_risk"], found["people_not_told"]) == ("unknown", "unknown")
    assert "incident_people_told" in {q.fact for q in a.questions}


def test_a_breach_not_reported_is_none_of_article_33_if_risk_is_unlikely_and_one_if_it_is_likely() -> None:
    unlikely, likely = (supposing(authority_told="no", risk=risk) for risk in ("unlikely", "likely"))
    assert cleared(unlikely, "gdpr-33", "users-eea") == {("exception", "risk_unlikely")}
    assert statuses(likely, "gdpr-33", "users-eea") == {"breach"}


def test_a_likely_risk_that_is_not_high_clears_article_34_and_not_33() -> None:
    a = supposing(risk="likely")
    assert cleared(a, "gdpr-34", "users-eea") == {("element not met", "high_risk")}
    assert statuses(a, "gdpr-33", "users-eea") == {"unknown"}


def test_a_report_in_time_clears_article_33_and_leaves_the_register_to_be_shown() -> None:
    a = supposing(authority_told="yes")
    assert cleared(a, "gdpr-33", "users-eea") == {("element not met", "not_reported")}
    assert statuses(a, "gdpr-33-5", "users-eea") == {"unknown"}


@pytest.mark.parametrize("risk", ["unlikely", "likely", "high"])
def test_the_register_of_breaches_is_owed_whatever_the_risk(risk: str) -> None:
    a = supposing(risk=risk)
    assert statuses(a, "gdpr-33-5", "users-eea") == {"unknown"}
    assert outcomes(a, "gdpr-33-5", "users-eea")["breach"] == "met"
    assert "breach_register" in {q.argument for q in a.questions}


def test_the_failed_access_control_meets_the_elements_of_articles_5_1_f_and_32() -> None:
    a = assessed()
    # Whether a lapse of two hours settles a want of fit measures may be judged either way; never that it is nothing.
    (principle,) = findings(a, "gdpr-5-1-f", "users-eea")
    assert principle.status in ("breach", "arguable")
    (security,) = findings(a, "gdpr-32", "users-eea")
    row = next(r for r in security.rows if r.id == "measure_missing")
    assert row.outcome == "met"
    leaf = next(x for x in row.leaves if x.argument == "access_control")
    assert leaf.found == "no"
    assert leaf.where[0].path.startswith("safeguards.access-control")


def test_article_32_is_open_only_because_nobody_says_what_the_data_were() -> None:
    # That a guard which gave way had fitted the risk is for the controller to show (C-340/21), and opens nothing by itself.
    for provision, population, exceptions in (
        ("gdpr-32", "users-eea", {"measures_fitted": "unknown"}), ("gb-ukgdpr-32", "users-gb", {}),
    ):
        assert statuses(assessed(), provision, population) == {"unknown"}
        assert outcomes(assessed(), provision, population) == {"risk": "unknown", "measure_missing": "met"} | exceptions


def test_the_irish_authority_is_asked_and_the_four_percent_do_not_depend_on_the_number_of_users() -> None:
    for file in FILES:
        (fine,) = heads(assessed(file), "gdpr-5-1-f", "administrative_fine")
        assert fine.forum == "ie-dpa"
        assert fine.likely is not None
        assert float(fine.likely) == pytest.approx(0.04 * 200_966_000_000 * 0.885, rel=1e-6)


def test_the_order_of_the_ftc_on_access_is_arguable_for_every_user_and_for_nobody_on_the_staff() -> None:
    for file in FILES:
        found = findings(assessed(file), "us-ftc-facebook-access")
        assert {f.status for f in found} == {"arguable"}
        assert {p for f in found for p in f.populations} == USERS


def test_the_order_of_the_ftc_asks_for_a_review_of_which_nothing_is_known() -> None:
    assert statuses(assessed(), "us-ftc-facebook-review") == {"unknown"}
    assert {"new_or_modified_practice", "order_review_done"} <= {q.fact for q in assessed().questions}


# -- California ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
def test_the_action_after_a_breach_is_clear_since_only_insiders_could_reach_the_data(file: str) -> None:
    assert findings(assessed(file), "us-ca-ccpa-150") == []
    assert cleared(assessed(file), "us-ca-ccpa-150", "users-ca") == {("element not met", "taken")}


def test_the_contested_action_over_insiders_is_open_on_four_facts() -> None:
    assert statuses(assessed(), "us-ca-ccpa-150-internal", "users-ca") == {"unknown"}
    assert outcomes(assessed(), "us-ca-ccpa-150-internal", "users-ca") == {
        "listed_information": "unknown", "nonencrypted": "unknown", "disclosed_inside": "unknown",
        "no_reasonable_security": "met", "good_faith_access": "unknown",
    }


def test_the_contested_action_is_clear_if_nothing_was_read_or_taken_as_the_company_says() -> None:
    a = assessed(ACCOUNT)
    assert findings(a, "us-ca-ccpa-150-internal") == []
    assert cleared(a, "us-ca-ccpa-150-internal", "users-ca") == {("element not met", "disclosed_inside")}


def test_reasonable_security_in_california_is_open_because_nobody_says_what_the_data_were() -> None:
    assert statuses(assessed(), "us-ca-ccpa-security", "users-ca") == {"unknown"}


def test_the_companys_word_on_exploitation_settles_nothing_about_notification_and_security() -> None:
    a, word = assessed(), assessed(ACCOUNT)
    for provision in (*NOTIFICATION, "gdpr-33-5", "gdpr-5-1-f", "gdpr-32", "us-ftc-facebook-access"):
        assert statuses(a, provision) == statuses(word, provision) != set(), provision
    gone = {f.id for f in a.findings} - {f.id for f in word.findings}
    # California's duties to notify, and its sums for a taking, need an acquisition; what medical data were seen, likewise.
    assert {i.split(":")[0] for i in gone} == {
        "us-ca-ccpa-150-internal", "us-ca-breach-people", "us-ca-breach-state"}


# -- what the number moves -----------------------------------------------------------------------------------------------


def test_without_a_number_no_sum_per_person_is_computed() -> None:
    for provision, kind in (("us-ca-ccpa-150-internal", "statutory_damages"), ("us-ca-ccpa-security", "civil_penalty")):
        found = heads(assessed(), provision, kind)
        assert found
        for head in found:
            assert (head.low, head.likely, head.high) == (None, None, None)
            assert "headcount is not stated" in head.arithmetic[0]


@pytest.mark.parametrize("users", TIERS)
def test_statutory_damages_are_the_sum_per_consumer_times_the_californians(users: int) -> None:
    (head,) = heads(assessed(TIERS[users]), "us-ca-ccpa-150-internal", "statutory_damages")
    assert head.currency == "USD"
    assert head.private
    assert [head.low, head.likely, head.high] == [0, 799 * users // 4, 799 * users]


def test_sums_per_person_grow_from_tier_to_tier_as_the_number_does() -> None:
    low, middle, high = (
        {h.id: h.likely for h in assessed(TIERS[users]).heads if h.likely and "people" in " ".join(h.arithmetic)}
        for users in TIERS
    )
    assert low.keys() == middle.keys() == high.keys()
    assert any(i.startswith("us-ca-ccpa-150-internal") for i in low)
    for head in low:
        assert middle[head] == low[head] * 200, head
        assert high[head] == low[head] * 20_000, head


def test_the_number_changes_no_status() -> None:
    base = {f.id: f.status for f in assessed().findings}
    for file in TIERS.values():
        assert {f.id: f.status for f in assessed(file).findings} == base


@pytest.mark.parametrize("file", FILES)
def test_the_duty_from_500_users_on_speaks_of_third_parties_and_not_of_insiders_at_any_number(file: str) -> None:
    a = assessed(file)
    provisions = {f.provision for f in a.findings if f.provision.startswith("us-ftc-facebook-")}
    assert provisions == {"us-ftc-facebook-access", "us-ftc-facebook-review", "us-ftc-facebook-misrepresentation"}
    silent = {s.reason for s in a.silent if s.provision == "us-ftc-facebook-incident"}
    assert silent <= {"element not met", "out of scope"}
    assert silent


# -- what it must not find -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
def test_duties_to_notify_are_never_broken_while_nobody_knows_who_was_told(file: str) -> None:
    for provision in NOTIFICATION:
        assert statuses(assessed(file), provision) == {"unknown"}, provision


@pytest.mark.parametrize("file", FILES)
def test_nothing_but_security_is_found_and_all_else_is_merely_open(file: str) -> None:
    found = {f.provision for f in assessed(file).findings if f.status in ("breach", "arguable")}
    assert "us-ftc-facebook-access" in found
    assert found <= {"gdpr-5-1-f", "gdpr-25-2", "gdpr-32", "us-ftc-facebook-access"}
    rows = [r for f in assessed(file).findings if f.provision in found for r in f.rows if r.part == "element"]
    assert {x.argument for r in rows for x in r.leaves if x.fact == "safeguard" and x.found == "no"} == {"access_control"}


@pytest.mark.parametrize("file", FILES)
def test_nothing_on_monitoring_of_staff_or_on_works_councils_is_even_open(file: str) -> None:
    a = assessed(file)
    known = {p.id: p for p in a.provisions}
    staff = {f.provision for f in a.findings if "staff" in f.populations}
    assert {known[p].jurisdiction for p in staff} <= {"EU", "US", "US-CA"}
    assert not [p for p in staff if "labour" in known[p].topics or "interception" in known[p].topics]
    # The views of the people concerned on an impact assessment (article 35(9) GDPR) are asked of users, too.
    assert {f.provision for f in a.findings if "labour" in known[f.provision].topics} <= {"gdpr-35-9"}
    assert not [f for f in a.findings if "works council" in known[f.provision].heading.lower()]
    for law in ("us-ny-52c-notice", "us-ct-notice", "us-de-705-notice"):
        assert law in known
        assert findings(a, law) == []


@pytest.mark.parametrize("file", FILES)
def test_an_agent_that_gives_advice_trains_nothing(file: str) -> None:
    a = assessed(file)
    training = {p.id for p in a.provisions if p.id.endswith("-training")}
    assert "gdpr-6-1-f-training" in training
    assert training.isdisjoint({f.provision for f in a.findings})


@pytest.mark.parametrize("file", FILES)
def test_no_finding_runs_by_way_of_the_agent_or_the_forum(file: str) -> None:
    a = assessed(file)
    advice = {"question-in-forum", "agent-asked", "answer-in-forum", "advice-followed"}
    assert advice <= {f.id for f in a.flows}
    assert advice.isdisjoint({step for f in a.findings for step in f.path})
    assert {s for o in a.operations for s in o.systems} == {"data-systems"}


@pytest.mark.parametrize("file", FILES)
def test_the_gdpr_is_for_users_in_the_eea_and_the_british_one_for_those_in_britain(file: str) -> None:
    a = assessed(file)
    assert {p for f in a.findings if f.provision.startswith("gdpr-") for p in f.populations} == {"users-eea"}
    assert {p for f in a.findings if f.provision.startswith("gb-") for p in f.populations} == {"users-gb"}


def test_whether_staff_are_in_the_data_is_not_known_so_nothing_is_settled_about_them() -> None:
    for file in FILES:
        assert {f.status for f in assessed(file).findings if "staff" in f.populations} == {"unknown"}


# -- the same inputs, the same assessment --------------------------------------------------------------------------------


def test_the_assessment_is_the_same_twice_and_names_its_files() -> None:
    again = assess(read_program(SAMPLE / TIERS[500]), load())
    assert again.as_json() == assessed(TIERS[500]).as_json()
    assert {name for name, _ in again.made.inputs} == {PROGRAM, TIERS[500]}
