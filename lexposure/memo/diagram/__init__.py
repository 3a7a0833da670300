"""The data-flow diagram with a swim lane per jurisdiction; :mod:`.drawing` (PDF) is imported only by who needs it."""

from lexposure.memo.diagram.collapse import collapse
from lexposure.memo.diagram.layout import lay_out
from lexposure.memo.diagram.model import Diagram, Geometry, Link, Node
from lexposure.memo.diagram.svg import to_svg

__all__ = ["Diagram", "Geometry", "Link", "Node", "collapse", "lay_out", "to_svg"]
