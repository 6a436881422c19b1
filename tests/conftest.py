"""Here so that pytest puts the project's root on the path: tests share their example reviews."""
