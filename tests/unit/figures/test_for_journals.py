"""Figures in the forms that journals ask for: size, pixels, letters, and the same bytes again."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from tests.figure_cases import cases

from metasynth.figures.canvas.svg import render
from metasynth.figures.draw import draw
from metasynth.figures.for_journals import converted

FONTS = Path(__file__).parents[3] / "workflow/report/fonts"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def svg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    drawing = draw(cases()["bcg"], "forest")
    text = render(drawing.figure, id_prefix="a", title=drawing.title, description="")
    path = tmp_path_factory.mktemp("figures") / "forest.svg"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [84.0, 178.0])
@pytest.mark.parametrize("form", ["png", "tiff"])
@pytest.mark.parametrize("dpi", [300, 600])
def test_pixels_have_the_width_and_the_resolution_that_were_asked_for(
    svg: Path, form: str, width: float, dpi: int
) -> None:
    made = converted(svg, form, width, dpi, NOON, FONTS)
    with Image.open(io.BytesIO(made)) as image:
        assert image.format == form.upper()
        assert image.mode == "RGB"
        assert image.width == pytest.approx(width / 25.4 * dpi, abs=1)
        assert image.info["dpi"] == pytest.approx((dpi, dpi), rel=1e-3)
        assert image.getpixel((1, 1)) == (255, 255, 255)
        assert len(image.getcolors(2**24) or ()) > 50  # something is drawn


def test_a_pdf_has_the_width_letters_and_their_fonts(svg: Path) -> None:
    made = converted(svg, "pdf", 84.0, 300, NOON, FONTS)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        (page,) = pdf.pages
        left, _, right, _ = (float(x) for x in page.mediabox)
        assert right - left == pytest.approx(84 / 25.4 * 72, abs=0.1)
        assert b"SourceSans3" in b"".join(
            str(one.get("/BaseFont", "")).encode() for one in pdf.objects if hasattr(one, "get")
        )


@pytest.mark.parametrize("form", ["pdf", "png", "tiff"])
def test_the_same_bytes_are_made_again(svg: Path, form: str) -> None:
    one, two = (converted(svg, form, 84.0, 300, NOON, FONTS) for _ in range(2))
    assert one == two
