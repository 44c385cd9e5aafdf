"""Pictures that models make."""
