"""How languages write figures and dates where Django's own formats do not fit."""
