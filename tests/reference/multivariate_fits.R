# Models of dependent effects by metafor's rma.mv at a verified maximum: what several scripts of this
# folder share. A model `m` is made by of_model; values `p` of it are sigma2, tau2 and rho.
code <- function(x) match(x, unique(x))
levelled <- function(x) as.integer(factor(x))
of_model <- function(y, V, X, S = list(), inner = NULL, outer = NULL, struct = NULL) {
  V <- if (is.vector(V)) diag(V) else as.matrix(V)
  X <- unname(as.matrix(X))
  dimnames(V) <- NULL
  colnames(X) <- paste0("x", seq_len(ncol(X)))
  n <- if (is.null(struct)) 0 else length(unique(inner))
  list(y = as.numeric(y), V = (V + t(V)) / 2, X = X, S = lapply(S, code),
       inner = if (n) levelled(inner) else rep(1, length(y)),
       outer = if (n) code(outer) else rep(1, length(y)), struct = struct,
       taus = if (!n) 0 else if (struct %in% c("CS", "AR", "ID")) 1 else n,
       rhos = if (!n || struct %in% c("ID", "DIAG")) 0 else if (struct == "UN") n * (n - 1) / 2 else 1)
}
G_of <- function(struct, n, tau2, rho) G_by(struct, n, sqrt(tau2), rho)
G_by <- function(struct, n, deviations, rho) {
  s <- rep_len(deviations, n)
  R <- switch(struct, ID = , DIAG = diag(n), CS = , HCS = matrix(rho, n, n),
              AR = , HAR = rho^abs(outer(seq_len(n), seq_len(n), "-")),
              UN = { m <- diag(n); m[lower.tri(m)] <- rho; m[upper.tri(m)] <- t(m)[upper.tri(m)]; m })
  diag(R) <- 1
  R * outer(s, s)
}
# The covariance of the effects at values of sigma2, tau2 and rho, and its derivatives.
marginal <- function(m, p) {
  M <- m$V
  for (i in seq_along(m$S)) M <- M + p$sigma2[i] * outer(m$S[[i]], m$S[[i]], "==")
  if (!is.null(m$struct)) {
    G <- G_of(m$struct, max(m$inner), p$tau2, p$rho)
    M <- M + outer(m$outer, m$outer, "==") * G[m$inner, m$inner]
  }
  M
}
# Its derivatives by sigma2, the square roots of tau2, and rho; G is a polynomial in these.
derivatives <- function(m, p) {
  found <- lapply(seq_along(m$S), function(i) outer(m$S[[i]], m$S[[i]], "==") + 0)
  if (!is.null(m$struct)) {
    free <- c(sqrt(p$tau2), p$rho); nt <- length(p$tau2); same <- outer(m$outer, m$outer, "==")
    of <- function(x) G_by(m$struct, max(m$inner), x[seq_len(nt)], x[-seq_len(nt)])
    for (i in seq_along(free)) {
      d <- function(h) { e <- replace(numeric(length(free)), i, h); (of(free + e) - of(free - e)) / (2 * h) }
      J <- (64 * d(0.0025) - 20 * d(0.005) + d(0.01)) / 45
      found <- c(found, list(same * J[m$inner, m$inner]))
    }
  }
  found
}
loglik <- function(m, p, method) {
  M <- marginal(m, p); X <- m$X; k <- nrow(X); W <- solve(M)
  A <- t(X) %*% W %*% X
  r <- m$y - X %*% solve(A, t(X) %*% W %*% m$y)
  ld <- function(a) determinant(a)$modulus
  n <- if (method == "REML") k - ncol(X) else k
  found <- -n / 2 * log(2 * pi) - (ld(M) + t(r) %*% W %*% r) / 2
  if (method == "REML") found <- found + (ld(crossprod(X)) - ld(A)) / 2
  as.numeric(found)
}
shaped <- function(m, x) {
  s <- length(m$S); t <- m$taus
  list(sigma2 = x[seq_len(s)], tau2 = x[s + seq_len(t)]^2, rho = x[s + t + seq_len(m$rhos)])
}
# From metafor's answer to a root of the derivatives, by Newton's steps; what is at a limit is held.
polished <- function(m, p, method) {
  s <- length(m$S) + m$taus
  x <- c(p$sigma2, sqrt(as.numeric(p$tau2)), p$rho)
  lower <- if (!is.null(m$struct) && m$struct %in% c("CS", "HCS")) -1 / (max(m$inner) - 1) else -1
  size <- var(m$y)
  isvar <- seq_along(x) <= s
  held <- c(c(p$sigma2, p$tau2) < 1e-7 * size, p$rho > 1 - 1e-5 | p$rho < lower + 1e-5)
  x[isvar & held] <- 0
  x[!isvar & held] <- ifelse(x[!isvar & held] > 0, 1, lower)
  if (m$rhos == 1 && sum(p$tau2 >= 1e-7 * size) < min(2, m$taus)) held[!isvar] <- TRUE
  scores <- function(x) {
    W <- solve(marginal(m, shaped(m, x))); X <- m$X
    P <- W - W %*% X %*% solve(t(X) %*% W %*% X, t(X) %*% W)
    penalty <- if (method == "REML") P else W
    r <- as.numeric(P %*% m$y)
    sapply(derivatives(m, shaped(m, x)), function(d) sum(r * (d %*% r)) - sum(penalty * d)) / 2
  }
  repeat {
    free <- !held
    score <- scores(x)
    concave <- TRUE
    if (any(free)) for (step in 1:50) {
      part <- function(y) { z <- x; z[free] <- y; scores(z)[free] }
      h <- pmax(abs(x[free]), 1e-3) * 1e-5
      J <- sapply(seq_len(sum(free)), function(i) {
        e <- replace(numeric(sum(free)), i, h[i]); (part(x[free] + e) - part(x[free] - e)) / (2 * h[i]) })
      concave <- all(eigen((as.matrix(J) + t(J)) / 2)$values < 0)
      if (!concave) break
      change <- -solve(J, score[free])
      x[free] <- x[free] + change
      score <- scores(x)
      if (all(abs(change) < 1e-11 * pmax(abs(x[free]), 1e-3))) break
    }
    beyond <- !held & ifelse(isvar, x < 0, x > 1 | x < lower)  # where the likelihood still rises
    if (!any(beyond)) break
    x[beyond] <- ifelse(isvar, 0, ifelse(x > 1, 1, lower))[beyond]
    held <- held | beyond
  }
  towards <- ifelse(isvar, -1, sign(x))  # the side on which the limit is
  outward <- all(score[held] * towards[held] >= -1e-4)
  list(values = shaped(m, x), held = held, outward = outward, rest = max(0, abs(score[!held])),
       concave = concave)
}
control_of <- list(list(optimizer = "nlminb", rel.tol = 1e-12),
                   list(optimizer = "BFGS", reltol = 1e-12, maxit = 300))
