"""NaN, infinities, denormals, thresholds, unseen categories, Unicode, one row and none: as scikit-learn, or refused as by it."""
import edge_models
import edge_rows
import pytest
from conftest import BINARY


@pytest.mark.parametrize('name', sorted(edge_models.models()))
def test_edge_rows(name, tmp_path):
    try:
        comparison = edge_rows.compare(name, BINARY, str(tmp_path))
    except LookupError as error:
        pytest.skip(f'not for this scikit-learn: {error}')
    assert not comparison.faults, '\n'.join(comparison.faults[:20])
    if comparison.skipped:
        pytest.skip(comparison.skipped[0])
    assert comparison.compared > 0
