"""The form that a file's name asks for. Each renderer is imported only where it is needed."""

from collections.abc import Callable

from lexposure.memo.document import Document


def _pdf(document: Document) -> bytes:
    from lexposure.memo.pdf import render

    return render(document)


def _docx(document: Document) -> bytes:
    from lexposure.memo.docx import render

    return render(document)


_FORMS = {".pdf": _pdf, ".docx": _docx}


def renderer(path: str) -> Callable[[Document], bytes]:
    """What writes a document in the form that the name's ending says; ``-`` means PDF. Raises InvalidInput."""
    from lexposure.reading.diagnostics import Diagnostic, InvalidInput

    if path == "-":
        return _pdf
    for ending, make in _FORMS.items():
        if path.lower().endswith(ending):
            return make
    raise InvalidInput([Diagnostic("LX501", f"`{path}` says no form of a document", None, "",
                                   "a file that ends in `.pdf` or `.docx`, or `-` for a PDF on standard output")])


def rendered(document: Document, path: str) -> bytes:
    """The document in the form that the path's ending says. Raises InvalidInput."""
    return renderer(path)(document)
