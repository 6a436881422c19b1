# Two-sided tests of 2x2 tables, for test_audit_against_r.py: R's own and metafor's.
#
#   Rscript tests/reference/make_audit_reference.R    (writes expected/audit_tests.csv)
#
# fisher: fisher.test. midp: the same sum of dhyper with half of the observed table's probability.
# score: prop.test without correction. wald: z of metafor's log risk ratio, 0.5 added where a cell
# is empty.
suppressMessages(library(metafor))

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
if (length(here) == 0) here <- "tests/reference"

set.seed(20130420)
size <- function(n) sample(c(5:60, 200:300, 1100:1150), n, replace = TRUE)
n <- 120
tables <- data.frame(n1 = size(n), n2 = size(n))
tables$a <- rbinom(n, tables$n1, runif(n, 0, 0.5))
tables$c <- rbinom(n, tables$n2, runif(n, 0, 0.5))
# Printed in trials of anakinra, and corners: an empty cell, a full one, equal risks, ties.
given <- read.csv(text = "a,n1,c,n2
27,59,14,74
3,59,0,74
16,46,11,48
3,46,0,48
5,72,0,74
15,250,5,251
14,250,6,251
27,42,2,12
7,42,0,12
23,1116,1,283
223,1116,78,283
1027,1116,261,283
4,1116,1,283
0,20,5,30
20,20,12,30
5,10,5,10
1,10,9,10
10,10,0,10
1,1,0,1
0,7,1,900")
tables <- rbind(given, tables[, c("a", "n1", "c", "n2")])
tables <- tables[tables$a + tables$c > 0 & tables$a + tables$c < tables$n1 + tables$n2, ]

tests <- function(a, n1, c, n2) {
  cells <- matrix(c(a, n1 - a, c, n2 - c), 2, byrow = TRUE)
  fisher <- fisher.test(cells)$p.value
  own <- dhyper(a, n1, n2, a + c)
  score <- suppressWarnings(prop.test(c(a, c), c(n1, n2), correct = FALSE)$p.value)
  effect <- escalc("RR", ai = a, n1i = n1, ci = c, n2i = n2, add = 1/2, to = "only0")
  wald <- 2 * pnorm(-abs(effect$yi / sqrt(effect$vi)))
  c(fisher = fisher, midp = fisher - own / 2, score = score, wald = as.numeric(wald))
}
found <- t(mapply(tests, tables$a, tables$n1, tables$c, tables$n2))
out <- cbind(tables, as.data.frame(apply(found, 2, function(p) sprintf("%.15g", p))))
write.csv(out, file.path(here, "expected", "audit_tests.csv"), row.names = FALSE, quote = FALSE)
