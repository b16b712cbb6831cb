"""Code tables with validity: service kinds, tiers, industry chains."""
