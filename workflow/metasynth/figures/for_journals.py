"""Figures in the forms that journals ask for, made of their SVG: PDF, PNG and TIFF.

EPS is not made: it knows no transparency, which confidence bands and bubbles need.
"""

import io
from datetime import datetime
from pathlib import Path
from typing import cast

FORMS = ("pdf", "png", "tiff")


def converted(svg: Path, form: str, width: float, dpi: int, moment: datetime, fonts: Path) -> bytes:
    """A figure's file: `width` in millimetres, pixels of PNG and TIFF at `dpi`.

    PDF keeps lines and letters, with the fonts in it; `moment` is the time that it claims.

    Raises:
        typst.TypstError: where the SVG cannot be read.
    """
    from typst import Compiler, Fonts

    page = f"#set page(width: {width:g}mm, height: auto, margin: 0pt, fill: white)"
    text = f'{page}\n#image("/{svg.name}", width: 100%)\n'
    compiler = Compiler(
        text.encode(),
        root=str(svg.parent),
        font_paths=Fonts(include_system_fonts=False, font_paths=[str(fonts)]),
    )
    if form == "pdf":
        return cast(bytes, compiler.compile(format="pdf", timestamp=moment))
    return _pixels(cast(bytes, compiler.compile(format="png", ppi=float(dpi))), form, dpi)


def _pixels(png: bytes, form: str, dpi: int) -> bytes:
    """Pixels without transparency that say how many of them are an inch."""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        options = {"compression": "tiff_lzw"} if form == "tiff" else {"optimize": False}
        image.convert("RGB").save(out, format=form.upper(), dpi=(dpi, dpi), **options)
    return out.getvalue()
