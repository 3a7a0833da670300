"""The vocabulary files hold together: no dangling or circular `is`, defined terms, mappings that mean one thing."""

from collections import Counter
from pathlib import Path

import pytest

import lexposure.vocabulary
from lexposure.reading.source import read
from lexposure.vocabulary import Kind, is_a, labels, lookup, narrower, terms, within

_FOLDER = Path(lexposure.vocabulary.__file__).parent
_MAPPED_TO_FIDES = {Kind.DATA, Kind.PURPOSE, Kind.SUBJECT}
#: IRIs of the Data Privacy Vocabulary that two terms of one kind share, with the reason; none so far.
_SHARED: dict[tuple[Kind, str], str] = {}

every_kind = pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)


def _written(kind: Kind) -> dict[str, dict[str, object]]:
    tree = read(_FOLDER / f"{kind.value}.yaml").tree
    assert isinstance(tree, dict)
    return tree  # type: ignore[return-value]


def _broader(entry: dict[str, object]) -> list[str]:
    value = entry.get("is", [])
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


@every_kind
def test_every_broader_term_stands_in_the_same_file(kind: Kind) -> None:
    written = _written(kind)
    dangling = {(name, b) for name, entry in written.items() for b in _broader(entry) if b not in written}
    assert not dangling


@every_kind
def test_no_term_is_a_case_of_itself(kind: Kind) -> None:
    parents = {name: _broader(entry) for name, entry in _written(kind).items()}
    while leaves := {name for name, broader in parents.items() if not any(b in parents for b in broader)}:
        parents = {name: broader for name, broader in parents.items() if name not in leaves}
    assert not parents, f"terms on or below a cycle: {sorted(parents)}"


@every_kind
def test_no_broader_term_is_named_twice_or_implied_by_another(kind: Kind) -> None:
    known = terms(kind)
    for name, entry in _written(kind).items():
        broader = _broader(entry)
        assert len(broader) == len(set(broader)), name
        implied = [b for b in broader for other in broader if other != b and b in known[other].ancestors]
        assert not implied, f"`{name}` need not name {implied}"


@every_kind
def test_every_term_is_defined(kind: Kind) -> None:
    assert terms(kind)
    for term in terms(kind).values():
        assert term.means.strip() == term.means
        assert len(term.means) > 2, term.id
        if kind is not Kind.PLACE:
            assert term.means[0].isupper(), term.id
            assert not term.means.endswith("."), term.id


@every_kind
def test_ids_are_written_alike(kind: Kind) -> None:
    for name in labels(kind):
        if kind is Kind.PLACE:
            assert name.replace("-", "").isalpha(), name
            assert name.isupper(), name
        else:
            assert name.replace("_", "").isalnum(), name
            assert name.islower(), name


@every_kind
def test_mappings_to_the_data_privacy_vocabulary(kind: Kind) -> None:
    mapped = [term.dpv for term in terms(kind).values() if term.dpv]
    for iri in mapped:
        assert iri.startswith("https://w3id.org/dpv")
        assert iri.count("#") == 1, iri
        assert not iri.endswith("#"), iri
    shared = {iri for iri, times in Counter(mapped).items() if times > 1}
    assert shared == {iri for k, iri in _SHARED if k is kind}


@every_kind
def test_mappings_to_fideslang(kind: Kind) -> None:
    mapped = [term.fides for term in terms(kind).values() if term.fides]
    assert len(mapped) == len(set(mapped))
    assert all(part.isidentifier() for key in mapped for part in key.split("."))
    assert bool(mapped) == (kind in _MAPPED_TO_FIDES)


def test_every_claimed_basis_has_its_letter_of_the_gdpr() -> None:
    for term in terms(Kind.BASIS).values():
        if term.id == "none":
            assert not term.dpv
            continue
        article, letter = ("6-1", "6(1)") if "article 6(1)" in term.means else ("9-2", "9(2)")
        last = term.dpv.removeprefix(f"https://w3id.org/dpv/legal/eu/gdpr#A{article}-")
        assert f"article {letter}({last}) GDPR" in term.means, term.id


def test_transformations_are_absent_unless_stated_all_down_the_hierarchy() -> None:
    for term in terms(Kind.SAFEGUARD).values():
        drawn = is_a(Kind.SAFEGUARD, term.id, "transformation")
        assert term.unstated == ("absent" if drawn else "unknown"), term.id


def test_only_safeguards_say_what_silence_means() -> None:
    for kind in set(Kind) - {Kind.SAFEGUARD}:
        assert all("unstated" not in entry for entry in _written(kind).values())


def test_a_term_is_a_case_of_everything_above_it() -> None:
    assert is_a(Kind.DATA, "keystrokes", "input_events")
    assert is_a(Kind.DATA, "keystrokes", "keystrokes")
    assert is_a(Kind.DATA, "action_trajectories", "screen_content")
    assert is_a(Kind.DATA, "sick_leave", "special_category")
    assert not is_a(Kind.DATA, "input_events", "keystrokes")
    assert is_a(Kind.PURPOSE, "model_fine_tuning", "ai_training")
    assert not is_a(Kind.SAFEGUARD, "multi_factor_authentication", "access_control")


def test_narrower_terms_are_the_next_ones_below() -> None:
    assert set(narrower(Kind.TRANSFER, "code_or_certification")) == {"code_of_conduct", "certification"}
    assert "keystrokes" not in narrower(Kind.DATA, "behavioural_data")


def test_a_word_can_belong_to_several_kinds() -> None:
    assert {term.kind for term in lookup("third_party")} == {Kind.SUBJECT, Kind.ROLE}
    assert not lookup("no_such_word")


@pytest.mark.parametrize(("group", "members"), [("EEA", 30), ("EU", 27)])
def test_members_of_the_union_and_of_the_economic_area(group: str, members: int) -> None:
    groups = {"EEA", "EU"}
    # Parts of the Union with codes of their own: the outermost regions of France, and the Åland Islands.
    regions = {"AX", "GF", "GP", "MF", "MQ", "RE", "YT"}
    found = {code for code, term in terms(Kind.PLACE).items() if group in term.ancestors} - groups
    assert regions <= found
    assert len(found - regions) == members
    assert {"IS", "LI", "NO"} & found == ({"IS", "LI", "NO"} if group == "EEA" else set())
    assert not {"CH", "GB", "US"} & found


def test_every_state_of_the_united_states_and_its_capital() -> None:
    assert len(narrower(Kind.PLACE, "US")) == 51
    assert all(code.startswith("US-") for code in narrower(Kind.PLACE, "US"))


@pytest.mark.parametrize(
    ("place", "wanted", "answer"),
    [
        ("US", "US-CA", None),
        ("EEA", "DE", None),
        ("EU", "DE", None),
        ("EEA", "EU", None),
        ("DE", "EEA", True),
        ("DE", "DE", True),
        ("US-CA", "US", True),
        ("NO", "EEA", True),
        ("US-TX", "EEA", False),
        ("NO", "EU", False),
        ("GB", "EEA", False),
        ("US-TX", "US-CA", False),
    ],
)
def test_a_place_lies_within_another_or_outside_or_it_is_open(place: str, wanted: str, answer: bool | None) -> None:
    assert within(place, wanted) is answer
