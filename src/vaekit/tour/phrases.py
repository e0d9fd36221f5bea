"""What the page says around the chapters."""

from __future__ import annotations

from vaekit.tour.text import Text

PHRASES = {
    "title": Text(
        ko="변분 오토인코더(VAE), 한 장씩 따라가 보기",
        en="The variational autoencoder, chapter by chapter",
    ),
    "lead": Text(
        ko="세미나 글 ‘Variational Autoencoder’(tobigs-gm1, velog, 2020-10-23)의 주장을 차례로 읽습니다. "
        "장마다 글의 주장, 그 주장이 어디까지 맞는지, 직접 실행해 볼 코드, 그리고 방금 계산한 그림과 "
        "숫자가 있습니다.",
        en="The claims of the seminar article “Variational Autoencoder” (tobigs-gm1, velog, 2020-10-23, "
        "in Korean), read in their order. Each chapter has what the article says, how far it holds, the "
        "lines of code that do it, and pictures and numbers computed just now.",
    ),
    "nothing-stored": Text(
        ko="‘지금 계산한 것’ 아래의 그림과 숫자는 모두 이 페이지를 만들면서 계산한 것이며, 미리 저장해 둔 "
        "결과는 없습니다. `--seed`를 바꾸면 숫자도 바뀝니다. 주장 목록에 적힌 수는 수식에서 나온 값이거나 "
        "출처에 있는 값입니다.",
        en="All pictures and numbers under “Computed now” were computed when this page was made; no result "
        "is stored, and another `--seed` gives other numbers. Numbers inside the lists of claims follow "
        "from formulas or come from the sources.",
    ),
    "contents": Text(ko="차례", en="Contents"),
    "data": Text(ko="데이터", en="data"),
    "rows": Text(ko="학습 데이터", en="rows trained on"),
    "seed": Text(ko="시드", en="seed"),
    "schedule": Text(ko="학습 일정", en="schedule"),
    "time": Text(ko="걸린 시간", en="time taken"),
    "short": Text(ko="둘러보기용(짧음)", en="the tour's short one"),
    "full": Text(ko="출처의 설정 그대로", en="full, as the sources train"),
    "claims": Text(ko="글의 주장과 바로잡기", en="What the article says, and how far it holds"),
    "exact": Text(ko="그대로 맞는 주장", en="Claims that hold as they stand"),
    "ids": Text(
        ko="A–G는 본문, H는 댓글의 주장입니다.", en="A to G are claims of the article, H of its commenters."
    ),
    "code": Text(ko="직접 해 보기", en="The lines that do it"),
    "now": Text(ko="지금 계산한 것", en="Computed now"),
    "nothing": Text(ko="아직 계산한 것이 없습니다.", en="Nothing was computed yet."),
    "trained": Text(ko="이 장에서 쓴 모델", en="Models of this chapter"),
    "model": Text(ko="모델", en="model"),
    "epochs": Text(ko="에폭", en="epochs"),
    "fit-rows": Text(ko="데이터", en="rows"),
    "took": Text(ko="학습 시간", en="training took"),
    "full-would": Text(ko="출처의 설정이라면 (`--full`)", en="the full schedule (`--full`)"),
    "alone": Text(ko="이 장만 다시:", en="This chapter alone:"),
    "again": Text(ko="이 페이지를 다시 만들려면:", en="This page is made again by:"),
    "failed": Text(
        ko="이 장은 끝까지 계산하지 못했습니다. 그때까지 나온 결과는 아래에 있고, 다른 장에는 영향이 "
        "없습니다. 오류:",
        en="This chapter could not be computed to its end. What it gave until then is below, and the other "
        "chapters are not affected. The error:",
    ),
    "interrupted": Text(
        ko="이 장을 계산하는 도중에 중단되었습니다. 그때까지 나온 결과는 아래에 있습니다.",
        en="The tour was interrupted while this chapter was computed. What it gave until then is below.",
    ),
    "not reached": Text(
        ko="둘러보기가 이 장에 이르기 전에 끝났거나, 아직 이르지 않았습니다.",
        en="The tour ended before this chapter, or has not reached it yet.",
    ),
    "footer": Text(
        ko="이 페이지에 보이는 것은 모두 파일 안에 들어 있으며, 아무것도 내려받지 않습니다.",
        en="This page holds everything that it shows and loads nothing.",
    ),
}


def duration(seconds: float, lang: str) -> str:
    """'48 s', '3 min 20 s', '2.5 h'."""
    minutes, hours = {"ko": ("분", "시간"), "en": ("min", "h")}[lang]
    second = {"ko": "초", "en": "s"}[lang]
    gap = "" if lang == "ko" else "\N{NO-BREAK SPACE}"
    if seconds < 10:
        return f"{seconds:.1f}{gap}{second}"
    if seconds < 60:
        return f"{seconds:.0f}{gap}{second}"
    if seconds < 5400:
        whole = round(seconds)
        return f"{whole // 60}{gap}{minutes} {whole % 60}{gap}{second}"
    return f"{seconds / 3600:.1f}{gap}{hours}"


def full_in_words(full: tuple[str | None, int, float] | None, lang: str) -> str:
    """What the full schedule is, and about how long it would take here."""
    if full is None:
        return "–"
    preset, epochs, seconds = full
    named = {
        "ko": f"프리셋 {preset}" if preset else "fit의 기본 일정",
        "en": f"preset {preset}" if preset else "the default schedule of fit",
    }[lang]
    about = duration(seconds, lang)
    return {
        "ko": f"{named}: 최대 {epochs:,}에폭, 이 컴퓨터에서 약 {about}",
        "en": f"{named}: at most {epochs:,} epochs, about {about} on this machine",
    }[lang]


def layers_in_korean(network: str) -> str:
    """A network's one line: numbers and names of parts stay as they are, the words are Korean."""
    return network.replace("decoder mirrored", "디코더는 그 역순").replace("decoder ", "디코더 ")
