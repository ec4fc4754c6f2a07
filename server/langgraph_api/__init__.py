"""The LangGraph surface: what the LangGraph SDK and chat pages made for it speak."""
