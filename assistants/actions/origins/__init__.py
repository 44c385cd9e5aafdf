"""Knowledge from the services where it lies: Google Drive, GitHub, Notion and MCP servers, by somebody's connection."""
