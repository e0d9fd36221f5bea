"""The chapters of the tour, a chapter a file, in the order of the article."""

from vaekit.tour.chapter import Chapter
from vaekit.tour.chapters import aae, ae_vae, bayes, cvae, elbo, information, review

CHAPTERS: dict[str, Chapter] = {
    module.CHAPTER.name: module.CHAPTER for module in (bayes, information, ae_vae, elbo, review, aae, cvae)
}
