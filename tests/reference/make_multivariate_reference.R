# Expected fits of several dependent effects of a study, of published data sets (metadat).
#
#   Rscript tests/reference/make_multivariate_reference.R
#
# Writes into expected: multivariate_effects.csv (effects, their factors and moderators),
# multivariate_sampling.csv (lower triangles of the covariance of sampling errors, where not 0),
# multivariate.csv (case, quantity, value) and multivariate_vcalc.csv (what vcalc was given). Fits:
# metafor's rma.mv by several optimisers
# with small tolerances, of which the highest likelihood is kept, then brought to a root of the
# derivatives by Newton's steps, a variance at 0 or a correlation at a
# limit being held there if the likelihood rises towards it. Such limits are never reached by
# metafor's own optimisers, which take logarithms of variances and inverse hyperbolic tangents of
# correlations: `moved` says how much higher the likelihood is than at its best. metafor then makes
# all else at these values. Robust variances and their degrees of freedom: clubSandwich.
suppressPackageStartupMessages({library(metafor); library(clubSandwich)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "multivariate_fits.R"))
own <- function(name) get(data(list = paste0("dat.", name), package = "metadat",
                               envir = environment()))
text <- function(x) sprintf("%.17g", x)
rows <- list(); effects <- list(); errors <- list()

# One case, by REML and ML.
case <- function(name, y, V, X, S = list(), inner = NULL, outer = NULL, struct = NULL,
                 cluster = NULL, methods = c("REML", "ML")) {
  if (is.vector(V)) V <- diag(V)
  V <- as.matrix(V); dimnames(V) <- NULL
  y <- as.numeric(y); X <- unname(as.matrix(X))
  kept <- is.finite(y) & is.finite(diag(V)) & apply(is.finite(X), 1, all)
  y <- y[kept]; V <- V[kept, kept, drop = FALSE]; X <- X[kept, , drop = FALSE]
  V <- (V + t(V)) / 2
  S <- lapply(S, function(s) code(s[kept]))
  if (!is.null(struct)) { inner <- levelled(inner[kept]); outer <- code(outer[kept]) }
  if (!is.null(cluster)) cluster <- code(cluster[kept])
  m <- of_model(y, V, X, S, inner, outer, struct)
  n <- if (is.null(struct)) 0 else max(inner)
  if (is.null(effects[[name]])) {
    columns <- data.frame(case = name, y = text(y), outcome = if (n) inner else 0,
                          study = if (n) outer else 0, cluster = if (is.null(cluster)) 0 else cluster)
    for (i in 1:5) columns[[paste0("s", i)]] <- if (i <= length(S)) S[[i]] else 0
    for (i in 1:8) columns[[paste0("x", i)]] <- if (i <= ncol(X)) text(X[, i]) else ""
    effects[[name]] <<- columns
    at <- which(lower.tri(V, diag = TRUE) & V != 0, arr.ind = TRUE)
    errors[[name]] <<- data.frame(case = name, i = at[, 1], j = at[, 2], v = text(V[at]))
  }
  for (method in methods) {
    found <- tryCatch(at_the_root(m, method), error = function(e) { cat(name, method, conditionMessage(e), "\n"); NULL })
    if (is.null(found)) next
    if (!found$concave) {
      if (is.na(found$best)) next
      cat(name, method, "NO ROOT\n")
      rows[[length(rows) + 1]] <<- data.frame(case = name, method = method, struct = if (n) struct else "",
                                              quantity = "at_least", value = text(found$best))
      next
    }
    fit <- found$fit; p <- found$p; top <- found$loglik
    t <- refit(m, p, method, test = "t")
    values <- c(loglik = top, moved = top - found$best,
                held = any(found$held) + 0, outward = found$outward + 0, rest = found$rest,
                qe = fit$QE, qm = fit$QM, qm_p = fit$QMp, f = t$QM, f_p = t$QMp, df = t$QMdf[2])
    values <- c(values, setNames(c(fit$beta), paste0("b", seq_len(ncol(X)))),
                setNames(fit$se, paste0("se", seq_len(ncol(X)))),
                setNames(fit$pval, paste0("p", seq_len(ncol(X)))),
                setNames(t$pval, paste0("t_p", seq_len(ncol(X)))))
    if (length(S)) values <- c(values, setNames(p$sigma2, paste0("sigma2_", seq_along(S))))
    if (n) {
      G <- G_of(struct, n, p$tau2, p$rho)
      G <- G[seq_len(min(n, 4)), seq_len(min(n, 4))]  # the others repeat these
      at <- which(lower.tri(G, diag = TRUE), arr.ind = TRUE)
      values <- c(values, setNames(G[at], paste0("g_", at[, 1], "_", at[, 2])))
    }
    if (!is.null(cluster)) {
      robust <- tryCatch(as.data.frame(coef_test(fit, vcov = vcovCR(fit, type = "CR2", cluster = cluster),
                                                 test = "Satterthwaite")), error = function(e) NULL)
      if (!is.null(robust)) for (i in seq_len(ncol(X)))
        values[paste0(c("cr2_se", "cr2_df"), i)] <- unlist(robust[i, c("SE", "df_Satt")])
    }
    values <- values[!is.na(values)]
    rows[[length(rows) + 1]] <<- data.frame(case = name, method = method,
      struct = if (n) struct else "", quantity = names(values), value = text(values))
    cat(name, method, "loglik", top, "moved", values["moved"], "held", which(found$held), "outward", found$outward,
        "rest", found$rest, "\n")
  }
}
means <- function(x) model.matrix(~ factor(x) - 1)
one <- function(x) matrix(1, length(x), 1)

