"""Finding assistants by what is meant: a question finds listings that share no word with it, across languages too."""

from store.discovery.meaning.questions import Question, question_of

__all__ = ["Question", "question_of"]
