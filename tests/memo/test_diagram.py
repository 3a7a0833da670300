"""The data-flow diagram: legible by construction, the same every time, and safe with whatever people type."""

import random
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics import renderPDF

from lexposure.memo.diagram import Diagram, Link, Node, collapse, lay_out, to_svg
from lexposure.memo.diagram.drawing import FRAME, to_drawing
from lexposure.memo.diagram.text import width_of, wrap

LANES = ("United States", "European Union", "Nowhere", "Elsewhere")
STAGES = ("People", "Capture", "Storage", "Use")
SHAPES = ("people", "system", "use", "party")
STYLES = ("flow", "incidental", "transfer", "unintended", "doubtful")
WORDS = st.text(max_size=40)
SVG = "{http://www.w3.org/2000/svg}"


def node(name, lane=LANES[0], stage=0, shape="system", sublabel=""):
    return Node(name, name, sublabel, lane, stage, shape)


def diagram(nodes, pairs, lanes=LANES, style="flow"):
    links = tuple(Link(f"f{n}", str(n), origin, target, style) for n, (origin, target) in enumerate(pairs, 1))
    return Diagram("Flows", lanes, STAGES, tuple(nodes), links)


@st.composite
def diagrams(draw, text=WORDS, most=14):
    """Any diagram: cycles, loops, parallel and backward links, empty lanes, stages that have no heading."""
    count = draw(st.integers(0, most))
    nodes = tuple(
        Node(f"n{n}", draw(text), draw(text), draw(st.sampled_from(LANES[:2] + LANES[3:])),
             draw(st.integers(-1, 5)), draw(st.sampled_from(SHAPES)))
        for n in range(count)
    )
    ends = st.sampled_from([each.id for each in nodes]) if nodes else st.nothing()
    pairs = draw(st.lists(st.tuples(ends, ends, st.sampled_from(STYLES)), max_size=24 if nodes else 0))
    links = tuple(Link(f"f{n}", str(n), a, b, style) for n, (a, b, style) in enumerate(pairs, 1))
    return Diagram(draw(text), LANES, STAGES, nodes, links)


def on_border(point, box):
    x, y = point
    within = box.x - 0.01 <= x <= box.x + box.width + 0.01 and box.y - 0.01 <= y <= box.y + box.height + 0.01
    from_border = min(abs(x - box.x), abs(x - box.x - box.width), abs(y - box.y), abs(y - box.y - box.height))
    return within and from_border < 0.01


def runs_through(start, end, box):
    (x0, x1), (y0, y1) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return (
        x0 < box.x + box.width - 0.01 and box.x + 0.01 < x1 and y0 < box.y + box.height - 0.01 and box.y + 0.01 < y1
    )


def run_over_each_other(one, other):
    """Whether two segments share more than a point."""
    for level, along in ((1, 0), (0, 1)):
        if one[0][level] == one[1][level] == other[0][level] == other[1][level]:
            low = max(min(one[0][along], one[1][along]), min(other[0][along], other[1][along]))
            high = min(max(one[0][along], one[1][along]), max(other[0][along], other[1][along]))
            return high - low > 0.01
    return False


def check_legible(geometry):
    boxes = {box.id: box for box in geometry.boxes}
    for a, b in combinations(geometry.boxes, 2):
        assert a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
    for edge in geometry.edges:
        assert on_border(edge.points[0], boxes[edge.origin])
        assert on_border(edge.points[-1], boxes[edge.target])
        for start, end in pairwise(edge.points):
            assert start[0] == end[0] or start[1] == end[1]
            assert not any(runs_through(start, end, box) for box in geometry.boxes)
    for x, y in (point for edge in geometry.edges for point in edge.points):
        assert 0 < x < geometry.width
        assert 0 < y < geometry.height


@settings(max_examples=120, deadline=None)
@given(diagrams(), st.sampled_from([200.0, 770.0, 1400.0]))
def test_boxes_stand_apart_and_lines_lead_from_border_to_border_around_all_boxes(drawn, width):
    check_legible(lay_out(drawn, width))


@settings(max_examples=60, deadline=None)
@given(diagrams(text=st.just("")))
def test_no_line_runs_over_another(drawn):
    segments = [
        (edge.id, segment) for edge in lay_out(drawn, 770).edges for segment in pairwise(edge.points)
    ]
    for (one, a), (other, b) in combinations(segments, 2):
        assert one == other or not run_over_each_other(a, b)


