"""What the notice and the forms say about demands, as pure functions: no database, no clock."""
