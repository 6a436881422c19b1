# Expected values of Bayesian random-effects meta-analysis, by the R package bayesmeta (Röver, J Stat
# Softw 2020;93(6):1-51); used: 3.4.
#
#   Rscript tests/reference/make_bayes_reference.R
#
# writes beside itself expected/bayes_effects.csv (the package's example data as effects and standard
# errors), expected/bayes.csv (posterior summaries) and expected/bayes_trials.csv (shrunken effects and
# weights). bayesmeta replaces the continuum of tau by a grid, so fine here (delta, epsilon) that mu is
# right to five digits; its results for tau do not depend on the grid. Of log-t priors its integrals
# fail (integrate: extremely bad integrand behaviour). About five minutes.

suppressPackageStartupMessages(library(bayesmeta))

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
if (length(here) == 0) here <- "tests/reference"
exact <- function(x) ifelse(is.finite(x), sprintf("%.12g", x), "")
for (name in c("Rubin1981", "CrinsEtAl2014", "GoralczykEtAl2011", "SidikJonkman2007",
               "KarnerEtAl2014", "Peto1980", "HinksEtAl2010")) data(list = name)

odds <- function(data, a, n1, c, n2, rows = TRUE) {
  es <- escalc(measure = "OR", ai = data[[a]], n1i = data[[n1]], ci = data[[c]], n2i = data[[n2]])
  data.frame(y = as.vector(es$yi), se = sqrt(as.vector(es$vi)))[rows, ]
}
sgrq <- is.finite(KarnerEtAl2014$sgrq.md)
sets <- list(
  rubin1981 = data.frame(y = Rubin1981$effect, se = Rubin1981$stderr),
  crins2014 = odds(CrinsEtAl2014, "exp.AR.events", "exp.total", "cont.AR.events", "cont.total"),
  crins2014_randomised = odds(CrinsEtAl2014, "exp.AR.events", "exp.total", "cont.AR.events",
                              "cont.total", CrinsEtAl2014$randomized == "yes"),
  goralczyk2011 = odds(GoralczykEtAl2011, "exp.AR.events", "exp.total", "cont.AR.events",
                       "cont.total"),
  sidik2007 = odds(SidikJonkman2007, "lihr.events", "lihr.cases", "oihr.events", "oihr.cases"),
  karner2014_exacerbation = odds(KarnerEtAl2014, "tiotropium.exa", "tiotropium.total",
                                 "placebo.exa", "placebo.total"),
  karner2014_sgrq = data.frame(y = KarnerEtAl2014$sgrq.md, se = KarnerEtAl2014$sgrq.se)[sgrq, ],
  peto1980 = odds(Peto1980, "treat.events", "treat.cases", "control.events", "control.cases"),
  hinks2010 = data.frame(y = HinksEtAl2010$log.or, se = HinksEtAl2010$log.or.se))

