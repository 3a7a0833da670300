"""The flow graph, analysed as a compiler analyses a program.

Populations are sources, uses are sinks, safeguards are what may stand on the way. A *lot* is the data of one category
about one population; two monotone data-flow problems are solved over the strongly connected components in topological
order, with the sets of lots as bit sets: which lots can reach a node (*may*, union over paths), and which of them get
there past a safeguard on every path (*must*), asked as its complement: which lots reach it on a path that avoids the
safeguard. Both cost O(V + E) set operations, and nothing enumerates paths.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from operator import itemgetter
from typing import NamedTuple, TypeVar

import networkx as nx

from lexposure.program.model import Choice, Incident, Notice, Program, Safeguard, Site, StatedFact, Transform
from lexposure.reading.source import Address
from lexposure.vocabulary import Kind, is_a, terms


class Lot(NamedTuple):
    """The data of one category about one population."""

    population: str
    category: str


class Standing(Enum):
    """What the statements about a safeguard at one place come to."""

    IN_EFFECT = "in effect"
    OPEN = "open"
    NOT_IN_EFFECT = "not in effect"


#: A verified measure outweighs a failed one at the same place (it was mended); a failed one outweighs a mere claim.
_RANK = {
    "verified": (5, Standing.IN_EFFECT), "failed": (4, Standing.NOT_IN_EFFECT), "claimed": (3, Standing.IN_EFFECT),
    "disputed": (2, Standing.OPEN), "unknown": (2, Standing.OPEN), "absent": (1, Standing.NOT_IN_EFFECT),
    "planned": (1, Standing.NOT_IN_EFFECT),
}


class Statement(NamedTuple):
    """One thing said about a safeguard: its kind and state, and where in the model it is said."""

    kind: str
    state: str
    address: Address

    def bears_on(self, wanted: str) -> bool:
        """Whether it says something about ``wanted``.

        A case of it does, unless it is missing: another case may be there. A broader measure does if it is absent.
        """
        if self.kind == wanted:
            return True
        if _RANK[self.state][1] is Standing.NOT_IN_EFFECT:
            return self.state == "absent" and is_a(Kind.SAFEGUARD, wanted, self.kind)
        return is_a(Kind.SAFEGUARD, self.kind, wanted)


def standing(statements: Iterable[Statement]) -> Standing | None:
    """What statements about one safeguard at one place come to; None where there are none."""
    best: tuple[int, Standing] | None = None
    for statement in statements:
        ranked = _RANK[statement.state]
        if best is None or ranked[0] > best[0]:
            best = ranked
    return best[1] if best else None


#: Up to here, taking the lowest bit off a long integer again and again is cheaper than walking its bytes.
_FEW = 256
#: The positions of the bits that are set, for each byte.
_BITS = tuple(tuple(i for i in range(8) if byte >> i & 1) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow as the analysis sees it. ``keeps`` are the lots that surely pass, ``may_keep`` those that possibly do."""

    flow: str
    origin: int
    target: int
    keeps: int
    may_keep: int


@dataclass(frozen=True, slots=True)
class Protection:
    """Which lots reach each node on a path without a safeguard in effect (``bare``), without an open statement about
    it either (``quiet``), and on such a path where it is said to fail or, for transformations, is not drawn
    (``failing``)."""

    bare: Sequence[int]
    quiet: Sequence[int]
    failing: Sequence[int]


