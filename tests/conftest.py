"""Here so that pytest puts the project's root on the path: tests share their example reviews."""

from tests.reviews import finished, fresh, ran

__all__ = ["finished", "fresh", "ran"]
