# Writes the 13 trial folders of the BCG review from metadat's dat.bcg (Colditz et al. 1994).
# Run from the project's root: Rscript .test/make_bcg.R
# The output is committed, so that neither the tests nor a run of the review needs R.

suppressPackageStartupMessages(library(metadat))

study_ids <- c(
  "aronson1948", "ferguson1949", "rosenthal1960", "hart1977", "frimodt_moller1973",
  "stein1953", "vandiviere1973", "tpt_madras1980", "coetzee1968", "rosenthal1961",
  "comstock1974", "comstock1969", "comstock1976"
)

quoted <- function(x) {
  x <- ifelse(is.na(x), "", format(x, trim = TRUE, scientific = FALSE))
  needs <- grepl("[,\"\n]", x)
  x[needs] <- paste0('"', gsub('"', '""', x[needs]), '"')
  x
}

# UTF-8, comma, one header, "\n" on every platform, quotes only where a cell needs them.
write_table <- function(table, folder, name) {
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  cells <- vapply(table, function(column) vapply(column, quoted, ""), character(nrow(table)))
  cells <- matrix(cells, nrow = nrow(table))
  rows <- c(paste(names(table), collapse = ","), apply(cells, 1, paste, collapse = ","))
  connection <- file(file.path(folder, name), open = "wb")
  on.exit(close(connection))
  writeBin(charToRaw(enc2utf8(paste0(rows, "\n", collapse = ""))), connection)
}

write_trial <- function(trial, folder) {
  source_id <- "dat_bcg"
  write_table(data.frame(
    label = paste(trial$author, trial$year), year = trial$year,
    design = paste(trial$alloc, "allocation"), status = "included", population = "",
    background = "", duration_weeks = NA, n_randomised = NA, registration = "",
    reference = "colditz1994",
    note = sprintf("Absolute latitude %d degrees; allocation: %s.", trial$ablat, trial$alloc)
  ), folder, "study.csv")
  write_table(data.frame(
    arm_id = c("vaccinated", "control"), role = c("intervention", "control"),
    label = c("Vaccinated", "Not vaccinated"), treatment = c("bcg", "no_vaccination"),
    dose = NA, dose_unit = "", n_randomised = NA, source_id = source_id, note = ""
  ), folder, "arms.csv")
  write_table(data.frame(
    outcome = "tuberculosis", week = NA, reading = "", arm_id = c("vaccinated", "control"),
    reference_arm_id = "", events = c(trial$tpos, trial$cpos),
    total = c(trial$tpos + trial$tneg, trial$cpos + trial$cneg),
    events_low = NA, events_high = NA, reported_percent = "", mean = NA, sd = NA, estimate = NA,
    se = NA, ci_low = NA, ci_high = NA, provenance = "external", source_id = source_id,
    note = "Total: positive and negative cases together."
  ), folder, "results.csv")
  write_table(data.frame(
    source_id = source_id, reference = "colditz1994",
    locator = paste0("dat.bcg, trial ", trial$trial),
    quote = sprintf(
      "tpos %d, tneg %d, cpos %d, cneg %d, ablat %d",
      trial$tpos, trial$tneg, trial$cpos, trial$cneg, trial$ablat
    )
  ), folder, "sources.csv")
  write_table(data.frame(
    covariate = "latitude", value = trial$ablat, unit = "degrees", source_id = source_id, note = ""
  ), folder, "covariates.csv")
}

stopifnot(nrow(dat.bcg) == length(study_ids), all(endsWith(study_ids, as.character(dat.bcg$year))))
for (i in seq_along(study_ids)) {
  write_trial(dat.bcg[i, ], file.path(".test/data/raw/trials", study_ids[i]))
}
