"""Random but valid programs, as models and as their YAML text."""

from typing import Any

from hypothesis import strategies as st

from lexposure.program.model import Program

CATEGORIES = ("keystrokes", "screen_snapshots", "email_content", "chat_content", "health", "performance_data")
STATES = ("verified", "claimed", "planned", "disputed", "failed", "absent", "unknown")
GOOD = ("verified", "claimed")


def entry(**values: Any) -> dict[str, Any]:
    """An entry with a trailing underscore taken off keys that are Python's words."""
    return {k.rstrip("_"): v for k, v in values.items()}


@st.composite
def programs(draw: st.DrawFn, *, most_systems: int = 5, most_flows: int = 10) -> dict[str, Any]:
    """A program as a tree of text: cycles, self-loops, parallel flows and unreached systems are all allowed."""
    people = [f"people-{i}" for i in range(draw(st.integers(1, 3)))]
    systems = [f"system-{i}" for i in range(draw(st.integers(1, most_systems)))]
    uses = [f"use-{i}" for i in range(draw(st.integers(1, 2)))]
    categories = st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=3, unique=True)
    answers = st.sampled_from(["yes", "no", "unknown"])
    flows: dict[str, Any] = {}
    for i in range(draw(st.integers(1, most_flows))):
        origin = draw(st.sampled_from([*people, *systems]))
        flow = entry(from_=origin, to=draw(st.sampled_from(systems)), occurs=draw(answers))
        if origin in people:
            flow |= {"data": draw(categories)}
            if draw(st.booleans()):
                flow["may_carry"] = draw(categories)
        elif draw(st.booleans()):
            flow["data"] = draw(categories)
        flows[f"flow-{i}"] = flow
    sites = st.one_of(
        st.just("program"), st.sampled_from(systems).map(lambda s: {"system": s}),
        st.sampled_from(people).map(lambda s: {"population": s}), st.sampled_from(list(flows)).map(lambda s: {"flow": s}),
        st.sampled_from(uses).map(lambda s: {"use": s}),
    )
    guards = {
        f"guard-{i}": {"kind": draw(st.sampled_from(["access_control", "redaction", "encryption_at_rest"])),
                       "on": draw(sites), "state": draw(st.sampled_from(STATES))}
        for i in range(draw(st.integers(0, 4)))
    }
    return {
        "lexposure": "1",
        "program": {"id": "p", "name": "P", "as_of": "2026-06-01"},
        "parties": {"acme": {"role": "controller", "seat": "DE"}},
        "populations": {p: {"kind": "employee", "place": draw(st.sampled_from(["DE", "US-CA", "EEA"])), "of": "acme"}
                        for p in people},
        "systems": {s: {"operator": "acme", "place": draw(st.sampled_from(["DE", "US", "unknown"]))} for s in systems},
        "uses": {u: {"at": draw(st.sampled_from(systems)), "purpose": "ai_training"} for u in uses},
        "flows": flows,
        "safeguards": guards,
    }


def model(tree: dict[str, Any]) -> Program:
    """The tree as a typed program."""
    return Program.model_validate(tree)
