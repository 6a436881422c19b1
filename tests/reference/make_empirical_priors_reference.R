# Transcriptions of published priors of tau2, by others, beside each other.
#
#   GEMTC=… HETPRIOR=… Rscript tests/reference/make_empirical_priors_reference.R
#
# with the folders of checkouts of github.com/gertvv/gemtc and github.com/mcguinlu/hetprior, and the package bayesmeta
# (3.4) installed, writes expected/empirical_priors.csv: the location and scale of tau2 that each gives
# for the tables of Turner 2012 (gemtc, hetprior), Turner 2015 and Rhodes 2015 (bayesmeta, hetprior),
# their rows and columns by number, and the median and 95% range that hetprior has of Turner 2012.

suppressPackageStartupMessages(library(bayesmeta))
paths <- Sys.getenv(c("GEMTC", "HETPRIOR"))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
gemtc <- new.env()
hetprior <- new.env()
sys.source(file.path(paths[1], "gemtc/R/mtc.hy.prior.R"), gemtc)
load(file.path(paths[2], "R/sysdata.rda"), hetprior)
het <- as.data.frame(hetprior$hetdata)
het[] <- lapply(het, function(x) if (is.factor(x)) as.character(x) else x)

lines <- function(table, by, location, scale) {
  n <- dim(location)
  data.frame(table = table, by = by, row = rep(seq_len(n[1]), n[2]),
             column = rep(seq_len(n[2]), each = n[1]), location = as.vector(location),
             scale = as.vector(scale), median = "", low = "", high = "")
}
of_hetprior <- function(table, rows, n) {
  found <- lines(table, "hetprior", matrix(het$Mean[rows], n), matrix(het$SD[rows], n))
  if (het$Median[rows][1] != "None") {
    found$median <- het$Median[rows]
    found$low <- het$X2.5..Quantile[rows]
    found$high <- het$X97.5..Quantile[rows]
  }
  found
}
written_by <- function(name) grepl(name, het$Reference, fixed = TRUE, useBytes = TRUE) & het$Medical.area != "Cancer" &
  het$Heterogeneity.statistic == "Tau-squared" & het$Distribution.form != "Inverse gamma" & het$Type.of.Intervention != "General"
rhodes <- which(written_by("were developed") & het$Medical.area != "Respiratory disease")
all <- rbind(
  lines("turner_2012", "gemtc", gemtc$hy.lor.mu, gemtc$hy.lor.sigma),
  of_hetprior("turner_2012", which(written_by("International")), 3),
  lines("turner_2015", "bayesmeta", TurnerEtAlParameters[, , 1], TurnerEtAlParameters[, , 2]),
  of_hetprior("turner_2015", which(written_by("simple methods")), 16),
  lines("rhodes_2015", "bayesmeta", RhodesEtAlParameters[, , 1, 1], RhodesEtAlParameters[, , 2, 1]),
  of_hetprior("rhodes_2015", rhodes, 8))
write.csv(all, file.path(here, "expected", "empirical_priors.csv"), row.names = FALSE, quote = FALSE)
