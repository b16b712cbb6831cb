"""Life cycles as tables of moves, and the append-only trail they leave."""
