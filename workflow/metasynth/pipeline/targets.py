"""One thing that is made, and all that it depends on: a trial's record, an outcome's figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metasynth.core.digest import text_digest


@dataclass(frozen=True, slots=True)
class Member:
    """What one member of a stage is made from, and into which files.

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


def from_content(content: Mapping[str, Any]) -> Member:
    """The member of which `content` are the fields, as JSON gives them."""
    inputs = {name: tuple(paths) for name, paths in content["inputs"].items()}
    return Member(**{**content, "inputs": inputs, "files": tuple(content["files"])})
