"""What comes in by POST or stands in an address: checked here, handed on, never saved."""
