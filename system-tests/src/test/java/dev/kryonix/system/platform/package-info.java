/** The platform under test: five processes and their servers, started once by the launcher. */
@NullMarked
package dev.kryonix.system.platform;

import org.jspecify.annotations.NullMarked;