d <- own("berkey1998")
V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = d)
for (struct in c("UN", "CS", "DIAG", "ID"))
  case(paste0("berkey1998|", struct), d$yi, V, means(d$outcome), inner = d$outcome, outer = d$trial,
       struct = struct, cluster = d$trial)
case("berkey1998|common", d$yi, V, one(d$yi), inner = d$outcome, outer = d$trial, struct = "UN", cluster = d$trial)
case("berkey1998|year", d$yi, V, model.matrix(~ outcome + outcome:I(year - 1983) - 1, d),
     inner = d$outcome, outer = d$trial, struct = "UN", cluster = d$trial)

d <- to.long(measure = "OR", ai = tp, n1i = np, ci = tn, n2i = nn, data = own("kearon1998"),
             subset = patients == "asymptomatic")[9:12]
d <- escalc(measure = "PLO", xi = out1, mi = out2, data = d, add = 1/2, to = "all")
for (struct in c("UN", "CS")) case(paste0("kearon1998|", struct), d$yi, d$vi, means(d$group),
                                   inner = d$group, outer = d$study, struct = struct, cluster = d$study)

d <- own("kalaian1996")
V <- vcalc(vi, cluster = study, type = outcome, data = d, rho = 0.66)
for (struct in c("UN", "CS")) case(paste0("kalaian1996|", struct), d$yi, V, means(d$outcome),
                                   inner = d$outcome, outer = d$study, struct = struct, cluster = d$study)

d <- reshape(own("ishak2007"), direction = "long", idvar = "study", v.names = c("yi", "vi"),
             varying = list(c(2, 4, 6, 8), c(3, 5, 7, 9)))
d <- d[order(d$study, d$time), ]; d <- d[!is.na(d$yi), ]
V <- vcalc(vi, cluster = study, time1 = time, phi = 0.97, data = d)
for (struct in c("HAR", "AR", "HCS", "CS", "DIAG"))
  case(paste0("ishak2007|", struct), d$yi, V, means(d$time), inner = d$time, outer = d$study, struct = struct,
       cluster = d$study)

d <- own("fine1993")
d <- escalc("OR", ai = e1i, n1i = nei, ci = c1i, n2i = nci, data = d, var.names = c("y1i", "v1i"))
d <- escalc("OR", ai = e2i, n1i = nei, ci = c2i, n2i = nci, data = d, var.names = c("y2i", "v2i"))
d <- escalc("OR", ai = e3i, n1i = nei, ci = c3i, n2i = nci, data = d, var.names = c("y3i", "v3i"))
d <- escalc("OR", ai = e4i, n1i = nei, ci = c4i, n2i = nci, data = d, var.names = c("y4i", "v4i"))
between <- function(a, b) with(d, nei / (d[[paste0("e", a, "i")]] * (nei - d[[paste0("e", b, "i")]])) +
                                 nci / (d[[paste0("c", a, "i")]] * (nci - d[[paste0("c", b, "i")]])))
