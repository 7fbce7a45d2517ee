/** Tests of the database against a real PostgreSQL. */
@NullMarked
package dev.kryonix.kit.postgres;

import org.jspecify.annotations.NullMarked;