# dataset, prior's family, its scale, location, df, mean and sd of mu's prior, the prior for bayesmeta
runs <- list(
  list("rubin1981", "half_cauchy", 25, NA, NA, 0, 50, function(t) dhalfcauchy(t, scale = 25)),
  list("rubin1981", "half_cauchy", 25, NA, NA, NA, NA, function(t) dhalfcauchy(t, scale = 25)),
  list("rubin1981", "uniform", NA, NA, NA, NA, NA, "uniform"),
  list("rubin1981", "jeffreys", NA, NA, NA, NA, NA, "Jeffreys"),
  list("crins2014", "half_normal", 0.5, NA, NA, 0, 4, function(t) dhalfnormal(t, scale = 0.5)),
  list("crins2014", "half_cauchy", 1, NA, NA, NA, NA, function(t) dhalfcauchy(t, scale = 1)),
  list("crins2014", "log_normal", 0.87, -1.07, NA, 0, 4,
       TurnerEtAlPrior("surgical", "pharmacological", "placebo / control")$dprior),
  list("crins2014", "jeffreys", NA, NA, NA, NA, NA, "Jeffreys"),
  list("crins2014_randomised", "half_normal", 0.5, NA, NA, 0, 4,
       function(t) dhalfnormal(t, scale = 0.5)),
  list("crins2014_randomised", "half_t", 0.5, NA, 4, NA, NA,
       function(t) dhalft(t, df = 4, scale = 0.5)),
  list("goralczyk2011", "half_cauchy", 1, NA, NA, NA, NA, function(t) dhalfcauchy(t, scale = 1)),
  list("sidik2007", "half_cauchy", 1, NA, NA, NA, NA, function(t) dhalfcauchy(t, scale = 1)),
  list("karner2014_exacerbation", "half_normal", 0.5, NA, NA, NA, NA,
       function(t) dhalfnormal(t, scale = 0.5)),
  list("karner2014_sgrq", "half_normal", 2, NA, NA, 0, 50, function(t) dhalfnormal(t, scale = 2)),
  list("karner2014_sgrq", "half_t", 1, NA, 3, NA, NA, function(t) dhalft(t, df = 3, scale = 1)),
  list("peto1980", "uniform", NA, NA, NA, NA, NA, "uniform"),
  list("peto1980", "half_normal", 1, NA, NA, NA, NA, function(t) dhalfnormal(t, scale = 1)),
  list("hinks2010", "half_normal", 1, NA, NA, NA, NA, function(t) dhalfnormal(t, scale = 1)),
  list("hinks2010", "half_normal", 0.5, NA, NA, NA, NA, function(t) dhalfnormal(t, scale = 0.5)),
  list("hinks2010", "exponential", 0.4, NA, NA, 0, 1, function(t) dexp(t, rate = 2.5)))

write <- function(rows, file) {
  write.csv(do.call(rbind, rows), file.path(here, "expected", file), row.names = FALSE,
            quote = FALSE, eol = "\n", na = "")
}
effects <- lapply(names(sets), function(name) {
  data.frame(dataset = name, study = seq_len(nrow(sets[[name]])), y = exact(sets[[name]]$y),
             se = exact(sets[[name]]$se))
})
write(effects, "bayes_effects.csv")

results <- list()
trials <- list()
for (number in seq_along(runs)) {
  run <- runs[[number]]
  data <- sets[[run[[1]]]]
  fit <- bayesmeta(y = data$y, sigma = data$se, tau.prior = run[[8]], mu.prior.mean = run[[6]],
                   mu.prior.sd = run[[7]], delta = 1e-4, epsilon = 1e-7)
  s <- fit$summary
  key <- data.frame(run = number, dataset = run[[1]], family = run[[2]], scale = run[[3]],
                    location = run[[4]], df = run[[5]], prior_mean = run[[6]], prior_sd = run[[7]])
  row <- key
  for (part in c("tau", "mu", "theta")) {
    for (i in 1:6) {
      what <- c("mode", "median", "mean", "sd", "low", "high")[i]
      row[[paste(part, what, sep = "_")]] <- exact(s[i, part])
    }
  }
  row$tau_q025 <- exact(fit$qposterior(tau.p = 0.025))
  row$tau_q975 <- exact(fit$qposterior(tau.p = 0.975))
  row$mu_q025 <- exact(fit$qposterior(mu.p = 0.025))
  row$mu_q975 <- exact(fit$qposterior(mu.p = 0.975))
  row$mu_above_0 <- exact(1 - fit$pposterior(mu = 0))
  row$bayes_factor_common <- exact(fit$bayesfactor["actual", "tau=0"])
  row$marginal <- exact(log(fit$marginal))
  results[[number]] <- row
  trials[[number]] <- data.frame(
    run = number, study = seq_len(nrow(data)), mode = exact(fit$theta["mode", ]),
    median = exact(fit$theta["median", ]), mean = exact(fit$theta["mean", ]),
    sd = exact(fit$theta["sd", ]), low = exact(fit$theta["95% lower", ]),
    high = exact(fit$theta["95% upper", ]),
    weight = exact(fit$weights[seq_len(nrow(data))]))
  message(number, " of ", length(runs))
}
write(results, "bayes.csv")
write(trials, "bayes_trials.csv")
