"""A creator's statement names the tax number that their organisation gave."""

from datetime import date

import pypdfium2

from billing.earning.pdf import statement_pdf
from billing.models import StatementMonth

SUMS = dict.fromkeys(("opening", "earned", "taken_back", "paid_out", "other", "closing"), 0)


def text_of(**more):
    month = StatementMonth(month=date(2026, 10, 1), public_id="stmt_1", **SUMS)
    content = statement_pdf(month, [], name="Harbour & Pine", **more)
    return pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()


def test_it_stands_below_the_name_where_there_is_one():
    assert "Tax number DE123456789" in text_of(tax_number="DE123456789")
    assert "Tax number" not in text_of()
