"""Files that assistants make for people. What libraries write or read is done by a confined program."""
