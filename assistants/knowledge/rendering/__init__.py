"""Pages as pictures: drawn in a confined process, kept on storage. The process loads nothing of Django."""

SECONDS = 15  # that drawing a page may take
