"""How much may be set about one source, wherever it is set; what narrows a search holds to the same."""

MOST_TAGS, TAG_LENGTH = 20, 50  # characters
MOST_METADATA, METADATA_NAME, METADATA_VALUE = 20, 50, 200  # characters of a detail's name and value
