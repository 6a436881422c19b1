"""What stands in every report is true of every review: nothing is presupposed that is not there."""

import html
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Review

pytestmark = pytest.mark.slow

PRESUPPOSED = {
    "en": ("is audited", "published review", "Rows marked", "is recomputed from its"),
    "pl": ("sprawdzany przegląd", "opublikowany przegląd", "oznaczone jako", "oblicza się z odset"),
}
"""Of an audit, an analysis as published, alternative readings, and derived counts."""
TOLD = {
    "en": (
        *("of the trial, or the review that is audited, states", "Rows marked"),
        *("and the one that repeats the published review, were", "is recomputed from its"),
    ),
    "pl": (
        *("publikacja badania lub sprawdzany przegląd,", "oznaczone jako"),
        *("główną oraz analizę powtarzającą opublikowany przegląd", "oblicza się z odset"),
    ),
}
"""The same where there is one, in its sentence."""


def text_of(page: str) -> str:
    content = re.sub(r"<(script|style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a review that audits nothing, in two languages."""
    from tests.reviews import copy_review

    review = copy_review("bcg", tmp_path_factory.mktemp("boilerplate") / "bcg")
    config = review.folder / "config.yaml"
    choices = config.read_text("utf-8").replace("languages: [en]", "languages: [en, pl]")
    unused = "  unused:\n    label: An analysis that no outcome names\n    model: IV\n"
    config.write_text(choices.replace("\nanalyses:\n", f"\nanalyses:\n{unused}"), encoding="utf-8")
    shutil.copytree(review.folder / "data/text/en", review.folder / "data/text/pl")
    pages = [f"results/report/review{mark}.html" for mark in ("", ".pl")]
    review.run(*pages)
    return review.folder


@pytest.mark.parametrize("code", PRESUPPOSED)
def test_nothing_is_presupposed_that_is_not_there(plain: Path, code: str) -> None:
    mark = "" if code == "en" else f".{code}"
    said = text_of(Review(plain).report(mark))
    assert [phrase for phrase in PRESUPPOSED[code] if phrase in said] == []
    assert "An analysis that no outcome names" not in said


@pytest.mark.parametrize("code", TOLD)
def test_what_is_there_is_told(finished: Callable[[str], Review], code: str) -> None:
    mark = "" if code == "en" else f".{code}"
    page = finished("anakinra").report(mark)
    said = text_of(page)
    assert [phrase for phrase in TOLD[code] if phrase not in said] == []
    assert 'class="draft"' not in page


ABSENT = {
    "en": {
        "16b": "name no study that looked eligible and was excluded",
        "18": "hold no judgement of it",
    },
    "pl": {
        "16b": "nie wymieniają badania, które wyglądało na kwalifikujące się",
        "18": "nie zawierają jego oceny",
    },
}
"""Items of PRISMA that the tables of BCG say nothing of."""


def answers(folder: Path, mark: str) -> dict[str, str]:
    """What the checklist of a review's supplement says where each item is answered."""
    page = (folder / f"results/report/supplement{mark}.html").read_text("utf-8")
    table = page.split('id="table-prisma"')[1].split("</table>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, flags=re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.DOTALL) for row in rows]
    return {text_of(row[0]): text_of(row[-1]) for row in cells if len(row) == 3}


@pytest.mark.parametrize("code", ABSENT)
def test_a_checklist_sends_nobody_to_what_is_not_there(plain: Path, code: str) -> None:
    found = answers(plain, "" if code == "en" else f".{code}")
    assert len(found) > 40
    assert {item for item, words in ABSENT[code].items() if words not in found[item]} == set()
    assert "regres" not in found["20c"]  # it has one, and the place of it is named


def test_a_checklist_names_the_place_of_what_is_there(
    finished: Callable[[str], Review],
) -> None:
    found = answers(finished("anakinra").folder, "")
    assert (found["16b"], found["18"]) == ("Flow of studies", "Risk of bias")
    assert found["20c"].startswith("No subgroups and no meta-regression")
