"""Programs for simple computations, written from templates."""
