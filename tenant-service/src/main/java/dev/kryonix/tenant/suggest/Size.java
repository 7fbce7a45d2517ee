package dev.kryonix.tenant.suggest;

/**
 * Something that a company has counted.
 *
 * @param measure what was counted
 * @param amount how many, for a day if the measure is
 * @param first the place of the first word that says so
 * @param last the place of the last
 */
record Size(Measure measure, double amount, int first, int last) {}
