"""The thesis on the sample, through the command itself: tuning brings the form, documents bring the facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.demo import BOUNDS, measure


@pytest.mark.slow
def test_the_demo_shows_what_it_is_for(tmp_path: Path) -> None:
    _, result = measure(tmp_path / "demo")
    scores = {(arm, side): result["arms"][arm][side]["mean"] for arm, side, _, _ in BOUNDS}
    for arm, side, bound, better in BOUNDS:
        held = scores[arm, side] >= bound if better == "higher" else scores[arm, side] <= bound
        assert held, scores
    assert result["verdict"].startswith("Do both: ")
    assert Path(result["report"]).is_file()
