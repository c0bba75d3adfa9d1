"""Projects to try Freshet on; the docstring of each package says what it holds."""
