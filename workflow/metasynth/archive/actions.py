"""What ran, as RO-Crate entities: the workflow's steps, the run as a whole, and each job."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from metasynth.archive.jobs import Job

Entity = dict[str, Any]
WORKFLOW = "Snakefile"
_COMPLETED = "http://schema.org/CompletedActionStatus"


def file_id(name: str) -> str:
    """A file's name as the relative URI that RO-Crate asks for."""
    return quote(name, safe="/!$&'()*+,;=:@~")


def references(ids: Iterable[str]) -> list[Entity] | Entity:
    """References to entities; RO-Crate 1.1 wants a single one to stand by itself."""
    found = [{"@id": identifier} for identifier in ids]
    return found[0] if len(found) == 1 else found


def files(names: Iterable[str]) -> list[Entity] | Entity:
    """References to files."""
    return references(file_id(name) for name in names)


def step_id(rule: str) -> str:
    """The id of a rule's step."""
    return f"{WORKFLOW}#{rule}"


def steps(scripts: Mapping[str, str]) -> list[Entity]:
    """A step for each rule that ran; `scripts` tells its script."""
    return [
        {
            "@id": step_id(rule),
            "@type": "HowToStep",
            "name": rule,
            "position": str(position),
            "workExample": {"@id": file_id(script)},
        }
        for position, (rule, script) in enumerate(scripts.items(), start=1)
    ]


def run(version: str, jobs: Sequence[Job], sources: Iterable[str]) -> list[Entity]:
    """The run as a whole, what the engine (of `version`) organised, and each job."""
    made = sorted(output for job in jobs for output in job.outputs)
    run = _action("#run", "Run of the workflow", WORKFLOW, sorted(sources), made)
    organize = {
        "@id": "#organize",
        "@type": "OrganizeAction",
        "name": f"Run of Snakemake {version}",
        "instrument": {"@id": "#engine"},
        "object": references(job_id(job, "control") for job in jobs),
        "result": {"@id": "#run"},
    }
    controls = [
        {
            "@id": job_id(job, "control"),
            "@type": "ControlAction",
            "name": f"Orchestrate {job.rule}: {job.outputs[0]}",
            "instrument": {"@id": step_id(job.rule)},
            "object": {"@id": job_id(job, "job")},
        }
        for job in jobs
    ]
    actions = [
        _action(
            job_id(job, "job"),
            f"{job.rule}: {job.outputs[0]}",
            job.script,
            job.inputs,
            job.outputs,
        )
        for job in jobs
    ]
    return [run, organize, *controls, *actions]


def job_id(job: Job, kind: str) -> str:
    """The id of a job's own action (kind "job") or of the engine's for it ("control")."""
    return f"#{kind}/{job.rule}/{file_id(job.outputs[0])}"


def _action(
    identifier: str, name: str, tool: str, inputs: Iterable[str], outputs: Iterable[str]
) -> Entity:
    return {
        "@id": identifier,
        "@type": "CreateAction",
        "name": name,
        "actionStatus": _COMPLETED,
        "instrument": {"@id": file_id(tool)},
        "object": files(inputs),
        "result": files(outputs),
    }
