"""The flow graph: what reaches what, and which safeguards stand on every path."""

import itertools
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexposure.program.graph import FlowGraph
from lexposure.program.operations import Operation, operations
from tests.strategies import GOOD, model, programs

KINDS = ("access_control", "redaction", "encryption")


def ops(tree: dict[str, Any]) -> dict[str, Operation]:
    return {o.id: o for o in operations(FlowGraph(model(tree)))}


def strength(operation: Operation, kind: str) -> int:
    """Protected 2, open 1, unprotected 0."""
    return {True: 2, None: 1, False: 0}[operation.protected(kind)[0]]


def two_routes(**safeguards: Any) -> dict[str, Any]:
    """People recorded, by two routes into the training store."""
    return {
        "lexposure": "1", "program": {"id": "p", "name": "P", "as_of": "2026-06-01"},
        "parties": {"acme": {"role": "controller", "seat": "US-CA"}},
        "populations": {"staff": {"kind": "employee", "place": "US-CA", "of": "acme"}},
        "systems": {s: {"operator": "acme", "place": "US"} for s in ("recorder", "filter", "mirror", "store")},
        "uses": {"train": {"at": "store", "purpose": "agent_training"}},
        "flows": {
            "capture": {"from": "staff", "to": "recorder", "data": ["keystrokes", "email_content"]},
            "to-filter": {"from": "recorder", "to": "filter"}, "filtered": {"from": "filter", "to": "store"},
            "to-mirror": {"from": "recorder", "to": "mirror"}, "mirrored": {"from": "mirror", "to": "store"},
        },
        "safeguards": safeguards,
    }


def only(tree: dict[str, Any]) -> Operation:
    (operation,) = ops(tree).values()
    return operation


def test_redaction_on_one_of_two_routes_protects_nothing() -> None:
    operation = only(two_routes(cut={"kind": "redaction", "on": {"flow": "filtered"}, "state": "verified"}))
    truth, said = operation.protected("redaction")
    assert truth is False
    assert [s.address for s in said] == [("safeguards", "cut")]
    assert operation.path(avoiding="redaction") == ("capture", "to-mirror", "mirrored")


def test_redaction_on_both_routes_protects() -> None:
    cut = {"kind": "redaction", "on": {"flow": ["filtered", "mirrored"]}, "state": "verified"}
    assert only(two_routes(cut=cut)).protected("redaction")[0] is True


def test_a_measure_that_nobody_mentions_is_unknown_but_an_undrawn_transformation_is_absent() -> None:
    operation = only(two_routes())
    assert operation.protected("access_control") == (None, ())
    assert operation.protected("redaction")[0] is False


@pytest.mark.parametrize(("state", "truth"), [
    ("verified", True), ("claimed", True), ("disputed", None), ("unknown", None), ("planned", False),
    ("absent", False), ("failed", False),
])
def test_what_a_state_counts_for(state: str, truth: bool | None) -> None:
    guard = {"kind": "access_control", "on": {"system": "store"}, "state": state}
    assert only(two_routes(lock=guard)).protected("access_control")[0] is truth


def test_a_verified_measure_outweighs_a_failed_one_at_the_same_place_and_a_failed_one_a_claim() -> None:
    failed = {"kind": "access_control", "on": {"system": "store"}, "state": "failed"}
    claimed = {**failed, "state": "claimed"}
    mended = {**failed, "state": "verified"}
    assert only(two_routes(a=failed, b=claimed)).protected("access_control")[0] is False
    assert only(two_routes(a=failed, b=mended)).protected("access_control")[0] is True


def test_an_absent_notice_means_that_it_was_not_acknowledged_either() -> None:
    absent = {"kind": "monitoring_notice", "on": {"population": "staff"}, "state": "absent"}
    assert only(two_routes(n=absent)).protected("monitoring_notice_acknowledged")[0] is False
    posted = {"kind": "monitoring_notice_posted", "on": {"population": "staff"}, "state": "absent"}
    assert only(two_routes(n=posted)).protected("monitoring_notice")[0] is None


def test_only_a_verified_removal_takes_data_away() -> None:
    for state, sure, possible in (("verified", False, False), ("claimed", False, True), ("failed", True, True)):
        tree = two_routes()
        del tree["flows"]["to-mirror"], tree["flows"]["mirrored"]
        tree["flows"]["filtered"]["transforms"] = [{"kind": "redaction", "state": state, "data": ["email_content"]}]
        surely, may = only(tree).categories
        assert ("email_content" in surely, "email_content" in may) == (sure, possible)
        assert "keystrokes" in surely


def test_a_flow_not_known_to_occur_carries_only_possibly() -> None:
    tree = two_routes()
    tree["flows"]["capture"]["occurs"] = "unknown"
    assert only(tree).surely == 0
    tree["flows"]["capture"]["occurs"] = "no"
    assert ops(tree) == {}


def test_cycles_and_self_loops_reach_a_fixed_point() -> None:
    tree = two_routes()
    tree["flows"] |= {"back": {"from": "store", "to": "recorder"}, "self": {"from": "store", "to": "store"}}
    assert only(tree).path() == ("capture", "to-filter", "filtered")


