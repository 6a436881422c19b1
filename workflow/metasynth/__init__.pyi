from metasynth.interface.finished import Review as Review
from metasynth.interface.pooling import pool as pool

__version__: str
__all__ = ["Review", "__version__", "pool"]
