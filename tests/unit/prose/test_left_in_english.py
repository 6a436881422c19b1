"""English text in the folder of another language is a warning, at its file and line."""

from pathlib import Path

import pytest
from tests.bad_input.review import CONFIG, clean, write

from metasynth.core.faults import Fault
from metasynth.review.load import load_review

POLISH = "Jedna baza danych zostala przeszukana."


def warnings(folder: Path, **changed: str) -> list[Fault]:
    """Of a review in two languages, whose Polish texts are English unless they are `changed`."""
    files = clean()
    files[CONFIG] = files[CONFIG].replace(b"[en]", b"[en, pl]")
    for name in [name for name in files if name.startswith("text/en/")]:
        stem = Path(name).stem
        english = files[name].decode()
        files[f"text/pl/{stem}.md"] = changed.get(stem, english).encode()
    path = write(files, folder)
    texts = {fault for fault in load_review(path, folder).warnings if "/pl/" in fault.file}
    return sorted(texts, key=lambda fault: (fault.file, fault.row or 0))


def test_each_paragraph_in_english_is_told(tmp_path: Path) -> None:
    told = warnings(tmp_path)
    assert {fault.severity for fault in told} == {"warning"}
    assert ("data/text/pl/search.md", 1) in {(fault.file, fault.row) for fault in told}
    assert all("is English" in fault.expected for fault in told)


def test_a_translated_text_is_silent_and_the_place_of_the_others_is_right(tmp_path: Path) -> None:
    discussion = "Wynik jest jasny.\n\n{prisma-none:23b 23c 23d} Nic.\n\n{prisma:23a}\n"
    told = warnings(tmp_path, search=f"{POLISH}\n\nOne database was searched.\n")
    found = [fault for fault in told if fault.file.endswith("search.md")]
    assert [(fault.row, fault.value) for fault in found] == [(3, "One database was searched.")]
    told = warnings(tmp_path, search=f"{POLISH}\n", discussion=discussion)
    assert not [fault for fault in told if "search" in fault.file or "discussion" in fault.file]


@pytest.mark.parametrize("short", ["Trials in adults.", "{prisma:a2} [@alpha] {{ trials.size }}"])
def test_few_words_may_be_the_same_in_two_languages(tmp_path: Path, short: str) -> None:
    told = warnings(tmp_path, eligibility="Trials in adults.\n", abstract=f"{short}\n\n" + " ".join(
        f"Tak. {{prisma:a{n}}}" for n in range(2, 13)
    ))  # fmt: skip
    assert not [fault for fault in told if "eligibility" in fault.file]
