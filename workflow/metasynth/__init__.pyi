from metasynth.interface.finished import Review as Review
from metasynth.interface.multivariate import multivariate as multivariate
from metasynth.interface.pooling import pool as pool
from metasynth.interface.regression import regress as regress
from metasynth.stats.location_scale import location_scale as location_scale

__version__: str
__all__ = ["Review", "__version__", "location_scale", "multivariate", "pool", "regress"]
