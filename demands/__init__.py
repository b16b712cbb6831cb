"""需求: the enterprise library, collecting, checking, publishing demands."""
