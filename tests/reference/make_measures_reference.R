# Expected effects and variances of the measures of two groups' means that metafor 3.8 has not, or not
# as here, on data sets of metadat.
#
#   Rscript tests/reference/make_measures_reference.R      needs metafor 5 or later
#
# writes expected/measures.csv beside itself.

suppressPackageStartupMessages({
  library(metadat)
  library(metafor)
})
stopifnot(packageVersion("metafor") >= "5.0.0")
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
exact <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
means <- function(d) with(d, data.frame(m1i, sd1i, n1i, m2i, sd2i, n2i))
sets <- list(
  normand1999 = means(dat.normand1999), curtis1998 = means(head(dat.curtis1998, 40)),
  gibson2002 = means(na.omit(dat.gibson2002[c("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")]))
)
ways <- list(`SMD-UB` = list("SMD", "UB"), `SMD-LS2` = list("SMD", "LS2"), SMDH = list("SMDH", "LS"),
             `ROM-BC` = list("ROM", "LS"), VR = list("VR", "LS"), CVR = list("CVR", "LS"))
rows <- list()
for (set in names(sets)) for (measure in names(ways)) {
  d <- sets[[set]]
  if (measure %in% c("ROM-BC", "CVR")) d <- d[d$m1i > 0 & d$m2i > 0, ]
  d <- d[d$sd1i > 0 & d$sd2i > 0 & d$n1i > 1 & d$n2i > 1, ]
  e <- escalc(ways[[measure]][[1]], vtype = ways[[measure]][[2]], m1i = m1i, sd1i = sd1i, n1i = n1i,
              m2i = m2i, sd2i = sd2i, n2i = n2i, data = d, cutoff = Inf)
  rows[[length(rows) + 1]] <- data.frame(
    set, measure, m1 = exact(d$m1i), sd1 = exact(d$sd1i), n1 = d$n1i, m2 = exact(d$m2i),
    sd2 = exact(d$sd2i), n2 = d$n2i, y = exact(as.numeric(e$yi)), v = exact(e$vi))
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "measures.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")
