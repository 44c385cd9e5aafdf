"""What following a website needs to know: addresses, robots.txt, sitemaps, and what a page says about itself."""
