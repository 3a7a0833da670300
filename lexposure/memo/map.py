"""The data-flow diagram of an assessment: who, in which jurisdiction, at which stage, and what moves."""

from lexposure.exposure.assessment import Assessment, FlowNote
from lexposure.memo import wording
from lexposure.memo.diagram.model import Diagram, Link, Node, Style
from lexposure.vocabulary import within


def program_map(assessment: Assessment) -> Diagram:
    """Populations, systems, uses and recipients as a swim-lane diagram; each use hangs on its system."""
    a = assessment
    stage = _stages(a)
    last = max(stage.values(), default=0)
    targets = {f.target for f in a.flows}
    nodes = [Node(p.id, p.name, f"{wording.plain(p.kind)}, {wording.place(p.place)}", _lane(p.place), 0, "people")
             for p in a.populations]
    seat = {p.id: p.seat for p in a.parties}
    # A system whose place is not stated is drawn with who operates it: that it crosses a border is not known.
    home = {s.id: s.place if s.place != "unknown" else seat[s.operator] for s in a.systems}
    nodes += [Node(s.id, s.name, wording.place(s.place), _lane(home[s.id]), stage[s.id], "system") for s in a.systems]
    nodes += [Node(f"use {u.id}", u.name, wording.plain(u.purpose), _lane(home[u.at]), last + 1, "use") for u in a.uses]
    nodes += [Node(p.id, p.name, wording.plain(p.role), _lane(p.seat), last + 1, "party")
              for p in a.parties if p.id in targets]
    links = [Link(f.id, str(f.number), f.origin, f.target, _style(f)) for f in a.flows if f.occurs is not False]
    links += [Link(f"use {u.id}", "", u.at, f"use {u.id}", "flow") for u in a.uses]
    stages = ("People", *(["Capture"] if last else []), *(["Processing"] if last > 1 else []), *[""] * (last - 2),
              "Use and recipients")
    lanes = tuple(dict.fromkeys(n.lane for n in nodes))
    return Diagram(a.name, lanes, stages, tuple(nodes), tuple(links))


def _lane(place: str) -> str:
    """The band that a place belongs to: one for the United States, one for the EEA, one for each other country."""
    for area in ("US", "EEA"):
        if place == area or (place != "unknown" and within(place, area)):
            return wording.place(area)
    return "Elsewhere or not known" if place == "unknown" else wording.place(place)


def _style(flow: FlowNote) -> Style:
    if flow.occurs is None:
        return "doubtful"
    if flow.intended is False:
        return "unintended"
    if flow.incidental:
        return "incidental"
    return "transfer" if flow.crosses else "flow"


def _stages(a: Assessment) -> dict[str, int]:
    """How many flows a system is away from people, at least; systems that nothing reaches stand in the first column."""
    onward: dict[str, list[str]] = {}
    for flow in a.flows:
        onward.setdefault(flow.origin, []).append(flow.target)
    stage = {p.id: 0 for p in a.populations}
    todo = list(stage)
    for name in todo:
        for target in onward.get(name, ()):
            if target not in stage:
                stage[target] = stage[name] + 1
                todo.append(target)
    return {s.id: stage.get(s.id, 1) for s in a.systems}


def exposure_map(assessment: Assessment) -> Diagram:
    """Whose data, which provision, before whom, as a swim-lane diagram; open findings are dotted."""
    a = assessment
    used = {f.provision: f for f in reversed(a.findings)}
    provisions = [p for p in a.provisions if p.id in used]
    people = {p for f in a.findings for p in f.populations}
    nodes = [Node(p.id, p.name, wording.plain(p.kind), _lane(p.place), 0, "people") for p in a.populations
             if p.id in people]
    nodes += [Node(f"provision {p.id}", p.cite, p.heading, _lane(p.jurisdiction), 1, "use") for p in provisions]
    nodes += [Node(f"forum {f.id}", f.english or f.name, wording.plain(f.kind), _lane(f.jurisdiction), 2, "party")
              for f in a.forums]
    found: dict[tuple[str, str], Style] = {}
    for f in a.findings:
        for population in f.populations:
            key = (population, f"provision {f.provision}")
            found[key] = "flow" if f.status in ("breach", "arguable") else found.get(key, "doubtful")
    by_finding = {f.id: f.provision for f in a.findings}
    for head in a.heads:
        for name in dict.fromkeys(by_finding[f] for f in head.findings):
            if head.forum:
                key = (f"provision {name}", f"forum {head.forum}")
                found[key] = "flow" if head.status in ("breach", "arguable") else found.get(key, "doubtful")
    links = tuple(Link(f"{u} to {v}", "", u, v, style) for (u, v), style in found.items())
    lanes = tuple(dict.fromkeys(n.lane for n in nodes))
    return Diagram(a.name, lanes, ("People", "Provision", "Forum"), tuple(nodes), links)
