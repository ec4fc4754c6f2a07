"""Chat models: the embedded planner, scripted turns, LangChain and its providers."""
