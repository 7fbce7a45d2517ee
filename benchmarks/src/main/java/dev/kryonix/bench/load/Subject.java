package dev.kryonix.bench.load;

import dev.kryonix.bench.process.Watched;

/**
 * One of those that are compared.
 *
 * @param name in tables and plots
 * @param port where it answers, on loopback
 * @param process what is charged for its answers
 */
public record Subject(String name, int port, Watched process) {}
