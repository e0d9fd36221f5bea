"""scikit-learn's contract of the adversarial and semi-supervised estimators, with no expected failure."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from vaekit import AAE, ClusterAAE, SemiSupervisedAAE, SemiSupervisedVAE, part

# scikit-learn's own checks fit with names and transform without, and the reverse.
pytestmark = pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")

small = part("mlp", hidden=(32,))
critic = part("code-critic", hidden=(16,))

ESTIMATORS = [
    AAE(max_epochs=2, critic=critic, network=small, random_state=0),
    AAE(labels="prior", prior="petals", max_epochs=2, network=small, random_state=0),
    # The checks of accuracy need a fit that has learned something.
    SemiSupervisedAAE(
        max_epochs=12, batch_size=32, learning_rate=5e-3, critic=critic, network=small, random_state=0
    ),
    SemiSupervisedVAE(max_epochs=12, batch_size=32, learning_rate=5e-3, network=small, random_state=0),
    ClusterAAE(3, 1, max_epochs=25, batch_size=16, critic=critic, network=small, random_state=0),
    ClusterAAE(3, 1, first=2, max_epochs=25, batch_size=16, critic=critic, network=small, random_state=0),
]


@parametrize_with_checks(ESTIMATORS)
def test_every_check_of_scikit_learn_passes(estimator, check):
    check(estimator)
