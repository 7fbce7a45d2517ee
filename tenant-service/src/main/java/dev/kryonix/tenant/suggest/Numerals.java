package dev.kryonix.tenant.suggest;

import java.util.Map;

/**
 * The words about numbers.
 *
 * @param units numbers as words
 * @param multipliers words that multiply the number before them
 * @param moreThan phrases before a number that make it a lower bound
 * @param stops words behind a number that end the search for what it counts
 * @param money words before a number that make it a price
 * @param periods how many days a period has
 */
record Numerals(
    Map<String, Integer> units,
    Map<String, Integer> multipliers,
    Phrases<Boolean> moreThan,
    Phrases<Boolean> stops,
    Phrases<Boolean> money,
    Phrases<Double> periods) {}
