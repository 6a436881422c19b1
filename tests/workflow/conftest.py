"""What tests of real runs share with the other tests of built reviews."""

from tests.reviews import REPOSITORY, Review, Run, copy_review, made

__all__ = ["REPOSITORY", "Review", "Run", "copy_review", "made"]
