"""What every room may use: refusals, the clock, form fields, text. No models."""
