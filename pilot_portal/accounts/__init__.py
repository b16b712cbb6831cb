"""People, bodies and who stands where: User, Organisation, Membership, roles."""