@settings(max_examples=60, deadline=None)
@given(diagrams())
def test_each_box_stands_in_the_band_of_its_lane(drawn):
    geometry = lay_out(drawn, 770)
    band = dict(zip(drawn.lanes, geometry.bands, strict=True))
    lane = {each.id: each.lane for each in drawn.nodes}
    for box in geometry.boxes:
        own = band[lane[box.id]]
        assert own.y < box.y
        assert box.y + box.height < own.y + own.height


@settings(max_examples=40, deadline=None)
@given(diagrams())
def test_the_same_diagram_gives_the_same_picture(drawn):
    assert to_svg(lay_out(drawn, 770)) == to_svg(lay_out(drawn, 770))


@settings(max_examples=60, deadline=None)
@given(diagrams(text=st.text(st.characters(), max_size=60)))
def test_any_text_gives_well_formed_xml(drawn):
    svg = to_svg(lay_out(drawn, 770))
    root = ElementTree.fromstring(svg.encode("utf-8"))
    assert root.tag == f"{SVG}svg"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.floats(40, 200), st.integers(1, 3))
def test_wrapped_text_fits(text, room, lines):
    wrapped = wrap(text, room, 8.5, bold=True, lines=lines)
    assert len(wrapped) <= lines
    assert all(width_of(line, 8.5, bold=True) <= room for line in wrapped)


def test_hostile_text_is_shown_and_not_obeyed():
    hostile = "<script>alert('x')</script> & \"q\" \x00\x1b\ufffe\ud800 \u202eevil"
    drawn = Diagram(hostile, (hostile,), (hostile,), (Node("a", hostile, hostile, hostile, 0, "party"),),
                    (Link(hostile, hostile, "a", "a", "flow"),))
    svg = to_svg(lay_out(drawn, 770))
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg.encode("utf-8")).iter()}
    assert tags <= {"svg", "title", "rect", "g", "text", "path", "polygon"}
    assert "<script" not in svg
    assert not set(svg) & set("\x00\x1b\ufffe\ud800\u202e")
    to_drawing(lay_out(drawn, 770))


def test_right_to_left_text_keeps_its_letters():
    drawn = diagram([node("עובדים")], [])
    assert "עובדים" in to_svg(lay_out(drawn, 770))


def test_a_long_label_is_cut_with_an_ellipsis_and_told_whole_in_the_title():
    name = "Employees of the undertaking " * 9
    svg = to_svg(lay_out(diagram([node(name.strip())], []), 770))
    root = ElementTree.fromstring(svg)
    lines = [element.text for element in root.iter(f"{SVG}text")]
    assert any(line.endswith("…") for line in lines)
    assert name.strip() in [element.text for element in root.iter(f"{SVG}title")]


def test_a_link_between_lanes_is_drawn_as_a_transfer_whatever_its_style():
    nodes = [node("a"), node("b", stage=1), node("c", lane=LANES[1], stage=1)]
    geometry = lay_out(diagram(nodes, [("a", "b"), ("a", "c")]), 770)
    assert [edge.crossing for edge in geometry.edges] == [False, True]
    assert "transfer" in [sample.sign for sample in geometry.legend]
    assert "a → c (crosses a border)" in to_svg(geometry)
    geometry = lay_out(diagram(nodes, [("a", "c")], style="incidental"), 770)
    assert "a → c (incidental capture, crosses a border)" in to_svg(geometry)


def test_the_legend_shows_only_what_is_used():
    geometry = lay_out(diagram([node("a"), node("b", stage=1)], [("a", "b")]), 770)
    assert [sample.sign for sample in geometry.legend] == ["system", "flow"]


def test_neighbours_in_a_row_are_joined_by_a_straight_line():
    geometry = lay_out(diagram([node("a"), node("b", stage=1)], [("a", "b"), ("b", "a")]), 770)
    assert [len(edge.points) for edge in geometry.edges] == [2, 2]


def test_a_straight_line_stays_straight_beside_loops():
    pairs = [("a", "a")] * 3 + [("a", "b")] * 4
    geometry = lay_out(diagram([node("a"), node("b", stage=1)], pairs), 200)
    check_legible(geometry)
    assert [len(edge.points) for edge in geometry.edges][3:] == [2] * 4


def test_rows_are_chosen_to_avoid_crossings():
    nodes = [node("a"), node("b"), node("c", stage=1), node("d", stage=1)]
    geometry = lay_out(diagram(nodes, [("a", "d"), ("b", "c")]), 770)
    level = {box.id: box.y + box.height / 2 for box in geometry.boxes}
    assert level["a"] == level["d"]
    assert level["b"] == level["c"]


