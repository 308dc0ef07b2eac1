"""What the figures say, in words: findings, comparisons, gaps, outlook."""
