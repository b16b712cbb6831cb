"""Acts of matching: claims, choosing, engagements."""
