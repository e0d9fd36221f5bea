"""How fast vaekit is, beside what it is compared with. `make bench` runs all of it; see README.md."""
