"""A finished review's results as pandas frames."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TABLES = Path("results/tables")


class NoResults(FileNotFoundError):  # noqa: N818 - it names the fault, as the message does
    """A folder without the result that was asked for; the message says what is there."""


class Review:
    """The results of the review in a folder: `Review("folder").estimates`.

    Frames have the columns of docs/results.md, numbers as the tables print them; an empty cell of
    a text column is an empty text, of a column of numbers NaN.
    """

    def __init__(self, folder: str | Path = ".") -> None:
        """`folder` is the review's own, the one with config.yaml.

        Raises:
            NoResults: where no run has left tables.
        """
        self.folder = Path(folder)
        if not (self.folder / TABLES).is_dir():
            raise NoResults(f"{self.folder} has no {TABLES}: run the review first (metasynth run)")

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables that there are."""
        return tuple(sorted(path.stem for path in (self.folder / TABLES).glob("*.csv")))

    def table(self, name: str) -> "pd.DataFrame":
        """A table of results/tables by its name.

        Raises:
            NoResults: when there is none of that name.
        """
        import pandas as pd

        if name not in self.tables:
            raise NoResults(f"no table {name!r} among {', '.join(self.tables)}")
        path = self.folder / TABLES / f"{name}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            columns = next(csv.reader(file))
        rows = json.loads(path.with_suffix(".json").read_text("utf-8"))
        return pd.DataFrame(rows, columns=columns)

    @property
    def estimates(self) -> "pd.DataFrame":
        """A row for each outcome, analysis and subgroup."""
        return self.table("estimates")

    @property
    def studies(self) -> "pd.DataFrame":
        """A row for each study in each analysis."""
        return self.table("studies")

    def __repr__(self) -> str:
        """Where it is and what it has."""
        return f"Review({str(self.folder)!r}): {', '.join(self.tables)}"
