"""Names in Chinese, English and pinyin lead to entities.

Builds and asks the name index; never scans the graph at the time of a request.
"""
