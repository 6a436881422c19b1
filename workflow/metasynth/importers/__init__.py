"""Files of other programs as trial folders."""
