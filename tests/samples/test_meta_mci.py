"""What the tool must conclude from the MCI sample, and what it must not; the README beside it says why."""

import json
from functools import cache
from pathlib import Path

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.assessment import Assessment, FindingNote
from lexposure.law.packs import load
from lexposure.program.graph import FlowGraph
from lexposure.program.operations import operations
from lexposure.program.reading import read_program

SAMPLE = Path(__file__).parents[2] / "samples" / "meta-mci"
PHASES = ("launch", "scaled-back", "incident-pause", "announced-opt-in")
EEA_COLLEAGUES = {"colleagues-ie", "colleagues-eea"}


@cache
def assessed(phase: str = "announced-opt-in", file: str = "program.yaml") -> Assessment:
    return assess(read_program(SAMPLE / file, phase=phase), load())


def findings(a: Assessment, provision: str = "", population: str = "") -> list[FindingNote]:
    """Findings whose provision starts so and that concern the population."""
    return [f for f in a.findings if f.provision.startswith(provision) and (not population or population in f.populations)]


def law_families() -> dict[str, str]:
    """The family that each instrument builds on, by the folder of its shared tests."""
    return {name: " ".join(paths) for name, paths in load().family_cases.items()}


def statuses(a: Assessment, provision: str, population: str) -> set[str]:
    return {f.status for f in findings(a, provision, population)}


# -- what it must find ---------------------------------------------------------------------------------------------------


def test_messages_of_eu_colleagues_come_under_the_gdpr_by_the_incidental_path() -> None:
    a = assessed()
    found = findings(a, "gdpr-6-1", "colleagues-ie")
    assert found
    assert found[0].path == ("messages-ie", "content-to-store", "store-to-training")
    assert {f.id: f for f in a.flows}[found[0].path[0]].incidental is True


def test_the_way_into_the_gdpr_is_a_branch_with_both_readings() -> None:
    for finding in findings(assessed(), "gdpr-", "colleagues-ie"):
        met = [r for r in finding.rows if r.part == "applies" and r.outcome == "met"]
        assert [r.id for r in met] == ["capture_abroad"]
        assert met[0].reading is not None
        assert met[0].reading.certainty == "novel"
        assert met[0].reading.authority
        assert met[0].reading.contrary
        assert finding.status in ("arguable", "unknown")


def test_what_decides_the_branch_is_asked() -> None:
    assert "eu_activity_link" in {q.fact for q in assessed().questions}


@pytest.mark.parametrize("phase", PHASES)
def test_californias_notice_duties_to_employees(phase: str) -> None:
    assert statuses(assessed(phase), "us-ca-ccpa-notice", "employees-ca") == {"unknown"}


@pytest.mark.parametrize(("provision", "population"), [
    ("us-ny-52c-notice", "employees-ny"), ("us-ny-52c-posting", "employees-ny"), ("us-ct-", "employees-ct"),
    ("us-de-", "employees-de"),
])
def test_state_notice_duties_depend_on_notices_that_nobody_knows(provision: str, population: str) -> None:
    a = assessed()
    assert statuses(a, provision, population) == {"unknown"}
    ids = {f.id for f in findings(a, provision, population)}
    asked = {q.argument for q in a.questions if ids & set(q.findings)}
    assert any(measure.startswith("monitoring_notice") for measure in asked)


def test_the_interception_statutes_for_outside_correspondents() -> None:
    a = assessed()
    assert statuses(a, "us-ca-cipa-632", "correspondents-ca")
    assert statuses(a, "us-ca-cipa-631", "correspondents-ca")
    assert statuses(a, "us-wiretap", "correspondents-us")


def test_the_failed_access_control() -> None:
    before, after = assessed("launch"), assessed("incident-pause")
    assert "arguable" not in statuses(before, "gdpr-32", "colleagues-ie")
    assert statuses(after, "gdpr-32", "colleagues-ie") == {"arguable"}
    assert statuses(after, "us-ca-ccpa-security", "employees-ca") == {"arguable"}
    rows = [r for f in findings(after, "gdpr-32", "colleagues-ie") for r in f.rows]
    leaf = next(x for r in rows for x in r.leaves if x.argument == "access_control")
    assert leaf.outcome == "not met" or leaf.found == "no"


def test_rights_that_the_company_says_it_cannot_serve() -> None:
    assert statuses(assessed(), "us-ca-ccpa-rights", "employees-ca") == {"arguable"}


def test_the_ceiling_of_the_gdpr_is_four_percent_of_worldwide_turnover() -> None:
    head = next(h for h in assessed().heads if h.kind == "administrative_fine" and h.status == "arguable"
                and h.currency == "EUR")
    assert head.forum == "ie-dpa"
    assert head.likely is not None
    assert head.likely == pytest.approx(0.04 * 200_966_000_000 * 0.885, rel=1e-6)
    assert any("4 %" in step for step in head.arithmetic)
    assert [s.level for s in head.starting] == ["low", "medium", "high"]


# -- what it must not find -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", PHASES)
def test_no_article_of_the_gdpr_for_data_of_people_in_the_united_states(phase: str) -> None:
    a = assessed(phase)
    places = {p.id: p.place for p in a.populations}
    for finding in findings(a, "gdpr-"):
        assert not any(places[p].startswith("US") or places[p] == "GB" for p in finding.populations), finding.id


