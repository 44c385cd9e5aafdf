"""What money did, as charts and tables: for creators, organisations and the platform's finance."""
