"""The site of the documentation: `sphinx-build -W docs site` (see CONTRIBUTING.md)."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer

ROOT = Path(__file__).parents[1]
_package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

project = _package["name"]
version = release = _package["version"]
copyright = "its authors"  # no year: the same files give the same pages
html_title = f"{project} {version}"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of other packages have their own pages elsewhere
exclude_patterns = ["gallery", "recipes"]
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
autodoc_typehints = "description"


# What stands in the site as it is, where it was made: the page that leads to it, and the words.
MADE = {
    "index": ("results/report", "report/review.html", "The review itself, as its readers have it"),
    "gallery": ("docs/gallery", "gallery/index.html", "The gallery, as the rule drew it"),
}


def _read(app: Any, name: str, source: list[str]) -> None:
    """The page of config.yaml stands in config, with anchors that GitHub reads."""
    if name == "config":
        text = (ROOT / "config/README.md").read_text("utf-8").replace("](../docs/", "](")
        source[0] = re.sub(r'<a id="([^"]+)"></a>\n', r"(\1)=\n", text)
    source[0] = source[0].replace("](../config/README.md)", "](config.md)")
    folder, page, words = MADE.get(name, ("", "", ""))
    if folder and (ROOT / folder / Path(page).name).is_file():
        source[0] += f'\n\n<p><a href="{page}">{words}</a></p>\n'


def _beside(app: Any, failed: Exception | None) -> None:
    """The gallery of figures, and the review where it was made, stand in the site as they are."""
    for folder, *_ in MADE.values() if not failed else ():
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, f"{app.outdir}/{Path(folder).name}", dirs_exist_ok=True)


def setup(app: Any) -> None:
    """What Sphinx calls at its start."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", _read)
    app.connect("build-finished", _beside)