def test_an_empty_lane_and_an_empty_diagram_are_drawn():
    geometry = lay_out(diagram([], []), 770)
    assert [band.texts[0].text for band in geometry.bands] == list(LANES)
    assert all(band.height > 0 for band in geometry.bands)
    assert ElementTree.fromstring(to_svg(lay_out(Diagram("", (), (), (), ()), 770))) is not None


def test_numbers_stand_apart_in_an_ordinary_diagram():
    nodes = [
        *(node(f"p{n}", LANES[n % 2], 0, "people") for n in range(5)), node("agent", stage=1),
        node("store", stage=2), node("copy", LANES[1], 2), node("use", stage=3, shape="use"),
        node("vendor", LANES[3], 3, "party"),
    ]
    pairs = [
        *((f"p{n}", "agent") for n in range(5)), ("agent", "store"), ("store", "copy"), ("copy", "store"),
        ("store", "use"), ("use", "store"), ("use", "vendor"), ("store", "store"), ("vendor", "agent"),
    ]
    geometry = lay_out(diagram(nodes, pairs), 770)
    badges = [edge.badge for edge in geometry.edges]
    for a, b in combinations(badges, 2):
        assert (a.x - b.x) ** 2 + (a.y - b.y) ** 2 > (a.half + b.half) ** 2
    for badge in badges:
        assert not any(
            box.x < badge.x + badge.half and badge.x - badge.half < box.x + box.width
            and box.y < badge.y + badge.half and badge.y - badge.half < box.y + box.height
            for box in geometry.boxes
        )


def test_two_hundred_nodes_and_four_hundred_links_are_laid_out():
    dice = random.Random(7)
    nodes = [node(f"n{n}", dice.choice(LANES), dice.randrange(7), dice.choice(SHAPES)) for n in range(200)]
    pairs = [(dice.choice(nodes).id, dice.choice(nodes).id) for _ in range(400)]
    check_legible(lay_out(diagram(nodes, pairs), 770))


@settings(max_examples=60, deadline=None)
@given(diagrams(most=40), st.integers(0, 30))
def test_collapse_keeps_every_border_crossing_and_every_number(drawn, limit):
    collapsed = collapse(drawn, limit)
    if len(drawn.nodes) <= limit:
        assert collapsed == drawn
        return
    lane = {each.id: each.lane for each in drawn.nodes}
    assert {(lane[link.origin], lane[link.target]) for link in drawn.crossings()} == {
        (lane[link.origin], lane[link.target]) for link in collapsed.crossings()
    }
    cells = [(each.lane, each.stage, each.shape) for each in collapsed.nodes]
    assert len(set(cells)) == len(cells)
    shown = set()
    for part in (part for link in collapsed.links for part in link.number.split(", ")):
        first, _, last = part.partition("–")
        shown |= set(range(int(first), int(last or first) + 1))
    assert shown == set(range(1, len(drawn.links) + 1))


def test_collapse_names_what_it_merged():
    people = [node(f"p{n}", stage=0, shape="people") for n in range(3)]
    collapsed = collapse(diagram([*people, node("x", stage=1)], [(each.id, "x") for each in people]), limit=3)
    assert [(each.label, each.sublabel) for each in collapsed.nodes] == [("3 populations", "p0, p1, p2"), ("x", "")]
    assert [link.number for link in collapsed.links] == ["1–3"]


def test_the_drawing_is_full_size_if_it_fits_and_never_larger_than_its_frame():
    small = lay_out(diagram([node("a"), node("b", stage=1)], [("a", "b")]), FRAME[0])
    assert to_drawing(small).width == pytest.approx(small.width)
    large = lay_out(diagram([node(f"n{n}") for n in range(60)], []), 4000)
    drawing = to_drawing(large)
    assert drawing.width <= FRAME[0] + 0.01
    assert drawing.height <= FRAME[1] + 0.01


def test_the_drawing_makes_a_pdf_that_says_the_labels(tmp_path):
    import pypdf

    path = tmp_path / "flows.pdf"
    drawn = diagram([node("Employees", shape="people"), node("Agent", LANES[1], 1)], [("Employees", "Agent")])
    renderPDF.drawToFile(to_drawing(lay_out(drawn, 770)), str(path))
    text = pypdf.PdfReader(path).pages[0].extract_text()
    assert "Employees" in text
    assert "European Union" in text


@pytest.mark.parametrize(
    ("nodes", "pairs"),
    [([node("a"), node("a")], []), ([node("a", lane="Atlantis")], []), ([node("a")], [("a", "b")])],
)
def test_what_cannot_be_drawn_is_refused(nodes, pairs):
    with pytest.raises(ValueError, match=r"same id|in no lane|no node"):
        diagram(nodes, pairs)
