"""Small texts become the report's two documents: numbering, references, links, refusals."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from tests import made_up
from tests.examples import ANAKINRA, pooled

from metasynth.audit.reproduction import reproduce
from metasynth.audit.run import audit
from metasynth.core import bibtex
from metasynth.core.paths import WORKFLOW
from metasynth.grade.certainty import assess_all
from metasynth.grade.conclusions import conclude
from metasynth.grade.summary_of_findings import summary
from metasynth.language.languages import ENGLISH, speak
from metasynth.model.robustness_config import MultiverseChoices
from metasynth.report.compose import Report, ReportError, compose
from metasynth.report.document import (
    Citation,
    Document,
    Figure,
    Heading,
    Link,
    Paragraph,
    References,
    Row,
    Table,
    anchors,
    numbers,
    plain,
)
from metasynth.report.material import Material, Scope
from metasynth.report.tables import index
from metasynth.report.tables.studies import arms_table
from metasynth.report.tables.trials import trials_table
from metasynth.report.text.checklists import KNOWN
from metasynth.review.load import load_review
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.extraction import extraction
from metasynth.sensitivity.multiverse import multiverse
from metasynth.sensitivity.robustness import Stability
from metasynth.sensitivity.sequential import sequential

BOOKS = """@article{one, title={First}, author={Ann, A.}, year={2001}}
@article{two, title={Second}, author={Ben, B.}, year={2002}}
"""
DRAWN = '<svg xmlns="http://www.w3.org/2000/svg"><title>Seen</title><desc>At length</desc></svg>'
ANSWERED = "".join(f"{{prisma:{item}}}" for item in sorted(KNOWN))
KINDS = ("COMPARISONS", "ONE_GROUP", "MIXED", "CONVERTED", "ANAKINRA")
CHOICES = MultiverseChoices(leave_one_out=False, multi_arm=("combine",), tau2=("REML",))
Say = Callable[..., Report]


@cache
def material(kind: str, folder: Path) -> Material:
    """A review, pooled, rated and audited, with two drawings of its first outcome.

    It is made up of a kind, or this project's own.
    """
    source = ANAKINRA if kind == "ANAKINRA" else folder
    folder.mkdir(exist_ok=True)
    if source == folder:
        getattr(made_up, kind).write(folder)
    review = load_review(source / "config.yaml", source)
    config, trials = review.config, review.trials
    found = [pooled(config, trials, outcome) for outcome in config.outcomes]
    results = tuple(result for result, _ in found)
    sensitivities = {result.outcome.id: battery(result) for result in results}
    rules = config.certainty
    ratings = assess_all(results, rules, review.certainty, trials, tuple(sensitivities.values()))
    (folder / "drawn.svg").write_text(DRAWN, encoding="utf-8")
    first = results[0].outcome.id
    books = BOOKS + (source / "data/raw/references.bib").read_text("utf-8")
    return Material(
        config=replace(config, text=str(folder / "own")),
        trials=trials,
        results=results,
        reproductions=tuple(reproduce(review.claims, results)),
        bibliography={entry.key: entry for entry in bibtex.parse(books, "references.bib")[0]},
        figures={f"{first}/{name}": str(folder / "drawn.svg") for name in ("forest", "funnel")},
        sensitivities=sensitivities,
        versions=(("numpy", "1"),),
        claims=review.claims,
        audit=tuple(audit(review.claims, results, trials, config.comparisons)),
        search=review.search,
        flow=review.flow,
        ratings=ratings,
        findings=tuple(summary(results, rules, ratings)),
        conclusions=tuple(conclude(results, rules, ratings)),
        stability={
            result.outcome.id: Stability(
                extraction(result, used), multiverse(result, used, CHOICES), sequential(result)
            )
            for result, used in found
        },
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reviews")


@pytest.fixture
def say(home: Path, tmp_path: Path) -> Say:
    """Composes a report of sections, given as Markdown by their names."""
    for name in ("references.csl", "methods.bib"):
        (tmp_path / name).write_bytes((WORKFLOW / "report" / name).read_bytes())

    def composed(
        kind: str = "COMPARISONS", code: str = "en", answered: str = ANSWERED, **sections: str
    ) -> Report:
        (tmp_path / code).mkdir(exist_ok=True)
        sections = {"checklist": f"# Answers {{anchor:answers}}\n\nSaid.{answered}\n", **sections}
        for name, markdown in sections.items():
            (tmp_path / code / f"{name}.md").write_text(markdown, encoding="utf-8")
        return compose(material(kind, home / kind), speak(code), tmp_path)

    return composed


def of(document: Document, kind: type) -> list:
    return [block for block in document.blocks if isinstance(block, kind)]


def links(part: object) -> Iterator[Link]:
    if isinstance(part, Link):
        yield part
    if isinstance(part, tuple):
        for item in part:
            yield from links(item)
    elif hasattr(part, "__dataclass_fields__"):
        yield from links(tuple(getattr(part, name) for name in part.__dataclass_fields__))


def test_each_document_numbers_its_own(say: Say, home: Path) -> None:
    first = material("COMPARISONS", home / "COMPARISONS").results[0].outcome.id
    report = say(
        article_results=f"{{table:trials}}\n\n{{table:summary}}\n\n{{figure:{first}}}\n",
        results=f"{{table:arms}}\n\n{{figures:{first}}}\n",
    )
    article, supplement = report
    assert [table.number for table in of(article, Table)] == ["1", "2"]
    assert [table.number for table in of(supplement, Table)] == ["S1"]
    assert [(f.number, f.anchor) for f in of(article, Figure)] == [("1", f"fig-{first}")]
    # the forest plot stands by itself; an outcome's further figures follow together
    assert [(f.number, f.anchor) for f in of(supplement, Figure)] == [("S1", f"fig-{first}-funnel")]
    (figure,) = of(article, Figure)
    assert (figure.alt, plain(figure.description)) == ("Seen", "At length")
    assert (article.stem, article.sibling) == ("review", "supplement")
    assert article.elsewhere["table-arms"] == "S1"
    assert supplement.elsewhere["table-trials"] == "1"


def test_each_document_lists_what_it_cites_in_the_order_of_the_text(say: Say) -> None:
    report = say(
        introduction="As said [@two], and [@one; @two].\n",
        references="{list:references}\n",
        data="As said [@one].\n",
        supplement_references="{list:references}\n",
    )
    listed = [
        [anchor for anchor, _ in block.entries]
        for document in report
        for block in of(document, References)
    ]
    assert listed == [["ref-two", "ref-one"], ["ref-one"]]
    (entries,) = of(report.article, References)
    assert "Second" in plain(entries.entries[0][1])


def test_a_checklist_leads_to_the_answers_and_says_why_there_is_none(say: Say) -> None:
    without = ANSWERED.replace("{prisma:24b}", "").replace("{prisma:25}", "")
    report = say(
        answered=f"{without}\n\n{{prisma-none:24b}} No protocol was written.\n\n"
        "{prisma-none:25} Nobody paid.",
        certainty="{table:prisma}\n",
    )
    (table,) = of(report.supplement, Table)
    rows = {plain(row.cells[0]): row for row in table.rows if not row.heading}
    assert [link.target for link in links(rows["24a"])] == ["#answers"]
    assert "No protocol was written." in plain(rows["24b"].cells[2])
    assert not list(links(rows["24b"]))
    assert "Nobody paid." in plain(rows["25"].cells[2])


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("{table:nothing}\n", "there is no table 'nothing'"),
        ("{table:regression_rr_slip}\n", "rr_slip has no meta-regression"),
        ("{table:changes_rows}\n", "the report was given no changes"),
        ("See {table:trials}.\n", "must stand in a paragraph of its own"),
        ("{figure:nothing}\n", "there is no figure 'nothing'"),
        ("{list:nothing}\n", "there is no list 'nothing'"),
        ("As said [@nobody].\n", "nobody"),
        ("The risk was {{ nobody.effect }}.\n", "nobody"),
    ],
)
def test_what_does_not_exist_is_refused_with_its_place(say: Say, markdown: str, said: str) -> None:
    with pytest.raises(ReportError, match=said) as refused:
        say(results=markdown)
    assert "results.md" in str(refused.value)


def test_items_without_an_answer_are_named(say: Say) -> None:
    with pytest.raises(ReportError, match=r"reason: 13a \([^)]*\), 24a \([^)]*\)\.") as refused:
        say(answered=ANSWERED.replace("{prisma:13a}", "").replace("{prisma:24a}", ""))
    assert "{prisma:24a}" in str(refused.value)


def test_a_heading_over_nothing_is_no_answer(say: Say) -> None:
    rest = ANSWERED.replace("{prisma:4}", "")
    with pytest.raises(ReportError, match=r"reason: 4 \([^)]*\)\."):
        say(answered=rest, introduction="## The question {prisma:4}\n\n## Next\n\nText.\n")


@pytest.mark.parametrize("code", ["en", "pl"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_table_of_any_review_is_whole(say: Say, home: Path, kind: str, code: str) -> None:
    """As wide as its head, its numbers traced, its links leading somewhere."""
    made = material(kind, home / kind)
    mains = [r.outcome.id for r in made.results if not r.outcome.sensitivity_of]
    of_changes = {name for name in index.OF_THE_REVIEW if name.startswith("changes")}
    regressed = [o for o in mains if (r := made.sensitivities[o].regression) and r.slope]
    moderated = [o for o in mains if made.sensitivities[o].moderators]
    clustered = [o for o in mains if made.sensitivities[o].clusters]
    by_outcome = index.OF_AN_OUTCOME.keys() - {
        *("clusters", "components", "regression", "moderators", "profiles")
    }
    names = [
        *sorted(index.OF_THE_REVIEW.keys() - of_changes),
        *(f"{table}_{outcome}" for table in sorted(by_outcome) for outcome in mains),
        *(f"regression_{outcome}" for outcome in regressed),
        *(f"moderators_{outcome}" for outcome in moderated),
        *(f"clusters_{outcome}" for outcome in clustered),
        *(f"{table}_{trial.study.study}" for table in index.OF_A_TRIAL for trial in made.trials),
    ]
    text = [f"## {o} {{anchor:{o.replace('_', '-')}}}" for o in mains]  # as the standard text has
    text += [f"{{table:{name}}}" for name in names]
    report = say(kind, code, results="\n\n".join(text) + "\n")
    tables = of(report.supplement, Table)
    assert [table.anchor for table in tables] == [f"table-{name}" for name in names]
    there = {*anchors(report.article.blocks), *anchors(report.supplement.blocks)}
    known = report.supplement.provenance
    for table in tables:
        for row in table.rows:
            assert isinstance(row, Row)
            assert len(row.cells) == (1 if row.heading else len(table.columns)), table.anchor
        assert {number.key for number in numbers(table)} <= known.keys()
        targets = {link.target for link in links(table) if link.target.startswith("#")}
        assert {target[1:] for target in targets} <= there
    assert any(numbers(tuple(tables)))


@pytest.mark.parametrize("known", [True, False])
def test_a_caption_speaks_of_patients_only_where_some_number_is_told(
    home: Path, known: bool
) -> None:
    made, n = material("COMPARISONS", home / "COMPARISONS"), 10 if known else None
    trials = tuple(
        replace(
            trial,
            study=replace(trial.study, n_randomised=n),
            arms=tuple(replace(arm, n_randomised=n) for arm in trial.arms),
        )
        for trial in made.trials
    )
    scope = Scope(replace(made, trials=trials), ENGLISH, {}, lambda key: Citation(((key, 1),)))
    for table in (trials_table(scope), arms_table(scope)):
        assert ("Patients" in [column.title for column in table[1]]) is known
        assert ("patients" in plain(table[0])) is known


def test_words_are_those_of_the_language(say: Say) -> None:
    markdown = "# A {anchor:a}\n\nText.\n\n{table:trials}\n"
    (english, polish) = (say(code=code, article_results=markdown).article for code in ("en", "pl"))
    assert (english.language, polish.language) == ("en", "pl")
    titles = [[column.title for column in of(one, Table)[0].columns] for one in (english, polish)]
    assert titles[0] != titles[1]
    assert plain(english.subtitle) != plain(polish.subtitle)
    assert [plain(block.content) for block in of(polish, Heading)] == ["A"]
    assert [plain(block.content) for block in of(polish, Paragraph)] == ["Text."]
