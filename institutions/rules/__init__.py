"""What the notice demands of an application, as pure functions and declarations."""
