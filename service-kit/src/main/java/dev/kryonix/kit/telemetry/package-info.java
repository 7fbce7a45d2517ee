/** What a process tells of itself: metrics, traces, health over HTTP. */
@NullMarked
package dev.kryonix.kit.telemetry;

import org.jspecify.annotations.NullMarked;
