"""Who can complain where, who decides, and on which grounds: small programs, each with one thing to see."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from lexposure.complaints.filing import Filing, codes, competence, filings
from lexposure.complaints.procedure import built_in
from lexposure.exposure.assess import weighed
from lexposure.exposure.losses.matters import Priceable
from lexposure.law.packs import Law, load
from lexposure.program.model import Program
from lexposure.program.reading import read_program
from lexposure.reading.diagnostics import InvalidInput

DAY = dt.date(2026, 6, 1)
Written = Callable[..., tuple[Program, Priceable]]


@cache
def law() -> Law:
    return load()


@pytest.fixture
def program(tmp_path: Path) -> Written:
    """A program of controllers, each told as YAML, and of people by kind and place, who all type into one recorder."""

    def written(parties: Mapping[str, str], people: Sequence[tuple[str, str]]) -> tuple[Program, Priceable]:
        names = [f"{kind}-{place.lower()}" for kind, place in people]
        told = [
            "lexposure: 1", "program: {id: small, name: Small, as_of: 2026-06-01}", "parties:",
            *(f"  {name}: {{role: controller, {party}}}" for name, party in parties.items()),
            "populations:",
            *(f'  {name}: {{kind: {kind}, place: "{place}"}}' for name, (kind, place) in zip(names, people, strict=True)),
            "systems: {recorder: {operator: acme, place: US}}",
            f"uses: {{improve: {{at: recorder, purpose: product_analytics, controllers: [{', '.join(parties)}]}}}}",
            "flows:",
            *(f"  from-{name}: {{from: {name}, to: recorder, data: [keystrokes, health]}}" for name in names),
        ]
        path = tmp_path / "program.yaml"
        path.write_text("\n".join(told) + "\n", encoding="utf-8")
        reading = read_program(path)
        return reading.program, weighed(reading, law())

    return written


def filed(
    made: tuple[Program, Priceable], *wanted: str, by: str = "represented", day: dt.date = DAY
) -> dict[str, Filing]:
    """The complaint before forums, by the authority or court."""
    program, given = made
    return {f.forum: f for f in filings(given, program, wanted, by, built_in(), day)[0]}


def refused(call: Callable[[], object]) -> list[tuple[str, str]]:
    """The sentences of a refusal, each with what is said to be meant."""
    with pytest.raises(InvalidInput) as error:
        call()
    assert all(d.code == "LX501" for d in error.value.diagnostics)
    assert all(d.expected for d in error.value.diagnostics)
    return [(d.message, d.nearest) for d in error.value.diagnostics]


# -- who decides ----------------------------------------------------------------------------------------------------------

USERS = (("user", "AT"), ("user", "FR"))


def test_the_main_establishment_of_cross_border_processing_leads(program: Written) -> None:
    made = program({"acme": "seat: IE, main_establishment: yes, establishments: [FR]"}, USERS)
    found = competence(made[0], built_in())
    assert (found.lead, found.cross_border, found.established) == ("IE", True, True)
    assert "4(16)" in found.why
    routes = {f.code: f.route for f in filed(made, "IE", "AT", "FR").values()}
    assert routes == {"IE": "lead", "AT": "concerned", "FR": "concerned"}


def test_the_only_establishment_leads_although_nobody_calls_it_the_main_one(program: Written) -> None:
    made = program({"acme": "seat: US-CA, establishments: [IE]"}, USERS)
    found = competence(made[0], built_in())
    assert found.lead == "IE"
    assert "56(1)" in found.why
    assert filed(made, "AT")["at-dpa"].route == "concerned"
    assert filed(made, "IE")["ie-dpa"].route == "lead"


def test_of_several_establishments_none_leads_where_none_is_the_main_one(program: Written) -> None:
    made = program({"acme": "seat: US-CA, establishments: [IE, FR]"}, USERS)
    found = competence(made[0], built_in())
    assert (found.lead, found.established) == (None, True)
    assert "04/2024" in found.why
    assert {f.route for f in filed(made, "IE", "AT", "FR").values()} == {"own"}


def test_several_companies_with_a_seat_each_have_no_lead_either(program: Written) -> None:
    made = program({"acme": "seat: DE", "acme-fr": "seat: FR"}, USERS)
    assert competence(made[0], built_in()).lead is None


def test_without_an_establishment_in_the_eea_every_authority_decides_for_itself(program: Written) -> None:
    made = program({"acme": "seat: US-CA"}, USERS)
    found = competence(made[0], built_in())
    assert (found.lead, found.cross_border, found.established) == (None, True, False)
    assert "55" in found.why
    assert {f.code: f.route for f in filed(made, "AT", "FR").values()} == {"AT": "own", "FR": "own"}


def test_a_main_establishment_outside_the_eea_leads_nothing(program: Written) -> None:
    made = program({"acme": "seat: GB, main_establishment: yes"}, USERS)
    assert competence(made[0], built_in()).lead is None


def test_the_seat_of_a_processor_makes_no_lead(tmp_path: Path) -> None:
    path = tmp_path / "with_processor.yaml"
    path.write_text(
        "lexposure: 1\nprogram: {id: p, name: P, as_of: 2026-06-01}\n"
        "parties:\n  acme: {role: controller, seat: US-CA}\n"
        "  host: {role: processor, processor_for: [acme], seat: IE, main_establishment: yes}\n"
        "populations:\n  users: {kind: user, place: AT}\n  others: {kind: user, place: FR}\n"
        "systems: {recorder: {operator: host, place: IE}}\nuses: {improve: {at: recorder, purpose: product_analytics}}\n"
        "flows:\n  one: {from: users, to: recorder, data: keystrokes}\n"
        "  two: {from: others, to: recorder, data: keystrokes}\n",
        encoding="utf-8")
    assert competence(read_program(path).program, built_in()).established is False


def test_what_concerns_one_state_only_is_its_own(program: Written) -> None:
    made = program({"acme": "seat: AT, main_establishment: yes"}, [("employee", "AT")])
    found = competence(made[0], built_in())
    assert (found.lead, found.cross_border) == (None, False)
    assert filed(made, "AT")["at-dpa"].route == "own"


def test_people_of_one_state_at_an_establishment_there_are_a_local_matter_beside_a_lead(program: Written) -> None:
    made = program({"acme": "seat: IE, main_establishment: yes, establishments: [AT]"}, [("employee", "AT")])
    found = filed(made, "AT", "IE")
    assert found["at-dpa"].route == "local"
    assert "56(2)" in found["at-dpa"].why
    assert found["ie-dpa"].route == "lead"


def test_the_united_kingdom_stands_outside_the_one_stop_shop(program: Written) -> None:
    made = program({"acme": "seat: IE, main_establishment: yes"}, [*USERS, ("user", "GB")])
    found = filed(made, "AT", "GB")
    assert (found["at-dpa"].route, found["gb-dpa"].route) == ("concerned", "own")
    assert "outside" in found["gb-dpa"].why
    assert {g.finding.rule.instrument.jurisdiction for g in found["gb-dpa"].grounds} == {"GB"}


# -- who may complain -----------------------------------------------------------------------------------------------------


def test_users_complain_by_residence_and_staff_by_place_of_work(program: Written) -> None:
    made = program({"acme": "seat: IE"}, [("user", "AT"), ("employee", "FR"), ("user", "IE")])
    found = filed(made, "AT", "FR", "IE")
    assert found["at-dpa"].standing.links == ("residence",)
    assert found["fr-dpa"].standing.links == ("residence or place of work",)
    assert found["ie-dpa"].standing.links == ("residence", "place of the alleged infringement")
    assert found["at-dpa"].standing.people == ("user-at",)
    assert all(f.standing.holds is True for f in found.values())


def test_where_nobody_lives_the_place_of_infringement_is_link_enough(program: Written) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    standing = filed(made, "IE")["ie-dpa"].standing
    assert (standing.holds, standing.links, standing.people) == (True, ("place of the alleged infringement",), ())


def test_a_consumer_body_stands_for_consumers_perhaps_and_for_staff_not_at_all(program: Written) -> None:
    made = program({"acme": "seat: IE"}, [("user", "AT"), ("employee", "FR")])
    found = filed(made, "AT", "FR", by="consumer_body")
    assert found["at-dpa"].standing.holds is None
    assert found["fr-dpa"].standing.holds is False
    assert "consumers" in found["fr-dpa"].standing.note


def test_a_consumer_body_does_not_stand_by_the_place_of_infringement(program: Written) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    standing = filed(made, "IE", by="consumer_body")["ie-dpa"].standing
    assert (standing.holds, standing.links) == (False, ())


def test_whether_a_body_stands_without_a_mandate_is_not_certain(program: Written) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    without, with_mandate = (filed(made, "AT", by=x)["at-dpa"].standing for x in ("body", "represented"))
    assert (without.holds, with_mandate.holds) == (None, True)
    assert "80(2)" in without.cite
    assert "80(1)" in with_mandate.cite


def test_austria_has_a_deadline_of_its_own(program: Written) -> None:
    found = filed(program({"acme": "seat: IE"}, USERS), "AT", "FR")
    assert "one year" in found["at-dpa"].standing.deadline
    assert "24(4) DSG" in found["at-dpa"].standing.deadline
    assert found["fr-dpa"].standing.deadline == ""


# -- which forums ---------------------------------------------------------------------------------------------------------


def test_a_forum_without_people_or_establishment_has_no_link(program: Written) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    sentences = refused(lambda: filed(made, "AT", "PL", "SE"))
    assert [m for m, _ in sentences if "no link" in m] == [m for m, _ in sentences]
    assert ["`PL`" in sentences[0][0], "`SE`" in sentences[1][0]] == [True, True]


@pytest.mark.parametrize(("option", "message", "meant"), [
    ("AT,USCA", "`USCA` is no forum of the packs", "US-CA"), ("noyb11", "`NOYB11` is no forum of the packs", "noyb-11"),
    ("AT,ZZZZZZ", "`ZZZZZZ` is no forum of the packs", ""), ("", "no forum is named", ""), (" , ", "no forum is named", ""),
])
def test_what_is_no_forum_is_told_with_the_nearest(program: Written, option: str, message: str, meant: str) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    assert refused(lambda: codes(option, law(), built_in(), made[0])) == [(message, meant)]


def test_every_code_that_is_none_is_told_at_once(program: Written) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    assert len(refused(lambda: codes("QQQ,AT,XXX", law(), built_in(), made[0]))) == 2


def test_codes_are_read_in_either_case_in_their_order_and_once(program: Written) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    assert codes("fr, AT,,fr", law(), built_in(), made[0]) == ("FR", "AT")


def test_a_set_names_its_forums(program: Written) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    assert codes("noyb-11", law(), built_in(), made[0]) == built_in().sets["noyb-11"].forums


def test_all_are_the_forums_where_there_are_people_or_establishments(program: Written) -> None:
    made = program({"acme": "seat: IE, establishments: [US-WA]"}, [*USERS, ("user", "US-CA"), ("user", "GB")])
    assert set(codes("all", law(), built_in(), made[0])) == {"AT", "FR", "IE", "GB", "US", "US-CA", "US-WA"}


def test_people_anywhere_in_the_eea_are_people_of_each_state_but_those_left_out(tmp_path: Path) -> None:
    path = tmp_path / "somewhere.yaml"
    path.write_text(
        "lexposure: 1\nprogram: {id: p, name: P, as_of: 2026-06-01}\nparties: {acme: {role: controller, seat: US-CA}}\n"
        "populations: {users: {kind: user, place: EEA, not_in: [AT, FR]}}\n"
        "systems: {recorder: {operator: acme, place: US}}\n"
        "uses: {improve: {at: recorder, purpose: product_analytics}}\n"
        "flows: {one: {from: users, to: recorder, data: keystrokes}}\n", encoding="utf-8")
    found = set(codes("all", law(), built_in(), read_program(path).program))
    assert {"DE", "IS", "LI", "NO", "PL"} <= found
    assert not found & {"AT", "FR", "GB", "EU", "EEA"}


@pytest.mark.parametrize("day", ["2018-05-24", "1995-10-24"])
def test_nobody_complained_before_there_was_a_law_for_it(program: Written, day: str) -> None:
    made = program({"acme": "seat: IE"}, USERS)
    sentence, = refused(lambda: filed(made, "AT", day=dt.date.fromisoformat(day)))
    assert day in sentence[0]
    assert "at-dpa" in filed(made, "AT", day=dt.date(2018, 5, 25))


def test_a_complaint_before_nobody_is_refused(program: Written) -> None:
    made = program({"acme": "seat: IE"}, [("user", "AT")])
    assert len(refused(lambda: filed(made))) == 1


# -- the grounds ----------------------------------------------------------------------------------------------------------


def test_grounds_concern_only_the_people_there_under_the_law_there(program: Written) -> None:
    made = program({"acme": "seat: IE"}, [("user", "AT"), ("employee", "FR"), ("user", "US-CA")])
    found = filed(made, "AT", "FR")
    for forum, people, place in (("at-dpa", "user-at", "AT"), ("fr-dpa", "employee-fr", "FR")):
        assert found[forum].grounds
        for g in found[forum].grounds:
            assert people in g.finding.populations
            assert g.finding.rule.instrument.jurisdiction in ("EU", "EEA", place)
    rules = {f: {g.finding.rule.id for g in found[f].grounds} for f in found}
    assert any(r.startswith("fr-") for r in rules["fr-dpa"])
    assert not any(r.startswith(("fr-", "us-")) for r in rules["at-dpa"])


def test_grounds_come_strongest_first_and_each_provision_once(program: Written) -> None:
    made = program({"acme": "seat: IE"}, [("user", "AT"), ("employee", "AT"), ("applicant", "AT")])
    shown = filed(made, "AT")["at-dpa"].grounds
    rules = [g.finding.rule.id for g in shown]
    assert len(rules) == len(set(rules)) > 5
    order = [(["breach", "arguable", "unknown"].index(g.finding.status.value), -g.probability) for g in shown]
    assert order == sorted(order)
    # Of the findings of one provision the likeliest counts.
    for g in shown:
        same = [f for f in made[1].findings.values() if f.rule.id == g.finding.rule.id]
        assert g.probability == max(made[1].likelihood(f.id, {}).found for f in same)


def test_what_would_not_be_fined_twice_is_pleaded_but_nothing_that_presupposes_a_ground(program: Written) -> None:
    shown = filed(program({"acme": "seat: IE"}, USERS), "AT")["at-dpa"].grounds
    assert any(g.finding.displaced_by for g in shown)
    assert not any(g.finding.rule.provision.presupposes for g in shown)


def test_where_nobody_lives_the_grounds_are_those_of_whoever_it_concerns(program: Written) -> None:
    found = filed(program({"acme": "seat: IE"}, [("user", "AT"), ("user", "US-CA")]), "IE", "AT")
    here, there = ({g.finding.rule.id for g in found[f].grounds} for f in ("ie-dpa", "at-dpa"))
    assert "gdpr-6-1" in {r[:8] for r in here}
    assert here & there
    assert all("user-at" in g.finding.populations for g in found["ie-dpa"].grounds)


# -- the United States ----------------------------------------------------------------------------------------------------


def test_in_the_united_states_courts_agencies_and_attorneys_general_each_act_for_themselves(program: Written) -> None:
    made = program({"acme": "seat: US-CA"}, [("employee", "US-CA"), ("user", "US-CA"), ("correspondent", "US-CA")])
    found = filed(made, "US-CA", "US")
    kinds = {f.code: {x.authority.kind for x in found.values() if x.code == f.code} for f in found.values()}
    assert {"court", "attorney_general"} <= kinds["US-CA"]
    assert kinds["US"]
    for f in found.values():
        assert (f.route, f.standing.holds) == ("own", True)
        assert f.grounds
        heads = {n for h in made[1].heads if h.forum == f.forum for n in h.counted}
        assert {g.finding.id for g in f.grounds} <= heads


def test_a_forum_of_the_united_states_needs_no_law_of_2018(program: Written) -> None:
    made = program({"acme": "seat: US-CA"}, [("employee", "US-CA")])
    assert filed(made, "US-CA", day=dt.date(2018, 1, 1))
