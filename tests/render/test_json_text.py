"""Our JSON is the standard library's, letter for letter."""

import json

from hypothesis import given
from hypothesis import strategies as st

from casectl.render import json_text

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_the_same_letters_as_the_standard_library(value: object) -> None:
    assert json_text(value) == json.dumps(value, indent=2)
