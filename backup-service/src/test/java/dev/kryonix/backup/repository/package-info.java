/** Tests of the repository, on real files. */
@NullMarked
package dev.kryonix.backup.repository;

import org.jspecify.annotations.NullMarked;
