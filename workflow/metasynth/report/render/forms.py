"""A report in its forms: which document a file holds, and how it is written."""

from collections.abc import Sequence
from pathlib import Path

from metasynth.language.languages import Language
from metasynth.report.document import addressed, numbers
from metasynth.report.documents import Report


def rendered(
    report: Report, file: Path, language: Language, templates: Path, attached: Sequence[str]
) -> str | bytes:
    """The document that a file is of, in its form; of "json", the origin of all numbers.

    The result tables are attached to the supplement's PDF, which has the notes on all numbers.
    """
    article, supplement = report
    form = file.suffix[1:]
    if form == "json":
        from metasynth.provenance.publish import provenance_json

        printed = [(number.text, number.key) for number in numbers(tuple(report))]
        return provenance_json({**article.provenance, **supplement.provenance}, printed)
    if file.parent.name == "tables":
        from metasynth.report.render import latex_tables

        return latex_tables.render(report, file.name.partition(".")[0], language)
    is_article = file.stem == article.stem
    document = addressed(article if is_article else supplement, form)
    if form == "html":
        from metasynth.report.render import html

        return html.render(document, templates, language)
    if form == "docx":
        from metasynth.report.render import docx

        return docx.docx(document, templates, language)
    if form == "xml":
        from metasynth.report.render import jats

        return jats.render(document, language)
    if form == "tex":
        from metasynth.report.render import latex

        return latex.render(document, language)
    from metasynth.report.render import typst
    from metasynth.report.render.notes import with_notes

    if is_article:
        return typst.pdf(document, templates, language)
    noted = with_notes(document, language, article)
    return typst.pdf(noted, templates, language, attachments=attached)
