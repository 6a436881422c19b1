# Effects of the package bayesmeta's examples of meta-regression, as its help pages compute them.
#
#   Rscript tests/reference/make_bayes_regression_reference.R
#
# writes beside itself expected/bayes_regression_effects.csv: of Bucher 1997 log odds ratios of three
# comparisons (x1: TMP-SMX, x2: aerosolised pentamidine, both against dapsone), of Nicholas 2019 log
# odds by year (x1: years after 2000), of Roberge 2017 log odds ratios of fetal growth restriction by
# dose (x1) and onset (x2: 1 where it is early). Needs bayesmeta (3.4) and metafor.

suppressPackageStartupMessages(library(bayesmeta))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
if (length(here) == 0) here <- "tests/reference"
data(BucherEtAl1997); data(NicholasEtAl2019); data(RobergeEtAl2017)

rows <- function(name, es, x1, x2 = NA) data.frame(
  dataset = name, y = sprintf("%.12g", as.vector(es$yi)),
  se = sprintf("%.12g", sqrt(as.vector(es$vi))), x1 = x1, x2 = x2)
bucher <- escalc(measure = "OR", ai = events.A, n1i = total.A, ci = events.B, n2i = total.B,
                 data = BucherEtAl1997)
nicholas <- escalc(measure = "PLO", xi = patients * (prog.percent / 100), ni = patients,
                   data = NicholasEtAl2019)
roberge <- escalc(measure = "OR", ai = asp.FGR.events, n1i = asp.FGR.total, ci = cont.FGR.events,
                  n2i = cont.FGR.total, data = RobergeEtAl2017,
                  subset = complete.cases(RobergeEtAl2017[, 11:14]))
all <- rbind(
  rows("bucher1997", bucher, rep(c(1, 0, 1), c(8, 5, 9)), rep(c(0, 1, -1), c(8, 5, 9))),
  rows("nicholas2019", nicholas, nicholas$year - 2000),
  rows("roberge2017", roberge, roberge$dose, as.numeric(as.numeric(roberge$onset) == 1)))
write.csv(all, file.path(here, "expected", "bayes_regression_effects.csv"), row.names = FALSE,
          quote = FALSE, na = "")
