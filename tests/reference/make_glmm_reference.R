# Expected values of the binomial-normal models, by metafor with lme4 and BiasedUrn.
#
#   Rscript tests/reference/make_glmm_reference.R [folder]
#
# writes beside itself expected/glmm.csv, and for tables that are hard to fit expected/hard_counts.csv
# and expected/hard.csv. Fits that fail, or whose standard error is next to nothing (hahn2001, CM.EL:
# 5.6e-7), are left out. UM.RS is fitted by Laplace's approximation, as lme4 has nothing else for two
# random effects; optimised further than by default.
#
# Two of the hard data sets are in newer versions of metadat (nissen2007, thompson1999), one is in the
# package meta (Fleiss1993bin): where older ones are installed, `folder` holds their files
# data/dat.nissen2007.rda, data/dat.thompson1999.rda (used: metadat 1.7-2) and data/Fleiss1993bin.rda
# (used: meta 8.4-0).

suppressPackageStartupMessages(library(metafor))

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
counts <- read.csv(file.path(here, "expected", "counts.csv"))
rows <- list()
exact <- function(x) sprintf("%.17g", x)
for (name in c("bcg", "collins1985b", "hahn2001", "lee2004", "nielweise2007", "egger2001")) {
  table <- subset(counts, dataset == name)
  table <- subset(table, !(a == 0 & c == 0) & !(a == n1 & c == n2))
  for (model in c("UM.FS", "UM.RS", if (name != "egger2001") "CM.EL")) {
    fit <- try(suppressWarnings(do.call(rma.glmm, c(
      list(measure = "OR", ai = table$a, n1i = table$n1, ci = table$c, n2i = table$n2),
      model = model, if (model == "UM.FS") list(nAGQ = 25),
      if (model == "UM.RS") list(control = list(glmerCtrl = list(
        optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhoend = 1e-10))))))),
      silent = TRUE)
    if (!inherits(fit, "try-error") && fit$se > 1e-3) {
      rows[[length(rows) + 1]] <- data.frame(dataset = name, model,
                                             mean = exact(fit$beta[1]), se = exact(fit$se),
                                             tau2 = exact(fit$tau2),
                                             sigma2 = if (model == "UM.RS") exact(fit$sigma2) else "")
    }
  }
}
write.csv(do.call(rbind, rows), file.path(here, "expected", "glmm.csv"), row.names = FALSE,
          quote = FALSE, eol = "\n")

# --- tables that are hard to fit --------------------------------------------------------------------

folder <- commandArgs(trailingOnly = TRUE)
stored <- function(name, package) {
  file <- file.path(folder, paste0(name, ".rda"))
  place <- new.env()
  if (length(folder) && file.exists(file)) load(file, place) else
    data(list = name, package = package, envir = place)
  get(name, place)
}
hard <- function(dataset, source, a, n1, c, n2) {
  data.frame(dataset, source, a = a, n1 = n1, c = c, n2 = n2)
}
merged <- function(data, treated, control) {
  merge(data[data$treatment == treated, ], data[data$treatment == control, ], by = "id")
}
tables <- rbind(
  with(stored("dat.nissen2007", "metadat"),
       hard("nissen2007", "Nissen and Wolski 2007, infarctions", treat.infarction, treat.total,
            cont.infarction, cont.total)),
  with(stored("dat.thompson1999", "metadat"),
       hard("thompson1999", "Thompson and Sharp 1999", ihd.exp, ihd.exp + noihd.exp,
            ihd.cont, ihd.cont + noihd.cont)),
  with(merged(metadat::dat.dong2013, "Placebo", "LABA"),
       hard("dong2013", "Dong et al. 2013, placebo v LABA", death.x, randomized.x, death.y,
            randomized.y)),
  with(metadat::dat.fine1993, hard("fine1993", "Fine et al. 1993, year 1", e1i, nei, c1i, nci)),
  with(metadat::dat.anand1999, hard("anand1999", "Anand and Yusuf 1999", ai, n1i, ci, n2i)),
  with(stored("Fleiss1993bin", "meta"),
       hard("fleiss1993", "Fleiss 1993", d.asp, n.asp, d.plac, n.plac)),
  hard("ten", "made up", c(1, 1, 14, 1, 5, 8, 7, 8, 4, 5),
       c(407, 414, 1197, 989, 139, 136, 304, 214, 111, 231), c(1, 1, 16, 1, 4, 11, 4, 11, 0, 8),
       c(422, 407, 1300, 494, 80, 157, 152, 227, 37, 234)),
  hard("rare", "made up", c(0, 1, 0, 2, 0, 3, 1, 0), c(100, 120, 33, 250, 61, 400, 45, 500),
       c(1, 0, 2, 4, 1, 1, 0, 3), c(98, 60, 40, 240, 30, 395, 48, 250))
)
tables <- tables[complete.cases(tables), ]
tables <- subset(tables, a + c > 0 & a + c < n1 + n2)
tables$source <- gsub(",", ";", tables$source)

# The likelihood at tau 0 is that of logistic regression on the studies and the treatment.
logistic <- function(t) {
  long <- with(t, data.frame(events = c(a, c), total = c(n1, n2),
                             study = factor(rep(seq_along(a), 2)),
                             treated = rep(1:0, each = length(a))))
  fit <- glm(cbind(events, total - events) ~ study + treated, binomial, long,
             control = list(epsilon = 1e-15, maxit = 200))
  found <- summary(fit)$coefficients["treated", ]
  data.frame(model = "logistic", mean = exact(found[[1]]), se = exact(found[[2]]), tau2 = "0",
             half_deviance = exact(-deviance(fit) / 2))
}
mixed <- function(t, model) {
  fit <- suppressWarnings(do.call(rma.glmm, c(
    list(measure = "OR", ai = t$a, n1i = t$n1, ci = t$c, n2i = t$n2), model = model,
    if (model == "UM.FS") list(nAGQ = 25))))
  data.frame(model, mean = exact(fit$beta[1]), se = exact(fit$se), tau2 = exact(fit$tau2),
             half_deviance = "")
}
fits <- list()
for (name in unique(tables$dataset)) {
  t <- tables[tables$dataset == name, ]
  for (fit in list(logistic(t), try(mixed(t, "UM.FS"), silent = TRUE),
                   if (name == "fleiss1993") mixed(t, "UM.RS"))) {
    if (is.data.frame(fit)) fits[[length(fits) + 1]] <- data.frame(dataset = name, fit)
  }
}
for (part in list(list(tables, "hard_counts.csv"), list(do.call(rbind, fits), "hard.csv"))) {
  write.csv(part[[1]], file.path(here, "expected", part[[2]]), row.names = FALSE, quote = FALSE,
            eol = "\n")
}
