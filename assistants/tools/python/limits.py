"""How much one program may take and give."""

from dataclasses import dataclass

from django.conf import settings

MB = 1024 * 1024
LONGEST_PROGRAM = 50_000  # characters
MOST_GIVEN, MOST_GIVEN_BYTES = 10, 20 * MB  # files that a program is given
MOST_FILES, MOST_BYTES = 8, 5 * MB  # files that it gives back, all together
MOST_ANSWER = 8 * MB  # what it gives back as JSON, files included


@dataclass(frozen=True, slots=True)
class PythonLimits:
    """The limits of this installation. `seconds` of running, `characters` of each of output, errors and value; bytes."""

    seconds: int
    characters: int
    memory: int
    files: int = MOST_FILES
    bytes: int = MOST_BYTES
    answer: int = MOST_ANSWER

    def document(self) -> dict[str, int]:
        """It as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def python_limits() -> PythonLimits:
    """The limits as the settings say."""
    return PythonLimits(settings.PYTHON_SECONDS, settings.PYTHON_CHARACTERS, settings.PYTHON_MEMORY_MB * MB)
