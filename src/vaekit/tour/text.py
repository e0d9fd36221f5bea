"""Words in both languages of the tour, side by side, so that none is without the other."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = {"ko": "한국어", "en": "English"}


@dataclass(frozen=True)
class Text:
    """The same said in Korean and in English; `...` marks a formula or a name of the program."""

    ko: str
    en: str

    def of(self, lang: str) -> str:
        """In this language."""
        return {"ko": self.ko, "en": self.en}[lang]

    @classmethod
    def same(cls, text: str) -> Text:
        """A formula or a name, which both languages write alike."""
        return cls(text, text)


Words = Text | str
"""A text, or what both languages write alike."""


def words(said: Words, lang: str) -> str:
    """In this language."""
    return said if isinstance(said, str) else said.of(lang)
