"""An assessment as networkx graphs, and those as DOT, GraphML and JSON."""

import io
import json
from typing import Any

import networkx as nx

from lexposure.exposure.assessment import Assessment


def flow_graph(a: Assessment) -> "nx.MultiDiGraph[str]":
    """Populations, systems, parties and uses as nodes, flows as edges keyed by their id."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=a.name)
    for p in a.populations:
        graph.add_node(p.id, kind="population", label=p.name, place=p.place, subject=p.kind)
    for s in a.systems:
        graph.add_node(s.id, kind="system", label=s.name, place=s.place, operator=s.operator)
    for q in a.parties:
        graph.add_node(q.id, kind="party", label=q.name, place=q.seat, role=q.role)
    for u in a.uses:
        graph.add_node(f"use:{u.id}", kind="use", label=u.name, purpose=u.purpose)
        graph.add_edge(u.at, f"use:{u.id}", key=f"use:{u.id}", kind="use")
    for f in a.flows:
        graph.add_edge(f.origin, f.target, key=f.id, kind="flow", data=", ".join(f.data),
                       may_carry=", ".join(f.may_carry), incidental=bool(f.incidental), crosses=f.crosses)
    return graph


def exposure_graph(a: Assessment) -> "nx.MultiDiGraph[str]":
    """The flow graph with provisions and forums: population -> provision (a finding) -> forum (a head)."""
    graph = flow_graph(a)
    used = {f.provision for f in a.findings}
    for p in a.provisions:
        if p.id in used:
            graph.add_node(f"provision:{p.id}", kind="provision", label=p.cite, heading=p.heading, place=p.jurisdiction)
    for forum in a.forums:
        graph.add_node(f"forum:{forum.id}", kind="forum", label=forum.name, place=forum.jurisdiction)
    for finding in a.findings:
        for population in finding.populations:
            graph.add_edge(population, f"provision:{finding.provision}", key=f"{finding.id}/{population}",
                           kind="finding", status=finding.status)
    by_finding = {f.id: f.provision for f in a.findings}
    for head in a.heads:
        for forum_id in (head.forum, *head.others):
            if forum_id:
                for name in dict.fromkeys(by_finding[f] for f in head.findings):
                    graph.add_edge(f"provision:{name}", f"forum:{forum_id}", key=f"{head.id}/{name}/{forum_id}",
                                   kind="head", remedy=head.kind, status=head.status,
                                   ceiling=float(head.likely) if head.likely is not None else 0.0,
                                   currency=head.currency)
    return graph


def as_json(graph: "nx.MultiDiGraph[str]") -> str:
    """networkx's node-link form."""
    return json.dumps(nx.node_link_data(graph, edges="edges"), indent=2, ensure_ascii=False) + "\n"


def as_graphml(graph: "nx.MultiDiGraph[str]") -> str:
    """GraphML, with characters that XML cannot hold left out."""
    clean: nx.MultiDiGraph[str] = nx.MultiDiGraph(**{k: _xml(v) for k, v in graph.graph.items()})
    clean.add_nodes_from((n, {k: _xml(v) for k, v in d.items()}) for n, d in graph.nodes(data=True))
    for u, v, k, d in graph.edges(keys=True, data=True):
        clean.add_edge(u, v, key=k, **{x: _xml(y) for x, y in d.items()})
    stream = io.BytesIO()
    nx.write_graphml_xml(clean, stream)
    return stream.getvalue().decode()


def _xml(value: Any) -> Any:
    return "".join(c for c in value if c in "\t\n" or ord(c) >= 32) if isinstance(value, str) else value


def as_dot(graph: "nx.MultiDiGraph[str]") -> str:
    """Graphviz's language; every name and label is quoted."""
    shapes = {"population": "ellipse", "system": "box", "party": "house", "use": "hexagon", "provision": "note",
              "forum": "octagon"}
    lines = [f"digraph {_quoted(str(graph.graph.get('name', '')))} {{", "  rankdir=LR;"]
    lines += [f"  {_quoted(n)} [label={_quoted(d['label'])}, shape={shapes[d['kind']]}];"
              for n, d in graph.nodes(data=True)]
    lines += [
        f"  {_quoted(u)} -> {_quoted(v)} [label={_quoted(_edge_label(k, d))}"
        + (", style=dashed" if d.get("incidental") or d.get("status") == "unknown" else "") + "];"
        for u, v, k, d in graph.edges(keys=True, data=True)
    ]
    return "\n".join([*lines, "}", ""])


def _edge_label(key: str, data: dict[str, Any]) -> str:
    return str({"flow": key, "use": "", "finding": data.get("status"), "head": data.get("remedy"),
                "complaint": "", "route": data.get("route")}[data["kind"]])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")
    return f'"{escaped}"'