Vs <- lapply(seq_len(nrow(d)), function(i) {
  m <- diag(c(d$v1i[i], d$v2i[i], d$v3i[i], d$v4i[i]))
  for (a in 1:3) for (b in (a + 1):4) m[a, b] <- m[b, a] <- between(a, b)[i]
  m })
Vs[[17]] <- Vs[[17]][c(2, 4), c(2, 4)]
ridged <- lapply(Vs, function(m) { e <- eigen(m)
  if (any(e$values <= .08)) round(e$vectors %*% diag(e$values + .08) %*% t(e$vectors), 12) else m })
ridged[[17]] <- Vs[[17]]
long <- data.frame(study = rep(seq_len(nrow(d)), each = 4), time = 1:4,
                   yi = c(t(d[c("y1i", "y2i", "y3i", "y4i")])), vi = c(t(d[c("v1i", "v2i", "v3i", "v4i")])))
long <- na.omit(long)
Vc <- bldiag(ridged)
for (struct in c("HAR", "AR", "HCS", "CS"))
  case(paste0("fine1993|", struct), long$yi, Vc, means(long$time), inner = long$time, outer = long$study,
       struct = struct, cluster = long$study, methods = "REML")
case("fine1993|common effects", long$yi, Vc, means(long$time))

d <- own("riley2003")
V <- vcalc(vi, cluster = study, type = outcome, rho = 0.5, data = d)
for (struct in c("UN", "CS")) case(paste0("riley2003|", struct), d$yi, V, means(d$outcome),
                                   inner = d$outcome, outer = d$study, struct = struct, cluster = d$study)

