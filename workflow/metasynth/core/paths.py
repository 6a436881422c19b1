"""The folders that modules read from: the package's own, and the workflow's around it."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
WORKFLOW = PACKAGE.parent