def test_incidental_capture_is_another_population_of_the_same_use() -> None:
    tree = two_routes()
    tree["populations"]["colleagues"] = {"kind": "employee", "place": "IE"}
    tree["flows"]["mail"] = {"from": "colleagues", "to": "recorder", "data": "email_content", "incidental": "yes",
                             "through": "staff"}
    assert set(ops(tree)) == {"acme/staff/train", "acme/colleagues/train"}


@given(programs(), st.data())
def test_adding_a_path_never_strengthens_a_protection(tree: dict[str, Any], data: st.DataObject) -> None:
    more = deepcopy(tree)
    systems = list(tree["systems"])
    more["flows"]["added"] = {"from": data.draw(st.sampled_from(systems)), "to": data.draw(st.sampled_from(systems))}
    before, after = ops(tree), ops(more)
    for name, operation in before.items():
        for kind in KINDS:
            assert strength(after[name], kind) <= strength(operation, kind)


@given(programs(), st.data())
def test_adding_a_safeguard_never_weakens_one(tree: dict[str, Any], data: st.DataObject) -> None:
    more = deepcopy(tree)
    site = data.draw(st.sampled_from(
        ["program", *({"system": s} for s in tree["systems"]), *({"flow": f} for f in tree["flows"])]))
    more["safeguards"]["added"] = {"kind": data.draw(st.sampled_from(KINDS)), "on": site,
                                   "state": data.draw(st.sampled_from(GOOD))}
    before, after = ops(tree), ops(more)
    for name, operation in before.items():
        for kind in KINDS:
            assert strength(after[name], kind) >= strength(operation, kind)


@given(programs(), st.data())
def test_removing_a_flow_never_adds_an_operation_or_data(tree: dict[str, Any], data: st.DataObject) -> None:
    less = deepcopy(tree)
    del less["flows"][data.draw(st.sampled_from(list(tree["flows"])))]
    for guard in less["safeguards"].values():
        if isinstance(guard["on"], dict) and guard["on"].get("flow") not in (None, *less["flows"]):
            guard["on"] = "program"
    before, after = ops(tree), ops(less)
    for name, operation in after.items():
        assert name in before
        assert operation.categories[0] <= before[name].categories[0]
        assert operation.categories[1] <= before[name].categories[1]


@given(programs())
def test_what_surely_reaches_a_use_also_possibly_does_and_has_a_path(tree: dict[str, Any]) -> None:
    for operation in ops(tree).values():
        surely, may = operation.categories
        assert surely <= may
        path = operation.path()
        flows = tree["flows"]
        assert flows[path[0]]["from"] == operation.population
        assert flows[path[-1]]["to"] == operation.purpose.at
        assert all(flows[a]["to"] == flows[b]["from"] for a, b in itertools.pairwise(path))


@given(programs())
def test_an_unprotected_operation_shows_a_path_without_the_safeguard(tree: dict[str, Any]) -> None:
    for operation in ops(tree).values():
        for kind in KINDS:
            truth, _ = operation.protected(kind)
            if truth is not True:
                assert operation.path(avoiding=kind)


def _paths(tree: dict[str, Any], operation: Operation) -> list[list[str]]:
    """Every simple path of an operation's population to its system, by brute force; for small programs only."""
    flows = {k: f for k, f in tree["flows"].items() if f.get("occurs", "yes") != "no"}
    found: list[list[str]] = []

    def walk(node: str, path: list[str], seen: set[str]) -> None:
        if node == operation.purpose.at and path:
            found.append(path)
        for name, flow in flows.items():
            if flow["from"] == node and flow["to"] not in seen:
                walk(flow["to"], [*path, name], seen | {flow["to"]})

    walk(operation.population, [], {operation.population})
    return found


@given(programs(most_systems=4, most_flows=7), st.sampled_from(KINDS))
def test_protection_agrees_with_looking_at_every_path(tree: dict[str, Any], kind: str) -> None:
    """Without filters every path carries the data, so that brute force over paths is the specification."""
    for flow in tree["flows"].values():
        if flow["from"] in tree["systems"]:
            flow.pop("data", None)
    for guard in tree["safeguards"].values():
        guard["state"] = {"claimed": "verified", "planned": "absent", "disputed": "unknown"}.get(
            guard["state"], guard["state"])
    for operation in ops(tree).values():
        outcomes = {_path_outcome(tree, operation, path, kind) for path in _paths(tree, operation)}
        expected = False if False in outcomes else None if None in outcomes else True
        assert operation.protected(kind)[0] is expected


def _path_outcome(tree: dict[str, Any], operation: Operation, path: list[str], kind: str) -> bool | None:
    places = {operation.population, *(tree["flows"][f]["to"] for f in path)}
    sites: dict[str, list[str]] = {}
    for guard in tree["safeguards"].values():
        on, said = guard["on"], guard["kind"]
        missing = guard["state"] in ("failed", "absent")
        covers = said == kind or (kind == "encryption" and said == "encryption_at_rest" and not missing)
        if not covers:
            continue
        if on == "program" or on.get("use") == operation.use:
            sites.setdefault("overall", []).append(guard["state"])
        elif on.get("flow") in path or places & {on.get("system"), on.get("population")}:
            sites.setdefault(str(sorted(on.items())), []).append(guard["state"])
    rank = ["verified", "failed", "unknown", "absent"]
    best = [min(states, key=rank.index) for states in sites.values()]
    if "verified" in best:
        return True
    if "unknown" in best:
        return None
    return False if best or kind == "redaction" else None
