"""The data-flow diagram of an assessment: who, in which jurisdiction, at which stage, and what moves."""

from lexposure.exposure.assessment import Assessment, FlowNote, PopulationNote
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
    """Whose data, which instrument, before whom, as a swim-lane diagram; what is merely open is drawn as not certain.

    Populations of one jurisdiction to which the same instruments speak in the same way share a node.
    """
    a = assessment
    provisions = {p.id: p for p in a.provisions}
    reach: dict[str, dict[str, Style]] = {}
    for f in a.findings:
        for population in f.populations:
            _strongest(reach.setdefault(population, {}), provisions[f.provision].instrument, f.status)
    groups: dict[object, list[PopulationNote]] = {}
    for p in a.populations:
        if p.id in reach:
            groups.setdefault((_lane(p.place), tuple(sorted(reach[p.id].items()))), []).append(p)
    nodes = [Node(g[0].id, g[0].name if len(g) == 1 else f"{g[0].name} and {len(g) - 1} more",
                  wording.plain(g[0].kind), _lane(g[0].place), 0, "people") for g in groups.values()]
    links: dict[tuple[str, str], Style] = {
        (g[0].id, f"law {name}"): style for g in groups.values() for name, style in reach[g[0].id].items()
    }
    instruments = {p.instrument: p for f in a.findings for p in (provisions[f.provision],)}
    nodes += [Node(f"law {p.instrument}", p.instrument_short, wording.many(
        len({f.provision for f in a.findings if provisions[f.provision].instrument == p.instrument}), "provision"),
        _lane(p.jurisdiction), 1, "use") for p in instruments.values()]
    nodes += [Node(f"forum {f.id}", f.english or f.name, wording.plain(f.kind), _lane(f.jurisdiction), 2, "party")
              for f in a.forums]
    by_finding = {f.id: provisions[f.provision].instrument for f in a.findings}
    for head in a.heads:
        before: dict[str, Style] = {}
        for name in dict.fromkeys(by_finding[f] for f in head.findings):
            _strongest(before, name, head.status)
            if head.forum:
                key = (f"law {name}", f"forum {head.forum}")
                links[key] = "flow" if "flow" in (before[name], links.get(key)) else "doubtful"
    lanes = tuple(dict.fromkeys(n.lane for n in nodes))
    made = tuple(Link(f"{u} to {v}", "", u, v, style) for (u, v), style in links.items())
    return Diagram(a.name, lanes, ("People", "Law", "Forum"), tuple(nodes), made)


def _strongest(found: dict[str, Style], name: str, status: str) -> None:
    """Keep the firmer of two outcomes: a breach or an arguable one outweighs what is open."""
    found[name] = "flow" if status in ("breach", "arguable") else found.get(name, "doubtful")
