"""An assistant as a file: how it is written, read, packed and taken apart again."""
