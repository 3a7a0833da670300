"""What the tool must conclude from the Atlassian samples, and what it must not; the README beside them says why."""

import datetime as dt
from functools import cache
from pathlib import Path

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.assessment import Assessment, FindingNote, OperationNote
from lexposure.law.packs import load
from lexposure.program.reading import check_program, read_program

SAMPLE = Path(__file__).parents[2] / "samples" / "atlassian-2026"
FILES = ("vendor.yaml", "customer.yaml", "customer-toggle-off.yaml")
EEA_USERS = ("staff-de", "staff-eea")
CONTACTS = ("contacts-de", "contacts-at", "contacts-fr")
REUSE = ("contribute-metadata", "contribute-content")


@cache
def assessed(file: str = "customer.yaml", phase: str | None = None) -> Assessment:
    return assess(read_program(SAMPLE / file, phase=phase), load())


def vendor(phase: str | None = None) -> Assessment:
    return assessed("vendor.yaml", phase)


def supposing(folder: Path, file: str, text: str) -> Assessment:
    """The sample with something laid over it: what if?"""
    path = folder / "supposed.yaml"
    path.write_text(f"lexposure: 1\nextends: {SAMPLE / file}\n{text}\n")
    return assess(read_program(path), load())


def findings(a: Assessment, provision: str = "", population: str = "", use: str = "") -> list[FindingNote]:
    """Findings whose provision starts so and that concern the population and the use."""
    return [f for f in a.findings if f.provision.startswith(provision) and (not population or population in f.populations)
            and (not use or use in f.uses)]


def status(a: Assessment, provision: str, population: str, use: str) -> str:
    """How exactly this provision stands on these people and this use; `clear` where it did not fire."""
    found = {f.status for f in findings(a, population=population, use=use) if f.provision == provision}
    assert len(found) <= 1
    return found.pop() if found else "clear"


def silence(a: Assessment, provision: str, operation: str) -> tuple[str, str]:
    """Why a provision did not fire on an operation."""
    found = [(s.reason, s.clause) for s in a.silent if s.provision == provision and operation in s.operations]
    assert len(found) == 1, (provision, operation)
    return found[0]


def operation(a: Assessment, name: str) -> OperationNote:
    return next(o for o in a.operations if o.id == name)


def jurisdictions(a: Assessment) -> set[str]:
    of = {p.id: p.jurisdiction for p in a.provisions}
    return {of[f.provision] for f in a.findings}


@pytest.mark.parametrize("file", FILES)
def test_the_file_is_sound_and_has_no_dead_entries(file: str) -> None:
    _, warnings = check_program(SAMPLE / file)
    assert not warnings


# -- the vendor: what it must find ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("population", "use"), [
    *((p, u) for p in EEA_USERS for u in ("train-on-metadata", "train-on-content", "train-on-optional-content")),
    *((p, u) for p in ("clients-de", "clients-eea") for u in ("train-on-content", "train-on-optional-content")),
])
def test_the_purpose_changes_and_is_open_because_nobody_showed_a_test_of_compatibility(population: str, use: str) -> None:
    assert status(vendor(), "gdpr-6-4", population, use) == "unknown"
    finding = next(f for f in findings(vendor(), "gdpr-6-4", population, use))
    changed = next(r for r in finding.rows if r.id == "other_purpose")
    assert changed.outcome == "met"
    assert {"further_use_compatible", "safeguard"} <= {q.fact for q in vendor().questions if finding.id in q.findings}


@pytest.mark.parametrize("population", EEA_USERS)
def test_information_of_users_is_open_because_only_administrators_are_known_to_have_been_told(population: str) -> None:
    assert status(vendor(), "gdpr-13-3", population, "train-on-content") == "unknown"
    asked = {q.fact for q in vendor().questions
             if f"gdpr-13-3:atlassian:{population}:train-on-content" in q.findings}
    assert "notice" in asked


def test_information_of_users_fails_if_nobody_told_them(tmp_path: Path) -> None:
    a = supposing(tmp_path, "vendor.yaml", "notices: {to-people: {state: absent}}")
    assert status(a, "gdpr-13-3", "staff-de", "train-on-content") == "breach"
    assert status(a, "gdpr-13-3", "staff-de", "train-on-metadata") == "unknown"
    assert status(a, "gdpr-14-4", "clients-de", "train-on-content") == "unknown"


def test_no_basis_was_stated_so_that_the_basis_is_open() -> None:
    for population in EEA_USERS:
        assert status(vendor(), "gdpr-6-1", population, "train-on-content") == "unknown"
    assert "basis" in {q.fact for q in vendor().questions}


