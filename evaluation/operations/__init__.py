"""Acts of the year's end: satisfaction, evaluation, awards, sanctions, results."""
