"""Reading and describing data: numpy at heart, torch only where data enter a model."""