def test_the_gdpr_reaches_users_by_offering_and_for_people_named_in_tickets_that_is_asked() -> None:
    def ways(population: str) -> dict[str, str]:
        finding = findings(vendor(), "gdpr-6-4", population, "train-on-content")[0]
        return {r.id: r.outcome for r in finding.rows if r.part == "applies"}

    assert ways("staff-de")["offering"] == "met"
    assert "met" not in ways("clients-de").values()
    assert "eu_offers_services" in {q.fact for q in vendor().questions}


@pytest.mark.parametrize("population", ["clients-us", "clients-ca"])
def test_deception_by_the_article_of_may_2025_is_open_because_nobody_says_whether_it_still_stood(population: str) -> None:
    found = findings(vendor(), "us-ftc-5-deception", population, "train-on-content")
    assert [f.status for f in found] == ["unknown"]
    assert {r.id: r.outcome for r in found[0].rows if r.part == "element"} == {"statement": "met", "untrue": "unknown"}


def test_deception_fires_for_consumers_and_is_contested_for_customers_staff_if_the_promise_was_not_kept(
    tmp_path: Path,
) -> None:
    a = supposing(tmp_path, "vendor.yaml", "facts: {statement-kept: {value: no}}")
    assert status(a, "us-ftc-5-deception", "clients-us", "train-on-content") == "breach"
    assert status(a, "us-ftc-5-deception", "staff-us", "train-on-content") != "breach"
    assert {f.status for f in findings(a, "us-ftc-5-deception", "clients-us", "train-on-optional-content")} == {"unknown"}


def test_a_year_of_the_undertaking_is_what_the_ceiling_looks_at() -> None:
    head = next(h for h in vendor().heads if h.kind == "administrative_fine" and h.forum == "de-land"
                and any("4 %" in step for step in h.arithmetic))
    assert head.likely is not None
    group = next(g for g in vendor().groups if g.id == "atlassian")
    assert group.turnover is not None
    assert head.likely == pytest.approx(0.04 * float(group.turnover.likely) * 0.885, rel=1e-6)


# -- the vendor: plans and phases ----------------------------------------------------------------------------------------


def test_in_app_data_reach_training_surely_where_they_are_on_by_default_and_possibly_where_they_are_off() -> None:
    on = operation(vendor(), "atlassian/staff-de/train-on-content")
    off = operation(vendor(), "atlassian/staff-de/train-on-optional-content")
    assert "user_content" in on.data
    assert not off.data
    assert "user_content" in off.possibly


def test_metadata_of_enterprise_are_on_by_default_as_the_vendors_page_says_and_much_of_the_press_does_not() -> None:
    flows = {f.id: f for f in vendor().flows}
    assert flows["metadata-enterprise"].occurs is True
    assert flows["metadata-free-to-premium"].occurs is True
    assert flows["content-on-by-default"].occurs is True
    assert flows["content-off-by-default"].occurs is None


def test_aggregation_is_a_claim_that_leaves_open_whether_metadata_are_anybodys_data() -> None:
    metadata = operation(vendor(), "atlassian/staff-de/train-on-metadata")
    assert not metadata.data
    assert {"ai_prompts", "search_history", "inferred_data"} <= set(metadata.possibly)


def test_nobody_in_the_data_has_a_choice_on_any_plan() -> None:
    assert {m.kind for m in vendor().measures if m.section == "choices"} == {"none"}


def test_nothing_is_reused_before_17_august_2026_so_that_nothing_is_found() -> None:
    assert not vendor("announced").operations
    assert not vendor("announced").findings
    reading = read_program(SAMPLE / "vendor.yaml", as_of=dt.date(2026, 5, 25))
    assert reading.phase == "announced"
    assert not assess(reading, load()).findings


# -- the vendor: what it must not find -----------------------------------------------------------------------------------


def test_announcements_and_an_assumed_role_make_no_breach_by_the_vendor() -> None:
    assert findings(vendor())
    assert "breach" not in {f.status for f in vendor().findings}


def test_no_article_of_the_gdpr_for_people_in_the_united_states_or_the_united_kingdom() -> None:
    places = {p.id: p.place for p in vendor().populations}
    for finding in findings(vendor(), "gdpr-"):
        assert not any(places[p].startswith("US") or places[p] == "GB" for p in finding.populations), finding.id


def test_no_automated_decision_because_none_is_part_of_the_plan() -> None:
    assert not findings(vendor(), "gdpr-22")
    assert silence(vendor(), "gdpr-22", "atlassian/staff-de/train-on-content") == ("out of scope", "")


