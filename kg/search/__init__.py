"""Names in Chinese, English and pinyin lead to entities.

Builds and asks the name index; never scans the graph at the time of a request.
``keys`` turns a name into what a reader may type, ``index`` is the SQLite file,
``gather`` reads the names from a store, ``names`` keeps an index per generation.
"""

from kg.search.index import Match, NameIndex, Wish
from kg.search.names import Names, prepare_names

__all__ = ["Match", "NameIndex", "Names", "Wish", "prepare_names"]
