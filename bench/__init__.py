"""Measured comparisons: ratios within one run, side by side with what one would use instead. Not run by CI."""
