"""The server under load: how soon it answers, what it costs, and that it loses nothing."""
