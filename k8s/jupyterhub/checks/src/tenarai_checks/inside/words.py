"""What trainees read of a run beside their author's words."""

from __future__ import annotations

WORDS = {
    "en": {
        "broken": "The check could not be carried out.",
        "slow": "The check took too long.",
        "lost": "The notebook ended before this check.",
        "late": "There was no time left for this check.",
        "unknown": "There is no such check.",
        "gone": "The checks ended before this one.",
        "unreadable": "The submission is no notebook that can be read.",
        "flood": "The cell sends more output than can be taken.",
        "missing": "There is no `{name}` in the notebook.",
        "not_callable": "`{name}` is no function.",
        "raised": "`{name}` raised {kind}.",
        "not_plain": "`{name}` is of type {kind}, which cannot be checked: plain data is wanted.",
        "too_big": "The value of `{name}` is too big to be checked.",
        "unclear": "`{name}` cannot be read.",
        "endless": "`{name}` did not come to an end in time.",
        "too_much": "`{name}` gives more than can be taken.",
        "ended": "`{name}` ended the notebook's kernel.",
        "another": "another",
    },
    "ja": {
        "broken": "このチェックは実行できませんでした。",
        "slow": "このチェックは時間内に終わりませんでした。",
        "lost": "このチェックの前に、ノートの実行が終わってしまいました。",
        "late": "このチェックを実行する時間が残っていませんでした。",
        "unknown": "このチェックはありません。",
        "gone": "このチェックの前に、チェックが終わってしまいました。",
        "unreadable": "提出されたものを、ノートとして読めません。",
        "flood": "セルの出力が多すぎます。",
        "missing": "ノートに `{name}` がありません。",
        "not_callable": "`{name}` は関数ではありません。",
        "raised": "`{name}` を呼び出すと {kind} が起きました。",
        "not_plain": "`{name}` の型は {kind} で、チェックできません。数や文字列、リストや表などにしてください。",
        "too_big": "`{name}` の値は大きすぎて、チェックできません。",
        "unclear": "`{name}` を読み取れません。",
        "endless": "`{name}` が時間内に終わりませんでした。",
        "too_much": "`{name}` の出力が多すぎます。",
        "ended": "`{name}` の呼び出しで、ノートのカーネルが終了しました。",
        "another": "別のもの",
    },
}


class Words:
    """The words of one language."""

    def __init__(self, locale: str) -> None:
        self._words = WORDS.get(locale, WORDS["en"])

    def __call__(self, key: str, **parts: str) -> str:
        """A sentence with what belongs into it."""
        return self._words[key].format(**parts)
