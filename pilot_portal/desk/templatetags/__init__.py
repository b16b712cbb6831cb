"""Template tags of the portal's face."""
