"""The science of the review as a plain package: no Snakemake, no globals, no network."""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """The version, which is looked up only when it is asked for."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import metadata

    try:
        return metadata.version(__name__)
    except metadata.PackageNotFoundError:
        return "0+unknown"  # run from a checkout that is not installed