d <- to.long(measure = "OR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = own("bcg"))
d <- escalc(measure = "PLO", xi = out1, mi = out2, data = d)
case("bcg|UN", d$yi, d$vi, means(d$group), inner = d$group, outer = d$study, struct = "UN", cluster = d$study)

d <- own("crede2010"); d <- escalc("ZCOR", ri = ri, ni = ni, data = d)
case("crede2010|UN", d$yi, d$vi, means(d$criterion), inner = d$criterion, outer = d$studyid, struct = "UN",
     cluster = d$studyid)
case("crede2010|crossed", d$yi, d$vi, one(d$yi), S = list(d$studyid, d$year, seq_len(nrow(d))))

d <- own("konstantopoulos2011")
case("konstantopoulos2011|crossed", d$yi, d$vi, one(d$yi), S = list(d$district, d$year, d$study))
case("konstantopoulos2011|CS", d$yi, d$vi, one(d$yi), inner = d$school, outer = d$district, struct = "CS",
     cluster = d$district)

d <- own("assink2016")
V <- vcalc(vi, cluster = study, type = deltype, obs = esid, data = d, rho = c(0.7, 0.5))
case("assink2016|types", d$yi, V, one(d$yi), S = list(d$study, seq_len(nrow(d))), cluster = d$study)
case("assink2016|moderators", d$yi, V, model.matrix(~ year + deltype, d), S = list(d$study, seq_len(nrow(d))),
     cluster = d$study)
case("assink2016|crossed", d$yi, d$vi, one(d$yi), S = list(d$study, d$deltype, seq_len(nrow(d))))

d <- own("knapp2017")
d$task.diff <- tasks_of(d); R <- of_tasks
V <- vcalc(vi, cluster = study, grp1 = group1, grp2 = group2, w1 = n_sz, w2 = n_hc, obs = task.diff, rho = R,
           data = d)
case("knapp2017|shared groups", d$yi, V, one(d$yi), S = list(d$study, seq_len(nrow(d))), cluster = d$study)
case("knapp2017|difficulty", d$yi, V, cbind(1, d$difficulty), S = list(d$study, seq_len(nrow(d))),
     cluster = d$study)
matrix_of <- function(name, V) {
  at <- which(lower.tri(V) & V != 0, arr.ind = TRUE)
  errors[[name]] <<- data.frame(case = name, i = at[, 1], j = at[, 2], v = text(V[at]))
}
both <- levelled(c(paste(d$study, d$group1), paste(d$study, d$group2)))
vcalcs <- data.frame(case = "vcalc|groups", study = code(d$study), v = text(d$vi), type = 0,
  observation = match(d$task.diff, rownames(R)), time = 0, first = both[seq_len(nrow(d))],
  second = both[-seq_len(nrow(d))], w1 = d$n_sz, w2 = d$n_hc)
matrix_of("vcalc|groups", V)
d <- own("assink2016")
vcalcs <- rbind(vcalcs, data.frame(case = "vcalc|types", study = code(d$study), v = text(d$vi),
  type = code(d$deltype), observation = d$esid, time = 0, first = 0, second = 0, w1 = 1, w2 = 1))
matrix_of("vcalc|types", vcalc(vi, cluster = study, type = deltype, obs = esid, data = d, rho = c(0.7, 0.5)))
d <- reshape(own("ishak2007"), direction = "long", idvar = "study", v.names = c("yi", "vi"),
             varying = list(c(2, 4, 6, 8), c(3, 5, 7, 9)))
d <- d[order(d$study, d$time), ]; d <- d[!is.na(d$yi), ]
vcalcs <- rbind(vcalcs, data.frame(case = "vcalc|times", study = code(d$study), v = text(d$vi), type = 0,
  observation = 0, time = d$time, first = 0, second = 0, w1 = 1, w2 = 1))
matrix_of("vcalc|times", vcalc(vi, cluster = study, time1 = time, phi = 0.97, data = d))
d <- own("kalaian1996")
vcalcs <- rbind(vcalcs, data.frame(case = "vcalc|outcomes", study = code(d$study), v = text(d$vi),
  type = levelled(d$outcome), observation = 0, time = 0, first = 0, second = 0, w1 = 1, w2 = 1))
matrix_of("vcalc|outcomes", vcalc(vi, cluster = study, type = outcome, data = d, rho = 0.66))

d <- own("lim2014")$o_o_unadj; d <- escalc("ZCOR", ri = ri, ni = ni, data = d)
case("lim2014|crossed", d$yi, d$vi, one(d$yi), S = list(d$article, d$species, seq_len(nrow(d))))

d <- own("tannersmith2016")
V <- vcalc(vi, cluster = studyid, obs = seq_len(nrow(d)), rho = 0.8, data = d)
case("tannersmith2016|CS", d$yi, V, one(d$yi), inner = seq_len(nrow(d)), outer = d$studyid, struct = "CS",
     cluster = d$studyid)

d <- own("besson2016"); d$sd_c <- d$con_se * sqrt(d$con_n); d$sd_e <- d$exp_se * sqrt(d$exp_n)
d <- escalc("SMD", m1i = exp_mean, m2i = con_mean, sd1i = sd_e, sd2i = sd_c, n1i = exp_n, n2i = con_n, data = d)
case("besson2016|crossed", d$yi, d$vi, one(d$yi), S = list(d$study_ID, d$comp_ID, d$strain), methods = "REML")

d <- own("obrien2003"); d$bmicent <- d$bmi - ave(d$bmi, d$study)
d <- escalc("PR", xi = cases, ni = total, data = d)
case("obrien2003|bmi", 100 * d$yi, 1e4 * d$vi, cbind(1, d$bmicent), S = list(d$study, seq_len(nrow(d))),
     cluster = d$study)

d <- escalc("SMD", m1i = mt, m2i = mc, sd1i = sdt, sd2i = sdc, n1i = nt, n2i = nc, data = own("dagostino1998"))
d <- d[d$outcome %in% c("rnic1", "rnic2"), ]
V <- vcalc(vi, cluster = study, type = outcome, rho = 0.7, data = d)
case("dagostino1998|common effects", d$yi, V, means(as.character(d$outcome)))
case("dagostino1998|UN", d$yi, V, means(as.character(d$outcome)), inner = as.character(d$outcome),
     outer = d$study, struct = "UN")

write <- function(x, name) write.csv(do.call(rbind, x), file.path(here, "expected", name), quote = FALSE,
                                     eol = "\n", row.names = FALSE)
write(rows, "multivariate.csv"); write(effects, "multivariate_effects.csv")
write(errors, "multivariate_sampling.csv"); write(list(vcalcs), "multivariate_vcalc.csv")
