"""A document as a Word file, for journals that ask for one.

Pandoc writes it from its own document tree, which is built here without any markup in between:
text stays data. Figures become pictures, which Typst makes as it makes the PDF, with a drawing
beside each, which newer versions of Word show.
"""

import json
import tempfile
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from metasynth.language.languages import Language
from metasynth.report.document import Document, Figure, Landscape
from metasynth.report.render.compiled import compiled, forget
from metasynth.report.render.converter import pandoc
from metasynth.report.render.pandoc import PORTRAIT, WIDE, WIDTH_INCHES, tree
from metasynth.report.render.pictures import DRAWN, heading_foot, parts
from metasynth.report.render.typst import literal
from metasynth.report.render.vectors import drawings
from metasynth.report.render.word_package import finished

_PIXELS_PER_INCH = 220.0
_AT_ONCE = 40
"""Pictures that Typst makes together: of each it keeps some 10 MB until it is told to forget."""


def docx(document: Document, templates: Path, language: Language) -> bytes:
    """The Word file's bytes; the same document gives the same bytes.

    Paths in the document are relative to the working directory.

    Raises:
        subprocess.CalledProcessError: where pandoc fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures, vectors = _pictures(document, templates, folder)
        nodes = json.dumps(tree(document, pictures, language), ensure_ascii=False)
        (folder / "reference.docx").write_bytes(_reference(document, templates))
        moment = document.moment.timestamp()
        command = ("--from=json", "--to=docx", "--reference-doc=reference.docx")
        target = folder / "report.docx"
        written = f"--output={target.name}"
        pandoc((*command, written), nodes, folder, SOURCE_DATE_EPOCH=f"{moment:.0f}")
        return finished(target.read_bytes(), vectors)


def _pictures(
    document: Document, templates: Path, folder: Path
) -> tuple[dict[str, list[str]], dict[bytes, bytes]]:
    """The PNG in `folder` of each figure, by its SVG: one page of a Typst document each.

    A figure that is higher than paper has one for each of its parts. Beside each stands the same as
    SVG, by the bytes of the PNG.
    """
    found: dict[str, list[str]] = {}
    vectors: dict[bytes, bytes] = {}
    paths = dict.fromkeys(block.path for block in document.blocks if isinstance(block, Figure))
    drawn = [
        (path, page, drawing)
        for path in paths
        for page, drawing in zip(_pages(path), drawings(path, templates / "fonts"), strict=True)
    ]
    for first in range(0, len(drawn), _AT_ONCE):
        some = drawn[first : first + _AT_ONCE]
        images = _images([page for _, page, _ in some], templates / "fonts")
        for number, ((path, _, drawing), image) in enumerate(zip(some, images, strict=True), first):
            (folder / f"{number}.png").write_bytes(image)
            found.setdefault(path, []).append(f"{number}.png")
            vectors[image] = drawing.encode()
    return found, vectors


def _images(pages: Sequence[str], fonts: Path) -> Sequence[bytes]:
    """The PNG of each page."""
    setting = "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
    made = compiled(setting + "\n".join(pages), fonts, format="png", ppi=_PIXELS_PER_INCH)
    forget(fonts)
    return made if isinstance(made, list) else [made]


def _pages(path: str) -> list[str]:
    """The Typst page of a figure, or of each of its parts, which have the heading above them."""
    file = literal("/" + path)
    if not (cut := parts(path)):
        return [f"#page(image({file}, width: {WIDTH_INCHES}in))"]
    head, (_, tall) = heading_foot(path), cut[-1]
    whole = f"image({file}, width: {DRAWN}pt, height: {tall:.2f}pt)"

    def part(start: float, end: float) -> str:
        size = f"clip: true, width: {DRAWN}pt, height: {end - start:.2f}pt"
        return f"block(spacing: 0pt, box({size}, place(dy: {-start:.2f}pt, {whole})))"

    return [
        f"#page[{f'#{part(0.0, head)}' if start else ''}#{part(start, end)}]" for start, end in cut
    ]


def _reference(document: Document, templates: Path) -> bytes:
    """The file whose styles and last section's page Word takes: wide where the document turns."""
    wide = any(isinstance(block, Landscape) for block in document.blocks)
    made = BytesIO()
    source = zipfile.ZipFile(templates / "reference.docx")
    with source, zipfile.ZipFile(made, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if wide and entry.filename == "word/document.xml":
                content = content.replace(PORTRAIT.encode(), WIDE.encode())
            target.writestr(entry, content)
    return made.getvalue()
