"""The science of the review as a plain package: no Snakemake, no globals, no network."""
