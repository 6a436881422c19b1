"""How certain the evidence is (GRADE), and what is concluded."""
