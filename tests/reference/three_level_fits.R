# Three-level models by metafor at a verified maximum: what several scripts of this folder share.
#
# `d` has the columns study, effect, yi and vi; `found` gives the variances between and within. `X`
# is the design, an intercept alone unless one is given.
block <- function(d, rho) {
  same <- outer(d$study, d$study, "==")
  V <- rho * same * outer(sqrt(d$vi), sqrt(d$vi))
  diag(V) <- d$vi
  V
}
with_variances <- function(d, V, method, ..., X = NULL) {
  if (is.null(X)) rma.mv(yi, V, random = ~ 1 | study/effect, data = d, method = method, ...)
  else rma.mv(yi, V, mods = X, intercept = FALSE, random = ~ 1 | study/effect, data = d,
              method = method, ...)
}
# Newton's steps by the average information to a root of the derivatives, from metafor's maximum.
polished <- function(sigma2, d, V, method, X) {
  if (is.null(X)) X <- matrix(1, nrow(d))
  Z <- list(outer(d$study, d$study, "==") + 0, diag(nrow(d)))
  sigma2[sigma2 < 1e-6 * var(d$yi)] <- 0
  for (step in 1:200) {
    W <- solve(V + sigma2[1] * Z[[1]] + sigma2[2] * Z[[2]])
    P <- W - W %*% X %*% solve(t(X) %*% W %*% X) %*% t(X) %*% W
    penalty <- if (method == "REML") P else W
    r <- P %*% d$yi
    score <- sapply(Z, function(z) t(r) %*% z %*% r - sum(penalty * z))
    free <- sigma2 > 0
    stopifnot(all(score[!free] <= 0))
    if (!any(free)) return(sigma2)
    zr <- sapply(Z[free], function(z) z %*% r)
    change <- solve(t(zr) %*% P %*% zr, score[free])
    while (any(sigma2[free] + change <= 0)) change <- change / 2
    sigma2[free] <- sigma2[free] + change
    if (all(abs(change) < 1e-13 * sigma2[free])) return(sigma2)
  }
  if (all(abs(change) < 1e-10 * sigma2[free])) return(sigma2)
  stop("no root: ", paste(change, collapse = " "))
}
controls <- list(list(optimizer = "BFGS", reltol = 1e-15, maxit = 2000),
                 list(optimizer = "nlminb"))
found <- function(d, rho, method, X = NULL) {
  V <- block(d, rho)
  s <- var(d$yi)
  starts <- list(c(.5, .5) * s, c(.01, 1) * s, c(1, .01) * s)
  fits <- unlist(lapply(starts, function(start) lapply(controls, function(control) tryCatch(
    with_variances(d, V, method, control = c(control, list(sigma2.init = start)),
                   X = X),
    error = function(e) NULL))), recursive = FALSE)
  fits <- Filter(Negate(is.null), fits)
  best <- fits[[which.max(sapply(fits, logLik))]]
  sigma2 <- polished(best$sigma2, d, V, method, X)
  at <- with_variances(d, V, method, sigma2 = sigma2, X = X)
  stopifnot(logLik(at) > logLik(best) - 1e-7)
  sigma2
}