fit_of <- function(m, method, ...) {
  random <- lapply(seq_along(m$S), function(i) as.formula(paste0("~ 1 | s", i)))
  d <- data.frame(yi = m$y, inner = factor(m$inner), outer = m$outer)
  for (i in seq_along(m$S)) d[[paste0("s", i)]] <- m$S[[i]]
  if (!is.null(m$struct)) random <- c(random, list(~ inner | outer))
  args <- list(yi = m$y, V = m$V, mods = m$X, intercept = FALSE, data = d, method = method, ...)
  if (length(random)) args$random <- random
  if (!is.null(m$struct)) args$struct <- m$struct
  suppressWarnings(do.call(rma.mv, args))
}
climbed <- function(m, method) {
  s <- length(m$S) + m$taus
  of <- function(x) shaped(m, c(exp(x[seq_len(length(m$S))]), exp(x[length(m$S) + seq_len(m$taus)] / 2),
                                tanh(x[s + seq_len(m$rhos)])))
  from <- c(rep(log(var(m$y) / 4), s), rep(0.5, m$rhos))
  down <- function(x) tryCatch(-loglik(m, of(x), method), error = function(e) 1e10)
  for (i in 1:6) from <- optim(from, down, control = list(maxit = 3000, reltol = 1e-14))$par
  of(optim(from, down, method = "BFGS", control = list(maxit = 500, reltol = 1e-15))$par)
}
refit <- function(m, p, method, ...) {
  at <- list(m = m, method = method, ...)
  if (length(m$S)) at$sigma2 <- p$sigma2
  if (m$taus) at$tau2 <- p$tau2
  if (m$rhos) at$rho <- pmin(pmax(p$rho, -1), 1)
  do.call(fit_of, at)
}
# metafor's fit at the root, its values, and how high metafor's best optimiser came.
at_the_root <- function(m, method) {
  count <- length(m$S) + m$taus + m$rhos
  if (!count) {
    p <- list(sigma2 = numeric(), tau2 = numeric(), rho = numeric())
    top <- loglik(m, p, method)
    return(list(fit = refit(m, p, method), p = p, loglik = top, best = top, held = FALSE, outward = TRUE,
                rest = 0, concave = TRUE, count = ncol(m$X)))
  }
  fits <- Filter(Negate(is.null), lapply(control_of, function(control)
    tryCatch(fit_of(m, method, control = control), error = function(e) NULL)))
  if (length(fits)) {
    best <- fits[[which.max(sapply(fits, logLik))]]
    start <- list(sigma2 = if (length(m$S)) best$sigma2, tau2 = if (m$taus) best$tau2,
                  rho = if (m$rhos) best$rho)
  } else start <- climbed(m, method)  # no optimiser of metafor converges
  end <- polished(m, start, method)
  c(end, list(p = end$values, fit = refit(m, end$values, method), loglik = loglik(m, end$values, method),
              best = if (length(fits)) as.numeric(logLik(best)) else NA, count = count + ncol(m$X)))
}
# Knapp 2017: each effect's task and its difficulty, and how effects of one study correlate by them.
tasks_of <- function(d) unlist(lapply(split(d, d$study), function(x) {
  difficulty <- as.integer(factor(x$difficulty)); difficulty[is.na(difficulty)] <- 1
  paste0(as.integer(factor(x$task)), ".", difficulty) }))
of_tasks <- local({
  R <- matrix(0.4, 8, 8); R[5:8, 1:4] <- R[1:4, 5:8] <- 0.28
  diag(R[1:4, 5:8]) <- 0.7; diag(R[5:8, 1:4]) <- 0.7; diag(R) <- 1
  rownames(R) <- colnames(R) <- paste0(rep(1:2, each = 4), ".", 1:4)
  R
})
