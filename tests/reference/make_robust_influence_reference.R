# Expected deletion diagnostics of clusters of robust variance estimation.
#
#   Rscript tests/reference/make_robust_influence_reference.R
#
# Reads expected/multilevel_effects.csv (14 published data sets) and writes
# expected/robust_influence.csv: a row a cluster. Each cluster is left out and robumeta's robu fitted to
# the rest; Cook's distance is the squared change of the mean over its CR2 variance, DFBETAS the change
# over the CR2 standard error without the cluster.
suppressPackageStartupMessages(library(robumeta))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
every <- read.csv(file.path(here, "expected", "multilevel_effects.csv"))
written <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))
rows <- list()
for (name in unique(every$dataset)) for (weights in c("CORR", "HIER")) {
  d <- every[every$dataset == name, ]
  fit <- function(d) robu(y ~ 1, data = d, studynum = study, var.eff.size = v,
                          modelweights = weights, rho = 0.8, small = TRUE)$reg_table
  all <- fit(d)
  own <- t(sapply(unique(d$study), function(study) {
    less <- d[d$study != study, ]
    if (weights == "HIER" && !anyDuplicated(less$study)) return(c(NA, NA))
    rest <- fit(less)
    change <- all$b.r - rest$b.r
    c(change^2 / all$SE^2, change / rest$SE)
  }))
  rows[[length(rows) + 1]] <- data.frame(dataset = name, weights = weights, study = unique(d$study),
                                         cooks = written(own[, 1]), dfbetas = written(own[, 2]))
  cat(name, weights, nrow(own), "\n")
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "robust_influence.csv"),
          row.names = FALSE, quote = FALSE, eol = "\n")
