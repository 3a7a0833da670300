"""The Word file says what the document says, has Word's own headings, and shows hostile text as text."""

import io
import zipfile
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn

from lexposure.cli.main import cli
from lexposure.exposure.assess import assess
from lexposure.law.packs import load
from lexposure.memo.diagram.model import Diagram, Link, Node
from lexposure.memo.document import (
    Bars,
    Bullets,
    Curve,
    Document,
    Emphasis,
    Faint,
    Fan,
    FanRow,
    Heading,
    Mark,
    PageBreak,
    Paragraph,
    Picture,
    Signatures,
    Strong,
    Table,
    Tiles,
    Tornado,
    runs,
)
from lexposure.memo.docx import printable, render
from lexposure.memo.rendering import rendered, renderer
from lexposure.memo.risk_memo import Letterhead, risk_memo
from lexposure.program.reading import read_program
from lexposure.reading.diagnostics import InvalidInput

SMALLEST = Path(__file__).parents[1] / "good" / "smallest.yaml"
MAP = Diagram("Map", ("EEA", "US"), ("People", "Capture"), (
    Node("a", "Staff", "", "EEA", 0, "people"), Node("b", "Recorder", "", "US", 1, "system"),
    Node("c", "Idle", "", "US", 1, "system"),
), (Link("f1", "1", "a", "b", "flow"),))
HOSTILE = [
    ("<w:b/> & </w:t></w:r><w:fldSimple/>", "<w:b/> & </w:t></w:r><w:fldSimple/>"),
    ("&amp; &#65; ]]>", "&amp; &#65; ]]>"),
    ("nul\x00bell\x07esc\x1b", "nul[U+0000]bell[U+0007]esc[U+001B]"),
    ("del\x7fnel\x85", "del[U+007F]nel[U+0085]"),
    ("lone\ud800", "lone[U+D800]"),
    ("none\ufffe\uffff", "none[U+FFFE][U+FFFF]"),
    ("right\u202eto left", "right[U+202E]to left"),
    ("zero\u200bwidth", "zero[U+200B]width"),
    ("tab\tand\rreturn", "tab and return"),
    ("{ PAGE } DDEAUTO c:\\x http://example.org", "{ PAGE } DDEAUTO c:\\x http://example.org"),
    ("  spaces  ", "  spaces  "),
    ("Ștefan 數據 \U0001f600", "Ștefan 數據 \U0001f600"),
]


@cache
def memo(privileged: bool = False) -> Document:
    return risk_memo(assess(read_program(SMALLEST), load()), Letterhead("General Counsel", "Privacy team", privileged))


def small(*blocks: Any, title: str = "Memorandum", legend: str = "", running: str = "running") -> Document:
    return Document(title, "about", "author", legend, (("To", "x"),), running, "date", blocks)


def opened(document: Document) -> Any:
    return docx.Document(io.BytesIO(render(document)))


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name).decode()


def plain(text: Any) -> str:
    return "".join(run if isinstance(run, str) else run.text for run in runs(text))


def cells(table: Any) -> list[list[str]]:
    """The texts of a table, read fast: python-docx works out the grid anew for each cell."""
    return [["\n".join(p.text for p in cell.p_lst) for cell in row.tc_lst] for row in table._tbl.tr_lst]


# -- form --------------------------------------------------------------------------------------------------------------


def test_headings_are_words_own_and_in_order() -> None:
    found = [(p.text, int(p.style.name[-1])) for p in opened(memo()).paragraphs if p.style.name.startswith("Heading")]
    told = [(b.text, b.level) if isinstance(b, Heading) else (b.title, 1)
            for b in memo().blocks if isinstance(b, Heading | Picture)]
    assert found == told
    assert {level for _, level in told} >= {1, 2}


def test_headings_count_in_the_outline() -> None:
    styles = opened(small()).styles
    for level in (1, 2, 3):
        outline = styles[f"Heading {level}"].element.pPr.find(qn("w:outlineLvl"))
        assert outline.get(qn("w:val")) == str(level - 1)
    assert [p.style.name for p in opened(small(Heading("deep", 7))).paragraphs][-1] == "Heading 3"


def test_every_table_and_paragraph_is_whole() -> None:
    file = opened(memo())
    found = [cells(t) for t in file.tables]
    for block in memo().blocks:
        if isinstance(block, Table):
            rows = [list(block.head)] if block.head else []
            assert rows + [[plain(cell) for cell in row] for row in block.rows] in found
    said = [p.text for p in file.paragraphs]
    for block in memo().blocks:
        if isinstance(block, Paragraph):
            assert plain(block.text) in said
        if isinstance(block, Bullets):
            assert {plain(item) for item in block.items} <= set(said)


