"""The command line with little of a processor's time, of memory and of patience."""

import resource
import signal
import sys

from metasynth.__main__ import main

resource.setrlimit(resource.RLIMIT_CPU, (60, 65))
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
signal.alarm(300)
sys.exit(main())
