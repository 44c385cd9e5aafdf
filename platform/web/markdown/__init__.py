"""Safe Markdown for everything that people and models write.

Three walls: raw HTML is never parsed, links and images are rebuilt here, and nh3 keeps only what this renderer
itself can make. `render` is quick enough to be called again while an answer streams.
"""

from web.markdown.rendering import render

__all__ = ["render"]
