# Published data sets of metadat as metafor users keep them, for tests/slips/test_right_data.py.
#   Rscript tests/slips/make_published.R
# Counts (ai, n1i, ci, n2i), means (m1i, sd1i, n1i, m2i, sd2i, n2i) or effects (yi, vi), a row a study.
library(metadat)
columns <- list(
  binary = c("ai", "n1i", "ci", "n2i"),
  bcg = c("tpos", "tneg", "cpos", "cneg"),
  means = c("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
  yi = c("yi", "vi")
)
sets <- list(
  binary = c("anand1999", "egger2001", "graves2010", "hahn2001", "hine1989", "laopaiboon2015",
             "lau1992", "lee2004", "li2007", "linde2005", "nielweise2007", "yusuf1985"),
  bcg = "bcg",
  means = "normand1999",
  yi = c("hackshaw1998", "begg1989")
)
for (kind in names(sets)) {
  for (set in sets[[kind]]) {
    x <- get(paste0("dat.", set))
    y <- as.data.frame(lapply(x[columns[[kind]]], as.numeric))
    y$study <- paste("Study", seq_len(nrow(y)))
    write.csv(y, file.path("tests/slips/published", paste0(kind, "_", set, ".csv")), row.names = FALSE)
  }
}
