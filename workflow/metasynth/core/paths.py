"""The folders that modules read from: the package's own, and those of the workflow around it.

In a checkout the package stands in the folder `workflow` of the project. A wheel carries the files
that a run needs inside the package, in a folder laid out like the project (see pyproject.toml).
"""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
CARRIED = PACKAGE / "_project"
"""Where an installed package has its copy of the project; there is none in a checkout."""
PROJECT = CARRIED if CARRIED.is_dir() else PACKAGE.parents[1]
SNAKEFILE = PROJECT / "Snakefile"
WORKFLOW = PROJECT / "workflow"
CONFIG = PROJECT / "config/config.yaml"
"""The choices that a new review begins with."""
EXAMPLE = PROJECT / ".test"
"""A small review that runs as it is."""
