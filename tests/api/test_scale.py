"""Goal: hack/scale keeps working, and what it says of silence holds for a small cluster as well.
Method: the same script, with fewer of everything."""

from scale import Scale, Size


def test_a_small_cluster_is_measured_and_nothing_moves_without_a_reason(tmp_path):
    scale = Scale(tmp_path, Size(routes=30, services=5, endpoints=50, planes=2, edits=3))
    try:
        scale.run()
    finally:
        complaints = scale.stop()
    assert complaints == []
    moved = [value for what, value in scale.rows if what.startswith("tables pushed")]
    assert moved == ["0", "0"]
