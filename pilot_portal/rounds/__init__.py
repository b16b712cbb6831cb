"""The round (批次): calendar, extensions, numbers, lists, texts; working days."""
