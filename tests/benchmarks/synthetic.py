"""Programs of any size with the structure that real ones have: many alike sites, some shared systems, a few cycles.

A *site* is ten flows: staff and their correspondents, two systems that capture, a store and an index that feed each
other, and a vendor. Five sites share a lake, and the lakes share one archive, so that the program is a single piece.
"""

from typing import Any

PLACES = ("DE", "US-CA", "IE", "US-NY", "FR", "US-IL", "US-CT", "US")
FLOWS_PER_SITE = 10
_SHARING = 5
_REGION = 20


def program(flows: int) -> dict[str, Any]:
    """A valid program with about that many flows (at least one site), as a tree of text."""
    sites = max(1, round(flows / (FLOWS_PER_SITE + 1 / _SHARING)))
    tree: dict[str, Any] = {
        "lexposure": "1",
        "program": {"id": "synthetic", "name": "Synthetic", "as_of": "2026-06-01", "started": "2026-03-01"},
        "groups": {"acme": {"turnover": {"likely": "120000000", "currency": "EUR", "year": "2025", "kind": "reported"}}},
        "parties": {"host": {"role": "processor", "seat": "US", "processor_for": ["acme-0"]},
                    "vendor": {"role": "third_party", "seat": "US"}},
        "populations": {}, "systems": {"archive": {"operator": "acme-0", "place": "US"}},
        "uses": {"keep": {"at": "archive", "purpose": "ai_training", "basis": "legitimate_interests"}},
        "flows": {}, "safeguards": {"assessed": {"kind": "dpia", "on": "program", "state": "unknown"}},
        "notices": {}, "choices": {}, "transfers": {"clauses": {"from": "EEA", "to": "US", "mechanism": "standard_clauses"}},
        "incidents": {}, "facts": {"scale": {"fact": "large_scale", "on": "program", "value": "yes"}},
    }
    for i in range(sites):
        _site(tree, i)
    return {key: value for key, value in tree.items() if value}


def _site(tree: dict[str, Any], i: int) -> None:
    place, firm, lake = PLACES[i % len(PLACES)], f"acme-{i // _REGION}", f"lake-{i // _SHARING}"
    staff, outside = f"staff-{i}", f"outside-{i}"
    recorder, inbox, store, index = (f"{s}-{i}" for s in ("recorder", "inbox", "store", "index"))
    if i % _REGION == 0:
        tree["parties"][firm] = {"role": "controller", "seat": place, "group": "acme",
                                 "staff": {"likely": "900", "kind": "reported"}}
    tree["populations"][staff] = {"kind": "employee", "place": place, "of": firm,
                                  "count": {"likely": str(40 + i % 300), "kind": "reported"}}
    tree["populations"][outside] = {"kind": "correspondent", "place": place}
    tree["systems"] |= {
        recorder: {"operator": firm, "place": place, "retention": {"period": "90 days", "enforced": "yes"}},
        inbox: {"operator": firm, "place": place},
        store: {"operator": firm, "place": "US", "retention": "undefined"},
        index: {"operator": firm, "place": place},
    }
    tree["uses"] |= {
        f"manage-{i}": {"at": store, "purpose": "performance_evaluation", "basis": "legitimate_interests"},
        f"search-{i}": {"at": index, "purpose": "product_analytics", "data": ["email_content", "chat_content"]},
    }
    onward = f"store-{i + 1}" if i % _SHARING == 0 else index
    flows = {
        "type": {"from": staff, "to": recorder, "data": ["keystrokes", "screen_snapshots"], "continuous": "yes"},
        "write": {"from": staff, "to": inbox, "data": ["email_content", "chat_content"], "collected_for": "daily_work"},
        "reply": {"from": outside, "to": inbox, "data": ["email_content"], "may_carry": ["health"], "incidental": "yes",
                  "through": [staff]},
        "upload": {"from": recorder, "to": store},
        "collect": {"from": inbox, "to": store},
        "learn": {"from": store, "to": index},
        "refine": {"from": index, "to": store, "data": ["chat_content"]},
        "share": {"from": store, "to": lake, "data": ["keystrokes", "email_content"]},
        "sell": {"from": inbox, "to": "vendor", "occurs": "unknown"},
        "onward": {"from": recorder, "to": onward},
    }
    tree["flows"] |= {f"{name}-{i}": flow for name, flow in flows.items()}
    if i % _SHARING == 0:
        tree["systems"][lake] = {"operator": "host", "place": "US"}
        tree["uses"][f"train-{i}"] = {"at": lake, "purpose": "ai_training", "controllers": [firm], "basis": "unknown"}
        tree["flows"][f"bring-{i}"] = {"from": lake, "to": "archive"}
        # The store that the site's recorder hands on to must exist, even where this site is the last.
        tree["systems"].setdefault(f"store-{i + 1}", {"operator": firm, "place": "US"})
    if i % 2 == 0:
        tree["notices"][f"handbook-{i}"] = {"to": [staff], "state": "claimed", "given": "2026-02-01", "individual": "no"}
    if i % 3 == 0:
        tree["choices"][f"object-{i}"] = {"of": [staff], "about": [f"manage-{i}"], "kind": "opt_out"}
    if i % 4 == 0:
        tree["safeguards"][f"access-{i}"] = {"kind": "access_control", "on": {"system": [store]}, "state": "verified"}
    if i % 7 == 0:
        tree["flows"][f"upload-{i}"]["transforms"] = [{"kind": "redaction", "state": "claimed", "data": ["keystrokes"]}]
    if i % 11 == 0:
        tree["facts"][f"watched-{i}"] = {"fact": "systematic_monitoring", "on": {"use": [f"manage-{i}"]}, "value": "yes"}
    if i % 50 == 0:
        tree["incidents"][f"leak-{i}"] = {"at": [store], "discovered": "2026-05-02", "kind": "disclosure",
                                          "audience": "external"}


