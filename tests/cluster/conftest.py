"""A real Slurm of one node, started for the tests and stopped after them."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# Slurm's commands find their settings in /etc/slurm alone: jobs on a cluster keep no SLURM_CONF.
# Each process sees the test's folder there, and nobody else does.
SEEING = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/slurm && exec "$@"')
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue")
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MinJobAge=300
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName={host} CPUs={cores} RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slurm: a run on a real cluster that the test starts")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(command: list[str], wanted: str) -> None:
    for _ in range(60):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if wanted in done.stdout:
            return
        time.sleep(0.5)
    raise TimeoutError(f"{command}: {done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The start of a command line that sees this cluster."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if (missing or os.getuid() != 0) and not os.environ.get("CI"):
        pytest.skip(f"needs root and Debian's slurm-wlm and munge; missing: {missing}")
    folder = Path(tmp_path_factory.mktemp("slurm"))
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    host = socket.gethostname().partition(".")[0]
    configuration = folder / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(
            host=host, folder=folder, ports=free_ports(2), cores=os.cpu_count() or 1
        )
    )
    seeing = [*SEEING, str(folder)]
    munge = [f"--{what}-file={folder}/munge.{what}" for what in ("key", "pid", "log", "seed")]
    commands = (
        ["munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *munge],
        ["slurmctld", "-D", "-f", str(configuration)],
        ["slurmd", "-D", "-f", str(configuration)],
    )
    running = []
    try:
        for command in commands:
            with (folder / f"{command[0]}.out").open("wb") as out:
                running.append(subprocess.Popen([*seeing, *command], stdout=out, stderr=out))
            time.sleep(1)
        wait_for([*seeing, "sinfo", "--noheader", "--format=%t"], "idle")
        yield seeing
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(timeout=30)
