"""The bot in Slack under load: how soon it acknowledges while it answers."""
