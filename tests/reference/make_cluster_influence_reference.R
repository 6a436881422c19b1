# Expected deletion diagnostics of clusters, as metafor's cooks.distance and dfbetas of class rma.mv.
#
#   Rscript tests/reference/make_cluster_influence_reference.R
#
# Reads expected/multilevel_effects.csv, which make_multilevel_reference.R writes, and writes
# expected/cluster_influence.csv: a row a cluster, of data sets of 100 effects and 21 clusters at most.
# Sampling errors of one cluster's effects have correlation rho. Both variances are estimated anew
# without each cluster, from several starts and refined to a root, since metafor's own functions leave
# some of these maxima by 1e-3; how many of theirs differ by more than 1e-5 is printed.
suppressPackageStartupMessages(library(metafor))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "three_level_fits.R"))
every <- read.csv(file.path(here, "expected", "multilevel_effects.csv"))
names(every)[names(every) == "y"] <- "yi"
names(every)[names(every) == "v"] <- "vi"
rows <- list()
for (name in unique(every$dataset)) for (rho in c(0, 0.6)) {
  d <- every[every$dataset == name, ]
  if (nrow(d) > 100 || length(unique(d$study)) > 21) next
  d$effect <- seq_len(nrow(d))
  fixed <- function(d, sigma2) with_variances(d, block(d, rho), "REML", sigma2 = sigma2)
  fit <- fixed(d, found(d, rho, "REML"))
  own <- t(sapply(unique(d$study), function(study) {
    less <- d[d$study != study, ]
    if (nrow(less) == length(unique(less$study))) return(c(NA, NA))
    sigma2 <- found(less, rho, "REML")
    change <- fit$beta[1] - fixed(less, sigma2)$beta[1]
    c(change^2 / fit$vb[1], change / fixed(d, sigma2)$se)
  }))
  free <- with_variances(d, block(d, rho), "REML", control = controls[[1]])
  theirs <- suppressWarnings(cbind(cooks.distance(free, cluster = d$study, progbar = FALSE),
                                   dfbetas(free, cluster = d$study, progbar = FALSE)[[1]]))
  gap <- apply(abs(own - theirs), 1, max)
  rows[[length(rows) + 1]] <- data.frame(
    dataset = name, rho = rho, study = unique(d$study), cooks = sprintf("%.17g", own[, 1]),
    dfbetas = sprintf("%.17g", own[, 2]))
  cat(name, rho, nrow(own), "beyond 1e-5 of metafor:", sum(gap >= 1e-5, na.rm = TRUE), "\n")
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "cluster_influence.csv"),
          row.names = FALSE, quote = FALSE, eol = "\n")
