"""评价: satisfaction, results, evaluation, awards, sanctions."""
