"""A real Slurm of one node, with all of its files in one folder; for tests and benchmarks."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def missing_programs() -> list[str]:
    """Which of Slurm's programs are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def one_node(folder: Path) -> Iterator[list[str]]:
    """Start a Slurm whose files lie in `folder`, and stop it at the end.

    Gives the start of a command line that sees this cluster. Needs root.
    """
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
