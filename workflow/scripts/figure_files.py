"""Make figures' files in the forms that journals ask for, of their SVG."""

from datetime import datetime
from pathlib import Path, PurePosixPath

from metasynth.core import store
from metasynth.figures.for_journals import converted
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Converting
from metasynth.pipeline.targets import Member

FONTS = Path(__file__).parents[1] / "report/fonts"


def figure_files(member: Member) -> dict[str, bytes]:
    """Every figure of one outcome, or of the whole review, in each form."""
    told = store.from_json(Converting, member.choices)
    moment = datetime.fromisoformat(f"{told.date}T12:00:00+00:00")
    return {
        path: converted(
            Path(path).with_suffix(".svg"),
            PurePosixPath(path).suffix[1:],
            *(told.files.width, told.files.dpi, moment, FONTS),
        )
        for path in member.files
    }


jobs.run(figure_files)
