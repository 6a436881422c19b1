"""The tests of reruns and commands, on several versions of Snakemake, each in a fresh environment.

    python tests/versions.py [VERSION ...] [-- pytest's arguments]

Without versions: the oldest that pyproject.toml allows, the locked one, and the newest there is. It
needs uv (README.md) and a registry.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = ROOT / ".uv/bin/uv"
TESTS = [f"tests/workflow/test_{name}.py" for name in ("rerun", "commands", "failing_runs")]


def versions() -> list[str]:
    """The oldest that is allowed, the locked one, and the newest, which has no number here."""
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    locked = re.search(r'^name = "snakemake"\nversion = "([^"]+)"', lock, re.MULTILINE)
    oldest = re.search(r'"snakemake>=([^"]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert locked
    assert oldest
    padded = f"{oldest[1]}.0" if oldest[1].count(".") == 1 else oldest[1]
    return [f"=={padded}", f"=={locked[1]}", ""]


def environment(folder: Path, version: str) -> Path:
    """A new environment with all that is locked but Snakemake; gives its Python."""
    uv = str(UV) if UV.exists() else os.environ.get("UV", "uv")
    listed = folder / "requirements.txt"
    export = [uv, "export", "--quiet", "--locked", "--all-groups", "--no-hashes"]
    without = ["--no-emit-project", "--no-emit-package", "snakemake", "--output-file", str(listed)]
    subprocess.run([*export, *without], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "env"], check=True)
    python = folder / "env/bin/python"
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
    subprocess.run([*install, "-r", str(listed), f"snakemake{version}"], cwd=ROOT, check=True)
    return python


def main(arguments: list[str]) -> int:
    """How many versions failed."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    asked = [f"=={version}" for version in arguments[:end]] or versions()
    failed = 0
    for version in asked:
        with tempfile.TemporaryDirectory() as name:
            python = environment(Path(name), version)
            told = [python, "-m", "snakemake", "--version"]
            found = subprocess.run(told, check=True, capture_output=True, text=True).stdout.strip()
            print(f"== Snakemake {found}", flush=True)
            tests = [python, "-m", "pytest", "-q", *(arguments[end + 1 :] or TESTS)]
            path = {"PYTHONPATH": str(ROOT / "workflow")}
            failed += bool(
                subprocess.run(tests, cwd=ROOT, env=os.environ | path, check=False).returncode
            )
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
