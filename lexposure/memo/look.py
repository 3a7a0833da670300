"""The look of everything printed: faces, which are registered here, and colours."""

from pathlib import Path

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FONTS = Path(__file__).parent / "fonts"
SERIF, SANS = "SourceSerif4", "SourceSans3"
#: The faces are registered once; every style and table names its own, so that no default face gets into a file.
for _family in (SERIF, SANS):
    for _face in ("Regular", "Italic", "SemiBold"):
        pdfmetrics.registerFont(TTFont(f"{_family}-{_face}", str(_FONTS / f"{_family}-{_face}.ttf")))
    pdfmetrics.registerFontFamily(
        f"{_family}-Regular", normal=f"{_family}-Regular", bold=f"{_family}-SemiBold", italic=f"{_family}-Italic",
        boldItalic=f"{_family}-SemiBold",
    )

INK, FAINT, RULE, BAND, ACCENT = (HexColor(c) for c in ("#1b1f24", "#5d6670", "#c9ced4", "#f1f3f5", "#1f3d63"))
TONES: dict[str, Color] = {
    "breach": HexColor("#a4161a"), "arguable": HexColor("#b35c00"), "unknown": HexColor("#5a4a8a"),
    "clear": HexColor("#2d6a4f"), "met": HexColor("#a4161a"), "not met": HexColor("#2d6a4f"),
}
