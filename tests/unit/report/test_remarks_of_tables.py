"""Remarks as the report prints them: no id of a table is left in them."""

import re

import pytest
from tests.examples import ANAKINRA, BCG, led
from tests.unit.report.test_certainty_tables import pooled, scope

from metasynth.language.languages import speak
from metasynth.report.document import Citation, Link, plain
from metasynth.report.tables.remarks import remark


def shown(trial, words: str):
    return remark(scope([pooled([])], language=speak("en")), trial, words)


@pytest.mark.parametrize("folder", [ANAKINRA, BCG])
def test_no_source_is_called_by_its_id_in_any_remark(folder) -> None:
    for trial in led(folder).trials:
        ids = [s.source_id for s in trial.sources if "_" in s.source_id]
        remarks = [
            trial.study.note,
            *(a.note for a in trial.arms),
            *(r.note for r in trial.results),
        ]
        for words in remarks:
            said = plain(shown(trial, words))
            assert not [name for name in ids if re.search(rf"(?<![\w-]){name}(?![\w-])", said)]


def test_a_source_is_its_place_in_a_document() -> None:
    (trial,) = (t for t in led(ANAKINRA).trials if t.study.study == "bao2011")
    source = next(s for s in trial.sources if "_" in s.source_id)
    said = shown(trial, f"N: {source.source_id} less x_{source.source_id}.")
    (link,) = [item for item in said if isinstance(item, Link)]
    assert plain(link.children) == source.locator
    assert any(isinstance(item, Citation) for item in said)
    assert plain(said[:1]) == "N: "
    assert plain(said).endswith(f"less x_{source.source_id}.")
    assert plain(shown(trial, "Nothing of it.")) == "Nothing of it."