def test_no_consumer_act_of_another_state_for_employees() -> None:
    """The acts of Virginia, Texas, Utah and the others on their model leave out people who act in employment."""
    a = assessed()
    instruments = {p.id: p.instrument for p in a.provisions}
    staff = {p.id for p in a.populations if p.kind in ("employee", "intern", "contractor")}
    consumer_acts = {r.instrument.id for r in load().rules if r.provision.origin and "us-state-privacy" in law_families()[
        r.instrument.id]}
    assert consumer_acts >= {"us-va-vcdpa", "us-tx-tdpsa", "us-ut-ucpa"}
    assert not [f.id for f in a.findings if instruments[f.provision] in consumer_acts and staff & set(f.populations)]


def test_typing_rhythm_is_no_settled_breach_of_bipa() -> None:
    for phase in PHASES:
        assert "breach" not in {f.status for f in findings(assessed(phase), "us-il-bipa")}


def test_summarisation_on_one_of_two_ways_protects_nobody() -> None:
    reading = read_program(SAMPLE / "program.yaml", phase="scaled-back")
    for operation in operations(FlowGraph(reading.program)):
        if operation.population == "employees-ca":
            assert operation.protected("summarisation")[0] is False
            assert "content-to-store" in operation.path(avoiding="summarisation")


def test_no_settled_breach_rests_on_what_only_possibly_reaches_the_use() -> None:
    for phase in PHASES:
        a = assessed(phase)
        sure = {o.id for o in a.operations if o.data}
        for finding in a.findings:
            if finding.status in ("breach", "arguable"):
                assert set(finding.operations) <= sure


def test_an_announced_opt_in_is_not_a_choice_that_people_have() -> None:
    choices = [m for m in assessed().measures if m.section == "choices"]
    assert {"planned"} <= {m.state for m in choices}
    for finding in findings(assessed(), "", "employees-ca"):
        for row in finding.rows:
            assert not any(leaf.fact == "choice" and leaf.found == "opt in" for leaf in row.leaves)


def test_every_provision_that_did_not_fire_says_why() -> None:
    a = assessed()
    spoken = {(f.provision, o) for f in a.findings for o in f.operations}
    silent = {(s.provision, o) for s in a.silent for o in s.operations}
    covered = {p for p, _ in spoken | silent}
    assert {r.id for r in load().rules} <= covered
    assert all(s.reason for s in a.silent)
    assert any(s.reason == "not in force" and s.provision.startswith("us-me") for s in a.silent)


# -- the variant ---------------------------------------------------------------------------------------------------------


def test_recording_staff_in_the_eu_is_no_branch_any_more() -> None:
    a = assessed("launch", "eu-rollout.yaml")
    assert a.hypothetical is True
    for country in ("at", "be", "fr", "de", "gr", "it", "nl", "no", "pl", "es"):
        found = findings(a, "gdpr-6-1", f"staff-{country}")
        assert found, country
        ways = {r.reading.certainty for f in found for r in f.rows
                if r.part == "applies" and r.outcome == "met" and r.reading}
        assert "settled" in ways


# -- the same inputs, the same assessment --------------------------------------------------------------------------------


def test_the_assessment_is_the_same_twice_and_reads_back(tmp_path: Path) -> None:
    from lexposure.exposure.assessment import read_assessment

    once = assess(read_program(SAMPLE / "program.yaml"), load())
    again = assess(read_program(SAMPLE / "program.yaml"), load())
    assert once.as_json() == again.as_json()
    saved = tmp_path / "a.json"
    saved.write_text(once.as_json())
    assert read_assessment(saved) == once


def test_ids_of_findings_are_unique_and_do_not_depend_on_the_phase() -> None:
    ids = [f.id for f in assessed().findings]
    assert len(ids) == len(set(ids))
    assert "gdpr-6-1:meta-us:colleagues-ie:train-agents" in ids
    assert "gdpr-6-1:meta-us:colleagues-ie:train-agents" in {f.id for f in assessed("launch").findings}


def test_the_assessment_names_what_it_was_made_from() -> None:
    made = assessed().made
    assert made.inputs[0][0] == "program.yaml"
    assert {"gdpr", "us-ca-ccpa"} <= {p.id for p in made.packs}
    text = assessed().as_json()
    assert str(SAMPLE.parents[1]) not in text
    assert str(Path.home()) not in text


def test_the_schema_in_the_samples_is_the_programs_own_and_accepts_them() -> None:
    import yaml

    from lexposure.program.model import Program

    stored = json.loads((SAMPLE.parent / "lexposure.schema.json").read_text())
    made = json.loads(json.dumps(Program.model_json_schema(by_alias=True)))
    assert {k: v for k, v in stored.items() if k not in ("$schema", "title")} == {
        k: v for k, v in made.items() if k != "title"}
    jsonschema = pytest.importorskip("jsonschema")
    # Editors read YAML 1.2: yes and no are text, dates are text.
    tree = yaml.load((SAMPLE / "program.yaml").read_text(), Loader=_Editor)
    jsonschema.Draft202012Validator(stored).validate(tree)


class _Editor(__import__("yaml").SafeLoader):  # type: ignore[misc,name-defined]
    """YAML as an editor's server reads it: only true and false are booleans, dates stay text."""


_Editor.yaml_implicit_resolvers = {
    key: [(tag, rx) for tag, rx in pairs if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for key, pairs in _Editor.yaml_implicit_resolvers.items()
}
