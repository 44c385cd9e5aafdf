"""The build of the style sheet and the icon set."""
