"""How a rule calls a script, whose place and Python are in the environment (review.smk).

They stand there and not in the command, as what Snakemake notes of a command has to be the same on
every machine, and so that no letter of a path means anything to a shell.
"""

import os

_POSIX = 'PYTHONPATH="$METASYNTH" "$METASYNTH_PYTHON" {}'
_WINDOWS = '"%METASYNTH_PYTHON%" {}'  # by cmd.exe, as Snakemake has it there; PYTHONPATH is set


def script(name: str, *, windows: bool = os.name == "nt") -> str:
    """The beginning of a command that calls the script `name` of this workflow."""
    folder = "%METASYNTH%" if windows else "$METASYNTH"
    return python(f'"{folder}/scripts/{name}"', windows=windows)


def python(file: str, *, windows: bool = os.name == "nt") -> str:
    """The beginning of a command that calls a `file`, quoted for the shell."""
    return (_WINDOWS if windows else _POSIX).format(file)
