"""Compose the report in a language, and render both documents as HTML, PDF, DOCX, JATS or LaTeX."""

from pathlib import Path

from metasynth.core import store
from metasynth.language.studied import spoken
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Reporting
from metasynth.pipeline.report_inputs import attachments, material
from metasynth.pipeline.targets import Member
from metasynth.report.compose import Report, compose
from metasynth.report.render.forms import rendered

TEMPLATES = Path(__file__).parents[1] / "report"
composed: dict[str, Report] = {}  # by language: a job may write several forms of it


def report(member: Member) -> dict[str, str | bytes]:
    """The report in one language and form, and what belongs to it."""
    told = store.from_json(Reporting, member.choices)
    language = spoken(told.wording, told.language)
    if told.language not in composed:
        composed[told.language] = compose(material(member, told), language, TEMPLATES)
    said, attached = composed[told.language], attachments(member)
    return {
        file.name: rendered(said, file, language, TEMPLATES, attached)
        for file in map(Path, member.files)
    }


jobs.run(report)
