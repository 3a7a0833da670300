"""Processing operations: what the flow graph yields and the law is asked about."""

from dataclasses import dataclass
from functools import cached_property

from lexposure.program.checks import controllers
from lexposure.program.graph import Edge, FlowGraph, Lot, Standing, Statement, standing
from lexposure.program.model import Party, Population, Use
from lexposure.vocabulary import Kind, terms


@dataclass(frozen=True)
class Operation:
    """One controller, one population, one use, with the lots that reach it.

    ``surely`` and ``may`` are bit sets of lots (see FlowGraph): what certainly and what possibly reaches the use.
    """

    graph: FlowGraph
    controller: str
    population: str
    use: str
    surely: int
    may: int

    @property
    def id(self) -> str:
        """Stable across runs: controller, population, use."""
        return f"{self.controller}/{self.population}/{self.use}"

    @property
    def party(self) -> Party:
        """The controller."""
        return self.graph.program.parties[self.controller]

    @property
    def people(self) -> Population:
        """The population."""
        return self.graph.program.populations[self.population]

    @property
    def purpose(self) -> Use:
        """The use."""
        return self.graph.program.uses[self.use]

    @cached_property
    def lots(self) -> tuple[Lot, ...]:
        """All lots that possibly reach the use."""
        return tuple(self.graph.unpack(self.may))

    @cached_property
    def categories(self) -> tuple[frozenset[str], frozenset[str]]:
        """The data categories that surely, and those that possibly, reach the use."""
        return (frozenset(lot.category for lot in self.graph.unpack(self.surely)),
                frozenset(lot.category for lot in self.lots))

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every edge on which these data move on the way to the use."""
        return self.graph.ways(self.population, self.may, self.graph.towards(self.purpose.at))

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The systems that these data pass or rest in, in order of their first flow."""
        return tuple(dict.fromkeys(self.graph.nodes[e.target] for e in self.edges))

    @cached_property
    def captures(self) -> tuple[str, ...]:
        """The flows by which these data are first captured."""
        start = self.graph.index[self.population]
        return tuple(e.flow for e in self.edges if e.origin == start)

    @cached_property
    def disclosures(self) -> tuple[Edge, ...]:
        """The edges by which these data go on to parties, from any system they pass."""
        return tuple(
            edge for system in self.systems for edge in self.graph.out[self.graph.index[system]]
            if self.graph.nodes[edge.target] in self.graph.program.parties
            and edge.may_keep & self.graph.may[edge.origin] & self.graph.of_population[self.population]
        )

    def path(self, avoiding: str | None = None) -> tuple[str, ...]:
        """A chain of flows from the population to the use; with ``avoiding``, one without that safeguard."""
        return self.graph.witness(self.may, self.purpose.at, avoiding)

    def protected(self, kind: str) -> tuple[bool | None, tuple[Statement, ...]]:
        """Whether a safeguard is in effect on every path, and the statements that say so.

        True: in effect on all of them. False: on some path it is surely not. None: it depends on what nobody stated.
        """
        overall = self.graph.overall(kind, self.controller, self.population, self.use)
        total = standing(overall)
        said = tuple(dict.fromkeys((*overall, *(s for s in self._on_the_way if s.bears_on(kind)))))
        if total is Standing.IN_EFFECT:
            return True, said
        protection = self.graph.protection(kind)
        closed = terms(Kind.SAFEGUARD)[kind].unstated == "absent"
        if protection is None:
            if total is None:
                return (False if closed else None), said
            return (None if total is Standing.OPEN else False), said
        at = self.graph.index[self.purpose.at]
        if not self.may & protection.bare[at]:
            return True, said
        if total is Standing.OPEN:
            return None, said
        missing = protection.quiet if total is Standing.NOT_IN_EFFECT else protection.failing
        return (False if self.may & missing[at] else None), said

    @cached_property
    def _on_the_way(self) -> tuple[Statement, ...]:
        """The statements about safeguards that stand on this operation's paths."""
        return self.graph.statements((self.population, *self.systems), (e.flow for e in self.edges))


def operations(graph: FlowGraph) -> tuple[Operation, ...]:
    """Every operation of a program, in the order of its uses and populations. Linear in uses plus lots at uses."""
    program = graph.program
    found: list[Operation] = []
    for name, use in program.uses.items():
        at = graph.index[use.at]
        surely, may = graph.surely[at], graph.may[at]
        if use.data:
            inside, around = graph.of_categories(use.data)
            surely, may = surely & inside, may & around
        people = dict.fromkeys(lot.population for lot in graph.unpack(may))
        for population in people:
            if use.populations and population not in use.populations:
                continue
            mask = graph.of_population[population]
            found.extend(
                Operation(graph, controller, population, name, surely & mask, may & mask)
                for controller in controllers(program, name)
            )
    return tuple(found)
