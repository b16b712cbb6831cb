"""The desk (工作台): home by role, settings pages, what the apps registered to be shown there."""
