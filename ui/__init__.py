"""What the visitor sees: a View goes in, a picture comes out. Nothing is decided here."""
