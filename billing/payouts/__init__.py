"""What creators are paid: their accounts, the monthly payouts, and the files that a bank is given."""
