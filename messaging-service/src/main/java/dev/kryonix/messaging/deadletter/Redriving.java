package dev.kryonix.messaging.deadletter;

import dev.kryonix.messaging.retry.Mover;
import jakarta.inject.Singleton;

/** What a redrive needs. */
@Singleton
record Redriving(DeadLetterStore store, RunStore runs, Autopsy autopsy, Mover mover) {}
