/** The gateway as a process, between clients and services that know nothing of it. */
@NullMarked
package dev.kryonix.interop;

import org.jspecify.annotations.NullMarked;
