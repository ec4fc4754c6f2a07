"""The state machine: state, nodes, edges, checks. The only home of LangGraph's graph API."""
