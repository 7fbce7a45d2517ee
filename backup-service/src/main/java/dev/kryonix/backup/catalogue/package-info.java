/**
 * The catalogue of backups and restores in PostgreSQL: what there is, how far it is, what became of
 * it.
 */
@NullMarked
package dev.kryonix.backup.catalogue;

import org.jspecify.annotations.NullMarked;