@pytest.mark.parametrize("provision", ["us-wiretap", "us-ca-cipa-631", "us-ca-cipa-632"])
def test_no_interception_because_what_is_contributed_lies_in_the_apps(provision: str) -> None:
    assert not findings(vendor(), provision)


def test_co_determination_on_devices_and_ai_does_not_bind_a_vendor_that_employs_none_of_these_people() -> None:
    for provision in ("de-betrvg-87-1-6", "de-betrvg-87-1-1", "de-betrvg-90", "de-betrvg-80-3"):
        assert not findings(vendor(), provision)
        assert silence(vendor(), provision, "atlassian/staff-de/train-on-content")[0] == "out of scope"


def test_notice_laws_for_employers_in_the_united_states_do_not_bind_the_vendor() -> None:
    assert jurisdictions(vendor()).isdisjoint({"US-NY", "US-CT", "US-DE", "US-ME", "US-IL"})


def test_nothing_is_read_from_a_device_and_no_gatekeeper_is_involved() -> None:
    assert not findings(vendor(), "eprivacy-5-3")
    assert not findings(vendor(), "dma-")


# -- the customer: what it must find -------------------------------------------------------------------------------------


def test_the_customer_is_marked_invented_throughout() -> None:
    for file in FILES[1:]:
        a = assessed(file)
        assert a.hypothetical is True
        assert next(p for p in a.parties if p.id == "beispiel").name == "Beispiel Technik GmbH (invented)"
        assert all("(invented)" in p.name for p in a.populations)
    assert vendor().hypothetical is False


@pytest.mark.parametrize("population", ["staff-de", *CONTACTS])
def test_letting_in_app_data_go_has_no_basis_and_another_purpose(population: str) -> None:
    a = assessed()
    assert status(a, "gdpr-6-1", population, "contribute-content") == "breach"
    assert status(a, "gdpr-6-4", population, "contribute-content") == "arguable"


def test_the_firms_own_use_of_the_apps_is_no_further_use() -> None:
    for population in ("staff-de", *CONTACTS):
        assert silence(assessed(), "gdpr-6-4", f"beispiel/{population}/run-projects") == ("element not met", "other_purpose")


def test_the_vendors_own_ends_need_something_that_carries_the_disclosure_and_that_is_open() -> None:
    for use in REUSE:
        assert status(assessed(), "gdpr-28-10", "staff-de", use) == "unknown"
    finding = findings(assessed(), "gdpr-28-10", "staff-de", "contribute-content")[0]
    assert next(r for r in finding.rows if r.id == "own_purposes").outcome == "met"
    assert not findings(assessed(), "gdpr-28-10", use="run-projects")


def test_staff_were_not_told_before_the_new_purpose() -> None:
    assert status(assessed(), "gdpr-13-3", "staff-de", "contribute-content") == "breach"


@pytest.mark.parametrize("population", CONTACTS)
def test_contacts_were_not_told_and_the_firm_has_to_show_an_exception(population: str) -> None:
    assert status(assessed(), "gdpr-14-4", population, "contribute-content") == "arguable"
    assert not findings(assessed(), "gdpr-13-3", population)


def test_staffs_data_in_ai_training_call_for_an_impact_assessment_that_was_not_made() -> None:
    assert status(assessed(), "gdpr-35", "staff-de", "contribute-content") == "breach"


def test_the_contract_covers_the_apps_on_the_vendors_word_and_is_open_for_the_reuse() -> None:
    for use in REUSE:
        assert status(assessed(), "gdpr-28-3", "staff-de", use) == "unknown"
    assert silence(assessed(), "gdpr-28-3", "beispiel/staff-de/run-projects") == ("element not met", "no_contract")


@pytest.mark.parametrize("use", ["run-projects", *REUSE])
def test_transfers_have_a_mechanism_and_whether_it_carries_them_is_asked(use: str) -> None:
    a = assessed()
    assert operation(a, f"beispiel/staff-de/{use}").borders == (("DE", "US"),)
    assert status(a, "gdpr-44", "staff-de", use) == "unknown"
    asked = {(q.fact, q.argument) for q in a.questions if f"gdpr-44:beispiel:staff-de:{use}" in q.findings}
    assert ("destination_covered", "") in asked
    assert ("transfer_mechanism", "") not in asked