def test_the_front_page() -> None:
    file = opened(memo(privileged=True))
    assert [p.style.name for p in file.paragraphs[:2]] == ["Legend", "Title"]
    assert file.paragraphs[1].text == memo().title
    assert cells(file.tables[0]) == [[label, plain(value)] for label, value in memo().header]
    assert not any(p.style.name == "Legend" for p in opened(memo()).paragraphs)


def test_a_table_repeats_its_head_and_keeps_its_widths() -> None:
    table = opened(small(Table(("Name", "Sum"), (("a", "1"), ("b", "2")), (3, 1), (1,)))).tables[1]
    marks = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert marks == [True, False, False]
    first, second = (c.width for c in table.columns)
    assert first / second == pytest.approx(3, rel=0.001)
    assert [c.paragraphs[0].style.name for c in table.rows[1].cells] == ["Table Text", "Table Number"]
    assert all(c._tc.tcPr.find(qn("w:shd")) is not None for c in table.rows[0].cells)
    assert not any(c._tc.tcPr.find(qn("w:shd")) is not None for c in table.rows[1].cells)


def test_a_table_without_a_head_and_one_without_anything() -> None:
    tables = opened(small(Table((), (("a",),), (1,)), Table((), (), (1,)))).tables
    assert [cells(t) for t in tables[1:]] == [[["a"]]]


def test_tables_do_not_grow_together() -> None:
    table = Table((), (("a",),), (1,))
    body = opened(small(table, table)).element.body
    tags = [child.tag for child in body]
    assert not any(a == b == qn("w:tbl") for a, b in pairwise(tags))


def test_runs_look_as_they_are_meant() -> None:
    text = ("plain", Strong("strong"), Emphasis("emphasis"), Faint("faint"), Mark("breach", "breach"), Mark("odd", "?"))
    plain_, strong, emphasis, faint, mark, odd = opened(small(Paragraph(text))).paragraphs[-1].runs
    assert (plain_.bold, strong.bold, emphasis.italic, mark.bold, odd.bold) == (None, True, True, True, True)
    assert [str(r.font.color.rgb) for r in (faint, mark, odd)] == ["5D6670", "A4161A", "1B1F24"]


def test_kinds_of_paragraphs_lists_breaks_and_lines_to_sign_on() -> None:
    file = opened(small(Paragraph("a"), Paragraph("b", "small"), Paragraph("c", "callout"), Bullets(("d", "e\nf")),
                        PageBreak(), Signatures(("Prepared by", "Approved by"))))
    shown = [(p.style.name, p.text) for p in file.paragraphs if p.text][1:]
    assert shown == [("Normal", "a"), ("Small", "b"), ("Callout", "c"), ("List Bullet", "d"), ("List Bullet", "e\nf")]
    assert sum(bool(p.paragraph_format.page_break_before) for p in file.paragraphs) == 1
    assert [row[0] for row in cells(file.tables[-1])] == ["Prepared by", "Approved by"]


def test_running_lines_and_page_numbers() -> None:
    content = render(small(legend="Privileged", running="Program"))
    section = docx.Document(io.BytesIO(content)).sections[0]
    assert section.header.paragraphs[0].text == "Program\tPrivileged"
    assert section.footer.paragraphs[0].text.startswith("date\tPage ")
    fields = ElementTree.fromstring(part(content, "word/footer1.xml")).iter(qn("w:fldSimple"))
    assert [f.get(qn("w:instr")) for f in fields] == ["PAGE", "NUMPAGES"]


# -- drawings ----------------------------------------------------------------------------------------------------------


def test_a_curve_is_about_ten_points_and_its_marks() -> None:
    points = tuple((10.0 * i, 1 - i / 100) for i in range(1, 101))
    rows = cells(opened(small(Curve(points, (("95 %", 955.0), ("off", 5_000.0))))).tables[1])
    assert rows[0] == ["Loss above", "Probability", "Marked"]
    assert rows[1] == ["EUR 10", "99.0%", ""]
    assert rows[-2] == ["EUR 955", "4.5%", "95 %"]
    assert rows[-1] == ["EUR 1,000", "0.0%", ""]
    assert len(rows) == 12


def test_a_tornado_and_bars_are_their_rows() -> None:
    _, tornado, bars = opened(small(Tornado((("consent", 1e6, 9e6),), 5e6), Bars((("Ireland", 2e6, "; 12%"),)))).tables
    assert cells(tornado)[1:] == [["consent", "EUR 1 million", "EUR 5 million", "EUR 9 million"]]
    assert cells(bars)[1:] == [["Ireland", "EUR 2 million", "12%"]]


def test_a_fan_and_tiles_are_their_rows() -> None:
    rows = (FanRow("Ireland", (400, 900, 1_700), 0.62, 8), FanRow("Norway", None, 0.0, None))
    _, fan, tiles = opened(small(Fan(rows, 1_825), Tiles((("IE", 2e6), ("NO", 0.0), ("FR", 5e5)), ("NO", "IE")))).tables
    assert cells(fan)[1:] == [["Ireland", "62%", "400", "900", "1,700", "8"], ["Norway", "0%", "", "", "", ""]]
    assert cells(tiles)[1:] == [["NO", "EUR 0"], ["IE", "EUR 2 million"], ["FR", "EUR 500,000"]]


