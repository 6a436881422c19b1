"""What changed since the accepted version of a living review, and why."""
