"""Small numbers: which figures to suppress, and whether a release gives them away."""
