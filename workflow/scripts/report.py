"""Compose the report in a language, and render both documents as HTML, PDF, DOCX, JATS or LaTeX."""

from dataclasses import replace
from pathlib import Path

from metasynth.pipeline import jobs
from metasynth.core.paths import WORKFLOW
from metasynth.language.studied import spoken
from metasynth.language.wording import Wording
from metasynth.model.records import Claim, Config, FlowCount, SearchLine
from metasynth.pipeline.report_inputs import attachments, material
from metasynth.pipeline.targets import Member
from metasynth.prose.unwritten import Unwritten
from metasynth.report.compose import Report, compose
from metasynth.report.render.forms import rendered

TEMPLATES = WORKFLOW / "report"
composed: dict[str, Report] = {}  # by language: a job may write several forms of it


def report(
    member: Member,
    config: Config,
    language: str,
    wording: Wording,
    versions: tuple[str, ...],
    claims: tuple[Claim, ...],
    search: tuple[SearchLine, ...],
    flow: tuple[FlowCount, ...],
    draft: tuple[Unwritten, ...],
) -> dict[str, str | bytes]:
    """The report in one language and form, and what belongs to it.

    `versions` are libraries as "name version", `draft` the starter texts that are left.
    """
    voice = spoken(wording, language)
    if language not in composed:
        found = material(member, config, language, versions)
        found = replace(found, claims=claims, search=search, flow=flow, draft=draft)
        composed[language] = compose(found, voice, TEMPLATES)
    said, attached = composed[language], attachments(member)
    files = map(Path, member.files)
    return {file.name: rendered(said, file, voice, TEMPLATES, attached) for file in files}


jobs.run(report)
