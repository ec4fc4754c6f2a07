"""SQL over DuckDB: tables in, guarded queries out."""
