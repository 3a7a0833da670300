"""Fewer nodes for a picture that would otherwise be illegible: nodes of one kind and place become one."""

from collections import defaultdict
from dataclasses import replace

from lexposure.memo.diagram.model import Diagram, Link, Node, Shape

_PLURAL: dict[Shape, str] = {"people": "populations", "system": "systems", "use": "uses", "party": "parties"}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _ranges(numbers: list[str]) -> str:
    """Numbers as a list with ranges, such as ``3–9, 12``; what is no number comes last as it is."""
    counted = sorted({int(number) for number in numbers if _is_number(number)})
    runs: list[list[int]] = []
    for number in counted:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    spans = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    others = [number for number in dict.fromkeys(numbers) if not _is_number(number)]
    return ", ".join((*spans, *others))


def collapse(diagram: Diagram, limit: int = 22) -> Diagram:
    """Above the limit, merge the nodes of one lane, stage and shape, and the links that thereby become parallel."""
    if len(diagram.nodes) <= limit:
        return diagram
    groups: dict[tuple[str, int, Shape], list[Node]] = defaultdict(list)
    for node in diagram.nodes:
        groups[node.lane, node.stage, node.shape].append(node)
    merged = {
        node.id: members[0]
        if len(members) == 1
        else replace(
            members[0],
            label=f"{len(members)} {_PLURAL[members[0].shape]}",
            sublabel=", ".join(member.label for member in members),
        )
        for members in groups.values()
        for node in members
    }

    bundles: dict[tuple[str, str, str], list[Link]] = defaultdict(list)
    for link in diagram.links:
        bundles[merged[link.origin].id, merged[link.target].id, link.style].append(link)
    return replace(
        diagram,
        nodes=tuple(dict.fromkeys(merged.values())),
        links=tuple(
            replace(links[0], number=_ranges([link.number for link in links]) if len(links) > 1 else links[0].number,
                    origin=origin, target=target)
            for (origin, target, _), links in bundles.items()
        ),
    )
