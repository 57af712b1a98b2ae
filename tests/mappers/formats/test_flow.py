from mappers.formats.flow import Flow


def test_white_space_collapses_across_pieces():
    flow = Flow()
    for piece in ("  No ", " fever\n", "\tor\xa0", "chills", ". "):
        flow.write(piece)
    assert flow.text() == "No fever or chills."


def test_pieces_without_white_space_stay_one_word():
    flow = Flow()
    flow.write("para")
    flow.write("cetamol")
    assert flow.text() == "paracetamol"


def test_gaps_do_not_add_up_but_line_breaks_do():
    flow = Flow()
    flow.write("one")
    flow.line()
    flow.line()
    flow.write("two")
    flow.line_break()
    flow.line_break()
    flow.line_break()
    flow.write("three")
    assert flow.text() == "one\ntwo\n\nthree"


def test_blocks_that_open_a_cell_keep_the_row_together():
    flow = Flow()
    for row in (("Sodium", "140"), ("Potassium", "4.1")):
        flow.row()
        for cell in row:
            flow.cell()
            flow.paragraph()
            flow.write(cell)
            flow.paragraph()
        flow.row_end()
    assert flow.text() == "Sodium\t140\nPotassium\t4.1"


def test_verbatim_text_keeps_its_lines():
    flow = Flow()
    flow.write("Labs")
    flow.line()
    flow.write_verbatim("Na   140\r\nK    4.1")
    assert flow.text() == "Labs\nNa   140\nK    4.1"
