"""The charts show the figures that they are given, keep to their frame, and show users' words as words."""

import io
import math
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Circle, Drawing, PolyLine, Rect, String

from lexposure.memo import charts
from lexposure.memo.document import Bars, Block, Curve, Document, Tornado
from lexposure.memo.pdf import render

POINTS = ((1_000.0, 0.4), (100_000.0, 0.2), (10_000_000.0, 0.05), (1_000_000_000.0, 0.0))
ROWS = (("staff", 2e6, 9e6), ("users", 3e6, 5e6))
HOSTILE = [
    ("<b>x</b> & <i>", "<b>x</b> & <i>"), ("&amp; &#65;", "&amp; &#65;"), ("</text></svg>", "</text></svg>"),
    ("to\u202eleft", "to[U+202E]left"), ("be\x07ll", "be[U+0007]ll"), ("\U0001f600", "[U+1F600]"),
    ("{b} %s \\n", "{b} %s \\n"),
]


def page(*blocks: Block) -> str:
    """The text of a memo's page with these blocks."""
    document = Document("Memorandum", "", "", "", (("To", "x"),), "running", "date", blocks)
    return " ".join(PdfReader(io.BytesIO(render(document))).pages[0].extract_text().split())


def said(drawing: Drawing) -> list[str]:
    """The words in a drawing, in their order."""
    return [x.text for x in drawing.contents if isinstance(x, String)]


def bars_of(drawing: Drawing) -> list[Rect]:
    return [x for x in drawing.contents if isinstance(x, Rect)]


@pytest.mark.parametrize(("amount", "shown"), [
    (0, "0"), (999, "999"), (1_000, "1k"), (250_000, "250k"), (12_340_000, "12.3m"), (1_200_000_000, "1.2bn"),
])
def test_amounts_on_axes_are_short(amount: float, shown: str) -> None:
    assert charts.short(amount) == shown


def test_the_curve_falls_and_its_marks_lie_on_it() -> None:
    drawing = charts.exceedance(POINTS, (("95 %", 10_000_000), ("none such", 1e12)))
    line, = (x.points for x in drawing.contents if isinstance(x, PolyLine))
    across, up = line[::2], line[1::2]
    assert across == sorted(across)
    assert up == sorted(up, reverse=True)
    assert all(0 <= x <= drawing.width for x in across)
    assert all(0 <= y <= drawing.height for y in up)
    mark, = (x for x in drawing.contents if isinstance(x, Circle))
    assert (mark.cx, mark.cy) == (pytest.approx(across[2]), pytest.approx(up[2]))
    assert "95 %: 10m" in said(drawing)
    assert not any("none such" in words for words in said(drawing))


@pytest.mark.parametrize("points", [
    ((0.0, 0.0), (0.0, 0.0)), ((5.0, 1.0),), ((1.0, 0.003), (2.0, 0.001)), ((1e6, 1.0), (1e6, 1.0), (1e6, 0.0)),
], ids=["nothing at all", "one point", "next to nothing", "one amount"])
def test_a_curve_with_next_to_nothing_in_it_is_drawn(points: tuple[tuple[float, float], ...]) -> None:
    drawing = charts.exceedance(points, (("95 %", points[0][0]),))
    line, = (x.points for x in drawing.contents if isinstance(x, PolyLine))
    assert all(math.isfinite(x) for x in line)


def test_the_bars_of_a_tornado_reach_from_one_end_over_the_centre_to_the_other() -> None:
    drawing = charts.tornado(ROWS, 4e6)
    wide = bars_of(drawing)
    assert len(wide) == 2 * len(ROWS)
    for (_, low, high), left, right in zip(ROWS, wide[::2], wide[1::2], strict=True):
        assert left.x + left.width == pytest.approx(right.x)
        assert left.width / right.width == pytest.approx((4e6 - low) / (high - 4e6))
        assert left.strokeColor is right.strokeColor is None
    assert {"staff", "users", "2m", "9m", "as modelled: 4m"} <= set(said(drawing))


