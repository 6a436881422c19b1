"""One thing that is made, and all that it depends on; and a job, which makes many."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from metasynth.core.digest import text_digest


@dataclass(frozen=True, slots=True)
class Member:
    """What one member of a stage (a trial, an outcome) is made from, and into which files.

    `choices` is all that its maker is told (JSON), `data` the digest of all that its inputs say to
    it, `code` that of its maker: as long as the three stand, its files are what they would be if
    they were made again. Paths are relative to the review's folder. `weight` tells how much work
    it is, beside others of its stage.
    """

    stage: str
    name: str
    code: str
    data: str
    choices: str
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    weight: int = 1

    @property
    def key(self) -> str:
        """Digest of all that the member depends on."""
        return text_digest(self.code, self.data, self.choices)

    @property
    def record(self) -> str:
        """The file that tells what was made, and from what."""
        return "/".join(filter(None, ("results/made", self.stage, self.name))) + ".json"

    @property
    def sources(self) -> tuple[str, ...]:
        """Every file that it is made from."""
        return tuple(path for paths in self.inputs.values() for path in paths)


@dataclass(frozen=True, slots=True)
class Batch:
    """The members that one job makes, if they are `stale` or it is asked for.

    It reads the files `raw`, and what the batches named `after` make. `noted` are the inputs that
    Snakemake has noted of it, if it stands as it was made.
    """

    stage: str
    name: str
    stale: bool
    members: tuple[Member, ...]
    raw: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()

    @property
    def outputs(self) -> list[str]:
        """All that the job writes: the records first, since they are what is asked for."""
        records = [member.record for member in self.members]
        return records + [path for member in self.members for path in member.files]

    @property
    def sources(self) -> set[str]:
        """Every file that the job reads."""
        return {path for member in self.members for path in member.sources}