@pytest.mark.parametrize("use", REUSE)
def test_the_works_council_was_never_asked_and_whether_staff_can_be_watched_by_the_reuse_is_open(use: str) -> None:
    a = assessed()
    assert status(a, "de-betrvg-87-1-6", "staff-de", use) == "unknown"
    finding = findings(a, "de-betrvg-87-1-6", "staff-de", use)[0]
    elements = {r.id: r.outcome for r in finding.rows if r.part == "element"}
    assert elements == {"works_council": "met", "monitoring_device": "unknown", "no_agreement": "met"}
    assert status(a, "de-betrvg-90", "staff-de", use) == "unknown"


def test_co_determination_fires_if_the_reuse_lets_the_firm_watch_staff(tmp_path: Path) -> None:
    a = supposing(tmp_path, "customer.yaml", "facts: {reuse-tells-who-did-what: {value: yes}}")
    for provision in ("de-betrvg-87-1-6", "de-betrvg-90"):
        assert status(a, provision, "staff-de", "contribute-content") in ("arguable", "breach")


def test_an_agreement_claimed_for_the_apps_themselves_counts() -> None:
    assert silence(assessed(), "de-betrvg-87-1-6", "beispiel/staff-de/run-projects") == ("element not met", "no_agreement")


def test_the_ceiling_of_a_small_firm_is_the_fixed_sum() -> None:
    heads = [h for h in assessed().heads
             if h.kind == "administrative_fine" and h.status == "breach" and h.forum == "de-land"]
    assert heads
    assert max(h.likely for h in heads if h.likely is not None) == 20_000_000


# -- the customer: what it must not find ---------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES[1:])
def test_no_law_of_the_united_states_or_of_its_states_where_nobody_is_there(file: str) -> None:
    assert not [j for j in jurisdictions(assessed(file)) if j.startswith("US")]


def test_labour_law_protects_none_of_the_contacts_who_work_for_others() -> None:
    labour = {p.id for p in assessed().provisions if "labour" in p.topics and p.jurisdiction in ("AT", "DE", "FR")}
    assert labour
    per_operation = {p.id for p in assessed().provisions if p.unit == "operation"}
    for finding in assessed().findings:
        if finding.provision in labour & per_operation:
            assert finding.populations == ("staff-de",), finding.id


@pytest.mark.parametrize("file", FILES[1:])
def test_no_settled_finding_on_metadata_that_may_be_nobodys_data(file: str) -> None:
    assert findings(assessed(file), use="contribute-metadata")
    for finding in findings(assessed(file), use="contribute-metadata"):
        if finding.uses == ("contribute-metadata",):
            assert finding.status == "unknown", finding.id


def test_no_machine_decides_about_anybody_at_the_firm() -> None:
    assert not findings(assessed(), "gdpr-22")


def test_the_contribution_reads_nothing_from_devices() -> None:
    for use in REUSE:
        assert not findings(assessed(), "eprivacy-5-3", use=use)


# -- the variant with in-app data turned off -----------------------------------------------------------------------------


def test_turning_in_app_data_off_removes_every_finding_that_rests_on_them() -> None:
    before, after = assessed(), assessed("customer-toggle-off.yaml")
    assert findings(before, use="contribute-content")
    assert not findings(after, use="contribute-content")

    def firm(a: Assessment) -> dict[str, bool]:
        return {f.id: "contribute-content" in f.uses for f in a.findings if f.status != "unknown"}

    assert any(firm(before).values())
    assert set(firm(after)) == {name for name, on_content in firm(before).items() if not on_content}


@pytest.mark.parametrize("population", CONTACTS)
def test_turning_in_app_data_off_leaves_contacts_in_the_firms_own_use_only(population: str) -> None:
    after = assessed("customer-toggle-off.yaml")
    assert {o.use for o in after.operations if o.population == population} == {"run-projects"}


def test_turning_in_app_data_off_leaves_metadata_which_the_plan_lets_nobody_refuse() -> None:
    before, after = assessed(), assessed("customer-toggle-off.yaml")
    left = {f.id: f.status for f in findings(after, use="contribute-metadata") if f.uses == ("contribute-metadata",)}
    assert left == {f.id: f.status for f in findings(before, use="contribute-metadata") if f.id in left}
    for provision in ("gdpr-6-4", "gdpr-13-3", "gdpr-28-10", "de-betrvg-87-1-6"):
        assert status(after, provision, "staff-de", "contribute-metadata") == "unknown"


def test_turning_in_app_data_off_changes_nothing_in_the_firms_own_use() -> None:
    before, after = assessed(), assessed("customer-toggle-off.yaml")

    def own(a: Assessment) -> dict[str, str]:
        return {f.id: f.status for f in a.findings if f.uses == ("run-projects",)}

    assert own(before) == {k: v for k, v in own(after).items() if k in own(before)}