def test_bars_are_as_long_as_their_amounts() -> None:
    drawing = charts.bars((("IE", 8e6, "; most"), ("DE", 2e6, ""), ("FR", 0.0, "")))
    first, second, last = bars_of(drawing)
    assert first.width == pytest.approx(4 * second.width)
    assert 0 < last.width < 1
    assert [words for words in said(drawing) if words[0].isdigit()] == ["8m; most", "2m", "0"]


@pytest.mark.parametrize("drawing", [charts.tornado((), 0.0), charts.bars(()), charts.bars((("IE", 0.0, ""),))],
                         ids=["tornado", "bars", "nothing lost"])
def test_a_chart_of_nothing_is_drawn(drawing: Drawing) -> None:
    assert ElementTree.fromstring(renderSVG.drawToString(drawing)).tag.endswith("svg")


def test_a_long_label_is_cut_where_it_would_leave_the_frame() -> None:
    long = "x" * 200
    for drawing in (charts.tornado(((long, 1, 2),), 1), charts.bars(((long, 1, ""),))):
        cut, = (words for words in said(drawing) if words.startswith("x"))
        assert cut.endswith("x…")
        assert len(cut) < 50


def test_all_three_stand_in_a_memo() -> None:
    found = page(Curve(POINTS, (("95 %", 1e7),)), Tornado(ROWS, 4e6), Bars((("Ireland", 8e6, "; 80% of the worst"),)))
    for words in ("loss in euros (logarithmic)", "95 %: 10m", "as modelled: 4m", "staff", "Ireland", "8m; 80% of the worst"):
        assert words in found


@pytest.mark.parametrize(("hostile", "shown"), HOSTILE)
def test_users_words_in_a_label_are_shown_as_words(hostile: str, shown: str) -> None:
    found = page(Tornado(((hostile, 1e6, 2e6),), 1e6), Bars(((hostile, 1e6, f"; {hostile}"),)))
    assert found.count(shown) == 3


@pytest.mark.parametrize("hostile", ["<b>x</b> & <i>", "</text></svg>", "&amp; \"'"])
def test_users_words_do_not_break_an_svg(hostile: str) -> None:
    for drawing in (charts.tornado(((hostile, 1, 2),), 1), charts.bars(((hostile, 1, hostile),))):
        root = ElementTree.fromstring(renderSVG.drawToString(drawing))
        assert any(hostile in (element.text or "") for element in root.iter())


def report(*actual: float | None) -> dict[str, Any]:
    """A report of cases with these amounts, each predicted alike: the level's own number of euros."""
    quantiles = {level: float(level) for level in ("5", "10", "25", "50", "75", "90", "95")}
    return {"per_case": [{"actual_eur": x, "quantiles": quantiles} for x in actual]}


def test_the_plot_of_calibration_is_well_formed_and_counts_amounts_below_each_quantile() -> None:
    found = charts.calibration_plot(report(*range(1, 101), None, 0))
    root = ElementTree.fromstring(found)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "predicted quantile (100 amounts)" in {(e.text or "").strip() for e in root.iter()}
    # Amounts spread evenly lie on the diagonal: as far up as across.
    dots = [(float(e.attrib["cx"]), float(e.attrib["cy"])) for e in root.iter() if e.tag.endswith("circle")]
    assert len(dots) == 7
    for x, y in dots:
        assert y - 42 == pytest.approx(x - 46, abs=0.01)
    assert found == charts.calibration_plot(report(*range(1, 101), None, 0))


def test_the_plot_of_no_amount_at_all_is_well_formed() -> None:
    found = charts.calibration_plot({"per_case": [{"actual_eur": 5.0, "quantiles": None}]})
    assert b"(0 amounts)" in found
    assert ElementTree.fromstring(found) is not None
