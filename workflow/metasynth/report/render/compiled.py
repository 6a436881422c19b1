"""What Typst makes of a source: a PDF, or each page as a picture."""

from pathlib import Path
from typing import Any

_KEPT = 10
"""What Typst worked out it keeps until so many compilations had no use for it."""


def compiled(source: str, fonts: Path, **how: Any) -> Any:
    """The bytes of a PDF, or of the picture of a page or each page in a list; `how` as Typst takes
    it. Paths in the source are relative to the working directory.

    Raises:
        typst.TypstError: where the document cannot be set, with Typst's own explanation.
    """
    from typst import Compiler, Fonts

    known = Fonts(include_system_fonts=False, font_paths=[str(fonts)])
    return Compiler(source.encode(), root=".", font_paths=known).compile(**how)


def forget(fonts: Path) -> None:
    """Let go of what Typst keeps of earlier documents: of a report's figures 300 MB, which another
    document, whose figures have other fonts or words, has no use for.
    """
    for _ in range(_KEPT + 1):
        compiled("", fonts, format="svg")
