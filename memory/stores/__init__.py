"""Stores: Chroma behind the interfaces of LangGraph and LangChain, for programs built on those."""
