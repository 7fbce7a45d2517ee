/** What a benchmark leaves: goals, tables, a plot, a section of docs/performance.md. */
@NullMarked
package dev.kryonix.bench.report;

import org.jspecify.annotations.NullMarked;
