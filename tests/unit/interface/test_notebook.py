"""The notebooks in examples/ run from top to bottom, and say what the review says."""

import json
from typing import Any

import pytest
from tests.reviews import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "examples").glob("*.ipynb"))


def run(path: Any) -> dict[str, Any]:
    """Run each code cell in the one namespace that they share."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells, 1):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{path.name}, cell {number}", "exec"), names)
    return names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_no_output_is_kept(path: Any) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_bcg() -> None:
    """By metafor 3.8, rma(measure="RR", test="knha") of dat.bcg, with threshold=1e-12."""
    found = run(REPOSITORY / "examples/bcg.ipynb")
    pooled = found["r"].pooled
    assert pooled.k == 13
    assert pooled.log_estimate == pytest.approx(-0.7145323, abs=5e-8)
    assert pooled.tau2 == pytest.approx(0.3132433, abs=5e-8)
    assert len(found["left"]) == 13
    assert found["ax"].get_title() == "Tuberculosis, risk ratio"
