"""Small networks built from Values."""
