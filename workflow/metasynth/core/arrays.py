"""What an array is here: NumPy's, of floats."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
