"""`kill -9` at random moments: of a whole run, of one of its jobs, of Snakemake but not its jobs.

The recovery is the same command again. Nothing that was half-made is taken as done, and the results
are those of a run that nothing disturbed, byte for byte.
"""

import os
import random
import signal
import time
from pathlib import Path

import psutil
import pytest

from .broken import ADVICE, COUNTS, KINDS, Small, Started, change, recovers, small, taken_as_done
from .broken import moment as at_moment

pytestmark = [pytest.mark.faults, pytest.mark.slow]
SEED = os.environ.get("FAULT_SEED", "1")
ATTEMPTS = 5
BEGUN, BOX = time.monotonic(), 60 * float(os.environ.get("FAULT_MINUTES", "60"))


def test_kill_at_a_random_moment(clean: Small, tmp_path: Path, moment: int) -> None:
    if time.monotonic() - BEGUN > BOX:
        COUNTS["NOT TRIED: a moment for which the time, FAULT_MINUTES, was too short"] += 1
        pytest.skip("NOT TESTED: the time is up")
    rng, kind, whole = random.Random(f"{SEED} {moment}"), KINDS[moment % 3], clean.results()
    for attempt in range(ATTEMPTS):
        review = small(tmp_path / str(attempt))
        with review.started(rng.choice([1, 2])) as run:
            if not at_moment(run, review, len(whole), rng) or not STRIKES[kind](run, rng):
                COUNTS[f"killed: {kind}, but the run had ended first: tried again"] += 1
                continue
            COUNTS[f"killed: {kind}"] += 1
            if kind == "Snakemake alone":
                recovers_among_orphans(review, run, whole)
            else:
                taken_as_done(review, whole)
                recovers(review, whole, rng.choice([1, 2]))
        COUNTS[f"killed: {kind}, recovered identical by the same command"] += 1
        return
    pytest.fail("the run ended before it could be killed, each time")


def kill_run(run: Started, _: random.Random) -> bool:
    run.kill_all()
    return run.process.returncode == -signal.SIGKILL


def kill_job(run: Started, rng: random.Random) -> bool:
    """Kills one job that is at work; Snakemake then ends by itself and says what to do."""
    while run.until(run.jobs):
        job = rng.choice(run.jobs() or [psutil.Process()])
        if job.pid == os.getpid():
            continue  # it ended just now
        try:
            job.kill()
        except psutil.NoSuchProcess:
            continue
        if run.ended() == 0:
            return False  # its last file was written
        assert ADVICE in run.said()
        return True
    return False


def kill_snakemake(run: Started, _: random.Random) -> bool:
    run.process.kill()
    return run.ended() == -signal.SIGKILL


STRIKES = {"whole run": kill_run, "single job": kill_job, "Snakemake alone": kill_snakemake}


def recovers_among_orphans(review: Small, run: Started, whole: dict[str, bytes]) -> None:
    """The killed run's jobs go on while the next run does the same; what they do is harmless."""
    left = orphans(run)
    COUNTS["killed: Snakemake alone, jobs left at work"] += bool(left)
    recovers(review, whole)
    _, still = psutil.wait_procs(left, timeout=120)
    assert not still
    assert review.results() == whole


def orphans(run: Started) -> list[psutil.Process]:
    """Processes of the run's group."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == run.process.pid:
                found.append(process)
        except (ProcessLookupError, psutil.Error):
            continue
    return found


def test_a_job_that_outlives_its_run_writes_nothing_into_the_next(
    clean: Small, never_ran: Small
) -> None:
    """It would put back numbers from data that were corrected in between."""
    whole = clean.results()
    change(never_ran, "vaccinated,,4,123", "vaccinated,,5,123")
    first, second = (
        never_ran.folder / f"results/made/sensitivity/tuberculosis{end}.json" for end in ("", "_or")
    )
    with never_ran.started(cores=1) as run:
        assert run.until(first.exists)
        (job,) = run.jobs("sensitivity")
        job.suspend()
        assert not second.exists()  # it knows the trials, and has not written what it makes of them
        run.process.kill()
        run.ended()
        change(never_ran, "vaccinated,,5,123", "vaccinated,,4,123")
        recovers(never_ran, whole)
        job.resume()
        assert not psutil.wait_procs([job], timeout=120)[1]
        assert never_ran.results() == whole
    COUNTS["a job that outlived its run until after the next: it wrote nothing"] += 1