def small(elements: int) -> dict[str, Any]:
    """A program with so many populations, systems and parties, and nearly one and a half flows for each: a flow or two
    into a server, each server into a store, the servers in a ring."""
    servers = max(1, (elements - 6) // 2)
    tree = program(FLOWS_PER_SITE)
    tree |= {"populations": {f"people-{i}": {"kind": "employee", "place": PLACES[i], "of": "acme-0"} for i in range(3)},
             "systems": {}, "uses": {}, "flows": {}, "safeguards": {}, "notices": {}, "choices": {}, "incidents": {},
             "facts": {}}
    for i in range(servers):
        for kind in ("server", "store"):
            tree["systems"][f"{kind}-{i}"] = {"operator": "acme-0", "place": PLACES[i % len(PLACES)]}
        tree["flows"] |= {
            f"request-{i}": {"from": f"people-{i % 3}", "to": f"server-{i}", "data": ["email_content", "keystrokes"]},
            f"store-{i}": {"from": f"server-{i}", "to": f"store-{i}"},
            f"forward-{i}": {"from": f"server-{i}", "to": f"server-{(i + 1) % servers}"},
        }
        tree["uses"][f"use-{i}"] = {"at": f"store-{i}", "purpose": "ai_training"}
    return tree


def as_yaml(tree: dict[str, Any]) -> str:
    """The program as people write it: an entry's keys on lines of their own, lists in brackets."""
    lines: list[str] = []

    def write(key: str, value: Any, depth: int) -> None:
        pad = "  " * depth
        if isinstance(value, dict):
            lines.append(f"{pad}{key}:")
            for inner, entry in value.items():
                write(inner, entry, depth + 1)
        elif isinstance(value, list):
            lines.append(f"{pad}{key}: [{', '.join(_inline(v) for v in value)}]")
        else:
            lines.append(f"{pad}{key}: {value}")

    for key, value in tree.items():
        write(key, value, 0)
    return "\n".join(lines) + "\n"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_inline(v)}" for k, v in value.items()) + "}"
    return f"[{', '.join(_inline(v) for v in value)}]" if isinstance(value, list) else str(value)


def of_lines(lines: int) -> str:
    """The text of a program of about that many lines (not fewer)."""
    flows = lines // 8
    while (text := as_yaml(program(flows))).count("\n") < lines:
        flows += FLOWS_PER_SITE
    return text
