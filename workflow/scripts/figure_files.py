"""Make figures' files in the forms that journals ask for, of their SVG."""

from datetime import datetime
from pathlib import Path, PurePosixPath

from metasynth.pipeline import jobs
from metasynth.core.paths import WORKFLOW
from metasynth.figures.for_journals import converted
from metasynth.model.records import FigureFiles
from metasynth.pipeline.targets import Member


def figure_files(member: Member, files: FigureFiles, date: str) -> dict[str, bytes]:
    """Every figure of an outcome, or of the whole review, in each form, which claim a `date`."""
    told = files.width, files.dpi, datetime.fromisoformat(f"{date}T12:00:00+00:00")
    return {
        path: converted(
            Path(path).with_suffix(".svg"),
            PurePosixPath(path).suffix[1:],
            *(*told, WORKFLOW / "report/fonts"),
        )
        for path in member.files
    }


jobs.run(figure_files)
