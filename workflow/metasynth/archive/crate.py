"""The archive described for machines: RO-Crate 1.1 by the Provenance Run Crate profile 0.5.

Only what is known stands here: the files with their digests, the workflow's rules as steps, and
one action for each job that ran. Who ran it, where and when does not belong to the result and is
left out, so that the same commit gives the same bytes.

Sources: https://w3id.org/ro/crate/1.1, https://w3id.org/ro/wfrun/provenance/0.5.
"""

import json
import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metasynth.archive.actions import (
    WORKFLOW,
    Entity,
    file_id,
    files,
    job_id,
    references,
    run,
    step_id,
    steps,
)
from metasynth.archive.jobs import Job

METADATA = "ro-crate-metadata.json"
_CRATE = "https://w3id.org/ro/crate/1.1"
_WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    _WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
_BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_LICENCE = "https://spdx.org/licenses/MIT"
_CONTEXT = [f"{_CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context"]
_ABOUT = {"about": {"@id": "./"}}
_KINDS = {
    ".md": "text/markdown",
    ".yaml": "application/yaml",
    ".cff": "application/yaml",
    ".toml": "application/toml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".py": "text/x-python",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What the crate is about: the review, the commit that it stands at, the engine's version."""

    title: str
    version: str
    date: str
    authors: tuple[str, ...]
    commits: tuple[str, ...]
    dirty: bool
    snakemake: str


def metadata(
    subject: Subject,
    digests: Mapping[str, str],
    sizes: Mapping[str, int],
    jobs: Sequence[Job],
    sources: Iterable[str],
) -> bytes:
    """The content of ro-crate-metadata.json.

    `digests` and `sizes` tell of every other file, `jobs` of what ran, in order; `sources` are the
    files that the review as a whole is made from: its choices, tables and prose.
    """
    scripts = {job.rule: job.script for job in jobs}
    entities = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": references([_CRATE, _WORKFLOW_CRATE]),
        },
        _root(subject, digests, jobs),
        *_profiles(),
        _workflow(subject, scripts, digests, sizes),
        *_engine(subject.snakemake),
        *steps(scripts),
        *(
            _file(name, digests[name], sizes[name], name in scripts.values())
            for name in sorted(digests)
            if name != WORKFLOW
        ),
        *run(subject.snakemake, jobs, sources),
        *_people(subject.authors),
    ]
    content = {"@context": _CONTEXT, "@graph": entities}
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _root(subject: Subject, digests: Mapping[str, str], jobs: Sequence[Job]) -> Entity:
    state = "a checkout with uncommitted changes" if subject.dirty else "a clean commit"
    description = (
        f"A systematic review, version {subject.version}: extracted tables, declared choices, the "
        f"workflow that makes the report of them, and all that it made, from {state} "
        f"({', '.join(subject.commits)})."
    )
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": subject.title,
        "description": description,
        "version": subject.version,
        "datePublished": subject.date,
        "license": {"@id": _LICENCE},
        "conformsTo": references(_PROFILES),
        "mainEntity": {"@id": WORKFLOW},
        "hasPart": files(sorted(digests)),
        "mentions": references(["#run", *(job_id(job, "job") for job in jobs)]),
    } | ({"author": references(f"#author-{i}" for i in _count(subject))} if subject.authors else {})


def _count(subject: Subject) -> range:
    return range(1, len(subject.authors) + 1)


def _people(authors: Sequence[str]) -> list[Entity]:
    """The review's authors, as config.yaml names them."""
    return [
        {"@id": f"#author-{number}", "@type": "Person", "name": name}
        for number, name in enumerate(authors, start=1)
    ]


def _profiles() -> list[Entity]:
    profiles = [
        {"@id": address, "@type": "CreativeWork", "name": name, "version": version}
        for address, (name, version) in _PROFILES.items()
    ]
    licence = {"@id": _LICENCE, "@type": "CreativeWork", "name": "MIT License"}
    bioschemas = {"@id": _BIOSCHEMAS, "@type": "CreativeWork", "name": "ComputationalWorkflow"}
    return [*profiles, bioschemas, licence | {"url": _LICENCE}]


def _workflow(
    subject: Subject,
    scripts: Mapping[str, str],
    digests: Mapping[str, str],
    sizes: Mapping[str, int],
) -> Entity:
    return {
        **_file(WORKFLOW, digests[WORKFLOW], sizes[WORKFLOW], False),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "name": "The review's workflow",
        "version": " ".join(subject.commits),
        "programmingLanguage": {"@id": "#snakemake"},
        "license": {"@id": _LICENCE},
        "conformsTo": {"@id": _BIOSCHEMAS},
        "hasPart": files(sorted(set(scripts.values()))),
        "step": references(step_id(rule) for rule in scripts),
    }


def _engine(version: str) -> list[Entity]:
    address = "https://snakemake.github.io"
    known = {"name": "Snakemake", "version": version, "url": {"@id": address}}
    return [
        {"@id": "#snakemake", "@type": "ComputerLanguage", **known},
        {"@id": "#engine", "@type": "SoftwareApplication", **known},
        {"@id": address, "@type": "WebPage", "name": "Snakemake"},
    ]


def _file(name: str, digest: str, size: int, tool: bool) -> Entity:
    suffix = "." + name.rpartition(".")[2] if "." in name else ""
    kind = _KINDS.get(suffix) or mimetypes.types_map.get(suffix)
    return (
        {
            "@id": file_id(name),
            "@type": ["File", "SoftwareSourceCode"] if tool else "File",
            "name": name,
            "contentSize": str(size),
            "sha256": digest,
        }
        | ({"encodingFormat": kind} if kind else {})
        | (_ABOUT if name == "README.md" else {})
    )
