"""What a review says in config.yaml and its tables that its catalogues do not translate."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from metasynth.language.languages import Language, sentences
from metasynth.language.localised_records import LABELS, REMARKS, SHOWN
from metasynth.model.records import ChangelogEntry, Claim, Config, SearchLine, Trial

_HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'


def untranslated(
    config: Config,
    trials: Sequence[Trial],
    search: Sequence[SearchLine],
    language: Language,
    claims: Sequence[Claim] = (),
    changelog: Sequence[ChangelogEntry] = (),
) -> list[str]:
    """Labels and remarks of a review that `language` would leave in English, sorted.

    The names of trials stay as they are, and so do the terms of the search.
    """
    names = {trial.study.label for trial in trials}
    told = [*_texts((config, tuple(trials))), *_limits(search), *_statements(claims)]
    told += [("label", entry.reason) for entry in changelog if entry.version == config.version]
    missing = (text for name, text in told if not _is_said(name, text, language))
    return sorted({text for text in missing if text not in names})


def _texts(value: object) -> Iterator[tuple[str, str]]:
    """Every label and remark of records, with the name of its field."""
    if isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            content = getattr(value, field.name)
            if field.name == "favours":
                yield from (("label", text) for text in content)
            elif not isinstance(content, str):
                yield from _texts(content)
            elif content and field.name in LABELS | SHOWN | REMARKS:
                yield field.name, content


def _limits(search: Iterable[SearchLine]) -> Iterator[tuple[str, str]]:
    for line in search:
        if line.concept:
            yield "label", line.concept
        if line.part != "term":
            yield "label", line.text


def _statements(claims: Iterable[Claim]) -> Iterator[tuple[str, str]]:
    """Where published statements stand, and what is remarked on them; their quotes stay."""
    for claim in claims:
        yield "label", claim.locator
        if claim.note:
            yield "note", claim.note


def _is_said(name: str, text: str, language: Language) -> bool:
    """Whether the catalogues give the text, whole or sentence by sentence."""
    if name in LABELS | SHOWN:
        return text in language.labels
    return text in language.labels or all(part in language.labels for part in sentences(text))


def as_catalogue(texts: Iterable[str]) -> str:
    """Texts as entries of a catalogue, their translations blank."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "\n".join([_HEADER, *(f'msgid "{text}"\nmsgstr ""\n' for text in quoted)])
