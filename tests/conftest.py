"""Here so that pytest puts the project's root on the path: tests share their example reviews."""

from hypothesis import settings

from tests.reviews import finished, fresh, ran

__all__ = ["finished", "fresh", "ran"]

# How long one example takes says how busy the machine is; what may not take long has a test of its
# own that measures it. All else is as without: on CI Hypothesis chooses a profile by itself.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")