def test_drawings_of_nothing() -> None:
    file = opened(small(Curve((), ()), Tornado((), 0.0), Bars(()), Fan((), 365), Tiles((), ()), Signatures(())))
    assert len(file.tables) == 1


def test_a_picture_is_its_flows_with_what_stands_alone() -> None:
    file = opened(small(Picture("Data-flow map", MAP, "The caption.")))
    said = [p.text for p in file.paragraphs]
    assert said.index("Data-flow map") < said.index("The caption.")
    assert any("PDF" in text for text in said)
    assert cells(file.tables[1])[1:] == [["1", "Staff (EEA)", "Recorder (US)", "Crosses a border"]]
    assert any("Idle (US)" in text for text in said)


# -- hostile text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hostile", "shown"), HOSTILE)
def test_hostile_text_is_shown_as_text(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown
    picture = Picture(hostile, Diagram("", (hostile,), ("",), (Node("a", hostile, "", hostile, 0, "people"),), ()), hostile)
    document = Document(hostile, hostile, hostile, hostile, ((hostile, hostile),), hostile, hostile, (
        Heading(hostile), Paragraph(hostile), Bullets((Strong(hostile),)),
        Table((hostile,), ((Mark(hostile, hostile),),), (1,)), Tornado(((hostile, 1.0, 2.0),), 1.0),
        Bars(((hostile, 1.0, hostile),)), Curve(((1.0, 1.0), (9.0, 0.0)), ((hostile, 5.0),)),
        Signatures((hostile,)), picture))
    content = render(document)
    file = docx.Document(io.BytesIO(content))
    prose = ("Heading 1", "Title", "Normal", "List Bullet")
    assert [p.text for p in file.paragraphs if p.style.name in prose] == [shown] * 5
    assert cells(file.tables[1]) == [[shown], [shown]]
    assert file.core_properties.title == shown
    body = part(content, "word/document.xml")
    tags = {e.tag for e in ElementTree.fromstring(body).iter()}
    assert not tags & {qn(f"w:{name}") for name in ("fldSimple", "fldChar", "instrText", "hyperlink", "object", "drawing")}
    relations = part(content, "word/_rels/document.xml.rels")
    assert "External" not in relations
    assert "hyperlink" not in relations


def test_long_text_keeps_to_what_word_takes() -> None:
    long = "x" * 100_000
    file = opened(Document(long, long, long, long, (), long, long, (Heading(long), Table((long,), ((long,),), (1,)))))
    assert len(file.core_properties.title) == len(file.core_properties.author) == 255
    assert len(file.sections[0].header.paragraphs[0].text) < 200
    assert cells(file.tables[0]) == [[long], [long]]


# -- the same bytes ------------------------------------------------------------------------------------------------------


def test_the_same_document_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    first = render(memo())
    later = time.localtime(time.time() + 100_000_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    assert render(memo()) == first


def test_no_date_and_no_maker_but_ours() -> None:
    content = render(memo())
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in packed.namelist() if "thumbnail" in name or "app.xml" in name or "customXml" in name]
    told = docx.Document(io.BytesIO(content)).core_properties
    assert told.created == told.modified
    assert (told.created.year if told.created else 0) == 1980
    assert (told.author, told.last_modified_by, told.comments) == ("Privacy team", "lexposure", "")
    assert told.title == "Memorandum"


# -- which form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "start"), [
    ("a.pdf", b"%PDF"), ("-", b"%PDF"), ("A.PDF", b"%PDF"), ("a.docx", b"PK"), ("a.b/c.DocX", b"PK"),
])
def test_the_ending_decides(path: str, start: bytes) -> None:
    assert rendered(small(Paragraph("x")), path).startswith(start)


@pytest.mark.parametrize("path", ["", "memo", "memo.doc", "memo.odt", "memo.pdf.txt", "docx", "a\x00b"])
def test_another_ending_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        renderer(path)
    (fault,) = refused.value.diagnostics
    assert fault.code == "LX501"
    assert ".pdf" in fault.expected
    assert ".docx" in fault.expected


def test_memo_writes_what_the_ending_says(tmp_path: Path) -> None:
    for name in ("memo.docx", "again.docx"):
        result = CliRunner().invoke(cli, ["memo", str(SMALLEST), "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "memo.docx").read_bytes() == (tmp_path / "again.docx").read_bytes()
    assert docx.Document(str(tmp_path / "memo.docx")).paragraphs[0].text == "Memorandum"
    refused = CliRunner().invoke(cli, ["memo", str(SMALLEST), "-o", str(tmp_path / "memo.odt")])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.count("error[LX501]") == 1
    assert not (tmp_path / "memo.odt").exists()
