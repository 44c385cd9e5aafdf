"""LangChain's usual pipeline, all defaults: load PDFs, split them, embed the pieces, store them in PGVector.

`python langchain_pipeline.py POSTGRES_URI EMBEDDINGS_URL MODEL FILE.pdf…`, in an environment of its own; prints the seconds that
the four steps took, and those of the processor, imports and connecting left out.
"""

import sys
import time

from langchain_community.document_loaders import PyPDFLoader
from langchain_openai import OpenAIEmbeddings
from langchain_postgres import PGVector
from langchain_text_splitters import RecursiveCharacterTextSplitter


def ingest(pdf: str, embeddings: OpenAIEmbeddings, store: PGVector) -> None:
    """Load, split, embed, store."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    documents = splitter.split_documents(PyPDFLoader(pdf).load())
    texts = [document.page_content for document in documents]
    vectors = embeddings.embed_documents(texts)
    store.add_embeddings(
        texts=texts, embeddings=vectors, metadatas=[document.metadata for document in documents]
    )


def main(postgres: str, embeddings_url: str, model: str, *pdfs: str) -> None:
    """Ingest the files one after the other and print how long it took."""
    embeddings = OpenAIEmbeddings(
        model=model, base_url=embeddings_url, api_key="sk-x", check_embedding_ctx_length=False
    )
    store = PGVector(
        embeddings=embeddings, collection_name="bench", connection=postgres, pre_delete_collection=True
    )
    started, processor = time.monotonic(), time.process_time()
    for pdf in pdfs:
        ingest(pdf, embeddings, store)
    print(time.monotonic() - started, time.process_time() - processor)


if __name__ == "__main__":
    main(*sys.argv[1:])
