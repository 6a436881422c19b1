"""What every figure is drawn on: the page, axes, text and SVG."""
