"""The licences of all that the project depends on: known, compatible, and on their page."""

from importlib import metadata
from types import ModuleType

import pytest


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of fields that a package leaves out
def test_the_page_is_that_of_the_lock(licences: ModuleType) -> None:
    """Made anew by docs/make_licences.py, which stops at a licence that it does not know."""
    assert licences.PAGE.read_text("utf-8") == licences.page()
    names = licences.needed(licences.locked())
    assert {"numpy", "snakemake", "smmap"} <= names
    assert "pytest" not in names


@pytest.mark.parametrize(
    "told",
    [
        "",
        "License-Expression: AGPL-3.0-only",
        "License-Expression: MIT AND AGPL-3.0-only",
        "License: Proprietary",
        "Classifier: License :: Other/Proprietary License",
        "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
    ],
)
def test_another_licence_stops_it(
    licences: ModuleType, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.4\nName: some\nVersion: 1\n{told}\n")
    some = metadata.PathDistribution(tmp_path)
    monkeypatch.setattr(licences.metadata, "distribution", lambda name: some)
    with pytest.raises(licences.UnknownLicenceError, match="some 1"):
        licences.licence({"name": "some", "version": "1"})
