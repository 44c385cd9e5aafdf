"""The built-in tools of this room, in the order in which builders see them."""

from assistants.tools.databases.tool import QUERY_DATABASE
from assistants.tools.making.tool import CREATE_FILE
from assistants.tools.pictures.tool import IMAGE_GENERATION
from assistants.tools.python.tool import PYTHON
from assistants.tools.searching.tool import WEB_SEARCH
from assistants.tools.tables.tool import QUERY_TABLES
from kernel.registries import BuiltInTool

TOOLS: tuple[BuiltInTool, ...] = (
    WEB_SEARCH,
    IMAGE_GENERATION,
    CREATE_FILE,
    PYTHON,
    QUERY_TABLES,
    QUERY_DATABASE,
)
