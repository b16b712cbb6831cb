"""揭榜: claims, choosing, engagements, the service log."""
