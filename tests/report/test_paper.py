"""The PDF's structure: what archives, screen readers and readers on paper need."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from tests.reviews import Review

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["anakinra", "bcg"])
def review(request: pytest.FixtureRequest, finished: Callable[[str], Review]) -> Review:
    return finished(request.param)


@pytest.fixture(scope="module")
def papers(review: Review) -> Iterator[dict[str, pikepdf.Pdf]]:
    """The PDF of each document, by the name of its file."""
    folder = review.folder / "results/report"
    found = {path.name: pikepdf.open(path) for path in sorted(folder.glob("*.pdf"))}
    yield found
    for pdf in found.values():
        pdf.close()


def test_it_claims_both_standards(papers: dict[str, pikepdf.Pdf]) -> None:
    for pdf in papers.values():
        with pdf.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
            assert said["pdfuaid:part"] == "1"


def test_it_has_a_title_and_a_language(papers: dict[str, pikepdf.Pdf]) -> None:
    for name, pdf in papers.items():
        code = "pl" if ".pl." in name else "en"
        assert str(pdf.Root.Lang).startswith(code)
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as said:
            assert said["dc:title"]


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Every element of the structure tree."""
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


def test_the_structure_is_that_of_the_page(papers: dict[str, pikepdf.Pdf], review: Review) -> None:
    for name, pdf in papers.items():
        path = review.folder / "results/report" / name
        page = path.with_suffix(".html").read_text(encoding="utf-8")
        kinds = [str(element.S) for element in elements(pdf.Root.StructTreeRoot)]
        assert kinds.count("/Table") == page.count("<table")
        figures = [e for e in elements(pdf.Root.StructTreeRoot) if e.S == "/Figure"]
        assert sum("/Alt" in figure for figure in figures) >= page.count("<figure")
        headings = sum(kinds.count(f"/H{level}") for level in range(1, 5))
        assert headings >= len(re.findall(r"<h[2-4] id=", page[page.index("<main") :]))


def test_bookmarks_lead_through_it(papers: dict[str, pikepdf.Pdf]) -> None:
    for pdf in papers.values():
        with pdf.open_outline() as outline:
            assert len(outline.root) >= 7
            assert any(item.children for item in outline.root)


def test_every_link_inside_it_leads_somewhere(papers: dict[str, pikepdf.Pdf]) -> None:
    for pdf in papers.values():
        pages = {page.obj.objgen for page in pdf.pages}
        links = [
            note
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if note.get("/Subtype") == "/Link"
        ]
        inside = [
            link for link in links if "/Dest" in link or link.get("/A", {}).get("/S") == "/GoTo"
        ]
        assert len(inside) > 5  # an article may cite its trials once
        for link in inside:
            (goal,) = (
                place[key]
                for place, key in ((link, "/Dest"), (link.get("/A", {}), "/D"))
                if key in place
            )
            if isinstance(goal, pikepdf.Array):
                assert goal[0].objgen in pages
            else:
                assert str(goal) in named(pdf)


def named(pdf: pikepdf.Pdf) -> set[str]:
    """The names of places in the document."""
    tree = pdf.Root.get("/Names", {}).get("/Dests")
    return set() if tree is None else set(pikepdf.NameTree(tree))


def test_every_raw_and_result_table_is_attached_as_it_is(
    papers: dict[str, pikepdf.Pdf], review: Review
) -> None:
    results = [*(review.folder / "results/tables").glob("*.csv")]
    raw = [*(review.folder / "data/raw").glob("*.csv")]
    trials = (review.folder / "data/raw/trials").glob("[!_]*/*.csv")
    expected = {named_by_folder(path): path.read_bytes() for path in (*results, *raw, *trials)}
    for file, pdf in papers.items():
        if not file.startswith("supplement"):
            assert not pdf.attachments
            continue
        found = {
            name: attachment.get_file().read_bytes() for name, attachment in pdf.attachments.items()
        }
        assert found == expected


def named_by_folder(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


def test_fonts_are_inside(papers: dict[str, pikepdf.Pdf]) -> None:
    for pdf in papers.values():
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary)]
        described = [f for f in fonts if f.get("/Type") == "/FontDescriptor"]
        assert described
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(f.keys()) for f in described)


def test_no_page_of_an_article_is_left_half_empty(review: Review) -> None:
    """What floats leaves its room to text: only the last page may end early."""
    for path in sorted((review.folder / "results/report").glob("review*.pdf")):
        with pikepdf.open(path) as pdf:
            for number, page in enumerate([*pdf.pages][:-1], start=1):
                assert widest_gap(page) < 0.3, f"{path.name}, page {number}"


def widest_gap(page: pikepdf.Page) -> float:
    """The widest band without text or figures between header and footer, as a share of the page."""
    height = float(page.mediabox[3])
    head, foot = 0.93 * height, 0.07 * height
    bands = [(0.0, foot), (head, height), *filled(page)]
    gap, reached = 0.0, 0.0
    for low, high in sorted(bands):
        gap, reached = max(gap, low - reached), max(reached, high)
    return gap / height


def filled(page: pikepdf.Page) -> Iterator[tuple[float, float]]:
    """From where to where each line of text and each figure reaches, from the foot of the page."""
    matrix, outer = pikepdf.Matrix(), list[pikepdf.Matrix]()
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                outer.append(matrix)
            case "Q":
                matrix = outer.pop()
            case "cm":
                matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
            case "Tm":
                y = matrix.transform((float(operands[4]), float(operands[5])))[1]
                yield y, y
            case "Do":
                drawn = page.resources.XObject[str(operands[0])]
                box = pikepdf.Rectangle(*map(float, drawn.get("/BBox", [0, 0, 1, 1])))
                inner = pikepdf.Matrix(*map(float, drawn.get("/Matrix", [1, 0, 0, 1, 0, 0])))
                placed = (inner @ matrix).transform(box)
                yield placed.lly, placed.ury
