"""Plans that organisations pay by the month."""