class FlowGraph:
    """The analysed graph of a program. Immutable; analyses are done on first use and kept.

    ``may`` and ``surely`` hold, per node, the bit set of lots that possibly and surely reach it.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.nodes: tuple[str, ...] = (*program.populations, *program.systems, *program.parties)
        self.index: Mapping[str, int] = {name: i for i, name in enumerate(self.nodes)}
        lots: dict[Lot, int] = {}
        for flow in program.flows.values():
            if flow.origin in program.populations and flow.occurs is not False:
                for category in (*flow.data, *flow.may_carry):
                    lots.setdefault(Lot(flow.origin, category), len(lots))
        self.lots: tuple[Lot, ...] = tuple(lots)
        self._bit = lots
        self.of_population: dict[str, int] = {}
        self._of_category: dict[str, int] = {}
        for lot, bit in lots.items():
            self.of_population[lot.population] = self.of_population.get(lot.population, 0) | 1 << bit
            self._of_category[lot.category] = self._of_category.get(lot.category, 0) | 1 << bit
        self.edges: tuple[Edge, ...] = tuple(self._edges())
        self.out: tuple[list[Edge], ...] = tuple([] for _ in self.nodes)
        self.into: tuple[list[Edge], ...] = tuple([] for _ in self.nodes)
        for edge in self.edges:
            self.out[edge.origin].append(edge)
            self.into[edge.target].append(edge)
        seeds = [self.of_population.get(name, 0) for name in self.nodes]
        self.by_place: dict[str, list[str]] = {}
        for name, people in program.populations.items():
            self.by_place.setdefault(people.place, []).append(name)
        self.may = self._propagate(seeds, lambda edge, bits: bits & edge.may_keep)
        self.surely = self._propagate(seeds, lambda edge, bits: bits & edge.keeps)
        self._protections: dict[str, Protection | None] = {}
        self._towards: dict[str, frozenset[int]] = {}

    # -- lots ------------------------------------------------------------------------------------------------------

    def of_categories(self, categories: Iterable[str]) -> tuple[int, int]:
        """The lots that are cases of the categories, and those that at least possibly are (broader ones)."""
        surely = maybe = 0
        for wanted in categories:
            inside, around = _related(wanted)
            for category, bits in self._of_category.items():
                if category in inside:
                    surely |= bits
                elif category in around:
                    maybe |= bits
        return surely, surely | maybe

    def unpack(self, bits: int) -> Iterator[Lot]:
        """The lots of a bit set, in the order of their first flow: bit by bit where few are set, else byte by byte."""
        if bits.bit_count() <= _FEW:
            while bits:
                low = bits & -bits
                yield self.lots[low.bit_length() - 1]
                bits ^= low
            return
        for index, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
            for offset in _BITS[byte]:
                yield self.lots[8 * index + offset]

    # -- edges -----------------------------------------------------------------------------------------------------

    def _edges(self) -> Iterator[Edge]:
        everything = (1 << len(self._bit)) - 1
        for name, flow in self.program.flows.items():
            if flow.occurs is False:
                continue
            if flow.origin in self.program.populations:
                keeps = self._pack(flow.origin, flow.data)
                may_keep = keeps | self._pack(flow.origin, flow.may_carry)
            else:
                keeps, may_keep = self.of_categories(flow.data) if flow.data else (everything, everything)
                if flow.of:
                    people = 0
                    for population in flow.of:
                        people |= self.of_population.get(population, 0)
                    keeps, may_keep = keeps & people, may_keep & people
            for transform in flow.transforms:
                keeps, may_keep = self._transformed(transform, keeps, may_keep)
            if flow.occurs is None:
                keeps = 0
            yield Edge(name, self.index[flow.origin], self.index[flow.to], keeps, may_keep)

    def _pack(self, population: str, categories: Iterable[str]) -> int:
        return sum(1 << self._bit[Lot(population, c)] for c in dict.fromkeys(categories))

    def _transformed(self, transform: Transform, keeps: int, may_keep: int) -> tuple[int, int]:
        """What is left behind a transform: verified removal removes, a merely claimed one leaves doubt."""
        whole = any(is_a(Kind.SAFEGUARD, transform.kind, k) for k in ("anonymisation", "aggregation"))
        if not transform.data and not whole:
            return keeps, may_keep
        if not whole and not is_a(Kind.SAFEGUARD, transform.kind, "redaction"):
            return keeps, may_keep
        hit = self.of_categories(transform.data)[0] if transform.data else may_keep
        stands = _RANK[transform.state][1]
        if transform.state == "verified":
            return keeps & ~hit, may_keep & ~hit
        return (keeps, may_keep) if stands is Standing.NOT_IN_EFFECT else (keeps & ~hit, may_keep)

    # -- analyses --------------------------------------------------------------------------------------------------

    @cached_property
    def _order(self) -> tuple[tuple[int, ...], ...]:
        """The strongly connected components, sources first (networkx yields them sinks first)."""
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(len(self.nodes)))
        graph.add_edges_from((e.origin, e.target) for e in self.edges)
        return tuple(tuple(sorted(c)) for c in reversed(list(nx.strongly_connected_components(graph))))

    def _propagate(self, seeds: Sequence[int], passes: Callable[[Edge, int], int]) -> list[int]:
        """The least fixed point of ``reach[target] |= passes(edge, reach[origin])`` above the seeds."""
        reach = list(seeds)
        for component in self._order:
            todo = deque(component)
            waiting = set(component)
            inside = waiting.copy() if len(component) > 1 else set()
            while todo:
                node = todo.popleft()
                waiting.discard(node)
                bits = reach[node]
                if not bits:
                    continue
                for edge in self.out[node]:
                    new = passes(edge, bits)
                    if new & ~reach[edge.target]:
                        reach[edge.target] |= new
                        if edge.target in inside and edge.target not in waiting:
                            todo.append(edge.target)
                            waiting.add(edge.target)
        return reach

    # -- safeguards ------------------------------------------------------------------------------------------------

    @cached_property
    def _sites(self) -> tuple[dict[int, list[Statement]], dict[str, list[Statement]], dict[str, list[Statement]]]:
        """Statements by node, by flow, and by use (including what stands on a use's purpose)."""
        nodes: dict[int, list[Statement]] = {}
        flows: dict[str, list[Statement]] = {}
        uses: dict[str, list[Statement]] = {}
        operated: dict[str, list[str]] = {}
        for name, system in self.program.systems.items():
            operated.setdefault(system.operator, []).append(name)
        for name, guard in self.program.safeguards.items():
            statement = Statement(guard.kind, guard.state, ("safeguards", name))
            for place in (*guard.on.system, *guard.on.population):
                nodes.setdefault(self.index[place], []).append(statement)
            for party in guard.on.party:
                for place in operated.get(party, ()):
                    nodes.setdefault(self.index[place], []).append(statement)
            for flow in guard.on.flow:
                flows.setdefault(flow, []).append(statement)
            for use in _uses_of(self.program, guard.on):
                uses.setdefault(use, []).append(statement)
        for name, entry in self.program.flows.items():
            for i, transform in enumerate(entry.transforms):
                address: Address = ("flows", name, "transforms", i)
                flows.setdefault(name, []).append(Statement(transform.kind, transform.state, address))
        return nodes, flows, uses

    def overall(self, kind: str, controller: str, population: str, use: str) -> list[Statement]:
        """Statements that cover a whole operation: on the program, its controller or its use, or by a notice."""
        found = [
            Statement(g.kind, g.state, ("safeguards", name))
            for name, g in self._broad.items()
            if g.on.program or controller in g.on.party
        ]
        told = [
            Statement(fulfilled, notice.state, ("notices", name))
            for name, notice in self.notices_to.get(population, ())
            if not notice.about or use in notice.about
            for fulfilled in notice.fulfils
        ]
        return [s for s in (*found, *told, *self._sites[2].get(use, ())) if s.bears_on(kind)]

    @cached_property
    def notices_to(self) -> Mapping[str, list[tuple[str, Notice]]]:
        """The notices, by each population that they are given to."""
        return _by_each(self.program.notices, lambda notice: notice.to)

    @cached_property
    def choices_of(self) -> Mapping[str, list[tuple[str, Choice]]]:
        """The choices, by each population that has them."""
        return _by_each(self.program.choices, lambda choice: choice.of)

    @cached_property
    def incidents_at(self) -> Mapping[str, list[tuple[str, Incident]]]:
        """The incidents, by each system that they happened at."""
        return _by_each(self.program.incidents, lambda incident: incident.at)

    def stated(self, fact: str, use: str) -> Iterable[tuple[str, StatedFact]]:
        """The statements by hand of a fact that may concern a use, in the program's order."""
        found = (*self._stated.get((fact, None), ()), *self._stated.get((fact, use), ()))
        return ((name, entry) for _, name, entry in sorted(found, key=itemgetter(0)))

    @cached_property
    def _stated(self) -> Mapping[tuple[str, str | None], list[tuple[int, str, StatedFact]]]:
        """The statements by hand with their numbers, by fact and by use (None where they name none)."""
        found: dict[tuple[str, str | None], list[tuple[int, str, StatedFact]]] = {}
        for number, (name, entry) in enumerate(self.program.facts.items()):
            for use in dict.fromkeys(entry.on.use) or (None,):
                found.setdefault((entry.fact, use), []).append((number, name, entry))
        return found

    @cached_property
    def _broad(self) -> dict[str, Safeguard]:
        return {n: g for n, g in self.program.safeguards.items() if g.on.program or g.on.party}

    def protection(self, kind: str) -> Protection | None:
        """Where data get past a safeguard; None where no system, population or flow says anything about it."""
        if kind not in self._protections:
            self._protections[kind] = self._protection(kind)
        return self._protections[kind]

    def _protection(self, kind: str) -> Protection | None:
        at_node = {
            n: s for n, said in self._sites[0].items() if (s := standing(x for x in said if x.bears_on(kind)))
        }
        at_flow = {
            f: s for f, said in self._sites[1].items() if (s := standing(x for x in said if x.bears_on(kind)))
        }
        if not at_node and not at_flow:
            return None
        closed = terms(Kind.SAFEGUARD)[kind].unstated == "absent"
        size = len(self.lots)
        low = (1 << size) - 1

        def bare(edge: Edge, bits: int) -> int:
            good = Standing.IN_EFFECT in (at_flow.get(edge.flow), at_node.get(edge.target))
            return 0 if good else bits & edge.may_keep

        def failing(edge: Edge, bits: int) -> int:
            # The upper half of the set holds the lots that have met a failed safeguard on the way.
            here = (at_flow.get(edge.flow), at_node.get(edge.target))
            if Standing.IN_EFFECT in here or Standing.OPEN in here:
                return 0
            quiet, met = bits & low & edge.may_keep, (bits >> size) & edge.may_keep
            if Standing.NOT_IN_EFFECT in here:
                return quiet | (quiet | met) << size
            return quiet | met << size

        seeds, marked = [], []
        for node, name in enumerate(self.nodes):
            here = at_node.get(node)
            bits = self.of_population.get(name, 0)
            seeds.append(0 if here is Standing.IN_EFFECT else bits)
            start = 0 if here in (Standing.IN_EFFECT, Standing.OPEN) else bits
            marked.append(start | (start << size if closed or here is Standing.NOT_IN_EFFECT else 0))
        halves = self._propagate(marked, failing)
        return Protection(self._propagate(seeds, bare), [h & low for h in halves], [h >> size for h in halves])

    def statements(self, nodes: Iterable[str], flows: Iterable[str]) -> tuple[Statement, ...]:
        """Everything that the model says about safeguards on the nodes and flows, in its own order."""
        at_node, at_flow, _ = self._sites
        found = {s for n in nodes for s in at_node.get(self.index[n], ())}
        found.update(s for f in flows for s in at_flow.get(f, ()))
        return tuple(sorted(found, key=self._said.__getitem__))

    @cached_property
    def _said(self) -> Mapping[Statement, int]:
        """The number of every statement on a system, population or flow: first those on nodes, then those on flows."""
        nodes, flows, _ = self._sites
        return {s: i for i, s in enumerate(dict.fromkeys(s for x in (*nodes.values(), *flows.values()) for s in x))}

    # -- paths -----------------------------------------------------------------------------------------------------

    def witness(self, lots: int, target: str, avoiding: str | None = None) -> tuple[str, ...]:
        """The shortest chain of flows by which one of the lots reaches ``target``, as flow ids; () where none does.

        ``avoiding`` names a safeguard that must not be in effect anywhere on the chain. Breadth-first, O(V + E).
        """
        goal = self.index[target]
        good_nodes: set[int] = set()
        good_flows: set[str] = set()
        if avoiding is not None:
            nodes, flows, _ = self._sites
            for n, said in nodes.items():
                if standing(s for s in said if s.bears_on(avoiding)) is Standing.IN_EFFECT:
                    good_nodes.add(n)
            for f, said in flows.items():
                if standing(s for s in said if s.bears_on(avoiding)) is Standing.IN_EFFECT:
                    good_flows.add(f)
        for bit, lot in ((1 << self._bit[lot], lot) for lot in self.unpack(lots)):
            start = self.index[lot.population]
            if start in good_nodes:
                continue
            came: dict[int, Edge] = {}
            todo = deque([start])
            while todo and goal not in came:
                node = todo.popleft()
                for edge in self.out[node]:
                    if (edge.may_keep & bit and edge.target not in came and edge.target != start
                            and edge.target not in good_nodes and edge.flow not in good_flows):
                        came[edge.target] = edge
                        todo.append(edge.target)
            if goal in came:
                chain: list[str] = []
                node = goal
                while node != start:
                    chain.append(came[node].flow)
                    node = came[node].origin
                return tuple(reversed(chain))
        return ()

    def towards(self, system: str) -> frozenset[int]:
        """The nodes from which a system can be reached, itself included."""
        if system not in self._towards:
            found = {self.index[system]}
            todo = deque(found)
            while todo:
                for edge in self.into[todo.popleft()]:
                    if edge.origin not in found:
                        found.add(edge.origin)
                        todo.append(edge.origin)
            self._towards[system] = frozenset(found)
        return self._towards[system]

    def ways(self, population: str, lots: int, ends: frozenset[int]) -> tuple[Edge, ...]:
        """The edges on which the population's lots move between the population and the ends (see ``towards``)."""
        start = self.index[population]
        seen, todo, found = {start}, deque([start]), []
        while todo:
            for edge in self.out[todo.popleft()]:
                if edge.target in ends and edge.may_keep & lots & self.may[edge.origin]:
                    found.append(edge)
                    if edge.target not in seen:
                        seen.add(edge.target)
                        todo.append(edge.target)
        return tuple(found)


T = TypeVar("T")


def _by_each(entries: Mapping[str, T], named: Callable[[T], Iterable[str]]) -> Mapping[str, list[tuple[str, T]]]:
    """The entries with their names, by each thing that they name."""
    found: dict[str, list[tuple[str, T]]] = {}
    for name, entry in entries.items():
        for thing in dict.fromkeys(named(entry)):
            found.setdefault(thing, []).append((name, entry))
    return found


@cache
def _related(wanted: str) -> tuple[frozenset[str], frozenset[str]]:
    """The categories that are cases of ``wanted``, and those that ``wanted`` is a case of."""
    known = terms(Kind.DATA)
    inside = frozenset(t for t in known if wanted in known[t].ancestors)
    return inside, known[wanted].ancestors - {wanted}


def _uses_of(program: Program, site: Site) -> list[str]:
    """The uses that a site names, directly or by their purpose."""
    if not site.purpose:
        return [*dict.fromkeys(site.use)]
    by_purpose = [
        name for name, use in program.uses.items()
        if any(is_a(Kind.PURPOSE, use.purpose, wanted) for wanted in site.purpose)
    ]
    return [*dict.fromkeys((*site.use, *by_purpose))]
