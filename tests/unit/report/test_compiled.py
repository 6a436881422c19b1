"""Typst's memory of earlier documents: what a report's figures took is free for the next one."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from pathlib import Path
from metasynth.core.paths import WORKFLOW
from metasynth.report.render.compiled import compiled, forget

fonts = WORKFLOW / "report/fonts"
for document in range(6):
    one = "<circle cx='{}' cy='{}' r='{}'/>"
    shapes = "".join(one.format(n % 97, n % 89, document + 1) for n in range(9000))
    Path("drawn.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{shapes}</svg>')
    compiled('#image("drawn.svg", width: 50pt, height: 50pt)', fonts, format="png", ppi=72.0)
    if "forget" in sys.argv:
        forget(fonts)
    if not document:
        first = int(Path("/proc/self/statm").read_text().split()[1])
print(int(Path("/proc/self/statm").read_text().split()[1]) - first)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux how large it is")
def test_what_one_document_took_is_not_kept_for_the_next(tmp_path):
    def grown(*words: str) -> int:
        told = subprocess.run(
            [sys.executable, "-c", SCRIPT, *words],
            **{"cwd": tmp_path, "check": True, "capture_output": True, "text": True},
        )
        return int(told.stdout)

    assert grown("forget") < grown() / 2
