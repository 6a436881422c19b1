# Needs: all rules above. Makes: nothing, and sees to it that nothing is lost: a run that fails, whatever
# fails in it, leaves the results that there were.
from snakemake.persistence import FileBackupMixin

# A job puts each file in its place whole, or not at all (metasynth/store.py). So Snakemake need not
# remove the earlier ones before the job begins, which it does not where a file is one to update.
for made in workflow.rules:
    for file in made.output:
        file._file = update(file._file)
# Nor need it copy them aside and back, over what the job had made by the time it failed.
FileBackupMixin.backup_output = lambda self, path: None
FileBackupMixin.restore_output = lambda self, path: False


onerror:
    # Nor are any removed after a job that failed (see onstart in review.smk). Snakemake would speak
    # of incomplete files here, of which there are none.
    workflow.execution_settings.keep_incomplete = False
